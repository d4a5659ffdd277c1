// The event kinds with their payloads, and the envelope.
//
// An event is either an input (it came from outside: a quote, a person's command, a venue's answer,
// time) or derived (a component decided it while handling an input). Inputs are numbered in the
// order in which they enter the engine's lock and journalled as seen; derived events are journalled
// too, so that replay can compare decisions. Payloads are plain structs without padding surprises:
// every field explicit, written and compared as bytes in little-endian order. Sizes are asserted; a
// changed payload needs a new EVENT_FORMAT.
#ifndef PERPDESK_ENGINE_EVENT_H
#define PERPDESK_ENGINE_EVENT_H

#include "engine/rules.h"
#include "market/filter.h"
#include "market/quote.h"

enum {
    EVENT_FORMAT = 5,
    FEED_CAUSE_MAX = 16,
    ORDER_CLIENT_ID_MAX = 24,
    EVENT_TEXT_MAX = 96,
    EVENT_SETTINGS_MAX = 20,
    ALERT_RULES_MAX = 16,
    ALERT_NAME_MAX = 24,
    ALERT_CONDITION_MAX = 96,
    ALERT_ORDER_MAX = 80,
    JOB_LEGS_MAX = 2
};

enum desk_mode { DESK_PAPER, DESK_LIVE, DESK_DEMO, DESK_MODE_COUNT };
enum risk_mode { RISK_CONSERVATIVE, RISK_BALANCED, RISK_AGGRESSIVE, RISK_MODE_COUNT };
enum desk_status { DESK_RUNNING, DESK_PAUSED, DESK_STATUS_COUNT };
enum trading_state { TRADING_ACTIVE, TRADING_REDUCING, TRADING_HALTED, TRADING_STATE_COUNT };
// code, name in JSON, journal listings and control verbs. Names are stable: only append.
#define STRATEGY_LIST(X)                                                                           \
    X(STRATEGY_ARB, "arb")                                                                         \
    X(STRATEGY_WASH, "wash") /* hedged volume */                                                   \
    X(STRATEGY_MANUAL, "manual")                                                                   \
    X(STRATEGY_HEDGE_REBALANCE, "hedge_rebalance")                                                 \
    X(STRATEGY_TAKE_PROFIT, "take_profit")                                                         \
    X(STRATEGY_TWAP, "twap")                                                                       \
    X(STRATEGY_MACD, "macd")

enum strategy {
#define STRATEGY_ENUM(code, name) code,
    STRATEGY_LIST(STRATEGY_ENUM)
#undef STRATEGY_ENUM
        STRATEGY_COUNT
};
enum pool { POOL_WASH, POOL_ARB, POOL_RESERVE, POOL_COUNT };
enum severity { SEVERITY_INFO, SEVERITY_WARN, SEVERITY_RED };
// The two models of capital: three pools, or five layers.
enum capital_model { CAPITAL_THREE, CAPITAL_FIVE, CAPITAL_MODEL_COUNT };
enum layer { LAYER_1, LAYER_2, LAYER_3, LAYER_4, LAYER_5, LAYER_COUNT };
// A venue's equity is cut into parts: the pools of one model, or the layers of the other.
enum { CAPITAL_PARTS_MAX = LAYER_COUNT };
_Static_assert((int)POOL_COUNT <= (int)CAPITAL_PARTS_MAX, "a part is a pool or a layer");
// How far a kill has come: block, cancel and verify, flatten, and what is left was said.
enum kill_step { KILL_NONE, KILL_CANCELLING, KILL_FLATTENING, KILL_DONE, KILL_STEP_COUNT };
enum health_part {
    HEALTH_CAPITAL,
    HEALTH_EXPOSURE,
    HEALTH_EXECUTION,
    HEALTH_QUOTES,
    HEALTH_SCANNER,
    HEALTH_LATENCY,
    HEALTH_PART_COUNT
};
enum health_metric {
    METRIC_QUOTE_LATENCY, // ms, worst trading venue
    METRIC_SUCCESS,       // ppm of the last ended jobs; a job without any fill counts for nothing
    METRIC_DRAWDOWN,      // bps, worst venue
    METRIC_DAY_PNL,       // USD
    METRIC_FAILURES,      // in a row
    METRIC_COUNT
};
enum liquidity { LIQUIDITY_MAKER, LIQUIDITY_TAKER };

