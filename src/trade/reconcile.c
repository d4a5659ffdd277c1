#include "trade/reconcile.h"

#include <stdlib.h>

#include "trade/execution_inside.h"

enum { WAIT_STEP_MS = 20 };

enum status reconcile_create(struct reconcile *reconcile, const struct universe *universe) {
    *reconcile = (struct reconcile){.phase = RECONCILE_AGREED, .due_ns = INT64_MAX};
    size_t listings = (size_t)universe->venue_count * universe->symbol_count;
    reconcile->rows = calloc(listings, sizeof(*reconcile->rows));
    return reconcile->rows != NULL ? STATUS_OK
                                   : status_fail(STATUS_SYSTEM, "no memory to reconcile with");
}

void reconcile_finish(struct reconcile *reconcile) {
    free(reconcile->rows);
    *reconcile = (struct reconcile){0};
}

bool reconcile_agreed(const struct desk *desk) {
    return desk->reconcile.phase == RECONCILE_AGREED;
}

bool reconcile_heard(const struct desk *desk, uint16_t venue) {
    return desk->mode != DESK_LIVE || !desk->reconcile.told || desk->reconcile.venues[venue].heard;
}

static void note_due(struct reconcile *reconcile, int64_t at_ns) {
    reconcile->due_ns = at_ns < reconcile->due_ns ? at_ns : reconcile->due_ns;
}

// ---- positions ---------------------------------------------------------------------------------

static struct reconcile_row *row_of(struct desk *desk, uint16_t venue, uint16_t symbol) {
    return &desk->reconcile.rows[listing_id(desk->universe, venue, symbol)];
}

static void set_told(struct reconcile *reconcile, struct reconcile_row *row, struct qty told) {
    reconcile->standing += (told.v != 0) - (row->told.v != 0);
    row->told = told;
}

static struct qty distance(const struct desk *desk, const struct reconcile_row *row, uint16_t venue,
                           uint16_t symbol) {
    return row->known ? qty_sub(row->venue, position_of(desk, venue, symbol)->net)
                      : (struct qty){0};
}

// What the venue has more than our book, beyond what has been told already and what orders of ours
// may have done that is not told yet.
static int64_t news(const struct desk *desk, const struct reconcile_row *row, uint16_t venue,
                    uint16_t symbol) {
    int64_t changed = distance(desk, row, venue, symbol).v - row->told.v;
    enum side side = changed > 0 ? SIDE_BUY : SIDE_SELL;
    int64_t untold =
        changed == 0 ? 0 : execution_untold(desk, venue, symbol, side, NULL, row->steady_ns).v;
    return changed > untold ? changed - untold : changed < -untold ? changed + untold : 0;
}

bool reconcile_doubts(const struct desk *desk, uint16_t venue, uint16_t symbol) {
    const struct reconcile_row *row =
        &desk->reconcile.rows[listing_id(desk->universe, venue, symbol)];
    return !row->filled_since && news(desk, row, venue, symbol) != 0;
}

static void tell_difference(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol,
                            struct qty changed) {
    char size[40];
    struct text text = TEXT_OVER(size);
    qty_print(&text, changed, 0, QTY_DIGITS);
    watch_alert(bus, SEVERITY_RED, "position", "%s %s: %s%s without an order of ours",
                desk->universe->venues[venue].name, desk->universe->symbols[symbol].name,
                changed.v > 0 ? "+" : "", size);
}

// A lane that is not ready may have missed what explains it. On paper there is none: it is a drill
// that says a position went.
static bool is_believed(const struct desk *desk, uint16_t venue) {
    uint32_t lane = desk->picture.venues[venue].lane.state;
    return lane == LANE_READY || (lane == LANE_NONE && desk->mode != DESK_LIVE);
}

