// The files of a recording that is being made.
#include "market/tape_write.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <zlib.h>

#include "base/table.h"

enum { FILES_MAX = 9999, BUFFER_BYTES = 256 * 1024 };

struct rules {
    uint64_t call; // which answer it is: a hash of venue, URL and what was posted
    struct tape_frame frame;
    char *bytes; // what the frame's slices point into
};

struct tape_writer {
    struct tape_write_options options;
    gzFile file;
    bool zipped, failed;
    enum status status;
    char why[256];
    struct text line;
    uint32_t number;           // of the file at hand
    uint32_t oldest;           // that is kept
    uint64_t sizes[FILES_MAX]; // of the files before it
    uint64_t closed_bytes;     // of them, those that are kept
    uint64_t frames;
    struct rules rules[TAPE_RULES_MAX];
    uint32_t rules_count;
};

static enum status fail(struct tape_writer *writer, enum status status) {
    writer->failed = true;
    writer->status = status;
    (void)string_copy(writer->why, sizeof(writer->why), slice_of(status_text()));
    return status;
}

// "x.ndjson.gz", 3 -> "x.0003.ndjson.gz": what the reader knows a recording by stays at the end.
static bool path_of(const struct tape_writer *writer, uint32_t number, char out[TAPE_PATH_MAX]) {
    static const char *const ends[] = {".ndjson.gz", ".ndjson", ".gz", ""};
    const char *path = writer->options.path;
    size_t size = strlen(path), end = 0;
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        end = strlen(ends[i]);
        if (size > end && strcmp(path + size - end, ends[i]) == 0) {
            break;
        }
    }
    struct text text = text_over(out, TAPE_PATH_MAX);
    text_add(&text, (struct slice){path, size - end});
    if (number > 0) {
        text_add_format(&text, ".%04u", number);
    }
    text_add_string(&text, path + size - end);
    return !text.truncated;
}

static uint64_t file_bytes(const struct tape_writer *writer) {
    z_off_t size = writer->file == NULL ? 0 : gzoffset(writer->file);
    return size > 0 ? (uint64_t)size : 0;
}

uint64_t tape_writer_bytes(const struct tape_writer *writer) {
    return writer->closed_bytes + file_bytes(writer);
}

uint64_t tape_writer_frames(const struct tape_writer *writer) {
    return writer->frames;
}

uint32_t tape_writer_files(const struct tape_writer *writer) {
    return writer->number + 1;
}

static enum status open_file(struct tape_writer *writer) {
    char path[TAPE_PATH_MAX];
    if (!path_of(writer, writer->number, path)) {
        return status_fail(STATUS_CANNOT_CREATE, "%s: path too long", writer->options.path);
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return status_fail_errno(STATUS_CANNOT_CREATE, "%s", path);
    }
    writer->file = gzdopen(fd, writer->zipped ? "wb" : "wbT");
    if (writer->file == NULL) {
        (void)close(fd);
        return status_fail(STATUS_SYSTEM, "%s: no memory for a file", path);
    }
    (void)gzbuffer(writer->file, BUFFER_BYTES);
    return STATUS_OK;
}

// zlib's own sentence names the reason of the system.
static enum status fail_write(struct tape_writer *writer) {
    int code = Z_OK;
    const char *reason = gzerror(writer->file, &code);
    return code == Z_ERRNO ? status_fail_errno(STATUS_IO, "%s", writer->options.path)
                           : status_fail(STATUS_IO, "%s: %s", writer->options.path, reason);
}

static enum status close_file(struct tape_writer *writer) {
    if (writer->file == NULL) {
        return STATUS_OK;
    }
    enum status status = gzflush(writer->file, Z_FINISH) == Z_OK ? STATUS_OK : fail_write(writer);
    uint64_t size = file_bytes(writer);
    if (gzclose(writer->file) != Z_OK && status == STATUS_OK) {
        status = status_fail_errno(STATUS_IO, "%s", writer->options.path);
    }
    writer->file = NULL;
    writer->sizes[writer->number] = size;
    writer->closed_bytes += size;
    return status;
}

