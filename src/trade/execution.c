#include "trade/execution.h"

#include "trade/desk.h"

enum { REQUOTES_MAX = 5, TAKER_RETRY_MS = 100 };

static int taker_leg(const struct job *job) {
    return job->maker == MAKER_BUY ? LEG_SELL : LEG_BUY;
}
static int maker_leg(const struct job *job) {
    return job->maker == MAKER_BUY ? LEG_BUY : LEG_SELL;
}

// What a leg does in a phase: the buying leg sells when it closes.
static enum side leg_side(int leg, bool opens) {
    enum side side = leg == LEG_BUY ? SIDE_BUY : SIDE_SELL;
    return opens ? side : side_opposite(side);
}

static const struct quote *leg_quote(const struct desk *desk, const struct job *job, int leg) {
    return picture_quote(desk, job->legs[leg].venue, job->symbol);
}

static const struct listing *leg_listing(const struct desk *desk, const struct job *job, int leg) {
    return universe_listing(desk->universe, job->legs[leg].venue, job->symbol);
}

struct usd execution_unhedged(const struct desk *desk) {
    struct usd sum = {0};
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        sum = usd_add(sum, desk->jobs.jobs[desk->jobs.live[i]].unhedged);
    }
    return sum;
}

// Worst acceptable price of a taker order: the collar around the cross-venue median, normal or
// emergency.
static struct px collar_price(const struct desk *desk, const struct job *job, int leg,
                              enum side side, int64_t now_ns) {
    struct px reference;
    if (picture_median_mid(desk, job->symbol, VENUE_MAX, now_ns, &reference) == 0) {
        const struct quote *quote =
            leg_quote(desk, job, leg); // nothing fresh anywhere: the last we know
        reference = px_mid_floor(quote->bid, quote->ask);
    }
    struct bps collar =
        job->emergency ? desk->settings->risk.collar_emergency : desk->settings->risk.collar;
    const struct listing *listing = leg_listing(desk, job, leg);
    if (side == SIDE_BUY) {
        return listing_price_floor(listing, px_shift_floor(reference, collar));
    }
    return listing_price_ceil(listing, px_shift_ceil(reference, (struct bps){-collar.v}));
}

static void emit_command(struct desk *desk, struct bus *bus, const struct order *order,
                         enum order_action action) {
    (void)desk;
    struct event_order command = {
        .order = order->id,
        .job = order->job,
        .action = (uint8_t)action,
        .type = (uint8_t)order->type,
        .side = (uint8_t)order->side,
        .phase = (uint8_t)order->phase,
        .venue = order->venue,
        .symbol = order->symbol,
        .leg = order->leg,
        .reduce_only = order->reduce_only,
        .emergency = order->emergency,
        .state = (uint8_t)order->state,
        .price = order->price,
        .size = order->size,
        .filled = order->filled,
    };
    memcpy(command.client_id, order->client_id, sizeof(command.client_id));
    bus_emit(bus, EVENT_ORDER_COMMAND, &command);
}

static void emit_order(struct bus *bus, enum event_kind kind, const struct order *order) {
    struct event_order event = {
        .order = order->id,
        .job = order->job,
        .type = (uint8_t)order->type,
        .side = (uint8_t)order->side,
        .phase = (uint8_t)order->phase,
        .venue = order->venue,
        .symbol = order->symbol,
        .leg = order->leg,
        .reduce_only = order->reduce_only,
        .emergency = order->emergency,
        .state = (uint8_t)order->state,
        .price = order->price,
        .size = order->size,
        .filled = order->filled,
    };
    memcpy(event.client_id, order->client_id, sizeof(event.client_id));
    bus_emit(bus, kind, &event);
}

// The last function before an order leaves: the gate that pause, kill and state close is looked at
// here again, whatever was decided earlier.
static bool gate_allows(const struct desk *desk, enum leg_phase phase) {
    if (phase == LEG_OPEN) {
        return !desk->killed && desk->state == TRADING_ACTIVE;
    }
    return true; // hedges, closes and unwinds lower exposure
}

