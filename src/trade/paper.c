#include "trade/paper.h"

#include <stdlib.h>

#include "trade/desk.h"

enum status paper_create(struct paper *paper, const struct universe *universe) {
    *paper = (struct paper){.next_due_ns = INT64_MAX};
    size_t listings = (size_t)universe->venue_count * universe->symbol_count;
    paper->taken = calloc(2 * listings, sizeof(*paper->taken));
    return paper->taken != NULL ? STATUS_OK
                                : status_fail(STATUS_SYSTEM, "no memory for the paper venue");
}

void paper_finish(struct paper *paper) {
    free(paper->taken);
    *paper = (struct paper){0};
}

static void note_due(struct paper *paper, int64_t at_ns) {
    if (at_ns < paper->next_due_ns) {
        paper->next_due_ns = at_ns;
    }
}

static void report(struct bus *bus, const struct paper_order *order, enum report_kind kind,
                   enum liquidity liquidity, const char *text) {
    struct event_report event = {
        .order = order->order,
        .venue = order->venue,
        .symbol = order->symbol,
        .kind = (uint8_t)kind,
        .liquidity = (uint8_t)liquidity,
    };
    (void)string_copy(event.text, sizeof(event.text), slice_of(text));
    bus_emit(bus, EVENT_ORDER_REPORT, &event);
}

static void fill(struct desk *desk, struct bus *bus, struct paper_order *order, struct px price,
                 struct qty size, enum liquidity liquidity) {
    const struct venue_entry *venue = &desk->universe->venues[order->venue];
    struct bps rate = liquidity == LIQUIDITY_MAKER ? venue->maker_fee : venue->taker_fee;
    struct event_report event = {
        .order = order->order,
        .trade = ++desk->paper.next_trade,
        .venue = order->venue,
        .symbol = order->symbol,
        .kind = REPORT_FILL,
        .liquidity = (uint8_t)liquidity,
        .price = price,
        .size = size,
        .fee = usd_bps_ceil(usd_notional_near(price, size), rate),
    };
    order->rest = qty_sub(order->rest, size);
    bus_emit(bus, EVENT_ORDER_REPORT, &event);
}

static void drop_row(struct paper *paper, uint32_t at) {
    paper->orders[paper->live[at]].order = 0;
    paper->live[at] = paper->live[--paper->live_count];
}

static struct qty *taken_of(struct desk *desk, const struct paper_order *order,
                            enum side book_side) {
    return &desk->paper.taken[2 * listing_id(desk->universe, order->venue, order->symbol) +
                              (book_side == SIDE_BUY ? 0 : 1)];
}

static bool price_within(const struct paper_order *order, struct px price) {
    return order->side == SIDE_BUY ? price.v <= order->price.v : price.v >= order->price.v;
}

// Walks the shown levels, skipping what earlier takers of ours already took from this very picture.
static void take_book(struct desk *desk, struct bus *bus, struct paper_order *order) {
    const struct depth *depth = picture_depth(desk, order->venue, order->symbol);
    const struct quote *quote = picture_quote(desk, order->venue, order->symbol);
    bool buys = order->side == SIDE_BUY;
    struct level best = {buys ? quote->ask : quote->bid, buys ? quote->ask_size : quote->bid_size};
    const struct level *levels = buys ? depth->asks : depth->bids;
    uint32_t count = buys ? depth->ask_count : depth->bid_count;
    // The BBO stream is ahead of the sampled depth: its best level leads, deeper ones come from the
    // book.
    uint32_t from = 0;
    while (from < count &&
           (buys ? levels[from].price.v <= best.price.v : levels[from].price.v >= best.price.v)) {
        from++;
    }
    struct qty *taken = taken_of(desk, order, buys ? SIDE_SELL : SIDE_BUY);
    struct qty skip = *taken;
    struct qty step = universe_listing(desk->universe, order->venue, order->symbol)->step;
    for (uint32_t i = from; i <= count && order->rest.v > 0; i++) {
        struct level level = i == from ? best : levels[i - 1];
        if (level.price.v <= 0 || !price_within(order, level.price)) {
            break;
        }
        struct qty skipped = qty_min(skip, level.size);
        skip = qty_sub(skip, skipped);
        struct qty left = qty_sub(level.size, skipped);
        struct qty size = qty_step_floor(qty_min(left, order->rest), step);
        if (size.v > 0) {
            *taken = qty_add(*taken, size);
            fill(desk, bus, order, level.price, size, LIQUIDITY_TAKER);
        }
    }
}

