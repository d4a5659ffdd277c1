// The two lines nobody scrolls away, and the footer.
//
// Line 1 says what the desk is and does, in words: status, PAPER/LIVE/DEMO, state, risk mode,
// clock. Figures follow in order of weight as far as there is room; the rest of them begins line 2,
// which ends with the foremost alarm, or what start-up found, or what stands for what in a demo. An
// override is told first on line 2, whatever else there is.
#include "ui/actions.h"
#include "ui/alarm.h"
#include "ui/console_inside.h"
#include "ui/number.h"

struct figure {
    const char *label;
    enum ink ink;
    int columns; // of the value, so that nothing jumps
    struct text text;
    char data[24];
};
enum { FIGURES_MAX = 5, FIGURES_WITH_ALARM = 3, CLOCK_COLUMNS = 10 };

static const char *status_word(const struct state_header *h, enum ink *ink) {
    if (h->killed) {
        *ink = INK_ALARM;
        return "KILLED";
    }
    if (h->state == TRADING_HALTED) {
        *ink = INK_ALARM;
        return "HALTED";
    }
    if (h->status == DESK_PAUSED) {
        *ink = INK_NOTICE;
        return "PAUSED";
    }
    if (h->overridden) {
        *ink = INK_NOTICE;
        return "OVERRIDE";
    }
    *ink = INK_RUNNING;
    return "RUNNING";
}

static enum ink mode_ink(const struct state_header *h) {
    return h->mode == DESK_LIVE ? INK_LIVE : h->mode == DESK_DEMO ? INK_DEMO : INK_PAPER;
}

static const char *mode_word(const struct state_header *h) {
    return h->mode < DESK_MODE_COUNT ? desk_mode_name((enum desk_mode)h->mode) : "?";
}

static const char *state_word(const struct state_header *h) {
    return h->state < TRADING_STATE_COUNT ? trading_state_name((enum trading_state)h->state) : "?";
}

// HALTED is not said twice, and nothing is ACTIVE while the kill switch is latched.
static bool badge_says_state(const struct state_header *h) {
    return h->killed ? h->state != TRADING_REDUCING : h->state == TRADING_HALTED;
}

static const char *risk_word(const struct state_header *h) {
    return h->risk_mode < RISK_MODE_COUNT ? risk_mode_name((enum risk_mode)h->risk_mode) : "?";
}

static int badge(struct console *console, struct rect area, int x, int y, enum ink ink,
                 const char *word) {
    x = draw_string(&console->canvas, area, x, y, ink, " ");
    x = draw_string(&console->canvas, area, x, y, ink, word);
    return draw_string(&console->canvas, area, x, y, ink, " ");
}

static struct figure *add(struct figure figures[FIGURES_MAX], int *count, const char *label,
                          int columns, enum ink ink) {
    ASSERT(*count < FIGURES_MAX);
    struct figure *figure = &figures[(*count)++];
    *figure = (struct figure){.label = label, .columns = columns, .ink = ink};
    figure->text = TEXT_OVER(figure->data);
    return figure;
}

// In order of weight.
static int figures_of(const struct state_header *h, struct figure figures[FIGURES_MAX]) {
    int count = 0;
    struct figure *f = add(figures, &count, "PnL", 9,
                           h->day_pnl.v >= 5000    ? INK_GOOD
                           : h->day_pnl.v <= -5000 ? INK_BAD
                                                   : INK_TEXT);
    number_usd_signed(&f->text, h->day_pnl);
    int permille = number_permille(h->loss_used.v, h->loss_budget.v);
    f = add(figures, &count, "loss", 4,
            permille >= 900   ? INK_BAD
            : permille >= 600 ? INK_WARN
                              : INK_TEXT);
    text_add_format(&f->text, "%d%%", permille / 10);
    f = add(figures, &count, "unhedged", 8, h->unhedged.v > 0 ? INK_WARN : INK_TEXT);
    number_usd_short(&f->text, h->unhedged);
    f = add(figures, &count, "volume", 8, INK_TEXT);
    number_usd_short(&f->text, h->day_volume);
    f = add(figures, &count, "fees", 8, INK_TEXT);
    number_usd_short(&f->text, h->day_fees);
    return count;
}

