// RFC 6455 framing: however the bytes are cut, the same messages come out; whatever breaks the
// rules is named.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

#include "base/table.h"
#include "io/ws_frame.h"

enum { WIRE_MAX = 512 * 1024, LOG_MAX = 256 };

struct wire {
    unsigned char data[WIRE_MAX];
    size_t size;
};

// What came out: kind, code, size and hash of each event's payload.
struct seen {
    enum ws_event_kind kind;
    bool binary;
    uint16_t code;
    size_t size;
    uint64_t hash;
};
struct log {
    struct seen rows[LOG_MAX];
    int count;
};

static const unsigned char mask_bytes[4] = {0x12, 0xff, 0x00, 0x9a};

static void add_frame(struct wire *wire, enum ws_role from, enum ws_opcode opcode, bool fin,
                      const void *payload, size_t size) {
    const unsigned char *mask = from == WS_CLIENT ? mask_bytes : NULL;
    assert_true(wire->size + size + WS_HEAD_MAX <= WIRE_MAX);
    wire->size += ws_frame_head(wire->data + wire->size, opcode, fin, size, mask);
    if (size > 0) {
        memcpy(wire->data + wire->size, payload, size);
        if (mask != NULL) {
            ws_mask(wire->data + wire->size, size, mask);
        }
    }
    wire->size += size;
}

static void note(struct log *log, enum ws_event_kind kind, const struct ws_event *event) {
    assert_true(log->count < LOG_MAX);
    log->rows[log->count++] =
        (struct seen){kind, event->binary, event->code, event->data.size,
                      event->data.size > 0 ? hash_bytes(event->data.data, event->data.size, 1) : 0};
}

// Feeds the wire as a stream would: pieces of the given sizes into a window from which used bytes
// are dropped.
static void feed(const struct wire *wire, enum ws_role role, size_t window, size_t message_max,
                 size_t first_cut, size_t piece, struct log *log) {
    static unsigned char buffer[WIRE_MAX];
    static unsigned char message[WIRE_MAX];
    assert_true(window <= sizeof(buffer));
    struct ws_parser parser;
    ws_parser_init(&parser, role, window, message, message_max);
    size_t held = 0, at = 0;
    log->count = 0;
    while (at < wire->size) {
        size_t count = at < first_cut ? first_cut - at : piece;
        count = count < wire->size - at ? count : wire->size - at;
        count = count < window - held ? count : window - held;
        assert_true(count > 0); // else the parser holds a full window and would never go on
        memcpy(buffer + held, wire->data + at, count);
        held += count;
        at += count;
        size_t from = 0;
        enum ws_event_kind kind;
        do {
            struct ws_event event;
            size_t used;
            kind = ws_parse(&parser, buffer + from, held - from, &used, &event);
            assert_true(used <= held - from);
            from += used;
            if (kind != WS_MORE) {
                note(log, kind, &event);
            }
        } while (kind != WS_MORE);
        memmove(buffer, buffer + from, held - from);
        held -= from;
    }
}

static void assert_same(const struct log *a, const struct log *b) {
    assert_int_equal(a->count, b->count);
    for (int i = 0; i < a->count; i++) {
        assert_int_equal(a->rows[i].kind, b->rows[i].kind);
        assert_int_equal(a->rows[i].code, b->rows[i].code);
        assert_int_equal(a->rows[i].binary, b->rows[i].binary);
        assert_int_equal(a->rows[i].size, b->rows[i].size);
        assert_true(a->rows[i].hash == b->rows[i].hash);
    }
}

static const char euro[] = "{\"text\":\"\xe2\x82\xac \xf0\x9f\x9a\x80 plain ascii behind it\"}";

