// Both tables keep at most half of their slots filled, so a linear probe always ends at an empty
// one.
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/pages.h"

enum { ENTRIES_MAX = 1 << 28 };

static uint32_t slots_for(uint32_t entries) {
    ASSERT(entries > 0 && entries <= ENTRIES_MAX);
    uint32_t slots = 4;
    while (slots < entries * 2) {
        slots *= 2;
    }
    return slots;
}

uint64_t hash_bytes(const void *data, size_t size, uint64_t seed) {
    return XXH3_64bits_withSeed(data, size, seed);
}

uint64_t hash_mix(uint64_t value) {
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

enum status name_map_create(struct name_map *map, uint32_t entries_max) {
    uint32_t slots = slots_for(entries_max);
    map->slots = calloc(slots, sizeof(*map->slots));
    if (map->slots == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a table of %u names", entries_max);
    }
    map->mask = slots - 1;
    map->count = 0;
    return STATUS_OK;
}

void name_map_finish(struct name_map *map) {
    free(map->slots);
    *map = (struct name_map){0};
}

// The slot that holds the key, or the empty one where it belongs.
static struct name_map_slot *name_map_find(const struct name_map *map, struct slice key) {
    uint64_t words[NAME_MAP_KEY_MAX / 8] = {0};
    memcpy(words, key.data, key.size);
    uint32_t at = name_map_home(words[0] ^ words[2], words[1] ^ words[3]) & map->mask;
    for (;; at = (at + 1) & map->mask) {
        struct name_map_slot *slot = &map->slots[at];
        if (slot->size == 0) {
            return slot;
        }
        if (slot->size == key.size && memcmp(slot->key, key.data, key.size) == 0) {
            return slot;
        }
    }
}

enum status name_map_put(struct name_map *map, struct slice key, int32_t value) {
    ASSERT(map->slots != NULL);
    ASSERT(value >= 0);
    if (key.size == 0 || key.size >= NAME_MAP_KEY_MAX) {
        return status_fail(STATUS_DATA, "a name of %zu bytes; 1 to %d are possible", key.size,
                           NAME_MAP_KEY_MAX - 1);
    }
    struct name_map_slot *slot = name_map_find(map, key);
    if (slot->size != 0) {
        return status_fail(STATUS_ERROR, "the name %.*s is there already", (int)key.size, key.data);
    }
    if (map->count > map->mask / 2) {
        return status_fail(STATUS_INTERNAL, "the table of names is full (%u)", map->count);
    }
    memcpy(slot->key, key.data, key.size);
    slot->size = (uint32_t)key.size;
    slot->value = value;
    map->count++;
    return STATUS_OK;
}

int32_t name_map_get(const struct name_map *map, struct slice key) {
    if (map->count == 0 || key.size == 0 || key.size >= NAME_MAP_KEY_MAX) {
        return -1;
    }
    const struct name_map_slot *slot = name_map_find(map, key);
    return slot->size == 0 ? -1 : slot->value;
}

enum status seen_set_create(struct seen_set *set, uint32_t capacity) {
    uint32_t slots = slots_for(capacity);
    *set = (struct seen_set){.capacity = capacity, .mask = slots - 1};
    set->ring = pages_create(capacity, sizeof(*set->ring));
    set->slots = pages_create(slots, sizeof(*set->slots));
    if (set->ring == NULL || set->slots == NULL) {
        seen_set_finish(set);
        return status_fail(STATUS_SYSTEM, "no memory to remember %u keys", capacity);
    }
    return STATUS_OK;
}

void seen_set_finish(struct seen_set *set) {
    free(set->ring);
    free(set->slots);
    *set = (struct seen_set){0};
}

static uint32_t seen_set_home(const struct seen_set *set, uint64_t key) {
    return (uint32_t)hash_mix(key) & set->mask;
}

static uint32_t seen_set_find(const struct seen_set *set, uint64_t key) {
    uint32_t at = seen_set_home(set, key);
    while (set->slots[at] != 0 && set->slots[at] != key) {
        at = (at + 1) & set->mask;
    }
    return at;
}

// Closes the gap by moving later entries of the same run back, so that no tombstones gather.
static void seen_set_remove(struct seen_set *set, uint64_t key) {
    uint32_t gap = seen_set_find(set, key);
    ASSERT(set->slots[gap] == key);
    for (uint32_t at = (gap + 1) & set->mask; set->slots[at] != 0; at = (at + 1) & set->mask) {
        uint32_t home = seen_set_home(set, set->slots[at]);
        if (((at - home) & set->mask) >= ((at - gap) & set->mask)) {
            set->slots[gap] = set->slots[at];
            gap = at;
        }
    }
    set->slots[gap] = 0;
}

bool seen_set_add(struct seen_set *set, uint64_t key) {
    key = key == 0 ? 1 : key;
    if (set->slots[seen_set_find(set, key)] == key) {
        return false;
    }
    if (set->count == set->capacity) {
        seen_set_remove(set, set->ring[set->next]);
    } else {
        set->count++;
    }
    set->slots[seen_set_find(set, key)] = key;
    set->ring[set->next] = key;
    set->next = set->next + 1 == set->capacity ? 0 : set->next + 1;
    return true;
}
