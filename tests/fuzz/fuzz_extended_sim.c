// What a client may send to the simulated extended.
#include "fuzz_venue_sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_venue(&extended_sim, "/stream.extended.exchange/v2/rpc", data, size);
}
