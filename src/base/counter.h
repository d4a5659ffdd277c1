// Log-linear histograms (HDR scheme: 32 sub-buckets per power of two, so a quantile is right
// within 3.2 %). One writer; readers on other threads see values that may lag, never torn ones.
#ifndef PERPDESK_BASE_COUNTER_H
#define PERPDESK_BASE_COUNTER_H

#include <stdatomic.h>
#include <stdint.h>

typedef _Atomic uint64_t counter; // one writer: use counter_add

static inline void counter_add(counter *c, uint64_t n) {
    atomic_store_explicit(c, atomic_load_explicit(c, memory_order_relaxed) + n,
                          memory_order_relaxed);
}
static inline uint64_t counter_read(const counter *c) {
    return atomic_load_explicit(c, memory_order_relaxed);
}

enum { HISTOGRAM_SUB = 32, HISTOGRAM_BUCKETS = 40 * HISTOGRAM_SUB }; // up to 2^44 ns = 4.8 h

struct histogram {
    _Atomic uint32_t bucket[HISTOGRAM_BUCKETS];
    counter count;
    counter sum;
    counter max;
};

void histogram_add(struct histogram *h, uint64_t value);
// Smallest value v such that `ppm` parts per million of the samples are <= v (upper edge of its
// bucket); 0 when empty.
uint64_t histogram_quantile(const struct histogram *h, uint32_t ppm);
uint64_t histogram_mean(const struct histogram *h);
void histogram_reset(struct histogram *h); // by the writer

#endif
