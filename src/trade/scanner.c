#include "trade/scanner.h"

#include <stdlib.h>

#include "trade/cost.h"
#include "trade/desk.h"

#define CONFIDENCE_PERSISTENCE_NS (5 * NS_PER_S)
#define YOUNG_STEP_NS             (250 * NS_PER_MS)

enum {
    SAMPLE_PAIRS_MAX = 10000, // of one pass: about a millisecond
    PAST_MIN = 5,             // samples: a pair with fewer has no past
    NOBODY_KNOWS = -1,        // round trip of such a pair at best: the least that is refused
    YOUNG_STEPS = 20,         // behind a feed's start: its quotes come one after the other
};

enum status scanner_create(struct scanner *scanner, const struct universe *universe) {
    *scanner = (struct scanner){0};
    size_t pairs = (size_t)universe->symbol_count * universe->venue_count * universe->venue_count;
    scanner->standing = calloc(STANDING_MAX, sizeof(*scanner->standing));
    scanner->free_slots = calloc(STANDING_MAX, sizeof(*scanner->free_slots));
    scanner->first = calloc(universe->symbol_count, sizeof(*scanner->first));
    scanner->slots = calloc(pairs, sizeof(*scanner->slots));
    scanner->gross = calloc(pairs, sizeof(*scanner->gross));
    scanner->crossed_ns = calloc(pairs, sizeof(*scanner->crossed_ns));
    if (scanner->standing == NULL || scanner->free_slots == NULL || scanner->first == NULL ||
        scanner->slots == NULL || scanner->gross == NULL || scanner->crossed_ns == NULL) {
        scanner_finish(scanner);
        return status_fail(STATUS_SYSTEM, "no memory for the scanner of %zu pairs", pairs);
    }
    for (uint32_t i = 0; i < STANDING_MAX; i++) {
        scanner->free_slots[i] = (uint16_t)(STANDING_MAX - 1 - i);
    }
    scanner->free_count = STANDING_MAX;
    scanner->young = YOUNG_STEPS;
    return STATUS_OK;
}

void scanner_finish(struct scanner *scanner) {
    free(scanner->standing);
    free(scanner->free_slots);
    free(scanner->first);
    free(scanner->slots);
    free(scanner->gross);
    free(scanner->crossed_ns);
    *scanner = (struct scanner){0};
}

static size_t pair_index(const struct desk *desk, uint16_t symbol, uint16_t buy, uint16_t sell) {
    const struct universe *u = desk->universe;
    ASSERT(symbol < u->symbol_count && buy < u->venue_count && sell < u->venue_count);
    return ((size_t)symbol * u->venue_count + buy) * u->venue_count + sell;
}

const struct opportunity *scanner_find(const struct desk *desk, uint16_t symbol, uint16_t buy,
                                       uint16_t sell) {
    uint16_t slot = desk->scanner.slots[pair_index(desk, symbol, buy, sell)];
    return slot == 0 ? NULL : &desk->scanner.standing[slot - 1];
}

static bool is_crossed(const struct quote *bought, const struct quote *sold) {
    return bought->ask.v > 0 && sold->bid.v > bought->ask.v;
}

bool scanner_crossed(const struct desk *desk, const struct opportunity *opp) {
    return is_crossed(picture_quote(desk, opp->buy_venue, opp->symbol),
                      picture_quote(desk, opp->sell_venue, opp->symbol));
}

// What a pair across currencies owes to the currencies and not to the market: half the difference
// of the two directions' median gross (`there`: this one's) is the median of the mids.
static struct bps pair_basis(const struct desk *desk, uint16_t symbol, uint16_t buy, uint16_t sell,
                             int64_t there) {
    const struct settings_scanner *settings = &desk->settings->scanner;
    const struct venue_entry *venues = desk->universe->venues;
    if (settings->basis_mode == BASIS_OFF ||
        venues[buy].quote_currency == venues[sell].quote_currency) {
        return (struct bps){0};
    }
    if (settings->basis_mode == BASIS_FIXED) {
        return settings->basis_fixed; // of either direction: nobody said which currency is dearer
    }
    int64_t back = series_median(&desk->scanner.gross[pair_index(desk, symbol, sell, buy)]);
    return (struct bps){(there - back) / 2};
}

