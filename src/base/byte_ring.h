// Bounded single-producer single-consumer ring of records of any size, lock-free. A full ring
// refuses: the producer counts what it could not hand over, and never waits.
//
// Each record lies in one piece: where it would not fit before the end of the memory, the rest of
// it stays unused and the record begins at the front.
#ifndef PERPDESK_BASE_BYTE_RING_H
#define PERPDESK_BASE_BYTE_RING_H

#include <stdalign.h>
#include <stdatomic.h>

#include "base/buf.h"

struct byte_ring {
    unsigned char *bytes;
    size_t capacity;                 // a power of two
    alignas(64) _Atomic size_t head; // written by the producer, never wraps
    alignas(64) _Atomic size_t tail; // written by the consumer
};

// `capacity`: a power of two, at least 64.
enum status byte_ring_create(struct byte_ring *ring, size_t capacity) MUST_CHECK;
void byte_ring_finish(struct byte_ring *ring); // a zeroed one is allowed
// Producer: one record made of the parts. False: it does not fit now (or ever).
MUST_CHECK bool byte_ring_push(struct byte_ring *ring, const struct slice *parts, uint32_t count);
// Consumer: the oldest record, aligned to 8 bytes, valid until byte_ring_drop; false: empty.
MUST_CHECK bool byte_ring_peek(struct byte_ring *ring, struct slice *record);
void byte_ring_drop(struct byte_ring *ring); // the record that peek gave

#endif
