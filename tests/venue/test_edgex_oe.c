// edgeX's order entry read from outside: every private sample of the sheet, every code of its
// section 7, every way an order ends; and what cannot be told to the venue.
#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/exchanges/oe_fixture.h"

static const char *const symbols[] = {"BTC/USDT", "ETH/USDT"};

static const struct slice secrets[OE_SECRETS_MAX] = {
    {"543429922991899150", 18},
    {"6e3f0a52-throw-away-0001", 24},
    {"throw-away-secret-0123456789abcdef", 34},
    {"throwAwayPassphrase", 19},
    {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 64}};

// The sample's contract is that of the venue's documents. ETH has its resolution in hex, and a
// rebate for makers.
static const char metadata[] =
    "{\"code\":\"SUCCESS\",\"data\":{\"contractList\":[{\"contractId\":\"10000001\","
    "\"contractName\":\"BTCUSDC\",\"quoteCoinId\":\"1000\",\"resolution\":\"10000000000\","
    "\"defaultTakerFeeRate\":\"0.00038\",\"defaultMakerFeeRate\":\"0.00015\"},"
    "{\"contractId\":\"10000002\",\"contractName\":\"ETHUSDC\",\"quoteCoinId\":\"1000\","
    "\"resolution\":\"0x3b9aca00\",\"defaultTakerFeeRate\":\"0.00038\",\"defaultMakerFeeRate\":"
    "\"-0.00001\"},{\"contractId\":\"10000003\",\"contractName\":\"OTHERUSDC\",\"quoteCoinId\":"
    "\"1000\",\"resolution\":\"1\"}],\"coinList\":[{\"coinId\":\"1001\",\"resolution\":\"5\"},"
    "{\"coinId\":\"1000\",\"resolution\":\"0xf4240\"}],\"global\":{\"chainId\":3343,"
    "\"contractAddress\":\"0xeeb3fb05cca17745cbdf193a9b16537efb68fac8\"}}}";

static struct oe_fixture fixture;
static const struct slice none = {"", 0};

static void answer(enum oe_call_kind kind, uint32_t http_status, struct slice body) {
    struct oe_call call = {
        .kind = kind,
        .tag = 7,
        .symbol = kind == OE_PLACE || kind == OE_CANCEL || kind == OE_QUERY ? 0 : OE_SYMBOL_NONE,
        .client_id = SLICE("pd-1"),
        .venue_id = kind == OE_PLACE ? none : SLICE("726881470857084943"),
        .now_ns = NS_PER_S};
    edgex_oe.decode_answer(&fixture.oe, &call, http_status, none, body, &fixture.sink);
}

static void begin(void) {
    assert_int_equal(oe_fixture_create(&fixture, "edgex", symbols, 2, secrets), STATUS_OK);
    oe_fixture_learn(&fixture, 0, (struct px){PX_ONE / 10}, (struct qty){QTY_ONE / 1000});
    oe_fixture_learn(&fixture, 1, (struct px){PX_ONE / 100}, (struct qty){QTY_ONE / 100});
    answer(OE_RULES, 200, slice_of(metadata));
    assert_string_equal(fixture.lines_data,
                        "{\"event\":\"end\",\"call\":\"rules\",\"tag\":7,\"rows\":2}\n");
    text_clear(&fixture.lines);
}

static void expect(const char *what, const char *lines) {
    if (strcmp(fixture.lines_data, lines) != 0) {
        print_message("# %s gave:\n# %s", what, fixture.lines_data);
    }
    assert_string_equal(fixture.lines_data, lines);
    text_clear(&fixture.lines);
}

// ---- samples -----------------------------------------------------------------------------------

enum { FRAME = -1 };

