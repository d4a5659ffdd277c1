// The life of a desk: built in the main thread, started, stopped in order, taken apart.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/cli.h"
#include "cli/desk_inside.h"
#include "cli/paths.h"
#include "trade/answer.h"

enum { DEMO_STAND_MS = 250, JOURNAL_BUFFER_BYTES = 4 * 1024 * 1024 };
// What a desk that only closes may want to write.
#define CLOSING_BYTES (UINT64_C(16) << 20)
enum { STOP_WAIT_MS = 2000, STOP_WAIT_LIVE_MS = 15000, LEVEL_WAIT_MS = 1500 };

// A demo runs on its own terms whatever the file says: paper, everything journalled so that it can
// be replayed, and no currency basis, because all its books are quoted in dollars of one kind or
// the other as recorded. Where several venues show one book, each does in its own rhythm: for the
// moment until the slower one follows they cross, which is no edge that anybody recorded.
void desk_run_demo_settings(struct config *config, bool shared) {
    struct settings *settings = &config->settings;
    int64_t stand_ns = DEMO_STAND_MS * NS_PER_MS;
    settings->journal_quotes_all = true;
    settings->start_status = DESK_RUNNING;
    settings->scanner.basis_mode = BASIS_OFF;
    if (shared && settings->scanner.stand_ns < stand_ns) {
        settings->scanner.stand_ns = stand_ns;
    }
}

// A venue that the simulator has nothing for would only stay silent: it is off. Before the universe
// is built.
static void turn_off_unserved(struct desk_run *run) {
    for (uint16_t i = 0; i < run->config.venue_count; i++) {
        struct venue_entry *venue = &run->config.venues[i];
        if (!sim_shows(run->sim, venue->name)) {
            venue->role = VENUE_OFF;
        }
    }
    config_sort_venues(&run->config);
}

// A desk that only looks is no live one, whatever the file says: it sends nothing.
static enum desk_mode mode_of(const struct desk_run *run) {
    return run->options.demo     ? DESK_DEMO
           : !run->options.trade ? DESK_PAPER
                                 : (enum desk_mode)run->config.settings.mode;
}

// Real money needs two words: one in the file, one on the command line.
static enum status check_live(const struct desk_run *run) {
    bool asked = run->config.settings.mode == DESK_LIVE;
    if (run->options.demo) {
        return run->options.live ? status_fail(STATUS_USAGE, "--live and --demo exclude each other")
                                 : STATUS_OK;
    }
    if (run->options.live && !asked) {
        return status_fail(STATUS_CONFIG,
                           "--live: the configuration says mode = paper; real orders need "
                           "mode = live in [desk], too");
    }
    if (asked && run->options.trade && !run->options.live) {
        return status_fail(STATUS_CONFIG,
                           "mode = live: real orders need --live on the command line, too; "
                           "--set desk.mode=paper trades on paper");
    }
    return STATUS_OK;
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
        .map = run->options.map,
        .map_count = run->options.map_count,
        .loop = true,
        .tls = true,
        .faults = run->options.faults,
        .fault_count = run->options.fault_count,
        .seeded = run->options.seeded,
        .seed = run->options.seed,
        .control = run->options.control,
    };
    return status_context(sim_create(&run->sim, &options), "the demo");
}

static enum status drill(void *arg, struct slice what) {
    return desk_drill(arg, what);
}

static enum status set(void *arg, struct slice change, struct text *answer) {
    return desk_run_set(arg, change, answer);
}

static void tell_config(void *arg, struct text *answer) {
    desk_run_print_config(arg, answer);
}

// The socket of this desk: its lock keeps a second one of the kind away.
static enum status open_server(struct desk_run *run) {
    char folder[256];
    char state[256];
    enum status status = paths_runtime_folder(folder, sizeof(folder));
    if (status == STATUS_OK) {
        status = paths_state_folder(mode_of(run), state, sizeof(state));
    }
    if (status != STATUS_OK) {
        return status;
    }
    struct text stop = TEXT_OVER(run->stop_file);
    text_add_format(&stop, "%s/stop", state);
    struct server_options options = {
        .folder = folder,
        .mode = mode_of(run),
        .build = cli_build(),
        .engine = &run->engine,
        .universe = &run->universe,
        .clock = &run->clock,
        .stop_file = run->stop_file,
        .has_console = run->options.console,
        .pause_on_disarm = run->config.settings.pause_on_disarm,
        .drill = drill,
        .set = set,
        .config = tell_config,
        .arg = run,
    };
    return server_create(&run->server, &options);
}