static bool place(struct desk *desk, struct bus *bus, struct job *job, int leg,
                  enum leg_phase phase, enum order_type type, struct qty size, struct px price) {
    bool opens = phase == LEG_OPEN || (phase == LEG_HEDGE && job->state == JOB_OPENING);
    enum side side = leg_side(leg, opens);
    if (!gate_allows(desk, phase) || size.v <= 0 || price.v <= 0 ||
        job->order_count == JOB_ORDERS_MAX) {
        return false;
    }
    struct order *order = order_create(&desk->orders, (uint64_t)job->id << 16 | ++job->order_count);
    if (order == NULL) {
        watch_alert(bus, SEVERITY_RED, "orders_full",
                    "no free order row for job %u: nothing was sent", job->id);
        return false;
    }
    order->job = job->id;
    order->type = type;
    order->side = side;
    order->phase = phase;
    order->venue = job->legs[leg].venue;
    order->symbol = job->symbol;
    order->leg = (uint8_t)leg;
    order->reduce_only = !opens;
    order->emergency = job->emergency;
    order->price = price;
    order->size = size;
    order->created_ns = order->changed_ns = bus->now_ns;
    struct qty *working = opens ? &job->legs[leg].working_open : &job->legs[leg].working_close;
    *working = qty_add(*working, size);
    if (type == ORDER_POST_ONLY) {
        job->resting = order->id;
    }
    desk->execution.orders_placed++;
    desk->execution.hedges += phase == LEG_HEDGE;
    (void)order_apply(&desk->orders, order, ORDER_EVENT_SENT, bus->now_ns);
    emit_command(desk, bus, order, ORDER_ACTION_PLACE);
    return true;
}

static void cancel(struct desk *desk, struct bus *bus, struct order *order) {
    if (!order_live(order) || order->cancel_asked || order->type == ORDER_IOC) {
        return; // an IOC ends by itself
    }
    if (order_apply(&desk->orders, order, ORDER_EVENT_CANCEL_SENT, bus->now_ns)) {
        order->cancel_asked = true;
        emit_command(desk, bus, order, ORDER_ACTION_CANCEL);
    }
}

// A job has at most one resting order at a time: the newest.
static struct order *resting_order(struct desk *desk, const struct job *job) {
    struct order *order = order_find(&desk->orders, job->resting);
    return order != NULL && order_live(order) ? order : NULL;
}

static void cancel_resting(struct desk *desk, struct bus *bus, const struct job *job) {
    struct order *order = resting_order(desk, job);
    if (order != NULL) {
        cancel(desk, bus, order);
    }
}

static bool any_working(const struct job *job) {
    for (int i = 0; i < JOB_LEGS_MAX; i++) {
        if (job->legs[i].working_open.v > 0 || job->legs[i].working_close.v > 0) {
            return true;
        }
    }
    return false;
}

static bool take(struct desk *desk, struct bus *bus, struct job *job, int leg, enum leg_phase phase,
                 struct qty size) {
    struct leg *state = &job->legs[leg];
    size = qty_step_floor(size, leg_listing(desk, job, leg)->step);
    if (size.v <= 0 || bus->now_ns < state->retry_ns) {
        return false;
    }
    bool opens = phase == LEG_OPEN || (phase == LEG_HEDGE && job->state == JOB_OPENING);
    struct px price = collar_price(desk, job, leg, leg_side(leg, opens), bus->now_ns);
    state->tries++;
    state->retry_ns = bus->now_ns + TAKER_RETRY_MS * NS_PER_MS;
    return place(desk, bus, job, leg, phase, ORDER_IOC, size, price);
}

// The resting order of a phase joins the best price of its own side.
static bool rest(struct desk *desk, struct bus *bus, struct job *job, enum leg_phase phase,
                 struct qty size) {
    int leg = maker_leg(job);
    const struct listing *listing = leg_listing(desk, job, leg);
    const struct quote *quote = leg_quote(desk, job, leg);
    enum side side = leg_side(leg, phase == LEG_OPEN);
    struct px price = side == SIDE_BUY ? listing_price_floor(listing, quote->bid)
                                       : listing_price_ceil(listing, quote->ask);
    return place(desk, bus, job, leg, phase, ORDER_POST_ONLY, qty_step_floor(size, listing->step),
                 price);
}