// Every kind of frame in one conversation; `filler` makes messages of the sizes around the length
// forms.
static void conversation(struct wire *wire, enum ws_role from, bool with_large) {
    static unsigned char filler[70000];
    for (size_t i = 0; i < sizeof(filler); i++) {
        filler[i] = (unsigned char)('a' + i % 26);
    }
    wire->size = 0;
    add_frame(wire, from, WS_OP_TEXT, true, euro, sizeof(euro) - 1);
    add_frame(wire, from, WS_OP_TEXT, true, NULL, 0);
    add_frame(wire, from, WS_OP_PING, true, "q1", 2);
    add_frame(wire, from, WS_OP_PING, true, "q2", 2);
    add_frame(wire, from, WS_OP_BINARY, true, "\xff\xfe\x00\x01", 4);
    // one message in four pieces, cut inside a character, an empty piece, control frames between
    add_frame(wire, from, WS_OP_TEXT, false, euro, 10);
    add_frame(wire, from, WS_OP_PONG, true, "between", 7);
    add_frame(wire, from, WS_OP_CONTINUATION, false, NULL, 0);
    add_frame(wire, from, WS_OP_CONTINUATION, false, euro + 10, 3);
    add_frame(wire, from, WS_OP_PING, true, NULL, 0);
    add_frame(wire, from, WS_OP_CONTINUATION, true, euro + 13, sizeof(euro) - 1 - 13);
    add_frame(wire, from, WS_OP_BINARY, false, NULL, 0);
    add_frame(wire, from, WS_OP_CONTINUATION, true, NULL, 0);
    static const size_t sizes[] = {1, 124, 125, 126, 127, 300};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        add_frame(wire, from, WS_OP_TEXT, true, filler, sizes[i]);
    }
    if (with_large) {
        add_frame(wire, from, WS_OP_TEXT, true, filler, 65535);
        add_frame(wire, from, WS_OP_TEXT, true, filler, 65536);
        add_frame(wire, from, WS_OP_TEXT, false, filler, 66000);
        add_frame(wire, from, WS_OP_CONTINUATION, true, filler, 70000);
    }
    unsigned char close[WS_CONTROL_MAX];
    size_t size = ws_close_payload(close, 1012, SLICE("restart \xe2\x82\xac"));
    add_frame(wire, from, WS_OP_CLOSE, true, close, size);
}

// R7: cut at every byte, in pieces of every small size, whole: the same.
static void test_cuts(void **state) {
    static struct wire wire;
    for (enum ws_role role = WS_CLIENT; role <= WS_SERVER; role++) {
        conversation(&wire, role == WS_CLIENT ? WS_SERVER : WS_CLIENT, false);
        static const size_t windows[] = {139, 200, 4096};
        struct log whole, other;
        feed(&wire, role, 4096, 4096, wire.size, wire.size, &whole);
        assert_int_equal(whole.count, 16);
        assert_int_equal(whole.rows[0].size, sizeof(euro) - 1);
        assert_int_equal(whole.rows[15].kind, WS_CLOSED);
        assert_int_equal(whole.rows[15].code, 1012);
        for (size_t w = 0; w < COUNT_OF(windows); w++) {
            for (size_t cut = 1; cut < wire.size; cut++) {
                feed(&wire, role, windows[w], 4096, cut, wire.size, &other);
                assert_same(&whole, &other);
            }
            for (size_t piece = 1; piece < 140; piece++) {
                feed(&wire, role, windows[w], 4096, 0, piece, &other);
                assert_same(&whole, &other);
            }
        }
    }
    (void)state;
}

static void test_large(void **state) {
    static struct wire wire;
    for (enum ws_role role = WS_CLIENT; role <= WS_SERVER; role++) {
        conversation(&wire, role == WS_CLIENT ? WS_SERVER : WS_CLIENT, true);
        struct log whole, other;
        feed(&wire, role, WIRE_MAX, WIRE_MAX, wire.size, wire.size, &whole);
        assert_int_equal(whole.rows[whole.count - 2].size, 136000);
        assert_int_equal(whole.rows[whole.count - 3].size, 65536);
        static const size_t windows[] = {139, 16384, 65536};
        for (size_t w = 0; w < COUNT_OF(windows); w++) {
            for (size_t i = 0; i < 40; i++) {
                feed(&wire, role, windows[w], WIRE_MAX, hash_mix(i) % wire.size,
                     1 + hash_mix(i + 99) % 9000, &other);
                assert_same(&whole, &other);
            }
        }
        feed(&wire, role, 4096, 135999, 0, 1000,
             &other); // one byte too little for the put-together message
        assert_int_equal(other.rows[other.count - 1].kind, WS_BROKEN);
        assert_int_equal(other.rows[other.count - 1].code, WS_CLOSE_TOO_LARGE);
    }
    (void)state;
}

