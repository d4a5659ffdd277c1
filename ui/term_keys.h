// Keys, clicks and pastes as curses reads them from the terminal, in the words of ui/key.h. Part of
// ui/term.c: curses has been started, one thread.
#ifndef PERPDESK_UI_TERM_KEYS_H
#define PERPDESK_UI_TERM_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct term_keys {
    struct _win_st *pad;  // a WINDOW of curses
    int mouse_x, mouse_y; // cell of the newest press
    bool pasting;
    int64_t pasted_ns; // when the paste was last heard of
};

enum status term_keys_open(struct term_keys *keys, bool mouse) MUST_CHECK;
void term_keys_close(struct term_keys *keys); // all zero allowed
// enum input or a character; INPUT_NONE: no key waits. What is pasted is swallowed.
int term_keys_read(struct term_keys *keys);

#endif