struct bps scanner_threshold(const struct desk *desk, uint16_t symbol, uint16_t buy,
                             uint16_t sell) {
    if (desk->threshold.v >= 0) {
        return desk->threshold;
    }
    const struct settings_scanner *settings = &desk->settings->scanner;
    int64_t deviation = series_deviation(&desk->scanner.gross[pair_index(desk, symbol, buy, sell)]);
    int64_t full = settings->high_volatility.v > 0 ? settings->high_volatility.v : 1;
    int64_t share = deviation < full ? deviation : full;
    int64_t span = settings->high_volatility_min.v - settings->low_volatility_min.v;
    int64_t moving = settings->low_volatility_min.v + mul_div_floor(span, share, full);
    return (struct bps){moving > settings->profit_min.v ? moving : settings->profit_min.v};
}

struct bps scanner_threshold_most(const struct desk *desk) {
    const struct settings_scanner *settings = &desk->settings->scanner;
    int64_t low = settings->low_volatility_min.v, high = settings->high_volatility_min.v;
    int64_t moving = low > high ? low : high;
    return (struct bps){moving > settings->profit_min.v ? moving : settings->profit_min.v};
}

static int64_t clamp_ppm(int64_t value) {
    return value < 0 ? 0 : value > PPM_ONE ? PPM_ONE : value;
}

int64_t scanner_score_ppm(const struct desk *desk, const struct opportunity *opp) {
    const struct settings_scanner *settings = &desk->settings->scanner;
    int64_t profit =
        mul_div_floor(opp->net.v, PPM_ONE, settings->profit_max.v > 0 ? settings->profit_max.v : 1);
    struct usd bought = usd_notional_floor(opp->buy_ask, opp->buy_size);
    struct usd sold = usd_notional_floor(opp->sell_bid, opp->sell_size);
    struct usd shown = bought.v < sold.v ? bought : sold;
    int64_t size =
        mul_div_floor(shown.v, PPM_ONE, settings->size_min.v > 0 ? settings->size_min.v : 1);
    return (4 * clamp_ppm(profit) + 3 * clamp_ppm(size) + 3 * clamp_ppm(opp->reliability_ppm)) / 10;
}

// A third each: how fresh the older quote is, how often the books hold the size, how long it has
// stood.
static uint16_t confidence_of(const struct desk *desk, const struct opportunity *opp) {
    int64_t stale_ms = desk->settings->feeds.stale_ns / NS_PER_MS;
    int64_t older_ms = opp->older_ns / NS_PER_MS;
    int64_t age =
        clamp_ppm(PPM_ONE - mul_div_floor(older_ms, PPM_ONE, stale_ms > 0 ? stale_ms : 1));
    int64_t depth = clamp_ppm(PPM_ONE - mul_div_floor(opp->slippage.v, PPM_ONE, 10 * BPS_ONE));
    int64_t stood = clamp_ppm(
        mul_div_floor(opp->compared_ns - opp->first_seen_ns, PPM_ONE, CONFIDENCE_PERSISTENCE_NS));
    return (uint16_t)((age + depth + stood) / 3 / 1000);
}

static int64_t older_ns(const struct quote *a, const struct quote *b, int64_t now_ns) {
    int64_t received_ns = a->receive_ns < b->receive_ns ? a->receive_ns : b->receive_ns;
    return received_ns < now_ns ? now_ns - received_ns : 0;
}

static int64_t lower_reliability(const struct desk *desk, uint16_t a, uint16_t b) {
    const struct picture_venue *venues = desk->picture.venues;
    return venues[a].reliability_ppm < venues[b].reliability_ppm ? venues[a].reliability_ppm
                                                                 : venues[b].reliability_ppm;
}

// One venue's side of what is compared: what many pairs ask of it is worked out once, when it
// matters.
struct sight {
    uint16_t venue;
    const struct quote *quote;
    enum { SIGHT_UNASKED, SIGHT_UNUSABLE, SIGHT_USABLE } usable;
    int64_t slippage[2]; // by side, for the look's size; below zero: not asked yet
};

// What is the same for every pair of one comparison.
struct look {
    uint16_t symbol;
    enum execution_mode mode;
    struct usd size; // notional the costs are worked out for
    int64_t now_ns;
};

static struct sight sight_of(const struct desk *desk, uint16_t venue, uint16_t symbol) {
    return (struct sight){
        .venue = venue, .quote = picture_quote(desk, venue, symbol), .slippage = {-1, -1}};
}

static struct look look_at(const struct desk *desk, uint16_t symbol, struct usd size,
                           int64_t now_ns) {
    return (struct look){
        .symbol = symbol, .mode = execution_mode_now(desk, symbol), .size = size, .now_ns = now_ns};
}

