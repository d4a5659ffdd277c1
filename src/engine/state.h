// The read-only picture of the desk: what console, shell and HTTP see. Versioned sections,
// published whole.
//
// Components write their part into a draft inside the engine's lock; state_publish copies changed
// sections to the board under one sequence lock each, at most 20 times a second. Any number of
// readers copy and retry; nobody waits. A reader compares versions to know what to draw. Rows are
// sized at creation from the universe and the limits below. Unless a name says otherwise: times are
// desk time in ns, ages in ms, money USD.
#ifndef PERPDESK_ENGINE_STATE_H
#define PERPDESK_ENGINE_STATE_H

#include "engine/event.h"

enum {
    STATE_OPPORTUNITIES_MAX = 256,
    STATE_JOBS_MAX = 128,
    STATE_ORDERS_MAX = 128,
    STATE_POSITIONS_MAX = 256,
    STATE_DENIALS_MAX = 32,
    STATE_FREEZES_MAX = 16,
    STATE_ALERTS_MAX = 32,
    STATE_EQUITY_POINTS_MAX = 240,
    STATE_DIFFERENCES_MAX = 16,
    STATE_WIRE_MAX = 128,
};

// Whether journal and venues tell the same.
enum reconcile_phase {
    RECONCILE_ASKING,  // what an earlier session left is being asked for: nothing opens
    RECONCILE_DIFFERS, // they differ: nothing opens until a person accepts it
    RECONCILE_AGREED,
    RECONCILE_PHASE_COUNT
};

enum freshness { FRESH_NONE, FRESH_OK, FRESH_WARN, FRESH_STALE };

struct state_header {
    int64_t now_ns;
    uint8_t mode;      // enum desk_mode
    uint8_t status;    // enum desk_status
    uint8_t state;     // enum trading_state
    uint8_t risk_mode; // enum risk_mode
    uint8_t overridden, killed, quorum_on, orders_open_known;
    uint8_t journal_failed; // nothing leaves this desk any more
    int64_t override_until_ns;
    uint32_t jobs_running, orders_open;
    struct usd day_volume, day_fees, day_pnl; // pnl: realised + unrealised, after fees
    struct usd equity, equity_start;
    struct usd gross, net;
    struct usd unhedged;
    int64_t unhedged_usd_s; // 1e-6 USD * s, total of running jobs
    struct usd loss_budget, loss_used;
    struct bps threshold; // a person's, below 0: the scanner works it out
    uint32_t health;      // 0..100
    uint32_t alerts_open;
    uint64_t events, passes, longest_pass_ns; // engine counters
    char demo[96];                            // what stands for what, "" outside a demo
    char notice[120];                         // what start-up found, "" when nothing
    struct usd realised, unrealised;          // of all positions since start, before fees
    struct usd funding;                       // since start, positive = paid
    struct usd day_funding;                   // since UTC midnight, positive = paid
    struct bps threshold_auto;                // the highest the scanner's own threshold gets to
};

struct state_quote { // one per listing, in listing id order
    uint16_t venue, symbol;
    uint8_t present, freshness;    // enum freshness
    int8_t bid_change, ask_change; // -1, 0, 1 against the previous publication
    uint32_t flags;                // enum quote_flag
    uint32_t pad;
    struct px bid, ask, mark;
    struct qty bid_size, ask_size;
    struct bps spread;
    struct bps quorum; // distance from the median of the others, below 0: fewer than three others
    struct rate funding_per_hour;
    int64_t next_settlement_ns;
    int64_t age_ms, book_age_ms, funding_age_ms; // a channel each; -1: nothing came on it
    int32_t digits, funding_generated;           // digits: decimals of the tick
};

