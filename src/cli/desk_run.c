#include "cli/desk_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/paths.h"
#include "cli/verbs.h"
#include "engine/replay.h"
#include "exchanges/venues.h"
#include "io/feed_pool.h"
#include "io/journal.h"
#include "io/keeper.h"
#include "io/tls.h"
#include "sim/sim.h"
#include "trade/desk.h"
#include "trade/recall.h"

enum { STOP_WAIT_MS = 2000, JOURNAL_BUFFER_BYTES = 4 * 1024 * 1024 };

// Hands a feed's quotes to the verb that listens, with the latency worked out.
struct feed_hook {
    struct desk_run *run;
    const struct feed *feed;
};

struct desk_run {
    struct desk_run_options options;
    struct config config;
    struct clock clock;
    struct universe universe;
    struct quote_cache cache;
    struct engine engine;
    struct desk desk;
    struct sim *sim;
    struct journal_folder folder;
    struct journal journal;
    struct keeper keeper;
    struct feed_pool feeds;
    SSL_CTX *tls;
    struct feed_hook *hooks; // one per venue
    bool has_universe, has_cache, has_desk, has_engine, has_folder, has_journal, has_keeper,
        has_feeds, started;
    char notice[sizeof(((struct state_header *)0)->notice)];
    char config_text[CONFIG_TEXT_MAX];
};

// A demo runs on its own terms whatever the file says: paper, everything journalled so that it can
// be replayed, and no currency basis, because all its books are quoted in dollars of one kind or
// the other as recorded.
static void apply_demo(struct config *config) {
    config->settings.journal_quotes_all = true;
    config->settings.start_status = DESK_RUNNING;
    config->settings.scanner.basis_mode = BASIS_OFF;
}

static enum desk_mode mode_of(const struct desk_run *run) {
    return run->options.demo ? DESK_DEMO : (enum desk_mode)run->config.settings.mode;
}

static enum status open_sim(struct desk_run *run) {
    static char folder[4096];
    const char *path = run->options.demo_path;
    if (path == NULL) {
        enum status status = desk_run_demo_folder(folder, sizeof(folder));
        if (status != STATUS_OK) {
            return status;
        }
        path = folder;
    }
    struct sim_options options = {
        .path = path,
        .clock = &run->clock,
        .speed_ppm = run->options.speed_ppm,
        .loop = true,
        .tls = true,
    };
    return status_context(sim_create(&run->sim, &options), "the demo");
}

// What the last session left, before this one begins. A demo and, for now, paper start a fresh
// account and only say.
static void recall_last(struct desk_run *run, const char *folder) {
    struct journal_session session;
    if (journal_session_open(&session, folder) != STATUS_OK) {
        return; // the first session here
    }
    struct recall *recall = malloc(sizeof(*recall));
    if (recall == NULL) {
        journal_session_close(&session);
        return;
    }
    recall_init(recall);
    struct event event;
    while (journal_session_next(&session, &event) == JOURNAL_RECORD) {
        recall_event(recall, &event);
    }
    struct text text = TEXT_OVER(run->notice);
    if (session.end == JOURNAL_DAMAGED) {
        text_add_string(&text, "the last session's journal is damaged; ");
    }
    if (!recall->farewell && recall->events > 0) {
        text_add_format(&text, "last session broke off after %llu events",
                        (unsigned long long)recall->events);
        if (session.bytes_lost > 0) {
            text_add_format(&text, " (torn tail of %llu bytes)",
                            (unsigned long long)session.bytes_lost);
        }
        text_add_format(&text, ": %u jobs, %u orders open, gross ", recall_jobs_running(recall),
                        recall_orders_open(recall));
        usd_print(&text, recall_gross(recall), 0, 0);
        text_add_string(&text, " USD; a fresh account starts");
    }
    if (text.size > 0) {
        log_warn("desk", "%s", run->notice);
    }
    free(recall);
    journal_session_close(&session);
}

