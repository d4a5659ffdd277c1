// Reading a session: its files are mapped one after the other.
#include "io/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/journal_names.h"

static void unmap(struct journal_session *session) {
    if (session->map != NULL) {
        (void)munmap(session->map, session->map_size);
        session->map = NULL;
    }
}

static enum status map_fd(struct journal_session *session, int fd, const char *path) {
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return status_fail_errno(STATUS_SYSTEM, "cannot read %s", path);
    }
    if (!S_ISREG(info.st_mode)) {
        return status_fail(STATUS_NO_INPUT, "%s is no file", path);
    }
    if (info.st_size == 0) {
        return status_fail(STATUS_DATA, "%s is empty", path);
    }
    void *map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) {
        return status_fail_errno(STATUS_SYSTEM, "cannot read %s", path);
    }
    session->map = map;
    session->map_size = (size_t)info.st_size;
    return STATUS_OK;
}

static void path_of(const struct journal_session *session, uint32_t number, struct text *out) {
    char name[JOURNAL_NAME_MAX];
    journal_name(name, session->stamp, number);
    text_clear(out);
    text_add_format(out, "%s/%s", session->folder, name);
}

static enum status open_number(struct journal_session *session, uint32_t number) {
    char path[sizeof(session->folder) + JOURNAL_NAME_MAX];
    struct text text = TEXT_OVER(path);
    path_of(session, number, &text);
    unmap(session);
    session->file_number = number;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return status_fail_errno(errno == ENOENT ? STATUS_NO_INPUT : STATUS_SYSTEM,
                                 "cannot open %s", path);
    }
    enum status status = map_fd(session, fd, path);
    (void)close(fd);
    if (status == STATUS_OK) {
        status = status_context(
            journal_reader_init(&session->reader, session->map, session->map_size), "%s", path);
    }
    return status;
}

// Whether the file at hand continues what was read: nothing is missing between the two.
static bool continues(const struct journal_session *session, uint32_t number) {
    return session->reader.file_number == number &&
           session->reader.base == session->last_sequence && session->reader.mode == session->mode;
}

// A crash while a file is begun leaves less than its head. Its size is the first one's: all files
// of a session carry the same configuration.
static bool is_begun(const struct journal_session *session) {
    return session->map == NULL || session->map_size <= session->head_size;
}

// Folder and stamp of a path to a session's file.
static enum status split_path(struct journal_session *session, const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    uint32_t number = 0;
    if (!journal_name_parse(name, session->stamp, &number)) {
        return status_fail(STATUS_NO_INPUT, "%s is neither a folder nor journal-<time>.pdj", path);
    }
    if (number != 0) {
        return status_fail(STATUS_NO_INPUT,
                           "%s is not the first file of its session: give journal-%s.pdj", path,
                           session->stamp);
    }
    struct slice folder = slash == NULL   ? SLICE(".")
                          : slash == path ? SLICE("/")
                                          : (struct slice){path, (size_t)(slash - path)};
    if (!string_copy(session->folder, sizeof(session->folder), folder)) {
        return status_fail(STATUS_NO_INPUT, "the path %s is too long", path);
    }
    return STATUS_OK;
}

static enum status find_newest(struct journal_session *session, const char *path,
                               const char *before) {
    if (!string_copy(session->folder, sizeof(session->folder), slice_of(path))) {
        return status_fail(STATUS_NO_INPUT, "the path %s is too long", path);
    }
    enum status status = journal_newest_before(path, before, session->stamp);
    if (status == STATUS_OK && session->stamp[0] == '\0') {
        status = status_fail(STATUS_NO_INPUT, "there is no journal in %s", path);
    }
    return status;
}

static enum status open_first(struct journal_session *session) {
    enum status status = journal_count(session->folder, session->stamp, &session->file_count);
    if (status == STATUS_OK) {
        status = open_number(session, 0);
    }
    if (status == STATUS_OK) {
        session->mode = session->reader.mode;
        session->head_size = session->reader.at;
        status = continues(session, 0)
                     ? STATUS_OK
                     : status_fail(STATUS_DATA, "the journal %s does not begin with its first file",
                                   session->stamp);
    }
    return status;
}

enum status journal_session_open(struct journal_session *session, const char *path) {
    *session = (struct journal_session){.end = JOURNAL_RECORD};
    struct stat info;
    if (stat(path, &info) != 0) {
        return status_fail_errno(STATUS_NO_INPUT, "cannot open %s", path);
    }
    enum status status =
        S_ISDIR(info.st_mode) ? find_newest(session, path, "") : split_path(session, path);
    if (status == STATUS_OK) {
        status = open_first(session);
    }
    if (status != STATUS_OK) {
        journal_session_close(session);
    }
    return status;
}

