#include "io/rate.h"

enum { PROBE_MS = 1000 };

static uint32_t share_of(uint32_t whole, struct bps share) {
    return (uint32_t)((uint64_t)whole * (uint64_t)share.v / BPS_WHOLE);
}

void rate_init(struct rate_limits *rate, const struct oe_bucket buckets[OE_BUCKETS_MAX],
               struct bps share, struct bps reserve) {
    *rate = (struct rate_limits){0};
    for (uint32_t i = 0; i < OE_BUCKETS_MAX; i++) {
        if (buckets[i].limit == 0) {
            continue;
        }
        uint32_t most = share_of(buckets[i].limit, share);
        struct rate_bucket *bucket = &rate->buckets[i];
        bucket->most = most > 0 ? most : 1;
        uint32_t kept = share_of(bucket->most, reserve);
        kept += kept == 0 && bucket->most > 1 && reserve.v > 0;
        bucket->ordinary = bucket->most - kept;
        // One slot more than the window has, because the newest has only begun.
        bucket->slot_ns = buckets[i].window_ms * NS_PER_MS / (RATE_SLOTS - 1) + 1;
    }
}

static void move_on(struct rate_bucket *bucket, int64_t now_ns) {
    int64_t slot = now_ns / bucket->slot_ns;
    for (int64_t i = 0; i < RATE_SLOTS && bucket->newest < slot; i++) {
        bucket->newest = slot - bucket->newest > RATE_SLOTS ? slot - RATE_SLOTS : bucket->newest;
        bucket->used[++bucket->newest % RATE_SLOTS] = 0;
    }
}

static uint64_t used_now(const struct rate_bucket *bucket) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < RATE_SLOTS; i++) {
        sum += bucket->used[i];
    }
    return sum;
}

// When enough of the oldest slots have fallen out of the window.
static int64_t bucket_when_ns(const struct rate_bucket *bucket, uint32_t units, bool urgent) {
    uint64_t most = urgent ? bucket->most : bucket->ordinary;
    uint64_t used = used_now(bucket);
    int64_t slot = bucket->newest - RATE_SLOTS + 1;
    while (used > 0 && used + units > most) {
        used -= bucket->used[slot % RATE_SLOTS];
        slot++;
    }
    return slot == bucket->newest - RATE_SLOTS + 1 ? 0 : (slot + RATE_SLOTS - 1) * bucket->slot_ns;
}

int64_t rate_when_ns(struct rate_limits *rate, const struct oe_cost *cost, bool urgent,
                     int64_t now_ns) {
    int64_t when_ns = rate->blocked_until_ns > now_ns ? rate->blocked_until_ns : 0;
    if (rate->refused > 0 && rate->probe_until_ns > now_ns && rate->probe_until_ns > when_ns) {
        when_ns = rate->probe_until_ns;
    }
    for (uint32_t i = 0; i < OE_BUCKETS_MAX; i++) {
        struct rate_bucket *bucket = &rate->buckets[i];
        if (bucket->most == 0 || cost->units[i] == 0) {
            continue;
        }
        move_on(bucket, now_ns);
        int64_t at_ns = bucket_when_ns(bucket, cost->units[i], urgent);
        when_ns = at_ns > when_ns ? at_ns : when_ns;
    }
    return when_ns;
}

static int64_t window_ns(const struct rate_bucket *bucket) {
    return bucket->slot_ns * RATE_SLOTS; // as this counts it
}

uint32_t rate_room(struct rate_limits *rate, const struct oe_cost *cost, int64_t within_ns,
                   int64_t now_ns) {
    uint32_t room = rate->refused > 0 || rate->blocked_until_ns > now_ns ? 0 : UINT32_MAX;
    for (uint32_t i = 0; i < OE_BUCKETS_MAX; i++) {
        struct rate_bucket *bucket = &rate->buckets[i];
        if (bucket->most == 0 || cost->units[i] == 0) {
            continue;
        }
        move_on(bucket, now_ns);
        uint64_t used = used_now(bucket);
        uint64_t left = used < bucket->ordinary ? bucket->ordinary - used : 0;
        left += (uint64_t)(within_ns / window_ns(bucket)) * bucket->ordinary;
        left /= cost->units[i];
        room = left < room ? (uint32_t)left : room;
    }
    return room;
}

