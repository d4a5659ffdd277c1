// Giving the terminal back when the program dies. Private to ui/term.c.
#ifndef PERPDESK_UI_TERM_SIGNAL_H
#define PERPDESK_UI_TERM_SIGNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

// Remembers how to restore: the settings `fd` has now, and fd_farewell, where the farewell will be
// written (one that does not block, if there is one). To be called before curses changes anything.
void term_signal_note(int fd, int fd_farewell);
// From here on a crash restores. Takes over only signals that are at their default.
void term_signal_arm(struct slice farewell);
void term_signal_disarm(void);
// Async-signal-safe; does nothing while disarmed, and nothing the second time.
void term_signal_restore(void);
bool term_signal_stop_asked(void); // SIGTSTP came; true once

#endif
