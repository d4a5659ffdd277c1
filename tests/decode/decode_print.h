// One update of a decoder as one line of JSON: prices and sizes as exact decimals in strings, times
// in nanoseconds since 1970.
#ifndef PERPDESK_TESTS_DECODE_PRINT_H
#define PERPDESK_TESTS_DECODE_PRINT_H

#include "decode_desk.h"

// Appends the members behind `"kind"` and all before the closing brace. `contracts`: sizes are the
// venue's contracts, because nothing told how large one is.
void decode_print_update(struct text *out, const struct decode_desk *desk, bool nobody,
                         bool contracts, const struct md_update *update);

#endif
