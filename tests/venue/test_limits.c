// The limits of the venues, as their simulated servers hold a client to them: what is just within
// is taken, one more gets the venue's own answer; and what the desk says and asks by itself stays
// within.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "exchanges/venue_sim.h"
#include "exchanges/venues.h"
#include "harness.h"

#define HEADERS "User-Agent: test\r\nContent-Type: application/json\r\n"
enum { SYMBOLS = 50 };

struct peer {
    struct vsim_out out;
    uint32_t messages, pings;
    char last[1024];
};

static struct vsim_world world;
static struct peer peer;
static struct symbol symbols[SYMBOLS];
static char reply_headers[VSIM_HEADERS_SIZE], reply_body[VSIM_SCRATCH_SIZE];
static struct vsim_reply reply;

static void on_send(struct vsim_out *out, struct slice message) {
    struct peer *to = (struct peer *)out;
    to->messages++;
    (void)string_copy(to->last, sizeof(to->last), message);
}

static void on_ping(struct vsim_out *out) {
    ((struct peer *)out)->pings++;
}

static void open_world(const struct venue_sim *venue, uint32_t listings) {
    assert_int_equal(vsim_world_create(&world, venue, listings), STATUS_OK);
    for (uint32_t i = 0; i < listings; i++) {
        static const char *const first[] = {"BTC/USDT", "ETH/USDT"};
        struct listing seen = {.ready = true, .tick = {PX_ONE}, .step = {QTY_ONE / 1000}};
        char name[16];
        (void)snprintf(name, sizeof(name), "AB%c%c/USDT", 'A' + (int)i / 26, 'A' + (int)i % 26);
        assert_int_equal(symbol_parse(&symbols[i], slice_of(i < 2 ? first[i] : name)), STATUS_OK);
        world.listings[i].symbol = &symbols[i];
        venue->rules(&symbols[i], &seen, &world.listings[i].rules);
        world.listings[i].funding_interval_ns = venue->funding_interval_ns;
    }
    world.now_ns = 1200 * NS_PER_S; // on the grid of every window
    peer = (struct peer){.out = {on_send, on_ping}};
}

static void call_with(const char *target, const char *body, const char *headers) {
    struct slice query = slice_of(target);
    struct vsim_request request = {.method = body == NULL ? SLICE("GET") : SLICE("POST"),
                                   .body = slice_of(body == NULL ? "" : body),
                                   .headers = slice_of(headers)};
    request.path = vsim_cut(&query, '?');
    request.query = query;
    reply = (struct vsim_reply){.headers = TEXT_OVER(reply_headers), .body = TEXT_OVER(reply_body)};
    vsim_call(&world, &request, &reply);
}

static void open_session(struct vsim_session *session, const char *target, const char *headers) {
    struct slice query = slice_of(target);
    struct vsim_request request = {.method = SLICE("GET"), .headers = slice_of(headers)};
    request.path = vsim_cut(&query, '?');
    request.query = query;
    reply = (struct vsim_reply){.headers = TEXT_OVER(reply_headers), .body = TEXT_OVER(reply_body)};
    assert_int_equal(vsim_session_create(session, &world, &peer.out, 1), STATUS_OK);
    vsim_session_open(session, &request, &reply);
}

