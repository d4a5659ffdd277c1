#include "okx_text.h"

#include <zlib.h>

#include "base/json.h"

enum { BEST = 25 };

static bool is_zero(struct slice size) {
    for (size_t i = 0; i < size.size; i++) {
        if (size.data[i] != '0' && size.data[i] != '.') {
            return false;
        }
    }
    return true;
}

static bool set_level(struct okx_text_book *book, int side, struct slice price, struct slice size) {
    struct okx_text_level *levels = book->sides[side];
    uint32_t *count = &book->counts[side];
    struct okx_text_level level;
    struct text text = TEXT_OVER(level.text);
    uint32_t at = 0;
    if (!px_parse(price, &level.price)) {
        return false;
    }
    while (at < *count &&
           (side == 0 ? levels[at].price.v > level.price.v : levels[at].price.v < level.price.v)) {
        at++;
    }
    bool there = at < *count && levels[at].price.v == level.price.v;
    if (is_zero(size)) {
        if (there) {
            memmove(&levels[at], &levels[at + 1], (--*count - at) * sizeof(level));
        }
        return true;
    }
    if (!there) {
        if (*count == OKX_TEXT_LEVELS_MAX) {
            return false;
        }
        memmove(&levels[at + 1], &levels[at], ((*count)++ - at) * sizeof(level));
    }
    text_add(&text, price);
    text_add_char(&text, ':');
    text_add(&text, size);
    levels[at] = level;
    return !text.truncated;
}

static bool apply_side(struct okx_text_book *book, int side, struct json *r) {
    struct slice price, size;
    json_array_begin(r);
    while (json_array_next(r)) {
        json_array_begin(r);
        if (!json_array_next(r) || !json_string(r, &price) || !json_array_next(r) ||
            !json_string(r, &size)) {
            return json_fail(r);
        }
        while (json_array_next(r)) {
            json_skip(r);
        }
        if (r->failed || !set_level(book, side, price, size)) {
            return json_fail(r);
        }
    }
    return !r->failed;
}

bool okx_text_apply(struct okx_text_book *book, bool snapshot, struct slice element) {
    struct json r;
    struct slice key;
    if (snapshot) {
        book->counts[0] = book->counts[1] = 0;
    }
    json_init(&r, element);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("bids"))) {
            apply_side(book, 0, &r);
        } else if (slice_equals(key, SLICE("asks"))) {
            apply_side(book, 1, &r);
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r);
}

int32_t okx_text_checksum(const struct okx_text_book *book) {
    char data[2 * BEST * OKX_TEXT_MAX];
    struct text text = TEXT_OVER(data);
    for (uint32_t i = 0; i < BEST; i++) {
        for (int side = 0; side < 2; side++) {
            if (i < book->counts[side]) {
                text_add_string(&text, text.size > 0 ? ":" : "");
                text_add_string(&text, book->sides[side][i].text);
            }
        }
    }
    return (int32_t)(uint32_t)crc32(0, (const Bytef *)text.data, (uInt)text.size);
}
