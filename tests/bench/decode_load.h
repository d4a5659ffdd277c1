// What P1 is measured on: 1024 distinct messages of each hot channel in the layout the venue sends.
#ifndef PERPDESK_TESTS_BENCH_DECODE_LOAD_H
#define PERPDESK_TESTS_BENCH_DECODE_LOAD_H

#include "decode_floor.h"
#include "exchanges/venues.h"

enum { DECODE_MESSAGES = 1024, DECODE_LOADS = 20 };

struct decode_load {
    const char *name;
    const char *venue;
    void (*write)(struct text *out, uint32_t n);
    floor_read *anchored, *scanner;
    int64_t goal_ns;
    const char *bid, *ask; // ways to the levels in cJSON's tree
    uint64_t market;       // where a number names it, and that number as the decoder keeps it
    uint64_t native_id;
    // Packed one behind the other: at a stride of a page they would fight for a few cache sets.
    char *arena;
    struct slice messages[DECODE_MESSAGES];
    struct md md;
};

extern struct decode_load decode_loads[DECODE_LOADS];

// Writes the messages and holds the decoder against cJSON's reading of each, and the floors against
// the decoder; a difference asserts.
void decode_load_prepare(struct decode_load *load, const struct universe *universe);
void decode_load_finish(struct decode_load *load);

#endif
