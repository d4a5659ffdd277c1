// Cells: every write goes through put(), which clips.
#include "ui/draw.h"

#include <stdlib.h>

struct glyph_row {
    uint32_t symbol;
    char ascii;
};

static const struct glyph_row glyph_rows[GLYPH_COUNT] = {
    [GLYPH_HORIZONTAL] = {0x2500, '-'},
    [GLYPH_VERTICAL] = {0x2502, '|'},
    [GLYPH_TEE_DOWN] = {0x252C, '+'},
    [GLYPH_CORNER_TOP_LEFT] = {0x250C, '+'},
    [GLYPH_CORNER_TOP_RIGHT] = {0x2510, '+'},
    [GLYPH_CORNER_BOTTOM_LEFT] = {0x2514, '+'},
    [GLYPH_CORNER_BOTTOM_RIGHT] = {0x2518, '+'},
    [GLYPH_BAR_FULL] = {0x2501, '='},
    [GLYPH_BAR_EMPTY] = {0x2500, '.'},
    [GLYPH_ELLIPSIS] = {0x2026, '~'},
    [GLYPH_ARROW] = {0x2192, '>'},
    [GLYPH_MORE] = {0x2193, 'v'},
    // In ASCII fewer heights can be told apart.
    [GLYPH_LEVEL_1] = {0x2581, '_'},
    [GLYPH_LEVEL_2] = {0x2582, '_'},
    [GLYPH_LEVEL_3] = {0x2583, '.'},
    [GLYPH_LEVEL_4] = {0x2584, '-'},
    [GLYPH_LEVEL_5] = {0x2585, '-'},
    [GLYPH_LEVEL_6] = {0x2586, '='},
    [GLYPH_LEVEL_7] = {0x2587, '='},
    [GLYPH_LEVEL_8] = {0x2588, '#'},
};

static struct cell *at(const struct canvas *canvas, int x, int y) {
    return &canvas->cells[y * CANVAS_COLUMNS_MAX + x];
}

enum status canvas_create(struct canvas *canvas, bool utf8) {
    size_t cells = (size_t)CANVAS_COLUMNS_MAX * CANVAS_ROWS_MAX;
    *canvas = (struct canvas){.utf8 = utf8};
    canvas->cells = calloc(cells, sizeof(struct cell));
    canvas->shown = calloc(cells, sizeof(struct cell));
    if (canvas->cells == NULL || canvas->shown == NULL) {
        canvas_destroy(canvas);
        return status_fail_errno(STATUS_SYSTEM, "memory for the screen");
    }
    canvas_resize(canvas, 80, 24);
    return STATUS_OK;
}

void canvas_destroy(struct canvas *canvas) {
    if (canvas == NULL) {
        return;
    }
    free(canvas->cells);
    free(canvas->shown);
    *canvas = (struct canvas){0};
}

static int clamp(int value, int least, int most) {
    return value < least ? least : value > most ? most : value;
}

void canvas_resize(struct canvas *canvas, int columns, int rows) {
    canvas->columns = clamp(columns, 1, CANVAS_COLUMNS_MAX);
    canvas->rows = clamp(rows, 1, CANVAS_ROWS_MAX);
    draw_fill(canvas, canvas_rect(canvas), INK_TEXT);
    canvas_forget_shown(canvas);
}

void canvas_forget_shown(struct canvas *canvas) {
    // A code point of 0 is on no terminal, so every cell differs.
    memset(canvas->shown, 0, sizeof(struct cell) * CANVAS_COLUMNS_MAX * (size_t)canvas->rows);
    memset(canvas->touched, true, sizeof(canvas->touched));
}

void canvas_blank_shown(struct canvas *canvas) {
    for (int y = 0; y < canvas->rows; y++) {
        for (int x = 0; x < canvas->columns; x++) {
            canvas->shown[y * CANVAS_COLUMNS_MAX + x] =
                (struct cell){.symbol = ' ', .ink = INK_TEXT};
        }
    }
}

struct rect canvas_rect(const struct canvas *canvas) {
    return (struct rect){0, 0, canvas->columns, canvas->rows};
}

const struct cell *canvas_cell(const struct canvas *canvas, int x, int y) {
    ASSERT(x >= 0 && x < canvas->columns);
    ASSERT(y >= 0 && y < canvas->rows);
    return at(canvas, x, y);
}

static void put(struct canvas *canvas, struct rect area, int x, int y, enum ink ink,
                uint32_t symbol) {
    if (x < 0 || y < 0 || x >= area.columns || y >= area.rows) {
        return;
    }
    x += area.x;
    y += area.y;
    if (x < 0 || y < 0 || x >= canvas->columns || y >= canvas->rows) {
        return;
    }
    *at(canvas, x, y) = (struct cell){.symbol = symbol, .ink = (uint8_t)ink};
    canvas->touched[y] = true;
}

