#include "trade/position.h"

#include <stdlib.h>

#include "trade/desk.h"

#define ACCRUED_MAX_NS (3600 * NS_PER_S)
// A venue's clock may be ahead of ours, and a settlement passes by its own.
#define SETTLED_EARLY_NS (60 * NS_PER_S)

enum { CURVE_STEP_S = 15 };

enum status position_create(struct position_book *book, const struct universe *universe) {
    *book = (struct position_book){0};
    size_t listings = (size_t)universe->venue_count * universe->symbol_count;
    book->positions = calloc(listings, sizeof(*book->positions));
    book->settlements = calloc(listings, sizeof(*book->settlements));
    book->held = calloc(listings, sizeof(*book->held));
    if (book->positions == NULL || book->settlements == NULL || book->held == NULL) {
        position_finish(book);
        return status_fail(STATUS_SYSTEM, "no memory for %zu positions", listings);
    }
    enum status status = seen_set_create(&book->trades, TRADES_REMEMBERED);
    if (status != STATUS_OK) {
        position_finish(book);
    }
    return status;
}

void position_finish(struct position_book *book) {
    free(book->positions);
    free(book->settlements);
    free(book->held);
    seen_set_finish(&book->trades);
    *book = (struct position_book){0};
}

void position_apply(struct position *position, enum side side, struct px price, struct qty size,
                    struct usd fee) {
    ASSERT(size.v > 0 && price.v > 0);
    position->fees = usd_add(position->fees, fee);
    bool buys = side == SIDE_BUY;
    bool grows = position->net.v == 0 || (position->net.v > 0) == buys;
    struct qty signed_size = {buys ? size.v : -size.v};
    if (grows) {
        position->net = qty_add(position->net, signed_size);
        position->cost = usd_add(position->cost, usd_notional_near(price, signed_size));
        return;
    }
    struct qty closing = qty_min(size, qty_abs(position->net));
    struct qty signed_closing = {buys ? closing.v : -closing.v};
    // The closed part leaves at average cost; what it brought beyond that is realised.
    struct usd cost_out = {mul_div_near(position->cost.v, closing.v, qty_abs(position->net).v)};
    struct usd proceeds = usd_notional_near(price, signed_closing); // negative for a sale
    position->realised = usd_sub(position->realised, usd_add(cost_out, proceeds));
    position->cost = usd_sub(position->cost, cost_out);
    position->net = qty_add(position->net, signed_closing);
    struct qty rest = qty_sub(size, closing);
    if (rest.v > 0) { // went through zero: the rest opens the other side
        ASSERT(position->net.v == 0);
        position->cost = (struct usd){0};
        position_apply(position, side, price, rest, (struct usd){0});
    }
}

static struct usd settled_of(const struct position *position) {
    return usd_sub(position->realised, usd_add(position->fees, position->funding));
}

static void note_held(struct position_book *book, uint16_t venue, uint16_t symbol, bool holds) {
    uint32_t at = 0;
    while (at < book->held_count &&
           (book->held[at].venue != venue || book->held[at].symbol != symbol)) {
        at++;
    }
    if (holds && at == book->held_count) {
        book->held[book->held_count++] = (struct position_held){venue, symbol};
    } else if (!holds && at < book->held_count) {
        book->held[at] = book->held[--book->held_count];
    }
}

void position_put(struct desk *desk, uint16_t venue, uint16_t symbol,
                  const struct position *position) {
    struct position_book *book = &desk->positions;
    struct position *row = &book->positions[listing_id(desk->universe, venue, symbol)];
    struct usd change = usd_sub(settled_of(position), settled_of(row));
    book->settled = usd_add(book->settled, change);
    *row = *position;
    note_held(book, venue, symbol, position->net.v != 0);
}

struct usd position_unrealised(const struct position *position, struct px mark) {
    if (position->net.v == 0 || mark.v <= 0) {
        return (struct usd){0};
    }
    return usd_sub(usd_notional_near(mark, position->net), position->cost);
}

struct px position_average(const struct position *position) {
    return position->net.v == 0 ? (struct px){0} : px_average_near(position->cost, position->net);
}

