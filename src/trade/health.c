#include "trade/health.h"

#include "trade/desk.h"

// Of the overall score, percent: specification, section 10.
static const uint32_t weights[HEALTH_PART_COUNT] = {
    [HEALTH_CAPITAL] = 20, [HEALTH_EXPOSURE] = 20, [HEALTH_EXECUTION] = 20,
    [HEALTH_QUOTES] = 15,  [HEALTH_SCANNER] = 15,  [HEALTH_LATENCY] = 10,
};

// Whose work a part is, and how long it may be silent: 0, it has nothing to say while nothing
// happens.
static const struct heart {
    const struct component *component;
    int64_t silent_max_ns;
} hearts[HEALTH_PART_COUNT] = {
    [HEALTH_CAPITAL] = {&capital_component, 15 * NS_PER_S},
    [HEALTH_EXPOSURE] = {&position_component, 45 * NS_PER_S},
    [HEALTH_EXECUTION] = {&execution_component, 0},
    [HEALTH_QUOTES] = {&picture_component, 15 * NS_PER_S},
    [HEALTH_SCANNER] = {&scanner_component, 15 * NS_PER_S},
    [HEALTH_LATENCY] = {&picture_component, 15 * NS_PER_S},
};

// A part's score while it is worked out: the lowest of what is given, and why.
struct grade {
    uint32_t score;
    struct text reason;
};

// 100 at a figure of 0, 0 at the limit.
static uint32_t headroom(int64_t figure, int64_t limit) {
    int64_t used = limit <= 0 ? 100 : mul_div_ceil(figure > 0 ? figure : 0, 100, limit);
    return used >= 100 ? 0 : (uint32_t)(100 - used);
}

// True when this takes most so far: the caller says why.
static bool take(struct grade *grade, int64_t figure, int64_t limit) {
    uint32_t score = headroom(figure, limit);
    if (score >= grade->score) {
        return false;
    }
    grade->score = score;
    text_clear(&grade->reason);
    return true;
}

static bool trades(const struct desk *desk, uint16_t venue) {
    return desk->universe->venues[venue].role == VENUE_TRADE;
}

static void grade_capital(const struct desk *desk, struct grade *grade) {
    struct bps limit = desk->settings->risk.drawdown_max;
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        struct bps drawdown = capital_drawdown(desk, venue);
        if (trades(desk, venue) && take(grade, drawdown.v, limit.v)) {
            text_add_format(&grade->reason, "%s: drawdown %s of %s bps",
                            desk->universe->venues[venue].name, watch_bps(drawdown).text,
                            watch_bps(limit).text);
        }
    }
    struct usd loss = risk_day_loss(desk), loss_max = risk_day_loss_limit(desk);
    if (take(grade, loss.v, loss_max.v)) {
        text_add_format(&grade->reason, "the day's loss is %s of %s USD", watch_usd(loss).text,
                        watch_usd(loss_max).text);
    }
}

static void note_unhedged(struct desk *desk, int64_t now_ns) {
    struct health *health = &desk->health;
    if (health->unhedged_at_ns != 0) {
        health->unhedged_usd_ms = add_saturating(
            health->unhedged_usd_ms,
            mul_div_near(health->unhedged.v, now_ns - health->unhedged_at_ns, NS_PER_MS));
    }
    health->unhedged = execution_unhedged(desk);
    health->unhedged_at_ns = now_ns;
}

static struct usd mean_unhedged(const struct health *health) {
    int64_t span_ns = health->unhedged_at_ns - health->since_ns;
    return health->since_ns == 0 || span_ns <= 0
               ? health->unhedged
               : (struct usd){mul_div_near(health->unhedged_usd_ms, NS_PER_MS, span_ns)};
}

static void grade_exposure(const struct desk *desk, struct grade *grade) {
    const struct settings_risk *limits = &desk->settings->risk;
    struct usd unhedged = mean_unhedged(&desk->health);
    if (take(grade, unhedged.v, limits->unhedged_max.v)) {
        text_add_format(&grade->reason, "%s of %s USD unhedged on average",
                        watch_usd(unhedged).text, watch_usd(limits->unhedged_max).text);
    }
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        const struct job *job = &desk->jobs.jobs[desk->jobs.live[i]];
        if (take(grade, job->unhedged_usd_s, limits->unhedged_usd_s_max)) {
            text_add_format(&grade->reason, "job %u: exposure clock %s of %s USD*s", job->id,
                            watch_usd((struct usd){job->unhedged_usd_s}).text,
                            watch_usd((struct usd){limits->unhedged_usd_s_max}).text);
        }
    }
}