// A call that passes `most` times within a window and is refused then, until the window is over.
static const struct call_row {
    const char *name;
    const struct venue_sim *venue;
    const char *target, *post;
    uint32_t most, window_s;
    uint32_t status;
    const char *headers, *body; // of the refusal; headers: a part of them
} call_rows[] = {
    {"time", &binance_sim, "/fapi/v1/time", NULL, 2400, 60, 429, "Retry-After: 60\r\n",
     "{\"code\":-1003,\"msg\":\"Too many requests.\"}"},
    {"deep book", &binance_sim, "/fapi/v1/depth?symbol=BTCUSDT&limit=1000", NULL, 120, 60, 429,
     "X-MBX-USED-WEIGHT-1M: 2400\r\n", "{\"code\":-1003,\"msg\":\"Too many requests.\"}"},
    {"all premiums", &binance_sim, "/fapi/v1/premiumIndex", NULL, 240, 60, 429, "Retry-After: 60",
     "{\"code\":-1003,\"msg\":\"Too many requests.\"}"},
    {"intervals", &binance_sim, "/fapi/v1/fundingInfo", NULL, 500, 300, 429, "Retry-After: 300",
     "{\"code\":-1003,\"msg\":\"Too many requests.\"}"},
    {"all tickers", &aster_sim, "/fapi/v3/ticker/bookTicker", NULL, 1200, 60, 429,
     "X-MBX-USED-WEIGHT-1M: 2400\r\n", "{\"code\":-1003,\"msg\":\"Too many requests.\"}"},
    {"time", &okx_sim, "/api/v5/public/time", NULL, 10, 2, 429, "",
     "{\"code\":\"50011\",\"msg\":\"Too Many Requests\",\"data\":[]}"},
    {"books", &okx_sim, "/api/v5/market/books?instId=BTC-USDT-SWAP", NULL, 40, 2, 429, "",
     "{\"code\":\"50011\",\"msg\":\"Too Many Requests\",\"data\":[]}"},
    {"rules", &hyperliquid_sim, "/info", "{\"type\":\"meta\"}", 60, 60, 429, "", "null"},
    {"book", &hyperliquid_sim, "/info", "{\"type\":\"l2Book\",\"coin\":\"BTC\"}", 600, 60, 429, "",
     "null"},
    {"time", &backpack_sim, "/api/v1/time", NULL, 2000, 60, 429, "",
     "{\"code\":\"TOO_MANY_REQUESTS\",\"message\":\"Too many requests\"}"},
    {"ticker", &edgex_sim, "/api/v2/public/quote/getTicker?contractId=30000001", NULL, 10, 1, 429,
     "",
     "{\"code\":\"GATEWAY_TOO_MANY_REQUESTS\",\"data\":null,\"msg\":\"GATEWAY_TOO_MANY_REQUESTS\","
     "\"errorParam\":null,\"requestTime\":\"1200000\",\"responseTime\":\"1200000\",\"traceId\":"
     "\"0000000000000000\"}"},
    {"ticker", &grvt_sim, "/full/v1/ticker", "{\"instrument\":\"BTC_USDT_Perp\"}", 25, 1, 429, "",
     "{\"request_id\":1,\"code\":1006,\"message\":\"You have surpassed the allocated rate limit "
     "for your tier\",\"status\":429}"},
    {"book", &grvt_sim, "/full/v1/book", "{\"instrument\":\"BTC_USDT_Perp\",\"depth\":10}", 8, 1,
     429, "",
     "{\"request_id\":1,\"code\":1006,\"message\":\"You have surpassed the allocated rate limit "
     "for your tier\",\"status\":429}"},
    {"time", &paradex_sim, "/v1/system/time", NULL, 1500, 60, 429,
     "Retry-After: 60\r\nX-RateLimit-Limit: 1500\r\nX-RateLimit-Remaining: 0\r\n",
     "{\"error\":\"RATE_LIMIT_EXCEEDED\",\"message\":\"rate limit exceeded\",\"data\":null}"},
    {"rules", &extended_sim, "/api/v1/info/markets", NULL, 1000, 60, 429, "",
     "{\"status\":\"ERROR\",\"error\":{\"code\":429,\"message\":\"Too many requests\"}}"},
    {"rules", &lighter_sim, "/api/v1/orderBookDetails", NULL, 60, 60, 429, "",
     "{\"code\":23000,\"message\":\"Too Many Requests!\"}"},
};

static void calls(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(call_rows); i++) {
        const struct call_row *row = &call_rows[i];
        open_world(row->venue, 1);
        for (uint32_t n = 0; n < row->most; n++) {
            call_with(row->target, row->post, HEADERS);
            if (reply.status != 200) {
                fail_msg("%s %s: call %u: %u %s", row->venue->name, row->name, n, reply.status,
                         reply_body);
            }
        }
        call_with(row->target, row->post, HEADERS);
        if (reply.status != row->status || strcmp(reply_body, row->body) != 0 ||
            strstr(reply_headers, row->headers) == NULL) {
            fail_msg("%s %s: %u %s %s", row->venue->name, row->name, reply.status, reply_headers,
                     reply_body);
        }
        world.now_ns += row->window_s * NS_PER_S;
        call_with(row->target, row->post, HEADERS);
        assert_int_equal(reply.status, 200);
        vsim_world_finish(&world);
    }
}

