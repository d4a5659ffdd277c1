// What comes back: reports move orders, fills move legs, and a person's controls reach the jobs.
#include "trade/execution.h"

#include "trade/execution_inside.h"

#define KILL_PATIENCE_NS (10 * NS_PER_S)

enum status execution_create(struct execution *execution) {
    *execution = (struct execution){0};
    return seen_set_create(&execution->trades, TRADES_REMEMBERED);
}

void execution_finish(struct execution *execution) {
    seen_set_finish(&execution->trades);
    *execution = (struct execution){0};
}

struct usd execution_unhedged(const struct desk *desk) {
    struct usd sum = {0};
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        sum = usd_add(sum, desk->jobs.jobs[desk->jobs.live[i]].unhedged);
    }
    return sum;
}

// A fill of an order whose job has ended, or left the venue, is a position without an owner: a new
// job takes it over and unwinds it. NULL when there is no row for one; the position book has the
// fill anyway.
static struct job *adopt_fill(struct desk *desk, struct bus *bus, const struct order *order,
                              const struct job *ended) {
    struct job draft = {.strategy = STRATEGY_MANUAL, .symbol = order->symbol, .stopping = true};
    draft.legs[LEG_BUY].venue = draft.legs[LEG_SELL].venue = order->venue;
    if (ended != NULL) {
        draft.strategy = ended->strategy;
        draft.legs[LEG_BUY].venue = ended->legs[LEG_BUY].venue;
        draft.legs[LEG_SELL].venue = ended->legs[LEG_SELL].venue;
        draft.legs[order->side == SIDE_BUY ? LEG_BUY : LEG_SELL].venue = order->venue;
    }
    struct job *job = job_create(&desk->jobs, bus->now_ns);
    if (job == NULL) {
        watch_alert(bus, SEVERITY_RED, "late_fill",
                    "order %s filled late, nobody's any more, and no job is free to unwind it",
                    order->client_id);
        return NULL;
    }
    draft.id = job->id;
    draft.created_ns = draft.state_ns = bus->now_ns;
    *job = draft;
    watch_alert(bus, SEVERITY_RED, "late_fill",
                "order %s filled late, nobody's any more: job %u unwinds it", order->client_id,
                job->id);
    job_set_state(desk, bus, job, JOB_PENDING);
    job_set_state(desk, bus, job, JOB_OPENING);
    return job;
}

static void emit_fill(struct bus *bus, const struct order *order, const struct event_report *report,
                      uint32_t job, int leg, bool last) {
    struct event_fill event = {
        .order = order->id,
        .trade = report->trade,
        .job = job,
        .side = (uint8_t)order->side,
        .liquidity = report->liquidity,
        .phase = (uint8_t)order->phase,
        .leg = (uint8_t)leg,
        .venue = order->venue,
        .symbol = order->symbol,
        .last = last,
        .price = report->price,
        .size = report->size,
        .fee = report->fee,
    };
    bus_emit(bus, EVENT_ORDER_FILLED, &event);
}

static void book_fill(struct job *job, int leg, bool reduces, const struct event_report *report,
                      struct usd value) {
    struct leg *row = &job->legs[leg];
    struct qty *total = reduces ? &row->closed : &row->opened;
    struct usd *usd = reduces ? &row->closed_usd : &row->opened_usd;
    *total = qty_add(*total, report->size);
    *usd = usd_add(*usd, value);
    job->fees = usd_add(job->fees, report->fee);
}

static uint64_t trade_key(uint16_t venue, uint64_t trade) {
    return hash_mix(trade ^ ((uint64_t)venue + 1) << 56);
}

// False when the fill is no news: told before, or impossible.
static bool apply_fill(struct desk *desk, struct bus *bus, struct order *order,
                       const struct event_report *report) {
    struct qty size = report->size;
    if (!seen_set_add(&desk->execution.trades, trade_key(report->venue, report->trade))) {
        desk->execution.duplicates++;
        return false;
    }
    if (size.v <= 0 || report->price.v <= 0 || size.v > order_rest(order).v) {
        watch_alert(bus, SEVERITY_RED, "bad_fill",
                    "order %s: a fill that exceeds the order was not booked", order->client_id);
        return false;
    }
    bool last = size.v == order_rest(order).v;
    if (!order_apply(&desk->orders, order, last ? ORDER_EVENT_FILL_ALL : ORDER_EVENT_FILL_PART,
                     bus->now_ns)) {
        watch_alert(bus, SEVERITY_RED, "bad_fill", "order %s is %s: a fill of it was not booked",
                    order->client_id, order_state_name(order->state));
        return false;
    }
    order->filled = qty_add(order->filled, size);
    order->filled_usd = usd_add(order->filled_usd, usd_notional_near(report->price, size));
    order->fees = usd_add(order->fees, report->fee);
    desk->execution.orders_filled += last;
    return true;
}