// What is there to close does so on a full disk, too: its journal is where the sockets are then,
// which mostly is another disk.
static enum status create_journal(struct desk_run *run, const struct journal_options *options) {
    enum status status = journal_create(&run->journal, &run->folder, options);
    char path[300];
    if (status == STATUS_OK || !run->options.closes) {
        return status;
    }
    log_warn("journal", "%s", status_text());
    status = paths_runtime_folder(path, sizeof(path));
    struct text text = {.data = path, .capacity = sizeof(path), .size = strlen(path)};
    text_add_format(&text, "/%s-journal", paths_mode_word(mode_of(run)));
    if (status == STATUS_OK && text.truncated) {
        status = status_fail(STATUS_CONFIG, "the path of the spare journal is too long");
    }
    if (status == STATUS_OK) {
        status = journal_folder_open(&run->spare, path);
        run->has_spare = status == STATUS_OK;
    }
    return status == STATUS_OK ? journal_create(&run->journal, &run->spare, options) : status;
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
    status = desk_past_recall(run, path);
    if (status != STATUS_OK) {
        return status;
    }
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
        .kept = run->past->stamp[0] != '\0' ? run->past->stamp : NULL,
        .disk_floor_bytes = run->options.closes ? CLOSING_BYTES : settings->disk_floor_bytes,
        .buffer_bytes = JOURNAL_BUFFER_BYTES,
    };
    status = create_journal(run, &options);
    run->has_journal = status == STATUS_OK;
    return status;
}

// Beside a journal only. A desk without records trades all the same: what is wrong is told.
static void open_records(struct desk_run *run) {
    const struct settings *settings = &run->config.settings;
    struct clock machine;
    clock_init_system(&machine);
    struct records_options options = {
        .db = {.folder = run->folder.path,
               .stamp = run->journal.stamp,
               .mode = mode_of(run),
               .began_ns = clock_now_ns(&machine),
               .retention_ns = settings->records_retention_ns,
               .universe = &run->universe,
               .csv = settings->records_csv},
        .cache = &run->cache,
    };
    if (!run->has_journal || !settings->records) {
        return;
    }
    run->has_records = records_create(&run->records, &options) == STATUS_OK;
    if (!run->has_records) {
        log_warn("records", "nothing is recorded: %s", status_text());
    }
}

