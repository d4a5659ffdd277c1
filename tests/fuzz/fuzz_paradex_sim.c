// What a client may send to the simulated paradex.
#include "fuzz_venue_sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_venue(&paradex_sim, "/v1", data, size);
}
