// The terminal's own safety net: what a dying process may still do is write() and tcsetattr().
//
// Signal handlers can only reach file-scope data; this is the one place of the console that has
// any. The farewell is built while everything is well and only copied out in the handler.
#include "ui/term_signal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

enum { FAREWELL_MAX = 256, ALT_STACK_SIZE = 65536, FAREWELL_TRIES = 10 };

static struct {
    int fd, fd_farewell;
    bool has_settings;
    struct termios settings;
    char farewell[FAREWELL_MAX];
    size_t size;
} saved;
static volatile sig_atomic_t armed;
static volatile sig_atomic_t stop_asked;
static char alt_stack[ALT_STACK_SIZE];

// Fatal ones are always taken; the others only where the program left them at their default.
static const struct {
    int number;
    bool fatal;
} caught[] = {
    {SIGSEGV, true}, {SIGBUS, true},   {SIGFPE, true},  {SIGILL, true},
    {SIGABRT, true}, {SIGTERM, false}, {SIGHUP, false}, {SIGINT, false},
};
static struct sigaction before[COUNT_OF(caught)];
static bool taken[COUNT_OF(caught)];
static struct sigaction stop_before;
static bool stop_taken;

void term_signal_note(int fd, int fd_farewell) {
    saved.fd = fd;
    saved.fd_farewell = fd_farewell;
    saved.has_settings = tcgetattr(fd, &saved.settings) == 0;
    // Now, because curses puts its own handlers in: what the program had is what counts.
    for (size_t i = 0; i < COUNT_OF(caught); i++) {
        (void)sigaction(caught[i].number, NULL, &before[i]);
    }
    (void)sigaction(SIGTSTP, NULL, &stop_before);
}

void term_signal_restore(void) {
    if (!armed) {
        return;
    }
    armed = 0;
    // A terminal that takes nothing must not keep the program from dying.
    size_t at = 0;
    for (int tries = 0; at < saved.size && tries < FAREWELL_TRIES; tries++) {
        ssize_t written = write(saved.fd_farewell, saved.farewell + at, saved.size - at);
        if (written > 0) {
            at += (size_t)written;
        } else if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            struct pollfd output = {.fd = saved.fd_farewell, .events = POLLOUT};
            (void)poll(&output, 1, 20);
        } else if (written == 0 || errno != EINTR) {
            break;
        }
    }
    if (saved.has_settings) {
        (void)tcsetattr(saved.fd, TCSANOW, &saved.settings);
    }
}

static void on_death(int number) {
    int error = errno;
    term_signal_restore();
    // The default action follows: a core, an exit code that tells the signal.
    struct sigaction standard = {.sa_handler = SIG_DFL};
    (void)sigemptyset(&standard.sa_mask);
    (void)sigaction(number, &standard, NULL);
    errno = error;
    (void)raise(number);
}

static void on_stop(int number) {
    (void)number;
    stop_asked = 1;
}

bool term_signal_stop_asked(void) {
    bool asked = stop_asked != 0;
    stop_asked = 0;
    return asked;
}

void term_signal_arm(struct slice farewell) {
    saved.size = farewell.size < FAREWELL_MAX ? farewell.size : FAREWELL_MAX;
    memcpy(saved.farewell, farewell.data, saved.size);
    armed = 1;
    // A stack overflow must find a stack for its handler.
    stack_t stack = {.ss_sp = alt_stack, .ss_size = sizeof(alt_stack)};
    (void)sigaltstack(&stack, NULL);
    for (size_t i = 0; i < COUNT_OF(caught); i++) {
        struct sigaction action = {.sa_handler = on_death, .sa_flags = SA_ONSTACK | SA_NODEFER};
        (void)sigemptyset(&action.sa_mask);
        taken[i] = caught[i].fatal || before[i].sa_handler == SIG_DFL;
        if (taken[i]) {
            (void)sigaction(caught[i].number, &action, NULL);
        }
    }
    struct sigaction stop = {.sa_handler = on_stop};
    (void)sigemptyset(&stop.sa_mask);
    stop_taken = stop_before.sa_handler == SIG_DFL;
    if (stop_taken) {
        (void)sigaction(SIGTSTP, &stop, NULL);
    }
    status_on_abort(term_signal_restore);
}

void term_signal_disarm(void) {
    armed = 0;
    for (size_t i = 0; i < COUNT_OF(caught); i++) {
        if (taken[i]) {
            (void)sigaction(caught[i].number, &before[i], NULL);
            taken[i] = false;
        }
    }
    if (stop_taken) {
        (void)sigaction(SIGTSTP, &stop_before, NULL);
        stop_taken = false;
    }
    status_on_abort(NULL);
}
