// Inside the lock: what is dirty becomes inputs, inputs run through the bus, everything is handed
// to the journal, and the pass ends with one commit.
//
// What `journal_quotes = decisions` keeps: every input that is not a quote, depth, alive or timer;
// every derived event; and of those four kinds the inputs that led to a derived event. In front of
// such a quote or depth it puts the newest samples of the same symbol that are not on file yet,
// from all venues, marked EVENT_SAMPLE with their own (earlier) sequence and time: what the
// decision was taken on. Everything that led to nothing is not on file, and components keep memory
// of such inputs (medians, volatility), so only `all` can be replayed and verified.
#include "base/clock.h"
#include "engine/engine_inside.h"

enum { COMMANDS_SPLIT = ENGINE_COMMANDS_MAX / 4, ALIVE_STEP_MS = 100 };

// The longest chain of one input must still fit when a pass is not split any more.
_Static_assert(ENGINE_OUTBOX_MAX >= 2 * ENGINE_COMMANDS_MAX, "a pass fits an empty outbox");

void engine_pass_begin(struct engine *engine, int64_t now_ns) {
    int64_t told_ns = atomic_load_explicit(&engine->told_ns, memory_order_relaxed);
    int64_t newest_ns = told_ns > now_ns ? told_ns : now_ns;
    if (newest_ns > engine->now_ns) {
        engine->now_ns = newest_ns;
    }
    if (engine->options.machine_ns != NULL) {
        engine->pass_start_ns = engine->options.machine_ns();
    }
    ASSERT(engine->command_count == 0);
}

static void append(struct engine *engine, const struct event *event) {
    engine->options.journal.append(engine->options.journal.arg, event);
    engine->appended++;
}

// Kinds that come all the time and mostly lead to nothing.
static bool is_sample(const struct event *event) {
    switch ((int)event->header.kind) {
    case EVENT_QUOTE_UPDATED:
    case EVENT_DEPTH_UPDATED:
    case EVENT_FEED_ALIVE:
    case EVENT_TIMER:
        return true;
    default:
        return false;
    }
}

static uint64_t venue_bit(uint16_t venue) {
    return UINT64_C(1) << venue;
}

static void hold(struct engine *engine, const struct event *event) {
    engine->holding = true;
    engine->held.header = event->header;
    if (event->header.kind == EVENT_QUOTE_UPDATED) {
        const struct event_quote *quote = &event->u.quote;
        uint32_t id = listing_id(engine->options.universe, quote->venue, quote->symbol);
        engine->quote_samples[id] = (struct engine_quote_sample){event->header, *quote};
        engine->unfiled[quote->symbol].quotes |= venue_bit(quote->venue);
        engine->held_listing = id;
    } else if (event->header.kind == EVENT_DEPTH_UPDATED) {
        const struct event_depth *depth = &event->u.depth;
        uint32_t id = listing_id(engine->options.universe, depth->venue, depth->symbol);
        engine->depth_samples[id] = (struct engine_depth_sample){event->header, *depth};
        engine->unfiled[depth->symbol].depths |= venue_bit(depth->venue);
        engine->held_listing = id;
    } else {
        memcpy(&engine->held.u, &event->u, event->header.size);
    }
}

// In front of the input that is held, which may be one of them.
static void append_sample(struct engine *engine, const struct event_header *header,
                          const void *payload) {
    if (header->sequence != engine->held.header.sequence) {
        struct event sample;
        sample.header = *header;
        sample.header.flags |= EVENT_SAMPLE;
        memcpy(&sample.u, payload, header->size);
        append(engine, &sample);
    }
}

static void append_samples(struct engine *engine, uint16_t symbol) {
    struct engine_unfiled *unfiled = &engine->unfiled[symbol];
    for (uint64_t left = unfiled->quotes | unfiled->depths; left != 0; left &= left - 1) {
        uint16_t venue = (uint16_t)__builtin_ctzll(left);
        uint32_t id = listing_id(engine->options.universe, venue, symbol);
        if ((unfiled->quotes & venue_bit(venue)) != 0) {
            const struct engine_quote_sample *quote = &engine->quote_samples[id];
            append_sample(engine, &quote->header, &quote->quote);
        }
        if ((unfiled->depths & venue_bit(venue)) != 0) {
            const struct engine_depth_sample *depth = &engine->depth_samples[id];
            append_sample(engine, &depth->header, &depth->depth);
        }
    }
    *unfiled = (struct engine_unfiled){0};
}

