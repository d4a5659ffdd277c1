#include "trade/series.h"

// Each of these walks the whole window without a branch: a few vector instructions.
static int16_t nearest_below(const int16_t values[SERIES_MAX], int16_t limit) {
    int16_t nearest = INT16_MIN;
    for (int i = 0; i < SERIES_MAX; i++) {
        int16_t value = values[i] < limit ? values[i] : INT16_MIN;
        nearest = value > nearest ? value : nearest;
    }
    return nearest;
}

static int16_t nearest_above(const int16_t values[SERIES_MAX], int16_t limit) {
    int16_t nearest = INT16_MAX;
    for (int i = 0; i < SERIES_MAX; i++) {
        int16_t value = values[i] > limit ? values[i] : INT16_MAX;
        nearest = value < nearest ? value : nearest;
    }
    return nearest;
}

// The value of a rank, the smallest's is 0, from a guess that is at most a few values away. What is
// yet to come stands behind all ranks that there are.
static int16_t value_of(const int16_t values[SERIES_MAX], int rank, int16_t guess) {
    for (;;) {
        int16_t smaller = 0, up_to = 0;
        for (int i = 0; i < SERIES_MAX; i++) {
            smaller = (int16_t)(smaller + (values[i] < guess));
            up_to = (int16_t)(up_to + (values[i] <= guess));
        }
        if (rank >= smaller && rank < up_to) {
            return guess;
        }
        guess = rank < smaller ? nearest_below(values, guess) : nearest_above(values, guess);
    }
}

void series_add(struct series *series, int64_t value) {
    if (series->count == 0) {
        for (int i = 0; i < SERIES_MAX; i++) {
            series->values[i] = INT16_MAX;
        }
    }
    series->values[series->at] = (int16_t)(value > SERIES_VALUE_MAX    ? SERIES_VALUE_MAX
                                           : value < -SERIES_VALUE_MAX ? -SERIES_VALUE_MAX
                                                                       : value);
    series->count = (uint8_t)(series->count + (series->count < SERIES_MAX));
    series->at = (uint8_t)((series->at + 1u) % SERIES_MAX);
    series->low = value_of(series->values, (series->count - 1) / 2, series->low);
    series->high = value_of(series->values, series->count / 2, series->low);
}

int64_t series_median(const struct series *series) {
    return (series->low + series->high) / 2;
}

int64_t series_deviation(const struct series *series) {
    int64_t median = series_median(series);
    int64_t sum = 0;
    for (uint32_t i = 0; i < series->count; i++) {
        int64_t distance = series->values[i] - median;
        sum += distance < 0 ? -distance : distance;
    }
    return series->count == 0 ? 0 : sum / series->count;
}
