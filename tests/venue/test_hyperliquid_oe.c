// What only Hyperliquid's order entry has: agents, a dead-man's switch that may be refused, changes
// that open another order, numbers that rise, pages by time.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "exchanges/hyperliquid_oe.h"
#include "oe_rig.h"

static const struct slice key = {
    "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318", 66};
static const struct slice master = {"0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e", 42};

static struct rig rig;
static char id[OE_CLIENT_ID_MAX];

static void begin_for(const struct slice *secrets, const struct slice *venue_secrets) {
    if (rig_create(&rig, "hyperliquid", secrets, venue_secrets, USD(100000)) != STATUS_OK ||
        !rig_start(&rig)) {
        rig_print(&rig);
        fail_msg("%s", status_text());
    }
    rig_forget(&rig);
}

static void begin(void) {
    const struct slice secrets[OE_SECRETS_MAX] = {key, master};
    begin_for(secrets, NULL);
}

static struct oe_call order_call(enum oe_call_kind kind, int64_t price, int64_t thousandths) {
    return (struct oe_call){.kind = kind,
                            .symbol = 0,
                            .order = {.side = SIDE_BUY,
                                      .kind = OE_POST_ONLY,
                                      .price = {price * PX_ONE},
                                      .size = {thousandths * (QTY_ONE / 1000)}},
                            .client_id = slice_of(id)};
}

static void place(int64_t price) {
    hyperliquid_oe.client_id(1, 2, id);
    struct oe_call call = order_call(OE_PLACE, price, 10);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    rig_pass(&rig, 10);
    assert_int_equal(rig_state(&rig, id), OE_STATE_NEW);
}

static struct slice venue_id(void) {
    for (uint32_t i = 0; i < rig.event_count; i++) {
        if (rig.events[i].event.kind == OE_EVENT_ORDER &&
            rig.events[i].event.order.state == OE_STATE_NEW) {
            return rig.events[i].event.venue_id;
        }
    }
    return (struct slice){"", 0};
}

static void test_agent(void **state) {
    (void)state;
    begin();
    struct oe_call call = {.kind = OE_KEYS, .symbol = OE_SYMBOL_NONE};
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    const struct oe_event *keys = rig_last(&rig, OE_EVENT_KEYS);
    assert_non_null(keys);
    assert_true(keys->keys.can_trade);
    assert_false(keys->keys.can_withdraw);
    place(59990);
    rig_destroy(&rig);
    // The account's own key may do everything.
    const struct slice own[OE_SECRETS_MAX] = {key};
    begin_for(own, NULL);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_true(rig_last(&rig, OE_EVENT_KEYS)->keys.can_withdraw);
    rig_destroy(&rig);
    // A key that is neither.
    const struct slice other[OE_SECRETS_MAX] = {
        {"0x0123456789012345678901234567890123456789012345678901234567890123", 66}, master};
    const struct slice right[OE_SECRETS_MAX] = {key, master};
    begin_for(other, right);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_null(rig_last(&rig, OE_EVENT_KEYS));
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_KEYS);
    rig_destroy(&rig);
}

static void test_deadman_refused(void **state) {
    (void)state;
    begin();
    struct oe_call call = {.kind = OE_DEADMAN, .symbol = OE_SYMBOL_NONE, .countdown_ms = 30000};
    rig.account->faults[VACC_FAULT_REJECT] = 1;
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_LIMIT);
    assert_int_equal(rig_last(&rig, OE_EVENT_DEADMAN)->deadman.until_ns, 0);
    assert_int_equal(rig_count(&rig, OE_EVENT_NOTICE), 1);
    // Not asked for again within the hour.
    assert_int_equal(rig_call(&rig, &call), STATUS_UNAVAILABLE);
    rig_pass(&rig, 3600 * 1000);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_true(rig_last(&rig, OE_EVENT_DEADMAN)->deadman.until_ns > rig.world.now_ns);
    rig_destroy(&rig);
}

