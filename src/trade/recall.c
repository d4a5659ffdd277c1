#include "trade/recall.h"

#include "base/clock.h"
#include "engine/control.h"
#include "trade/position.h"

void recall_init(struct recall *recall) {
    memset(recall, 0, sizeof(*recall));
}

struct event_past_position *recall_position(struct recall *recall, uint16_t venue,
                                            uint16_t symbol) {
    struct event_past_position *row = &recall->positions[(size_t)venue * SYMBOL_MAX + symbol];
    row->venue = venue;
    row->symbol = symbol;
    return row;
}

static struct event_past_order *find_order(struct recall *recall, uint64_t id) {
    for (uint32_t i = recall->order_count; i-- > 0;) {
        if (recall->orders[i].order.order == id) {
            return &recall->orders[i];
        }
    }
    return NULL;
}

static struct event_past_job *find_job(struct recall *recall, uint32_t id) {
    for (uint32_t i = recall->job_count; i-- > 0;) {
        if (recall->jobs[i].job == id) {
            return &recall->jobs[i];
        }
    }
    return NULL;
}

static void add_ended(struct recall *recall, const struct event_past_order *past) {
    recall->ended[recall->ended_count++ % RECALL_ENDED] = *past;
}

static struct event_past_order *find_ended(struct recall *recall, uint64_t id) {
    for (uint32_t i = 0; i < RECALL_ENDED && i < recall->ended_count; i++) {
        if (recall->ended[i].order.order == id) {
            return &recall->ended[i];
        }
    }
    return NULL;
}

static void add_order(struct recall *recall, const struct event_past_order *past) {
    struct event_past_job *job = find_job(recall, past->order.job);
    uint32_t number = (uint32_t)(past->order.order & UINT16_MAX);
    if (job != NULL) {
        job->orders_used = number > job->orders_used ? number : job->orders_used;
        job->only = past->order.leg;
        if (past->order.leg < JOB_LEGS_MAX && job->legs[past->order.leg].opened.v == 0) {
            job->legs[past->order.leg].venue = past->order.venue; // it may have moved there
        }
        if (past->order.type == ORDER_POST_ONLY) {
            job->maker = past->order.leg == LEG_BUY ? MAKER_BUY : MAKER_SELL;
        }
    }
    if (find_order(recall, past->order.order) != NULL) {
        return;
    }
    if (recall->order_count == ORDERS_MAX) {
        recall->lossy = true;
        return;
    }
    recall->orders[recall->order_count++] = *past;
}

static void end_order(struct recall *recall, uint64_t id) {
    struct event_past_order *order = find_order(recall, id);
    if (order != NULL) { // order of the others stays: it is the order of their decisions
        size_t behind = (size_t)(&recall->orders[--recall->order_count] - order);
        memmove(order, order + 1, behind * sizeof(*order));
    }
}

// A venue may tell a fill of it after its end.
static void on_canceled(struct recall *recall, const struct event_order *told) {
    struct event_past_order *order = find_order(recall, told->order);
    if (order != NULL) {
        order->order.state = told->state;
        add_ended(recall, order);
        end_order(recall, told->order);
    }
}

static void on_past_order(struct recall *recall, const struct event_past_order *past) {
    if (order_state_live((enum order_state)past->order.state)) {
        add_order(recall, past);
    } else {
        add_ended(recall, past);
    }
}

static void add_filled(struct event_past_order *order, const struct event_fill *fill,
                       struct usd value) {
    order->order.filled = qty_add(order->order.filled, fill->size);
    order->filled_usd = usd_add(order->filled_usd, value);
    order->fees = usd_add(order->fees, fill->fee);
}

static void add_job(struct recall *recall, const struct event_past_job *past) {
    if (recall->job_count == JOBS_MAX) {
        recall->lossy = true;
        return;
    }
    recall->jobs[recall->job_count++] = *past;
    recall->end.jobs_used = past->job > recall->end.jobs_used ? past->job : recall->end.jobs_used;
}

