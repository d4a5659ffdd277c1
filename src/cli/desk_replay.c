// Replay of a journalled session: the same desk without clock, sockets or files is fed the recorded
// inputs.
#include <stdlib.h>

#include "cli/desk_run.h"
#include "cli/verbs.h"
#include "engine/replay.h"
#include "io/journal.h"
#include "trade/desk.h"

struct replay_desk {
    struct journal_session session;
    struct config config;
    struct config_report report;
    struct universe universe;
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

static enum status run_replay(struct replay_desk *run, bool verify, struct text *summary) {
    struct engine_options options = {
        .universe = &run->universe,
        .journal = replay_sink(&run->replay),
        .journal_quotes_all = true,
        .depth_sample_ns = run->config.settings.feeds.depth_sample_ns,
        .publish_ns = NS_PER_S / 20,
        .is_paper_venue = true,
    };
    enum status status = engine_create(&run->engine, &options);
    if (status != STATUS_OK) {
        return status;
    }
    desk_add_components(&run->desk, &run->engine);
    status = replay_verify(&run->replay, &run->engine);
    if (status == STATUS_OK) {
        text_add_format(
            summary, "%llu inputs, %llu decisions, all equal%s",
            (unsigned long long)run->replay.inputs, (unsigned long long)run->replay.derived,
            run->replay.end == JOURNAL_TORN ? "; the last record is torn and was left out" : "");
        struct usd pnl = position_total_pnl(&run->desk);
        text_add_string(summary, "; profit ");
        usd_print(summary, pnl, 2, 2);
        text_add_format(summary, " USD over %u jobs", run->desk.jobs.next_id);
    }
    engine_finish(&run->engine);
    if (status == STATUS_ERROR && !verify) { // without verify a difference is told, not judged
        text_add_format(summary, "the decisions differ: %s", status_text());
        return STATUS_OK;
    }
    return status;
}

static enum status build_and_run(struct replay_desk *run, bool verify, struct text *summary) {
    enum status status = load_config(run);
    if (status != STATUS_OK) {
        return status;
    }
    status = config_universe(&run->config, &run->universe);
    if (status != STATUS_OK) {
        return status;
    }
    replay_init(&run->replay, (struct replay_source){next_record, &run->session}, &run->universe);
    status = desk_create(&run->desk, (enum desk_mode)run->session.reader.mode,
                         &run->config.settings, &run->universe);
    if (status == STATUS_OK) {
        status = run_replay(run, verify, summary);
        desk_finish(&run->desk);
    }
    universe_finish(&run->universe);
    return status;
}

enum status desk_run_replay(const char *path, bool verify, uint64_t *events, struct text *summary) {
    struct replay_desk *run = aligned_alloc(64, (sizeof(struct replay_desk) + 63) / 64 * 64);
    if (run == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a replay");
    }
    memset(run, 0, sizeof(*run));
    enum status status = journal_session_open(&run->session, path);
    if (status == STATUS_OK) {
        status = build_and_run(run, verify, summary);
        *events = run->replay.inputs + run->replay.derived;
        journal_session_close(&run->session);
    }
    free(run);
    return status;
}
