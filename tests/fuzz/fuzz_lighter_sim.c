// What a client may send to the simulated lighter.
#include "fuzz_venue_sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_venue(&lighter_sim, "/stream", data, size);
}
