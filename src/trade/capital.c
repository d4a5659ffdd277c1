#include "trade/capital.h"

#include "engine/control.h"
#include "trade/desk.h"

#define SNAPSHOT_NS (5 * NS_PER_S)

void capital_start(struct capital *capital, enum desk_mode mode, const struct settings *settings,
                   uint16_t venue_count) {
    *capital = (struct capital){0};
    for (uint16_t i = 0; i < venue_count && mode != DESK_LIVE; i++) {
        capital->venues[i].purse.equity = settings->capital.equity_start;
        capital->venues[i].start = capital->venues[i].peak = settings->capital.equity_start;
    }
}

static struct verdict check_leg(const struct desk *desk, const struct job *job, uint16_t venue) {
    const struct settings *settings = desk->settings;
    const struct purse *purse = &desk->capital.venues[venue].purse;
    uint32_t part = allocator_part_of(&settings->capital, job->strategy);
    struct verdict verdict = allocator_check(&settings->capital, purse, part, job->notional);
    // A layer has a largest use of its own instead.
    bool shared = job->strategy == STRATEGY_WASH && settings->capital.model == CAPITAL_THREE;
    if (verdict.rule == RULE_NONE && shared) {
        struct usd leg_max = usd_bps_floor(allocator_part_size(&settings->capital, purse, part),
                                           settings->wash.pool_share_max);
        if (job->notional.v > leg_max.v) {
            verdict = (struct verdict){
                .rule = RULE_CAPITAL_POOL, .figure = job->notional.v, .limit = leg_max.v};
        }
    }
    if (verdict.rule == RULE_SAFE_MODE) {
        verdict.figure = capital_drawdown(desk, venue).v;
    }
    verdict.venue = venue;
    verdict.symbol = job->symbol;
    return verdict;
}

struct verdict capital_check_job(const struct desk *desk, const struct job *job) {
    struct verdict verdict = check_leg(desk, job, job->legs[LEG_BUY].venue);
    bool both = verdict.rule == RULE_NONE && !job->single; // a single leg's names one venue twice
    return both ? check_leg(desk, job, job->legs[LEG_SELL].venue) : verdict;
}

// A job's reservation lies in the row of the job.
static struct reservation *reservation_of(struct desk *desk, const struct job *job) {
    ptrdiff_t row = job - desk->jobs.jobs;
    ASSERT(row >= 0 && row < JOBS_MAX);
    return &desk->capital.reservations[row];
}

static struct reservation *begin_reservation(struct desk *desk, struct job *job) {
    struct reservation *reservation = reservation_of(desk, job);
    ASSERT(job->id != 0 && reservation->job == 0);
    reservation->job = job->id;
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        reservation->legs[leg].venue = job->legs[leg].venue;
    }
    job->reserved = job->notional;
    return reservation;
}

static struct purse *purse_of(struct desk *desk, const struct job *job, int leg) {
    return &desk->capital.venues[job->legs[leg].venue].purse;
}

static uint32_t part_of(const struct desk *desk, const struct job *job) {
    return allocator_part_of(&desk->settings->capital, job->strategy);
}

struct verdict capital_reserve_job(struct desk *desk, struct job *job) {
    struct verdict verdict = capital_check_job(desk, job);
    if (verdict.rule != RULE_NONE) {
        return verdict;
    }
    struct reservation *reservation = begin_reservation(desk, job);
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        if (job_uses(job, leg)) {
            allocator_take(&desk->settings->capital, purse_of(desk, job, leg), part_of(desk, job),
                           job->notional, reservation->legs[leg].from);
        }
    }
    return verdict;
}

void capital_restore_job(struct desk *desk, struct job *job) {
    struct reservation *reservation = begin_reservation(desk, job);
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        if (job_uses(job, leg)) {
            allocator_restore(purse_of(desk, job, leg), part_of(desk, job), job->notional,
                              reservation->legs[leg].from);
        }
    }
}

void capital_release(struct desk *desk, struct job *job) {
    struct reservation *reservation = reservation_of(desk, job);
    if (reservation->job != job->id) {
        return;
    }
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        allocator_give_back(&desk->capital.venues[reservation->legs[leg].venue].purse,
                            reservation->legs[leg].from);
    }
    *reservation = (struct reservation){0};
    job->reserved = (struct usd){0};
}

void capital_record_pnl(struct desk *desk, const struct job *job, struct usd pnl) {
    // Half the profit each: a job's cash flow belongs to both legs and cannot be told apart by
    // venue without a price to split it at. Volume and fees are each venue's own.
    struct usd half = {pnl.v / 2};
    for (int i = 0; i < JOB_LEGS_MAX; i++) {
        struct capital_venue *venue = &desk->capital.venues[job->legs[i].venue];
        venue->pnl = usd_add(venue->pnl, i == LEG_BUY ? half : usd_sub(pnl, half));
    }
}

