// A rolling window of small integers with its median: the values in time order, and their order by
// size. There is one for each pair of venues and symbol: its bytes count.
#ifndef PERPDESK_TRADE_SERIES_H
#define PERPDESK_TRADE_SERIES_H

#include <stdint.h>

enum { SERIES_MAX = 50, SERIES_VALUE_MAX = INT16_MAX };

_Static_assert(SERIES_MAX <= UINT8_MAX, "a place is one byte");

struct series {
    int16_t by_time[SERIES_MAX];
    uint8_t order[SERIES_MAX]; // places in by_time, smallest value first
    uint8_t at, count;
};

// Clamped to SERIES_VALUE_MAX either way: in hundredths of a basis point 3.3 %. A median that high
// may be any that is higher.
void series_add(struct series *series, int64_t value);
int64_t series_median(const struct series *series); // 0 when empty
// Mean absolute deviation from the median; walks the window.
int64_t series_deviation(const struct series *series);

#endif
