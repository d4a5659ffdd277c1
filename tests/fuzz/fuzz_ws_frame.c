// The WebSocket parser on arbitrary bytes: it never reads or writes outside, always comes to an
// end, and gives the same events whether the bytes come at once or one by one. First byte: role and
// window; the rest is the wire.
#include <stdlib.h>

#include "base/table.h"
#include "io/ws_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WINDOW_SMALL = 139, WINDOW_LARGE = 4096, MESSAGE_MAX = 2048 };

struct outcome {
    uint64_t hash;
    uint32_t events;
};

static void note(struct outcome *outcome, enum ws_event_kind kind, const struct ws_event *event) {
    uint64_t payload = event->data.size > 0 ? hash_bytes(event->data.data, event->data.size, 7) : 0;
    outcome->hash = hash_mix(outcome->hash ^ payload ^ (uint64_t)kind << 56 ^
                             (uint64_t)event->code << 32 ^ (uint64_t)event->binary << 16);
    outcome->events++;
}

static struct outcome run(enum ws_role role, size_t window, const uint8_t *data, size_t size,
                          size_t piece) {
    struct outcome outcome = {0};
    unsigned char *buffer = malloc(window);
    unsigned char *message = malloc(MESSAGE_MAX);
    ASSERT(buffer != NULL && message != NULL);
    struct ws_parser parser;
    ws_parser_init(&parser, role, window, message, MESSAGE_MAX);
    size_t held = 0;
    for (size_t at = 0; at < size;) {
        size_t count = piece < size - at ? piece : size - at;
        count = count < window - held ? count : window - held;
        ASSERT(count > 0);
        memcpy(buffer + held, data + at, count);
        at += count;
        held += count;
        size_t from = 0;
        enum ws_event_kind kind;
        do {
            struct ws_event event;
            size_t used;
            kind = ws_parse(&parser, buffer + from, held - from, &used, &event);
            ASSERT(used <= held - from);
            from += used;
            if (kind != WS_MORE) {
                note(&outcome, kind, &event);
            }
        } while (kind != WS_MORE);
        memmove(buffer, buffer + from, held - from);
        held -= from;
    }
    free(buffer);
    free(message);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1) {
        return 0;
    }
    enum ws_role role = (data[0] & 1) != 0 ? WS_SERVER : WS_CLIENT;
    size_t window = (data[0] & 2) != 0 ? WINDOW_SMALL : WINDOW_LARGE;
    struct outcome whole = run(role, window, data + 1, size - 1, window);
    struct outcome bytes = run(role, window, data + 1, size - 1, 1);
    ASSERT(whole.events == bytes.events && whole.hash == bytes.hash);
    return 0;
}