struct state_venue {
    uint8_t state, role, safe_mode, tripped; // enum feed_state, enum venue_role
    uint32_t reconnects, updates_per_s, books_live, errors_total;
    uint64_t updates;
    uint32_t errors[FEED_CAUSE_MAX];
    int64_t clock_offset_ns, round_trip_ns, latency_mean_ns, latency_p99_ns, age_ms;
    int64_t reliability_ppm;
    char text[48];
    // The private side.
    uint8_t lane, deadman;         // enum lane_state, enum deadman_state
    uint8_t rejects, rejects_max;  // in a row; at rejects_max the circuit breaker opens
    uint32_t orders, unknown;      // live at the venue; of them, those whose answer was lost
    uint32_t messages, pad;        // orders and cancels sent in the running second
    int64_t tripped_until_ns;      // the circuit breaker closes by itself then, 0 = closed
    int64_t deadman_until_ns;      // the venue cancels everything then unless told, 0 = not armed
    int64_t lane_blocked_until_ns; // nothing is sent before that, 0 = not blocked
    int64_t order_latency_ns;      // moving average of sent to first fill, takers; 0 = none yet
    char lane_text[48];            // why it is not ready
};

struct state_pool {
    struct usd size, used; // used: reserved and not released
};
struct state_capital { // one per venue
    struct usd equity, equity_peak, in_flight, pnl, volume, fees;
    struct state_pool pools[POOL_COUNT]; // model = five: all of them 0
    struct bps drawdown;
    uint8_t safe_mode, model, pad[6];      // enum capital_model
    struct state_pool layers[LAYER_COUNT]; // model = five, else all of them 0
};

struct state_opportunity {
    uint16_t symbol, buy_venue, sell_venue;
    uint16_t confidence_permille;
    struct px buy_ask, sell_bid;
    struct qty buy_size, sell_size;
    struct usd size;
    struct bps gross, fees, slippage, basis, net, round_trip, funding;
    int64_t score_ppm;
    int64_t first_seen_ns, last_seen_ns;
    uint32_t job;           // running arbitrage job, 0 = none
    struct verdict verdict; // why it is not traded: RULE_NONE when it is
};

struct state_leg {
    uint16_t venue;
    uint8_t side, order_state;
    uint8_t maker, open, pad[2]; // open: the leg holds a position
    struct qty size, filled, closed;
    struct px average, close_average;
};
struct state_job {
    uint32_t id;
    uint8_t strategy, state, legs, pad;
    uint16_t symbol, rule; // rule: why refused, expired, failed
    struct state_leg leg[JOB_LEGS_MAX];
    struct usd notional, pnl, fees, unhedged;
    int64_t unhedged_usd_s;
    struct bps edge;
    int64_t safety_ppm, volume_ppm, final_ppm;
    int64_t created_ns, deadline_ns, finished_ns; // deadline: of the state it is in, 0 = none
    struct verdict verdict;
};

struct state_order {
    uint64_t order;
    uint32_t job;
    uint16_t venue, symbol;
    uint8_t side, type, state, phase;
    struct px price;
    struct qty size, filled;
    int64_t created_ns;
    char client_id[ORDER_CLIENT_ID_MAX];
};

struct state_denial {
    int64_t time_ns; // of the newest
    uint32_t count;
    uint16_t strategy, symbol, buy_venue, sell_venue;
    struct verdict verdict;
};
struct state_freeze {
    uint16_t symbol, rule; // fast_market or cool_down
    uint32_t pad;
    int64_t until_ns;
};
struct state_risk {
    struct usd day_loss, day_loss_limit;
    struct bps drawdown, drawdown_limit;
    uint32_t failures, failures_max;
    struct bps min_edge, max_loss, volatility_max; // of the mode
    int64_t latency_max_ms, score_min_ppm;
    struct usd unhedged, unhedged_max;
    int64_t unhedged_usd_s, unhedged_usd_s_max; // worst running job, limit per job
    uint32_t strategies_off;                    // bit per enum strategy
    uint32_t denial_count, freeze_count, pad;
    uint64_t accepted, denied;
    struct state_denial
        denials[STATE_DENIALS_MAX]; // newest first, one row per (strategy, symbol, rule)
    struct state_freeze freezes[STATE_FREEZES_MAX];
    int64_t unhedged_usd_s_total; // 1e-6 USD * s, of all running jobs
    uint8_t kill_step, pad2[7];   // enum kill_step
    uint32_t kill_orders;         // still open while kill_step is KILL_CANCELLING
    uint32_t vanished;            // legs that vanished and were made up for, since start
};