static void look(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol) {
    struct reconcile_row *row = row_of(desk, venue, symbol);
    if (distance(desk, row, venue, symbol).v == 0) {
        set_told(&desk->reconcile, row, (struct qty){0});
    }
    int64_t changed = news(desk, row, venue, symbol);
    if (changed == 0 || row->filled_since || !is_believed(desk, venue)) {
        row->since_ns = 0;
        return;
    }
    row->since_ns = row->since_ns == 0 ? bus->now_ns : row->since_ns;
    int64_t due_ns = row->since_ns + RECONCILE_PATIENCE_MS * NS_PER_MS;
    if (bus->now_ns < due_ns) {
        note_due(&desk->reconcile, due_ns);
        return;
    }
    row->since_ns = 0;
    struct qty ours =
        execution_vanish(desk, bus, venue, symbol, (struct qty){changed}, row->steady_ns);
    int64_t foreign = changed > 0 ? changed - ours.v : changed + ours.v;
    if (foreign != 0) {
        set_told(&desk->reconcile, row, (struct qty){row->told.v + foreign});
        tell_difference(desk, bus, venue, symbol, (struct qty){foreign});
    }
}

static void look_at_venue(struct desk *desk, struct bus *bus, uint16_t venue) {
    for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
        look(desk, bus, venue, symbol);
    }
}

// ---- the verdict -------------------------------------------------------------------------------

static bool positions_agree(const struct desk *desk) {
    const struct universe *universe = desk->universe;
    for (uint16_t venue = 0; venue < universe->venue_count; venue++) {
        for (uint16_t symbol = 0; symbol < universe->symbol_count; symbol++) {
            const struct reconcile_row *row =
                &desk->reconcile.rows[listing_id(universe, venue, symbol)];
            if (distance(desk, row, venue, symbol).v != 0) {
                return false;
            }
        }
    }
    return true;
}

static bool orders_agree(const struct desk *desk) {
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        const struct reconcile_venue *row = &desk->reconcile.venues[venue];
        if (row->foreign > row->signed_foreign) {
            return false;
        }
    }
    return true;
}

static uint32_t past_orders_live(const struct desk *desk) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < desk->orders.live_count; i++) {
        count += desk->orders.orders[desk->orders.live[i]].past;
    }
    return count;
}

static bool is_unheard(const struct desk *desk, uint16_t venue) {
    const struct reconcile_venue *row = &desk->reconcile.venues[venue];
    bool keyless = desk->picture.venues[venue].lane.state == LANE_NO_KEYS;
    return !row->heard && (row->left || !keyless);
}

// Whether every venue that matters has told what it has of ours. One that cannot be reached keeps
// its own orders back by its lane's state; it keeps the desk back when something was left there.
static bool all_heard(const struct desk *desk, int64_t now_ns) {
    bool late = now_ns - desk->reconcile.began_ns >= RECONCILE_SILENT_MS * NS_PER_MS;
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        if (is_unheard(desk, venue) && (!late || desk->reconcile.venues[venue].left)) {
            return false;
        }
    }
    return true;
}

static enum reconcile_phase phase_now(const struct desk *desk, int64_t now_ns) {
    const struct reconcile *reconcile = &desk->reconcile;
    if (reconcile->doubtful || reconcile->standing > 0 || !orders_agree(desk)) {
        return RECONCILE_DIFFERS;
    }
    bool waits = reconcile->phase != RECONCILE_AGREED && !reconcile->accepted &&
                 desk->mode == DESK_LIVE &&
                 (!all_heard(desk, now_ns) || past_orders_live(desk) > 0 || !positions_agree(desk));
    return waits ? RECONCILE_ASKING : RECONCILE_AGREED;
}