int64_t rate_holds_ns(const struct rate_limits *rate, const struct oe_cost *by,
                      const struct oe_cost *cost) {
    int64_t longest_ns = 0;
    for (uint32_t i = 0; i < OE_BUCKETS_MAX; i++) {
        const struct rate_bucket *bucket = &rate->buckets[i];
        if (bucket->ordinary > 0 && cost->units[i] > 0) {
            int64_t ns = window_ns(bucket) * by->units[i] / bucket->ordinary;
            longest_ns = ns > longest_ns ? ns : longest_ns;
        }
    }
    return longest_ns;
}

struct state_budget rate_fullest(struct rate_limits *rate, int64_t now_ns) {
    struct state_budget fullest = {0};
    for (uint32_t i = 0; i < OE_BUCKETS_MAX; i++) {
        struct rate_bucket *bucket = &rate->buckets[i];
        if (bucket->most == 0) {
            continue;
        }
        move_on(bucket, now_ns);
        uint64_t used = used_now(bucket);
        used = used < UINT32_MAX ? used : UINT32_MAX;
        if (fullest.limit == 0 || used * fullest.limit > (uint64_t)fullest.used * bucket->most) {
            fullest = (struct state_budget){(uint32_t)used, bucket->most};
        }
    }
    return fullest;
}

static void add(struct rate_bucket *bucket, uint64_t units, int64_t now_ns) {
    move_on(bucket, now_ns);
    uint32_t *slot = &bucket->used[bucket->newest % RATE_SLOTS];
    uint64_t sum = *slot + units;
    *slot = sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
}

void rate_take(struct rate_limits *rate, const struct oe_cost *cost, int64_t now_ns) {
    rate->probe_until_ns = now_ns + PROBE_MS * NS_PER_MS;
    for (uint32_t i = 0; i < OE_BUCKETS_MAX; i++) {
        if (rate->buckets[i].most > 0 && cost->units[i] > 0) {
            add(&rate->buckets[i], cost->units[i], now_ns);
        }
    }
}

void rate_correct(struct rate_limits *rate, uint32_t bucket, uint32_t used, int64_t now_ns) {
    if (bucket >= OE_BUCKETS_MAX || rate->buckets[bucket].most == 0) {
        return;
    }
    move_on(&rate->buckets[bucket], now_ns);
    uint64_t own = used_now(&rate->buckets[bucket]);
    if (used > own) {
        add(&rate->buckets[bucket], used - own, now_ns);
    }
}

void rate_refused(struct rate_limits *rate, int64_t retry_after_ms, int64_t now_ns) {
    int64_t seconds = rate->refused < 5 ? INT64_C(1) << rate->refused : RATE_BACKOFF_MAX_S;
    int64_t wait_ns = seconds * NS_PER_S;
    int64_t told_ms = retry_after_ms > 0 ? retry_after_ms : 0;
    int64_t told_ns = (told_ms < RATE_TOLD_MAX_MS ? told_ms : RATE_TOLD_MAX_MS) * NS_PER_MS;
    wait_ns = told_ns > wait_ns ? told_ns : wait_ns;
    if (rate->blocked_until_ns > now_ns && told_ns == 0) {
        return; // sent together with the one that was refused first: the same news
    }
    rate->refused++;
    if (now_ns + wait_ns > rate->blocked_until_ns) {
        rate->blocked_until_ns = now_ns + wait_ns;
    }
}

void rate_accepted(struct rate_limits *rate) {
    rate->refused = 0;
}
