// The market data decoder of this venue, stream and REST.
#include "exchanges/extended_md.h"
#include "fuzz_md.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void general(struct md *md, struct slice frame, struct md_sink *sink) {
    extended_decode_general(md, 0, frame, sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_decode(fuzz_md("extended"), data, size, general);
    return 0;
}
