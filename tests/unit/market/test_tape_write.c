// A recording that is written: what the player reads is what was put in, byte for byte; files that
// follow each other, and the limits.
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "market/tape_write.h"

static char folder[64];
static struct tape_record record;

static int make_folder(void **state) {
    (void)state;
    (void)snprintf(folder, sizeof(folder), "test_tape_write.XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state) {
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command);
}

static const char *path_of(const char *name) {
    static char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static struct tape_writer *begin(const struct tape_write_options *options) {
    struct tape_writer *writer;
    if (tape_writer_create(&writer, options) != STATUS_OK) {
        fail_msg("%s", status_text());
    }
    return writer;
}

static void end(struct tape_writer *writer) {
    assert_int_equal(tape_writer_close(writer), STATUS_OK);
    tape_writer_destroy(writer);
}

static struct tape *open_tape(const char *name) {
    struct tape *tape;
    if (tape_create(&tape, path_of(name)) != STATUS_OK) {
        fail_msg("%s", status_text());
    }
    return tape;
}

// The form of a line is an interface: other programs read it.
static void lines_have_their_form(void **state) {
    (void)state;
    static const struct {
        struct tape_frame frame;
        const char *line;
    } rows[] = {
        {{.t_ns = 7, .venue = {"okx", 3}, .raw = {"{\"a\": 1.50 }", 12}},
         "{\"t_ns\":7,\"venue\":\"okx\",\"chan\":\"ws\",\"raw\":{\"a\": 1.50 }}"},
        {{.t_ns = 8, .venue = {"okx", 3}, .connection = 1, .raw = {"[1,\n 2]\r\n", 9}},
         "{\"t_ns\":8,\"venue\":\"okx\",\"chan\":\"ws\",\"conn\":1,\"raw\":[1,  2]  }"},
        {{.t_ns = 9,
          .venue = {"okx", 3},
          .rest = true,
          .url = {"https://h/p?a=\"", 15},
          .body = {"{\"type\":\"meta\"}", 15},
          .raw = {"[]", 2}},
         "{\"t_ns\":9,\"venue\":\"okx\",\"chan\":\"rest\",\"url\":\"https://h/p?a=\\\"\","
         "\"body\":{\"type\":\"meta\"},\"raw\":[]}"},
        {{.t_ns = 9, .venue = {"okx", 3}, .raw = {"pong", 4}},
         "{\"t_ns\":9,\"venue\":\"okx\",\"chan\":\"ws\",\"raw\":\"pong\"}"},
        {{.t_ns = 9, .venue = {"okx", 3}, .raw = {"{\"a\":\"\n\"}\\\xff", 11}},
         "{\"t_ns\":9,\"venue\":\"okx\",\"chan\":\"ws\","
         "\"raw\":\"{\\\"a\\\":\\\"\\u000a\\\"}\\\\\\u00ff\"}"},
        {{.t_ns = 9, .venue = {"okx", 3}, .raw = {"", 0}},
         "{\"t_ns\":9,\"venue\":\"okx\",\"chan\":\"ws\",\"raw\":\"\"}"},
        {{.t_ns = 9, .venue = {"okx", 3}, .raw = {"{}{}", 4}},
         "{\"t_ns\":9,\"venue\":\"okx\",\"chan\":\"ws\",\"raw\":\"{}{}\"}"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char bytes[512];
        struct text line = TEXT_OVER(bytes);
        assert_true(tape_format_frame(&rows[i].frame, &line));
        assert_string_equal(bytes, rows[i].line);
    }
    char small[40];
    struct text line = TEXT_OVER(small);
    assert_false(tape_format_frame(&rows[0].frame, &line));
}

static const char *const messages[] = {
    "{\"e\":\"bookTicker\",\"b\":\"61837.6300\"}",
    "{\"deep\":[[1,2],{\"x\":null}], \"text\":\"a\\\"b\\\\\\n\"}",
    "\"a string\"",
    "-12.50e3",
    "[]",
};

static void round_trip(const char *name) {
    struct tape_writer *writer = begin(&(struct tape_write_options){.path = path_of(name)});
    enum { FRAMES = 3000 };
    for (int i = 0; i < FRAMES; i++) {
        struct tape_frame frame = {
            .t_ns = 1000 + i,
            .venue = SLICE("paradex"),
            .rest = i % 3 == 0,
            .connection = (uint32_t)(i % 2),
            .url = i % 3 == 0 ? SLICE("https://h/v1/bbo?market=X") : (struct slice){"", 0},
            .body = i % 6 == 0 ? SLICE("{\"q\":1}") : (struct slice){"", 0},
            .raw = slice_of(messages[(size_t)i % COUNT_OF(messages)]),
        };
        assert_int_equal(tape_writer_put(writer, &frame), STATUS_OK);
    }
    assert_int_equal(tape_writer_frames(writer), FRAMES);
    end(writer);
    struct stat info;
    assert_int_equal(stat(path_of(name), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    struct tape *tape = open_tape(name);
    for (int i = 0; i < FRAMES; i++) {
        assert_int_equal(tape_next(tape, &record), STATUS_OK);
        assert_int_equal(record.kind, TAPE_FRAME);
        assert_int_equal(record.t_ns, 1000 + i);
        assert_int_equal(record.rest, i % 3 == 0);
        assert_int_equal(record.connection, i % 3 == 0 ? 0 : i % 2);
        assert_true(slice_equals(record.venue, SLICE("paradex")));
        assert_true(slice_equals(record.body, i % 6 == 0 ? SLICE("{\"q\":1}") : SLICE("")));
        assert_true(slice_equals(record.raw, slice_of(messages[(size_t)i % COUNT_OF(messages)])));
    }
    assert_int_equal(tape_next(tape, &record), STATUS_OK);
    assert_int_equal(record.kind, TAPE_END);
    tape_destroy(tape);
}

static void plain_and_zipped_read_back(void **state) {
    (void)state;
    round_trip("plain.ndjson");
    round_trip("zipped.ndjson.gz");
    int fd = open(path_of("zipped.ndjson.gz"), O_RDONLY);
    unsigned char magic[2];
    assert_int_equal(read(fd, magic, 2), 2);
    assert_int_equal(magic[0] << 8 | magic[1], 0x1f8b);
    (void)close(fd);
}

// Random bytes: whatever a venue may send comes back from the string's escapes.
static void what_is_no_json_loses_no_byte(void **state) {
    (void)state;
    srand(7);
    for (int round = 0; round < 2000; round++) {
        char raw[32], bytes[512];
        size_t size = (size_t)rand() % sizeof(raw);
        for (size_t i = 0; i < size; i++) {
            raw[i] = (char)(rand() % 256);
        }
        struct text line = TEXT_OVER(bytes);
        struct tape_frame frame = {.t_ns = 1, .venue = SLICE("a"), .raw = {raw, size}};
        assert_true(tape_format_frame(&frame, &line));
        assert_null(memchr(bytes, '\n', line.size));
        bool skip;
        assert_int_equal(tape_parse_envelope(text_slice(&line), &record, &skip), STATUS_OK);
        if (slice_equals(record.raw, frame.raw) || record.raw.data[0] != '"') {
            continue; // JSON by chance
        }
        size_t at = 0;
        for (size_t i = 1; i + 1 < record.raw.size; i++, at++) {
            unsigned value = (unsigned char)record.raw.data[i];
            if (value == '\\') {
                i++;
                if (record.raw.data[i] == 'u') {
                    char digits[5] = "";
                    memcpy(digits, record.raw.data + i + 1, 4);
                    value = (unsigned)strtoul(digits, NULL, 16);
                    i += 4;
                } else {
                    value = (unsigned char)record.raw.data[i];
                }
            }
            assert_true(at < size);
            assert_int_equal((unsigned char)raw[at], value);
        }
        assert_int_equal(at, size);
    }
}

static bool there(const char *name) {
    return access(path_of(name), F_OK) == 0;
}

static void put_noise(struct tape_writer *writer, int64_t t_ns) {
    char raw[4096] = "\"";
    for (size_t i = 1; i < sizeof(raw) - 2; i++) {
        raw[i] = (char)('a' + rand() % 26);
    }
    raw[sizeof(raw) - 2] = '"';
    struct tape_frame frame = {.t_ns = t_ns, .venue = SLICE("okx"), .raw = {raw, sizeof(raw) - 1}};
    assert_int_equal(tape_writer_put(writer, &frame), STATUS_OK);
}

static void files_follow_each_other(void **state) {
    (void)state;
    struct tape_writer *writer = begin(&(struct tape_write_options){
        .path = path_of("many.ndjson"), .file_bytes_max = 1 << 20, .keep = 2});
    static const char *const rules[] = {"{\"rules\":1}", "{\"rules\":2}"};
    for (size_t i = 0; i < 2; i++) { // the newest answer to the same call counts
        struct tape_frame frame = {.t_ns = 1,
                                   .venue = SLICE("okx"),
                                   .rest = true,
                                   .rules = true,
                                   .url = SLICE("https://h/instruments"),
                                   .raw = slice_of(rules[i])};
        assert_int_equal(tape_writer_put(writer, &frame), STATUS_OK);
    }
    int64_t t_ns = 2;
    while (tape_writer_files(writer) < 5) {
        put_noise(writer, t_ns++);
    }
    assert_true(tape_writer_bytes(writer) < 5 << 19);
    end(writer);
    assert_false(there("many.ndjson"));
    assert_false(there("many.0002.ndjson"));
    assert_true(there("many.0003.ndjson"));
    assert_true(there("many.0004.ndjson"));
    struct tape *tape = open_tape("many.0003.ndjson");
    assert_int_equal(tape_next(tape, &record), STATUS_OK);
    assert_true(record.rest);
    assert_true(record.t_ns > 400); // of the moment the file began
    assert_true(slice_equals(record.raw, slice_of(rules[1])));
    assert_int_equal(tape_next(tape, &record), STATUS_OK);
    assert_false(record.rest);
    tape_destroy(tape);
}

static void limits_hold(void **state) {
    (void)state;
    struct tape_write_options options = {.path = path_of("full.ndjson.gz"),
                                         .total_bytes_max = 1 << 20};
    struct tape_writer *writer = begin(&options);
    struct tape_writer *again;
    assert_int_equal(tape_writer_create(&again, &options), STATUS_CANNOT_CREATE);
    char raw[4096];
    struct tape_frame frame = {.venue = SLICE("okx"), .raw = {raw, sizeof(raw)}};
    enum status status = STATUS_OK;
    for (int i = 0; i < 100000 && status == STATUS_OK; i++) {
        for (size_t k = 0; k < sizeof(raw); k++) {
            raw[k] = (char)(' ' + rand() % 90);
        }
        status = tape_writer_put(writer, &frame);
    }
    assert_int_equal(status, STATUS_UNAVAILABLE);
    assert_non_null(strstr(status_text(), "its size of 1 MiB"));
    assert_int_equal(tape_writer_put(writer, &frame), STATUS_UNAVAILABLE); // it sticks
    end(writer);                                                           // and is a whole file
    struct stat info;
    assert_int_equal(stat(path_of("full.ndjson.gz"), &info), 0);
    assert_in_range(info.st_size, 600 << 10, 1 << 20);
    options = (struct tape_write_options){.path = path_of("floor.ndjson"),
                                          .disk_floor_bytes = UINT64_C(1) << 62};
    assert_int_equal(tape_writer_create(&writer, &options), STATUS_IO);
    assert_non_null(strstr(status_text(), "disk_floor_mb"));
    assert_false(there("floor.ndjson"));
    options = (struct tape_write_options){.path = path_of("none/x.ndjson")};
    assert_int_equal(tape_writer_create(&writer, &options), STATUS_CANNOT_CREATE);
}

static void never_writes_through_a_link(void **state) {
    (void)state;
    assert_int_equal(symlink("/dev/full", path_of("link")), 0);
    // O_EXCL refuses the link itself: nothing is ever written through one.
    struct tape_write_options options = {.path = path_of("link")};
    struct tape_writer *writer;
    assert_int_equal(tape_writer_create(&writer, &options), STATUS_CANNOT_CREATE);
}

static void too_long_a_frame_is_refused_alone(void **state) {
    (void)state;
    char *raw = malloc(2 * TAPE_LINE_MAX);
    assert_non_null(raw);
    memset(raw, '\x01', 2 * TAPE_LINE_MAX);
    struct tape_writer *writer =
        begin(&(struct tape_write_options){.path = path_of("long.ndjson")});
    struct tape_frame frame = {.t_ns = 1, .venue = SLICE("okx"), .raw = {raw, 2 * TAPE_LINE_MAX}};
    assert_int_equal(tape_writer_put(writer, &frame), STATUS_DATA);
    frame.raw.size = 10;
    assert_int_equal(tape_writer_put(writer, &frame), STATUS_OK);
    assert_int_equal(tape_writer_tend(writer), STATUS_OK);
    struct tape *tape = open_tape("long.ndjson"); // tend made it visible
    assert_int_equal(tape_next(tape, &record), STATUS_OK);
    assert_int_equal(record.raw.size, 62);
    tape_destroy(tape);
    end(writer);
    free(raw);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_have_their_form),
        cmocka_unit_test(plain_and_zipped_read_back),
        cmocka_unit_test(what_is_no_json_loses_no_byte),
        cmocka_unit_test(files_follow_each_other),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(never_writes_through_a_link),
        cmocka_unit_test(too_long_a_frame_is_refused_alone),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
