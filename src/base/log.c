// One process has one log, so its state is the file's own. Two locks: `queue_lock` guards the queue
// and the recent lines and is held for a copy only, so that a thread that logs never waits for a
// disk; `file_lock` is held by whoever writes. Taken in the order file, queue.
//
// The last slots of the queue are kept for warnings and errors: a flood of INFO must not push out
// the line that explains it.
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"

enum {
    QUEUE_MAX = 1024,     // a power of two
    QUEUE_RESERVED = 128, // for WARN and above
    BATCH_MAX = 32,
    WRITTEN_LINE_MAX = LOG_LINE_MAX + 64,
    ROTATE_BYTES = 16 * 1024 * 1024,
};

static const char *const level_names[LOG_LEVEL_COUNT] = {"DEBUG", "INFO", "WARN", "ERROR"};

static struct {
    pthread_mutex_t queue_lock;
    const struct clock *clock; // NULL before log_init
    uint32_t head;             // lines ever queued
    uint32_t tail;             // lines ever taken
    uint64_t recent_last;      // number of the newest recent line; the first is 1
    struct log_line queue[QUEUE_MAX];
    struct log_line recent[LOG_RECENT_MAX];

    pthread_mutex_t file_lock;
    int file;
    int64_t file_bytes;
    char path[PATH_MAX];
    struct log_line batch[BATCH_MAX];
    char written[BATCH_MAX * WRITTEN_LINE_MAX];

    _Atomic int least;
    _Atomic bool to_stderr;
    _Atomic uint64_t dropped;
} desk_log = {
    .queue_lock = PTHREAD_MUTEX_INITIALIZER,
    .file_lock = PTHREAD_MUTEX_INITIALIZER,
    .file = -1,
};

static void lock(pthread_mutex_t *mutex) {
    int result = pthread_mutex_lock(mutex);
    ASSERT(result == 0);
}

static void unlock(pthread_mutex_t *mutex) {
    int result = pthread_mutex_unlock(mutex);
    ASSERT(result == 0);
}

void log_init(const struct clock *clock, enum log_level least) {
    ASSERT(clock != NULL);
    ASSERT(least < LOG_LEVEL_COUNT);
    lock(&desk_log.queue_lock);
    desk_log.clock = clock;
    desk_log.head = 0;
    desk_log.tail = 0;
    desk_log.recent_last = 0;
    memset(desk_log.queue, 0, sizeof(desk_log.queue)); // its pages come now, see base/pages.h
    memset(desk_log.recent, 0, sizeof(desk_log.recent));
    unlock(&desk_log.queue_lock);
    atomic_store(&desk_log.least, (int)least);
    atomic_store(&desk_log.to_stderr, false);
    atomic_store(&desk_log.dropped, 0);
}

// With file_lock held.
static enum status file_open(void) {
    desk_log.file = open(desk_log.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (desk_log.file < 0) {
        return status_fail_errno(STATUS_CANNOT_CREATE, "cannot open the log %s", desk_log.path);
    }
    struct stat info;
    desk_log.file_bytes = fstat(desk_log.file, &info) == 0 ? info.st_size : 0;
    return STATUS_OK;
}

static void file_close(void) {
    if (desk_log.file >= 0) {
        (void)close(desk_log.file);
        desk_log.file = -1;
    }
}

enum status log_open_file(const char *path) {
    if (strlen(path) + sizeof(".1") > sizeof(desk_log.path)) {
        return status_fail(STATUS_CANNOT_CREATE, "the path of the log is too long");
    }
    lock(&desk_log.file_lock);
    file_close();
    (void)string_copy(desk_log.path, sizeof(desk_log.path), slice_of(path));
    enum status status = file_open();
    unlock(&desk_log.file_lock);
    return status;
}

void log_to_stderr(bool on) {
    atomic_store(&desk_log.to_stderr, on);
}

// When the old file cannot be put aside the log goes on in it: a large log is better than none.
static void file_rotate(void) {
    char aside[PATH_MAX];
    int size = snprintf(aside, sizeof(aside), "%s.1", desk_log.path);
    if (size < 0 || (size_t)size >= sizeof(aside) || rename(desk_log.path, aside) != 0) {
        return;
    }
    file_close();
    if (file_open() != STATUS_OK) {
        atomic_fetch_add(&desk_log.dropped, 1);
    }
}

static bool write_whole(int file, const char *data, size_t size) {
    while (size > 0) {
        ssize_t written = write(file, data, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        data += written;
        size -= (size_t)written;
    }
    return true;
}

static void line_print(struct text *out, const struct log_line *line) {
    int64_t seconds = line->time_ns / NS_PER_S;
    int64_t ms = line->time_ns / NS_PER_MS % 1000;
    if (ms < 0) { // a desk clock may start before 1970 in a test
        ms += 1000;
        seconds -= 1;
    }
    time_t when = (time_t)seconds;
    struct tm utc;
    char stamp[32] = "-";
    if (gmtime_r(&when, &utc) != NULL) {
        (void)strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &utc);
    }
    text_add_format(out, "%s.%03dZ %s %s %s\n", stamp, (int)ms, level_names[line->level],
                    line->component, line->text);
}

// Control characters would let a message forge a second line or drive the terminal that shows the
// log.
static void clean(char *text) {
    for (char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            *at = ' ';
        }
    }
}