uint32_t draw_symbol(const struct canvas *canvas, enum glyph glyph) {
    ASSERT((unsigned)glyph < GLYPH_COUNT);
    return canvas->utf8 ? glyph_rows[glyph].symbol : (uint32_t)glyph_rows[glyph].ascii;
}

// One code point of UTF-8, narrow and printable, or '?' for one byte of anything else.
static uint32_t next_symbol(struct slice *text) {
    const unsigned char *p = (const unsigned char *)text->data;
    size_t size = 1;
    uint32_t symbol = p[0];
    if (symbol >= 0x20 && symbol < 0x7F) { // nearly all of it
        text->data++;
        text->size--;
        return symbol;
    }
    if (p[0] >= 0xC2 && p[0] <= 0xDF && text->size >= 2) {
        size = 2;
        symbol = p[0] & 0x1FU;
    } else if (p[0] >= 0xE0 && p[0] <= 0xEF && text->size >= 3) {
        size = 3;
        symbol = p[0] & 0x0FU;
    }
    for (size_t i = 1; i < size; i++) {
        if ((p[i] & 0xC0U) != 0x80U) {
            size = 1;
            break;
        }
        symbol = symbol << 6 | (p[i] & 0x3FU);
    }
    text->data += size;
    text->size -= size;
    if (size == 1) {
        return '?';
    }
    // Latin, Greek, Cyrillic, punctuation, arrows, lines and blocks are one column wide everywhere.
    bool narrow = (symbol >= 0xA1 && symbol < 0x300 && symbol != 0xAD) ||
                  (symbol >= 0x370 && symbol < 0x483) || (symbol >= 0x2010 && symbol < 0x2028) ||
                  (symbol >= 0x2190 && symbol < 0x2194) || (symbol >= 0x2500 && symbol < 0x25A0);
    return narrow ? symbol : '?';
}

int draw_columns(struct slice text) {
    int columns = 0;
    while (text.size > 0) {
        (void)next_symbol(&text);
        columns++;
    }
    return columns;
}

static uint32_t shown_symbol(const struct canvas *canvas, uint32_t symbol) {
    if (symbol < 0x80 || canvas->utf8) {
        return symbol;
    }
    for (size_t i = 0; i < COUNT_OF(glyph_rows); i++) {
        if (glyph_rows[i].symbol == symbol) {
            return (uint32_t)glyph_rows[i].ascii;
        }
    }
    return '?';
}

int draw_text(struct canvas *canvas, struct rect area, int x, int y, enum ink ink,
              struct slice text) {
    while (text.size > 0) {
        uint32_t symbol = next_symbol(&text);
        put(canvas, area, x, y, ink, shown_symbol(canvas, symbol));
        x++;
    }
    return x;
}

int draw_string(struct canvas *canvas, struct rect area, int x, int y, enum ink ink,
                const char *text) {
    return draw_text(canvas, area, x, y, ink, slice_of(text));
}

int draw_glyph(struct canvas *canvas, struct rect area, int x, int y, enum ink ink,
               enum glyph glyph) {
    put(canvas, area, x, y, ink, draw_symbol(canvas, glyph));
    return x + 1;
}

void draw_left(struct canvas *canvas, struct rect area, int x, int y, int columns, enum ink ink,
               struct slice text) {
    if (columns <= 0) {
        return;
    }
    bool cut = draw_columns(text) > columns;
    int room = cut ? columns - 1 : columns;
    for (int i = 0; i < room && text.size > 0; i++) {
        uint32_t symbol = next_symbol(&text);
        put(canvas, area, x + i, y, ink, shown_symbol(canvas, symbol));
    }
    if (cut) {
        draw_glyph(canvas, area, x + room, y, ink, GLYPH_ELLIPSIS);
    }
}

void draw_right(struct canvas *canvas, struct rect area, int x, int y, int columns, enum ink ink,
                struct slice text) {
    int used = draw_columns(text);
    if (used <= columns) {
        draw_text(canvas, area, x + columns - used, y, ink, text);
        return;
    }
    for (int i = 0; i < columns; i++) {
        put(canvas, area, x + i, y, ink, '#');
    }
}

void draw_bar(struct canvas *canvas, struct rect area, int x, int y, int columns, int permille,
              enum ink ink) {
    permille = clamp(permille, 0, 1000);
    int full = (permille * columns + 500) / 1000;
    if (permille > 0 && full == 0) {
        full = 1; // something is never nothing
    }
    for (int i = 0; i < columns; i++) {
        if (i < full) {
            draw_glyph(canvas, area, x + i, y, ink, GLYPH_BAR_FULL);
        } else {
            draw_glyph(canvas, area, x + i, y, INK_RULE, GLYPH_BAR_EMPTY);
        }
    }
}

void draw_level(struct canvas *canvas, struct rect area, int x, int y, enum ink ink, int level) {
    draw_glyph(canvas, area, x, y, ink,
               (enum glyph)(GLYPH_LEVEL_1 + clamp(level, 0, DRAW_LEVELS - 1)));
}

