// The event kinds' table, the names of their enumerations, and what makes a payload fit a universe.
#include "engine/event.h"

#include "engine/alert.h"
#include "engine/control.h"

static const struct {
    const char *name;
    uint32_t size;
} event_rows[EVENT_KIND_COUNT] = {
#define EVENT_ROW(kind, name, payload) [kind] = {name, sizeof(struct payload)},
    EVENT_LIST(EVENT_ROW)
#undef EVENT_ROW
};

// Records are written and compared as bytes: whole words, and these sizes, which are the sums of
// the fields' sizes, so no padding hides in between. A changed size needs a new EVENT_FORMAT.
#define EVENT_WORDS(kind, name, payload)                                                           \
    _Static_assert(sizeof(struct payload) % 8 == 0, "payloads are whole words");
EVENT_LIST(EVENT_WORDS)
#undef EVENT_WORDS
_Static_assert(EVENT_FORMAT == 5, "the sizes below belong to format 5");
_Static_assert(sizeof(struct event_header) == 24, "format");
_Static_assert(sizeof(struct event_desk) == 16, "format");
_Static_assert(sizeof(struct event_listing_rules) == 88, "format");
_Static_assert(sizeof(struct event_quote) == 64, "format");
_Static_assert(sizeof(struct event_depth) == 344, "format");
_Static_assert(sizeof(struct event_funding) == 48, "format");
_Static_assert(sizeof(struct event_feed) == 168, "format");
_Static_assert(sizeof(struct event_alive) == 16, "format");
_Static_assert(sizeof(struct event_equity) == 16, "format");
_Static_assert(sizeof(struct event_control) == 32, "format");
_Static_assert(sizeof(struct event_timer) == 8, "format");
_Static_assert(sizeof(struct event_report) == 96, "format");
_Static_assert(sizeof(struct event_lane) == 80, "format");
_Static_assert(sizeof(struct event_venue_position) == 32, "format");
_Static_assert(sizeof(struct event_alert_rule) == 256, "format");
_Static_assert(sizeof(struct event_venue_orders) == 16, "format");
_Static_assert(sizeof(struct event_past_position) == 48, "format");
_Static_assert(sizeof(struct event_past_leg) == 40, "format");
_Static_assert(sizeof(struct event_past_job) == 128, "format");
_Static_assert(sizeof(struct event_past_order) == 104, "format");
_Static_assert(sizeof(struct event_past_trade) == 24, "format");
_Static_assert(sizeof(struct event_brakes) == 48, "format");
_Static_assert(sizeof(struct event_past_peak) == 32, "format");
_Static_assert(sizeof(struct event_past_end) == 120, "format");
_Static_assert(sizeof(struct event_day) == 24, "format");
_Static_assert(sizeof(struct event_opportunity) == 72, "format");
_Static_assert(sizeof(struct event_job) == 72, "format");
_Static_assert(sizeof(struct event_adopted) == 24, "format");
_Static_assert(sizeof(struct event_denied) == 40, "format");
_Static_assert(sizeof(struct event_order) == 88, "format");
_Static_assert(sizeof(struct event_fill) == 56, "format");
_Static_assert(sizeof(struct event_position) == 80, "format");
_Static_assert(sizeof(struct event_capital) == 80, "format");
_Static_assert(sizeof(struct event_risk) == 72, "format");
_Static_assert(sizeof(struct event_health) == 32, "format");
_Static_assert(sizeof(struct event_alert) == 144, "format");

const char *event_name(enum event_kind kind) {
    ASSERT((unsigned)kind < EVENT_KIND_COUNT);
    return event_rows[kind].name;
}

uint32_t event_payload_size(enum event_kind kind) {
    ASSERT((unsigned)kind < EVENT_KIND_COUNT);
    return event_rows[kind].size;
}

static void tidy_text(char *text, size_t capacity) {
    size_t size = strnlen(text, capacity - 1);
    memset(text + size, 0, capacity - size);
}

#define TIDY(array) tidy_text((array), sizeof(array))

void event_tidy(struct event *event) {
    switch ((int)event->header.kind) {
    case EVENT_INSTRUMENT:
        TIDY(event->u.instrument.listing.native);
        break;
    case EVENT_FEED_STATE:
        TIDY(event->u.feed.text);
        break;
    case EVENT_LANE_STATE:
        TIDY(event->u.lane.text);
        break;
    case EVENT_ORDER_REPORT:
        TIDY(event->u.report.text);
        break;
    case EVENT_ORDER_COMMAND:
    case EVENT_ORDER_PLACED:
    case EVENT_ORDER_FAILED:
    case EVENT_ORDER_CANCELED:
        TIDY(event->u.order.client_id);
        break;
    case EVENT_PAST_ORDER:
        TIDY(event->u.past_order.order.client_id);
        break;
    case EVENT_ALERT_RULE:
        TIDY(event->u.alert_rule.rule.name);
        TIDY(event->u.alert_rule.rule.condition);
        TIDY(event->u.alert_rule.rule.order);
        break;
    case EVENT_ALERT:
        TIDY(event->u.alert.rule);
        TIDY(event->u.alert.text);
        break;
    default:
        break; // no text inside
    }
}