static int64_t wait_fill_ns(const struct desk *desk, const struct job *job) {
    return job->strategy == STRATEGY_WASH ? desk->settings->wash.wait_fill_ns
                                          : desk->settings->execution.wait_fill_ns;
}

static void note_deadline(struct job *job, int64_t at_ns) {
    if (job->deadline_ns == 0 || at_ns < job->deadline_ns) {
        job->deadline_ns = at_ns;
    }
}

static void fail(struct desk *desk, struct bus *bus, struct job *job) {
    if (!job->counted) {
        job->counted = true;
        risk_note_failure(desk, bus, job);
    }
}

static void begin_unwind(struct desk *desk, struct bus *bus, struct job *job) {
    desk->execution.unwinds++;
    fail(desk, bus, job);
    watch_alert(bus, SEVERITY_WARN, "unwind", "job %u unwinds: %s USD stayed unhedged on %s",
                job->id, watch_usd(job->unhedged).text, desk->universe->symbols[job->symbol].name);
    job->emergency = true;
    job->legs[LEG_BUY].retry_ns = job->legs[LEG_SELL].retry_ns = 0;
    cancel_resting(desk, bus, job);
    job_set_state(desk, bus, job, JOB_UNWINDING);
}

// Both legs filled alike, nothing working: the opening is over.
static void finish_opening(struct desk *desk, struct bus *bus, struct job *job) {
    if (job_flat(job)) {
        bool rejected = job->verdict.rule != RULE_NONE;
        if (rejected) {
            fail(desk, bus, job);
        } else {
            job->verdict = (struct verdict){.rule = RULE_EXPIRED,
                                            .venue = VENUE_MAX,
                                            .symbol = job->symbol,
                                            .figure = (bus->now_ns - job->state_ns) / NS_PER_MS,
                                            .limit = wait_fill_ns(desk, job) / NS_PER_MS};
        }
        job_set_state(desk, bus, job, rejected ? JOB_FAILED : JOB_EXPIRED);
        return;
    }
    bool stopped = job->stopping;
    job_set_state(desk, bus, job, stopped ? JOB_CLOSING : JOB_HOLDING);
    job->emergency = false;
    job->maker_done = stopped;
    job->urgent = stopped;
    job->requotes = 0;
    job->legs[LEG_BUY].tries = job->legs[LEG_SELL].tries = 0;
}

// The leg that is behind gets a taker order for what is missing. Past half the deadline at the
// emergency collar, past the deadline the job unwinds.
static bool hedge_gap(struct desk *desk, struct bus *bus, struct job *job, int behind,
                      struct qty missing) {
    const struct settings_execution *settings = &desk->settings->execution;
    int64_t deadline = job->unhedged_since_ns + settings->hedge_deadline_ns;
    if (job->unhedged_since_ns != 0) {
        if (bus->now_ns >= deadline ||
            (settings->partial_fill == PARTIAL_UNWIND && job->maker == MAKER_NONE)) {
            begin_unwind(desk, bus, job);
            return false;
        }
        if (bus->now_ns >= job->unhedged_since_ns + settings->hedge_deadline_ns / 2) {
            job->emergency = true;
        }
        note_deadline(job, deadline);
        note_deadline(job, job->legs[behind].retry_ns > bus->now_ns
                               ? job->legs[behind].retry_ns
                               : bus->now_ns + TAKER_RETRY_MS * NS_PER_MS);
    }
    (void)take(desk, bus, job, behind, LEG_HEDGE, missing);
    return true;
}