// Positions are valued at the venue's own mid; the mark price where it tells one would lag it. What
// was taken over from an earlier session is not worth nothing until its venue quotes: it stands at
// what it cost.
struct px position_mark(const struct desk *desk, uint16_t venue, uint16_t symbol) {
    struct px mark = picture_mark(picture_quote(desk, venue, symbol));
    return mark.v > 0 ? mark : position_average(position_of(desk, venue, symbol));
}

static struct usd value_of(const struct desk *desk, uint16_t venue, uint16_t symbol) {
    return usd_notional_near(position_mark(desk, venue, symbol),
                             position_of(desk, venue, symbol)->net);
}

struct usd position_venue_pnl(const struct desk *desk, uint16_t venue) {
    struct usd sum = {0};
    const struct position *positions = position_of(desk, venue, 0); // a venue's lie side by side
    for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
        const struct position *position = &positions[symbol];
        struct usd paid = usd_add(position->fees, position->funding);
        struct usd open = position->net.v == 0
                              ? (struct usd){0}
                              : position_unrealised(position, position_mark(desk, venue, symbol));
        struct usd made = usd_add(position->realised, open);
        sum = usd_add(sum, usd_sub(made, paid));
    }
    return sum;
}

struct usd position_total_pnl(const struct desk *desk) {
    const struct position_book *book = &desk->positions;
    struct usd sum = book->settled;
    for (uint32_t i = 0; i < book->held_count; i++) {
        const struct position_held *held = &book->held[i];
        sum = usd_add(sum, position_unrealised(position_of(desk, held->venue, held->symbol),
                                               position_mark(desk, held->venue, held->symbol)));
    }
    return sum;
}

struct position_sums position_sums(const struct desk *desk) {
    struct position_sums sums = {0};
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
            const struct position *position = position_of(desk, venue, symbol);
            sums.realised = usd_add(sums.realised, position->realised);
            sums.fees = usd_add(sums.fees, position->fees);
            sums.funding = usd_add(sums.funding, position->funding);
            if (position->net.v != 0) {
                sums.unrealised =
                    usd_add(sums.unrealised,
                            position_unrealised(position, position_mark(desk, venue, symbol)));
            }
        }
    }
    return sums;
}

struct usd position_day_pnl(const struct desk *desk) {
    return usd_sub(position_total_pnl(desk), desk->positions.day_start_pnl);
}

void position_exposure(const struct desk *desk, uint16_t symbol, struct usd *net,
                       struct usd *gross) {
    const struct position_book *book = &desk->positions;
    *net = *gross = (struct usd){0};
    for (uint32_t i = 0; i < book->held_count; i++) {
        const struct position_held *held = &book->held[i];
        if (symbol == SYMBOL_MAX || held->symbol == symbol) {
            struct usd value = value_of(desk, held->venue, held->symbol);
            *net = usd_add(*net, value);
            *gross = usd_add(*gross, usd_abs(value));
        }
    }
}

struct bps position_concentration(const struct desk *desk) {
    struct usd net, gross, largest = {0}, all;
    position_exposure(desk, SYMBOL_MAX, &net, &all);
    for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
        position_exposure(desk, symbol, &net, &gross);
        largest = gross.v > largest.v ? gross : largest;
    }
    return all.v > 0 ? bps_share_near(largest, all) : (struct bps){0};
}

struct usd position_venue_gross(const struct desk *desk, uint16_t venue) {
    const struct position_book *book = &desk->positions;
    struct usd gross = {0};
    for (uint32_t i = 0; i < book->held_count; i++) {
        if (book->held[i].venue == venue) {
            gross = usd_add(gross, usd_abs(value_of(desk, venue, book->held[i].symbol)));
        }
    }
    return gross;
}

static void tell_position(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol) {
    const struct position *position = position_of(desk, venue, symbol);
    struct px mark = position_mark(desk, venue, symbol);
    struct usd value = usd_notional_near(mark, position->net);
    struct event_position event = {
        .venue = venue,
        .symbol = symbol,
        .net = position->net,
        .average = position_average(position),
        .net_usd = value,
        .gross_usd = usd_abs(value),
        .unrealised = position_unrealised(position, mark),
        .realised = position->realised,
        .cost = position->cost,
        .fees = position->fees,
        .funding = position->funding,
    };
    bus_emit(bus, EVENT_POSITION_UPDATED, &event);
}