static enum status check_floor(const struct tape_writer *writer) {
    struct statvfs info;
    char folder[TAPE_PATH_MAX];
    const char *slash = strrchr(writer->options.path, '/');
    struct slice part = {writer->options.path,
                         slash == NULL ? 0 : (size_t)(slash - writer->options.path) + 1};
    if (!string_copy(folder, sizeof(folder), slash == NULL ? SLICE(".") : part)) {
        return status_fail(STATUS_CANNOT_CREATE, "%s: path too long", writer->options.path);
    }
    if (statvfs(folder, &info) != 0) {
        return status_fail_errno(STATUS_CANNOT_CREATE, "%s", folder);
    }
    if ((uint64_t)info.f_bavail * info.f_frsize < writer->options.disk_floor_bytes) {
        return status_fail(STATUS_IO, "less than %llu MiB are free under %s (disk_floor_mb)",
                           (unsigned long long)(writer->options.disk_floor_bytes >> 20), folder);
    }
    return STATUS_OK;
}

enum status tape_writer_create(struct tape_writer **out, const struct tape_write_options *options) {
    *out = NULL;
    struct tape_writer *writer = calloc(1, sizeof(*writer));
    char *line = malloc(TAPE_LINE_MAX);
    if (writer == NULL || line == NULL) {
        free(writer);
        free(line);
        return status_fail(STATUS_SYSTEM, "recording: no memory");
    }
    writer->options = *options;
    // A byte is left for the line's end.
    writer->line = text_over(line, TAPE_LINE_MAX - 1);
    size_t size = strlen(options->path);
    writer->zipped = size > 3 && strcmp(options->path + size - 3, ".gz") == 0;
    enum status status = check_floor(writer);
    status = status == STATUS_OK ? open_file(writer) : status;
    if (status != STATUS_OK) {
        tape_writer_destroy(writer);
        return status_context(status, "recording");
    }
    *out = writer;
    return STATUS_OK;
}

// ---- rules ------------------------------------------------------------------------------------

static struct rules *rules_of(struct tape_writer *writer, const struct tape_frame *frame) {
    uint64_t venue = hash_bytes(frame->venue.data, frame->venue.size, 0);
    uint64_t url = hash_bytes(frame->url.data, frame->url.size, venue);
    uint64_t call = hash_bytes(frame->body.data, frame->body.size, url);
    for (uint32_t i = 0; i < writer->rules_count; i++) {
        if (writer->rules[i].call == call) {
            return &writer->rules[i];
        }
    }
    if (writer->rules_count == TAPE_RULES_MAX) {
        return NULL;
    }
    struct rules *rules = &writer->rules[writer->rules_count++];
    *rules = (struct rules){.call = call};
    return rules;
}

static struct slice keep_slice(char **at, struct slice from) {
    if (from.size > 0) {
        memcpy(*at, from.data, from.size);
    }
    struct slice kept = {*at, from.size};
    *at += from.size;
    return kept;
}

static enum status keep_rules(struct tape_writer *writer, const struct tape_frame *frame) {
    struct rules *rules = rules_of(writer, frame);
    char *bytes =
        malloc(frame->venue.size + frame->url.size + frame->body.size + frame->raw.size + 1);
    if (rules == NULL || bytes == NULL) {
        free(bytes);
        return status_fail(STATUS_SYSTEM, "recording: no memory for the instruments' rules");
    }
    free(rules->bytes);
    rules->bytes = bytes;
    rules->frame = *frame;
    rules->frame.venue = keep_slice(&bytes, frame->venue);
    rules->frame.url = keep_slice(&bytes, frame->url);
    rules->frame.body = keep_slice(&bytes, frame->body);
    rules->frame.raw = keep_slice(&bytes, frame->raw);
    return STATUS_OK;
}

// ---- frames -----------------------------------------------------------------------------------

