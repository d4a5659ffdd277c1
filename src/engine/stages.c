#include "engine/stages.h"

struct state_quantiles stages_quantiles(const struct histogram *histogram) {
    return (struct state_quantiles){
        .count = counter_read(&histogram->count),
        .p50_ns = (int64_t)histogram_quantile(histogram, 500000),
        .p99_ns = (int64_t)histogram_quantile(histogram, 990000),
        .p999_ns = (int64_t)histogram_quantile(histogram, 999000),
    };
}

static void refresh(struct state_quantiles *row, const struct histogram *histogram) {
    if (row->count != counter_read(&histogram->count)) {
        *row = stages_quantiles(histogram);
    }
}

void stages_publish(const struct stages *stages, struct state_latency *row) {
    refresh(&row->decide, &stages->decide_ns);
    refresh(&row->encode, &stages->encode_ns);
    refresh(&row->write, &stages->write_ns);
}
