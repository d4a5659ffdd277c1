// The paper venue against the simulator's matching, on one recording with the same orders.
//
// A desk trades the demo on paper. Each of its orders and cancels also goes, with the same latency,
// to an account at the simulated venue, which matches it against the book that the venue shows,
// before any of it was encoded, sent, decoded, sampled or conflated. Both are then settled at the
// same last prices.
//
// They differ where the desk's view does: it sees the depth some milliseconds late and only so many
// levels of it, and a queue only at the moments it samples. So a resting order is filled at one a
// little sooner, a taker walks a level further, and a post-only that would take at one rests at the
// other. And the venues refuse what is below their least size, which the paper venue fills: the
// hedge of a small part of a maker fill. The band says how much all that may come to.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "cli/memory_desk.h"
#include "cli/verbs.h"
#include "exchanges/venue_account.h"

enum { RUN_S = 140, TWINS_MAX = 8192, BAND_BPS_E2 = 20, SIZE_BAND_PCT = 2, SAME_PCT_LEAST = 95 };

struct twin { // an order of the desk, and what became of it at either place
    uint64_t order;
    uint16_t venue, symbol;
    struct event_order command;
    int64_t place_ns, cancel_ns; // when they reach the simulated venue; 0 = done, or never
    struct qty paper, matched;   // filled
};

struct book_of_fills { // of the comparison
    struct usd cash, volume, fees;
    struct qty net[VENUE_MAX][SYMBOL_MAX];
    uint64_t fills;
};

struct match {
    struct memory_desk *desk;
    struct config config;
    struct vacc *accounts[VENUE_MAX];
    uint64_t fills_seen[VENUE_MAX];
    struct twin twins[TWINS_MAX];
    uint32_t twin_count, first_live;
    struct book_of_fills paper, matched;
    uint32_t refused;
};

// By number, or by client id where that is given. A fill of no order is this test's mistake.
static struct twin *twin_of(struct match *m, uint64_t order, const char *client_id) {
    uint32_t at = m->twin_count;
    do {
        ASSERT(at > 0);
        at--;
    } while (client_id != NULL ? strcmp(m->twins[at].command.client_id, client_id) != 0
                               : m->twins[at].order != order);
    return &m->twins[at];
}

static void take_fill(struct book_of_fills *side, uint16_t venue, uint16_t symbol, enum side way,
                      struct px price, struct qty size, struct usd fee) {
    struct usd value = usd_notional_near(price, size);
    bool buys = way == SIDE_BUY;
    side->cash = buys ? usd_sub(side->cash, value) : usd_add(side->cash, value);
    side->cash = usd_sub(side->cash, fee);
    side->fees = usd_add(side->fees, fee);
    side->volume = usd_add(side->volume, value);
    struct qty *net = &side->net[venue][symbol];
    *net = buys ? qty_add(*net, size) : qty_sub(*net, size);
    side->fills++;
}

static void on_command(struct match *m, const struct event *event) {
    const struct event_order *order = &event->u.order;
    int64_t at_ns = event->header.time_ns + m->desk->config.settings.paper.latency_ns;
    if (order->action == ORDER_ACTION_CANCEL) {
        twin_of(m, order->order, NULL)->cancel_ns = at_ns;
        return;
    }
    assert_true(m->twin_count < TWINS_MAX);
    m->twins[m->twin_count++] = (struct twin){.order = order->order,
                                              .venue = order->venue,
                                              .symbol = order->symbol,
                                              .command = *order,
                                              .place_ns = at_ns};
}

static void on_event(void *arg, const struct event *event) {
    struct match *m = arg;
    if (event->header.kind == EVENT_ORDER_COMMAND) {
        on_command(m, event);
    } else if (event->header.kind == EVENT_ORDER_FILLED) {
        const struct event_fill *fill = &event->u.fill;
        struct twin *twin = twin_of(m, fill->order, NULL);
        twin->paper = qty_add(twin->paper, fill->size);
        take_fill(&m->paper, fill->venue, fill->symbol, (enum side)fill->side, fill->price,
                  fill->size, fill->fee);
    }
}

// ---- the simulated venues ---------------------------------------------------------------------

static const struct vsim_world *world_of(const struct match *m, uint16_t venue) {
    return &m->desk->market->worlds[m->desk->server_of[venue]];
}

static uint32_t listing_of(const struct match *m, uint16_t venue, uint16_t symbol) {
    const struct vsim_world *world = world_of(m, venue);
    for (uint32_t i = 0; i < world->listing_count; i++) {
        if (strcmp(world->listings[i].symbol->name, m->desk->universe.symbols[symbol].name) == 0) {
            return i;
        }
    }
    fail_msg("%s is not listed", m->desk->universe.symbols[symbol].name);
    return 0;
}

static void place(struct match *m, struct twin *twin) {
    const struct event_order *order = &twin->command;
    struct vacc_request request = {
        .listing = listing_of(m, twin->venue, twin->symbol),
        .side = (enum side)order->side,
        .kind = order->type == ORDER_POST_ONLY ? VACC_POST_ONLY : VACC_IOC,
        .price = order->price,
        .size = order->size,
        .client_id = slice_of(order->client_id),
    };
    const struct vacc_order *placed;
    enum vacc_refusal refusal =
        vacc_place(m->accounts[twin->venue], world_of(m, twin->venue), &request, &placed);
    twin->place_ns = 0;
    m->refused += refusal != VACC_TAKEN;
}

static void cancel(struct match *m, struct twin *twin) {
    struct vacc *account = m->accounts[twin->venue];
    const struct vacc_order *order = vacc_find_client(account, slice_of(twin->command.client_id));
    twin->cancel_ns = 0;
    if (order != NULL && order->end == VACC_LIVE) {
        (void)vacc_cancel(account, world_of(m, twin->venue), order, VACC_CANCELED);
    }
}