struct state_position {
    uint16_t venue, symbol;
    uint32_t pad;
    struct qty net;
    struct px average, mark;
    struct usd net_usd, unrealised, realised, fees, funding; // funding: positive = paid
    struct px liquidation;                                   // as the venue tells it, 0 = not told
    struct bps distance; // mark to liquidation, told or estimated; below 0: no position
};

struct state_alert {
    int64_t time_ns;
    uint8_t severity, acknowledged, unit; // unit: enum rule_unit of figure and limit
    uint8_t over, pad[4]; // 1: what it was raised on has ended; nobody has to look at it
    char rule[24];        // of the configuration or of the desk
    char text[EVENT_TEXT_MAX];
    uint64_t id;             // 1, 2, 3 … since start: what CONTROL_ACKNOWLEDGE names
    int64_t figure, limit;   // the values it was raised on; UNIT_NONE: it has none
    int64_t acknowledged_ns; // 0 = not yet
};

struct state_equity {
    uint32_t count;
    uint32_t step_s;
    struct usd points[STATE_EQUITY_POINTS_MAX]; // oldest first
    int64_t newest_ns;                          // of the last point, 0 = none
    struct usd peak, trough;                    // since start
};

// A part of the desk and how well it is. A part that is not heard of counts 0.
struct state_health_part {    // by enum health_part
    uint32_t score;           // 0..100
    uint32_t weight;          // of it in the overall score, percent
    int64_t heartbeat_age_ms; // in whole seconds, so that a part that is well does not redraw the
                              // screen; -1: never heard of
    char reason[80];          // what took most from the score, "" at 100
};
// A metric and its threshold (specification, section 10).
struct state_metric {      // by enum health_metric
    int64_t figure, limit; // in `unit`: USD 1e-6, BPS 1e-2, MS, PPM, COUNT
    uint8_t unit;          // enum rule_unit
    uint8_t over;          // 1: beyond its threshold
    uint8_t known, pad[5]; // 0: nothing to judge yet
};
struct state_health {
    int64_t time_ns;       // of the newest HEALTH_SNAPSHOT, 0 = none yet
    uint32_t overall, pad; // 0..100
    struct state_health_part parts[HEALTH_PART_COUNT];
    struct state_metric metrics[METRIC_COUNT];
};

struct state_difference {
    uint16_t venue, symbol;
    uint32_t pad;
    struct qty here, there; // our book's net position, the venue's
};
struct state_reconcile {
    uint8_t phase, doubtful; // enum reconcile_phase; 1: some of what was left may be missing
    uint16_t pad;
    uint32_t orders_asked, orders_open; // of earlier sessions; of them, not known to have ended
    uint32_t orders_foreign;            // open on the accounts and not this desk's
    uint32_t jobs_waiting;              // for their venues to be heard
    uint32_t difference_count;
    uint64_t venues_heard;       // a bit a venue: it told its orders, fills and positions once
    uint64_t venues_unheard;     // it has not, and has keys or something was left there
    uint64_t venues_foreign;     // with some of orders_foreign
    int64_t began_ns, agreed_ns; // 0 = not
    struct state_difference differences[STATE_DIFFERENCES_MAX];
};

// One command that left the desk: an order placed, or a cancel.
enum wire_result {
    WIRE_SENT, // no word from the venue yet
    WIRE_OPEN,
    WIRE_PARTIAL,
    WIRE_FILLED,
    WIRE_CANCELED,
    WIRE_EXPIRED,
    WIRE_REJECTED,
    WIRE_UNKNOWN, // the answer was lost
    WIRE_DONE,    // a cancel: the order is no more
    WIRE_RESULT_COUNT
};
struct state_wire {  // newest first
    uint64_t number; // 1, 2, 3 … since start
    int64_t time_ns; // decided
    uint64_t order;
    uint32_t job;
    uint16_t venue, symbol;
    uint8_t action, side, type, phase, result, pad[3]; // enum order_action … enum wire_result
    uint32_t pad2;
    struct px price;
    struct qty size, filled;
    int64_t answer_ns, fill_ns; // decided to the venue's first word, to the first fill; -1: none
    char client_id[ORDER_CLIENT_ID_MAX];
    char text[48]; // the venue's own words
};