static void tell_day(const struct position_book *book, struct bus *bus) {
    struct event_day event = {.day = book->day,
                              .start_pnl = book->day_start_pnl,
                              .start_funding = book->day_start_funding};
    bus_emit(bus, EVENT_DAY_STARTED, &event);
}

// A profit or loss that came with a position is none of the day: it was there when it began.
static void move_day_start(struct desk *desk, struct bus *bus, struct usd by) {
    if (by.v != 0) {
        desk->positions.day_start_pnl = usd_add(desk->positions.day_start_pnl, by);
        tell_day(&desk->positions, bus);
    }
}

bool position_accept(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol,
                     struct qty net, struct px average) {
    struct position position = *position_of(desk, venue, symbol);
    struct usd before = position_total_pnl(desk);
    struct px mark = position_mark(desk, venue, symbol);
    struct px price = mark.v > 0 ? mark : average;
    if (price.v <= 0 && picture_median_mid(desk, symbol, VENUE_MAX, bus->now_ns, &price) == 0) {
        return false;
    }
    struct qty change = qty_sub(net, position.net);
    bool came = net.v != 0 && (net.v > 0) == (change.v > 0);
    if (change.v != 0) {
        position_apply(&position, change.v > 0 ? SIDE_BUY : SIDE_SELL, price, qty_abs(change),
                       (struct usd){0});
    }
    position.net = net;
    if (came && average.v > 0) { // the venue's own, of all that is there now
        position.cost = usd_notional_near(average, net);
    }
    position_put(desk, venue, symbol, &position);
    tell_position(desk, bus, venue, symbol);
    move_day_start(desk, bus, usd_sub(position_total_pnl(desk), before));
    return true;
}

static void put_back(struct desk *desk, const struct event_past_position *past) {
    struct position position = {.net = past->net,
                                .cost = past->cost,
                                .realised = past->realised,
                                .fees = past->fees,
                                .funding = past->funding};
    position_put(desk, past->venue, past->symbol, &position);
}

static void put_back_day(struct position_book *book, const struct event_past_end *past) {
    if (past->known != 0) {
        book->day = past->day;
        book->day_start_pnl = past->day_start_pnl;
        book->day_start_funding = past->day_start_funding;
        book->volume = past->day_volume;
        book->fees = past->day_fees;
    }
}

static uint64_t trade_key(uint16_t venue, uint64_t trade) {
    return hash_mix(trade ^ ((uint64_t)venue + 1) << 56);
}

// `rate` of the position's notional; longs pay what is positive.
static void pay_funding(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol,
                        int64_t rate) {
    struct position position = *position_of(desk, venue, symbol);
    const struct event_funding *told = picture_funding(desk, venue, symbol);
    struct px mark = told->mark.v > 0 ? told->mark : position_mark(desk, venue, symbol);
    struct usd value = usd_notional_near(mark, position.net);
    struct usd paid = {mul_div_near(value.v, rate, PX_ONE)};
    if (paid.v != 0) {
        position.funding = usd_add(position.funding, paid);
        position_put(desk, venue, symbol, &position);
        tell_position(desk, bus, venue, symbol);
    }
}

// By the rate that was told last, until now.
static void accrue(struct settlement *waiting, int64_t now_ns) {
    if (waiting->accrued_ns != 0 && now_ns > waiting->accrued_ns) {
        int64_t grown =
            mul_div_near(waiting->per_hour.v, now_ns - waiting->accrued_ns, 3600 * NS_PER_S);
        waiting->accrued.v = add_saturating(waiting->accrued.v, grown);
    }
    waiting->accrued_ns = now_ns;
}

