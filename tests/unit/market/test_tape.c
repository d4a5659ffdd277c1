// Recordings: formats, merging by time, rewinding, and every way a file can be wrong.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "market/tape.h"

static char folder[64];

static void write_file(const char *name, const char *text, size_t size, bool zipped) {
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (zipped) {
        gzFile file = gzopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(gzwrite(file, text, (unsigned)size), (int)size);
        assert_int_equal(gzclose(file), Z_OK);
    } else {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, size, file), size);
        assert_int_equal(fclose(file), 0);
    }
}

static int make_folder(void **state) {
    (void)state;
    (void)snprintf(folder, sizeof(folder), "test_tape.XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state) {
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command);
}

static struct tape_record record;

static struct tape *open_tape(const char *name) {
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    struct tape *tape;
    assert_int_equal(tape_create(&tape, path), STATUS_OK);
    return tape;
}

static const char frames[] =
    "{\"t_ns\":10,\"venue\":\"a\",\"chan\":\"ws\",\"raw\":{\"x\": 1.50 }}\n"
    "{\"t_ns\":11,\"venue\":\"a\",\"chan\":\"ws\",\"dir\":\"out\",\"raw\":{}}\n"
    "\n"
    "{\"t_ns\":null,\"venue\":\"a\",\"chan\":\"rest\",\"url\":\"https://h/"
    "p?symbol=X\",\"raw\":[1]}\r\n"
    "{\"t_ns\":9,\"venue\":\"a\",\"chan\":\"ws\",\"raw\":\"pong\"}\n";
static const char rows[] = "ts_ns,venue,symbol,bid,bid_size,ask,ask_size\n"
                           "5,b,BTC,99.5,1,100.5,2\n"
                           "12,b,BTC,,,101,\n";
static const char deep[] =
    "ts_ns,id,bid_px_1,bid_sz_1,ask_px_1,ask_sz_1,bid_px_2,bid_sz_2,ask_px_2,ask_sz_2\n"
    "7,1,99,1,100,2,98,3,,\n";

static void reads_a_frame_file(void **state) {
    (void)state;
    write_file("one.ndjson.gz", frames, sizeof(frames) - 1, true);
    struct tape *tape = open_tape("one.ndjson.gz");
    static const struct {
        int64_t t_ns;
        bool rest;
        const char *raw;
        uint32_t line;
    } expected[] = {
        {10, false, "{\"x\": 1.50 }", 1},
        {11, true, "[1]", 4},       // no stamp of its own
        {11, false, "\"pong\"", 5}, // time does not step back
    };
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < COUNT_OF(expected); i++) {
            assert_int_equal(tape_next(tape, &record), STATUS_OK);
            assert_int_equal(record.kind, TAPE_FRAME);
            assert_int_equal(record.t_ns, expected[i].t_ns);
            assert_int_equal(record.rest, expected[i].rest);
            assert_int_equal(record.line, expected[i].line);
            assert_true(slice_equals(record.raw, slice_of(expected[i].raw)));
            assert_true(slice_equals(record.venue, SLICE("a")));
        }
        assert_int_equal(tape_next(tape, &record), STATUS_OK);
        assert_int_equal(record.kind, TAPE_END);
        assert_int_equal(tape_rewind(tape), STATUS_OK);
    }
    tape_destroy(tape);
}

static void merges_a_folder(void **state) {
    (void)state;
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/hyper-2025", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    write_file("hyper-2025/bbo.csv", rows, sizeof(rows) - 1, false);
    write_file("hyper-2025/depth-ETH.csv.gz", deep, sizeof(deep) - 1, true);
    write_file("hyper-2025/trades.csv", "ts_ns,venue,price\n1,b,2\n", 24, false);
    write_file("hyper-2025/README.md", "no", 2, false);
    struct tape *tape = open_tape("hyper-2025/");
    assert_int_equal(tape_file_count(tape), 2);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(tape_next(tape, &record), STATUS_OK);
        assert_int_equal(record.t_ns, 5);
        assert_false(record.depth);
        assert_int_equal(record.bids[0].price.v, PX_ONE * 199 / 2);
        assert_int_equal(record.asks[0].size.v, 2 * QTY_ONE);
        assert_int_equal(tape_next(tape, &record), STATUS_OK);
        assert_int_equal(record.t_ns, 7);
        assert_true(record.depth);
        assert_true(slice_equals(record.venue, SLICE("hyper")));
        assert_true(slice_equals(record.symbol, SLICE("ETH")));
        assert_int_equal(record.bid_count, 2);
        assert_int_equal(record.ask_count, 1);
        assert_int_equal(tape_next(tape, &record), STATUS_OK);
        assert_int_equal(record.bid_count, 0); // an unknown price
        assert_int_equal(record.ask_count, 1);
        assert_int_equal(record.asks[0].size.v, 0);
        assert_int_equal(tape_next(tape, &record), STATUS_OK);
        assert_int_equal(record.kind, TAPE_END);
        assert_int_equal(tape_rewind(tape), STATUS_OK);
    }
    tape_destroy(tape);
    write_file("hyper-2025/x.ndjson", frames, sizeof(frames) - 1, false);
    tape = open_tape("hyper-2025");
    assert_int_equal(tape_file_count(tape), 1); // frames win over tables
    tape_destroy(tape);
}