static enum status open_journal(struct desk_run *run) {
    char path[256];
    enum status status = paths_state_folder(mode_of(run), path, sizeof(path));
    if (status == STATUS_OK) {
        status = journal_folder_open(&run->folder, path);
    }
    if (status != STATUS_OK) {
        return status;
    }
    run->has_folder = true;
    recall_last(run, path);
    struct text text = TEXT_OVER(run->config_text);
    config_print(&run->config, &text);
    if (text.truncated) {
        return status_fail(STATUS_INTERNAL, "the configuration does not fit the journal's head");
    }
    const struct settings *settings = &run->config.settings;
    struct journal_options options = {
        .mode = mode_of(run),
        .config = text_slice(&text),
        .file_bytes_max = settings->journal_max_bytes,
        .retention_ns = settings->journal_retention_ns,
        .disk_floor_bytes = settings->disk_floor_bytes,
        .buffer_bytes = JOURNAL_BUFFER_BYTES,
    };
    status = journal_create(&run->journal, &run->folder, &options);
    run->has_journal = status == STATUS_OK;
    return status;
}

static void describe(struct desk_run *run) {
    struct state_header *header = STATE_ROWS(&run->engine.draft, STATE_HEADER, struct state_header);
    (void)string_copy(header->notice, sizeof(header->notice), slice_of(run->notice));
    if (run->sim == NULL) {
        return;
    }
    struct text text = TEXT_OVER(header->demo);
    sim_describe_short(run->sim, &text);
}

static enum status open_engine(struct desk_run *run) {
    struct config *config = &run->config;
    enum status status = config_universe(config, &run->universe);
    if (status != STATUS_OK) {
        return status;
    }
    run->has_universe = true;
    status = quote_cache_create(&run->cache,
                                (uint32_t)run->universe.venue_count * run->universe.symbol_count);
    if (status != STATUS_OK) {
        return status;
    }
    run->has_cache = true;
    status = desk_create(&run->desk, mode_of(run), &config->settings, &run->universe);
    if (status != STATUS_OK) {
        return status;
    }
    run->has_desk = true;
    struct engine_options options = {
        .universe = &run->universe,
        .cache = &run->cache,
        .journal = run->has_journal ? journal_sink(&run->journal) : (struct journal_sink){0},
        .journal_quotes_all = config->settings.journal_quotes_all,
        .depth_sample_ns = config->settings.feeds.depth_sample_ns,
        .publish_ns = NS_PER_S / 20,
        .is_paper_venue = true, // this build has no lanes yet: every order goes to the paper venue
        .deadline_moved = keeper_wake,
        .deadline_arg = &run->keeper,
        .machine_ns = mono_now_ns,
    };
    status = engine_create(&run->engine, &options);
    if (status != STATUS_OK) {
        return status;
    }
    run->has_engine = true;
    desk_add_components(&run->desk, &run->engine);
    describe(run);
    return STATUS_OK;
}

static void on_quote(void *arg, uint16_t venue, uint16_t symbol, const struct quote *quote) {
    const struct feed_hook *hook = arg;
    int64_t latency_ns = 0;
    if (quote->venue_time_ns > 0 && hook->feed != NULL) {
        int64_t offset_ns =
            atomic_load_explicit(&feed_stats(hook->feed)->offset_ns, memory_order_relaxed);
        latency_ns = quote->receive_ns - (quote->venue_time_ns - offset_ns);
        latency_ns = latency_ns > 0 ? latency_ns : 0; // the clocks agree to a few ms only
    }
    hook->run->options.on_quote(hook->run->options.on_quote_arg, venue, symbol, quote, latency_ns);
}

// Where the simulator serves a venue: its address and the venue's own path.
static bool sim_url(const char *base, const char *venue_url, char *out, size_t capacity) {
    const char *host = strstr(venue_url, "://");
    const char *path = host == NULL ? NULL : strchr(host + 3, '/');
    int size = snprintf(out, capacity, "%s%s", base, path == NULL ? "" : path);
    return size > 0 && (size_t)size < capacity;
}