static int64_t slippage_of(const struct desk *desk, const struct look *look, struct sight *sight,
                           enum side side) {
    if (sight->slippage[side] < 0 && cost_best_carries(sight->quote, side, look->size)) {
        sight->slippage[side] = 0; // mostly so, and no book is touched
    }
    if (sight->slippage[side] < 0) {
        sight->slippage[side] =
            cost_slippage(sight->quote,
                          picture_fresh_depth(desk, sight->venue, look->symbol, look->now_ns), side,
                          look->size, desk->settings->feeds.unknown_size)
                .v;
    }
    return sight->slippage[side];
}

// Of usable quotes. Leaves first_seen_ns and next as they are.
static void evaluate(const struct desk *desk, const struct look *look, struct sight *bought,
                     struct sight *sold, size_t pair, struct opportunity *out) {
    uint16_t symbol = look->symbol, buy = bought->venue, sell = sold->venue;
    const struct venue_entry *venues = desk->universe->venues;
    enum maker_leg maker = cost_maker_leg(&venues[buy], &venues[sell], look->mode);
    int64_t slip_open = 0; // a resting leg pays none
    if (maker != MAKER_BUY) {
        slip_open += slippage_of(desk, look, bought, SIDE_BUY);
    }
    if (maker != MAKER_SELL) {
        slip_open += slippage_of(desk, look, sold, SIDE_SELL);
    }
    struct bps gross = bps_between_floor(sold->quote->bid, bought->quote->ask);
    struct bps fees = cost_open_fees(&venues[buy], &venues[sell], maker);
    const struct series *past = &desk->scanner.gross[pair];
    int64_t usual = series_median(past);
    struct bps basis = pair_basis(desk, symbol, buy, sell, usual);
    bool known = past->count >= PAST_MIN;
    if (usual == SERIES_VALUE_MAX && usual <= gross.v) {
        usual = gross.v + 1; // wider than a series tells: such an edge does not close
    } else if (!known && usual < gross.v) {
        usual = gross.v; // nobody knows better yet than that it always stood so
    }
    out->symbol = symbol;
    out->buy_venue = buy;
    out->sell_venue = sell;
    out->standing = true;
    out->buy_ask = bought->quote->ask;
    out->sell_bid = sold->quote->bid;
    out->buy_size = bought->quote->ask_size;
    out->sell_size = sold->quote->bid_size;
    out->size = look->size;
    out->gross = gross;
    out->fees = fees;
    out->slippage.v = slip_open;
    out->basis = basis;
    out->net.v = gross.v - basis.v - fees.v - slip_open;
    // Closing walks the other sides of the same books: the same depth is taken as its measure.
    out->round_trip.v = gross.v - usual - 2 * fees.v - 2 * slip_open;
    if (!known && out->round_trip.v >= 0) {
        out->round_trip.v = NOBODY_KNOWS; // neither no fees nor rebates are a reason
    }
    out->funding =
        cost_funding(picture_funding(desk, buy, symbol), picture_funding(desk, sell, symbol),
                     desk->settings->arb.hold_max_ns);
    out->last_seen_ns = look->now_ns;
    out->compared_ns = look->now_ns;
    out->older_ns = older_ns(bought->quote, sold->quote, look->now_ns);
    out->reliability_ppm = lower_reliability(desk, buy, sell);
}

bool scanner_evaluate(const struct desk *desk, uint16_t symbol, uint16_t buy, uint16_t sell,
                      struct usd size, int64_t now_ns, struct opportunity *out) {
    if (!picture_usable(desk, buy, symbol, now_ns) || !picture_usable(desk, sell, symbol, now_ns)) {
        return false;
    }
    struct look look = look_at(desk, symbol, size, now_ns);
    struct sight bought = sight_of(desk, buy, symbol), sold = sight_of(desk, sell, symbol);
    *out = (struct opportunity){.first_seen_ns = now_ns};
    evaluate(desk, &look, &bought, &sold, pair_index(desk, symbol, buy, sell), out);
    return true;
}