enum feed_state {
    FEED_DOWN,       // not connected
    FEED_CONNECTING, // connecting or subscribing
    FEED_LIVE,       // data flows
    FEED_POLLING,    // WebSocket down, quotes come by REST
    FEED_STALE,      // nothing comes: last quotes stand and are marked
    FEED_STATE_COUNT
};

// pending → running phases → finished ones. Order is the order of a good life.
enum job_state {
    JOB_PENDING,   // waits for capital, limits or its turn
    JOB_OPENING,   // opening legs are on the way
    JOB_HOLDING,   // both legs open, waits for its exit
    JOB_CLOSING,   // closing legs are on the way
    JOB_UNWINDING, // a leg could not be hedged: what was filled is taken back
    JOB_DONE,      // flat again, settled
    JOB_REFUSED,   // denied by a rule
    JOB_EXPIRED,   // nothing filled: no failure
    JOB_FAILED,    // a leg was rejected, a hedge missed its deadline, or it was unwound
    JOB_STATE_COUNT
};

enum order_state {
    ORDER_NEW,     // decided and journalled
    ORDER_SENT,    // handed to the venue
    ORDER_OPEN,    // the venue says it rests
    ORDER_PARTIAL, // part of it is filled
    ORDER_FILLED_ALL,
    ORDER_CANCELING, // cancel asked for
    ORDER_CANCELED_DONE,
    ORDER_REJECTED, // refused by the venue
    ORDER_EXPIRED,  // the rest of an IOC
    ORDER_UNKNOWN,  // the answer was lost: asked, never assumed
    ORDER_STATE_COUNT
};

// A venue's private side.
enum lane_state {
    LANE_NONE,       // this desk sends nothing there: every order goes to the paper venue
    LANE_NO_KEYS,    // live, and no keys: its orders are denied, reading works
    LANE_CONNECTING, // session, or orders, fills and positions are not known yet
    LANE_READY,
    LANE_BLOCKED,     // too many requests: nothing is sent before blocked_until_ns
    LANE_AUTH_FAILED, // the venue does not take the keys
    LANE_STATE_COUNT
};
// NONE: the venue has no such switch, what rests there stays when the desk is gone.
enum deadman_state {
    DEADMAN_OFF,
    DEADMAN_ARMED,
    DEADMAN_FAILED,
    DEADMAN_NONE,
    DEADMAN_STATE_COUNT
};

enum order_type { ORDER_POST_ONLY, ORDER_IOC };
// ASK: an order of an earlier session; the venue is asked what became of it.
enum order_action { ORDER_ACTION_PLACE, ORDER_ACTION_CANCEL, ORDER_ACTION_ASK };
enum leg_phase { LEG_OPEN, LEG_CLOSE, LEG_HEDGE, LEG_UNWIND };

// What a venue (or the paper venue) says about an order.
enum report_kind {
    REPORT_ACCEPTED,
    REPORT_FILL,
    REPORT_CANCELED,
    REPORT_EXPIRED,
    REPORT_REJECTED,
    REPORT_UNKNOWN
};

struct event_listing_rules { // EVENT_INSTRUMENT
    struct listing listing;
};
struct event_quote {
    uint16_t venue, symbol;
    uint32_t pad;
    struct quote quote;
};
struct event_depth {
    uint16_t venue, symbol;
    uint32_t pad;
    struct depth depth;
};
#define FUNDING_ACCRUES INT64_C(-1)
struct event_funding {
    uint16_t venue, symbol;
    uint32_t generated; // 1: made up by the simulator
    struct rate per_hour;
    int64_t next_settlement_ns; // 0 = not told; FUNDING_ACCRUES: none, it is owed all the time
    int64_t interval_ns;
    struct px mark, index; // 0 = not told
};
// Once a second per venue, and at each change of state.
struct event_feed {
    uint16_t venue;
    uint8_t state; // enum feed_state
    uint8_t clock_known;
    uint32_t reconnects;
    int64_t clock_offset_ns;
    int64_t round_trip_ns;
    int64_t latency_mean_ns, latency_p99_ns; // venue stamp to stored, offset taken out
    uint64_t updates;                        // quotes stored since start
    uint32_t updates_per_s;
    uint32_t books_live;
    uint32_t errors[FEED_CAUSE_MAX]; // by enum feed_cause, since start
    char text[48];                   // why it is not live
};
struct event_alive {
    uint16_t venue, pad[3];
    int64_t frame_ns; // newest data frame, desk time
};
struct event_equity { // EVENT_CAPITAL_SNAPSHOT
    uint16_t venue, pad[3];
    struct usd equity;
};
struct event_control {
    uint16_t verb;   // enum control_verb
    uint16_t origin; // enum control_origin
    uint16_t venue, symbol;
    int64_t value;
    int64_t value2;
    uint8_t side, hedged; // CONTROL_SUBMIT alone, else 0
    uint16_t hedge_venue;
    uint32_t over_s;
};
struct event_timer {
    uint64_t pad;
};
struct event_desk {
    uint16_t mode; // enum desk_mode
    uint16_t venues, symbols, pad;
    uint64_t config_hash;
};

