#include "io/ws_frame.h"

#include <endian.h>

// ---- UTF-8 ------------------------------------------------------------------------------------

// First byte -> how many follow and what the second may be (RFC 3629: no overlong forms, no
// surrogates, <= U+10FFFF).
static bool utf8_first(struct utf8 *state, unsigned char c) {
    if (c >= 0xc2 && c <= 0xdf) {
        *state = (struct utf8){1, 0x80, 0xbf};
    } else if (c >= 0xe0 && c <= 0xef) {
        *state = (struct utf8){2, c == 0xe0 ? 0xa0 : 0x80, c == 0xed ? 0x9f : 0xbf};
    } else if (c >= 0xf0 && c <= 0xf4) {
        *state = (struct utf8){3, c == 0xf0 ? 0x90 : 0x80, c == 0xf4 ? 0x8f : 0xbf};
    } else {
        return false;
    }
    return true;
}

bool utf8_check(struct utf8 *state, const unsigned char *data, size_t size) {
    size_t i = 0;
    while (i < size) {
        if (state->missing == 0) {
            uint64_t eight;
            while (i + sizeof(eight) <= size) { // market data is ASCII: eight at a time
                memcpy(&eight, data + i, sizeof(eight));
                if ((eight & UINT64_C(0x8080808080808080)) != 0) {
                    break;
                }
                i += sizeof(eight);
            }
            if (i == size) {
                break;
            }
        }
        unsigned char c = data[i++];
        if (state->missing > 0) {
            if (c < state->least || c > state->most) {
                return false;
            }
            *state = (struct utf8){(uint8_t)(state->missing - 1), 0x80, 0xbf};
        } else if (c >= 0x80 && !utf8_first(state, c)) {
            return false;
        }
    }
    return true;
}

// ---- writing ----------------------------------------------------------------------------------

size_t ws_frame_head(unsigned char out[WS_HEAD_MAX], enum ws_opcode opcode, bool fin, uint64_t size,
                     const unsigned char *mask) {
    size_t at = 2;
    out[0] = (unsigned char)((fin ? 0x80 : 0) | opcode);
    unsigned char masked = mask != NULL ? 0x80 : 0;
    if (size <= WS_CONTROL_MAX) {
        out[1] = (unsigned char)(masked | size);
    } else if (size <= UINT16_MAX) {
        out[1] = masked | 126;
        uint16_t wire = htobe16((uint16_t)size);
        memcpy(out + at, &wire, sizeof(wire));
        at += sizeof(wire);
    } else {
        out[1] = masked | 127;
        uint64_t wire = htobe64(size);
        memcpy(out + at, &wire, sizeof(wire));
        at += sizeof(wire);
    }
    if (mask != NULL) {
        memcpy(out + at, mask, 4);
        at += 4;
    }
    return at;
}

static void mask_from(unsigned char *data, size_t size, const unsigned char mask[4], uint32_t at) {
    size_t i = 0;
    for (; i < size && ((at + i) & 3) != 0; i++) {
        data[i] ^= mask[(at + i) & 3];
    }
    uint64_t eight;
    unsigned char twice[8];
    memcpy(twice, mask, 4);
    memcpy(twice + 4, mask, 4);
    uint64_t pattern;
    memcpy(&pattern, twice, sizeof(pattern));
    for (; i + sizeof(eight) <= size; i += sizeof(eight)) {
        memcpy(&eight, data + i, sizeof(eight));
        eight ^= pattern;
        memcpy(data + i, &eight, sizeof(eight));
    }
    for (; i < size; i++) {
        data[i] ^= mask[(at + i) & 3];
    }
}

void ws_mask(unsigned char *data, size_t size, const unsigned char mask[4]) {
    mask_from(data, size, mask, 0);
}

size_t ws_frame_write(unsigned char *out, size_t capacity, enum ws_opcode opcode,
                      struct slice payload, const unsigned char *mask) {
    if (capacity < WS_HEAD_MAX || payload.size > capacity - WS_HEAD_MAX) {
        return 0;
    }
    size_t at = ws_frame_head(out, opcode, true, payload.size, mask);
    if (payload.size > 0) {
        memcpy(out + at, payload.data, payload.size);
    }
    if (mask != NULL) {
        ws_mask(out + at, payload.size, mask);
    }
    return at + payload.size;
}

