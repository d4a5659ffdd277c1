// Reconciliation: what this desk believes against what the venues say, at the start and for as long
// as it runs.
//
// At the start the journal's reader tells what an earlier session left (EVENT_PAST_…). Positions,
// running jobs and the orders whose end is not on file are put back; on a paper desk those orders
// end as cancelled, on a live one each venue is asked for them by client id, and what still rests
// there is cancelled. Jobs go on with their hedges as soon as their venues are known; nothing opens
// before every venue was heard, no earlier order is open or unknown, and positions agree, or a
// person has signed for the difference (CONTROL_ACCEPT: the venues' positions become the book's).
//
// While it runs the same holds: a position that is none of this desk's making, or an order on the
// account that is not ours, raises a red alarm and stops what opens, until it agrees again or is
// signed. A position of ours that went without an order of ours (liquidation, ADL, closed by hand
// elsewhere) is answered: execution_vanish closes what is left of its job. What a venue tells may
// be older than our newest fill: then it says nothing. It may be ahead of the fills that explain
// it, so a difference counts only when it has stood for RECONCILE_PATIENCE_MS while the lane was
// ready (which had asked the venue once more before it told it: src/io/lane_positions.c), and only
// as far as orders of ours that are live there cannot have made it: those that were decided after
// the venue first said so, and no fill of ours came since, cannot.
//
// A person may sign for what a fill of ours explains only later, because the venue told that its
// order ended and not yet that it had traded. Such a fill takes the place of what was signed for:
// it is not counted twice.
#ifndef PERPDESK_TRADE_RECONCILE_H
#define PERPDESK_TRADE_RECONCILE_H

#include "engine/bus.h"
#include "trade/job.h"

struct desk;

enum {
    RECONCILE_PATIENCE_MS = 500,
    RECONCILE_SILENT_MS = 10000, // a venue that was not heard by then keeps no job waiting
};

struct reconcile_row { // of a listing
    bool known;
    bool filled_since;     // our newest fill came behind what was told, which says nothing of it
    struct qty venue;      // as told
    struct px average;     // likewise, 0 = not told
    struct qty told;       // of the difference, what an alarm was raised for and nobody signed
    int64_t heard_ns;      // when the venue told it
    int64_t steady_ns;     // since then it tells the same, and no fill of ours came between
    int64_t since_ns;      // a difference is there since; 0 = none
    struct qty signed_for; // taken over by signatures, as far as no fill has explained it since
    int64_t signed_ns;     // newest word of the venue at the newest of them
};

struct reconcile_venue {
    bool heard;                       // its orders, fills and positions were known once
    bool left;                        // the earlier session had something there
    uint32_t foreign, signed_foreign; // open orders there that are not ours; of them, accepted
};

struct reconcile {
    struct reconcile_row *rows; // by listing id
    struct reconcile_venue venues[VENUE_MAX];
    enum reconcile_phase phase;
    bool told;         // what was left is complete
    bool doubtful;     // and some of it may be missing: only a signature helps
    bool accepted;     // a person signed since the start
    uint32_t standing; // rows with something told
    uint32_t jobs_waiting, orders_asked;
    int64_t began_ns, agreed_ns;
    int64_t due_ns; // earliest look, INT64_MAX = none
};

extern const struct component reconcile_component;

enum status reconcile_create(struct reconcile *reconcile,
                             const struct universe *universe) MUST_CHECK;
void reconcile_finish(struct reconcile *reconcile);

bool reconcile_agreed(const struct desk *desk);
// Whether an order may go there: not before the venue told what it has of ours.
bool reconcile_heard(const struct desk *desk, uint16_t venue);
// The venue tells another position than the book, of late and for no reason that is known yet.
bool reconcile_doubts(const struct desk *desk, uint16_t venue, uint16_t symbol);

#endif
