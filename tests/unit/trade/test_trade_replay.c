// The same inputs give the same bytes: twice in one process, and replayed from a journal.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/replay.h"
#include "harness.h"

enum { STEPS = 400 };

static uint32_t draw(uint64_t *random, uint32_t below) {
    *random = hash_mix(*random + 1);
    return (uint32_t)(*random >> 32) % below;
}

// A lively half minute on both symbols, with a person at the keys.
static struct harness *run(uint64_t seed) {
    struct harness *h = harness_prepare();
    h->settings.wash.enabled = h->settings.arb.enabled = true;
    h->settings.paper.reject_ppm = 20000;
    h->settings.wash.hold_min_ns = h->settings.wash.hold_max_ns = 2 * NS_PER_S;
    harness_start(h);
    uint64_t random = seed;
    for (int step = 0; step < STEPS; step++) {
        uint16_t venue = (uint16_t)draw(&random, H_VENUES);
        uint16_t symbol = (uint16_t)draw(&random, H_SYMBOLS);
        struct px tick = universe_listing(&h->universe, venue, symbol)->tick;
        struct bps shift = {(int64_t)draw(&random, 2000) - 1000};
        struct px bid = px_tick_floor(px_shift_floor(harness_mid(symbol), shift), tick);
        harness_quote(h, venue, symbol, bid, (struct px){bid.v + tick.v},
                      (struct qty){(1 + (int64_t)draw(&random, 500)) * QTY_ONE / 1000});
        if (draw(&random, 4) == 0) {
            harness_calm(h, (struct bps){(int64_t)draw(&random, 100)});
        }
        if (step % 100 == 70) {
            harness_control(h, CONTROL_RISK_MODE, draw(&random, RISK_MODE_COUNT));
            harness_control(h, CONTROL_FLATTEN, 0);
        }
        harness_advance(h, H_MS(1 + draw(&random, 150)));
    }
    return h;
}

static void test_twice(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct harness *a = run(seed), *b = run(seed), *c = run(seed + 100);
        assert_true(harness_count(a, EVENT_ORDER_FILLED) > 10); // it did trade
        assert_int_equal(a->count, b->count);
        assert_true(a->hash == b->hash);
        assert_true(a->hash != c->hash);
        harness_destroy(a);
        harness_destroy(b);
        harness_destroy(c);
    }
}

static unsigned char *write_journal(const struct harness *h, size_t *size) {
    struct slice config = SLICE("[risk]\n");
    *size = journal_header_size(config.size);
    for (uint32_t i = 0; i < h->count; i++) {
        *size += journal_record_size(&h->events[i]);
    }
    unsigned char *data = malloc(*size);
    assert_non_null(data);
    size_t at =
        journal_encode_header(&(struct journal_head){.mode = DESK_PAPER, .config = config}, data);
    for (uint32_t i = 0; i < h->count; i++) {
        at += journal_encode(&h->events[i], data + at);
    }
    assert_int_equal(at, *size);
    return data;
}

static enum status verify(const struct harness *h, const struct settings *settings,
                          struct replay *replay) {
    size_t size;
    unsigned char *data = write_journal(h, &size);
    struct journal_reader reader;
    assert_int_equal(journal_reader_init(&reader, data, size), STATUS_OK);
    struct harness *fresh = harness_prepare(); // its universe: roles as at the start
    struct desk *desk = calloc(1, sizeof(*desk));
    struct engine *engine = calloc(1, sizeof(*engine));
    assert_non_null(desk);
    assert_non_null(engine);
    assert_int_equal(desk_create(desk, DESK_PAPER, settings, &fresh->universe), STATUS_OK);
    harness_past(desk);
    replay_init(replay, replay_from_reader(&reader), &fresh->universe);
    struct engine_options options = {.universe = &fresh->universe,
                                     .journal = replay_sink(replay),
                                     .journal_quotes_all = true,
                                     .publish_ns = NS_PER_S,
                                     .is_paper_venue = true};
    assert_int_equal(engine_create(engine, &options), STATUS_OK);
    desk_add_components(desk, engine);
    enum status status = replay_verify(replay, engine);
    desk_finish(desk);
    engine_finish(engine);
    universe_finish(&fresh->universe);
    free(engine);
    free(desk);
    free(fresh);
    free(data);
    return status;
}

static void test_journal_replays(void **state) {
    (void)state;
    struct harness *h = run(7);
    struct replay *replay = calloc(1, sizeof(*replay));
    assert_non_null(replay);
    enum status status = verify(h, &h->settings, replay);
    if (status != STATUS_OK) {
        fail_msg("%s", status_text());
    }
    uint32_t inputs = 0;
    for (uint32_t i = 0; i < h->count; i++) {
        inputs += (h->events[i].header.flags & EVENT_INPUT) != 0;
    }
    assert_int_equal(replay->inputs, inputs);
    assert_int_equal(replay->derived, h->count - inputs);
    struct settings other = h->settings; // another desk decides otherwise, and that shows
    other.arb.notional_max = USD(190);
    assert_int_equal(verify(h, &other, replay), STATUS_ERROR);
    free(replay);
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_journal_replays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
