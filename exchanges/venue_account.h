// What a simulated venue knows of its one client: orders, fills, positions and money, matched
// against the book the venue shows. The private side of every `<venue>_sim` stands on it.
//
// Deterministic: no clock, no random, no I/O; times are the world's. All memory is taken by
// vacc_create. Matching is that of the paper venue (trade/paper.h says what a fill assumes): a
// taker walks the levels shown and what it took is gone until the book changes; a resting order
// stands behind the size shown at its price.
//
// Everything that happens is also an event, numbered from 1, with a copy of the order or position
// as it was then: sessions push them to their client in this order (each keeps the number of the
// last it pushed), and a client that asks by REST gets the present state.
#ifndef PERPDESK_EXCHANGES_VENUE_ACCOUNT_H
#define PERPDESK_EXCHANGES_VENUE_ACCOUNT_H

#include "exchanges/venue_sim.h"

enum {
    VACC_ORDERS_MAX = 2048, // remembered; the oldest finished one makes room
    VACC_LIVE_MAX = 500,    // at once; venues allow 200 to 1000. One answer holds them all
    VACC_ROW_MAX = 1024,    // bytes of one in it, at the venue with the most to say
    VACC_FILLS_MAX = 4096,
    VACC_EVENTS_MAX = 4096, // a session that falls further behind has lost its stream
    VACC_ID_MAX = 72,
};
#define VACC_ALL UINT32_MAX // every listing
_Static_assert(VACC_LIVE_MAX *VACC_ROW_MAX <= VSIM_SCRATCH_SIZE, "a list of open orders fits");

enum vacc_kind { VACC_POST_ONLY, VACC_IOC, VACC_GTC, VACC_FOK, VACC_MARKET };

// Why a request is refused at the gate; each venue has its own words for it.
enum vacc_refusal {
    VACC_TAKEN, // it is not
    VACC_NO_LISTING,
    VACC_OFF_TICK,
    VACC_OFF_STEP,
    VACC_TOO_SMALL,
    VACC_BELOW_NOTIONAL,
    VACC_NO_MARGIN,
    VACC_NOT_REDUCING,
    VACC_DUPLICATE,  // the client id is that of an open order
    VACC_TOO_MANY,   // open orders
    VACC_WOULD_TAKE, // post-only, at venues that refuse it at once: see vacc_options
    VACC_FORCED,     // VACC_FAULT_REJECT
    VACC_REFUSAL_COUNT
};

// How an order ended.
enum vacc_end {
    VACC_LIVE,
    VACC_FILLED,
    VACC_CANCELED,      // by its owner
    VACC_REST_EXPIRED,  // the rest of an IOC, or a FOK that found too little
    VACC_POST_ONLY_END, // would have taken
    VACC_SELF_TRADE,
    VACC_DEADMAN,
    VACC_LIQUIDATED,
    VACC_BY_VENUE, // maintenance and the like
};

struct vacc_order {
    uint64_t number; // the venue's; 0 = free row
    char client_id[VACC_ID_MAX];
    uint32_t listing;
    enum side side;
    enum vacc_kind kind;
    bool reduce_only;
    enum vacc_end end;
    struct px price;
    struct qty size, filled;
    struct usd value; // paid or received for what is filled
    struct usd fees;
    int64_t created_ns, updated_ns;
    int64_t arrives_ns; // at the book; 0 once it has
    uint32_t updates;
    struct qty ahead, level; // place in the queue, as in the paper venue
};

struct vacc_fill {
    uint64_t number, order;
    char client_id[VACC_ID_MAX];
    uint32_t listing;
    enum side side;
    bool maker, liquidation;
    struct px price;
    struct qty size;
    struct usd fee; // positive = paid
    int64_t time_ns;
};

struct vacc_position {
    struct qty net;                     // positive = long
    struct usd cost;                    // of what is held, same sign
    struct usd realised, fees, funding; // positive funding = paid
    int64_t updated_ns;
};

enum vacc_event_kind {
    VACC_EVENT_ORDER,
    VACC_EVENT_FILL, // comes with `order` as it is after the fill; no ORDER event follows for it
    VACC_EVENT_POSITION,
    VACC_EVENT_FUNDING,
};

struct vacc_event {
    enum vacc_event_kind kind;
    uint32_t listing;
    int64_t time_ns;
    struct vacc_order order;       // ORDER, FILL
    struct vacc_fill fill;         // FILL
    struct vacc_position position; // POSITION, FUNDING
    struct usd amount;             // FUNDING: positive = paid
};

// What goes wrong next, each counted down by one use. The transport's faults are src/sim's.
enum vacc_fault {
    VACC_FAULT_REJECT,         // the next order is refused
    VACC_FAULT_PARTIAL,        // the next taker gets half of what it could
    VACC_FAULT_DUPLICATE_FILL, // the next fill is told twice
    VACC_FAULT_LATE_FILL,      // the next cancel comes too late for one step of the order
    VACC_FAULT_NONCE,          // venue's files: the next number is called wrong
    VACC_FAULT_LOGIN,          // venue's files: the login is over
    VACC_FAULT_COUNT
};

