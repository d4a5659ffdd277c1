// The server's side of the venues: answers to what clients say, published books and their chain,
// what is due when.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "exchanges/venue_sim.h"

struct heard {
    struct vsim_out out;
    uint32_t count;
    char last[8192];
    char all[16384];
    struct text text;
};

static void on_send(struct vsim_out *out, struct slice message) {
    struct heard *heard = (struct heard *)out;
    heard->count++;
    (void)string_copy(heard->last, sizeof(heard->last), message);
    text_add(&heard->text, message);
    text_add_char(&heard->text, '\n');
}

static void hear(struct heard *heard) {
    heard->out.send = on_send;
    heard->count = 0;
    heard->last[0] = '\0';
    heard->text = TEXT_OVER(heard->all);
}

static const struct symbol btc = {"BTC/USDT", "BTC", "USDT"};
static struct heard heard;
static struct vsim_world world;
static struct vsim_session session;

static struct level level_of(int64_t price, int64_t thousandths) {
    return (struct level){{price * PX_ONE}, {thousandths * QTY_ONE / 1000}};
}

static void open_world(const struct venue_sim *venue, const char *path) {
    struct listing seen = {.ready = true, .tick = {PX_ONE}, .step = {QTY_ONE / 1000}};
    assert_int_equal(vsim_world_create(&world, venue, 1), STATUS_OK);
    world.listings[0].symbol = &btc;
    venue->rules(&btc, &seen, &world.listings[0].rules);
    world.listings[0].funding = (struct rate){PX_ONE / 10000};
    world.listings[0].funding_interval_ns = venue->funding_interval_ns;
    world.listings[0].next_settlement_ns = 100000 * NS_PER_S;
    world.now_ns = 1000 * NS_PER_S;
    hear(&heard);
    assert_int_equal(vsim_session_create(&session, &world, &heard.out, 7), STATUS_OK);
    assert_true(venue->open(&session, slice_of(path)));
}

static void close_world(void) {
    vsim_session_finish(&session);
    vsim_world_finish(&world);
}

static void publish(int64_t bid, int64_t ask, int64_t thousandths) {
    struct level bids[] = {level_of(bid, thousandths), level_of(bid - 1, 1000)};
    struct level asks[] = {level_of(ask, thousandths)};
    (void)vsim_publish(&world.listings[0], bids, 2, asks, 1, 0, world.now_ns);
}