static const struct sample {
    const char *name;
    int kind; // enum oe_call_kind, or FRAME
    uint32_t http_status;
    const char *lines;
} samples[] = {
    {"rest_order_ok", OE_PLACE, 200,
     "{\"event\":\"accepted\",\"call\":\"place\",\"tag\":7,\"symbol\":\"BTCUSDC\",\"client_id\":"
     "\"pd-1\",\"venue_id\":\"726881470857084943\"}\n"},
    {"rest_order_error", OE_PLACE, 400,
     "{\"event\":\"rejected\",\"call\":\"place\",\"tag\":7,\"symbol\":\"BTCUSDC\",\"error\":"
     "\"request\",\"text\":\"GATEWAY_PARAM_INVALID: illustrative\"}\n"
     "{\"event\":\"rejected\",\"call\":\"place\",\"tag\":7,\"symbol\":\"BTCUSDC\",\"error\":"
     "\"keys\",\"text\":\"INVALID_API_KEY: illustrative\"}\n"},
    {"rest_cancel_ok", OE_CANCEL, 200,
     "{\"event\":\"accepted\",\"call\":\"cancel\",\"tag\":7,\"symbol\":\"BTCUSDC\",\"client_id\":"
     "\"pd-1\",\"venue_id\":\"726881470857084943\"}\n"},
    {"rest_open_orders", OE_OPEN_ORDERS, 200,
     "{\"event\":\"order\",\"call\":\"orders\",\"tag\":7,\"symbol\":\"BTCUSDC\",\"client_id\":"
     "\"21163368294502694\",\"venue_id\":\"564829588270612618\",\"state\":\"new\",\"side\":\"buy\","
     "\"filled\":\"0\",\"price\":\"97393.8\",\"size\":\"0.001\",\"snapshot\":true,\"time_ms\":"
     "1734662372567}\n"
     "{\"event\":\"end\",\"call\":\"orders\",\"tag\":7,\"rows\":1}\n"},
    {"rest_positions", OE_POSITIONS, 200,
     "{\"event\":\"position\",\"call\":\"positions\",\"tag\":7,\"symbol\":\"BTCUSDC\",\"net\":\"-0."
     "001\",\"average\":\"97444.6\",\"unrealised\":\"-0.01\",\"snapshot\":true}\n"
     "{\"event\":\"end\",\"call\":\"positions\",\"tag\":7,\"rows\":1}\n"},
    {"rest_positions", OE_BALANCES, 200,
     "{\"event\":\"balance\",\"call\":\"balances\",\"tag\":7,\"equity\":\"15.48\",\"available\":"
     "\"14.5\"}\n"
     "{\"event\":\"end\",\"call\":\"balances\",\"tag\":7,\"rows\":1}\n"},
    {"ws_connected", FRAME, 0, "{\"event\":\"alive\"}\n"},
    {"ws_error", FRAME, 0,
     "{\"event\":\"session\",\"socket\":0,\"state\":\"off\",\"error\":\"symbol\",\"text\":"
     "\"invalid contractId:100000001\"}\n"},
    {"ws_private_snapshot", FRAME, 0, "{\"event\":\"session\",\"socket\":0,\"state\":\"on\"}\n"},
    {"ws_order_update", FRAME, 0,
     "{\"event\":\"order\",\"symbol\":\"BTCUSDC\",\"client_id\":\"21163368294502694\",\"venue_id\":"
     "\"564829588270612618\",\"state\":\"new\",\"side\":\"buy\",\"filled\":\"0\",\"price\":\"97393."
     "8\",\"size\":\"0.001\",\"time_ms\":1734662372567}\n"},
    {"ws_fill", FRAME, 0,
     "{\"event\":\"order\",\"symbol\":\"BTCUSDC\",\"client_id\":\"21163368294502694\",\"venue_id\":"
     "\"564815695875932430\",\"state\":\"filled\",\"side\":\"buy\",\"filled\":\"0.001\","
     "\"average\":\"97444.6\",\"price\":\"97393.8\",\"size\":\"0.001\",\"time_ms\":1734662372567}"
     "\n"
     "{\"event\":\"fill\",\"symbol\":\"BTCUSDC\",\"venue_id\":\"564815695875932430\",\"trade\":"
     "564815957260763406,\"side\":\"buy\",\"price\":\"97444.6\",\"size\":\"0.001\",\"fee\":\"0."
     "01754\",\"liquidity\":\"maker\",\"time_ms\":1734661081049}\n"},
    {"ws_ping", FRAME, 0,
     "{\"event\":\"reply\",\"text\":\"{\\\"type\\\":\\\"pong\\\",\\\"time\\\":"
     "\\\"1789136310001\\\"}\"}\n"
     "{\"event\":\"alive\"}\n"},
    {"rest_instruments", OE_RULES, 200,
     "{\"event\":\"end\",\"call\":\"rules\",\"tag\":7,\"rows\":1}\n"},
    {"rest_instruments", OE_FEES, 200,
     "{\"event\":\"fee\",\"call\":\"fees\",\"tag\":7,\"symbol\":\"BTCUSDC\",\"maker_bps\":\"1.5\","
     "\"taker_bps\":\"3.8\"}\n"
     "{\"event\":\"fee\",\"call\":\"fees\",\"tag\":7,\"symbol\":\"ETHUSDC\",\"maker_bps\":\"-0.1\","
     "\"taker_bps\":\"3.8\"}\n"
     "{\"event\":\"end\",\"call\":\"fees\",\"tag\":7,\"rows\":2}\n"},
};