static void refuses_with_file_and_line(void **state) {
    (void)state;
    static const struct {
        const char *name, *file, *text, *says;
    } table[] = {
        {"no JSON", "a.ndjson", "{\"t_ns\":1,\"venue\":\"a\",\"chan\":\"ws\",\"raw\":{}}\nhello\n",
         "a.ndjson:2: not a JSON"},
        {"cut line", "b.ndjson",
         "{\"t_ns\":1,\"venue\":\"a\",\"raw\":{\"b\":", "b.ndjson:1: member \"raw\""},
        {"no raw", "c.ndjson", "{\"t_ns\":1,\"venue\":\"a\",\"chan\":\"ws\"}",
         "c.ndjson:1: \"raw\" is missing"},
        {"no venue", "d.ndjson", "{\"t_ns\":1,\"raw\":{}}", "d.ndjson:1: \"venue\" is missing"},
        {"no time at all", "e.ndjson", "{\"t_ns\":null,\"venue\":\"a\",\"raw\":{}}",
         "e.ndjson:1: no time stamp yet"},
        {"negative time", "f.ndjson", "{\"t_ns\":-1,\"venue\":\"a\",\"raw\":{}}",
         "f.ndjson:1: member \"t_ns\""},
        {"bad channel", "g.ndjson", "{\"t_ns\":1,\"venue\":\"a\",\"chan\":\"tcp\",\"raw\":{}}",
         "member \"chan\""},
        {"columns", "h.csv", "ts_ns,venue,symbol,bid,bid_size,ask,ask_size\n1,a,b,1,2,3\n",
         "h.csv:2: 6 columns"},
        {"many", "i.csv", "ts_ns,venue,symbol,bid,bid_size,ask,ask_size\n1,a,b,1,2,3,4,5\n",
         "i.csv:2: more than 7"},
        {"no number", "j.csv", "ts_ns,venue,symbol,bid,bid_size,ask,ask_size\n1,a,b,x,2,3,4\n",
         "j.csv:2: column 4"},
        {"negative", "k.csv", "ts_ns,venue,symbol,bid,bid_size,ask,ask_size\n1,a,b,1,-2,3,4\n",
         "k.csv:2: column 5"},
        {"huge", "l.csv", "ts_ns,venue,symbol,bid,bid_size,ask,ask_size\n1,a,b,1e30,2,3,4\n",
         "l.csv:2: column 4"},
    };
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        write_file(table[i].file, table[i].text, strlen(table[i].text), false);
        struct tape *tape = open_tape(table[i].file);
        enum status result;
        do {
            result = tape_next(tape, &record);
        } while (result == STATUS_OK && record.kind != TAPE_END);
        if (result != STATUS_DATA || strstr(status_text(), table[i].says) == NULL) {
            fail_msg("%s: %d %s", table[i].name, (int)result, status_text());
        }
        assert_int_equal(tape_next(tape, &record), STATUS_OK); // goes on behind the line
        assert_int_equal(record.kind, TAPE_END);
        tape_destroy(tape);
    }
}

