// Every code of the sheets' tables of errors that an answer to an order may carry: binance.md,
// aster.md, okx.md, backpack.md and grvt.md, section 7. The other venues' tables are in their own
// tests. What an answer is called decides what is done: an order is over, asked for, or sent anew.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "oe_rig.h"

static const struct client {
    const char *venue;
    struct slice secrets[OE_SECRETS_MAX]; // throw-away ones
    const char *body;                     // with the code's place
    uint32_t http_status;                 // 0 = 400
} clients[] = {
    {"binance",
     {{"THROWAWAYapikey", 15}, {"THROWAWAYsecret", 15}},
     "{\"code\":%s,\"msg\":\"why\"}"},
    {"aster",
     {{"", 0}, {"", 0}, {"THROWAWAYapikey", 15}, {"THROWAWAYsecret", 15}},
     "{\"code\":%s,\"msg\":\"why\"}"},
    {"okx",
     {{"11111111-2222-3333", 18}, {"0123456789ABCDEF", 16}, {"throwaway-Pass1", 15}},
     "{\"code\":\"1\",\"msg\":\"\",\"data\":[{\"sCode\":\"%s\",\"sMsg\":\"why\"}]}"},
    {"okx",
     {{"11111111-2222-3333", 18}, {"0123456789ABCDEF", 16}, {"throwaway-Pass1", 15}},
     "{\"code\":\"%s\",\"msg\":\"why\",\"data\":[]}"},
    {"backpack",
     {{"vfByFuH0rHfDCRwacmX3JqyKlht7lqwNja1o517PCAc=", 44},
      {"dGhyb3ctYXdheSBzZWVkIG9mIGEgdGVzdCwgbm8uIDE=", 44}},
     "{\"code\":\"%s\",\"message\":\"why\"}"},
    {"grvt",
     {{"THROWAWAYapikey", 15},
      {"0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318", 66},
      {"2147050003876484", 16}},
     "{\"code\":%s,\"message\":\"why\",\"status\":400}"},
    {"binance",
     {{"THROWAWAYapikey", 15}, {"THROWAWAYsecret", 15}},
     "{\"code\":%s,\"msg\":\"why\"}",
     500},
    {"aster",
     {{"", 0}, {"", 0}, {"THROWAWAYapikey", 15}, {"THROWAWAYsecret", 15}},
     "{\"code\":%s,\"msg\":\"why\"}",
     504},
    {"binance",
     {{"THROWAWAYapikey", 15}, {"THROWAWAYsecret", 15}},
     "{\"code\":%s,\"msg\":\"Service Unavailable.\"}",
     503},
    {"extended",
     {{"throwawayapikey", 15}, {"0x7a7ff6fd3cab02cc", 18}, {"10002", 5}},
     "{\"status\":\"ERROR\",\"error\":{\"code\":%s,\"message\":\"why\"}}"},
};
enum {
    BINANCE,
    ASTER,
    OKX_ORDER,
    OKX,
    BACKPACK,
    GRVT,
    BINANCE_500,
    ASTER_504,
    BINANCE_503,
    EXTENDED,
    CLIENTS
};

