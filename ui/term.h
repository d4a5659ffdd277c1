// The terminal: the only file that starts and stops curses.
//
// term_start takes the terminal over, term_stop gives it back; so do SIGSEGV, SIGABRT, SIGBUS,
// SIGFPE, SIGILL and a failed ASSERT, and SIGTERM, SIGHUP and SIGINT unless the program has its own
// handlers for them. One terminal at a time, one thread. An unknown TERM is replaced by a common
// one, never a reason to stop; a failed start says why in status_text().
#ifndef PERPDESK_UI_TERM_H
#define PERPDESK_UI_TERM_H

#include <stdio.h>

#include "ui/draw.h"
#include "ui/key.h"

enum term_colour { TERM_AUTO, TERM_MONO, TERM_8, TERM_16, TERM_256, TERM_TRUE };

struct term_options {
    enum term_colour colour; // AUTO: what the terminal has, none when NO_COLOR is set
    enum ink_scheme scheme;
    bool mouse;        // clicks and the wheel come as keys, where the terminal can tell them
    bool ascii;        // even where the locale is UTF-8
    FILE *in, *out;    // NULL: standard input and output
    int columns, rows; // size where `out` is no terminal; 0: 80x24
    bool synchronised; // wrap frames in DECSET 2026 where the terminal may know it
};

struct term; // one, inside term.c

enum status term_start(struct term **term, const struct term_options *options) MUST_CHECK;
void term_stop(struct term *term); // NULL allowed
bool term_utf8(const struct term *term);
struct ink_style term_style(const struct term *term);
// The next flush repaints everything in the new colours.
void term_set_scheme(struct term *term, struct canvas *canvas, enum ink_scheme scheme);
int term_input_fd(const struct term *term);
// The window's size now, as the system tells it.
void term_size(const struct term *term, int *columns, int *rows);
void term_resize(struct term *term, int columns, int rows);
void term_title(struct term *term, const char *title);
// Writes the cells that differ from what is shown. False when the terminal takes no output just
// now: nothing is lost, the next frame brings it. Writes nothing when nothing differs.
bool term_flush(struct term *term, struct canvas *canvas);
void term_redraw(struct term *term, struct canvas *canvas); // the next flush repaints everything
// The next key, INPUT_NONE when there is none. Pasted text is swallowed.
int term_key(struct term *term);
void term_drop_input(struct term *term); // type-ahead
// Where the mouse was at the last INPUT_CLICK, INPUT_WHEEL_UP or INPUT_WHEEL_DOWN.
void term_mouse(const struct term *term, int *x, int *y);
// Gives the terminal back, stops the process as ^Z does, and takes the terminal again.
void term_suspend(struct term *term, struct canvas *canvas);
bool term_suspend_asked(void); // by SIGTSTP; true once per signal
uint64_t term_cells_written(const struct term *term);
// Bytes of frames given to the terminal; where curses draws they are not known: 0.
uint64_t term_bytes_written(const struct term *term);

#endif
