// A recorded frame of Binance's combined streams, applied to a recorded book: first byte picks the
// venue, the second whether it came by REST, the rest is the frame. Other venues' frames go through
// their decoders, which have targets of their own.
#include "sim/sim_source.h"

static const char *const venues[] = {"aster", "binance-spot", "binance", "binance-coinm"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) {
        return 0;
    }
    struct tape_record record = {
        .kind = TAPE_FRAME,
        .venue = slice_of(venues[data[0] % COUNT_OF(venues)]),
        .rest = data[1] % 2 == 1,
        .url = SLICE("https://localhost/depth?symbol=BTCUSDT&limit=1000"),
        .raw = {(const char *)data + 2, size - 2},
    };
    struct sim_record_name name;
    struct sim_source source;
    if (!sim_record_identify(&record, &name) || sim_source_init(&source, &name) != STATUS_OK) {
        return 0;
    }
    if (sim_source_open_book(&source) == STATUS_OK) {
        struct sim_change change;
        sim_source_learn(&source, &record);
        (void)sim_source_apply(&source, &record, &change);
        (void)sim_source_apply(&source, &record, &change);
        sim_source_forget(&source);
    }
    sim_source_finish(&source);
    return 0;
}
