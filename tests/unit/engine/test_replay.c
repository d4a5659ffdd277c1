// A recorded session replays to the same bytes; a changed decision, input or component is found.
#include "desk_probe.h"

#include <stdlib.h>

#include "engine/replay.h"

static struct universe universe;
static struct quote_cache cache;
static unsigned char *image;
static size_t image_size, image_max;
static uint32_t records;
static int64_t until_ns = INT64_MAX;

static void record_append(void *arg, const struct event *event) {
    (void)arg;
    assert_true(image_size + journal_record_size(event) <= image_max);
    image_size += journal_encode(event, image + image_size);
    records++;
}

static enum status record_commit(void *arg) {
    (void)arg;
    return STATUS_OK;
}

static void record_session(bool all) {
    static struct engine engine;
    struct desk_probe probe = desk_probe_new();
    struct engine_options options = {
        .universe = &universe,
        .cache = &cache,
        .journal = {.append = record_append, .commit = record_commit},
        .journal_quotes_all = all,
        .depth_sample_ns = 70,
        .publish_ns = 1000,
        .is_paper_venue = true,
    };
    image_size = journal_encode_header(
        &(struct journal_head){.mode = DESK_DEMO, .config = SLICE("")}, image);
    records = 0;
    assert_int_equal(engine_create(&engine, &options), STATUS_OK);
    engine_add(&engine, &desk_probe_component, &probe);
    for (uint32_t i = 1; i <= 2000; i++) {
        int64_t now_ns = i * 40;
        struct quote quote = desk_probe_make(i * 7919 % 1009, i % 13 == 0 ? 1 : 0);
        quote_store(&cache, i * 31 % 12, &quote);
        if (i % 3 == 0) {
            struct depth depth = {.receive_ns = now_ns, .bid_count = (uint8_t)(i % 5)};
            depth_store(&cache, i % 12, &depth);
        }
        if (i % 4 == 0) {
            (void)engine_enter_quotes(&engine, now_ns);
        }
        if (i % 50 == 0) {
            engine_timer(&engine, now_ns);
        }
        if (i % 111 == 0) {
            struct control_request request = {CONTROL_STATE, ORIGIN_TEST, CONTROL_ANY,
                                              CONTROL_ANY,   i % 3,       0};
            assert_int_equal(engine_control(&engine, &request, now_ns), STATUS_OK);
        }
    }
    engine_finish(&engine);
}

static int set_up(void **state) {
    (void)state;
    image_max = 8 << 20;
    image = malloc(image_max);
    return image != NULL && universe_create(&universe, 3, 4) == STATUS_OK &&
                   quote_cache_create(&cache, 12) == STATUS_OK
               ? 0
               : -1;
}

static int tear_down(void **state) {
    (void)state;
    free(image);
    quote_cache_finish(&cache);
    universe_finish(&universe);
    return 0;
}

static enum status verify(struct replay *replay, struct desk_probe probe, size_t size) {
    static struct engine engine;
    struct journal_reader reader;
    assert_int_equal(journal_reader_init(&reader, image, size), STATUS_OK);
    replay_init(replay, replay_from_reader(&reader), &universe);
    replay->until_ns = until_ns;
    struct engine_options options = {
        .universe = &universe,
        .journal = replay_sink(replay),
        .journal_quotes_all = true,
        .publish_ns = 1000,
        .is_paper_venue = true,
    };
    assert_int_equal(engine_create(&engine, &options), STATUS_OK);
    engine_add(&engine, &desk_probe_component, &probe);
    enum status status = replay_verify(replay, &engine);
    engine_finish(&engine);
    return status;
}

static void test_same(void **state) {
    (void)state;
    record_session(true);
    struct replay replay;
    assert_int_equal(verify(&replay, desk_probe_new(), image_size), STATUS_OK);
    assert_int_equal(replay.end, JOURNAL_END);
    assert_int_equal(replay.inputs + replay.derived, records);
    assert_true(replay.derived > 100);
}

static void test_twice(void **state) {
    (void)state;
    record_session(true);
    size_t size = image_size;
    unsigned char *first = malloc(size);
    assert_non_null(first);
    memcpy(first, image, size);
    quote_cache_finish(&cache);
    assert_int_equal(quote_cache_create(&cache, 12), STATUS_OK);
    record_session(true);
    assert_int_equal(image_size, size);
    assert_memory_equal(image, first, size);
    free(first);
}

// Another state at the start is another component: the first decision that shows it is told.
static void test_differs(void **state) {
    (void)state;
    record_session(true);
    struct desk_probe other = desk_probe_new();
    other.sum = 1;
    struct replay replay;
    assert_int_equal(verify(&replay, other, image_size), STATUS_ERROR);
    assert_true(replay.differs);
    assert_non_null(strstr(replay.recorded, "opportunity_found"));
    assert_non_null(strstr(replay.replayed, "opportunity_found"));
    assert_string_not_equal(replay.recorded, replay.replayed);

    other = desk_probe_new();
    other.commands = 1; // decides more
    assert_int_equal(verify(&replay, other, image_size), STATUS_ERROR);
    assert_non_null(strstr(replay.replayed, "order_command"));

    other = desk_probe_new();
    other.deadline_ns = 0; // decides at another time
    assert_int_equal(verify(&replay, other, image_size), STATUS_ERROR);
    assert_non_null(strstr(replay.replayed, "opportunity_gone"));
}

