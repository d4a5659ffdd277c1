// What can go wrong with a simulated venue: the table of faults, when they act, and what they do.
//
// A pure function of (orders, seed, venue, time, counters): no sockets, no clock, no memory of its
// own, so the same decisions fall behind loopback sockets (sim_server) and in memory under a
// simulated clock. Whoever drives it asks, at a time since the simulator's start, which faults act
// on a venue, and then for each connection, message and call what is to become of it.
//
// Faults come by order (command line, control socket, tests: VENUE:NAME, from when, how long) and
// by seed: then every venue has one fault in each SIM_FAULT_EVERY_S seconds, at a place in them, of
// a kind and of a length that follow from seed, venue and the number of the interval alone. The
// same seed is the same schedule.
#ifndef PERPDESK_SIM_SIM_FAULT_H
#define PERPDESK_SIM_SIM_FAULT_H

#include "base/buf.h"

enum {
    SIM_FAULT_ORDERS_MAX = 64, // at once; those that are over make room
    SIM_FAULT_EVERY_S = 10,    // by seed: one a venue
    SIM_FAULT_SEEDED_MAX_MS = 3000,
    SIM_FAULT_SECONDS_MAX = 86400,
    SIM_FAULT_SKEW_MS = 3000,
    SIM_FAULT_RETRY_AFTER_S = 1,
    SIM_FAULT_HUGE_BYTES = 10 * 1024 * 1024,
    SIM_FAULT_JOIN_MS = 100, // coalesced: messages of this long leave together
};

enum sim_fault_place {
    SIM_FAULT_AT_NAME,       // before there is a connection: the client's resolver
    SIM_FAULT_AT_CONNECTION, // TCP, TLS, upgrade, close
    SIM_FAULT_AT_FRAME,      // bytes of WebSocket frames
    SIM_FAULT_AT_STREAM,     // which messages are sent, and in which order
    SIM_FAULT_AT_CONTENT,    // what a message says
    SIM_FAULT_AT_REST,       // answers to calls
    SIM_FAULT_AT_CLOCK,      // the venue's stamps
    SIM_FAULT_PLACE_COUNT
};

// What a client must at least come to notice: what the tests hold the feed to.
enum sim_fault_effect {
    SIM_FAULT_HARMLESS, // nothing is lost: the client goes on as if nothing were
    SIM_FAULT_LOSES,    // messages go wrong: counted, books made anew where they broke
    SIM_FAULT_SILENT,   // the connection stands and nothing comes
    SIM_FAULT_CUTS,     // the connection ends, and comes again when the fault is over
    SIM_FAULT_EFFECT_COUNT
};

