// The paper venue: answers order commands inside the engine, so that paper, demo, replay and
// backtest are one thing.
//
// What every paper fill assumes: an order takes latency_ms (plus the venue's own taker delay) to
// arrive. A taker walks the book as last seen, level by level, and what it took is gone until the
// book changes. A resting order stands behind the size shown at its price when it arrived; it moves
// up as that size shrinks (whoever left is taken to have stood in front), fills when the level is
// consumed or the other side crosses its price, at its own price. A post-only order that would take
// is rejected. Fees are the listing's. Everything is deterministic: the only chance, the reject
// rate, is a hash of the order id.
#ifndef PERPDESK_TRADE_PAPER_H
#define PERPDESK_TRADE_PAPER_H

#include "engine/bus.h"

struct desk;

enum { PAPER_ORDERS_MAX = 1024 };

struct paper_order {
    uint64_t order; // 0 = free
    uint16_t venue, symbol;
    uint8_t side, type;
    bool resting;
    struct px price;
    struct qty rest;
    struct qty ahead;   // size in front of us at our price
    struct qty level;   // size last seen at our price
    int64_t arrives_ns; // 0 once it has
    int64_t cancel_ns;  // arrival of the cancel, 0 = none asked
};

struct paper {
    struct paper_order orders[PAPER_ORDERS_MAX];
    uint16_t live[PAPER_ORDERS_MAX]; // rows in use
    uint32_t live_count;
    struct qty *taken; // per listing and side (2): what our takers ate of the book shown
    uint64_t next_trade;
    int64_t next_due_ns;
};

extern const struct component paper_component;

enum status paper_create(struct paper *paper, const struct universe *universe) MUST_CHECK;
void paper_finish(struct paper *paper);

#endif