static void test_change(void **state) {
    (void)state;
    begin();
    place(59990);
    struct slice first = venue_id();
    struct oe_call call = order_call(OE_AMEND, 59980, 20);
    assert_int_equal(rig_call(&rig, &call), STATUS_UNAVAILABLE); // without the venue's id
    call.venue_id = first;
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    rig_pass(&rig, 10);
    // The first order's end is not told as the order's; the second one has a number of its own.
    assert_int_equal(rig_state(&rig, id), OE_STATE_NEW);
    const struct oe_event *order = rig_last(&rig, OE_EVENT_ORDER);
    assert_false(slice_equals(order->venue_id, first));
    assert_int_equal(order->order.price.v, 59980 * PX_ONE);
    for (uint32_t i = 0; i < rig.event_count; i++) {
        const struct oe_event *event = &rig.events[i].event;
        assert_true(event->kind != OE_EVENT_ORDER || event->order.state == OE_STATE_NEW);
    }
    rig_destroy(&rig);
}

static void test_change_refused(void **state) {
    (void)state;
    begin();
    place(59990);
    struct oe_call call = order_call(OE_AMEND, 60005, 20); // would take
    call.venue_id = venue_id();
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    rig_pass(&rig, 10);
    // The first is gone and the second refused, whichever is told first.
    struct oe_call query = {.kind = OE_QUERY, .symbol = 0, .client_id = slice_of(id)};
    assert_int_equal(rig_call(&rig, &query), STATUS_OK);
    assert_true(rig_state(&rig, id) == OE_STATE_REJECTED ||
                rig_state(&rig, id) == OE_STATE_CANCELED);
    rig_destroy(&rig);
}

static void test_change_of_partial(void **state) {
    (void)state;
    begin();
    hyperliquid_oe.client_id(1, 2, id);
    struct oe_call call = order_call(OE_PLACE, 60001, 5000);
    call.order.kind = OE_GTC; // two are there, three rest
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    rig_pass(&rig, 10);
    assert_int_equal(rig_state(&rig, id), OE_STATE_PARTIAL);
    struct oe_call change = order_call(OE_AMEND, 59980, 5000);
    change.venue_id = rig_last(&rig, OE_EVENT_ORDER)->venue_id;
    assert_int_equal(rig_call(&rig, &change), STATUS_DATA);
    rig_destroy(&rig);
}

// After a restart nothing but the list of open orders tells of the fills before.
static void test_change_of_listed(void **state) {
    (void)state;
    static const char body[] =
        "[{\"coin\":\"BTC\",\"limitPx\":\"59990.0\",\"oid\":77,\"side\":\"B\",\"sz\":\"0.01\","
        "\"timestamp\":1767323045678,\"origSz\":\"0.02\",\"reduceOnly\":false,\"cloid\":null},"
        "{\"coin\":\"BTC\",\"limitPx\":\"59990.0\",\"oid\":78,\"side\":\"B\",\"sz\":\"0.02\","
        "\"timestamp\":1767323045678,\"origSz\":\"0.02\",\"reduceOnly\":false,\"cloid\":null}]";
    begin();
    struct oe_call list = {.kind = OE_OPEN_ORDERS, .tag = 1, .symbol = OE_SYMBOL_NONE};
    hyperliquid_oe.client_id(1, 2, id);
    hyperliquid_oe.decode_answer(&rig.oe, &list, 200, (struct slice){"", 0}, slice_of(body),
                                 &rig.sink);
    struct oe_call change = order_call(OE_AMEND, 59980, 20);
    change.venue_id = SLICE("77");
    assert_int_equal(rig_call(&rig, &change), STATUS_DATA);
    change.venue_id = SLICE("78");
    assert_int_equal(rig_call(&rig, &change), STATUS_OK);
    rig_destroy(&rig);
}