static enum status add_feed(struct desk_run *run, uint16_t index) {
    const struct venue_entry *entry = &run->universe.venues[index];
    const struct venue *venue = venue_find(slice_of(entry->name));
    ASSERT(venue != NULL); // the configuration was checked against the table
    struct feed_hook *hook = &run->hooks[index];
    hook->run = run;
    struct feed_config config = {
        .venue = venue->md,
        .venue_index = index,
        .universe = &run->universe,
        .cache = &run->cache,
        .engine = &run->engine,
        .clock = &run->clock,
        .settings = &run->config.settings.feeds,
        .tls = run->tls,
        .wants_book = run->config.wants_book,
        .seed = hash_bytes(entry->name, strlen(entry->name), (uint64_t)clock_now_ns(&run->clock)),
        .on_quote = run->options.on_quote != NULL ? on_quote : NULL,
        .on_quote_arg = hook,
    };
    char ws[MD_CONNECTIONS_MAX][256];
    struct sim_endpoint endpoint;
    if (run->sim != NULL) {
        if (!sim_endpoint(run->sim, entry->name, &endpoint)) {
            return STATUS_OK; // the recording has nothing for it: it stays down, and says so
        }
        for (uint32_t i = 0; i < MD_CONNECTIONS_MAX && venue->md->mainnet.ws[i] != NULL; i++) {
            if (!sim_url(endpoint.ws, venue->md->mainnet.ws[i], ws[i], sizeof(ws[i]))) {
                return status_fail(STATUS_INTERNAL, "the simulator's address for %s is too long",
                                   entry->name);
            }
            config.ws[i] = ws[i];
        }
        config.rest = endpoint.rest;
        config.ca_text = sim_authority_pem(run->sim).data;
        config.demo_streams = config.funding_generated = true;
    }
    enum status status = feed_pool_add(&run->feeds, &config);
    if (status == STATUS_OK) {
        hook->feed = run->feeds.feeds[run->feeds.feed_count - 1];
    }
    return status;
}

// After the simulator runs: only then are its ports known.
static enum status start_feeds(struct desk_run *run) {
    enum status status = run->sim != NULL
                             ? tls_client_create_from_text(&run->tls, sim_authority_pem(run->sim))
                             : tls_client_create(&run->tls, NULL);
    if (status != STATUS_OK) {
        return status;
    }
    run->hooks = calloc(run->universe.venue_count, sizeof(*run->hooks));
    if (run->hooks == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the feeds");
    }
    status = feed_pool_create(&run->feeds, run->config.settings.feeds.threads);
    run->has_feeds = status == STATUS_OK;
    for (uint16_t i = 0; i < run->universe.venue_count && status == STATUS_OK; i++) {
        if (run->universe.venues[i].role != VENUE_OFF) {
            status = add_feed(run, i);
        }
    }
    return status == STATUS_OK ? feed_pool_start(&run->feeds) : status;
}

static void stop_feeds(struct desk_run *run) {
    if (!run->has_feeds) {
        return;
    }
    feed_pool_request_stop(&run->feeds);
    if (feed_pool_join(&run->feeds) != STATUS_OK) {
        log_warn("desk", "the feeds: %s", status_text());
    }
}

static void close_feeds(struct desk_run *run) {
    if (run->has_feeds) {
        feed_pool_finish(&run->feeds);
    }
    SSL_CTX_free(run->tls);
    free(run->hooks);
}

enum status desk_run_open(struct desk_run **out, const struct desk_run_options *options) {
    struct desk_run *run = aligned_alloc(64, (sizeof(struct desk_run) + 63) / 64 * 64);
    if (run == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the desk");
    }
    memset(run, 0, sizeof(*run));
    run->options = *options;
    run->config = *options->config;
    if (run->options.speed_ppm == 0) {
        run->options.speed_ppm = PPM_ONE;
    }
    if (options->demo) {
        apply_demo(&run->config);
    }
    if (!options->trade) {
        run->config.settings.wash.enabled = run->config.settings.arb.enabled = false;
    }
    enum status status = STATUS_OK;
    if (options->demo) {
        status = open_sim(run); // starts run->clock at the recording's time
    } else {
        clock_init_system(&run->clock);
    }
    if (status == STATUS_OK) {
        log_init(&run->clock, LOG_INFO);
        status = options->journal ? open_journal(run) : STATUS_OK;
    }
    if (status == STATUS_OK) {
        status = open_engine(run);
    }
    if (status == STATUS_OK) {
        struct keeper_options keeper = {
            .engine = &run->engine,
            .journal = run->has_journal ? &run->journal : NULL,
            .clock = &run->clock,
        };
        status = keeper_create(&run->keeper, &keeper);
        run->has_keeper = status == STATUS_OK;
    }
    if (status != STATUS_OK) {
        desk_run_close(run);
        return status;
    }
    *out = run;
    return STATUS_OK;
}

