// Who may enter the engine and when: the monitor.
//
// No quote is lost: a feed sets its dirty bit, touches the gate and tries the lock; a holder
// unlocks, touches the gate and looks at the dirty set. Both touches modify one variable, so one of
// them comes first and the second sees what was done before it: either the feed finds the lock free
// or the holder finds the bit. The outbox of order commands works the same way with its own lock,
// so commands leave in the order of the decisions and nobody waits for a lane while it is inside.
#include "engine/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

#include "base/clock.h"
#include "engine/engine_inside.h"
#include "engine/rules.h"

static bool allocate(struct engine *engine) {
    const struct engine_options *options = &engine->options;
    uint32_t listings = engine->listing_count;
    engine->dirty_words = options->cache != NULL ? options->cache->dirty_words : 0;
    engine->quotes_left = calloc(engine->dirty_words + 1, sizeof(*engine->quotes_left));
    engine->depths_left = calloc(engine->dirty_words + 1, sizeof(*engine->depths_left));
    engine->depth_sampled_ns = calloc(listings, sizeof(*engine->depth_sampled_ns));
    engine->quote_updates = calloc(listings, sizeof(*engine->quote_updates));
    engine->commands = calloc(ENGINE_COMMANDS_MAX, sizeof(*engine->commands));
    engine->quote_samples = calloc(listings, sizeof(*engine->quote_samples));
    engine->depth_samples = calloc(listings, sizeof(*engine->depth_samples));
    engine->unfiled = calloc(options->universe->symbol_count, sizeof(*engine->unfiled));
    engine->stages = calloc(options->universe->venue_count, sizeof(*engine->stages));
    return engine->quotes_left != NULL && engine->depths_left != NULL &&
           engine->depth_sampled_ns != NULL && engine->quote_updates != NULL &&
           engine->commands != NULL && engine->quote_samples != NULL &&
           engine->depth_samples != NULL && engine->unfiled != NULL && engine->stages != NULL;
}

static enum status create_parts(struct engine *engine) {
    const struct universe *universe = engine->options.universe;
    enum status status = bus_create(&engine->bus);
    if (status == STATUS_OK) {
        status = state_draft_create(&engine->draft, universe);
    }
    if (status == STATUS_OK) {
        status = state_board_create(&engine->board, universe);
    }
    if (status == STATUS_OK) {
        status = ring_create(&engine->outbox, sizeof(struct event_order), ENGINE_OUTBOX_MAX);
    }
    if (status == STATUS_OK && !allocate(engine)) {
        status = status_fail(STATUS_SYSTEM, "no memory for %u listings", engine->listing_count);
    }
    return status;
}

enum status engine_create(struct engine *engine, const struct engine_options *options) {
    ASSERT((options->journal.append == NULL) == (options->journal.commit == NULL));
    ASSERT(options->depth_sample_ns >= 0 && options->publish_ns >= 0);
    memset(engine, 0, sizeof(*engine));
    engine->options = *options;
    const struct universe *universe = options->universe;
    engine->listing_count = (uint32_t)universe->venue_count * universe->symbol_count;
    ASSERT(engine->listing_count > 0);
    ASSERT(options->cache == NULL || options->cache->listing_count == engine->listing_count);
    (void)pthread_mutex_init(&engine->lock, NULL);
    (void)pthread_mutex_init(&engine->send_lock, NULL);
    enum status status = create_parts(engine);
    if (status != STATUS_OK) {
        engine_finish(engine);
        return status_context(status, "engine");
    }
    for (uint32_t i = 0; i < engine->listing_count; i++) {
        engine->depth_sampled_ns[i] = INT64_MIN / 2; // never
    }
    engine->depth_due_ns = INT64_MAX;
    atomic_store(&engine->deadline_ns, INT64_MAX);
    engine->bus.tap = engine_pass_tap;
    engine->bus.tap_arg = engine;
    return STATUS_OK;
}

void engine_finish(struct engine *engine) {
    bus_finish(&engine->bus);
    state_draft_finish(&engine->draft);
    state_board_finish(&engine->board);
    ring_finish(&engine->outbox);
    free(engine->quotes_left);
    free(engine->depths_left);
    free(engine->depth_sampled_ns);
    free(engine->quote_updates);
    free(engine->commands);
    free(engine->quote_samples);
    free(engine->depth_samples);
    free(engine->unfiled);
    free(engine->stages);
    (void)pthread_mutex_destroy(&engine->lock);
    (void)pthread_mutex_destroy(&engine->send_lock);
    memset(engine, 0, sizeof(*engine));
}

