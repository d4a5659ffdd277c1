// The engine is a monitor: one lock, one writer at a time, inputs numbered in the order they enter;
// and the thread that has the news runs it.
//
// An io thread that stored quotes calls engine_enter_quotes: if another thread is inside, it leaves
// at once and the one inside looks at the dirty sets again before it goes, so no quote is lost and
// nobody waits. Everything that is not a quote waits for the lock (engine_input, engine_control,
// engine_timer). Inside, each input is numbered, handed to the journal, dispatched to the
// components, and what they decided is handed to the journal too; before the lock is left the
// journal writes everything with one write(), and only then order commands go to the sink. The
// engine reads no clock: the caller's time comes with the call and never steps back inside (a
// caller that is late gets the engine's newest time). In replay, simulation and tests one thread
// calls the same functions.
#ifndef PERPDESK_ENGINE_ENGINE_H
#define PERPDESK_ENGINE_ENGINE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/ring.h"
#include "engine/bus.h"
#include "engine/control.h"
#include "engine/stages.h"
#include "engine/state.h"
#include "market/quote.h"

// Where journalled events go. append collects, commit writes everything with one write(): a failure
// means that nothing may be sent. The engine then drops the pass's commands, halts, and says so.
struct journal_sink {
    void (*append)(void *arg, const struct event *event);
    enum status (*commit)(void *arg);
    void *arg;
};

// Where committed order commands go, after the lock was left: lanes. Paper orders never leave the
// engine. Calls come one at a time and in the order of the decisions, from whichever thread left
// the engine; send may enter the engine again.
struct command_sink {
    void (*send)(void *arg, const struct event_order *command);
    void *arg;
};

// What the desk has to say to a person's command beside that its words are right. Both are asked
// inside the lock. A function that is NULL has nothing to say.
struct control_judge {
    // Before it enters. STATUS_OK, or status_text() says why it would do nothing: it does not enter
    // then, and is on no file.
    enum status (*before)(const void *arg, const struct control_request *request) MUST_CHECK;
    // After it was carried out: true when it led to nothing, with the reason in `why`. It entered.
    bool (*denied)(const void *arg, const struct control_request *request, struct text *why);
    const void *arg;
};

struct engine_options {
    struct universe *universe;    // owned by the engine from now on, changed only inside the lock
    struct quote_cache *cache;    // NULL in replay
    struct journal_sink journal;  // append NULL: not journalled
    struct command_sink commands; // send NULL: none leave
    struct control_judge judge;   // of engine_control
    bool journal_quotes_all;      // false: only inputs that led to a derived event are journalled
                                  // ("decisions")
    int64_t depth_sample_ns;      // least time between two depth samples of a listing
    int64_t publish_ns;           // least desk time between two publications of the picture
    bool is_paper_venue;          // every order goes to the paper component
    void (*deadline_moved)(
        void *arg, int64_t deadline_ns); // an earlier timer is wanted; called outside the lock
    void *deadline_arg;
    int64_t (*machine_ns)(void); // mono_now_ns to have passes measured; NULL: longest_pass_ns is 0
};

// The newest sample of a listing; `unfiled` says whether it is on file (journal_quotes_all false).
struct engine_quote_sample {
    struct event_header header;
    struct event_quote quote;
};
struct engine_depth_sample {
    struct event_header header;
    struct event_depth depth;
};
// Which venues' newest samples of a symbol are not on file: bit per venue.
struct engine_unfiled {
    uint64_t quotes, depths;
};
_Static_assert(VENUE_MAX <= 64, "venues are bits of a word");

enum {
    ENGINE_COMMANDS_MAX = 1024, // order commands of one pass
    ENGINE_OUTBOX_MAX = 4096    // committed and not yet handed to the sink
};

struct engine {
    struct engine_options options;
    struct bus bus;
    struct state_draft draft;
    struct state_board board;
    pthread_mutex_t lock;