enum status desk_run_start(struct desk_run *run) {
    ASSERT(!run->started);
    enum status status = run->sim != NULL ? sim_start(run->sim) : STATUS_OK;
    if (status != STATUS_OK) {
        return status;
    }
    run->started = true;
    struct event_desk started = {
        .mode = (uint16_t)mode_of(run),
        .venues = run->universe.venue_count,
        .symbols = run->universe.symbol_count,
        .config_hash = hash_bytes(run->config_text, strlen(run->config_text), 0),
    };
    engine_input(&run->engine, EVENT_DESK_STARTED, &started, clock_now_ns(&run->clock));
    status = keeper_start(&run->keeper);
    if (status == STATUS_OK) {
        status = start_feeds(run);
    }
    return status;
}

static bool orders_open(const struct desk_run *run) {
    struct state_header header;
    uint64_t version;
    return state_read(engine_board(&run->engine), STATE_HEADER, &header, &version) > 0 &&
           header.orders_open > 0;
}

// Block, cancel, verify: the way the kill switch goes, told as a signal's so that the journal knows
// a farewell.
static void stop_trading(struct desk_run *run) {
    struct control_request kill = {
        .verb = CONTROL_KILL, .origin = ORIGIN_SIGNAL, .venue = CONTROL_ANY, .symbol = CONTROL_ANY};
    if (desk_run_control(run, &kill) != STATUS_OK) {
        log_warn("desk", "stopping: %s", status_text());
    }
    int64_t until_ns = mono_now_ns() + STOP_WAIT_MS * NS_PER_MS;
    struct timespec moment = {.tv_nsec = 5 * NS_PER_MS};
    do {
        engine_publish(&run->engine);
        if (!orders_open(run)) {
            return;
        }
        (void)nanosleep(&moment, NULL);
    } while (mono_now_ns() < until_ns);
    log_warn("desk", "stopping: orders are still open after %d ms", STOP_WAIT_MS);
}

void desk_run_stop(struct desk_run *run) {
    if (!run->started) {
        return;
    }
    run->started = false;
    stop_trading(run);
    stop_feeds(run);
    enum status status = keeper_stop(&run->keeper);
    if (status != STATUS_OK) {
        log_warn("desk", "the keeper: %s", status_text());
    }
    if (run->sim != NULL) {
        sim_stop(run->sim);
    }
}

void desk_run_close(struct desk_run *run) {
    if (run == NULL) {
        return;
    }
    desk_run_stop(run);
    close_feeds(run);
    if (run->has_journal) {
        journal_finish(&run->journal);
    }
    if (run->has_folder) {
        journal_folder_close(&run->folder);
    }
    if (run->has_engine) {
        engine_finish(&run->engine);
    }
    if (run->has_desk) {
        desk_finish(&run->desk);
    }
    if (run->has_cache) {
        quote_cache_finish(&run->cache);
    }
    if (run->has_universe) {
        universe_finish(&run->universe);
    }
    sim_destroy(run->sim);
    log_finish();
    free(run);
}

struct engine *desk_run_engine(struct desk_run *run) {
    return &run->engine;
}
const struct state_board *desk_run_board(const struct desk_run *run) {
    return engine_board(&run->engine);
}
const struct universe *desk_run_universe(const struct desk_run *run) {
    return &run->universe;
}
const struct clock *desk_run_clock(const struct desk_run *run) {
    return &run->clock;
}
const struct config *desk_run_config(const struct desk_run *run) {
    return &run->config;
}
const char *desk_run_notice(const struct desk_run *run) {
    return run->notice;
}

enum status desk_run_control(struct desk_run *run, const struct control_request *request) {
    return engine_control(&run->engine, request, clock_now_ns(&run->clock));
}
