// What Lighter has of its own: numbers in order, integers on the wire, tokens, ids of 48 bits; and
// the private samples of its sheet as events, compared with what was read by eye once
// (golden/lighter_oe.txt; PERPDESK_GOLDEN as in test_samples.c).
#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exchanges/bytes_text.h"
#include "exchanges/lighter_oe.h"
#include "exchanges/lighter_sim_private.h"
#include "oe_rig.h"

enum { GOLDEN_MAX = 64 * 1024, FRAME = -1 };

#define KEY "3f135631ba2a32926e1d5747c7a36f69a84ded4c85b398b55fcd4156fb7193bcdfc6d0e9449f1f05"
static const struct slice secrets[OE_SECRETS_MAX] = {{KEY, 80}, {"715085", 6}, {"5", 1}};

static struct rig rig;

static void begin(void) {
    if (rig_create(&rig, "lighter", secrets, NULL, USD(100000)) != STATUS_OK || !rig_start(&rig)) {
        rig_print(&rig);
        fail_msg("%s", status_text());
    }
    rig_forget(&rig);
}

static struct lighter *client(void) {
    return rig.oe.state;
}

static uint64_t venue_nonce(void) {
    const struct lighter_private *own = rig.account->own;
    return own->nonce;
}

static struct oe_call order_call(const char *id, int64_t price) {
    return (struct oe_call){
        .kind = OE_PLACE,
        .symbol = 0,
        .order = {.kind = OE_POST_ONLY, .price = {price * PX_ONE}, .size = {QTY_ONE / 100}},
        .client_id = slice_of(id)};
}

static enum status place(const char *id, int64_t price) {
    struct oe_call call = order_call(id, price);
    return rig_call(&rig, &call);
}

// Encoded, and on the way for good: nothing of it arrives.
static uint64_t lose(const char *id, uint32_t tag) {
    struct oe_call call = order_call(id, 59990);
    call.tag = tag;
    call.now_ns = rig.world.now_ns;
    assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_OK);
    return rig.message.number;
}

// ---- numbers -----------------------------------------------------------------------------------

static void test_in_order(void **state) {
    (void)state;
    begin();
    uint64_t first = client()->nonce;
    assert_int_equal(place("1", 59990), STATUS_OK);
    assert_int_equal(place("2", 59990), STATUS_OK);
    assert_int_equal(rig.message.number, first + 2); // one more than its nonce
    assert_int_equal(rig.account->live_count, 2);
    assert_int_equal(venue_nonce(), first + 2);
    // A refusal keeps its number, and the next order takes it.
    assert_int_equal(place("2", 59990), STATUS_OK);
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_DUPLICATE);
    assert_int_equal(client()->nonce, first + 2);
    assert_int_equal(place("3", 59990), STATUS_OK);
    assert_int_equal(rig.account->live_count, 3);
    rig_destroy(&rig);
}

static void test_wrong_number(void **state) {
    (void)state;
    enum oe_call_kind kind;
    begin();
    rig.account->faults[VACC_FAULT_NONCE] = 1;
    assert_int_equal(place("1", 59990), STATUS_OK);
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_NONCE);
    assert_int_equal(place("2", 59990), STATUS_UNAVAILABLE);
    assert_true(rig.oe.venue->upkeep(&rig.oe, rig.world.now_ns, &kind) <= rig.world.now_ns);
    assert_int_equal(kind, OE_NONCE);
    rig_pass(&rig, 10);
    assert_non_null(rig_last(&rig, OE_EVENT_NONCE));
    assert_int_equal(place("2", 59990), STATUS_OK);
    assert_int_equal(rig.account->live_count, 1);
    rig_destroy(&rig);
}

static void test_unsent(void **state) {
    (void)state;
    enum oe_call_kind kind;
    begin();
    uint64_t next = client()->nonce;
    uint64_t one = lose("1", 1001);
    rig.oe.venue->number_unused(&rig.oe, one);
    assert_true(client()->nonce_known);
    assert_int_equal(client()->nonce, next);
    rig.oe.venue->number_unused(&rig.oe, one); // once is enough
    assert_int_equal(client()->nonce, next);
    // With a newer one out the older one's number cannot be used again: the count is asked for, but
    // not before the newer one is answered or given up.
    one = lose("1", 1002);
    (void)lose("2", 1003);
    rig.oe.venue->number_unused(&rig.oe, one);
    assert_int_equal(place("3", 59990), STATUS_UNAVAILABLE);
    assert_true(rig.oe.venue->upkeep(&rig.oe, rig.world.now_ns, &kind) > rig.world.now_ns);
    rig_pass(&rig, 11000);
    rig_pass(&rig, 10);
    assert_int_equal(place("3", 59990), STATUS_OK);
    assert_int_equal(rig.account->live_count, 1);
    rig_destroy(&rig);
}