static bool lane_well(const struct desk *desk, uint16_t venue) {
    const struct event_lane *lane = &desk->picture.venues[venue].lane;
    return desk->mode != DESK_LIVE || ((lane->state == LANE_READY || lane->state == LANE_NO_KEYS) &&
                                       lane->deadman != DEADMAN_FAILED);
}

static void grade_execution(const struct desk *desk, int64_t now_ns, struct grade *grade) {
    int64_t success = health_success_ppm(desk);
    if (success >= 0 && take(grade, PPM_ONE - success, PPM_ONE)) {
        text_add_format(&grade->reason, "%lld %% of the last %u jobs ended well",
                        (long long)(success / 10000), desk->health.outcome_count);
    }
    uint32_t all = 0, ill = 0;
    const char *name = "";
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        if (trades(desk, venue)) {
            bool well = lane_well(desk, venue) && !risk_venue_tripped(desk, venue, now_ns);
            all++;
            ill += !well;
            name = well ? name : desk->universe->venues[venue].name;
        }
    }
    if (take(grade, ill, all)) {
        text_add_format(&grade->reason, "%u of %u venues take no orders: %s", ill, all, name);
    }
}

// Listings of venues that are not off: how many there are, how many are fresh.
static uint32_t count_fresh(const struct desk *desk, uint16_t venue, int64_t now_ns,
                            uint32_t *fresh) {
    uint32_t listed = 0;
    for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
        if (universe_listing(desk->universe, venue, symbol)->ready) {
            listed++;
            *fresh += picture_is_fresh(desk, venue, picture_quote(desk, venue, symbol), now_ns);
        }
    }
    return listed;
}

static void grade_quotes(const struct desk *desk, int64_t now_ns, struct grade *grade) {
    uint32_t all = 0, fresh = 0, most_stale = 0;
    const char *name = "";
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        if (desk->universe->venues[venue].role == VENUE_OFF) {
            continue;
        }
        uint32_t here = 0;
        uint32_t listed = count_fresh(desk, venue, now_ns, &here);
        all += listed;
        fresh += here;
        if (listed - here > most_stale) {
            most_stale = listed - here;
            name = desk->universe->venues[venue].name;
        }
    }
    if (all == 0) {
        (void)take(grade, 1, 1);
        text_add_string(&grade->reason, "no venue has told its instruments");
    } else if (take(grade, all - fresh, all)) {
        text_add_format(&grade->reason, "%u of %u quotes are fresh; most stale: %s", fresh, all,
                        name);
    }
}

// A symbol can be compared while two venues quote it.
static void grade_scanner(const struct desk *desk, int64_t now_ns, struct grade *grade) {
    uint32_t compared = 0, all = desk->universe->symbol_count;
    for (uint16_t symbol = 0; symbol < all; symbol++) {
        uint32_t usable = 0;
        for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
            usable += picture_usable(desk, venue, symbol, now_ns);
        }
        compared += usable >= 2;
    }
    if (take(grade, all - compared, all)) {
        text_add_format(&grade->reason, "%u of %u symbols can be compared", compared, all);
    }
}

// The mean over the venues that trade, each by the slower of its quotes and its orders.
static void grade_latency(const struct desk *desk, struct grade *grade) {
    int64_t quote_max_ms = desk->settings->health.quote_latency_max_ns / NS_PER_MS;
    int64_t order_max_ms = risk_preset_of(desk)->latency_max_ms;
    int64_t sum = 0, all = 0, worst = 101;
    const char *name = "";
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        if (!trades(desk, venue)) {
            continue;
        }
        uint32_t quotes =
            headroom(desk->picture.venues[venue].feed.latency_mean_ns / NS_PER_MS, quote_max_ms);
        uint32_t orders = headroom(desk->risk.venues[venue].latency_ns / NS_PER_MS, order_max_ms);
        uint32_t own = quotes < orders ? quotes : orders;
        sum += own;
        all++;
        if (own < worst) {
            worst = own;
            name = desk->universe->venues[venue].name;
        }
    }
    if (take(grade, 100 * all - sum, 100 * all)) {
        text_add_format(&grade->reason, "slowest: %s at %lld", name, (long long)worst);
    }
}

