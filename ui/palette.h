// The words of the palette: every action by its name, and those that take arguments with them.
//
// "flatten okx BTC/USDT", "venue-role okx off", "pane jobs". What is missing or wrong is said; what
// raises risk asks as its key does.
#ifndef PERPDESK_UI_PALETTE_H
#define PERPDESK_UI_PALETTE_H

#include "ui/console_inside.h"

enum { PALETTE_CANDIDATES_MAX = 64, PALETTE_WORD_MAX = 24, PALETTE_HELP_MAX = 120 };

struct palette_candidates {
    int count;
    char words[PALETTE_CANDIDATES_MAX][PALETTE_WORD_MAX];
};

// What the word at the end of `line` may become, in order; `line` ends where the word does.
void palette_complete(const struct console *console, struct slice line,
                      struct palette_candidates *out);
// What the line would do, or what it still needs.
void palette_explain(const struct console *console, struct slice line, struct text *out);
void palette_run(struct console *console, struct slice line);

#endif