bool ws_close_code_valid(uint16_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

size_t ws_close_payload(unsigned char out[WS_CONTROL_MAX], uint16_t code, struct slice text) {
    ASSERT(ws_close_code_valid(code));
    out[0] = (unsigned char)(code >> 8);
    out[1] = (unsigned char)(code & 0xff);
    size_t size = text.size < WS_CLOSE_TEXT_MAX ? text.size : WS_CLOSE_TEXT_MAX;
    while (size > 0 && size < text.size && ((unsigned char)text.data[size] & 0xc0) == 0x80) {
        size--; // not in the middle of a character
    }
    if (size > 0) {
        memcpy(out + 2, text.data, size);
    }
    return size + 2;
}

// ---- parsing ----------------------------------------------------------------------------------

struct head {
    uint8_t opcode;
    bool fin;
    size_t size; // of the head
    uint64_t payload;
    unsigned char mask[4];
};

void ws_parser_init(struct ws_parser *parser, enum ws_role role, size_t window,
                    unsigned char *message, size_t message_max) {
    ASSERT(window >= WS_HEAD_MAX + WS_CONTROL_MAX);
    *parser = (struct ws_parser){
        .role = role, .window = window, .message = message, .message_max = message_max};
}

static enum ws_event_kind broken(struct ws_parser *parser, struct ws_event *event, uint16_t code,
                                 const char *sentence) {
    parser->dead = true;
    *event = (struct ws_event){.data = slice_of(sentence), .code = code};
    return WS_BROKEN;
}

static bool is_control(uint8_t opcode) {
    return (opcode & 8) != 0;
}

// NULL: the first two bytes are lawful now.
static const char *head_fault(const struct ws_parser *parser, const unsigned char *data) {
    uint8_t opcode = data[0] & 0x0f;
    bool masked = (data[1] & 0x80) != 0;
    if ((data[0] & 0x70) != 0) {
        return "reserved bits are set";
    }
    if ((opcode > WS_OP_BINARY && opcode < WS_OP_CLOSE) || opcode > WS_OP_PONG) {
        return "unknown opcode";
    }
    if (masked != (parser->role == WS_SERVER)) {
        return masked ? "the server masked a frame" : "the client did not mask a frame";
    }
    if (is_control(opcode)) {
        if ((data[0] & 0x80) == 0) {
            return "fragmented control frame";
        }
        return (data[1] & 0x7f) > WS_CONTROL_MAX ? "control frame over 125 bytes" : NULL;
    }
    if (opcode == WS_OP_CONTINUATION) {
        return parser->message_opcode == 0 ? "continuation of nothing" : NULL;
    }
    return parser->message_opcode != 0 ? "new message before the last one ended" : NULL;
}

// Size of the whole head, known from its second byte.
static size_t head_size(const unsigned char *data) {
    size_t size = 2 + ((data[1] & 0x80) != 0 ? 4 : 0);
    uint8_t length = data[1] & 0x7f;
    return size + (length == 126 ? 2 : length == 127 ? 8 : 0);
}

// False: the length is not in its shortest form or has its top bit set.
static bool head_read(const unsigned char *data, struct head *head) {
    head->opcode = data[0] & 0x0f;
    head->fin = (data[0] & 0x80) != 0;
    head->size = head_size(data);
    head->payload = data[1] & 0x7f;
    bool minimal = true;
    if (head->payload == 126) {
        uint16_t wire;
        memcpy(&wire, data + 2, sizeof(wire));
        head->payload = be16toh(wire);
        minimal = head->payload > WS_CONTROL_MAX;
    } else if (head->payload == 127) {
        uint64_t wire;
        memcpy(&wire, data + 2, sizeof(wire));
        head->payload = be64toh(wire);
        minimal = head->payload > UINT16_MAX && head->payload >> 63 == 0;
    }
    if ((data[1] & 0x80) != 0) {
        memcpy(head->mask, data + head->size - 4, 4);
    }
    return minimal;
}

static enum ws_event_kind close_event(struct ws_parser *parser, struct slice payload,
                                      struct ws_event *event) {
    parser->dead = true;
    if (payload.size == 0) {
        *event = (struct ws_event){.code = WS_CLOSE_NO_CODE};
        return WS_CLOSED;
    }
    if (payload.size == 1) {
        return broken(parser, event, WS_CLOSE_PROTOCOL, "close frame of one byte");
    }
    const unsigned char *bytes = (const unsigned char *)payload.data;
    uint16_t code = (uint16_t)(bytes[0] << 8 | bytes[1]);
    struct utf8 utf8 = {0};
    if (!ws_close_code_valid(code)) {
        return broken(parser, event, WS_CLOSE_PROTOCOL, "close code that must not be sent");
    }
    if (!utf8_check(&utf8, bytes + 2, payload.size - 2) || !utf8_complete(&utf8)) {
        return broken(parser, event, WS_CLOSE_BAD_TEXT, "close text is not UTF-8");
    }
    *event = (struct ws_event){.data = {payload.data + 2, payload.size - 2}, .code = code};
    return WS_CLOSED;
}

// A frame that lies whole at `payload`.
static enum ws_event_kind whole_frame(struct ws_parser *parser, const struct head *head,
                                      unsigned char *payload, struct ws_event *event) {
    size_t size = (size_t)head->payload;
    if (parser->role == WS_SERVER) {
        ws_mask(payload, size, head->mask);
    }
    struct slice data = {(const char *)payload, size};
    if (head->opcode == WS_OP_CLOSE) {
        return close_event(parser, data, event);
    }
    *event = (struct ws_event){.data = data, .binary = head->opcode == WS_OP_BINARY};
    if (head->opcode == WS_OP_PING) {
        return WS_PING;
    }
    if (head->opcode == WS_OP_PONG) {
        return WS_PONG;
    }
    struct utf8 utf8 = {0};
    if (head->opcode == WS_OP_TEXT &&
        (!utf8_check(&utf8, payload, size) || !utf8_complete(&utf8))) {
        return broken(parser, event, WS_CLOSE_BAD_TEXT, "text is not UTF-8");
    }
    return WS_MESSAGE;
}

static enum ws_event_kind message_end(struct ws_parser *parser, struct ws_event *event) {
    bool text = parser->message_opcode == WS_OP_TEXT;
    if (text && !utf8_complete(&parser->utf8)) {
        return broken(parser, event, WS_CLOSE_BAD_TEXT, "text ends inside a character");
    }
    *event = (struct ws_event){.data = {(const char *)parser->message, parser->message_size},
                               .binary = !text};
    parser->message_opcode = 0;
    parser->message_size = 0;
    return WS_MESSAGE;
}

// Copies what is at hand of the frame begun. WS_MORE with *used > 0: ask again.
static enum ws_event_kind take_part(struct ws_parser *parser, const unsigned char *data,
                                    size_t size, size_t *used, struct ws_event *event) {
    size_t count = parser->left < size ? (size_t)parser->left : size;
    ASSERT(count <= parser->message_max - parser->message_size);
    unsigned char *to = parser->message + parser->message_size;
    if (count > 0) {
        memcpy(to, data, count);
    }
    if (parser->role == WS_SERVER) {
        mask_from(to, count, parser->mask, parser->mask_at);
        parser->mask_at = (parser->mask_at + (uint32_t)count) & 3;
    }
    parser->message_size += count;
    parser->left -= count;
    *used += count;
    if (parser->message_opcode == WS_OP_TEXT && !utf8_check(&parser->utf8, to, count)) {
        return broken(parser, event, WS_CLOSE_BAD_TEXT, "text is not UTF-8");
    }
    if (parser->left > 0) {
        return WS_MORE;
    }
    parser->in_frame = false;
    return parser->fin ? message_end(parser, event) : WS_MORE;
}

static void begin_part(struct ws_parser *parser, const struct head *head) {
    if (head->opcode != WS_OP_CONTINUATION) {
        parser->message_opcode = head->opcode;
        parser->message_size = 0;
        parser->utf8 = (struct utf8){0};
    }
    parser->in_frame = true;
    parser->fin = head->fin;
    parser->left = head->payload;
    parser->mask_at = 0;
    memcpy(parser->mask, head->mask, sizeof(parser->mask));
}

// One step: an event, or WS_MORE; *used tells whether it moved on.
static enum ws_event_kind step(struct ws_parser *parser, unsigned char *data, size_t size,
                               size_t *used, struct ws_event *event) {
    if (parser->in_frame) {
        return take_part(parser, data, size, used, event);
    }
    if (size < 2) {
        return WS_MORE;
    }
    const char *fault = head_fault(parser, data);
    if (fault != NULL) {
        return broken(parser, event, WS_CLOSE_PROTOCOL, fault);
    }
    if (size < head_size(data)) {
        return WS_MORE;
    }
    struct head head = {0};
    if (!head_read(data, &head)) {
        return broken(parser, event, WS_CLOSE_PROTOCOL, "length not in its shortest form");
    }
    bool alone = is_control(head.opcode) || (head.fin && head.opcode != WS_OP_CONTINUATION);
    size_t before = alone ? 0 : parser->message_size;
    if (!is_control(head.opcode) && head.payload > parser->message_max - before) {
        return broken(parser, event, WS_CLOSE_TOO_LARGE, "message over the size limit");
    }
    if (alone && head.payload <= parser->window - head.size) {
        if (size - head.size < head.payload) {
            return WS_MORE;
        }
        *used += head.size + (size_t)head.payload;
        return whole_frame(parser, &head, data + head.size, event);
    }
    begin_part(parser, &head);
    *used += head.size;
    return WS_MORE;
}

enum ws_event_kind ws_parse(struct ws_parser *parser, unsigned char *data, size_t size,
                            size_t *used, struct ws_event *event) {
    *used = 0;
    *event = (struct ws_event){0};
    if (parser->dead) {
        *used = size;
        return WS_MORE;
    }
    while (true) {
        size_t before = *used;
        bool was_in_frame = parser->in_frame;
        enum ws_event_kind kind = step(parser, data + before, size - before, used, event);
        // A frame without payload ends without using a byte: that is progress, too.
        if (kind != WS_MORE || (*used == before && was_in_frame == parser->in_frame)) {
            return kind;
        }
    }
}
