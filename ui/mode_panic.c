// The panic strip: opening it already blocks new orders; one more key does the rest, and the strip
// shows how far the desk has come.
//
// Only what lowers risk is on it, so nothing here asks. Flattening alone waits out the time in
// which a key may have been typed before the strip was seen. Esc within a few seconds takes back
// the block; later the desk stays HALTED, as it does when the console may not raise risk.
#include "ui/act_desk.h"
#include "ui/actions.h"
#include "ui/number.h"

enum { TAKE_BACK_S = 3, BOX_COLUMNS = 66, BOX_LINES_MAX = 24 };

static int64_t take_back_left_s(const struct console *console) {
    const struct panic *panic = &console->panic;
    if (panic->chosen || panic->before == TRADING_HALTED) {
        return 0;
    }
    int64_t age_ns = console->now_ns - panic->opened_ns;
    return age_ns >= TAKE_BACK_S * NS_PER_S ? 0 : TAKE_BACK_S - age_ns / NS_PER_S;
}

static void leave(struct console *console, bool take_back) {
    bool possible = take_back && take_back_left_s(console) > 0;
    enum trading_state before = console->panic.before;
    console_set_mode(console, &mode_normal);
    if (!possible) {
        console_say(console, INK_WARN, "the desk stays as it is: H takes it back, and asks");
        return;
    }
    struct control_request request = {.verb = CONTROL_STATE,
                                      .origin = ORIGIN_KEYBOARD,
                                      .venue = CONTROL_ANY,
                                      .symbol = CONTROL_ANY,
                                      .value = (int64_t)before};
    console_send(console, &request);
}

static void kill_all(struct console *console, bool flatten) {
    console->panic.chosen = true;
    act_desk_kill(console, flatten);
}

static void panic_key(struct console *console, int key) {
    const struct action *action = keymap_find(&console->keymap, key, (int)console->focus);
    bool again = action != NULL && action->run == act_panic;
    bool deaf = console->now_ns - console->panic.opened_ns < DEAD_MS * NS_PER_MS;
    console->overlay_dirty = true;
    if (key == 'c' || again) {
        kill_all(console, false);
    } else if (key == 'f' && !deaf) {
        kill_all(console, true);
    } else if (key == 'h') {
        leave(console, false);
    } else if (key == 'q' || key == INPUT_ESCAPE) {
        leave(console, true);
    } else {
        (void)console_reduce_key(console, key);
    }
}

// Whether anything the strip shows has changed.
static void panic_tick(struct console *console) {
    static const enum state_section sections[] = {STATE_HEADER, STATE_ORDERS, STATE_POSITIONS,
                                                  STATE_RISK, STATE_VENUES};
    uint64_t seen = (uint64_t)take_back_left_s(console);
    for (size_t i = 0; i < COUNT_OF(sections); i++) {
        seen = seen * 31 + console->view.version[sections[i]];
    }
    if (seen != console->panic.seen) {
        console->panic.seen = seen;
        console->overlay_dirty = true;
    }
}

struct strip {
    struct canvas *canvas;
    struct rect area;
    int y;
};

static void add_line(struct strip *strip, enum ink ink, const char *text) {
    draw_left(strip->canvas, strip->area, 0, strip->y++, strip->area.columns, ink, slice_of(text));
}

static void add_key(struct strip *strip, const char *key, const char *text) {
    draw_string(strip->canvas, strip->area, 0, strip->y, INK_KEY, key);
    draw_left(strip->canvas, strip->area, 5, strip->y++, strip->area.columns - 5, INK_DIALOG,
              slice_of(text));
}

static void add_keys(struct strip *strip, const struct console *console) {
    char again[KEYMAP_TEXT_MAX];
    struct text keys = TEXT_OVER(again);
    keymap_print_first(&keys, &console->keymap, act_panic);
    char data[80];
    struct text text = TEXT_OVER(data);
    text_add_format(&text, "cancel every order; %s once more does it, too", again);
    add_key(strip, "c", data);
    add_key(strip, "f", "cancel every order, then flatten every position");
    add_key(strip, "h", "leave it HALTED");
    int64_t left_s = take_back_left_s(console);
    text_clear(&text);
    if (left_s > 0) {
        text_add_format(&text, "take the block back (%lld s)", (long long)left_s);
    } else {
        text_add_string(&text, "back");
    }
    add_key(strip, "Esc", data);
}

struct exposure {
    uint32_t orders, unknown;
    struct usd gross;
};

