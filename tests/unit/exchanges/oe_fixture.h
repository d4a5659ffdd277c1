// What the tests of order entry share: an account of one venue with throw-away secrets, and events
// as lines of text.
#ifndef PERPDESK_TESTS_UNIT_EXCHANGES_OE_FIXTURE_H
#define PERPDESK_TESTS_UNIT_EXCHANGES_OE_FIXTURE_H

#include "exchanges/oe_text.h"
#include "exchanges/venues.h"

struct oe_fixture {
    struct universe universe;
    struct oe oe;
    struct oe_message message;
    struct oe_sink sink;
    struct text lines; // events, one a line
    char lines_data[64 * 1024];
};

static void oe_fixture_on_event(struct oe_sink *sink, const struct oe_event *event) {
    struct oe_fixture *fixture =
        (struct oe_fixture *)(void *)((char *)sink - offsetof(struct oe_fixture, sink));
    oe_event_print(&fixture->lines, &fixture->oe, event);
    text_add_char(&fixture->lines, '\n');
}

// Symbols are "BTC/USDT" and so on. The caller fills in the listings' rules by oe_learn.
static enum status oe_fixture_create(struct oe_fixture *fixture, const char *venue_name,
                                     const char *const *symbols, uint16_t count,
                                     const struct slice *secrets) {
    const struct venue *venue = venue_find(slice_of(venue_name));
    fixture->sink.on_event = oe_fixture_on_event;
    fixture->lines = TEXT_OVER(fixture->lines_data);
    enum status status = universe_create(&fixture->universe, 1, count);
    for (uint16_t i = 0; status == STATUS_OK && i < count; i++) {
        status = symbol_parse(&fixture->universe.symbols[i], slice_of(symbols[i]));
    }
    return status != STATUS_OK
               ? status
               : oe_create(&fixture->oe, venue->oe, venue->md, &fixture->universe, false, secrets);
}

// Rules of a listing whose native name is the venue's own for the symbol.
static void oe_fixture_learn(struct oe_fixture *fixture, uint16_t symbol, struct px tick,
                             struct qty step) {
    struct listing listing = fixture->oe.listings[symbol];
    listing.ready = true;
    listing.symbol = symbol;
    listing.tick = tick;
    listing.step = step;
    listing.contract = (struct qty){QTY_ONE};
    oe_learn(&fixture->oe, symbol, &listing);
}

static void oe_fixture_finish(struct oe_fixture *fixture) {
    oe_destroy(&fixture->oe);
    universe_finish(&fixture->universe);
}

#endif