enum status journal_session_open_before(struct journal_session *session, const char *folder,
                                        const char *stamp) {
    *session = (struct journal_session){.end = JOURNAL_RECORD};
    enum status status = find_newest(session, folder, stamp);
    if (status == STATUS_OK) {
        status = open_first(session);
    }
    if (status != STATUS_OK) {
        journal_session_close(session);
    }
    return status;
}

void journal_session_close(struct journal_session *session) {
    unmap(session);
}

// Whatever is behind the place where reading stopped, later files included.
static uint64_t count_lost(const struct journal_session *session) {
    uint64_t lost = session->map != NULL && session->map_size > session->reader.at
                        ? session->map_size - session->reader.at
                        : 0;
    for (uint32_t number = session->file_number + 1; number < session->file_count; number++) {
        char path[sizeof(session->folder) + JOURNAL_NAME_MAX];
        struct text text = TEXT_OVER(path);
        path_of(session, number, &text);
        struct stat info;
        lost += stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
    }
    return lost;
}

static enum journal_read stop(struct journal_session *session, enum journal_read end) {
    session->end = end;
    session->bytes_lost = count_lost(session);
    return end;
}

enum journal_read journal_session_next(struct journal_session *session, struct event *event) {
    if (session->end != JOURNAL_RECORD) {
        return session->end;
    }
    enum journal_read read = journal_next(&session->reader, event);
    while (read == JOURNAL_END && session->file_number + 1 < session->file_count) {
        uint32_t number = session->file_number + 1;
        enum status status = open_number(session, number);
        if (status != STATUS_OK) {
            bool torn =
                status == STATUS_DATA && number + 1 == session->file_count && is_begun(session);
            session->unread = status == STATUS_SYSTEM;
            session->reader.at = 0;
            session->reader.why = status == STATUS_SYSTEM
                                      ? "the file cannot be read"
                                      : "the head of the file is damaged, or the file is missing";
            return stop(session, torn ? JOURNAL_TORN : JOURNAL_DAMAGED);
        }
        if (!continues(session, number)) {
            session->reader.at = 0;
            session->reader.why = "records are missing before this file";
            return stop(session, JOURNAL_DAMAGED);
        }
        read = journal_next(&session->reader, event);
    }
    if (read == JOURNAL_TORN && session->file_number + 1 < session->file_count) {
        read = JOURNAL_DAMAGED; // a tail can only be torn at the very end
    }
    if (read != JOURNAL_RECORD) {
        return stop(session, read);
    }
    session->events++;
    session->last_sequence = session->reader.last_sequence;
    session->last_ns = event->header.time_ns;
    return JOURNAL_RECORD;
}

enum status journal_session_rewind(struct journal_session *session) {
    session->events = session->last_sequence = session->bytes_lost = 0;
    session->last_ns = 0;
    session->end = JOURNAL_RECORD;
    return open_number(session, 0);
}

void journal_session_describe(struct journal_session *session, struct text *out) {
    struct event event;
    while (journal_session_next(session, &event) == JOURNAL_RECORD) {
    }
    text_add_format(out, "%u file%s, %llu events", session->file_count,
                    session->file_count == 1 ? "" : "s", (unsigned long long)session->events);
    if (session->events > 0) {
        time_t seconds = (time_t)(session->last_ns / NS_PER_S);
        struct tm tm;
        char stamp[32];
        if (gmtime_r(&seconds, &tm) != NULL &&
            strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0) {
            text_add_format(out, ", last at %s", stamp);
        }
    }
    if (session->end == JOURNAL_TORN) {
        text_add_format(out, ", torn tail of %llu bytes", (unsigned long long)session->bytes_lost);
    } else if (session->end == JOURNAL_DAMAGED) {
        text_add_format(out, ", DAMAGED: %llu bytes cannot be read",
                        (unsigned long long)session->bytes_lost);
    }
}

void journal_session_where(const struct journal_session *session, struct text *out) {
    char path[sizeof(session->folder) + JOURNAL_NAME_MAX];
    struct text text = TEXT_OVER(path);
    path_of(session, session->file_number, &text);
    text_add(out, text_slice(&text));
    text_add_format(out, ": record %llu at byte %zu: %s", (unsigned long long)session->events + 1,
                    session->reader.at,
                    session->reader.why != NULL ? session->reader.why : "the end");
}