static void judge(struct desk *desk, struct bus *bus) {
    struct reconcile *reconcile = &desk->reconcile;
    enum reconcile_phase phase = phase_now(desk, bus->now_ns);
    int64_t silent_ns = reconcile->began_ns + RECONCILE_SILENT_MS * NS_PER_MS;
    if (phase == RECONCILE_ASKING && bus->now_ns < silent_ns) { // later it waits for news alone
        note_due(reconcile, silent_ns);
    }
    if (phase == reconcile->phase) {
        return;
    }
    reconcile->phase = phase;
    if (phase == RECONCILE_DIFFERS) {
        watch_alert(bus, SEVERITY_RED, "reconcile",
                    "what the journal and the venues say differs: nothing opens until it agrees "
                    "or is accepted");
    } else if (phase == RECONCILE_AGREED) {
        reconcile->agreed_ns = bus->now_ns;
        watch_alert(bus, SEVERITY_INFO, "reconcile", "journal and venues agree%s",
                    reconcile->accepted ? ", as signed" : "");
    }
}

// ---- what was left -----------------------------------------------------------------------------

static void put_back_job(struct desk *desk, struct bus *bus, const struct event_past_job *past) {
    struct job *job = job_restore(&desk->jobs, past, bus->now_ns);
    if (job == NULL) {
        desk->reconcile.doubtful = true;
        return;
    }
    if (!job->adopted) { // what only closes a position was given no capital
        capital_restore_job(desk, job);
    }
    desk->reconcile.jobs_waiting++;
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        desk->reconcile.venues[job->legs[leg].venue].left = true;
    }
}

static void put_back_order(struct desk *desk, const struct event_past_order *past) {
    struct order *order = order_restore(&desk->orders, past);
    if (order == NULL) {
        desk->reconcile.doubtful = true;
        return;
    }
    if (!order_live(order)) {
        return; // only there for a fill that comes late
    }
    desk->reconcile.orders_asked++;
    desk->reconcile.venues[order->venue].left = true;
    struct job *job = job_find(&desk->jobs, order->job);
    if (job == NULL) {
        return; // it has ended: a fill would be taken over by a new one
    }
    struct leg *leg = &job->legs[order->leg];
    struct qty *working = order->reduce_only ? &leg->working_close : &leg->working_open;
    *working = qty_add(*working, order_rest(order));
    if (order->type == ORDER_POST_ONLY) {
        leg->resting = order->id;
    }
}

// The paper venue was in the process that ended.
static void end_paper_order(struct bus *bus, const struct order *order) {
    struct event_report report = {.order = order->id,
                                  .venue = order->venue,
                                  .symbol = order->symbol,
                                  .kind = REPORT_CANCELED,
                                  .text = "paper: its desk has ended"};
    bus_emit(bus, EVENT_ORDER_REPORT, &report);
}

static void on_past_end(struct desk *desk, struct bus *bus, const struct event_past_end *past) {
    struct reconcile *reconcile = &desk->reconcile;
    reconcile->told = true;
    reconcile->began_ns = bus->now_ns;
    // A paper desk has nobody to ask: it says so and goes on with what could be read.
    reconcile->doubtful = desk->mode == DESK_LIVE &&
                          (reconcile->doubtful || past->doubt != DOUBT_NONE || past->lost > 0);
    if (past->jobs_used > desk->jobs.next_id) {
        desk->jobs.next_id = past->jobs_used;
    }
    for (uint32_t i = 0; i < ORDERS_MAX; i++) {
        const struct order *order = &desk->orders.orders[i];
        if (desk->mode == DESK_LIVE && order->past) {
            execution_emit_order(bus, EVENT_ORDER_COMMAND, order, ORDER_ACTION_ASK);
        } else if (desk->mode != DESK_LIVE && order_live(order)) {
            end_paper_order(bus, order);
        }
    }
    if (past->doubt != DOUBT_NONE) {
        watch_alert(bus, SEVERITY_RED, "reconcile",
                    past->doubt == DOUBT_FORMAT
                        ? "another version wrote the last session's journal: what it left is not "
                          "known"
                        : "the last session's journal is damaged: what it lost is not known");
    } else if (past->lost > 0) {
        watch_alert(bus, SEVERITY_RED, "reconcile",
                    "the last session traded venues or symbols that this one does not have");
    }
    if (desk->mode == DESK_LIVE) {
        reconcile->phase = RECONCILE_ASKING;
    }
    judge(desk, bus);
    note_due(reconcile, bus->now_ns);
}

