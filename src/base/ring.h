// Bounded single-producer single-consumer ring of fixed records, lock-free, with an optional
// wake-up that is called only when the consumer said it was about to sleep. A full ring refuses:
// the caller counts and answers.
#ifndef PERPDESK_BASE_RING_H
#define PERPDESK_BASE_RING_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct ring {
    unsigned char *records;
    size_t record_size;
    uint32_t mask;                     // capacity - 1, capacity a power of two
    alignas(64) _Atomic uint32_t head; // written by the producer
    alignas(64) _Atomic uint32_t tail; // written by the consumer
    alignas(64) _Atomic bool parked;   // consumer sleeps
    void (*wake)(void *arg);
    void *wake_arg;
};

enum status ring_create(struct ring *ring, size_t record_size, uint32_t capacity) MUST_CHECK;
void ring_finish(struct ring *ring);
void ring_on_wake(struct ring *ring, void (*wake)(void *arg), void *arg); // before threads start
MUST_CHECK bool ring_push(struct ring *ring, const void *record);         // producer; false: full
bool ring_pop(struct ring *ring, void *record);                           // consumer; false: empty
// Consumer, before sleeping: returns true when it may sleep (ring empty and the producer will wake
// it).
bool ring_park(struct ring *ring);
void ring_unpark(struct ring *ring);

#endif
