#include "decode_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { READ_BLOCK = 1 << 20 };

static enum status read_all(struct decode_file *file, gzFile from, const char *path) {
    size_t capacity = 0;
    for (;;) {
        if (file->size + READ_BLOCK > capacity) {
            capacity = capacity == 0 ? 2 * READ_BLOCK : 2 * capacity;
            char *data = capacity <= DECODE_FILE_MAX ? realloc(file->data, capacity) : NULL;
            if (data == NULL) {
                return status_fail(STATUS_DATA, "%s is larger than a file may be", path);
            }
            file->data = data;
        }
        int got = gzread(from, file->data + file->size, READ_BLOCK);
        if (got < 0) {
            int code;
            return status_fail(STATUS_DATA, "%s is damaged: %s", path, gzerror(from, &code));
        }
        if (got == 0) {
            return STATUS_OK;
        }
        file->size += (size_t)got;
    }
}

static enum status load(struct decode_file *file, const char *path) {
    struct stat about;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 || fstat(descriptor, &about) != 0 || S_ISDIR(about.st_mode)) {
        const char *why = descriptor >= 0 && errno == 0 ? "is a folder" : strerror(errno);
        if (descriptor >= 0) {
            (void)close(descriptor);
        }
        return status_fail(STATUS_IO, "%s cannot be read: %s", path, why);
    }
    gzFile from = gzdopen(descriptor, "rb");
    if (from == NULL) {
        (void)close(descriptor);
        return status_fail(STATUS_SYSTEM, "no memory for %s", path);
    }
    enum status status = read_all(file, from, path);
    int closed = gzclose(from);
    if (status == STATUS_OK && closed != Z_OK) {
        status = status_fail(STATUS_DATA, "%s is damaged: it ends in the middle", path);
    }
    return status;
}

static struct slice trimmed(struct slice text) {
    while (text.size > 0 && strchr(" \t\r\n", text.data[0]) != NULL && text.data[0] != '\0') {
        text = (struct slice){text.data + 1, text.size - 1};
    }
    while (text.size > 0 && strchr(" \t\r\n", text.data[text.size - 1]) != NULL &&
           text.data[text.size - 1] != '\0') {
        text.size--;
    }
    return text;
}

// The value at the reader, as it stands. False: it is none.
static bool take_value(struct json *r, struct slice *value) {
    *value = json_raw(r);
    return !r->failed;
}

static struct slice inside(struct slice value) {
    bool text = value.size >= 2 && value.data[0] == '"';
    return text ? (struct slice){value.data + 1, value.size - 2} : (struct slice){0};
}

static bool is_word(struct slice value, const char *word) {
    return slice_equals(inside(value), slice_of(word));
}

// A sample has its messages under one name or the other and says where they are from; a venue's own
// message may have such a member, too, but not with both.
static void look_for_sample(struct decode_file *file) {
    struct json r;
    struct slice key, value, list = {0}, note = {0};
    bool has_source = false;
    json_init(&r, (struct slice){file->data, file->size});
    json_object_begin(&r);
    while (json_object_next(&r, &key) && take_value(&r, &value)) {
        if (slice_equals(key, SLICE("messages")) || slice_equals(key, SLICE("message"))) {
            list = value;
        } else if (slice_equals(key, SLICE("source"))) {
            has_source = true;
        } else if (slice_equals(key, SLICE("note"))) {
            note = inside(value);
        } else if (slice_equals(key, SLICE("transport"))) {
            file->way = is_word(value, "ws")     ? MESSAGE_STREAM
                        : is_word(value, "rest") ? MESSAGE_REST
                                                 : MESSAGE_UNTOLD;
        }
    }
    file->sample = json_end(&r) && list.size > 0 && has_source;
    file->list = list;
    file->note = note;
}

static bool is_one_value(const struct decode_file *file) {
    struct json r;
    json_init(&r, trimmed((struct slice){file->data, file->size}));
    enum json_kind kind = json_peek(&r);
    return (kind == JSON_OBJECT || kind == JSON_ARRAY) && json_skip(&r) && json_end(&r);
}

// At least one line that is JSON: anything else is no file of messages.
static bool has_json_line(struct decode_file *file) {
    struct message message;
    bool found = false;
    decode_file_rewind(file);
    while (!found && decode_file_next(file, &message)) {
        struct json r;
        json_init(&r, message.bytes);
        enum json_kind kind = json_peek(&r);
        found = (kind == JSON_OBJECT || kind == JSON_ARRAY) && json_skip(&r) && json_end(&r);
    }
    return found;
}

