// The action table: everything a key can do.
//
// The table is what the keyboard, the help screen and the man page read. Which keys they are on is
// ui/keymap.h: the table's, unless the configuration says otherwise.
#ifndef PERPDESK_UI_ACTIONS_H
#define PERPDESK_UI_ACTIONS_H

#include <stdio.h>

#include "base/buf.h"

struct console;

enum { ACTION_ANY_PANE = -1, ACTION_NO_VERB = -1 };

enum action_ask {
    ASK_NEVER,
    ASK_ALWAYS,
    ASK_LOOSER, // only when it loosens
    ASK_OPEN,   // only while jobs or orders are open
};

struct action {
    const char *name;
    const char *keys; // names separated by blanks
    int pane;         // enum pane_id or ACTION_ANY_PANE
    enum action_ask ask;
    int verb; // enum control_verb or ACTION_NO_VERB
    void (*run)(struct console *console);
    const char *help;
};

extern const struct action action_table[];
extern const size_t action_count;

// Asserts that the table is whole.
void actions_check(void);
const struct action *action_named(struct slice name); // NULL: none has this name
const char *action_ask_text(enum action_ask ask);     // "asks y/n", ""
void actions_print(FILE *out);

// Trading (ui/act_desk.c)
void act_pause(struct console *console);
void act_resume(struct console *console);
void act_risk_mode(struct console *console);
void act_override(struct console *console);
void act_threshold(struct console *console);
void act_kill(struct console *console);
void act_cancel(struct console *console);
void act_flatten(struct console *console);
void act_state(struct console *console);
void act_venue(struct console *console);
void act_strategy(struct console *console);
void act_accept(struct console *console);
void act_submit(struct console *console);
void act_set(struct console *console);
void act_acknowledge(struct console *console);
void act_arm(struct console *console);     // ui/arm.c
void act_take(struct console *console);    // ui/steer.c
void act_panic(struct console *console);   // ui/mode_panic.c
void act_palette(struct console *console); // ui/mode_palette.c
// The screen (ui/act_view.c)
void act_down(struct console *console);
void act_up(struct console *console);
void act_page_down(struct console *console);
void act_page_up(struct console *console);
void act_first(struct console *console);
void act_last(struct console *console);
void act_next_pane(struct console *console);
void act_previous_pane(struct console *console);
void act_pane_number(struct console *console);
void act_details(struct console *console);
void act_why(struct console *console);
void act_filter(struct console *console);
void act_sort(struct console *console);
void act_sort_previous(struct console *console);
void act_reverse(struct console *console);
void act_layout(struct console *console);
void act_scheme(struct console *console);
void act_calm(struct console *console);
void act_faster(struct console *console);
void act_slower(struct console *console);
void act_zoom(struct console *console);
void act_back(struct console *console);
void act_redraw(struct console *console);
void act_save(struct console *console);
void act_help(struct console *console);
void act_suspend(struct console *console);
void act_quit(struct console *console);

#endif
