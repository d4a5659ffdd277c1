#include "io/http_head.h"

#include <strings.h>

static bool is_token_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_token(struct slice text) {
    for (size_t i = 0; i < text.size; i++) {
        if (!is_token_char(text.data[i])) {
            return false;
        }
    }
    return text.size > 0;
}

static bool
is_printable(struct slice text) { // as a header's value: no control characters but the tab
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < ' ' && c != '\t') || c == 0x7f) {
            return false;
        }
    }
    return true;
}

static struct slice trim(struct slice text) {
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t')) {
        text.size--;
    }
    return text;
}

// Cuts `text` at the first `mark`: returns what is before it, *text keeps what is behind. False: no
// mark.
static bool cut(struct slice *text, char mark, struct slice *before) {
    const char *at = text->size > 0 ? memchr(text->data, mark, text->size) : NULL;
    if (at == NULL) {
        return false;
    }
    *before = (struct slice){text->data, (size_t)(at - text->data)};
    text->size -= before->size + 1;
    text->data = at + 1;
    return true;
}

static bool parse_status_line(struct slice line, struct http_head *out) {
    struct slice version;
    if (!cut(&line, ' ', &version) || !slice_equals(version, SLICE("HTTP/1.1")) || line.size < 3) {
        return false;
    }
    int status = 0;
    for (size_t i = 0; i < 3; i++) {
        if (line.data[i] < '0' || line.data[i] > '9') {
            return false;
        }
        status = status * 10 + (line.data[i] - '0');
    }
    if (status < 100 || status > 599 || (line.size > 3 && line.data[3] != ' ')) {
        return false;
    }
    out->status = status;
    out->reason = trim((struct slice){line.data + 3, line.size - 3});
    return is_printable(out->reason);
}

static bool parse_request_line(struct slice line, struct http_head *out) {
    if (!cut(&line, ' ', &out->method) || !is_token(out->method) ||
        !cut(&line, ' ', &out->target) || !slice_equals(line, SLICE("HTTP/1.1"))) {
        return false;
    }
    for (size_t i = 0; i < out->target.size; i++) {
        if ((unsigned char)out->target.data[i] <= ' ' ||
            (unsigned char)out->target.data[i] >= 0x7f) {
            return false;
        }
    }
    return out->target.size > 0;
}

static bool parse_header(struct slice line, struct http_head *out) {
    if (out->header_count == HTTP_HEADERS_MAX) {
        return false;
    }
    struct http_header *header = &out->headers[out->header_count];
    if (!cut(&line, ':', &header->name) || !is_token(header->name)) {
        return false;
    }
    header->value = trim(line);
    out->header_count++;
    return is_printable(header->value);
}

// The next line without its CRLF. False: no whole line left, or one that ends otherwise.
static bool next_line(struct slice *rest, struct slice *line) {
    if (!cut(rest, '\n', line) || line->size == 0 || line->data[line->size - 1] != '\r') {
        return false;
    }
    line->size--;
    return true;
}

static enum http_head_result bad(const char **why, const char *sentence) {
    *why = sentence;
    return HTTP_HEAD_BAD;
}

enum http_head_result http_head_parse(enum http_head_kind kind, struct slice data,
                                      struct http_head *out, const char **why) {
    size_t seen = data.size < HTTP_HEAD_MAX ? data.size : HTTP_HEAD_MAX;
    const char *end = seen > 0 ? memmem(data.data, seen, "\r\n\r\n", 4) : NULL;
    if (end == NULL) {
        return data.size >= HTTP_HEAD_MAX ? bad(why, "the head of the HTTP message is too large")
                                          : HTTP_HEAD_MORE;
    }
    *out = (struct http_head){.size = (size_t)(end - data.data) + 4};
    struct slice rest = {data.data, out->size - 2};
    struct slice line;
    if (!next_line(&rest, &line)) {
        return bad(why, "the first HTTP line is malformed");
    }
    if (kind == HTTP_REPLY ? !parse_status_line(line, out) : !parse_request_line(line, out)) {
        return bad(why, kind == HTTP_REPLY ? "the HTTP status line is malformed"
                                           : "the HTTP request line is malformed");
    }
    while (rest.size > 0) {
        if (!next_line(&rest, &line) || !parse_header(line, out)) {
            return bad(why, "an HTTP header is malformed");
        }
    }
    return HTTP_HEAD_DONE;
}

static bool same_name(struct slice name, const char *text) {
    return name.size == strlen(text) && strncasecmp(name.data, text, name.size) == 0;
}

struct slice http_head_find(const struct http_head *head, const char *name) {
    for (uint32_t i = 0; i < head->header_count; i++) {
        if (same_name(head->headers[i].name, name)) {
            return head->headers[i].value;
        }
    }
    return (struct slice){NULL, 0};
}

bool http_head_has_token(const struct http_head *head, const char *name, const char *token) {
    for (uint32_t i = 0; i < head->header_count; i++) {
        if (!same_name(head->headers[i].name, name)) {
            continue;
        }
        struct slice rest = head->headers[i].value;
        struct slice part;
        while (cut(&rest, ',', &part)) {
            if (same_name(trim(part), token)) {
                return true;
            }
        }
        if (same_name(trim(rest), token)) {
            return true;
        }
    }
    return false;
}

bool http_head_number(const struct http_head *head, const char *name, int64_t *out) {
    struct slice value = http_head_find(head, name);
    if (value.size == 0 || value.size > 18) {
        return false;
    }
    int64_t number = 0;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9') {
            return false;
        }
        number = number * 10 + (value.data[i] - '0');
    }
    *out = number;
    return true;
}
