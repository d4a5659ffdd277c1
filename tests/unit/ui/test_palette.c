// Words to requests: what is completed, what is sent, what is said.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/screen/scene.h"
#include "ui/actions.h"
#include "ui/console_inside.h"
#include "ui/palette.h"

static struct scene scene;
static struct console console;

static int set_up(void **state) {
    (void)state;
    assert_int_equal(scene_create(&scene, "main"), STATUS_OK);
    struct console_options options = {.link = scene_link(&scene),
                                      .headless = true,
                                      .virtual_time = true,
                                      .columns = 120,
                                      .rows = 40,
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

static void press(int key) {
    console_key(&console, key);
    console_frame(&console);
}

static void type_text(const char *text) {
    for (; *text != '\0'; text++) {
        press(*text == ' ' ? INPUT_SPACE : *text);
    }
}

static void run_line(const char *line) {
    press(':');
    assert_ptr_equal(console.mode, &mode_palette);
    type_text(line);
    press(INPUT_ENTER);
}

static void answer_yes(void) {
    assert_ptr_equal(console.mode, &mode_confirm);
    console.now_ns += 300 * NS_PER_MS;
    press('y');
}

struct line {
    const char *text;
    bool asks;
    enum control_verb verb;
    uint16_t venue, symbol;
    int64_t value, value2;
};

static void test_lines(void **state) {
    static const struct line lines[] = {
        {"pause", false, CONTROL_PAUSE, CONTROL_ANY, CONTROL_ANY, 0, 0},
        {"resume", true, CONTROL_RESUME, CONTROL_ANY, CONTROL_ANY, 0, 0},
        {"risk-mode conservative", false, CONTROL_RISK_MODE, CONTROL_ANY, CONTROL_ANY, 0, 0},
        {"risk-mode Aggressive", true, CONTROL_RISK_MODE, CONTROL_ANY, CONTROL_ANY, 2, 0},
        {"state halted", false, CONTROL_STATE, CONTROL_ANY, CONTROL_ANY, 2, 0},
        {"override 60", true, CONTROL_OVERRIDE, CONTROL_ANY, CONTROL_ANY, 60, 0},
        {"threshold 4.5", false, CONTROL_THRESHOLD, CONTROL_ANY, CONTROL_ANY, 450, 0},
        {"threshold 1", true, CONTROL_THRESHOLD, CONTROL_ANY, CONTROL_ANY, 100, 0},
        {"cancel 42", true, CONTROL_CANCEL_JOB, CONTROL_ANY, CONTROL_ANY, 42, 0},
        {"flatten okx eth/usdt", true, CONTROL_FLATTEN, 1, 1, 0, 0},
        {"flatten okx", true, CONTROL_FLATTEN, 1, CONTROL_ANY, 0, 0},
        {"flatten", true, CONTROL_FLATTEN, CONTROL_ANY, CONTROL_ANY, 0, 0},
        {"venue-role hyperliquid off", false, CONTROL_VENUE_ROLE, 2, CONTROL_ANY, 2, 0},
        {"strategy arb off", false, CONTROL_STRATEGY, CONTROL_ANY, CONTROL_ANY, 0, STRATEGY_ARB},
        {"strategy wash on", true, CONTROL_STRATEGY, CONTROL_ANY, CONTROL_ANY, 1, STRATEGY_WASH},
        {"submit buy okx ETH/USDT 300", true, CONTROL_SUBMIT, 1, 1, 300000000, 0},
        {"acknowledge 2", false, CONTROL_ACKNOWLEDGE, CONTROL_ANY, CONTROL_ANY, 2, 0},
        {"acknowledge all", false, CONTROL_ACKNOWLEDGE, CONTROL_ANY, CONTROL_ANY, -1, 0},
    };
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        const struct line *line = &lines[i];
        run_line(line->text);
        if (line->asks) {
            assert_int_equal(scene.requests, 0); // Enter confirms nothing
            answer_yes();
        }
        if (scene.requests != 1 || scene.last.verb != line->verb ||
            scene.last.value != line->value || scene.last.value2 != line->value2 ||
            scene.last.venue != line->venue || scene.last.symbol != line->symbol) {
            fail_msg("%s: %d requests, verb %d, value %lld", line->text, scene.requests,
                     (int)scene.last.verb, (long long)scene.last.value);
        }
        tear_down(state);
        set_up(state);
    }
}

static void test_screen_words(void **state) {
    (void)state;
    run_line("pane health");
    assert_int_equal(console.focus, PANE_HEALTH);
    assert_true(console.panes[PANE_HEALTH].visible);
    run_line("layout trading");
    assert_int_equal(console.preset, LAYOUT_TRADING);
    assert_true(console_pane(&console)->visible); // the cursor is never in a pane out of sight
    run_line("layout by-size");
    assert_int_equal(console.preset, LAYOUT_BY_SIZE);
    run_line("scheme light");
    assert_int_equal(console.scheme, SCHEME_LIGHT);
    run_line("pane jobs");
    run_line("filter wash hold");
    assert_string_equal(console_pane(&console)->filter, "wash hold");
    run_line("zoom");
    assert_true(console.zoomed);
    assert_int_equal(scene.requests, 0);
}

static void test_mistakes_send_nothing(void **state) {
    (void)state;
    static const char *const lines[] = {
        "explode",           "flatten kraken", "state loud",       "override soon",
        "threshold 1.234",   "venue-role okx", "strategy arb",     "cancel 999",
        "pause now",         "risk-mode 3",    "override -1",      "  ",
        "flatten okx ETH x", "submit buy okx", "cancel 4294967296"};
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        run_line(lines[i]);
        assert_ptr_equal(console.mode, &mode_normal);
        if (strcmp(lines[i], "  ") != 0) {
            assert_true(console.message[0] != '\0');
            console.message[0] = '\0';
        }
    }
    assert_int_equal(scene.requests, 0);
}