static struct qty shown_at(const struct desk *desk, const struct paper_order *order) {
    const struct quote *quote = picture_quote(desk, order->venue, order->symbol);
    bool buys = order->side == SIDE_BUY;
    if (order->price.v == (buys ? quote->bid.v : quote->ask.v)) {
        return buys ? quote->bid_size : quote->ask_size;
    }
    const struct depth *depth = picture_depth(desk, order->venue, order->symbol);
    uint32_t count = buys ? depth->bid_count : depth->ask_count;
    for (uint32_t i = 0; i < count; i++) {
        const struct level *level = buys ? &depth->bids[i] : &depth->asks[i];
        if (level->price.v == order->price.v) {
            return level->size;
        }
    }
    return (struct qty){0};
}

// Returns true when the order is gone.
static bool arrive(struct desk *desk, struct bus *bus, struct paper_order *order) {
    const struct quote *quote = picture_quote(desk, order->venue, order->symbol);
    uint64_t draw = hash_mix(order->order ^ desk->orders.session_key << 32) % PPM_ONE;
    order->arrives_ns = 0;
    if (draw < desk->settings->paper.reject_ppm) {
        report(bus, order, REPORT_REJECTED, LIQUIDITY_MAKER, "paper: rejected by reject_rate");
        return true;
    }
    if (order->type == ORDER_IOC) {
        take_book(desk, bus, order);
        if (order->rest.v > 0) {
            report(bus, order, REPORT_EXPIRED, LIQUIDITY_TAKER, "");
        }
        return true;
    }
    struct px other = order->side == SIDE_BUY ? quote->ask : quote->bid;
    if (other.v <= 0 || price_within(order, other)) {
        report(bus, order, REPORT_REJECTED, LIQUIDITY_TAKER, "paper: post-only would take");
        return true;
    }
    order->resting = true;
    order->ahead = order->level = shown_at(desk, order);
    report(bus, order, REPORT_ACCEPTED, LIQUIDITY_MAKER, "");
    return false;
}

// The market moved: does the resting order fill? Returns true when it is gone.
static bool match_resting(struct desk *desk, struct bus *bus, struct paper_order *order,
                          const struct quote *quote) {
    bool buys = order->side == SIDE_BUY;
    struct px own = buys ? quote->bid : quote->ask, other = buys ? quote->ask : quote->bid;
    bool crossed = other.v > 0 && price_within(order, other);
    bool level_gone = own.v > 0 && (buys ? own.v < order->price.v : own.v > order->price.v);
    if (crossed || level_gone) {
        fill(desk, bus, order, order->price, order->rest, LIQUIDITY_MAKER);
        return true;
    }
    if (own.v != order->price.v) {
        return false; // behind the best price: nothing trades there
    }
    struct qty shown = buys ? quote->bid_size : quote->ask_size;
    if (shown.v < order->level.v) {
        struct qty gone = qty_sub(order->level, shown);
        struct qty reached = qty_sub(gone, qty_min(gone, order->ahead));
        order->ahead = qty_sub(order->ahead, qty_min(gone, order->ahead));
        const struct listing *listing =
            universe_listing(desk->universe, order->venue, order->symbol);
        struct qty size = qty_step_floor(qty_min(reached, order->rest), listing->step);
        if (size.v > 0) {
            fill(desk, bus, order, order->price, size, LIQUIDITY_MAKER);
        }
    }
    order->level = shown;
    return order->rest.v == 0;
}

static void run_due(struct desk *desk, struct bus *bus, int64_t now_ns) {
    struct paper *paper = &desk->paper;
    if (now_ns < paper->next_due_ns) {
        return;
    }
    paper->next_due_ns = INT64_MAX;
    for (uint32_t at = paper->live_count; at-- > 0;) {
        struct paper_order *order = &paper->orders[paper->live[at]];
        if (order->arrives_ns != 0 && now_ns >= order->arrives_ns && arrive(desk, bus, order)) {
            drop_row(paper, at);
            continue;
        }
        if (order->arrives_ns == 0 && order->cancel_ns != 0 && now_ns >= order->cancel_ns) {
            report(bus, order, REPORT_CANCELED, LIQUIDITY_MAKER, "");
            drop_row(paper, at);
            continue;
        }
        if (order->arrives_ns != 0) {
            note_due(paper, order->arrives_ns);
        }
        if (order->cancel_ns != 0) {
            note_due(paper, order->cancel_ns > now_ns ? order->cancel_ns : now_ns);
        }
    }
}

