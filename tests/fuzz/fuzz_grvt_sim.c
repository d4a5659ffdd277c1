// What a client may send to the simulated grvt.
#include "fuzz_venue_sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_venue(&grvt_sim, "/ws/full", data, size);
}
