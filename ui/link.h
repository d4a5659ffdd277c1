// Where the picture of the desk comes from and where a person's commands go.
//
// The console knows the desk only through this: sections to copy, a request to make, log lines and
// the names of venues and symbols. `link_local` serves a desk in the same process; a desk behind a
// socket is another table of the same functions. Every function is called by the console's thread
// only and must return soon: a slow link would hold the keyboard.
#ifndef PERPDESK_UI_LINK_H
#define PERPDESK_UI_LINK_H

#include "base/log.h"
#include "engine/control.h"
#include "engine/state.h"

struct link_ops {
    const char *name; // "local"
    // Once a frame, before anything else is asked; NULL: nothing to do.
    void (*refresh)(void *self);
    // A section's version: it changes whenever its rows did. 0 = never published.
    uint64_t (*version)(void *self, enum state_section section);
    // Copies a section; `rows` has room for state_rows_max() rows. Returns the number of rows.
    uint32_t (*read)(void *self, enum state_section section, void *rows, uint64_t *version);
    // Hands a request in. `answer` gets a sentence either way.
    enum status (*control)(void *self, const struct control_request *request,
                           struct text *answer) MUST_CHECK;
    // One setting, "section.key=value"; `answer` gets a sentence either way. NULL: they stand.
    enum status (*set)(void *self, struct slice change, struct text *answer) MUST_CHECK;
    // As log_recent.
    int (*log)(void *self, uint64_t after, struct log_line *out, int max, uint64_t *last);
    // Whether this console may send what raises risk, and how to get there from another one.
    bool (*steers)(void *self);
    enum status (*take)(void *self) MUST_CHECK;
    // Whether nothing is taken from this console at all; NULL: no.
    bool (*only_looks)(void *self);
    // Tells the desk that this console was armed with the phrase, or (NULL) that it is no longer.
    enum status (*arm)(void *self, const char *phrase) MUST_CHECK;
    // Why there is no picture, NULL: there is one. A function that is NULL: never.
    const char *(*trouble)(void *self);
    bool ends_with_console; // stopping the console's process stops the desk
    bool still;             // a moment of the past: that nothing moves is no alarm
};

struct link {
    const struct link_ops *ops;
    void *self;
    const struct universe *universe; // names only: everything that changes comes by section
};

// The desk of this process.
struct link_local {
    const struct state_board *board;
    const struct universe *universe;
    // Enters the engine; called on the console's thread. status_text() explains a refusal.
    enum status (*control)(void *arg, const struct control_request *request);
    enum status (*set)(void *arg, struct slice change, struct text *answer);
    // Other consoles of the desk; NULL: there are none.
    bool (*steers)(void *arg);
    void (*take)(void *arg);
    void (*armed)(void *arg, bool armed);
    void *arg;
};

struct link link_local(struct link_local *local);
// The same, of a desk that is only looked at: it stands still and nothing ends with the console.
struct link link_past(struct link_local *local);

#endif
