// Decimals from outside. "e0" behind a number changes nothing but the way it is parsed, so the
// quick and the general way check each other; what is accepted must also survive printing.
#include <stddef.h>
#include <stdint.h>

#include "base/decimal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct slice text, int digits) {
    char array[256];
    struct text with_exponent = TEXT_OVER(array);
    int64_t first = 0;
    int64_t second = 0;
    int64_t near = 0;
    bool good = decimal_parse(text, digits, &first);
    bool good_near = decimal_parse_near(text, digits, &near);
    ASSERT(!good || (good_near && near == first));
    text_add(&with_exponent, text);
    text_add_string(&with_exponent, "e0");
    if (good && !with_exponent.truncated) {
        // A text that has an exponent already is no number with a second one.
        if (decimal_parse(text_slice(&with_exponent), digits, &second)) {
            ASSERT(second == first);
        } else {
            ASSERT(memchr(text.data, 'e', text.size) != NULL ||
                   memchr(text.data, 'E', text.size) != NULL);
        }
    } else if (!good && !with_exponent.truncated) {
        ASSERT(!decimal_parse(text_slice(&with_exponent), digits, &second));
    }
    if (good) {
        text_clear(&with_exponent);
        decimal_print(&with_exponent, first, digits, 0, digits);
        ASSERT(decimal_parse(text_slice(&with_exponent), digits, &second) && second == first);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int scales[] = {0, USD_DIGITS, QTY_DIGITS, PX_DIGITS, 18};
    for (size_t i = 0; i < COUNT_OF(scales); i++) {
        check((struct slice){(const char *)data, size}, scales[i]);
    }
    return 0;
}