static void decode_sample(const struct sample *sample, struct slice message) {
    if (sample->kind == FRAME) {
        edgex_oe.decode_frame(&fixture.oe, 0, message, NS_PER_S, &fixture.sink);
    } else {
        answer((enum oe_call_kind)sample->kind, sample->http_status, message);
    }
}

static void test_samples(void **state) {
    (void)state;
    if (!harness_has_shared()) {
        skip();
    }
    begin();
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        char name[64];
        struct text text = TEXT_OVER(name);
        size_t size;
        struct json r;
        text_add_format(&text, "%s.json", samples[i].name);
        char *data = harness_read(harness_path("venues/samples/edgex", name), &size);
        char *compact = malloc(size + 1);
        assert_non_null(compact);
        // As a venue sends it: the file has blanks and line ends.
        json_init(&r,
                  harness_compact(harness_member((struct slice){data, size}, "messages"), compact));
        json_array_begin(&r);
        while (json_array_next(&r)) {
            decode_sample(&samples[i], json_raw(&r));
        }
        assert_true(json_end(&r));
        expect(samples[i].name, samples[i].lines);
        free(compact);
        free(data);
    }
    oe_fixture_finish(&fixture);
}

// ---- refusals ----------------------------------------------------------------------------------

static const struct refusal {
    enum oe_call_kind kind;
    uint32_t http_status;
    const char *body;
    const char *event; // what follows the call's name and tag, from "error" or "text" on
} refusals[] = {
#define CODE(code) "{\"code\":\"" code "\",\"data\":null,\"msg\":\"why\",\"errorParam\":null}"
    {OE_PLACE, 401, CODE("INVALID_API_KEY"), "rejected keys"},
    {OE_BALANCES, 200, CODE("INVALID_API_KEY"), "rejected keys"},
    {OE_PLACE, 400, CODE("GATEWAY_HEADER_REQUIRED"), "rejected request"},
    {OE_PLACE, 400, CODE("GATEWAY_PARAM_INVALID"), "rejected request"},
    {OE_CANCEL, 200, CODE("GATEWAY_PARAM_INVALID"), "rejected request"},
    {OE_LEVERAGE, 200, CODE("ACCOUNT_UPDATE_LEVERAGE_FAILED_ORDER"), "rejected limit"},
    {OE_PLACE, 400, CODE("INVALID_CONTRACT_ID"), "rejected symbol"},
    {OE_PLACE, 400, CODE("MARGIN_NOT_ENOUGH"), "rejected margin"},
    {OE_PLACE, 400, CODE("REDUCE_ONLY_CANCELED"), "rejected reduce_only"},
    // A code that nobody knows: refused where the status says so, else to be asked for.
    {OE_PLACE, 400, CODE("NEVER_SEEN"), "rejected other"},
    {OE_PLACE, 200, CODE("NEVER_SEEN"), "unknown none"},
    {OE_CANCEL_ALL, 200, CODE("NEVER_SEEN"), "unknown none"},
    {OE_QUERY, 200, CODE("NEVER_SEEN"), "rejected other"},
    {OE_FILLS, 404, CODE("NEVER_SEEN"), "rejected other"},
    // Too many, the gateway's refusal, and a venue that does not know itself.
    {OE_PLACE, 429, CODE("GATEWAY_TOO_MANY_REQUESTS"), "rejected rate"},
    {OE_PLACE, 429, "", "rejected rate"},
    {OE_PLACE, 403, "\"error code: 1020\"", "rejected busy"},
    {OE_PLACE, 500, CODE("GATEWAY_PARAM_INVALID"), "unknown none"},
    {OE_PLACE, 502, "<html>bad gateway</html>", "unknown none"},
    {OE_BALANCES, 502, "<html>bad gateway</html>", "rejected busy"},
    // Success without what makes one.
    {OE_PLACE, 200, "{\"code\":\"SUCCESS\",\"data\":{}}", "unknown none"},
    {OE_PLACE, 200, "{\"code\":\"SUCCESS\",\"data\":null}", "unknown none"},
    {OE_PLACE, 200, "", "unknown none"},
    {OE_CANCEL, 200, "{\"code\":\"SUCCESS\",\"data\":{\"cancelResultMap\":{}}}", "unknown none"},
    {OE_POSITIONS, 200, "{\"code\":\"SUCCESS\",\"data\":{}}", "surprise none"},
    {OE_BALANCES, 200, "not JSON", "surprise none"},
    {OE_RULES, 200, "{\"code\":\"SUCCESS\",\"data\":{\"contractList\":[]}}", "surprise none"},
    {OE_FILLS, 200,
     "{\"code\":\"SUCCESS\",\"data\":{\"dataList\":[{\"id\":\"1\",\"contractId\":\"10000001\"}]}}",
     "surprise none"},
    // Orders that are not there.
    {OE_QUERY, 200, "{\"code\":\"SUCCESS\",\"data\":[]}", "order none"},
    {OE_CANCEL, 200,
     "{\"code\":\"SUCCESS\",\"data\":{\"cancelResultMap\":{\"726881470857084943\":"
     "\"FAILED_ORDER_NOT_FOUND\"}}}",
     "rejected no_order"},
    {OE_CANCEL, 200,
     "{\"code\":\"SUCCESS\",\"data\":{\"cancelResultMap\":{\"pd-1\":\"FAILED_ORDER_FILLED\"}}}",
     "rejected no_order"},
    {OE_CANCEL, 200,
     "{\"code\":\"SUCCESS\",\"data\":{\"cancelResultMap\":{\"pd-1\":\"FAILED_OTHERWISE\"}}}",
     "rejected other"},
    {OE_CANCEL, 200, "{\"code\":\"SUCCESS\",\"data\":{\"cancelResultMap\":{\"pd-1\":\"SUCCESS\"}}}",
     "accepted none"},
    {OE_CANCEL_ALL, 200, "{\"code\":\"SUCCESS\",\"data\":{\"cancelResultMap\":{}}}",
     "accepted none"},
    {OE_LEVERAGE, 200, "{\"code\":\"SUCCESS\",\"data\":null}", "accepted none"},
#undef CODE
};

