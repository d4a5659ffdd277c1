// What one line of a recording looks like. No files here: tape_line.c reads what this writes.
#include "base/json.h"
#include "market/tape_write.h"

// Whether the message can stand in a line as it is; *breaks: with its line breaks made blanks.
static bool fits_a_line(struct slice raw, bool *breaks) {
    struct json r;
    json_init(&r, raw);
    if (!json_skip(&r) || !json_end(&r)) {
        return false;
    }
    bool inside = false;
    *breaks = false;
    for (size_t i = 0; i < raw.size; i++) {
        unsigned char byte = (unsigned char)raw.data[i];
        if (byte == '\\' && inside) {
            i++;
        } else if (byte == '"') {
            inside = !inside;
        } else if (byte < ' ') {
            if (inside || byte == '\0') {
                return false; // not JSON: a control character in a string
            }
            *breaks = *breaks || byte == '\n' || byte == '\r';
        }
    }
    return true;
}

static void add_without_breaks(struct text *out, struct slice raw) {
    size_t from = out->size;
    text_add(out, raw);
    for (size_t i = from; i < out->size; i++) {
        if (out->data[i] == '\n' || out->data[i] == '\r') {
            out->data[i] = ' ';
        }
    }
}

static void add_as_string(struct text *out, struct slice raw) {
    text_add_char(out, '"');
    for (size_t i = 0; i < raw.size && !out->truncated; i++) {
        unsigned char byte = (unsigned char)raw.data[i];
        if (byte < ' ' || byte >= 0x7f) {
            text_add_format(out, "\\u%04x", byte);
        } else {
            if (byte == '"' || byte == '\\') {
                text_add_char(out, '\\');
            }
            text_add_char(out, (char)byte);
        }
    }
    text_add_char(out, '"');
}

static void add_message(struct text *out, struct slice raw) {
    bool breaks;
    if (!fits_a_line(raw, &breaks)) {
        add_as_string(out, raw);
    } else if (breaks) {
        add_without_breaks(out, raw);
    } else {
        text_add(out, raw);
    }
}

bool tape_format_frame(const struct tape_frame *frame, struct text *out) {
    text_add_string(out, "{\"t_ns\":");
    text_add_int(out, frame->t_ns);
    text_add_string(out, ",\"venue\":");
    json_write_string(out, frame->venue);
    text_add_string(out, frame->rest ? ",\"chan\":\"rest\"" : ",\"chan\":\"ws\"");
    if (frame->rest && frame->url.size > 0) {
        text_add_string(out, ",\"url\":");
        json_write_string(out, frame->url);
    }
    if (frame->rest && frame->body.size > 0) {
        text_add_string(out, ",\"body\":");
        add_message(out, frame->body);
    }
    if (!frame->rest && frame->connection > 0) {
        text_add_string(out, ",\"conn\":");
        text_add_int(out, frame->connection);
    }
    text_add_string(out, ",\"raw\":");
    add_message(out, frame->raw);
    text_add_char(out, '}');
    return !out->truncated;
}