// A cut line says so; the cut goes back to the start of a UTF-8 sequence.
static void mark_cut(struct text *text) {
    size_t at = text->capacity - sizeof("...");
    while (at > 0 && ((unsigned char)text->data[at] & 0xc0) == 0x80) {
        at--;
    }
    text->size = at;
    text_add_string(text, "...");
}

void log_write(enum log_level level, const char *component, const char *format, ...) {
    ASSERT(level < LOG_LEVEL_COUNT);
    if ((int)level < atomic_load_explicit(&desk_log.least, memory_order_relaxed)) {
        return;
    }
    struct log_line line = {.level = level};
    (void)string_copy(line.component, sizeof(line.component), slice_of(component));
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(line.text, sizeof(line.text), format, arguments);
    va_end(arguments);
    if (size >= (int)sizeof(line.text)) {
        struct text text = {line.text, sizeof(line.text), sizeof(line.text) - 1, true};
        mark_cut(&text);
    }
    clean(line.component);
    clean(line.text);

    lock(&desk_log.queue_lock);
    if (desk_log.clock != NULL) {
        line.time_ns = clock_now_ns(desk_log.clock);
    }
    desk_log.recent[desk_log.recent_last++ % LOG_RECENT_MAX] = line;
    uint32_t limit = level >= LOG_WARN ? QUEUE_MAX : QUEUE_MAX - QUEUE_RESERVED;
    if (desk_log.head - desk_log.tail < limit) {
        desk_log.queue[desk_log.head++ % QUEUE_MAX] = line;
    } else {
        atomic_fetch_add_explicit(&desk_log.dropped, 1, memory_order_relaxed);
    }
    unlock(&desk_log.queue_lock);
}

// Takes up to BATCH_MAX queued lines into `batch`.
static int batch_take(void) {
    int count = 0;
    lock(&desk_log.queue_lock);
    while (count < BATCH_MAX && desk_log.tail != desk_log.head) {
        desk_log.batch[count++] = desk_log.queue[desk_log.tail++ % QUEUE_MAX];
    }
    unlock(&desk_log.queue_lock);
    return count;
}

static void batch_write(int count) {
    struct text out = TEXT_OVER(desk_log.written);
    for (int i = 0; i < count; i++) {
        line_print(&out, &desk_log.batch[i]);
    }
    if (atomic_load(&desk_log.to_stderr)) {
        (void)write_whole(STDERR_FILENO, out.data, out.size);
    }
    if (desk_log.path[0] == '\0') {
        return;
    }
    if (desk_log.file >= 0 && desk_log.file_bytes > 0 &&
        desk_log.file_bytes + (int64_t)out.size > ROTATE_BYTES) {
        file_rotate();
    }
    if (desk_log.file < 0 || !write_whole(desk_log.file, out.data, out.size)) {
        atomic_fetch_add(&desk_log.dropped, (uint64_t)count);
        return;
    }
    desk_log.file_bytes += (int64_t)out.size;
}

int log_drain(void) {
    int total = 0;
    lock(&desk_log.file_lock);
    // Bounded: lines that arrive while this writes belong to the next drain.
    for (int pass = 0; pass < QUEUE_MAX / BATCH_MAX; pass++) {
        int count = batch_take();
        if (count == 0) {
            break;
        }
        batch_write(count);
        total += count;
    }
    unlock(&desk_log.file_lock);
    return total;
}

void log_finish(void) {
    (void)log_drain();
    lock(&desk_log.file_lock);
    file_close();
    desk_log.path[0] = '\0';
    unlock(&desk_log.file_lock);
    lock(&desk_log.queue_lock);
    desk_log.clock = NULL; // the caller's clock may go now
    unlock(&desk_log.queue_lock);
}

int log_recent(uint64_t after, struct log_line *out, int max, uint64_t *last) {
    int count = 0;
    lock(&desk_log.queue_lock);
    uint64_t newest = desk_log.recent_last;
    uint64_t from = newest > LOG_RECENT_MAX ? newest - LOG_RECENT_MAX : 0;
    from = after > from ? after : from;
    for (; count < max && from < newest; from++) {
        out[count++] = desk_log.recent[from % LOG_RECENT_MAX];
    }
    *last = from < newest ? from : newest;
    unlock(&desk_log.queue_lock);
    return count;
}

uint64_t log_dropped(void) {
    return atomic_load_explicit(&desk_log.dropped, memory_order_relaxed);
}
