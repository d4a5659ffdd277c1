// The action table. Grouped: trading first, then moving about, then the console itself.
#include "ui/actions.h"

#include "engine/control.h"
#include "ui/key.h"
#include "ui/pane.h"

#define ANY  ACTION_ANY_PANE
#define NONE ACTION_NO_VERB

const struct action action_table[] = {
    {"pause", "p", ANY, ASK_NEVER, CONTROL_PAUSE, act_pause,
     "pause: no new jobs; those that run finish"},
    {"resume", "r", ANY, ASK_ALWAYS, CONTROL_RESUME, act_resume,
     "resume: start new jobs again and clear the failure count"},
    {"risk-mode", "m", ANY, ASK_LOOSER, CONTROL_RISK_MODE, act_risk_mode,
     "risk mode: conservative, balanced, aggressive"},
    {"override", "o", ANY, ASK_ALWAYS, CONTROL_OVERRIDE, act_override,
     "override: pass soft rules for a while, or end it"},
    {"threshold", "t", ANY, ASK_LOOSER, CONTROL_THRESHOLD, act_threshold,
     "threshold: least net edge of an arbitrage job, in bps"},
    {"state", "H", ANY, ASK_LOOSER, CONTROL_STATE, act_state,
     "state: ACTIVE, REDUCING, HALTED, and back"},
    {"kill", "K", ANY, ASK_ALWAYS, CONTROL_KILL, act_kill,
     "kill switch: block and cancel everything, then flatten if wanted; clears it when latched"},
    {"cancel", "c", ANY, ASK_ALWAYS, CONTROL_CANCEL_JOB, act_cancel,
     "cancel the selected job: open orders go, filled legs are closed"},
    {"flatten", "f", ANY, ASK_ALWAYS, CONTROL_FLATTEN, act_flatten,
     "flatten the selected position; in other panes: every position"},
    {"venue-role", "v", ANY, ASK_LOOSER, CONTROL_VENUE_ROLE, act_venue,
     "role of the selected venue: trade, reference, off"},
    {"strategy", "S", ANY, ASK_LOOSER, CONTROL_STRATEGY, act_strategy,
     "switch a strategy off or on"},
    {"acknowledge", "a", ANY, ASK_NEVER, CONTROL_ACKNOWLEDGE, act_acknowledge,
     "acknowledge the newest alarm"},
    {"arm", "A", ANY, ASK_NEVER, NONE, act_arm,
     "arm: a live desk takes what may raise risk only from a console armed by a typed phrase"},
    {"take-over", "X", ANY, ASK_ALWAYS, NONE, act_take,
     "take over: this console steers from now on, the other one only looks"},
    {"why", "w", ANY, ASK_NEVER, NONE, act_why,
     "why (not)? rule, figure, limit and distance of the selected row"},
    {"details", "Enter", ANY, ASK_NEVER, NONE, act_details, "details of the selected row"},
    {"down", "j Down", ANY, ASK_NEVER, NONE, act_down, "next row"},
    {"up", "k Up", ANY, ASK_NEVER, NONE, act_up, "previous row"},
    {"page-down", "PgDn C-d", ANY, ASK_NEVER, NONE, act_page_down, "a page down"},
    {"page-up", "PgUp C-u", ANY, ASK_NEVER, NONE, act_page_up, "a page up"},
    {"first", "g Home", ANY, ASK_NEVER, NONE, act_first, "first row"},
    {"last", "G End", ANY, ASK_NEVER, NONE, act_last, "last row"},
    {"next-pane", "Tab", ANY, ASK_NEVER, NONE, act_next_pane, "next pane"},
    {"previous-pane", "S-Tab", ANY, ASK_NEVER, NONE, act_previous_pane, "previous pane"},
    {"pane", "1 2 3 4 5 6 7 8 9", ANY, ASK_NEVER, NONE, act_pane_number, "pane of that number"},
    {"filter", "/", ANY, ASK_NEVER, NONE, act_filter,
     "filter the pane's rows; '!' in front inverts, Esc takes it off"},
    {"sort", "s", ANY, ASK_NEVER, NONE, act_sort, "sort by the next column"},
    {"zoom", "z", ANY, ASK_NEVER, NONE, act_zoom, "this pane alone, and back"},
    {"back", "Esc", ANY, ASK_NEVER, NONE, act_back, "back: filter off, zoom off"},
    {"redraw", "C-l", ANY, ASK_NEVER, NONE, act_redraw, "paint the whole screen anew"},
    {"save-screen", "D", ANY, ASK_NEVER, NONE, act_save, "save the screen as text"},
    {"help", "? F1", ANY, ASK_NEVER, NONE, act_help, "this help; / searches it"},
    {"suspend", "C-z", ANY, ASK_ALWAYS, NONE, act_suspend, "stop the process until fg"},
    {"quit", "q C-c", ANY, ASK_OPEN, NONE, act_quit, "quit"},
};
const size_t action_count = COUNT_OF(action_table);

// Walks the names in an action's key list; false at its end.
static bool next_key(const char **at, int *key) {
    while (**at == ' ') {
        (*at)++;
    }
    if (**at == '\0') {
        return false;
    }
    size_t size = strcspn(*at, " ");
    *key = key_parse((struct slice){*at, size});
    ASSERT(*key != INPUT_NONE);
    *at += size;
    return true;
}

static bool meet(const struct action *a, const struct action *b) {
    return a->pane == ANY || b->pane == ANY || a->pane == b->pane;
}

static bool has_key(const struct action *action, int wanted) {
    const char *at = action->keys;
    int key = INPUT_NONE;
    while (next_key(&at, &key)) {
        if (key == wanted) {
            return true;
        }
    }
    return false;
}

static void check_row(size_t index) {
    const struct action *action = &action_table[index];
    ASSERT(action->name != NULL && action->help != NULL && action->run != NULL);
    ASSERT(action->keys != NULL && action->keys[0] != '\0');
    ASSERT(action->pane == ANY || (action->pane >= 0 && action->pane < PANE_COUNT));
    ASSERT(action->verb == NONE || (action->verb >= 0 && action->verb < CONTROL_COUNT));
    for (size_t i = 0; i < index; i++) {
        ASSERT(strcmp(action_table[i].name, action->name) != 0);
        if (!meet(&action_table[i], action)) {
            continue;
        }
        const char *at = action->keys;
        int key = INPUT_NONE;
        while (next_key(&at, &key)) {
            ASSERT(!has_key(&action_table[i], key));
        }
    }
}

void actions_check(void) {
    for (size_t i = 0; i < action_count; i++) {
        check_row(i);
    }
}

const struct action *action_find(int key, int pane) {
    for (size_t i = 0; i < action_count; i++) {
        const struct action *action = &action_table[i];
        if ((action->pane == ANY || action->pane == pane) && has_key(action, key)) {
            return action;
        }
    }
    return NULL;
}

const char *action_ask_text(enum action_ask ask) {
    switch (ask) {
    case ASK_ALWAYS:
        return "asks y/n";
    case ASK_LOOSER:
        return "asks y/n when it loosens";
    case ASK_OPEN:
        return "asks y/n while jobs or orders are open";
    case ASK_NEVER:
        break;
    }
    return "";
}

void actions_print(FILE *out) {
    for (size_t i = 0; i < action_count; i++) {
        const struct action *action = &action_table[i];
        const char *ask = action_ask_text(action->ask);
        (void)fprintf(out, "%-18s %-14s %s%s%s%s\n", action->keys, action->name, action->help,
                      ask[0] != '\0' ? " (" : "", ask, ask[0] != '\0' ? ")" : "");
    }
}