// A change that fails after the venue had ended the first order: what is left must be asked for.
static void test_change_lost(void **state) {
    (void)state;
    begin();
    place(59990);
    char frame_data[512];
    struct text frame = TEXT_OVER(frame_data);
    struct oe_call change = order_call(OE_AMEND, 59980, 20);
    change.tag = 9;
    change.now_ns = rig.world.now_ns;
    change.venue_id = venue_id();
    assert_int_equal(oe_encode(&rig.oe, &change, &rig.message), STATUS_OK);
    text_add_format(&frame,
                    "{\"channel\":\"orderUpdates\",\"data\":[{\"order\":{\"coin\":\"BTC\",\"side\":"
                    "\"B\",\"limitPx\":\"59990.0\",\"sz\":\"0.01\",\"oid\":%.*s,\"timestamp\":1,"
                    "\"origSz\":\"0.01\",\"cloid\":\"%s\"},\"status\":\"canceled\","
                    "\"statusTimestamp\":2}]}",
                    (int)change.venue_id.size, change.venue_id.data, id);
    rig_forget(&rig);
    hyperliquid_oe.decode_frame(&rig.oe, 0, text_slice(&frame), rig.world.now_ns, &rig.sink);
    assert_int_equal(rig_count(&rig, OE_EVENT_ORDER), 0);
    text_clear(&frame);
    text_add_format(&frame,
                    "{\"channel\":\"post\",\"data\":{\"id\":%d,\"response\":{\"type\":\"action\","
                    "\"payload\":{\"status\":\"err\",\"response\":\"Insufficient margin\"}}}}",
                    9 << 5 | OE_AMEND);
    hyperliquid_oe.decode_frame(&rig.oe, 0, text_slice(&frame), rig.world.now_ns, &rig.sink);
    assert_int_equal(rig_count(&rig, OE_EVENT_REJECTED), 0);
    assert_int_equal(rig_last(&rig, OE_EVENT_UNKNOWN)->tag, 9);
    rig_destroy(&rig);
}

// The answer to a change is lost with the connection: the end of the order is told again.
static void test_change_unanswered(void **state) {
    (void)state;
    begin();
    place(59990);
    struct oe_call change = order_call(OE_AMEND, 59980, 20);
    change.tag = 9;
    change.now_ns = rig.world.now_ns;
    change.venue_id = venue_id();
    assert_int_equal(oe_encode(&rig.oe, &change, &rig.message), STATUS_OK); // and never sent
    vsim_session_finish(&rig.sockets[0].session);
    rig.sockets[0].open = false;
    assert_true(rig_connect(&rig, 0));
    struct oe_call cancel = order_call(OE_CANCEL, 0, 0);
    assert_int_equal(rig_call(&rig, &cancel), STATUS_OK);
    rig_pass(&rig, 10);
    assert_int_equal(rig_state(&rig, id), OE_STATE_CANCELED);
    rig_destroy(&rig);
}

// The same signed request twice: its number was used.
static void test_replay(void **state) {
    (void)state;
    begin();
    place(59990);
    vsim_session_text(&rig.sockets[0].session, text_slice(&rig.message.body));
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_NONCE);
    assert_int_equal(rig.account->live_count, 1);
    rig_destroy(&rig);
}

// Numbers rise even where the clock does not.
static void test_numbers(void **state) {
    (void)state;
    begin();
    hyperliquid_oe.client_id(1, 2, id);
    struct oe_call call = order_call(OE_PLACE, 59990, 10);
    call.tag = 1;
    call.now_ns = rig.world.now_ns;
    int64_t before = 0;
    for (int i = 0; i < 3; i++) {
        static const char word[] = "\"nonce\":";
        assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_OK);
        const char *at = strstr(rig.message.body.data, word);
        assert_non_null(at);
        at += sizeof(word) - 1;
        int64_t nonce;
        assert_true(decimal_parse((struct slice){at, strspn(at, "0123456789")}, 0, &nonce));
        assert_int_equal(nonce, i == 0 ? call.now_ns / NS_PER_MS : before + 1);
        before = nonce;
        call.now_ns -= NS_PER_S; // the clock was set
    }
    // A number used before is refused by the venue.
    rig.account->faults[VACC_FAULT_NONCE] = 1;
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_NONCE);
    rig_destroy(&rig);
}