// A socket that is lost with transactions on the way: the count is asked for before the next.
static void test_lost_socket(void **state) {
    (void)state;
    begin();
    uint64_t next = client()->nonce;
    (void)lose("1", 1001);
    vsim_session_finish(&rig.sockets[0].session);
    rig.sockets[0].open = false;
    assert_true(rig_connect(&rig, 0));
    rig_pass(&rig, 10);
    assert_true(client()->nonce_known);
    assert_int_equal(client()->nonce, next);
    assert_int_equal(place("2", 59990), STATUS_OK);
    assert_int_equal(rig.account->live_count, 1);
    rig_destroy(&rig);
}

static void test_many_on_the_way(void **state) {
    (void)state;
    begin();
    for (uint32_t i = 0; i < LIGHTER_FLIGHTS_MAX; i++) {
        (void)lose("1", 1001 + i);
    }
    assert_int_equal(place("1", 59990), STATUS_UNAVAILABLE);
    rig_destroy(&rig);
}

// An error without id is the only transaction's answer; with two on the way it is nobody's.
static void test_error_without_id(void **state) {
    (void)state;
    const struct slice error = SLICE("{\"type\":\"error\",\"code\":21727,\"message\":\"invalid\"}");
    begin();
    (void)lose("1", 1001);
    rig.oe.venue->decode_frame(&rig.oe, 0, error, rig.world.now_ns, &rig.sink);
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->tag, 1001);
    rig_forget(&rig);
    (void)lose("1", 1002);
    (void)lose("2", 1003);
    rig.oe.venue->decode_frame(&rig.oe, 0, error, rig.world.now_ns, &rig.sink);
    assert_null(rig_last(&rig, OE_EVENT_REJECTED));
    assert_non_null(rig_last(&rig, OE_EVENT_SURPRISE));
    assert_int_equal(place("3", 59990), STATUS_UNAVAILABLE);
    rig_destroy(&rig);
}

// A limit that names no request holds for all of them: the lane slows down.
static void test_limit_without_id(void **state) {
    (void)state;
    begin();
    rig_forget(&rig);
    rig.oe.venue->decode_frame(&rig.oe, 0,
                               SLICE("{\"error\":{\"code\":30009,\"message\":\"too many\"}}"),
                               rig.world.now_ns, &rig.sink);
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_RATE);
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->tag, 0);
    rig_destroy(&rig);
}

// ---- integers ----------------------------------------------------------------------------------

static enum status encode_order(int64_t price, int64_t size, const char *id) {
    struct oe_call call = order_call(id, 0);
    call.tag = 1;
    call.now_ns = rig.world.now_ns;
    call.order.price.v = price;
    call.order.size.v = size;
    return oe_encode(&rig.oe, &call, &rig.message);
}

// BTC: a tenth of a dollar, a hundred-thousandth of a coin.
static void test_integers(void **state) {
    (void)state;
    begin();
    assert_int_equal(encode_order(59990 * PX_ONE + PX_ONE / 10, QTY_ONE / 100000, "1"), STATUS_OK);
    assert_non_null(strstr(rig.message.body_data, "\"BaseAmount\":1,\"Price\":599901,\"IsAsk\":0"));
    assert_non_null(strstr(rig.message.body_data, "\"TimeInForce\":2,\"ReduceOnly\":0"));
    assert_int_equal(encode_order(59990 * PX_ONE + 1, QTY_ONE / 100000, "1"), STATUS_DATA);
    assert_int_equal(encode_order(59990 * PX_ONE, QTY_ONE / 100000 + 1, "1"), STATUS_DATA);
    assert_int_equal(encode_order(PX_ONE, QTY_ONE, "281474976710655"), STATUS_OK);
    assert_int_equal(encode_order(PX_ONE, QTY_ONE, "281474976710656"), STATUS_DATA);
    assert_int_equal(encode_order(PX_ONE, QTY_ONE, "0"), STATUS_DATA);
    assert_int_equal(encode_order(PX_ONE, QTY_ONE, "a1"), STATUS_DATA);
    // Listing and market may differ: what the market cannot tell is not sent.
    client()->markets[0].size_unit = QTY_ONE;
    assert_int_equal(encode_order(PX_ONE, QTY_ONE / 100000, "1"), STATUS_DATA);
    client()->markets[0].price_unit = 1;
    assert_int_equal(encode_order(PX_ONE, QTY_ONE, "1"), STATUS_DATA); // above 32 bits
    client()->markets[0].known = false;
    assert_int_equal(encode_order(PX_ONE, QTY_ONE, "1"), STATUS_UNAVAILABLE);
    rig_destroy(&rig);
}

