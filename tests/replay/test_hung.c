// An engine that stands still with its lock held: a shell is told so in time, and panic ends the
// desk by its stop file and its process. The desk is a child of this program, the shell is
// perpdesk.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/desk_run.h"
#include "cli/verbs.h"
#include "engine/engine.h"

enum { WAIT_S = 60 };

static char folder[64];

static void sleep_ms(long ms) {
    (void)nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

// The child: a demo that trades until its engine's lock is taken and never given back.
static void run_desk(void) {
    static struct config config;
    struct cli_args args = {.demo = true,
                            .demo_path = DEMO_PATH,
                            .speed_ppm = 4 * PPM_ONE,
                            .sets = {"feeds.max_clock_offset_ms=60000ms"}, // the machine's load
                            .set_count = 1};
    struct desk_run_options options = {.journal = true, .serve = true, .trade = true};
    struct desk_run *run;
    struct state_header header = {0};
    if (cli_open_desk(&args, &options, &config, &run) != STATUS_OK ||
        desk_run_start(run) != STATUS_OK) {
        (void)fprintf(stderr, "# %s\n", status_text());
        _exit(1);
    }
    for (;;) { // with an order open in the picture that stands from then on
        (void)pthread_mutex_lock(&desk_run_engine(run)->lock);
        (void)state_read(desk_run_board(run), STATE_HEADER, &header, NULL);
        if (header.orders_open > 0) {
            break;
        }
        (void)pthread_mutex_unlock(&desk_run_engine(run)->lock);
        sleep_ms(5);
    }
    for (;;) {
        (void)pause();
    }
}

// What perpdesk says, and its exit code.
static int shell(const char *words, char *out, size_t capacity) {
    char command[512];
    (void)snprintf(command, sizeof(command), "'%s' %s 2>&1", PROGRAM, words);
    FILE *pipe = popen(command, "re");
    assert_non_null(pipe);
    size_t size = fread(out, 1, capacity - 1, pipe);
    out[size] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_hung(void **state) {
    (void)state;
    char out[8192], stop[128];
    (void)snprintf(folder, sizeof(folder), P_tmpdir "/perpdesk-hung-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(setenv("XDG_STATE_HOME", folder, 1), 0);
    assert_int_equal(setenv("XDG_RUNTIME_DIR", folder, 1), 0);
    assert_int_equal(setenv("XDG_CONFIG_HOME", folder, 1), 0);
    pid_t child = fork();
    if (child == 0) {
        run_desk();
    }
    int64_t until_ns = mono_now_ns() + WAIT_S * NS_PER_S;
    out[0] = '\0';
    while (strstr(out, "HUNG") == NULL && mono_now_ns() < until_ns) {
        sleep_ms(50);
        (void)shell("status", out, sizeof(out));
    }
    if (strstr(out, "HUNG") == NULL) {
        (void)kill(child, SIGKILL);
        fail_msg("%s", out);
    }
    assert_int_equal(shell("pause", out, sizeof(out)), status_exit_code(STATUS_TIMEOUT));
    assert_non_null(strstr(out, "stands still"));
    assert_int_equal(shell("orders", out, sizeof(out)), 0); // the last it told
    assert_non_null(strstr(out, "client_id"));
    int code = shell("panic", out, sizeof(out));
    if (code != 0 || strstr(out, "made the stop file") == NULL || strstr(out, "ended it") == NULL) {
        (void)kill(child, SIGKILL);
        fail_msg("exit %d: %s", code, out);
    }
    int end = 0;
    assert_int_equal(waitpid(child, &end, 0), child);
    assert_true(WIFSIGNALED(end) && WTERMSIG(end) == SIGKILL);
    (void)snprintf(stop, sizeof(stop), "%s/perpdesk/demo/stop", folder);
    assert_int_equal(access(stop, F_OK), 0);
    (void)snprintf(out, sizeof(out), "rm -r '%s'", folder);
    assert_int_equal(system(out), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hung)};
    return cmocka_run_group_tests_name("hung", tests, NULL, NULL);
}
