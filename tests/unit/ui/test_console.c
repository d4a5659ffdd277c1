// Keys to requests: what is sent at once, what asks, and what no key may do.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/screen/scene.h"
#include "ui/actions.h"
#include "ui/console_inside.h"

static struct scene scene;
static struct console console;

static int set_up(void **state) {
    (void)state;
    assert_int_equal(scene_create(&scene, "main"), STATUS_OK);
    struct console_options options = {.link = scene_link(&scene),
                                      .headless = true,
                                      .virtual_time = true,
                                      .save_folder = "/nonexistent",
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

static void wait_ms(int ms) {
    console.now_ns += ms * NS_PER_MS;
    console_frame(&console);
}

static void press(const char *name) {
    int key = key_parse(slice_of(name));
    assert_int_not_equal(key, INPUT_NONE);
    console_key(&console, key);
    console_frame(&console);
}

static bool shows(const char *text) {
    static char data[CANVAS_COLUMNS_MAX * 100 * 3];
    struct text out = TEXT_OVER(data);
    canvas_save_text(&console.canvas, &out);
    return strstr(data, text) != NULL;
}

struct row {
    const char *name;
    const char *pane; // key of the pane to focus first
    const char *key;
    bool asks;
    enum control_verb verb;
    int64_t value;
};

static void run_row(const struct row *row) {
    press(row->pane);
    press(row->key);
    if (row->asks) {
        assert_int_equal(scene.requests, 0);
        assert_true(shows("y/n"));
        press("y"); // within the dead time
        press("Enter");
        assert_int_equal(scene.requests, 0);
        wait_ms(300);
        press("Enter"); // never answers
        assert_int_equal(scene.requests, 0);
        press("y");
    }
    if (scene.requests != 1 || scene.last.verb != row->verb || scene.last.value != row->value) {
        fail_msg("%s: %d requests, verb %d, value %lld", row->name, scene.requests,
                 (int)scene.last.verb, (long long)scene.last.value);
    }
    assert_int_equal(scene.last.origin, ORIGIN_KEYBOARD);
}

static void test_requests(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"pause", "1", "p", false, CONTROL_PAUSE, 0},
        {"resume", "1", "r", true, CONTROL_RESUME, 0},
        {"risk mode looser", "1", "m", true, CONTROL_RISK_MODE, RISK_AGGRESSIVE},
        {"override", "1", "o", true, CONTROL_OVERRIDE, 300},
        {"kill", "1", "K", true, CONTROL_KILL, 0},
        {"cancel", "4", "c", true, CONTROL_CANCEL_JOB, 43},
        {"flatten all", "1", "f", true, CONTROL_FLATTEN, 0},
        {"state tighter", "1", "H", false, CONTROL_STATE, TRADING_REDUCING},
        {"venue tighter", "3", "v", false, CONTROL_VENUE_ROLE, VENUE_REFERENCE},
        {"accept", "1", "Y", true, CONTROL_ACCEPT, 0},
        {"acknowledge", "7", "a", false, CONTROL_ACKNOWLEDGE, 2},
        {"acknowledge in ALERTS", "!", "a", false, CONTROL_ACKNOWLEDGE, 2},
        {"acknowledge the newest", "1", "a", false, CONTROL_ACKNOWLEDGE, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        run_row(&rows[i]);
        tear_down(state);
        set_up(state);
    }
}

static struct state_header *header(void) {
    return scene.draft.rows[STATE_HEADER];
}

static void test_tightening_never_asks(void **state) {
    (void)state;
    header()->risk_mode = RISK_AGGRESSIVE;
    scene_touch(&scene, STATE_HEADER);
    console_frame(&console);
    press("m");
    assert_int_equal(scene.requests, 1);
    assert_int_equal(scene.last.value, RISK_CONSERVATIVE);
    press("H");
    press("H");
    assert_int_equal(scene.last.value, TRADING_HALTED);
    assert_int_equal(scene.requests, 3);
    press("H"); // back to ACTIVE asks
    assert_int_equal(scene.requests, 3);
    assert_true(shows("y/n"));
}

static void test_no_means_no(void **state) {
    (void)state;
    static const char *const noes[] = {"n", "Esc", "N", "q"};
    for (size_t i = 0; i < COUNT_OF(noes); i++) {
        press("r");
        wait_ms(300);
        press(noes[i]);
        assert_ptr_equal(console.mode, &mode_normal);
    }
    press("r");
    wait_ms(20001); // no answer
    assert_ptr_equal(console.mode, &mode_normal);
    assert_int_equal(scene.requests, 0);
    assert_false(console.quit);
}

static void test_kill_goes_out_before_the_second_question(void **state) {
    (void)state;
    press("K");
    wait_ms(300);
    press("y");
    assert_int_equal(scene.requests, 1);
    assert_int_equal(scene.last.value, 0);
    assert_true(shows("Flatten"));
    press("y"); // the second question has its own dead time
    assert_int_equal(scene.requests, 1);
    wait_ms(300);
    press("y");
    assert_int_equal(scene.requests, 2);
    assert_int_equal(scene.last.value, 1);
    press("K"); // latched: the same key clears
    assert_true(shows("Clear the kill switch"));
    wait_ms(300);
    press("y");
    assert_int_equal(scene.last.verb, CONTROL_CLEAR);
}

static void test_pause_and_kill_are_never_behind_a_dialog(void **state) {
    (void)state;
    press("w");
    assert_ptr_equal(console.mode, &mode_reader);
    press("p");
    assert_int_equal(scene.last.verb, CONTROL_PAUSE);
    press("r");
    wait_ms(300);
    press("K");
    assert_true(shows("KILL:"));
    assert_int_equal(scene.requests, 1);
}

static void test_reader_fires_nothing(void **state) {
    (void)state;
    press("?");
    for (int key = '!'; key <= '~'; key++) {
        if (key == 'q' || key == '?' || key == 'w' || key == '/' || key == 'p' || key == 'K') {
            continue;
        }
        console_key(&console, key);
        assert_ptr_equal(console.mode, &mode_reader);
    }
    assert_int_equal(scene.requests, 0);
}

static void type_text(const char *text) {
    for (; *text != '\0'; text++) {
        console_key(&console, *text == ' ' ? INPUT_SPACE : *text);
    }
    console_frame(&console);
}

static bool yes(void *self) {
    (void)self;
    return true;
}

// A console that only looks says so at once: it asks nothing first.
static void test_only_looks(void **state) {
    (void)state;
    struct link_ops ops = *console.view.link.ops;
    const struct link_ops *before = console.view.link.ops;
    ops.only_looks = yes;
    console.view.link.ops = &ops;
    static const char *const keys[] = {"m", "K", "X", "p", "E", "F9"};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        press(keys[i]);
        assert_ptr_equal(console.mode, &mode_normal);
        assert_true(shows("this console only looks"));
    }
    assert_int_equal(scene.requests, 0);
    press("2"); // what only looks may
    assert_int_equal(console.focus, PANE_OPPORTUNITIES);
    console.view.link.ops = before;
}

