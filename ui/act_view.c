// The actions that only change what is seen.
#include "ui/actions.h"
#include "ui/console_inside.h"
#include "ui/number.h"

enum { HELP_COLUMNS = 56 }; // beside the keys in 80 columns

static void move(struct console *console, int64_t by) {
    grid_move(console_pane(console), &console->view, by);
}

static int64_t page_of(struct console *console) {
    int page = console_pane(console)->page;
    return page > 1 ? page - 1 : 1;
}

void act_down(struct console *console) {
    move(console, 1);
}

void act_up(struct console *console) {
    move(console, -1);
}

void act_page_down(struct console *console) {
    move(console, page_of(console));
}

void act_page_up(struct console *console) {
    move(console, -page_of(console));
}

void act_first(struct console *console) {
    move(console, INT32_MIN);
}

void act_last(struct console *console) {
    move(console, INT32_MAX);
}

void act_next_pane(struct console *console) {
    console_focus(console, (enum pane_id)((console->focus + 1) % PANE_COUNT));
}

void act_previous_pane(struct console *console) {
    console_focus(console, (enum pane_id)((console->focus + PANE_COUNT - 1) % PANE_COUNT));
}

void act_pane_number(struct console *console) {
    const struct action *action = action_named(SLICE("pane"));
    int number = keymap_place(&console->keymap, action, console->key);
    if (number >= 0 && number < PANE_COUNT) {
        console_focus(console, (enum pane_id)number);
    } else {
        console_say(console, INK_WARN, "there are %d panes", PANE_COUNT);
    }
}

static bool selected(struct console *console, uint32_t *row) {
    struct pane *pane = console_pane(console);
    // The picture may have changed since the pane was drawn.
    grid_arrange(pane, &console->view);
    if (!grid_selected(pane, row)) {
        console_say(console, INK_WARN, "no row is selected in %s", pane->class->name);
        return false;
    }
    return true;
}

void act_details(struct console *console) {
    uint32_t row = 0;
    if (!selected(console, &row)) {
        return;
    }
    page_clear(&console->reader.page, "");
    console_pane(console)->class->details(&console->view, row, &console->reader.page);
    console_read(console);
}

void act_why(struct console *console) {
    uint32_t row = 0;
    if (!selected(console, &row)) {
        return;
    }
    page_clear(&console->reader.page, "");
    console_pane(console)->class->why(&console->view, row, &console->reader.page);
    console_read(console);
}

void act_filter(struct console *console) {
    console_set_mode(console, &mode_filter);
}

void act_sort(struct console *console) {
    grid_sort(console_pane(console), &console->view, 1);
}

void act_sort_previous(struct console *console) {
    grid_sort(console_pane(console), &console->view, -1);
}

void act_reverse(struct console *console) {
    struct pane *pane = console_pane(console);
    pane->reversed = !pane->reversed;
    pane->dirty = true;
}

void act_layout(struct console *console) {
    console_set_preset(console, (enum layout_preset)((console->preset + 1) % LAYOUT_PRESET_COUNT));
    console_say(console, INK_TEXT, "layout: %s", layout_preset_name(console->preset));
}

void act_scheme(struct console *console) {
    console_set_scheme(console, (enum ink_scheme)((console->scheme + 1) % SCHEME_COUNT));
    console_say(console, INK_TEXT, "colours: %s", ink_scheme_name(console->scheme));
}

void act_calm(struct console *console) {
    console->view.calm = !console->view.calm;
    console->all_dirty = true;
    if (console->view.calm) {
        console_say(console, INK_TEXT, "calm: one frame a second, moves are not marked");
    } else {
        console_say(console, INK_TEXT, "%d frames a second", console->frames_per_s);
    }
}

static void set_rate(struct console *console, int frames_per_s) {
    if (frames_per_s >= 1 && frames_per_s <= FRAMES_MOST) {
        console->frames_per_s = frames_per_s;
    }
    console_say(console, INK_TEXT, "%d frames a second", console->frames_per_s);
}

void act_faster(struct console *console) {
    set_rate(console, console->frames_per_s + (console->frames_per_s < 10 ? 1 : 5));
}