// A restored job is left alone until its venues can answer and its price is known: a hedge sent
// blindly would only be refused, and its deadline would run meanwhile.
static bool can_go_on(const struct desk *desk, const struct job *job, int64_t now_ns) {
    bool late = now_ns - desk->reconcile.began_ns >= RECONCILE_SILENT_MS * NS_PER_MS;
    for (int leg = 0; leg < JOB_LEGS_MAX && !late; leg++) {
        uint16_t venue = job->legs[leg].venue;
        if (!reconcile_heard(desk, venue) ||
            !universe_listing(desk->universe, venue, job->symbol)->ready ||
            picture_quote(desk, venue, job->symbol)->bid.v <= 0) {
            return false;
        }
    }
    return true;
}

static void release_jobs(struct desk *desk, struct bus *bus) {
    JOB_FOR_EACH_LIVE(&desk->jobs, job) {
        if (job->waits && can_go_on(desk, job, bus->now_ns)) {
            job->waits = false;
            desk->reconcile.jobs_waiting--;
            execution_step(desk, bus, job);
        }
    }
    if (desk->reconcile.jobs_waiting > 0) {
        note_due(&desk->reconcile, bus->now_ns + WAIT_STEP_MS * NS_PER_MS);
    }
}

// What an earlier session left resting is not this one's decision any more.
static void on_placed(struct desk *desk, struct bus *bus, uint64_t id) {
    struct order *order = order_find(&desk->orders, id);
    if (order != NULL && order->past) {
        execution_cancel(desk, bus, order);
    }
}

// ---- a person signs ----------------------------------------------------------------------------

// Where an order of ours is live the next fill would be counted twice: it is left to a second look.
static bool is_quiet(const struct desk *desk, uint16_t venue, uint16_t symbol) {
    for (uint32_t i = 0; i < desk->orders.live_count; i++) {
        const struct order *order = &desk->orders.orders[desk->orders.live[i]];
        if (order->venue == venue && order->symbol == symbol) {
            return false;
        }
    }
    return true;
}

// False: nothing tells what the position is worth.
static bool accept_position(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol) {
    struct reconcile_row *row = row_of(desk, venue, symbol);
    struct qty beyond = distance(desk, row, venue, symbol);
    if (beyond.v != 0 && !row->filled_since && is_quiet(desk, venue, symbol)) {
        if (!position_accept(desk, bus, venue, symbol, row->venue, row->average)) {
            watch_alert(bus, SEVERITY_RED, "reconcile",
                        "%s %s: no price is known that its position could be booked at: accept "
                        "again once it quotes",
                        desk->universe->venues[venue].name, desk->universe->symbols[symbol].name);
            return false;
        }
        row->signed_for = qty_add(row->signed_for, beyond);
        row->signed_ns = row->heard_ns;
        set_told(&desk->reconcile, row, (struct qty){0});
        row->since_ns = 0;
    }
    return true;
}

static void on_accept(struct desk *desk, struct bus *bus) {
    bool all = true;
    desk->reconcile.doubtful = false;
    desk->reconcile.accepted = true;
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        struct reconcile_venue *row = &desk->reconcile.venues[venue];
        row->signed_foreign = row->foreign;
        for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
            all = accept_position(desk, bus, venue, symbol) && all;
        }
    }
    if (all) {
        watch_alert(bus, SEVERITY_WARN, "reconcile",
                    "the differences were accepted: the venues' positions stand");
    }
}

// ---- the component -----------------------------------------------------------------------------

