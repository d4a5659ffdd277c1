// The pane table. A new pane is a file, a row here and a place in ui/layout.c.
#include "ui/pane.h"

#include <stdlib.h>

#include "ui/number.h"

const struct pane_class *const pane_table[PANE_COUNT] = {
    [PANE_QUOTES] = &pane_quotes,   [PANE_OPPORTUNITIES] = &pane_opportunities,
    [PANE_CAPITAL] = &pane_capital, [PANE_JOBS] = &pane_jobs,
    [PANE_RISK] = &pane_risk,       [PANE_POSITIONS] = &pane_positions,
    [PANE_LOG] = &pane_log,         [PANE_HEALTH] = &pane_health,
    [PANE_WIRE] = &pane_wire,       [PANE_EQUITY] = &pane_equity,
    [PANE_ALERTS] = &pane_alerts,   [PANE_LATENCY] = &pane_latency,
};
_Static_assert(sizeof(PANE_KEYS) == 2 * (size_t)PANE_COUNT, "every pane has a key");

int64_t pane_letters(const char *name) {
    int64_t letters = 0;
    for (int i = 0; i < 7; i++) { // as many as a number holds: enough for the order of names
        letters = letters << 8 | (unsigned char)*name;
        name += *name != '\0';
    }
    return letters;
}

void pane_cell_usd(struct pane_cell *out, struct usd value) {
    number_usd_in(&out->text, value, false, out->columns);
}

void pane_cell_usd_signed(struct pane_cell *out, struct usd value) {
    number_usd_in(&out->text, value, true, out->columns);
    out->ink = value.v >= 5000 ? INK_GOOD : value.v <= -5000 ? INK_BAD : INK_TEXT;
}

enum status pane_create(struct pane *pane, const struct pane_class *class,
                        const struct universe *universe) {
    ASSERT(class->name != NULL && class->help != NULL && class->empty != NULL);
    ASSERT(class->legend != NULL);
    ASSERT(class->columns != NULL && class->rows != NULL && class->cell != NULL);
    ASSERT(class->key != NULL && class->words != NULL && class->subject != NULL);
    ASSERT(class->details != NULL && class->why != NULL);
    uint32_t listings = (uint32_t)universe->venue_count * universe->symbol_count;
    uint32_t most = STATE_OPPORTUNITIES_MAX + LOG_RECENT_MAX + STATE_ALERTS_MAX;
    *pane = (struct pane){.class = class, .sort_column = PANE_SORT_NONE, .dirty = true};
    pane->order_max = listings > most ? listings : most;
    pane->order = calloc(pane->order_max, sizeof(*pane->order));
    return pane->order != NULL
               ? STATUS_OK
               : status_fail_errno(STATUS_SYSTEM, "memory for pane %s", class->name);
}

void pane_destroy(struct pane *pane) {
    free(pane->order);
    *pane = (struct pane){0};
}