static void refuses_to_open(void **state) {
    (void)state;
    char path[256];
    struct tape *tape;
    (void)snprintf(path, sizeof(path), "%s/nothing", folder);
    assert_int_equal(tape_create(&tape, path), STATUS_NO_INPUT);
    assert_non_null(strstr(status_text(), "nothing: No such file"));
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(tape_create(&tape, path), STATUS_NO_INPUT);
    assert_non_null(strstr(status_text(), "no recording in this folder"));
    write_file("trades.csv", "ts_ns,venue,price\n1,b,2\n", 24, false);
    (void)snprintf(path, sizeof(path), "%s/tables", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    write_file("tables/trades.csv", "ts_ns,venue,price\n1,b,2\n", 24, false);
    assert_int_equal(tape_create(&tape, path), STATUS_NO_INPUT);
    assert_non_null(strstr(status_text(), "its tables hold no quotes"));
    (void)snprintf(path, sizeof(path), "%s/trades.csv", folder);
    assert_int_equal(tape_create(&tape, path), STATUS_DATA);
    assert_non_null(strstr(status_text(), "trades.csv:1: neither"));
    write_file("depth.csv", deep, sizeof(deep) - 1, false);
    (void)snprintf(path, sizeof(path), "%s/depth.csv", folder);
    assert_int_equal(tape_create(&tape, path), STATUS_DATA);
    assert_non_null(strstr(status_text(), "VENUE-DATE/depth-SYMBOL.csv"));
    write_file("empty.ndjson", "", 0, false);
    (void)snprintf(path, sizeof(path), "%s/empty.ndjson", folder);
    assert_int_equal(tape_create(&tape, path), STATUS_DATA);
}

static void survives_a_damaged_gzip(void **state) {
    (void)state;
    char path[256], whole[4096];
    enum { LINES = 5000 };
    static char text[LINES * 64];
    size_t size = 0;
    for (int i = 0; i < LINES; i++) {
        size += (size_t)snprintf(text + size, sizeof(text) - size,
                                 "{\"t_ns\":%d,\"venue\":\"a\",\"chan\":\"ws\",\"raw\":%d}\n", i,
                                 rand());
    }
    write_file("cut.ndjson.gz", text, size, true);
    (void)snprintf(path, sizeof(path), "%s/cut.ndjson.gz", folder);
    FILE *file = fopen(path, "rb");
    size_t kept = fread(whole, 1, sizeof(whole), file);
    (void)fclose(file);
    write_file("cut.ndjson.gz", whole, kept, false);
    struct tape *tape = open_tape("cut.ndjson.gz");
    enum status result;
    int records = -1;
    do {
        result = tape_next(tape, &record);
        records++;
    } while (result == STATUS_OK && record.kind != TAPE_END);
    assert_true(records > 10);
    assert_true(result == STATUS_IO || result == STATUS_DATA);
    while (record.kind != TAPE_END) { // it ends in any case
        result = tape_next(tape, &record);
    }
    tape_destroy(tape);
}

static void long_lines(void **state) {
    (void)state;
    enum { SIZE = 300000 };
    static char text[SIZE + 128];
    int head =
        snprintf(text, sizeof(text), "{\"t_ns\":1,\"venue\":\"a\",\"chan\":\"ws\",\"raw\":\"");
    memset(text + head, 'x', SIZE);
    memcpy(text + head + SIZE, "\"}\n", 3);
    write_file("long.ndjson", text, (size_t)head + SIZE + 3, false);
    struct tape *tape = open_tape("long.ndjson");
    assert_int_equal(tape_next(tape, &record), STATUS_OK);
    assert_int_equal(record.raw.size, SIZE + 2);
    tape_destroy(tape);
}

static void stamps_of_the_venue_stand_in(void **state) {
    (void)state;
    static const char text[] =
        "{\"t_ns\":null,\"venue\":\"a\",\"raw\":{\"ts\":\"1783786806308\"}}\n"
        "{\"t_ns\":null,\"venue\":\"a\",\"raw\":{\"ts\":12}}\n"
        "{\"t_ns\":null,\"venue\":\"a\",\"raw\":{\"E\":1783786806309000}}\n"
        "{\"t_ns\":null,\"venue\":\"a\",\"raw\":{\"x\":1,\"time\":1783786806310000001}}\n";
    static const int64_t expected[] = {1783786806308000000, 1783786806308000000,
                                       1783786806309000000, 1783786806310000001};
    write_file("null.ndjson", text, sizeof(text) - 1, false);
    struct tape *tape = open_tape("null.ndjson");
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        assert_int_equal(tape_next(tape, &record), STATUS_OK);
        assert_int_equal(record.t_ns, expected[i]);
    }
    tape_destroy(tape);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_frame_file),           cmocka_unit_test(merges_a_folder),
        cmocka_unit_test(refuses_with_file_and_line),   cmocka_unit_test(refuses_to_open),
        cmocka_unit_test(survives_a_damaged_gzip),      cmocka_unit_test(long_lines),
        cmocka_unit_test(stamps_of_the_venue_stand_in),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
