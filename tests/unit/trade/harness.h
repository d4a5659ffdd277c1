// A whole desk on a bench: three venues, two symbols, the defaults of the configuration, no cache,
// no journal, time given by the test.
//
// Every event that goes through the bus is collected in order. With `paper` switched off
// (harness_paper_off) the test itself is the venue: it reads order commands and sends reports.
#ifndef PERPDESK_TEST_TRADE_HARNESS_H
#define PERPDESK_TEST_TRADE_HARNESS_H

#include "trade/desk.h"
#include "trade/recall.h"

enum { H_LIGHTER, H_EXTENDED, H_BINANCE, H_VENUES };
enum { H_BTC, H_ETH, H_SYMBOLS };
#define H_START_NS (INT64_C(1700000000) * NS_PER_S)
#define H_MS(ms)   ((int64_t)(ms)*NS_PER_MS)

struct harness {
    struct settings settings;
    struct universe universe;
    struct desk desk;
    struct engine engine;
    int64_t now_ns;
    uint64_t trade; // of reports sent by hand

    struct event *events; // collected, in order
    uint32_t count, capacity;
    uint32_t mark; // where harness_find begins
    uint64_t hash; // over every event ever collected
    void (*tap)(void *arg, const struct event *event);
    void (*watch)(void *arg, const struct event *event); // a test's own eyes, may be NULL
    void *watch_arg;
};

struct settings harness_settings(void); // the defaults
// Universe and settings can be changed between prepare and start.
struct harness *harness_prepare(void);
// Engine and desk, instruments told, feeds live, quotes calm: nothing runs yet, both strategies are
// off unless they were enabled before.
void harness_start(struct harness *h);
struct harness *harness_create(void); // prepare and start, strategies off
void harness_destroy(struct harness *h);
void harness_paper_off(struct harness *h);

void harness_input(struct harness *h, enum event_kind kind, const void *payload);
// Runs every timer up to now + ns, at its own time.
void harness_advance(struct harness *h, int64_t ns);
// Mid of a calm market and a listing's tick, for building prices.
struct px harness_mid(uint16_t symbol);
void harness_quote(struct harness *h, uint16_t venue, uint16_t symbol, struct px bid, struct px ask,
                   struct qty size);
void harness_quote_flags(struct harness *h, uint16_t venue, uint16_t symbol, struct px bid,
                         struct px ask, struct qty size, uint32_t flags);
// All venues at mid shifted by `shift`, one tick wide, deep.
void harness_calm(struct harness *h, struct bps shift);
// Calm quotes every 200 ms for that long.
void harness_calm_for(struct harness *h, int64_t ns);
// Every pair of venues stood at 0 bps long enough to have a past, as harness_start makes it:
// without one no edge is believed.
void harness_past(struct desk *desk);
void harness_depth(struct harness *h, uint16_t venue, uint16_t symbol, struct px ask, struct px bid,
                   struct qty each, struct bps apart);
void harness_funding(struct harness *h, uint16_t venue, uint16_t symbol, struct rate per_hour,
                     int64_t next_settlement_ns);
void harness_feed(struct harness *h, uint16_t venue, enum feed_state state,
                  int64_t clock_offset_ns);
void harness_equity(struct harness *h, uint16_t venue, struct usd equity);
void harness_control(struct harness *h, enum control_verb verb, int64_t value);
void harness_control_at(struct harness *h, enum control_verb verb, uint16_t venue, uint16_t symbol,
                        int64_t value, int64_t value2);
void harness_report(struct harness *h, uint64_t order, uint16_t venue, enum report_kind kind,
                    struct px price, struct qty size);

// The first event of the kind since the mark, NULL when there is none; the newest one.
const struct event *harness_find(const struct harness *h, enum event_kind kind);
const struct event *harness_last(const struct harness *h, enum event_kind kind);
uint32_t harness_count(const struct harness *h, enum event_kind kind);
const struct event_alert *harness_alert(const struct harness *h, const char *rule);
void harness_mark(struct harness *h); // from here on

// Tells a desk that was just started what an earlier one left, as the program does at its start; a
// live one's lanes are ready afterwards.
void harness_tell_past(struct harness *h, const struct recall *recall, bool live);
// What a journal holds must be what the desk believes. Asserts.
void harness_compare(const struct harness *h, struct recall *recall);

// A draft of a hedged job, as the scheduler would make it.
struct job harness_draft(struct harness *h, enum strategy strategy, uint16_t symbol, uint16_t buy,
                         uint16_t sell, struct usd notional);
// Admits a draft past risk: job row, reservation, execution_open. Returns the job.
struct job *harness_open(struct harness *h, const struct job *draft);
struct job *harness_job(struct harness *h); // the only job, live or ended last

// What must hold after every input. Asserts.
void harness_check(struct harness *h);

#endif
