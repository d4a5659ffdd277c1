// R4: a journal of 64 KiB, cut at every byte with nothing or zeros behind, and with every single
// bit flipped. Whatever is read is what was written, up to the damage and never beyond it; a
// damaged record in the middle is never taken for a torn tail.
//
// PERPDESK_JOURNAL_FAULTS: how many journals with several random faults follow (default 20000).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/table.h"
#include "engine/journal_format.h"

enum { SIZE = 64 * 1024, RECORDS_MAX = 2048, RANDOM_RUNS = 20000 };

struct image {
    unsigned char data[SIZE + sizeof(struct event) + 64];
    size_t size, head_size;
    size_t begins[RECORDS_MAX + 1];      // of the records; the last: the end
    uint64_t sequences[RECORDS_MAX + 1]; // before each
    uint32_t count;
};

static struct image image;
static unsigned char copy[sizeof(image.data)];

static void make_event(struct event *event, uint32_t i) {
    enum event_kind kind = (enum event_kind)(i % EVENT_KIND_COUNT);
    memset(event, 0, sizeof(*event));
    for (size_t at = 0; at < sizeof(event->u); at += sizeof(uint64_t)) {
        uint64_t word = kind == EVENT_INSTRUMENT ? 0 : hash_mix((uint64_t)i << 16 | at);
        memcpy((char *)&event->u + at, &word,
               sizeof(event->u) - at < sizeof(word) ? sizeof(event->u) - at : sizeof(word));
    }
    event->header = (struct event_header){.sequence = i + 1,
                                          .time_ns = 1000 + i,
                                          .kind = (uint16_t)kind,
                                          .flags = i % 3 == 0 ? EVENT_INPUT : 0,
                                          .size = event_payload_size(kind)};
}

static int make(void **state) {
    (void)state;
    struct journal_head head = {.mode = DESK_LIVE, .config = SLICE("[desk]\nmode = live\n")};
    image.size = image.head_size = journal_encode_header(&head, image.data);
    while (image.size < SIZE) {
        struct event event;
        assert_true(image.count < RECORDS_MAX);
        make_event(&event, image.count);
        image.sequences[image.count] = image.count;
        image.begins[image.count++] = image.size;
        image.size += journal_encode(&event, image.data + image.size);
    }
    image.begins[image.count] = image.size;
    return 0;
}

static uint32_t record_at(size_t offset) {
    uint32_t low = 0, high = image.count;
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;
        *(image.begins[middle] <= offset ? &low : &high) = middle;
    }
    return low;
}

// Reads on from a record; what lies before it is as it was written and reads as such.
static enum journal_read read_from(uint32_t record, size_t size, uint32_t *good) {
    struct journal_reader reader = {.data = copy,
                                    .size = size,
                                    .at = image.begins[record],
                                    .last_sequence = image.sequences[record]};
    struct event event, want;
    enum journal_read end;
    *good = record;
    while ((end = journal_next(&reader, &event)) == JOURNAL_RECORD) {
        make_event(&want, *good);
        if (*good >= image.count ||
            memcmp(&event, &want, sizeof(want.header) + want.header.size) != 0) {
            fail_msg("record %u was read and is not what was written", *good);
        }
        (*good)++;
    }
    return end;
}

static void test_every_cut(void **state) {
    (void)state;
    memcpy(copy, image.data, sizeof(copy));
    for (size_t cut = image.size; cut-- > image.head_size;) {
        uint32_t record = record_at(cut), good;
        enum journal_read end = read_from(record, cut, &good);
        assert_int_equal(good, record);
        assert_int_equal(end, cut == image.begins[record] ? JOURNAL_END : JOURNAL_TORN);
        copy[cut] = 0; // a crash of the machine: longer than its data
        if (read_from(record, image.size, &good) != JOURNAL_TORN || good < record) {
            // Zeros that were written so are no loss.
            assert_int_equal(good, image.count);
        }
    }
}

static void test_every_bit(void **state) {
    (void)state;
    memcpy(copy, image.data, sizeof(copy));
    for (size_t bit = image.head_size * 8; bit < image.size * 8; bit++) {
        uint32_t record = record_at(bit / 8), good;
        copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
        enum journal_read end = read_from(record, image.size, &good);
        bool last = record + 1 == image.count;
        if (good != record || (end != JOURNAL_DAMAGED && !(last && end == JOURNAL_TORN))) {
            fail_msg("bit %zu of record %u: read %u records, end %d", bit, record, good, (int)end);
        }
        copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
}

static void test_every_bit_of_the_head(void **state) {
    (void)state;
    memcpy(copy, image.data, sizeof(copy));
    for (size_t bit = 0; bit < image.head_size * 8; bit++) {
        struct journal_reader reader;
        copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_int_equal(journal_reader_init(&reader, copy, image.size), STATUS_DATA);
        copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
}

static uint64_t draw(uint64_t *random, uint64_t below) {
    *random = hash_mix(*random + 1);
    return *random % below;
}

// Bits, bytes, runs of zeros and of noise, and a cut: several at a time.
static void test_random_faults(void **state) {
    (void)state;
    const char *told = getenv("PERPDESK_JOURNAL_FAULTS");
    uint64_t runs = told != NULL ? strtoull(told, NULL, 10) : RANDOM_RUNS;
    memcpy(copy, image.data, sizeof(copy));
    for (uint64_t run = 0; run < runs; run++) {
        uint64_t random = run << 8;
        size_t size = image.size, first = image.size, last = 0;
        for (uint64_t fault = 1 + draw(&random, 4); fault > 0; fault--) {
            size_t at = image.head_size + draw(&random, image.size - image.head_size);
            size_t length = draw(&random, 2) == 0 ? 1 : 1 + draw(&random, 512);
            bool noise = draw(&random, 2) == 0;
            size_t end = at + length < image.size ? at + length : image.size;
            for (size_t i = at; i < end; i++) {
                copy[i] = noise ? (unsigned char)draw(&random, 256) : 0;
            }
            first = at < first ? at : first;
            last = end > last ? end : last;
        }
        if (draw(&random, 4) == 0) {
            size = image.head_size + draw(&random, image.size - image.head_size);
        }
        uint32_t good;
        (void)read_from(record_at(first < size ? first : size), size, &good);
        memcpy(copy + first, image.data + first, last - first);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_every_bit_of_the_head),
        cmocka_unit_test(test_random_faults),
    };
    return cmocka_run_group_tests(tests, make, NULL);
}