// A part that is off or silent is not well, whatever its last figures said.
static void judge_heart(const struct desk *desk, const struct bus *bus, enum health_part part,
                        struct state_health_part *row) {
    const struct heart *heart = &hearts[part];
    const struct bus_slot *slot = bus_slot_of(bus, heart->component);
    row->heartbeat_age_ms = -1;
    if (slot == NULL || slot->off) {
        struct text reason = TEXT_OVER(row->reason);
        row->score = 0;
        text_add_format(&reason, "%s is switched off", heart->component->name);
        return;
    }
    int64_t since_ns = slot->heard_ns != 0 ? slot->heard_ns : desk->started_ns;
    if (slot->heard_ns != 0) {
        row->heartbeat_age_ms = (bus->now_ns - slot->heard_ns) / NS_PER_S * 1000;
    }
    if (heart->silent_max_ns != 0 && bus->now_ns - since_ns > heart->silent_max_ns) {
        struct text reason = TEXT_OVER(row->reason);
        row->score = 0;
        text_add_format(&reason, "%s is not heard of for %lld s", heart->component->name,
                        (long long)((bus->now_ns - since_ns) / NS_PER_S));
    }
}

static void judge(const struct desk *desk, const struct bus *bus, enum health_part part,
                  struct state_health_part *row) {
    *row = (struct state_health_part){.weight = weights[part]};
    struct grade grade = {.score = 100, .reason = TEXT_OVER(row->reason)};
    switch (part) {
    case HEALTH_CAPITAL:
        grade_capital(desk, &grade);
        break;
    case HEALTH_EXPOSURE:
        grade_exposure(desk, &grade);
        break;
    case HEALTH_EXECUTION:
        grade_execution(desk, bus->now_ns, &grade);
        break;
    case HEALTH_QUOTES:
        grade_quotes(desk, bus->now_ns, &grade);
        break;
    case HEALTH_SCANNER:
        grade_scanner(desk, bus->now_ns, &grade);
        break;
    case HEALTH_LATENCY:
        grade_latency(desk, &grade);
        break;
    case HEALTH_PART_COUNT:
    default:
        ASSERT(false);
    }
    row->score = grade.score;
    judge_heart(desk, bus, part, row);
}

int64_t health_success_ppm(const struct desk *desk) {
    const struct health *health = &desk->health;
    uint32_t window = desk->settings->health.success_jobs;
    uint32_t count = health->outcome_count < window ? health->outcome_count : window;
    if (count == 0) {
        return -1;
    }
    uint64_t mask = count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
    return __builtin_popcountll(health->outcomes & mask) * PPM_ONE / count;
}

int64_t health_quote_latency_ms(const struct desk *desk) {
    int64_t worst_ns = 0;
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        int64_t mean_ns = desk->picture.venues[venue].feed.latency_mean_ns;
        worst_ns = trades(desk, venue) && mean_ns > worst_ns ? mean_ns : worst_ns;
    }
    return worst_ns / NS_PER_MS;
}

enum rule_unit health_metric_unit(enum health_metric metric) {
    static const enum rule_unit units[METRIC_COUNT] = {
        [METRIC_QUOTE_LATENCY] = UNIT_MS, [METRIC_SUCCESS] = UNIT_PPM,
        [METRIC_DRAWDOWN] = UNIT_BPS,     [METRIC_DAY_PNL] = UNIT_USD,
        [METRIC_FAILURES] = UNIT_COUNT,
    };
    ASSERT((unsigned)metric < METRIC_COUNT);
    return units[metric];
}

bool health_metric(const struct desk *desk, enum health_metric metric, int64_t *figure) {
    switch (metric) {
    case METRIC_QUOTE_LATENCY:
        *figure = health_quote_latency_ms(desk);
        return true;
    case METRIC_SUCCESS:
        *figure = health_success_ppm(desk);
        return *figure >= 0;
    case METRIC_DRAWDOWN:
        *figure = capital_total_drawdown(desk).v;
        return true;
    case METRIC_DAY_PNL:
        *figure = position_day_pnl(desk).v;
        return risk_day_loss_limit(desk).v > 0; // none before the first balance
    case METRIC_FAILURES:
        *figure = desk->risk.failures;
        return true;
    case METRIC_COUNT:
    default:
        ASSERT(false);
    }
}

