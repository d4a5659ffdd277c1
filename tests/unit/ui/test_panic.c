// The panic strip: blocked at once, one key for the rest, taken back only for a moment.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/screen/scene.h"
#include "ui/console_inside.h"

static struct scene scene;
static struct console console;

static int set_up(void **state) {
    (void)state;
    assert_int_equal(scene_create(&scene, "main"), STATUS_OK);
    struct console_options options = {.link = scene_link(&scene),
                                      .headless = true,
                                      .virtual_time = true,
                                      .columns = 80,
                                      .rows = 24,
                                      .utf8 = true};
    assert_int_equal(console_create(&console, &options), STATUS_OK);
    console_frame(&console);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    console_destroy(&console);
    scene_destroy(&scene);
    return 0;
}

static void wait_ms(int ms) {
    console.now_ns += ms * NS_PER_MS;
    console_frame(&console);
}

static void press(int key) {
    console_key(&console, key);
    console_frame(&console);
}

static bool shows(const char *text) {
    static char data[80 * 24 * 4];
    struct text out = TEXT_OVER(data);
    canvas_save_text(&console.canvas, &out);
    return strstr(data, text) != NULL;
}

static void expect(int requests, enum control_verb verb, int64_t value) {
    assert_int_equal(scene.requests, requests);
    assert_int_equal(scene.last.verb, verb);
    assert_int_equal(scene.last.value, value);
}

static void test_opening_blocks(void **state) {
    (void)state;
    press(INPUT_F1 + 8);
    expect(1, CONTROL_STATE, TRADING_HALTED);
    assert_true(shows("HALTED: new orders are blocked"));
    assert_true(shows("binance"));
}

static void test_twice_cancels(void **state) {
    (void)state;
    press(INPUT_F1 + 8);
    press(INPUT_F1 + 8);
    expect(2, CONTROL_KILL, 0);
    assert_true(shows("KILLED"));
    assert_ptr_equal(console.mode, &mode_panic); // progress stays on the screen
}

// Cancelling waits for nothing; flattening for the eye to have seen the strip.
static void test_letters(void **state) {
    (void)state;
    press(INPUT_F1 + 8);
    press('f');
    expect(1, CONTROL_STATE, TRADING_HALTED);
    press('c');
    expect(2, CONTROL_KILL, 0);
    wait_ms(300);
    press('f');
    expect(3, CONTROL_KILL, 1);
}

static void test_taken_back_for_a_moment(void **state) {
    (void)state;
    press(INPUT_F1 + 8);
    wait_ms(2000);
    assert_true(shows("take the block back (1 s)"));
    press(INPUT_ESCAPE);
    expect(2, CONTROL_STATE, TRADING_ACTIVE);
    press(INPUT_F1 + 8);
    wait_ms(3100);
    assert_false(shows("take the block back"));
    press(INPUT_ESCAPE);
    expect(3, CONTROL_STATE, TRADING_HALTED); // stays
    assert_ptr_equal(console.mode, &mode_normal);
}

static void test_not_taken_back(void **state) {
    (void)state;
    press(INPUT_F1 + 8); // after a choice
    press('c');
    press(INPUT_ESCAPE);
    expect(2, CONTROL_KILL, 0);
    struct state_header *header = scene.draft.rows[STATE_HEADER];
    header->state = TRADING_HALTED; // it was so before
    scene_touch(&scene, STATE_HEADER);
    console_frame(&console);
    press(INPUT_F1 + 8);
    press(INPUT_ESCAPE);
    expect(3, CONTROL_STATE, TRADING_HALTED);
    press(INPUT_F1 + 8);
    press('h');
    expect(4, CONTROL_STATE, TRADING_HALTED);
    assert_ptr_equal(console.mode, &mode_normal);
}

// A read-only console may panic; it may not take the block back.
static void test_read_only(void **state) {
    (void)state;
    struct state_header *header = scene.draft.rows[STATE_HEADER];
    header->mode = DESK_LIVE;
    scene_touch(&scene, STATE_HEADER);
    console_frame(&console);
    assert_true(shows("READ-ONLY"));
    press(INPUT_F1 + 8);
    expect(1, CONTROL_STATE, TRADING_HALTED);
    press(INPUT_ESCAPE);
    assert_int_equal(scene.requests, 1);
    assert_true(shows("read-only"));
    press(INPUT_F1 + 8);
    press('c');
    expect(3, CONTROL_KILL, 0);
}

// Behind a question, a page, the palette: the panic key works everywhere but where text is typed.
static void test_never_behind_a_dialog(void **state) {
    (void)state;
    press('?');
    press(INPUT_F1 + 8);
    assert_ptr_equal(console.mode, &mode_panic);
    press(INPUT_ESCAPE);
    press('r');
    press(INPUT_F1 + 8); // a fresh question is deaf to answers only
    assert_ptr_equal(console.mode, &mode_panic);
    expect(3, CONTROL_STATE, TRADING_HALTED);
    press(INPUT_ESCAPE);
    static const char opens[] = {':', '/', 't'};
    for (size_t i = 0; i < sizeof(opens); i++) {
        press(opens[i]);
        press(INPUT_F1 + 8);
        assert_ptr_equal(console.mode, &mode_panic);
        press(INPUT_ESCAPE);
    }
}

static void test_any_size(void **state) {
    (void)state;
    press(INPUT_F1 + 8);
    for (int columns = 1; columns <= 120; columns += 7) {
        for (int rows = 1; rows <= 40; rows += 3) {
            console_resize(&console, columns, rows);
            console_frame(&console);
        }
    }
    assert_int_equal(scene.requests, 1);
}

int main(void) {
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_opening_blocks),          CASE(test_twice_cancels),  CASE(test_letters),
        CASE(test_taken_back_for_a_moment), CASE(test_not_taken_back), CASE(test_read_only),
        CASE(test_never_behind_a_dialog),   CASE(test_any_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
