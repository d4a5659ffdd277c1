#include "trade/series.h"

#include <string.h>

#include "base/status.h"

static int16_t value_at(const struct series *series, uint32_t rank) {
    return series->by_time[series->order[rank]];
}

static void order_remove(struct series *series, uint8_t place) {
    uint32_t at = 0;
    while (series->order[at] != place) {
        at++;
        ASSERT(at < series->count);
    }
    memmove(&series->order[at], &series->order[at + 1], series->count - at - 1u);
    series->count--;
}

static void order_insert(struct series *series, uint8_t place) {
    uint32_t at = series->count;
    while (at > 0 && value_at(series, at - 1) > series->by_time[place]) {
        series->order[at] = series->order[at - 1];
        at--;
    }
    series->order[at] = place;
    series->count++;
}

void series_add(struct series *series, int64_t value) {
    if (series->count == SERIES_MAX) {
        order_remove(series, series->at);
    }
    series->by_time[series->at] = (int16_t)(value > SERIES_VALUE_MAX    ? SERIES_VALUE_MAX
                                            : value < -SERIES_VALUE_MAX ? -SERIES_VALUE_MAX
                                                                        : value);
    order_insert(series, series->at);
    series->at = (uint8_t)((series->at + 1u) % SERIES_MAX);
}

int64_t series_median(const struct series *series) {
    if (series->count == 0) {
        return 0;
    }
    uint32_t middle = series->count / 2u;
    if (series->count % 2u == 1u) {
        return value_at(series, middle);
    }
    return (value_at(series, middle - 1) + value_at(series, middle)) / 2;
}

int64_t series_deviation(const struct series *series) {
    int64_t median = series_median(series);
    int64_t sum = 0;
    for (uint32_t i = 0; i < series->count; i++) {
        int64_t distance = series->by_time[i] - median;
        sum += distance < 0 ? -distance : distance;
    }
    return series->count == 0 ? 0 : sum / series->count;
}
