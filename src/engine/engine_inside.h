// What happens inside the engine's lock; shared by engine.c (who may enter) and engine_pass.c.
#ifndef PERPDESK_ENGINE_ENGINE_INSIDE_H
#define PERPDESK_ENGINE_ENGINE_INSIDE_H

#include "engine/engine.h"

void engine_pass_begin(struct engine *engine, int64_t now_ns);
void engine_pass_dirty(struct engine *engine);
// Something may have been left for the next pass because the commands of this one have to go out
// first.
bool engine_pass_left(const struct engine *engine);
void engine_pass_alive(struct engine *engine);
void engine_pass_input(struct engine *engine, enum event_kind kind, const void *payload);
// Commits, hands commands to the outbox, publishes when `publish_after_ns` have passed since the
// last time. Returns true when an earlier deadline appeared.
bool engine_pass_end(struct engine *engine, int64_t publish_after_ns);
void engine_pass_publish(struct engine *engine);
// The bus's tap: counts, journals, collects order commands.
void engine_pass_tap(void *arg, const struct event *event);

// One writer at a time.
static inline void engine_count(_Atomic uint64_t *total, uint64_t n) {
    uint64_t before = atomic_load_explicit(total, memory_order_relaxed);
    atomic_store_explicit(total, before + n, memory_order_relaxed);
}

#endif