void capital_update_equity(struct desk *desk, struct bus *bus, uint16_t venue, struct usd equity) {
    struct capital_venue *row = &desk->capital.venues[venue];
    row->purse.equity = equity.v > 0 ? equity : (struct usd){0};
    if (desk->mode == DESK_LIVE && !row->told) {
        row->start = equity;
    }
    row->told = true;
    struct usd seen = equity.v > row->past_peak.v ? equity : row->past_peak;
    if (seen.v > row->peak.v) {
        row->peak = seen;
    }
    struct bps drawdown = allocator_drawdown(equity, row->peak);
    bool safe = desk->capital.forced_safe || drawdown.v >= desk->settings->capital.safe_drawdown.v;
    if (safe != row->purse.safe_mode) {
        row->purse.safe_mode = safe;
        watch_alert(bus, safe ? SEVERITY_WARN : SEVERITY_INFO, "safe_mode",
                    "%s %s safe mode at a drawdown of %s bps", desk->universe->venues[venue].name,
                    safe ? "enters" : "leaves", watch_bps(drawdown).text);
    }
    struct event_capital event = {
        .venue = venue,
        .safe_mode = safe,
        .model = desk->settings->capital.model,
        .equity = equity,
        .start = row->start,
        .peak = row->peak,
        .drawdown = drawdown,
    };
    for (uint32_t part = 0; part < allocator_part_count(&desk->settings->capital); part++) {
        event.available[part] = allocator_available(&desk->settings->capital, &row->purse, part);
    }
    bus_emit(bus, EVENT_CAPITAL_UPDATED, &event);
}

static void judge_again(struct desk *desk, struct bus *bus) {
    for (uint16_t i = 0; i < desk->universe->venue_count; i++) {
        if (desk->capital.venues[i].told || desk->mode != DESK_LIVE) {
            capital_update_equity(desk, bus, i, capital_equity(desk, i));
        }
    }
}

void capital_force_safe_mode(struct desk *desk, struct bus *bus) {
    desk->capital.forced_safe = true;
    judge_again(desk, bus);
}

bool capital_safe_mode(const struct desk *desk, uint16_t venue) {
    return desk->capital.venues[venue].purse.safe_mode;
}

struct usd capital_equity(const struct desk *desk, uint16_t venue) {
    return desk->capital.venues[venue].purse.equity;
}

struct usd capital_total_equity(const struct desk *desk) {
    struct usd sum = {0};
    for (uint16_t i = 0; i < desk->universe->venue_count; i++) {
        if (desk->universe->venues[i].role == VENUE_TRADE) {
            sum = usd_add(sum, capital_equity(desk, i));
        }
    }
    return sum;
}

struct usd capital_all_equity(const struct desk *desk) {
    struct usd sum = {0};
    for (uint16_t i = 0; i < desk->universe->venue_count; i++) {
        sum = usd_add(sum, capital_equity(desk, i));
    }
    return sum;
}

struct usd capital_start_equity(const struct desk *desk) {
    struct usd sum = {0};
    for (uint16_t i = 0; i < desk->universe->venue_count; i++) {
        sum = usd_add(sum, desk->capital.venues[i].start);
    }
    return sum;
}

struct bps capital_drawdown(const struct desk *desk, uint16_t venue) {
    const struct capital_venue *row = &desk->capital.venues[venue];
    return allocator_drawdown(row->purse.equity, row->peak);
}

struct bps capital_total_drawdown(const struct desk *desk) {
    struct bps worst = {0};
    for (uint16_t i = 0; i < desk->universe->venue_count; i++) {
        struct bps drawdown = capital_drawdown(desk, i);
        worst = drawdown.v > worst.v ? drawdown : worst;
    }
    return worst;
}

// On paper: start equity and what the position book made of it.
static void work_out_equity(struct desk *desk, struct bus *bus, uint16_t venue) {
    struct usd equity =
        usd_add(desk->settings->capital.equity_start, position_venue_pnl(desk, venue));
    capital_update_equity(desk, bus, venue, equity);
}

// A restart is no way out of a drawdown, but the next day's is: money that was taken from the venue
// looks like one, and nobody else would forget it.
static void put_back_peak(struct desk *desk, struct bus *bus, const struct event_past_peak *past) {
    if (past->day != bus->now_ns / NS_PER_DAY) {
        return;
    }
    struct capital_venue *row = &desk->capital.venues[past->venue];
    row->past_peak = past->peak;
    if (desk->mode != DESK_LIVE) { // another start on paper is neither a profit nor a loss
        row->past_peak = usd_add(row->start, usd_sub(past->peak, past->start));
        work_out_equity(desk, bus, past->venue);
    }
}

