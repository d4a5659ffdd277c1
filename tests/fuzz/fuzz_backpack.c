// The market data decoder of this venue, stream and REST.
#include "exchanges/backpack_md.h"
#include "fuzz_md.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_decode(fuzz_md("backpack"), data, size, backpack_decode_general);
    return 0;
}
