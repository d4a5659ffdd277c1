// The console: one loop that waits for keys and draws one frame at a time.
//
// It knows the desk only through the link. console_run returns when the person quits, when `stop`
// becomes true, or when the script ends; what quitting means for the desk is the caller's matter.
// It runs on the calling thread, gives the terminal back before it returns, and never waits for the
// desk. Trading does not notice it.
#ifndef PERPDESK_UI_CONSOLE_H
#define PERPDESK_UI_CONSOLE_H

#include <stdatomic.h>
#include <stdio.h>

#include "ui/ink.h"
#include "ui/link.h"

enum console_colour {
    CONSOLE_AUTO,
    CONSOLE_MONO,
    CONSOLE_8,
    CONSOLE_16,
    CONSOLE_256,
    CONSOLE_TRUE
};

struct console_options {
    struct link link;
    int frames_per_s;           // 1..60; 0: 10
    enum console_colour colour; // AUTO: what the terminal has; none when NO_COLOR is set
    enum ink_scheme scheme;
    bool ascii;       // no line drawing even where the locale is UTF-8
    bool mouse;       // clicks select, the wheel scrolls; nothing is ever sent by the mouse
    bool calm;        // one frame a second, moves are not marked
    const char *keys; // changes of the action table's keys, see ui/keymap.h; NULL: none
    int override_s;   // what `o` asks for; 0: 300
    // A file of steps the console gives itself (see ui/script.h); NULL: none. It ends with the
    // last step.
    const char *script;
    const char *save_folder; // where a script and `D` save screens; NULL: the current one
    // Tests: no terminal at all (draws on the canvas only), and time that passes only in `wait`.
    bool headless, virtual_time;
    int columns, rows;       // size of a headless console; 0: 80x24
    bool utf8;               // of a headless console
    FILE *in, *out;          // NULL: standard input and output
    const atomic_bool *stop; // NULL: none
};

enum console_end { CONSOLE_QUIT, CONSOLE_STOPPED, CONSOLE_SCRIPT_ENDED, CONSOLE_HUNG_UP };

enum status console_run(const struct console_options *options, enum console_end *end) MUST_CHECK;

// STATUS_CONFIG with a sentence when these changes of the keys cannot be.
enum status console_check_keys(const char *keys) MUST_CHECK;

#endif