static enum status capital_on_event(void *self, struct bus *bus, const struct event *event) {
    struct desk *desk = self;
    if (event->header.kind == EVENT_PAST_PEAK) {
        put_back_peak(desk, bus, &event->u.past_peak);
        return STATUS_OK;
    }
    if (event->header.kind == EVENT_CAPITAL_SNAPSHOT) {
        capital_update_equity(desk, bus, event->u.equity.venue, event->u.equity.equity);
        return STATUS_OK;
    }
    if (event->header.kind == EVENT_CONTROL) {
        if (event->u.control.verb == CONTROL_RESUME && desk->capital.forced_safe) {
            desk->capital.forced_safe = false;
            judge_again(desk, bus);
        }
        return STATUS_OK;
    }
    const struct event_fill *fill = &event->u.fill;
    struct capital_venue *venue = &desk->capital.venues[fill->venue];
    venue->volume = usd_add(venue->volume, usd_notional_near(fill->price, fill->size));
    venue->fees = usd_add(venue->fees, fill->fee);
    return STATUS_OK;
}

// Warns once when one trading venue comes to hold too large a share of the equity of all.
static void watch_concentration(struct desk *desk, struct bus *bus) {
    struct usd total = capital_total_equity(desk);
    uint16_t largest = VENUE_MAX;
    for (uint16_t i = 0; i < desk->universe->venue_count; i++) {
        if (desk->universe->venues[i].role == VENUE_TRADE &&
            (largest == VENUE_MAX || capital_equity(desk, i).v > capital_equity(desk, largest).v)) {
            largest = i;
        }
    }
    if (largest == VENUE_MAX || total.v <= 0 || capital_equity(desk, largest).v == total.v) {
        return; // nothing to compare: one venue trades alone
    }
    struct bps share = bps_share_near(capital_equity(desk, largest), total);
    bool concentrated = share.v > desk->settings->risk.concentration_warn.v;
    if (concentrated && !desk->capital.concentrated) {
        watch_alert(bus, SEVERITY_WARN, "concentration", "%s holds %s bps of the equity of all",
                    desk->universe->venues[largest].name, watch_bps(share).text);
    }
    desk->capital.concentrated = concentrated;
}

// The snapshot provider of the paper venue.
static enum status capital_on_time(void *self, struct bus *bus, int64_t now_ns) {
    struct desk *desk = self;
    desk->capital.snapshot_ns = now_ns;
    // A live venue tells its balance itself.
    for (uint16_t i = 0; i < desk->universe->venue_count && desk->mode != DESK_LIVE; i++) {
        work_out_equity(desk, bus, i);
    }
    watch_concentration(desk, bus);
    return STATUS_OK;
}

static int64_t capital_deadline(const void *self) {
    const struct desk *desk = self;
    return desk->capital.snapshot_ns + SNAPSHOT_NS;
}

static void capital_publish(void *self, struct state_draft *draft, int64_t now_ns) {
    const struct desk *desk = self;
    const struct settings_capital *settings = &desk->settings->capital;
    struct state_capital *rows = STATE_ROWS(draft, STATE_CAPITAL, struct state_capital);
    (void)now_ns;
    for (uint16_t i = 0; i < desk->universe->venue_count; i++) {
        const struct capital_venue *venue = &desk->capital.venues[i];
        rows[i] = (struct state_capital){
            .equity = venue->purse.equity,
            .equity_peak = venue->peak,
            .in_flight = allocator_in_flight(&venue->purse),
            .pnl = venue->pnl,
            .volume = venue->volume,
            .fees = venue->fees,
            .drawdown = capital_drawdown(desk, i),
            .safe_mode = venue->purse.safe_mode,
            .model = settings->model,
        };
        struct state_pool *parts = settings->model == CAPITAL_FIVE ? rows[i].layers : rows[i].pools;
        for (uint32_t part = 0; part < allocator_part_count(settings); part++) {
            parts[part] = (struct state_pool){
                .size = allocator_part_size(settings, &venue->purse, part),
                .used = venue->purse.used[part],
            };
        }
    }
    draft->count[STATE_CAPITAL] = desk->universe->venue_count;
}

const struct component capital_component = {
    .name = "capital",
    .kinds = EVENT_BIT(EVENT_CAPITAL_SNAPSHOT) | EVENT_BIT(EVENT_ORDER_FILLED) |
             EVENT_BIT(EVENT_CONTROL) | EVENT_BIT(EVENT_PAST_PEAK),
    .on_event = capital_on_event,
    .on_time = capital_on_time,
    .deadline = capital_deadline,
    .publish = capital_publish,
};