static void test_secrets(void **state) {
    (void)state;
    static const struct slice rows[][OE_SECRETS_MAX] = {
        {{"0x4c0883a6", 10}},
        {{"0x0000000000000000000000000000000000000000000000000000000000000000", 66}},
        {{"0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318", 66}, {"0x12", 4}},
        {{"", 0}, {"0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e", 42}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(rig_create(&rig, "hyperliquid", rows[i], NULL, USD(1)), STATUS_CONFIG);
        assert_non_null(strstr(status_text(), "HYPERLIQUID_"));
        assert_null(strstr(status_text(), "4c0883a6")); // never a value
        rig_destroy(&rig);
    }
}

// The venue's words, whatever stands behind them.
static void test_words(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum oe_error error;
    } rows[] = {
        {"Price must be divisible by tick size. asset=4", OE_ERROR_PRICE},
        {"Order must have minimum value of $10. asset=4", OE_ERROR_SIZE},
        {"Insufficient margin to place order. asset=4", OE_ERROR_MARGIN},
        {"Reduce only order would increase position. asset=4", OE_ERROR_REDUCE_ONLY},
        {"Post only order would have immediately matched, bbo was 1@2. asset=4",
         OE_ERROR_WOULD_TAKE},
        {"Order could not immediately match against any resting orders. asset=4",
         OE_ERROR_NO_LIQUIDITY},
        {"Invalid TP/SL price. asset=4", OE_ERROR_PRICE},
        {"No liquidity available for market order. asset=4", OE_ERROR_NO_LIQUIDITY},
        {"Order would increase open interest while open interest is capped", OE_ERROR_LIMIT},
        {"Order price cannot be more than 80% away from the reference price", OE_ERROR_PRICE},
        {"Order has invalid size.", OE_ERROR_SIZE},
        {"Order has zero size.", OE_ERROR_SIZE},
        {"Order was never placed, already canceled, or filled.", OE_ERROR_NO_ORDER},
        {"User or API Wallet 0x01 does not exist.", OE_ERROR_KEYS},
        {"Must deposit before performing actions. User: 0x01", OE_ERROR_MARGIN},
        {"Too many cumulative requests sent (2 > 1) for cumulative volume traded $1.",
         OE_ERROR_RATE},
        {"Invalid nonce: duplicate nonce 1", OE_ERROR_NONCE},
        {"Builder fee has not been approved.", OE_ERROR_REQUEST},
        {"Vault not registered: 0x01", OE_ERROR_KEYS},
        {"something new", OE_ERROR_OTHER},
    };
    begin();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char body_data[512];
        struct text body = TEXT_OVER(body_data);
        struct oe_call call = {.kind = OE_PLACE, .tag = 1, .symbol = 0, .now_ns = NS_PER_S};
        text_add_format(&body, "{\"status\":\"err\",\"response\":\"%s\"}", rows[i].text);
        rig_forget(&rig);
        hyperliquid_oe.decode_answer(&rig.oe, &call, 200, (struct slice){"", 0}, text_slice(&body),
                                     &rig.sink);
        assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, rows[i].error);
    }
    // What a post cannot be answered with leaves an order in doubt, unless the words are known.
    static const char lost[] = "{\"channel\":\"post\",\"data\":{\"id\":37,\"response\":{\"type\":"
                               "\"error\",\"payload\":\"something new\"}}}"; // 1 << 5 | OE_PLACE
    _Static_assert((1 << 5 | OE_PLACE) == 37, "the number of the post");
    rig_forget(&rig);
    hyperliquid_oe.decode_frame(&rig.oe, 0, slice_of(lost), NS_PER_S, &rig.sink);
    assert_int_equal(rig_last(&rig, OE_EVENT_UNKNOWN)->tag, 1);
    rig_destroy(&rig);
}