static struct oe_event last;

static void keep_last(struct oe_sink *sink, const struct oe_event *event) {
    (void)sink;
    last = *event;
}

static void test_refusals(void **state) {
    (void)state;
    begin();
    fixture.sink.on_event = keep_last;
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        char seen_data[64];
        struct text seen = TEXT_OVER(seen_data);
        last = (struct oe_event){.kind = OE_EVENT_KIND_COUNT};
        answer(refusals[i].kind, refusals[i].http_status, slice_of(refusals[i].body));
        text_add_format(&seen, "%s %s", oe_event_name(last.kind), oe_error_name(last.error));
        if (strcmp(seen_data, refusals[i].event) != 0) {
            print_message("# row %zu: %s\n", i, refusals[i].body);
        }
        assert_string_equal(seen_data, refusals[i].event);
        assert_int_equal(last.tag, 7);
    }
    oe_fixture_finish(&fixture);
}

// The code, what the venue says of it, and which parameter it was.
static void test_words_are_kept(void **state) {
    (void)state;
    begin();
    answer(OE_PLACE, 400,
           SLICE("{\"code\":\"GATEWAY_PARAM_INVALID\",\"data\":null,\"msg\":\"bad price\","
                 "\"errorParam\":{\"name\":\"price\"}}"));
    expect("a bad price",
           "{\"event\":\"rejected\",\"call\":\"place\",\"tag\":7,\"symbol\":\"BTCUSDC\",\"error\":"
           "\"request\",\"text\":\"GATEWAY_PARAM_INVALID: bad price "
           "{\\\"name\\\":\\\"price\\\"}\"}\n");
    oe_fixture_finish(&fixture);
}

