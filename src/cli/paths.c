#include "cli/paths.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/desk_run.h"

static enum status make_folders(char *path) {
    for (char *at = path + 1;; at++) {
        if (*at != '/' && *at != '\0') {
            continue;
        }
        char kept = *at;
        *at = '\0';
        bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
        enum status status = made ? STATUS_OK : status_fail_errno(STATUS_CANNOT_CREATE, "%s", path);
        *at = kept;
        if (status != STATUS_OK || kept == '\0') {
            return status;
        }
    }
}

static const char *const mode_words[DESK_MODE_COUNT] = {
    [DESK_PAPER] = "paper", [DESK_LIVE] = "live", [DESK_DEMO] = "demo"};

const char *paths_mode_word(enum desk_mode mode) {
    ASSERT((unsigned)mode < DESK_MODE_COUNT);
    return mode_words[mode];
}

// `…/perpdesk` below the user's state.
static enum status state_root(char *out, size_t capacity) {
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    bool told = state != NULL && state[0] == '/';
    if (!told && (home == NULL || home[0] != '/')) {
        return status_fail(
            STATUS_CONFIG,
            "no folder for the journal: set HOME or XDG_STATE_HOME to an absolute path");
    }
    int size = told ? snprintf(out, capacity, "%s/perpdesk", state)
                    : snprintf(out, capacity, "%s/.local/state/perpdesk", home);
    return size > 0 && (size_t)size < capacity
               ? STATUS_OK
               : status_fail(STATUS_CONFIG, "the path of the state folder is too long");
}

enum status paths_state_folder(enum desk_mode mode, char *out, size_t capacity) {
    enum status status = state_root(out, capacity);
    if (status != STATUS_OK) {
        return status;
    }
    struct text path = {.data = out, .capacity = capacity, .size = strlen(out)};
    text_add_format(&path, "/%s", paths_mode_word(mode));
    if (path.truncated) {
        return status_fail(STATUS_CONFIG, "the path of the state folder is too long");
    }
    return status_context(make_folders(out), "creating the state folder");
}

enum status paths_runtime_folder(char *out, size_t capacity) {
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (runtime == NULL || runtime[0] != '/') {
        enum status status = state_root(out, capacity);
        return status == STATUS_OK
                   ? status_context(make_folders(out), "creating the sockets' folder")
                   : status;
    }
    int size = snprintf(out, capacity, "%s/perpdesk", runtime);
    if (size < 0 || (size_t)size >= capacity) {
        return status_fail(STATUS_CONFIG, "XDG_RUNTIME_DIR is too long");
    }
    if (mkdir(out, 0700) < 0 && errno != EEXIST) {
        return status_fail_errno(STATUS_CANNOT_CREATE, "%s", out);
    }
    return STATUS_OK;
}

enum status desk_run_demo_folder(char *out, size_t capacity) {
    const char *told = getenv("PERPDESK_DEMO");
    if (told != NULL && told[0] != '\0') {
        return string_copy(out, capacity, slice_of(told))
                   ? STATUS_OK
                   : status_fail(STATUS_NO_INPUT, "PERPDESK_DEMO is too long");
    }
    // Beside the program: build/perpdesk and etc/demo in a source tree, bin and share once
    // installed.
    static const char *const places[] = {"../etc/demo", "../share/perpdesk/demo"};
    char program[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (size > 0) {
        program[size] = '\0';
        char *slash = strrchr(program, '/');
        for (size_t i = 0; slash != NULL && i < COUNT_OF(places); i++) {
            int length =
                snprintf(out, capacity, "%.*s/%s", (int)(slash - program), program, places[i]);
            if (length > 0 && (size_t)length < capacity && access(out, R_OK) == 0) {
                return STATUS_OK;
            }
        }
    }
    return status_fail(STATUS_NO_INPUT,
                       "the demo's recording was found neither beside the program nor where it "
                       "would be installed: name one with --demo=PATH");
}