// Binance's family: who goes on calling is banned, and serves its time.
static void bans(void **state) {
    (void)state;
    const struct venue_sim *const venues[] = {&binance_sim, &aster_sim};
    for (size_t i = 0; i < COUNT_OF(venues); i++) {
        open_world(venues[i], 1);
        world.limits.calls[0] = (struct vsim_rate){3, 60 * 1000};
        static const uint32_t wanted[] = {200, 200, 200, 429, 429, 429, 429, 429,
                                          429, 429, 429, 429, 429, 418, 418};
        for (size_t n = 0; n < COUNT_OF(wanted); n++) {
            call_with("/fapi/v1/time", NULL, HEADERS);
            assert_int_equal(reply.status, wanted[n]);
        }
        assert_string_equal(
            reply_body,
            "{\"code\":-1003,\"msg\":\"Way too many requests; IP banned until 1320000.\"}");
        assert_non_null(strstr(reply_headers, "Retry-After: 120\r\n"));
        world.now_ns += 119 * NS_PER_S;
        call_with("/fapi/v1/time", NULL, HEADERS);
        assert_int_equal(reply.status, 418);
        world.now_ns += NS_PER_S;
        call_with("/fapi/v1/time", NULL, HEADERS);
        assert_int_equal(reply.status, 200);
        vsim_world_finish(&world);
    }
}

static void wanted_headers(void **state) {
    (void)state;
    static const struct {
        const struct venue_sim *venue;
        const char *call, *post, *stream, *headers;
        uint32_t call_status, stream_status;
    } rows[] = {
        {&extended_sim, "/api/v1/info/markets", NULL, "/stream.extended.exchange/v2/rpc", "", 403,
         403},
        {&extended_sim, "/api/v1/info/markets", NULL, "/stream.extended.exchange/v2/rpc",
         "Host: x\r\nuser-agent:  any \r\n", 200, 101},
        {&edgex_sim, "/api/v2/public/meta/getServerTime", NULL, "/api/v1/public/ws",
         "User-Agent: \r\n", 403, 403},
        {&edgex_sim, "/api/v2/public/meta/getServerTime", NULL, "/api/v1/public/ws", HEADERS, 200,
         101},
        {&grvt_sim, "/full/v1/all_instruments", "{}", "/ws/full", "Content-Type: text/plain\r\n",
         400, 101},
        {&grvt_sim, "/full/v1/all_instruments", "{}", "/ws/full", HEADERS, 200, 101},
        {&paradex_sim, "/v1/markets", NULL, "/v1", "", 200, 101},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vsim_session session;
        open_world(rows[i].venue, 1);
        call_with(rows[i].call, rows[i].post, rows[i].headers);
        assert_int_equal(reply.status, rows[i].call_status);
        open_session(&session, rows[i].stream, rows[i].headers);
        assert_int_equal(reply.status, rows[i].stream_status);
        vsim_session_finish(&session);
        vsim_world_finish(&world);
    }
}

