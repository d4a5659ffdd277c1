// Keys are read through a pad of their own, because reading from a window would refresh it behind
// our back.
#define NCURSES_WIDECHAR 1
#include "ui/term_keys.h"

#include <curses.h>
#include <wchar.h>

#include "base/clock.h"
#include "ui/key.h"

enum {
    CODE_PASTE_BEGIN = KEY_MAX + 1,
    CODE_PASTE_END,
    PASTE_QUIET_MS = 5000, // a paste whose end got lost ends by itself
};

enum status term_keys_open(struct term_keys *keys, bool mouse) {
    if (raw() == ERR || noecho() == ERR || nonl() == ERR) {
        // Not a terminal (a file, a pipe): then there are no keys to prepare for.
    }
    *keys = (struct term_keys){.pad = newpad(1, 1)};
    if (keys->pad == NULL) {
        return status_fail(STATUS_SYSTEM, "memory for the keyboard");
    }
    (void)keypad(keys->pad, TRUE);
    (void)nodelay(keys->pad, TRUE);
    if (mouse) {
        (void)mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
        (void)mouseinterval(0); // a press is told at once, not after it might be a double click
    }
    (void)define_key("\033[200~", CODE_PASTE_BEGIN);
    (void)define_key("\033[201~", CODE_PASTE_END);
    return STATUS_OK;
}

void term_keys_close(struct term_keys *keys) {
    if (keys->pad != NULL) {
        (void)delwin(keys->pad);
    }
}

struct key_row {
    int code;
    int input;
};

static int input_of_code(wint_t code) {
    static const struct key_row rows[] = {
        {KEY_UP, INPUT_UP},
        {KEY_DOWN, INPUT_DOWN},
        {KEY_LEFT, INPUT_LEFT},
        {KEY_RIGHT, INPUT_RIGHT},
        {KEY_PPAGE, INPUT_PAGE_UP},
        {KEY_NPAGE, INPUT_PAGE_DOWN},
        {KEY_HOME, INPUT_HOME},
        {KEY_END, INPUT_END},
        {KEY_BTAB, INPUT_BACK_TAB},
        {KEY_ENTER, INPUT_ENTER},
        {KEY_DC, INPUT_DELETE},
        {KEY_BACKSPACE, INPUT_BACKSPACE},
        {CODE_PASTE_BEGIN, INPUT_PASTE_BEGIN},
        {CODE_PASTE_END, INPUT_PASTE_END},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if ((wint_t)rows[i].code == code) {
            return rows[i].input;
        }
    }
    return code >= KEY_F(1) && code <= KEY_F(12) ? INPUT_F1 + (int)(code - KEY_F(1))
                                                 : INPUT_IGNORED;
}

static int input_of_text(wint_t symbol) {
    switch (symbol) {
    case '\t':
        return INPUT_TAB;
    case '\r':
    case '\n':
        return INPUT_ENTER;
    case 0x1B:
        return INPUT_ESCAPE;
    case 0x7F:
    case 0x08:
        return INPUT_BACKSPACE;
    case ' ':
        return INPUT_SPACE;
    default:
        return symbol < INPUT_BASE ? (int)symbol : INPUT_IGNORED;
    }
}

static int read_mouse(struct term_keys *keys) {
    MEVENT event;
    if (getmouse(&event) != OK) {
        return INPUT_IGNORED;
    }
    keys->mouse_x = event.x;
    keys->mouse_y = event.y;
    return (event.bstate & BUTTON1_PRESSED) != 0   ? INPUT_CLICK
           : (event.bstate & BUTTON4_PRESSED) != 0 ? INPUT_WHEEL_UP
           : (event.bstate & BUTTON5_PRESSED) != 0 ? INPUT_WHEEL_DOWN
                                                   : INPUT_IGNORED;
}

static int read_key(struct term_keys *keys) {
    wint_t symbol = 0;
    int kind = wget_wch(keys->pad, &symbol);
    if (kind == ERR) {
        return INPUT_NONE;
    }
    if (kind == KEY_CODE_YES && symbol == KEY_MOUSE) {
        return read_mouse(keys);
    }
    return kind == KEY_CODE_YES ? input_of_code(symbol) : input_of_text(symbol);
}

int term_keys_read(struct term_keys *keys) {
    // Bounded: a paste of any size may take several frames, it still fires nothing.
    for (int i = 0; i < 4096; i++) {
        int key = read_key(keys);
        int64_t now_ns = keys->pasting || key == INPUT_PASTE_BEGIN ? mono_now_ns() : 0;
        if (key == INPUT_PASTE_BEGIN) {
            keys->pasting = true;
            keys->pasted_ns = now_ns;
            continue;
        }
        if (!keys->pasting) {
            return key;
        }
        if (key == INPUT_PASTE_END) {
            keys->pasting = false;
            continue;
        }
        bool quiet = now_ns - keys->pasted_ns > PASTE_QUIET_MS * NS_PER_MS;
        if (key == INPUT_NONE || quiet) {
            keys->pasting = !quiet;
            return quiet ? key : INPUT_NONE;
        }
        keys->pasted_ns = now_ns;
    }
    return INPUT_IGNORED;
}