static void on_venue_orders(struct desk *desk, struct bus *bus,
                            const struct event_venue_orders *told) {
    struct reconcile_venue *row = &desk->reconcile.venues[told->venue];
    if (told->foreign > row->foreign) {
        watch_alert(bus, SEVERITY_RED, "foreign_orders",
                    "%s: %u open orders on the account are none of this desk's",
                    desk->universe->venues[told->venue].name, told->foreign);
    }
    row->foreign = told->foreign;
    row->signed_foreign = row->signed_foreign < told->foreign ? row->signed_foreign : told->foreign;
}

static void on_lane(struct desk *desk, struct bus *bus, const struct event_lane *lane) {
    if (lane->state == LANE_READY) {
        desk->reconcile.venues[lane->venue].heard = true;
    }
    look_at_venue(desk, bus, lane->venue); // once a second: orders may have ended meanwhile
}

// No order of ours was live when it was signed for: a fill of one that is older than the venue's
// word of then was in it.
static void take_place(struct desk *desk, struct bus *bus, const struct event_fill *fill) {
    struct reconcile_row *row = row_of(desk, fill->venue, fill->symbol);
    const struct order *order = order_find(&desk->orders, fill->order);
    bool bought = fill->side == SIDE_BUY;
    if (row->signed_for.v == 0 || (row->signed_for.v > 0) != bought || order == NULL ||
        order->created_ns >= row->signed_ns) {
        return;
    }
    struct qty size = qty_min(fill->size, qty_abs(row->signed_for));
    struct qty twice = {bought ? size.v : -size.v};
    row->signed_for = qty_sub(row->signed_for, twice);
    struct qty net = position_of(desk, fill->venue, fill->symbol)->net;
    (void)position_accept(desk, bus, fill->venue, fill->symbol, qty_sub(net, twice),
                          (struct px){0}); // else the difference shows, and is signed for again
}

static void on_filled(struct desk *desk, struct bus *bus, const struct event_fill *fill) {
    if (fill->order != 0) { // else the venue's word is what it comes from
        row_of(desk, fill->venue, fill->symbol)->filled_since = true;
        take_place(desk, bus, fill);
    }
    look(desk, bus, fill->venue, fill->symbol);
}

static void on_venue_position(struct desk *desk, struct bus *bus,
                              const struct event_venue_position *told) {
    struct reconcile_row *row = row_of(desk, told->venue, told->symbol);
    if (!row->known || row->filled_since || told->net.v != row->venue.v) {
        row->steady_ns = bus->now_ns;
    }
    row->known = true;
    row->filled_since = false;
    row->heard_ns = bus->now_ns;
    row->venue = told->net;
    row->average = told->average;
    look(desk, bus, told->venue, told->symbol);
}

static enum status reconcile_on_event(void *self, struct bus *bus, const struct event *event) {
    struct desk *desk = self;
    switch ((int)event->header.kind) {
    case EVENT_PAST_POSITION:
        if (event->u.past_position.net.v != 0) {
            desk->reconcile.venues[event->u.past_position.venue].left = true;
        }
        return STATUS_OK;
    case EVENT_PAST_JOB:
        put_back_job(desk, bus, &event->u.past_job);
        return STATUS_OK;
    case EVENT_PAST_ORDER:
        put_back_order(desk, &event->u.past_order);
        return STATUS_OK;
    case EVENT_PAST_END:
        on_past_end(desk, bus, &event->u.past_end);
        return STATUS_OK;
    case EVENT_ORDER_FILLED:
        on_filled(desk, bus, &event->u.fill);
        break;
    case EVENT_ORDER_PLACED:
        on_placed(desk, bus, event->u.order.order);
        break;
    case EVENT_VENUE_POSITION:
        on_venue_position(desk, bus, &event->u.venue_position);
        break;
    case EVENT_VENUE_ORDERS:
        on_venue_orders(desk, bus, &event->u.venue_orders);
        break;
    case EVENT_LANE_STATE:
        on_lane(desk, bus, &event->u.lane);
        break;
    case EVENT_CONTROL:
        if (event->u.control.verb != CONTROL_ACCEPT) {
            return STATUS_OK;
        }
        on_accept(desk, bus);
        break;
    default:
        break; // an order has ended
    }
    judge(desk, bus);
    return STATUS_OK;
}

