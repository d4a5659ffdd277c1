// The market data decoder of this venue, stream and REST. Its merged quotes begin anew with every
// input; a hole in their count makes it ask again, which the fuzzer's frames do at once.
#include "exchanges/grvt_md.h"
#include "fuzz_md.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void forget(struct md *md) {
    for (int i = 0; i < 2; i++) {
        md->merged[i] = (struct md_bbo){.bid_empty = true, .ask_empty = true};
        md->merged_sequence[i] = 7;
        md->merged_asked_ns[i] = 0;
    }
}

static void general(struct md *md, struct slice frame, struct md_sink *sink) {
    forget(md);
    grvt_decode_general(md, frame, sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct md *md = fuzz_md("grvt");
    forget(md);
    fuzz_decode(md, data, size, general);
    return 0;
}
