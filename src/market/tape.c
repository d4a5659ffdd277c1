// Files of a recording, merged by time: each open file holds its next record, the earliest goes
// first.
#include "market/tape.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <zlib.h>

enum { LINE_FIRST = 64 * 1024, PATH_SIZE = 512, READ_AHEAD = 64 * 1024 };

enum file_format { FORMAT_ENVELOPE, FORMAT_TABLE };

struct tape_file {
    char path[PATH_SIZE];
    gzFile source;
    enum file_format format;
    struct tape_table table;
    char depth_venue[VENUE_NAME_MAX * 2]; // for tables that name none
    char depth_symbol[NATIVE_NAME_MAX];
    char *line;
    size_t line_capacity;
    uint32_t line_number;
    int64_t last_ns;
    bool pending; // `next` holds a record not handed out yet
    bool ended;
    struct tape_record next;
};

struct tape {
    struct tape_file *files;
    uint32_t file_count;
};

static bool name_ends(const char *name, const char *end) {
    size_t size = strlen(name), end_size = strlen(end);
    return size >= end_size && strcmp(name + size - end_size, end) == 0;
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

// Reads one line into file->line. *got is false at the end.
static enum status read_line(struct tape_file *file, struct slice *line, bool *got) {
    size_t size = 0;
    for (;;) {
        size_t room = file->line_capacity - size;
        if (gzgets(file->source, file->line + size, (int)room) == NULL) {
            int code = Z_OK;
            const char *reason = gzerror(file->source, &code);
            if (code != Z_OK && code != Z_STREAM_END) {
                return status_fail(STATUS_IO, "%s: behind line %u: %s", file->path,
                                   file->line_number, reason);
            }
            break;
        }
        size_t added = strlen(file->line + size);
        if (added == 0) {
            file->line_number++;
            return status_fail(STATUS_IO, "%s:%u: a NUL byte", file->path, file->line_number);
        }
        size += added;
        if ((size > 0 && file->line[size - 1] == '\n') || size + 1 < file->line_capacity) {
            break;
        }
        if (file->line_capacity >= TAPE_LINE_MAX) {
            return status_fail(STATUS_IO, "%s:%u: a line over %d bytes", file->path,
                               file->line_number + 1, TAPE_LINE_MAX);
        }
        char *grown = realloc(file->line, file->line_capacity * 2);
        if (grown == NULL) {
            return status_fail(STATUS_SYSTEM, "%s: no memory for a line", file->path);
        }
        file->line = grown;
        file->line_capacity *= 2;
    }
    *got = size > 0;
    file->line_number += size > 0;
    while (size > 0 && (file->line[size - 1] == '\n' || file->line[size - 1] == '\r')) {
        size--;
    }
    *line = (struct slice){file->line, size};
    return STATUS_OK;
}

static enum status parse_line(struct tape_file *file, struct slice line, bool *skip) {
    struct tape_record *record = &file->next;
    enum status result;
    if (file->format == FORMAT_ENVELOPE) {
        result = tape_parse_envelope(line, record, skip);
    } else {
        *skip = false;
        result = tape_parse_row(&file->table, line, record);
        if (file->table.depth) {
            record->venue = slice_of(file->depth_venue);
            record->symbol = slice_of(file->depth_symbol);
        }
    }
    if (result != STATUS_OK) {
        return status_context(result, "%s:%u", file->path, file->line_number);
    }
    if (record->t_ns < 0 && file->last_ns < 0) {
        return status_fail(STATUS_DATA, "%s:%u: no time stamp yet", file->path, file->line_number);
    }
    record->t_ns = record->t_ns < file->last_ns ? file->last_ns : record->t_ns;
    file->last_ns = record->t_ns;
    record->file = file->path;
    record->line = file->line_number;
    return STATUS_OK;
}

// Makes the file's next record pending, or marks its end.
static enum status fill(struct tape_file *file) {
    while (!file->pending && !file->ended) {
        struct slice line;
        bool got = false;
        enum status result = read_line(file, &line, &got);
        if (result != STATUS_OK || !got) {
            file->ended = true;
            return result;
        }
        if (line.size == 0) {
            continue;
        }
        bool skip = false;
        result = parse_line(file, line, &skip);
        if (result != STATUS_OK) {
            return result;
        }
        file->pending = !skip;
    }
    return STATUS_OK;
}

// A depth table names neither venue nor symbol: VENUE-DATE/depth-SYMBOL.csv does.
static enum status name_depth(struct tape_file *file) {
    const char *name = base_name(file->path);
    size_t folder_size = (size_t)(name - file->path);
    if (strncmp(name, "depth-", 6) != 0 || folder_size < 2) {
        return status_fail(STATUS_DATA,
                           "%s: a depth table must be called VENUE-DATE/depth-SYMBOL.csv",
                           file->path);
    }
    const char *folder = file->path + folder_size - 1;
    while (folder > file->path && folder[-1] != '/') {
        folder--;
    }
    struct slice venue = {folder, strcspn(folder, "-/")};
    struct slice symbol = {name + 6, strcspn(name + 6, ".")};
    if (!string_copy(file->depth_venue, sizeof(file->depth_venue), venue) ||
        !string_copy(file->depth_symbol, sizeof(file->depth_symbol), symbol) || venue.size == 0 ||
        symbol.size == 0) {
        return status_fail(STATUS_DATA, "%s: no venue and symbol in its name", file->path);
    }
    return STATUS_OK;
}

// Looks at the first line: *usable is false for a table that holds no quotes.
static enum status open_file(struct tape_file *file, bool *usable) {
    file->line = malloc(LINE_FIRST);
    if (file->line == NULL) {
        return status_fail(STATUS_SYSTEM, "%s: no memory for a line", file->path);
    }
    file->line_capacity = LINE_FIRST;
    file->last_ns = -1;
    file->source = gzopen(file->path, "rb");
    if (file->source == NULL) {
        return status_fail_errno(STATUS_NO_INPUT, "%s", file->path);
    }
    (void)gzbuffer(file->source, READ_AHEAD);
    struct slice line;
    bool got = false;
    enum status result = read_line(file, &line, &got);
    if (result != STATUS_OK) {
        return result;
    }
    *usable = got;
    if (!got) {
        return STATUS_OK;
    }
    if (line.size > 0 && line.data[0] == '{') {
        file->format = FORMAT_ENVELOPE;
        file->line_number = 0;
        return gzrewind(file->source) == 0
                   ? STATUS_OK
                   : status_fail(STATUS_IO, "%s: cannot be read again", file->path);
    }
    file->format = FORMAT_TABLE;
    *usable = tape_parse_header(line, &file->table);
    if (*usable && file->table.depth) {
        return name_depth(file);
    }
    return STATUS_OK;
}

static void close_file(struct tape_file *file) {
    if (file->source != NULL) {
        (void)gzclose(file->source);
    }
    free(file->line);
    memset(file, 0, sizeof(*file));
}

static enum status add_file(struct tape *tape, const char *path, bool *usable) {
    if (tape->file_count == TAPE_FILES_MAX) {
        return status_fail(STATUS_INTERNAL, "%s: more than %d files", path, TAPE_FILES_MAX);
    }
    struct tape_file *file = &tape->files[tape->file_count];
    memset(file, 0, sizeof(*file));
    if (!string_copy(file->path, sizeof(file->path), slice_of(path))) {
        return status_fail(STATUS_NO_INPUT, "%s: path too long", path);
    }
    *usable = false;
    enum status result = open_file(file, usable);
    if (result == STATUS_OK && *usable) {
        tape->file_count++;
    } else {
        close_file(file);
    }
    return result;
}

static int is_recording(const struct dirent *entry) {
    const char *name = entry->d_name;
    return name_ends(name, ".ndjson") || name_ends(name, ".ndjson.gz") || name_ends(name, ".csv") ||
           name_ends(name, ".csv.gz");
}

static bool is_envelope_name(const char *name) {
    return name_ends(name, ".ndjson") || name_ends(name, ".ndjson.gz");
}

static enum status add_folder(struct tape *tape, const char *path) {
    struct dirent **names = NULL;
    int count = scandir(path, &names, is_recording, alphasort);
    if (count < 0) {
        return status_fail_errno(STATUS_NO_INPUT, "%s", path);
    }
    bool frames = false;
    for (int i = 0; i < count; i++) {
        frames = frames || is_envelope_name(names[i]->d_name);
    }
    size_t path_size = strlen(path);
    while (path_size > 1 && path[path_size - 1] == '/') {
        path_size--;
    }
    enum status result = STATUS_OK;
    for (int i = 0; i < count; i++) {
        if (result == STATUS_OK && frames == is_envelope_name(names[i]->d_name)) {
            char full[PATH_SIZE];
            struct text text = TEXT_OVER(full);
            text_add(&text, (struct slice){path, path_size});
            text_add_char(&text, '/');
            text_add_string(&text, names[i]->d_name);
            bool usable = false;
            result = text.truncated ? status_fail(STATUS_NO_INPUT, "%s: path too long", path)
                                    : add_file(tape, full, &usable);
        }
        free(names[i]);
    }
    free(names);
    if (result == STATUS_OK && tape->file_count == 0) {
        return status_fail(STATUS_NO_INPUT,
                           count == 0
                               ? "%s: no recording in this folder (*.ndjson[.gz] or *.csv[.gz])"
                               : "%s: no recording in this folder: its tables hold no quotes",
                           path);
    }
    return result;
}

static enum status add_path(struct tape *tape, const char *path) {
    struct stat info;
    if (stat(path, &info) != 0) {
        return status_fail_errno(STATUS_NO_INPUT, "%s", path);
    }
    if (S_ISDIR(info.st_mode)) {
        return add_folder(tape, path);
    }
    bool usable = false;
    enum status result = add_file(tape, path, &usable);
    if (result == STATUS_OK && !usable) {
        return status_fail(STATUS_DATA,
                           "%s:1: neither an envelope line nor the header of a table of quotes",
                           path);
    }
    return result;
}

enum status tape_create(struct tape **out, const char *path) {
    *out = NULL;
    struct tape *tape = calloc(1, sizeof(*tape));
    if (tape != NULL) {
        tape->files = calloc(TAPE_FILES_MAX, sizeof(*tape->files));
    }
    if (tape == NULL || tape->files == NULL) {
        free(tape);
        return status_fail(STATUS_SYSTEM, "recording: no memory");
    }
    enum status result = add_path(tape, path);
    if (result != STATUS_OK) {
        tape_destroy(tape);
        return status_context(result, "recording");
    }
    *out = tape;
    return STATUS_OK;
}

void tape_destroy(struct tape *tape) {
    if (tape == NULL) {
        return;
    }
    for (uint32_t i = 0; i < tape->file_count; i++) {
        close_file(&tape->files[i]);
    }
    free(tape->files);
    free(tape);
}

enum status tape_next(struct tape *tape, struct tape_record *record) {
    struct tape_file *earliest = NULL;
    for (uint32_t i = 0; i < tape->file_count; i++) {
        struct tape_file *file = &tape->files[i];
        enum status result = fill(file);
        if (result != STATUS_OK) {
            return result;
        }
        if (file->pending && (earliest == NULL || file->next.t_ns < earliest->next.t_ns)) {
            earliest = file;
        }
    }
    if (earliest == NULL) {
        record->kind = TAPE_END;
        return STATUS_OK;
    }
    *record = earliest->next;
    earliest->pending = false;
    return STATUS_OK;
}

enum status tape_rewind(struct tape *tape) {
    for (uint32_t i = 0; i < tape->file_count; i++) {
        struct tape_file *file = &tape->files[i];
        if (gzrewind(file->source) != 0) {
            return status_fail(STATUS_IO, "%s: cannot be read again", file->path);
        }
        file->pending = file->ended = false;
        file->last_ns = -1;
        file->line_number = 0;
        if (file->format == FORMAT_TABLE) {
            struct slice line;
            bool got = false;
            enum status result = read_line(file, &line, &got);
            if (result != STATUS_OK) {
                return result;
            }
        }
    }
    return STATUS_OK;
}

uint32_t tape_file_count(const struct tape *tape) {
    return tape->file_count;
}