// Beyond its threshold, in the words of the specification: latency above, success below, the others
// at it or worse.
static bool metric_over(const struct desk *desk, enum health_metric metric, int64_t figure,
                        int64_t *limit) {
    const struct settings *settings = desk->settings;
    switch (metric) {
    case METRIC_QUOTE_LATENCY:
        *limit = settings->health.quote_latency_max_ns / NS_PER_MS;
        return figure > *limit;
    case METRIC_SUCCESS:
        *limit = settings->health.success_min.v; // both are parts per million
        return figure < *limit;
    case METRIC_DRAWDOWN:
        *limit = settings->risk.drawdown_max.v;
        return figure >= *limit;
    case METRIC_DAY_PNL:
        *limit = -risk_day_loss_limit(desk).v;
        return figure <= *limit;
    case METRIC_FAILURES:
        *limit = settings->risk.failures_max;
        return figure >= *limit;
    case METRIC_COUNT:
    default:
        ASSERT(false);
    }
}

static void judge_metric(struct desk *desk, struct bus *bus, enum health_metric metric) {
    struct state_metric *row = &desk->health.now.metrics[metric];
    bool was_over = row->over != 0;
    int64_t figure = 0, limit = 0;
    bool known = health_metric(desk, metric, &figure);
    bool over = metric_over(desk, metric, figure, &limit) && known;
    *row = (struct state_metric){.figure = known ? figure : 0,
                                 .limit = limit,
                                 .unit = (uint8_t)health_metric_unit(metric),
                                 .over = over,
                                 .known = known};
    if (over != was_over) {
        struct watch_values values = {health_metric_unit(metric), figure, limit};
        char text[EVENT_TEXT_MAX];
        struct text out = TEXT_OVER(text);
        text_add_format(&out, "%s is ", health_metric_name(metric));
        rule_figure_print(&out, values.unit, figure);
        text_add_string(&out, over ? ", beyond " : ", within ");
        rule_figure_print(&out, values.unit, limit);
        text_add_string(&out, over ? "" : " again");
        watch_alert_on(bus, over ? SEVERITY_RED : SEVERITY_INFO, health_metric_name(metric), values,
                       "%s", text);
    }
}

static enum status health_on_event(void *self, struct bus *bus, const struct event *event) {
    struct desk *desk = self;
    struct health *health = &desk->health;
    note_unhedged(desk, bus->now_ns);
    if (event->header.kind != EVENT_JOB_STATE) {
        return STATUS_OK;
    }
    uint8_t state = event->u.job.state;
    if (state == JOB_DONE || state == JOB_FAILED) {
        health->outcomes = health->outcomes << 1 | (state == JOB_DONE);
        health->outcome_count += health->outcome_count < HEALTH_OUTCOMES_MAX;
    }
    return STATUS_OK;
}

static enum status health_on_time(void *self, struct bus *bus, int64_t now_ns) {
    struct desk *desk = self;
    struct state_health *now = &desk->health.now;
    struct event_health event = {0};
    uint32_t sum = 0;
    note_unhedged(desk, now_ns);
    for (int i = 0; i < HEALTH_PART_COUNT; i++) {
        judge(desk, bus, (enum health_part)i, &now->parts[i]);
        event.component[i] = now->parts[i].score;
        sum += now->parts[i].score * weights[i];
    }
    event.overall = sum / 100;
    now->overall = event.overall;
    now->time_ns = now_ns;
    desk->health.since_ns = now_ns;
    desk->health.unhedged_usd_ms = 0;
    desk->health.due_ns = now_ns + desk->settings->health.interval_ns;
    bus_emit(bus, EVENT_HEALTH_SNAPSHOT, &event);
    for (int i = 0; i < METRIC_COUNT; i++) {
        judge_metric(desk, bus, (enum health_metric)i);
    }
    return STATUS_OK;
}

static int64_t health_deadline(const void *self) {
    return ((const struct desk *)self)->health.due_ns;
}

static void health_publish(void *self, struct state_draft *draft, int64_t now_ns) {
    (void)now_ns;
    *STATE_ROWS(draft, STATE_HEALTH, struct state_health) = ((struct desk *)self)->health.now;
    draft->count[STATE_HEALTH] = 1;
}

const struct component health_component = {
    .name = "health",
    .kinds = EVENT_BIT(EVENT_JOB_STATE) | EVENT_BIT(EVENT_ORDER_FILLED),
    .on_event = health_on_event,
    .on_time = health_on_time,
    .deadline = health_deadline,
    .publish = health_publish,
};
