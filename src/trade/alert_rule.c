#include "trade/alert_rule.h"

#include "engine/control_text.h"
#include "trade/desk.h"

#define LOOK_NS      (250 * NS_PER_MS)
#define COOL_DOWN_NS (60 * NS_PER_S)

static const struct alert_rule *rule_of(const struct desk *desk, uint32_t at) {
    ASSERT(at < desk->settings->alerts.count);
    return &desk->settings->alerts.rules[at];
}

// A venue that is off is none of the desk's, though the configuration may name it.
static bool venue_price(const struct desk *desk, uint16_t venue, uint16_t symbol, int64_t now_ns,
                        int64_t *price) {
    if (venue >= desk->universe->venue_count) {
        return false;
    }
    const struct quote *quote = picture_quote(desk, venue, symbol);
    if (quote->bid.v <= 0 || quote->ask.v <= 0 || !picture_is_fresh(desk, venue, symbol, now_ns)) {
        return false;
    }
    *price = px_mid_floor(quote->bid, quote->ask).v;
    return true;
}

static bool price_of(const struct desk *desk, uint16_t venue, uint16_t symbol, int64_t now_ns,
                     int64_t *price) {
    if (symbol >= desk->universe->symbol_count) {
        return false;
    }
    if (venue != VENUE_MAX) {
        return venue_price(desk, venue, symbol, now_ns, price);
    }
    struct px median;
    if (picture_median_mid(desk, symbol, VENUE_MAX, now_ns, &median) == 0) {
        return false;
    }
    *price = median.v;
    return true;
}

static int64_t distance(int64_t price, int64_t from) {
    int64_t bps = bps_between_near((struct px){price}, (struct px){from}).v;
    return bps < 0 ? -bps : bps;
}

// Against the oldest sample: the window is full once the ring has gone round.
static bool change_of(const struct desk *desk, uint32_t at, int64_t now_ns, int64_t *figure) {
    const struct alert_rule *rule = rule_of(desk, at);
    const struct alert_row *row = &desk->alerts.rows[at];
    int64_t price;
    if (row->sample_count < ALERT_SAMPLES_MAX ||
        !price_of(desk, rule->venue, rule->symbol, now_ns, &price)) {
        return false;
    }
    *figure = distance(price, row->samples[row->sample_count % ALERT_SAMPLES_MAX].v);
    return true;
}

static bool spread_of(const struct desk *desk, const struct alert_rule *rule, int64_t now_ns,
                      int64_t *figure) {
    bool symbols = rule->other_symbol != SYMBOL_MAX;
    int64_t a, b;
    if (!price_of(desk, rule->venue, rule->symbol, now_ns, &a) ||
        !price_of(desk, symbols ? VENUE_MAX : rule->other_venue,
                  symbols ? rule->other_symbol : rule->symbol, now_ns, &b)) {
        return false;
    }
    *figure = distance(a, b);
    return true;
}

static uint32_t running_jobs(const struct desk *desk) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        count += job_running(&desk->jobs.jobs[desk->jobs.live[i]]);
    }
    return count;
}

static int64_t exposure_of(const struct desk *desk, enum alert_metric metric) {
    struct usd net, gross;
    position_exposure(desk, SYMBOL_MAX, &net, &gross);
    return metric == ALERT_NET ? net.v : gross.v;
}

static bool metric_of(const struct desk *desk, enum alert_metric metric, int64_t *figure) {
    switch (metric) {
    case ALERT_QUOTE_LATENCY:
        return health_metric(desk, METRIC_QUOTE_LATENCY, figure);
    case ALERT_SUCCESS:
        return health_metric(desk, METRIC_SUCCESS, figure);
    case ALERT_DRAWDOWN:
        return health_metric(desk, METRIC_DRAWDOWN, figure);
    case ALERT_DAY_PNL:
        return health_metric(desk, METRIC_DAY_PNL, figure);
    case ALERT_FAILURES:
        return health_metric(desk, METRIC_FAILURES, figure);
    case ALERT_HEALTH:
        *figure = desk->health.now.overall;
        return desk->health.now.time_ns != 0;
    case ALERT_EQUITY:
        *figure = capital_all_equity(desk).v; // also of a venue that was switched off
        return true;
    case ALERT_GROSS:
    case ALERT_NET:
        *figure = exposure_of(desk, metric);
        return true;
    case ALERT_UNHEDGED:
        *figure = execution_unhedged(desk).v;
        return true;
    case ALERT_DAY_VOLUME:
        *figure = desk->positions.volume.v;
        return true;
    case ALERT_DAY_FEES:
        *figure = desk->positions.fees.v;
        return true;
    case ALERT_JOBS:
        *figure = running_jobs(desk);
        return true;
    case ALERT_ORDERS:
        *figure = desk->orders.live_count;
        return true;
    case ALERT_CONCENTRATION:
        *figure = position_concentration(desk).v;
        return true;
    case ALERT_METRIC_COUNT:
    default:
        ASSERT(false);
    }
}