static void test_threshold(void **state) {
    (void)state;
    press("t");
    type_text("4.25");
    press("Enter"); // higher: at once
    assert_int_equal(scene.requests, 1);
    assert_int_equal(scene.last.verb, CONTROL_THRESHOLD);
    assert_int_equal(scene.last.value, 425);
    console_frame(&console);
    press("t");
    type_text("auto");
    press("Enter"); // the scanner's own, which may be lower: asks
    assert_int_equal(scene.requests, 1);
    wait_ms(300);
    press("y");
    assert_int_equal(scene.last.value, -1);
    press("t");
    type_text("much");
    press("Enter");
    assert_int_equal(scene.requests, 2);
    assert_true(shows("threshold: expected BPS|auto"));
    press("t");
    type_text("-5");
    press("Enter");
    assert_true(shows("-5 is not in 0..10000 bps"));
    assert_int_equal(scene.requests, 2);
}

// Where the scanner works the threshold out, what may be lower than that asks.
static void test_threshold_of_the_scanner(void **state) {
    (void)state;
    header()->threshold = (struct bps){-1};
    header()->threshold_auto = (struct bps){500};
    scene_touch(&scene, STATE_HEADER);
    console_frame(&console);
    press("t");
    assert_true(shows("now auto (at most 5.00 bps)"));
    type_text("5bps");
    press("Enter"); // no lower: at once
    assert_int_equal(scene.requests, 1);
    assert_int_equal(scene.last.value, 500);
    header()->threshold = (struct bps){-1};
    scene_touch(&scene, STATE_HEADER);
    console_frame(&console);
    press("t");
    type_text("auto");
    press("Enter"); // as it is
    assert_int_equal(scene.requests, 2);
    assert_int_equal(scene.last.value, -1);
    press("t");
    type_text("4.99");
    press("Enter");
    assert_int_equal(scene.requests, 2);
    assert_true(shows("Lower the threshold from auto (at most 5.00 bps) to 4.99 bps? y/n"));
}

