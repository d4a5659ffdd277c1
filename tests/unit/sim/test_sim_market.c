// What stands for what, how prices and sizes turn into a venue's own, and that frames go out byte
// for byte.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "sim/sim_market.h"

static const struct venue_sim *const servers[] = {&binance_sim, &okx_sim, &hyperliquid_sim};

struct listener {
    struct sim_market_session session;
    struct vsim_out out;
    uint32_t count;
    char last[4096];
    struct tape *expected; // NULL: just listen
    uint64_t compared;
};

static struct tape_record record;

// The next frame of the recording that this session subscribed to, without its wrapping.
static struct slice next_expected(struct listener *listener) {
    for (;;) {
        assert_int_equal(tape_next(listener->expected, &record), STATUS_OK);
        assert_int_not_equal(record.kind, TAPE_END);
        struct slice raw = record.raw;
        if (slice_equals(record.venue, SLICE("binance")) && !record.rest &&
            (slice_starts(raw, SLICE("{\"stream\":\"btcusdt@bookTicker\"")) ||
             slice_starts(raw, SLICE("{\"stream\":\"ethusdt@depth@0ms\"")))) {
            const char *data = strstr(raw.data, "\"data\":") + 7;
            return (struct slice){data, (size_t)(raw.data + raw.size - 1 - data)};
        }
    }
}

static void on_send(struct vsim_out *out, struct slice message) {
    struct listener *listener = (void *)((char *)out - offsetof(struct listener, out));
    listener->count++;
    (void)string_copy(listener->last, sizeof(listener->last), message);
    if (listener->expected != NULL && slice_starts(message, SLICE("{\"e\":"))) {
        assert_true(slice_equals(message, next_expected(listener)));
        listener->compared++;
    }
}

static struct listener *attach(struct sim_market *market, uint32_t venue, const char *path) {
    struct listener *listener = calloc(1, sizeof(*listener));
    assert_non_null(listener);
    listener->out.send = on_send;
    assert_int_equal(sim_market_attach(market, venue, &listener->session, &listener->out),
                     STATUS_OK);
    assert_true(servers[venue]->open(&listener->session.session, slice_of(path)));
    return listener;
}

static void detach(struct sim_market *market, struct listener *listener) {
    sim_market_detach(market, &listener->session);
    free(listener);
}

static void recorded_frames_go_out_unchanged(void **state) {
    (void)state;
    struct sim_market_options options = {.path = DEMO_PATH, .venues = servers, .venue_count = 3};
    struct sim_market *market;
    assert_int_equal(sim_market_create(&market, &options), STATUS_OK);
    struct listener *listener = attach(market, 0, "/public/ws");
    assert_int_equal(tape_create(&listener->expected, DEMO_PATH), STATUS_OK);
    sim_market_text(market, &listener->session,
                    SLICE("{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@bookTicker\",\"ethusdt@"
                          "depth@0ms\"],\"id\":1}"));
    int64_t now_ns = sim_market_start_ns(market);
    int64_t next_ns = now_ns;
    while (next_ns != INT64_MAX) {
        next_ns = sim_market_step(market, now_ns);
        now_ns = next_ns;
    }
    assert_true(listener->compared > 34000);
    tape_destroy(listener->expected);
    detach(market, listener);
    sim_market_destroy(market);
}

static char folder[64];

static struct sim_market *from_text(const char *name, const char *text, const struct sim_map *map,
                                    uint32_t map_count, bool loop) {
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    assert_int_equal(fclose(file), 0);
    struct sim_market_options options = {.path = path,
                                         .venues = servers,
                                         .venue_count = 3,
                                         .map = map,
                                         .map_count = map_count,
                                         .loop = loop};
    struct sim_market *market;
    assert_int_equal(sim_market_create(&market, &options), STATUS_OK);
    market->options.path = NULL;
    return market;
}

static const struct vsim_listing *shown(const struct sim_market *market, uint32_t venue,
                                        const char *native) {
    return vsim_find(&market->worlds[venue], slice_of(native));
}

