// A frame as bytes. Two sequences are used: CUP to move, SGR to set a whole look at once.
#include "ui/term_direct.h"

#include <stdlib.h>

enum {
    CELL_BYTES = DIRECT_LOOK_MAX + 4 + 12, // worst case: move, look, symbol for every cell
    FRAME_BYTES = 64,
};

static void add_colour(struct text *out, int colour, int base, int bright_base, int extended,
                       bool exact) {
    if (colour < 0) {
        return;
    }
    if (exact) {
        uint32_t rgb = ink_rgb(colour);
        text_add_format(out, ";%d;2;%u;%u;%u", extended, rgb >> 16, rgb >> 8 & 0xFFU, rgb & 0xFFU);
    } else if (colour < 8) {
        text_add_format(out, ";%d", base + colour);
    } else if (colour < 16) {
        text_add_format(out, ";%d", bright_base + colour - 8);
    } else {
        text_add_format(out, ";%d;5;%d", extended, colour);
    }
}

void direct_look_print(struct text *out, struct ink_look look, bool exact) {
    text_add_string(out, "\033[0");
    text_add_string(out, (look.attributes & INK_BOLD) != 0 ? ";1" : "");
    text_add_string(out, (look.attributes & INK_DIM) != 0 ? ";2" : "");
    text_add_string(out, (look.attributes & INK_UNDERLINE) != 0 ? ";4" : "");
    text_add_string(out, (look.attributes & INK_REVERSE) != 0 ? ";7" : "");
    add_colour(out, look.foreground, 30, 90, 38, exact);
    add_colour(out, look.background, 40, 100, 48, exact);
    text_add_char(out, 'm');
    ASSERT(!out->truncated);
}

void direct_set_style(struct direct *direct, struct ink_style style) {
    for (int ink = 0; ink < INK_COUNT; ink++) {
        for (int selected = 0; selected < 2; selected++) {
            struct text text = TEXT_OVER(direct->looks[ink][selected]);
            direct_look_print(&text, ink_look(style, (enum ink)ink, selected != 0),
                              style.depth == DEPTH_TRUE);
        }
    }
}

enum status direct_create(struct direct *direct, struct ink_style style, bool synchronised) {
    *direct = (struct direct){.synchronised = synchronised, .x = -1, .y = -1};
    direct->capacity = (size_t)CANVAS_COLUMNS_MAX * CANVAS_ROWS_MAX * CELL_BYTES + FRAME_BYTES;
    direct->data = malloc(direct->capacity);
    if (direct->data == NULL) {
        return status_fail_errno(STATUS_SYSTEM, "memory for the terminal's output");
    }
    direct_set_style(direct, style);
    return STATUS_OK;
}

void direct_destroy(struct direct *direct) {
    free(direct->data);
    direct->data = NULL;
}

static void add(struct direct *direct, const char *bytes, size_t size) {
    ASSERT(direct->size + size <= direct->capacity);
    memcpy(direct->data + direct->size, bytes, size);
    direct->size += size;
}

static void add_string(struct direct *direct, const char *text) {
    add(direct, text, strlen(text));
}

static void add_number(struct direct *direct, int number) {
    char digits[4];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0 && at > 0);
    add(direct, digits + at, sizeof(digits) - at);
}

static void move(struct direct *direct, int x, int y) {
    if (direct->x == x && direct->y == y) {
        return;
    }
    add_string(direct, "\033[");
    add_number(direct, y + 1);
    add_string(direct, ";");
    add_number(direct, x + 1);
    add_string(direct, "H");
    direct->x = x;
    direct->y = y;
}

static void add_symbol(struct direct *direct, uint32_t symbol) {
    char bytes[3];
    if (symbol < 0x80) {
        bytes[0] = (char)symbol;
        add(direct, bytes, 1);
    } else if (symbol < 0x800) {
        bytes[0] = (char)(0xC0U | symbol >> 6);
        bytes[1] = (char)(0x80U | (symbol & 0x3FU));
        add(direct, bytes, 2);
    } else {
        bytes[0] = (char)(0xE0U | symbol >> 12);
        bytes[1] = (char)(0x80U | (symbol >> 6 & 0x3FU));
        bytes[2] = (char)(0x80U | (symbol & 0x3FU));
        add(direct, bytes, 3);
    }
}

// Before the first byte: what is cleared is never seen empty.
static void begin_synchronised(struct direct *direct) {
    if (direct->size == 0 && direct->synchronised) {
        add_string(direct, "\033[?2026h");
    }
}

void direct_begin(struct direct *direct, bool clear) {
    direct->size = 0;
    direct->look = NULL;
    // Others write between frames (title, a resize): trust no position.
    direct->x = -1;
    direct->y = -1;
    if (clear) {
        begin_synchronised(direct);
        add_string(direct, "\033[0m\033[2J");
    }
}

void direct_span(struct direct *direct, const struct cell *cells, int x, int y, int count) {
    begin_synchronised(direct);
    move(direct, x, y);
    for (int i = 0; i < count; i++) {
        const struct cell *cell = &cells[x + i];
        ASSERT(cell->ink < INK_COUNT);
        const char *look = direct->looks[cell->ink][cell->selected ? 1 : 0];
        if (look != direct->look) {
            add_string(direct, look);
            direct->look = look;
        }
        add_symbol(direct, cell->symbol);
    }
    direct->x += count; // past the last column it is a place no span begins at
}

struct slice direct_end(struct direct *direct) {
    if (direct->size > 0) {
        add_string(direct, direct->synchronised ? "\033[0m\033[?2026l" : "\033[0m");
    }
    return (struct slice){direct->data, direct->size};
}
