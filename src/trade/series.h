// A rolling window of small integers with its median: two arrays, one in time order, one sorted.
#ifndef PERPDESK_TRADE_SERIES_H
#define PERPDESK_TRADE_SERIES_H

#include <stdint.h>

enum { SERIES_MAX = 50 };

struct series {
    int32_t by_time[SERIES_MAX];
    int32_t sorted[SERIES_MAX];
    uint16_t at, count;
    int32_t deviation_sum; // sum of |value - median at entry| over by_time
    uint16_t deviation[SERIES_MAX];
};

void series_add(struct series *series, int64_t value); // clamped to int32
int64_t series_median(const struct series *series);    // 0 when empty
// Mean absolute deviation from the median, as each value saw it when it entered.
int64_t series_deviation(const struct series *series);

#endif