// Settings that were changed while the desk runs, all at once.
struct setting_change {
    uint64_t key;   // io/config_reload.h
    int64_t value;  // in the field's own unit
    uint16_t venue; // of a fee, else UINT16_MAX
    uint16_t place; // in a list, else 0
    uint16_t pad[2];
};
struct event_settings {
    uint32_t count, pad;
    struct setting_change changes[EVENT_SETTINGS_MAX];
};

struct alert_rule {                      // engine/alert.h
    char name[ALERT_NAME_MAX];           // "" = the row is free
    char condition[ALERT_CONDITION_MAX]; // as written
    char order[ALERT_ORDER_MAX];         // ALERT_AUTO_ORDER: the words of a submit, "" = none
    uint8_t kind, metric;                // enum alert_kind, enum alert_metric
    uint8_t severity, action;            // enum severity, enum alert_action
    uint32_t pad;
    uint16_t symbol, other_symbol; // SYMBOL_MAX: the condition names none
    uint16_t venue, other_venue;   // VENUE_MAX: the median of all
    int64_t low, high;   // px 1e-12, or in the unit of alert_rule_unit; `high` is the limit of all
                         // kinds but ALERT_RANGE, which has both
    int64_t window_ns;   // ALERT_PERCENT_CHANGE
    int64_t cooldown_ns; // told at most once in this time
};
// A rule of a changed configuration. The rules come one by one, from 0 on; with the last they
// replace those in force, all at once. None are left: one event with `count` 0 and no rule.
struct event_alert_rule {
    uint16_t at, count;
    uint32_t pad;
    struct alert_rule rule;
};

struct event_lane { // once a second, and at each change of state
    uint16_t venue;
    uint8_t state;            // enum lane_state
    uint8_t deadman;          // enum deadman_state
    uint32_t orders, unknown; // live at the venue; of them, those whose answer was lost
    // Orders that the message rate lets pass beside what is kept for hedges: now, and as many more
    // within the next seconds as a budget of a short window is filled again.
    uint16_t room, room_soon;
    int64_t blocked_until_ns;
    int64_t deadman_until_ns; // desk time, 0 = not armed
    char text[48];            // why it is not ready
};
struct event_venue_position { // as the venue tells it
    uint16_t venue, symbol;
    uint32_t pad;
    struct qty net;
    struct px average, liquidation; // 0 = not told
};

// Whenever a whole list of the account's open orders differs in this from the one before.
struct event_venue_orders {
    uint16_t venue, pad[3];
    uint32_t foreign; // open orders there that are none of this desk's
    uint32_t pad2;
};

// What holds a desk back until a person, or the next UTC day, lifts it.
struct event_brakes {
    uint32_t strategies_off;         // bit per enum strategy
    uint32_t losing[STRATEGY_COUNT]; // jobs in a row
    int64_t day;                     // UTC day of the jobs counted, days since 1970
    uint32_t day_jobs, pad;
};

