// Creation, keys, and the draw pass.
//
// A frame takes what is new from the link, marks the panes that show it, draws those, and hands the
// canvas to the terminal, which writes the cells that differ. When nothing is new nothing is drawn
// and nothing written.
#include "ui/console_inside.h"

#include <stdlib.h>

#include "engine/control_text.h"
#include "ui/actions.h"
#include "ui/told.h"

enum { SILENT_AFTER_S = 3 };

static enum status create_panes(struct console *console) {
    for (int i = 0; i < PANE_COUNT; i++) {
        enum status status = pane_create(&console->panes[i], pane_table[i], console->view.universe);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

static enum status create_screen(struct console *console) {
    const struct console_options *options = &console->options;
    bool utf8 = options->utf8;
    if (!options->headless) {
        struct term_options term = {
            .colour = (enum term_colour)options->colour,
            .scheme = options->scheme,
            .ascii = options->ascii,
            .mouse = options->mouse,
            .in = options->in,
            .out = options->out,
            .columns = options->columns,
            .rows = options->rows,
            .synchronised = true,
        };
        enum status status = term_start(&console->term, &term);
        if (status != STATUS_OK) {
            return status;
        }
        utf8 = term_utf8(console->term);
    }
    enum status status = canvas_create(&console->canvas, utf8 && !options->ascii);
    if (status != STATUS_OK) {
        return status;
    }
    int columns = options->columns > 0 ? options->columns : 80;
    int rows = options->rows > 0 ? options->rows : 24;
    if (console->term != NULL) {
        term_size(console->term, &columns, &rows);
    }
    console_resize(console, columns, rows);
    return STATUS_OK;
}

static int frames_of(int frames_per_s) {
    if (frames_per_s <= 0) {
        return FRAMES_DEFAULT;
    }
    return frames_per_s < FRAMES_MOST ? frames_per_s : FRAMES_MOST;
}

int64_t console_frame_ns(const struct console *console) {
    return NS_PER_S / (console->view.calm ? 1 : console->frames_per_s);
}

enum status console_check_keys(const char *keys) {
    struct keymap map;
    return keymap_make(&map, keys);
}

enum status console_create(struct console *console, const struct console_options *options) {
    actions_check();
    *console = (struct console){
        .options = *options,
        .mode = &mode_normal,
        .shared = PANE_NONE,
        .scheme = options->scheme,
        .frames_per_s = frames_of(options->frames_per_s),
        .desk_ns = -1,
    };
    if (!options->virtual_time) {
        console->now_ns = mono_now_ns();
    }
    console->news_ns = console->now_ns;
    console->meter.since_ns = console->now_ns;
    enum status status = keymap_make(&console->keymap, options->keys != NULL ? options->keys : "");
    if (status == STATUS_OK) {
        status = view_create(&console->view, &options->link);
        console->view.calm = options->calm;
    }
    if (status == STATUS_OK) {
        status = create_panes(console);
    }
    if (status == STATUS_OK) {
        status = create_screen(console);
    }
    if (status != STATUS_OK) {
        console_destroy(console);
    }
    return status;
}

void console_destroy(struct console *console) {
    term_stop(console->term);
    console->term = NULL;
    for (int i = 0; i < PANE_COUNT; i++) {
        pane_destroy(&console->panes[i]);
    }
    canvas_destroy(&console->canvas);
    view_destroy(&console->view);
}

struct pane *console_pane(struct console *console) {
    return &console->panes[console->focus];
}

void console_arrange(struct console *console) {
    const struct canvas *canvas = &console->canvas;
    const struct universe *universe = console->view.universe;
    const struct layout_wish wish = {
        .columns = canvas->columns,
        .rows = canvas->rows,
        .preset = console->preset,
        .focus = console->focus,
        .shared = console->shared,
        .zoomed = console->zoomed,
        .quotes = universe->venue_count * universe->symbol_count,
        .capital = universe->venue_count,
    };
    layout_make(&console->layout, &wish);
    for (int i = 0; i < PANE_COUNT; i++) {
        console->panes[i].area = console->layout.panes[i];
        console->panes[i].visible = console->layout.panes[i].rows > 0;
    }
    console->all_dirty = true;
}

void console_resize(struct console *console, int columns, int rows) {
    canvas_resize(&console->canvas, columns, rows);
    if (console->term != NULL) {
        term_resize(console->term, columns, rows);
    }
    console->view.full_names = console->canvas.columns >= LAYOUT_FULL_NAMES;
    console->view.wide = console->canvas.columns >= LAYOUT_WIDE;
    console_arrange(console);
}

void console_focus(struct console *console, enum pane_id pane) {
    ASSERT((unsigned)pane < PANE_COUNT);
    console->panes[console->focus].dirty = true;
    console->focus = pane;
    console->panes[pane].dirty = true;
    if (!console->panes[pane].visible && !console->zoomed) {
        console->shared = pane;
    }
    if (!console->panes[pane].visible) {
        console_arrange(console);
    }
    console->footer_dirty = true;
}

void console_set_preset(struct console *console, enum layout_preset preset) {
    ASSERT((unsigned)preset < LAYOUT_PRESET_COUNT);
    console->preset = preset;
    console->shared = PANE_NONE;
    console->zoomed = false;
    console_arrange(console);
    if (console_pane(console)->visible) {
        return;
    }
    // The cursor is never in a pane that is not there.
    for (int i = 0; i < PANE_COUNT; i++) {
        if (console->panes[i].visible) {
            console->focus = (enum pane_id)i;
            return;
        }
    }
}

void console_set_scheme(struct console *console, enum ink_scheme scheme) {
    console->scheme = scheme;
    if (console->term != NULL) {
        term_set_scheme(console->term, &console->canvas, scheme);
    }
}

void console_set_mode(struct console *console, const struct mode *mode) {
    bool had_overlay = console->mode->overlay != NULL;
    console->mode = mode;
    console->footer_dirty = true;
    console->overlay_dirty = true;
    // What the overlay covered comes back.
    console->all_dirty = console->all_dirty || had_overlay;
}

void console_say(struct console *console, enum ink ink, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(console->message, sizeof(console->message), format, arguments);
    va_end(arguments);
    console->message_ink = ink;
    console->message_until_ns = console->now_ns + MESSAGE_MS * NS_PER_MS;
    console->footer_dirty = true;
}

void console_send(struct console *console, const struct control_request *request) {
    const struct link *link = &console->view.link;
    char data[MESSAGE_MAX];
    struct text answer = TEXT_OVER(data);
    if (!arm_allows(console, request)) {
        return;
    }
    enum status status = link->ops->control(link->self, request, &answer);
    if (status == STATUS_OK) {
        text_clear(&answer);
        told_print(&answer, console->view.universe, request);
        control_print_floor(&answer, request, console->view.risk->min_edge);
    }
    console_say(console, status == STATUS_OK ? INK_TEXT : INK_BAD, "%s", data);
}

void console_key(struct console *console, int key) {
    if (key == INPUT_NONE || key == INPUT_IGNORED) {
        return;
    }
    if (key == INPUT_CLICK || key == INPUT_WHEEL_UP || key == INPUT_WHEEL_DOWN) {
        int x = 0;
        int y = 0;
        if (console->term != NULL) {
            term_mouse(console->term, &x, &y);
        }
        console_mouse(console, key, x, y);
        return;
    }
    console->key = key;
    console->armed_key_ns = console->now_ns;
    console->mode->key(console, key);
}

static struct pane *pane_at(struct console *console, int x, int y) {
    for (int i = 0; i < PANE_COUNT; i++) {
        struct pane *pane = &console->panes[i];
        struct rect area = pane->area;
        if (pane->visible && x >= area.x && x < area.x + area.columns && y >= area.y &&
            y < area.y + area.rows) {
            return pane;
        }
    }
    return NULL;
}

void console_mouse(struct console *console, int key, int x, int y) {
    struct pane *pane = pane_at(console, x, y);
    if (console->mode != &mode_normal || pane == NULL) {
        return;
    }
    if (key == INPUT_WHEEL_UP || key == INPUT_WHEEL_DOWN) {
        grid_move(pane, &console->view, key == INPUT_WHEEL_UP ? -3 : 3);
        return;
    }
    console_focus(console, (enum pane_id)(pane - console->panes));
    int row = y - pane->first_y;
    if (row >= 0 && row < pane->page && pane->top + (uint32_t)row < pane->order_count) {
        grid_move(pane, &console->view, (int64_t)pane->top + row - pane->selected);
    }
}

// What only tightens is never behind a dialog: pause, the kill switch, the panic strip.
static bool is_reducing(const struct action *action) {
    return action->verb == CONTROL_PAUSE || action->verb == CONTROL_KILL ||
           action->run == act_panic;
}

bool console_reduce_key(struct console *console, int key) {
    const struct action *action = keymap_find(&console->keymap, key, (int)console->focus);
    if (action == NULL || !is_reducing(action)) {
        return false;
    }
    console_set_mode(console, &mode_normal);
    console_act(console, action);
    return true;
}

static void mark(struct console *console, uint32_t changed) {
    for (int i = 0; i < PANE_COUNT; i++) {
        struct pane *pane = &console->panes[i];
        pane->dirty = pane->dirty || (pane->class->sections & changed) != 0;
    }
    if ((changed & (VIEW_BIT(STATE_HEADER) | VIEW_BIT(STATE_ALERTS) | VIEW_BIT(VIEW_TICK))) != 0) {
        console->header_dirty = true;
    }
    console->footer_dirty = console->footer_dirty || (changed & VIEW_BIT(STATE_ALERTS)) != 0;
}

// A desk whose clock stands still is a desk to worry about: say so.
static void watch_silence(struct console *console) {
    int64_t desk_ns = view_now_ns(&console->view);
    if (desk_ns != console->desk_ns || console->view.link.ops->still) {
        console->desk_ns = desk_ns;
        console->news_ns = console->now_ns;
    }
    int64_t silent_s = (console->now_ns - console->news_ns) / NS_PER_S;
    silent_s = silent_s >= SILENT_AFTER_S && !console->options.virtual_time ? silent_s : 0;
    if (silent_s != console->silent_s) {
        console->silent_s = silent_s;
        console->header_dirty = true;
    }
}

static void expire_message(struct console *console) {
    if (console->message[0] != '\0' && console->now_ns >= console->message_until_ns) {
        console->message[0] = '\0';
        console->footer_dirty = true;
    }
}

static void draw_lines(struct console *console) {
    struct canvas *canvas = &console->canvas;
    for (int i = 0; i < console->layout.line_count; i++) {
        struct rect line = console->layout.lines[i];
        for (int y = 0; y < line.rows; y++) {
            draw_glyph(canvas, line, 0, y, INK_RULE, y == 0 ? GLYPH_TEE_DOWN : GLYPH_VERTICAL);
        }
    }
}

static void set_title(struct console *console) {
    if (console->term == NULL) {
        return;
    }
    const struct state_header *h = console->view.header;
    char data[64];
    struct text text = TEXT_OVER(data);
    text_add_format(&text, "perpdesk %s",
                    h->mode < DESK_MODE_COUNT ? desk_mode_name((enum desk_mode)h->mode) : "");
    term_title(console->term, data);
}

static void draw_all(struct console *console) {
    draw_fill(&console->canvas, canvas_rect(&console->canvas), INK_TEXT);
    draw_lines(console);
    set_title(console);
    for (int i = 0; i < PANE_COUNT; i++) {
        console->panes[i].dirty = true;
    }
    console->header_dirty = true;
    console->footer_dirty = true;
    console->overlay_dirty = true;
    console->all_dirty = false;
}

static void draw(struct console *console) {
    bool dirty = console->all_dirty || console->header_dirty || console->footer_dirty;
    if (console->layout.small) {
        if (dirty) {
            header_draw_small(console);
        }
        console->all_dirty = console->header_dirty = console->footer_dirty = false;
        if (dirty && console->mode->overlay != NULL) {
            console->mode->overlay(console);
        }
        return;
    }
    if (console->all_dirty) {
        draw_all(console);
    }
    bool under = console->overlay_dirty;
    for (int i = 0; i < PANE_COUNT; i++) {
        struct pane *pane = &console->panes[i];
        if (pane->dirty && pane->visible) {
            grid_draw(pane, &console->view, &console->canvas, i == (int)console->focus);
            under = true;
        }
        pane->dirty = false;
    }
    if (console->header_dirty) {
        header_draw(console, console->layout.header);
        console->header_dirty = false;
    }
    if (console->footer_dirty) {
        draw_fill(&console->canvas, console->layout.footer, INK_TEXT);
        console->mode->footer(console, console->layout.footer);
        console->footer_dirty = false;
    }
    if (under && console->mode->overlay != NULL) {
        console->mode->overlay(console);
    }
    console->overlay_dirty = false;
}

// False: the window has another size than the picture, which waits for its turn. A window that is
// dragged has a new size every few milliseconds, and a whole picture costs as much as many ordinary
// frames: the first new size is drawn at once, a later one when it stands for a frame or its time
// has come.
static bool follow_size(struct console *console) {
    if (console->term == NULL) {
        return true;
    }
    int columns = 0;
    int rows = 0;
    term_size(console->term, &columns, &rows);
    bool stands = columns == console->seen_columns && rows == console->seen_rows;
    console->seen_columns = columns;
    console->seen_rows = rows;
    int most_columns = columns < CANVAS_COLUMNS_MAX ? columns : CANVAS_COLUMNS_MAX;
    int most_rows = rows < CANVAS_ROWS_MAX ? rows : CANVAS_ROWS_MAX;
    if (most_columns == console->canvas.columns && most_rows == console->canvas.rows) {
        return true;
    }
    if (!stands && console->now_ns < console->resize_from_ns) {
        return false;
    }
    console_resize(console, columns, rows);
    console->resize_from_ns = console->now_ns + RESIZE_MS * NS_PER_MS;
    return true;
}

// Once a second: what the screen cost in it.
static void take_meter(struct console *console, int64_t draw_ns, bool skipped) {
    struct meter *meter = &console->meter;
    meter->frames++;
    meter->skipped += skipped ? 1 : 0;
    meter->draw_ns += draw_ns;
    if (console->now_ns - meter->since_ns < NS_PER_S) {
        return;
    }
    uint64_t bytes = console->term != NULL ? term_bytes_written(console->term) : 0;
    console->view.screen = (struct view_screen){
        .frames = meter->frames,
        .skipped = meter->skipped,
        .bytes = bytes - meter->bytes_before,
        .draw_ns = meter->draw_ns / meter->frames,
    };
    *meter = (struct meter){.since_ns = console->now_ns, .bytes_before = bytes};
}

void console_frame(struct console *console) {
    int64_t start_ns = console->options.virtual_time ? 0 : mono_now_ns();
    bool fits = follow_size(console);
    uint32_t changed = view_refresh(&console->view);
    mark(console, changed);
    watch_silence(console);
    steer_tick(console);
    arm_tick(console);
    expire_message(console);
    if (console->mode->tick != NULL) {
        console->mode->tick(console);
    }
    if (fits) {
        draw(console);
    }
    console->frames++;
    bool skipped = !fits || (console->term != NULL && !term_flush(console->term, &console->canvas));
    console->frames_skipped += skipped ? 1 : 0;
    int64_t end_ns = console->options.virtual_time ? 0 : mono_now_ns();
    take_meter(console, end_ns - start_ns, skipped);
}

static struct ink_style style_of(const struct console *console) {
    if (console->term != NULL) {
        return term_style(console->term);
    }
    enum ink_depth depth = console->options.colour == CONSOLE_MONO ? DEPTH_MONO : DEPTH_256;
    return (struct ink_style){depth, console->scheme};
}

enum status console_save(const struct console *console, const char *name, bool inks) {
    char path[512];
    struct text path_text = TEXT_OVER(path);
    if (console->options.save_folder != NULL && name[0] != '/') {
        text_add_format(&path_text, "%s/", console->options.save_folder);
    }
    text_add_string(&path_text, name);
    size_t room = (size_t)console->canvas.rows * ((size_t)console->canvas.columns * 4 + 1) + 1;
    char *data = malloc(room);
    if (data == NULL || path_text.truncated) {
        free(data);
        return status_fail(STATUS_SYSTEM, "no memory to save the screen as %s", name);
    }
    struct text text = text_over(data, room);
    if (inks) {
        canvas_save_looks(&console->canvas, style_of(console), &text);
    } else {
        canvas_save_text(&console->canvas, &text);
    }
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        free(data);
        return status_fail_errno(STATUS_CANNOT_CREATE, "%s", path);
    }
    bool complete = fwrite(data, 1, text.size, file) == text.size;
    complete = fclose(file) == 0 && complete;
    free(data);
    return complete ? STATUS_OK : status_fail_errno(STATUS_IO, "%s", path);
}