static void answers(void **state) {
    (void)state;
    static const struct {
        const char *name;
        const struct venue_sim *venue;
        const char *path, *say, *answer;
    } rows[] = {
        {"ack", &binance_sim, "/public/ws",
         "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@bookTicker\"],\"id\":1}",
         "{\"result\":null,\"id\":1}\n"},
        {"text id", &binance_sim, "/ws", "{\"id\":\"ab\",\"method\":\"UNSUBSCRIBE\",\"params\":[]}",
         "{\"result\":null,\"id\":\"ab\"}\n"},
        {"no such stream is acknowledged", &binance_sim, "/public/ws",
         "{\"method\":\"SUBSCRIBE\",\"params\":[\"nope@nope\"],\"id\":2}",
         "{\"result\":null,\"id\":2}\n"},
        {"not JSON", &binance_sim, "/public/ws", "hello",
         "{\"code\":3,\"msg\":\"Invalid JSON: expected value at line 1 column 1\"}\n"},
        {"no params", &binance_sim, "/public/ws", "{\"method\":\"SUBSCRIBE\",\"id\":1}",
         "{\"code\":2,\"msg\":\"Invalid request: missing field `params`\"}\n"},
        {"params of numbers", &binance_sim, "/public/ws",
         "{\"method\":\"SUBSCRIBE\",\"params\":[1],\"id\":1}",
         "{\"code\":2,\"msg\":\"Invalid request: invalid type, expected a string\"}\n"},
        {"list", &binance_sim, "/public/stream?streams=btcusdt@depth@100ms/nope",
         "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":3}",
         "{\"result\":[\"btcusdt@depth@100ms\"],\"id\":3}\n"},
        {"wrong route", &binance_sim, "/market/stream?streams=btcusdt@bookTicker/btcusdt@markPrice",
         "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":3}",
         "{\"result\":[\"btcusdt@markPrice\"],\"id\":3}\n"},
        {"ack", &aster_sim, "/ws",
         "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@bookTicker\"],\"id\":1}",
         "{\"result\":null,\"id\":1}\n"},
        {"text id", &aster_sim, "/ws", "{\"id\":\"1\",\"method\":\"UNSUBSCRIBE\",\"params\":[]}",
         "{\"code\":2,\"msg\":\"Invalid request: request ID must be an unsigned integer\"}\n"},
        {"negative id", &aster_sim, "/ws", "{\"id\":-1,\"method\":\"UNSUBSCRIBE\",\"params\":[]}",
         "{\"code\":2,\"msg\":\"Invalid request: request ID must be an unsigned integer\"}\n"},
        {"list", &aster_sim, "/stream?streams=btcusdt@depth@100ms/btcusdt@markPrice@1s/nope",
         "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":3}",
         "{\"result\":[\"btcusdt@depth@100ms\",\"btcusdt@markPrice@1s\"],\"id\":3}\n"},
        {"ack", &paradex_sim, "/v1",
         "{\"jsonrpc\":\"2.0\",\"method\":\"subscribe\",\"params\":{\"channel\":\"bbo.BTC-USD-"
         "PERP\"},"
         "\"id\":2}",
         "{\"jsonrpc\":\"2.0\",\"result\":{\"channel\":\"bbo.BTC-USD-PERP\"},\"usIn\":999999924,"
         "\"usDiff\":76,\"usOut\":1000000000,\"id\":2}\n"},
        {"no such channel", &paradex_sim, "/v1",
         "{\"jsonrpc\":\"2.0\",\"method\":\"subscribe\",\"params\":{\"channel\":\"bbo.X\"},\"id\":"
         "0}",
         "{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":-32600,\"message\":\"invalid subscribe "
         "request\","
         "\"data\":\"invalid channel\"},\"usIn\":999999924,\"usDiff\":76,\"usOut\":1000000000}\n"},
        {"no such method", &paradex_sim, "/v1", "{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"id\":7}",
         "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32601,\"message\":\"method not "
         "found\"},"
         "\"usIn\":999999924,\"usDiff\":76,\"usOut\":1000000000}\n"},
        {"not JSON", &paradex_sim, "/v1", "ping",
         "{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":-32700,\"message\":\"parse error\"},"
         "\"usIn\":999999924,\"usDiff\":76,\"usOut\":1000000000}\n"},
        {"a good subscription is silent", &backpack_sim, "/",
         "{\"method\":\"SUBSCRIBE\",\"params\":[\"bookTicker.BTC_USDC_PERP\","
         "\"depth.200ms.BTC_USDC_PERP\",\"trade.BTC_USDC_PERP\"]}",
         ""},
        {"no such stream", &backpack_sim, "/",
         "{\"method\":\"SUBSCRIBE\",\"params\":[\"bookTicker.BTC_USDC\"]}",
         "{\"id\":null,\"error\":{\"code\":4006,\"message\":\"Invalid stream\"}}\n"},
        {"no such period", &backpack_sim, "/",
         "{\"method\":\"SUBSCRIBE\",\"params\":[\"depth.300ms.BTC_USDC_PERP\"]}",
         "{\"id\":null,\"error\":{\"code\":4006,\"message\":\"Invalid stream\"}}\n"},
        {"v1 hears nothing", &extended_sim, "/stream.extended.exchange/v1/orderbooks?depth=1",
         "hello", ""},
        {"ack", &extended_sim, "/stream.extended.exchange/v2/rpc",
         "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"method\":\"subscribe\",\"params\":{\"scope\":"
         "\"orderbooks\","
         "\"selector\":{\"market\":\"BTC-USD\",\"depth\":\"1\",\"rfqOnly\":false}}}",
         "{\"id\":\"1\",\"result\":{\"method\":\"subscribe\",\"status\":\"OK\",\"subscription\":"
         "\"orderbooks.1.BTC-USD\"},\"jsonrpc\":\"2.0\"}\n"},
        {"no such depth", &extended_sim, "/stream.extended.exchange/v2/rpc",
         "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"method\":\"subscribe\",\"params\":{\"scope\":"
         "\"orderbooks\","
         "\"selector\":{\"market\":\"BTC-USD\",\"depth\":\"20\"}}}",
         ""},
        {"no such market", &extended_sim, "/stream.extended.exchange/v2/rpc",
         "{\"jsonrpc\":\"2.0\",\"id\":\"2\",\"method\":\"subscribe\",\"params\":{\"scope\":"
         "\"prices\","
         "\"selector\":{\"market\":\"X-USD\",\"type\":\"mark\"}}}",
         "{\"id\":\"2\",\"error\":{\"code\":1001,\"message\":\"Market not "
         "found.\"},\"jsonrpc\":\"2.0\"}\n"},
        {"ping", &extended_sim, "/stream.extended.exchange/v2/rpc",
         "{\"jsonrpc\":\"2.0\",\"id\":\"3\",\"method\":\"ping\"}",
         "{\"id\":\"3\",\"result\":{\"method\":\"ping\",\"status\":\"OK\"},\"jsonrpc\":\"2.0\"}\n"},
        {"ack", &edgex_sim, "/api/v1/public/ws?timestamp=1",
         "{\"type\":\"subscribe\",\"channel\":\"depth.30000001.15\"}",
         "{\"type\":\"subscribed\",\"channel\":\"depth.30000001.15\"}\n"},
        {"no such contract", &edgex_sim, "/api/v1/public/ws",
         "{\"type\":\"subscribe\",\"channel\":\"depth.100000001.15\"}",
         "{\"type\":\"error\",\"content\":{\"code\":\"INVALID_CONTRACT_ID\",\"msg\":"
         "\"invalid contractId:100000001\"}}\n"},
        {"not JSON", &edgex_sim, "/api/v1/public/ws", "hello",
         "{\"type\":\"error\",\"content\":{\"code\":\"GATEWAY_UNRECOGNIZED_MESSAGE\","
         "\"msg\":\"unrecognized message\"}}\n"},
        {"the client's ping", &edgex_sim, "/api/v1/public/ws",
         "{\"type\":\"ping\",\"time\":\"17\"}", "{\"type\":\"pong\",\"time\":\"17\"}\n"},
        {"ack", &grvt_sim, "/ws/full",
         "{\"jsonrpc\":\"2.0\",\"method\":\"subscribe\",\"params\":{\"stream\":\"v1.mini.d\","
         "\"selectors\":[\"BTC_USDT_Perp@500\"]},\"id\":1}",
         "{\"jsonrpc\":\"2.0\",\"result\":{\"stream\":\"v1.mini.d\",\"subs\":[\"BTC_USDT_Perp@"
         "500\"],"
         "\"unsubs\":[],\"num_snapshots\":[1],\"first_sequence_number\":[\"1000000\"],"
         "\"latest_sequence_number\":[\"999999\"]},\"id\":1,\"method\":\"subscribe\"}\n"},
        {"no such instrument", &grvt_sim, "/ws/full",
         "{\"jsonrpc\":\"2.0\",\"method\":\"subscribe\",\"params\":{\"stream\":\"v1.mini.d\","
         "\"selectors\":[\"BTC_USDT_Perp@500\",\"X@500\"]},\"id\":1}",
         "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":3000,\"message\":\"Instrument is invalid\"},"
         "\"id\":1,\"method\":\"subscribe\"}\n"},
        {"no such rate", &grvt_sim, "/ws/full",
         "{\"jsonrpc\":\"2.0\",\"method\":\"subscribe\",\"params\":{\"stream\":\"v1.mini.s\","
         "\"selectors\":[\"BTC_USDT_Perp@50\"]},\"id\":9}",
         "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":3030,\"message\":\"Rate is invalid\"},"
         "\"id\":9,\"method\":\"subscribe\"}\n"},
        {"no such depth", &grvt_sim, "/ws/full",
         "{\"jsonrpc\":\"2.0\",\"method\":\"subscribe\",\"params\":{\"stream\":\"v1.book.s\","
         "\"selectors\":[\"BTC_USDT_Perp@500-11\"]},\"id\":9}",
         "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":3031,\"message\":\"Depth is invalid\"},"
         "\"id\":9,\"method\":\"subscribe\"}\n"},
        {"ping", &lighter_sim, "/stream", "{\"type\":\"ping\"}", "{\"type\":\"pong\"}\n"},
        {"an answer to a ping", &lighter_sim, "/stream", "{\"type\":\"pong\"}", ""},
        {"a good subscription is silent", &lighter_sim, "/stream",
         "{\"type\":\"subscribe\",\"channel\":\"order_book/1\"}", ""},
        {"no such market", &lighter_sim, "/stream",
         "{\"type\":\"subscribe\",\"channel\":\"order_book/77\"}",
         "{\"error\":{\"code\":30005,\"message\":\"Invalid Channel:  order_book/77\"}}\n"},
        {"nothing to show", &lighter_sim, "/stream",
         "{\"type\":\"subscribe\",\"channel\":\"trade/1\"}", ""},
        {"of all", &paradex_sim, "/v1",
         "{\"jsonrpc\":\"2.0\",\"method\":\"subscribe\",\"params\":{\"channel\":\"markets_"
         "summary\"},\"id\":3}",
         "{\"jsonrpc\":\"2.0\",\"result\":{\"channel\":\"markets_summary\"},\"usIn\":999999924,"
         "\"usDiff\":76,\"usOut\":1000000000,\"id\":3}\n"},
        {"of all", &edgex_sim, "/api/v1/public/ws",
         "{\"type\":\"subscribe\",\"channel\":\"ticker.all\"}",
         "{\"type\":\"subscribed\",\"channel\":\"ticker.all\"}\n"},
        {"not subscribed", &lighter_sim, "/stream",
         "{\"type\":\"unsubscribe\",\"channel\":\"ticker/1\"}",
         "{\"error\":{\"code\":30002,\"message\":\"Not Subscribed to : ticker/1\"}}\n"},
        {"not JSON", &lighter_sim, "/stream", "hello",
         "{\"error\":{\"code\":30000,\"message\":\"Invalid Json\"}}\n"},
        {"ping", &okx_sim, "/ws/v5/public", "ping", "pong\n"},
        {"ack per arg", &okx_sim, "/ws/v5/public",
         "{\"op\":\"subscribe\",\"args\":[{\"channel\":\"bbo-tbt\",\"instId\":\"BTC-USDT-SWAP\"},"
         "{\"channel\":\"books\",\"instId\":\"BTC-USDT-SWAP\"}]}",
         "{\"event\":\"subscribe\",\"arg\":{\"channel\":\"bbo-tbt\",\"instId\":\"BTC-USDT-SWAP\"},"
         "\"connId\":"
         "\"00000007\"}\n{\"event\":\"subscribe\",\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-"
         "USDT-SWAP\"},"
         "\"connId\":\"00000007\"}\n"},
        {"no such channel", &okx_sim, "/ws/v5/public",
         "{\"op\":\"subscribe\",\"args\":[{\"channel\":\"x\",\"instId\":\"BTC-USDT-SWAP\"}]}",
         "{\"event\":\"error\",\"code\":\"60018\",\"msg\":\"Wrong URL or "
         "channel:x,instId:BTC-USDT-SWAP doesn't exist."
         " Please use the correct URL, channel and parameters referring to API "
         "document.\",\"connId\":"
         "\"00000007\"}\n"},
        {"not JSON", &okx_sim, "/ws/v5/public", "{",
         "{\"event\":\"error\",\"code\":\"60012\",\"msg\":\"Invalid "
         "request\",\"connId\":\"00000007\"}\n"},
        {"ping", &hyperliquid_sim, "/ws", "{\"method\":\"ping\"}", "{\"channel\":\"pong\"}\n"},
        {"ack", &hyperliquid_sim, "/ws",
         "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"l2Book\",\"coin\":\"BTC\"}}",
         "{\"channel\":\"subscriptionResponse\",\"data\":{\"method\":\"subscribe\","
         "\"subscription\":{\"type\":\"l2Book\","
         "\"coin\":\"BTC\",\"nSigFigs\":null,\"mantissa\":null}}}\n"},
        {"not there", &hyperliquid_sim, "/ws",
         "{\"method\":\"unsubscribe\",\"subscription\":{\"type\":\"bbo\",\"coin\":\"BTC\"}}",
         "{\"channel\":\"error\",\"data\":\"Already unsubscribed: "
         "{\\\"type\\\":\\\"bbo\\\",\\\"coin\\\":\\\"BTC\\\"}\"}\n"},
        {"no such coin", &hyperliquid_sim, "/ws",
         "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"bbo\",\"coin\":\"X\"}}",
         "{\"channel\":\"error\",\"data\":\"Invalid subscription "
         "{\\\"type\\\":\\\"bbo\\\",\\\"coin\\\":\\\"X\\\"}\"}\n"},
        {"not a request", &hyperliquid_sim, "/ws", "{\"type\":1}",
         "{\"channel\":\"error\",\"data\":\"Error parsing JSON into valid websocket request: "
         "{\\\"type\\\":1}\"}\n"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        open_world(rows[i].venue, rows[i].path);
        rows[i].venue->on_text(&session, slice_of(rows[i].say));
        if (strcmp(heard.all, rows[i].answer) != 0) {
            fail_msg("%s %s: %s", rows[i].venue->name, rows[i].name, heard.all);
        }
        close_world();
    }
}

