// MACD, the worked example of a strategy: a fast and a slow exponential average of the cross-venue
// median, and an average of their difference, the signal. Where the difference crosses the signal,
// one leg is opened that way on the venue where it is cheapest; the next crossing closes it.
//
// Averages are prices in 1e-12, so replay is exact: each period an average moves by 2 / (periods +
// 1) of its distance to the new value.
#include "trade/desk.h"
#include "trade/strategy.h"

enum { FAST, SLOW, SIGNAL, TURN }; // memory values; TURN: +1 or -1 in the period it crossed, else 0

static bool macd_enabled(const struct settings *settings) {
    return settings->macd.enabled;
}

static int64_t macd_pace_ns(const struct settings *settings) {
    return settings->macd.period_ns;
}

static void follow(int64_t *average, int64_t value, uint32_t periods) {
    *average =
        add_saturating(*average, mul_div_near(sub_saturating(value, *average), 2, periods + 1));
}

static int64_t histogram(const struct strategy_memory *memory) {
    return memory->value[FAST] - memory->value[SLOW] - memory->value[SIGNAL];
}

static void macd_note(const struct desk *desk, uint16_t symbol, int64_t now_ns,
                      struct strategy_memory *memory) {
    const struct settings_macd *settings = &desk->settings->macd;
    struct px mid;
    if (now_ns - memory->at_ns < settings->period_ns ||
        picture_median_mid(desk, symbol, VENUE_MAX, now_ns, &mid) == 0) {
        return; // a period without a price is a longer one
    }
    memory->at_ns = now_ns;
    if (memory->count == 0) {
        memory->value[FAST] = memory->value[SLOW] = mid.v;
    }
    int64_t before = histogram(memory);
    follow(&memory->value[FAST], mid.v, settings->fast);
    follow(&memory->value[SLOW], mid.v, settings->slow);
    follow(&memory->value[SIGNAL], memory->value[FAST] - memory->value[SLOW], settings->signal);
    int64_t after = histogram(memory);
    bool settled = memory->count >= settings->slow + settings->signal;
    memory->count += !settled;
    memory->value[TURN] = !settled                   ? 0
                          : before <= 0 && after > 0 ? 1
                          : before >= 0 && after < 0 ? -1
                                                     : 0;
}

static bool macd_propose(const struct desk *desk, uint16_t symbol, int64_t now_ns,
                         struct job *draft) {
    int64_t turn = strategy_memory_of(desk, STRATEGY_MACD, symbol)->value[TURN];
    if (turn == 0 || scheduler_job_of(desk, STRATEGY_MACD, symbol)) {
        return false;
    }
    enum side side = turn > 0 ? SIDE_BUY : SIDE_SELL;
    uint16_t venue = execution_best_venue(desk, symbol, side, VENUE_MAX, VENUE_MAX, now_ns);
    if (venue == VENUE_MAX) {
        return false;
    }
    strategy_draft_single(desk, STRATEGY_MACD, venue, symbol, side, desk->settings->macd.notional,
                          draft);
    return true;
}

static enum close_wish macd_wants_close(const struct desk *desk, const struct job *job,
                                        int64_t now_ns) {
    (void)now_ns;
    int64_t now = histogram(strategy_memory_of(desk, STRATEGY_MACD, job->symbol));
    bool turned = job->only == LEG_BUY ? now < 0 : now > 0;
    return turned ? CLOSE_QUIETLY : CLOSE_NO;
}

const struct strategy_row strategy_macd_row = {
    .id = STRATEGY_MACD,
    .trails = true,
    .enabled = macd_enabled,
    .pace_ns = macd_pace_ns,
    .note = macd_note,
    .propose = macd_propose,
    .wants_close = macd_wants_close,
};