struct vacc_options {
    struct bps maker_fee, taker_fee;
    struct usd balance;          // at start
    uint32_t leverage;           // of what may be held
    int64_t taker_delay_ns;      // before an order that takes reaches the book
    bool refuses_post_only;      // at the gate (VACC_WOULD_TAKE), else it ends after acceptance
    uint64_t first_number;       // of orders; fills and events count from 1
    const struct slice *secrets; // the client's, as venue_oe.secrets names them: what the venue
                                 // checks signatures against. The venue's private side copies.
};

struct vacc {
    struct vacc_options options;
    struct vacc_order orders[VACC_ORDERS_MAX];
    uint32_t order_next;            // row that is looked at first for the next order
    uint16_t live[VACC_ORDERS_MAX]; // rows of live orders, by their numbers
    uint32_t live_count;
    struct vacc_fill fills[VACC_FILLS_MAX]; // ring
    struct vacc_event events[VACC_EVENTS_MAX];
    uint64_t order_count, fill_count, event_count; // ever
    struct vacc_position *positions;               // by listing
    struct qty *taken;                             // by listing and side: eaten of the book shown
    uint64_t *quote_seen;                          // by listing: the quote the above is about
    int64_t *settles_ns;                           // by listing: funding settlement waited for
    int64_t *deadman_ns;                           // by listing: 0 = not armed
    int64_t deadman_all_ns;
    uint32_t listing_count;
    struct usd cash; // balance, realised, fees and funding
    uint32_t leverage[SYMBOL_MAX];
    uint32_t faults[VACC_FAULT_COUNT]; // left
    void *own;                         // of the venue's private side, own_size bytes, zeroed
    size_t own_size;
};

// What a client asks for.
struct vacc_request {
    uint32_t listing;
    enum side side;
    enum vacc_kind kind;
    bool reduce_only;
    struct px price; // VACC_MARKET: ignored
    struct qty size;
    struct slice client_id; // may be empty
};

enum status vacc_create(struct vacc **out, const struct vacc_options *options, uint32_t listings,
                        size_t own_size) MUST_CHECK;
void vacc_destroy(struct vacc *account); // NULL allowed

// Takes an order, at the world's time. On VACC_TAKEN *out is the order as it is after it met the
// book (or waits for its delay); its events are out.
enum vacc_refusal vacc_place(struct vacc *account, const struct vsim_world *world,
                             const struct vacc_request *request,
                             const struct vacc_order **out) MUST_CHECK;
// New price and whole size of a live order; loses its place in the queue. A size at or below what
// is filled ends it. `client_id` empty: kept.
enum vacc_refusal vacc_amend(struct vacc *account, const struct vsim_world *world,
                             const struct vacc_order *order, struct px price, struct qty size,
                             struct slice client_id) MUST_CHECK;
// False: it is over already.
bool vacc_cancel(struct vacc *account, const struct vsim_world *world,
                 const struct vacc_order *order, enum vacc_end end);
uint32_t vacc_cancel_all(struct vacc *account, const struct vsim_world *world, uint32_t listing,
                         enum vacc_end end); // returns how many
// Arms, moves or (0) disarms; until_ns by the world's clock. VACC_ALL: the account's.
void vacc_arm(struct vacc *account, uint32_t listing, int64_t until_ns);
// Whatever time and market bring: delayed orders, resting fills, funding, the dead-man's switch.
// Whoever drives the world calls it after each change of it.
void vacc_tick(struct vacc *account, const struct vsim_world *world);

// What others do to the account: a person elsewhere, or the venue (liquidation, ADL).
void vacc_meddle(struct vacc *account, const struct vsim_world *world, uint32_t listing,
                 enum side side, struct qty size, bool liquidation);

// NULL when unknown. By client id the newest is found.
const struct vacc_order *vacc_find(const struct vacc *account, uint64_t number);
const struct vacc_order *vacc_find_client(const struct vacc *account, struct slice client_id);
// Live orders in the order of their numbers, from `*at` (0 first) on; NULL past the last.
const struct vacc_order *vacc_next_live(const struct vacc *account, uint32_t listing, uint64_t *at);
// The n-th newest fill, 0 first; NULL past the oldest remembered.
const struct vacc_fill *vacc_fill(const struct vacc *account, uint32_t n);
// Event `number`; NULL when it is not remembered any more or not there yet.
const struct vacc_event *vacc_event(const struct vacc *account, uint64_t number);
bool vacc_fault(struct vacc *account, enum vacc_fault fault); // uses one up

struct usd vacc_unrealised(const struct vacc *account, const struct vsim_world *world,
                           uint32_t listing);
struct usd vacc_equity(const struct vacc *account, const struct vsim_world *world);
struct usd vacc_available(const struct vacc *account, const struct vsim_world *world);
// Average price of what is filled; 0 when nothing is.
struct px vacc_average(const struct vacc_order *order);
struct px vacc_entry(const struct vacc_position *position); // 0 when flat

#endif
