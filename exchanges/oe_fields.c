#include "exchanges/oe_fields.h"

#include <strings.h>

#include "exchanges/md_decode.h"

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

struct px oe_shown_price(struct slice text) {
    struct px price;
    return md_read_px_near(text, &price) ? price : (struct px){0};
}

struct usd oe_shown_usd(struct slice text) {
    struct usd money;
    return oe_read_usd(text, &money) ? money : (struct usd){0};
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