static enum status reconcile_on_time(void *self, struct bus *bus, int64_t now_ns) {
    struct desk *desk = self;
    (void)now_ns;
    desk->reconcile.due_ns = INT64_MAX;
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        look_at_venue(desk, bus, venue);
    }
    if (desk->reconcile.jobs_waiting > 0) {
        release_jobs(desk, bus);
    }
    judge(desk, bus);
    return STATUS_OK;
}

static int64_t reconcile_deadline(const void *self) {
    return ((const struct desk *)self)->reconcile.due_ns;
}

static void publish_differences(const struct desk *desk, struct state_reconcile *out) {
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
            const struct reconcile_row *row =
                &desk->reconcile.rows[listing_id(desk->universe, venue, symbol)];
            if (row->told.v != 0 && out->difference_count < STATE_DIFFERENCES_MAX) {
                out->differences[out->difference_count++] =
                    (struct state_difference){.venue = venue,
                                              .symbol = symbol,
                                              .here = position_of(desk, venue, symbol)->net,
                                              .there = row->venue};
            }
        }
    }
}

static void publish_venues(const struct desk *desk, struct state_reconcile *out) {
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        const struct reconcile_venue *row = &desk->reconcile.venues[venue];
        bool unheard = desk->mode == DESK_LIVE && is_unheard(desk, venue);
        out->venues_heard |= (uint64_t)row->heard << venue;
        out->venues_unheard |= (uint64_t)unheard << venue;
        out->venues_foreign |= (uint64_t)(row->foreign > 0) << venue;
        out->orders_foreign += row->foreign;
    }
}

static void reconcile_publish(void *self, struct state_draft *draft, int64_t now_ns) {
    const struct desk *desk = self;
    const struct reconcile *reconcile = &desk->reconcile;
    struct state_reconcile *out = STATE_ROWS(draft, STATE_RECONCILE, struct state_reconcile);
    (void)now_ns;
    *out = (struct state_reconcile){.phase = (uint8_t)reconcile->phase,
                                    .doubtful = reconcile->doubtful,
                                    .orders_asked = reconcile->orders_asked,
                                    .orders_open = past_orders_live(desk),
                                    .jobs_waiting = reconcile->jobs_waiting,
                                    .began_ns = reconcile->began_ns,
                                    .agreed_ns = reconcile->agreed_ns};
    publish_venues(desk, out);
    if (reconcile->standing > 0) {
        publish_differences(desk, out);
    }
    draft->count[STATE_RECONCILE] = 1;
}

const struct component reconcile_component = {
    .name = "reconcile",
    .kinds = EVENT_BIT(EVENT_PAST_POSITION) | EVENT_BIT(EVENT_PAST_JOB) |
             EVENT_BIT(EVENT_PAST_ORDER) | EVENT_BIT(EVENT_PAST_END) |
             EVENT_BIT(EVENT_VENUE_POSITION) | EVENT_BIT(EVENT_VENUE_ORDERS) |
             EVENT_BIT(EVENT_ORDER_FILLED) | EVENT_BIT(EVENT_ORDER_PLACED) |
             EVENT_BIT(EVENT_ORDER_FAILED) | EVENT_BIT(EVENT_ORDER_CANCELED) |
             EVENT_BIT(EVENT_LANE_STATE) | EVENT_BIT(EVENT_CONTROL),
    .on_event = reconcile_on_event,
    .on_time = reconcile_on_time,
    .deadline = reconcile_deadline,
    .publish = reconcile_publish,
};
