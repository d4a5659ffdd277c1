#include "base/byte_ring.h"

#include <stdlib.h>

// Before each record its size; UNUSED marks the unused end of the memory.
enum { HEAD_BYTES = 8 };
#define UNUSED UINT64_MAX

enum status byte_ring_create(struct byte_ring *ring, size_t capacity) {
    ASSERT(capacity >= 64 && (capacity & (capacity - 1)) == 0);
    *ring = (struct byte_ring){.bytes = malloc(capacity), .capacity = capacity};
    return ring->bytes != NULL ? STATUS_OK : status_fail(STATUS_SYSTEM, "no memory for a ring");
}

void byte_ring_finish(struct byte_ring *ring) {
    free(ring->bytes);
    ring->bytes = NULL;
}

// What a record of `size` bytes takes: sizes stay aligned, so a head never crosses the end.
static size_t taken(size_t size) {
    return HEAD_BYTES + (size + HEAD_BYTES - 1) / HEAD_BYTES * HEAD_BYTES;
}

static void put_size(struct byte_ring *ring, size_t at, uint64_t size) {
    memcpy(ring->bytes + (at & (ring->capacity - 1)), &size, sizeof(size));
}

static uint64_t get_size(const struct byte_ring *ring, size_t at) {
    uint64_t size;
    memcpy(&size, ring->bytes + (at & (ring->capacity - 1)), sizeof(size));
    return size;
}

bool byte_ring_push(struct byte_ring *ring, const struct slice *parts, uint32_t count) {
    size_t size = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (parts[i].size > ring->capacity - size) {
            return false;
        }
        size += parts[i].size;
    }
    size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    size_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
    size_t to_end = ring->capacity - (head & (ring->capacity - 1));
    size_t unused = taken(size) > to_end ? to_end : 0;
    if (taken(size) + unused > ring->capacity - (head - tail)) {
        return false;
    }
    if (unused > 0) {
        put_size(ring, head, UNUSED);
        head += unused;
    }
    put_size(ring, head, size);
    unsigned char *out = ring->bytes + (head & (ring->capacity - 1)) + HEAD_BYTES;
    for (uint32_t i = 0; i < count; i++) {
        if (parts[i].size > 0) {
            memcpy(out, parts[i].data, parts[i].size);
            out += parts[i].size;
        }
    }
    atomic_store_explicit(&ring->head, head + taken(size), memory_order_release);
    return true;
}

bool byte_ring_peek(struct byte_ring *ring, struct slice *record) {
    size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    size_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
    if (tail == head) {
        return false;
    }
    if (get_size(ring, tail) == UNUSED) { // a record always follows it
        tail += ring->capacity - (tail & (ring->capacity - 1));
        atomic_store_explicit(&ring->tail, tail, memory_order_release);
    }
    const unsigned char *at = ring->bytes + (tail & (ring->capacity - 1));
    *record = (struct slice){(const char *)at + HEAD_BYTES, get_size(ring, tail)};
    return true;
}

void byte_ring_drop(struct byte_ring *ring) {
    size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    ASSERT(tail != atomic_load_explicit(&ring->head, memory_order_relaxed));
    atomic_store_explicit(&ring->tail, tail + taken(get_size(ring, tail)), memory_order_release);
}