static void on_place(struct desk *desk, struct bus *bus, const struct event_order *command) {
    struct paper *paper = &desk->paper;
    if (paper->live_count == PAPER_ORDERS_MAX) {
        struct paper_order refused = {
            .order = command->order, .venue = command->venue, .symbol = command->symbol};
        report(bus, &refused, REPORT_REJECTED, LIQUIDITY_MAKER, "paper: too many orders");
        return;
    }
    uint32_t row = 0;
    while (paper->orders[row].order != 0) {
        row++;
        ASSERT(row < PAPER_ORDERS_MAX);
    }
    int64_t delay_ns = desk->settings->paper.latency_ns;
    if (command->type == ORDER_IOC) {
        delay_ns += desk->universe->venues[command->venue].taker_delay_ns;
    }
    paper->orders[row] = (struct paper_order){
        .order = command->order,
        .venue = command->venue,
        .symbol = command->symbol,
        .side = command->side,
        .type = command->type,
        .price = command->price,
        .rest = command->size,
        .arrives_ns = bus->now_ns + delay_ns,
    };
    paper->live[paper->live_count++] = (uint16_t)row;
    note_due(paper, paper->orders[row].arrives_ns);
}

static void on_cancel(struct desk *desk, struct bus *bus, const struct event_order *command) {
    struct paper *paper = &desk->paper;
    for (uint32_t at = 0; at < paper->live_count; at++) {
        struct paper_order *order = &paper->orders[paper->live[at]];
        if (order->order == command->order) {
            order->cancel_ns = bus->now_ns + desk->settings->paper.latency_ns;
            note_due(paper, order->cancel_ns);
            return;
        }
    }
    // Gone already: its end was reported.
}

static void on_market(struct desk *desk, struct bus *bus, const struct event_quote *event) {
    struct paper *paper = &desk->paper;
    uint16_t venue = event->venue, symbol = event->symbol;
    uint32_t id = listing_id(desk->universe, venue, symbol);
    paper->taken[2 * id] = paper->taken[2 * id + 1] = (struct qty){0};
    for (uint32_t at = paper->live_count; at-- > 0;) {
        struct paper_order *order = &paper->orders[paper->live[at]];
        if (order->resting && order->venue == venue && order->symbol == symbol &&
            match_resting(desk, bus, order, &event->quote)) {
            drop_row(paper, at);
        }
    }
}

static enum status paper_on_event(void *self, struct bus *bus, const struct event *event) {
    struct desk *desk = self;
    if (desk->mode == DESK_LIVE) {
        return STATUS_OK; // the venues answer: a made-up fill would be booked as a real one
    }
    switch (event->header.kind) {
    case EVENT_QUOTE_UPDATED:
        // The picture still shows the quote before this one: an order that arrived meanwhile met
        // it.
        run_due(desk, bus, bus->now_ns);
        on_market(desk, bus, &event->u.quote);
        break;
    case EVENT_ORDER_COMMAND:
        if (event->u.order.action == ORDER_ACTION_PLACE) {
            on_place(desk, bus, &event->u.order);
        } else {
            on_cancel(desk, bus, &event->u.order);
        }
        break;
    default:
        break;
    }
    return STATUS_OK;
}

static enum status paper_on_time(void *self, struct bus *bus, int64_t now_ns) {
    run_due(self, bus, now_ns);
    return STATUS_OK;
}

static int64_t paper_deadline(const void *self) {
    return ((const struct desk *)self)->paper.next_due_ns;
}

const struct component paper_component = {
    .name = "paper",
    .kinds = EVENT_BIT(EVENT_QUOTE_UPDATED) | EVENT_BIT(EVENT_ORDER_COMMAND),
    .on_event = paper_on_event,
    .on_time = paper_on_time,
    .deadline = paper_deadline,
};