static bool fits_venue(const struct universe *universe, uint16_t venue) {
    return venue < universe->venue_count;
}

static bool fits_listing(const struct universe *universe, uint16_t venue, uint16_t symbol) {
    return venue < universe->venue_count && symbol < universe->symbol_count;
}

static bool fits_control(const struct universe *universe, const struct event_control *control) {
    // Not control_check: the journal holds what was accepted then, ranges may have narrowed since.
    return control->verb < CONTROL_COUNT &&
           (control->venue == CONTROL_ANY || fits_venue(universe, control->venue)) &&
           (control->symbol == CONTROL_ANY || control->symbol < universe->symbol_count) &&
           (control->verb != CONTROL_SUBMIT ||
            (fits_listing(universe, control->venue, control->symbol) &&
             control->side <= SIDE_SELL &&
             (control->hedged == 0 || fits_venue(universe, control->hedge_venue))));
}

static bool fits_depth(const struct universe *universe, const struct event_depth *depth) {
    return fits_listing(universe, depth->venue, depth->symbol) &&
           depth->depth.bid_count <= DEPTH_LEVELS_MAX && depth->depth.ask_count <= DEPTH_LEVELS_MAX;
}

static bool fits_rules(const struct universe *universe, const struct listing *listing) {
    return fits_listing(universe, listing->venue, listing->symbol) &&
           listing->quote_currency < CURRENCY_COUNT && listing->settle_currency < CURRENCY_COUNT &&
           listing->native[NATIVE_NAME_MAX - 1] == '\0' && listing->closes_only <= 1 &&
           (!listing->ready || (listing->tick.v > 0 && listing->step.v > 0));
}

static bool fits_settings(const struct universe *universe, const struct event_settings *settings) {
    if (settings->count > EVENT_SETTINGS_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < settings->count; i++) {
        uint16_t venue = settings->changes[i].venue;
        if (venue != UINT16_MAX && !fits_venue(universe, venue)) {
            return false;
        }
    }
    return true;
}

// Venues and symbols the universe does not have are for trade's alert_rule.c: such a rule never
// speaks.
static bool fits_alert_rule(const struct event_alert_rule *event) {
    const struct alert_rule *rule = &event->rule;
    if (event->count == 0) {
        return event->at == 0;
    }
    return event->count <= ALERT_RULES_MAX && event->at < event->count &&
           rule->name[ALERT_NAME_MAX - 1] == '\0' &&
           rule->condition[ALERT_CONDITION_MAX - 1] == '\0' &&
           rule->order[ALERT_ORDER_MAX - 1] == '\0' && rule->kind <= ALERT_METRIC_BELOW &&
           rule->metric < ALERT_METRIC_COUNT && rule->severity <= SEVERITY_RED &&
           rule->action < ALERT_ACTION_COUNT && rule->window_ns >= 0 && rule->cooldown_ns >= 0 &&
           rule->cooldown_ns <= INT64_MAX / 2;
}

static bool fits_past_job(const struct universe *universe, const struct event_past_job *job) {
    for (int i = 0; i < JOB_LEGS_MAX; i++) {
        const struct event_past_leg *leg = &job->legs[i];
        if (!fits_venue(universe, leg->venue) || leg->opened.v < 0 || leg->closed.v < 0) {
            return false;
        }
    }
    return job->job != 0 && job->orders_used <= UINT16_MAX && job->maker < JOB_LEGS_MAX + 1 &&
           job->legs_used >= 1 && job->legs_used <= JOB_LEGS_MAX && job->only < JOB_LEGS_MAX &&
           job->adopted <= 1 && job->symbol < universe->symbol_count &&
           job->strategy < STRATEGY_COUNT && job->state >= JOB_OPENING &&
           job->state <= JOB_UNWINDING;
}

static bool fits_past_order(const struct universe *universe, const struct event_order *order) {
    return order->order != 0 && fits_listing(universe, order->venue, order->symbol) &&
           order->type <= ORDER_IOC && order->side <= SIDE_SELL && order->phase <= LEG_UNWIND &&
           order->leg < JOB_LEGS_MAX && order->state < ORDER_STATE_COUNT && order->filled.v >= 0 &&
           order->size.v > order->filled.v && order->client_id[ORDER_CLIENT_ID_MAX - 1] == '\0';
}