// An order whose fate was unknown is there: a cancel that was asked for before may be lost with the
// rest. To ask twice changes nothing at the lane.
static void ask_cancel_again(struct order *order, bool was_unknown) {
    order->cancel_asked = order->cancel_asked && !was_unknown;
}

static void on_fill(struct desk *desk, struct bus *bus, struct order *order,
                    const struct event_report *report) {
    bool was_live = order_live(order), was_unknown = order->state == ORDER_UNKNOWN;
    if (!apply_fill(desk, bus, order, report)) {
        return;
    }
    ask_cancel_again(order, was_unknown);
    risk_note_answer(desk, order->venue);
    struct usd value = usd_notional_near(report->price, report->size);
    struct job *job = job_find(&desk->jobs, order->job);
    // A leg that moved to another venue does not hold what comes late from the old one.
    bool owned = job != NULL && job_running(job) && job->legs[order->leg].venue == order->venue;
    if (owned) {
        emit_fill(bus, order, report, job->id, order->leg, order->state == ORDER_FILLED_ALL);
        struct leg *leg = &job->legs[order->leg];
        if (was_live) { // else its rest was given back when it ended
            struct qty *working = order->reduce_only ? &leg->working_close : &leg->working_open;
            *working = qty_sub(*working, report->size);
        }
        book_fill(job, order->leg, order->reduce_only, report, value);
        leg->misses = leg->refused = 0;
        risk_note_latency(desk, order->venue, bus->now_ns - order->created_ns, order->type);
        return;
    }
    int leg = order->side == SIDE_BUY ? LEG_BUY : LEG_SELL;
    job = adopt_fill(desk, bus, order, job);
    emit_fill(bus, order, report, job != NULL ? job->id : order->job, leg,
              order->state == ORDER_FILLED_ALL);
    if (job != NULL) {
        book_fill(job, leg, false, report, value);
        job_note_exposure(desk, job, bus->now_ns);
        execution_begin_unwind(desk, bus, job);
        execution_step(desk, bus, job);
    }
}

static void on_reject(struct desk *desk, struct bus *bus, const struct order *order,
                      struct job *job, const struct event_report *report) {
    if (report->unsent != 0) { // nobody's failure: what still stands against it is asked for anew
        watch_alert(bus, SEVERITY_WARN, "unsent", "order %s for %s: %.44s", order->client_id,
                    desk->universe->venues[order->venue].name, report->text);
        return;
    }
    desk->execution.orders_rejected++;
    if (order->type == ORDER_POST_ONLY && report->liquidity == LIQUIDITY_TAKER) {
        return; // the market moved onto the price: not a failure, the job quotes again
    }
    watch_alert(bus, SEVERITY_WARN, "rejected", "%s rejected %s: %.44s",
                desk->universe->venues[order->venue].name, order->client_id, report->text);
    risk_note_reject(desk, bus, order->venue);
    if (job == NULL || job->state != JOB_OPENING) {
        return;
    }
    if (job->single && job->legs[job->only].opened.v > 0) {
        job->stopping = true; // what it got was wanted: only the rest is given up
        return;
    }
    execution_fail(desk, bus, job);
    job->verdict = (struct verdict){
        .rule = RULE_VENUE_TRIPPED, .venue = order->venue, .symbol = order->symbol, .figure = 1};
    if (order->phase == LEG_OPEN) {
        job->stopping = job->urgent = true;
    }
}

static uint8_t one_more(uint8_t count) {
    return (uint8_t)(count < UINT8_MAX ? count + 1 : count);
}

// What its leg learns from an order that ends, besides that its rest is free again.
static void note_end(struct leg *leg, const struct order *order,
                     const struct event_report *report) {
    if (order->type != ORDER_IOC || report->unsent != 0 || report->idle != 0) {
        return; // the venue did not judge its size
    }
    leg->refused = report->kind == REPORT_REJECTED ? one_more(leg->refused) : 0;
    if (order->phase == LEG_OPEN && order->filled.v == 0) {
        leg->misses = one_more(leg->misses);
    }
}