static const struct stream_row {
    const struct venue_sim *venue;
    const char *path, *say;                     // a message that is answered
    uint32_t messages, window_s;                // of a client; 0 = no limit
    const char *refusal;                        // NULL: the connection ends
    uint32_t connects, connects_s, connections; // 0 = no limit
    uint32_t ping_s, pong_s;                    // 0 = no ping frames
    uint32_t age_s;
} stream_rows[] = {
    {&binance_sim, "/public/ws", "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}", 10, 1, NULL, 300,
     300, 0, 180, 600, 24 * 3600},
    {&aster_sim, "/ws", "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}", 10, 1, NULL, 0, 0, 0, 300,
     900, 24 * 3600},
    {&okx_sim, "/ws/v5/public", "{\"op\":\"subscribe\",\"args\":[{\"channel\":\"x\"}]}", 480, 3600,
     "{\"event\":\"error\",\"code\":\"60014\",\"msg\":\"Requests too frequent\",\"connId\":"
     "\"00000001\"}",
     3, 1, 0, 0, 0, 0},
    {&hyperliquid_sim, "/ws", "{\"method\":\"ping\"}", 2000, 60, NULL, 30, 60, 10, 0, 0, 0},
    {&backpack_sim, "/", "?", 0, 0, NULL, 0, 0, 0, 60, 120, 0},
    {&edgex_sim, "/api/v1/public/ws", "?", 0, 0, NULL, 0, 0, 0, 0, 0, 0},
    {&grvt_sim, "/ws/full", "?", 0, 0, NULL, 0, 0, 0, 0, 0, 0},
    {&paradex_sim, "/v1", "?", 0, 0, NULL, 20, 1, 0, 55, 5, 0},
    {&extended_sim, "/stream.extended.exchange/v2/rpc", "?", 0, 0, NULL, 0, 0, 0, 15, 10, 0},
    {&lighter_sim, "/stream", "{\"type\":\"ping\"}", 200, 60,
     "{\"error\":{\"code\":30009,\"message\":\"Too Many Websocket Messages!\"}}", 255, 60, 255, 0,
     0, 0},
};

static void messages(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(stream_rows); i++) {
        const struct stream_row *row = &stream_rows[i];
        struct vsim_session session;
        open_world(row->venue, 1);
        open_session(&session, row->path, HEADERS);
        assert_int_equal(reply.status, 101);
        uint32_t most = row->messages == 0 ? 3000 : row->messages;
        for (uint32_t n = 1; n <= most; n++) {
            vsim_session_text(&session, slice_of(row->say));
            assert_null(session.over);
            assert_int_equal(peer.messages, n);
            assert_true(row->refusal == NULL || strcmp(peer.last, row->refusal) != 0);
        }
        if (row->messages > 0) {
            vsim_session_text(&session, slice_of(row->say));
            assert_int_equal(session.over != NULL, row->refusal == NULL);
            assert_int_equal(peer.messages, most + (row->refusal != NULL));
            if (row->refusal != NULL) {
                assert_string_equal(peer.last, row->refusal);
                world.now_ns += row->window_s * NS_PER_S;
                vsim_session_text(&session, slice_of(row->say));
                assert_string_not_equal(peer.last, row->refusal);
            }
        }
        vsim_session_finish(&session);
        vsim_world_finish(&world);
    }
}

static void connections(void **state) {
    (void)state;
    static struct vsim_session sessions[512];
    for (size_t i = 0; i < COUNT_OF(stream_rows); i++) {
        const struct stream_row *row = &stream_rows[i];
        uint32_t most = row->connects == 0 ? 400 : row->connects;
        open_world(row->venue, 1);
        if (row->connections > 0) { // so many at the same time, and one again when one has gone
            for (uint32_t n = 0; n <= row->connections; n++) {
                open_session(&sessions[n], row->path, HEADERS);
                assert_int_equal(reply.status, n < row->connections ? 101 : 429);
            }
            vsim_session_finish(&sessions[0]);
            world.now_ns += row->connects_s * NS_PER_S;
            open_session(&sessions[0], row->path, HEADERS);
            assert_int_equal(reply.status, 101);
            for (uint32_t n = 0; n <= row->connections; n++) {
                vsim_session_finish(&sessions[n]);
            }
            assert_int_equal(world.connections, 0);
            world.now_ns += row->connects_s * NS_PER_S;
        }
        for (uint32_t n = 0; n < most; n++) {
            open_session(&sessions[n], row->path, HEADERS);
            assert_int_equal(reply.status, 101);
            vsim_session_finish(&sessions[n]);
        }
        open_session(&sessions[0], row->path, HEADERS);
        assert_int_equal(reply.status, row->connects == 0 ? 101 : 429);
        vsim_session_finish(&sessions[0]);
        vsim_world_finish(&world);
    }
}

