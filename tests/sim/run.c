#include "run.h"

#include <stdio.h>

#include "base/log.h"
#include "keys.h"
#include "moment.h"
#include "operator.h"
#include "oracle.h"

#define START_NS (INT64_C(1767323045) * NS_PER_S)

enum {
    WATCH_MS = 250,
    CALM_S = 30,   // until everything has to agree
    WINDOW_S = 60, // later, where the storm used up what a venue takes in a minute
    FLAT_S = 60,   // after that, until everything ordered closed is; messages are counted in it
    DOWN_MOST_S = 20,
    FULL_MOST_S = 20,
};

static struct {
    struct subject subject;
    struct oracle oracle;
    struct operator operator;
    struct prices market;
    struct weather weather; // the machine's
    struct recall recall;
    bool recalled;                 // by the journal of the last life
    enum past_doubt doubt;         // likewise
    int64_t starts_ns, watched_ns; // starts: a desk that died; 0 = it lives
    uint64_t jobs, least_messages;
} all;

static enum status begin(const struct run_options *options) {
    struct host_options hosts = {.seed = options->seed,
                                 .fair = options->fair,
                                 .prices = &all.market,
                                 .balance = {20000 * USD_ONE},
                                 .on_account = oracle_on_account,
                                 .arg = &all.oracle};
    struct subject_options desk = {.seed = options->seed,
                                   .on_event = oracle_on_event,
                                   .on_pass = oracle_on_pass,
                                   .arg = &all.oracle};
    all.least_messages = UINT64_MAX;
    moment_begin(START_NS);
    prices_begin(&all.market, options->seed);
    weather_begin(&all.weather, options->seed, 299, options->fair);
    operator_begin(&all.operator, options->seed);
    for (uint32_t i = 0; i < hosts_count(); i++) {
        hosts.secrets[i] = keys_of(venue_table[i].md->name);
    }
    enum status status = hosts_begin(&hosts);
    return status == STATUS_OK ? subject_begin(&all.subject, &desk) : status;
}

static void starts(void) {
    const struct recall *recall = all.recalled ? &all.recall : NULL;
    oracle_on_life(&all.oracle, recall, all.doubt);
    operator_expects(&all.operator);
    all.starts_ns = 0;
    if (subject_start(&all.subject, recall, all.doubt) != STATUS_OK) {
        oracle_fail(&all.oracle, 0, "the desk does not start: %s", status_text());
    }
}

static void judge_recall(void) {
    const struct left *had = &all.subject.left;
    struct left told = left_of_recall(&all.recall);
    if (memcmp(had, &told, sizeof(told)) != 0) {
        oracle_fail(&all.oracle, 8,
                    "the journal tells %s%s%s%sotherwise than they were: %u jobs of %u, %u orders "
                    "of %u",
                    had->positions != told.positions ? "positions " : "",
                    had->jobs != told.jobs ? "jobs " : "",
                    had->orders != told.orders ? "orders " : "",
                    had->brakes != told.brakes ? "brakes " : "", told.job_count, had->job_count,
                    told.order_count, had->order_count);
    }
}

// What it left is read back, as the next start does. A desk that died before it was told what the
// one before it left has not traded: what was read then still holds.
static void has_died(void) {
    static struct recall recall;
    char why[256];
    enum past_end end;
    bool spoiled = weather_hits(&all.weather, WEATHER_TORN_TAIL);
    if (!all.subject.shadow_agrees) {
        oracle_fail(&all.oracle, 8, "the journal leads to another desk than the one that died");
    }
    if (!past_read(&all.subject.past, spoiled, &all.weather.dice, &recall, &end, why)) {
        oracle_fail(&all.oracle, 8, "%s", why);
    }
    if (end == PAST_FOREIGN) {
        all.recalled = false; // nobody can read it
        all.doubt = DOUBT_FORMAT;
    } else if (recall.told) {
        all.recall = recall;
        all.recalled = true;
        all.doubt = end == PAST_DAMAGED ? DOUBT_DAMAGED : DOUBT_NONE;
    } else if (end == PAST_DAMAGED) {
        all.doubt = DOUBT_DAMAGED;
    }
    if (end == PAST_SOUND && !all.subject.unseen) {
        judge_recall();
    }
    all.jobs += all.subject.desk_jobs;
    all.starts_ns =
        moment_now_ns() + dice_between(&all.weather.dice, 1000, DOWN_MOST_S * 1000) * NS_PER_MS;
}

static void machine_fails(int64_t passed_ns) {
    struct subject *subject = &all.subject;
    if (weather_begins(&all.weather, WEATHER_CRASH, passed_ns)) {
        subject->dies_after = (uint32_t)dice_between(&all.weather.dice, 1, 3);
    }
    if (weather_begins(&all.weather, WEATHER_KILL, passed_ns)) {
        subject_die(subject);
    }
    if (weather_begins(&all.weather, WEATHER_FULL_DISK, passed_ns)) {
        subject->disk_full = true;
        weather_lasts(&all.weather, WEATHER_FULL_DISK, 1000, FULL_MOST_S * 1000);
    }
    if (subject->disk_full && !weather_acts(&all.weather, WEATHER_FULL_DISK)) {
        subject_die(subject); // somebody made room, and starts it again
    }
}

