// backtest: the desk on a recording, in memory and as fast as the machine can, and what came of it.
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/backtest_print.h"
#include "cli/verbs.h"
#include "market/tape.h"

enum { BAR_WIDTH = 40, BAR_EVERY_MS = 100 };

// A bar on the terminal's last line, on stderr; nothing where that is no terminal.
struct bar {
    int64_t whole_ns; // recorded time of all runs, 0 = not shown
    int64_t began_ns, told_ns;
};

static void draw(struct bar *bar, int64_t played_ns) {
    int64_t now_ns = mono_now_ns();
    int64_t share = mul_div_floor(played_ns, 1000, bar->whole_ns);
    share = share > 1000 ? 1000 : share;
    int64_t spent_ns = now_ns - bar->began_ns;
    int64_t left_s = share == 0 ? 0 : mul_div_near(spent_ns, 1000 - share, share) / NS_PER_S;
    char line[BAR_WIDTH + 1];
    memset(line, '.', BAR_WIDTH);
    memset(line, '#', (size_t)(share * BAR_WIDTH / 1000));
    line[BAR_WIDTH] = '\0';
    (void)fprintf(stderr, "\r[%s] %3d %%  %d s left ", line, (int)(share / 10), (int)left_s);
    bar->told_ns = now_ns;
}

static bool on_progress(void *arg, int64_t played_ns) {
    struct bar *bar = arg;
    if (bar->whole_ns > 0 && mono_now_ns() - bar->told_ns >= BAR_EVERY_MS * NS_PER_MS) {
        draw(bar, played_ns);
    }
    return true;
}

// How long the recording is, found by reading it: only for the bar.
static int64_t recorded_ns(const char *path) {
    struct tape *tape;
    struct tape_record record;
    int64_t first_ns = -1, last_ns = 0;
    if (tape_create(&tape, path) != STATUS_OK) {
        return 0; // the runs will say why
    }
    for (;;) {
        enum status status = tape_next(tape, &record);
        if (status == STATUS_OK && record.kind == TAPE_END) {
            break;
        }
        if (status == STATUS_OK) {
            first_ns = first_ns < 0 ? record.t_ns : first_ns;
            last_ns = record.t_ns;
        }
    }
    tape_destroy(tape);
    return first_ns < 0 ? 0 : last_ns - first_ns;
}

static void tell_speed(const struct backtest_sweep *sweep, int64_t began_ns) {
    int64_t spent_ns = mono_now_ns() - began_ns;
    int64_t played_ns = 0;
    for (uint32_t i = 0; i < sweep->run_count; i++) {
        played_ns += sweep->runs[i].result.to_ns - sweep->runs[i].result.from_ns;
    }
    char bytes[32];
    struct text spent = TEXT_OVER(bytes);
    decimal_print(&spent, spent_ns / NS_PER_MS, 3, 1, 1);
    (void)fprintf(stderr, "perpdesk: %u run%s, %lld s of market in %s s, %lld times as fast\n",
                  sweep->run_count, sweep->run_count == 1 ? "" : "s",
                  (long long)(played_ns / NS_PER_S), bytes,
                  (long long)(spent_ns > 0 ? played_ns / spent_ns : 0));
}

static enum status run_sweep(struct backtest_sweep *sweep, const struct cli_args *args,
                             const char *recording) {
    struct bar bar = {.began_ns = mono_now_ns()};
    struct backtest_options options = {
        .desk = {.recording = recording,
                 .map = args->map_count > 0 ? args->maps : NULL,
                 .map_count = args->map_count},
        .seconds_ns = args->seconds_ns,
        .on_progress = on_progress,
        .arg = &bar,
    };
    if (isatty(STDERR_FILENO)) {
        bar.whole_ns = recorded_ns(recording);
        bool cut = args->seconds_ns > 0 && args->seconds_ns < bar.whole_ns;
        bar.whole_ns = (cut ? args->seconds_ns : bar.whole_ns) * sweep->run_count;
        bar.began_ns = mono_now_ns();
    }
    int64_t began_ns = mono_now_ns();
    enum status status = backtest_sweep_run(sweep, &options);
    if (bar.whole_ns > 0) {
        (void)fprintf(stderr, "\r%*s\r", BAR_WIDTH + 32, "");
    }
    if (status == STATUS_OK) {
        tell_speed(sweep, began_ns);
    }
    return status;
}

enum status verb_backtest(const struct cli_args *args) {
    char folder[4096];
    const char *recording = args->operand_count > 0 ? args->operands[0] : folder;
    if (args->csv && args->json) {
        return status_fail(STATUS_USAGE, "--csv and --json exclude each other");
    }
    enum status status =
        args->operand_count > 0 ? STATUS_OK : desk_run_demo_folder(folder, sizeof(folder));
    struct backtest_sweep sweep = {0};
    cli_catch_signals();
    if (status == STATUS_OK) {
        status = backtest_sweep_create(&sweep, args);
    }
    if (status == STATUS_OK) {
        status = run_sweep(&sweep, args, recording);
    }
    if (status == STATUS_OK && args->json) {
        status = backtest_print_json(&sweep);
    } else if (status == STATUS_OK && args->csv) {
        backtest_print_csv(&sweep);
    } else if (status == STATUS_OK) {
        backtest_print_text(&sweep, recording);
    }
    backtest_sweep_finish(&sweep);
    return status == STATUS_OK ? cli_end_output() : status;
}