// A pong keeps the connection, its absence ends it; and what is old ends anyway.
static void pings_and_age(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(stream_rows); i++) {
        const struct stream_row *row = &stream_rows[i];
        struct vsim_session session;
        open_world(row->venue, 1);
        open_session(&session, row->path, HEADERS);
        for (uint32_t n = 1; n <= 3 && row->ping_s > 0; n++) {
            world.now_ns += row->ping_s * NS_PER_S - 1;
            vsim_session_watch(&session);
            assert_int_equal(peer.pings, n - 1);
            world.now_ns += 1;
            vsim_session_watch(&session);
            assert_int_equal(peer.pings, n);
            vsim_session_heard(&session, n < 3); // at last another frame than a pong
            assert_null(session.over);
        }
        if (row->ping_s > 0) {
            world.now_ns += row->pong_s * NS_PER_S - 1;
            vsim_session_watch(&session);
            assert_null(session.over);
            world.now_ns += 1;
            vsim_session_watch(&session);
            assert_string_equal(session.over, "no pong");
        } else {
            assert_int_equal(peer.pings, 0);
        }
        assert_int_equal(world.limits.age_s, row->age_s);
        vsim_session_finish(&session);
        world.limits.age_s = 7; // the real one is long to wait for
        open_session(&session, row->path, HEADERS);
        world.now_ns += 7 * NS_PER_S - 1;
        vsim_session_watch(&session);
        assert_null(session.over);
        world.now_ns += 1;
        vsim_session_watch(&session);
        assert_string_equal(session.over, "the connection is too old");
        vsim_session_finish(&session);
        vsim_world_finish(&world);
    }
}

// Who says nothing, or is told nothing, is not kept.
static void silence(void **state) {
    (void)state;
    static const struct {
        const struct venue_sim *venue;
        const char *path, *say, *why;
        uint32_t limit_s;
    } rows[] = {
        {&okx_sim, "/ws/v5/public", "ping", "the connection is idle", 30},
        {&hyperliquid_sim, "/ws", "{\"method\":\"ping\"}", "nothing was sent", 60},
        {&lighter_sim, "/stream", "{\"type\":\"pong\"}", "the client is silent", 120},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vsim_session session;
        open_world(rows[i].venue, 1);
        open_session(&session, rows[i].path, HEADERS);
        for (uint32_t n = 0; n < 3; n++) {
            world.now_ns += rows[i].limit_s * NS_PER_S - 1;
            vsim_session_watch(&session);
            assert_null(session.over);
            vsim_session_text(&session, slice_of(rows[i].say));
        }
        world.now_ns += rows[i].limit_s * NS_PER_S;
        vsim_session_watch(&session);
        assert_non_null(session.over);
        assert_string_equal(session.over, rows[i].why);
        vsim_session_finish(&session);
        vsim_world_finish(&world);
    }
}

// One subscription more than allowed. The limits are made small: there are not so many symbols.
static void subscriptions(void **state) {
    (void)state;
    static const struct {
        const struct venue_sim *venue;
        const char *path, *first, *second, *answer;
        uint32_t most, most_in_all;
    } rows[] = {
        {&binance_sim, "/public/ws",
         "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@bookTicker\",\"btcusdt@depth@100ms\"],"
         "\"id\":1}",
         "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":2}",
         "{\"result\":[\"btcusdt@bookTicker\"],\"id\":2}", 200, 0},
        {&aster_sim, "/ws",
         "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@bookTicker\",\"btcusdt@depth@100ms\"],"
         "\"id\":1}",
         "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":2}",
         "{\"result\":[\"btcusdt@bookTicker\"],\"id\":2}", 200, 0},
        {&hyperliquid_sim, "/ws",
         "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"bbo\",\"coin\":\"BTC\"}}",
         "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"l2Book\",\"coin\":\"BTC\"}}",
         "{\"channel\":\"error\",\"data\":\"Too many subscriptions: "
         "{\\\"type\\\":\\\"l2Book\\\",\\\"coin\\\":\\\"BTC\\\"}\"}",
         0, 1000},
        {&lighter_sim, "/stream", "{\"type\":\"subscribe\",\"channel\":\"ticker/1\"}",
         "{\"type\":\"subscribe\",\"channel\":\"order_book/1\"}",
         "{\"error\":{\"code\":23001,\"message\":\"Too Many Subscriptions!\"}}", 500, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vsim_session session;
        open_world(rows[i].venue, 1);
        assert_int_equal(world.limits.subscriptions, rows[i].most);
        assert_int_equal(world.limits.subscriptions_in_all, rows[i].most_in_all);
        world.limits.subscriptions = rows[i].most > 0;
        world.limits.subscriptions_in_all = rows[i].most_in_all > 0;
        open_session(&session, rows[i].path, HEADERS);
        vsim_session_text(&session, slice_of(rows[i].first));
        vsim_session_text(&session, slice_of(rows[i].second));
        assert_string_equal(peer.last, rows[i].answer);
        assert_int_equal(session.subscribed, 1);
        vsim_session_finish(&session);
        assert_int_equal(world.subscriptions, 0);
        vsim_world_finish(&world);
    }
}

