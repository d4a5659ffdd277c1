// One connection of a client to a simulated venue, and the loopback listener it came from: HTTP/1.1
// with keep-alive, and the upgrade to WebSocket on the same port. Loop's thread only.
//
// A client that does not read is cut off when its queue is full: it never delays another.
#ifndef PERPDESK_SIM_SIM_SERVER_H
#define PERPDESK_SIM_SIM_SERVER_H

#include "io/stream.h"
#include "io/ws_frame.h"
#include "sim/sim.h"

enum {
    SIM_CONNECTIONS_MAX = 32, // per venue
    SIM_SEND_MAX = 2 * 1024 * 1024,
    SIM_MESSAGE_MAX = 64 * 1024, // of a client
    SIM_BODY_MAX = 16 * 1024,
    SIM_RECEIVE_MAX = 128 * 1024,
    SIM_GRACE_MS = 2000, // for a client's answer to our close
};

struct sim_server;

struct sim_connection {
    struct sim_server *server;
    struct stream *stream;
    bool upgraded;       // WebSocket: `session` is attached unless `leaving`
    bool leaving;        // our close frame is out
    bool mute;           // what is sent now is lost
    int64_t leave_by_ns; // machine time
    struct sim_market_session session;
    struct vsim_out out;
    struct ws_parser parser;
    unsigned char *message; // SIM_MESSAGE_MAX
};

struct sim_server {
    struct sim_market *market;
    struct sim_counters *counters;
    uint32_t venue;
    uv_loop_t *loop;
    SSL_CTX *tls;
    struct stream_listener listener;
    struct sim_connection connections[SIM_CONNECTIONS_MAX];
    uint64_t draws;       // of faults, so far
    unsigned char *frame; // scratch, one frame or reply
    char *body;           // scratch, VSIM_SCRATCH_SIZE
    char headers[VSIM_HEADERS_SIZE];
};

// `server` is zeroed or was finished. tls NULL: plain.
enum status sim_server_listen(struct sim_server *server, struct sim_market *market, uint32_t venue,
                              uv_loop_t *loop, SSL_CTX *tls, uint16_t port,
                              struct sim_counters *counters) MUST_CHECK;
void sim_server_tick(struct sim_server *server);   // now and then: ends those that linger
void sim_server_close(struct sim_server *server);  // begins; done when the loop has run dry
void sim_server_finish(struct sim_server *server); // after the loop

// What a request asks for, once whole. *size is what it takes of `data`.
enum sim_request_kind { SIM_REQUEST_MORE, SIM_REQUEST_CALL, SIM_REQUEST_UPGRADE, SIM_REQUEST_BAD };
struct sim_request {
    struct vsim_request call; // SIM_REQUEST_CALL; without body SIM_REQUEST_UPGRADE
    struct slice key;         // SIM_REQUEST_UPGRADE
    bool keep_alive;
    const char *why; // SIM_REQUEST_BAD
    size_t size;
};
// Pure; what the fuzz target drives.
enum sim_request_kind sim_request_parse(struct slice data, struct sim_request *out);

#endif