static int compare_numbers(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void test_client_ids(void **state) {
    (void)state;
    enum { SESSIONS = 4, JOBS = 500, ORDERS = 20, COUNT = JOBS * ORDERS };
    static uint64_t numbers[COUNT];
    for (uint64_t session = 1; session <= SESSIONS; session++) {
        size_t count = 0;
        for (uint64_t job = 0; job < JOBS; job++) {
            for (uint64_t order = 0; order < ORDERS; order++) {
                char id[OE_CLIENT_ID_MAX];
                int64_t number;
                lighter_oe.client_id(session, job << 16 | order, id);
                assert_true(decimal_parse(slice_of(id), 0, &number));
                assert_true(number >= 1 && number < INT64_C(1) << 48);
                numbers[count++] = (uint64_t)number;
            }
        }
        qsort(numbers, count, sizeof(numbers[0]), compare_numbers);
        for (size_t i = 1; i < count; i++) {
            assert_true(numbers[i] != numbers[i - 1]);
        }
    }
}

// ---- tokens ------------------------------------------------------------------------------------

// Deadline of the token of a call at that time; it has to be good for a socket's life from then on.
static int64_t token_deadline_s(int64_t now_ns) {
    struct oe_call call = {.kind = OE_FEES, .tag = 1, .symbol = OE_SYMBOL_NONE, .now_ns = now_ns};
    uint8_t signature[SCHNORR_SIGNATURE_SIZE];
    struct slice token, deadline;
    int64_t seconds;
    assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_OK);
    struct slice query = slice_of(strchr(rig.message.path_data, '?') + 1);
    assert_true(vsim_query(query, "auth", &token));
    assert_non_null(strstr(rig.message.headers_data, "authorization: "));
    struct slice rest = token;
    deadline = vsim_cut(&rest, ':');
    (void)vsim_cut(&rest, ':');
    (void)vsim_cut(&rest, ':');
    assert_true(decimal_parse(deadline, 0, &seconds));
    assert_true(hex_read(rest, signature, sizeof(signature)));
    struct slice message = {token.data, (size_t)(rest.data - token.data) - 1};
    assert_true(schnorr_verify(client()->key.public_key, lighter_token_hash(message), signature));
    assert_true(seconds * NS_PER_S > now_ns && seconds - now_ns / NS_PER_S < 8 * 3600);
    return seconds;
}

static void test_tokens(void **state) {
    (void)state;
    begin();
    int64_t now_ns = rig.world.now_ns, last_s = token_deadline_s(now_ns);
    uint32_t renewed = 0;
    for (int minute = 1; minute < 24 * 60; minute++) {
        int64_t at_ns = now_ns + minute * 60 * NS_PER_S;
        int64_t deadline_s = token_deadline_s(at_ns);
        assert_true(deadline_s * NS_PER_S - at_ns > lighter_oe.socket_age_max_s * NS_PER_S);
        renewed += deadline_s != last_s;
        last_s = deadline_s;
    }
    assert_in_range(renewed, 3, 15);
    // A token the venue does not take any more is a matter of the login.
    rig_forget(&rig);
    rig.account->faults[VACC_FAULT_LOGIN] = 1;
    struct oe_call call = {.kind = OE_FEES, .symbol = OE_SYMBOL_NONE};
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_non_null(rig_last(&rig, OE_EVENT_REJECTED));
    rig_destroy(&rig);
}