bool alert_rule_figure(const struct desk *desk, uint32_t at, int64_t now_ns, int64_t *figure) {
    const struct alert_rule *rule = rule_of(desk, at);
    switch ((enum alert_kind)rule->kind) {
    case ALERT_PRICE_ABOVE:
    case ALERT_PRICE_BELOW:
    case ALERT_RANGE:
        return price_of(desk, rule->venue, rule->symbol, now_ns, figure);
    case ALERT_PERCENT_CHANGE:
        return change_of(desk, at, now_ns, figure);
    case ALERT_SPREAD:
        return spread_of(desk, rule, now_ns, figure);
    case ALERT_VOLATILITY:
        *figure = rule->symbol < desk->universe->symbol_count
                      ? picture_volatility(desk, rule->symbol).v
                      : 0;
        return true;
    case ALERT_METRIC_ABOVE:
    case ALERT_METRIC_BELOW:
        return metric_of(desk, (enum alert_metric)rule->metric, figure);
    default:
        ASSERT(false);
    }
}

// True beyond the limit, *limit the one that was passed.
static bool is_beyond(const struct alert_rule *rule, int64_t figure, int64_t *limit) {
    *limit = rule->high;
    switch ((enum alert_kind)rule->kind) {
    case ALERT_PRICE_BELOW:
    case ALERT_METRIC_BELOW:
        return figure < rule->high;
    case ALERT_RANGE:
        *limit = figure < rule->low ? rule->low : rule->high;
        return figure < rule->low || figure > rule->high;
    case ALERT_PERCENT_CHANGE:
        return figure >= rule->high;
    case ALERT_PRICE_ABOVE:
    case ALERT_SPREAD:
    case ALERT_VOLATILITY:
    case ALERT_METRIC_ABOVE:
    default:
        return figure > rule->high;
    }
}

static void emit_control(struct bus *bus, enum control_verb verb) {
    struct event_control event = {
        .verb = (uint16_t)verb, .origin = ORIGIN_RULE, .venue = CONTROL_ANY, .symbol = CONTROL_ANY};
    bus_emit(bus, EVENT_CONTROL, &event);
}

// A venue or symbol of the order may have left the desk since the configuration was read.
static void submit(const struct desk *desk, struct bus *bus, const struct alert_rule *rule) {
    struct control_request request = {.origin = ORIGIN_RULE};
    if (control_parse_submit(slice_of(rule->order), desk->universe, &request) != STATUS_OK ||
        control_check(&request, desk->universe) != STATUS_OK) {
        watch_alert(bus, SEVERITY_RED, rule->name, "%.80s", status_text());
        return;
    }
    struct event_control event = {.verb = (uint16_t)request.verb,
                                  .origin = (uint16_t)request.origin,
                                  .venue = request.venue,
                                  .symbol = request.symbol,
                                  .value = request.value,
                                  .side = request.side,
                                  .hedged = request.hedged,
                                  .hedge_venue = request.hedge_venue,
                                  .over_s = request.over_s};
    bus_emit(bus, EVENT_CONTROL, &event);
}

static void act(struct desk *desk, struct bus *bus, const struct alert_rule *rule) {
    switch ((enum alert_action)rule->action) {
    case ALERT_NOTIFY:
        return;
    case ALERT_PAUSE_TRADING:
        emit_control(bus, CONTROL_PAUSE);
        return;
    case ALERT_COOLDOWN:
        risk_cool_down(desk, bus->now_ns + COOL_DOWN_NS);
        return;
    case ALERT_SAFE_MODE_ON:
        capital_force_safe_mode(desk, bus);
        return;
    case ALERT_EMERGENCY_STOP:
        emit_control(bus, CONTROL_KILL);
        return;
    case ALERT_START_TRADING:
        emit_control(bus, CONTROL_RESUME);
        return;
    case ALERT_AUTO_ORDER:
        submit(desk, bus, rule);
        return;
    case ALERT_ACTION_COUNT:
    default:
        ASSERT(false);
    }
}

