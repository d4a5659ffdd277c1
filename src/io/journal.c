// Writing a session. The engine's thread of the moment writes and rotates; only journal_sync's
// thread closes a file, so a descriptor it works on can never be closed under it.
#include "io/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/journal_names.h"

static enum status make_folder(const char *path) {
    char part[sizeof(((struct journal_folder *)NULL)->path)];
    if (!string_copy(part, sizeof(part), slice_of(path)) || part[0] == '\0') {
        return status_fail(STATUS_CONFIG, "the state folder's path is empty or too long");
    }
    for (char *at = part + 1; *at != '\0'; at++) {
        if (*at == '/') {
            *at = '\0';
            (void)mkdir(part, 0700); // what fails here fails below, with its reason
            *at = '/';
        }
    }
    if (mkdir(part, 0700) != 0 && errno != EEXIST) {
        return status_fail_errno(STATUS_CANNOT_CREATE, "cannot create the state folder %s", path);
    }
    return STATUS_OK;
}

enum status journal_folder_open(struct journal_folder *folder, const char *path) {
    *folder = (struct journal_folder){.fd = -1, .lock_fd = -1};
    enum status status = make_folder(path);
    if (status != STATUS_OK) {
        return status;
    }
    (void)string_copy(folder->path, sizeof(folder->path), slice_of(path));
    folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->fd < 0) {
        return status_fail_errno(STATUS_CANNOT_CREATE, "cannot open the state folder %s", path);
    }
    folder->lock_fd = openat(folder->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (folder->lock_fd < 0) {
        status = status_fail_errno(STATUS_CANNOT_CREATE, "cannot create %s/lock", path);
        journal_folder_close(folder);
        return status;
    }
    if (flock(folder->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        status = errno == EWOULDBLOCK
                     ? status_fail(STATUS_UNAVAILABLE,
                                   "another desk runs on %s: stop it first, or give this one "
                                   "another state folder",
                                   path)
                     : status_fail_errno(STATUS_SYSTEM, "cannot lock %s/lock", path);
        journal_folder_close(folder);
        return status;
    }
    return STATUS_OK;
}

void journal_folder_close(struct journal_folder *folder) {
    if (folder->lock_fd >= 0) {
        (void)close(folder->lock_fd);
    }
    if (folder->fd >= 0) {
        (void)close(folder->fd);
    }
    folder->fd = folder->lock_fd = -1;
}

static enum status check_floor(const struct journal *journal, bool *below) {
    struct statvfs info;
    *below = false;
    if (fstatvfs(journal->folder->fd, &info) != 0) {
        return status_fail_errno(STATUS_SYSTEM, "cannot ask for the free space of %s",
                                 journal->folder->path);
    }
    uint64_t bytes_free = (uint64_t)info.f_bavail * info.f_frsize;
    *below = bytes_free < journal->options.disk_floor_bytes;
    return STATUS_OK;
}

static enum status fail_floor(const struct journal *journal) {
    return status_fail(STATUS_IO, "less than %llu MiB are free under %s (disk_floor_mb)",
                       (unsigned long long)(journal->options.disk_floor_bytes >> 20),
                       journal->folder->path);
}

// All of it or an error: a short write is continued.
static enum status write_all(int fd, const unsigned char *data, size_t size, uint64_t *written) {
    while (size > 0) {
        ssize_t took = write(fd, data, size);
        if (took < 0 && errno == EINTR) {
            continue;
        }
        if (took <= 0) {
            errno = took == 0 ? ENOSPC : errno;
            return status_fail_errno(STATUS_IO, "cannot write the journal");
        }
        data += took;
        size -= (size_t)took;
        *written += (uint64_t)took;
    }
    return STATUS_OK;
}

static enum status open_file(struct journal *journal, uint32_t number, int *out) {
    char name[JOURNAL_NAME_MAX];
    journal_name(name, journal->stamp, number);
    int fd =
        openat(journal->folder->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) {
        return status_fail_errno(STATUS_CANNOT_CREATE, "cannot create %s/%s", journal->folder->path,
                                 name);
    }
    uint64_t written = 0;
    struct journal_head head = {.mode = journal->options.mode,
                                .file_number = number,
                                .base = journal->sequence,
                                .config = {journal->config, journal->config_size}};
    (void)journal_encode_header(&head, journal->head);
    enum status status = write_all(fd, journal->head, journal->head_size, &written);
    if (status != STATUS_OK) {
        (void)close(fd);
        (void)unlinkat(journal->folder->fd, name, 0);
        return status;
    }
    *out = fd;
    return STATUS_OK;
}

static enum status begin(struct journal *journal) {
    char newest[JOURNAL_STAMP_MAX];
    enum status status = journal_newest(journal->folder->path, newest);
    if (status != STATUS_OK) {
        return status;
    }
    int64_t wall_ns = journal_wall_ns();
    if (journal->options.retention_ns > 0) {
        const char *kept = journal->options.kept != NULL ? journal->options.kept : newest;
        journal_remove_expired(journal->folder, wall_ns - journal->options.retention_ns, kept);
    }
    bool below = false;
    status = check_floor(journal, &below);
    if (status != STATUS_OK) {
        return status;
    }
    if (below) {
        return fail_floor(journal);
    }
    journal_stamp_after(journal->stamp, wall_ns, newest);
    int fd = -1;
    status = open_file(journal, 0, &fd);
    if (status == STATUS_OK) {
        atomic_store(&journal->fd, fd);
        journal->file_bytes = journal->head_size;
        atomic_store(&journal->new_file, true);
    }
    return status;
}

enum status journal_create(struct journal *journal, struct journal_folder *folder,
                           const struct journal_options *options) {
    ASSERT(options->buffer_bytes >= sizeof(struct event) + 8);
    memset(journal, 0, sizeof(*journal));
    journal->folder = folder;
    journal->options = *options;
    atomic_store(&journal->fd, -1);
    atomic_store(&journal->retired_fd, -1);
    journal->head_size = journal_header_size(options->config.size);
    journal->head = malloc(journal->head_size);
    journal->buffer = malloc(options->buffer_bytes);
    journal->config_size = options->config.size;
    journal->config = malloc(options->config.size + 1);
    enum status status = STATUS_OK;
    if (journal->head == NULL || journal->buffer == NULL || journal->config == NULL) {
        status = status_fail(STATUS_SYSTEM, "no memory for the journal");
    } else {
        if (options->config.size > 0) {
            memcpy(journal->config, options->config.data, options->config.size);
        }
        status = begin(journal);
    }
    journal->options.config = (struct slice){0}; // the caller's
    if (status != STATUS_OK) {
        journal_finish(journal);
    }
    return status_context(status, "journal");
}

void journal_finish(struct journal *journal) {
    journal_sync(journal);
    int fd = atomic_exchange(&journal->fd, -1);
    if (fd >= 0) {
        (void)close(fd);
    }
    free(journal->head);
    free(journal->buffer);
    free(journal->config);
    journal->head = journal->buffer = NULL;
    journal->config = NULL;
}

// Nothing is taken any more. What this pass wrote already is cut off again.
static void fail(struct journal *journal) {
    journal->failed = true;
    journal->buffered = 0;
    (void)string_copy(journal->failure, sizeof(journal->failure), slice_of(status_text()));
    if (journal->part_bytes > 0 &&
        ftruncate(atomic_load(&journal->fd), (off_t)journal->file_bytes) != 0) {
        log_warn("journal", "the last pass could not be cut off: the file ends with a torn tail");
    }
    log_error("journal", "%s", journal->failure);
}

static void flush(struct journal *journal) {
    int fd = atomic_load_explicit(&journal->fd, memory_order_relaxed);
    enum status status = write_all(fd, journal->buffer, journal->buffered, &journal->part_bytes);
    journal->buffered = 0;
    if (status != STATUS_OK) {
        fail(journal);
    }
}

static void append(void *arg, const struct event *event) {
    struct journal *journal = arg;
    if (journal->failed) {
        return;
    }
    if (journal->buffered + journal_record_size(event) > journal->options.buffer_bytes) {
        flush(journal); // a pass larger than the memory: still before anything is sent
        if (journal->failed) {
            return;
        }
    }
    journal->buffered += journal_encode(event, journal->buffer + journal->buffered);
    if ((event->header.flags & EVENT_SAMPLE) == 0) {
        journal->sequence = event->header.sequence;
    }
}

// The old file goes to journal_sync; while that is still busy with the one before, the current file
// just grows on.
static void rotate(struct journal *journal) {
    if (atomic_load(&journal->retired_fd) >= 0 || journal->file_number >= JOURNAL_FILES_MAX) {
        return;
    }
    int fd = -1;
    if (open_file(journal, journal->file_number + 1, &fd) != STATUS_OK) {
        fail(journal);
        return;
    }
    journal->file_number++;
    journal->file_bytes = journal->head_size;
    int old_fd = atomic_exchange(&journal->fd, fd);
    atomic_store(&journal->retired_fd, old_fd);
    atomic_store(&journal->new_file, true);
}

static enum status commit(void *arg) {
    struct journal *journal = arg;
    if (!journal->failed && journal->buffered > 0) {
        flush(journal);
    }
    int sync_errno = atomic_load_explicit(&journal->sync_errno, memory_order_relaxed);
    if (!journal->failed && sync_errno != 0) {
        errno = sync_errno;
        (void)status_fail_errno(STATUS_IO, "the journal cannot be made durable");
        fail(journal);
    }
    if (journal->failed) {
        return status_fail(STATUS_IO, "%s", journal->failure);
    }
    counter_add(&journal->commits, 1);
    counter_add(&journal->bytes, journal->part_bytes);
    journal->file_bytes += journal->part_bytes;
    journal->part_bytes = 0;
    atomic_store(&journal->unsynced, true); // ordered before the look at `parked`
    if (journal->options.file_bytes_max > 0 &&
        journal->file_bytes >= journal->options.file_bytes_max) {
        rotate(journal); // the pass itself is on file: a failure stops the next one
    }
    if (atomic_load(&journal->parked) && atomic_exchange(&journal->parked, false)) {
        journal->wake(journal->wake_arg);
    }
    return STATUS_OK;
}

struct journal_sink journal_sink(struct journal *journal) {
    return (struct journal_sink){.append = append, .commit = commit, .arg = journal};
}

void journal_on_wake(struct journal *journal, void (*wake)(void *arg), void *arg) {
    journal->wake = wake;
    journal->wake_arg = arg;
}

bool journal_park(struct journal *journal) {
    ASSERT(journal->wake != NULL);
    atomic_store(&journal->parked, true);
    if (journal_sync_wanted(journal)) {
        atomic_store(&journal->parked, false);
        return false;
    }
    return true;
}

bool journal_sync_wanted(const struct journal *journal) {
    return atomic_load(&journal->unsynced) || atomic_load(&journal->new_file) ||
           atomic_load(&journal->retired_fd) >= 0;
}

static void sync_file(struct journal *journal, int fd) {
    // EINVAL: a device or pipe that cannot be synced (tests); there is nothing to lose.
    if (fd >= 0 && fdatasync(fd) != 0 && errno != EINVAL) {
        atomic_store(&journal->sync_errno, errno);
    }
}

void journal_sync(struct journal *journal) {
    if (!journal_sync_wanted(journal)) {
        return;
    }
    // Flags first: what is committed from here on wants another sync.
    atomic_store(&journal->unsynced, false);
    bool new_file = atomic_exchange(&journal->new_file, false);
    int retired_fd = atomic_load(&journal->retired_fd);
    if (retired_fd >= 0) {
        sync_file(journal, retired_fd);
        (void)close(retired_fd);
        atomic_store(&journal->retired_fd, -1);
    }
    sync_file(journal, atomic_load(&journal->fd));
    if (new_file && fsync(journal->folder->fd) != 0) {
        atomic_store(&journal->sync_errno, errno);
    }
    counter_add(&journal->syncs, 1);
}

void journal_tend(struct journal *journal) {
    bool below = false;
    if (check_floor(journal, &below) != STATUS_OK) {
        return;
    }
    if (below && !atomic_exchange(&journal->below_floor, true)) {
        (void)fail_floor(journal);
        log_error("journal", "%s: trading halts, cancels and hedges go on", status_text());
    } else if (!below && atomic_exchange(&journal->below_floor, false)) {
        log_info("journal", "there is room again");
    }
}

bool journal_is_low(const struct journal *journal) {
    return atomic_load_explicit(&journal->below_floor, memory_order_relaxed);
}
