// One line per event, fixed fields: `2024-08-08T23:57:36.123Z level component text key=value`.
//
// Any thread logs; lines go through a bounded queue to the keeper thread, which writes them. When
// the queue is full DEBUG and INFO lines are dropped and counted, WARN and above wait for nobody
// and are counted too. The last lines are kept in memory for the console's log pane. A secret is
// `struct secret` and cannot be passed to a format.
#ifndef PERPDESK_BASE_LOG_H
#define PERPDESK_BASE_LOG_H

#include <stdint.h>

#include "base/clock.h"
#include "base/status.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_LEVEL_COUNT };

enum { LOG_LINE_MAX = 240, LOG_RECENT_MAX = 256 };

struct log_line {
    int64_t time_ns; // desk time
    enum log_level level;
    char component[16];
    char text[LOG_LINE_MAX];
};

// `clock` stamps the lines; must outlive the log. Without log_open_file lines only go to the ring
// of recent lines.
void log_init(const struct clock *clock, enum log_level least);
enum status log_open_file(const char *path) MUST_CHECK; // appends; rotates at 16 MiB to PATH.1
void log_to_stderr(bool on);
void log_finish(void); // writes what is queued

void log_write(enum log_level level, const char *component, const char *format, ...)
    PRINTF_LIKE(3, 4);
#define log_debug(component, ...) log_write(LOG_DEBUG, component, __VA_ARGS__)
#define log_info(component, ...)  log_write(LOG_INFO, component, __VA_ARGS__)
#define log_warn(component, ...)  log_write(LOG_WARN, component, __VA_ARGS__)
#define log_error(component, ...) log_write(LOG_ERROR, component, __VA_ARGS__)

// Drains the queue into the file; called by the keeper thread. Returns the number of lines written.
int log_drain(void);

// Copies up to `max` recent lines with a number greater than `after` (the first line is 1), oldest
// first; *last becomes the number of the last line copied: pass it as the next `after`.
int log_recent(uint64_t after, struct log_line *out, int max, uint64_t *last);
uint64_t log_dropped(void);

#endif
