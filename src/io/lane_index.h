// Finds a lane's orders by the engine's number, the client id and the venue's id: each message of
// the venue names an order, and the thousand that were before it are not looked through for that.
//
// Chains of entries in fixed arrays, three entries a row. A hash names a key; rows whose key has
// the same hash are for the caller to tell apart. All zero is an empty index. One thread.
#ifndef PERPDESK_IO_LANE_INDEX_H
#define PERPDESK_IO_LANE_INDEX_H

#include <stdint.h>

enum lane_key { LANE_KEY_ORDER, LANE_KEY_CLIENT, LANE_KEY_VENUE, LANE_KEY_COUNT };

enum {
    LANE_ORDERS_MAX = 1024,
    LANE_CHAINS = 4096, // a power of two
    LANE_ROW_NONE = LANE_ORDERS_MAX,
};

struct lane_index {
    uint64_t hashes[LANE_ORDERS_MAX * LANE_KEY_COUNT]; // 0 = the row has no such key
    uint16_t first[LANE_CHAINS];                       // number of an entry + 1, 0 = none
    uint16_t next[LANE_ORDERS_MAX * LANE_KEY_COUNT];
};

// The row's key from now on, instead of the one before; 0: none.
void lane_index_set(struct lane_index *index, uint32_t row, enum lane_key key, uint64_t hash);
// The first row of that key, the newest first, or LANE_ROW_NONE; then those after `row`.
uint32_t lane_index_find(const struct lane_index *index, enum lane_key key, uint64_t hash);
uint32_t lane_index_next(const struct lane_index *index, enum lane_key key, uint32_t row);

#endif
