// Which key does what: the action table's keys, with the changes of the configuration.
//
// A change is "ACTION:KEYS", several are parted by commas: "pause:P, kill:X F12". The keys named
// take the place of the action's own. Two actions may share a key only in different panes; a key
// wanted twice, an unknown action and an unknown key are refused with a sentence, so that a desk
// never starts with keys other than the person thinks.
#ifndef PERPDESK_UI_KEYMAP_H
#define PERPDESK_UI_KEYMAP_H

#include "ui/actions.h"

enum { KEYMAP_ACTIONS_MAX = 64, KEYMAP_KEYS_MAX = 12, KEYMAP_TEXT_MAX = 32 };

struct keymap_row {
    char text[KEYMAP_TEXT_MAX]; // names parted by blanks
    int keys[KEYMAP_KEYS_MAX];
    int count;
};
struct keymap {
    struct keymap_row rows[KEYMAP_ACTIONS_MAX]; // by action
};

// `changes` may be "". STATUS_CONFIG: the sentence names key and actions.
enum status keymap_make(struct keymap *map, const char *changes) MUST_CHECK;
// The action of a key while `pane` is focused, NULL when it has none.
const struct action *keymap_find(const struct keymap *map, int key, int pane);
// Which of the action's keys this is: 0, 1, 2 …; -1: none of them.
int keymap_place(const struct keymap *map, const struct action *action, int key);
// The keys as text; more than `most` characters become the first and the last: "1 .. 0".
void keymap_print(struct text *out, const struct keymap *map, const struct action *action,
                  size_t most);
// The first key of the action that runs `run`.
void keymap_print_first(struct text *out, const struct keymap *map,
                        void (*run)(struct console *console));

#endif
