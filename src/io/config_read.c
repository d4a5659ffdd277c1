// See config_read.h. Everything the reader is given comes from outside.
#include "io/config_read.h"

#include <ini.h>

#include "io/config_private.h"

enum { SECTION_NAME_MAX = 48, KEY_NAME_MAX = 64 };

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// The next line without its end; false at the end of the text.
static bool take_line(struct config_reader *reader, struct slice *line) {
    if (reader->rest.size == 0) {
        return false;
    }
    const char *end = memchr(reader->rest.data, '\n', reader->rest.size);
    size_t size = end != NULL ? (size_t)(end - reader->rest.data) : reader->rest.size;
    *line = (struct slice){reader->rest.data, size};
    size_t taken = size + (end != NULL ? 1 : 0);
    reader->rest.data += taken;
    reader->rest.size -= taken;
    reader->line++;
    if (line->size > 0 && line->data[line->size - 1] == '\r') {
        line->size--;
    }
    return true;
}

static const char *bad_bytes(struct slice line) {
    for (size_t i = 0; i < line.size; i++) {
        unsigned char c = (unsigned char)line.data[i];
        if ((c < ' ' && c != '\t') || c == 0x7f) {
            return "a control character: expected plain text";
        }
    }
    return NULL;
}

// A comment may stand behind a header or a value after a blank.
static struct slice without_comment(struct slice line) {
    for (size_t i = 1; i < line.size; i++) {
        if (line.data[i] == ';' && is_blank(line.data[i - 1])) {
            line.size = i;
            break;
        }
    }
    return config_trim(line);
}

// Takes a header line apart; returns what is wrong with it or NULL. The name is the best guess
// either way, so that the keys below are judged as what they were meant to be.
static const char *split_header(struct slice line, struct slice *name) {
    line = without_comment(line);
    const char *end = memchr(line.data, ']', line.size);
    size_t size = end != NULL ? (size_t)(end - line.data) : line.size;
    *name = config_trim((struct slice){line.data + 1, size - 1});
    if (end == NULL) {
        return "a section header without its ]: expected [name]";
    }
    if (size + 1 != line.size) {
        return "text behind a section header: expected [name] alone on the line";
    }
    if (name->size == 0) {
        return "a section without a name: expected [name]";
    }
    if (name->size != size - 1) {
        return "blanks inside a section header: expected [name]";
    }
    return name->size > SECTION_NAME_MAX ? "a section name that is too long: expected [name]"
                                         : NULL;
}

static const char *check_assignment(struct slice line) {
    line = without_comment(line);
    const char *equals = memchr(line.data, '=', line.size);
    if (equals == NULL) {
        return "neither a section nor a key: expected name = value";
    }
    size_t length = (size_t)(equals - line.data);
    if (memchr(line.data, ':', length) != NULL) {
        return "a key with a colon in its name: expected name = value";
    }
    struct slice name = config_trim((struct slice){line.data, length});
    if (name.size == 0) {
        return "a value without a key: expected name = value";
    }
    return name.size > KEY_NAME_MAX ? "a key name that is too long: expected name = value" : NULL;
}

// What keeps a line from inih, or NULL.
static const char *check_line(struct slice line) {
    if (line.size > CONFIG_LINE_MAX) {
        return "a line of more than 198 bytes: expected shorter ones (a list goes on with name += "
               "value)";
    }
    if (slice_starts(line, SLICE("\xef\xbb\xbf"))) {
        return "a byte order mark in the middle of the file: expected plain text";
    }
    const char *mistake = bad_bytes(line);
    if (mistake != NULL || line.size == 0 || line.data[0] == ';' || line.data[0] == '#') {
        return mistake;
    }
    if (is_blank(line.data[0])) {
        return config_trim(line).size == 0
                   ? NULL
                   : "a line that begins with a blank: expected name = value from the first column";
    }
    return line.data[0] == '[' ? NULL : check_assignment(line);
}

// The fgets of ini_parse_stream.
static char *next_line(char *out, int capacity, void *stream) {
    struct config_reader *reader = stream;
    struct slice line;
    if (!take_line(reader, &line)) {
        return NULL;
    }
    ASSERT(capacity > CONFIG_LINE_MAX + 1);
    struct text given = text_over(out, (size_t)capacity);
    const char *mistake = check_line(line);
    if (mistake != NULL) {
        reader->on_mistake(reader, mistake);
    } else if (line.size > 0 && line.data[0] == '[') {
        struct slice name;
        mistake = split_header(line, &name);
        if (mistake != NULL) {
            reader->on_mistake(reader, mistake);
        }
        name.size = name.size > SECTION_NAME_MAX ? SECTION_NAME_MAX : name.size;
        text_add_char(&given, '[');
        text_add(&given, name);
        text_add_char(&given, ']');
        if (mistake == NULL) {
            reader->on_section(reader, name);
        }
    } else if (config_trim(line).size > 0) {
        text_add(&given, line);
    }
    text_add_char(&given, '\n');
    ASSERT(!given.truncated);
    return out;
}

static int give_key(void *user, const char *section, const char *name, const char *value) {
    struct config_reader *reader = user;
    reader->on_key(reader, slice_of(section), slice_of(name), slice_of(value));
    return 1;
}

void config_read(struct config_reader *reader, struct slice text) {
    if (slice_starts(text, SLICE("\xef\xbb\xbf"))) {
        text.data += 3;
        text.size -= 3;
    }
    reader->rest = text;
    reader->line = 0;
    // Every line inih sees was checked, so that a mistake only it finds is a hole in these checks.
    int first_bad_line = ini_parse_stream(next_line, reader, give_key, reader);
    ASSERT(first_bad_line == 0);
}