static struct exposure exposure_of(const struct view *view, uint16_t venue) {
    struct exposure exposure = {0};
    for (uint32_t i = 0; i < view->count[STATE_ORDERS]; i++) {
        const struct state_order *o = &view->orders[i];
        exposure.orders += o->venue == venue ? 1 : 0;
        exposure.unknown += o->venue == venue && o->state == ORDER_UNKNOWN ? 1 : 0;
    }
    for (uint32_t i = 0; i < view->count[STATE_POSITIONS]; i++) {
        const struct state_position *p = &view->positions[i];
        if (p->venue == venue) {
            exposure.gross = usd_add(exposure.gross, usd_abs(p->net_usd));
        }
    }
    return exposure;
}

static void add_venues(struct strip *strip, const struct view *view) {
    for (uint16_t i = 0; i < view->universe->venue_count; i++) {
        struct exposure exposure = exposure_of(view, i);
        char data[96];
        struct text text = TEXT_OVER(data);
        char gross[24];
        struct text gross_text = TEXT_OVER(gross);
        number_usd(&gross_text, exposure.gross);
        text_add_format(&text, "%-12s %3u orders %3u unknown  positions %12s $",
                        view->universe->venues[i].name, exposure.orders, exposure.unknown, gross);
        bool clean = exposure.orders == 0 && exposure.gross.v == 0;
        add_line(strip, clean ? INK_FAINT : INK_DIALOG, data);
    }
}

static void add_progress(struct strip *strip, const struct view *view) {
    const struct state_risk *r = view->risk;
    char data[96];
    struct text text = TEXT_OVER(data);
    if (r->kill_step != KILL_NONE && r->kill_step < KILL_STEP_COUNT) {
        text_add_format(&text, "kill: %s", kill_step_name((enum kill_step)r->kill_step));
        if (r->kill_step == KILL_CANCELLING) {
            text_add_format(&text, ", %u orders still open", r->kill_orders);
        }
        text_add_string(&text, "; ");
    }
    text_add_string(&text, "left: net ");
    number_usd_signed(&text, view->header->net);
    text_add_string(&text, ", gross ");
    number_usd(&text, view->header->gross);
    text_add_string(&text, " $");
    add_line(strip, INK_DIALOG, data);
}

static void panic_overlay(struct console *console) {
    struct canvas *canvas = &console->canvas;
    const struct view *view = &console->view;
    int rows = 4 + 1 + 1 + 1 + view->universe->venue_count + 2;
    rows = rows < BOX_LINES_MAX ? rows : BOX_LINES_MAX;
    rows = rows < canvas->rows ? rows : canvas->rows;
    int columns = BOX_COLUMNS < canvas->columns ? BOX_COLUMNS : canvas->columns;
    struct rect box = {(canvas->columns - columns) / 2, (canvas->rows - rows) / 2, columns, rows};
    draw_fill(canvas, box, INK_DIALOG);
    draw_frame(canvas, box, INK_ALARM);
    (void)draw_string(canvas, box, 2, 0, INK_ALARM, " PANIC ");
    struct strip strip = {canvas, {box.x + 2, box.y + 1, box.columns - 4, box.rows - 2}, 0};
    bool blocked = view->header->killed || view->header->state == TRADING_HALTED;
    add_line(&strip, blocked ? INK_STRONG : INK_WARN,
             view->header->killed ? "KILLED: new orders are blocked, all others are cancelled."
             : blocked            ? "HALTED: new orders are blocked."
                                  : "Blocking new orders ...");
    add_keys(&strip, console);
    strip.y++;
    add_progress(&strip, view);
    add_venues(&strip, view);
}

static void panic_footer(struct console *console, struct rect area) {
    if (console->message[0] != '\0') {
        draw_left(&console->canvas, area, 1, 0, area.columns - 2, console->message_ink,
                  slice_of(console->message));
        return;
    }
    int x = draw_string(&console->canvas, area, 1, 0, INK_KEY, "c");
    x = draw_string(&console->canvas, area, x, 0, INK_FAINT, " cancel  ");
    x = draw_string(&console->canvas, area, x, 0, INK_KEY, "f");
    x = draw_string(&console->canvas, area, x, 0, INK_FAINT, " flatten  ");
    x = draw_string(&console->canvas, area, x, 0, INK_KEY, "h");
    x = draw_string(&console->canvas, area, x, 0, INK_FAINT, " halted  ");
    x = draw_string(&console->canvas, area, x, 0, INK_KEY, "Esc");
    (void)draw_string(&console->canvas, area, x, 0, INK_FAINT, " back");
}

const struct mode mode_panic = {
    .name = "panic",
    .key = panic_key,
    .tick = panic_tick,
    .overlay = panic_overlay,
    .footer = panic_footer,
};

void act_panic(struct console *console) {
    console->panic = (struct panic){
        .opened_ns = console->now_ns,
        .before = (enum trading_state)(console->view.header->state % TRADING_STATE_COUNT),
    };
    if (console->term != NULL) {
        term_drop_input(console->term);
    }
    console_set_mode(console, &mode_panic);
    act_desk_halt(console);
}