// Something came of the input at hand: it goes on file after all, before what it caused.
static void append_held(struct engine *engine) {
    engine->holding = false;
    if (engine->held.header.kind == EVENT_QUOTE_UPDATED) {
        engine->held.u.quote = engine->quote_samples[engine->held_listing].quote;
        append_samples(engine, engine->held.u.quote.symbol);
    } else if (engine->held.header.kind == EVENT_DEPTH_UPDATED) {
        engine->held.u.depth = engine->depth_samples[engine->held_listing].depth;
        append_samples(engine, engine->held.u.depth.symbol);
    }
    append(engine, &engine->held);
}

static void journal(struct engine *engine, const struct event *event) {
    if (engine->options.journal.append == NULL) {
        return;
    }
    if ((event->header.flags & EVENT_INPUT) != 0) {
        engine->holding = false;
        if (!engine->options.journal_quotes_all && is_sample(event)) {
            hold(engine, event);
            return;
        }
    } else if (engine->holding) {
        append_held(engine);
    }
    append(engine, event);
}

void engine_pass_tap(void *arg, const struct event *event) {
    struct engine *engine = arg;
    engine_count(&engine->events, 1);
    journal(engine, event);
    if (event->header.kind == EVENT_ORDER_COMMAND && engine->options.commands.send != NULL &&
        !engine->options.is_paper_venue) {
        ASSERT(engine->command_count < ENGINE_COMMANDS_MAX);
        engine->commands[engine->command_count++] = event->u.order;
    }
    if (event->header.kind == EVENT_ORDER_COMMAND && engine->options.machine_ns != NULL &&
        event->u.order.action == ORDER_ACTION_PLACE) {
        int64_t took_ns = engine->options.machine_ns() - engine->pass_start_ns;
        histogram_add(&engine->stages[event->u.order.venue].decide_ns, (uint64_t)took_ns);
    }
}

void engine_pass_input(struct engine *engine, enum event_kind kind, const void *payload) {
    if (kind == EVENT_INSTRUMENT) {
        const struct event_listing_rules *rules = payload;
        const struct listing *listing = &rules->listing;
        *universe_listing(engine->options.universe, listing->venue, listing->symbol) = *listing;
    }
    engine_count(&engine->inputs, 1);
    engine->changed = true;
    (void)bus_run(&engine->bus, kind, payload, engine->now_ns);
}

static void sample_quote(struct engine *engine, uint32_t listing) {
    uint16_t symbols = engine->options.universe->symbol_count;
    struct event_quote event = {.venue = (uint16_t)(listing / symbols),
                                .symbol = (uint16_t)(listing % symbols)};
    quote_load(engine->options.cache, listing, &event.quote);
    uint32_t missed = event.quote.update - engine->quote_updates[listing];
    engine->quote_updates[listing] = event.quote.update;
    if (missed == 0) {
        return; // the bit was set just after the value was taken with the bit before
    }
    if (missed > 1) {
        engine_count(&engine->conflated, missed - 1);
    }
    engine_pass_input(engine, EVENT_QUOTE_UPDATED, &event);
}

static void sample_quotes(struct engine *engine) {
    for (uint32_t word = 0; word < engine->dirty_words; word++) {
        uint64_t bits = quote_take_dirty(engine->options.cache, word) | engine->quotes_left[word];
        while (bits != 0) {
            // So many commands are waiting that they go out first; the caller comes again.
            if (engine->command_count >= COMMANDS_SPLIT) {
                engine->quotes_left[word] = bits;
                return;
            }
            uint32_t listing = word * 64 + (uint32_t)__builtin_ctzll(bits);
            bits &= bits - 1;
            sample_quote(engine, listing);
        }
        engine->quotes_left[word] = 0;
    }
}