// ---- the rest of the account -------------------------------------------------------------------

static void test_keys_and_funding(void **state) {
    (void)state;
    begin();
    struct oe_call call = {.kind = OE_KEYS, .symbol = OE_SYMBOL_NONE};
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_true(rig_last(&rig, OE_EVENT_KEYS)->keys.can_trade);
    client()->key.public_key.c[0] ^= 1; // another key than the venue knows
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_false(rig_last(&rig, OE_EVENT_KEYS)->keys.can_trade);
    client()->key.public_key.c[0] ^= 1;
    call = (struct oe_call){.kind = OE_LEVERAGE, .symbol = 0, .leverage = 3};
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_non_null(strstr(rig.message.body_data, "\"InitialMarginFraction\":3334,"));
    assert_int_equal(rig.account->leverage[0], 2); // 10000 / 3334: never more than was asked for
    call = (struct oe_call){.kind = OE_FUNDING_PAID, .symbol = OE_SYMBOL_NONE};
    rig_forget(&rig);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig_last(&rig, OE_EVENT_END)->end.rows, 0);
    rig_destroy(&rig);
}

// What a socket begins with is no news: fills of before are told as a picture.
static void test_history(void **state) {
    (void)state;
    begin();
    struct oe_call call = order_call("1", 60001);
    call.order.kind = OE_IOC;
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    rig_pass(&rig, 400);
    rig_pass(&rig, 1);
    assert_false(rig_last(&rig, OE_EVENT_FILL)->snapshot);
    assert_int_equal(rig_count(&rig, OE_EVENT_FILL), 1);
    uint64_t trade = rig_last(&rig, OE_EVENT_FILL)->fill.trade;
    vsim_session_finish(&rig.sockets[0].session);
    rig.sockets[0].open = false;
    rig_forget(&rig);
    assert_true(rig_connect(&rig, 0));
    assert_int_equal(rig_count(&rig, OE_EVENT_FILL), 1);
    assert_true(rig_last(&rig, OE_EVENT_FILL)->snapshot);
    assert_int_equal(rig_last(&rig, OE_EVENT_FILL)->fill.trade, trade);
    assert_int_equal(rig_last(&rig, OE_EVENT_POSITION)->position.net.v, QTY_ONE / 100);
    rig_destroy(&rig);
}

// A market that is missing from the positions is flat, and is told as that once.
static void test_flat(void **state) {
    (void)state;
    begin();
    struct oe_call call = order_call("1", 60001);
    call.order.kind = OE_IOC;
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    rig_pass(&rig, 400);
    rig_pass(&rig, 1);
    assert_int_equal(rig_last(&rig, OE_EVENT_POSITION)->position.net.v, QTY_ONE / 100);
    rig_forget(&rig);
    call = order_call("2", 60000);
    call.order.side = SIDE_SELL;
    call.order.kind = OE_IOC;
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    rig_pass(&rig, 400);
    rig_pass(&rig, 1);
    assert_int_equal(rig_count(&rig, OE_EVENT_POSITION), 1);
    assert_int_equal(rig_last(&rig, OE_EVENT_POSITION)->symbol, 0);
    assert_int_equal(rig_last(&rig, OE_EVENT_POSITION)->position.net.v, 0);
    rig_destroy(&rig);
}

static void forget_markets(void) {
    struct lighter *lighter = rig.oe.state;
    lighter->markets_known = false;
    memset(lighter->markets, 0, sizeof(lighter->markets));
}

// Before the markets are known nobody can say of what a position or a fill is: the list is no
// answer.
static void test_lists_before_markets(void **state) {
    (void)state;
    begin();
    vacc_meddle(rig.account, &rig.world, 0, SIDE_BUY, (struct qty){QTY_ONE / 100}, false);
    rig_pass(&rig, 1);
    static const enum oe_call_kind lists[] = {OE_POSITIONS, OE_FILLS};
    struct oe_call call = {.symbol = OE_SYMBOL_NONE};
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        call.kind = lists[i];
        rig_forget(&rig);
        assert_int_equal(rig_call(&rig, &call), STATUS_OK);
        assert_int_equal(rig_count(&rig, OE_EVENT_END), 1);
    }
    forget_markets();
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        call.kind = lists[i];
        rig_forget(&rig);
        assert_int_equal(rig_call(&rig, &call), STATUS_OK);
        assert_int_equal(rig_count(&rig, OE_EVENT_END), 0);
        assert_int_equal(rig_count(&rig, OE_EVENT_POSITION), 0);
        assert_int_equal(rig_count(&rig, OE_EVENT_FILL), 0);
    }
    rig_destroy(&rig);
}