static const struct row {
    int client;
    const char *codes, *event;
} rows[] = {
    {BINANCE, "-1003 -1015", "rejected rate"},
    {BINANCE, "-1006 -1007", "unknown none"},
    {BINANCE, "-1008", "rejected busy"},
    {BINANCE, "-1021 -5028", "rejected clock"},
    {BINANCE, "-1022 -2014 -2015", "rejected keys"},
    {BINANCE, "-1102 -1111 -4015 -4061 -5039", "rejected request"},
    {BINANCE, "-1121 -4140", "rejected symbol"},
    {BINANCE, "-2011 -2013", "rejected no_order"},
    {BINANCE, "-2018 -2019", "rejected margin"},
    {BINANCE, "-2020 -5021", "rejected no_liquidity"},
    {BINANCE, "-2022 -4118", "rejected reduce_only"},
    {BINANCE, "-2025 -2027 -2028 -4192 -4400", "rejected limit"},
    {BINANCE, "-4003 -4004 -4005 -4023 -4164", "rejected size"},
    {BINANCE, "-2021 -4014 -4016 -4024 -4131", "rejected price"},
    {BINANCE, "-4116", "rejected duplicate"},
    {BINANCE, "-5022", "rejected would_take"},
    {BINANCE, "-99999", "rejected other"},
    {ASTER, "-4183 -4184", "rejected price"},
    {ASTER, "-4225", "rejected nonce"},
    {ASTER, "-2010", "rejected other"}, // "order rejected": the venue's words are all there is
    {OKX, "50001 50013 50026", "rejected busy"},
    {OKX, "50004", "unknown none"},
    {OKX, "50011 50061", "rejected rate"},
    {OKX, "50102", "rejected clock"},
    {OKX, "50100 50105 50110 50111 50113 50114 50119", "rejected keys"},
    {OKX_ORDER, "50004", "unknown none"},
    {OKX_ORDER, "51000", "rejected request"},
    {OKX_ORDER, "51001", "rejected symbol"},
    {OKX_ORDER, "51004 51005", "rejected limit"},
    {OKX_ORDER, "51006 51135 51136 51137 51138", "rejected price"},
    {OKX_ORDER, "51008 51119 51127 51131", "rejected margin"},
    {OKX_ORDER, "51010", "rejected keys"},
    {OKX_ORDER, "51016", "rejected duplicate"},
    {OKX_ORDER, "51020 51121", "rejected size"},
    {OKX_ORDER, "51112", "rejected reduce_only"},
    {OKX_ORDER, "51400 51401 51402 51410 51603", "rejected no_order"},
    {BACKPACK, "ACCOUNT_DEACTIVATED FORBIDDEN INVALID_SIGNATURE INVALID_SOURCE", "rejected keys"},
    {BACKPACK, "INVALID_TWO_FACTOR_CODE UNAUTHORIZED", "rejected keys"},
    {BACKPACK, "ACCOUNT_LIQUIDATING BORROW_LIMIT INSUFFICIENT_FUNDS", "rejected margin"},
    {BACKPACK, "BORROW_REQUIRES_LEND_REDEEM LEND_REQUIRES_BORROW_REPAY", "rejected margin"},
    {BACKPACK, "INSUFFICIENT_MARGIN INSUFFICIENT_SUPPLY MAX_LEVERAGE_REACHED", "rejected margin"},
    {BACKPACK, "INVALID_ASSET INVALID_MARKET INVALID_SYMBOL TRADING_PAUSED", "rejected symbol"},
    {BACKPACK, "INVALID_CLIENT_REQUEST INVALID_RANGE NOT_IMPLEMENTED", "rejected request"},
    {BACKPACK, "INVALID_POSITION_ID", "rejected request"},
    {BACKPACK, "INVALID_PRICE", "rejected price"},
    {BACKPACK, "INVALID_QUANTITY", "rejected size"},
    {BACKPACK, "LEND_LIMIT ORDER_LIMIT POSITION_LIMIT", "rejected limit"},
    {BACKPACK, "MAINTENANCE TOO_EARLY", "rejected busy"},
    {BACKPACK, "RESOURCE_NOT_FOUND", "rejected no_order"},
    {BACKPACK, "TOO_MANY_REQUESTS", "rejected rate"},
    {BACKPACK, "TIMEOUT SERVER_ERROR", "unknown none"},
    {BACKPACK, "INVALID_ORDER PRECONDITION_FAILED", "rejected other"}, // the words would say more
    {GRVT, "1000", "rejected login"},
    {GRVT, "1001 1008 1400 2000 2002 2003 2004 3020", "rejected keys"},
    {GRVT, "1002 1005", "unknown none"},
    {GRVT, "1003 1012 2005 2006 2007 2010 2011 2020 2021 2030 2032", "rejected request"},
    {GRVT, "2300 2301 3021 3030 3031 6000", "rejected request"},
    {GRVT, "1004", "rejected no_order"},
    {GRVT, "1006", "rejected rate"},
    {GRVT, "1009", "rejected busy"},
    {GRVT, "2001 2008", "rejected clock"},
    {GRVT, "2012", "rejected duplicate"},
    {GRVT, "2060 2061 3000", "rejected symbol"},
    {GRVT, "2062 2065 2066", "rejected size"},
    {GRVT, "2064 7201", "rejected price"},
    {GRVT, "2080 2082 2084", "rejected margin"},
    {GRVT, "2081 2083 2090", "rejected limit"},
    {GRVT, "2400 2401 2402", "rejected reduce_only"},
    // The venue's own failure says nothing of what became of the order, whatever code is with it.
    {BINANCE_500, "-1000 -1001 -1015 -2019 -99999", "unknown none"},
    {BINANCE_500, "-1008", "rejected busy"},
    {ASTER_504, "-1000 -1001 -2010", "unknown none"},
    {BINANCE_503, "-1001", "rejected other"},
};

static struct oe_event last; // of the call
static struct rig rig;

static void keep_last(struct oe_sink *sink, const struct oe_event *event) {
    (void)sink;
    last = event->tag != 0 ? *event : last;
}

// The text with `word` where its %s is.
static void with_place(const char *form, struct slice word, char *out, size_t size) {
    struct text text = text_over(out, size);
    const char *place = strstr(form, "%s");
    assert_non_null(place);
    text_add(&text, (struct slice){form, (size_t)(place - form)});
    text_add(&text, word);
    text_add_string(&text, place + 2);
    assert_false(text.truncated);
}