static void test_completion(void **state) {
    (void)state;
    press(':');
    type_text("fl");
    press(INPUT_TAB); // the only one: with a blank behind it
    assert_string_equal(console.palette.text, "flatten ");
    press(INPUT_TAB);
    assert_string_equal(console.palette.text, "flatten binance");
    press(INPUT_TAB);
    assert_string_equal(console.palette.text, "flatten okx");
    press(INPUT_TAB);
    press(INPUT_TAB); // round again
    assert_string_equal(console.palette.text, "flatten binance");
    type_text(" e");
    press(INPUT_TAB);
    assert_string_equal(console.palette.text, "flatten binance ETH/USDT ");
    press(INPUT_TAB); // nothing more
    assert_string_equal(console.palette.text, "flatten binance ETH/USDT ");
    press(INPUT_ESCAPE);
    press(':');
    type_text("re");
    press(INPUT_TAB);
    press(INPUT_BACKSPACE); // goes on from what was taken
    type_text("x");
    assert_string_equal(console.palette.text, "resumx");
}

static void test_history(void **state) {
    (void)state;
    run_line("pane jobs");
    run_line("pane risk");
    run_line("pane risk"); // once
    press(':');
    type_text("zo");
    press(INPUT_UP);
    assert_string_equal(console.palette.text, "pane risk");
    press(INPUT_UP);
    assert_string_equal(console.palette.text, "pane jobs");
    press(INPUT_UP); // the oldest
    assert_string_equal(console.palette.text, "pane jobs");
    press(INPUT_DOWN);
    press(INPUT_DOWN); // back at what was typed
    assert_string_equal(console.palette.text, "zo");
    for (int i = 0; i < PALETTE_HISTORY + 5; i++) {
        char line[32];
        struct text text = TEXT_OVER(line);
        text_add_format(&text, "filter %d", i);
        press(INPUT_ESCAPE);
        run_line(line);
        press(':');
    }
    assert_int_equal(console.palette.history_count, PALETTE_HISTORY);
}

static void test_long_lines(void **state) {
    (void)state;
    press(':');
    for (int i = 0; i < 200; i++) {
        press('x');
    }
    assert_int_equal(strlen(console.palette.text), PALETTE_TEXT_MAX - 1);
    press(INPUT_TAB);
    press(INPUT_ENTER);
    assert_int_equal(scene.requests, 0);
}

// Every command's first word is an action, so that completion and help know it.
static void test_every_action_is_a_word(void **state) {
    (void)state;
    struct palette_candidates all;
    palette_complete(&console, SLICE(""), &all);
    assert_int_equal(all.count, action_count);
    for (size_t i = 0; i < action_count; i++) {
        char data[PALETTE_HELP_MAX + 40];
        struct text text = TEXT_OVER(data);
        palette_explain(&console, slice_of(action_table[i].name), &text);
        assert_false(text.truncated);
        assert_non_null(strstr(data, action_table[i].help));
    }
}

int main(void) {
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_lines),
        CASE(test_screen_words),
        CASE(test_mistakes_send_nothing),
        CASE(test_completion),
        CASE(test_history),
        CASE(test_long_lines),
        CASE(test_every_action_is_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