static void on_job(struct recall *recall, const struct event *event) {
    const struct event_job *told = &event->u.job;
    struct event_past_job *job = find_job(recall, told->job);
    if (told->job > recall->end.jobs_used) {
        recall->end.jobs_used = told->job;
    }
    if (told->admitted != 0) {
        struct event_brakes *brakes = &recall->end.brakes;
        int64_t day = event->header.time_ns / NS_PER_DAY;
        brakes->day_jobs = brakes->day == day ? brakes->day_jobs + 1 : 1;
        brakes->day = day;
    }
    if (told->state > JOB_UNWINDING) {
        if (job != NULL) {
            size_t behind = (size_t)(&recall->jobs[--recall->job_count] - job);
            memmove(job, job + 1, behind * sizeof(*job));
        }
        return;
    }
    if (told->state == JOB_PENDING) {
        return; // it never started
    }
    if (job == NULL) {
        struct event_past_job began = {.job = told->job,
                                       .strategy = told->strategy,
                                       .state = told->state,
                                       .symbol = told->symbol,
                                       .legs_used = told->legs,
                                       .notional = told->notional,
                                       .edge = told->edge,
                                       .created_ns = event->header.time_ns};
        began.legs[LEG_BUY].venue = told->buy_venue;
        began.legs[LEG_SELL].venue = told->sell_venue;
        add_job(recall, &began);
    } else {
        job->state = told->state;
    }
}

static void on_adopted(struct recall *recall, const struct event_adopted *told) {
    struct event_past_job *job = find_job(recall, told->job);
    if (job != NULL && told->leg < JOB_LEGS_MAX) {
        job->adopted = 1;
        job->only = told->leg;
        job->legs[told->leg].opened = told->opened;
        job->legs[told->leg].opened_usd = told->opened_usd;
    }
}

static void on_command(struct recall *recall, const struct event *event) {
    if (event->u.order.action == ORDER_ACTION_PLACE) {
        struct event_past_order past = {.order = event->u.order};
        past.order.filled = (struct qty){0};
        add_order(recall, &past);
    }
}

static void book_leg(struct recall *recall, const struct event_fill *fill, struct usd value) {
    struct event_past_job *job = find_job(recall, fill->job);
    if (job == NULL || fill->leg >= JOB_LEGS_MAX) {
        return;
    }
    struct event_past_leg *leg = &job->legs[fill->leg];
    bool opens = (fill->leg == LEG_BUY) == (fill->side == SIDE_BUY);
    struct qty *size = opens ? &leg->opened : &leg->closed;
    struct usd *usd = opens ? &leg->opened_usd : &leg->closed_usd;
    *size = qty_add(*size, fill->size);
    *usd = usd_add(*usd, value);
    job->fees = usd_add(job->fees, fill->fee);
}

static void on_fill(struct recall *recall, const struct event_fill *fill) {
    if (fill->venue >= VENUE_MAX || fill->symbol >= SYMBOL_MAX || fill->size.v <= 0 ||
        fill->price.v <= 0) {
        return;
    }
    struct usd value = usd_notional_near(fill->price, fill->size);
    struct event_past_position *row = recall_position(recall, fill->venue, fill->symbol);
    struct position position = {
        .net = row->net, .cost = row->cost, .realised = row->realised, .fees = row->fees};
    position_apply(&position, (enum side)fill->side, fill->price, fill->size, fill->fee);
    row->net = position.net;
    row->cost = position.cost;
    row->realised = position.realised;
    row->fees = position.fees;
    recall->end.day_volume = usd_add(recall->end.day_volume, value);
    recall->end.day_fees = usd_add(recall->end.day_fees, fill->fee);
    book_leg(recall, fill, value);
    recall->trades[recall->trade_count++ % RECALL_TRADES] =
        (struct event_past_trade){.order = fill->order, .trade = fill->trade, .venue = fill->venue};
    struct event_past_order *order = find_order(recall, fill->order);
    struct event_past_order *ended = find_ended(recall, fill->order);
    if (ended != NULL) {
        add_filled(ended, fill, value);
    }
    if (order != NULL) {
        add_filled(order, fill, value);
        if (fill->last != 0 || order->order.filled.v >= order->order.size.v) {
            end_order(recall, fill->order);
        }
    }
}

