#include "subject.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/table.h"
#include "keys.h"
#include "memory.h"
#include "moment.h"

enum { KEEPER_MS = 500, PUBLISH_MS = 5000, CONNECTS_PER_S = 20 };

// ---- journal and shadow ------------------------------------------------------------------------

static void shadow_add(struct shadow *shadow, const struct event *event) {
    size_t size = journal_record_size(event);
    if (shadow->pass_capacity - shadow->pass_size < size) {
        shadow->pass_capacity = 2 * shadow->pass_capacity + size + 65536;
        shadow->pass = realloc(shadow->pass, shadow->pass_capacity);
        ASSERT(shadow->pass != NULL);
    }
    shadow->pass_size += journal_encode(event, shadow->pass + shadow->pass_size);
}

// The next record of the pass as the journal's reader sees it.
static bool shadow_next(struct shadow *shadow, struct event *out) {
    struct journal_reader reader = {
        .data = shadow->pass, .size = shadow->pass_size, .at = shadow->pass_at};
    if (shadow->pass_at == shadow->pass_size || journal_next(&reader, out) != JOURNAL_RECORD) {
        return false;
    }
    shadow->pass_at = reader.at;
    return true;
}

static void shadow_differs(struct shadow *shadow, const struct event *recorded,
                           const struct event *replayed) {
    struct text text = TEXT_OVER(shadow->text);
    shadow->differs = true;
    text_add_string(&text, "recorded: ");
    if (recorded != NULL) {
        event_print(&text, &shadow->universe, recorded);
    }
    text_add_string(&text, " replayed: ");
    if (replayed != NULL) {
        event_print(&text, &shadow->universe, replayed);
    }
}

static void shadow_append(void *arg, const struct event *event) {
    struct shadow *shadow = arg;
    struct event recorded;
    if ((event->header.flags & EVENT_INPUT) != 0 || shadow->differs) {
        return;
    }
    bool found = shadow_next(shadow, &recorded);
    shadow->compared++;
    if (!found || memcmp(&recorded.header, &event->header, sizeof(event->header)) != 0 ||
        memcmp(&recorded.u, &event->u, event->header.size) != 0) {
        shadow_differs(shadow, found ? &recorded : NULL, event);
    }
}

static enum status shadow_commit(void *arg) {
    (void)arg;
    return STATUS_OK;
}

// Runs what the pass put on file.
static void shadow_run(struct shadow *shadow) {
    struct event input;
    shadow->pass_at = 0;
    while (!shadow->differs && shadow_next(shadow, &input)) {
        if ((input.header.flags & EVENT_INPUT) == 0) {
            shadow_differs(shadow, &input, NULL);
            break;
        }
        engine_replay(&shadow->engine, &input);
    }
    shadow->pass_size = 0;
}

// What the engine does between its first event of a pass and the end of the pass is its own: there
// no memory may be taken.
static void append(void *arg, const struct event *event) {
    struct subject *subject = arg;
    (void)memory_watch(false);
    if (subject->dying || subject->disk_full) {
        return; // nobody will ever read it
    }
    subject->events++;
    subject->hash = hash_bytes((const char *)&event->header, sizeof(event->header), subject->hash);
    subject->hash = hash_bytes((const char *)&event->u, event->header.size, subject->hash);
    shadow_add(&subject->shadow, event);
    subject->options.on_event(subject->options.arg, event);
    (void)memory_watch(true);
}

static enum status commit(void *arg) {
    struct subject *subject = arg;
    (void)memory_watch(false);
    subject->passes++;
    bool taken = !subject->disk_full && !subject->dying;
    if (taken) {
        past_add(&subject->past, subject->shadow.pass, subject->shadow.pass_size);
        shadow_run(&subject->shadow);
    }
    subject->shadow.pass_size = 0;
    subject->options.on_pass(subject->options.arg, taken);
    if (!taken) {
        return status_fail(STATUS_IO, "journal: no space left on device");
    }
    return STATUS_OK;
}

// ---- the keeper's part -------------------------------------------------------------------------

