// What a client may send to the simulated edgex.
#include "fuzz_venue_sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_venue(&edgex_sim, "/api/v1/public/ws?timestamp=1", data, size);
}