static void on_position(struct recall *recall, const struct event_position *told) {
    if (told->venue >= VENUE_MAX || told->symbol >= SYMBOL_MAX) {
        return;
    }
    struct event_past_position *row = recall_position(recall, told->venue, told->symbol);
    row->net = told->net;
    row->cost = told->cost;
    row->realised = told->realised;
    row->fees = told->fees;
    row->funding = told->funding;
}

static void on_control(struct recall *recall, const struct event_control *control) {
    bool person = control->origin != ORIGIN_SIGNAL;
    recall->farewell = control->verb == CONTROL_KILL && !person;
    if (control->verb == CONTROL_KILL && person) {
        recall->end.killed = 1;
    } else if (control->verb == CONTROL_CLEAR) {
        recall->end.killed = 0;
    } else if (control->verb == CONTROL_STATE && person && control->origin != ORIGIN_DISK) {
        recall->end.state = (uint8_t)control->value;
    } else if (control->verb == CONTROL_RISK_MODE) {
        recall->end.risk_mode = (uint8_t)(1 + control->value);
    } else if (control->verb == CONTROL_VENUE_ROLE && control->venue < VENUE_MAX) {
        recall->peaks[control->venue].venue = control->venue;
        recall->peaks[control->venue].role = (uint8_t)(1 + control->value);
    } else if (control->verb == CONTROL_ACCEPT) {
        recall->end.doubt = DOUBT_NONE;
        recall->end.lost = 0;
    }
}

static void on_past_end(struct recall *recall, const struct event_past_end *past) {
    uint32_t jobs_used = recall->end.jobs_used;
    uint64_t key =
        order_session_key((int64_t)recall->end.session_key * NS_PER_MS, past->session_key);
    struct event_past_end own = recall->end;
    recall->end = *past;
    if (past->known == 0) { // nothing was before it: the day is the one it began itself
        recall->end.day = own.day;
        recall->end.day_start_pnl = own.day_start_pnl;
        recall->end.day_start_funding = own.day_start_funding;
        recall->end.day_volume = own.day_volume;
        recall->end.day_fees = own.day_fees;
    }
    recall->end.session_key = key;
    recall->end.jobs_used = jobs_used > past->jobs_used ? jobs_used : past->jobs_used;
    recall->told = true;
}

static void on_past_position(struct recall *recall, const struct event_past_position *past) {
    if (past->venue < VENUE_MAX && past->symbol < SYMBOL_MAX) {
        *recall_position(recall, past->venue, past->symbol) = *past;
    }
}

static void on_day(struct recall *recall, const struct event_day *day) {
    if (day->day != recall->end.day) { // else its start was moved
        recall->end.day_volume = recall->end.day_fees = (struct usd){0};
    }
    recall->end.day = day->day;
    recall->end.day_start_pnl = day->start_pnl;
    recall->end.day_start_funding = day->start_funding;
}

static void on_past_peak(struct recall *recall, const struct event_past_peak *past) {
    if (past->venue < VENUE_MAX) {
        recall->peaks[past->venue] = *past;
    }
}

static void on_capital(struct recall *recall, const struct event *event) {
    const struct event_capital *told = &event->u.capital;
    if (told->venue < VENUE_MAX) {
        recall->peaks[told->venue] =
            (struct event_past_peak){.venue = told->venue,
                                     .role = recall->peaks[told->venue].role,
                                     .day = event->header.time_ns / NS_PER_DAY,
                                     .start = told->start,
                                     .peak = told->peak};
    }
}