static void tables_stand_for_any_venue(void **state) {
    (void)state;
    static const char text[] = "ts_ns,venue,symbol,bid,bid_size,ask,ask_size\n"
                               "1000000000,paradex,BTC-USD-PERP,61837.63,1.5,61837.64,0.25\n"
                               "1000000000,lighter,BTC,61840.1,2,61840.2,\n"
                               "1000000000,hyperliquid,ETH,2683.81,3.00009,2683.82,4\n";
    struct sim_market *market = from_text("any.csv", text, NULL, 0, false);
    (void)sim_market_step(market, sim_market_start_ns(market));
    // Its own name first; the others take what is free, in order.
    const struct vsim_listing *listing = shown(market, 2, "ETH");
    assert_non_null(listing);
    assert_int_equal(listing->bid.v, 26838 * PX_ONE / 10); // five digits, outwards
    assert_int_equal(listing->ask.v, 26839 * PX_ONE / 10);
    assert_int_equal(listing->bid_size.v, 3 * QTY_ONE);
    listing = shown(market, 0, "BTCUSDT");
    assert_non_null(listing);
    assert_int_equal(listing->bid.v,
                     6183763 * PX_ONE / 100); // finer than Binance's rule, shown as recorded
    listing = shown(market, 1, "BTC-USDT-SWAP");
    assert_non_null(listing);
    assert_int_equal(listing->ask.v, 618402 * PX_ONE / 10);
    assert_int_equal(listing->ask_size.v, 161 * QTY_ONE / 10000); // unknown: 1000 USD, on the lot
    assert_int_equal(listing->bid_count, 1);
    sim_market_destroy(market);

    static const struct sim_map map[] = {{"lighter", "hyperliquid"}, {"hyperliquid", "okx"}};
    market = from_text("any.csv", text, map, 2, false);
    (void)sim_market_step(market, sim_market_start_ns(market));
    assert_non_null(shown(market, 2, "BTC"));
    assert_int_equal(shown(market, 2, "BTC")->bid.v, 61840 * PX_ONE);
    assert_int_equal(shown(market, 2, "BTC")->ask.v, 61841 * PX_ONE);
    assert_non_null(shown(market, 1, "ETH-USDT-SWAP"));
    assert_non_null(shown(market, 0, "BTCUSDT"));
    sim_market_destroy(market);
}

#define FRAME(t, venue, stream, data)                                                              \
    "{\"t_ns\":" t ",\"venue\":\"" venue "\",\"chan\":\"ws\",\"raw\":{\"stream\":\"" stream        \
    "\",\"data\":" data "}}\n"
#define REST(t, venue, symbol, raw)                                                                \
    "{\"t_ns\":" t ",\"venue\":\"" venue                                                           \
    "\",\"chan\":\"rest\",\"url\":\"https://h/depth?symbol=" symbol "&limit=1000\",\"raw\":" raw   \
    "}\n"

static void contracts_become_base_units(void **state) {
    (void)state;
    struct sim_market *market =
        from_text("coinm.ndjson",
                  REST("1000000000", "binance-coinm", "BTCUSD_PERP",
                       "{\"lastUpdateId\":5,\"bids\":[[\"50000.0\",\"1000\"],[\"49999.9\",\"1\"]],"
                       "\"asks\":[[\"50000.1\",\"20\"]]}"),
                  NULL, 0, false);
    (void)sim_market_step(market, sim_market_start_ns(market));
    const struct vsim_listing *listing = shown(market, 1, "BTC-USDT-SWAP");
    assert_non_null(listing);
    assert_int_equal(listing->bids[0].size.v, 2 * QTY_ONE);          // 1000 * 100 USD / 50000
    assert_int_equal(listing->bids[1].size.v, 20 * QTY_ONE / 10000); // 0.002 BTC = 0.2 contracts
    struct vsim_request request = {.method = SLICE("GET"),
                                   .path = SLICE("/api/v5/market/books"),
                                   .query = SLICE("instId=BTC-USDT-SWAP&sz=5")};
    char headers[VSIM_HEADERS_SIZE], body[1024];
    struct vsim_reply reply = {.headers = TEXT_OVER(headers), .body = TEXT_OVER(body)};
    sim_market_answer(market, 1, &request, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(
        body, "\"bids\":[[\"50000\",\"200\",\"0\",\"1\"],[\"49999.9\",\"0.2\",\"0\",\"1\"]]"));
    sim_market_destroy(market);
}

