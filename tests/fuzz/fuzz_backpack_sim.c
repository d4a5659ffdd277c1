// What a client may send to the simulated backpack.
#include "fuzz_venue_sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_venue(&backpack_sim, "/", data, size);
}
