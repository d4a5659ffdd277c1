// WebSocket framing (RFC 6455), both roles, as pure functions over bytes: no sockets, no clock, no
// random source.
//
// The parser is pulled: ws_parse looks at the bytes at hand and returns one event and how many
// bytes it used; the caller drops those and asks again. A message that lies complete in the
// caller's buffer in one frame is handed out in place (a server's side unmasks it there); fragments
// and frames larger than the caller's buffer go into the parser's own message buffer. Control
// frames between fragments come out as they arrive. Any breach of the protocol is WS_BROKEN with
// the close code to answer; after it, or after WS_CLOSED, the parser takes nothing more.
#ifndef PERPDESK_IO_WS_FRAME_H
#define PERPDESK_IO_WS_FRAME_H

#include "base/buf.h"

enum { WS_CONTROL_MAX = 125, WS_HEAD_MAX = 14, WS_CLOSE_TEXT_MAX = 123 };

enum ws_role { WS_CLIENT, WS_SERVER }; // which side we are

enum ws_opcode {
    WS_OP_CONTINUATION = 0,
    WS_OP_TEXT = 1,
    WS_OP_BINARY = 2,
    WS_OP_CLOSE = 8,
    WS_OP_PING = 9,
    WS_OP_PONG = 10,
};

enum ws_close_code {
    WS_CLOSE_NORMAL = 1000,
    WS_CLOSE_GOING_AWAY = 1001,
    WS_CLOSE_PROTOCOL = 1002,
    WS_CLOSE_NO_CODE = 1005,  // never on the wire: the close frame was empty
    WS_CLOSE_ABNORMAL = 1006, // never on the wire: no close frame came
    WS_CLOSE_BAD_TEXT = 1007,
    WS_CLOSE_TOO_LARGE = 1009,
};

// A UTF-8 check that can be stopped and continued at any byte. Zeroed: at the start of a text.
struct utf8 {
    uint8_t missing;     // continuation bytes to come
    uint8_t least, most; // range of the next one; 0 = the ordinary one
};
bool utf8_check(struct utf8 *state, const unsigned char *data, size_t size); // false: not UTF-8
static inline bool utf8_complete(const struct utf8 *state) {
    return state->missing == 0;
}

enum ws_event_kind { WS_MORE, WS_MESSAGE, WS_PING, WS_PONG, WS_CLOSED, WS_BROKEN };

struct ws_event {
    bool binary;       // WS_MESSAGE
    struct slice data; // MESSAGE, PING, PONG: payload. CLOSED: the peer's text. BROKEN: a sentence
    uint16_t
        code; // CLOSED: the peer's, WS_CLOSE_NO_CODE when it sent none. BROKEN: the one to answer
};

struct ws_parser {
    enum ws_role role;
    bool dead;
    size_t window; // a frame up to this size with its head will come to lie whole in the caller's
                   // buffer
    size_t message_max;     // largest message, whole or put together
    unsigned char *message; // message_max bytes, for what does not come in one piece
    size_t message_size;
    uint8_t message_opcode; // of the message being put together, 0 = none
    struct utf8 utf8;
    bool in_frame, fin; // a data frame is being copied piecewise
    uint64_t left;      // of its payload
    unsigned char mask[4];
    uint32_t mask_at;
};

// `message` is the caller's, message_max bytes.
void ws_parser_init(struct ws_parser *parser, enum ws_role role, size_t window,
                    unsigned char *message, size_t message_max);
// `data` may be changed in place. *used is how much to drop before the next call; an event's slice
// stays valid until then. WS_MORE: nothing further without more bytes behind the unused ones.
enum ws_event_kind ws_parse(struct ws_parser *parser, unsigned char *data, size_t size,
                            size_t *used, struct ws_event *event);

// Writes a frame's head: `mask` non-NULL for a client. Returns its size, at most WS_HEAD_MAX.
size_t ws_frame_head(unsigned char out[WS_HEAD_MAX], enum ws_opcode opcode, bool fin, uint64_t size,
                     const unsigned char *mask);
void ws_mask(unsigned char *data, size_t size, const unsigned char mask[4]);
// A whole frame into out. Returns its size, or 0 when it does not fit.
size_t ws_frame_write(unsigned char *out, size_t capacity, enum ws_opcode opcode,
                      struct slice payload, const unsigned char *mask);
// The payload of a close frame: code and text, the text cut at a character's end to fit. Returns
// its size.
size_t ws_close_payload(unsigned char out[WS_CONTROL_MAX], uint16_t code, struct slice text);
bool ws_close_code_valid(uint16_t code); // may stand in a close frame

#endif
