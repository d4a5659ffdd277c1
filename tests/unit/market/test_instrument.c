// Symbols, listings, and prices a venue accepts.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "market/instrument.h"

struct symbol_row {
    const char *name;
    bool good;
};

static const struct symbol_row symbol_rows[] = {
    {"BTC/USDT", true},  {"1000PEPE/USDT", true},
    {"btc/USDT", false}, {"BTCUSDT", false},
    {"/USDT", false},    {"BTC/", false},
    {"A/B/C", false},    {"BTC-USDT", false},
    {"", false},         {"ABCDEFGHIJKL/USDT", false}, // 12 letters, the base holds 11
};

static void test_symbol(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(symbol_rows); i++) {
        struct symbol symbol;
        enum status status = symbol_parse(&symbol, slice_of(symbol_rows[i].name));
        assert_int_equal(status, symbol_rows[i].good ? STATUS_OK : STATUS_DATA);
        if (status == STATUS_OK) {
            assert_string_equal(symbol.name, symbol_rows[i].name);
        }
    }
}

struct price_row {
    const char *price, *tick;
    uint8_t digits;
    const char *down, *up;
};

static const struct price_row price_rows[] = {
    {"65432.17", "0.1", 0, "65432.1", "65432.2"},
    {"65432.1", "0.1", 0, "65432.1", "65432.1"},
    {"97123.456", "0.1", 5, "97123", "97124"},
    {"1234.56", "0.01", 5, "1234.5", "1234.6"},
    {"1234.5", "0.01", 5, "1234.5", "1234.5"},
    {"0.0012345", "0.000001", 5, "0.001234", "0.001235"},
    {"123456.789", "0.1", 5, "123456", "123457"}, // a whole price is always allowed
    {"9.99999", "0.00001", 5, "9.9999", "10"},
};

static void test_price(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(price_rows); i++) {
        const struct price_row *row = &price_rows[i];
        struct listing listing = {.significant_max = row->digits};
        struct px price;
        struct px down;
        struct px up;
        assert_true(px_parse(slice_of(row->price), &price));
        assert_true(px_parse(slice_of(row->tick), &listing.tick));
        assert_true(px_parse(slice_of(row->down), &down));
        assert_true(px_parse(slice_of(row->up), &up));
        assert_int_equal(listing_price_floor(&listing, price).v, down.v);
        assert_int_equal(listing_price_ceil(&listing, price).v, up.v);
    }
}

static void test_universe(void **state) {
    (void)state;
    struct universe universe = {0};
    assert_int_equal(universe_create(&universe, VENUE_MAX + 1, 1), STATUS_CONFIG);
    assert_int_equal(universe_create(&universe, 2, 3), STATUS_OK);
    strcpy(universe.venues[1].name, "okx");
    strcpy(universe.symbols[2].name, "BTC/USDT");
    assert_int_equal(universe_find_venue(&universe, SLICE("okx")), 1);
    assert_int_equal(universe_find_venue(&universe, SLICE("nobody")), -1);
    assert_int_equal(universe_find_symbol(&universe, SLICE("BTC/USDT")), 2);
    assert_int_equal(universe_find_symbol(&universe, SLICE("BTC/USD")), -1);
    assert_int_equal(listing_id(&universe, 1, 2), 5);
    assert_int_equal(universe_listing(&universe, 1, 2)->venue, 1);
    assert_int_equal(universe_listing(&universe, 1, 2)->symbol, 2);
    universe_finish(&universe);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_symbol),
        cmocka_unit_test(test_price),
        cmocka_unit_test(test_universe),
    };
    return cmocka_run_group_tests_name("instrument", tests, NULL, NULL);
}
