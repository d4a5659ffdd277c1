// The market data decoder of this venue, stream and REST.
#include "exchanges/backpack_md.h"
#include "fuzz_md.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// There is one reader only: what it tells must not depend on what it read before.
static void again(struct md *md, struct slice frame, struct md_sink *sink) {
    backpack_decode(md, 0, frame, sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_decode(fuzz_md("backpack"), data, size, again);
    return 0;
}
