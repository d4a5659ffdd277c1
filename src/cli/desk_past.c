// What an earlier session left behind: read from its journal before this one begins, told to the
// engine at its start.
//
// A demo is only told: every demo starts with a fresh account.
#include <stdlib.h>

#include "base/log.h"
#include "cli/desk_inside.h"
#include "cli/session_names.h"

static void doubt_if(struct desk_past *past, bool damaged) {
    past->doubt = damaged ? DOUBT_DAMAGED : past->doubt;
}

// Another version of this program wrote it.
static bool is_foreign(const struct journal_session *session) {
    uint16_t format = session->reader.format;
    return format != 0 && format != EVENT_FORMAT;
}

// The recall of one session, if it was told what the one before it left; else that one has to be
// read. No memory or no descriptor is no damage: it passes, and what was left is still there.
static enum status read_session(struct desk_past *past, struct journal_session *session,
                                uint64_t *bytes_lost) {
    struct event event;
    recall_init(&past->recall);
    while (journal_session_next(session, &event) == JOURNAL_RECORD) {
        recall_event(&past->recall, &event);
    }
    if (session->unread) {
        return STATUS_SYSTEM;
    }
    doubt_if(past, session->end == JOURNAL_DAMAGED || past->recall.lossy);
    if (!past->recall.told) {
        return STATUS_OK;
    }
    enum status status = session_names(session, &past->names);
    if (status == STATUS_SYSTEM) {
        return status;
    }
    past->found = true;
    past->named = status == STATUS_OK;
    doubt_if(past, !past->named);
    memcpy(past->stamp, session->stamp, sizeof(past->stamp));
    *bytes_lost = session->bytes_lost;
    return STATUS_OK;
}

// Sessions from the newest back: a desk that died before it was told has not traded. One that is
// there and cannot be read is not passed over: what it did would be forgotten, and done again.
static enum status find_session(struct desk_past *past, const char *folder, uint64_t *bytes_lost) {
    char before[JOURNAL_STAMP_MAX] = "";
    while (!past->found) {
        struct journal_session session;
        enum status status = journal_session_open_before(&session, folder, before);
        if (status == STATUS_SYSTEM) {
            return status_context(status, "what the last session left");
        }
        if (session.stamp[0] == '\0') {
            return STATUS_OK; // the first session here, or none that was told
        }
        memcpy(before, session.stamp, sizeof(before));
        if (status != STATUS_OK) { // an empty file held nothing
            log_warn("desk", "%s", status_text());
            if (is_foreign(&session)) { // what is older is not how things stood when it ended
                past->doubt = DOUBT_FORMAT;
                return STATUS_OK;
            }
            doubt_if(past, session.map_size > 0 || status == STATUS_NO_INPUT);
            continue;
        }
        status = read_session(past, &session, bytes_lost);
        journal_session_close(&session);
        if (status != STATUS_OK) {
            return status_context(status, "what the last session left");
        }
    }
    return STATUS_OK;
}

static void describe(struct desk_run *run, uint64_t bytes_lost) {
    const struct desk_past *past = run->past;
    const struct recall *recall = &past->recall;
    struct text text = TEXT_OVER(run->notice);
    if (past->doubt != DOUBT_NONE) {
        text_add_string(&text, past->doubt == DOUBT_FORMAT
                                   ? "another version wrote the last session's journal; "
                                   : "the last session's journal is damaged; ");
    }
    if (past->found && (!recall->farewell || recall->order_count > 0)) {
        text_add_format(&text, "last session broke off after %llu events",
                        (unsigned long long)recall->events);
        if (bytes_lost > 0) {
            text_add_format(&text, " (torn tail of %llu bytes)", (unsigned long long)bytes_lost);
        }
        text_add_format(&text, ": %u jobs, %u orders open, gross ", recall->job_count,
                        recall->order_count);
        usd_print(&text, recall_gross(recall), 0, 0);
        text_add_string(&text, " USD");
        if (run->options.demo) {
            text_add_string(&text, "; a fresh account starts");
        }
    }
    if (text.size > 0) {
        log_warn("desk", "%s", run->notice);
    }
}

enum status desk_past_recall(struct desk_run *run, const char *folder) {
    run->past = calloc(1, sizeof(*run->past));
    if (run->past == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory to read the last session's journal");
    }
    uint64_t bytes_lost = 0;
    recall_init(&run->past->recall);
    enum status status = find_session(run->past, folder, &bytes_lost);
    if (status == STATUS_OK) {
        describe(run, bytes_lost);
    }
    return status;
}

void desk_past_forget(struct desk_run *run) {
    if (run->past != NULL && run->past->named) {
        universe_finish(&run->past->names);
    }
    free(run->past);
    run->past = NULL;
}

// ---- telling -----------------------------------------------------------------------------------

static void tell(struct desk_run *run, enum event_kind kind, const void *payload) {
    engine_input(&run->engine, kind, payload, clock_now_ns(&run->clock));
}

