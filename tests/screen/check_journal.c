// O6 on a journal: after a person paused, killed or halted the desk nothing left it that could
// raise risk, and at its end no order is open.
//
// usage: check_journal FOLDER
// Read from the inputs and the commands as they were journalled, not from what the desk says of
// itself. Prints one line of figures; exit 1 on a violation, 2 when there is nothing to judge.
#include <stdio.h>
#include <stdlib.h>

#include "io/journal.h"

enum { JOBS_MAX = 1 << 20, ORDERS_MAX = 4096 };

struct judge {
    bool paused, killed;
    int64_t state; // enum trading_state
    bool started[JOBS_MAX];
    uint64_t open[ORDERS_MAX];
    uint32_t open_count;
    uint64_t controls[CONTROL_COUNT];
    uint64_t orders, opening, started_jobs, violations;
};

static void blame(struct judge *judge, const struct event *event, const char *what) {
    if (judge->violations++ < 10) {
        char data[400];
        struct text text = TEXT_OVER(data);
        event_print(&text, NULL, event);
        (void)fprintf(stderr, "%s: %s\n", what, data);
    }
}

static void judge_control(struct judge *judge, const struct event_control *control) {
    if (control->verb >= CONTROL_COUNT) {
        return;
    }
    judge->controls[control->verb]++;
    switch ((int)control->verb) {
    case CONTROL_PAUSE:
        judge->paused = true;
        break;
    case CONTROL_RESUME:
        judge->paused = false;
        break;
    case CONTROL_KILL:
        judge->killed = true;
        break;
    case CONTROL_CLEAR:
        judge->killed = false;
        judge->paused = true; // clearing is not resuming
        break;
    case CONTROL_STATE:
        judge->state = control->value;
        break;
    default:
        break;
    }
}

static void judge_job(struct judge *judge, const struct event *event) {
    const struct event_job *job = &event->u.job;
    if (job->state != JOB_OPENING || job->job >= JOBS_MAX || judge->started[job->job]) {
        return;
    }
    judge->started[job->job] = true;
    judge->started_jobs++;
    if (judge->paused || judge->killed || judge->state != TRADING_ACTIVE) {
        blame(judge, event, "a job started");
    }
}

static void forget(struct judge *judge, uint64_t order) {
    for (uint32_t i = 0; i < judge->open_count; i++) {
        if (judge->open[i] == order) {
            judge->open[i] = judge->open[--judge->open_count];
            return;
        }
    }
}

static void judge_order(struct judge *judge, const struct event *event) {
    const struct event_order *order = &event->u.order;
    if (order->action != ORDER_ACTION_PLACE) {
        return;
    }
    judge->orders++;
    if (judge->open_count < ORDERS_MAX) {
        judge->open[judge->open_count++] = order->order;
    }
    if (order->phase != LEG_OPEN || order->reduce_only) {
        return;
    }
    judge->opening++;
    if (judge->killed || judge->state != TRADING_ACTIVE) {
        blame(judge, event, "an opening order left");
    }
}

static void judge_event(struct judge *judge, const struct event *event) {
    switch ((int)event->header.kind) {
    case EVENT_CONTROL:
        judge_control(judge, &event->u.control);
        break;
    case EVENT_JOB_STATE:
        judge_job(judge, event);
        break;
    case EVENT_ORDER_COMMAND:
        judge_order(judge, event);
        break;
    case EVENT_ORDER_FILLED:
        if (event->u.fill.last) {
            forget(judge, event->u.fill.order);
        }
        break;
    case EVENT_ORDER_REPORT:
        if (event->u.report.kind == REPORT_CANCELED || event->u.report.kind == REPORT_EXPIRED ||
            event->u.report.kind == REPORT_REJECTED) {
            forget(judge, event->u.report.order);
        }
        break;
    default:
        break;
    }
}

int main(int count, char **arguments) {
    static struct judge judge;
    struct journal_session session;
    if (count != 2 || journal_session_open(&session, arguments[1]) != STATUS_OK) {
        (void)fprintf(stderr, "check_journal: %s\n", count == 2 ? status_text() : "FOLDER?");
        return 2;
    }
    struct event event;
    while (journal_session_next(&session, &event) == JOURNAL_RECORD) {
        judge_event(&judge, &event);
    }
    (void)printf("%llu events, %llu orders of which %llu opened, %llu jobs started, controls:",
                 (unsigned long long)session.events, (unsigned long long)judge.orders,
                 (unsigned long long)judge.opening, (unsigned long long)judge.started_jobs);
    uint64_t controls = 0;
    for (int i = 0; i < CONTROL_COUNT; i++) {
        controls += judge.controls[i];
        if (judge.controls[i] > 0) {
            (void)printf(" %s %llu", control_name((enum control_verb)i),
                         (unsigned long long)judge.controls[i]);
        }
    }
    (void)printf("; %llu violations, %u orders open at the end\n",
                 (unsigned long long)judge.violations, judge.open_count);
    bool torn = session.end != JOURNAL_END;
    journal_session_close(&session);
    if (controls == 0 || judge.orders == 0) {
        return 2;
    }
    return judge.violations > 0 || judge.open_count > 0 || torn ? 1 : 0;
}
