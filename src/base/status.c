// Status texts live in one buffer per thread: a failure is described where it is known and read
// once, at the top.
#include "base/status.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STATUS_TEXT_MAX = 512 };

static _Thread_local char thread_text[STATUS_TEXT_MAX];
static void (*_Atomic abort_restore)(void);

static const struct status_row {
    const char *name;
    const char *sentence;
    int exit_code;
} status_rows[STATUS_COUNT] = {
#define STATUS_ROW(code, name, sentence, exit_code) [code] = {name, sentence, exit_code},
    STATUS_LIST(STATUS_ROW)
#undef STATUS_ROW
};

// Formats aside first: an argument may be the thread's text itself.
static PRINTF_LIKE(1, 0) void text_set(const char *format, va_list arguments) {
    char fresh[STATUS_TEXT_MAX];
    (void)vsnprintf(fresh, sizeof(fresh), format, arguments);
    memcpy(thread_text, fresh, strlen(fresh) + 1);
}

static void text_append(const char *part) {
    size_t used = strlen(thread_text);
    size_t size = strlen(part);
    if (size > sizeof(thread_text) - 1 - used) {
        size = sizeof(thread_text) - 1 - used;
    }
    memcpy(thread_text + used, part, size);
    thread_text[used + size] = '\0';
}

enum status status_fail(enum status code, const char *format, ...) {
    ASSERT(code != STATUS_OK);
    va_list arguments;
    va_start(arguments, format);
    text_set(format, arguments);
    va_end(arguments);
    return code;
}

enum status status_fail_errno(enum status code, const char *format, ...) {
    ASSERT(code != STATUS_OK);
    int reason = errno;
    va_list arguments;
    va_start(arguments, format);
    text_set(format, arguments);
    va_end(arguments);
    char buffer[128];
    text_append(": ");
    text_append(strerror_r(reason, buffer, sizeof(buffer)));
    errno = reason;
    return code;
}

enum status status_context(enum status code, const char *format, ...) {
    if (code == STATUS_OK) {
        return code;
    }
    char below[STATUS_TEXT_MAX];
    memcpy(below, thread_text, sizeof(below));
    va_list arguments;
    va_start(arguments, format);
    text_set(format, arguments);
    va_end(arguments);
    if (below[0] != '\0') {
        text_append(": ");
        text_append(below);
    }
    return code;
}

const char *status_text(void) {
    return thread_text;
}

static const struct status_row *row_of(enum status code) {
    ASSERT((unsigned)code < STATUS_COUNT);
    return &status_rows[code];
}

const char *status_name(enum status code) {
    return row_of(code)->name;
}

const char *status_sentence(enum status code) {
    return row_of(code)->sentence;
}

int status_exit_code(enum status code) {
    return row_of(code)->exit_code;
}

void status_on_abort(void (*restore)(void)) {
    atomic_store(&abort_restore, restore);
}

_Noreturn void assert_failed(const char *condition, const char *file, int line,
                             const char *function) {
    // Taken out first: an assertion inside the restoring itself must not call it again.
    void (*restore)(void) = atomic_exchange(&abort_restore, NULL);
    if (restore != NULL) {
        restore();
    }
    char message[512];
    int size = snprintf(message, sizeof(message), "%s:%d: %s: assertion failed: %s\n", file, line,
                        function, condition);
    if (size > 0) {
        size_t length = (size_t)size < sizeof(message) ? (size_t)size : sizeof(message) - 1;
        ssize_t written = write(STDERR_FILENO, message, length);
        (void)written; // nobody is left to tell
    }
    abort();
}
