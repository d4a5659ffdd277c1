// A venue's private side on its io thread: orders out, evidence in.
//
// A lane owns the venue's struct oe (keys, session, numbers), its private sockets, its rate budgets
// and a table of the session's orders there. A command of the engine is encoded, signed and sent on
// the very pass that decided it when it was decided on this thread; from other threads it comes
// through a ring with a wake-up.
//
// Nothing is concluded from a request. What the venue says becomes EVENT_ORDER_REPORT; a fill is
// told once, however often and on whatever way it comes; the end of an order is told when every
// fill it had is told. An answer that does not come (time-out, 5xx, lost connection) makes the
// order unknown: it is asked for by its client id until the venue says what became of it, and never
// sent again. A venue that does not know it is believed only gone_ns after it was sent, because
// until then the request may still be taken. After each connect of the private sockets open orders,
// fills, positions and balances are asked for: what was missed comes as reports, what is gone ends.
//
// The dead-man's switch of the venue is kept armed while orders are live, moved at a third of its
// countdown. The engine learns the lane's state by EVENT_LANE_STATE, positions by
// EVENT_VENUE_POSITION and the account's equity by EVENT_CAPITAL_SNAPSHOT.
//
// All but lane_create, lane_send and lane_destroy belongs to the loop's thread. Everything is
// allocated by lane_create.
#ifndef PERPDESK_IO_LANE_H
#define PERPDESK_IO_LANE_H

#include <openssl/ssl.h>
#include <uv.h>

#include "base/clock.h"
#include "base/counter.h"
#include "engine/engine.h"
#include "exchanges/venue_oe.h"
#include "io/connect_budget.h"

struct lane;

struct lane_config {
    uv_loop_t *loop;
    const struct venue_oe *venue;
    const struct venue_md *md; // the same venue's: its native names
    uint16_t venue_index;
    const struct universe *universe; // names and counts only are read
    struct engine *engine;
    const struct clock *clock;        // desk time
    const _Atomic int64_t *offset_ns; // venue's clock minus desk's; NULL: 0
    const struct slice *secrets;      // in the order of the venue's; copied
    bool testnet;
    struct bps rate_share, rate_reserve; // see rate.h
    uint64_t session_key;                // of trade/order.h: client ids are made of it
    int64_t gone_ns; // so long after it was sent an order the venue does not know is believed gone,
                     // 0: 6 s; longer at a venue whose late_ms says so
    int64_t deadman_ns; // so long after the lane fell silent the venue's switch fires, longer where
                        // the venue takes no less; 0: 60 s
    SSL_CTX *tls;       // verifying client context
    const char *ws[OE_SOCKETS_MAX]; // "wss://host:port" instead of the venue's; NULL: the venue's
    const char *rest;               // likewise "https://host:port"
    void (*wake)(void *arg);        // makes the loop's thread call lane_wake; any thread
    void *wake_arg;
    void (*doubt_clock)(void *arg); // the venue says our time is wrong; loop's thread; may be NULL
    void *doubt_arg;
    uint64_t seed;                   // of back-off jitter and salts
    struct connect_budget *connects; // NULL: none
};

// Read from any thread.
struct lane_stats {
    counter sent, answers, reports, fills, duplicates, unknown, timeouts, refused_rate, reconnects,
        surprises, foreign;     // foreign: orders and fills that are none of this session's
    struct histogram answer_ns; // request sent to its answer
};

// STATUS_CONFIG: the keys cannot be right, or an address; the text names which, never a value.
enum status lane_create(struct lane **out, const struct lane_config *config) MUST_CHECK;
void lane_destroy(struct lane *lane); // never started, or stopped; wipes the keys; NULL allowed
enum status lane_start(struct lane *lane) MUST_CHECK; // once, on the loop's thread
void lane_stop(struct lane *lane, void (*on_stopped)(void *arg), void *arg); // after lane_start

// A committed command. Any thread, one at a time (engine.h: command_sink).
void lane_send(struct lane *lane, const struct event_order *command);
void lane_wake(struct lane *lane); // commands wait: loop's thread
// The feed learned the rules of a listing; loop's thread.
void lane_learn(struct lane *lane, uint16_t symbol, const struct listing *listing);

const struct lane_stats *lane_stats(const struct lane *lane);

#endif
