// Writing cells to terminals that speak ECMA-48, without asking terminfo for each move and colour.
//
// Curses works every cursor motion and colour out of terminfo programs anew: on a changing screen
// that is three quarters of a frame. The terminals named in ui/term.c all take the same two
// sequences, so for them a frame is put together here and written with one write(). Everything else
// goes through curses, which also starts, stops and reads the keyboard for both.
#ifndef PERPDESK_UI_TERM_DIRECT_H
#define PERPDESK_UI_TERM_DIRECT_H

#include "ui/draw.h"

enum { DIRECT_LOOK_MAX = 56 };

struct direct {
    char *data;
    size_t size, capacity;
    int x, y;         // where the cursor stands, -1 unknown
    const char *look; // the one in force, NULL unknown
    bool synchronised;
    char looks[INK_COUNT][2][DIRECT_LOOK_MAX];
};

enum status direct_create(struct direct *direct, struct ink_style style,
                          bool synchronised) MUST_CHECK;
void direct_destroy(struct direct *direct);
void direct_set_style(struct direct *direct, struct ink_style style);
void direct_begin(struct direct *direct, bool clear);
void direct_span(struct direct *direct, const struct cell *cells, int x, int y, int count);
// What is to be written now; empty when there was no span.
struct slice direct_end(struct direct *direct);
// "\033[0;1;38;5;109m" and the like, exact: "\033[0;1;38;2;135;175;175m"; `out` has
// DIRECT_LOOK_MAX bytes.
void direct_look_print(struct text *out, struct ink_look look, bool exact);

#endif