void engine_add(struct engine *engine, const struct component *component, void *self) {
    bus_add(&engine->bus, component, self);
}

static void touch_gate(struct engine *engine) {
    (void)atomic_fetch_add_explicit(&engine->gate, 1, memory_order_acq_rel);
}

static void lock(struct engine *engine) {
    int result = pthread_mutex_lock(&engine->lock);
    ASSERT(result == 0);
}

static enum status lock_until(struct engine *engine, int64_t until_ns) {
    struct timespec until = {.tv_sec = until_ns / NS_PER_S, .tv_nsec = until_ns % NS_PER_S};
    int result = pthread_mutex_clocklock(&engine->lock, CLOCK_MONOTONIC, &until);
    ASSERT(result == 0 || result == ETIMEDOUT);
#ifdef __SANITIZE_THREAD__ // it does not see this way of locking
    if (result == 0) {
        __tsan_mutex_pre_lock(&engine->lock, __tsan_mutex_try_lock);
        __tsan_mutex_post_lock(&engine->lock, __tsan_mutex_try_lock, 0);
    }
#endif
    return result == 0 ? STATUS_OK
                       : status_fail(STATUS_TIMEOUT, "the engine stands still: it took nothing in");
}

static bool outbox_is_empty(const struct engine *engine) {
    return atomic_load_explicit(&engine->outbox.head, memory_order_acquire) ==
           atomic_load_explicit(&engine->outbox.tail, memory_order_acquire);
}

static void send_commands(struct engine *engine) {
    while (!outbox_is_empty(engine)) {
        touch_gate(engine);
        if (pthread_mutex_trylock(&engine->send_lock) != 0) {
            return; // the thread that sends looks again before it goes
        }
        struct event_order command;
        while (ring_pop(&engine->outbox, &command)) {
            engine->options.commands.send(engine->options.commands.arg, &command);
        }
        (void)pthread_mutex_unlock(&engine->send_lock);
        touch_gate(engine);
    }
}

static void leave(struct engine *engine, int64_t publish_after_ns) {
    bool moved = engine_pass_end(engine, publish_after_ns);
    int64_t deadline_ns = atomic_load_explicit(&engine->deadline_ns, memory_order_relaxed);
    (void)pthread_mutex_unlock(&engine->lock);
    if (engine->options.commands.send != NULL) {
        send_commands(engine);
    }
    if (moved && engine->options.deadline_moved != NULL) {
        engine->options.deadline_moved(engine->options.deadline_arg, deadline_ns);
    }
}

static bool is_dirty(struct engine *engine) {
    touch_gate(engine);
    return quote_any_dirty(engine->options.cache);
}

// Publishing costs tens of microseconds: it is the timer's work, and others do it only when the
// timer is late.
static int64_t publish_when_late(const struct engine *engine) {
    return add_saturating(engine->options.publish_ns, engine->options.publish_ns);
}

// Ends the pass. What became dirty while this thread was inside is its duty, too.
static void leave_clean(struct engine *engine, int64_t now_ns, int64_t publish_after_ns) {
    bool left = engine_pass_left(engine);
    leave(engine, publish_after_ns);
    if (engine->options.cache != NULL && (left || is_dirty(engine))) {
        (void)engine_enter_quotes(engine, now_ns);
    }
}

bool engine_enter_quotes(struct engine *engine, int64_t now_ns) {
    if (engine->options.cache == NULL) {
        return false;
    }
    bool ran = false;
    bool again = true;
    atomic_store_explicit(&engine->told_ns, now_ns, memory_order_relaxed);
    while (again) {
        touch_gate(engine);
        if (pthread_mutex_trylock(&engine->lock) != 0) {
            atomic_fetch_add_explicit(&engine->contended, 1, memory_order_relaxed);
            return ran;
        }
        engine_pass_begin(engine, now_ns);
        engine_pass_dirty(engine);
        bool left = engine_pass_left(engine);
        leave(engine, publish_when_late(engine));
        ran = true;
        again = left || is_dirty(engine);
    }
    return ran;
}

void engine_input(struct engine *engine, enum event_kind kind, const void *payload,
                  int64_t now_ns) {
    lock(engine);
    engine_pass_begin(engine, now_ns);
    engine_pass_dirty(engine);
    engine_pass_input(engine, kind, payload);
    leave_clean(engine, now_ns, publish_when_late(engine));
}

