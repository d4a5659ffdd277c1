// What was written is what is read, and whatever is torn or flipped is noticed, at every byte.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/table.h"
#include "engine/journal_format.h"

enum { EVENTS = 12, CONFIG_SIZE = 21 };

static const char config[] = "[desk]\nmode = paper\n#";

static struct event event_at(uint32_t i) {
    static const enum event_kind kinds[] = {EVENT_QUOTE_UPDATED, EVENT_OPPORTUNITY_FOUND,
                                            EVENT_TIMER, EVENT_DEPTH_UPDATED, EVENT_ALERT};
    enum event_kind kind = kinds[i % COUNT_OF(kinds)];
    struct event event = {0};
    memset(&event.u, (int)(i + 1), sizeof(event.u));
    event.header = (struct event_header){.sequence = i + 1,
                                         .time_ns = 1000 + i,
                                         .kind = (uint16_t)kind,
                                         .flags = i % 2 == 0 ? EVENT_INPUT : 0,
                                         .size = event_payload_size(kind)};
    return event;
}

struct image {
    unsigned char *data;
    size_t size;
    size_t ends[EVENTS + 1]; // end of the head, then of each record
};

static struct image make(void) {
    struct image image = {0};
    size_t capacity = journal_header_size(CONFIG_SIZE) + EVENTS * (sizeof(struct event) + 8);
    image.data = calloc(1, capacity);
    assert_non_null(image.data);
    image.size = journal_encode_header(
        &(struct journal_head){.mode = DESK_DEMO, .config = (struct slice){config, CONFIG_SIZE}},
        image.data);
    assert_int_equal(image.size, journal_header_size(CONFIG_SIZE));
    image.ends[0] = image.size;
    for (uint32_t i = 0; i < EVENTS; i++) {
        struct event event = event_at(i);
        size_t size = journal_encode(&event, image.data + image.size);
        assert_int_equal(size, journal_record_size(&event));
        assert_int_equal(size % 8, 0);
        image.size += size;
        image.ends[i + 1] = image.size;
    }
    return image;
}

// Reads a copy of exactly `size` bytes, so that a read behind the end is seen by the sanitizer.
static enum journal_read read_all(const unsigned char *data, size_t size, uint32_t *count,
                                  bool *equal) {
    unsigned char *copy = malloc(size > 0 ? size : 1);
    assert_non_null(copy);
    memcpy(copy, data, size);
    struct journal_reader reader;
    enum journal_read end = JOURNAL_DAMAGED;
    *count = 0;
    *equal = true;
    if (journal_reader_init(&reader, copy, size) == STATUS_OK) {
        struct event event;
        while ((end = journal_next(&reader, &event)) == JOURNAL_RECORD) {
            struct event want = event_at(*count);
            *equal = *equal && *count < EVENTS &&
                     memcmp(&event.header, &want.header, sizeof(want.header)) == 0 &&
                     memcmp(&event.u, &want.u, want.header.size) == 0;
            (*count)++;
        }
    }
    free(copy);
    return end;
}

static void test_round_trip(void **state) {
    (void)state;
    struct image image = make();
    uint32_t count = 0;
    bool equal = false;
    assert_int_equal(read_all(image.data, image.size, &count, &equal), JOURNAL_END);
    assert_int_equal(count, EVENTS);
    assert_true(equal);
    struct journal_reader reader;
    assert_int_equal(journal_reader_init(&reader, image.data, image.size), STATUS_OK);
    assert_int_equal(reader.mode, DESK_DEMO);
    assert_int_equal(reader.config.size, CONFIG_SIZE);
    assert_memory_equal(reader.config.data, config, CONFIG_SIZE);
    free(image.data);
}

static uint32_t records_before(const struct image *image, size_t offset) {
    uint32_t count = 0;
    while (count < EVENTS && image->ends[count + 1] <= offset) {
        count++;
    }
    return count;
}

// Cut at every byte of the last three records, with nothing or zeros behind the cut.
static void test_torn(void **state) {
    (void)state;
    struct image image = make();
    unsigned char *zeroed = malloc(image.size + 64);
    assert_non_null(zeroed);
    for (size_t cut = image.ends[EVENTS - 3]; cut < image.size; cut++) {
        uint32_t count = 0;
        bool equal = false;
        enum journal_read end = read_all(image.data, cut, &count, &equal);
        bool whole = cut == image.ends[records_before(&image, cut)];
        assert_int_equal(end, whole ? JOURNAL_END : JOURNAL_TORN);
        assert_int_equal(count, records_before(&image, cut));
        assert_true(equal);

        memcpy(zeroed, image.data, cut);
        memset(zeroed + cut, 0, image.size + 64 - cut);
        end = read_all(zeroed, image.size + 64, &count, &equal);
        assert_true(end != JOURNAL_RECORD && end != JOURNAL_END);
        assert_true(equal);
    }
    free(zeroed);
    free(image.data);
}

// Every single bit: never read as something else, and in the middle never taken for a torn tail.
static void test_flips(void **state) {
    (void)state;
    struct image image = make();
    for (size_t i = 0; i < image.size * 8; i++) {
        size_t byte = i / 8;
        image.data[byte] ^= (unsigned char)(1u << (i % 8));
        uint32_t count = 0;
        bool equal = false;
        enum journal_read end = read_all(image.data, image.size, &count, &equal);
        assert_true(equal);
        assert_true(end == JOURNAL_DAMAGED || end == JOURNAL_TORN);
        if (byte < image.ends[EVENTS - 1]) {
            assert_int_equal(end, JOURNAL_DAMAGED);
        }
        assert_int_equal(count, byte < image.ends[0] ? 0 : records_before(&image, byte));
        image.data[byte] ^= (unsigned char)(1u << (i % 8));
    }
    free(image.data);
}