// How long orders take, since start: ours to get out (machine time), the venue's to answer and fill
// (desk time).
struct state_quantiles {
    uint64_t count;
    int64_t p50_ns, p99_ns, p999_ns;
};
// What is used of a limit of the venue's, in its window; limit 0: there is none. It is our share.
struct state_budget {
    uint32_t used, limit;
};
struct state_latency { // one per venue
    struct state_quantiles decide, encode, write;
    struct state_quantiles answer, fill;
    struct state_budget orders, data; // the fullest of the lane's budgets, the feed's REST weight
};

#define STATE_SECTION_LIST(X)                                                                      \
    X(STATE_HEADER, struct state_header, 1)                                                        \
    X(STATE_QUOTES, struct state_quote, 0)    /* rows: listings */                                 \
    X(STATE_VENUES, struct state_venue, 0)    /* rows: venues */                                   \
    X(STATE_CAPITAL, struct state_capital, 0) /* rows: venues */                                   \
    X(STATE_OPPORTUNITIES, struct state_opportunity, STATE_OPPORTUNITIES_MAX)                      \
    X(STATE_JOBS, struct state_job, STATE_JOBS_MAX)                                                \
    X(STATE_ORDERS, struct state_order, STATE_ORDERS_MAX)                                          \
    X(STATE_RISK, struct state_risk, 1)                                                            \
    X(STATE_POSITIONS, struct state_position, STATE_POSITIONS_MAX)                                 \
    X(STATE_ALERTS, struct state_alert, STATE_ALERTS_MAX)                                          \
    X(STATE_EQUITY, struct state_equity, 1)                                                        \
    X(STATE_HEALTH, struct state_health, 1)                                                        \
    X(STATE_WIRE, struct state_wire, STATE_WIRE_MAX)                                               \
    X(STATE_LATENCY, struct state_latency, 0) /* rows: venues */                                   \
    X(STATE_RECONCILE, struct state_reconcile, 1)

enum state_section {
#define STATE_ENUM(section, row, rows) section,
    STATE_SECTION_LIST(STATE_ENUM)
#undef STATE_ENUM
        STATE_SECTION_COUNT
};

// What components write: plain memory inside the engine, one array per section and the number of
// rows in use.
struct state_draft {
    void *rows[STATE_SECTION_COUNT];
    uint32_t count[STATE_SECTION_COUNT];
    uint32_t rows_max[STATE_SECTION_COUNT];
};
#define STATE_ROWS(draft, section, type) ((type *)(draft)->rows[section])

struct state_slot {
    _Atomic uint32_t sequence;
    _Atomic uint32_t count;
    _Atomic uint64_t version; // changes with every publication that changed it
    _Atomic uint64_t *words;
    uint32_t row_size, rows_max;
};
struct state_board {
    struct state_slot slots[STATE_SECTION_COUNT];
};

const char *wire_result_name(enum wire_result result); // "sent", "open" …

uint32_t state_row_size(enum state_section section);
uint32_t state_rows_max(enum state_section section, const struct universe *universe);

enum status state_draft_create(struct state_draft *draft,
                               const struct universe *universe) MUST_CHECK;
void state_draft_finish(struct state_draft *draft);
enum status state_board_create(struct state_board *board,
                               const struct universe *universe) MUST_CHECK;
void state_board_finish(struct state_board *board);
// One writer (inside the engine's lock). Copies the sections whose bytes changed.
void state_publish(struct state_board *board, const struct state_draft *draft);
// Copies a section into `rows` (rows_max rows of its type); returns the number of rows (0 before
// the first publication: `rows` is untouched then), *version its version.
uint32_t state_read(const struct state_board *board, enum state_section section, void *rows,
                    uint64_t *version);
uint64_t state_version(const struct state_board *board, enum state_section section);

#endif