// An order that ends without being full gives its rest back.
static void on_end(struct desk *desk, struct bus *bus, struct order *order,
                   const struct event_report *report) {
    static const enum order_event events[] = {[REPORT_CANCELED] = ORDER_EVENT_CANCELED,
                                              [REPORT_EXPIRED] = ORDER_EVENT_EXPIRED,
                                              [REPORT_REJECTED] = ORDER_EVENT_REJECTED};
    if (!order_apply(&desk->orders, order, events[report->kind], bus->now_ns)) {
        return; // it had ended before
    }
    struct job *job = job_find(&desk->jobs, order->job);
    if (job != NULL) {
        struct leg *leg = &job->legs[order->leg];
        struct qty *working = order->reduce_only ? &leg->working_close : &leg->working_open;
        *working = qty_sub(*working, order_rest(order));
        note_end(leg, order, report);
    }
    bool rejected = report->kind == REPORT_REJECTED;
    execution_emit_order(bus, rejected ? EVENT_ORDER_FAILED : EVENT_ORDER_CANCELED, order,
                         ORDER_ACTION_PLACE);
    if (rejected) {
        on_reject(desk, bus, order, job, report);
    }
}

static void on_accepted(struct desk *desk, struct bus *bus, struct order *order) {
    bool was_unknown = order->state == ORDER_UNKNOWN;
    if (!order_apply(&desk->orders, order, ORDER_EVENT_ACCEPTED, bus->now_ns)) {
        return;
    }
    ask_cancel_again(order, was_unknown);
    risk_note_answer(desk, order->venue);
    execution_emit_order(bus, EVENT_ORDER_PLACED, order, ORDER_ACTION_PLACE);
}

static void on_report(struct desk *desk, struct bus *bus, const struct event_report *report) {
    struct order *order = order_find(&desk->orders, report->order);
    if (order == NULL || order->venue != report->venue) {
        desk->orders.late++;
        return;
    }
    switch ((enum report_kind)report->kind) {
    case REPORT_ACCEPTED:
        on_accepted(desk, bus, order);
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
        if (order_apply(&desk->orders, order, ORDER_EVENT_UNKNOWN, bus->now_ns)) {
            risk_note_reject(desk, bus, order->venue);
        }
        break;
    default:
        desk->orders.late++;
        return;
    }
    struct job *job = job_find(&desk->jobs, order->job);
    if (job != NULL) {
        execution_step(desk, bus, job);
    }
}

// Kill order: the block is set by risk before this runs; then cancel, verify, flatten, say what is
// left. What opens stops, what closes waits for the flatten or the clearing; hedges go on.
static void on_kill(struct desk *desk, struct bus *bus, bool flatten) {
    desk->execution.kill_verifying = true;
    desk->execution.kill_until_ns = bus->now_ns + KILL_PATIENCE_NS;
    desk->execution.kill_flatten = desk->execution.kill_flatten || flatten;
    JOB_FOR_EACH_LIVE(&desk->jobs, job) {
        if (job_running(job)) {
            job->stopping = job->state == JOB_OPENING;
            job->urgent = false;
            execution_step(desk, bus, job); // cancels what rests
        }
    }
}

static void step_all(struct desk *desk, struct bus *bus) {
    JOB_FOR_EACH_LIVE(&desk->jobs, job) {
        if (job_running(job)) {
            execution_step(desk, bus, job);
        }
    }
}

// REDUCING and HALTED: what opens stops opening and keeps what it has, hedged.
static void on_state(struct desk *desk, struct bus *bus, enum trading_state state) {
    JOB_FOR_EACH_LIVE(&desk->jobs, job) {
        if (state != TRADING_ACTIVE && job->state == JOB_OPENING) {
            job->stopping = true;
        }
    }
    step_all(desk, bus);
}

static bool any_unowned(const struct desk *desk) {
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
            const struct listing *listing = universe_listing(desk->universe, venue, symbol);
            if (listing->ready && qty_abs(job_unowned(desk, venue, symbol)).v >= listing->step.v) {
                return true;
            }
        }
    }
    return false;
}

static bool any_running(const struct desk *desk) {
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        if (job_running(&desk->jobs.jobs[desk->jobs.live[i]])) {
            return true;
        }
    }
    return false;
}

// Hedges and unwinds go on through a kill, and never rest: a venue that refuses them again and
// again must not keep the flatten of the others waiting.
static bool kill_ends(const struct order *order) {
    return order->phase == LEG_OPEN || order->phase == LEG_CLOSE;
}

// Orders a kill waits for, and a venue of theirs.
static uint32_t kill_left(const struct desk *desk, uint16_t *venue) {
    uint32_t left = 0;
    for (uint32_t i = 0; i < desk->orders.live_count; i++) {
        const struct order *order = &desk->orders.orders[desk->orders.live[i]];
        if (kill_ends(order)) {
            *venue = order->venue;
            left++;
        }
    }
    return left;
}

// What a kill waits for has come: no order is open, or its patience is over; after a flatten, no
// job holds anything.
static bool kill_due(const struct desk *desk, int64_t now_ns) {
    const struct execution *execution = &desk->execution;
    uint16_t venue;
    if (execution->kill_verifying) {
        return now_ns >= execution->kill_until_ns || kill_left(desk, &venue) == 0;
    }
    return execution->kill_flattening && desk->orders.live_count == 0 && !any_running(desk);
}

