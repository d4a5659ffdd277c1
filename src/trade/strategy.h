// A strategy is one file and one row: it proposes jobs and says when an open one should be closed.
//
// It decides nothing about money or risk: what it proposes goes through the scheduler. Pure
// functions of the desk; what it has to remember from tick to tick is in its memory of the symbol,
// which the scheduler keeps. Another strategy is its file, its row in strategy.c, its name in
// engine/event.h and its settings.
#ifndef PERPDESK_TRADE_STRATEGY_H
#define PERPDESK_TRADE_STRATEGY_H

#include "trade/job.h"

struct desk;
struct opportunity;

enum close_wish { CLOSE_NO, CLOSE_QUIETLY, CLOSE_NOW };

enum { STRATEGY_MEMORY_VALUES = 4 };

// What a strategy remembers of one symbol; what the fields hold is its own matter.
struct strategy_memory {
    int64_t at_ns;
    int64_t value[STRATEGY_MEMORY_VALUES];
    uint32_t count;
};

// Where no slot says NULL is allowed, it is not.
struct strategy_row {
    enum strategy id;
    bool on_quote; // propose on each quote of the symbol; else by pace
    bool trails;   // take-profit and the trailing stop look after its jobs
    // From the configuration; NULL: always. What a person switched off is the scheduler's matter.
    bool (*enabled)(const struct settings *settings);
    // Time between two proposals on a symbol. NULL: it never proposes, it only takes orders.
    int64_t (*pace_ns)(const struct settings *settings);
    // Every tick while it is on or has a live job on the symbol, before it may propose. NULL: it
    // remembers nothing.
    void (*note)(const struct desk *desk, uint16_t symbol, int64_t now_ns,
                 struct strategy_memory *memory);
    // Fills symbol, venues, notional and edge of *draft and returns true when it wants a job on the
    // symbol now. A draft that is `adopted` takes over a position that no job holds and closes it,
    // at once if it is urgent. NULL with pace_ns NULL.
    bool (*propose)(const struct desk *desk, uint16_t symbol, int64_t now_ns, struct job *draft);
    // A person's order (CONTROL_SUBMIT). False: it is another strategy's. NULL: it takes none.
    bool (*take_order)(const struct desk *desk, const struct event_control *order,
                       struct job *draft);
    // NULL: only a person or its hold ends it.
    enum close_wish (*wants_close)(const struct desk *desk, const struct job *job, int64_t now_ns);
    int64_t (*hold_ns)(const struct desk *desk, const struct job *job); // NULL: as long as it takes
};

// In the order of enum strategy, which is the order they propose in.
extern const struct strategy_row *const strategy_table[STRATEGY_COUNT];

extern const struct strategy_row strategy_arb_row;
extern const struct strategy_row strategy_wash_row;
extern const struct strategy_row strategy_manual_row;
extern const struct strategy_row strategy_rebalance_row;
extern const struct strategy_row strategy_take_profit_row;
extern const struct strategy_row strategy_twap_row;
extern const struct strategy_row strategy_macd_row;

// A job of one leg: `side` of a symbol on a venue for about `notional`, at its price now. It rests
// where the execution mode lets it and completes by taking.
void strategy_draft_single(const struct desk *desk, enum strategy strategy, uint16_t venue,
                           uint16_t symbol, enum side side, struct usd notional, struct job *draft);
// The job a person's order asks for: one leg, or two where a hedge is named.
void strategy_draft_order(const struct desk *desk, enum strategy strategy,
                          const struct event_control *order, struct job *draft);
// A job of one leg that takes over `size` (signed) of a position no job holds.
void strategy_draft_adopted(const struct desk *desk, enum strategy strategy, uint16_t venue,
                            uint16_t symbol, struct qty size, struct job *draft);
// The best pair a strategy has looked at so far; zero: none.
struct strategy_choice {
    bool any, opens;
    struct bps edge;
};
// Whether a pair without a job of the strategy takes that place. One that may open goes before one
// that may not, however much better that looks: else one venue without keys would keep the others
// from trading. One that may not is still proposed where there is no other: a person sees why.
bool strategy_prefers(const struct desk *desk, enum strategy strategy,
                      const struct opportunity *pair, int64_t now_ns, struct strategy_choice *best);
// Whether a manual order is large enough, or told, to be spread over time.
bool strategy_spreads(const struct settings *settings, const struct event_control *order);
// What take-profit and the trailing stop say to a held job whose `best` is up to date.
enum close_wish strategy_take_profit_wish(const struct desk *desk, const struct job *job);
struct strategy_memory *strategy_memory_of(const struct desk *desk, enum strategy strategy,
                                           uint16_t symbol);

#endif