// What an earlier session left, told at the start in this order: positions, jobs, orders, fills of
// those orders, peaks, and the end, without which the next start looks further back. Names of
// venues and symbols have been translated to this session's numbers.
struct event_past_position {
    uint16_t venue, symbol;
    uint32_t pad;
    struct qty net;
    struct usd cost, realised, fees, funding;
};
struct event_past_leg {
    uint16_t venue, pad[3];
    struct qty opened, closed;
    struct usd opened_usd, closed_usd;
};
struct event_past_job {
    uint32_t job;
    uint8_t strategy, state;
    uint16_t symbol;
    uint32_t orders_used; // order numbers of the job up to here are taken
    uint8_t maker;        // enum maker_leg of trade/cost.h
    uint8_t legs_used;    // 1: one leg alone,
    uint8_t only;         // this one
    uint8_t adopted;      // 1: it began with a position that was there
    struct usd notional, fees;
    struct bps edge;
    int64_t created_ns;
    struct event_past_leg legs[JOB_LEGS_MAX]; // in the order of LEG_BUY, LEG_SELL
};
struct event_past_trade { // a fill that is booked already
    uint64_t order, trade;
    uint16_t venue, pad[3];
};
struct event_past_peak { // of a venue's equity, and what a person made of the venue
    uint16_t venue;
    uint8_t role; // 1 + enum venue_role; 0: nobody set it
    uint8_t pad[5];
    int64_t day; // UTC day when the equity was told last, 0: never
    struct usd start, peak;
};
enum past_doubt { // why some of what was left may not be told
    DOUBT_NONE,
    DOUBT_DAMAGED, // the journal is damaged
    DOUBT_FORMAT,  // another version of this program wrote it
    DOUBT_COUNT
};
struct event_past_end {
    uint64_t session_key;  // of the newest session that sent orders
    uint32_t jobs_used;    // job numbers up to here are taken
    uint8_t known;         // 1: there was a session, and what it left is told
    uint8_t doubt;         // enum past_doubt
    uint8_t killed, state; // latched kill, enum trading_state
    uint32_t lost;         // positions and orders of venues or symbols this session does not have
    uint8_t risk_mode;     // 1 + enum risk_mode that a person set; 0: nobody did
    uint8_t pad[3];
    int64_t last_ns; // of its newest event
    int64_t day;     // UTC day of the following, days since 1970
    struct usd day_start_pnl, day_start_funding, day_volume, day_fees;
    struct event_brakes brakes;
};

struct event_opportunity { // FOUND and GONE
    uint16_t symbol, buy_venue, sell_venue;
    uint16_t confidence_permille;
    struct usd size;
    struct bps gross, net, round_trip;
    int64_t score_ppm;
    int64_t first_seen_ns;
    struct px buy_ask, sell_bid;
};
struct event_job {
    uint32_t job;
    uint8_t strategy, state, admitted, legs;      // admitted: just now, it is one of the day's jobs
    uint16_t symbol, buy_venue, sell_venue, rule; // rule: why refused, expired or failed
    struct usd notional;
    struct bps edge;
    int64_t safety_ppm, volume_ppm, final_ppm;
    struct usd pnl, fees;
};
struct event_adopted { // a job began with a position that was there: what it took over of a leg
    uint32_t job;
    uint16_t venue;
    uint8_t leg, pad;
    struct qty opened;
    struct usd opened_usd;
};
struct event_denied {
    uint32_t job; // 0 = an order or a control without a job
    uint16_t strategy, pad;
    uint16_t symbol, buy_venue, sell_venue, pad2;
    struct verdict verdict;
};
struct event_order { // ORDER_COMMAND, ORDER_PLACED, ORDER_FAILED, ORDER_CANCELED
    uint64_t order;  // job << 16 | number within the job
    uint32_t job;
    uint8_t action, type, side, phase;
    uint16_t venue, symbol;
    uint8_t leg, reduce_only, emergency, state;
    struct px price; // limit
    struct qty size, filled;
    int64_t created_ns;   // when it was decided
    uint64_t session_key; // of the session that decided it: its client ids are made of it
    char client_id[ORDER_CLIENT_ID_MAX];
};
struct event_past_order {
    struct event_order order;
    struct usd filled_usd, fees;
};
struct event_fill { // ORDER_FILLED
    uint64_t order; // 0: no order's, the venue took the position (liquidation, deleveraging)
    uint64_t trade; // the venue's trade id
    uint32_t job;
    uint8_t side, liquidity, phase, leg;
    uint16_t venue, symbol;
    uint32_t last; // 1: the order is complete
    struct px price;
    struct qty size;
    struct usd fee; // positive = paid
};
struct event_report { // evidence about one order
    uint64_t order;
    uint64_t trade; // fills: trade id, de-duplicated
    uint16_t venue, symbol;
    uint8_t kind, liquidity;
    uint8_t unsent; // rejected here, not by the venue: it never left
    uint8_t idle;   // rejected by the venue as one that would reduce no position
    struct px price;
    struct qty size;
    struct usd fee;
    char text[48]; // the venue's own words
};
struct event_position {
    uint16_t venue, symbol;
    uint32_t pad;
    struct qty net;
    struct px average;
    struct usd net_usd, gross_usd, unrealised, realised;
    struct usd cost, fees, funding;
};
struct event_day { // a UTC day began, or a position was signed for that had made something before
    int64_t day;
    struct usd start_pnl, start_funding; // in total at its beginning
};
struct event_capital {
    uint16_t venue;
    uint8_t safe_mode, model; // enum capital_model
    uint32_t pad;
    struct usd equity, start, peak;
    struct usd available[CAPITAL_PARTS_MAX]; // by pool, or by layer
    struct bps drawdown;
};
struct event_risk {
    uint8_t mode, state, killed, overridden;
    uint32_t failures;
    int64_t override_until_ns;
    struct usd day_loss;
    struct event_brakes brakes;
};
struct event_health {
    uint32_t overall;                      // 0..100
    uint32_t component[HEALTH_PART_COUNT]; // 0..100
    uint32_t pad;
};
struct event_alert {
    uint8_t severity, unit, pad[6]; // unit: enum rule_unit of figure and limit
    char rule[24];
    char text[EVENT_TEXT_MAX];
    int64_t figure, limit; // UNIT_NONE: it has none
};