static void check(const struct client *client, struct slice code, const char *wanted) {
    char code_text[40], body[160], seen[64];
    struct oe_sink sink = {.on_event = keep_last};
    struct oe_call call = {
        .kind = OE_PLACE, .tag = 7, .symbol = 0, .client_id = SLICE("c1"), .now_ns = NS_PER_S};
    assert_true(string_copy(code_text, sizeof(code_text), code));
    with_place(client->body, code, body, sizeof(body));
    last = (struct oe_event){.kind = OE_EVENT_KIND_COUNT};
    rig.oe.venue->decode_answer(&rig.oe, &call,
                                client->http_status != 0 ? client->http_status : 400, SLICE(""),
                                slice_of(body), &sink);
    (void)snprintf(seen, sizeof(seen), "%s %s", oe_event_name(last.kind),
                   oe_error_name(last.error));
    if (strcmp(seen, wanted) != 0) {
        fail_msg("%s %s: %s, not %s", client->venue, code_text, seen, wanted);
    }
}

static void test_codes(void **state) {
    (void)state;
    for (int client = BINANCE; client < CLIENTS; client++) {
        assert_int_equal(
            rig_create(&rig, clients[client].venue, clients[client].secrets, NULL, USD(1)),
            STATUS_OK);
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            const char *at = rows[i].codes;
            while (rows[i].client == client && *at != '\0') {
                size_t size = strcspn(at, " ");
                check(&clients[client], (struct slice){at, size}, rows[i].event);
                at += size + (at[size] == ' ');
            }
        }
        rig_destroy(&rig);
    }
}

// A venue that calls an order refused although something of it was done has cancelled the rest: a
// refusal would say that nothing is there.
static void test_refused_in_part(void **state) {
    (void)state;
    static const struct refused {
        int client;
        const char *body; // with the place of what was filled
        const char *half;
    } refused[] = {
        {BINANCE,
         "{\"symbol\":\"BTCUSDT\",\"orderId\":1,\"clientOrderId\":\"c1\",\"side\":\"BUY\","
         "\"status\":"
         "\"REJECTED\",\"price\":\"60000\",\"origQty\":\"0.010\",\"executedQty\":\"%s\"}",
         "0.005"},
        {OKX,
         "{\"code\":\"0\",\"msg\":\"\",\"data\":[{\"instId\":\"BTC-USDT-SWAP\",\"ordId\":\"1\","
         "\"clOrdId\":\"c1\",\"side\":\"buy\",\"state\":\"canceled\",\"cancelSource\":\"31\","
         "\"px\":"
         "\"60000\",\"sz\":\"1\",\"accFillSz\":\"%s\"}]}",
         "0.5"},
        {BACKPACK,
         "{\"symbol\":\"BTC_USDC_PERP\",\"id\":\"1\",\"clientId\":1,\"side\":\"Bid\",\"status\":"
         "\"TriggerFailed\",\"price\":\"60000\",\"quantity\":\"0.010\",\"executedQuantity\":\"%"
         "s\"}",
         "0.005"},
        {EXTENDED,
         "{\"status\":\"OK\",\"data\":[{\"id\":1,\"externalId\":\"c1\",\"market\":\"BTC-USD\","
         "\"side\":"
         "\"BUY\",\"status\":\"REJECTED\",\"statusReason\":\"NOT_ENOUGH_FUNDS\",\"price\":"
         "\"60000\","
         "\"qty\":\"0.01\",\"filledQty\":\"%s\"}]}",
         "0.005"},
    };
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        const struct client *client = &clients[refused[i].client];
        assert_int_equal(rig_create(&rig, client->venue, client->secrets, NULL, USD(1)), STATUS_OK);
        for (int half = 0; half < 2; half++) {
            char body[512];
            struct oe_sink sink = {.on_event = keep_last};
            struct oe_call call = {.kind = OE_QUERY,
                                   .tag = 7,
                                   .symbol = 0,
                                   .client_id = SLICE("c1"),
                                   .now_ns = NS_PER_S};
            with_place(refused[i].body, half == 0 ? SLICE("0") : slice_of(refused[i].half), body,
                       sizeof(body));
            last = (struct oe_event){.kind = OE_EVENT_KIND_COUNT};
            rig.oe.venue->decode_answer(&rig.oe, &call, 200, SLICE(""), slice_of(body), &sink);
            enum oe_state wanted = half == 0 ? OE_STATE_REJECTED : OE_STATE_CANCELED;
            if (last.kind != OE_EVENT_ORDER || last.order.state != wanted ||
                (last.order.filled.v > 0) != (half == 1)) {
                fail_msg("%s gave %s %s", body, oe_event_name(last.kind),
                         oe_state_name(last.order.state));
            }
        }
        rig_destroy(&rig);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_refused_in_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
