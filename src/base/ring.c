// Head and tail count records without wrapping to the capacity; their difference is the fill.
//
// The sleep hand-shake: the consumer stores `parked` and then looks at the head; the producer
// stores the head and then looks at `parked`. All four are sequentially consistent, so at least one
// of them sees the other: either the consumer stays awake or the producer wakes it.
#include "base/ring.h"

#include <stdlib.h>
#include <string.h>

#include "base/pages.h"

enum status ring_create(struct ring *ring, size_t record_size, uint32_t capacity) {
    ASSERT(record_size > 0);
    ASSERT(capacity > 0 && (capacity & (capacity - 1)) == 0);
    memset(ring, 0, sizeof(*ring));
    ring->records = pages_create(capacity, record_size);
    if (ring->records == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a ring of %u records", capacity);
    }
    ring->record_size = record_size;
    ring->mask = capacity - 1;
    atomic_init(&ring->head, 0);
    atomic_init(&ring->tail, 0);
    atomic_init(&ring->parked, false);
    return STATUS_OK;
}

void ring_finish(struct ring *ring) {
    free(ring->records);
    ring->records = NULL;
}

void ring_on_wake(struct ring *ring, void (*wake)(void *arg), void *arg) {
    ring->wake = wake;
    ring->wake_arg = arg;
}

static unsigned char *record_at(struct ring *ring, uint32_t position) {
    return ring->records + (size_t)(position & ring->mask) * ring->record_size;
}

bool ring_push(struct ring *ring, const void *record) {
    uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
    if (head - tail > ring->mask) {
        return false;
    }
    memcpy(record_at(ring, head), record, ring->record_size);
    atomic_store(&ring->head, head + 1);
    if (atomic_load(&ring->parked) && atomic_exchange(&ring->parked, false) && ring->wake != NULL) {
        ring->wake(ring->wake_arg);
    }
    return true;
}

bool ring_pop(struct ring *ring, void *record) {
    uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    uint32_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
    if (head == tail) {
        return false;
    }
    memcpy(record, record_at(ring, tail), ring->record_size);
    atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
    return true;
}

bool ring_park(struct ring *ring) {
    atomic_store(&ring->parked, true);
    uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    if (atomic_load(&ring->head) != tail) {
        atomic_store(&ring->parked, false);
        return false;
    }
    return true;
}

void ring_unpark(struct ring *ring) {
    atomic_store(&ring->parked, false);
}