static void no_refusal(struct md_sink *sink, const struct md_update *update) {
    (void)sink;
    assert_int_not_equal(update->kind, MD_REFUSED);
}

static void desk_asks(struct md *md, enum md_request_kind kind, uint16_t symbol) {
    static struct md_sink sink = {no_refusal};
    struct md_request request;
    if (md->venue->request(md, kind, symbol, &request)) {
        bool post = strcmp(request.method, "POST") == 0;
        call_with(request.path, post ? request.body : NULL, HEADERS);
        if (reply.status != 200) {
            fail_msg("%s %s: %u", md->venue->name, request.path, reply.status);
        }
        if (kind == MD_REQUEST_INSTRUMENTS) { // some decoders need the numbers of the markets
            md->venue->decode_rest(md, kind, symbol, text_slice(&reply.body), &sink);
        }
    }
}

// Connected at once with fifty symbols: every subscription is taken.
static void the_desk_subscribes_within_limits(void **state) {
    (void)state;
    for (uint32_t v = 0; v < venue_table_count; v++) {
        const struct venue *row = &venue_table[v];
        struct universe universe;
        struct md md;
        open_world(row->sim, SYMBOLS);
        assert_int_equal(universe_create(&universe, 1, SYMBOLS), STATUS_OK);
        memcpy(universe.symbols, symbols, sizeof(symbols));
        assert_int_equal(md_create(&md, row->md, &universe, 0), STATUS_OK);
        for (uint16_t s = 0; s < SYMBOLS; s++) {
            md.wants_book[s] = true;
        }
        desk_asks(&md, MD_REQUEST_TIME, 0);
        desk_asks(&md, MD_REQUEST_INSTRUMENTS, 0);
        for (uint32_t c = 0; c < MD_CONNECTIONS_MAX && row->md->mainnet.ws[c] != NULL; c++) {
            static char buffer[64 * 1024];
            struct vsim_session session;
            const char *path = strchr(strstr(row->md->mainnet.ws[c], "://") + 3, '/');
            open_session(&session, path == NULL ? "/" : path, HEADERS);
            assert_int_equal(reply.status, 101);
            uint32_t refused = 0, step = 0;
            for (;; step++) {
                struct text text = TEXT_OVER(buffer);
                if (!row->md->subscribe(&md, c, step, &text)) {
                    break;
                }
                assert_false(text.truncated);
                uint32_t before = session.subscribed;
                vsim_session_text(&session, text_slice(&text));
                refused += session.subscribed == before;
            }
            print_message("# %s: %u subscriptions in %u messages\n", row->md->name,
                          session.subscribed, step);
            assert_null(session.over);
            assert_int_equal(refused, 0);
            vsim_session_finish(&session);
        }
        md_finish(&md);
        universe_finish(&universe);
        vsim_world_finish(&world);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls),
        cmocka_unit_test(bans),
        cmocka_unit_test(wanted_headers),
        cmocka_unit_test(messages),
        cmocka_unit_test(connections),
        cmocka_unit_test(pings_and_age),
        cmocka_unit_test(silence),
        cmocka_unit_test(subscriptions),
        cmocka_unit_test(the_desk_subscribes_within_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