static void test_setting(void **state) {
    (void)state;
    press("E");
    type_text("risk.max_order_usd");
    press("Enter");
    assert_true(shows("expected section.key=value"));
    press("E");
    type_text("risk.max_order_usd=500");
    press("Enter");
    assert_true(shows("Set risk.max_order_usd=500? y/n"));
    wait_ms(300);
    press("y");
    assert_int_equal(scene.settings, 1);
    assert_true(shows("set: risk.max_order_usd=500"));
    header()->mode = DESK_LIVE;
    scene_touch(&scene, STATE_HEADER);
    console_frame(&console);
    press("E");
    type_text("risk.max_order_usd=600");
    press("Enter");
    wait_ms(300);
    press("y");
    assert_int_equal(scene.settings, 1); // not armed
    assert_true(shows("read-only: set may raise risk"));
}

static void test_strategy(void **state) {
    (void)state;
    press("S");
    type_text("arb");
    press("Enter"); // off: at once
    assert_int_equal(scene.last.verb, CONTROL_STRATEGY);
    assert_int_equal(scene.last.value, 0);
    assert_int_equal(scene.last.value2, STRATEGY_ARB);
    struct state_risk *risk = scene.draft.rows[STATE_RISK];
    risk->strategies_off = 1U << STRATEGY_ARB;
    scene_touch(&scene, STATE_RISK);
    console_frame(&console);
    press("S");
    type_text("arb");
    press("Enter"); // on: asks
    assert_int_equal(scene.requests, 1);
    wait_ms(300);
    press("y");
    assert_int_equal(scene.last.value, 1);
}

static void test_submit(void **state) {
    (void)state;
    press("b");
    type_text("buy nowhere BTC/USDT 250");
    press("Enter");
    assert_true(shows("no venue nowhere"));
    press("b");
    char words[96];
    (void)snprintf(words, sizeof(words), "sell %s BTC/USDT 250 against %s over 60",
                   scene.universe.venues[0].name, scene.universe.venues[1].name);
    type_text(words);
    press("Enter");
    assert_int_equal(scene.requests, 0); // it always asks
    assert_true(shows("Sell 250"));
    assert_true(shows("Spread evenly over 60 s"));
    wait_ms(300);
    press("y");
    assert_int_equal(scene.requests, 1);
    assert_int_equal(scene.last.verb, CONTROL_SUBMIT);
    assert_int_equal(scene.last.value, 250 * USD_ONE);
    assert_int_equal(scene.last.side, SIDE_SELL);
    assert_true(scene.last.hedged);
    assert_int_equal(scene.last.hedge_venue, 1);
    assert_int_equal(scene.last.over_s, 60);
}