bool engine_pass_left(const struct engine *engine) {
    return engine->command_count >= COMMANDS_SPLIT;
}

// Samples the book now, or remembers when its time comes.
static void sample_depth(struct engine *engine, uint32_t listing) {
    uint64_t bit = UINT64_C(1) << (listing % 64);
    int64_t due_ns = engine->depth_sampled_ns[listing] + engine->options.depth_sample_ns;
    if (engine->now_ns < due_ns || engine->command_count >= COMMANDS_SPLIT) {
        engine->depths_left[listing / 64] |= bit;
        engine->depth_due_ns = due_ns < engine->depth_due_ns ? due_ns : engine->depth_due_ns;
        return;
    }
    engine->depths_left[listing / 64] &= ~bit;
    engine->depth_sampled_ns[listing] = engine->now_ns;
    uint16_t symbols = engine->options.universe->symbol_count;
    struct event_depth event = {.venue = (uint16_t)(listing / symbols),
                                .symbol = (uint16_t)(listing % symbols)};
    depth_load(engine->options.cache, listing, &event.depth);
    engine_pass_input(engine, EVENT_DEPTH_UPDATED, &event);
}

static void sample_depth_word(struct engine *engine, uint32_t word, uint64_t bits) {
    for (; bits != 0; bits &= bits - 1) {
        sample_depth(engine, word * 64 + (uint32_t)__builtin_ctzll(bits));
    }
}

static void sample_depths(struct engine *engine) {
    bool due = engine->now_ns >= engine->depth_due_ns;
    if (due) {
        engine->depth_due_ns = INT64_MAX;
    }
    for (uint32_t word = 0; word < engine->dirty_words; word++) {
        uint64_t bits = depth_take_dirty(engine->options.cache, word);
        if (due) {
            bits |= engine->depths_left[word];
        }
        if (bits != 0) {
            sample_depth_word(engine, word, bits);
        }
    }
}

// Quotes first: they are what opportunities are found on, a book may be depth_sample_ns old anyway.
void engine_pass_dirty(struct engine *engine) {
    if (engine->options.cache == NULL) {
        return;
    }
    sample_quotes(engine);
    sample_depths(engine);
}

void engine_pass_alive(struct engine *engine) {
    const struct quote_cache *cache = engine->options.cache;
    if (cache == NULL) {
        return;
    }
    for (uint16_t venue = 0; venue < engine->options.universe->venue_count; venue++) {
        int64_t frame_ns = quote_frame_ns(cache, venue);
        if (frame_ns - engine->alive_told_ns[venue] >= ALIVE_STEP_MS * NS_PER_MS) {
            engine->alive_told_ns[venue] = frame_ns;
            struct event_alive event = {.venue = venue, .frame_ns = frame_ns};
            engine_pass_input(engine, EVENT_FEED_ALIVE, &event);
        }
    }
}

// Nothing that was decided may leave; a person has to know why.
static void stop_trading(struct engine *engine, const char *why) {
    struct event_alert alert = {.severity = SEVERITY_RED};
    (void)string_copy(alert.rule, sizeof(alert.rule), SLICE("trading_stopped"));
    (void)string_copy(alert.text, sizeof(alert.text), slice_of(why));
    struct event_control control = {.verb = CONTROL_STATE,
                                    .origin = ORIGIN_SIGNAL,
                                    .venue = CONTROL_ANY,
                                    .symbol = CONTROL_ANY,
                                    .value = TRADING_HALTED};
    engine->command_count = 0;
    engine_pass_input(engine, EVENT_CONTROL, &control);
    bus_emit(&engine->bus, EVENT_ALERT, &alert);
    (void)bus_flush(&engine->bus);
    engine->command_count = 0;
}

static uint32_t outbox_room(const struct engine *engine) {
    uint32_t head = atomic_load_explicit(&engine->outbox.head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&engine->outbox.tail, memory_order_acquire);
    return ENGINE_OUTBOX_MAX - (head - tail);
}