// A row that cannot be read leaves its list without an end: what is missing in it is not gone.
static void test_broken_rows(void **state) {
    (void)state;
    static const struct broken {
        enum oe_call_kind kind;
        const char *list; // what the rows stand in, with the row's place
        const char *good, *bad;
    } lists[] = {
        {OE_POSITIONS, "{\"positionList\":[%s]}",
         "{\"contractId\":\"10000002\",\"openSize\":\"0.01\"}",
         "{\"contractId\":\"10000001\",\"openSize\":\"much\"}"},
        {OE_OPEN_ORDERS, "{\"dataList\":[%s]}",
         "{\"id\":\"1\",\"contractId\":\"10000001\",\"side\":\"BUY\",\"status\":\"OPEN\"}",
         "{\"id\":\"2\",\"contractId\":\"10000001\",\"side\":\"BUY\",\"status\":\"NEW\"}"},
        {OE_FILLS, "{\"dataList\":[%s]}",
         "{\"id\":\"1\",\"contractId\":\"10000001\",\"orderId\":\"9\",\"orderSide\":\"BUY\","
         "\"fillSize\":\"0.001\",\"fillValue\":\"60\",\"fillFee\":\"0.01\"}",
         "{\"id\":\"2\",\"contractId\":\"10000001\",\"orderId\":\"9\",\"orderSide\":\"BUY\"}"},
    };
    begin();
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        for (int broken = 0; broken < 2; broken++) {
            char rows[640], data[704], body[768];
            (void)snprintf(rows, sizeof(rows), "%s%s%s", lists[i].good, broken ? "," : "",
                           broken ? lists[i].bad : "");
            struct text text = TEXT_OVER(data);
            const char *place = strstr(lists[i].list, "%s");
            text_add(&text, (struct slice){lists[i].list, (size_t)(place - lists[i].list)});
            text_add_string(&text, rows);
            text_add_string(&text, place + 2);
            assert_false(text.truncated);
            (void)snprintf(body, sizeof(body), "{\"code\":\"SUCCESS\",\"data\":%s}", data);
            answer(lists[i].kind, 200, slice_of(body));
            bool ended = strstr(fixture.lines_data, "\"event\":\"end\"") != NULL;
            bool surprised = strstr(fixture.lines_data, "\"event\":\"surprise\"") != NULL;
            if (ended == (broken == 1) || surprised != (broken == 1)) {
                fail_msg("%s gave %s", body, fixture.lines_data);
            }
            text_clear(&fixture.lines);
        }
    }
    oe_fixture_finish(&fixture);
}

// Pages go on while they bring rows of the time that was asked for.
static void test_pages_end(void **state) {
    (void)state;
#define FILL(time)                                                                                 \
    "{\"id\":\"1\",\"contractId\":\"10000001\",\"orderId\":\"9\",\"orderSide\":\"BUY\","           \
    "\"fillSize\":\"0.001\",\"fillValue\":\"60\",\"fillFee\":\"0.01\"," time "}"
#define CHANGE(time) "{\"type\":\"DEPOSIT\"," time "}"
    static const struct page {
        enum oe_call_kind kind;
        const char *rows, *cursor;
        bool goes_on;
    } pages[] = {
        {OE_FILLS, FILL("\"matchTime\":\"5000\""), "two", true},
        {OE_FILLS, FILL("\"matchTime\":\"5000\""), "", false},
        {OE_FILLS, FILL("\"matchTime\":\"5000\""), "one", false},
        {OE_FILLS, "", "two", false},
        {OE_FILLS, FILL("\"matchTime\":\"5000\"") "," FILL("\"matchTime\":\"3999\""), "two", false},
        {OE_FILLS, FILL("\"createdTime\":\"4000\",\"matchTime\":\"3999\""), "two", true},
        {OE_FILLS, "{\"contractId\":\"77\",\"matchTime\":\"3999\"}", "two", false},
        {OE_FUNDING_PAID, CHANGE("\"createdTime\":\"4000\""), "two", true},
        {OE_FUNDING_PAID, CHANGE("\"createdTime\":\"3999\""), "two", false},
        {OE_FUNDING_PAID, CHANGE("\"fundingTime\":\"3999\""), "two", false},
        // What is open is open, however old.
        {OE_OPEN_ORDERS,
         "{\"id\":\"1\",\"contractId\":\"10000001\",\"side\":\"BUY\",\"status\":\"OPEN\","
         "\"createdTime\":\"3999\"}",
         "two", true},
    };
#undef FILL
#undef CHANGE
    begin();
    fixture.sink.on_event = keep_last;
    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        char body[1024];
        struct oe_call call = {.kind = pages[i].kind,
                               .tag = 7,
                               .symbol = OE_SYMBOL_NONE,
                               .since_ns = 4 * NS_PER_S,
                               .cursor = SLICE("one"),
                               .now_ns = 9 * NS_PER_S};
        (void)snprintf(body, sizeof(body),
                       "{\"code\":\"SUCCESS\",\"data\":{\"dataList\":[%s],"
                       "\"nextPageOffsetData\":\"%s\"}}",
                       pages[i].rows, pages[i].cursor);
        last = (struct oe_event){.kind = OE_EVENT_KIND_COUNT};
        edgex_oe.decode_answer(&fixture.oe, &call, 200, none, slice_of(body), &fixture.sink);
        if (last.kind != OE_EVENT_END || (last.end.cursor.size > 0) != pages[i].goes_on) {
            fail_msg("page %zu: %s", i, body);
        }
    }
    oe_fixture_finish(&fixture);
}

