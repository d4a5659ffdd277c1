// The desk behind this console is gone: its last figures are taken off the screen, because they
// would look like news. The link goes on looking for it, and the screen comes back with it.
#include "ui/console_inside.h"
#include "ui/key.h"

enum { LINES = 7 };

static const char *trouble(const struct console *console) {
    const struct link *link = &console->view.link;
    return link->ops->trouble(link->self);
}

static void gone_key(struct console *console, int key) {
    if (key == 'q' || key == key_parse(SLICE("C-c"))) {
        console->quit = true;
        console->end = CONSOLE_QUIT;
    }
}

static void gone_tick(struct console *console) {
    if (trouble(console) == NULL) {
        console_set_mode(console, &mode_normal);
        console_say(console, INK_NOTICE, "the desk is back");
    } else if (console->header_dirty) { // every second of silence: why not may have changed
        console->all_dirty = true;
    }
}

static void gone_overlay(struct console *console) {
    struct canvas *canvas = &console->canvas;
    struct rect area = canvas_rect(canvas);
    const char *why = trouble(console);
    draw_fill(canvas, area, INK_TEXT);
    const struct {
        enum ink ink;
        const char *text;
    } lines[LINES] = {
        {INK_ALARM, " THE DESK IS GONE "},
        {INK_TEXT, why != NULL ? why : ""},
        {INK_TEXT, ""},
        {INK_TEXT, "What it showed is no longer true: nothing of it is shown."},
        {INK_TEXT, "Orders it left: perpdesk panic. Starting it again: perpdesk run --headless."},
        {INK_TEXT, "This console looks for it every second and goes on when it is back."},
        {INK_TEXT, "q leaves."},
    };
    int top = area.rows > LINES + 2 ? (area.rows - LINES) / 2 : 0;
    for (int i = 0; i < LINES && top + i < area.rows; i++) {
        draw_left(canvas, area, 2, top + i, area.columns - 3, lines[i].ink,
                  slice_of(lines[i].text));
    }
}

static void gone_footer(struct console *console, struct rect area) {
    int x = draw_string(&console->canvas, area, 1, 0, INK_KEY, "q");
    (void)draw_string(&console->canvas, area, x, 0, INK_FAINT, " quit");
}

const struct mode mode_gone = {
    .name = "gone",
    .key = gone_key,
    .tick = gone_tick,
    .overlay = gone_overlay,
    .footer = gone_footer,
};