// kind, name in JSON and journal listings, payload
#define EVENT_LIST(X)                                                                              \
    X(EVENT_DESK_STARTED, "desk_started", event_desk)                                              \
    X(EVENT_INSTRUMENT, "instrument", event_listing_rules)                                         \
    X(EVENT_QUOTE_UPDATED, "quote_updated", event_quote)                                           \
    X(EVENT_DEPTH_UPDATED, "depth_updated", event_depth)                                           \
    X(EVENT_FUNDING_UPDATED, "funding_updated", event_funding)                                     \
    X(EVENT_FEED_STATE, "feed_state", event_feed)                                                  \
    X(EVENT_FEED_ALIVE, "feed_alive", event_alive)                                                 \
    X(EVENT_CAPITAL_SNAPSHOT, "capital_snapshot", event_equity)                                    \
    X(EVENT_CONTROL, "control", event_control)                                                     \
    X(EVENT_TIMER, "timer", event_timer)                                                           \
    X(EVENT_ORDER_REPORT, "order_report", event_report)                                            \
    X(EVENT_OPPORTUNITY_FOUND, "opportunity_found", event_opportunity)                             \
    X(EVENT_OPPORTUNITY_GONE, "opportunity_gone", event_opportunity)                               \
    X(EVENT_JOB_STATE, "job_state", event_job)                                                     \
    X(EVENT_DENIED, "denied", event_denied)                                                        \
    X(EVENT_ORDER_COMMAND, "order_command", event_order)                                           \
    X(EVENT_ORDER_PLACED, "order_placed", event_order)                                             \
    X(EVENT_ORDER_FILLED, "order_filled", event_fill)                                              \
    X(EVENT_ORDER_FAILED, "order_failed", event_order)                                             \
    X(EVENT_ORDER_CANCELED, "order_canceled", event_order)                                         \
    X(EVENT_POSITION_UPDATED, "position_updated", event_position)                                  \
    X(EVENT_CAPITAL_UPDATED, "capital_updated", event_capital)                                     \
    X(EVENT_RISK_STATE, "risk_state", event_risk)                                                  \
    X(EVENT_HEALTH_SNAPSHOT, "health_snapshot", event_health)                                      \
    X(EVENT_ALERT, "alert", event_alert)                                                           \
    X(EVENT_LANE_STATE, "lane_state", event_lane)                                                  \
    X(EVENT_VENUE_POSITION, "venue_position", event_venue_position)                                \
    X(EVENT_SETTINGS_CHANGED, "settings_changed", event_settings)                                  \
    X(EVENT_VENUE_ORDERS, "venue_orders", event_venue_orders)                                      \
    X(EVENT_PAST_POSITION, "past_position", event_past_position)                                   \
    X(EVENT_PAST_JOB, "past_job", event_past_job)                                                  \
    X(EVENT_PAST_ORDER, "past_order", event_past_order)                                            \
    X(EVENT_PAST_TRADE, "past_trade", event_past_trade)                                            \
    X(EVENT_PAST_END, "past_end", event_past_end)                                                  \
    X(EVENT_DAY_STARTED, "day_started", event_day)                                                 \
    X(EVENT_JOB_ADOPTED, "job_adopted", event_adopted)                                             \
    X(EVENT_ALERT_RULE, "alert_rule", event_alert_rule)                                            \
    X(EVENT_PAST_PEAK, "past_peak", event_past_peak)

