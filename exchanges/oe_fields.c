#include "exchanges/oe_fields.h"

#include <strings.h>

#include "exchanges/md_decode.h"

void oe_read_value(struct json *r, struct slice *out) {
    enum json_kind kind = json_peek(r);
    if (kind == JSON_STRING || kind == JSON_NUMBER || kind == JSON_NULL || kind == JSON_NONE) {
        md_read_text(r, out);
        return;
    }
    const char *from = r->at;
    json_skip(r);
    if (!r->failed) {
        *out = (struct slice){from, (size_t)(r->at - from)};
    }
}

void oe_read_fields(struct json *r, const struct oe_field *fields, size_t count, void *row) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        size_t i = 0;
        while (i < count && !slice_equals(key, slice_of(fields[i].name))) {
            i++;
        }
        if (i < count) {
            oe_read_value(r, (struct slice *)(void *)((char *)row + fields[i].offset));
        } else {
            json_skip(r);
        }
    }
}

bool oe_read_object(struct slice text, const struct oe_field *fields, size_t count, void *row) {
    struct json r;
    if (text.size == 0) {
        return false;
    }
    json_init(&r, text);
    oe_read_fields(&r, fields, count, row);
    return json_end(&r);
}

void oe_read_list(struct json *r, struct slice text) {
    json_init(r, text.size > 0 ? text : (struct slice){"", 0});
    json_array_begin(r);
}

bool oe_read_usd(struct slice text, struct usd *out) {
    return text.size > 0 && decimal_parse_near(text, USD_DIGITS, &out->v);
}

bool oe_read_price(struct slice text, struct px *out) {
    return text.size == 0 || md_read_px_near(text, out);
}

bool oe_read_size(struct slice text, struct qty *out) {
    return text.size == 0 || md_read_qty(text, out);
}

bool oe_is_dollar(struct slice coin) {
    return slice_equals(coin, SLICE("USDT")) || slice_equals(coin, SLICE("USDC")) ||
           slice_equals(coin, SLICE("USD"));
}

bool oe_has_word(struct slice text, const char *word) {
    size_t size = strlen(word);
    for (size_t i = 0; i + size <= text.size; i++) {
        if (strncasecmp(text.data + i, word, size) == 0) {
            return true;
        }
    }
    return false;
}
