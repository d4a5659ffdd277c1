#include "engine/stages.h"

struct state_quantiles stages_quantiles(const struct histogram *histogram) {
    return (struct state_quantiles){
        .count = counter_read(&histogram->count),
        .p50_ns = (int64_t)histogram_quantile(histogram, 500000),
        .p99_ns = (int64_t)histogram_quantile(histogram, 990000),
        .p999_ns = (int64_t)histogram_quantile(histogram, 999000),
    };
}

void stages_tell_budget(struct stages_budget *budget, struct state_budget now) {
    atomic_store_explicit(&budget->used, now.used, memory_order_relaxed);
    atomic_store_explicit(&budget->limit, now.limit, memory_order_relaxed);
}

static struct state_budget budget_now(const struct stages_budget *budget) {
    return (struct state_budget){
        .used = atomic_load_explicit(&budget->used, memory_order_relaxed),
        .limit = atomic_load_explicit(&budget->limit, memory_order_relaxed),
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
    row->orders = budget_now(&stages->orders);
    row->data = budget_now(&stages->data);
}
