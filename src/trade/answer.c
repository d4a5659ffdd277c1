#include "trade/answer.h"

#include "engine/rules.h"
#include "trade/desk.h"

static enum status check_job(const struct desk *desk, int64_t id) {
    const struct job_table *table = &desk->jobs;
    for (uint32_t i = 0; i < JOBS_MAX; i++) {
        if (table->ids[i] == (uint32_t)id) {
            return job_live(&table->jobs[i])
                       ? STATUS_OK
                       : status_fail(STATUS_REFUSED, "job %lld is over", (long long)id);
        }
    }
    return status_fail(STATUS_USAGE, "no job %lld", (long long)id);
}

static enum status check_alarm(const struct desk *desk, int64_t id) {
    return id <= 0 || watch_find(&desk->watch, (uint64_t)id) != NULL
               ? STATUS_OK
               : status_fail(STATUS_USAGE, "no alarm %lld", (long long)id);
}

static enum status before(const void *arg, const struct control_request *request) {
    const struct desk *desk = arg;
    switch ((int)request->verb) {
    case CONTROL_RESUME:
        return desk->killed ? status_fail(STATUS_REFUSED, "still killed: clear-kill (K) first")
                            : STATUS_OK;
    case CONTROL_CLEAR:
        return desk->killed
                   ? STATUS_OK
                   : status_fail(STATUS_REFUSED, "the kill switch is not latched: nothing changed");
    case CONTROL_CANCEL_JOB:
        return check_job(desk, request->value);
    case CONTROL_ACKNOWLEDGE:
        return check_alarm(desk, request->value);
    default:
        return STATUS_OK;
    }
}

static bool denied(const void *arg, const struct control_request *request, struct text *why) {
    const struct verdict *verdict = &((const struct desk *)arg)->scheduler.order_verdict;
    if (request->verb != CONTROL_SUBMIT || verdict->rule == RULE_NONE) {
        return false;
    }
    verdict_print(why, verdict);
    return true;
}

struct control_judge answer_judge(const struct desk *desk) {
    return (struct control_judge){.before = before, .denied = denied, .arg = desk};
}
