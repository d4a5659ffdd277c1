// The quote cache: what is stored is read, dirty bits, and no torn value under two threads.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>

#include "market/quote.h"

enum { STORES = 200000 };

static void test_store(void **state) {
    (void)state;
    struct quote_cache cache;
    struct quote quote = {.bid = {1}, .ask = {2}, .bid_size = {3}, .ask_size = {4}};
    struct depth depth = {.receive_ns = 9, .bid_count = 1, .bids = {{{5}, {6}}}};
    struct quote found;
    struct depth found_depth;
    assert_int_equal(quote_cache_create(&cache, 130), STATUS_OK);
    quote_load(&cache, 129, &found);
    assert_int_equal(found.update, 0);
    assert_int_equal(found.bid.v, 0);
    assert_false(quote_any_dirty(&cache));
    quote_store(&cache, 129, &quote);
    quote_store(&cache, 129, &quote);
    quote_store(&cache, 64, &quote);
    assert_true(quote_any_dirty(&cache));
    quote_load(&cache, 129, &found);
    assert_int_equal(found.update, 2);
    assert_int_equal(found.ask_size.v, 4);
    assert_int_equal(quote_take_dirty(&cache, 0), 0);
    assert_int_equal(quote_take_dirty(&cache, 1), 1);
    assert_int_equal(quote_take_dirty(&cache, 2), 2);
    assert_int_equal(quote_take_dirty(&cache, 2), 0);
    assert_false(quote_any_dirty(&cache));
    depth_store(&cache, 3, &depth);
    assert_true(quote_any_dirty(&cache));
    assert_int_equal(depth_take_dirty(&cache, 0), 8);
    depth_load(&cache, 3, &found_depth);
    assert_int_equal(found_depth.bids[0].size.v, 6);
    quote_note_frame(&cache, 7, 77);
    assert_int_equal(quote_frame_ns(&cache, 7), 77);
    quote_cache_finish(&cache);
}

static void *store_many(void *argument) {
    struct quote_cache *cache = argument;
    for (int64_t i = 1; i <= STORES; i++) {
        struct quote quote = {{i}, {i}, {i}, {i}, i, i, (uint32_t)i, 0};
        quote_store(cache, 0, &quote);
    }
    return NULL;
}

static void test_two_threads(void **state) {
    (void)state;
    struct quote_cache cache;
    pthread_t writer;
    struct quote q = {0};
    int64_t before = 0;
    assert_int_equal(quote_cache_create(&cache, 1), STATUS_OK);
    assert_int_equal(pthread_create(&writer, NULL, store_many, &cache), 0);
    while (q.bid.v < STORES) {
        quote_load(&cache, 0, &q);
        bool whole = q.bid.v == q.ask.v && q.bid.v == q.bid_size.v && q.bid.v == q.ask_size.v &&
                     q.bid.v == q.venue_time_ns && q.bid.v == q.receive_ns && q.bid.v == q.flags &&
                     q.bid.v == q.update;
        assert_true(whole);
        assert_true(q.bid.v >= before);
        before = q.bid.v;
    }
    pthread_join(writer, NULL);
    quote_cache_finish(&cache);
}

static void *store_depths(void *argument) {
    struct quote_cache *cache = argument;
    struct depth depth = {.bid_count = DEPTH_LEVELS_MAX, .ask_count = DEPTH_LEVELS_MAX};
    for (int64_t i = 1; i <= STORES; i++) {
        depth.receive_ns = i;
        for (int n = 0; n < DEPTH_LEVELS_MAX; n++) {
            depth.bids[n] = (struct level){{i}, {i}};
            depth.asks[n] = (struct level){{i}, {i}};
        }
        depth_store(cache, 0, &depth);
    }
    return NULL;
}

// Forty words are in the writing for longer than nine: what tears, tears here.
static void test_two_threads_depth(void **state) {
    (void)state;
    struct quote_cache cache;
    pthread_t writer;
    struct depth depth = {0};
    assert_int_equal(quote_cache_create(&cache, 1), STATUS_OK);
    assert_int_equal(pthread_create(&writer, NULL, store_depths, &cache), 0);
    while (depth.receive_ns < STORES) {
        depth_load(&cache, 0, &depth);
        bool whole = true;
        for (int n = 0; n < DEPTH_LEVELS_MAX; n++) {
            whole = whole && depth.bids[n].price.v == depth.receive_ns &&
                    depth.asks[n].size.v == depth.receive_ns;
        }
        assert_true(whole);
    }
    pthread_join(writer, NULL);
    quote_cache_finish(&cache);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store),
        cmocka_unit_test(test_two_threads),
        cmocka_unit_test(test_two_threads_depth),
    };
    return cmocka_run_group_tests_name("quote", tests, NULL, NULL);
}
