// Replay of a journalled session: the same desk without clock, sockets or files is fed the recorded
// inputs.
#include <stdlib.h>

#include "cli/desk_run.h"
#include "cli/time_text.h"
#include "cli/verbs.h"
#include "engine/replay.h"
#include "io/config_reload.h"
#include "io/journal.h"
#include "trade/desk.h"

struct replay_desk {
    struct journal_session session;
    struct config config;
    struct config_report report;
    struct universe universe;
    struct config_target target;
    struct desk desk;
    struct engine engine;
    struct replay replay;
};

static enum journal_read next_record(void *arg, struct event *event) {
    return journal_session_next(arg, event);
}

static enum status load_config(struct replay_desk *run) {
    struct config_venue venues[VENUE_MAX];
    struct config_options options = {.venues = venues, .venue_count = cli_venues(venues)};
    config_report_init(&run->report);
    enum status status =
        config_parse(&run->config, &options, "journal", run->session.reader.config, &run->report);
    if (status != STATUS_OK) {
        return status_fail(STATUS_DATA, "the journal's configuration is not of this build: %.300s",
                           run->report.lines);
    }
    return STATUS_OK;
}

// `until` as desk time; a time of day is looked for from the session's first event on.
static enum status find_until(struct replay_desk *run, const char *until) {
    struct event first;
    if (until == NULL) {
        return STATUS_OK;
    }
    if (journal_session_next(&run->session, &first) != JOURNAL_RECORD) {
        return status_fail(STATUS_DATA, "the journal holds no event");
    }
    enum status status =
        time_text_read("--until", until, first.header.time_ns, &run->replay.until_ns);
    if (status == STATUS_OK && run->replay.until_ns < first.header.time_ns) {
        char bytes[40];
        struct text text = TEXT_OVER(bytes);
        time_text_add(&text, first.header.time_ns);
        status = status_fail(STATUS_USAGE, "--until %s: the session begins at %s", until, bytes);
    }
    return status == STATUS_OK ? journal_session_rewind(&run->session) : status;
}

static void summarize(const struct replay_desk *run, struct text *summary) {
    const struct replay *replay = &run->replay;
    text_add_format(summary, "%llu inputs, %llu decisions, all equal%s",
                    (unsigned long long)replay->inputs, (unsigned long long)replay->derived,
                    replay->end == JOURNAL_TORN ? "; the last record is torn and was left out"
                                                : "");
    if (replay->until_ns != INT64_MAX) {
        text_add_string(summary, replay->reached ? " up to " : "; the session ends at ");
        time_text_add(summary, replay->reached ? replay->until_ns : run->engine.now_ns);
    }
    text_add_string(summary, "; profit ");
    usd_print(summary, position_total_pnl(&run->desk), 2, 2);
    text_add_format(summary, " USD over %u jobs", run->desk.jobs.next_id);
}

static enum status run_replay(struct replay_desk *run, const struct desk_replay *options,
                              struct text *summary) {
    struct engine_options engine = {
        .universe = &run->universe,
        .journal = replay_sink(&run->replay),
        .journal_quotes_all = true,
        .depth_sample_ns = run->config.settings.feeds.depth_sample_ns,
        .publish_ns = NS_PER_S / 20,
        .is_paper_venue = true,
    };
    enum status status = engine_create(&run->engine, &engine);
    if (status != STATUS_OK) {
        return status;
    }
    desk_add_components(&run->desk, &run->engine);
    status = replay_verify(&run->replay, &run->engine);
    if (status == STATUS_OK) {
        struct state_header *header =
            STATE_ROWS(&run->engine.draft, STATE_HEADER, struct state_header);
        summarize(run, summary);
        (void)string_copy(header->notice, sizeof(header->notice),
                          SLICE("PAST: a replay's moment, in which nothing moves"));
        engine_publish(&run->engine);
        if (options->show != NULL) {
            status = options->show(options->arg, engine_board(&run->engine), &run->universe);
        }
    } else if (status == STATUS_ERROR && !options->verify) { // a difference is told, not judged
        text_add_format(summary, "the decisions differ: %s", status_text());
        status = STATUS_OK;
    }
    engine_finish(&run->engine);
    return status;
}

static enum status build_and_run(struct replay_desk *run, const struct desk_replay *options,
                                 struct text *summary) {
    enum status status = load_config(run);
    if (status != STATUS_OK) {
        return status;
    }
    status = config_universe(&run->config, &run->universe);
    if (status != STATUS_OK) {
        return status;
    }
    replay_init(&run->replay, (struct replay_source){next_record, &run->session}, &run->universe);
    status = find_until(run, options->until);
    if (status == STATUS_OK) {
        status = desk_create(&run->desk, (enum desk_mode)run->session.reader.mode,
                             &run->config.settings, &run->universe);
    }
    if (status == STATUS_OK) {
        run->target = (struct config_target){&run->config.settings, run->universe.venues,
                                             run->universe.venue_count};
        run->desk.change_setting = config_change_apply;
        run->desk.change_alerts = config_alerts_apply;
        run->desk.change_arg = &run->target;
        status = run_replay(run, options, summary);
        desk_finish(&run->desk);
    }
    universe_finish(&run->universe);
    return status;
}

enum status desk_run_replay(struct desk_replay *replay, struct text *summary) {
    struct replay_desk *run = aligned_alloc(64, (sizeof(struct replay_desk) + 63) / 64 * 64);
    if (run == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a replay");
    }
    memset(run, 0, sizeof(*run));
    enum status status = journal_session_open(&run->session, replay->path);
    if (status == STATUS_OK) {
        status = build_and_run(run, replay, summary);
        replay->events = run->replay.inputs + run->replay.derived;
        journal_session_close(&run->session);
    }
    free(run);
    return status;
}