// Inside the lock, and leaves it.
static enum status control(struct engine *engine, const struct control_request *request,
                           int64_t now_ns) {
    bool refused = engine->journal_failed && control_effect_of(request->verb) == EFFECT_LOOSENS &&
                   !(request->verb == CONTROL_STATE && request->value == TRADING_HALTED);
    if (refused) {
        (void)pthread_mutex_unlock(&engine->lock);
        return status_fail(STATUS_IO,
                           "%s: the journal failed, this desk stays halted: make room "
                           "on the disk and start it again",
                           control_name(request->verb));
    }
    const struct control_judge *judge = &engine->options.judge;
    enum status status = judge->before != NULL ? judge->before(judge->arg, request) : STATUS_OK;
    if (status != STATUS_OK) {
        (void)pthread_mutex_unlock(&engine->lock);
        return status_context(status, "%s", control_name(request->verb));
    }
    struct event_control event = {.verb = (uint16_t)request->verb,
                                  .origin = (uint16_t)request->origin,
                                  .venue = request->venue,
                                  .symbol = request->symbol,
                                  .value = request->value,
                                  .value2 = request->value2,
                                  .side = request->side,
                                  .hedged = request->hedged,
                                  .hedge_venue = request->hedge_venue,
                                  .over_s = request->over_s};
    engine_pass_begin(engine, now_ns);
    engine_pass_dirty(engine);
    engine_pass_input(engine, EVENT_CONTROL, &event);
    char data[VERDICT_TEXT_MAX];
    struct text why = TEXT_OVER(data);
    bool denied = judge->denied != NULL && judge->denied(judge->arg, request, &why);
    leave_clean(engine, now_ns, publish_when_late(engine));
    return denied ? status_fail(STATUS_REFUSED, "refused: %s", data) : STATUS_OK;
}

enum status engine_control(struct engine *engine, const struct control_request *request,
                           int64_t now_ns) {
    enum status status = control_check(request, engine->options.universe);
    if (status != STATUS_OK) {
        return status;
    }
    lock(engine);
    return control(engine, request, now_ns);
}

enum status engine_control_until(struct engine *engine, const struct control_request *request,
                                 int64_t now_ns, int64_t until_ns) {
    enum status status = control_check(request, engine->options.universe);
    if (status == STATUS_OK) {
        status = lock_until(engine, until_ns);
    }
    return status == STATUS_OK ? control(engine, request, now_ns) : status;
}

void engine_timer(struct engine *engine, int64_t now_ns) {
    lock(engine);
    engine_pass_begin(engine, now_ns);
    engine_pass_dirty(engine);
    engine_pass_alive(engine);
    engine_pass_input(engine, EVENT_TIMER, &(struct event_timer){0});
    leave_clean(engine, now_ns, engine->options.publish_ns);
}

int64_t engine_deadline_ns(const struct engine *engine) {
    return atomic_load_explicit(&engine->deadline_ns, memory_order_relaxed);
}

void engine_replay(struct engine *engine, const struct event *input) {
    const struct event_header *header = &input->header;
    ASSERT((header->flags & EVENT_INPUT) != 0 && (header->flags & EVENT_SAMPLE) == 0);
    lock(engine);
    ASSERT(header->time_ns >= engine->now_ns);
    ASSERT(header->sequence > engine->bus.sequence);
    engine_pass_begin(engine, header->time_ns);
    engine->bus.sequence = header->sequence - 1;
    engine_pass_input(engine, (enum event_kind)header->kind, &input->u);
    leave(engine, publish_when_late(engine));
}

void engine_publish(struct engine *engine) {
    lock(engine);
    engine_pass_publish(engine);
    (void)pthread_mutex_unlock(&engine->lock);
}

enum status engine_publish_until(struct engine *engine, int64_t until_ns) {
    enum status status = lock_until(engine, until_ns);
    if (status == STATUS_OK) {
        engine_pass_publish(engine);
        (void)pthread_mutex_unlock(&engine->lock);
    }
    return status;
}

const struct state_board *engine_board(const struct engine *engine) {
    return &engine->board;
}

struct stages *engine_stages(struct engine *engine, uint16_t venue) {
    ASSERT(venue < engine->options.universe->venue_count);
    return &engine->stages[venue];
}
