// The control verbs: names, and whether a request fits its verb.
#include "engine/control.h"

#include "engine/state.h"

struct control_row {
    const char *name;
    const char *sentence;
    const char *unit;
    enum control_effect effect;
};

static const struct control_row control_rows[CONTROL_COUNT] = {
#define CONTROL_ROW(code, name, effect, unit, sentence) [code] = {name, sentence, unit, effect},
    CONTROL_LIST(CONTROL_ROW)
#undef CONTROL_ROW
};

#define SUBMIT_MAX (INT64_C(1000000000) * USD_ONE)

enum { OVERRIDE_MAX_S = 24 * 3600, THRESHOLD_MAX = 1000000, SUBMIT_OVER_MAX_S = 24 * 3600 };

static const struct control_range control_ranges[CONTROL_COUNT] = {
    [CONTROL_PAUSE] = {0},
    [CONTROL_RESUME] = {0},
    [CONTROL_RISK_MODE] = {.value_max = RISK_MODE_COUNT - 1},
    [CONTROL_OVERRIDE] = {.value_max = OVERRIDE_MAX_S},
    [CONTROL_THRESHOLD] = {.value_min = -THRESHOLD_MAX, .value_max = THRESHOLD_MAX},
    [CONTROL_STATE] = {.value_max = TRADING_STATE_COUNT - 1},
    [CONTROL_KILL] = {.value_max = 1},
    [CONTROL_CLEAR] = {0},
    [CONTROL_CANCEL_JOB] = {.value_min = 1, .value_max = UINT32_MAX},
    [CONTROL_FLATTEN] = {.venue = true, .symbol = true},
    [CONTROL_VENUE_ROLE] = {.venue = true, .venue_needed = true, .value_max = VENUE_ROLE_COUNT - 1},
    [CONTROL_STRATEGY] = {.value_max = 1, .value2_max = STRATEGY_COUNT - 1},
    [CONTROL_SUBMIT] = {.venue = true,
                        .symbol = true,
                        .venue_needed = true,
                        .symbol_needed = true,
                        .value_min = USD_ONE,
                        .value_max = SUBMIT_MAX},
    [CONTROL_ACKNOWLEDGE] = {.value_min = -1, .value_max = UINT32_MAX},
};

static const struct control_row *row_of(enum control_verb verb) {
    ASSERT((unsigned)verb < CONTROL_COUNT);
    return &control_rows[verb];
}

const char *control_name(enum control_verb verb) {
    return row_of(verb)->name;
}

const char *control_sentence(enum control_verb verb) {
    return row_of(verb)->sentence;
}

enum control_effect control_effect_of(enum control_verb verb) {
    return row_of(verb)->effect;
}

const struct control_range *control_range_of(enum control_verb verb) {
    ASSERT((unsigned)verb < CONTROL_COUNT);
    return &control_ranges[verb];
}

bool control_lowers_threshold(int64_t value, const struct state_header *header) {
    bool automatic = header->threshold.v < 0;
    int64_t now = automatic ? header->threshold_auto.v : header->threshold.v;
    return value < now && !(automatic && value < 0);
}

bool control_may_raise(const struct control_request *request, const struct state_header *header) {
    switch ((int)request->verb) {
    case CONTROL_STATE:
        return request->value < header->state;
    case CONTROL_RISK_MODE:
        return request->value > header->risk_mode;
    case CONTROL_THRESHOLD:
        return control_lowers_threshold(request->value, header);
    case CONTROL_OVERRIDE:
    case CONTROL_STRATEGY:
        return request->value != 0;
    case CONTROL_VENUE_ROLE:
        return request->value == VENUE_TRADE;
    default:
        return control_effect_of(request->verb) == EFFECT_LOOSENS;
    }
}