static void test_refusal_is_shown(void **state) {
    (void)state;
    scene.refuse = true;
    press("p");
    assert_true(shows("refused by the test"));
    wait_ms(7000);
    assert_false(shows("refused by the test"));
}

static void test_quit_asks_while_open(void **state) {
    (void)state;
    press("q");
    assert_false(console.quit);
    wait_ms(300);
    press("y");
    assert_true(console.quit);
    console.quit = false;
    header()->jobs_running = 0;
    header()->orders_open = 0;
    scene_touch(&scene, STATE_HEADER);
    console_frame(&console);
    press("q");
    assert_true(console.quit);
}

static void test_override_on_every_screen(void **state) {
    (void)state;
    press("o");
    wait_ms(300);
    press("y");
    wait_ms(100);
    press("p"); // the status says PAUSED now: only the countdown tells of the override
    static const char *const keys[] = {"z", "2", "5", "?", "Esc", "z", "/", "Esc", "K", "n"};
    static const int sizes[][2] = {{120, 40}, {80, 24}, {60, 15}, {40, 10}, {300, 100}};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        wait_ms(300);
        press(keys[i]);
        for (size_t j = 0; j < COUNT_OF(sizes); j++) {
            console_resize(&console, sizes[j][0], sizes[j][1]);
            console_frame(&console);
            assert_true(shows("OVERRIDE"));
        }
    }
}

static void test_save_says_why_not(void **state) {
    (void)state;
    press("D");
    assert_true(shows("/nonexistent"));
}

static void test_any_size_any_key(void **state) {
    (void)state;
    uint32_t seed = 12345;
    for (int i = 0; i < 4000; i++) {
        seed = seed * 1664525U + 1013904223U;
        int key = seed % 5 == 0 ? INPUT_BASE + 1 + (int)(seed >> 8) % 17
                                : ' ' + 1 + (int)(seed >> 8) % 94;
        console_key(&console, key);
        if (i % 50 == 0) {
            console_resize(&console, 1 + (int)(seed >> 4) % 320, 1 + (int)(seed >> 12) % 110);
        }
        scene_move(&scene, 200 * NS_PER_MS, (uint32_t)i, 2);
        wait_ms((int)(seed >> 20) % 400);
        console.quit = false;
    }
}

static void test_idle_frames_touch_nothing(void **state) {
    (void)state;
    memset(console.canvas.touched, 0, sizeof(console.canvas.touched));
    console_frame(&console);
    for (int y = 0; y < console.canvas.rows; y++) {
        assert_false(console.canvas.touched[y]);
    }
}

static void test_why_names_rule_figure_limit_distance(void **state) {
    (void)state;
    press("2");
    press("j");
    press("w");
    assert_true(shows("round_trip"));
    assert_true(shows("figure"));
    assert_true(shows("-9.10 bps"));
    assert_true(shows("distance"));
    assert_true(shows("9.10 bps"));
}

static void arm(const char *phrase) {
    press("A");
    type_text(phrase);
    press("Enter");
}