static void levels_join_on_a_coarser_tick(void **state) {
    (void)state;
    struct sim_market *market =
        from_text("spot.ndjson",
                  REST("1000000000", "binance-spot", "BTCUSDT",
                       "{\"lastUpdateId\":5,\"bids\":[[\"61837.63\",\"1\"],[\"61837.20\",\"2\"],["
                       "\"61836.99\",\"4\"]],"
                       "\"asks\":[[\"61837.64\",\"0.5\"],[\"61838.00\",\"0.25\"],[\"61838.01\",\"0."
                       "000001\"]]}") FRAME("1000000001", "binance-spot", "btcusdt@bookTicker",
                                            "{\"u\":6,\"s\":\"BTCUSDT\",\"b\":\"61837.50\",\"B\":"
                                            "\"3\",\"a\":\"61837.64\",\"A\":\"0.5\"}"),
                  NULL, 0, false);
    (void)sim_market_step(market, sim_market_start_ns(market) + NS_PER_MS);
    const struct vsim_listing *listing = shown(market, 2, "BTC");
    assert_non_null(listing);
    assert_int_equal(listing->bid_count, 2);
    assert_int_equal(listing->bids[0].price.v, 61837 * PX_ONE);
    assert_int_equal(listing->bids[0].size.v, 3 * QTY_ONE);
    assert_int_equal(listing->asks[0].price.v, 61838 * PX_ONE);
    assert_int_equal(listing->asks[0].size.v, 75 * QTY_ONE / 100);
    assert_int_equal(listing->asks[1].price.v, 61839 * PX_ONE);
    assert_int_equal(listing->asks[1].size.v, QTY_ONE / 100000); // not zero
    assert_int_equal(listing->bid.v, 61837 * PX_ONE);
    assert_int_equal(listing->bid_size.v,
                     5 * QTY_ONE); // the ticker's 3 and the 2 that rest above 61837
    sim_market_destroy(market);
}

static void rounds_move_ids_and_stamps(void **state) {
    (void)state;
    static const struct {
        const char *name, *frame, *moved;
    } rows[] = {
        {"ticker",
         "{\"e\":\"bookTicker\",\"u\":12,\"s\":\"X\",\"b\":\"1.50\",\"T\":1000,\"E\":1001}",
         "{\"e\":\"bookTicker\",\"u\":112,\"s\":\"X\",\"b\":\"1.50\",\"T\":1007,\"E\":1008}"},
        {"delta", "{\"U\":9,\"u\":12,\"pu\":8,\"b\":[[\"1\",\"2\"]],\"a\":[]}",
         "{\"U\":109,\"u\":112,\"pu\":108,\"b\":[[\"1\",\"2\"]],\"a\":[]}"},
        {"trade", "{\"t\":5,\"p\":\"7\",\"E\":993}", "{\"t\":105,\"p\":\"7\",\"E\":1000}"},
        {"nothing", "{\"x\":1,\"T\":\"5\"}", "{\"x\":1,\"T\":\"5\"}"},
        {"cut", "{\"u\":", "{\"u\":"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char out[256];
        struct text text = TEXT_OVER(out);
        sim_frame_move(slice_of(rows[i].frame), 100, 7, &text);
        if (strcmp(out, rows[i].moved) != 0) {
            fail_msg("%s: %s", rows[i].name, out);
        }
    }
}

static void refuses_what_it_cannot_show(void **state) {
    (void)state;
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/other.ndjson", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("{\"t_ns\":1,\"venue\":\"okx\",\"chan\":\"ws\",\"raw\":{}}\n", file);
    assert_int_equal(fclose(file), 0);
    struct sim_market_options options = {.path = path, .venues = servers, .venue_count = 3};
    struct sim_market *market;
    assert_int_equal(sim_market_create(&market, &options), STATUS_DATA);
    assert_non_null(strstr(status_text(), "no order books"));
    file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("{\"t_ns\":1,\"venue\":\"a\"\n", file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(sim_market_create(&market, &options), STATUS_DATA);
    assert_non_null(strstr(status_text(), "other.ndjson:1: "));
}

static void goes_on_behind_a_bad_line(void **state) {
    (void)state;
    struct sim_market *market = from_text("bad.csv",
                                          "ts_ns,venue,symbol,bid,bid_size,ask,ask_size\n"
                                          "1000000000,okx,BTC-USDT-SWAP,100,1,101,1\n"
                                          "oops\n"
                                          "1000000001,okx,BTC-USDT-SWAP,102,1,103,1\n",
                                          NULL, 0, false);
    (void)sim_market_step(market, sim_market_start_ns(market) + 10);
    assert_int_equal(market->bad_records, 1);
    assert_int_equal(shown(market, 1, "BTC-USDT-SWAP")->bid.v, 102 * PX_ONE);
    sim_market_destroy(market);
}

static int make_folder(void **state) {
    (void)state;
    (void)snprintf(folder, sizeof(folder), "test_sim_market.XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state) {
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_frames_go_out_unchanged),
        cmocka_unit_test(tables_stand_for_any_venue),
        cmocka_unit_test(contracts_become_base_units),
        cmocka_unit_test(levels_join_on_a_coarser_tick),
        cmocka_unit_test(rounds_move_ids_and_stamps),
        cmocka_unit_test(refuses_what_it_cannot_show),
        cmocka_unit_test(goes_on_behind_a_bad_line),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