// In the numbers of this session; false: it does not have that venue or symbol.
static bool translate_venue(const struct desk_run *run, uint16_t *venue) {
    const struct universe *names = &run->past->names;
    int found = *venue < names->venue_count
                    ? universe_find_venue(&run->universe, slice_of(names->venues[*venue].name))
                    : -1;
    *venue = found < 0 ? 0 : (uint16_t)found;
    return found >= 0;
}

static bool translate_symbol(const struct desk_run *run, uint16_t *symbol) {
    const struct universe *names = &run->past->names;
    int found = *symbol < names->symbol_count
                    ? universe_find_symbol(&run->universe, slice_of(names->symbols[*symbol].name))
                    : -1;
    *symbol = found < 0 ? 0 : (uint16_t)found;
    return found >= 0;
}

// What a venue or symbol made that is gone leaves the sum of all, so it leaves the sum at the start
// of the day, too: what the others lost today stays lost.
static void leave_out(struct event_past_end *end, const struct event_past_position *gone) {
    struct usd settled = usd_sub(usd_sub(gone->realised, gone->fees), gone->funding);
    end->day_start_pnl = usd_sub(end->day_start_pnl, settled);
    end->day_start_funding = usd_sub(end->day_start_funding, gone->funding);
}

static uint32_t tell_positions(struct desk_run *run, struct event_past_end *end) {
    const struct recall *recall = &run->past->recall;
    uint32_t lost = 0;
    for (size_t i = 0; i < COUNT_OF(recall->positions); i++) {
        struct event_past_position row = recall->positions[i];
        if (!recall_position_used(&row)) {
            continue;
        }
        bool held = row.net.v != 0;
        if (translate_venue(run, &row.venue) && translate_symbol(run, &row.symbol)) {
            tell(run, EVENT_PAST_POSITION, &row);
        } else {
            leave_out(end, &recall->positions[i]);
            lost += held;
        }
    }
    return lost;
}

static uint32_t tell_jobs(struct desk_run *run) {
    const struct recall *recall = &run->past->recall;
    uint32_t lost = 0;
    for (uint32_t i = 0; i < recall->job_count; i++) {
        struct event_past_job row = recall->jobs[i];
        bool fits = translate_symbol(run, &row.symbol);
        for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
            fits = translate_venue(run, &row.legs[leg].venue) && fits;
        }
        if (fits) {
            tell(run, EVENT_PAST_JOB, &row);
        }
        lost += !fits;
    }
    return lost;
}

static bool tell_order(struct desk_run *run, struct event_past_order *row) {
    bool fits = translate_venue(run, &row->order.venue);
    fits = translate_symbol(run, &row->order.symbol) && fits;
    if (fits) {
        tell(run, EVENT_PAST_ORDER, row);
    }
    return fits;
}

static uint32_t tell_orders(struct desk_run *run) {
    const struct recall *recall = &run->past->recall;
    uint32_t lost = 0;
    for (uint32_t i = 0; i < recall->order_count; i++) {
        struct event_past_order row = recall->orders[i];
        lost += !tell_order(run, &row);
    }
    struct event_past_order row;
    uint64_t at = 0;
    while (run->desk.mode == DESK_LIVE && recall_next_ended(recall, &at, &row)) {
        (void)tell_order(run, &row); // a paper venue tells no fill late
    }
    return lost;
}

// Fills that are booked: the venues will tell them again. The paper venue does not, and counts its
// trades anew.
static void tell_trades(struct desk_run *run) {
    struct event_past_trade row;
    uint64_t at = 0;
    while (run->desk.mode == DESK_LIVE && recall_next_trade(&run->past->recall, &at, &row)) {
        if (translate_venue(run, &row.venue)) {
            tell(run, EVENT_PAST_TRADE, &row);
        }
    }
}

// Whose venue is gone held nothing back here.
static void tell_peaks(struct desk_run *run) {
    for (size_t i = 0; i < COUNT_OF(run->past->recall.peaks); i++) {
        struct event_past_peak row = run->past->recall.peaks[i];
        if ((row.day != 0 || row.role != 0) && translate_venue(run, &row.venue)) {
            tell(run, EVENT_PAST_PEAK, &row);
        }
    }
}

void desk_past_tell(struct desk_run *run) {
    struct event_past_end end = {0};
    if (run->past != NULL && !run->options.demo) {
        if (run->past->found) {
            end = run->past->recall.end;
        }
        end.known = run->past->found && run->past->named;
        if (run->desk.mode != DESK_LIVE) { // nobody signs there: told once
            end.doubt = DOUBT_NONE;
            end.lost = 0;
        }
        end.doubt = run->past->doubt != DOUBT_NONE ? (uint8_t)run->past->doubt : end.doubt;
        if (end.known != 0) {
            end.lost += tell_positions(run, &end);
            end.lost += tell_jobs(run);
            end.lost += tell_orders(run);
            tell_trades(run);
            tell_peaks(run);
        }
    }
    tell(run, EVENT_PAST_END, &end);
    desk_past_forget(run);
}
