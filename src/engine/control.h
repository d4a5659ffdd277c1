// The table of control verbs: whatever a person can make the desk do, from keyboard, shell, socket
// or HTTP.
//
// A request is checked here (venue and symbol known, value in range), entered into the engine as a
// CONTROL event and answered with a sentence. The table also says what the interface has to ask
// before it sends the verb.
#ifndef PERPDESK_ENGINE_CONTROL_H
#define PERPDESK_ENGINE_CONTROL_H

#include "engine/event.h"

enum control_origin {
    ORIGIN_KEYBOARD,
    ORIGIN_SHELL,
    ORIGIN_HTTP,
    ORIGIN_SIGNAL,
    ORIGIN_TEST,
    ORIGIN_RULE, // the action of an alert rule
    ORIGIN_DISK  // little of it is left for the journal
};

// Whether it may raise risk decides how it is asked: reducing verbs never ask more than y/n and
// mostly not at all.
enum control_effect { EFFECT_REDUCES, EFFECT_LOOSENS };

// code, name, effect, value unit text ("" = none), sentence
#define CONTROL_LIST(X)                                                                            \
    X(CONTROL_PAUSE, "pause", EFFECT_REDUCES, "", "stop starting new jobs")                        \
    X(CONTROL_RESUME, "resume", EFFECT_LOOSENS, "",                                                \
      "start new jobs again and clear the failure count")                                          \
    X(CONTROL_RISK_MODE, "set-risk-mode", EFFECT_LOOSENS, "0..2",                                  \
      "choose how much risk a job may take")                                                       \
    X(CONTROL_OVERRIDE, "override", EFFECT_LOOSENS, "s",                                           \
      "go past soft rules for so many seconds, 0 ends it")                                         \
    X(CONTROL_THRESHOLD, "threshold", EFFECT_LOOSENS, "bps/100",                                   \
      "least net edge of an arbitrage job")                                                        \
    X(CONTROL_STATE, "state", EFFECT_LOOSENS, "0..2", "trade, only reduce exposure, or halt")      \
    X(CONTROL_KILL, "kill", EFFECT_REDUCES, "0|1",                                                 \
      "block, cancel everything, and flatten if told; latched")                                    \
    X(CONTROL_CLEAR, "clear-kill", EFFECT_LOOSENS, "", "unlatch the kill switch")                  \
    X(CONTROL_SUBMIT, "submit", EFFECT_LOOSENS, "usd",                                             \
      "trade by hand: buy or sell on a venue, hedged on another if one is named")                  \
    X(CONTROL_CANCEL_JOB, "cancel", EFFECT_REDUCES, "job",                                         \
      "cancel a job: open orders go, filled legs are closed")                                      \
    X(CONTROL_FLATTEN, "flatten", EFFECT_REDUCES, "",                                              \
      "close every position of a venue and symbol, or all")                                        \
    X(CONTROL_VENUE_ROLE, "venue", EFFECT_LOOSENS, "0..2",                                         \
      "role of a venue: trade, reference, off")                                                    \
    X(CONTROL_STRATEGY, "strategy", EFFECT_LOOSENS, "0|1", "switch a strategy off or on")          \
    X(CONTROL_ACCEPT, "accept", EFFECT_LOOSENS, "",                                                \
      "sign what journal and venues tell differently: the venues' positions stand")                \
    X(CONTROL_ACKNOWLEDGE, "acknowledge", EFFECT_REDUCES, "alert",                                 \
      "acknowledge an alarm by its number, or all; 0: the newest that waits for it")

enum control_verb {
#define CONTROL_ENUM(code, name, effect, unit, sentence) code,
    CONTROL_LIST(CONTROL_ENUM)
#undef CONTROL_ENUM
        CONTROL_COUNT
};

// What a person types where a live desk asks for it before anything that may raise risk.
#define CONTROL_ARM_PHRASE "TRADE LIVE"

enum { CONTROL_ANY = UINT16_MAX }; // venue or symbol: all

struct control_request {
    enum control_verb verb;
    enum control_origin origin;
    uint16_t venue, symbol; // CONTROL_ANY when the verb has none
    int64_t value, value2;
    // CONTROL_SUBMIT alone, else 0. `venue` and `symbol` are traded for `value` USD (1e-6) on
    // `side`.
    uint8_t side;         // enum side
    bool hedged;          // the opposite side is traded on hedge_venue
    uint16_t hedge_venue; // 0 unless hedged
    uint32_t over_s;      // spread over so many seconds, 0: at once or as [twap] says
};

// What a request of a verb may carry. value2 is 0 unless the verb has one.
struct control_range {
    bool venue, symbol; // may name one; else it must be CONTROL_ANY
    bool venue_needed, symbol_needed;
    int64_t value_min, value_max;
    int64_t value2_max;
};

struct state_header;

const char *control_name(enum control_verb verb);
const char *control_sentence(enum control_verb verb);
enum control_effect control_effect_of(enum control_verb verb);
const struct control_range *control_range_of(enum control_verb verb);
// Whether this request may raise risk on the desk as it stands: where a verb goes both ways its
// value says so. What may not is never asked for a phrase.
bool control_may_raise(const struct control_request *request, const struct state_header *header);
// A threshold below the one in force. Where the scanner works it out that is the highest it gets
// to, because nobody can tell where it stands; back to the scanner's own counts as lower.
bool control_lowers_threshold(int64_t value, const struct state_header *header);
// STATUS_USAGE with a sentence when the arguments do not fit the verb.
enum status control_check(const struct control_request *request,
                          const struct universe *universe) MUST_CHECK;

#endif