bool event_input_fits(const struct universe *universe, const struct event *event) {
    switch ((int)event->header.kind) {
    case EVENT_DESK_STARTED:
        return event->u.desk.mode < DESK_MODE_COUNT &&
               event->u.desk.venues == universe->venue_count &&
               event->u.desk.symbols == universe->symbol_count;
    case EVENT_INSTRUMENT:
        return fits_rules(universe, &event->u.instrument.listing);
    case EVENT_QUOTE_UPDATED:
        return fits_listing(universe, event->u.quote.venue, event->u.quote.symbol);
    case EVENT_DEPTH_UPDATED:
        return fits_depth(universe, &event->u.depth);
    case EVENT_FUNDING_UPDATED:
        return fits_listing(universe, event->u.funding.venue, event->u.funding.symbol);
    case EVENT_FEED_STATE:
        return fits_venue(universe, event->u.feed.venue) && event->u.feed.state < FEED_STATE_COUNT;
    case EVENT_FEED_ALIVE:
        return fits_venue(universe, event->u.alive.venue);
    case EVENT_CAPITAL_SNAPSHOT:
        return fits_venue(universe, event->u.equity.venue);
    case EVENT_CONTROL:
        return fits_control(universe, &event->u.control);
    case EVENT_SETTINGS_CHANGED:
        return fits_settings(universe, &event->u.settings);
    case EVENT_ALERT_RULE:
        return fits_alert_rule(&event->u.alert_rule);
    case EVENT_TIMER:
        return true;
    case EVENT_ORDER_REPORT:
        return fits_listing(universe, event->u.report.venue, event->u.report.symbol) &&
               event->u.report.kind <= REPORT_UNKNOWN &&
               event->u.report.liquidity <= LIQUIDITY_TAKER;
    case EVENT_LANE_STATE:
        return fits_venue(universe, event->u.lane.venue) &&
               event->u.lane.state < LANE_STATE_COUNT &&
               event->u.lane.deadman < DEADMAN_STATE_COUNT;
    case EVENT_VENUE_POSITION:
        return fits_listing(universe, event->u.venue_position.venue,
                            event->u.venue_position.symbol);
    case EVENT_VENUE_ORDERS:
        return fits_venue(universe, event->u.venue_orders.venue);
    case EVENT_PAST_POSITION:
        return fits_listing(universe, event->u.past_position.venue, event->u.past_position.symbol);
    case EVENT_PAST_JOB:
        return fits_past_job(universe, &event->u.past_job);
    case EVENT_PAST_ORDER:
        return fits_past_order(universe, &event->u.past_order.order);
    case EVENT_PAST_TRADE:
        return fits_venue(universe, event->u.past_trade.venue);
    case EVENT_PAST_PEAK:
        return fits_venue(universe, event->u.past_peak.venue) &&
               event->u.past_peak.role <= VENUE_ROLE_COUNT;
    case EVENT_PAST_END:
        return event->u.past_end.state < TRADING_STATE_COUNT &&
               event->u.past_end.doubt < DOUBT_COUNT &&
               event->u.past_end.risk_mode <= RISK_MODE_COUNT &&
               event->u.past_end.brakes.strategies_off >> STRATEGY_COUNT == 0;
    default:
        return false; // derived kinds never come from outside
    }
}

#define NAMES(...) static const char *const names[] = {__VA_ARGS__}

const char *desk_mode_name(enum desk_mode mode) {
    NAMES([DESK_PAPER] = "PAPER", [DESK_LIVE] = "LIVE", [DESK_DEMO] = "DEMO");
    ASSERT((unsigned)mode < COUNT_OF(names));
    return names[mode];
}

const char *risk_mode_name(enum risk_mode mode) {
    NAMES([RISK_CONSERVATIVE] = "conservative", [RISK_BALANCED] = "balanced",
          [RISK_AGGRESSIVE] = "aggressive");
    ASSERT((unsigned)mode < COUNT_OF(names));
    return names[mode];
}

const char *desk_status_name(enum desk_status status) {
    NAMES([DESK_RUNNING] = "RUNNING", [DESK_PAUSED] = "PAUSED");
    ASSERT((unsigned)status < COUNT_OF(names));
    return names[status];
}

const char *trading_state_name(enum trading_state state) {
    NAMES([TRADING_ACTIVE] = "ACTIVE", [TRADING_REDUCING] = "REDUCING",
          [TRADING_HALTED] = "HALTED");
    ASSERT((unsigned)state < COUNT_OF(names));
    return names[state];
}

const char *strategy_name(enum strategy strategy) {
#define STRATEGY_NAME(code, name) [code] = (name),
    NAMES(STRATEGY_LIST(STRATEGY_NAME));
#undef STRATEGY_NAME
    ASSERT((unsigned)strategy < COUNT_OF(names));
    return names[strategy];
}

