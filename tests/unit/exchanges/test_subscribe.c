// What each venue is asked for with the most symbols a desk may have, twenty of them with books:
// every message fits the feed's buffer, and at the venue's pace all are out within two minutes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exchanges/venues.h"

// As io/feed.c: room for one message, and what a venue takes that tells no limits.
enum { MESSAGE_MAX = 16 * 1024, BURST = 50, PER_MINUTE = 600, BOOKS = 20, WITHIN_S = 120 };

static uint32_t count_messages(struct md *md, uint32_t connection, size_t *largest) {
    static char buffer[MESSAGE_MAX];
    uint32_t step = 0;
    for (;; step++) {
        struct text text = TEXT_OVER(buffer);
        if (!md->venue->subscribe(md, connection, step, &text)) {
            return step;
        }
        assert_false(text.truncated);
        assert_true(text.size > 0 && step < 10000);
        *largest = text.size > *largest ? text.size : *largest;
    }
}

static void check_venue(const struct universe *universe, const struct venue_md *venue) {
    struct md *md = calloc(1, sizeof(*md));
    assert_non_null(md);
    assert_int_equal(md_create(md, venue, universe, 0), STATUS_OK);
    uint32_t listed = 0;
    for (uint16_t i = 0; i < universe->symbol_count; i++) {
        bool is = md->listings[i].native[0] != '\0';
        md->native_ids[i] = is ? i + 1u : 0;
        md->wants_book[i] = is && (listed < BOOKS || venue->quote_from_book);
        listed += is;
    }
    assert_int_equal(listed, SYMBOL_MAX);
    size_t largest = 0;
    uint32_t messages = 0;
    for (uint32_t i = 0; i < MD_CONNECTIONS_MAX && venue->mainnet.ws[i] != NULL; i++) {
        messages += count_messages(md, i, &largest);
    }
    uint32_t burst = venue->send_per_minute > 0 ? venue->send_burst : BURST;
    uint32_t minute = venue->send_per_minute > 0 ? venue->send_per_minute : PER_MINUTE;
    assert_true(burst > 0);
    uint32_t seconds = messages <= burst ? 0 : ((messages - burst) * 60 + minute - 1) / minute;
    print_message("# %s: %u messages, the largest %zu bytes, %u s\n", venue->name, messages,
                  largest, seconds);
    assert_true(seconds <= WITHIN_S);
    md_finish(md);
    free(md);
}

static void test_most_symbols(void **state) {
    (void)state;
    struct universe universe;
    assert_int_equal(universe_create(&universe, 1, SYMBOL_MAX), STATUS_OK);
    for (uint16_t i = 0; i < SYMBOL_MAX; i++) {
        char name[SYMBOL_NAME_MAX];
        (void)snprintf(name, sizeof(name), "LONGNAME%u/USDT", i);
        assert_int_equal(symbol_parse(&universe.symbols[i], slice_of(name)), STATUS_OK);
    }
    for (uint32_t i = 0; i < venue_table_count; i++) {
        check_venue(&universe, venue_table[i].md);
    }
    universe_finish(&universe);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_most_symbols)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