static enum status check_target(const struct control_request *request,
                                const struct universe *universe) {
    const struct control_range *range = &control_ranges[request->verb];
    const char *name = control_name(request->verb);
    if (request->venue == CONTROL_ANY) {
        if (range->venue_needed) {
            return status_fail(STATUS_USAGE, "%s: which venue?", name);
        }
    } else if (!range->venue) {
        return status_fail(STATUS_USAGE, "%s takes no venue", name);
    } else if (request->venue >= universe->venue_count) {
        return status_fail(STATUS_USAGE, "%s: there is no venue number %u, this desk has %u", name,
                           request->venue, universe->venue_count);
    }
    if (request->symbol == CONTROL_ANY) {
        return range->symbol_needed ? status_fail(STATUS_USAGE, "%s: which symbol?", name)
                                    : STATUS_OK;
    }
    if (!range->symbol) {
        return status_fail(STATUS_USAGE, "%s takes no symbol", name);
    }
    if (request->symbol >= universe->symbol_count) {
        return status_fail(STATUS_USAGE, "%s: there is no symbol number %u, this desk has %u", name,
                           request->symbol, universe->symbol_count);
    }
    return STATUS_OK;
}

// The arguments that only submit has.
static enum status check_submit(const struct control_request *request,
                                const struct universe *universe) {
    const char *name = control_name(request->verb);
    if (request->verb != CONTROL_SUBMIT) {
        bool bare = request->side == 0 && !request->hedged && request->hedge_venue == 0 &&
                    request->over_s == 0;
        return bare ? STATUS_OK
                    : status_fail(STATUS_USAGE, "%s takes no side, hedge or time", name);
    }
    if (request->side > SIDE_SELL) {
        return status_fail(STATUS_USAGE, "%s: buy or sell?", name);
    }
    if (request->over_s > SUBMIT_OVER_MAX_S) {
        return status_fail(STATUS_USAGE, "%s: %u s is not in 0..%d", name, request->over_s,
                           SUBMIT_OVER_MAX_S);
    }
    if (!request->hedged) {
        return request->hedge_venue == 0
                   ? STATUS_OK
                   : status_fail(STATUS_USAGE, "%s: a hedge venue without a hedge", name);
    }
    if (request->hedge_venue >= universe->venue_count) {
        return status_fail(STATUS_USAGE, "%s: there is no venue number %u, this desk has %u", name,
                           request->hedge_venue, universe->venue_count);
    }
    return request->hedge_venue != request->venue
               ? STATUS_OK
               : status_fail(STATUS_USAGE, "%s: a hedge needs another venue", name);
}

enum status control_check(const struct control_request *request, const struct universe *universe) {
    if ((unsigned)request->verb >= CONTROL_COUNT) {
        return status_fail(STATUS_USAGE, "there is no control verb number %u",
                           (unsigned)request->verb);
    }
    if ((unsigned)request->origin > ORIGIN_DISK) {
        return status_fail(STATUS_USAGE, "there is no control origin number %u",
                           (unsigned)request->origin);
    }
    const struct control_row *row = &control_rows[request->verb];
    const struct control_range *range = &control_ranges[request->verb];
    if (request->value < range->value_min || request->value > range->value_max) {
        if (range->value_min == 0 && range->value_max == 0) {
            return status_fail(STATUS_USAGE, "%s takes no value", row->name);
        }
        return status_fail(STATUS_USAGE, "%s: %lld is not in %lld..%lld (%s)", row->name,
                           (long long)request->value, (long long)range->value_min,
                           (long long)range->value_max, row->unit);
    }
    if (request->value2 < 0 || request->value2 > range->value2_max) {
        if (range->value2_max == 0) {
            return status_fail(STATUS_USAGE, "%s takes one value", row->name);
        }
        return status_fail(STATUS_USAGE, "%s: %lld is not in 0..%lld", row->name,
                           (long long)request->value2, (long long)range->value2_max);
    }
    enum status status = check_target(request, universe);
    return status != STATUS_OK ? status : check_submit(request, universe);
}
