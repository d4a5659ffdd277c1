// The console drives itself: a file of steps.
//
// One step a line, '#' begins a comment:
//   keys p y Enter Tab C-l    keys by name, one after the other
//   type btc                  every character of the rest of the line
//   wait 300                  milliseconds
//   size 120x40               of a headless console
//   save FILE                 the screen as text
//   inks FILE                 the screen with one letter per cell for its ink
#ifndef PERPDESK_UI_SCRIPT_H
#define PERPDESK_UI_SCRIPT_H

#include "ui/console_inside.h"

enum { SCRIPT_STEPS_MAX = 512, SCRIPT_LINE_MAX = 128 };

enum script_kind { SCRIPT_KEYS, SCRIPT_TYPE, SCRIPT_WAIT, SCRIPT_SIZE, SCRIPT_SAVE, SCRIPT_INKS };

struct script_step {
    enum script_kind kind;
    int line;
    int number, number2; // wait: ms; size: columns, rows
    char text[SCRIPT_LINE_MAX];
};

struct script {
    int count, next;
    struct script_step steps[SCRIPT_STEPS_MAX];
};

// All mistakes of a script are found before its first step: STATUS_DATA with file and line.
enum status script_load(struct script *script, const char *path) MUST_CHECK;
enum status script_parse(struct script_step *step, struct slice line) MUST_CHECK;
// Runs the next step; *wait_ms is how long to go on drawing before the one after it.
enum status script_run(struct script *script, struct console *console, int *wait_ms) MUST_CHECK;
bool script_is_over(const struct script *script);

#endif