// A live desk's console takes what may raise risk only after the phrase, and not for ever.
static void test_live_is_read_only_until_armed(void **state) {
    (void)state;
    press("A"); // a paper desk has nothing to arm
    assert_false(console.armed);
    header()->mode = DESK_LIVE;
    scene_touch(&scene, STATE_HEADER);
    console_frame(&console);
    press("r");
    wait_ms(300);
    press("y");
    assert_int_equal(scene.requests, 0);
    assert_true(shows("read-only: resume may raise risk"));
    press("p"); // what tightens passes
    press("H");
    assert_int_equal(scene.requests, 2);
    arm("TRADE PAPER");
    assert_false(console.armed);
    arm("TRADE LIVE");
    assert_true(console.armed && shows("ARMED"));
    press("r");
    wait_ms(300);
    press("y");
    assert_int_equal(scene.requests, 3);
    assert_int_equal(scene.last.verb, CONTROL_RESUME);
    wait_ms(299000);
    assert_true(console.armed);
    wait_ms(2000); // nobody at the keys
    assert_false(console.armed);
    arm("TRADE LIVE");
    struct state_alert *alert = scene.draft.rows[STATE_ALERTS];
    alert->severity = SEVERITY_RED;
    alert->time_ns = INT64_MAX;
    scene.draft.count[STATE_ALERTS] = 1;
    scene_touch(&scene, STATE_ALERTS);
    console_frame(&console);
    assert_false(console.armed); // a red alarm
    assert_true(shows("read-only again: a red alarm"));
}

// Every key that ? lists, pressed once in every pane: none crashes, none raises risk unasked.
static void test_every_key_once(void **state) {
    for (int pane = 0; pane < PANE_COUNT; pane++) {
        for (size_t i = 0; i < action_count; i++) {
            const struct action *action = &action_table[i];
            const struct keymap_row *row = &console.keymap.rows[i];
            for (int key = 0; key < row->count; key++) {
                console_focus(&console, (enum pane_id)pane);
                console_frame(&console);
                console_key(&console, row->keys[key]);
                console_frame(&console);
                bool sends = action->ask == ASK_NEVER && action->verb != ACTION_NO_VERB;
                if (action->ask != ASK_LOOSER && scene.requests != (sends ? 1 : 0)) {
                    fail_msg("%s in %s: %d requests", action->name, pane_table[pane]->name,
                             scene.requests);
                }
                tear_down(state);
                set_up(state);
            }
        }
    }
}

// ? in every pane explains its columns below the keys, and has room for all of it.
static void test_help_ends_with_the_columns(void **state) {
    for (int pane = 0; pane < PANE_COUNT; pane++) {
        console_focus(&console, (enum pane_id)pane);
        press("?");
        const struct page *page = &console.reader.page;
        assert_true(page->count < PAGE_LINES_MAX);
        const struct pane_legend *legend = pane_table[pane]->legend;
        int line = 0;
        for (; legend->title != NULL; legend++) {
            while (line < page->count && strcmp(page->lines[line].label, legend->title) != 0) {
                line++;
            }
            if (line == page->count) {
                fail_msg("%s does not explain %s", pane_table[pane]->name, legend->title);
            }
        }
        tear_down(state);
        set_up(state);
    }
}

// Rows go while nothing is drawn: the window is too small for panes, or the pane is out of sight.
static void test_rows_that_went_unseen(void **state) {
    static const char *const keys[] = {"j", "G", "c", "f", "v", "a", "w", "Enter", "PgDn"};
    for (int pane = 0; pane < PANE_COUNT; pane++) {
        for (size_t i = 0; i < COUNT_OF(keys); i++) {
            console_focus(&console, (enum pane_id)pane);
            console_frame(&console);
            press("G");
            console_resize(&console, 40, 10);
            console_frame(&console);
            for (int section = 0; section < STATE_SECTION_COUNT; section++) {
                if (section != STATE_HEADER && section != STATE_RISK && section != STATE_QUOTES) {
                    scene.draft.count[section] = 0;
                    scene_touch(&scene, (enum state_section)section);
                }
            }
            struct state_risk *risk = scene.draft.rows[STATE_RISK];
            risk->denial_count = 0;
            scene_touch(&scene, STATE_RISK);
            console_frame(&console);
            press(keys[i]);
            tear_down(state);
            set_up(state);
        }
    }
}

