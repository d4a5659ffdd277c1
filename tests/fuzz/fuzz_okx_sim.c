// What a client may send to the simulated okx.
#include "fuzz_venue_sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_venue(&okx_sim, "/ws/v5/public", data, size);
}
