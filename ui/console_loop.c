// The loop: wait for keys until the next frame is due, handle them, draw.
//
// A key is answered with a frame of its own, so it never waits for the frame clock; a burst of keys
// is handled whole before that frame.
#include "ui/actions.h"
#include "ui/console_inside.h"
#include "ui/script.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

enum { KEYS_PER_PASS = 256 };

struct loop {
    struct console *console;
    struct script *script; // NULL: none
    int64_t next_frame_ns;
    int64_t next_step_ns; // of the script
    bool hung_up;
};

static bool take_keys(struct loop *loop) {
    struct console *console = loop->console;
    bool any = false;
    for (int i = 0; i < KEYS_PER_PASS && !console->quit; i++) {
        int key = term_key(console->term);
        if (key == INPUT_NONE) {
            break;
        }
        console_key(console, key);
        any = true;
    }
    return any;
}

// Waits for a key or until `until_ns`, and takes what was typed; true when there was something.
static bool wait_keys(struct loop *loop, int64_t until_ns) {
    struct console *console = loop->console;
    int64_t left_ns = until_ns - console->now_ns;
    int left_ms = left_ns <= 0 ? 0 : (int)((left_ns + NS_PER_MS - 1) / NS_PER_MS);
    struct pollfd input = {.fd = console->term != NULL ? term_input_fd(console->term) : -1,
                           .events = POLLIN};
    int got = poll(&input, 1, left_ms);
    console->now_ns = mono_now_ns();
    if (got <= 0) {
        return false;
    }
    bool typed = take_keys(loop);
    // A terminal that is gone is readable for ever, and has nothing to say.
    loop->hung_up = !typed && (input.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
    return typed;
}

static void stop(struct console *console, enum console_end end) {
    console->quit = true;
    console->end = end;
}

static enum status run_script(struct loop *loop) {
    struct console *console = loop->console;
    while (!console->quit && console->now_ns >= loop->next_step_ns) {
        if (script_is_over(loop->script)) {
            stop(console, CONSOLE_SCRIPT_ENDED);
            break;
        }
        int wait_ms = 0;
        enum status status = script_run(loop->script, console, &wait_ms);
        if (status != STATUS_OK) {
            return status;
        }
        loop->next_step_ns = console->now_ns + wait_ms * NS_PER_MS;
    }
    return STATUS_OK;
}

static void pass_time(struct loop *loop) {
    struct console *console = loop->console;
    int64_t until_ns = loop->next_frame_ns;
    if (loop->script != NULL && loop->next_step_ns < until_ns) {
        until_ns = loop->next_step_ns;
    }
    if (console->options.virtual_time) {
        console->now_ns = until_ns > console->now_ns ? until_ns : console->now_ns;
        return;
    }
    if (wait_keys(loop, until_ns)) {
        loop->next_frame_ns = console->now_ns;
    }
    if (console->term != NULL && term_suspend_asked()) {
        term_suspend(console->term, &console->canvas);
        console->all_dirty = true;
    }
}

static enum status run(struct loop *loop) {
    struct console *console = loop->console;
    const atomic_bool *stopping = console->options.stop;
    while (!console->quit) {
        if (stopping != NULL && atomic_load(stopping)) {
            stop(console, CONSOLE_STOPPED);
            break;
        }
        if (loop->hung_up) {
            stop(console, CONSOLE_HUNG_UP);
            break;
        }
        if (loop->script != NULL) {
            enum status status = run_script(loop);
            if (status != STATUS_OK) {
                return status;
            }
        }
        if (console->now_ns >= loop->next_frame_ns) {
            console_frame(console);
            loop->next_frame_ns = console->now_ns + console_frame_ns(console);
        }
        if (!console->quit) {
            pass_time(loop);
        }
    }
    return STATUS_OK;
}

enum status console_run(const struct console_options *options, enum console_end *end) {
    ASSERT(options->link.ops != NULL);
    struct script *script = NULL;
    enum status status = STATUS_OK;
    if (options->script != NULL) {
        script = malloc(sizeof(*script));
        if (script == NULL) {
            return status_fail_errno(STATUS_SYSTEM, "memory for the script");
        }
        status = script_load(script, options->script);
    }
    struct console *console = malloc(sizeof(*console));
    if (status == STATUS_OK && console == NULL) {
        status = status_fail_errno(STATUS_SYSTEM, "memory for the console");
    }
    if (status == STATUS_OK) {
        status = console_create(console, options);
        if (status == STATUS_OK) {
            struct loop loop = {.console = console, .script = script};
            status = run(&loop);
            *end = console->end;
            console_destroy(console);
        }
    }
    free(console);
    free(script);
    return status;
}
