// A whole desk with an eleventh venue: its simulator serves a recording over TLS on the loopback
// interface, its feed connects, and quotes, books, rules and funding come out at the other end.
// Configuration, simulator, feeds and engine are the program's, linked as they are.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "cli/verbs.h"
#include "exchanges/venues.h"
#include "toy.h"

enum { ROWS = 400, WAIT_MS = 20000 };

static struct {
    _Atomic uint32_t quotes[VENUE_MAX];
    _Atomic int64_t bid;
} seen;

static void on_quote(void *arg, uint16_t venue, uint16_t symbol, const struct quote *quote,
                     int64_t latency_ns) {
    (void)arg;
    (void)latency_ns;
    assert_int_equal(symbol, 0);
    atomic_fetch_add(&seen.quotes[venue], 1);
    atomic_store(&seen.bid, quote->bid.v);
}

static char recording[] = "test_toy_venue.XXXXXX.csv";

static int write_recording(void **state) {
    (void)state;
    int fd = mkstemps(recording, 4);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (file == NULL) {
        return -1;
    }
    (void)fputs("ts_ns,venue,symbol,bid,bid_size,ask,ask_size\n", file);
    for (int i = 0; i < ROWS; i++) {
        (void)fprintf(file, "%lld,toy,BTCUSDT,%d.5,1.25,%d.5,2\n",
                      1700000000000000000 + i * 100 * (long long)NS_PER_MS, 61000 + i % 7,
                      61001 + i % 7);
    }
    return fclose(file);
}

static int remove_recording(void **state) {
    (void)state;
    return unlink(recording);
}

static void the_table_has_one_row_more(void **state) {
    (void)state;
    struct config_venue venues[VENUE_MAX];
    assert_int_equal(venue_table_count, 11);
    assert_int_equal(cli_venues(venues), 11);
    assert_string_equal(venues[10].name, "toy");
    assert_ptr_equal(venue_find(SLICE("toy"))->sim, &toy_sim);
}

// Keys of the configuration come from the table.
static void it_is_configured_like_any_other(void **state) {
    (void)state;
    static struct config config;
    struct cli_args args = {.sets = {"venues.toy=reference", "fees.toy.taker_bps=0.2bps"},
                            .set_count = 2};
    if (cli_load_config(&args, &config, NULL) != STATUS_OK) {
        fail_msg("%s", status_text());
    }
    assert_int_equal(config.venue_count, 11);
    for (uint16_t i = 0; i < config.venue_count; i++) {
        if (strcmp(config.venues[i].name, "toy") == 0) {
            assert_int_equal(config.venues[i].role, VENUE_REFERENCE);
            assert_int_equal(config.venues[i].maker_fee.v, 100);
            assert_int_equal(config.venues[i].taker_fee.v, 20);
        }
    }
}

static bool wait_for_quotes(uint32_t count) {
    for (int waited_ms = 0; waited_ms < WAIT_MS; waited_ms += 20) {
        if (atomic_load(&seen.quotes[0]) >= count) {
            return true;
        }
        (void)usleep(20 * 1000);
    }
    return false;
}

static void quotes_come_through(void **state) {
    (void)state;
    static struct config config;
    struct cli_args args = {.sets = {"desk.symbols=BTC/USDT"}, .set_count = 1};
    if (cli_load_config(&args, &config, NULL) != STATUS_OK) {
        fail_msg("%s", status_text());
    }
    struct desk_run_options options = {
        .config = &config, .demo = true, .demo_path = recording, .on_quote = on_quote};
    struct desk_run *desk = NULL;
    if (desk_run_open(&desk, &options) != STATUS_OK || desk_run_start(desk) != STATUS_OK) {
        fail_msg("%s", status_text());
    }
    const struct universe *universe = desk_run_universe(desk);
    assert_int_equal(universe->venue_count, 1); // the others have nothing to show
    assert_string_equal(universe->venues[0].name, "toy");
    bool came = wait_for_quotes(20);
    desk_run_stop(desk);
    print_message("# %u quotes\n", atomic_load(&seen.quotes[0]));
    assert_true(came);
    assert_int_equal(atomic_load(&seen.bid) % PX_ONE, PX_ONE / 2);
    assert_true(universe->listings[0].ready);
    assert_int_equal(universe->listings[0].tick.v, PX_ONE / 10);
    desk_run_close(desk);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_has_one_row_more),
        cmocka_unit_test(it_is_configured_like_any_other),
        cmocka_unit_test(quotes_come_through),
    };
    return cmocka_run_group_tests(tests, write_recording, remove_recording);
}
