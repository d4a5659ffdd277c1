// MessagePack, as much of it as Hyperliquid hashes: a JSON value packed member by member in the
// order it stands in, so that what is hashed is what is sent. Unsigned integers in their smallest
// form, texts, booleans, nil, arrays and maps. There is no number with a fraction and no negative
// one: such a value is refused, and so is a text with an escape in it.
//
// Source of the format: the MessagePack specification; hyperliquid.md section 6.1. No allocation.
#ifndef PERPDESK_EXCHANGES_MSGPACK_H
#define PERPDESK_EXCHANGES_MSGPACK_H

#include "base/buf.h"

struct msgpack {
    uint8_t *data;
    size_t capacity, size;
    bool failed; // sticks: does not fit, or cannot be told
};

void msgpack_init(struct msgpack *pack, uint8_t *data, size_t capacity);
void msgpack_uint(struct msgpack *pack, uint64_t value);
void msgpack_text(struct msgpack *pack, struct slice text);
// One whole JSON text, from outside or not. False: `failed`.
MUST_CHECK bool msgpack_json(struct msgpack *pack, struct slice json);

#endif