static void watch(void) {
    int64_t now_ns = moment_now_ns(), passed_ns = now_ns - all.watched_ns;
    all.watched_ns = now_ns;
    oracle_watch(&all.oracle);
    if (all.subject.alive) {
        if (!operator_acts(&all.operator, & all.subject)) {
            oracle_fail(&all.oracle, 6, "a reload: %s", status_text());
        }
        machine_fails(passed_ns);
        if (operator_has_stopped(&all.operator, & all.subject)) {
            subject_die(&all.subject);
        }
    }
    if (!all.subject.alive && all.starts_ns == 0) {
        has_died();
    }
    if (all.starts_ns != 0 && now_ns >= all.starts_ns) {
        starts();
    }
}

static void run_for(int64_t ns) {
    int64_t until_ns = moment_now_ns() + ns;
    while (!all.oracle.failed && moment_now_ns() < until_ns) {
        int64_t watch_ns = all.watched_ns + WATCH_MS * NS_PER_MS;
        if (!moment_step(watch_ns < until_ns ? watch_ns : until_ns)) {
            watch();
        }
    }
}

// Nothing goes wrong from here on: it has to come right by itself.
static void calm(void) {
    hosts_calm();
    weather_calm(&all.weather);
    if (all.subject.alive && (all.subject.disk_full || all.operator.stops_ns != 0)) {
        subject_die(&all.subject);
        has_died();
    }
    all.subject.dies_after = 0;
    if (!all.subject.alive) {
        starts();
    }
    operator_calms(&all.operator, & all.subject);
    run_for(CALM_S * NS_PER_S);
    if (hosts_refuse()) {
        run_for(WINDOW_S * NS_PER_S);
    }
    if (!all.oracle.failed) {
        oracle_settled(&all.oracle, false);
    }
    operator_flattens(&all.operator, & all.subject);
    uint64_t before[HOSTS_MAX];
    for (uint32_t i = 0; i < hosts_count(); i++) {
        before[i] = host_number(i)->says;
    }
    run_for(FLAT_S / 2 * NS_PER_S);
    operator_flattens(&all.operator, & all.subject); // what was signed for meanwhile goes, too
    run_for(FLAT_S / 2 * NS_PER_S);
    for (uint32_t i = 0; !all.oracle.failed && i < hosts_count(); i++) {
        uint64_t said = host_number(i)->says - before[i];
        all.least_messages = said < all.least_messages ? said : all.least_messages;
    }
    if (!all.oracle.failed) {
        oracle_settled(&all.oracle, true);
    }
}

static void count(struct run_result *result) {
    const struct oracle *oracle = &all.oracle;
    result->hash = all.subject.hash;
    result->simulated_ns = moment_now_ns() - START_NS;
    result->messages = wire_messages();
    result->least_messages = all.least_messages;
    result->events = all.subject.events;
    result->orders = oracle->ledger.orders;
    result->fills = oracle->ledger.fills;
    result->lives = all.subject.lives;
    result->jobs = all.jobs;
    result->controls = all.operator.orders;
    result->reloads = all.operator.reloads;
    result->signatures = oracle->signatures;
    result->needless = oracle->needless;
    memcpy(result->looked, oracle->looked, sizeof(result->looked));
    for (int kind = 0; kind < WEATHER_COUNT; kind++) {
        result->met[kind] = all.weather.met[kind];
        for (uint32_t i = 0; i < hosts_count(); i++) {
            result->met[kind] += host_number(i)->weather.met[kind];
        }
        result->faults += result->met[kind];
    }
    result->failed = oracle->failed;
    result->oracle = oracle->number;
    result->failed_ns = oracle->failed_ns - START_NS;
    memcpy(result->text, oracle->text, sizeof(result->text));
}

void run_seed(const struct run_options *options, struct run_result *result) {
    *result = (struct run_result){.seed = options->seed};
    oracle_begin(&all.oracle, &all.subject);
    all.oracle.show = options->show;
    if (begin(options) != STATUS_OK) {
        oracle_fail(&all.oracle, 0, "%s", status_text());
    } else {
        log_to_stderr(options->show);
        all.watched_ns = moment_now_ns();
        starts();
        run_for(options->storm_s * NS_PER_S);
        if (!all.oracle.failed) {
            calm();
        }
        if (options->show) {
            oracle_explain(&all.oracle);
        }
        subject_die(&all.subject);
        if (!all.oracle.failed && !all.subject.shadow_agrees) {
            oracle_fail(&all.oracle, 8, "the journal leads to another desk");
        }
        all.jobs += all.subject.desk_jobs;
    }
    count(result);
    subject_end(&all.subject);
    oracle_finish(&all.oracle);
    hosts_end();
}
