// Lines of recordings: envelopes, headers and rows of tables, and what the simulator makes of a
// recorded frame.
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "sim/sim_market.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct tape_record record;

static void apply(void) {
    struct sim_record_name name;
    struct sim_source source;
    struct sim_change change;
    if (!sim_record_identify(&record, &name) || sim_source_init(&source, &name) != STATUS_OK) {
        return;
    }
    ASSERT(sim_source_open_book(&source) == STATUS_OK);
    sim_source_learn(&source, &record);
    ASSERT(source.tick.v > 0 && source.step.v > 0);
    (void)sim_source_apply(&source, &record, &change);
    ASSERT(source.book.bids.count <= SIM_SOURCE_LEVELS &&
           source.book.asks.count <= SIM_SOURCE_LEVELS);
    sim_source_finish(&source);
}

static void envelope(struct slice line) {
    static char moved[256 * 1024];
    bool skip = false;
    if (tape_parse_envelope(line, &record, &skip) != STATUS_OK) {
        return;
    }
    ASSERT(record.raw.data >= line.data &&
           record.raw.data + record.raw.size <= line.data + line.size);
    apply();
    struct text text = TEXT_OVER(moved);
    sim_frame_move(record.raw, 1000, 7, &text);
    struct json r;
    json_init(&r, text_slice(&text));
    ASSERT(text.truncated || (json_skip(&r) && json_end(&r))); // still JSON
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct slice rest = {(const char *)data, size};
    struct slice first = vsim_cut(&rest, '\n');
    envelope(first);
    struct tape_table table;
    if (!tape_parse_header(first, &table)) {
        return 0;
    }
    while (rest.size > 0) {
        struct slice line = vsim_cut(&rest, '\n');
        if (tape_parse_row(&table, line, &record) == STATUS_OK) {
            ASSERT(record.bid_count <= TAPE_LEVELS_MAX && record.ask_count <= TAPE_LEVELS_MAX);
            record.venue = table.depth ? SLICE("a") : record.venue;
            record.symbol = table.depth ? SLICE("B") : record.symbol;
            apply();
        }
    }
    return 0;
}