static int at_most(int value, int most) {
    return value < most ? value : most;
}

void draw_fill(struct canvas *canvas, struct rect area, enum ink ink) {
    const struct cell blank = {.symbol = ' ', .ink = (uint8_t)ink};
    int left = area.x > 0 ? area.x : 0;
    int right = at_most(area.x + area.columns, canvas->columns);
    int bottom = at_most(area.y + area.rows, canvas->rows);
    for (int y = area.y > 0 ? area.y : 0; y < bottom && left < right; y++) {
        struct cell *row = at(canvas, 0, y);
        for (int x = left; x < right; x++) {
            row[x] = blank;
        }
        canvas->touched[y] = true;
    }
}

void draw_rule(struct canvas *canvas, struct rect area, int y, enum ink ink) {
    for (int x = 0; x < area.columns; x++) {
        draw_glyph(canvas, area, x, y, ink, GLYPH_HORIZONTAL);
    }
}

void draw_frame(struct canvas *canvas, struct rect area, enum ink ink) {
    draw_rule(canvas, area, 0, ink);
    draw_rule(canvas, area, area.rows - 1, ink);
    for (int y = 1; y < area.rows - 1; y++) {
        draw_glyph(canvas, area, 0, y, ink, GLYPH_VERTICAL);
        draw_glyph(canvas, area, area.columns - 1, y, ink, GLYPH_VERTICAL);
    }
    draw_glyph(canvas, area, 0, 0, ink, GLYPH_CORNER_TOP_LEFT);
    draw_glyph(canvas, area, area.columns - 1, 0, ink, GLYPH_CORNER_TOP_RIGHT);
    draw_glyph(canvas, area, 0, area.rows - 1, ink, GLYPH_CORNER_BOTTOM_LEFT);
    draw_glyph(canvas, area, area.columns - 1, area.rows - 1, ink, GLYPH_CORNER_BOTTOM_RIGHT);
}

void draw_select(struct canvas *canvas, struct rect area, int y) {
    if (y < 0 || y >= area.rows || area.y + y >= canvas->rows) {
        return;
    }
    for (int x = area.x; x < area.x + area.columns && x < canvas->columns; x++) {
        at(canvas, x, area.y + y)->selected = true;
    }
    canvas->touched[area.y + y] = true;
}

static void add_utf8(struct text *out, uint32_t symbol) {
    if (symbol < 0x80) {
        text_add_char(out, (char)symbol);
    } else if (symbol < 0x800) {
        text_add_char(out, (char)(0xC0U | symbol >> 6));
        text_add_char(out, (char)(0x80U | (symbol & 0x3FU)));
    } else {
        text_add_char(out, (char)(0xE0U | symbol >> 12));
        text_add_char(out, (char)(0x80U | (symbol >> 6 & 0x3FU)));
        text_add_char(out, (char)(0x80U | (symbol & 0x3FU)));
    }
}

static char look_letter(const struct cell *cell, struct ink_style style) {
    if (style.depth != DEPTH_MONO && style.scheme != SCHEME_MONO) {
        return cell->selected ? '#' : ink_letter((enum ink)cell->ink);
    }
    struct ink_look look = ink_look(style, (enum ink)cell->ink, cell->selected != 0);
    if ((look.attributes & INK_REVERSE) != 0) {
        return (look.attributes & INK_BOLD) != 0 ? 'R' : 'r';
    }
    return (look.attributes & INK_BOLD) != 0        ? 'b'
           : (look.attributes & INK_DIM) != 0       ? 'd'
           : (look.attributes & INK_UNDERLINE) != 0 ? 'u'
                                                    : '.';
}

void canvas_save_text(const struct canvas *canvas, struct text *out) {
    for (int y = 0; y < canvas->rows; y++) {
        int end = canvas->columns;
        while (end > 0 && at(canvas, end - 1, y)->symbol == ' ') {
            end--;
        }
        for (int x = 0; x < end; x++) {
            add_utf8(out, at(canvas, x, y)->symbol);
        }
        text_add_char(out, '\n');
    }
}

void canvas_save_looks(const struct canvas *canvas, struct ink_style style, struct text *out) {
    for (int y = 0; y < canvas->rows; y++) {
        size_t end = out->size;
        for (int x = 0; x < canvas->columns; x++) {
            const struct cell *cell = at(canvas, x, y);
            char letter = look_letter(cell, style);
            // What is blank looks like nothing unless its background or its selection shows.
            bool shows = strchr("#rRFANRPDLQI", letter) != NULL;
            letter = cell->symbol == ' ' && !shows ? ' ' : letter;
            text_add_char(out, letter);
            end = letter != ' ' ? out->size : end;
        }
        out->size = end;
        text_add_char(out, '\n');
    }
}
