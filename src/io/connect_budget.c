#include "io/connect_budget.h"

#include "base/status.h"

enum { USED_BITS = 16 };

void connect_budget_init(struct connect_budget *budget, uint32_t per_second) {
    ASSERT(per_second > 0 && per_second <= 60000);
    budget->per_second = per_second;
    atomic_init(&budget->window, 0);
}

bool connect_budget_take(struct connect_budget *budget, int64_t now_ms) {
    uint64_t second = (uint64_t)(now_ms / 1000);
    uint64_t seen = atomic_load_explicit(&budget->window, memory_order_relaxed);
    for (;;) {
        bool same = seen >> USED_BITS == second;
        uint64_t used = same ? seen & ((UINT64_C(1) << USED_BITS) - 1) : 0;
        if (used >= budget->per_second) {
            return false;
        }
        if (atomic_compare_exchange_weak_explicit(&budget->window, &seen,
                                                  second << USED_BITS | (used + 1),
                                                  memory_order_relaxed, memory_order_relaxed)) {
            return true;
        }
    }
}