void act_slower(struct console *console) {
    set_rate(console, console->frames_per_s - (console->frames_per_s <= 10 ? 1 : 5));
}

void act_zoom(struct console *console) {
    console->zoomed = !console->zoomed;
    console_arrange(console);
}

void act_back(struct console *console) {
    struct pane *pane = console_pane(console);
    if (pane->filter[0] != '\0') {
        pane->filter[0] = '\0';
        pane->dirty = true;
    } else if (console->zoomed) {
        console->zoomed = false;
        console_arrange(console);
    }
}

void act_redraw(struct console *console) {
    console->all_dirty = true;
    if (console->term != NULL) {
        term_redraw(console->term, &console->canvas);
    }
}

void act_save(struct console *console) {
    char name[64];
    struct text text = TEXT_OVER(name);
    char clock[16];
    struct text clock_text = TEXT_OVER(clock);
    number_clock(&clock_text, view_now_ns(&console->view));
    clock[2] = '-';
    clock[5] = '-';
    text_add_format(&text, "perpdesk-screen-%s.txt", clock);
    if (console_save(console, name, false) == STATUS_OK) {
        console_say(console, INK_TEXT, "saved %s", name);
    } else {
        console_say(console, INK_BAD, "%s", status_text());
    }
}

void act_help(struct console *console) {
    struct page *page = &console->reader.page;
    const struct pane_class *class = console_pane(console)->class;
    page_clear(page, "");
    struct text title = TEXT_OVER(page->title);
    text_add_format(&title, "Keys in %s", class->name);
    page_add_wrapped(page, INK_STRONG, "pane", class->help, HELP_COLUMNS);
    page_add(page, INK_TEXT, "", "Its columns are explained below the keys.");
    page_add(page, INK_TEXT, "", "Every question ends in y/n; Enter never answers one.");
    page_add(page, INK_TEXT, "", "%s", "");
    for (size_t i = 0; i < action_count; i++) {
        const struct action *action = &action_table[i];
        if (action->pane != ACTION_ANY_PANE && action->pane != (int)console->focus) {
            continue;
        }
        char keys[KEYMAP_TEXT_MAX];
        struct text keys_text = TEXT_OVER(keys);
        keymap_print(&keys_text, &console->keymap, action, PAGE_LABEL_MAX - 1);
        const char *ask = action_ask_text(action->ask);
        char data[200];
        struct text text = TEXT_OVER(data);
        text_add_string(&text, action->help);
        if (ask[0] != '\0') {
            text_add_format(&text, " (%s)", ask);
        }
        page_add_wrapped(page, INK_TEXT, keys, data, HELP_COLUMNS);
    }
    page_add(page, INK_TEXT, "", "%s", "");
    for (const struct pane_legend *row = class->legend; row->title != NULL; row++) {
        page_add_wrapped(page, INK_TEXT, row->title, row->meaning, HELP_COLUMNS);
    }
    console_read(console);
}

static void suspend(struct console *console) {
    if (console->term != NULL) {
        term_suspend(console->term, &console->canvas);
    }
    console->all_dirty = true;
}

void act_suspend(struct console *console) {
    if (!console->view.link.ops->ends_with_console) {
        suspend(console);
        return;
    }
    struct question *q = console_ask(console, "Suspend? The desk stands still until fg.");
    console_ask_line(q, "To leave it running, detach tmux instead.");
    q->then = suspend;
}

static void quit(struct console *console) {
    console->quit = true;
    console->end = CONSOLE_QUIT;
}

void act_quit(struct console *console) {
    const struct state_header *h = console->view.header;
    bool still = console->view.link.ops->still;
    if (still || (h->jobs_running == 0 && h->orders_open == 0)) {
        quit(console);
        return;
    }
    struct question *q = console_ask(console, "Quit with %u jobs and %u orders open?",
                                     h->jobs_running, h->orders_open);
    console_ask_line(q, console->view.link.ops->ends_with_console
                            ? "The desk ends with the console."
                            : "The desk goes on without this console.");
    q->then = quit;
}