static void step_opening(struct desk *desk, struct bus *bus, struct job *job) {
    struct leg *buy = &job->legs[LEG_BUY], *sell = &job->legs[LEG_SELL];
    struct qty have_buy =
        qty_add(buy->opened, job->maker == MAKER_BUY ? (struct qty){0} : buy->working_open);
    struct qty have_sell =
        qty_add(sell->opened, job->maker == MAKER_SELL ? (struct qty){0} : sell->working_open);
    struct qty gap = qty_sub(have_buy, have_sell);
    int behind = gap.v > 0 ? LEG_SELL : LEG_BUY;
    struct order *resting = resting_order(desk, job);
    // In taker mode both first orders are on their way: a gap shows only once one has ended.
    bool waits = job->maker == MAKER_NONE && any_working(job);
    if (!waits && gap.v != 0 && qty_abs(gap).v >= leg_listing(desk, job, behind)->step.v) {
        if (!hedge_gap(desk, bus, job, behind, qty_abs(gap))) {
            return;
        }
    }
    if (resting != NULL) {
        int64_t until = resting->created_ns + wait_fill_ns(desk, job);
        if (job->stopping || bus->now_ns >= until) {
            job->maker_done = true;
            cancel(desk, bus, resting);
        } else {
            note_deadline(job, until);
        }
        return;
    }
    if (any_working(job)) {
        return;
    }
    if (gap.v == 0) {
        bool may_rest_again = job->maker != MAKER_NONE && !job->maker_done && !job->stopping &&
                              job->verdict.rule == RULE_NONE && job_flat(job) &&
                              job->requotes < REQUOTES_MAX;
        if (may_rest_again && job->order_count > 0) {
            job->requotes++;
            if (rest(desk, bus, job, LEG_OPEN, job->legs[maker_leg(job)].target)) {
                return;
            }
        }
        finish_opening(desk, bus, job);
    }
}

static void finish_closing(struct desk *desk, struct bus *bus, struct job *job) {
    bool failed = job->state == JOB_UNWINDING || job->counted;
    job_set_state(desk, bus, job, failed ? JOB_FAILED : JOB_DONE);
}

static void close_by_taker(struct desk *desk, struct bus *bus, struct job *job) {
    for (int i = 0; i < JOB_LEGS_MAX; i++) {
        struct leg *leg = &job->legs[i];
        struct qty missing = qty_sub(leg_held(leg), leg->working_close);
        if (missing.v <= 0) {
            continue;
        }
        if (leg->tries >= 10) {
            job->emergency = true; // a second of trying is enough courtesy
        }
        if (leg->tries == 100) {
            watch_alert(bus, SEVERITY_RED, "stuck",
                        "job %u cannot close its %s leg on %s: still trying", job->id,
                        side_name(leg_side(i, true)), desk->universe->venues[leg->venue].name);
        }
        leg->tries = leg->tries < 200 ? leg->tries : 101;
        (void)take(desk, bus, job, i, job->state == JOB_UNWINDING ? LEG_UNWIND : LEG_CLOSE,
                   missing);
        note_deadline(job, leg->retry_ns);
    }
}

static void step_closing(struct desk *desk, struct bus *bus, struct job *job) {
    if (job_flat(job) && !any_working(job)) {
        finish_closing(desk, bus, job);
        return;
    }
    bool by_taker =
        job->urgent || job->maker == MAKER_NONE || job->state == JOB_UNWINDING || job->maker_done;
    struct order *resting = resting_order(desk, job);
    if (by_taker) {
        if (resting != NULL) {
            cancel(desk, bus, resting);
            return; // its report comes back here
        }
        close_by_taker(desk, bus, job);
        return;
    }
    // The taker leg follows the resting leg: it must not hold more than the resting leg still
    // holds.
    int maker = maker_leg(job), taker = taker_leg(job);
    struct leg *follower = &job->legs[taker];
    struct qty ahead =
        qty_sub(qty_sub(leg_held(follower), follower->working_close), leg_held(&job->legs[maker]));
    if (ahead.v >= leg_listing(desk, job, taker)->step.v) {
        if (job->unhedged_since_ns != 0 &&
            bus->now_ns >=
                job->unhedged_since_ns + desk->settings->execution.hedge_deadline_ns / 2) {
            job->emergency = true;
        }
        (void)take(desk, bus, job, taker, LEG_HEDGE, ahead);
        note_deadline(job, follower->retry_ns);
    }
    if (resting != NULL) {
        int64_t until = resting->created_ns + wait_fill_ns(desk, job);
        if (bus->now_ns >= until) {
            job->maker_done = true;
            cancel(desk, bus, resting);
        } else {
            note_deadline(job, until);
        }
        return;
    }
    struct qty left = leg_held(&job->legs[maker]);
    if (left.v > 0 && job->requotes < REQUOTES_MAX) {
        job->requotes++;
        if (rest(desk, bus, job, LEG_CLOSE, left)) {
            return;
        }
    }
    job->maker_done = true;
    close_by_taker(desk, bus, job);
}

