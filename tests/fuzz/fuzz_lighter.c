// The market data decoder of this venue, stream and REST.
#include "exchanges/lighter_md.h"
#include "fuzz_md.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Markets are numbers, which the instruments told.
static void know_markets(struct md *md) {
    md->native_ids[0] = 2; // BTC is 1
    md->native_ids[1] = 1; // ETH is 0
}

static void general(struct md *md, struct slice frame, struct md_sink *sink) {
    know_markets(md);
    lighter_decode_general(md, frame, sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct md *md = fuzz_md("lighter");
    know_markets(md);
    fuzz_decode(md, data, size, general);
    return 0;
}