// ---- how orders end ----------------------------------------------------------------------------

static const struct ending {
    const char *status, *reason, *time, *filled;
    const char *seen; // state and error
} endings[] = {
    {"PENDING", "UNKNOWN_ORDER_CANCEL_REASON", "GOOD_TIL_CANCEL", "0", "new none"},
    {"UNTRIGGERED", "", "GOOD_TIL_CANCEL", "0", "new none"},
    {"OPEN", "", "GOOD_TIL_CANCEL", "0", "new none"},
    {"OPEN", "", "GOOD_TIL_CANCEL", "0.001", "partial none"},
    {"CANCELING", "", "GOOD_TIL_CANCEL", "0", "new none"},
    {"CANCELING", "", "GOOD_TIL_CANCEL", "0.001", "partial none"},
    {"FILLED", "", "GOOD_TIL_CANCEL", "0.002", "filled none"},
    {"CANCELED", "USER_CANCELED", "GOOD_TIL_CANCEL", "0", "canceled none"},
    {"CANCELED", "ADMIN_CANCELED", "GOOD_TIL_CANCEL", "0", "canceled none"},
    {"CANCELED", "LIQUIDATE_CANCELED", "GOOD_TIL_CANCEL", "0", "canceled none"},
    {"CANCELED", "SYSTEM_LIMIT_EVICTED", "GOOD_TIL_CANCEL", "0", "canceled limit"},
    {"CANCELED", "EXPIRE_CANCELED", "GOOD_TIL_CANCEL", "0.001", "expired none"},
    {"CANCELED", "COULD_NOT_FILL", "POST_ONLY", "0", "rejected would_take"},
    {"CANCELED", "COULD_NOT_FILL", "IMMEDIATE_OR_CANCEL", "0", "rejected no_liquidity"},
    {"CANCELED", "COULD_NOT_FILL", "IMMEDIATE_OR_CANCEL", "0.001", "canceled none"},
    {"CANCELED", "MARGIN_NOT_ENOUGH", "GOOD_TIL_CANCEL", "0", "rejected margin"},
    {"CANCELED", "MARGIN_NOT_ENOUGH", "GOOD_TIL_CANCEL", "0.001", "canceled margin"},
    {"CANCELED", "REDUCE_ONLY_CANCELED", "GOOD_TIL_CANCEL", "0", "rejected reduce_only"},
    {"CANCELED", "INTERNAL_FAILED", "GOOD_TIL_CANCEL", "0", "rejected busy"},
    {"CANCELED", "NEVER_SEEN", "GOOD_TIL_CANCEL", "0", "canceled other"},
    {"NEVER_SEEN", "", "GOOD_TIL_CANCEL", "0", "surprise"},
};

static void test_endings(void **state) {
    (void)state;
    begin();
    fixture.sink.on_event = keep_last;
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        char frame_data[1024], seen_data[64];
        struct text frame = TEXT_OVER(frame_data), seen = TEXT_OVER(seen_data);
        last = (struct oe_event){.kind = OE_EVENT_KIND_COUNT};
        text_add_format(&frame,
                        "{\"code\":\"SUCCESS\",\"data\":[{\"id\":\"5\",\"contractId\":\"10000001\","
                        "\"side\":\"SELL\",\"price\":\"90000\",\"size\":\"0.002\",\"timeInForce\":"
                        "\"%s\",\"status\":\"%s\",\"cancelReason\":\"%s\",\"cumFillSize\":\"%s\","
                        "\"cumFillValue\":\"90\"}]}",
                        endings[i].time, endings[i].status, endings[i].reason, endings[i].filled);
        answer(OE_QUERY, 200, text_slice(&frame));
        if (last.kind == OE_EVENT_ORDER) {
            text_add_format(&seen, "%s %s", oe_state_name(last.order.state),
                            oe_error_name(last.error));
            assert_int_equal(last.order.side, SIDE_SELL);
            assert_int_equal(last.order.liquidation,
                             strcmp(endings[i].reason, "LIQUIDATE_CANCELED") == 0);
        } else {
            text_add_string(&seen, oe_event_name(last.kind));
        }
        assert_string_equal(seen_data, endings[i].seen);
    }
    oe_fixture_finish(&fixture);
}

