// Small fixed containers sized at start: a text-to-index map, and a set that remembers the last N
// 64-bit keys.
#ifndef PERPDESK_BASE_TABLE_H
#define PERPDESK_BASE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

// Open addressing, linear probing, keys up to 31 bytes, filled once and then read by one thread.
enum { NAME_MAP_KEY_MAX = 32 };

struct name_map_slot {
    union {
        char key[NAME_MAP_KEY_MAX]; // zeros behind it
        uint64_t words[NAME_MAP_KEY_MAX / 8];
    };
    uint32_t size; // 0 = empty
    int32_t value;
};

struct name_map {
    struct name_map_slot *slots;
    uint32_t mask;
    uint32_t count;
};

enum status name_map_create(struct name_map *map, uint32_t entries_max) MUST_CHECK;
void name_map_finish(struct name_map *map);
enum status name_map_put(struct name_map *map, struct slice key,
                         int32_t value) MUST_CHECK;                 // duplicate: STATUS_ERROR
int32_t name_map_get(const struct name_map *map, struct slice key); // -1 when absent

// Where the probe for a key begins, before the mask.
static inline uint32_t name_map_home(uint64_t low, uint64_t high) {
    return (uint32_t)(((low ^ high << 29 ^ high >> 35) * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

// name_map_get for a key of 1 to 16 bytes, given as the two words it fills in memory, zeros behind
// it: inline, because a decoder asks for every message.
static inline int32_t name_map_get_short(const struct name_map *map, uint64_t low, uint64_t high,
                                         uint32_t size) {
    if (map->count == 0) {
        return -1;
    }
    for (uint32_t at = name_map_home(low, high) & map->mask;; at = (at + 1) & map->mask) {
        const struct name_map_slot *slot = &map->slots[at];
        if (slot->words[0] == low && slot->words[1] == high && slot->size == size) {
            return slot->value;
        }
        if (slot->size == 0) {
            return -1;
        }
    }
}

// Bounded de-duplication: remembers the newest `capacity` keys.
struct seen_set {
    uint64_t *ring;  // insertion order
    uint64_t *slots; // open addressing, 0 = empty (key 0 is stored as 1)
    uint32_t capacity, mask, next, count;
};

enum status seen_set_create(struct seen_set *set, uint32_t capacity) MUST_CHECK;
void seen_set_finish(struct seen_set *set);
bool seen_set_add(struct seen_set *set, uint64_t key); // false when it was there already

uint64_t hash_bytes(const void *data, size_t size, uint64_t seed); // XXH3
uint64_t hash_mix(uint64_t value); // splitmix64 finaliser: stands in for randomness

#endif