#define BYTES(literal) (literal), sizeof(literal) - 1

static void test_breaches(void **state) {
    static const struct row {
        const char *name;
        enum ws_role role;
        const char *bytes;
        size_t size;
        uint16_t code;
    } rows[] = {
        {"RSV1", WS_CLIENT, BYTES("\xc1\x01x"), 1002},
        {"RSV2", WS_CLIENT, BYTES("\xa1\x01x"), 1002},
        {"RSV3", WS_CLIENT, BYTES("\x91\x01x"), 1002},
        {"opcode 3", WS_CLIENT, BYTES("\x83\x01x"), 1002},
        {"opcode 7", WS_CLIENT, BYTES("\x87\x01x"), 1002},
        {"opcode 11", WS_CLIENT, BYTES("\x8b\x01x"), 1002},
        {"opcode 15", WS_CLIENT, BYTES("\x8f\x01x"), 1002},
        {"masked by the server", WS_CLIENT, BYTES("\x81\x81zzzzx"), 1002},
        {"not masked by the client", WS_SERVER, BYTES("\x81\x01x"), 1002},
        {"fragmented ping", WS_CLIENT, BYTES("\x09\x00"), 1002},
        {"ping of 126", WS_CLIENT, BYTES("\x89\x7e\x00\x7e"), 1002},
        {"continuation of nothing", WS_CLIENT, BYTES("\x80\x00"), 1002},
        {"message inside a message", WS_CLIENT, BYTES("\x01\x00\x81\x00"), 1002},
        {"16-bit length of 125", WS_CLIENT, BYTES("\x81\x7e\x00\x7d"), 1002},
        {"64-bit length of 65535", WS_CLIENT, BYTES("\x81\x7f\x00\x00\x00\x00\x00\x00\xff\xff"),
         1002},
        {"64-bit length with the top bit", WS_CLIENT,
         BYTES("\x81\x7f\x80\x00\x00\x00\x00\x01\x00\x00"), 1002},
        {"over the limit", WS_CLIENT, BYTES("\x81\x7e\x04\x01"), 1009},
        {"over the limit in pieces", WS_CLIENT, BYTES("\x01\x01x\x80\x7e\x04\x00"), 1009},
        {"bad UTF-8", WS_CLIENT, BYTES("\x81\x01\xff"), 1007},
        {"UTF-8 cut at the end", WS_CLIENT, BYTES("\x81\x02\xe2\x82"), 1007},
        {"UTF-8 cut at the end of the last piece", WS_CLIENT, BYTES("\x01\x01\xe2\x80\x01\x82"),
         1007},
        {"bad UTF-8 in a piece", WS_CLIENT, BYTES("\x01\x01\xc0"), 1007},
        {"surrogate", WS_CLIENT, BYTES("\x81\x03\xed\xa0\x80"), 1007},
        {"overlong", WS_CLIENT, BYTES("\x81\x03\xe0\x80\x80"), 1007},
        {"above U+10FFFF", WS_CLIENT, BYTES("\x81\x04\xf4\x90\x80\x80"), 1007},
        {"close of one byte", WS_CLIENT, BYTES("\x88\x01\x03"), 1002},
        {"close 999", WS_CLIENT, BYTES("\x88\x02\x03\xe7"), 1002},
        {"close 1004", WS_CLIENT, BYTES("\x88\x02\x03\xec"), 1002},
        {"close 1005", WS_CLIENT, BYTES("\x88\x02\x03\xed"), 1002},
        {"close 1006", WS_CLIENT, BYTES("\x88\x02\x03\xee"), 1002},
        {"close 1015", WS_CLIENT, BYTES("\x88\x02\x03\xf7"), 1002},
        {"close 2999", WS_CLIENT, BYTES("\x88\x02\x0b\xb7"), 1002},
        {"close 5000", WS_CLIENT, BYTES("\x88\x02\x13\x88"), 1002},
        {"close with bad text", WS_CLIENT, BYTES("\x88\x03\x03\xe8\xff"), 1007},
    };
    static struct wire wire;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        print_message("# %s\n", rows[i].name);
        memcpy(wire.data, rows[i].bytes, rows[i].size);
        wire.size = rows[i].size;
        struct log log;
        for (size_t piece = 1; piece <= rows[i].size; piece++) {
            feed(&wire, rows[i].role, 4096, 1024, 0, piece, &log);
            assert_int_equal(log.count, 1);
            assert_int_equal(log.rows[0].kind, WS_BROKEN);
            assert_int_equal(log.rows[0].code, rows[i].code);
        }
    }
    (void)state;
}

