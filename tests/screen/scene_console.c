// The console on a made-up desk: for screens, for the pty test, and for looking at it.
//
// usage: scene_console [--scene NAME] [--script FILE --folder DIR] [--size CxR] [--mono] [--ascii]
//                      [--true] [--mouse] [--scheme NAME] [--keys CHANGES] [--move MS]
//                      [--crash SIGNAL]
// With a script it needs no terminal and time passes only in `wait`. --move lets the desk live;
// --crash raises a signal after a second, to see the terminal restored.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/screen/scene.h"
#include "ui/console.h"

struct options {
    const char *scene, *script, *folder, *keys;
    enum ink_scheme scheme;
    int columns, rows, move_ms, crash;
    bool mono, ascii, true_colour, mouse;
};

static bool parse_option(struct options *options, const char *name, const char *value) {
    if (strcmp(name, "--scene") == 0) {
        options->scene = value;
    } else if (strcmp(name, "--script") == 0) {
        options->script = value;
    } else if (strcmp(name, "--folder") == 0) {
        options->folder = value;
    } else if (strcmp(name, "--keys") == 0) {
        options->keys = value;
    } else if (strcmp(name, "--scheme") == 0) {
        int scheme = 0;
        while (scheme < SCHEME_COUNT &&
               strcmp(ink_scheme_name((enum ink_scheme)scheme), value) != 0) {
            scheme++;
        }
        options->scheme = (enum ink_scheme)scheme;
        return scheme < SCHEME_COUNT;
    } else if (strcmp(name, "--move") == 0) {
        options->move_ms = atoi(value);
    } else if (strcmp(name, "--crash") == 0) {
        options->crash = atoi(value);
    } else if (strcmp(name, "--size") == 0) {
        return sscanf(value, "%dx%d", &options->columns, &options->rows) == 2;
    } else {
        return false;
    }
    return true;
}

static bool parse(struct options *options, int count, char **arguments) {
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--mono") == 0) {
            options->mono = true;
        } else if (strcmp(arguments[i], "--ascii") == 0) {
            options->ascii = true;
        } else if (strcmp(arguments[i], "--true") == 0) {
            options->true_colour = true;
        } else if (strcmp(arguments[i], "--mouse") == 0) {
            options->mouse = true;
        } else if (i + 1 >= count || !parse_option(options, arguments[i], arguments[i + 1])) {
            return false;
        } else {
            i++;
        }
    }
    return true;
}

// A desk that lives: moved by the console's own reading, so that one thread owns the scene.
static struct {
    const struct link_ops *inner;
    struct scene *scene;
    int64_t next_ns;
    int64_t step_ns;
    uint32_t step;
    int64_t crash_ns;
    int crash;
} life;

static uint64_t live_version(void *self, enum state_section section) {
    int64_t now_ns = mono_now_ns();
    if (life.crash != 0 && now_ns >= life.crash_ns) {
        (void)raise(life.crash);
    }
    if (life.step_ns > 0 && now_ns >= life.next_ns) {
        life.next_ns = now_ns + life.step_ns;
        scene_move(life.scene, life.step_ns, ++life.step, 3);
    }
    return life.inner->version(self, section);
}

int main(int count, char **arguments) {
    struct options options = {.scene = "main"};
    if (!parse(&options, count, arguments)) {
        (void)fprintf(stderr, "usage: see the top of scene_console.c\n");
        return 64;
    }
    struct scene scene;
    if (scene_create(&scene, options.scene) != STATUS_OK) {
        (void)fprintf(stderr, "%s\n", status_text());
        return 64;
    }
    struct link link = scene_link(&scene);
    struct link_ops ops = *link.ops;
    life.inner = link.ops;
    life.scene = &scene;
    life.step_ns = options.move_ms * NS_PER_MS;
    life.crash = options.crash;
    life.crash_ns = mono_now_ns() + NS_PER_S;
    ops.version = live_version;
    link.ops = &ops;
    struct console_options console = {
        .link = link,
        .colour = options.mono          ? CONSOLE_MONO
                  : options.true_colour ? CONSOLE_TRUE
                                        : CONSOLE_AUTO,
        .scheme = options.scheme,
        .mouse = options.mouse,
        .keys = options.keys,
        .ascii = options.ascii,
        .script = options.script,
        .save_folder = options.folder,
        .headless = options.script != NULL,
        .virtual_time = options.script != NULL,
        .columns = options.columns,
        .rows = options.rows,
        .utf8 = !options.ascii,
    };
    enum console_end end = CONSOLE_QUIT;
    enum status status = console_run(&console, &end);
    if (status != STATUS_OK) {
        (void)fprintf(stderr, "%s\n", status_text());
    }
    scene_destroy(&scene);
    return status_exit_code(status);
}