static void commit(struct engine *engine) {
    if (engine->command_count > 0 && engine->command_count > outbox_room(engine)) {
        stop_trading(engine, "the lanes do not take order commands fast enough: halted");
    }
    if (engine->appended > 0 && !engine->journal_failed) {
        engine->appended = 0;
        if (engine->options.journal.commit(engine->options.journal.arg) != STATUS_OK) {
            engine->journal_failed = true;
            stop_trading(engine, status_text());
        }
    }
    if (engine->journal_failed) {
        engine->command_count = 0;
    }
    for (uint32_t i = 0; i < engine->command_count; i++) {
        bool pushed = ring_push(&engine->outbox, &engine->commands[i]);
        ASSERT(pushed);
    }
    engine->command_count = 0;
}

void engine_pass_publish(struct engine *engine) {
    const struct bus *bus = &engine->bus;
    for (uint32_t i = 0; i < bus->slot_count; i++) {
        const struct bus_slot *slot = &bus->slots[i];
        if (slot->component->publish != NULL) {
            slot->component->publish(slot->self, &engine->draft, engine->now_ns);
        }
    }
    struct state_latency *latencies =
        STATE_ROWS(&engine->draft, STATE_LATENCY, struct state_latency);
    engine->draft.count[STATE_LATENCY] = engine->options.universe->venue_count;
    for (uint16_t i = 0; i < engine->options.universe->venue_count; i++) {
        stages_publish(&engine->stages[i], &latencies[i]);
    }
    struct state_header *header = STATE_ROWS(&engine->draft, STATE_HEADER, struct state_header);
    header->now_ns = engine->now_ns;
    header->journal_failed = engine_journal_failed(engine);
    header->events = atomic_load_explicit(&engine->events, memory_order_relaxed);
    header->passes = atomic_load_explicit(&engine->passes, memory_order_relaxed);
    header->longest_pass_ns = atomic_load_explicit(&engine->longest_pass_ns, memory_order_relaxed);
    state_publish(&engine->board, &engine->draft);
    engine->published_ns = engine->now_ns;
    engine->changed = false;
}

// True when the timer is wanted earlier than anybody knew. A publication that becomes due is not
// worth a wake-up: the timer comes often enough by itself.
static bool update_deadline(struct engine *engine) {
    int64_t wanted_ns = engine->bus.deadline_ns;
    if (engine->depth_due_ns < wanted_ns) {
        wanted_ns = engine->depth_due_ns;
    }
    int64_t publish_ns = INT64_MAX;
    if (engine->changed) {
        publish_ns = add_saturating(engine->published_ns, engine->options.publish_ns);
    }
    int64_t deadline_ns = publish_ns < wanted_ns ? publish_ns : wanted_ns;
    int64_t before_ns = atomic_load_explicit(&engine->deadline_ns, memory_order_relaxed);
    atomic_store_explicit(&engine->deadline_ns, deadline_ns, memory_order_relaxed);
    return wanted_ns < before_ns && wanted_ns <= publish_ns;
}

static void measure(struct engine *engine) {
    engine_count(&engine->passes, 1);
    if (engine->options.machine_ns == NULL) {
        return;
    }
    uint64_t took_ns = (uint64_t)(engine->options.machine_ns() - engine->pass_start_ns);
    if (took_ns > atomic_load_explicit(&engine->longest_pass_ns, memory_order_relaxed)) {
        atomic_store_explicit(&engine->longest_pass_ns, took_ns, memory_order_relaxed);
    }
}

bool engine_pass_end(struct engine *engine, int64_t publish_after_ns) {
    // Orders do not wait for a picture, unless there was none for long: the next pass draws it.
    int64_t patience_ns = engine->command_count > 0 ? engine->options.publish_ns : 0;
    commit(engine);
    if (engine->changed &&
        engine->now_ns >=
            add_saturating(engine->published_ns, add_saturating(publish_after_ns, patience_ns))) {
        engine_pass_publish(engine);
    }
    measure(engine);
    return update_deadline(engine);
}
