// Replay of a recorded session: the same inputs must give the same decisions, byte for byte.
//
// The inputs of a journal written with journal_quotes = all are run through a fresh engine; every
// derived event it emits is compared with the next record of the journal while it runs. The engine
// is created by the caller with replay_sink() as its journal, no cache, no command sink,
// journal_quotes_all, and the same components and settings as the recorded desk.
#ifndef PERPDESK_ENGINE_REPLAY_H
#define PERPDESK_ENGINE_REPLAY_H

#include "engine/engine.h"
#include "engine/journal_format.h"

// Where recorded events come from: one file (replay_from_reader) or a session of several.
struct replay_source {
    enum journal_read (*next)(void *arg, struct event *event);
    void *arg;
};

struct replay {
    struct replay_source source;
    const struct universe *universe;
    struct event record; // newest record read
    enum journal_read end;
    int64_t until_ns; // stops before the first input behind this desk time; INT64_MAX: at the end
    bool reached;     // it stopped there
    uint64_t inputs, derived; // inputs run, derived events found equal
    bool differs;
    uint64_t differs_at;               // sequence
    char recorded[320], replayed[320]; // the two events as text, "nothing" when there is none
};

struct replay_source replay_from_reader(struct journal_reader *reader);
void replay_init(struct replay *replay, struct replay_source source,
                 const struct universe *universe);
struct journal_sink replay_sink(struct replay *replay);
// Runs to the end, to until_ns or to the first difference. STATUS_OK: equal so far (replay->end
// tells whether the tail was torn). STATUS_ERROR: a decision differs, the text holds both.
// STATUS_DATA: the journal is damaged, does not fit the universe, or holds only decisions.
enum status replay_verify(struct replay *replay, struct engine *engine) MUST_CHECK;

#endif