static void tell(const struct desk *desk, struct bus *bus, enum event_kind kind,
                 const struct opportunity *opp) {
    struct event_opportunity event = {
        .symbol = opp->symbol,
        .buy_venue = opp->buy_venue,
        .sell_venue = opp->sell_venue,
        .confidence_permille = confidence_of(desk, opp),
        .size = opp->size,
        .gross = opp->gross,
        .net = opp->net,
        .round_trip = opp->round_trip,
        .score_ppm = scanner_score_ppm(desk, opp),
        .first_seen_ns = opp->first_seen_ns,
        .buy_ask = opp->buy_ask,
        .sell_bid = opp->sell_bid,
    };
    bus_emit(bus, kind, &event);
}

// Takes a pair that has crossed for long enough, on usable quotes, into the standing opportunities.
static void note_standing(struct desk *desk, struct bus *bus, const struct look *look,
                          struct sight *buy, struct sight *sell, size_t pair) {
    struct scanner *scanner = &desk->scanner;
    scanner->crossings++;
    uint16_t *slot = &scanner->slots[pair];
    bool is_new = *slot == 0;
    if (is_new) {
        if (scanner->free_count == 0) {
            scanner->overflow++;
            return;
        }
        *slot = (uint16_t)(scanner->free_slots[--scanner->free_count] + 1);
    }
    struct opportunity *found = &scanner->standing[*slot - 1];
    evaluate(desk, look, buy, sell, pair, found);
    if (is_new) {
        found->first_seen_ns = scanner->crossed_ns[pair];
        found->next = scanner->first[look->symbol];
        scanner->first[look->symbol] = *slot;
        tell(desk, bus, EVENT_OPPORTUNITY_FOUND, found);
    }
}

// In a quiet market no quote may come to look again.
static void await_standing(struct desk *desk, uint16_t symbol, uint16_t buy, uint16_t sell) {
    struct scanner *scanner = &desk->scanner;
    int64_t stand_ns = desk->settings->scanner.stand_ns;
    if (stand_ns > 0 && scanner->waiting_count < CROSSINGS_MAX) {
        int64_t since_ns = scanner->crossed_ns[pair_index(desk, symbol, buy, sell)];
        scanner->waiting[scanner->waiting_count++] =
            (struct crossing){symbol, buy, sell, since_ns + stand_ns};
    }
}

static bool is_usable(const struct desk *desk, const struct look *look, struct sight *sight) {
    if (sight->usable == SIGHT_UNASKED) {
        bool usable = picture_usable(desk, sight->venue, look->symbol, look->now_ns);
        sight->usable = usable ? SIGHT_USABLE : SIGHT_UNUSABLE;
    }
    return sight->usable == SIGHT_USABLE;
}

// One direction of a pair. A quote that may not be traded crosses nothing; what stands there is the
// sweep's to end.
static inline void compare(struct desk *desk, struct bus *bus, const struct look *look,
                           struct sight *buy, struct sight *sell, size_t pair) {
    int64_t *since_ns = &desk->scanner.crossed_ns[pair];
    if (!is_crossed(buy->quote, sell->quote) || !is_usable(desk, look, buy) ||
        !is_usable(desk, look, sell)) {
        *since_ns = 0;
        return;
    }
    if (*since_ns == 0) {
        *since_ns = look->now_ns;
        await_standing(desk, look->symbol, buy->venue, sell->venue);
    }
    if (desk->scanner.slots[pair] != 0 ||
        look->now_ns - *since_ns >= desk->settings->scanner.stand_ns) {
        note_standing(desk, bus, look, buy, sell, pair);
    }
}

static bool is_priority(const struct settings_scanner *settings, uint16_t a, uint16_t b) {
    for (uint32_t i = 0; i < settings->priority_count; i++) {
        const uint16_t *pair = settings->priority[i];
        if ((pair[0] == a && pair[1] == b) || (pair[0] == b && pair[1] == a)) {
            return true;
        }
    }
    return false;
}

static enum status scanner_on_event(void *self, struct bus *bus, const struct event *event) {
    struct desk *desk = self;
    if (event->header.kind == EVENT_FEED_STATE) {
        desk->scanner.young = event->u.feed.state == FEED_LIVE ? YOUNG_STEPS : desk->scanner.young;
        return STATUS_OK;
    }
    uint16_t changed = event->u.quote.venue, symbol = event->u.quote.symbol;
    const struct settings_scanner *settings = &desk->settings->scanner;
    struct look look = look_at(desk, symbol, settings->arb_size, bus->now_ns);
    struct sight ours = sight_of(desk, changed, symbol);
    uint16_t count = desk->universe->venue_count;
    size_t buying = pair_index(desk, symbol, changed, 0);
    size_t selling = pair_index(desk, symbol, 0, changed);
    for (int pass = settings->priority_count > 0 ? 0 : 1; pass < 2;
         pass++) { // priority pairs first
        for (uint16_t other = 0; other < count; other++) {
            if (other == changed || (settings->priority_count > 0 &&
                                     is_priority(settings, changed, other) != (pass == 0))) {
                continue;
            }
            struct sight theirs = sight_of(desk, other, symbol);
            compare(desk, bus, &look, &ours, &theirs, buying + other);
            compare(desk, bus, &look, &theirs, &ours, selling + (size_t)other * count);
        }
    }
    return STATUS_OK;
}

