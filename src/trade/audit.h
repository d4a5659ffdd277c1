// The venues' word on our positions, held against our own book. A position that is none of this
// session's making raises a red alarm; one of ours that went without an order of ours (liquidation,
// ADL, closed by hand elsewhere) is answered: execution_vanish closes what is left of its job.
//
// What a venue tells may be older than our newest fill: then it says nothing. It may be
// ahead of the fills that explain it, so a difference counts only when it
// has stood for AUDIT_PATIENCE_MS while the lane was ready, and only as far as orders of ours that
// are live there cannot have made it.
#ifndef PERPDESK_TRADE_AUDIT_H
#define PERPDESK_TRADE_AUDIT_H

#include "engine/bus.h"

struct desk;

enum { AUDIT_PATIENCE_MS = 800 };

struct audit_row { // of a listing
    bool known;
    struct qty venue;   // as told
    struct qty foreign; // of that, what is not ours and has been said
    int64_t told_ns, filled_ns; // newest word of the venue, newest fill of ours
    int64_t since_ns;   // a difference stands since; 0 = none
};

struct audit {
    struct audit_row *rows; // by listing id
    int64_t due_ns;         // earliest look, INT64_MAX = none
};

extern const struct component audit_component;

enum status audit_create(struct audit *audit, const struct universe *universe) MUST_CHECK;
void audit_finish(struct audit *audit);

#endif