// How orders end, in words of the list and in some that are not on it yet.
static void test_states(void **state) {
    (void)state;
    static const struct {
        const char *word;
        enum oe_state state;
    } rows[] = {
        {"open", OE_STATE_NEW},
        {"triggered", OE_STATE_NEW},
        {"canceled", OE_STATE_CANCELED},
        {"marginCanceled", OE_STATE_CANCELED},
        {"selfTradeCanceled", OE_STATE_CANCELED},
        {"liquidatedCanceled", OE_STATE_CANCELED},
        {"scheduledCancel", OE_STATE_CANCELED},
        {"internalCancel", OE_STATE_CANCELED},
        {"newlyInventedCanceled", OE_STATE_CANCELED},
        {"rejected", OE_STATE_REJECTED},
        {"tickRejected", OE_STATE_REJECTED},
        {"perpMarginRejected", OE_STATE_REJECTED},
        {"newlyInventedRejected", OE_STATE_REJECTED},
        {"iocCancelRejected", OE_STATE_EXPIRED},
        {"filled", OE_STATE_EXPIRED}, // with a rest
        {"whatever", OE_STATE_COUNT},
    };
    begin();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char frame_data[512];
        struct text frame = TEXT_OVER(frame_data);
        text_add_format(&frame,
                        "{\"channel\":\"orderUpdates\",\"data\":[{\"order\":{\"coin\":\"BTC\","
                        "\"side\":\"B\",\"limitPx\":\"1.0\",\"sz\":\"0.1\",\"oid\":5,"
                        "\"timestamp\":1,\"origSz\":\"0.1\"},\"status\":\"%s\","
                        "\"statusTimestamp\":2}]}",
                        rows[i].word);
        rig_forget(&rig);
        hyperliquid_oe.decode_frame(&rig.oe, 0, text_slice(&frame), NS_PER_S, &rig.sink);
        const struct oe_event *order = rig_last(&rig, OE_EVENT_ORDER);
        assert_int_equal(order != NULL ? order->order.state : OE_STATE_COUNT, rows[i].state);
        assert_int_equal(rig_count(&rig, OE_EVENT_SURPRISE), order == NULL);
    }
    rig_destroy(&rig);
}

static void test_client_id(void **state) {
    (void)state;
    hyperliquid_oe.client_id(UINT64_C(0x0123456789abcdef), UINT64_C(0xfedcba9876543210), id);
    assert_string_equal(id, "0x0123456789abcdeffedcba9876543210");
}

enum { SEEN_MAX = 2200 };

// The end of a list, of which the rig would keep the first rows only.
struct end_sink {
    struct oe_sink sink; // must be first
    char cursor[32];
    uint32_t fills, seen; // rows, and different trades among the first SEEN_MAX
    bool trades[SEEN_MAX];
};

static void on_event(struct oe_sink *sink, const struct oe_event *event) {
    struct end_sink *end = (struct end_sink *)(void *)sink;
    if (event->kind == OE_EVENT_FILL) {
        end->fills++;
        bool fresh = event->fill.trade < SEEN_MAX && !end->trades[event->fill.trade];
        end->seen += fresh;
        if (fresh) {
            end->trades[event->fill.trade] = true;
        }
    }
    if (event->kind == OE_EVENT_END) {
        (void)string_copy(end->cursor, sizeof(end->cursor), event->end.cursor);
    }
}

// A full page goes on from its end, and never stands still.
static void test_pages(void **state) {
    (void)state;
    static char body_data[512 * 1024];
    struct text body = TEXT_OVER(body_data);
    struct end_sink end = {.sink = {on_event}};
    begin();
    text_add_char(&body, '[');
    for (int i = 0; i < HYPERLIQUID_PAGE; i++) {
        text_add_format(&body,
                        "%s{\"coin\":\"BTC\",\"px\":\"1.0\",\"sz\":\"1.0\",\"side\":\"B\","
                        "\"time\":%d,\"oid\":1,\"crossed\":true,\"fee\":\"0.1\",\"tid\":%d,"
                        "\"feeToken\":\"USDC\"}",
                        i == 0 ? "" : ",", 9000 - i, i + 1);
    }
    text_add_char(&body, ']');
    assert_false(body.truncated);
    struct oe_call call = {.kind = OE_FILLS,
                           .tag = 1,
                           .symbol = OE_SYMBOL_NONE,
                           .since_ns = NS_PER_S,
                           .now_ns = rig.world.now_ns};
    static const char *const cursors[] = {"e7001", "e7000"}; // newest first: back in time
    for (size_t i = 0; i < COUNT_OF(cursors); i++) {
        char before[32];
        (void)string_copy(before, sizeof(before), slice_of(end.cursor));
        call.cursor = slice_of(before);
        assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_OK);
        hyperliquid_oe.decode_answer(&rig.oe, &call, 200, (struct slice){"", 0}, text_slice(&body),
                                     &end.sink);
        assert_string_equal(end.cursor, cursors[i]);
    }
    assert_int_equal(end.fills, 2 * HYPERLIQUID_PAGE);
    assert_non_null(strstr(rig.message.body.data, "\"startTime\":1000,\"endTime\":7001"));
    call.cursor = SLICE("x1");
    assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_DATA);
    rig_destroy(&rig);
}

