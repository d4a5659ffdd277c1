// A frame's bytes come in whatever pieces the network makes of them: every frame of the venues'
// sheets, frames of recordings and made-up large ones, cut at every byte (those over 16 kB at every
// record and a thousand places at random), in two fragments with a ping between, byte by byte and
// many at once, through the parser the sockets use, are handed on as they were sent and tell the
// decoder the very same.
#include "harness.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "io/ws_frame.h"

enum {
    MESSAGES_MAX = 256,
    WHOLE_MAX = 16 * 1024, // up to this size every byte is tried
    RANDOM_CUTS = 1000,
    LONG_TOLD = 16, // of the cuts of a longer frame one in so many is decoded
    TOLD_MAX = 2 << 20,
    RECEIVE = 256 * 1024, // of the desk's sockets (io/ws.c)
    NARROW = 1024,        // most frames do not fit
    MESSAGE_MAX = 4 << 20,
};

// The receiving end: what came waits in `data` until the parser has used it.
struct receiver {
    struct harness *harness;
    const struct slice *sent; // what every message has to be; NULL: whatever comes
    bool looks_only;          // does not decode it
    struct ws_parser parser;
    unsigned char *data, *message;
    size_t size, window;
    struct text told;
    uint32_t messages, pings;
};

struct venue_frames {
    struct harness harness;
    struct md begin;
    struct slice messages[MESSAGES_MAX];
    struct slice told[MESSAGES_MAX];
    uint32_t count;
    uint64_t cuts;
};

static struct receiver wide, narrow;
static unsigned char *wire; // a frame as it is sent

