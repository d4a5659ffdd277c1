// The private samples of Paradex's sheet as order entry reads them, against a text that was read by
// eye once: tests/venue/golden/paradex_oe.txt. With PERPDESK_GOLDEN set to a folder the text is
// written there instead.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exchanges/oe_text.h"
#include "harness.h"

enum { GOLDEN_MAX = 1 << 16, MESSAGE_MAX = 8192, FRAME = -1 };

// How a sample comes: as the answer to a call, as the result of one on the socket, or by itself.
static const struct {
    const char *name;
    int kind; // enum oe_call_kind, or FRAME
    uint32_t http_status;
    bool on_socket;
} samples[] = {
    {"rest_system_config", OE_RULES, 200, false},
    {"rest_auth_ok", OE_LOGIN, 200, false},
    {"rest_account", OE_BALANCES, 200, false},
    {"rest_positions", OE_POSITIONS, 200, false},
    {"rest_fills", OE_FILLS, 200, false},
    {"rest_order_query", OE_QUERY, 200, false},
    {"rest_order_error", OE_LEVERAGE, 400, false},
    {"rest_order_ok", OE_QUERY, 200, false},
    {"ws_auth_ack", FRAME, 0, false},
    {"ws_error", FRAME, 0, false},
    {"ws_order_update", FRAME, 0, false},
    {"ws_fill", FRAME, 0, false},
    {"ws_rpc_order_create_ok", OE_PLACE, 0, true},
    {"ws_rpc_cancel_on_disconnect_ok", OE_DEADMAN, 0, true},
};

struct reader {
    struct oe_sink sink; // must be first
    struct universe universe;
    struct oe oe;
    struct text golden;
    char golden_data[GOLDEN_MAX];
};

static void on_event(struct oe_sink *sink, const struct oe_event *event) {
    struct reader *reader = (struct reader *)(void *)sink;
    text_add_string(&reader->golden, "  ");
    oe_event_print(&reader->golden, &reader->oe, event);
    text_add_char(&reader->golden, '\n');
}

static void create(struct reader *reader) {
    static const char *const names[] = {"BTC/USDT", "ETH/USDT"};
    static const struct slice secrets[OE_SECRETS_MAX] = {
        {"0x543b6cf6c91817a87174aaea4fb370ac1c694e864d7740d728f8344d53e815", 64},
        {"0x129c135ed63df9353885e292be4426b8ed6122b13c6c0e1bb787288a1f5adfa", 65}};
    const struct venue *venue = venue_find(SLICE("paradex"));
    reader->sink.on_event = on_event;
    reader->golden = TEXT_OVER(reader->golden_data);
    assert_int_equal(universe_create(&reader->universe, 1, COUNT_OF(names)), STATUS_OK);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_int_equal(symbol_parse(&reader->universe.symbols[i], slice_of(names[i])), STATUS_OK);
    }
    assert_int_equal(oe_create(&reader->oe, venue->oe, venue->md, &reader->universe, true, secrets),
                     STATUS_OK);
}

// The result under the id that a request of ours would have had.
static struct slice as_answer(struct slice message, int kind, struct text *out) {
    struct slice result = harness_member(message, "result");
    text_add_string(out, "{\"jsonrpc\":\"2.0\",\"result\":");
    text_add(out, result);
    text_add_format(out, ",\"id\":%lld}", (long long)kind << 32 | 1);
    return text_slice(out);
}

static void decode(struct reader *reader, size_t sample, struct slice message) {
    static char frame_data[MESSAGE_MAX];
    struct text frame = TEXT_OVER(frame_data);
    const struct venue_oe *venue = reader->oe.venue;
    const int64_t now_ns = INT64_C(1718947571569) * NS_PER_MS;
    struct oe_call call = {.kind = (enum oe_call_kind)samples[sample].kind,
                           .tag = 1,
                           .symbol = OE_SYMBOL_NONE,
                           .now_ns = now_ns};
    if (samples[sample].on_socket) {
        message = as_answer(message, samples[sample].kind, &frame);
    }
    if (samples[sample].on_socket || samples[sample].kind == FRAME) {
        venue->decode_frame(&reader->oe, 0, message, now_ns, &reader->sink);
    } else {
        venue->decode_answer(&reader->oe, &call, samples[sample].http_status, SLICE(""), message,
                             &reader->sink);
    }
}

static void read_sample(struct reader *reader, size_t sample) {
    char path[128];
    static char compact[MESSAGE_MAX];
    size_t size;
    struct json r;
    (void)snprintf(path, sizeof(path), "paradex/%s.json", samples[sample].name);
    char *data = harness_read(harness_path("venues/samples", path), &size);
    text_add_format(&reader->golden, "%s\n", samples[sample].name);
    json_init(&r, harness_member((struct slice){data, size}, "messages"));
    json_array_begin(&r);
    while (json_array_next(&r)) {
        decode(reader, sample, harness_compact(json_raw(&r), compact));
    }
    assert_true(json_end(&r));
    free(data);
}

static void test_samples(void **state) {
    (void)state;
    static struct reader reader;
    if (!harness_has_shared()) {
        skip();
    }
    create(&reader);
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        read_sample(&reader, i);
    }
    harness_compare_golden(&reader.golden, "paradex_oe.txt");
    oe_destroy(&reader.oe);
    universe_finish(&reader.universe);
}

int main(void) {
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_samples)};
    return cmocka_run_group_tests_name("paradex_samples", tests, NULL, NULL);
}