// ---- frames that no sample has -----------------------------------------------------------------

static const struct {
    const char *frame, *lines;
} frames[] = {
#define EVENT(name, data)                                                                          \
    "{\"type\":\"trade-event\",\"content\":{\"event\":\"" name                                     \
    "\",\"version\":\"7\",\"data\":{" data "}}}"
    // Funding leaves or reaches the collateral; a fee is another change of it.
    {EVENT("FUNDING_SETTLEMENT",
           "\"collateralTransaction\":[{\"type\":\"POSITION_FUNDING\",\"positionContractId\":"
           "\"10000001\",\"deltaAmount\":\"-1.25\",\"fundingTime\":\"1775699400000\"},{\"type\":"
           "\"POSITION_FUNDING\",\"positionContractId\":\"10000002\",\"deltaAmount\":\"0.5\","
           "\"fundingTime\":\"1775699400000\"},{\"type\":\"DEPOSIT\",\"deltaAmount\":\"9\"}]"),
     "{\"event\":\"funding\",\"symbol\":\"BTCUSDC\",\"amount\":\"1.25\",\"time_ms\":1775699400000}"
     "\n"
     "{\"event\":\"funding\",\"symbol\":\"ETHUSDC\",\"amount\":\"-0.5\",\"time_ms\":1775699400000}"
     "\n"},
    // Either name of a position's size; the average from its value.
    {EVENT("ORDER_UPDATE",
           "\"position\":[{\"contractId\":\"10000001\",\"openSize\":\"-0.002\",\"openValue\":"
           "\"-180.5\"},{\"contractId\":\"10000002\",\"size\":\"0\",\"openValue\":\"0\"}]"),
     "{\"event\":\"position\",\"symbol\":\"BTCUSDC\",\"net\":\"-0.002\",\"average\":\"90250\"}\n"
     "{\"event\":\"position\",\"symbol\":\"ETHUSDC\",\"net\":\"0\"}\n"},
    // A fee is paid whatever its sign, where the contract's rate is no rebate; the display price
    // does not make the value; liquidation.
    {EVENT("ORDER_UPDATE",
           "\"orderFillTransaction\":[{\"id\":\"1\",\"contractId\":\"10000001\",\"orderId\":\"9\","
           "\"orderSide\":\"SELL\",\"fillSize\":\"0.001\",\"fillValue\":\"90.1\",\"fillFee\":"
           "\"0.03\",\"fillPrice\":\"90000\",\"direction\":\"TAKER\",\"isLiquidate\":true},"
           "{\"id\":\"2\",\"contractId\":\"10000002\",\"orderId\":\"9\",\"orderSide\":\"BUY\","
           "\"fillSize\":\"0.01\",\"fillValue\":\"30\",\"fillFee\":\"0.0003\",\"direction\":"
           "\"MAKER\",\"matchTime\":\"1775699400000\"}]"),
     "{\"event\":\"fill\",\"symbol\":\"BTCUSDC\",\"venue_id\":\"9\",\"trade\":1,\"side\":\"sell\","
     "\"price\":\"90100\",\"size\":\"0.001\",\"fee\":\"0.03\",\"liquidity\":\"taker\","
     "\"liquidation\":true}\n"
     "{\"event\":\"fill\",\"symbol\":\"ETHUSDC\",\"venue_id\":\"9\",\"trade\":2,\"side\":\"buy\","
     "\"price\":\"3000\",\"size\":\"0.01\",\"fee\":\"-0.0003\",\"liquidity\":\"maker\","
     "\"time_ms\":1775699400000}\n"},
    {EVENT("START_LIQUIDATING", ""),
     "{\"event\":\"notice\",\"text\":\"START_LIQUIDATING\"}\n{\"event\":\"alive\"}\n"},
    {EVENT("ACCOUNT_UPDATE", "\"account\":[{\"id\":\"1\"}]"), "{\"event\":\"alive\"}\n"},
    {"{\"type\":\"ping\",\"time\":\"17,9\"}", "{\"event\":\"surprise\",\"text\":\"{\\\"type\\\":"
                                              "\\\"ping\\\",\\\"time\\\":\\\"17,9\\\"}\"}\n"},
    {"{\"type\":\"error\",\"content\":{\"code\":\"INVALID_API_KEY\",\"msg\":\"no\"}}",
     "{\"event\":\"session\",\"socket\":0,\"state\":\"off\",\"error\":\"keys\",\"text\":\"no\"}\n"},
    {"[1]", "{\"event\":\"surprise\",\"text\":\"[1]\"}\n"},
#undef EVENT
};