    // Inside the lock only.
    int64_t now_ns;
    int64_t published_ns;
    bool changed;               // since the last publication
    atomic_bool journal_failed; // set inside, read by the lanes
    uint32_t appended;          // events handed to the journal and not yet committed
    uint32_t listing_count;     // of the universe
    uint32_t dirty_words;       // of the cache
    uint64_t *quotes_left;      // taken from the dirty set, not yet run
    uint64_t *depths_left;      // taken from the dirty set, sampled when depth_sample_ns is over
    int64_t depth_due_ns;       // when the first of them is due, INT64_MAX = none
    int64_t *depth_sampled_ns;  // per listing
    uint32_t *quote_updates;    // per listing: update count of the newest sample
    int64_t alive_told_ns[VENUE_MAX]; // newest frame time the components know
    struct event_order *commands;     // of this pass
    uint32_t command_count;
    struct engine_quote_sample *quote_samples; // per listing
    struct engine_depth_sample *depth_samples; // per listing
    struct engine_unfiled *unfiled;            // per symbol
    struct event held;                         // the input at hand, while nothing came of it
    bool holding;                              // there is one
    uint32_t held_listing;                     // of a quote or depth: its sample is the payload
    int64_t pass_start_ns;                     // machine time
    struct stages *stages;                     // by venue

    // Between threads.
    _Atomic int64_t told_ns; // time of the newest caller, also of one that did not get in
    _Atomic uint32_t gate;   // orders "set dirty, try lock" against "unlock, look at dirty"
    _Atomic int64_t deadline_ns;
    pthread_mutex_t send_lock; // held by the thread that empties the outbox
    struct ring outbox;        // struct event_order, filled inside `lock`

    // Counters, readable from any thread.
    _Atomic uint64_t inputs, events, passes, contended, longest_pass_ns, conflated;
};

enum status engine_create(struct engine *engine, const struct engine_options *options) MUST_CHECK;
void engine_finish(struct engine *engine);
// Before start, in order of dispatch.
void engine_add(struct engine *engine, const struct component *component, void *self);

// Takes what is dirty if nobody is inside. Never waits. Returns true when this thread ran it.
bool engine_enter_quotes(struct engine *engine, int64_t now_ns);
// Enters one input of any other kind; waits for the lock. Also takes what is dirty.
void engine_input(struct engine *engine, enum event_kind kind, const void *payload, int64_t now_ns);
// A person's command: checked, then entered. On refusal nothing enters and status_text() says why,
// but for STATUS_REFUSED of a submit, which entered and which a rule then denied.
// After the journal failed nothing that loosens is taken any more (STATUS_IO).
enum status engine_control(struct engine *engine, const struct control_request *request,
                           int64_t now_ns) MUST_CHECK;
// The same for a caller that must not hang with the engine: STATUS_TIMEOUT when nobody left it
// before the machine's monotonic clock read until_ns; nothing has entered then.
enum status engine_control_until(struct engine *engine, const struct control_request *request,
                                 int64_t now_ns, int64_t until_ns) MUST_CHECK;
// Time passes: timers run when due. Also tells components about live but quiet venues and
// publishes.
void engine_timer(struct engine *engine, int64_t now_ns);
// The journal failed: what is decided from now on stays inside, so that each lane takes back by
// itself what rests at its venue. Any thread.
static inline bool engine_journal_failed(const struct engine *engine) {
    return atomic_load_explicit(&engine->journal_failed, memory_order_relaxed);
}
int64_t
engine_deadline_ns(const struct engine *engine); // desk time at which engine_timer is wanted

// Replay: runs one recorded input exactly as it was. Derived records and samples (EVENT_SAMPLE) are
// not to be given here; the input must fit the universe, and neither its time nor its sequence may
// step back (replay_verify checks all that).
void engine_replay(struct engine *engine, const struct event *input);
// Publishes now, whatever the time (end of replay, tests).
void engine_publish(struct engine *engine);
enum status engine_publish_until(struct engine *engine, int64_t until_ns) MUST_CHECK;

const struct state_board *engine_board(const struct engine *engine);
// For the venue's lane, which writes its two of them.
struct stages *engine_stages(struct engine *engine, uint16_t venue);

#endif
