// What lane.c (life, state, time), lane_calls.c (requests and their answers), lane_orders.c (the
// order table), lane_late.c (fills of an earlier session's ended orders), lane_lists.c (what is
// asked for after a connect), lane_positions.c (what is believed of positions), lane_keys.c
// (whether they are taken) and lane_sockets.c share.
#ifndef PERPDESK_IO_LANE_PRIVATE_H
#define PERPDESK_IO_LANE_PRIVATE_H

#include <pthread.h>

#include "base/ring.h"
#include "io/http.h"
#include "io/lane.h"
#include "io/lane_index.h"
#include "io/rate.h"
#include "io/ws.h"

enum {
    LANE_TICK_MS = 50,
    LANE_TICK_SOON_MS = 5,  // until it is ready, and what an earlier session left has ended
    LANE_CALLS_MAX = 128,   // on the way
    LANE_REQUESTS_MAX = 16, // of them by REST
    LANE_CURSOR_MAX = 512,
    LANE_BODY_MAX = 2 * 1024 * 1024,
    LANE_COMMANDS_MAX = ENGINE_OUTBOX_MAX,
    LANE_TRADES_REMEMBERED = 65536,
    LANE_ANSWER_MS = 4000,    // without an answer for so long it is lost
    LANE_EVIDENCE_MS = 1500,  // accepted, cancelled, and nothing said of the order: ask
    LANE_STALE_MS = 10000,    // longer than a venue's memory repeats an old position
    LANE_RECONNECT_MS = 1000, // in which a lost connection is mostly made anew
    LANE_ASK_MS = 250,        // before the first repetition of a question, doubled up to
    LANE_ASK_MAX_MS = 5000,
    LANE_HOLD_MS = 1500, // what lowers risk waits so long for a connection or the rate limit
    LANE_GONE_MS = 6000,
    LANE_LOOK_BACK_MS = 60000,
    LANE_LATE_MS = 259200000,   // three days: OKX lists fills for so long
    LANE_POSITIONS_MS = 15000,  // between two looks at positions and balances, at least
    LANE_KEYS_MS = 2000,        // after an order refused for our keys: ask whether they may trade,
    LANE_KEYS_BLIND_MS = 60000, // or, where that cannot be asked, try it; both doubled up to
    LANE_KEYS_MAX_MS = 600000,
    LANE_LISTS_MAX_MS = 60000, // and at most, where they leave an order no room:
    LANE_GAP_MS = 300,         // between two lists that leave no room: the engine asks each 100 ms
    LANE_READS_SHARE = 10,     // that is so for a tenth of the time
    LANE_DEADMAN_MS = 60000,
    LANE_DEADMAN_MARGIN_MS = 5000,
    LANE_DEADMAN_EXCUSES = 2, // refusals in a row because of a login that is being renewed
    LANE_TELL_MS = 1000,
    LANE_PATIENCE_MS = 3000, // not ready for longer: the log says what it waits for
    LANE_REMIND_MS = 30000,  // and says it again
    LANE_WAIT_MAX = 160,
};

// An order's life as the lane knows it. Evidence moves it; UNKNOWN is asked for.
enum lane_order_state {
    LANE_ORDER_FREE,
    LANE_ORDER_AGAIN,   // not sent, or its number was wrong: when it can be and nothing is out
    LANE_ORDER_SENT,    // no answer yet
    LANE_ORDER_TAKEN,   // the venue took the request; no evidence of the order yet
    LANE_ORDER_OPEN,    // the venue says it is there
    LANE_ORDER_UNKNOWN, // the answer was lost
    LANE_ORDER_ENDING,  // it is over; fills of it are missing
    LANE_ORDER_OVER,    // told; kept for late fills until the row is needed
};

struct lane_order {
    uint64_t order; // the engine's
    enum lane_order_state state;
    uint16_t symbol;
    struct oe_order wanted;
    bool urgent; // lowers risk: takes from the reserved budget
    bool accepted_told;
    bool cancel_wanted;   // not confirmed yet
    bool cancel_out;      // a cancel is on the way
    bool asking;          // a question is on the way
    bool wants_fills;     // ENDING: not over before the fills were listed once more
    bool retried;         // after a wrong number
    bool unsent;          // it never left
    bool idle;            // there was nothing that it would reduce
    bool past;            // of an earlier session
    bool sought;          // and over: its venue id is asked for (lane_late.c)
    enum report_kind end; // ENDING: how
    uint32_t asks;        // in a row
    uint64_t number;      // that it was sent with, where the venue expects them in order; 0 = none
    // Loop time. due: of the next step, 0 = none; seen: the venue last said that it is there.
    int64_t asked_ms, sent_ms, due_ms, seen_ms, ended_ms;
    struct qty filled;     // by trades told
    struct qty filled_end; // by the venue's own sum
    char client_id[OE_CLIENT_ID_MAX], venue_id[OE_VENUE_ID_MAX];
    char text[48]; // why it ended, in the venue's words
};