const char *pool_name(enum pool pool) {
    NAMES([POOL_WASH] = "wash", [POOL_ARB] = "arb", [POOL_RESERVE] = "reserve");
    ASSERT((unsigned)pool < COUNT_OF(names));
    return names[pool];
}

const char *severity_name(enum severity severity) {
    NAMES([SEVERITY_INFO] = "info", [SEVERITY_WARN] = "warn", [SEVERITY_RED] = "red");
    ASSERT((unsigned)severity < COUNT_OF(names));
    return names[severity];
}

const char *health_part_name(enum health_part part) {
    NAMES([HEALTH_CAPITAL] = "capital", [HEALTH_EXPOSURE] = "exposure",
          [HEALTH_EXECUTION] = "execution", [HEALTH_QUOTES] = "quotes",
          [HEALTH_SCANNER] = "scanner", [HEALTH_LATENCY] = "latency");
    ASSERT((unsigned)part < COUNT_OF(names));
    return names[part];
}

const char *health_metric_name(enum health_metric metric) {
    NAMES([METRIC_QUOTE_LATENCY] = "quote_latency_ms", [METRIC_SUCCESS] = "success_rate_pct",
          [METRIC_DRAWDOWN] = "drawdown_pct", [METRIC_DAY_PNL] = "day_pnl_usd",
          [METRIC_FAILURES] = "failures");
    ASSERT((unsigned)metric < COUNT_OF(names));
    return names[metric];
}

const char *layer_name(enum layer layer) {
    NAMES([LAYER_1] = "L1", [LAYER_2] = "L2", [LAYER_3] = "L3", [LAYER_4] = "L4", [LAYER_5] = "L5");
    ASSERT((unsigned)layer < COUNT_OF(names));
    return names[layer];
}

const char *kill_step_name(enum kill_step step) {
    NAMES([KILL_NONE] = "none", [KILL_CANCELLING] = "cancelling", [KILL_FLATTENING] = "flattening",
          [KILL_DONE] = "done");
    ASSERT((unsigned)step < COUNT_OF(names));
    return names[step];
}

const char *job_state_name(enum job_state state) {
    NAMES([JOB_PENDING] = "pending", [JOB_OPENING] = "opening", [JOB_HOLDING] = "holding",
          [JOB_CLOSING] = "closing", [JOB_UNWINDING] = "unwinding", [JOB_DONE] = "done",
          [JOB_REFUSED] = "refused", [JOB_EXPIRED] = "expired", [JOB_FAILED] = "failed");
    ASSERT((unsigned)state < COUNT_OF(names));
    return names[state];
}

const char *order_state_name(enum order_state state) {
    NAMES([ORDER_NEW] = "new", [ORDER_SENT] = "sent", [ORDER_OPEN] = "open",
          [ORDER_PARTIAL] = "partial", [ORDER_FILLED_ALL] = "filled",
          [ORDER_CANCELING] = "canceling", [ORDER_CANCELED_DONE] = "canceled",
          [ORDER_REJECTED] = "rejected", [ORDER_EXPIRED] = "expired", [ORDER_UNKNOWN] = "unknown");
    ASSERT((unsigned)state < COUNT_OF(names));
    return names[state];
}

const char *feed_state_name(enum feed_state state) {
    NAMES([FEED_DOWN] = "down", [FEED_CONNECTING] = "connecting", [FEED_LIVE] = "live",
          [FEED_POLLING] = "polling", [FEED_STALE] = "stale");
    ASSERT((unsigned)state < COUNT_OF(names));
    return names[state];
}

const char *lane_state_name(enum lane_state state) {
    NAMES([LANE_NONE] = "none", [LANE_NO_KEYS] = "no_keys", [LANE_CONNECTING] = "connecting",
          [LANE_READY] = "ready", [LANE_BLOCKED] = "blocked", [LANE_AUTH_FAILED] = "auth_failed");
    ASSERT((unsigned)state < COUNT_OF(names));
    return names[state];
}

const char *report_kind_name(enum report_kind kind) {
    NAMES([REPORT_ACCEPTED] = "accepted", [REPORT_FILL] = "fill", [REPORT_CANCELED] = "canceled",
          [REPORT_EXPIRED] = "expired", [REPORT_REJECTED] = "rejected",
          [REPORT_UNKNOWN] = "unknown");
    ASSERT((unsigned)kind < COUNT_OF(names));
    return names[kind];
}

const char *leg_phase_name(enum leg_phase phase) {
    NAMES([LEG_OPEN] = "open", [LEG_CLOSE] = "close", [LEG_HEDGE] = "hedge",
          [LEG_UNWIND] = "unwind");
    ASSERT((unsigned)phase < COUNT_OF(names));
    return names[phase];
}
