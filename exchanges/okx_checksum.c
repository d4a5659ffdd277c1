#include "exchanges/okx_checksum.h"

#include <zlib.h>

enum { LEVELS = 25, LEVEL_TEXT_MAX = 64 };

static void add_level(struct text *out, const struct book_side *side, uint32_t at,
                      struct qty contract) {
    if (at >= side->count) {
        return;
    }
    const struct level *level = &side->levels[side->count - 1 - at];
    struct qty contracts = {mul_div_near(level->size.v, QTY_ONE, contract.v)};
    if (out->size > 0) {
        text_add_char(out, ':');
    }
    px_print(out, level->price, 0, PX_DIGITS);
    text_add_char(out, ':');
    qty_print(out, contracts, 0, QTY_DIGITS);
}

int32_t okx_checksum(const struct book *book, struct qty contract) {
    char data[2 * LEVELS * LEVEL_TEXT_MAX];
    struct text text = TEXT_OVER(data);
    for (uint32_t i = 0; i < LEVELS; i++) {
        add_level(&text, &book->bids, i, contract);
        add_level(&text, &book->asks, i, contract);
    }
    ASSERT(!text.truncated);
    return (int32_t)(uint32_t)crc32(0, (const Bytef *)text.data, (uInt)text.size);
}
