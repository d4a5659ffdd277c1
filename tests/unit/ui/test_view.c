// The console's copy of the desk: only what changed is copied, and the log's ring.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/screen/scene.h"
#include "ui/view.h"

static void test_changes(void **state) {
    (void)state;
    struct scene scene;
    struct view view;
    assert_int_equal(scene_create(&scene, "main"), STATUS_OK);
    struct link link = scene_link(&scene);
    assert_int_equal(view_create(&view, &link), STATUS_OK);
    uint32_t changed = view_refresh(&view);
    assert_true((changed & VIEW_BIT(STATE_QUOTES)) != 0);
    assert_true((changed & VIEW_BIT(VIEW_LOG)) != 0);
    assert_int_equal(view_refresh(&view), 0);
    scene_touch(&scene, STATE_JOBS);
    assert_int_equal(view_refresh(&view), VIEW_BIT(STATE_JOBS));
    scene_move(&scene, 100 * NS_PER_MS, 1, 0);
    assert_int_equal(view_refresh(&view), VIEW_BIT(STATE_HEADER));
    scene_move(&scene, NS_PER_S, 2, 0);
    assert_int_equal(view_refresh(&view), VIEW_BIT(STATE_HEADER) | VIEW_BIT(VIEW_TICK));
    assert_int_equal(view.log_count, 9);
    assert_string_equal(view_log_line(&view, 0)->component, "control");
    assert_string_equal(view_log_line(&view, 8)->component, "desk");
    view_destroy(&view);
    scene_destroy(&scene);
}

static uint64_t lines_made;
static uint64_t lines_kept = LOG_RECENT_MAX;

static int many_lines(void *self, uint64_t after, struct log_line *out, int max, uint64_t *last) {
    (void)self;
    // As log_recent: what fell out of its ring is skipped.
    uint64_t first = lines_made > lines_kept ? lines_made - lines_kept : 0;
    after = after < first ? first : after;
    int count = 0;
    while (count < max && after < lines_made) {
        out[count++] = (struct log_line){.time_ns = (int64_t)++after};
        *last = after;
    }
    return count;
}

static void test_log_ring(void **state) {
    (void)state;
    struct scene scene;
    struct view view;
    assert_int_equal(scene_create(&scene, "main"), STATUS_OK);
    struct link link = scene_link(&scene);
    struct link_ops ops = *link.ops;
    ops.log = many_lines;
    link.ops = &ops;
    assert_int_equal(view_create(&view, &link), STATUS_OK);
    static const uint64_t steps[] = {3, 250, 10, 100, 5000, 1};
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        lines_made += steps[i];
        (void)view_refresh(&view);
        assert_true(view.log_count > 0);
        for (uint32_t back = 0; back < view.log_count; back++) {
            assert_int_equal(view_log_line(&view, back)->time_ns, lines_made - back);
        }
    }
    assert_int_equal(view.log_count, LOG_RECENT_MAX);
    // A link that keeps fewer lines leaves a hole: nothing before it is shown.
    lines_kept = 8;
    lines_made += 20;
    (void)view_refresh(&view);
    assert_int_equal(view.log_count, 8);
    assert_int_equal(view_log_line(&view, 7)->time_ns, lines_made - 7);
    view_destroy(&view);
    scene_destroy(&scene);
}

static void test_moves_last_a_second(void **state) {
    (void)state;
    struct scene scene;
    struct view view;
    assert_int_equal(scene_create(&scene, "start"), STATUS_OK);
    struct link link = scene_link(&scene);
    assert_int_equal(view_create(&view, &link), STATUS_OK);
    struct state_quote *quote = scene.draft.rows[STATE_QUOTES];
    quote->present = 1;
    static const struct {
        int64_t bid;
        int8_t told;
        int after_ms, want;
    } rows[] = {
        {100, 0, 0, 0},  {101, 0, 100, 1}, {101, 0, 900, 1}, {101, 0, 200, 0},
        {99, 0, 10, -1}, {99, 1, 10, 1},   {98, 0, 10, -1},  {98, 0, 5000, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        quote->bid.v = rows[i].bid;
        quote->bid_change = rows[i].told;
        scene_touch(&scene, STATE_QUOTES);
        scene_move(&scene, rows[i].after_ms * NS_PER_MS, 0, 0);
        (void)view_refresh(&view);
        assert_int_equal(view_bid_way(&view, 0), rows[i].want);
        assert_int_equal(view_ask_way(&view, 0), 0);
    }
    view_destroy(&view);
    scene_destroy(&scene);
}

static void test_names(void **state) {
    (void)state;
    struct scene scene;
    struct view view;
    assert_int_equal(scene_create(&scene, "main"), STATUS_OK);
    struct link link = scene_link(&scene);
    assert_int_equal(view_create(&view, &link), STATUS_OK);
    char name[VENUE_NAME_MAX];
    assert_string_equal(view_venue(&view, 2, name), "hype");
    view.full_names = true;
    assert_string_equal(view_venue(&view, 2, name), "hyperliquid");
    assert_string_equal(view_venue(&view, VENUE_MAX, name), "-");
    assert_string_equal(view_symbol(&view, SYMBOL_MAX), "-");
    assert_null(view_quote(&view, VENUE_MAX, 0));
    view_destroy(&view);
    scene_destroy(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes), cmocka_unit_test(test_log_ring),
        cmocka_unit_test(test_moves_last_a_second), cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