static void describe(struct desk_run *run) {
    struct state_header *header = STATE_ROWS(&run->engine.draft, STATE_HEADER, struct state_header);
    (void)string_copy(header->notice, sizeof(header->notice), slice_of(run->notice));
    struct text text = TEXT_OVER(header->demo);
    desk_run_describe_demo(run, &text);
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
    desk_reload_prepare(run);
    open_records(run);
    struct journal_sink sink =
        run->has_journal ? journal_sink(&run->journal) : (struct journal_sink){0};
    struct engine_options options = {
        .universe = &run->universe,
        .cache = &run->cache,
        .journal = run->has_records ? records_sink(&run->records, sink) : sink,
        .journal_quotes_all = config->settings.journal_quotes_all,
        .depth_sample_ns = config->settings.feeds.depth_sample_ns,
        .publish_ns = NS_PER_S / 20,
        .commands = {.send = desk_lanes_send, .arg = run},
        .judge = answer_judge(&run->desk),
        .is_paper_venue = mode_of(run) != DESK_LIVE,
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
    if (options->live) {
        run->config.settings.start_status = DESK_PAUSED; // a person resumes it
    }
    if (!options->trade) {
        run->config.settings.wash.enabled = run->config.settings.arb.enabled = false;
    }
    enum status status = check_live(run);
    if (status != STATUS_OK) {
        free(run);
        return status;
    }
    if (options->demo) {
        status = open_sim(run); // starts run->clock at the recording's time
        if (status == STATUS_OK) {
            desk_run_demo_settings(&run->config, sim_shares_books(run->sim));
            turn_off_unserved(run);
        }
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
    if (status == STATUS_OK && mode_of(run) == DESK_LIVE) {
        status = desk_lanes_load_keys(run);
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
    if (status == STATUS_OK && options->serve) {
        status = open_server(run);
    }
    if (status != STATUS_OK) {
        desk_run_close(run);
        return status;
    }
    *out = run;
    return STATUS_OK;
}

// Before the first quote: a desk that a stop file keeps from trading does not trade for a moment.
static void obey_stop_file(struct desk_run *run) {
    if (run->stop_file[0] == '\0' || access(run->stop_file, F_OK) != 0) {
        return;
    }
    struct control_request kill = {
        .verb = CONTROL_KILL, .origin = ORIGIN_SHELL, .venue = CONTROL_ANY, .symbol = CONTROL_ANY};
    log_warn("desk", "the stop file %s is there: this desk starts killed", run->stop_file);
    if (desk_run_control(run, &kill) != STATUS_OK) {
        log_error("desk", "the stop file: %s", status_text());
    }
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
    desk_past_tell(run);
    obey_stop_file(run);
    status = run->has_records ? records_start(&run->records) : STATUS_OK;
    if (status == STATUS_OK) {
        status = keeper_start(&run->keeper);
    }
    if (status == STATUS_OK) {
        status = desk_feeds_start(run);
    }
    if (status == STATUS_OK && run->server != NULL) {
        status = server_start(run->server);
    }
    return status;
}

const char *desk_run_spare(const struct desk_run *run) {
    return run->has_spare ? run->spare.path : NULL;
}

uint32_t desk_run_orders_open(const struct desk_run *run) {
    struct state_header header;
    return state_read(engine_board(&run->engine), STATE_HEADER, &header, NULL) > 0
               ? header.orders_open
               : 0;
}

// No order of ours is open, and none is about to be: what a cancel left half filled is levelled by
// an order of its own, which is waited for as long as that may take.
static bool is_quiet(const struct desk_run *run, int64_t waited_ms) {
    struct state_header header;
    return state_read(engine_board(&run->engine), STATE_HEADER, &header, NULL) == 0 ||
           (header.orders_open == 0 && (header.unhedged.v == 0 || waited_ms >= LEVEL_WAIT_MS));
}

// Block, cancel, verify: the way the kill switch goes, told as a signal's so that the journal knows
// a farewell.
static void stop_trading(struct desk_run *run) {
    struct control_request kill = {
        .verb = CONTROL_KILL, .origin = ORIGIN_SIGNAL, .venue = CONTROL_ANY, .symbol = CONTROL_ANY};
    if (desk_run_control(run, &kill) != STATUS_OK) {
        log_warn("desk", "stopping: %s", status_text());
    }
    int64_t wait_ms = mode_of(run) == DESK_LIVE ? STOP_WAIT_LIVE_MS : STOP_WAIT_MS;
    int64_t began_ns = mono_now_ns(), waited_ms = 0;
    struct timespec moment = {.tv_nsec = 5 * NS_PER_MS};
    do {
        engine_publish(&run->engine);
        if (is_quiet(run, waited_ms)) {
            return;
        }
        (void)nanosleep(&moment, NULL);
        waited_ms = (mono_now_ns() - began_ns) / NS_PER_MS;
    } while (waited_ms < wait_ms);
    log_warn("desk", "stopping: orders are still open after %d ms", (int)wait_ms);
}

static void stop_keeper(struct desk_run *run) {
    run->has_keeper = false;
    if (keeper_stop(&run->keeper) != STATUS_OK) {
        log_warn("desk", "the keeper: %s", status_text());
    }
}

void desk_run_stop(struct desk_run *run) {
    if (!run->started) {
        return;
    }
    run->started = false;
    if (run->server != NULL) {
        server_stop(run->server); // nobody may clear the kill switch from here on
    }
    stop_trading(run);
    desk_feeds_stop(run);
    stop_keeper(run);
    if (run->sim != NULL) {
        sim_stop(run->sim);
    }
}

void desk_run_close(struct desk_run *run) {
    if (run == NULL) {
        return;
    }
    desk_run_stop(run);
    server_destroy(run->server);
    if (run->has_keeper) { // never started: a verb that failed before
        stop_keeper(run);
    }
    desk_lanes_wipe_keys(run);
    desk_past_forget(run);
    desk_feeds_close(run);
    desk_lanes_unlock(run);
    if (run->has_records) {
        records_finish(&run->records);
    }
    if (run->has_journal) {
        journal_finish(&run->journal);
    }
    if (run->has_spare) {
        journal_folder_close(&run->spare);
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
struct feed *desk_run_feed(const struct desk_run *run, uint16_t venue) {
    return run->hooks == NULL ? NULL : run->hooks[venue].feed;
}
struct ssl_ctx_st *desk_run_tls(const struct desk_run *run) {
    return run->tls;
}
void desk_run_describe_demo(const struct desk_run *run, struct text *out) {
    if (run->sim != NULL) {
        sim_describe_short(run->sim, out);
    }
}
struct server *desk_run_server(const struct desk_run *run) {
    return run->server;
}
enum desk_mode desk_run_mode(const struct desk_run *run) {
    return mode_of(run);
}
const char *desk_run_notice(const struct desk_run *run) {
    return run->notice;
}

enum status desk_run_control(struct desk_run *run, const struct control_request *request) {
    return engine_control(&run->engine, request, clock_now_ns(&run->clock));
}