static void speak(struct desk *desk, struct bus *bus, const struct alert_rule *rule, int64_t figure,
                  int64_t limit) {
    struct watch_values values = {alert_rule_unit(rule), figure, limit};
    char bytes[EVENT_TEXT_MAX];
    struct text text = TEXT_OVER(bytes);
    text_add_format(&text, "%s: ", rule->condition);
    rule_figure_print(&text, values.unit, figure);
    if (rule->action != ALERT_NOTIFY) {
        text_add_format(&text, ": %s", alert_action_name((enum alert_action)rule->action));
    }
    watch_alert_on(bus, (enum severity)rule->severity, rule->name, values, "%s", bytes);
    act(desk, bus, rule);
}

static void sample(struct desk *desk, uint32_t at, int64_t now_ns) {
    const struct alert_rule *rule = rule_of(desk, at);
    struct alert_row *row = &desk->alerts.rows[at];
    int64_t price;
    if (now_ns - row->sampled_ns >= rule->window_ns / ALERT_SAMPLES_MAX &&
        price_of(desk, rule->venue, rule->symbol, now_ns, &price)) {
        row->samples[row->sample_count++ % ALERT_SAMPLES_MAX].v = price;
        row->sampled_ns = now_ns;
    }
}

static void look(struct desk *desk, struct bus *bus, uint32_t at) {
    const struct alert_rule *rule = rule_of(desk, at);
    struct alert_row *row = &desk->alerts.rows[at];
    int64_t figure = 0, limit = 0;
    bool known = alert_rule_figure(desk, at, bus->now_ns, &figure);
    if (rule->kind == ALERT_PERCENT_CHANGE) {
        sample(desk, at, bus->now_ns);
    }
    if (!known) {
        return; // a feed that is away has not come back within the limit
    }
    if (!is_beyond(rule, figure, &limit)) {
        row->told = false;
    } else if (!row->told && bus->now_ns >= row->quiet_until_ns) {
        row->told = true;
        row->quiet_until_ns = bus->now_ns + rule->cooldown_ns;
        speak(desk, bus, rule, figure, limit);
    }
}

// A rule that is as it was goes on: what it told, its samples.
static void bring_in(struct desk *desk, struct bus *bus) {
    const struct settings_alerts *before = &desk->settings->alerts;
    const struct settings_alerts *after = &desk->alerts.next;
    struct alert_row rows[ALERT_RULES_MAX] = {0};
    if (desk->change_alerts == NULL) {
        watch_alert(bus, SEVERITY_WARN, "settings", "the alert rules were not changed");
        return;
    }
    for (uint32_t i = 0; i < after->count; i++) {
        for (uint32_t k = 0; k < before->count; k++) {
            if (memcmp(&after->rules[i], &before->rules[k], sizeof(after->rules[i])) == 0) {
                rows[i] = desk->alerts.rows[k];
            }
        }
    }
    memcpy(desk->alerts.rows, rows, sizeof(rows));
    desk->change_alerts(desk->change_arg, after);
    watch_alert(bus, SEVERITY_INFO, "settings", "%u alert rules are in force now", after->count);
}

static enum status alert_rule_on_event(void *self, struct bus *bus, const struct event *event) {
    struct desk *desk = self;
    const struct event_alert_rule *change = &event->u.alert_rule;
    struct settings_alerts *next = &desk->alerts.next;
    if (change->at == 0) {
        *next = (struct settings_alerts){0};
    }
    if (change->count > 0 && change->at == next->count) { // else one before it is missing
        next->rules[next->count++] = change->rule;
    }
    if (next->count == change->count) {
        bring_in(desk, bus);
    }
    return STATUS_OK;
}

static enum status alert_rule_on_time(void *self, struct bus *bus, int64_t now_ns) {
    struct desk *desk = self;
    desk->alerts.due_ns = now_ns + LOOK_NS;
    for (uint32_t i = 0; i < desk->settings->alerts.count; i++) {
        look(desk, bus, i);
    }
    return STATUS_OK;
}

static int64_t alert_rule_deadline(const void *self) {
    const struct desk *desk = self;
    return desk->settings->alerts.count > 0 ? desk->alerts.due_ns : INT64_MAX;
}

const struct component alert_rule_component = {
    .name = "alert_rule",
    .kinds = EVENT_BIT(EVENT_ALERT_RULE),
    .on_event = alert_rule_on_event,
    .on_time = alert_rule_on_time,
    .deadline = alert_rule_deadline,
};
