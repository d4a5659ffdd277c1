#include "trade/series.h"

#include <string.h>

#include "base/status.h"

static void sorted_remove(struct series *series, int32_t value) {
    uint32_t at = 0;
    while (series->sorted[at] != value) {
        at++;
        ASSERT(at < series->count);
    }
    memmove(&series->sorted[at], &series->sorted[at + 1],
            (series->count - at - 1u) * sizeof(series->sorted[0]));
    series->count--;
}

static void sorted_insert(struct series *series, int32_t value) {
    uint32_t at = series->count;
    while (at > 0 && series->sorted[at - 1] > value) {
        series->sorted[at] = series->sorted[at - 1];
        at--;
    }
    series->sorted[at] = value;
    series->count++;
}

void series_add(struct series *series, int64_t value) {
    int32_t kept = value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : (int32_t)value;
    int64_t distance = series->count == 0 ? 0 : kept - series_median(series);
    distance = distance < 0 ? -distance : distance;
    if (series->count == SERIES_MAX) {
        sorted_remove(series, series->by_time[series->at]);
        series->deviation_sum -= series->deviation[series->at];
    }
    series->by_time[series->at] = kept;
    series->deviation[series->at] = distance > UINT16_MAX ? UINT16_MAX : (uint16_t)distance;
    series->deviation_sum += series->deviation[series->at];
    sorted_insert(series, kept);
    series->at = (uint16_t)((series->at + 1u) % SERIES_MAX);
}

int64_t series_median(const struct series *series) {
    if (series->count == 0) {
        return 0;
    }
    uint32_t middle = series->count / 2u;
    if (series->count % 2u == 1u) {
        return series->sorted[middle];
    }
    return ((int64_t)series->sorted[middle - 1] + series->sorted[middle]) / 2;
}

int64_t series_deviation(const struct series *series) {
    return series->count == 0 ? 0 : series->deviation_sum / series->count;
}