void recall_event(struct recall *recall, const struct event *event) {
    recall->events++;
    recall->end.last_ns = event->header.time_ns;
    switch ((int)event->header.kind) {
    case EVENT_DESK_STARTED:
        recall->end.session_key = order_session_key(event->header.time_ns, 0);
        break;
    case EVENT_PAST_POSITION:
        on_past_position(recall, &event->u.past_position);
        break;
    case EVENT_PAST_JOB:
        add_job(recall, &event->u.past_job);
        break;
    case EVENT_PAST_ORDER:
        on_past_order(recall, &event->u.past_order);
        break;
    case EVENT_PAST_TRADE:
        recall->trades[recall->trade_count++ % RECALL_TRADES] = event->u.past_trade;
        break;
    case EVENT_PAST_PEAK:
        on_past_peak(recall, &event->u.past_peak);
        break;
    case EVENT_PAST_END:
        on_past_end(recall, &event->u.past_end);
        break;
    case EVENT_JOB_STATE:
        on_job(recall, event);
        break;
    case EVENT_JOB_ADOPTED:
        on_adopted(recall, &event->u.adopted);
        break;
    case EVENT_ORDER_COMMAND:
        on_command(recall, event);
        break;
    case EVENT_ORDER_FILLED:
        on_fill(recall, &event->u.fill);
        break;
    case EVENT_ORDER_CANCELED:
        on_canceled(recall, &event->u.order);
        break;
    case EVENT_ORDER_FAILED:
        end_order(recall, event->u.order.order);
        break;
    case EVENT_POSITION_UPDATED:
        on_position(recall, &event->u.position);
        break;
    case EVENT_CAPITAL_UPDATED:
        on_capital(recall, event);
        break;
    case EVENT_RISK_STATE:
        recall->end.brakes = event->u.risk.brakes;
        break;
    case EVENT_DAY_STARTED:
        on_day(recall, &event->u.day);
        break;
    case EVENT_CONTROL:
        on_control(recall, &event->u.control);
        break;
    default:
        break;
    }
}

struct usd recall_gross(const struct recall *recall) {
    struct usd sum = {0};
    for (size_t i = 0; i < COUNT_OF(recall->positions); i++) {
        sum = usd_add(sum, usd_abs(recall->positions[i].cost));
    }
    return sum;
}

bool recall_next_ended(const struct recall *recall, uint64_t *at, struct event_past_order *out) {
    uint64_t first = recall->ended_count > RECALL_ENDED ? recall->ended_count - RECALL_ENDED : 0;
    int64_t since_ns = recall->end.last_ns - RECALL_ENDED_MIN * 60 * NS_PER_S;
    for (*at = *at < first ? first : *at; *at < recall->ended_count; (*at)++) {
        const struct event_past_order *row = &recall->ended[*at % RECALL_ENDED];
        if (row->order.created_ns >= since_ns && row->order.filled.v < row->order.size.v) {
            *out = *row;
            (*at)++;
            return true;
        }
    }
    return false;
}

static bool is_told(const struct recall *recall, uint64_t order) {
    struct event_past_order ended;
    uint64_t at = 0;
    for (uint32_t i = 0; i < recall->order_count; i++) {
        if (recall->orders[i].order.order == order) {
            return true;
        }
    }
    while (recall_next_ended(recall, &at, &ended)) {
        if (ended.order.order == order) {
            return true;
        }
    }
    return false;
}

bool recall_next_trade(const struct recall *recall, uint64_t *at, struct event_past_trade *out) {
    uint64_t first = recall->trade_count > RECALL_TRADES ? recall->trade_count - RECALL_TRADES : 0;
    for (*at = *at < first ? first : *at; *at < recall->trade_count; (*at)++) {
        const struct event_past_trade *row = &recall->trades[*at % RECALL_TRADES];
        if (is_told(recall, row->order)) {
            *out = *row;
            (*at)++;
            return true;
        }
    }
    return false;
}