static void keeper_runs(void *arg) {
    struct subject *subject = arg;
    subject->keeper = NULL;
    if (subject->dying) {
        return;
    }
    engine_timer(&subject->engine, moment_now_ns());
    (void)log_drain();
    int64_t now_ns = moment_now_ns();
    int64_t due_ns = engine_deadline_ns(&subject->engine);
    int64_t most_ns = now_ns + KEEPER_MS * NS_PER_MS;
    due_ns = due_ns < most_ns ? due_ns : most_ns;
    due_ns = due_ns > now_ns + NS_PER_MS ? due_ns : now_ns + NS_PER_MS;
    subject->keeper_ns = due_ns;
    subject->keeper = moment_in(due_ns - now_ns, keeper_runs, subject);
}

static void deadline_moved(void *arg, int64_t deadline_ns) {
    struct subject *subject = arg;
    int64_t now_ns = moment_now_ns();
    if (subject->keeper != NULL && deadline_ns < subject->keeper_ns) {
        moment_call_off(subject->keeper);
        subject->keeper_ns = deadline_ns > now_ns ? deadline_ns : now_ns;
        subject->keeper = moment_in(subject->keeper_ns - now_ns, keeper_runs, subject);
    }
}

// ---- lanes -------------------------------------------------------------------------------------

static void dies(void *arg) {
    subject_die(arg);
}

// At the worst moment: on file, and not on the wire; or one leg on the wire and the other not.
static bool dies_here(struct subject *subject) {
    if (subject->dies_after > 0 && --subject->dies_after == 0) {
        subject->dying = true;
        (void)moment_in(0, dies, subject);
    }
    return subject->dying;
}

static void send_command(void *arg, const struct event_order *command) {
    struct subject *subject = arg;
    subject->commands++;
    if (command->action == ORDER_ACTION_ASK) { // at the start, before there are lanes
        ASSERT(subject->ask_count < ORDERS_MAX);
        subject->asks[subject->ask_count++] = *command;
        return;
    }
    if (dies_here(subject)) {
        return;
    }
    lane_send(subject->lanes[command->venue], command);
}

static void wakes(void *arg) {
    struct subject *subject = arg;
    subject->wakes = NULL;
    for (uint16_t i = 0; i < subject->universe.venue_count; i++) {
        lane_wake(subject->lanes[i]);
    }
}

static void wake(void *arg) {
    struct subject *subject = arg;
    if (subject->wakes == NULL) {
        subject->wakes = moment_in(20 * NS_PER_US, wakes, subject);
    }
}

static void learn(void *arg, uint16_t symbol, const struct listing *listing) {
    struct lane **lane = arg;
    if (*lane != NULL) {
        lane_learn(*lane, symbol, listing);
    }
}

static enum status make_venue(struct subject *subject, uint16_t index) {
    const char *name = subject->universe.venues[index].name;
    const struct venue *venue = venue_find(slice_of(name));
    char *ws = subject->ws[index], *rest = subject->rest[index]; // the lane keeps them
    struct text ws_text = text_over(ws, sizeof(subject->ws[index]));
    struct text rest_text = text_over(rest, sizeof(subject->rest[index]));
    text_add_format(&ws_text, "wss://%s.sim", name);
    text_add_format(&rest_text, "https://%s.sim", name);
    struct host *host = host_at(name);
    subject->hosts[index] = host;
    struct feed_config feed = {
        .loop = &subject->loop,
        .venue = venue->md,
        .venue_index = index,
        .universe = &subject->universe,
        .cache = &subject->cache,
        .engine = &subject->engine,
        .clock = &subject->clock,
        .settings = &subject->config.settings.feeds,
        .base_ws = ws,
        .base_rest = rest,
        .wants_book = subject->config.wants_book,
        .seed = hash_mix(subject->options.seed + 77 * index + subject->lives),
        .connects = &subject->connects,
        .on_rules = learn,
        .on_rules_arg = &subject->lanes[index],
    };
    enum status status = feed_create(&subject->feeds[index], &feed);
    if (status != STATUS_OK) {
        return status;
    }
    struct lane_config lane = {
        .loop = &subject->loop,
        .venue = venue->oe,
        .md = venue->md,
        .venue_index = index,
        .universe = &subject->universe,
        .engine = &subject->engine,
        .clock = &subject->clock,
        .offset_ns = &feed_stats(subject->feeds[index])->offset_ns,
        .doubt_clock = feed_doubt_clock,
        .doubt_arg = subject->feeds[index],
        .secrets = keys_of(name),
        .rate_share = subject->config.settings.execution.rate_share,
        .rate_reserve = subject->config.settings.execution.rate_reserve,
        .session_key = subject->desk.orders.session_key,
        .gone_ns = subject->config.settings.execution.late_request_ns,
        .deadman_ns = subject->config.settings.execution.deadman_ns,
        .rest = rest,
        .wake = wake,
        .wake_arg = subject,
        .seed = hash_mix(subject->options.seed + 99 * index + subject->lives),
        .connects = &subject->connects,
    };
    for (uint32_t i = 0; i < OE_SOCKETS_MAX; i++) {
        lane.ws[i] = ws;
    }
    return lane_create(&subject->lanes[index], &lane);
}

