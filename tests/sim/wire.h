// The network in memory: a second io/ws.h and io/http.h, between the desk's feeds and lanes and the
// simulated venues (host.h).
//
// A line is one WebSocket connection: what either end says arrives at the other after the venue's
// latency, in order. It can be cut, go deaf (both ends think that it stands), and be held up. A
// call is one REST request with its answer. Addresses are wss://NAME.sim and https://NAME.sim, NAME
// the venue's.
#ifndef PERPDESK_TESTS_SIM_WIRE_H
#define PERPDESK_TESTS_SIM_WIRE_H

#include "base/buf.h"

struct host;
struct host_session;

struct line {
    struct host *host;
    struct host_session *session; // the venue's end; NULL: it has none (any more)
    struct wire *wire;            // the desk's end; NULL: it has gone on without this line
    uint32_t packets;             // on the way
    bool deaf;
    int64_t up_ns, down_ns; // when the newest packet in that direction arrives
};

// Host to desk.
void line_answer(struct line *line, uint32_t status, uint32_t retry_after_s); // 101: taken
void line_text(struct line *line, struct slice text);
void line_ping(struct line *line);
void line_pong(struct line *line);
void line_close(struct line *line, uint16_t code, struct slice text);
void line_cut(struct line *line); // reset: without a word

uint64_t wire_messages(void); // that reached the desk

#endif