// X(code, name, place, effect, default length in ms, sentence)
#define SIM_FAULT_LIST(X)                                                                          \
    X(RESET, "reset", CONNECTION, CUTS, 1000, "connections end with RST, new ones at once, too")   \
    X(DROP, "drop", CONNECTION, CUTS, 1000,                                                        \
      "connections end with FIN and no close frame, new ones at once, too")                        \
    X(HALF_OPEN, "half-open", CONNECTION, SILENT, 1000,                                            \
      "connections stand and neither hear nor say anything ever again; new ones work")             \
    X(HANDSHAKE, "handshake-stall", CONNECTION, CUTS, 2000,                                        \
      "connections end; new ones are taken and never answered")                                    \
    X(TLS_ALERT, "tls-alert", CONNECTION, CUTS, 1000,                                              \
      "connections end; TLS is refused with an alert (without TLS: reset)")                        \
    X(CERTIFICATE, "wrong-certificate", CONNECTION, CUTS, 1000,                                    \
      "connections end; the certificate is a stranger's (without TLS: reset)")                     \
    X(NO_NAME, "dns-failure", NAME, CUTS, 1000,                                                    \
      "connections end; the venue's name does not resolve (where the client asks the simulator)")  \
    X(NAME_STALL, "dns-stall", NAME, CUTS, 2000,                                                   \
      "connections end; the resolver does not answer (where the client asks the simulator)")       \
    X(CLOSE_1000, "close-1000", CONNECTION, CUTS, 0, "one close frame: normal, without a word")    \
    X(CLOSE_1001, "close-1001", CONNECTION, CUTS, 0, "one close frame: going away")                \
    X(CLOSE_1006, "close-1006", CONNECTION, CUTS, 0,                                               \
      "one end without a close frame, which clients call 1006")                                    \
    X(CLOSE_1008, "close-1008", CONNECTION, CUTS, 0, "one close frame: policy")                    \
    X(CLOSE_1012, "close-1012", CONNECTION, CUTS, 0, "one close frame: service restart")           \
    X(MAINTENANCE, "maintenance", CONNECTION, CUTS, 2000,                                          \
      "connections end with 1012; upgrades and calls get 503 and a page that says so")             \
    X(STALL, "stall", FRAME, SILENT, 2000, "nothing is sent, then all of it at once")              \
    X(SLOW, "slow", FRAME, SILENT, 1500, "one byte each 10 ms, then the rest at once")             \
    X(NOISE, "noise", FRAME, CUTS, 1000, "bytes that are no frames")                               \
    X(TRUNCATED, "truncated-frame", FRAME, CUTS, 1000,                                             \
      "a frame is cut in its middle and the connection ends")                                      \
    X(HUGE, "huge-frame", FRAME, CUTS, 1000, "a frame of 10 MB")                                   \
    X(FRAGMENTS, "fragments", FRAME, HARMLESS, 1000,                                               \
      "messages come in fragments with PINGs between them")                                        \
    X(COALESCED, "coalesced", FRAME, HARMLESS, 1000, "100 ms of messages leave in one write")      \
    X(NO_PONG, "no-pong", FRAME, HARMLESS, 1000, "PINGs are not answered")                         \
    X(SILENCE, "silence", STREAM, SILENT, 2000, "calls and PINGs are answered, nothing is pushed") \
    X(ACK_ONLY, "ack-only", STREAM, SILENT, 2000,                                                  \
      "connections end; subscriptions are acknowledged and no data follows")                       \
    X(GAP, "gap", STREAM, LOSES, 1000, "every fifth message is swallowed")                         \
    X(DUPLICATE, "duplicate", STREAM, LOSES, 1000, "every message comes twice")                    \
    X(REORDER, "reorder", STREAM, LOSES, 1000, "every fourth message comes behind the next")       \
    X(GARBAGE, "garbage", CONTENT, LOSES, 1000, "every fifth message is text without meaning")     \
    X(CUT, "cut-message", CONTENT, LOSES, 1000, "every fifth message ends in its middle")          \
    X(CHECKSUM, "bad-checksum", CONTENT, LOSES, 1000,                                              \
      "checksums of books are wrong (venues that send one)")                                       \
    X(WRONG_SYMBOL, "wrong-symbol", CONTENT, LOSES, 1000,                                          \
      "every fifth message names a symbol nobody asked for")                                       \
    X(STALE_SNAPSHOT, "stale-snapshot", CONTENT, CUTS, 1000,                                       \
      "connections end; new ones begin with the messages an older one began with, calls get "      \
      "older answers")                                                                             \
    X(LIMITED, "429", REST, CUTS, 1000,                                                            \
      "connections end; upgrades and calls get 429 with Retry-After: 1")                           \
    X(LIMITED_BARE, "429-bare", REST, CUTS, 1000,                                                  \
      "connections end; upgrades and calls get 429 without Retry-After")                           \
    X(BANNED, "418", REST, CUTS, 1000,                                                             \
      "connections end; upgrades and calls get 418 with Retry-After: 1")                           \
    X(SERVER_ERROR, "5xx", REST, CUTS, 1000,                                                       \
      "connections end; upgrades and calls get 502 and a page of HTML")                            \
    X(NO_ANSWER, "no-answer", REST, HARMLESS, 2000, "calls are taken and never answered")          \
    X(BAD_ANSWER, "bad-answer", REST, HARMLESS, 1000,                                              \
      "calls get 200 and a body that ends in its middle")                                          \
    X(SKEW, "clock-skew", CLOCK, LOSES, 2000, "the venue's clock is 3 s ahead")

enum sim_fault_kind {
#define SIM_FAULT_ENUM(code, name, place, effect, ms, sentence) SIM_FAULT_##code,
    SIM_FAULT_LIST(SIM_FAULT_ENUM)
#undef SIM_FAULT_ENUM
        SIM_FAULT_COUNT
};
_Static_assert(SIM_FAULT_COUNT <= 64, "a set of faults is one word");

struct sim_fault {
    const char *name, *sentence;
    enum sim_fault_place place;
    enum sim_fault_effect effect;
    int64_t length_ns; // unless the order says another; 0 = it happens once
};
extern const struct sim_fault sim_fault_table[SIM_FAULT_COUNT];