static int figure_columns(const struct figure *figure) {
    return (int)strlen(figure->label) + 1 + figure->columns + 2;
}

static int draw_figure(struct console *console, struct rect area, int x, int y,
                       const struct figure *figure) {
    x = draw_string(&console->canvas, area, x, y, INK_FAINT, figure->label) + 1;
    draw_right(&console->canvas, area, x, y, figure->columns, figure->ink,
               text_slice(&figure->text));
    return x + figure->columns + 2;
}

static void draw_clock(struct console *console, struct rect area) {
    char data[32];
    struct text text = TEXT_OVER(data);
    if (console->silent_s > 0) {
        text_add_format(&text, " NO NEWS %llds ", (long long)console->silent_s);
        int columns = (int)text.size;
        (void)draw_text(&console->canvas, area, area.columns - columns, 0, INK_ALARM,
                        text_slice(&text));
        return;
    }
    number_clock(&text, console->view.header->now_ns);
    text_add_char(&text, 'Z');
    (void)draw_text(&console->canvas, area, area.columns - CLOCK_COLUMNS, 0, INK_STRONG,
                    text_slice(&text));
}

static int draw_override(struct console *console, struct rect area, int x, int y) {
    const struct state_header *h = console->view.header;
    if (!h->overridden) {
        return x;
    }
    char data[40];
    struct text text = TEXT_OVER(data);
    text_add_string(&text, "OVERRIDE ends in ");
    number_countdown(&text, h->override_until_ns - h->now_ns);
    return badge(console, area, x, y, INK_NOTICE, data) + 2;
}

static int draw_alarms(struct console *console, struct rect area, int x) {
    const struct state_header *h = console->view.header;
    if (h->alerts_open == 0) {
        return x;
    }
    char data[32];
    struct text text = TEXT_OVER(data);
    text_add_format(&text, "%u alarm%s", h->alerts_open, h->alerts_open == 1 ? "" : "s");
    return draw_text(&console->canvas, area, x, 1, INK_WARN, text_slice(&text)) + 2;
}

// While alarms wait, the foremost in its own words.
static bool draw_foremost(struct console *console, struct rect area, int x) {
    const struct state_alert *alert = alarm_foremost(&console->view);
    if (alert == NULL) {
        return false;
    }
    draw_left(&console->canvas, area, x, 1, area.columns - x - 1, alarm_ink(alert),
              slice_of(alert->text));
    return true;
}

static void draw_second(struct console *console, struct rect area, int x) {
    const struct state_header *h = console->view.header;
    struct canvas *canvas = &console->canvas;
    if (area.columns - x < 20) {
        return; // a stump of a sentence tells nothing
    }
    if (draw_foremost(console, area, x)) {
        return;
    }
    if (h->notice[0] != '\0') {
        draw_left(canvas, area, x, 1, area.columns - x - 1, INK_WARN, slice_of(h->notice));
    } else if (h->demo[0] != '\0') {
        draw_left(canvas, area, x, 1, area.columns - x - 1, INK_FAINT, slice_of(h->demo));
    }
}

void header_draw(struct console *console, struct rect area) {
    const struct state_header *h = console->view.header;
    struct canvas *canvas = &console->canvas;
    draw_fill(canvas, area, INK_TEXT);
    enum ink ink = INK_TEXT;
    const char *status = status_word(h, &ink);
    int x = draw_string(canvas, area, 1, 0, INK_STRONG, "perpdesk ");
    x = badge(console, area, x, 0, ink, status);
    x = badge(console, area, x + 1, 0, mode_ink(h), mode_word(h));
    if (console->looks) {
        x = badge(console, area, x + 1, 0, INK_NOTICE, "LOOKS");
    } else if (h->mode == DESK_LIVE) {
        x = badge(console, area, x + 1, 0, console->armed ? INK_LIVE : INK_NOTICE,
                  console->armed ? "ARMED" : "READ-ONLY");
    }
    if (!badge_says_state(h)) {
        x = draw_string(canvas, area, x + 1, 0, h->state == TRADING_ACTIVE ? INK_TEXT : INK_WARN,
                        state_word(h));
    }
    x = draw_string(canvas, area, x + 1, 0, INK_TEXT, risk_word(h)) + 2;
    struct figure figures[FIGURES_MAX];
    int count = figures_of(h, figures);
    int next = 0;
    int room = area.columns - CLOCK_COLUMNS - (console->silent_s > 0 ? 8 : 0);
    while (next < count && x + figure_columns(&figures[next]) - 1 <= room) {
        x = draw_figure(console, area, x, 0, &figures[next++]);
    }
    draw_clock(console, area);
    x = draw_override(console, area, 1, 1);
    x = draw_alarms(console, area, x);
    // Volume and fees give way to what an alarm says.
    int shown = h->alerts_open > 0 && count > FIGURES_WITH_ALARM ? FIGURES_WITH_ALARM : count;
    while (next < shown && x + figure_columns(&figures[next]) - 1 <= area.columns) {
        x = draw_figure(console, area, x, 1, &figures[next++]);
    }
    draw_second(console, area, x);
}

