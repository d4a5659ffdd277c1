// The console's inside, shared by its modes, actions and the loop. Nothing outside ui/ sees it.
#ifndef PERPDESK_UI_CONSOLE_INSIDE_H
#define PERPDESK_UI_CONSOLE_INSIDE_H

#include "ui/console.h"
#include "ui/grid.h"
#include "ui/keymap.h"
#include "ui/layout.h"
#include "ui/mode.h"
#include "ui/term.h"

enum {
    MESSAGE_MAX = 240,
    MESSAGE_MS = 6000,
    RESIZE_MS = 500, // from one picture of a new size to the next, while sizes change
    PROMPT_TEXT_MAX = 72,
    QUESTION_LINES_MAX = 4,
    DEAD_MS = 250, // a fresh dialog is deaf: what was typed before it was seen answers nothing
    PALETTE_TEXT_MAX = 64,
    PALETTE_HISTORY = 16,
    FRAMES_DEFAULT = 10,
    FRAMES_MOST = 60,
};

// A question that waits for y or n.
struct question {
    int count;
    char lines[QUESTION_LINES_MAX][160];
    bool has_request;
    struct control_request request;             // sent on yes
    void (*then)(struct console *console);      // after it was sent; NULL allowed
    void (*otherwise)(struct console *console); // on no; NULL allowed
    int64_t opened_ns;
};

struct prompt {
    char label[120];
    char text[PROMPT_TEXT_MAX];
    void (*done)(struct console *console, struct slice text);
};

struct reader {
    struct page page;
    int top;
    bool searching;
    char search[PANE_FILTER_MAX];
};

// The panic strip.
struct panic {
    int64_t opened_ns;
    enum trading_state before; // to go back to
    bool chosen;               // more than the block was asked for
    uint64_t seen;             // of the desk when it was drawn last
};

struct palette {
    char text[PALETTE_TEXT_MAX];
    char history[PALETTE_HISTORY][PALETTE_TEXT_MAX]; // newest first
    int history_count, history_at;                   // at: -1 is what is typed
    char typed[PALETTE_TEXT_MAX];                    // while the history is looked through
    char stem[PALETTE_TEXT_MAX];                     // what was typed before Tab completed it
    int choice; // Tab's place among the candidates, -1: none was taken
};

// What the console itself costs, of the second that runs.
struct meter {
    int64_t since_ns;
    uint64_t bytes_before;
    int64_t draw_ns;
    uint32_t frames, skipped;
};

struct console {
    struct console_options options;
    struct keymap keymap;
    struct view view;
    struct canvas canvas;
    struct term *term; // NULL: headless
    struct layout layout;
    struct pane panes[PANE_COUNT];
    enum pane_id focus,
        shared; // shared: brought into the place that panes share, or PANE_NONE
    bool zoomed;
    enum layout_preset preset;
    enum ink_scheme scheme;
    int frames_per_s;
    const struct mode *mode;
    struct question question;
    struct prompt prompt;
    struct reader reader;
    struct panic panic;
    struct palette palette;
    struct meter meter;
    char setting[PROMPT_TEXT_MAX]; // that the question is about
    int key;                       // the one being handled
    char message[MESSAGE_MAX];
    enum ink message_ink;
    int64_t message_until_ns;
    int64_t now_ns;              // machine time, or the script's
    int64_t resize_from_ns;      // when a new size is drawn even if it does not stand
    int seen_columns, seen_rows; // the window's, in the frame before
    int64_t news_ns;             // when the desk's clock last moved
    int64_t desk_ns;
    int64_t silent_s; // seconds without news, as shown
    bool header_dirty, footer_dirty, overlay_dirty, all_dirty;
    bool looks; // another console steers, or this one was attached to look only
    bool armed; // a live desk: what may raise risk passes
    int64_t armed_key_ns, armed_red_ns;
    bool quit;
    enum console_end end;
    uint64_t frames, frames_skipped;
};

enum status console_create(struct console *console,
                           const struct console_options *options) MUST_CHECK;
void console_destroy(struct console *console);
void console_key(struct console *console, int key);
// The mouse selects and scrolls, and does nothing else.
void console_mouse(struct console *console, int key, int x, int y);
// One draw pass: takes news from the link and draws what changed.
void console_frame(struct console *console);
void console_resize(struct console *console, int columns, int rows);
enum status console_save(const struct console *console, const char *name, bool inks) MUST_CHECK;

void console_arrange(struct console *console); // after focus, zoom or size changed
void console_focus(struct console *console, enum pane_id pane);
void console_set_preset(struct console *console, enum layout_preset preset);
void console_set_scheme(struct console *console, enum ink_scheme scheme);
int64_t console_frame_ns(const struct console *console); // between two frames
void console_set_mode(struct console *console, const struct mode *mode);
void console_say(struct console *console, enum ink ink, const char *format, ...) PRINTF_LIKE(3, 4);
void console_send(struct console *console, const struct control_request *request);
// Pause and kill are never behind a dialog: leaves the mode and runs them. False: another key.
bool console_reduce_key(struct console *console, int key);
struct pane *console_pane(struct console *console); // the focused one
// Asks y/n; the first line is formatted, more may be added.
struct question *console_ask(struct console *console, const char *format, ...) PRINTF_LIKE(2, 3);
void console_ask_line(struct question *question, const char *format, ...) PRINTF_LIKE(2, 3);
void console_prompt(struct console *console, void (*done)(struct console *, struct slice),
                    const char *format, ...) PRINTF_LIKE(3, 4);
void console_read(struct console *console); // shows reader.page

// arm.c
void arm_tick(struct console *console);
// False: a live desk's console that is not armed; says so.
bool arm_allows(struct console *console, const struct control_request *request);
bool arm_allows_setting(struct console *console); // whatever it is, it may raise risk

// steer.c: consoles beside this one, and a desk that is gone.
void steer_tick(struct console *console);
// Runs an action, unless this console only looks and the action steers the desk: then it says so.
void console_act(struct console *console, const struct action *action);
bool console_may_run(struct console *console, const struct action *action);
bool console_steers(const struct console *console);

void header_draw(struct console *console, struct rect area);
void header_draw_small(struct console *console);
void footer_draw(struct console *console, struct rect area);

#endif
