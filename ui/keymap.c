#include "ui/keymap.h"

#include "ui/key.h"
#include "ui/pane.h"

// Takes the next of some names parted by blanks; false at the end.
static bool next_name(const char **at, struct slice *name) {
    while (**at == ' ') {
        (*at)++;
    }
    *name = (struct slice){*at, strcspn(*at, " ")};
    *at += name->size;
    return name->size > 0;
}

static enum status set_row(struct keymap_row *row, const char *action, struct slice keys) {
    *row = (struct keymap_row){0};
    if (keys.size == 0 || !string_copy(row->text, sizeof(row->text), keys)) {
        return status_fail(STATUS_CONFIG, "%s: expected one to %d keys", action, KEYMAP_KEYS_MAX);
    }
    const char *at = row->text;
    struct slice name;
    while (next_name(&at, &name)) {
        int key = key_parse(name);
        if (key == INPUT_NONE || row->count == KEYMAP_KEYS_MAX) {
            return status_fail(STATUS_CONFIG,
                               "%s: '%.*s' is no key: expected a character, C-a to C-z, F1 to F12 "
                               "or a name such as PgUp",
                               action, (int)name.size, name.data);
        }
        row->keys[row->count++] = key;
    }
    return row->count > 0
               ? STATUS_OK
               : status_fail(STATUS_CONFIG, "%s: an action keeps at least one key", action);
}

static int index_of(const struct action *action) {
    ptrdiff_t index = action - action_table;
    ASSERT(index >= 0 && (size_t)index < action_count);
    return (int)index;
}

static struct slice trim(struct slice text) {
    while (text.size > 0 && text.data[0] == ' ') {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && text.data[text.size - 1] == ' ') {
        text.size--;
    }
    return text;
}

static enum status change(struct keymap *map, struct slice item) {
    const char *colon = item.size > 0 ? memchr(item.data, ':', item.size) : NULL;
    if (colon == NULL) {
        return status_fail(STATUS_CONFIG, "'%.*s': expected ACTION:KEYS", (int)item.size,
                           item.data);
    }
    size_t length = (size_t)(colon - item.data);
    const struct action *action = action_named(trim((struct slice){item.data, length}));
    if (action == NULL) {
        return status_fail(STATUS_CONFIG, "no action is called '%.*s': perpdesk --help lists them",
                           (int)length, item.data);
    }
    struct slice keys = trim((struct slice){colon + 1, item.size - length - 1});
    return set_row(&map->rows[index_of(action)], action->name, keys);
}

static bool has_key(const struct keymap_row *row, int key) {
    for (int i = 0; i < row->count; i++) {
        if (row->keys[i] == key) {
            return true;
        }
    }
    return false;
}

static bool meet(const struct action *a, const struct action *b) {
    return a->pane == ACTION_ANY_PANE || b->pane == ACTION_ANY_PANE || a->pane == b->pane;
}

static enum status check_conflicts(const struct keymap *map) {
    for (size_t a = 0; a < action_count; a++) {
        for (size_t b = 0; b < a; b++) {
            const struct keymap_row *row = &map->rows[a];
            for (int i = 0; i < row->count; i++) {
                if (!meet(&action_table[a], &action_table[b]) ||
                    !has_key(&map->rows[b], row->keys[i])) {
                    continue;
                }
                char name[KEY_NAME_MAX + 4];
                struct text text = TEXT_OVER(name);
                key_print(&text, row->keys[i]);
                return status_fail(STATUS_CONFIG,
                                   "%s is wanted by %s and by %s: give one another key", name,
                                   action_table[b].name, action_table[a].name);
            }
        }
    }
    return STATUS_OK;
}

enum status keymap_make(struct keymap *map, const char *changes) {
    ASSERT(action_count <= KEYMAP_ACTIONS_MAX);
    *map = (struct keymap){0};
    for (size_t i = 0; i < action_count; i++) {
        enum status status =
            set_row(&map->rows[i], action_table[i].name, slice_of(action_table[i].keys));
        ASSERT(status == STATUS_OK); // the table's own keys
    }
    while (*changes != '\0') {
        size_t size = strcspn(changes, ",");
        struct slice item = trim((struct slice){changes, size});
        enum status status = item.size > 0 ? change(map, item) : STATUS_OK;
        if (status != STATUS_OK) {
            return status_context(status, "console.keys");
        }
        changes += size + (changes[size] == ',' ? 1 : 0);
    }
    return status_context(check_conflicts(map), "console.keys");
}

const struct action *keymap_find(const struct keymap *map, int key, int pane) {
    for (size_t i = 0; i < action_count; i++) {
        const struct action *action = &action_table[i];
        if ((action->pane == ACTION_ANY_PANE || action->pane == pane) &&
            has_key(&map->rows[i], key)) {
            return action;
        }
    }
    return NULL;
}

int keymap_place(const struct keymap *map, const struct action *action, int key) {
    const struct keymap_row *row = &map->rows[index_of(action)];
    for (int i = 0; i < row->count; i++) {
        if (row->keys[i] == key) {
            return i;
        }
    }
    return -1;
}

void keymap_print(struct text *out, const struct keymap *map, const struct action *action,
                  size_t most) {
    const struct keymap_row *row = &map->rows[index_of(action)];
    if (strlen(row->text) <= most) {
        text_add_string(out, row->text);
        return;
    }
    key_print(out, row->keys[0]);
    text_add_string(out, " .. ");
    key_print(out, row->keys[row->count - 1]);
}

void keymap_print_first(struct text *out, const struct keymap *map,
                        void (*run)(struct console *console)) {
    for (size_t i = 0; i < action_count; i++) {
        if (action_table[i].run == run) {
            key_print(out, map->rows[i].keys[0]);
            return;
        }
    }
    ASSERT(false); // every action stands in the table
}
