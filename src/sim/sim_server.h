// One connection of a client to a simulated venue, and the loopback listener it came from: HTTP/1.1
// with keep-alive, and the upgrade to WebSocket on the same port. Loop's thread only.
//
// A client that does not read is cut off when its queue is full: it never delays another.
#ifndef PERPDESK_SIM_SIM_SERVER_H
#define PERPDESK_SIM_SIM_SERVER_H

#include "io/stream.h"
#include "io/ws_frame.h"
#include "sim/sim.h"
#include "sim/sim_fault.h"

enum {
    SIM_CONNECTIONS_MAX = 32, // per venue
    SIM_SEND_MAX = 2 * 1024 * 1024,
    SIM_MESSAGE_MAX = 64 * 1024, // of a client
    SIM_BODY_MAX = 16 * 1024,
    SIM_RECEIVE_MAX = 128 * 1024,
    SIM_GRACE_MS = 2000, // for a client's answer to our close
    SIM_FRAME_SCRATCH = VSIM_SCRATCH_SIZE + VSIM_HEADERS_SIZE + 1024,
    SIM_PAST_BYTES = 256 * 1024, // the first messages of an older session
    SIM_PAST_MESSAGES = 24,
    SIM_PASTS_MAX = 8,
    SIM_ANSWERS_MAX = 16, // older answers to calls
    SIM_PAST_AGE_S = 20,  // older ones are remembered anew
};

struct sim_server;

// What the next session of the same path and first request may be told again, under a fault.
struct sim_past {
    uint64_t of; // hash, 0 = unused
    int64_t since_ns;
    char *bytes; // SIM_PAST_BYTES
    uint32_t count, size;
    uint32_t ends[SIM_PAST_MESSAGES];
    bool whole; // as many as are kept
};

struct sim_old_answer {
    uint64_t call; // hash, 0 = unused
    int64_t since_ns;
    uint32_t status;
    char *body;
    size_t size;
};

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

    // Under faults.
    bool replying;   // what is sent now answers the client
    bool deaf;       // hears and says nothing any more
    bool doomed;     // reset at the next tick
    bool alerting;   // the first bytes are answered with a TLS alert
    uint64_t pushed; // messages by the venue's own will
    uint32_t said;   // messages of any kind
    uint64_t huge_left;
    int64_t joined_ns;   // since when messages wait to leave together
    unsigned char *slow; // SIM_SEND_MAX once needed; [slow_at, slow_size) waits
    size_t slow_at, slow_size;
    int64_t slow_ns; // when the last byte left
    char *late;      // a message held back, SIM_MESSAGE_MAX once needed
    size_t late_size;
    uint64_t past_of;
    struct sim_past *past;
    bool remembers, repeats; // writes it, is told it
    bool asked;              // has sent its first request
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
    // Under faults.
    uint64_t active;     // set of enum sim_fault_kind
    SSL_CTX *stranger;   // a certificate nobody trusts, NULL without TLS
    struct text spoiled; // scratch of a rewritten message
    struct sim_past pasts[SIM_PASTS_MAX];
    struct sim_old_answer answers[SIM_ANSWERS_MAX];
    counter entered;            // connections met as ever
    _Atomic int64_t entered_ns; // machine time of the newest
};

// `server` is zeroed or was finished. tls NULL: plain.
enum status sim_server_listen(struct sim_server *server, struct sim_market *market, uint32_t venue,
                              uv_loop_t *loop, SSL_CTX *tls, SSL_CTX *stranger, uint16_t port,
                              struct sim_counters *counters) MUST_CHECK;
void sim_server_tick(struct sim_server *server); // now and then: ends those that linger
// What acts on the venue now; at every step of the market, changed or not.
void sim_server_faults(struct sim_server *server, uint64_t active);
void sim_server_close(struct sim_server *server);  // begins; done when the loop has run dry
void sim_server_finish(struct sim_server *server); // after the loop

// ---- between sim_server.c and sim_server_faults.c ----------------------------------------------

// Close frame, and a moment for the client's; after this the session says nothing more.
void sim_connection_leave(struct sim_connection *connection, uint16_t code, struct slice text);
void sim_connection_send(struct sim_connection *connection, const void *data, size_t size);
void sim_connection_frame(struct sim_connection *connection, enum ws_opcode opcode,
                          struct slice payload);
// A message of the session, as the faults leave it.
void sim_connection_say(struct sim_connection *connection, struct slice message);
// How a client that just connected is met: which TLS, if any, and what it will hear.
void sim_connection_meet(struct sim_connection *connection);
void sim_connection_opened(struct sim_connection *connection);
void sim_connection_upgraded(struct sim_connection *connection, struct slice path);
void sim_connection_asked(struct sim_connection *connection, struct slice message);
void sim_connection_forget(struct sim_connection *connection); // it is over
// The older answer to this call while the fault acts; remembers the new one otherwise. Returns the
// status.
uint32_t sim_server_old_answer(struct sim_server *server, const struct vsim_request *call,
                               uint32_t status, struct text *body);

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
