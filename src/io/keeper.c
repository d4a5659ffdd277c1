// One function, tick, does whatever is due and sets the timer for the next; whoever wakes the
// keeper just runs it once more.
#include "io/keeper.h"

#include "base/clock.h"
#include "base/log.h"

enum { SYNC_EVERY_MS = 5, TIMER_LEAST_MS = 1, TIMER_MOST_MS = 50, TEND_EVERY_MS = 1000 };

// On a worker thread: one at a time, so journal_sync's rule of one thread holds.
static void sync_work(uv_work_t *work) {
    struct keeper *keeper = work->data;
    journal_sync(keeper->options.journal);
    int64_t now_ns = mono_now_ns();
    if (now_ns - keeper->tended_ns >= TEND_EVERY_MS * NS_PER_MS) {
        keeper->tended_ns = now_ns;
        journal_tend(keeper->options.journal);
    }
}

static void tick(struct keeper *keeper);

// As long as little is left, whoever resumes: but what lowers risk goes on.
static void halt_when_low(struct keeper *keeper) {
    struct state_header header;
    if (!journal_is_low(keeper->options.journal) ||
        state_read(engine_board(keeper->options.engine), STATE_HEADER, &header, NULL) == 0 ||
        header.state == TRADING_HALTED) {
        return;
    }
    struct control_request halt = {.verb = CONTROL_STATE,
                                   .origin = ORIGIN_DISK,
                                   .venue = CONTROL_ANY,
                                   .symbol = CONTROL_ANY,
                                   .value = TRADING_HALTED};
    if (engine_control(keeper->options.engine, &halt, clock_now_ns(keeper->options.clock)) !=
        STATUS_OK) {
        log_error("journal", "cannot halt trading: %s", status_text());
    }
}

static void sync_done(uv_work_t *work, int result) {
    struct keeper *keeper = work->data;
    ASSERT(result == 0);
    keeper->syncing = false;
    halt_when_low(keeper);
    if (!uv_is_closing((uv_handle_t *)&keeper->timer)) {
        tick(keeper);
    }
}

static void start_sync(struct keeper *keeper, int64_t now_ns) {
    struct journal *journal = keeper->options.journal;
    if (journal == NULL || keeper->syncing) {
        return;
    }
    bool sync =
        journal_sync_wanted(journal) && now_ns - keeper->synced_ns >= SYNC_EVERY_MS * NS_PER_MS;
    bool tend = now_ns - keeper->tended_ns >= TEND_EVERY_MS * NS_PER_MS;
    if (!sync && !tend) {
        return;
    }
    keeper->synced_ns = now_ns;
    keeper->syncing = true;
    keeper->sync.data = keeper;
    int result = uv_queue_work(&keeper->role.loop, &keeper->sync, sync_work, sync_done);
    ASSERT(result == 0);
}

static void run_timer(struct keeper *keeper, int64_t now_ns) {
    struct engine *engine = keeper->options.engine;
    int64_t desk_ns = clock_now_ns(keeper->options.clock);
    int64_t since_ns = now_ns - keeper->timed_ns;
    bool due = desk_ns >= engine_deadline_ns(engine) && since_ns >= TIMER_LEAST_MS * NS_PER_MS;
    if (due || since_ns >= TIMER_MOST_MS * NS_PER_MS) {
        keeper->timed_ns = now_ns;
        engine_timer(engine, desk_ns);
    }
}

static int64_t clamp(int64_t value, int64_t least, int64_t most) {
    return value < least ? least : value > most ? most : value;
}

static int64_t next_wait_ms(const struct keeper *keeper) {
    int64_t deadline_ns = engine_deadline_ns(keeper->options.engine);
    int64_t wait_ns = clock_wait_ns(keeper->options.clock, deadline_ns);
    int64_t wait_ms = TIMER_MOST_MS;
    if (wait_ns < TIMER_MOST_MS * NS_PER_MS) {
        wait_ms = (wait_ns + NS_PER_MS - 1) / NS_PER_MS;
    }
    wait_ms = clamp(wait_ms, TIMER_LEAST_MS, TIMER_MOST_MS);
    struct journal *journal = keeper->options.journal;
    if (journal != NULL && wait_ms > SYNC_EVERY_MS && !keeper->syncing && !journal_park(journal)) {
        wait_ms = SYNC_EVERY_MS;
    }
    return wait_ms;
}

static void on_timer(uv_timer_t *timer) {
    tick(timer->data);
}

static void tick(struct keeper *keeper) {
    (void)log_drain();
    run_timer(keeper, mono_now_ns());
    start_sync(keeper, mono_now_ns());
    uv_update_time(&keeper->role.loop);
    int result = uv_timer_start(&keeper->timer, on_timer, (uint64_t)next_wait_ms(keeper), 0);
    ASSERT(result == 0);
}

static enum status on_start(struct role *role) {
    struct keeper *keeper = role->user;
    int result = uv_timer_init(&role->loop, &keeper->timer);
    ASSERT(result == 0);
    keeper->timer.data = keeper;
    tick(keeper);
    return STATUS_OK;
}

static void on_wake(struct role *role) {
    tick(role->user);
}

static void on_stop(struct role *role) {
    struct keeper *keeper = role->user;
    uv_close((uv_handle_t *)&keeper->timer, NULL);
}

static void wake_for_sync(void *arg) {
    struct keeper *keeper = arg;
    role_wake(&keeper->role);
}

enum status keeper_create(struct keeper *keeper, const struct keeper_options *options) {
    memset(keeper, 0, sizeof(*keeper));
    keeper->options = *options;
    enum status status = role_create(&keeper->role, "keeper", keeper);
    if (status != STATUS_OK) {
        return status;
    }
    keeper->role.on_start = on_start;
    keeper->role.on_wake = on_wake;
    keeper->role.on_stop = on_stop;
    if (options->journal != NULL) {
        journal_on_wake(options->journal, wake_for_sync, keeper);
    }
    return STATUS_OK;
}

enum status keeper_start(struct keeper *keeper) {
    return role_start(&keeper->role);
}

void keeper_wake(void *arg, int64_t deadline_ns) {
    (void)deadline_ns; // the engine is asked again
    struct keeper *keeper = arg;
    role_wake(&keeper->role);
}

enum status keeper_stop(struct keeper *keeper) {
    role_request_stop(&keeper->role);
    enum status status = role_join(&keeper->role);
    struct journal *journal = keeper->options.journal;
    if (journal != NULL) {
        atomic_store(&journal->parked, false); // nobody is left to be woken
    }
    return status;
}
