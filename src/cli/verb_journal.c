// journal: is a journal sound, and what is in it.
#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "cli/paths.h"
#include "cli/session_names.h"
#include "cli/verbs.h"
#include "io/journal.h"

// The newest session of all kinds of desks.
static enum status open_newest(struct journal_session *session) {
    static const enum desk_mode modes[] = {DESK_LIVE, DESK_PAPER, DESK_DEMO};
    char newest[JOURNAL_STAMP_MAX] = "", found[sizeof(session->folder)] = "";
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        char path[sizeof(session->folder)];
        enum status status = paths_state_folder(modes[i], path, sizeof(path));
        if (status != STATUS_OK) {
            return status;
        }
        (void)!journal_session_open_before(session, path, ""); // only its stamp is looked at
        journal_session_close(session);
        if (strcmp(session->stamp, newest) > 0) {
            memcpy(newest, session->stamp, sizeof(newest));
            memcpy(found, path, sizeof(found));
        }
    }
    return newest[0] != '\0'
               ? journal_session_open(session, found)
               : status_fail(STATUS_NO_INPUT, "no desk of this user's has kept a journal");
}

static void add_name(const struct journal_session *session, struct text *out) {
    text_add_format(out, "%s/journal-%s.pdj", session->folder, session->stamp);
}

static void add_json(const struct journal_session *session, struct text *out) {
    static const char *const ends[] = {[JOURNAL_RECORD] = "clean",
                                       [JOURNAL_END] = "clean",
                                       [JOURNAL_TORN] = "torn",
                                       [JOURNAL_DAMAGED] = "damaged"};
    char bytes[512];
    struct text name = TEXT_OVER(bytes);
    add_name(session, &name);
    text_add_string(out, "{\"journal\":");
    json_write_string(out, text_slice(&name));
    text_add_format(out,
                    ",\"mode\":\"%s\",\"files\":%u,\"events\":%" PRIu64
                    ",\"end\":\"%s\",\"bytes_lost\":%" PRIu64 ",\"file\":%u,\"offset\":%zu}",
                    desk_mode_name((enum desk_mode)session->mode), session->file_count,
                    session->events, ends[session->end], session->bytes_lost, session->file_number,
                    session->reader.at);
}

// A torn tail is what a crash leaves: the record was never acted on.
static enum status judge(const struct journal_session *session) {
    if (session->end != JOURNAL_DAMAGED) {
        return STATUS_OK;
    }
    char bytes[512];
    struct text where = TEXT_OVER(bytes);
    journal_session_where(session, &where);
    return status_fail(STATUS_DATA, "%s; %" PRIu64 " bytes cannot be read", bytes,
                       session->bytes_lost);
}

static enum status verify(struct journal_session *session, bool json) {
    char bytes[2048], ended[512];
    struct text out = TEXT_OVER(bytes), summary = TEXT_OVER(ended);
    journal_session_describe(session, &summary);
    enum status verdict = judge(session);
    if (json) {
        add_json(session, &out);
    } else {
        add_name(session, &out);
        text_add_string(&out, verdict == STATUS_OK ? ": sound: " : ": ");
        text_add(&out, text_slice(&summary));
    }
    (void)cli_put_line(&out); // a failure shows at the end
    enum status status = cli_end_output();
    return verdict != STATUS_OK ? judge(session) : status;
}

static enum status show(struct journal_session *session) {
    struct universe universe;
    struct event event;
    // Without them events are told in numbers.
    bool named = session_names(session, &universe) == STATUS_OK;
    bool wanted = true;
    while (wanted && journal_session_next(session, &event) == JOURNAL_RECORD) {
        char bytes[1024];
        struct text line = TEXT_OVER(bytes);
        uint16_t flags = event.header.flags;
        text_add_format(&line, "%" PRIu64 " %" PRId64 " %s", event.header.sequence,
                        event.header.time_ns,
                        (flags & EVENT_SAMPLE) != 0  ? "sample "
                        : (flags & EVENT_INPUT) != 0 ? "input "
                                                     : "");
        event_print(&line, named ? &universe : NULL, &event);
        wanted = cli_put_line(&line);
    }
    if (named) {
        universe_finish(&universe);
    }
    enum status status = cli_end_output();
    if (status == STATUS_OK && session->end == JOURNAL_TORN) {
        (void)fprintf(stderr, "perpdesk: the last record is torn: %" PRIu64 " bytes\n",
                      session->bytes_lost);
    }
    return status == STATUS_OK ? judge(session) : status;
}

enum status verb_journal(const struct cli_args *args) {
    struct journal_session session;
    bool shows = strcmp(args->operands[0], "show") == 0;
    if (!shows && strcmp(args->operands[0], "verify") != 0) {
        return status_fail(STATUS_USAGE, "journal %s: expected verify or show", args->operands[0]);
    }
    if (shows && args->json) {
        return status_fail(STATUS_USAGE, "journal show has no --json");
    }
    enum status status = args->operand_count > 1 ? journal_session_open(&session, args->operands[1])
                                                 : open_newest(&session);
    if (status != STATUS_OK) {
        return status;
    }
    status = shows ? show(&session) : verify(&session, args->json);
    journal_session_close(&session);
    return status;
}