static uint64_t next_random(void) {
    static uint64_t state = UINT64_C(0x2545f4914f6cdd1d);
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void *memory(size_t size) {
    void *data = malloc(size);
    assert_non_null(data);
    return data;
}

static void receiver_create(struct receiver *receiver, size_t window) {
    receiver->window = window;
    receiver->data = memory(window);
    receiver->message = memory(MESSAGE_MAX);
    receiver->told = text_over(memory(TOLD_MAX), TOLD_MAX);
}

static void receiver_begin(struct receiver *receiver, struct venue_frames *venue) {
    receiver->harness = &venue->harness;
    receiver->sent = NULL;
    receiver->looks_only = false;
    receiver->size = receiver->messages = receiver->pings = 0;
    venue->harness.md = venue->begin;
    venue->harness.description = &receiver->told;
    text_clear(&receiver->told);
    ws_parser_init(&receiver->parser, WS_CLIENT, receiver->window, receiver->message, MESSAGE_MAX);
}

// As a socket does: takes what fits, shows it to the parser, drops what it used.
static void receive(struct receiver *receiver, const unsigned char *bytes, size_t size) {
    while (size > 0) {
        size_t room = receiver->window - receiver->size;
        size_t part = size < room ? size : room;
        assert_true(part > 0); // the parser must not need more than the window
        memcpy(receiver->data + receiver->size, bytes, part);
        receiver->size += part;
        bytes += part;
        size -= part;
        for (size_t at = 0;;) {
            struct ws_event event;
            size_t used;
            enum ws_event_kind kind = ws_parse(&receiver->parser, receiver->data + at,
                                               receiver->size - at, &used, &event);
            assert_true(kind == WS_MORE || kind == WS_MESSAGE || kind == WS_PING);
            receiver->pings += kind == WS_PING;
            if (kind == WS_MESSAGE) {
                struct harness *harness = receiver->harness;
                receiver->messages++;
                if (receiver->sent != NULL) {
                    assert_int_equal(event.data.size, receiver->sent->size);
                    assert_memory_equal(event.data.data, receiver->sent->data, event.data.size);
                }
                if (!receiver->looks_only) {
                    harness->md.venue->decode(&harness->md, 0, event.data, &harness->sink);
                }
            }
            at += used;
            if (kind == WS_MORE) {
                receiver->size -= at;
                memmove(receiver->data, receiver->data + at, receiver->size);
                break;
            }
        }
    }
}

static void expect(const struct receiver *receiver, struct slice told, uint32_t messages) {
    assert_int_equal(receiver->messages, messages);
    assert_int_equal(receiver->told.size, told.size);
    assert_memory_equal(receiver->told.data, told.data, told.size);
}

static size_t write_frame(unsigned char *out, enum ws_opcode opcode, bool fin,
                          struct slice payload) {
    size_t head = ws_frame_head(out, opcode, fin, payload.size, NULL);
    memcpy(out + head, payload.data, payload.size);
    return head + payload.size;
}

// One frame that comes in two pieces.
static void in_two(struct venue_frames *venue, struct receiver *receiver, uint32_t i, size_t size,
                   size_t cut) {
    receiver_begin(receiver, venue);
    receiver->sent = &venue->messages[i];
    receiver->looks_only = size > WHOLE_MAX && venue->cuts % LONG_TOLD != 0;
    receive(receiver, wire, cut);
    assert_int_equal(receiver->messages, 0);
    receive(receiver, wire + cut, size - cut);
    expect(receiver, receiver->looks_only ? SLICE("") : venue->told[i], 1);
    venue->cuts++;
}

// One message in two frames, a ping between them.
static void in_fragments(struct venue_frames *venue, struct receiver *receiver, uint32_t i,
                         size_t cut) {
    struct slice whole = venue->messages[i];
    struct slice first = {whole.data, cut};
    struct slice second = {whole.data + cut, whole.size - cut};
    size_t size = write_frame(wire, WS_OP_TEXT, false, first);
    size += write_frame(wire + size, WS_OP_PING, true, SLICE("there?"));
    size += write_frame(wire + size, WS_OP_CONTINUATION, true, second);
    receiver_begin(receiver, venue);
    receiver->sent = &whole;
    receive(receiver, wire, size);
    expect(receiver, venue->told[i], 1);
    assert_int_equal(receiver->pings, 1);
}

static void cut_message(struct venue_frames *venue, uint32_t i) {
    struct slice message = venue->messages[i];
    size_t size = write_frame(wire, WS_OP_TEXT, true, message);
    size_t head = size - message.size;
    bool every = size <= WHOLE_MAX;
    for (size_t cut = 1; cut < size; cut++) {
        char before = cut > head ? (char)wire[cut - 1] : '\0';
        if (every || before == '}' || before == ']' || cut <= head) {
            in_two(venue, &wide, i, size, cut);
        }
        if (every) {
            in_two(venue, &narrow, i, size, cut);
        }
    }
    for (int n = 0; !every && n < RANDOM_CUTS; n++) {
        size_t cut = 1 + next_random() % (size - 1);
        in_two(venue, n % 2 == 0 ? &wide : &narrow, i, size, cut);
    }
    for (size_t cut = 0; cut <= message.size; cut += every ? 1 : 1 + next_random() % (size / 50)) {
        in_fragments(venue, cut % 2 == 0 ? &wide : &narrow, i, cut);
    }
    size = write_frame(wire, WS_OP_TEXT, true, message);
    receiver_begin(&wide, venue);
    for (size_t at = 0; at < size; at++) {
        receive(&wide, wire + at, 1);
    }
    expect(&wide, venue->told[i], 1);
}

// All frames one behind the other: at once, byte by byte, and in pieces of any size.
static void run_together(struct venue_frames *venue) {
    size_t size = 0;
    size_t told_size = 0;
    for (uint32_t i = 0; i < venue->count; i++) {
        size += venue->messages[i].size + WS_HEAD_MAX;
        told_size += venue->told[i].size;
    }
    unsigned char *all = memory(size);
    char *told = memory(told_size + 1);
    size = told_size = 0;
    for (uint32_t i = 0; i < venue->count; i++) {
        size += write_frame(all + size, WS_OP_TEXT, true, venue->messages[i]);
    }
    receiver_begin(&wide, venue); // in order, and with what the decoder remembers
    for (uint32_t i = 0; i < venue->count; i++) {
        venue->harness.md.venue->decode(&venue->harness.md, 0, venue->messages[i],
                                        &venue->harness.sink);
    }
    told_size = wide.told.size;
    memcpy(told, wide.told.data, told_size);
    struct slice expected = {told, told_size};
    for (int round = 0; round < 40; round++) {
        struct receiver *receiver = round % 2 == 0 ? &wide : &narrow;
        receiver_begin(receiver, venue);
        for (size_t at = 0; at < size;) {
            size_t part = round < 2   ? size
                          : round < 4 ? 1
                                      : 1 + next_random() % (16u << round % 12);
            part = part < size - at ? part : size - at;
            receive(receiver, all + at, part);
            at += part;
        }
        expect(receiver, expected, venue->count);
    }
    free(all);
    free(told);
}

static void add_message(struct venue_frames *venue, struct slice message) {
    assert_true(venue->count < MESSAGES_MAX && message.size > 0);
    char *copy = memory(message.size);
    memcpy(copy, message.data, message.size);
    receiver_begin(&wide, venue);
    venue->harness.md.venue->decode(&venue->harness.md, 0, message, &venue->harness.sink);
    char *told = memory(wide.told.size + 1);
    memcpy(told, wide.told.data, wide.told.size);
    venue->messages[venue->count] = (struct slice){copy, message.size};
    venue->told[venue->count++] = (struct slice){told, wide.told.size};
}

static void take_value(struct json *r, struct slice *value) {
    *value = json_raw(r);
    assert_false(r->failed);
}

// The messages of a sample, each handed to `take`.
static void each_message(struct venue_frames *venue, const char *path,
                         void (*take)(struct venue_frames *, struct slice)) {
    size_t size;
    char *data = harness_read(path, &size);
    char *compact = memory(size);
    struct slice list = harness_member((struct slice){data, size}, "messages");
    if (list.size == 0) {
        list = harness_member((struct slice){data, size}, "message");
    }
    struct json r;
    struct slice one;
    json_init(&r, list);
    if (json_peek(&r) == JSON_ARRAY) {
        json_array_begin(&r);
        while (json_array_next(&r)) {
            take_value(&r, &one);
            take(venue, harness_compact(one, compact));
        }
    } else {
        take(venue, harness_compact(list, compact));
    }
    free(compact);
    free(data);
}

static void take_rules(struct venue_frames *venue, struct slice body) {
    struct md *md = &venue->harness.md;
    md->venue->decode_rest(md, MD_REQUEST_INSTRUMENTS, 0, body, &venue->harness.sink);
}

static void add_samples(struct venue_frames *venue, const char *name) {
    char folder_name[64];
    char path[4096];
    struct text text = TEXT_OVER(folder_name);
    text_add_format(&text, "samples/%s", name);
    (void)string_copy(path, sizeof(path), slice_of(harness_path("venues", folder_name)));
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char file[8192];
        struct text file_text = TEXT_OVER(file);
        text_add_format(&file_text, "%s/%s", path, entry->d_name);
        if (strncmp(entry->d_name, "ws_", 3) == 0) {
            each_message(venue, file, add_message);
        }
    }
    (void)closedir(folder);
}