enum status decode_file_open(struct decode_file *file, const char *path) {
    *file = (struct decode_file){.way = MESSAGE_UNTOLD};
    errno = 0;
    enum status status = load(file, path);
    if (status == STATUS_OK) {
        file->scratch = malloc(file->size + 1);
        if (file->scratch == NULL) {
            status = status_fail(STATUS_SYSTEM, "no memory for %s", path);
        }
    }
    if (status == STATUS_OK) {
        look_for_sample(file);
        file->whole = !file->sample && is_one_value(file);
        if (!file->sample && !has_json_line(file)) {
            status = status_fail(STATUS_DATA, "%s holds no messages: no line of it is JSON", path);
        }
        decode_file_rewind(file);
    }
    if (status != STATUS_OK) {
        decode_file_close(file);
    }
    return status;
}

void decode_file_close(struct decode_file *file) {
    free(file->data);
    free(file->scratch);
    *file = (struct decode_file){.way = MESSAGE_UNTOLD};
}

void decode_file_rewind(struct decode_file *file) {
    file->at = 0;
    file->line = 0;
    json_init(&file->reader, file->list);
    if (file->sample && json_peek(&file->reader) == JSON_ARRAY) {
        json_array_begin(&file->reader);
    }
}

// Venues send no blanks between their tokens; files that people laid out have them.
static struct slice compact(struct slice json, char *out) {
    size_t size = 0;
    bool text = false;
    for (size_t i = 0; i < json.size; i++) {
        char c = json.data[i];
        if (text && c == '\\' && i + 1 < json.size) {
            out[size++] = c;
            c = json.data[++i];
        } else if (c == '"') {
            text = !text;
        } else if (!text && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) {
            continue;
        }
        out[size++] = c;
    }
    return (struct slice){out, size};
}

// A message that is a JSON string is the text in it ("pong").
static struct slice message_of(struct decode_file *file, struct slice value) {
    struct text decoded = text_over(file->scratch, file->size + 1);
    if (value.size >= 2 && value.data[0] == '"' && json_string_decode(inside(value), &decoded)) {
        return text_slice(&decoded);
    }
    return value;
}

static bool next_of_sample(struct decode_file *file, struct message *out) {
    struct slice value;
    bool list = file->reader.depth > 0;
    if (list ? !json_array_next(&file->reader) : file->line > 0) {
        return false;
    }
    if (!take_value(&file->reader, &value)) {
        return false;
    }
    file->line++;
    *out = (struct message){.url = file->note, .way = file->way, .line = file->line};
    bool text = value.data[0] == '"';
    out->bytes = text ? message_of(file, value) : compact(value, file->scratch);
    return true;
}

// {"t_ns":…,"venue":"okx","chan":"ws","url":…,"dir":"out","raw":…}. False: it is none.
static bool read_envelope(struct decode_file *file, struct slice line, struct message *out) {
    struct json r;
    struct slice key, value, raw = {0};
    bool told = false;
    json_init(&r, line);
    json_object_begin(&r);
    while (json_object_next(&r, &key) && take_value(&r, &value)) {
        if (slice_equals(key, SLICE("raw"))) {
            raw = value;
        } else if (slice_equals(key, SLICE("venue"))) {
            out->venue = inside(value);
            told = true;
        } else if (slice_equals(key, SLICE("url"))) {
            out->url = inside(value);
        } else if (slice_equals(key, SLICE("chan"))) {
            told = true;
            out->way = is_word(value, "rest") ? MESSAGE_REST : MESSAGE_STREAM;
        } else if (slice_equals(key, SLICE("dir"))) {
            out->sent = is_word(value, "out");
        }
    }
    if (!json_end(&r) || raw.size == 0 || !told) {
        return false;
    }
    out->bytes = message_of(file, raw);
    return true;
}

bool decode_file_next(struct decode_file *file, struct message *out) {
    if (file->sample) {
        return next_of_sample(file, out);
    }
    while (file->at < file->size) {
        const char *from = file->data + file->at;
        size_t left = file->size - file->at;
        const char *end = file->whole ? NULL : memchr(from, '\n', left);
        size_t size = end == NULL ? left : (size_t)(end - from);
        struct slice line = trimmed((struct slice){from, size});
        file->at += end == NULL ? size : size + 1;
        file->line++;
        if (line.size == 0) {
            continue;
        }
        *out = (struct message){.line = file->line};
        if (!read_envelope(file, line, out)) {
            *out = (struct message){.line = file->line};
            out->bytes = file->whole ? compact(line, file->scratch) : message_of(file, line);
        }
        return true;
    }
    return false;
}
