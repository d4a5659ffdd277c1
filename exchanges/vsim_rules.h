// The rules of a symbol as a simulated venue shows them, where tick and step of some coins are
// known and the data tells them of the others.
#ifndef PERPDESK_EXCHANGES_VSIM_RULES_H
#define PERPDESK_EXCHANGES_VSIM_RULES_H

#include "market/venue.h"

struct vsim_known {
    const char *base;
    int64_t tick, step; // of struct px and struct qty
};

// Sizes in base units, the least size one step, no greatest size and no least notional. The name is
// the one `md` gives, or the base where it gives none.
void vsim_rules_fill(const struct symbol *symbol, const struct listing *seen,
                     const struct vsim_known *known, size_t count, const struct venue_md *md,
                     struct listing *out);

#endif
