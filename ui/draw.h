// A canvas of cells and the few things that are drawn on it.
//
// Panes draw into a rectangle of the canvas and never know the terminal: so they are tested without
// one, a screen is saved as text, and only cells that differ from what the terminal shows are ever
// handed to it. Everything is clipped to the rectangle; text from outside cannot bring control
// characters onto the screen, and a glyph the terminal lacks is replaced by an ASCII one. One
// thread owns a canvas.
#ifndef PERPDESK_UI_DRAW_H
#define PERPDESK_UI_DRAW_H

#include "base/buf.h"
#include "ui/ink.h"

enum { CANVAS_COLUMNS_MAX = 300, CANVAS_ROWS_MAX = 100 };

struct cell {
    uint32_t symbol; // code point, never 0
    uint8_t ink;
    uint8_t selected;
    uint16_t pad;
};

struct canvas {
    int columns, rows;
    bool utf8;
    struct cell *cells;            // CANVAS_COLUMNS_MAX to a row
    struct cell *shown;            // what the terminal shows
    bool touched[CANVAS_ROWS_MAX]; // rows written since the last flush
};

struct rect {
    int x, y, columns, rows;
};

// What has no place in ASCII. Order as in draw.c.
enum glyph {
    GLYPH_HORIZONTAL,
    GLYPH_VERTICAL,
    GLYPH_TEE_DOWN,
    GLYPH_CORNER_TOP_LEFT,
    GLYPH_CORNER_TOP_RIGHT,
    GLYPH_CORNER_BOTTOM_LEFT,
    GLYPH_CORNER_BOTTOM_RIGHT,
    GLYPH_BAR_FULL,
    GLYPH_BAR_EMPTY,
    GLYPH_ELLIPSIS,
    GLYPH_ARROW,
    GLYPH_MORE,
    GLYPH_LEVEL_1,
    GLYPH_LEVEL_2,
    GLYPH_LEVEL_3,
    GLYPH_LEVEL_4,
    GLYPH_LEVEL_5,
    GLYPH_LEVEL_6,
    GLYPH_LEVEL_7,
    GLYPH_LEVEL_8,
    GLYPH_COUNT
};

enum status canvas_create(struct canvas *canvas, bool utf8) MUST_CHECK;
void canvas_destroy(struct canvas *canvas);
// Blank, and nothing of it is taken to be on the terminal. Sizes are cut to the maximum.
void canvas_resize(struct canvas *canvas, int columns, int rows);
void canvas_forget_shown(struct canvas *canvas); // the next flush writes every cell
// The terminal was cleared: it shows blanks, in the look of INK_TEXT.
void canvas_blank_shown(struct canvas *canvas);
struct rect canvas_rect(const struct canvas *canvas);
const struct cell *canvas_cell(const struct canvas *canvas, int x, int y);
// Lines without trailing blanks, as UTF-8.
void canvas_save_text(const struct canvas *canvas, struct text *out);
// The same grid with one letter per cell for how it looks: its ink's letter, '#' where the row is
// selected; without colours the attributes: b bold, d dim, r reverse, R reverse and bold,
// u underline.
void canvas_save_looks(const struct canvas *canvas, struct ink_style style, struct text *out);

uint32_t draw_symbol(const struct canvas *canvas, enum glyph glyph);
// x and y are relative to the rectangle. Return the column after what was drawn.
int draw_text(struct canvas *canvas, struct rect area, int x, int y, enum ink ink,
              struct slice text);
int draw_string(struct canvas *canvas, struct rect area, int x, int y, enum ink ink,
                const char *text);
int draw_glyph(struct canvas *canvas, struct rect area, int x, int y, enum ink ink,
               enum glyph glyph);
// In `columns` columns from x; what does not fit ends in an ellipsis.
void draw_left(struct canvas *canvas, struct rect area, int x, int y, int columns, enum ink ink,
               struct slice text);
// The same, pushed right. A number that does not fit becomes '#': a cut number is a wrong number.
void draw_right(struct canvas *canvas, struct rect area, int x, int y, int columns, enum ink ink,
                struct slice text);
void draw_bar(struct canvas *canvas, struct rect area, int x, int y, int columns, int permille,
              enum ink ink);
// A block of one of DRAW_LEVELS heights, 0 the lowest: one point of a curve.
enum { DRAW_LEVELS = 8 };
void draw_level(struct canvas *canvas, struct rect area, int x, int y, enum ink ink, int level);
void draw_fill(struct canvas *canvas, struct rect area, enum ink ink);
void draw_rule(struct canvas *canvas, struct rect area, int y, enum ink ink);
void draw_frame(struct canvas *canvas, struct rect area, enum ink ink); // a box on its border
void draw_select(struct canvas *canvas, struct rect area, int y);
int draw_columns(struct slice text); // columns a text takes

#endif