static void test_close_codes(void **state) {
    static const struct row {
        uint16_t code;
        bool valid;
    } rows[] = {{999, false},  {1000, true}, {1003, true}, {1004, false},
                {1006, false}, {1007, true}, {1014, true}, {1015, false},
                {2999, false}, {3000, true}, {4999, true}, {5000, false}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(ws_close_code_valid(rows[i].code), rows[i].valid);
    }
    unsigned char out[WS_CONTROL_MAX];
    char text[130];
    memset(text, 'x', sizeof(text));
    memcpy(text + 121, "\xe2\x82\xac", 3); // the limit of 123 falls inside this character
    assert_int_equal(ws_close_payload(out, 1000, (struct slice){text, sizeof(text)}), 2 + 121);
    assert_int_equal(ws_close_payload(out, 4001, SLICE("")), 2);
    assert_int_equal(out[0] << 8 | out[1], 4001);
    // an empty close frame carries no code; nothing is taken behind a close
    static struct wire wire = {"\x88\x00\x81\x01x", 5};
    struct log log;
    feed(&wire, WS_CLIENT, 4096, 1024, 0, 5, &log);
    assert_int_equal(log.count, 1);
    assert_int_equal(log.rows[0].kind, WS_CLOSED);
    assert_int_equal(log.rows[0].code, WS_CLOSE_NO_CODE);
    (void)state;
}

// A complete frame in the window is handed out where it lies.
static void test_in_place(void **state) {
    unsigned char bytes[] = "\x81\x05hello\x81\x01";
    unsigned char message[16];
    struct ws_parser parser;
    ws_parser_init(&parser, WS_CLIENT, 4096, message, sizeof(message));
    struct ws_event event;
    size_t used;
    assert_int_equal(ws_parse(&parser, bytes, sizeof(bytes) - 1, &used, &event), WS_MESSAGE);
    assert_ptr_equal(event.data.data, bytes + 2);
    assert_int_equal(used, 7);
    assert_int_equal(ws_parse(&parser, bytes + 7, 2, &used, &event), WS_MORE);
    assert_int_equal(used, 0);
    (void)state;
}

static void test_write(void **state) {
    unsigned char out[64];
    assert_int_equal(ws_frame_write(out, sizeof(out), WS_OP_TEXT, SLICE("abc"), NULL), 5);
    assert_memory_equal(out,
                        "\x81\x03"
                        "abc",
                        5);
    static const unsigned char mask[4] = {1, 2, 3, 4};
    assert_int_equal(ws_frame_write(out, sizeof(out), WS_OP_PONG, SLICE("abcde"), mask), 11);
    assert_memory_equal(out, "\x8a\x85\x01\x02\x03\x04", 6);
    assert_int_equal(out[6], 'a' ^ 1);
    assert_int_equal(out[10], 'e' ^ 1);
    assert_int_equal(ws_frame_write(out, 10, WS_OP_TEXT, SLICE("abc"), NULL), 0);
    (void)state;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuts),     cmocka_unit_test(test_large),
        cmocka_unit_test(test_breaches), cmocka_unit_test(test_close_codes),
        cmocka_unit_test(test_in_place), cmocka_unit_test(test_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
