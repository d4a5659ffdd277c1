// Typing a filter: the pane follows every key, and the filter stays visible in its title.
#include "ui/console_inside.h"

static void filter_key(struct console *console, int key) {
    struct pane *pane = console_pane(console);
    size_t size = strlen(pane->filter);
    if (key == INPUT_ENTER) {
        console_set_mode(console, &mode_normal);
    } else if (key == INPUT_ESCAPE) {
        pane->filter[0] = '\0';
        console_set_mode(console, &mode_normal);
    } else if (key == INPUT_BACKSPACE) {
        if (size == 0) {
            console_set_mode(console, &mode_normal);
        } else {
            pane->filter[size - 1] = '\0';
        }
    } else if (key == INPUT_UP || key == INPUT_DOWN) {
        grid_move(pane, &console->view, key == INPUT_UP ? -1 : 1);
    } else if (key_is_text(key) && size + 1 < sizeof(pane->filter)) {
        pane->filter[size] = key == INPUT_SPACE ? ' ' : (char)key;
        pane->filter[size + 1] = '\0';
    } else if (!key_is_text(key)) {
        (void)console_reduce_key(console, key);
    }
    pane->dirty = true;
    console->footer_dirty = true;
}

static void filter_footer(struct console *console, struct rect area) {
    const struct pane *pane = console_pane(console);
    int x = draw_string(&console->canvas, area, 1, 0, INK_STRONG, "filter ");
    x = draw_string(&console->canvas, area, x, 0, INK_STRONG, pane->class->name);
    x = draw_string(&console->canvas, area, x, 0, INK_STRONG, " /");
    x = draw_string(&console->canvas, area, x, 0, INK_INPUT, pane->filter);
    x = draw_string(&console->canvas, area, x, 0, INK_INPUT, "_");
    (void)draw_string(&console->canvas, area, x + 2, 0, INK_FAINT,
                      "Enter keeps it, Esc takes it off, ! inverts");
}

const struct mode mode_filter = {.name = "filter", .key = filter_key, .footer = filter_footer};
