// Bucket of a value: below 32 the value itself; above, the five bits after the leading one within
// its power of two.
#include "base/counter.h"

#include "base/decimal.h"

enum { SUB_BITS = 5 };
_Static_assert(1 << SUB_BITS == HISTOGRAM_SUB, "sub-buckets are a power of two");

static uint32_t bucket_of(uint64_t value) {
    if (value < HISTOGRAM_SUB) {
        return (uint32_t)value;
    }
    uint32_t shift = 63u - (uint32_t)__builtin_clzll(value) - SUB_BITS;
    uint64_t sub = (value >> shift) - HISTOGRAM_SUB;
    uint64_t bucket = (uint64_t)(shift + 1) * HISTOGRAM_SUB + sub;
    return bucket < HISTOGRAM_BUCKETS ? (uint32_t)bucket : HISTOGRAM_BUCKETS - 1;
}

static uint64_t bucket_upper(uint32_t bucket) {
    uint32_t group = bucket / HISTOGRAM_SUB;
    uint64_t sub = bucket % HISTOGRAM_SUB;
    return group == 0 ? sub : ((HISTOGRAM_SUB + sub + 1) << (group - 1)) - 1;
}

static uint32_t bucket_read(const struct histogram *h, uint32_t bucket) {
    return atomic_load_explicit(&h->bucket[bucket], memory_order_relaxed);
}

void histogram_add(struct histogram *h, uint64_t value) {
    uint32_t bucket = bucket_of(value);
    // Plain stores: there is one writer, so no locked instruction is needed.
    atomic_store_explicit(&h->bucket[bucket], bucket_read(h, bucket) + 1, memory_order_relaxed);
    counter_add(&h->count, 1);
    counter_add(&h->sum, value);
    if (value > counter_read(&h->max)) {
        atomic_store_explicit(&h->max, value, memory_order_relaxed);
    }
}

uint64_t histogram_quantile(const struct histogram *h, uint32_t ppm) {
    // The buckets are summed rather than `count` read: the writer may be between the two.
    uint64_t total = 0;
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        total += bucket_read(h, i);
    }
    if (total == 0) {
        return 0;
    }
    uint64_t share = ppm < PPM_ONE ? ppm : (uint64_t)PPM_ONE;
    uint64_t rank = (uint64_t)mul_div_ceil((int64_t)total, (int64_t)share, PPM_ONE);
    rank = rank == 0 ? 1 : rank;
    uint64_t seen = 0;
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS - 1; i++) {
        seen += bucket_read(h, i);
        if (seen >= rank) {
            return bucket_upper(i);
        }
    }
    // The last bucket also holds everything above it.
    uint64_t max = counter_read(&h->max);
    uint64_t upper = bucket_upper(HISTOGRAM_BUCKETS - 1);
    return max > upper ? max : upper;
}

uint64_t histogram_mean(const struct histogram *h) {
    uint64_t count = counter_read(&h->count);
    return count == 0 ? 0 : counter_read(&h->sum) / count;
}

void histogram_reset(struct histogram *h) {
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        atomic_store_explicit(&h->bucket[i], 0, memory_order_relaxed);
    }
    atomic_store_explicit(&h->count, 0, memory_order_relaxed);
    atomic_store_explicit(&h->sum, 0, memory_order_relaxed);
    atomic_store_explicit(&h->max, 0, memory_order_relaxed);
}