// More fills than an answer holds, from the server.
static void test_many_fills(void **state) {
    (void)state;
    static const uint32_t count = HYPERLIQUID_PAGE + 100;
    static struct end_sink end = {.sink = {on_event}};
    begin();
    rig_show(&rig, 0, 60000, 60001, 100000);
    for (uint32_t i = 0; i < count; i++) {
        hyperliquid_oe.client_id(1, i + 1, id);
        struct oe_call call = order_call(OE_PLACE, 60001, 1);
        call.order.kind = OE_IOC;
        call.order.side = i % 2 == 0 ? SIDE_BUY : SIDE_SELL;
        call.order.price.v = (i % 2 == 0 ? 60001 : 60000) * PX_ONE;
        assert_int_equal(rig_call(&rig, &call), STATUS_OK);
        rig_pass(&rig, 60); // the venue takes two thousand messages a minute
        rig_forget(&rig);
    }
    assert_int_equal(rig.account->fill_count, count);
    struct oe_call call = {.kind = OE_FILLS, .tag = 1, .symbol = OE_SYMBOL_NONE, .since_ns = 1};
    uint32_t pages = 0;
    do {
        char cursor[32];
        (void)string_copy(cursor, sizeof(cursor), slice_of(end.cursor));
        call.cursor = slice_of(cursor);
        call.now_ns = rig.world.now_ns;
        assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_OK);
        struct vsim_request request = {
            .method = SLICE("POST"), .path = SLICE("/info"), .body = text_slice(&rig.message.body)};
        struct vsim_reply reply = {.headers = text_over(rig.headers, VSIM_HEADERS_SIZE),
                                   .body = text_over(rig.body, VSIM_SCRATCH_SIZE)};
        vsim_call(&rig.world, &request, &reply);
        assert_false(reply.body.truncated);
        hyperliquid_oe.decode_answer(&rig.oe, &call, reply.status, (struct slice){"", 0},
                                     text_slice(&reply.body), &end.sink);
    } while (end.cursor[0] != '\0' && ++pages < 10);
    assert_int_equal(pages, 1);
    assert_int_equal(end.seen, count);
    rig_destroy(&rig);
}

// Funding is told on the stream and by call, positive when paid.
static void test_funding(void **state) {
    (void)state;
    begin();
    hyperliquid_oe.client_id(1, 2, id);
    struct oe_call call = order_call(OE_PLACE, 60001, 1000);
    call.order.kind = OE_IOC;
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    rig.world.listings[0].funding = (struct rate){INT64_C(100000000)}; // 0.0001
    for (int minute = 0; minute < 70; minute++) {
        rig_pass(&rig, 60000);
    }
    struct oe_call asked = {.kind = OE_FUNDING_PAID, .symbol = OE_SYMBOL_NONE, .since_ns = 1};
    uint32_t pushed = rig_count(&rig, OE_EVENT_FUNDING);
    assert_int_equal(rig_call(&rig, &asked), STATUS_OK);
    if (pushed == 0) {
        rig_print(&rig);
    }
    assert_int_equal(pushed, 1);
    assert_int_equal(rig_count(&rig, OE_EVENT_FUNDING), 2);
    assert_true(rig_last(&rig, OE_EVENT_FUNDING)->funding.amount.v > 0);
    rig_destroy(&rig);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agent),
        cmocka_unit_test(test_deadman_refused),
        cmocka_unit_test(test_change),
        cmocka_unit_test(test_change_refused),
        cmocka_unit_test(test_change_of_partial),
        cmocka_unit_test(test_change_of_listed),
        cmocka_unit_test(test_change_lost),
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_change_unanswered),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_client_id),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_many_fills),
        cmocka_unit_test(test_funding),
    };
    return cmocka_run_group_tests_name("hyperliquid_oe", tests, NULL, NULL);
}
