#include "io/feed_pool.h"

#include <stdio.h>
#include <stdlib.h>

static uint32_t threads_by_cores(void) {
    uint32_t cores = uv_available_parallelism();
    uint32_t threads = cores <= 2 ? 1 : cores / 2;
    return threads < FEED_THREADS_MAX ? threads : FEED_THREADS_MAX;
}

static void feed_stopped(void *arg) {
    (void)arg;
} // the loop ends when its last handle is gone

static void stop_feeds(struct feed_thread *thread, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        feed_stop(thread->feeds[i], feed_stopped, NULL);
    }
}

static void stop_lanes(struct feed_thread *thread, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        lane_stop(thread->lanes[i], feed_stopped, NULL);
    }
}

static enum status thread_starts(struct role *role) {
    struct feed_thread *thread = role->user;
    for (uint32_t i = 0; i < thread->feed_count; i++) {
        enum status status = feed_start(thread->feeds[i]);
        if (status != STATUS_OK) {
            stop_feeds(thread, i + 1);
            return status;
        }
    }
    for (uint32_t i = 0; i < thread->lane_count; i++) {
        enum status status = lane_start(thread->lanes[i]);
        if (status != STATUS_OK) {
            stop_lanes(thread, i + 1);
            stop_feeds(thread, thread->feed_count);
            return status;
        }
    }
    return STATUS_OK;
}

static void thread_wakes(struct role *role) {
    struct feed_thread *thread = role->user;
    for (uint32_t i = 0; i < thread->lane_count; i++) {
        lane_wake(thread->lanes[i]);
    }
}

static void wake_thread(void *arg) {
    role_wake(arg);
}

static void learn(void *arg, uint16_t symbol, const struct listing *listing) {
    struct lane **lane = arg;
    if (*lane != NULL) {
        lane_learn(*lane, symbol, listing);
    }
}

static void thread_stops(struct role *role) {
    struct feed_thread *thread = role->user;
    stop_lanes(thread, thread->lane_count);
    stop_feeds(thread, thread->feed_count);
}

enum status feed_pool_create(struct feed_pool *pool, uint32_t threads) {
    *pool = (struct feed_pool){0};
    uint32_t count = threads == 0 ? threads_by_cores() : threads;
    count = count < FEED_THREADS_MAX ? count : FEED_THREADS_MAX;
    pool->threads = calloc(count, sizeof(*pool->threads));
    if (pool->threads == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for io threads");
    }
    for (uint32_t i = 0; i < count; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "io-%u", i + 1);
        enum status status = role_create(&pool->threads[i].role, name, &pool->threads[i]);
        if (status != STATUS_OK) {
            feed_pool_finish(pool);
            return status;
        }
        pool->threads[i].role.on_start = thread_starts;
        pool->threads[i].role.on_stop = thread_stops;
        pool->threads[i].role.on_wake = thread_wakes;
        pool->thread_count++;
    }
    return STATUS_OK;
}

enum status feed_pool_add(struct feed_pool *pool, const struct feed_config *config,
                          const struct lane_config *lane, struct lane **out_lane) {
    ASSERT(pool->feed_count < VENUE_MAX);
    struct feed_thread *least = &pool->threads[0];
    for (uint32_t i = 1; i < pool->thread_count; i++) {
        if (pool->threads[i].feed_count < least->feed_count) {
            least = &pool->threads[i];
        }
    }
    struct feed_config own = *config;
    struct lane **row = &least->lanes[least->lane_count];
    own.loop = &least->role.loop;
    if (lane != NULL) {
        own.on_rules = learn;
        own.on_rules_arg = row;
    }
    struct feed *feed = NULL;
    enum status status = feed_create(&feed, &own);
    if (status == STATUS_OK) {
        least->feeds[least->feed_count++] = feed;
        pool->feeds[pool->feed_count++] = feed;
    }
    if (status == STATUS_OK && lane != NULL) {
        struct lane_config private = *lane;
        private.loop = own.loop;
        private.offset_ns = &feed_stats(feed)->offset_ns;
        private.doubt_clock = feed_doubt_clock;
        private.doubt_arg = feed;
        private.wake = wake_thread;
        private.wake_arg = &least->role;
        status = lane_create(row, &private);
        least->lane_count += status == STATUS_OK;
        *out_lane = *row;
    }
    return status;
}

enum status feed_pool_start(struct feed_pool *pool) {
    for (uint32_t i = 0; i < pool->thread_count; i++) {
        enum status status = role_start(&pool->threads[i].role);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

void feed_pool_request_stop(struct feed_pool *pool) {
    for (uint32_t i = 0; i < pool->thread_count; i++) {
        role_request_stop(&pool->threads[i].role);
    }
}

enum status feed_pool_join(struct feed_pool *pool) {
    enum status result = STATUS_OK;
    pool->joined = true;
    for (uint32_t i = 0; i < pool->thread_count; i++) {
        enum status status = role_join(&pool->threads[i].role);
        result = result == STATUS_OK ? status : result;
    }
    return result;
}

void feed_pool_finish(struct feed_pool *pool) {
    if (!pool->joined) {
        feed_pool_request_stop(pool);
        (void)feed_pool_join(pool);
    }
    for (uint32_t i = 0; i < pool->thread_count; i++) {
        for (uint32_t j = 0; j < pool->threads[i].lane_count; j++) {
            lane_destroy(pool->threads[i].lanes[j]);
        }
    }
    for (uint32_t i = 0; i < pool->feed_count; i++) {
        feed_destroy(pool->feeds[i]);
    }
    free(pool->threads);
    *pool = (struct feed_pool){0};
}
