// What a key means now: one mode is active, and each is a table of functions.
#ifndef PERPDESK_UI_MODE_H
#define PERPDESK_UI_MODE_H

#include "ui/draw.h"

struct console;

struct mode {
    const char *name;
    void (*key)(struct console *console, int key);
    void (*tick)(struct console *console);    // once a frame; NULL allowed
    void (*overlay)(struct console *console); // drawn over the panes; NULL allowed
    void (*footer)(struct console *console, struct rect area);
};

extern const struct mode mode_normal, mode_confirm, mode_prompt, mode_filter, mode_reader,
    mode_panic, mode_palette, mode_gone;

#endif