const char *sim_fault_place_name(enum sim_fault_place place);
int sim_fault_find(struct slice name); // -1 when there is none
// The name most like `name`, NULL when none is near.
const char *sim_fault_nearest(struct slice name);

// A set of kinds: bit k is kind k.
#define SIM_FAULT_BIT(kind) (UINT64_C(1) << (kind))
static inline bool sim_fault_in(uint64_t set, enum sim_fault_kind kind) {
    return (set & SIM_FAULT_BIT(kind)) != 0;
}

// ---- when -------------------------------------------------------------------------------------

struct sim_fault_order {
    uint32_t venue;
    enum sim_fault_kind kind;
    int64_t from_ns, until_ns; // since the simulator's start
};

struct sim_faults {
    struct sim_fault_order orders[SIM_FAULT_ORDERS_MAX];
    uint32_t count;
    bool seeded;
    uint64_t seed;
    uint64_t healed; // bit v: venue v has no faults by seed any more
};

// False: too many at once.
MUST_CHECK bool sim_faults_add(struct sim_faults *faults, struct sim_fault_order order,
                               int64_t now_ns);
void sim_faults_heal(struct sim_faults *faults, uint32_t venue); // ends all that act or wait
// The fault that the seed gives `venue` in interval `number`, which begins at number *
// SIM_FAULT_EVERY_S.
struct sim_fault_order sim_fault_drawn(uint64_t seed, uint32_t venue, uint64_t number);
// What acts on a venue at `now_ns`. A fault that happens once acts from its time on for one
// question: `asked_ns` is the time of the question before, so that none is missed or acts twice.
uint64_t sim_faults_at(const struct sim_faults *faults, uint32_t venue, int64_t asked_ns,
                       int64_t now_ns);

// ---- what -------------------------------------------------------------------------------------

// How open connections end when `begun` begins; SIM_END_NONE: they do not.
enum sim_end { SIM_END_NONE, SIM_END_RESET, SIM_END_DROP, SIM_END_CLOSE, SIM_END_DEAF };
enum sim_end sim_fault_end(uint64_t begun, uint16_t *code, struct slice *text);

enum sim_entry {
    SIM_ENTRY_SERVED,
    SIM_ENTRY_RESET,
    SIM_ENTRY_DROPPED,
    SIM_ENTRY_DEAF,
    SIM_ENTRY_TLS_ALERT,
    SIM_ENTRY_CERTIFICATE
};
// How a new connection is met.
enum sim_entry sim_fault_entry(uint64_t active, bool tls);

// What the client's resolver answers.
enum sim_lookup { SIM_LOOKUP_RIGHT, SIM_LOOKUP_FAILS, SIM_LOOKUP_STALLS };
enum sim_lookup sim_fault_lookup(uint64_t active);

// A status in place of the answer to a call or an upgrade, 0 = none.
struct sim_refusal {
    uint32_t status;
    uint32_t retry_after_s; // 0 = not told
    bool html;
    struct slice body;
};
struct sim_refusal sim_fault_refusal(uint64_t active);

enum sim_message_fate {
    SIM_MESSAGE_SENT,
    SIM_MESSAGE_SWALLOWED,
    SIM_MESSAGE_TWICE,
    SIM_MESSAGE_HELD,    // until the next one is sent
    SIM_MESSAGE_NOISE,   // raw bytes in its place
    SIM_MESSAGE_SEVERED, // half of its frame, then the end
    SIM_MESSAGE_HUGE,    // a frame of SIM_FAULT_HUGE_BYTES in its place
    SIM_MESSAGE_PIECES,  // fragments
};
// `pushed`: by the venue's own will, not the answer to something. `number`: of the message on its
// connection, from 0.
enum sim_message_fate sim_fault_fate(uint64_t active, bool pushed, uint64_t number);

// Rewrites a message into `out`; false: it stays as it is. `symbol` is one that the venue lists.
bool sim_fault_rewrite(uint64_t active, uint64_t number, struct slice message, struct slice symbol,
                       struct text *out);
int64_t sim_fault_skew_ns(uint64_t active);

// ---- as text ----------------------------------------------------------------------------------

// NAME[:SECONDS][@AT], both in seconds with up to three decimals: kind, from and until.
// STATUS_USAGE names the nearest name. `now_ns`: AT counts from here.
enum status sim_fault_parse(struct slice text, int64_t now_ns,
                            struct sim_fault_order *order) MUST_CHECK;
void sim_fault_print(struct text *out, enum sim_fault_kind kind); // one line of the list

#endif
