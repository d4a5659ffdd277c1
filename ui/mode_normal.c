// Keys are actions.
#include "ui/actions.h"
#include "ui/console_inside.h"

static void normal_key(struct console *console, int key) {
    const struct action *action = keymap_find(&console->keymap, key, (int)console->focus);
    if (action != NULL) {
        console_act(console, action);
        return;
    }
    if (key == INPUT_IGNORED) {
        return;
    }
    char name[KEY_NAME_MAX + 4];
    struct text text = TEXT_OVER(name);
    key_print(&text, key);
    console_say(console, INK_WARN, "%s does nothing here: ? shows the keys", name);
}

static void normal_footer(struct console *console, struct rect area) {
    footer_draw(console, area);
}

const struct mode mode_normal = {.name = "normal", .key = normal_key, .footer = normal_footer};