// A request on the way.
struct lane_call {
    struct oe_call call; // slices point into the texts below
    bool busy;
    bool concluded; // the answer at hand said what became of it
    enum oe_way way;
    uint32_t socket;
    uint64_t number;
    struct lane_order *order; // and its engine id, because rows are used again
    uint64_t order_id;
    int64_t sent_ms, sent_mono_ns;
    char client_id[OE_CLIENT_ID_MAX], venue_id[OE_VENUE_ID_MAX];
    char cursor[LANE_CURSOR_MAX];
};

// A list to be asked for: of the account, or (…_PER_SYMBOL) of one symbol.
struct lane_list {
    bool wanted, busy;
    bool doubted;  // positions: of the list at hand something was passed over
    bool pressing; // of an order or a leg of ours nobody knows what became: before any order
    int64_t due_ms, asked_ms;
    uint32_t attempts;
    char cursor[LANE_CURSOR_MAX];
};
enum {
    LANE_LIST_ORDERS,
    LANE_LIST_FILLS,
    LANE_LIST_POSITIONS,
    LANE_LIST_BALANCES,
    LANE_LIST_COUNT
};

struct lane_socket {
    struct lane *lane;
    uint32_t index;
    struct ws *ws;
    bool started, open, greeted;
    uint32_t step;
    char needs[48];                         // why it cannot connect yet
    int64_t opened_ms, spoken_ms, heard_ms; // loop time
};

// What the venue said of a position, and what our fills make of it.
struct lane_position {
    bool told;
    int64_t told_ms;       // last: not with the fills of orders that were sent later
    bool first;            // nothing was known before: fills that a list tells later may be in it
    bool filled_since;     // then the same is told again: that it holds now is news
    struct qty net;        // as told, and the fills since
    struct qty net_listed; // and those that a list told, which it may or may not have had
    int64_t moved_ms;      // newest fill or word of the stream: a list asked for before is older
    bool odd;              // the venue said `hearsay`, which no fill explains,
    int64_t believe_ms;    // which is believed when a list asked for after this says the same
    struct oe_position hearsay;
    bool hearsay_listed; // by a list, which is not ahead of the fills of a stream
    int64_t refused_ms;  // a reduce-only order was refused for it, and the position asked for
};

struct lane_symbol {
    struct lane_list lists[LANE_LIST_COUNT]; // per symbol, or row 0: the account's
    bool rules_known, listed;                // listed: in the list of positions at hand
    struct lane_position position;
    int64_t armed_until_ms, arm_due_ms; // dead-man's switch, loop time; 0 = not armed
    bool arming;
    bool arm_failed;        // an alarm, until it was armed or disarmed again
    uint32_t arm_failures;  // in a row
    uint32_t foreign;       // open orders in the list at hand that are not ours
    int64_t fills_ns;       // desk time up to which its fills are known by a whole list, 0 = none
    int64_t fills_again_ms; // a list that is asked for later is wanted; 0 = none is,
    bool fills_past;        // and it goes back to orders that had ended before this session
    int64_t traded_ms;      // an order of ours was sent there last
};

struct lane {
    struct lane_config config;
    struct lane_stats stats;
    struct oe oe;
    struct oe_sink sink;
    struct rate_limits rate;
    struct oe_cost order_cost; // of an order, as the last one that was encoded
    uint32_t told_room;
    struct http *http;
    struct lane_socket sockets[OE_SOCKETS_MAX];
    struct oe_message *message; // wiped when it was sent
    char rest[URL_HOST_MAX + 16];
    uv_timer_t tick;
    pthread_t thread;
    bool started, stopping;
    _Atomic bool running; // thread is known
    uint32_t pending, depth;
    void (*on_stopped)(void *arg);
    void *stopped_arg;

