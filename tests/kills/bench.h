// A desk that trades against two simulated venues over loopback, started and ended again and again
// by a test: the venues run in the test's process, the desk is a process of its own in a folder of
// its own, and ledger.h takes down what the venues saw of all its lives.
#ifndef PERPDESK_TEST_KILLS_BENCH_H
#define PERPDESK_TEST_KILLS_BENCH_H

#include <sys/types.h>

#include "base/line_client.h"
#include "ledger.h"
#include "sim/sim.h"

enum {
    BENCH_EQUAL_MS = 1000,   // from the start until the desk's picture is the venues'
    BENCH_SETTLE_MS = 20000, // until the desk says that they agree
    BENCH_HICCUP_MS = 20,    // a machine that stands still so long proves nothing about times
    BENCH_VARIABLES_MAX = 4,
};

extern const char *const bench_venues[LEDGER_VENUES];
extern const char *const bench_symbols[2];

struct times { // of the starts, milliseconds
    int64_t ms[8192];
    uint32_t count;
};

struct bench {
    char folder[64], ini[128], socket[128], live[128]; // live: where the journals are
    struct ledger ledger;
    struct sim *sim;
    pid_t desk;
    int64_t started_ns;
    int64_t hiccup_ms; // longest of this start
    struct line_client client;
    uint64_t random;
    bool all_quotes;                  // every quote is journalled; set before bench_prepare
    uint32_t starts, late, late_void; // late: equal only after BENCH_EQUAL_MS
    struct times equal, agreed;
};

// How the desk is started; all of it may be left out.
struct bench_start {
    const char *program; // in place of perpdesk
    const char *demo;    // a recording: on it instead of on the venues, NULL: live
    struct {
        const char *name, *value;
    } variables[BENCH_VARIABLES_MAX]; // of its environment
};

// Makes the folder, starts the venues, writes the configuration. `random` and `all_quotes` are the
// caller's to set.
void bench_prepare(struct bench *bench);
// Ends the venues and compares: how much is wrong over all lives. Prints what.
uint32_t bench_compare(struct bench *bench, uint64_t *sessions, uint64_t *torn);
void bench_finish(struct bench *bench, bool keep);
__attribute__((noreturn, format(printf, 1, 2))) void bench_give_up(const char *format, ...);

void bench_start_desk(struct bench *bench, const struct bench_start *how); // NULL: as it is
bool bench_has_died(const struct bench *bench);
// Waits until it is gone; what waitpid tells. SIGKILL after `patience_ms`, *hung then; 0: for ever.
int bench_reap(struct bench *bench, int64_t patience_ms, bool *hung);
void bench_kill_desk(struct bench *bench); // SIGKILL, and it must be what ends it

bool bench_try_client(struct bench *bench);            // false: not yet
bool bench_open_client(struct bench *bench);           // false: the desk has died or is deaf
bool bench_ask(struct bench *bench, const char *line); // the same
bool bench_word_of(struct slice line, const char *key, char *out, size_t capacity);

uint32_t bench_draw(struct bench *bench, uint32_t below);
void bench_pause_ms(int64_t ms);
void bench_pause_between(struct bench *bench, int64_t ms); // notes how much longer it took
int64_t bench_age_ms(const struct bench *bench);           // of this life of the desk

// ---- agree.c -----------------------------------------------------------------------------------

// Until the desk says that journal and venues agree. False: it died before. Gives up when it lives
// and does not in BENCH_SETTLE_MS.
bool agree_wait(struct bench *bench);
bool agree_resume(struct bench *bench); // armed, and it trades
// A last life that ends in order, everything cancelled and closed: how much is wrong.
uint32_t agree_end(struct bench *bench);
void agree_print_times(struct bench *bench);

#endif
