// What an earlier session left behind: told at the start, before this one begins.
#include <stdlib.h>

#include "base/log.h"
#include "cli/desk_inside.h"
#include "trade/recall.h"

// What the last session left, before this one begins: told only. Every start opens a fresh account.
void desk_past_recall(struct desk_run *run, const char *folder) {
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