static void unlink_standing(struct scanner *scanner, const struct opportunity *opp) {
    uint16_t *link = &scanner->first[opp->symbol];
    while (&scanner->standing[*link - 1] != opp) {
        link = &scanner->standing[*link - 1].next;
        ASSERT(*link != 0);
    }
    *link = opp->next;
}

// Ends opportunities that were not seen crossed for gone_ns. "Seen" means now: a quiet market keeps
// what still crosses on usable quotes.
static void sweep(struct desk *desk, struct bus *bus, int64_t now_ns) {
    struct scanner *scanner = &desk->scanner;
    uint32_t left =
        STANDING_MAX - scanner->free_count; // low slots are used first: stop at the last one
    for (uint32_t i = 0; i < STANDING_MAX && left > 0; i++) {
        struct opportunity *opp = &scanner->standing[i];
        if (!opp->standing) {
            continue;
        }
        left--;
        if (scanner_crossed(desk, opp) &&
            picture_usable(desk, opp->buy_venue, opp->symbol, now_ns) &&
            picture_usable(desk, opp->sell_venue, opp->symbol, now_ns)) {
            opp->last_seen_ns = now_ns;
        } else if (now_ns - opp->last_seen_ns >= desk->settings->scanner.gone_ns) {
            tell(desk, bus, EVENT_OPPORTUNITY_GONE, opp);
            opp->standing = false;
            unlink_standing(scanner, opp);
            scanner->slots[pair_index(desk, opp->symbol, opp->buy_venue, opp->sell_venue)] = 0;
            scanner->free_slots[scanner->free_count++] = (uint16_t)i;
        }
    }
}

// Looks again at what has waited long enough; what no longer crosses is not looked at.
static void look_again(struct desk *desk, struct bus *bus, int64_t now_ns) {
    struct scanner *scanner = &desk->scanner;
    uint32_t due = 0;
    while (due < scanner->waiting_count && scanner->waiting[due].due_ns <= now_ns) {
        const struct crossing *crossing = &scanner->waiting[due++];
        uint16_t symbol = crossing->symbol;
        size_t pair = pair_index(desk, symbol, crossing->buy, crossing->sell);
        if (scanner->crossed_ns[pair] != 0) {
            struct look look = look_at(desk, symbol, desk->settings->scanner.arb_size, now_ns);
            struct sight buy = sight_of(desk, crossing->buy, symbol);
            struct sight sell = sight_of(desk, crossing->sell, symbol);
            compare(desk, bus, &look, &buy, &sell, pair);
        }
    }
    scanner->waiting_count -= due;
    memmove(scanner->waiting, scanner->waiting + due,
            scanner->waiting_count * sizeof(scanner->waiting[0]));
}

static int64_t sample_due_ns(const struct desk *desk) {
    return desk->scanner.sampled_ns + desk->settings->scanner.window_ns / SERIES_MAX;
}

static int64_t young_due_ns(const struct scanner *scanner) {
    return scanner->young > 0 ? scanner->young_ns + YOUNG_STEP_NS : INT64_MAX;
}

static void begin_step(struct desk *desk, int64_t now_ns) {
    struct scanner *scanner = &desk->scanner;
    if (now_ns >= sample_due_ns(desk)) {
        scanner->sampled_ns = now_ns;
        scanner->young_step = false;
    } else if (now_ns >= young_due_ns(scanner)) {
        scanner->young_ns = now_ns;
        scanner->young--;
        scanner->young_step = true;
    } else {
        return;
    }
    scanner->sample_left = desk->universe->symbol_count;
}