static void step(struct desk *desk, struct bus *bus, struct job *job) {
    if (!job_running(job)) {
        return;
    }
    job_note_exposure(desk, job, bus->now_ns);
    job->deadline_ns = 0;
    if (job->unhedged_usd_s > desk->settings->risk.unhedged_usd_s_max &&
        job->state == JOB_OPENING) {
        begin_unwind(desk, bus, job); // its exposure budget is used up
    }
    enum job_state before = job->state;
    if (job->state == JOB_OPENING) {
        step_opening(desk, bus, job);
    } else if (job->state == JOB_CLOSING || job->state == JOB_UNWINDING) {
        step_closing(desk, bus, job);
    }
    if (job->state != before && (job->state == JOB_CLOSING || job->state == JOB_UNWINDING)) {
        job->deadline_ns = 0;
        step_closing(desk, bus, job);
    }
    if (!job_live(job)) {
        scheduler_job_ended(desk, bus, job);
    }
}

void execution_open(struct desk *desk, struct bus *bus, struct job *job) {
    job_set_state(desk, bus, job, JOB_OPENING);
    if (job->maker != MAKER_NONE) {
        (void)rest(desk, bus, job, LEG_OPEN, job->legs[maker_leg(job)].target);
    } else {
        (void)take(desk, bus, job, LEG_BUY, LEG_OPEN, job->legs[LEG_BUY].target);
        (void)take(desk, bus, job, LEG_SELL, LEG_OPEN, job->legs[LEG_SELL].target);
    }
    step(desk, bus, job);
}

void execution_close(struct desk *desk, struct bus *bus, struct job *job, bool urgent) {
    ASSERT(job->state == JOB_HOLDING);
    job->urgent = urgent;
    job->maker_done = false;
    job_set_state(desk, bus, job, JOB_CLOSING);
    step(desk, bus, job);
}

void execution_stop(struct desk *desk, struct bus *bus, struct job *job) {
    job->stopping = true;
    job->urgent = true;
    if (job->state == JOB_HOLDING) {
        execution_close(desk, bus, job, true);
    } else {
        step(desk, bus, job);
    }
}

static void on_fill(struct desk *desk, struct bus *bus, struct order *order,
                    const struct event_report *report) {
    struct job *job = job_find(&desk->jobs, order->job);
    struct qty size = report->size;
    if (size.v <= 0 || report->price.v <= 0 || size.v > order_rest(order).v) {
        watch_alert(bus, SEVERITY_RED, "bad_fill",
                    "order %s: a fill that exceeds the order was not booked", order->client_id);
        return;
    }
    bool last = size.v == order_rest(order).v;
    if (!order_apply(&desk->orders, order, last ? ORDER_EVENT_FILL_ALL : ORDER_EVENT_FILL_PART,
                     bus->now_ns)) {
        return;
    }
    struct usd value = usd_notional_near(report->price, size);
    order->filled = qty_add(order->filled, size);
    order->filled_usd = usd_add(order->filled_usd, value);
    order->fees = usd_add(order->fees, report->fee);
    desk->execution.orders_filled += last;
    struct event_fill event = {
        .order = order->id,
        .trade = report->trade,
        .job = order->job,
        .side = (uint8_t)order->side,
        .liquidity = report->liquidity,
        .phase = (uint8_t)order->phase,
        .leg = order->leg,
        .venue = order->venue,
        .symbol = order->symbol,
        .last = last,
        .price = report->price,
        .size = size,
        .fee = report->fee,
    };
    bus_emit(bus, EVENT_ORDER_FILLED, &event);
    if (job == NULL) {
        return; // the job's row was reused: the position book still has the fill
    }
    struct leg *leg = &job->legs[order->leg];
    job->fees = usd_add(job->fees, report->fee);
    if (order->reduce_only) {
        leg->working_close = qty_sub(leg->working_close, size);
        leg->closed = qty_add(leg->closed, size);
        leg->closed_usd = usd_add(leg->closed_usd, value);
    } else {
        leg->working_open = qty_sub(leg->working_open, size);
        leg->opened = qty_add(leg->opened, size);
        leg->opened_usd = usd_add(leg->opened_usd, value);
    }
    risk_note_latency(desk, order->venue, bus->now_ns - order->created_ns, order->type);
}