static void take_matches(struct match *m, uint16_t venue) {
    struct vacc *account = m->accounts[venue];
    uint64_t new = account->fill_count - m->fills_seen[venue];
    m->fills_seen[venue] = account->fill_count;
    for (uint32_t i = 0; i < new; i++) {
        const struct vacc_fill *fill = vacc_fill(account, i);
        ASSERT(fill != NULL);
        struct twin *twin = twin_of(m, 0, fill->client_id);
        twin->matched = qty_add(twin->matched, fill->size);
        take_fill(&m->matched, venue, twin->symbol, fill->side, fill->price, fill->size, fill->fee);
    }
}

static void on_step(void *arg, struct memory_desk *d) {
    struct match *m = arg;
    for (uint32_t i = m->first_live; i < m->twin_count; i++) {
        struct twin *twin = &m->twins[i];
        if (twin->place_ns != 0 && d->now_ns >= twin->place_ns) {
            place(m, twin);
        }
        if (twin->place_ns == 0 && twin->cancel_ns != 0 && d->now_ns >= twin->cancel_ns) {
            cancel(m, twin);
        }
    }
    for (uint16_t v = 0; v < d->universe.venue_count; v++) {
        vacc_tick(m->accounts[v], world_of(m, v));
        take_matches(m, v);
    }
}

// ---- both runs --------------------------------------------------------------------------------

static struct match *begin(void) {
    struct match *m = calloc(1, sizeof(*m));
    struct config_report *report = malloc(sizeof(*report));
    ASSERT(m != NULL && report != NULL);
    struct config_venue venues[VENUE_MAX];
    struct config_options options = {.venues = venues, .venue_count = cli_venues(venues)};
    config_report_init(report);
    assert_int_equal(config_parse(&m->config, &options, "memory", SLICE(""), report), STATUS_OK);
    free(report);
    struct memory_options desk = {.config = &m->config,
                                  .recording = DEMO_PATH,
                                  .on_event = on_event,
                                  .on_step = on_step,
                                  .arg = m};
    assert_int_equal(memory_desk_create(&m->desk, &desk), STATUS_OK);
    for (uint16_t v = 0; v < m->desk->universe.venue_count; v++) {
        const struct venue_entry *venue = &m->desk->universe.venues[v];
        struct vacc_options account = {.maker_fee = venue->maker_fee,
                                       .taker_fee = venue->taker_fee,
                                       .taker_delay_ns = venue->taker_delay_ns,
                                       .balance = USD(1000000),
                                       .leverage = 10,
                                       .first_number = 1};
        assert_int_equal(vacc_create(&m->accounts[v], &account, world_of(m, v)->listing_count, 0),
                         STATUS_OK);
    }
    return m;
}

static void end(struct match *m) {
    for (uint16_t v = 0; v < m->desk->universe.venue_count; v++) {
        vacc_destroy(m->accounts[v]);
    }
    memory_desk_destroy(m->desk);
    free(m);
}

// Cash, and what is held at the middle of the last quotes.
static struct usd profit(const struct match *m, const struct book_of_fills *side) {
    struct usd sum = side->cash;
    const struct universe *universe = &m->desk->universe;
    for (uint16_t v = 0; v < universe->venue_count; v++) {
        for (uint16_t s = 0; s < universe->symbol_count; s++) {
            struct quote quote;
            quote_load(&m->desk->cache, listing_id(universe, v, s), &quote);
            struct px middle = {quote.bid.v / 2 + quote.ask.v / 2};
            sum = usd_add(sum, usd_notional_near(middle, side->net[v][s]));
        }
    }
    return sum;
}

static void print_side(const char *name, const struct book_of_fills *side, struct usd pnl) {
    char bytes[200];
    struct text text = TEXT_OVER(bytes);
    text_add_format(&text, "# %s: %llu fills, volume ", name, (unsigned long long)side->fills);
    usd_print(&text, side->volume, 2, 2);
    text_add_string(&text, ", fees ");
    usd_print(&text, side->fees, 2, 2);
    text_add_string(&text, ", profit ");
    usd_print(&text, pnl, 2, 2);
    printf("%s USD\n", bytes);
}

static int64_t distance(struct usd a, struct usd b) {
    return a.v > b.v ? a.v - b.v : b.v - a.v;
}

static void paper_fills_as_the_venues_match(void **state) {
    (void)state;
    struct match *m = begin();
    memory_desk_run(m->desk, RUN_S * NS_PER_S);
    struct usd paper = profit(m, &m->paper), matched = profit(m, &m->matched);
    uint32_t same = 0, more = 0, less = 0;
    for (uint32_t i = 0; i < m->twin_count; i++) {
        int64_t difference = m->twins[i].paper.v - m->twins[i].matched.v;
        same += difference == 0;
        more += difference > 0;
        less += difference < 0;
    }
    print_side("paper", &m->paper, paper);
    print_side("matched", &m->matched, matched);
    printf("# %u orders: %u filled alike, %u more on paper, %u less, %u refused by the venue\n",
           m->twin_count, same, more, less, m->refused);
    int64_t band = mul_div_floor(m->paper.volume.v, BAND_BPS_E2, 1000000);
    printf("# profits are %lld e-6 USD apart, the band is %lld\n",
           (long long)distance(paper, matched), (long long)band);
    assert_true(m->twin_count > 100 && m->paper.fills > 100);
    assert_true(same * 100 >= m->twin_count * SAME_PCT_LEAST);
    assert_true(distance(m->paper.volume, m->matched.volume) * 100 <=
                m->paper.volume.v * SIZE_BAND_PCT);
    assert_true(distance(paper, matched) <= band);
    end(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paper_fills_as_the_venues_match),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
