// What goes wrong, how often, drawn from the seed.
//
// Each venue has weather of its own: every kind of fault is on or off for the whole run (a swarm:
// most seeds never see most combinations, so the rare ones get a run of their own), and those that
// are on come with a strength of their own. While it is calm nothing goes wrong any more.
#ifndef PERPDESK_TESTS_SIM_WEATHER_H
#define PERPDESK_TESTS_SIM_WEATHER_H

#include <stdbool.h>
#include <stdint.h>

// Numbers from a seed, one stream for each thing that draws, so that a change in one moves no
// other.
struct dice {
    uint64_t seed, drawn;
};
struct dice dice_of(uint64_t seed, uint64_t stream);
uint64_t dice_draw(struct dice *dice);
int64_t dice_between(struct dice *dice, int64_t least, int64_t most); // both included
bool dice_hit(struct dice *dice, uint32_t ppm);

// How a fault comes: with a message of the market data, with a request, with the passing of time.
enum weather_way { WEATHER_MESSAGE, WEATHER_REQUEST, WEATHER_TIME };

// X(code, name, way, how often at full strength: ppm of messages or requests, or once in so many s)
#define WEATHER_LIST(X)                                                                            \
    X(GARBAGE, "garbage", MESSAGE, 3000)                                                           \
    X(TRUNCATED, "truncated", MESSAGE, 3000)                                                       \
    X(GAP, "gap", MESSAGE, 10000)                                                                  \
    X(DUPLICATE, "duplicate", MESSAGE, 10000)                                                      \
    X(REORDER, "reorder", MESSAGE, 10000)                                                          \
    X(CHECKSUM, "checksum", MESSAGE, 5000)                                                         \
    X(WRONG_SYMBOL, "wrong-symbol", MESSAGE, 3000)                                                 \
    X(LOST_REQUEST, "lost-request", REQUEST, 20000)                                                \
    X(LOST_ANSWER, "lost-answer", REQUEST, 40000)                                                  \
    X(SLOW_ANSWER, "slow-answer", REQUEST, 40000)                                                  \
    X(SPOILED_ANSWER, "spoiled-answer", REQUEST, 10000)                                            \
    X(LATE_ERROR, "late-error", REQUEST, 10000)                                                    \
    X(DISCONNECT, "disconnect", TIME, 120)                                                         \
    X(HALF_OPEN, "half-open", TIME, 400)                                                           \
    X(STALL, "stall", TIME, 180)                                                                   \
    X(OUTAGE, "outage", TIME, 900)                                                                 \
    X(STALE_SNAPSHOT, "stale-snapshot", TIME, 300)                                                 \
    X(LIMITED, "limited", TIME, 400)                                                               \
    X(SERVER_ERROR, "server-error", TIME, 300)                                                     \
    X(SKEW, "clock-skew", TIME, 600)                                                               \
    X(REJECT, "reject", TIME, 60)                                                                  \
    X(PARTIAL, "partial-fill", TIME, 30)                                                           \
    X(DUPLICATE_FILL, "duplicate-fill", TIME, 60)                                                  \
    X(LATE_FILL, "late-fill", TIME, 60)                                                            \
    X(NONCE, "wrong-nonce", TIME, 120)                                                             \
    X(LOGIN, "expired-login", TIME, 300)                                                           \
    X(BY_HAND, "by-hand", TIME, 900)                                                               \
    X(LIQUIDATION, "liquidation", TIME, 1800)                                                      \
    X(KILL, "kill", TIME, 900)                                                                     \
    X(CRASH, "crash-at-send", TIME, 900)                                                           \
    X(TORN_TAIL, "spoiled-journal", REQUEST, 500000)                                               \
    X(FULL_DISK, "full-disk", TIME, 1200)

enum weather_kind {
#define WEATHER_ENUM(code, name, way, often) WEATHER_##code,
    WEATHER_LIST(WEATHER_ENUM)
#undef WEATHER_ENUM
        WEATHER_COUNT
};

struct weather {
    struct dice dice;
    uint32_t often[WEATHER_COUNT];   // as in the list, 0 = off
    int64_t until_ns[WEATHER_COUNT]; // of those that last
    uint64_t met[WEATHER_COUNT];     // faults so far
    bool calm;
};

const char *weather_name(enum weather_kind kind);
bool weather_forbid(const char *name); // for all weather that begins after; false: no such name
void weather_begin(struct weather *weather, uint64_t seed, uint64_t stream, bool fair);
// Whether one befalls this message or request.
bool weather_hits(struct weather *weather, enum weather_kind kind);
// Whether one begins within the last `passed_ns`.
bool weather_begins(struct weather *weather, enum weather_kind kind, int64_t passed_ns);
// It goes on until then.
void weather_lasts(struct weather *weather, enum weather_kind kind, int64_t least_ms,
                   int64_t most_ms);
bool weather_acts(const struct weather *weather, enum weather_kind kind);
void weather_calm(struct weather *weather); // nothing more goes wrong
uint64_t weather_met(const struct weather *weather);

#endif