// An order that ends without being full gives its rest back.
static void on_end(struct desk *desk, struct bus *bus, struct order *order,
                   const struct event_report *report) {
    static const enum order_event events[] = {[REPORT_CANCELED] = ORDER_EVENT_CANCELED,
                                              [REPORT_EXPIRED] = ORDER_EVENT_EXPIRED,
                                              [REPORT_REJECTED] = ORDER_EVENT_REJECTED};
    bool was_live = order_live(order);
    if (!order_apply(&desk->orders, order, events[report->kind], bus->now_ns) || !was_live) {
        return;
    }
    struct job *job = job_find(&desk->jobs, order->job);
    if (job != NULL) {
        struct leg *leg = &job->legs[order->leg];
        struct qty *working = order->reduce_only ? &leg->working_close : &leg->working_open;
        *working = qty_sub(*working, order_rest(order));
    }
    if (report->kind != REPORT_REJECTED) {
        emit_order(bus, EVENT_ORDER_CANCELED, order);
        return;
    }
    emit_order(bus, EVENT_ORDER_FAILED, order);
    desk->execution.orders_rejected++;
    bool would_take = order->type == ORDER_POST_ONLY && report->liquidity == LIQUIDITY_TAKER;
    if (would_take) {
        return; // the market moved onto the price: not a failure, the job quotes again
    }
    watch_alert(bus, SEVERITY_WARN, "rejected", "%s rejected %s: %.44s",
                desk->universe->venues[order->venue].name, order->client_id, report->text);
    risk_note_reject(desk, bus, order->venue);
    if (job != NULL && job->state == JOB_OPENING && order->phase == LEG_OPEN) {
        job->verdict = (struct verdict){.rule = RULE_VENUE_TRIPPED,
                                        .venue = order->venue,
                                        .symbol = order->symbol,
                                        .figure = 1};
        job->stopping = true;
    }
}

static void on_report(struct desk *desk, struct bus *bus, const struct event_report *report) {
    struct order *order = order_find(&desk->orders, report->order);
    if (order == NULL || order->venue != report->venue) {
        desk->orders.late++;
        return;
    }
    switch ((enum report_kind)report->kind) {
    case REPORT_ACCEPTED:
        if (order_apply(&desk->orders, order, ORDER_EVENT_ACCEPTED, bus->now_ns)) {
            emit_order(bus, EVENT_ORDER_PLACED, order);
        }
        break;
    case REPORT_FILL:
        on_fill(desk, bus, order, report);
        break;
    case REPORT_CANCELED:
    case REPORT_EXPIRED:
    case REPORT_REJECTED:
        on_end(desk, bus, order, report);
        break;
    case REPORT_UNKNOWN:
        (void)order_apply(&desk->orders, order, ORDER_EVENT_UNKNOWN, bus->now_ns);
        break;
    default:
        desk->orders.late++;
        return;
    }
    struct job *job = job_find(&desk->jobs, order->job);
    if (job != NULL) {
        step(desk, bus, job);
    }
}

// Kill order: the block is set by risk before this runs; then cancel, verify, flatten, say what is
// left.
static void on_kill(struct desk *desk, struct bus *bus, bool flatten) {
    desk->execution.kill_verifying = true;
    desk->execution.kill_flatten = desk->execution.kill_flatten || flatten;
    JOB_FOR_EACH_LIVE(&desk->jobs, job) {
        if (job_running(job)) {
            job->stopping = true;
            cancel_resting(desk, bus, job);
            step(desk, bus, job);
        }
    }
}