// ---- life --------------------------------------------------------------------------------------

// Settings of its own: they change when its engine says so.
static enum status make_engine(struct subject *subject, struct config_target *target,
                               struct universe *universe, struct desk *desk, struct engine *engine,
                               const struct engine_options *options) {
    enum status status = config_universe(&subject->config, universe);
    if (status == STATUS_OK) {
        status = desk_create(desk, DESK_LIVE, target->settings, universe);
    }
    if (status == STATUS_OK) {
        target->venues = universe->venues;
        target->venue_count = universe->venue_count;
        desk->change_setting = config_change_apply;
        desk->change_arg = target;
    }
    if (status == STATUS_OK) {
        status = engine_create(engine, options);
    }
    if (status == STATUS_OK) {
        desk_add_components(desk, engine);
    }
    return status;
}

static enum status make_engines(struct subject *subject) {
    struct engine_options shadow = {
        .universe = &subject->shadow.universe,
        .journal = {.append = shadow_append, .commit = shadow_commit, .arg = &subject->shadow},
        .journal_quotes_all = true,
        .depth_sample_ns = subject->config.settings.feeds.depth_sample_ns,
        .publish_ns = INT64_MAX,
        .is_paper_venue = true,
    };
    struct engine_options live = {
        .universe = &subject->universe,
        .cache = &subject->cache,
        .journal = {.append = append, .commit = commit, .arg = subject},
        .journal_quotes_all = true,
        .depth_sample_ns = subject->config.settings.feeds.depth_sample_ns,
        .publish_ns = PUBLISH_MS * NS_PER_MS,
        .commands = {.send = send_command, .arg = subject},
        .deadline_moved = deadline_moved,
        .deadline_arg = subject,
    };
    enum status status = quote_cache_create(&subject->cache, (uint32_t)subject->config.venues_on *
                                                                 subject->config.symbol_count);
    if (status == STATUS_OK) {
        subject->shadow.settings = subject->config.settings;
        subject->shadow.target.settings = &subject->shadow.settings;
        status = make_engine(subject, &subject->shadow.target, &subject->shadow.universe,
                             &subject->shadow.desk, &subject->shadow.engine, &shadow);
    }
    if (status == STATUS_OK) {
        subject->loaded = subject->config;
        subject->target.settings = &subject->config.settings;
        status = make_engine(subject, &subject->target, &subject->universe, &subject->desk,
                             &subject->engine, &live);
    }
    return status;
}

enum status subject_begin(struct subject *subject, const struct subject_options *options) {
    *subject = (struct subject){.options = *options, .dice = dice_of(options->seed, 300)};
    log_init(&subject->clock, LOG_INFO);
    return STATUS_OK;
}

uint16_t subject_venue_of(const struct subject *subject, const struct host *host) {
    for (uint16_t i = 0; i < VENUE_MAX; i++) {
        if (subject->hosts[i] == host) {
            return i;
        }
    }
    ASSERT(!"a venue of the desk");
    return 0;
}

static enum status start_venues(struct subject *subject) {
    enum status status = STATUS_OK;
    for (uint16_t i = 0; i < subject->universe.venue_count && status == STATUS_OK; i++) {
        status = make_venue(subject, i);
    }
    for (uint16_t i = 0; i < subject->universe.venue_count && status == STATUS_OK; i++) {
        status = feed_start(subject->feeds[i]);
        if (status == STATUS_OK) {
            status = lane_start(subject->lanes[i]);
        }
    }
    for (uint32_t i = 0; i < subject->ask_count && status == STATUS_OK; i++) {
        lane_send(subject->lanes[subject->asks[i].venue], &subject->asks[i]);
    }
    subject->ask_count = 0;
    return status;
}

