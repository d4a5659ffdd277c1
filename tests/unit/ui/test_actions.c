// The action table: whole, without conflicts, and what the mission asks for is on its key.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "engine/control.h"
#include "ui/actions.h"
#include "ui/key.h"
#include "ui/keymap.h"
#include "ui/pane.h"

struct row {
    const char *key;
    const char *action;
    enum action_ask ask;
};
static const struct row rows[] = {
    {"p", "pause", ASK_NEVER},
    {"r", "resume", ASK_ALWAYS},
    {"m", "risk-mode", ASK_LOOSER},
    {"o", "override", ASK_ALWAYS},
    {"t", "threshold", ASK_LOOSER},
    {"K", "kill", ASK_ALWAYS},
    {"c", "cancel", ASK_ALWAYS},
    {"f", "flatten", ASK_ALWAYS},
    {"H", "state", ASK_LOOSER},
    {"v", "venue-role", ASK_LOOSER},
    {"a", "acknowledge", ASK_NEVER},
    {"w", "why", ASK_NEVER},
    {"j", "down", ASK_NEVER},
    {"Down", "down", ASK_NEVER},
    {"k", "up", ASK_NEVER},
    {"g", "first", ASK_NEVER},
    {"G", "last", ASK_NEVER},
    {"Tab", "next-pane", ASK_NEVER},
    {"S-Tab", "previous-pane", ASK_NEVER},
    {"9", "pane", ASK_NEVER},
    {"Enter", "details", ASK_NEVER},
    {"/", "filter", ASK_NEVER},
    {"s", "sort", ASK_NEVER},
    {"F9", "panic", ASK_NEVER},
    {":", "palette", ASK_NEVER},
    {"z", "zoom", ASK_NEVER},
    {"?", "help", ASK_NEVER},
    {"q", "quit", ASK_OPEN},
    {"Esc", "back", ASK_NEVER},
    {"C-l", "redraw", ASK_NEVER},
};

static void test_keys(void **state) {
    (void)state;
    actions_check();
    struct keymap map;
    assert_int_equal(keymap_make(&map, ""), STATUS_OK);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct action *action =
            keymap_find(&map, key_parse(slice_of(rows[i].key)), PANE_JOBS);
        assert_non_null(action);
        assert_string_equal(action->name, rows[i].action);
        assert_int_equal(action->ask, rows[i].ask);
    }
    assert_null(keymap_find(&map, '#', PANE_JOBS));
}

static void test_every_verb_has_a_key(void **state) {
    (void)state;
    for (int verb = 0; verb < CONTROL_COUNT; verb++) {
        bool found = verb == CONTROL_CLEAR; // the kill key clears what it latched
        for (size_t i = 0; i < action_count; i++) {
            found = found || action_table[i].verb == verb;
        }
        assert_true(found);
    }
}

static void test_printed_table_is_whole(void **state) {
    (void)state;
    char *data = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&data, &size);
    assert_non_null(out);
    actions_print(out);
    assert_int_equal(fclose(out), 0);
    for (size_t i = 0; i < action_count; i++) {
        assert_non_null(strstr(data, action_table[i].help));
        assert_non_null(strstr(data, action_table[i].name));
    }
    free(data);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_keys),
                                       cmocka_unit_test(test_every_verb_has_a_key),
                                       cmocka_unit_test(test_printed_table_is_whole)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
