// The console's inside, shared by its modes, actions and the loop. Nothing outside ui/ sees it.
#ifndef PERPDESK_UI_CONSOLE_INSIDE_H
#define PERPDESK_UI_CONSOLE_INSIDE_H

#include "ui/console.h"
#include "ui/grid.h"
#include "ui/layout.h"
#include "ui/mode.h"
#include "ui/term.h"

enum { MESSAGE_MAX = 240, MESSAGE_MS = 6000, PROMPT_TEXT_MAX = 24, QUESTION_LINES_MAX = 4 };

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
    char label[80];
    char text[PROMPT_TEXT_MAX];
    void (*done)(struct console *console, struct slice text);
};

struct reader {
    struct page page;
    int top;
    bool searching;
    char search[PANE_FILTER_MAX];
};

struct console {
    struct console_options options;
    struct view view;
    struct canvas canvas;
    struct term *term; // NULL: headless
    struct layout layout;
    struct pane panes[PANE_COUNT];
    enum pane_id focus, shared;
    bool zoomed;
    const struct mode *mode;
    struct question question;
    struct prompt prompt;
    struct reader reader;
    int key; // the one being handled
    char message[MESSAGE_MAX];
    enum ink message_ink;
    int64_t message_until_ns;
    int64_t now_ns;  // machine time, or the script's
    int64_t news_ns; // when the desk's clock last moved
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
// One draw pass: takes news from the link and draws what changed.
void console_frame(struct console *console);
void console_resize(struct console *console, int columns, int rows);
enum status console_save(const struct console *console, const char *name, bool inks) MUST_CHECK;

void console_arrange(struct console *console); // after focus, zoom or size changed
void console_focus(struct console *console, enum pane_id pane);
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

// steer.c: consoles beside this one, and a desk that is gone.
void steer_tick(struct console *console);
bool console_steers(const struct console *console);

void header_draw(struct console *console, struct rect area);
void header_draw_small(struct console *console);
void footer_draw(struct console *console, struct rect area);

#endif
