// Status codes with context text, and the assertion that stays on.
//
// A fallible function returns `enum status`; the sentence that explains a failure is kept per
// thread and grows on the way up: the callee says what failed, each caller may put in front where
// it happened. An operating error (input from outside, the system, the network) is a status. A
// programmer's error is ASSERT, which stops the process.
#ifndef PERPDESK_BASE_STATUS_H
#define PERPDESK_BASE_STATUS_H

#include <stdarg.h>
#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))
// Called when something is wrong: kept, like what leads there, out of the way of the code that
// runs.
#define COLD __attribute__((cold))
#define PRINTF_LIKE(format_index, first_argument)                                                  \
    __attribute__((format(printf, format_index, first_argument)))

// code, name in logs and JSON, sentence for a person, process exit code when it ends a verb
// (sysexits numbers)
#define STATUS_LIST(X)                                                                             \
    X(STATUS_OK, "ok", "no error", 0)                                                              \
    X(STATUS_ERROR, "error", "the operation failed", 1)                                            \
    X(STATUS_NOT_RUNNING, "not_running", "no running desk was found", 3)                           \
    X(STATUS_TIMEOUT, "timeout", "it took too long", 5)                                            \
    X(STATUS_ORDERS_LEFT, "orders_left", "orders of ours are still open", 10)                      \
    X(STATUS_REFUSED, "refused", "refused by a risk rule", 13)                                     \
    X(STATUS_USAGE, "usage", "the command line is wrong", 64)                                      \
    X(STATUS_DATA, "data", "the data is damaged or malformed", 65)                                 \
    X(STATUS_NO_INPUT, "no_input", "an input file is missing or cannot be read", 66)               \
    X(STATUS_UNAVAILABLE, "unavailable", "a venue or service cannot be reached", 69)               \
    X(STATUS_INTERNAL, "internal", "an internal limit was reached", 70)                            \
    X(STATUS_SYSTEM, "system", "the operating system refused", 71)                                 \
    X(STATUS_CANNOT_CREATE, "cannot_create", "a file cannot be created", 73)                       \
    X(STATUS_IO, "io", "reading or writing failed", 74)                                            \
    X(STATUS_PROTOCOL, "protocol", "the other side broke the protocol", 76)                        \
    X(STATUS_PERMISSION, "permission", "permissions do not allow it", 77)                          \
    X(STATUS_CONFIG, "config", "the configuration is wrong", 78)

enum status {
#define STATUS_ENUM(code, name, sentence, exit_code) code,
    STATUS_LIST(STATUS_ENUM)
#undef STATUS_ENUM
        STATUS_COUNT
};

// Sets this thread's text to the formatted one and returns `code`. `code` must not be STATUS_OK.
enum status status_fail(enum status code, const char *format, ...) COLD PRINTF_LIKE(2, 3);

// Like status_fail, with strerror(errno) appended as ": <reason>".
enum status status_fail_errno(enum status code, const char *format, ...) COLD PRINTF_LIKE(2, 3);

// Puts "<text>: " in front of this thread's text and hands `code` back; does nothing for STATUS_OK.
enum status status_context(enum status code, const char *format, ...) COLD PRINTF_LIKE(2, 3);

// This thread's text; "" when nothing failed yet. Valid until the next status call of the thread.
const char *status_text(void);

const char *status_name(enum status code);
const char *status_sentence(enum status code);
int status_exit_code(enum status code);

// Called once before abort() by a failed ASSERT, to give the terminal back. Must be
// async-signal-safe.
void status_on_abort(void (*restore)(void));

COLD _Noreturn void assert_failed(const char *condition, const char *file, int line,
                                  const char *function);

#define ASSERT(condition)                                                                          \
    ((condition) ? (void)0 : assert_failed(#condition, __FILE__, __LINE__, __func__))

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