static void book_accrued(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol) {
    struct settlement *waiting =
        &desk->positions.settlements[listing_id(desk->universe, venue, symbol)];
    if (waiting->at_ns == FUNDING_ACCRUES) {
        accrue(waiting, bus->now_ns);
        pay_funding(desk, bus, venue, symbol, waiting->accrued.v);
        waiting->accrued = (struct rate){0};
        waiting->accrued_since_ns = bus->now_ns;
    }
}

static void on_fill(struct desk *desk, struct bus *bus, const struct event_fill *fill) {
    struct position_book *book = &desk->positions;
    if (!seen_set_add(&book->trades, trade_key(fill->venue, fill->trade))) {
        book->duplicates++;
        return;
    }
    book_accrued(desk, bus, fill->venue, fill->symbol);
    struct position position = *position_of(desk, fill->venue, fill->symbol);
    position_apply(&position, (enum side)fill->side, fill->price, fill->size, fill->fee);
    position_put(desk, fill->venue, fill->symbol, &position);
    book->volume = usd_add(book->volume, usd_notional_near(fill->price, fill->size));
    book->fees = usd_add(book->fees, fill->fee);
    tell_position(desk, bus, fill->venue, fill->symbol);
}

// A settlement has passed when the venue announces a later one than the one we waited for. Before
// it is due here, one that is only a little later is the same one.
static bool has_settled(const struct settlement *waiting, int64_t next_ns, int64_t now_ns) {
    int64_t early_ns = waiting->at_ns > now_ns ? SETTLED_EARLY_NS : 0;
    return waiting->at_ns > 0 && waiting->interval_ns > 0 && waiting->at_ns - early_ns <= now_ns &&
           waiting->at_ns + early_ns < next_ns;
}

static void on_funding(struct desk *desk, struct bus *bus, const struct event_funding *funding) {
    uint32_t id = listing_id(desk->universe, funding->venue, funding->symbol);
    struct settlement *waiting = &desk->positions.settlements[id];
    if (funding->next_settlement_ns == FUNDING_ACCRUES) {
        accrue(waiting, bus->now_ns);
        waiting->at_ns = FUNDING_ACCRUES;
        if (bus->now_ns - waiting->accrued_since_ns >= ACCRUED_MAX_NS) {
            book_accrued(desk, bus, funding->venue, funding->symbol);
        }
    } else if (has_settled(waiting, funding->next_settlement_ns, bus->now_ns)) {
        pay_funding(desk, bus, funding->venue, funding->symbol,
                    mul_div_near(waiting->per_hour.v, waiting->interval_ns, 3600 * NS_PER_S));
    }
    waiting->at_ns = funding->next_settlement_ns;
    waiting->per_hour = funding->per_hour;
    waiting->interval_ns = funding->interval_ns;
}

static enum status position_on_event(void *self, struct bus *bus, const struct event *event) {
    struct desk *desk = self;
    switch ((int)event->header.kind) {
    case EVENT_ORDER_FILLED:
        on_fill(desk, bus, &event->u.fill);
        break;
    case EVENT_VENUE_POSITION: {
        const struct event_venue_position *told = &event->u.venue_position;
        desk->positions.positions[listing_id(desk->universe, told->venue, told->symbol)]
            .liquidation = told->liquidation;
        break;
    }
    case EVENT_FUNDING_UPDATED:
        on_funding(desk, bus, &event->u.funding);
        break;
    case EVENT_PAST_POSITION:
        put_back(desk, &event->u.past_position);
        break;
    case EVENT_PAST_TRADE:
        (void)seen_set_add(&desk->positions.trades,
                           trade_key(event->u.past_trade.venue, event->u.past_trade.trade));
        break;
    case EVENT_PAST_END:
        put_back_day(&desk->positions, &event->u.past_end);
        break;
    default:
        break;
    }
    return STATUS_OK;
}

