// What must hold, whatever goes wrong: checked after every event of the engine and after everything
// that happens to an account at a venue.
//
// O1  one order at the venue per command on file, and none without; none before it is on file
// O2  once nothing goes wrong any more: orders, positions and money as the venues have them
// O3  what a job holds unhedged is never more than one of its legs, and not for long
// O4  what the pools lent is what running jobs have reserved, and never below zero
// O5  no order opens on a quote that its venue does not show, or on a clock that is off
// O6  nothing opens on a paused, halted or killed desk, nor on one whose journal is damaged or of
//     another format before a person has signed, in that life or a later one; nothing closes there
//     unless it is told to
// O7  limits hold with everything that is on the way counted at its worst
// O8  the journal alone leads to the same decisions and the same desk, and tells the next life all
//     that the last one knew
// O9  the same seed gives the same events (crowd.c runs a share of the seeds twice)
// O10 no secret in a log line, an alarm or any other text
// O11 no memory is taken inside a pass of the engine
#ifndef PERPDESK_TESTS_SIM_ORACLE_H
#define PERPDESK_TESTS_SIM_ORACLE_H

#include "base/status.h"
#include "ledger.h"
#include "subject.h"

enum { ORACLE_COUNT = 12 }; // O1 … O11

struct bare {
    int64_t ns;   // how long the job stands unhedged while its venues are well
    int64_t room; // what it may have traded beyond its need, for its venues took no less: also what
                  // an earlier life did
};

struct oracle {
    struct subject *subject;
    struct ledger ledger;
    bool show; // alarms, to stderr
    bool failed;
    int number;   // of the oracle that failed
    uint32_t job; // that it was about, 0 = none
    int64_t failed_ns;
    char text[640];
    uint64_t looked[ORACLE_COUNT]; // how often each had something to judge
    // What a person has ordered, by the controls on file.
    bool paused, killed;
    bool flattens;        // with the kill
    int64_t flattened_ns; // when a flatten was ordered last
    enum trading_state state;
    int left;                      // jobs of this life that ended with less than can be traded
    bool signed_now;               // the book takes over what the venues have
    bool must_sign;                // nothing opens before
    enum past_doubt must_tell;     // the desk has not said yet why
    uint64_t signatures, needless; // of them without a cause that is still there
    bool money_moved;              // jobs or reservations may have changed since O4 looked
    uint64_t log_seen;
    int64_t watched_ns;
    struct bare *bare; // by job
    uint32_t bare_count;
};

void oracle_begin(struct oracle *oracle, struct subject *subject);
void oracle_finish(struct oracle *oracle);
void oracle_fail(struct oracle *oracle, int number, const char *format, ...) PRINTF_LIKE(3, 4);

// A new life of the desk begins, by what the journal tells (NULL: nothing). `doubt`: some of it
// may be missing: the desk says why, and nothing opens before a person has signed.
void oracle_on_life(struct oracle *oracle, const struct recall *recall, enum past_doubt doubt);
// Whether the desk has a reason to ask a person: what others did, or an end of the journal that is
// lost.
bool oracle_has_cause(const struct oracle *oracle);
void oracle_on_event(void *oracle, const struct event *event);
void oracle_on_pass(void *oracle, bool taken); // by the journal
void oracle_on_account(void *oracle, struct host *host, const struct vacc_event *event);
void oracle_watch(struct oracle *oracle); // time passes: a few times a second
// Nothing goes wrong for long enough. `flat`: everything was ordered closed, too.
void oracle_settled(struct oracle *oracle, bool flat);

// The orders of the job that a failure was about, to stderr.
void oracle_explain(struct oracle *oracle);
// How far a job may stand apart because a venue takes no less. Asked while it decides on an order,
// too: its tries are counted anew once that has filled.
void oracle_note_room(struct oracle *oracle, const struct job *job);

// oracle_orders.c: what an order command is judged by.
// What a venue refused as too little goes together with as much as it surely takes: how much.
int64_t oracle_least(const struct oracle *oracle, const struct job *job, int leg);
void oracle_judge_place(struct oracle *oracle, const struct event *event);

#endif
