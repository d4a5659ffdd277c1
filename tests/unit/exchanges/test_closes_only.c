// Markets that take only what lowers a position: they are traded, so that what is held there can be
// closed, and nothing is opened.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exchanges/venues.h"

struct seen {
    struct md_sink sink; // must be first
    struct listing listing;
    uint32_t count;
};

static void on_update(struct md_sink *sink, const struct md_update *update) {
    struct seen *seen = (struct seen *)(void *)sink;
    if (update->kind == MD_INSTRUMENT) {
        seen->listing = update->listing;
        seen->count++;
    }
}

#define EDGEX(trades, opens)                                                                       \
    "{\"code\":\"SUCCESS\",\"data\":{\"contractList\":[{\"contractId\":\"30000001\","              \
    "\"contractName\":\"BTCUSDC\",\"tickSize\":\"0.1\",\"stepSize\":\"0.001\",\"minOrderSize\":"   \
    "\"0.001\",\"enableTrade\":" trades ",\"enableOpenPosition\":" opens "}]},\"msg\":null}"
#define LIGHTER(closes)                                                                            \
    "{\"code\":200,\"order_book_details\":[{\"symbol\":\"BTC\",\"market_id\":1,\"market_type\":"   \
    "\"perp\",\"status\":\"active\",\"min_base_amount\":\"0.005\",\"min_quote_amount\":\"10\","    \
    "\"size_decimals\":4,\"price_decimals\":2,\"market_config\":{\"force_reduce_only\":" closes    \
    "}}]}"
#define BACKPACK(state)                                                                            \
    "[{\"symbol\":\"BTC_USDC_PERP\",\"marketType\":\"PERP\",\"filters\":{\"price\":{\"tickSize\":" \
    "\"0.1\"},\"quantity\":{\"minQuantity\":\"0.00001\",\"stepSize\":\"0.00001\"}},"               \
    "\"orderBookState\":\"" state "\",\"visible\":true}]"
#define EXTENDED(status)                                                                           \
    "{\"status\":\"OK\",\"data\":[{\"name\":\"BTC-USD\",\"active\":true,\"status\":\"" status      \
    "\",\"tradingConfig\":{\"minOrderSize\":\"0.0001\",\"minOrderSizeChange\":\"0.00001\","        \
    "\"minPriceChange\":\"1\"}}]}"

static void test_closes_only(void **state) {
    (void)state;
    static const struct {
        const char *venue, *body;
        bool ready, closes_only;
    } rows[] = {
        {"edgex", EDGEX("true", "true"), true, false},
        {"edgex", EDGEX("true", "false"), true, true},
        {"edgex", EDGEX("false", "true"), false, false},
        {"lighter", LIGHTER("false"), true, false},
        {"lighter", LIGHTER("true"), true, true},
        {"backpack", BACKPACK("Open"), true, false},
        {"backpack", BACKPACK("LimitOnly"), true, true},
        {"backpack", BACKPACK("CancelOnly"), false, false},
        {"extended", EXTENDED("ACTIVE"), true, false},
        {"extended", EXTENDED("REDUCE_ONLY"), true, true},
        {"extended", EXTENDED("DELISTED"), false, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct universe universe;
        struct md md;
        struct seen seen = {.sink = {on_update}};
        const struct venue *venue = venue_find(slice_of(rows[i].venue));
        assert_non_null(venue);
        assert_int_equal(universe_create(&universe, 1, 1), STATUS_OK);
        assert_int_equal(symbol_parse(&universe.symbols[0], SLICE("BTC/USDT")), STATUS_OK);
        assert_int_equal(md_create(&md, venue->md, &universe, 0), STATUS_OK);
        venue->md->decode_rest(&md, MD_REQUEST_INSTRUMENTS, 0, slice_of(rows[i].body), &seen.sink);
        assert_int_equal(seen.count, 1);
        assert_int_equal(seen.listing.ready, rows[i].ready);
        assert_int_equal(seen.listing.closes_only, rows[i].closes_only);
        md_finish(&md);
        universe_finish(&universe);
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closes_only),
    };
    return cmocka_run_group_tests_name("closes_only", tests, NULL, NULL);
}
