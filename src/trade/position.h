// Positions from fills: net, average cost, realised and unrealised profit, fees and funding per
// venue and symbol, and the sums over them. Fills are de-duplicated by (venue, trade id).
// Average-cost accounting is the venue's view; a job's own cash flow (job.h) adds up to the same
// total.
#ifndef PERPDESK_TRADE_POSITION_H
#define PERPDESK_TRADE_POSITION_H

#include "base/table.h"
#include "engine/bus.h"

struct desk;

struct position {
    struct qty net;      // signed
    struct usd cost;     // signed notional of the net position at average cost
    struct usd realised; // closed against average cost, before fees
    struct usd fees;
    struct usd funding;    // positive = paid
    struct px liquidation; // as the venue tells it, 0 = not told
};

// Sums over positions. Realised and unrealised are before fees and funding.
struct position_sums {
    struct usd realised, unrealised, fees, funding;
};

// The rate that is told last before a settlement is the one that is settled at: after it, the venue
// tells the next one's. Where funding accrues it is booked once an hour and before each fill.
struct settlement {
    int64_t at_ns; // 0 = none told yet, or FUNDING_ACCRUES
    struct rate per_hour;
    int64_t interval_ns;
    struct rate accrued;                  // since it was booked, of the notional
    int64_t accrued_ns, accrued_since_ns; // until then, since then; 0 = not begun
};

// A listing that is not flat. The sums run on every check, and most listings are flat: they walk
// these alone.
struct position_held {
    uint16_t venue, symbol;
};

struct position_book {
    struct position *positions; // by listing id; net and money change through position_put alone
    struct position_held *held;
    uint32_t held_count;
    struct usd settled; // of all positions: realised - fees - funding
    struct seen_set trades;
    struct usd day_start_pnl; // total profit at the start of the UTC day, with what came since
    struct usd day_start_funding;
    struct usd volume, fees;        // of the day
    int64_t day;                    // number of the UTC day, by desk time
    struct settlement *settlements; // per listing: the next one told
    struct usd curve[STATE_EQUITY_POINTS_MAX];
    uint32_t curve_count;
    int64_t curve_ns;
    struct usd curve_peak, curve_trough; // since start
    uint64_t duplicates;
};

extern const struct component position_component;

enum status position_create(struct position_book *book, const struct universe *universe) MUST_CHECK;
void position_finish(struct position_book *book);

// Applies one fill to a position: pure.
void position_apply(struct position *position, enum side side, struct px price, struct qty size,
                    struct usd fee);
struct usd position_unrealised(const struct position *position, struct px mark);
struct px position_average(const struct position *position);
// What a unit held is worth now: the venue's mid, or what it cost where the venue has not quoted; 0
// where it cost nothing either.
struct px position_mark(const struct desk *desk, uint16_t venue, uint16_t symbol);

// The listing's position is this from now on; the sums follow.
void position_put(struct desk *desk, uint16_t venue, uint16_t symbol,
                  const struct position *position);
// A person signed for the venue's word: the book takes its net position. What went is realised at
// the mid; what came stands at the average told, or at the mid where none is (the other venues',
// where this one has not quoted). The day's result stays as it is: what either made before is none
// of the day's, and what was lost today stays lost. False, with nothing changed: no price is known.
bool position_accept(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol,
                     struct qty net, struct px average);

// A listing's position is read by position_of: inline, in desk.h.
// Realised + unrealised - fees - funding of a venue.
struct usd position_venue_pnl(const struct desk *desk, uint16_t venue);
struct usd position_total_pnl(const struct desk *desk);
struct position_sums position_sums(const struct desk *desk);
struct usd position_day_pnl(const struct desk *desk);
// Net and gross notional at the mids; symbol SYMBOL_MAX: all.
void position_exposure(const struct desk *desk, uint16_t symbol, struct usd *net,
                       struct usd *gross);
// The largest symbol's share of the gross exposure; 0 when nothing is held.
struct bps position_concentration(const struct desk *desk);
struct usd position_venue_gross(const struct desk *desk, uint16_t venue);

#endif
