#include "exchanges/vsim_rate.h"

#include "base/clock.h"

static int64_t slot_ns(struct vsim_rate rate) {
    return rate.window_ms * NS_PER_MS / VSIM_RATE_SLOTS;
}

// What the slots from `first` on hold.
static uint32_t used_since(const struct vsim_rate_use *use, int64_t first) {
    uint32_t used = 0;
    int64_t oldest = use->slot - VSIM_RATE_SLOTS + 1;
    for (int64_t slot = first > oldest ? first : oldest; slot <= use->slot; slot++) {
        used += slot < 0 ? 0 : use->used[slot % VSIM_RATE_SLOTS];
    }
    return used;
}

uint32_t vsim_rate_used(const struct vsim_rate_use *use, struct vsim_rate rate, int64_t now_ns) {
    return rate.most == 0 ? 0 : used_since(use, now_ns / slot_ns(rate) - VSIM_RATE_SLOTS + 1);
}

bool vsim_rate_take(struct vsim_rate_use *use, struct vsim_rate rate, int64_t now_ns,
                    uint32_t weight) {
    if (rate.most == 0) {
        return true;
    }
    uint32_t used = vsim_rate_used(use, rate, now_ns);
    if (used > rate.most || weight > rate.most - used) {
        return false;
    }
    int64_t now = now_ns / slot_ns(rate);
    int64_t from = now - use->slot > VSIM_RATE_SLOTS ? now - VSIM_RATE_SLOTS : use->slot;
    for (int64_t slot = from + 1; slot <= now; slot++) {
        use->used[slot % VSIM_RATE_SLOTS] = 0;
    }
    use->slot = now > use->slot ? now : use->slot;
    use->used[use->slot % VSIM_RATE_SLOTS] += weight;
    return true;
}

int64_t vsim_rate_wait_ns(const struct vsim_rate_use *use, struct vsim_rate rate, int64_t now_ns,
                          uint32_t weight) {
    ASSERT(rate.most == 0 || weight <= rate.most);
    int64_t now = rate.most == 0 ? 0 : now_ns / slot_ns(rate);
    for (int64_t later = now;; later++) {
        if (rate.most == 0 || used_since(use, later - VSIM_RATE_SLOTS + 1) <= rate.most - weight) {
            return later == now ? 0 : later * slot_ns(rate) - now_ns;
        }
    }
}