static void test_frames(void **state) {
    (void)state;
    begin();
    for (size_t i = 0; i < COUNT_OF(frames); i++) {
        edgex_oe.decode_frame(&fixture.oe, 0, slice_of(frames[i].frame), NS_PER_S, &fixture.sink);
        expect(frames[i].frame, frames[i].lines);
    }
    oe_fixture_finish(&fixture);
}

// ---- what is sent ------------------------------------------------------------------------------

static void test_encoding(void **state) {
    (void)state;
    assert_int_equal(oe_fixture_create(&fixture, "edgex", symbols, 2, secrets), STATUS_OK);
    oe_fixture_learn(&fixture, 0, (struct px){PX_ONE / 10}, (struct qty){QTY_ONE / 1000});
    struct oe_call call = {.kind = OE_PLACE,
                           .tag = 1,
                           .symbol = 0,
                           .order = {.kind = OE_IOC, .price = {PX_ONE}, .size = {QTY_ONE}},
                           .client_id = SLICE("pd-1"),
                           .now_ns = INT64_C(1790586197) * NS_PER_S};
    // Nothing can be signed before the metadata, but cancels need no signature of that kind.
    assert_int_equal(oe_encode(&fixture.oe, &call, &fixture.message), STATUS_UNAVAILABLE);
    call.kind = OE_CANCEL_ALL;
    call.symbol = OE_SYMBOL_NONE;
    assert_int_equal(oe_encode(&fixture.oe, &call, &fixture.message), STATUS_OK);
    answer(OE_RULES, 200, slice_of(metadata));
    call.kind = OE_PLACE;
    call.symbol = 0;
    call.order.price = (struct px){INT64_C(9000000) * PX_ONE};
    call.order.size = (struct qty){INT64_C(9000000000) * QTY_ONE};
    assert_int_equal(oe_encode(&fixture.oe, &call, &fixture.message), STATUS_DATA);
    // A cursor is signed as it is, and sent escaped.
    call.kind = OE_FILLS;
    call.since_ns = INT64_C(1790586196955) * NS_PER_MS;
    call.cursor = SLICE("a+b=/c");
    assert_int_equal(oe_encode(&fixture.oe, &call, &fixture.message), STATUS_OK);
    assert_string_equal(fixture.message.path_data,
                        "/api/v2/private/order/getHistoryOrderFillTransactionPage?accountId="
                        "543429922991899150&filterContractIdList=10000001&"
                        "filterStartCreatedTimeInclusive=1790586196955&offsetData=a%2Bb%3D%2Fc&"
                        "size=100");
    char id[OE_CLIENT_ID_MAX];
    edgex_oe.client_id(UINT64_MAX, 7 << 16 | 1, id);
    assert_string_equal(id, "pd-ffffffffffffffff-0000000000070001");
    oe_fixture_finish(&fixture);
}

static void test_bad_secrets(void **state) {
    (void)state;
    static const struct slice bad[] = {
        {"12a", 3}, {"key with blanks", 15}, {"", 0}, {"line\nend", 8}, {"0x1234", 6}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct slice mixed[OE_SECRETS_MAX];
        memcpy(mixed, secrets, sizeof(mixed));
        mixed[i] = bad[i];
        assert_int_equal(oe_fixture_create(&fixture, "edgex", symbols, 2, mixed), STATUS_CONFIG);
        assert_non_null(strstr(status_text(), edgex_oe.secrets[i].variable));
        oe_fixture_finish(&fixture);
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_words_are_kept), cmocka_unit_test(test_broken_rows),
        cmocka_unit_test(test_pages_end),      cmocka_unit_test(test_endings),
        cmocka_unit_test(test_frames),         cmocka_unit_test(test_encoding),
        cmocka_unit_test(test_bad_secrets),
    };
    return cmocka_run_group_tests_name("edgex_oe", tests, NULL, NULL);
}
