// The action table. Grouped: trading first, then moving about, then the console itself.
#include "ui/actions.h"

#include "engine/control.h"
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
    {"panic", "F9", ANY, ASK_NEVER, CONTROL_STATE, act_panic,
     "panic: blocks new orders at once; then cancel, flatten or halt with one key each"},
    {"submit", "b", ANY, ASK_ALWAYS, CONTROL_SUBMIT, act_submit,
     "buy or sell by hand, also against another venue or over time"},
    {"cancel", "c", ANY, ASK_ALWAYS, CONTROL_CANCEL_JOB, act_cancel,
     "cancel the selected job: open orders go, filled legs are closed"},
    {"flatten", "f", ANY, ASK_ALWAYS, CONTROL_FLATTEN, act_flatten,
     "flatten the selected position; in other panes: every position"},
    {"venue-role", "v", ANY, ASK_LOOSER, CONTROL_VENUE_ROLE, act_venue,
     "role of the selected venue: trade, reference, off"},
    {"strategy", "S", ANY, ASK_LOOSER, CONTROL_STRATEGY, act_strategy,
     "switch a strategy off or on"},
    {"set", "E", ANY, ASK_ALWAYS, NONE, act_set,
     "set: one setting of the running desk, a limit or a fee say"},
    {"accept", "Y", ANY, ASK_ALWAYS, CONTROL_ACCEPT, act_accept,
     "accept what journal and venues tell differently: the venues' positions stand"},
    {"acknowledge", "a", ANY, ASK_NEVER, CONTROL_ACKNOWLEDGE, act_acknowledge,
     "acknowledge the selected alarm, else the newest"},
    {"arm", "A", ANY, ASK_NEVER, NONE, act_arm,
     "arm: a live desk takes what may raise risk only from a console armed by a typed phrase"},
    {"take-over", "X", ANY, ASK_ALWAYS, NONE, act_take,
     "take over: this console steers from now on, the other one only looks"},
    {"palette", ":", ANY, ASK_NEVER, NONE, act_palette,
     "palette: any command or action by name; Tab completes, Up and Down bring back earlier ones"},
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
    {"pane", PANE_KEYS, ANY, ASK_NEVER, NONE, act_pane_number,
     "the pane with that key in its title"},
    {"filter", "/", ANY, ASK_NEVER, NONE, act_filter,
     "filter the pane's rows; '!' in front inverts, Esc takes it off"},
    {"sort", "s >", ANY, ASK_NEVER, NONE, act_sort, "sort by the next column"},
    {"sort-previous", "<", ANY, ASK_NEVER, NONE, act_sort_previous, "sort by the column before"},
    {"reverse", "R", ANY, ASK_NEVER, NONE, act_reverse, "turn the order round"},
    {"zoom", "z", ANY, ASK_NEVER, NONE, act_zoom, "this pane alone, and back"},
    {"layout", "L", ANY, ASK_NEVER, NONE, act_layout,
     "layout: by size, prices, trading, safety, one after the other"},
    {"scheme", "T", ANY, ASK_NEVER, NONE, act_scheme,
     "colours: dark, light, colour_blind, mono, one after the other"},
    {"calm", "C", ANY, ASK_NEVER, NONE, act_calm,
     "calm: one frame a second and no marks of moves, or back"},
    {"faster", "+", ANY, ASK_NEVER, NONE, act_faster, "more frames a second"},
    {"slower", "-", ANY, ASK_NEVER, NONE, act_slower, "fewer frames a second"},
    {"back", "Esc", ANY, ASK_NEVER, NONE, act_back, "back: filter off, zoom off"},
    {"redraw", "C-l", ANY, ASK_NEVER, NONE, act_redraw, "paint the whole screen anew"},
    {"save-screen", "D", ANY, ASK_NEVER, NONE, act_save, "save the screen as text"},
    {"help", "? F1", ANY, ASK_NEVER, NONE, act_help, "this help; / searches it"},
    {"suspend", "C-z", ANY, ASK_ALWAYS, NONE, act_suspend, "stop the process until fg"},
    {"quit", "q C-c", ANY, ASK_OPEN, NONE, act_quit, "quit"},
};
const size_t action_count = COUNT_OF(action_table);

void actions_check(void) {
    for (size_t i = 0; i < action_count; i++) {
        const struct action *action = &action_table[i];
        ASSERT(action->name != NULL && action->help != NULL && action->run != NULL);
        ASSERT(action->keys != NULL && action->keys[0] != '\0');
        ASSERT(action->pane == ANY || (action->pane >= 0 && action->pane < PANE_COUNT));
        ASSERT(action->verb == NONE || (action->verb >= 0 && action->verb < CONTROL_COUNT));
        ASSERT(action_named(slice_of(action->name)) == action);
    }
}

const struct action *action_named(struct slice name) {
    for (size_t i = 0; i < action_count; i++) {
        if (slice_equals(name, slice_of(action_table[i].name))) {
            return &action_table[i];
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
        (void)fprintf(out, "%-24s %-16s %s%s%s%s\n", action->keys, action->name, action->help,
                      ask[0] != '\0' ? " (" : "", ask, ask[0] != '\0' ? ")" : "");
    }
}