enum event_kind {
#define EVENT_ENUM(kind, name, payload) kind,
    EVENT_LIST(EVENT_ENUM)
#undef EVENT_ENUM
        EVENT_KIND_COUNT
};
_Static_assert(EVENT_KIND_COUNT <= 64, "component masks are one word");

enum event_flag {
    EVENT_INPUT = 1,
    EVENT_SAMPLE = 2 // an input written late, out of sequence, because a decision used it
                     // (journal_quotes = decisions): evidence, not part of the order of events
};

struct event_header {
    uint64_t sequence; // 1, 2, 3 … over inputs and derived events alike
    int64_t time_ns;   // desk time of the input that caused it
    uint16_t kind;
    uint16_t flags;
    uint32_t size; // of the payload
};

union event_payload {
    struct event_desk desk;
    struct event_listing_rules instrument;
    struct event_quote quote;
    struct event_depth depth;
    struct event_funding funding;
    struct event_feed feed;
    struct event_alive alive;
    struct event_equity equity;
    struct event_control control;
    struct event_timer timer;
    struct event_report report;
    struct event_lane lane;
    struct event_venue_position venue_position;
    struct event_settings settings;
    struct event_alert_rule alert_rule;
    struct event_venue_orders venue_orders;
    struct event_past_position past_position;
    struct event_past_job past_job;
    struct event_past_order past_order;
    struct event_past_trade past_trade;
    struct event_past_peak past_peak;
    struct event_past_end past_end;
    struct event_day day;
    struct event_opportunity opportunity;
    struct event_job job;
    struct event_adopted adopted;
    struct event_denied denied;
    struct event_order order;
    struct event_fill fill;
    struct event_position position;
    struct event_capital capital;
    struct event_risk risk;
    struct event_health health;
    struct event_alert alert;
};

struct event {
    struct event_header header;
    union event_payload u;
};

const char *event_name(enum event_kind kind);
uint32_t event_payload_size(enum event_kind kind);
#define EVENT_BIT(kind) (UINT64_C(1) << (kind))

// Zeroes what lies behind the NUL of the payload's texts, so that equal events are equal bytes.
void event_tidy(struct event *event);
// Whether an input read from a file may be run by an engine of this universe: indices, enumerations
// and counts in range. Derived kinds never fit.
bool event_input_fits(const struct universe *universe, const struct event *event);

const char *desk_mode_name(enum desk_mode mode);           // "PAPER", "LIVE", "DEMO"
const char *risk_mode_name(enum risk_mode mode);           // "conservative" …
const char *desk_status_name(enum desk_status status);     // "RUNNING", "PAUSED"
const char *trading_state_name(enum trading_state state);  // "ACTIVE" …
const char *strategy_name(enum strategy strategy);         // "arb", "wash" …
const char *pool_name(enum pool pool);                     // "wash", "arb", "reserve"
const char *job_state_name(enum job_state state);          // "opening" …
const char *order_state_name(enum order_state state);      // "open", "partial" …
const char *feed_state_name(enum feed_state state);        // "live" …
const char *lane_state_name(enum lane_state state);        // "ready" …
const char *severity_name(enum severity severity);         // "info", "warn", "red"
const char *health_part_name(enum health_part part);       // "capital" …
const char *health_metric_name(enum health_metric metric); // "quote_latency_ms" …
const char *layer_name(enum layer layer);                  // "L1" …
const char *kill_step_name(enum kill_step step);           // "cancelling" …
const char *report_kind_name(enum report_kind kind);       // "accepted" …
const char *leg_phase_name(enum leg_phase phase);          // "open", "close", "hedge", "unwind"

// One line of text for `journal show`, logs and tests: "quote_updated binance BTC/USDT bid 61800.2
// …". Safe for any bytes in the payload; universe may be NULL (numbers instead of names).
void event_print(struct text *out, const struct universe *universe, const struct event *event);

#endif