    struct ring commands; // struct event_order
    _Atomic bool cancel_lost;
    struct lane_order *orders;
    struct lane_index index;                // of them
    bool seeks;                             // an order is sought
    uint32_t next_order;                    // row to be used next, unless it is live
    uint32_t live;                          // orders that are not over
    uint32_t past_live;                     // those of them that an earlier session placed
    struct lane_call calls[LANE_CALLS_MAX]; // a call is at its tag, modulo
    uint32_t next_tag;
    struct seen_set trades;
    struct lane_symbol *symbols; // the universe's
    struct lane_call *answering; // whose answer is being decoded, NULL: none
    bool limited;                // the answer or frame at hand said: too many requests
    struct lane_socket *heard;   // whose message is being decoded, NULL: none

    bool reconciled, keys_checked, nonce_wanted;
    uint32_t keys_refused; // OE_BIT(kind) of what the venue refused for our keys, until it does not
    uint32_t keys_refusals; // of changes, in a row
    int64_t keys_again_ms;  // before that no question about them
    int64_t upkeep_due_ms;
    uint32_t upkeep_attempts;
    int64_t lists_due_ms;
    int64_t lists_held_ms; // for so long the lists of this round left an order no room
    int64_t lists_gap_ms;  // until then the next list leaves it the room
    bool stranded;   // the engine's journal failed: what rests is taken back, nothing is placed
    int64_t read_ms; // something was asked for last, then, and nothing placed or cancelled since; 0
    int64_t started_ns; // desk time
    // Of an earlier session: when the oldest order that may be live was decided, and the newest
    // that had ended (what was filled a while before that, it was told itself). 0 = none.
    int64_t past_ns, past_ended_ns;
    uint32_t foreign_told;
    bool deadman_failed; // of any row

    enum lane_state state;
    char text[96]; // the last trouble, for a person
    int64_t told_ms;
    int64_t waiting_ms, wait_logged_ms; // loop time, 0 = does not wait
    char wait_logged[LANE_WAIT_MAX];
    struct usd equity;
    int64_t equity_ms;
};

// lane.c
int64_t lane_loop_ms(const struct lane *lane);
int64_t lane_now_ns(const struct lane *lane);   // desk time
int64_t lane_venue_ns(const struct lane *lane); // the venue's
void lane_enter(struct lane *lane);             // around every callback: commands wait meanwhile
void lane_leave(struct lane *lane);
void lane_explain(struct lane *lane, const char *format, ...) PRINTF_LIKE(2, 3);
void lane_judge(struct lane *lane); // works the state out and tells a change
bool lane_is_ready(const struct lane *lane);

// lane_calls.c
// Sends a call; the row's slices are copied. STATUS_UNAVAILABLE: not now (*retry_ms: when again).
enum status lane_call(struct lane *lane, const struct oe_call *call, struct lane_order *order,
                      int64_t *retry_ms) MUST_CHECK;
void lane_calls_tick(struct lane *lane);
void lane_socket_lost(struct lane *lane, uint32_t socket); // its requests have no answer
void lane_on_event(struct oe_sink *sink, const struct oe_event *event);
void lane_answered(struct lane *lane, struct lane_call *row); // the row is free again
// The order of a call that is still the same one; NULL otherwise.
struct lane_order *lane_call_order(const struct lane_call *row);

// lane_keys.c
void lane_keys_wrong(struct lane *lane, enum oe_call_kind refused, struct slice text);
void lane_keys_taken(struct lane *lane, uint32_t kinds);        // OE_BIT of each
void lane_keys_list(struct lane *lane, enum oe_call_kind kind); // was answered
bool lane_keys_due(const struct lane *lane);                    // OE_KEYS is to be asked
void lane_keys_asked(struct lane *lane);

// lane_orders.c
void lane_command(struct lane *lane, const struct event_order *command);
void lane_orders_tick(struct lane *lane);
struct lane_order *lane_order_of(struct lane *lane, const struct oe_event *event);
void lane_order_accepted(struct lane *lane, struct lane_order *order, const struct oe_event *event);
void lane_order_refused(struct lane *lane, struct lane_order *order, enum oe_call_kind call,
                        enum oe_error error, struct slice text);
void lane_order_lost(struct lane *lane, struct lane_order *order, enum oe_call_kind call,
                     const char *why);