static void paths(void **state) {
    (void)state;
    static const struct {
        const struct venue_sim *venue;
        const char *path;
        bool open;
    } rows[] = {
        {&binance_sim, "/ws", true},
        {&binance_sim, "/public/ws/btcusdt@bookTicker", true},
        {&binance_sim, "/private/ws", false},
        {&binance_sim, "/", false},
        {&aster_sim, "/ws/btcusdt@bookTicker", true},
        {&aster_sim, "/public/ws", false},
        {&paradex_sim, "/v1", true},
        {&lighter_sim, "/stream?readonly=true", true},
        {&lighter_sim, "/", false},
        {&extended_sim, "/stream.extended.exchange/v1/orderbooks?depth=1", true},
        {&extended_sim, "/stream.extended.exchange/v1/prices/mark", true},
        {&extended_sim, "/stream.extended.exchange/v1/orderbooks?depth=5", false},
        {&extended_sim, "/stream.extended.exchange/v1/orderbooks/X-USD", false},
        {&extended_sim, "/stream.extended.exchange/v2/rpc", true},
        {&paradex_sim, "/v2", false},
        {&backpack_sim, "/", true},
        {&backpack_sim, "/stream", false},
        {&edgex_sim, "/api/v1/public/ws?timestamp=5", true},
        {&edgex_sim, "/api/v1/private/ws", false},
        {&grvt_sim, "/ws/full", true},
        {&grvt_sim, "/ws/lite", false},
        {&okx_sim, "/ws/v5/public", true},
        {&okx_sim, "/ws/v5/private", false},
        {&hyperliquid_sim, "/ws", true},
        {&hyperliquid_sim, "/info", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(vsim_world_create(&world, rows[i].venue, 1), STATUS_OK);
        assert_int_equal(vsim_session_create(&session, &world, &heard.out, 1), STATUS_OK);
        assert_int_equal(rows[i].venue->open(&session, slice_of(rows[i].path)), rows[i].open);
        close_world();
    }
}

static void okx_books_chain(void **state) {
    (void)state;
    open_world(&okx_sim, "/ws/v5/public");
    okx_sim.on_text(&session, SLICE("{\"op\":\"subscribe\",\"args\":[{\"channel\":\"books\","
                                    "\"instId\":\"BTC-USDT-SWAP\"}]}"));
    hear(&heard);
    vsim_session_poll(&session);
    assert_int_equal(heard.count, 0); // no book yet
    publish(50000, 50001, 2000);
    vsim_session_poll(&session);
    assert_non_null(strstr(heard.last, "\"action\":\"snapshot\""));
    assert_non_null(strstr(
        heard.last, "\"bids\":[[\"50000\",\"200\",\"0\",\"1\"],[\"49999\",\"100\",\"0\",\"1\"]]"));
    assert_non_null(strstr(heard.last, "\"seqId\":1,\"prevSeqId\":-1"));
    publish(50000, 50001, 2000); // nothing changed: nothing is said
    vsim_session_poll(&session);
    assert_int_equal(heard.count, 1);
    publish(49999, 50001, 3000); // the best bid is gone, the next is bigger, another follows
    vsim_session_poll(&session);
    assert_non_null(strstr(heard.last, "\"action\":\"update\""));
    assert_non_null(strstr(heard.last, "\"asks\":[[\"50001\",\"300\",\"0\",\"1\"]]"));
    assert_non_null(strstr(
        heard.last, "\"bids\":[[\"50000\",\"0\",\"0\",\"0\"],[\"49999\",\"300\",\"0\",\"1\"],"
                    "[\"49998\",\"100\",\"0\",\"1\"]]"));
    assert_non_null(strstr(heard.last, "\"seqId\":2,\"prevSeqId\":1"));
    // A session that missed a publication gets the whole book.
    publish(49999, 50001, 4000);
    publish(49999, 50001, 5000);
    vsim_session_poll(&session);
    assert_non_null(strstr(heard.last, "\"action\":\"snapshot\""));
    close_world();
}

static void binance_deltas_chain_to_the_snapshot(void **state) {
    (void)state;
    open_world(&binance_sim, "/public/ws/btcusdt@depth@100ms");
    publish(50000, 50001, 2000);
    vsim_session_poll(&session);
    assert_int_equal(heard.count, 0); // deltas from here on
    publish(50000, 50001, 3000);
    vsim_session_poll(&session);
    assert_non_null(strstr(heard.last, "\"U\":2,\"u\":2,\"pu\":1,\"b\":[[\"50000.0\",\"3.000\"]]"));
    struct vsim_request request = {
        SLICE("GET"), SLICE("/fapi/v1/depth"), SLICE("symbol=BTCUSDT&limit=5"), {"", 0}};
    char body[1024];
    struct text text = TEXT_OVER(body);
    assert_int_equal(binance_sim.answer(&world, &request, &text), 200);
    assert_non_null(strstr(body, "{\"lastUpdateId\":2,"));
    close_world();
}

static void pushes_keep_their_period(void **state) {
    (void)state;
    open_world(&okx_sim, "/ws/v5/public");
    okx_sim.on_text(&session, SLICE("{\"op\":\"subscribe\",\"args\":[{\"channel\":\"bbo-tbt\","
                                    "\"instId\":\"BTC-USDT-SWAP\"}]}"));
    hear(&heard);
    static const struct {
        int64_t at_ms;
        uint32_t count;
    } rows[] = {{0, 1}, {4, 1}, {9, 1}, {10, 2}, {20, 3}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        world.now_ns = 1000 * NS_PER_S + rows[i].at_ms * NS_PER_MS;
        vsim_quote(&world.listings[0], level_of(50000 + (int64_t)i, 1000), level_of(50010, 1000), 0,
                   world.now_ns);
        vsim_session_poll(&session);
        assert_int_equal(heard.count, rows[i].count);
    }
    world.now_ns += NS_PER_S; // unchanged: silence
    vsim_session_poll(&session);
    assert_int_equal(heard.count, 3);
    close_world();
}

static void hyperliquid_books_repeat(void **state) {
    (void)state;
    open_world(&hyperliquid_sim, "/ws");
    hyperliquid_sim.on_text(
        &session,
        SLICE(
            "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"l2Book\",\"coin\":\"BTC\"}}"));
    publish(50000, 50001, 2000);
    hear(&heard);
    for (int i = 0; i < 10; i++) {
        vsim_session_poll(&session);
        world.now_ns += 250 * NS_PER_MS;
    }
    assert_int_equal(heard.count, 5);
    assert_string_equal(
        heard.last,
        "{\"channel\":\"l2Book\",\"data\":{\"coin\":\"BTC\",\"time\":1002000,\"levels\":[["
        "{\"px\":\"50000.0\",\"sz\":\"2.0\",\"n\":1},{\"px\":\"49999.0\",\"sz\":\"1.0\","
        "\"n\":1}],[{\"px\":\"50001.0\",\"sz\":\"2.0\",\"n\":1}]]}}");
    close_world();
}

static void edgex_books_have_versions(void **state) {
    (void)state;
    open_world(&edgex_sim, "/api/v1/public/ws?timestamp=1");
    publish(50000, 50001, 2000);
    edgex_sim.on_text(&session,
                      SLICE("{\"type\":\"subscribe\",\"channel\":\"depth.30000001.15\"}"));
    hear(&heard);
    vsim_session_poll(&session);
    assert_int_equal(heard.count, 2);
    assert_non_null(strstr(heard.all, "\"type\":\"connected\"}\n"));
    assert_non_null(strstr(heard.last, "\"dataType\":\"Snapshot\",\"data\":[{\"startVersion\":"
                                       "\"0\",\"endVersion\":\"1\",\"level\":15,"));
    assert_non_null(strstr(heard.last, "\"asks\":[{\"price\":\"50001.0\",\"size\":\"2.000\"}]"));
    publish(49999, 50001, 2000);
    vsim_session_poll(&session);
    assert_non_null(strstr(heard.last, "\"startVersion\":\"1\",\"endVersion\":\"2\""));
    assert_non_null(strstr(heard.last, "\"bids\":[{\"price\":\"50000.0\",\"size\":\"0.000\"},"));
    assert_non_null(strstr(heard.last, "\"depthType\":\"CHANGED\"}]}}"));
    close_world();
}

static void edgex_ends_after_five_unanswered_pings(void **state) {
    (void)state;
    open_world(&edgex_sim, "/api/v1/public/ws?timestamp=1");
    vsim_session_poll(&session);
    hear(&heard);
    for (uint32_t i = 1; i <= 5; i++) {
        world.now_ns += 20 * NS_PER_S;
        vsim_session_poll(&session);
        assert_int_equal(heard.count, i);
        assert_int_equal(session.unanswered, i);
        assert_null(session.over);
    }
    assert_string_equal(heard.last, "{\"type\":\"ping\",\"time\":\"1100000\"}");
    edgex_sim.on_text(&session, SLICE("{\"type\":\"pong\",\"time\":\"1100000\"}"));
    assert_int_equal(session.unanswered, 0);
    for (uint32_t i = 1; i <= 6; i++) {
        world.now_ns += 20 * NS_PER_S;
        vsim_session_poll(&session);
        assert_int_equal(session.over != NULL, i == 6);
    }
    close_world();
}

static void grvt_tells_what_changed(void **state) {
    (void)state;
    open_world(&grvt_sim, "/ws/full");
    struct vsim_listing *listing = &world.listings[0];
    vsim_quote(listing, level_of(50000, 1000), level_of(50001, 2000), 0, world.now_ns);
    grvt_sim.on_text(&session, SLICE("{\"jsonrpc\":\"2.0\",\"method\":\"subscribe\",\"params\":{"
                                     "\"stream\":\"v1.mini.d\",\"selectors\":[\"BTC_USDT_Perp@0\"]"
                                     "},\"id\":1}"));
    vsim_session_poll(&session);
    assert_non_null(strstr(heard.last, "\"sequence_number\":\"0\""));
    assert_non_null(strstr(heard.last, "\"best_bid_price\":\"50000.0\",\"best_bid_size\":\"1.000\","
                                       "\"best_ask_price\":\"50001.0\""));
    vsim_quote(listing, level_of(50000, 1000), level_of(50001, 3000), 0, world.now_ns);
    vsim_quote(listing, level_of(50000, 1000), level_of(50001, 4000), 0, world.now_ns);
    vsim_session_poll(&session);
    assert_string_equal(
        heard.last, "{\"stream\":\"v1.mini.d\",\"selector\":\"BTC_USDT_Perp@0\","
                    "\"sequence_number\":\"1000000\","
                    "\"feed\":{\"event_time\":\"1000000000000\",\"instrument\":\"BTC_USDT_Perp\","
                    "\"best_ask_size\":\"4.000\"},\"prev_sequence_number\":\"999999\"}");
    close_world();
}

static void paradex_pushes_all_under_one_name(void **state) {
    (void)state;
    open_world(&paradex_sim, "/v1");
    vsim_quote(&world.listings[0], level_of(50000, 1000), level_of(50001, 2000), 0, world.now_ns);
    paradex_sim.on_text(&session, SLICE("{\"jsonrpc\":\"2.0\",\"method\":\"subscribe\","
                                        "\"params\":{\"channel\":\"bbo.ALL\"},\"id\":1}"));
    vsim_session_poll(&session);
    assert_non_null(strstr(heard.last, "\"channel\":\"bbo.ALL\",\"data\":{\"market\":"
                                       "\"BTC-USD-PERP\",\"bid\":\"50000.0\""));
    close_world();
}

// A delta may be followed by the whole book, without a gap between them.
static void extended_repeats_the_whole_book(void **state) {
    (void)state;
    open_world(&extended_sim, "/stream.extended.exchange/v1/orderbooks/BTC-USD");
    for (int64_t i = 0; i < 10; i++) {
        publish(50000, 50001, 1000 + i);
        vsim_session_poll(&session);
        bool whole = i == 0 || i == 6;
        assert_int_equal(strstr(heard.last, "\"type\":\"SNAPSHOT\"") != NULL, whole);
        assert_int_equal(strstr(heard.last, "\"type\":\"DELTA\"") != NULL, !whole);
        world.now_ns += 10 * NS_PER_S;
    }
    assert_non_null(strstr(heard.last, "\"seq\":10}"));
    close_world();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers),
        cmocka_unit_test(paths),
        cmocka_unit_test(okx_books_chain),
        cmocka_unit_test(binance_deltas_chain_to_the_snapshot),
        cmocka_unit_test(pushes_keep_their_period),
        cmocka_unit_test(hyperliquid_books_repeat),
        cmocka_unit_test(edgex_books_have_versions),
        cmocka_unit_test(grvt_tells_what_changed),
        cmocka_unit_test(paradex_pushes_all_under_one_name),
        cmocka_unit_test(extended_repeats_the_whole_book),
        cmocka_unit_test(edgex_ends_after_five_unanswered_pings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
