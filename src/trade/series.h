// A rolling window of small integers with its median. There is one for each pair of venues and
// symbol: its bytes count, so what stands in the middle is kept and not the order by size.
#ifndef PERPDESK_TRADE_SERIES_H
#define PERPDESK_TRADE_SERIES_H

#include <stdint.h>

enum { SERIES_MAX = 50, SERIES_VALUE_MAX = INT16_MAX };

_Static_assert(SERIES_MAX <= UINT8_MAX, "a place is one byte");

struct series {
    int16_t values[SERIES_MAX]; // the next one comes to `at`; those to come are INT16_MAX
    int16_t low, high;          // in the middle; of an odd count one and the same
    uint8_t at, count;
};

// Clamped to SERIES_VALUE_MAX either way: in hundredths of a basis point 3.3 %. A median that high
// may be any that is higher.
void series_add(struct series *series, int64_t value);
int64_t series_median(const struct series *series); // 0 when empty
// Mean absolute deviation from the median; walks the window.
int64_t series_deviation(const struct series *series);

#endif