// The first frames of a recording that are this long.
static void add_recorded(struct venue_frames *venue, const char *folder, const char *name,
                         size_t least, uint32_t most) {
    struct recording recording;
    struct slice line;
    uint32_t count = 0;
    recording_open(&recording, folder, name);
    while (count < most && recording_next(&recording, &line)) {
        struct slice raw = harness_member(line, "raw");
        bool bare = raw.size == 0;
        bool sent = !bare && harness_member(line, "dir").size > 0;
        bool rest = !bare && harness_member(line, "chan").size == 6;
        if (line.size >= least && !sent && !rest) {
            add_message(venue, bare ? line : raw);
            count++;
        }
    }
    recording_close(&recording);
    assert_int_equal(count, most);
}

// Extended's whole book has three thousand levels a side.
static void add_large(struct venue_frames *venue) {
    enum { SIDE = 3000, SIZE = 1 << 20 };
    struct text text = text_over(memory(SIZE), SIZE);
    text_add_string(&text, "{\"type\":\"ORDERBOOKS.SNAPSHOT\",\"data\":{\"t\":\"SNAPSHOT\","
                           "\"m\":\"BTC-USD\",\"d\":\"f\",\"b\":[");
    for (int i = 0; i < 2 * SIDE; i++) {
        bool bids = i < SIDE;
        int away = bids ? -i : i - SIDE + 1;
        text_add_string(&text, i == SIDE ? "],\"a\":[" : i == 0 ? "" : ",");
        text_add_format(&text, "{\"p\":\"%d.5000000000000000\",\"q\":\"%d.1234500000000000000\"}",
                        84000 + away, 1000 + i);
    }
    text_add_string(&text, "]},\"ts\":1700000000000,\"seq\":0,"
                           "\"subscription\":\"orderbooks.BTC-USD\"}");
    assert_false(text.truncated);
    assert_true(text.size > 370000);
    add_message(venue, text_slice(&text));
    free(text.data);
}

