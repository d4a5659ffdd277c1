// What a client may send to the simulated aster.
#include "fuzz_venue_sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_venue(&aster_sim, "/stream", data, size);
}