static enum status position_on_time(void *self, struct bus *bus, int64_t now_ns) {
    struct desk *desk = self;
    struct position_book *book = &desk->positions;
    int64_t day = now_ns / NS_PER_DAY;
    if (day != book->day) {
        if (book->day != 0) {
            watch_alert(bus, SEVERITY_INFO, "day",
                        "a new UTC day: the day's profit of %s USD, volume %s USD starts over",
                        watch_usd(position_day_pnl(desk)).text, watch_usd(book->volume).text);
        }
        book->day = day;
        book->day_start_pnl = position_total_pnl(desk);
        book->day_start_funding = position_sums(desk).funding;
        book->volume = book->fees = (struct usd){0};
        tell_day(book, bus);
    }
    if (now_ns - book->curve_ns >= CURVE_STEP_S * NS_PER_S) {
        book->curve_ns = now_ns;
        struct usd equity = desk->mode == DESK_LIVE
                                ? capital_all_equity(desk) // as told
                                : usd_add(capital_start_equity(desk), position_total_pnl(desk));
        bool first = book->curve_count == 0;
        book->curve_peak = first || equity.v > book->curve_peak.v ? equity : book->curve_peak;
        book->curve_trough = first || equity.v < book->curve_trough.v ? equity : book->curve_trough;
        book->curve[book->curve_count++ % STATE_EQUITY_POINTS_MAX] = equity;
    }
    return STATUS_OK;
}

static int64_t position_deadline(const void *self) {
    const struct position_book *book = &((const struct desk *)self)->positions;
    int64_t curve = book->curve_ns + CURVE_STEP_S * NS_PER_S;
    int64_t midnight = (book->day + 1) * NS_PER_DAY;
    return curve < midnight ? curve : midnight;
}

static void publish_curve(const struct position_book *book, struct state_draft *draft) {
    struct state_equity *equity = STATE_ROWS(draft, STATE_EQUITY, struct state_equity);
    *equity = (struct state_equity){.step_s = CURVE_STEP_S,
                                    .newest_ns = book->curve_count > 0 ? book->curve_ns : 0,
                                    .peak = book->curve_peak,
                                    .trough = book->curve_trough};
    uint32_t kept =
        book->curve_count < STATE_EQUITY_POINTS_MAX ? book->curve_count : STATE_EQUITY_POINTS_MAX;
    for (uint32_t i = 0; i < kept; i++) {
        equity->points[i] = book->curve[(book->curve_count - kept + i) % STATE_EQUITY_POINTS_MAX];
    }
    equity->count = kept;
    draft->count[STATE_EQUITY] = 1;
}

static void position_publish(void *self, struct state_draft *draft, int64_t now_ns) {
    const struct desk *desk = self;
    struct state_position *rows = STATE_ROWS(draft, STATE_POSITIONS, struct state_position);
    uint32_t count = 0;
    (void)now_ns;
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        for (uint16_t symbol = 0;
             symbol < desk->universe->symbol_count && count < STATE_POSITIONS_MAX; symbol++) {
            const struct position *position = position_of(desk, venue, symbol);
            if (position->net.v == 0 && position->fees.v == 0 && position->realised.v == 0 &&
                position->funding.v == 0) {
                continue; // never traded
            }
            struct px mark = position_mark(desk, venue, symbol);
            rows[count++] = (struct state_position){
                .venue = venue,
                .symbol = symbol,
                .net = position->net,
                .average = position_average(position),
                .mark = mark,
                .net_usd = usd_notional_near(mark, position->net),
                .unrealised = position_unrealised(position, mark),
                .realised = position->realised,
                .fees = position->fees,
                .funding = position->funding,
                .liquidation = position->liquidation,
                .distance = {position->net.v == 0
                                 ? -1
                                 : risk_liquidation_distance(desk, venue, symbol, (struct usd){0},
                                                             SIDE_BUY)},
            };
        }
    }
    draft->count[STATE_POSITIONS] = count;
    publish_curve(&desk->positions, draft);
}

const struct component position_component = {
    .name = "position",
    .kinds = EVENT_BIT(EVENT_ORDER_FILLED) | EVENT_BIT(EVENT_FUNDING_UPDATED) |
             EVENT_BIT(EVENT_VENUE_POSITION) | EVENT_BIT(EVENT_PAST_POSITION) |
             EVENT_BIT(EVENT_PAST_TRADE) | EVENT_BIT(EVENT_PAST_END),
    .on_event = position_on_event,
    .on_time = position_on_time,
    .deadline = position_deadline,
    .publish = position_publish,
};
