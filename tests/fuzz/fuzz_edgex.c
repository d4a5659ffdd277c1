// The market data decoder of this venue, stream and REST.
#include "exchanges/edgex_md.h"
#include "fuzz_md.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct md *md = fuzz_md("edgex");
    md->native_ids[0] = 30000001;
    md->native_ids[1] = 30000002;
    fuzz_decode(md, data, size, edgex_decode_general);
    return 0;
}