static void sample_symbol(struct desk *desk, uint16_t symbol, int64_t now_ns) {
    uint16_t usable[VENUE_MAX];
    uint32_t count = 0;
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        if (picture_usable(desk, venue, symbol, now_ns)) {
            usable[count++] = venue;
        }
    }
    for (uint32_t b = 0; b < count; b++) {
        struct px ask = picture_quote(desk, usable[b], symbol)->ask;
        for (uint32_t s = 0; s < count; s++) {
            if (s != b) {
                struct px bid = picture_quote(desk, usable[s], symbol)->bid;
                struct series *past =
                    &desk->scanner.gross[pair_index(desk, symbol, usable[b], usable[s])];
                if (!desk->scanner.young_step || past->count < PAST_MIN) {
                    series_add(past, bps_between_floor(bid, ask).v);
                }
            }
        }
    }
}

// Every symbol once a step; in quick ones only pairs without a past. The pairs grow with the square
// of the venues: so that no pass is long, it takes as many symbols as hold SAMPLE_PAIRS_MAX of them
// (one at least), and the sweeps behind it the others.
static void sample_pairs(struct desk *desk, int64_t now_ns) {
    struct scanner *scanner = &desk->scanner;
    if (scanner->sample_left == 0) {
        begin_step(desk, now_ns);
    }
    uint32_t pairs = (uint32_t)desk->universe->venue_count * desk->universe->venue_count;
    for (uint32_t done = 0; scanner->sample_left > 0 && done < SAMPLE_PAIRS_MAX; done += pairs) {
        scanner->sample_left--;
        sample_symbol(desk, scanner->sample_left, now_ns);
    }
}

#define SWEEP_NS (100 * NS_PER_MS)

static enum status scanner_on_time(void *self, struct bus *bus, int64_t now_ns) {
    struct desk *desk = self;
    sample_pairs(desk, now_ns);
    look_again(desk, bus, now_ns);
    if (now_ns - desk->scanner.swept_ns >= SWEEP_NS) {
        desk->scanner.swept_ns = now_ns;
        sweep(desk, bus, now_ns);
    }
    return STATUS_OK;
}

static int64_t scanner_deadline(const void *self) {
    const struct desk *desk = self;
    int64_t next = desk->scanner.swept_ns + SWEEP_NS;
    int64_t sample = sample_due_ns(desk), young = young_due_ns(&desk->scanner);
    next = sample < next ? sample : next;
    next = young < next ? young : next;
    if (desk->scanner.waiting_count > 0 && desk->scanner.waiting[0].due_ns < next) {
        next = desk->scanner.waiting[0].due_ns;
    }
    return next;
}

static void publish_row(const struct desk *desk, const struct opportunity *opp,
                        struct state_opportunity *row, int64_t now_ns) {
    *row = (struct state_opportunity){
        .symbol = opp->symbol,
        .buy_venue = opp->buy_venue,
        .sell_venue = opp->sell_venue,
        .confidence_permille = confidence_of(desk, opp),
        .buy_ask = opp->buy_ask,
        .sell_bid = opp->sell_bid,
        .buy_size = opp->buy_size,
        .sell_size = opp->sell_size,
        .size = opp->size,
        .gross = opp->gross,
        .fees = opp->fees,
        .slippage = opp->slippage,
        .basis = opp->basis,
        .net = opp->net,
        .round_trip = opp->round_trip,
        .funding = opp->funding,
        .score_ppm = scanner_score_ppm(desk, opp),
        .first_seen_ns = opp->first_seen_ns,
        .last_seen_ns = opp->last_seen_ns,
    };
    scheduler_explain_arb(desk, opp, now_ns, &row->job, &row->verdict);
}

static void scanner_publish(void *self, struct state_draft *draft, int64_t now_ns) {
    const struct desk *desk = self;
    struct state_opportunity *rows =
        STATE_ROWS(draft, STATE_OPPORTUNITIES, struct state_opportunity);
    uint32_t count = 0;
    uint32_t left = STANDING_MAX - desk->scanner.free_count;
    for (uint32_t i = 0; i < STANDING_MAX && left > 0 && count < STATE_OPPORTUNITIES_MAX; i++) {
        if (desk->scanner.standing[i].standing) {
            publish_row(desk, &desk->scanner.standing[i], &rows[count++], now_ns);
            left--;
        }
    }
    draft->count[STATE_OPPORTUNITIES] = count;
}

const struct component scanner_component = {
    .name = "scanner",
    .kinds = EVENT_BIT(EVENT_QUOTE_UPDATED) | EVENT_BIT(EVENT_FEED_STATE),
    .on_event = scanner_on_event,
    .on_time = scanner_on_time,
    .deadline = scanner_deadline,
    .publish = scanner_publish,
};
