// The HTTP requests of the simulator's clients.
#include <stddef.h>
#include <stdint.h>

#include "sim/sim_server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct slice whole = {(const char *)data, size};
    struct sim_request request;
    enum sim_request_kind kind = sim_request_parse(whole, &request);
    if (kind == SIM_REQUEST_CALL || kind == SIM_REQUEST_UPGRADE) {
        ASSERT(request.size > 0 && request.size <= size);
        // Nothing shorter is taken for the same request.
        struct sim_request shorter;
        struct slice cut = {whole.data, request.size - 1};
        ASSERT(sim_request_parse(cut, &shorter) == SIM_REQUEST_MORE);
        ASSERT(request.call.body.size <= SIM_BODY_MAX);
    }
    return 0;
}
