#include "io/lane_index.h"

#include "base/status.h"

_Static_assert(LANE_ORDERS_MAX *LANE_KEY_COUNT < UINT16_MAX, "an entry's number fits");

static uint16_t *chain_of(struct lane_index *index, uint64_t hash) {
    return &index->first[hash % LANE_CHAINS];
}

static uint32_t entry_of(uint32_t row, enum lane_key key) {
    ASSERT(row < LANE_ORDERS_MAX && key < LANE_KEY_COUNT);
    return row * LANE_KEY_COUNT + key;
}

static void take_out(struct lane_index *index, uint32_t entry) {
    uint16_t *link = chain_of(index, index->hashes[entry]);
    while (*link != entry + 1) {
        ASSERT(*link != 0);
        link = &index->next[*link - 1];
    }
    *link = index->next[entry];
    index->hashes[entry] = 0;
}

void lane_index_set(struct lane_index *index, uint32_t row, enum lane_key key, uint64_t hash) {
    uint32_t entry = entry_of(row, key);
    if (index->hashes[entry] != 0) {
        take_out(index, entry);
    }
    if (hash != 0) {
        uint16_t *link = chain_of(index, hash);
        index->hashes[entry] = hash;
        index->next[entry] = *link;
        *link = (uint16_t)(entry + 1);
    }
}

// From this link of a chain on. Keys of two kinds with one hash are told apart here.
static uint32_t look(const struct lane_index *index, uint16_t link, enum lane_key key,
                     uint64_t hash) {
    for (; link != 0; link = index->next[link - 1]) {
        uint32_t entry = link - 1u;
        if (index->hashes[entry] == hash && entry % LANE_KEY_COUNT == (uint32_t)key) {
            return entry / LANE_KEY_COUNT;
        }
    }
    return LANE_ROW_NONE;
}

uint32_t lane_index_find(const struct lane_index *index, enum lane_key key, uint64_t hash) {
    return hash != 0 ? look(index, index->first[hash % LANE_CHAINS], key, hash) : LANE_ROW_NONE;
}

uint32_t lane_index_next(const struct lane_index *index, enum lane_key key, uint32_t row) {
    uint32_t entry = entry_of(row, key);
    return look(index, index->next[entry], key, index->hashes[entry]);
}