static void venue_begin(struct venue_frames *venue, const char *name) {
    static const char *const symbols[] = {"BTC/USDT",   "ETH/USDT",  "BNB/USDT",  "SOL/USDT",
                                          "AAVE/USDT",  "ADA/USDT",  "HYPE/USDT", "ORDI/USDT",
                                          "TRUMP/USDT", "NEAR-USDT", "BTC-USDT",  "ETH_USDC",
                                          "SOL_USDC",   "LTC/USDT",  NULL};
    memset(venue, 0, sizeof(*venue));
    harness_create(&venue->harness, name, symbols);
    memset(venue->harness.md.wants_book, 1, sizeof(venue->harness.md.wants_book));
    if (strcmp(name, "lighter") == 0 || strcmp(name, "edgex") == 0) { // numbers for names
        char path[64];
        struct text text = TEXT_OVER(path);
        text_add_format(&text, "samples/%s/rest_instruments.json", name);
        char file[4096];
        (void)string_copy(file, sizeof(file), slice_of(harness_path("venues", path)));
        each_message(venue, file, take_rules);
    }
    venue->begin = venue->harness.md;
}

static void test_splits(void **state) {
    static struct venue_frames venue;
    const char *name = *state;
    if (!harness_has_shared()) {
        skip();
    }
    venue_begin(&venue, name);
    add_samples(&venue, name);
    uint32_t samples = venue.count;
    if (strcmp(name, "okx") == 0) { // whole books of 400 levels
        add_recorded(&venue, "recordings/okx-20220227", "okx-ws.ndjson.gz", 15000, 2);
        add_recorded(&venue, "recordings/okx-20220227", "okx-ws.ndjson.gz", 100, 20);
    } else if (strcmp(name, "hyperliquid") == 0) {
        add_recorded(&venue, "recordings/edge-cases", "hyperliquid-allDexsAssetCtxs.json.gz", 1, 1);
        add_recorded(&venue, "recordings/hyperliquid-20250126", "hyperliquid-ws.ndjson.gz", 1000,
                     5);
    } else if (strcmp(name, "binance") == 0) {
        add_recorded(&venue, "recordings/binance-family-20240808", "binance-usdm-btcusdt.ndjson.gz",
                     100, 60);
    } else if (strcmp(name, "extended") == 0) {
        add_large(&venue);
    } else if (strcmp(name, "aster") == 0) { // cuts within a character
        add_message(&venue, SLICE("{\"e\":\"bookTicker\",\"u\":1,\"E\":1700000000000,\"s\":"
                                  "\"\xe5\xb8\x81\xe5\xae\x89\xe4\xba\xba\xe7\x94\x9fUSDT\","
                                  "\"b\":\"0.44097\",\"B\":\"1\",\"a\":\"0.4422\",\"A\":\"2\"}"));
    }
    uint64_t quotes = venue.harness.kinds[MD_BBO] + venue.harness.kinds[MD_BOOK];
    assert_true(quotes > 0 && samples > 5);
    for (uint32_t i = 0; i < venue.count; i++) {
        cut_message(&venue, i);
    }
    run_together(&venue);
    print_message("# %s: %u frames of the sheet, %u others, cut in %lu places\n", name, samples,
                  venue.count - samples, (unsigned long)venue.cuts);
    for (uint32_t i = 0; i < venue.count; i++) {
        free((void *)(uintptr_t)venue.messages[i].data);
        free((void *)(uintptr_t)venue.told[i].data);
    }
    venue.harness.description = NULL;
    harness_finish(&venue.harness);
}

int main(void) {
    struct CMUnitTest tests[64];
    assert_true(venue_table_count <= COUNT_OF(tests));
    receiver_create(&wide, RECEIVE);
    receiver_create(&narrow, NARROW);
    wire = memory(MESSAGE_MAX);
    for (uint32_t i = 0; i < venue_table_count; i++) {
        tests[i] = (struct CMUnitTest){.name = venue_table[i].md->name,
                                       .test_func = test_splits,
                                       .initial_state = (void *)(uintptr_t)venue_table[i].md->name};
    }
    return _cmocka_run_group_tests("splits", tests, venue_table_count, NULL, NULL);
}
