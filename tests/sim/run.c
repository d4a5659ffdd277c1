#include "run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "keys.h"
#include "moment.h"
#include "subject.h"

#define START_NS (INT64_C(1767323045) * NS_PER_S)

static struct subject subject;
static struct prices market;

static enum status begin(const struct run_options *options) {
    struct host_options hosts = {.seed = options->seed,
                                 .fair = options->fair,
                                 .prices = &market,
                                 .balance = {20000 * USD_ONE}};
    struct subject_options desk = {.seed = options->seed, .fair = options->fair};
    moment_begin(START_NS);
    prices_begin(&market, options->seed);
    for (uint32_t i = 0; i < hosts_count(); i++) {
        hosts.secrets[i] = keys_of(venue_table[i].md->name);
    }
    enum status status = hosts_begin(&hosts);
    if (status == STATUS_OK) {
        status = subject_begin(&subject, &desk);
    }
    return status == STATUS_OK ? subject_start(&subject) : status;
}

static void run_for(int64_t ns) {
    int64_t until_ns = moment_now_ns() + ns;
    while (moment_step(until_ns)) {
    }
}

void run_seed(const struct run_options *options, struct run_result *result) {
    *result = (struct run_result){.seed = options->seed};
    if (begin(options) != STATUS_OK) {
        result->failed = true;
        (void)snprintf(result->text, sizeof(result->text), "%s", status_text());
        return;
    }
    log_to_stderr(options->show);
    run_for(20 * NS_PER_S);
    for (uint16_t i = 0; i < subject.universe.venue_count; i++) {
        printf("# %s feed %u lane %s\n", subject.universe.venues[i].name,
               (unsigned)feed_stats(subject.feeds[i])->state,
               subject.lanes[i] ? lane_state_name(subject.lanes[i]->state) : "-");
    }
    if (subject_control(&subject, CONTROL_RESUME, 0, 0) != STATUS_OK) {
        printf("%s\n", status_text());
    }
    run_for(options->minutes * 60 * NS_PER_S);
    result->hash = subject.hash;
    result->state_hash = subject_state_hash(&subject.engine);
    result->simulated_ns = moment_now_ns() - START_NS;
    result->messages = wire_messages();
    result->events = subject.events;
    result->passes = subject.passes;
    result->moments = moment_count();
    result->orders = subject.desk.execution.orders_placed;
    result->jobs = subject.desk.jobs.next_id;
    result->compared = subject.shadow.compared;
    if (subject.shadow.differs) {
        printf("SHADOW %s\n", subject.shadow.text);
    }
    printf("denied:\n");
    for (uint32_t i = 0; i < subject.desk.risk.denial_count; i++) {
        printf("# denied %u x %s\n", subject.desk.risk.denials[i].count,
               rule_name((enum rule)subject.desk.risk.denials[i].verdict.rule));
    }
    subject_end(&subject);
    hosts_end();
}