void lane_order_state(struct lane *lane, const struct oe_event *event);
void lane_order_fill(struct lane *lane, const struct oe_event *event);
// The list of open orders was whole and asked for at `asked_ms`: what is not in it is asked for.
void lane_orders_listed(struct lane *lane, uint16_t symbol, int64_t asked_ms);
void lane_fills_listed(struct lane *lane, uint16_t symbol, int64_t asked_ms); // whole, likewise
void lane_orders_ask_all(struct lane *lane);
void lane_orders_cancel_all(struct lane *lane);
bool lane_orders_any(const struct lane *lane, enum lane_order_state state);
// The venue took this request, and each number once: an order that was sent with the same one, and
// of which nobody heard since, never came and never will.
void lane_orders_outnumbered(struct lane *lane, const struct lane_call *by);
// An order or a cancel that lowers risk waits to be sent.
bool lane_orders_wait(const struct lane *lane);
// And it has the next room of the venue's message rate: what was read had the last. Neither keeps
// the other waiting for longer than LANE_HOLD_MS.
bool lane_orders_next(const struct lane *lane);
bool lane_order_live(const struct lane_order *order);

// lane_late.c
void lane_late_fill(struct lane *lane, const struct oe_event *event); // of no order that is known
void lane_late_tick(struct lane *lane);
// The venue told of an order that is sought.
void lane_late_known(struct lane *lane, struct lane_order *order, const struct oe_event *event);

// lane_lists.c
void lane_lists_want(struct lane *lane); // everything, after a connect
void lane_lists_tick(struct lane *lane);
void lane_lists_describe_wait(const struct lane *lane, struct text *out); // not reconciled: why
void lane_list_end(struct lane *lane, struct lane_call *row, struct slice cursor);
// error: why the venue refused, OE_ERROR_OTHER where it was not asked or did not answer.
void lane_list_failed(struct lane *lane, const struct lane_call *row, enum oe_error error);
void lane_orders_want(struct lane *lane, uint16_t symbol); // open ones
void lane_fills_want(struct lane *lane, uint16_t symbol);
// A list that is asked for from now on, before any order. past: it goes back to orders that had
// ended before this session.
void lane_fills_want_again(struct lane *lane, uint16_t symbol, bool past);
bool lane_list_presses(struct lane *lane, const struct oe_call *call);
void lane_positions_want(struct lane *lane, int64_t due_ms); // at a doubt; no list is on the way
struct lane_list *lane_positions_list(struct lane *lane);
const struct lane_list *lane_orders_list(struct lane *lane, uint16_t symbol);
const struct lane_list *lane_fills_list(struct lane *lane, uint16_t symbol);
void lane_foreign(struct lane *lane, const struct oe_event *event); // an order that is not ours
void lane_balance(struct lane *lane, const struct oe_event *event);
void lane_tell_room(struct lane *lane); // when it is scarce and not what was told
void lane_deadman_tick(struct lane *lane);
// Arms it again as soon as it can be: where requests are numbered that settles what became of
// orders (lane_orders_outnumbered), and harms nothing.
void lane_deadman_press(struct lane *lane);
// When the first of those that are armed ends orders; 0: none is.
int64_t lane_deadman_until_ms(const struct lane *lane);
void lane_deadman_armed(struct lane *lane, uint16_t symbol, int64_t until_ns);
void lane_deadman_failed(struct lane *lane, uint16_t symbol, enum oe_error error,
                         struct slice text);

// lane_positions.c
void lane_position(struct lane *lane, const struct oe_event *event);
// A fill of ours was reported; listed: by a list, so that the position told last may have it,
// unless that was before the order was sent.
void lane_position_filled(struct lane *lane, const struct lane_order *order, struct qty bought,
                          bool listed);
// The venue found nothing that a reduce-only order of ours would reduce.
void lane_position_refused(struct lane *lane, uint16_t symbol);
void lane_positions_asked(struct lane *lane);   // a list is on its way
void lane_positions_listed(struct lane *lane);  // and whole
void lane_positions_confirm(struct lane *lane); // asks for the list that hearsay waits for

// lane_sockets.c
enum status lane_sockets_create(struct lane *lane) MUST_CHECK;
void lane_sockets_destroy(struct lane *lane);
void lane_sockets_tick(struct lane *lane); // connects what can be, heartbeats, age
void lane_sockets_stop(struct lane *lane);
bool lane_sockets_ready(const struct lane *lane);
void lane_sockets_describe_wait(const struct lane *lane, struct text *out); // not ready: why
MUST_CHECK bool lane_socket_send(struct lane *lane, uint32_t socket, struct slice text);
void lane_socket_again(struct lane *lane, uint32_t socket, const char *why);
void lane_part_released(struct lane *lane);

#endif