// More fills than a page holds: the cursor leads to the rest, and no further than is asked for.
static void test_pages(void **state) {
    (void)state;
    enum { FILLS = 105, PAGE = 100 };
    begin();
    int64_t middle_ns = 0;
    for (int i = 0; i < FILLS; i++) {
        rig.world.now_ns += NS_PER_MS;
        middle_ns = i == FILLS / 2 ? rig.world.now_ns : middle_ns;
        vacc_meddle(rig.account, &rig.world, 0, i % 2 == 0 ? SIDE_BUY : SIDE_SELL,
                    (struct qty){QTY_ONE / 100}, false);
    }
    rig_pass(&rig, 1);
    rig_forget(&rig);
    struct oe_call call = {.kind = OE_FILLS, .symbol = OE_SYMBOL_NONE};
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig_count(&rig, OE_EVENT_FILL), PAGE);
    char cursor[64];
    (void)string_copy(cursor, sizeof(cursor), rig_last(&rig, OE_EVENT_END)->end.cursor);
    assert_true(cursor[0] != '\0');
    call.cursor = slice_of(cursor);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig_count(&rig, OE_EVENT_FILL), FILLS);
    assert_int_equal(rig_last(&rig, OE_EVENT_END)->end.cursor.size, 0);
    rig_forget(&rig);
    call = (struct oe_call){.kind = OE_FILLS, .symbol = 0, .since_ns = middle_ns};
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig_count(&rig, OE_EVENT_FILL), FILLS - FILLS / 2);
    assert_int_equal(rig_last(&rig, OE_EVENT_END)->end.cursor.size, 0);
    rig_destroy(&rig);
}

static void test_funding(void **state) {
    (void)state;
    begin();
    rig.world.listings[0].funding = (struct rate){PX_ONE / 10000};
    struct oe_call call = order_call("1", 60001);
    call.order.kind = OE_IOC;
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    rig_pass(&rig, 1000);
    rig_pass(&rig, 3700 * 1000);
    rig_forget(&rig);
    call = (struct oe_call){.kind = OE_FUNDING_PAID, .symbol = OE_SYMBOL_NONE};
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    const struct oe_event *paid = rig_last(&rig, OE_EVENT_FUNDING);
    assert_non_null(paid); // a long pays a positive rate
    assert_int_equal(paid->symbol, 0);
    assert_int_equal(paid->funding.amount.v, rig.account->positions[0].funding.v);
    assert_true(paid->funding.amount.v > 0);
    forget_markets();
    rig_forget(&rig);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig_count(&rig, OE_EVENT_END), 0); // no answer
    rig_destroy(&rig);
}

// ---- samples -----------------------------------------------------------------------------------

struct sample {
    const char *name;
    int kind; // enum oe_call_kind, or FRAME
    const char *account;
};

static const struct sample samples[] = {
    {"ws_connected", FRAME, "1234"},
    {"ws_ping_pong", FRAME, "1234"},
    {"ws_error", FRAME, "1234"},
    {"ws_error_variants", FRAME, "1234"},
    {"ws_sendtx_ok", FRAME, "1234"},
    {"ws_unsubscribed", FRAME, "1234"},
    {"ws_order_update", FRAME, "1234"},
    {"ws_fill", FRAME, "1234"},
    {"ws_fill", FRAME, "91249"},
    {"ws_fill", FRAME, "5"},
    {"ws_position", FRAME, "1234"},
    {"ws_user_stats", FRAME, "1234"},
    {"ws_assets", FRAME, "1234"},
    {"rest_instruments", OE_RULES, "1234"},
    {"rest_next_nonce", OE_NONCE, "1234"},
    {"rest_orders", OE_OPEN_ORDERS, "712440"},
    {"rest_orders", OE_QUERY, "712440"},
    {"rest_recent_trades", OE_FILLS, "719347"},
    {"rest_recent_trades_missing", OE_FILLS, "719347"},
    {"rest_positions", OE_POSITIONS, "1077"},
    {"rest_positions", OE_BALANCES, "1077"},
    {"rest_account", OE_POSITIONS, "123456"},
    {"rest_account", OE_BALANCES, "123456"},
    {"rest_account", OE_BALANCES, "7"},
    {"rest_order_error", OE_FEES, "1234"},
};