static enum status write_frame(struct tape_writer *writer, const struct tape_frame *frame) {
    text_clear(&writer->line);
    writer->line.truncated = false;
    if (!tape_format_frame(frame, &writer->line)) {
        return status_fail(STATUS_DATA, "a frame of %.*s is too long to be recorded",
                           (int)frame->venue.size, frame->venue.data);
    }
    writer->line.data[writer->line.size] = '\n';
    unsigned size = (unsigned)writer->line.size + 1;
    if (gzwrite(writer->file, writer->line.data, size) != (int)size) {
        return fail_write(writer);
    }
    return STATUS_OK;
}

static void remove_oldest(struct tape_writer *writer) {
    char path[TAPE_PATH_MAX];
    while (writer->options.keep > 0 && writer->number + 1 - writer->oldest > writer->options.keep) {
        if (path_of(writer, writer->oldest, path)) {
            (void)unlink(path); // one that somebody took away already is no failure
        }
        writer->closed_bytes -= writer->sizes[writer->oldest];
        writer->oldest++;
    }
}

static enum status rotate(struct tape_writer *writer, int64_t t_ns) {
    enum status status = close_file(writer);
    if (status != STATUS_OK) {
        return status;
    }
    writer->number++;
    remove_oldest(writer);
    status = open_file(writer);
    for (uint32_t i = 0; i < writer->rules_count && status == STATUS_OK; i++) {
        if (writer->rules[i].bytes == NULL) {
            continue;
        }
        struct tape_frame frame = writer->rules[i].frame;
        frame.t_ns = t_ns;
        status = write_frame(writer, &frame);
    }
    return status;
}

static enum status refuse(const struct tape_writer *writer) {
    return status_fail(writer->status, "%s", writer->why);
}

enum status tape_writer_put(struct tape_writer *writer, const struct tape_frame *frame) {
    const struct tape_write_options *options = &writer->options;
    if (writer->failed) {
        return refuse(writer);
    }
    enum status status = STATUS_OK;
    // What is not on the disk yet counts as much as it can.
    uint64_t coming = BUFFER_BYTES + frame->raw.size;
    if (options->total_bytes_max > 0 &&
        tape_writer_bytes(writer) + coming >= options->total_bytes_max) {
        (void)status_fail(STATUS_UNAVAILABLE, "the recording has reached its size of %llu MiB",
                          (unsigned long long)(options->total_bytes_max >> 20));
        return fail(writer, STATUS_UNAVAILABLE);
    }
    if (options->file_bytes_max > 0 && file_bytes(writer) >= options->file_bytes_max &&
        writer->number + 1 < FILES_MAX) {
        status = rotate(writer, frame->t_ns);
    }
    if (status == STATUS_OK && frame->rules) {
        status = keep_rules(writer, frame);
    }
    if (status != STATUS_OK) {
        return fail(writer, status);
    }
    status = write_frame(writer, frame);
    writer->frames += status == STATUS_OK;
    return status == STATUS_OK || status == STATUS_DATA ? status : fail(writer, status);
}

enum status tape_writer_tend(struct tape_writer *writer) {
    if (writer->failed) {
        return refuse(writer);
    }
    enum status status =
        gzflush(writer->file, Z_SYNC_FLUSH) == Z_OK ? check_floor(writer) : fail_write(writer);
    return status == STATUS_OK ? status : fail(writer, status);
}

enum status tape_writer_close(struct tape_writer *writer) {
    if (writer == NULL) {
        return STATUS_OK;
    }
    enum status status = close_file(writer);
    if (writer->failed && writer->status != STATUS_UNAVAILABLE) {
        return refuse(writer);
    }
    return status;
}

void tape_writer_destroy(struct tape_writer *writer) {
    if (writer == NULL) {
        return;
    }
    if (writer->file != NULL) {
        (void)gzclose(writer->file);
    }
    for (uint32_t i = 0; i < writer->rules_count; i++) {
        free(writer->rules[i].bytes);
    }
    free(writer->line.data);
    free(writer);
}