static void kill_flatten(struct desk *desk, struct bus *bus) {
    struct execution *execution = &desk->execution;
    bool flattens = execution->kill_flatten;
    execution->kill_flatten = false;
    if (!flattens || (!any_running(desk) && !any_unowned(desk))) {
        return;
    }
    execution->kill_flattening = true;
    JOB_FOR_EACH_LIVE(&desk->jobs, job) {
        if (job_running(job)) {
            execution_stop(desk, bus, job);
        }
    }
    execution_flatten_unowned(desk, bus, CONTROL_ANY, CONTROL_ANY);
}

static void verify_kill(struct desk *desk, struct bus *bus) {
    struct execution *execution = &desk->execution;
    uint16_t venue = VENUE_MAX;
    uint32_t left = execution->kill_verifying ? kill_left(desk, &venue) : 0;
    struct usd net, gross;
    position_exposure(desk, SYMBOL_MAX, &net, &gross);
    if (!execution->kill_verifying) {
        execution->kill_flattening = false;
        watch_alert(bus, SEVERITY_RED, "kill", "flattened: positions left: gross %s USD",
                    watch_usd(gross).text);
        return;
    }
    bool flattens = execution->kill_flatten && (any_running(desk) || any_unowned(desk));
    const char *then = flattens ? ", flattening" : "";
    execution->kill_verifying = left > 0;
    execution->kill_until_ns = INT64_MAX; // said once; it goes on looking for their end
    if (left > 0) {
        watch_alert(bus, SEVERITY_RED, "kill",
                    "killed, but cancels are not confirmed: %u, first on %s%s", left,
                    desk->universe->venues[venue].name, then);
    } else {
        watch_alert(bus, SEVERITY_RED, "kill",
                    "killed: no order of ours is open; positions left: gross %s USD%s",
                    watch_usd(gross).text, then);
    }
    kill_flatten(desk, bus);
}

static void on_control(struct desk *desk, struct bus *bus, const struct event_control *control) {
    switch ((int)control->verb) {
    case CONTROL_KILL:
        on_kill(desk, bus, control->value != 0);
        return;
    case CONTROL_CLEAR:
        desk->execution.kill_flatten = false;
        step_all(desk, bus);
        return;
    case CONTROL_STATE:
        on_state(desk, bus, (enum trading_state)control->value);
        return;
    case CONTROL_FLATTEN:
    case CONTROL_CANCEL_JOB:
        break;
    default:
        return;
    }
    JOB_FOR_EACH_LIVE(&desk->jobs, job) {
        if (job_running(job) && job_is_meant(job, control)) {
            execution_stop(desk, bus, job);
        }
    }
    if (control->verb == CONTROL_FLATTEN) {
        execution_flatten_unowned(desk, bus, control->venue, control->symbol);
    }
}

static enum status execution_on_event(void *self, struct bus *bus, const struct event *event) {
    struct desk *desk = self;
    if (event->header.kind == EVENT_ORDER_REPORT) {
        on_report(desk, bus, &event->u.report);
    } else if (event->header.kind == EVENT_PAST_TRADE) {
        (void)seen_set_add(&desk->execution.trades,
                           trade_key(event->u.past_trade.venue, event->u.past_trade.trade));
    } else {
        on_control(desk, bus, &event->u.control);
    }
    return STATUS_OK;
}

static enum status execution_on_time(void *self, struct bus *bus, int64_t now_ns) {
    struct desk *desk = self;
    JOB_FOR_EACH_LIVE(&desk->jobs, job) {
        if (job_running(job) && job->deadline_ns != 0 && now_ns >= job->deadline_ns) {
            execution_step(desk, bus, job);
        }
    }
    if (kill_due(
            desk,
            now_ns)) { // here and not in the handler: the last fill is in the position book now
        verify_kill(desk, bus);
    }
    return STATUS_OK;
}

static int64_t execution_deadline(const void *self) {
    const struct desk *desk = self;
    if (kill_due(desk, INT64_MIN)) {
        return 0;
    }
    int64_t earliest = desk->execution.kill_verifying ? desk->execution.kill_until_ns : INT64_MAX;
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
    for (uint32_t i = 0; i < desk->orders.live_count && count < STATE_ORDERS_MAX; i++) {
        const struct order *order = &desk->orders.orders[desk->orders.live[i]];
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
    .kinds = EVENT_BIT(EVENT_ORDER_REPORT) | EVENT_BIT(EVENT_CONTROL) | EVENT_BIT(EVENT_PAST_TRADE),
    .on_event = execution_on_event,
    .on_time = execution_on_time,
    .deadline = execution_deadline,
    .publish = execution_publish,
};