struct printer {
    struct oe_sink sink; // must be first
    const struct oe *oe;
    struct text *out;
};

static void print_event(struct oe_sink *sink, const struct oe_event *event) {
    struct printer *printer = (struct printer *)(void *)sink;
    oe_event_print(printer->out, printer->oe, event);
    text_add_char(printer->out, '\n');
}

static void decode_one(const struct sample *sample, struct slice body, struct text *out) {
    const struct slice own[OE_SECRETS_MAX] = {{KEY, 80}, slice_of(sample->account), {"5", 1}};
    struct universe universe;
    struct oe oe;
    struct printer printer = {{print_event}, &oe, out};
    assert_int_equal(universe_create(&universe, 1, 2), STATUS_OK);
    assert_int_equal(symbol_parse(&universe.symbols[0], SLICE("BTC/USDT")), STATUS_OK);
    assert_int_equal(symbol_parse(&universe.symbols[1], SLICE("ETH/USDT")), STATUS_OK);
    assert_int_equal(
        oe_create(&oe, &lighter_oe, venue_find(SLICE("lighter"))->md, &universe, false, own),
        STATUS_OK);
    struct lighter *lighter = oe.state;
    lighter->markets[0] = (struct lighter_market_rules){true, false, 1, PX_ONE / 10, 1000};
    lighter->markets[1] = (struct lighter_market_rules){true, false, 0, PX_ONE / 100, 10000};
    lighter->acknowledged = LIGHTER_CHANNELS;
    struct oe_call call = {.kind =
                               sample->kind == FRAME ? OE_RULES : (enum oe_call_kind)sample->kind,
                           .tag = 1,
                           .symbol = OE_SYMBOL_NONE,
                           .client_id = SLICE("42"),
                           .now_ns = 1};
    if (sample->kind == FRAME) {
        lighter_oe.decode_frame(&oe, 0, body, 1, &printer.sink);
    } else {
        lighter_oe.decode_answer(&oe, &call, 200, SLICE(""), body, &printer.sink);
    }
    oe_destroy(&oe);
    universe_finish(&universe);
}

static void decode_file(const struct sample *sample, struct text *out) {
    char name[64];
    struct text name_text = TEXT_OVER(name);
    size_t size;
    struct json r;
    text_add_format(&name_text, "%s.json", sample->name);
    char *data = harness_read(harness_path("venues/samples/lighter", name), &size);
    char *compact = malloc(size + 1);
    assert_non_null(compact);
    struct slice list =
        harness_compact(harness_member((struct slice){data, size}, "message"), compact);
    text_add_format(out, "%s %s account %s\n", sample->name,
                    sample->kind == FRAME ? "frame" : oe_call_name((enum oe_call_kind)sample->kind),
                    sample->account);
    json_init(&r, list);
    if (json_peek(&r) == JSON_OBJECT) {
        decode_one(sample, list, out);
    } else {
        json_array_begin(&r);
        while (json_array_next(&r)) {
            decode_one(sample, json_raw(&r), out);
        }
    }
    free(compact);
    free(data);
}

static void test_samples(void **state) {
    (void)state;
    static char found_data[GOLDEN_MAX];
    struct text found = TEXT_OVER(found_data);
    if (!harness_has_shared()) {
        skip();
    }
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        decode_file(&samples[i], &found);
    }
    assert_false(found.truncated);
    harness_compare_golden(&found, "lighter_oe.txt");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_order),
        cmocka_unit_test(test_wrong_number),
        cmocka_unit_test(test_unsent),
        cmocka_unit_test(test_lost_socket),
        cmocka_unit_test(test_many_on_the_way),
        cmocka_unit_test(test_error_without_id),
        cmocka_unit_test(test_limit_without_id),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_client_ids),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_keys_and_funding),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_flat),
        cmocka_unit_test(test_lists_before_markets),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_funding),
        cmocka_unit_test(test_samples),
    };
    return cmocka_run_group_tests_name("lighter_oe", tests, NULL, NULL);
}
