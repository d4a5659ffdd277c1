// What a client may send to the simulated binance.
#include "fuzz_venue_sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_venue(&binance_sim, "/public/stream", data, size);
}