static void test_torn(void **state) {
    (void)state;
    record_session(true);
    for (size_t cut = 1; cut < 600; cut++) {
        struct replay replay;
        enum status status = verify(&replay, desk_probe_new(), image_size - cut);
        if (replay.end == JOURNAL_TORN) {
            assert_int_equal(status, STATUS_OK);
        } else { // cut between a quote and what it caused
            assert_int_equal(replay.end, JOURNAL_END);
        }
    }
}

static void test_decisions_refused(void **state) {
    (void)state;
    record_session(false);
    struct replay replay;
    assert_int_equal(verify(&replay, desk_probe_new(), image_size), STATUS_DATA);
    assert_non_null(strstr(status_text(), "journal_quotes = decisions"));
}

// A journal of a few records by hand.
static void write_records(const struct event *events, size_t count) {
    image_size = journal_encode_header(
        &(struct journal_head){.mode = DESK_DEMO, .config = SLICE("")}, image);
    for (size_t i = 0; i < count; i++) {
        image_size += journal_encode(&events[i], image + image_size);
    }
}

static struct event record_of(enum event_kind kind, uint64_t sequence, int64_t time_ns) {
    bool input = kind == EVENT_TIMER || kind == EVENT_QUOTE_UPDATED;
    return (struct event){.header = {.sequence = sequence,
                                     .time_ns = time_ns,
                                     .kind = (uint16_t)kind,
                                     .flags = input ? EVENT_INPUT : 0,
                                     .size = event_payload_size(kind)}};
}

// One side has a decision where the other has none, in the middle and at the end of the journal.
static void test_decides_more_or_less(void **state) {
    (void)state;
    struct replay replay;
    struct event events[] = {record_of(EVENT_TIMER, 1, 10),
                             record_of(EVENT_OPPORTUNITY_GONE, 2, 10),
                             record_of(EVENT_TIMER, 3, 20)};
    write_records(events, 3);
    assert_int_equal(verify(&replay, desk_probe_new(), image_size), STATUS_ERROR);
    assert_int_equal(replay.differs_at, 2);
    assert_non_null(strstr(replay.recorded, "2 10 opportunity_gone"));
    assert_string_equal(replay.replayed, "nothing");

    struct desk_probe eager = desk_probe_new();
    eager.deadline_ns = 20; // decides at the last input: the journal has nothing left to compare
    events[1] = record_of(EVENT_TIMER, 2, 20);
    write_records(events, 2);
    assert_int_equal(verify(&replay, eager, image_size), STATUS_ERROR);
    assert_int_equal(replay.differs_at, 3);
    assert_string_equal(replay.recorded, "nothing");
    assert_non_null(strstr(replay.replayed, "3 20 opportunity_gone"));

    events[1] = record_of(EVENT_TIMER, 2, 9);
    write_records(events, 2);
    assert_int_equal(verify(&replay, desk_probe_new(), image_size), STATUS_DATA);
    assert_string_equal(status_text(), "record 2: time steps back");

    events[1] = record_of(EVENT_QUOTE_UPDATED, 2, 20);
    events[1].header.flags |= EVENT_SAMPLE;
    write_records(events, 2);
    assert_int_equal(verify(&replay, desk_probe_new(), image_size), STATUS_DATA);
    assert_non_null(strstr(status_text(), "journal_quotes = decisions"));
}

// Damage is told as damage, not as a decision that differs; so is what lies behind it.
static void test_damaged(void **state) {
    (void)state;
    record_session(true);
    struct replay replay;
    image[image_size / 2] ^= 1;
    assert_int_equal(verify(&replay, desk_probe_new(), image_size), STATUS_DATA);
    assert_int_equal(replay.end, JOURNAL_DAMAGED);
    assert_false(replay.differs);
    assert_non_null(strstr(status_text(), "the journal is damaged after record "));

    const struct event events[] = {record_of(EVENT_QUOTE_UPDATED, 1, 10),
                                   record_of(EVENT_OPPORTUNITY_FOUND, 2, 10),
                                   record_of(EVENT_TIMER, 3, 20)};
    struct event first = events[0];
    first.u.quote.quote.flags = 1; // decides, and its decision is the record that is damaged
    write_records(&first, 1);
    size_t at = image_size;
    for (size_t i = 1; i < 3; i++) {
        image_size += journal_encode(&events[i], image + image_size);
    }
    image[at + 40] ^= 1;
    assert_int_equal(verify(&replay, desk_probe_new(), image_size), STATUS_DATA);
    assert_int_equal(replay.end, JOURNAL_DAMAGED);
    assert_false(replay.differs);
}

// The console at a second of the past: replay stops before the first input that is later.
static void test_until(void **state) {
    (void)state;
    const struct event events[] = {record_of(EVENT_TIMER, 1, 10), record_of(EVENT_TIMER, 2, 20),
                                   record_of(EVENT_TIMER, 3, 21)};
    write_records(events, 3);
    until_ns = 20;
    struct replay replay;
    assert_int_equal(verify(&replay, desk_probe_new(), image_size), STATUS_OK);
    assert_true(replay.reached);
    assert_int_equal(replay.inputs, 2);
    until_ns = 21;
    assert_int_equal(verify(&replay, desk_probe_new(), image_size), STATUS_OK);
    assert_false(replay.reached);
    assert_int_equal(replay.inputs, 3);
    until_ns = INT64_MAX;
}

// Indices of another universe must not reach the components.
static void test_foreign_universe(void **state) {
    (void)state;
    record_session(true);
    universe.venue_count = 1;
    struct replay replay;
    assert_int_equal(verify(&replay, desk_probe_new(), image_size), STATUS_DATA);
    assert_non_null(strstr(status_text(), "does not fit"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_differs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_torn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_decisions_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_decides_more_or_less, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_until, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_foreign_universe, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
