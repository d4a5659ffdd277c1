// A venue's order entry and its simulated server, joined in memory: what one sends the other reads,
// without sockets and at the rig's own time. What the order entry makes of the answers is kept, in
// order, for a test to look at.
#ifndef PERPDESK_TESTS_VENUE_OE_RIG_H
#define PERPDESK_TESTS_VENUE_OE_RIG_H

#include "exchanges/oe_text.h"
#include "exchanges/venue_account.h"
#include "exchanges/venues.h"

enum { RIG_EVENTS_MAX = 512, RIG_TEXT_MAX = 160 };

struct rig_event {
    struct oe_event event; // slices point into the texts below
    char client_id[OE_CLIENT_ID_MAX + 40], venue_id[OE_VENUE_ID_MAX + 40], text[RIG_TEXT_MAX];
    char cursor[RIG_TEXT_MAX];
};

struct rig;

struct rig_socket {
    struct rig *rig;
    struct vsim_session session;
    struct vsim_out out;
    uint32_t index;
    bool open;
    char reply[512]; // the venue wants it back, "" = nothing
};

struct rig {
    const struct venue *venue;
    struct universe universe;
    struct symbol symbols[2];
    struct oe oe;
    struct oe_sink sink;
    struct oe_message message;
    struct vsim_world world;
    struct vacc *account;
    struct rig_socket sockets[OE_SOCKETS_MAX];
    struct rig_event events[RIG_EVENTS_MAX]; // since rig_forget
    uint32_t event_count;
    uint32_t tag;
    int64_t beaten_ns;    // when heartbeats went out last
    uint32_t last_status; // HTTP, of the last call by REST
    char *headers, *body; // scratch of answers
    int64_t late_ms;      // so long a request is on its way
    // What becomes of the body of an answer on its way; NULL: nothing.
    void (*edit)(struct text *body);
};

// Two listings, BTC/USDT at 60000 and ETH/USDT at 3000; an account with `balance` at the venue.
// `venue_secrets` are what the venue knows of the client; NULL: the same.
enum status rig_create(struct rig *rig, const char *venue, const struct slice *secrets,
                       const struct slice *venue_secrets, struct usd balance) MUST_CHECK;
void rig_destroy(struct rig *rig);

// Rules, login, whatever upkeep is due; then every socket with its greeting. Fails the test's way:
// returns false with what happened in status_text().
bool rig_start(struct rig *rig);
bool rig_connect(struct rig *rig, uint32_t socket);
// Time passes: the venue ticks, sockets push, heartbeats and upkeep that are due go out.
void rig_pass(struct rig *rig, int64_t ms);
// Best prices in whole dollars, `tenths` of size at each of three levels a dollar apart.
void rig_show(struct rig *rig, uint16_t symbol, int64_t bid, int64_t ask, int64_t tenths);
// Encodes, sends, reads the answer and whatever was pushed. STATUS_OK: it was sent.
enum status rig_call(struct rig *rig, struct oe_call *call) MUST_CHECK;

void rig_forget(struct rig *rig);
// The newest event of a kind since rig_forget; NULL when there was none.
const struct oe_event *rig_last(const struct rig *rig, enum oe_event_kind kind);
uint32_t rig_count(const struct rig *rig, enum oe_event_kind kind);
// The newest state of an order by its client id; OE_STATE_COUNT when none was told.
enum oe_state rig_state(const struct rig *rig, const char *client_id);
// What fills of that client id add up to, each trade counted once.
struct qty rig_filled(const struct rig *rig, const char *client_id);
void rig_print(const struct rig *rig); // the events, as TAP comments

#endif