void header_draw_small(struct console *console) {
    struct canvas *canvas = &console->canvas;
    struct rect area = canvas_rect(canvas);
    const struct state_header *h = console->view.header;
    draw_fill(canvas, area, INK_TEXT);
    enum ink ink = INK_TEXT;
    const char *status = status_word(h, &ink);
    char data[120];
    struct text text = TEXT_OVER(data);
    text_add_format(&text, "%s %s ", status, mode_word(h));
    if (h->overridden) {
        text_add_string(&text, "OVERRIDE ");
        number_countdown(&text, h->override_until_ns - h->now_ns);
        text_add_char(&text, ' ');
    }
    text_add_string(&text, "PnL ");
    number_usd_signed(&text, h->day_pnl);
    text_add_string(&text, " unhedged ");
    number_usd_short(&text, h->unhedged);
    draw_left(canvas, area, 0, 0, area.columns, ink, text_slice(&text));
    draw_left(canvas, area, 0, 1, area.columns, INK_FAINT,
              SLICE("enlarge the window to 60x15 or more"));
    if (area.rows > 3 && console->message[0] != '\0') {
        draw_left(canvas, area, 0, 3, area.columns, console->message_ink,
                  slice_of(console->message));
    }
}

// Returns where the next one begins, 0 when there was no room for this.
static int draw_hint(struct console *console, struct rect area, int x,
                     void (*run)(struct console *console), const char *word) {
    char key[KEY_NAME_MAX + 4];
    struct text text = TEXT_OVER(key);
    keymap_print_first(&text, &console->keymap, run);
    if (x + (int)(strlen(key) + 1 + strlen(word)) > area.columns - 1) {
        return 0;
    }
    x = draw_string(&console->canvas, area, x, 0, INK_KEY, key) + 1;
    return draw_string(&console->canvas, area, x, 0, INK_FAINT, word) + 2;
}

void footer_draw(struct console *console, struct rect area) {
    struct canvas *canvas = &console->canvas;
    if (console->message[0] != '\0') {
        draw_left(canvas, area, 1, 0, area.columns - 2, console->message_ink,
                  slice_of(console->message));
        return;
    }
    static const struct {
        void (*run)(struct console *console);
        const char *word;
    } hints[] = {
        {act_help, "help"},           {act_quit, "quit"},       {act_pause, "pause"},
        {act_resume, "resume"},       {act_panic, "panic"},     {act_kill, "kill"},
        {act_risk_mode, "mode"},      {act_why, "why"},         {act_details, "details"},
        {act_filter, "filter"},       {act_zoom, "zoom"},       {act_next_pane, "pane"},
        {act_layout, "layout"},       {act_palette, "palette"}, {act_override, "override"},
        {act_threshold, "threshold"}, {act_state, "state"},     {act_cancel, "cancel"},
        {act_flatten, "flatten"},     {act_venue, "venue"},     {act_acknowledge, "acknowledge"},
        {act_sort, "sort"},
    };
    // While alarms wait the key that acknowledges them stands first.
    bool alarms = console->view.header->alerts_open > 0;
    int x = alarms ? draw_hint(console, area, 1, act_acknowledge, "acknowledge") : 1;
    for (size_t i = 0; i < COUNT_OF(hints) && x > 0; i++) {
        if (!alarms || hints[i].run != act_acknowledge) {
            x = draw_hint(console, area, x, hints[i].run, hints[i].word);
        }
    }
}