enum status subject_start(struct subject *subject, const struct recall *recall,
                          enum past_doubt doubt) {
    ASSERT(!subject->alive);
    subject->lives++;
    subject->disk_full = subject->dying = false;
    subject->dies_after = 0;
    connect_budget_init(&subject->connects, CONNECTS_PER_S);
    enum status status = setup_load(&subject->config, &subject->dice, subject->config_text);
    if (status == STATUS_OK) {
        status = make_engines(subject);
    }
    if (status != STATUS_OK) {
        return status;
    }
    past_begin(&subject->past, subject->config_text);
    subject->alive = true;
    subject->alive_ns = moment_now_ns();
    struct event_desk started = {.mode = DESK_LIVE,
                                 .venues = subject->universe.venue_count,
                                 .symbols = subject->universe.symbol_count};
    engine_input(&subject->engine, EVENT_DESK_STARTED, &started, moment_now_ns());
    left_tell(&subject->engine, recall, doubt);
    status = start_venues(subject);
    subject->keeper_ns = moment_now_ns();
    subject->keeper = moment_in(0, keeper_runs, subject);
    return status;
}

// As the kernel ends a process: nothing of it runs any more, and its connections break.
void subject_die(struct subject *subject) {
    if (!subject->alive) {
        return;
    }
    bool behind = subject->dying || subject->disk_full; // it went on, unseen
    subject->unseen = behind;
    subject->alive = subject->dying = false;
    subject->desk_jobs = subject->desk.jobs.next_id;
    subject->left = left_of_desk(&subject->desk);
    subject->ask_count = 0;
    subject->shadow_agrees =
        behind || subject->shadow.differs ||
        subject_state_hash(&subject->engine) == subject_state_hash(&subject->shadow.engine);
    moment_call_off(subject->keeper);
    moment_call_off(subject->wakes);
    subject->keeper = subject->wakes = NULL;
    for (uint16_t i = 0; i < subject->universe.venue_count; i++) {
        struct lane *lane = subject->lanes[i];
        struct feed *feed = subject->feeds[i];
        if (lane != NULL) {
            moment_end_timer(&lane->tick);
            lane->pending = 0;
            lane_destroy(lane);
        }
        if (feed != NULL) {
            moment_end_timer(&feed->tick);
            feed->pending = 0;
            feed_destroy(feed);
        }
        subject->lanes[i] = NULL;
        subject->feeds[i] = NULL;
    }
    engine_finish(&subject->engine);
    desk_finish(&subject->desk);
    universe_finish(&subject->universe);
    quote_cache_finish(&subject->cache);
    engine_finish(&subject->shadow.engine);
    desk_finish(&subject->shadow.desk);
    universe_finish(&subject->shadow.universe);
    subject->shadow.pass_size = 0;
}

void subject_end(struct subject *subject) {
    subject_die(subject);
    free(subject->shadow.pass);
    past_end(&subject->past);
    log_finish();
}

void subject_control(struct subject *subject, const struct control_request *request) {
    (void)!engine_control(&subject->engine, request, moment_now_ns()); // it may be refused
}

// As desk_run_reload: all or nothing of the file, and then the desk is as if it had started by it.
enum status subject_reload(struct subject *subject) {
    static struct config_changes changes;
    enum status status = setup_edit(&subject->loaded, &subject->dice, &changes);
    for (uint32_t at = 0; status == STATUS_OK && at < changes.count;) {
        struct event_settings event;
        at = config_changes_fill(&changes, at, &event);
        engine_input(&subject->engine, EVENT_SETTINGS_CHANGED, &event, moment_now_ns());
    }
    if (status == STATUS_OK && memcmp(&subject->loaded.settings, &subject->config.settings,
                                      sizeof(subject->loaded.settings)) != 0) {
        status = status_fail(STATUS_INTERNAL, "the desk has other settings than the file");
    }
    return status;
}

uint64_t subject_state_hash(struct engine *engine) {
    static const enum state_section sections[] = {
        STATE_CAPITAL, STATE_OPPORTUNITIES, STATE_JOBS,  STATE_ORDERS,
        STATE_RISK,    STATE_POSITIONS,     STATE_EQUITY};
    engine_publish(engine);
    uint64_t hash = 1;
    for (size_t i = 0; i < COUNT_OF(sections); i++) {
        enum state_section section = sections[i];
        size_t size = (size_t)engine->draft.count[section] * state_row_size(section);
        hash = hash_bytes(engine->draft.rows[section], size, hash ^ engine->draft.count[section]);
    }
    return hash;
}
