// The head of an HTTP/1.1 message: status line or request line and headers, as slices of the
// caller's bytes.
//
// Used for the WebSocket upgrade and by the loopback servers. Pure and strict: CRLF only, no folded
// lines, names are tokens, values without control characters, everything bounded. What follows the
// head is not looked at.
#ifndef PERPDESK_IO_HTTP_HEAD_H
#define PERPDESK_IO_HTTP_HEAD_H

#include "base/buf.h"

enum { HTTP_HEAD_MAX = 8192, HTTP_HEADERS_MAX = 48 };

enum http_head_kind { HTTP_REQUEST, HTTP_REPLY };
enum http_head_result { HTTP_HEAD_MORE, HTTP_HEAD_DONE, HTTP_HEAD_BAD };

struct http_header {
    struct slice name, value; // value without blanks around it
};

struct http_head {
    struct slice method, target; // requests
    int status;                  // replies: 100..599
    struct slice reason;         // replies; may be empty
    struct http_header headers[HTTP_HEADERS_MAX];
    uint32_t header_count;
    size_t size; // of the head with its blank line
};

// HTTP_HEAD_MORE: the blank line is not there yet and the limit is not reached. On HTTP_HEAD_BAD
// *why is set to a sentence. *out is valid on HTTP_HEAD_DONE, as long as the bytes are.
enum http_head_result http_head_parse(enum http_head_kind kind, struct slice data,
                                      struct http_head *out, const char **why);

// First header of that name, compared without case; data NULL when absent.
struct slice http_head_find(const struct http_head *head, const char *name);
// Whether a header of that name holds `token` in its comma-separated list, compared without case.
bool http_head_has_token(const struct http_head *head, const char *name, const char *token);
// A header's number; false when absent or no plain decimal number.
MUST_CHECK bool http_head_number(const struct http_head *head, const char *name, int64_t *out);

#endif
