#include "exchanges/msgpack.h"

#include "base/decimal.h"
#include "base/json.h"

enum { // first bytes
    FIX_MAP = 0x80,
    FIX_ARRAY = 0x90,
    FIX_TEXT = 0xa0,
    NIL = 0xc0,
    FALSE_BYTE = 0xc2,
    TRUE_BYTE = 0xc3,
    UINT_8 = 0xcc,
    UINT_16 = 0xcd,
    UINT_32 = 0xce,
    UINT_64 = 0xcf,
    TEXT_8 = 0xd9,
    TEXT_16 = 0xda,
    ARRAY_16 = 0xdc,
    MAP_16 = 0xde,
};
enum { FIX_INT_MAX = 0x7f, FIX_TEXT_MAX = 31, FIX_COUNT_MAX = 15 };

void msgpack_init(struct msgpack *pack, uint8_t *data, size_t capacity) {
    *pack = (struct msgpack){.data = data, .capacity = capacity};
}

static void add_byte(struct msgpack *pack, uint8_t byte) {
    if (pack->size == pack->capacity) {
        pack->failed = true;
        return;
    }
    pack->data[pack->size++] = byte;
}

static void add_big_endian(struct msgpack *pack, uint64_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
        add_byte(pack, (uint8_t)(value >> shift));
    }
}

void msgpack_uint(struct msgpack *pack, uint64_t value) {
    if (value <= FIX_INT_MAX) {
        add_byte(pack, (uint8_t)value);
    } else if (value <= UINT8_MAX) {
        add_byte(pack, UINT_8);
        add_big_endian(pack, value, 1);
    } else if (value <= UINT16_MAX) {
        add_byte(pack, UINT_16);
        add_big_endian(pack, value, 2);
    } else if (value <= UINT32_MAX) {
        add_byte(pack, UINT_32);
        add_big_endian(pack, value, 4);
    } else {
        add_byte(pack, UINT_64);
        add_big_endian(pack, value, 8);
    }
}

void msgpack_text(struct msgpack *pack, struct slice text) {
    if (text.size > UINT16_MAX || text.size + 3 > pack->capacity - pack->size) {
        pack->failed = true;
        return;
    }
    if (text.size <= FIX_TEXT_MAX) {
        add_byte(pack, (uint8_t)(FIX_TEXT | text.size));
    } else if (text.size <= UINT8_MAX) {
        add_byte(pack, TEXT_8);
        add_big_endian(pack, text.size, 1);
    } else {
        add_byte(pack, TEXT_16);
        add_big_endian(pack, text.size, 2);
    }
    if (text.size > 0) {
        memcpy(pack->data + pack->size, text.data, text.size);
        pack->size += text.size;
    }
}

// The head of a container goes in front of what is in it once that is counted. `at` is where one
// byte was kept for it.
static void close_container(struct msgpack *pack, size_t at, uint32_t count, uint8_t small,
                            uint8_t large) {
    if (count <= FIX_COUNT_MAX && !pack->failed) {
        pack->data[at] = (uint8_t)(small | count);
        return;
    }
    if (count > UINT16_MAX || pack->failed || pack->capacity - pack->size < 2) {
        pack->failed = true;
        return;
    }
    memmove(pack->data + at + 3, pack->data + at + 1, pack->size - at - 1);
    pack->size += 2;
    pack->data[at] = large;
    pack->data[at + 1] = (uint8_t)(count >> 8);
    pack->data[at + 2] = (uint8_t)count;
}

static void add_raw_text(struct msgpack *pack, struct slice raw) {
    if (raw.size > 0 && memchr(raw.data, '\\', raw.size) != NULL) {
        pack->failed = true; // an escape: nothing we sign has one
        return;
    }
    msgpack_text(pack, raw);
}

static void add_number(struct msgpack *pack, struct json *r) {
    struct slice text;
    int64_t value;
    if (!json_number(r, &text) || text.data[0] == '-' ||
        memchr(text.data, '.', text.size) != NULL || !decimal_parse(text, 0, &value)) {
        pack->failed = true;
        return;
    }
    msgpack_uint(pack, (uint64_t)value);
}

// As deep as the reader goes, which is bounded.
static void add_value(struct msgpack *pack, struct json *r) {
    struct slice text;
    bool value = false;
    size_t at = pack->size;
    uint32_t count = 0;
    switch (json_peek(r)) {
    case JSON_OBJECT:
        add_byte(pack, FIX_MAP);
        json_object_begin(r);
        for (; !pack->failed && json_object_next(r, &text); count++) {
            add_raw_text(pack, text);
            add_value(pack, r);
        }
        close_container(pack, at, count, FIX_MAP, MAP_16);
        break;
    case JSON_ARRAY:
        add_byte(pack, FIX_ARRAY);
        json_array_begin(r);
        for (; !pack->failed && json_array_next(r); count++) {
            add_value(pack, r);
        }
        close_container(pack, at, count, FIX_ARRAY, ARRAY_16);
        break;
    case JSON_STRING:
        json_string(r, &text);
        add_raw_text(pack, r->failed ? (struct slice){"", 0} : text);
        break;
    case JSON_NUMBER:
        add_number(pack, r);
        break;
    case JSON_BOOL:
        json_bool(r, &value);
        add_byte(pack, value ? TRUE_BYTE : FALSE_BYTE);
        break;
    case JSON_NULL:
        (void)json_null(r);
        add_byte(pack, NIL);
        break;
    case JSON_NONE:
    default:
        json_fail(r);
        break;
    }
    pack->failed = pack->failed || r->failed;
}

bool msgpack_json(struct msgpack *pack, struct slice json) {
    struct json r;
    json_init(&r, json);
    add_value(pack, &r);
    if (!pack->failed && !json_end(&r)) {
        pack->failed = true;
    }
    return !pack->failed;
}