static void test_sequence(void **state) {
    (void)state;
    struct image image = make();
    struct event event = event_at(EVENTS - 1);
    size_t at = image.ends[EVENTS - 1];
    event.header.sequence = 3; // an old record in a new place
    size_t size = at + journal_encode(&event, image.data + at);
    uint32_t count = 0;
    bool equal = false;
    assert_int_equal(read_all(image.data, size, &count, &equal), JOURNAL_DAMAGED);
    assert_int_equal(count, EVENTS - 1);
    event.header.flags = EVENT_INPUT | EVENT_SAMPLE; // which a sample may be
    size = at + journal_encode(&event, image.data + at);
    assert_int_equal(read_all(image.data, size, &count, &equal), JOURNAL_END);
    assert_int_equal(count, EVENTS);
    free(image.data);
}

static void test_bool(void **state) {
    (void)state;
    unsigned char data[1024];
    size_t size = journal_encode_header(
        &(struct journal_head){.mode = DESK_PAPER, .config = SLICE("")}, data);
    struct event event = {.header = {.sequence = 1,
                                     .kind = EVENT_INSTRUMENT,
                                     .flags = EVENT_INPUT,
                                     .size = sizeof(struct event_listing_rules)}};
    const unsigned char two = 2;
    memcpy(&event.u.instrument.listing.ready, &two, 1);
    size += journal_encode(&event, data + size);
    struct journal_reader reader;
    assert_int_equal(journal_reader_init(&reader, data, size), STATUS_OK);
    assert_int_equal(journal_next(&reader, &event), JOURNAL_DAMAGED);
}

static void test_foreign(void **state) {
    (void)state;
    struct journal_reader reader;
    assert_int_equal(journal_reader_init(&reader, "perp", 4), STATUS_DATA);
    char other[200] = "perpdesk journal 2\n";
    assert_int_equal(journal_reader_init(&reader, other, sizeof(other)), STATUS_DATA);
    assert_string_equal(status_text(), "not a journal of this program");
}

// A head as another program might have written it: its checksum is right, what it says is not.
static void test_heads(void **state) {
    (void)state;
    enum { AT_SIZE = 24, AT_CHECKSUM = 28, AT_BODY = 32, AT_MODE = 34, AT_CONFIG_SIZE = 36 };
    static const struct {
        const char *name;
        size_t at;
        uint32_t value, size; // of the field
        uint32_t body;        // bytes of the head that count, 0: all of them
        const char *why;
    } rows[] = {
        {"format of tomorrow", AT_BODY, EVENT_FORMAT + 1, 2, 0, NULL},
        {"format of yesterday", AT_BODY, EVENT_FORMAT - 1, 2, 0, NULL},
        {"format of a short head", AT_BODY, EVENT_FORMAT + 1, 2, 8, NULL},
        {"a head of this format, cut", AT_BODY, EVENT_FORMAT, 2, 8,
         "the journal's head is damaged"},
        {"less than a format", AT_BODY, 1, 1, 1, "the journal's head is damaged"},
        {"no such mode", AT_MODE, DESK_MODE_COUNT, 2, 0, "the journal's head is damaged"},
        {"a text longer than the head", AT_CONFIG_SIZE, CONFIG_SIZE + 8, 4, 0,
         "the journal's head is damaged"},
        {"a text shorter than the head", AT_CONFIG_SIZE, 1, 4, 0, "the journal's head is damaged"},
        {"a text longer than any", AT_CONFIG_SIZE, UINT32_MAX - 100, 4, 0,
         "the journal's head is damaged"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct image image = make();
        memcpy(image.data + rows[i].at, &rows[i].value, rows[i].size);
        uint32_t size = (uint32_t)image.ends[0] - AT_BODY;
        size = rows[i].body != 0 ? rows[i].body : size;
        uint32_t checksum = (uint32_t)hash_bytes(image.data + AT_BODY, size, size);
        memcpy(image.data + AT_SIZE, &size, sizeof(size));
        memcpy(image.data + AT_CHECKSUM, &checksum, sizeof(checksum));
        struct journal_reader reader;
        assert_int_equal(journal_reader_init(&reader, image.data, image.size), STATUS_DATA);
        if (rows[i].why == NULL) {
            assert_int_equal(reader.format, rows[i].value);
        }
        char other_format[80];
        snprintf(other_format, sizeof(other_format),
                 "the journal is of format %u, this program reads %d", rows[i].value, EVENT_FORMAT);
        const char *why = rows[i].why != NULL ? rows[i].why : other_format;
        if (strcmp(status_text(), why) != 0) {
            fail_msg("%s: %s", rows[i].name, status_text());
        }
        free(image.data);
    }
}

// The page with a record's header never came to the disk, the one with its end did: torn where it
// is the last, damaged where more follows.
static void test_header_lost(void **state) {
    (void)state;
    enum { RECORD_HEAD = 8 };
    for (uint32_t nth = EVENTS - 2; nth < EVENTS; nth++) {
        struct image image = make();
        memset(image.data + image.ends[nth] + RECORD_HEAD, 0, sizeof(struct event_header));
        uint32_t count = 0;
        bool equal = false;
        enum journal_read end = read_all(image.data, image.size, &count, &equal);
        assert_int_equal(end, nth == EVENTS - 1 ? JOURNAL_TORN : JOURNAL_DAMAGED);
        assert_int_equal(count, nth);
        free(image.data);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_torn),
        cmocka_unit_test(test_flips),      cmocka_unit_test(test_sequence),
        cmocka_unit_test(test_bool),       cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_heads),      cmocka_unit_test(test_header_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
