// HTTP heads on arbitrary bytes: slices stay inside the input, and a head that is accepted is
// accepted at no shorter length. First byte: request or reply.
#include <stdlib.h>

#include "io/ws_handshake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct slice part, struct slice whole) {
    ASSERT(part.size == 0 ||
           (part.data >= whole.data && part.data + part.size <= whole.data + whole.size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1) {
        return 0;
    }
    enum http_head_kind kind = (data[0] & 1) != 0 ? HTTP_REQUEST : HTTP_REPLY;
    size_t rest = size - 1;
    char *copy = malloc(rest + 1); // its own allocation: the sanitizer sees a step outside
    ASSERT(copy != NULL);
    memcpy(copy, data + 1, rest);
    struct slice text = {copy, rest};
    struct http_head head;
    const char *why = NULL;
    enum http_head_result result = http_head_parse(kind, text, &head, &why);
    ASSERT((result == HTTP_HEAD_BAD) == (why != NULL));
    if (result == HTTP_HEAD_DONE) {
        ASSERT(head.size <= rest && head.header_count <= HTTP_HEADERS_MAX);
        for (uint32_t i = 0; i < head.header_count; i++) {
            inside(head.headers[i].name, text);
            inside(head.headers[i].value, text);
        }
        inside(head.method, text);
        inside(head.target, text);
        struct slice key;
        (void)!ws_request_check(&head, &key, &why);
        (void)!ws_reply_check(&head, "dGhlIHNhbXBsZSBub25jZQ==", &why);
        int64_t number;
        (void)!http_head_number(&head, "Content-Length", &number);
        ASSERT(http_head_parse(kind, (struct slice){copy, head.size - 1}, &head, &why) ==
               HTTP_HEAD_MORE);
    }
    free(copy);
    return 0;
}
