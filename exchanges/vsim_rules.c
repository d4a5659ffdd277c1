#include "exchanges/vsim_rules.h"

void vsim_rules_fill(const struct symbol *symbol, const struct listing *seen,
                     const struct vsim_known *known, size_t count, const struct venue_md *md,
                     struct listing *out) {
    *out = *seen;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(known[i].base, symbol->base) == 0) {
            out->tick.v = known[i].tick;
            out->step.v = known[i].step;
        }
    }
    out->contract = (struct qty){QTY_ONE};
    out->size_min = out->step;
    out->size_max = (struct qty){0};
    out->notional_min = (struct usd){0};
    if (!md->native_name(symbol, out->native)) {
        (void)string_copy(out->native, sizeof(out->native), slice_of(symbol->base));
    }
}
