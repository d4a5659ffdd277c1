// A rolling window of small integers with its median: the values in time order, and their order by
// size. There is one for each pair of venues and symbol: its bytes count.
#ifndef PERPDESK_TRADE_SERIES_H
#define PERPDESK_TRADE_SERIES_H

#include <stdint.h>

enum { SERIES_MAX = 50 };

_Static_assert(SERIES_MAX <= UINT8_MAX, "a place is one byte");

struct series {
    int32_t by_time[SERIES_MAX];
    int32_t deviation_sum; // sum of |value - median at entry| over by_time
    uint16_t deviation[SERIES_MAX];
    uint8_t order[SERIES_MAX]; // places in by_time, smallest value first
    uint8_t at, count;
};

void series_add(struct series *series, int64_t value); // clamped to int32
int64_t series_median(const struct series *series);    // 0 when empty
// Mean absolute deviation from the median, as each value saw it when it entered.
int64_t series_deviation(const struct series *series);

#endif
