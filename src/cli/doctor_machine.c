// This machine: its clock, the folders the desk keeps things in, free space, the terminal.
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "cli/paths.h"

static const char machine[] = "machine";

enum { SCREEN_COLUMNS_MIN = 60, SCREEN_ROWS_MIN = 15 };

static void check_clock(struct doctor *doctor) {
    struct timex clock = {.modes = 0};
    int state = adjtimex(&clock);
    if (state < 0) {
        doctor_add(doctor, machine, "clock", DOCTOR_WARN,
                   "look at it by hand: timedatectl, or chronyc tracking",
                   "the kernel does not tell whether the clock is synchronised: %s",
                   strerror(errno));
        return;
    }
    if (state == TIME_ERROR || (clock.status & STA_UNSYNC) != 0) {
        doctor_add(doctor, machine, "clock", DOCTOR_WARN,
                   "run a time service (chrony, systemd-timesyncd); the venues' own clocks are "
                   "compared below",
                   "not synchronised, says the kernel");
        return;
    }
    doctor_add(doctor, machine, "clock", DOCTOR_OK, "", "synchronised to within %ld ms",
               (long)(clock.maxerror / 1000));
}

// A folder of the desk is its user's alone: others could read positions or put files in its way.
static bool check_folder(struct doctor *doctor, const char *check, const char *path) {
    struct stat info;
    if (stat(path, &info) != 0) {
        doctor_add(doctor, machine, check, DOCTOR_FAIL, "create it, or correct the path", "%s: %s",
                   path, strerror(errno));
        return false;
    }
    if (!S_ISDIR(info.st_mode) || access(path, R_OK | W_OK | X_OK) != 0) {
        doctor_add(doctor, machine, check, DOCTOR_FAIL,
                   "let the user that runs the desk write there", "%s: %s", path,
                   S_ISDIR(info.st_mode) ? strerror(errno) : "not a folder");
        return false;
    }
    unsigned mode = info.st_mode & 0777u;
    if (info.st_uid != geteuid() || (mode & 077u) != 0) {
        doctor_add(doctor, machine, check, DOCTOR_FAIL,
                   "make it the user's own: chown to it, and chmod 700",
                   "%s: others have access (mode %03o, owner %u)", path, mode,
                   (unsigned)info.st_uid);
        return false;
    }
    doctor_add(doctor, machine, check, DOCTOR_OK, "", "%s is writable, mode %03o", path, mode);
    return true;
}

static void check_space(struct doctor *doctor, const char *path, uint64_t floor_bytes) {
    struct statvfs info;
    if (statvfs(path, &info) != 0) {
        doctor_add(doctor, machine, "disk", DOCTOR_FAIL, "look at the file system", "%s: %s", path,
                   strerror(errno));
        return;
    }
    uint64_t bytes_free = (uint64_t)info.f_bavail * info.f_frsize;
    bool enough = bytes_free >= floor_bytes;
    doctor_add(doctor, machine, "disk", enough ? DOCTOR_OK : DOCTOR_FAIL,
               "free some space, or set a lower disk_floor_mb: the desk would not start",
               "%llu MiB free, the floor is %llu MiB", (unsigned long long)(bytes_free >> 20),
               (unsigned long long)(floor_bytes >> 20));
}

static void check_state(struct doctor *doctor, const struct settings *settings, bool demo) {
    char path[256];
    enum desk_mode mode = demo ? DESK_DEMO : (enum desk_mode)settings->mode;
    if (paths_state_folder(mode, path, sizeof(path)) != STATUS_OK) {
        doctor_add(doctor, machine, "state", DOCTOR_FAIL,
                   "set HOME or XDG_STATE_HOME to a folder the desk may write to", "%s",
                   status_text());
        return;
    }
    if (check_folder(doctor, "state", path)) {
        check_space(doctor, path, settings->disk_floor_bytes);
    }
}

static void check_runtime(struct doctor *doctor) {
    const char *path = getenv("XDG_RUNTIME_DIR");
    if (path == NULL || path[0] != '/') {
        doctor_add(doctor, machine, "runtime", DOCTOR_WARN,
                   "log in by the system's own way, or set it to a folder of mode 700",
                   "XDG_RUNTIME_DIR is not set");
        return;
    }
    (void)check_folder(doctor, "runtime", path);
}

static void check_terminal(struct doctor *doctor) {
    const char *term = getenv("TERM");
    struct winsize size = {0};
    if (isatty(STDOUT_FILENO) == 0 || isatty(STDIN_FILENO) == 0) {
        doctor_add(doctor, machine, "terminal", DOCTOR_OK, "",
                   "none: the screen needs one, every other verb does not");
        return;
    }
    if (term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0) {
        doctor_add(doctor, machine, "terminal", DOCTOR_WARN, "set TERM to what the terminal is",
                   "TERM is %s: the screen cannot be drawn",
                   term == NULL || term[0] == '\0' ? "not set" : term);
        return;
    }
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
        (size.ws_col < SCREEN_COLUMNS_MIN || size.ws_row < SCREEN_ROWS_MIN)) {
        doctor_add(doctor, machine, "terminal", DOCTOR_WARN, "make the window larger",
                   "%s, %u x %u: the screen needs %d x %d", term, size.ws_col, size.ws_row,
                   SCREEN_COLUMNS_MIN, SCREEN_ROWS_MIN);
        return;
    }
    (void)setlocale(LC_CTYPE, "");
    bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    doctor_add(doctor, machine, "terminal", DOCTOR_OK, "", "%s, %u x %u, %s", term, size.ws_col,
               size.ws_row, utf8 ? "UTF-8" : "no UTF-8: drawn in ASCII");
}

void doctor_check_machine(struct doctor *doctor, const struct settings *settings, bool demo) {
    check_clock(doctor);
    check_state(doctor, settings, demo);
    check_runtime(doctor);
    check_terminal(doctor);
}