static void test_mouse_only_selects(void **state) {
    (void)state;
    const struct pane *jobs = &console.panes[PANE_JOBS];
    console_mouse(&console, INPUT_CLICK, jobs->area.x + 4, jobs->first_y + 2);
    console_frame(&console);
    assert_int_equal(console.focus, PANE_JOBS);
    assert_int_equal(jobs->selected, 2);
    console_mouse(&console, INPUT_WHEEL_DOWN, jobs->area.x, jobs->area.y);
    assert_int_equal(jobs->selected, 5);
    console_mouse(&console, INPUT_WHEEL_UP, jobs->area.x, jobs->area.y);
    assert_int_equal(jobs->selected, 2);
    console_mouse(&console, INPUT_CLICK, jobs->area.x, jobs->area.y); // its title: no row
    assert_int_equal(jobs->selected, 2);
    press("r"); // a question is never answered or left by the mouse
    wait_ms(300);
    for (int y = -1; y <= 41; y++) {
        for (int x = -1; x <= 121; x++) {
            console_mouse(&console, INPUT_CLICK, x, y);
            assert_ptr_equal(console.mode, &mode_confirm);
        }
    }
    assert_int_equal(scene.requests, 0);
}

static void test_rates(void **state) {
    (void)state;
    assert_int_equal(console_frame_ns(&console), NS_PER_S / 10);
    press("+");
    assert_int_equal(console_frame_ns(&console), NS_PER_S / 15);
    press("-");
    press("-");
    assert_int_equal(console_frame_ns(&console), NS_PER_S / 9);
    for (int i = 0; i < 30; i++) {
        press("-");
    }
    assert_int_equal(console_frame_ns(&console), NS_PER_S);
    for (int i = 0; i < 60; i++) {
        press("+");
    }
    assert_int_equal(console_frame_ns(&console), NS_PER_S / 60);
    press("C");
    assert_int_equal(console_frame_ns(&console), NS_PER_S);
}

// Calm marks no moves; otherwise what moved lately has a sign.
static void test_calm(void **state) {
    (void)state;
    struct state_quote *quotes = scene.draft.rows[STATE_QUOTES];
    header()->now_ns += NS_PER_S;
    quotes[0].bid_change = 1;
    quotes[0].bid.v += PX_ONE;
    scene_touch(&scene, STATE_QUOTES);
    scene_touch(&scene, STATE_HEADER);
    console_frame(&console);
    assert_int_equal(view_bid_way(&console.view, 0), 1);
    press("C");
    assert_int_equal(view_bid_way(&console.view, 0), 0);
}

static void test_wrong_keys_do_not_start(void **state) {
    tear_down(state);
    assert_int_equal(scene_create(&scene, "main"), STATUS_OK);
    struct console_options options = {
        .link = scene_link(&scene), .headless = true, .keys = "pause:r"};
    assert_int_equal(console_create(&console, &options), STATUS_CONFIG);
    scene_destroy(&scene);
    set_up(state);
}

int main(void) {
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_requests),
        CASE(test_tightening_never_asks),
        CASE(test_no_means_no),
        CASE(test_kill_goes_out_before_the_second_question),
        CASE(test_pause_and_kill_are_never_behind_a_dialog),
        CASE(test_reader_fires_nothing),
        CASE(test_only_looks),
        CASE(test_threshold),
        CASE(test_threshold_of_the_scanner),
        CASE(test_setting),
        CASE(test_strategy),
        CASE(test_submit),
        CASE(test_refusal_is_shown),
        CASE(test_quit_asks_while_open),
        CASE(test_override_on_every_screen),
        CASE(test_save_says_why_not),
        CASE(test_any_size_any_key),
        CASE(test_idle_frames_touch_nothing),
        CASE(test_why_names_rule_figure_limit_distance),
        CASE(test_live_is_read_only_until_armed),
        CASE(test_every_key_once),
        CASE(test_help_ends_with_the_columns),
        CASE(test_rows_that_went_unseen),
        CASE(test_mouse_only_selects),
        CASE(test_rates),
        CASE(test_calm),
        CASE(test_wrong_keys_do_not_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