static void verify_kill(struct desk *desk, struct bus *bus) {
    struct execution *execution = &desk->execution;
    if (!execution->kill_verifying || desk->orders.live_count > 0) {
        return;
    }
    execution->kill_verifying = false;
    struct usd net, gross;
    position_exposure(desk, SYMBOL_MAX, &net, &gross);
    watch_alert(bus, SEVERITY_RED, "kill",
                "killed: no order of ours is open; positions left: gross %s USD%s",
                watch_usd(gross).text,
                execution->kill_flatten && gross.v > 0 ? ", flattening" : "");
    if (execution->kill_flatten) {
        execution->kill_flatten = false;
        JOB_FOR_EACH_LIVE(&desk->jobs, job) {
            if (job_running(job)) {
                execution_stop(desk, bus, job);
            }
        }
    }
}

static void on_control(struct desk *desk, struct bus *bus, const struct event_control *control) {
    if (control->verb == CONTROL_KILL) {
        on_kill(desk, bus, control->value != 0);
        return;
    }
    if (control->verb != CONTROL_FLATTEN && control->verb != CONTROL_CANCEL_JOB) {
        return;
    }
    JOB_FOR_EACH_LIVE(&desk->jobs, job) {
        bool hit = control->verb == CONTROL_CANCEL_JOB
                       ? job->id != 0 && job->id == (uint64_t)control->value
                       : (control->symbol == CONTROL_ANY || control->symbol == job->symbol) &&
                             (control->venue == CONTROL_ANY ||
                              control->venue == job->legs[LEG_BUY].venue ||
                              control->venue == job->legs[LEG_SELL].venue);
        if (hit && job_running(job)) {
            execution_stop(desk, bus, job);
        }
    }
}

static enum status execution_on_event(void *self, struct bus *bus, const struct event *event) {
    struct desk *desk = self;
    if (event->header.kind == EVENT_ORDER_REPORT) {
        on_report(desk, bus, &event->u.report);
    } else {
        on_control(desk, bus, &event->u.control);
    }
    verify_kill(desk, bus);
    return STATUS_OK;
}

static enum status execution_on_time(void *self, struct bus *bus, int64_t now_ns) {
    struct desk *desk = self;
    JOB_FOR_EACH_LIVE(&desk->jobs, job) {
        if (job_running(job) && job->deadline_ns != 0 && now_ns >= job->deadline_ns) {
            step(desk, bus, job);
        }
    }
    return STATUS_OK;
}

static int64_t execution_deadline(const void *self) {
    const struct desk *desk = self;
    int64_t earliest = INT64_MAX;
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        const struct job *job = &desk->jobs.jobs[desk->jobs.live[i]];
        if (job_running(job) && job->deadline_ns != 0 && job->deadline_ns < earliest) {
            earliest = job->deadline_ns;
        }
    }
    return earliest;
}

static void execution_publish(void *self, struct state_draft *draft, int64_t now_ns) {
    const struct desk *desk = self;
    struct state_order *rows = STATE_ROWS(draft, STATE_ORDERS, struct state_order);
    uint32_t count = 0;
    (void)now_ns;
    for (uint32_t i = 0; i < ORDERS_MAX && count < STATE_ORDERS_MAX; i++) {
        const struct order *order = &desk->orders.orders[i];
        if (!order_live(order)) {
            continue;
        }
        rows[count] = (struct state_order){
            .order = order->id,
            .job = order->job,
            .venue = order->venue,
            .symbol = order->symbol,
            .side = (uint8_t)order->side,
            .type = (uint8_t)order->type,
            .state = (uint8_t)order->state,
            .phase = (uint8_t)order->phase,
            .price = order->price,
            .size = order->size,
            .filled = order->filled,
            .created_ns = order->created_ns,
        };
        memcpy(rows[count].client_id, order->client_id, sizeof(order->client_id));
        count++;
    }
    draft->count[STATE_ORDERS] = count;
}

const struct component execution_component = {
    .name = "execution",
    .kinds = EVENT_BIT(EVENT_ORDER_REPORT) | EVENT_BIT(EVENT_CONTROL),
    .on_event = execution_on_event,
    .on_time = execution_on_time,
    .deadline = execution_deadline,
    .publish = execution_publish,
};
