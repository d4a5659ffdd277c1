#include "crowd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/status.h"

enum { WORKERS_MAX = 16, CASES = 12, HUNDREDTHS = 100 };

struct worker {
    pid_t pid; // 0 = free
    int from;
    uint64_t seed;
};

struct crowd {
    const struct crowd_options *options;
    struct worker workers[WORKERS_MAX];
    struct run_result sum;
    uint64_t seeds, failures, twice, least_messages;
};

static struct run_options options_of(const struct crowd *crowd, uint64_t seed) {
    return (struct run_options){.seed = seed, .storm_s = crowd->options->storm_s};
}

static bool runs_twice(const struct crowd *crowd, uint64_t seed) {
    return crowd->options->twice_every != 0 && seed % crowd->options->twice_every == 0;
}

static void write_result(int to, const struct run_result *result) {
    const char *at = (const char *)result;
    size_t left = sizeof(*result);
    while (left > 0) {
        ssize_t wrote = write(to, at, left);
        if (wrote < 0 && errno != EINTR) {
            _exit(1);
        }
        at += wrote > 0 ? wrote : 0;
        left -= wrote > 0 ? (size_t)wrote : 0;
    }
}

// In the worker. The second run of a seed is a process of its own, too.
static void work(const struct crowd *crowd, uint64_t seed, int to) {
    static struct run_result result;
    struct run_options options = options_of(crowd, seed);
    run_seed(&options, &result);
    write_result(to, &result);
    _exit(0);
}

static bool start(struct crowd *crowd, struct worker *worker, uint64_t seed) {
    int ends[2];
    (void)fflush(stdout);
    if (pipe(ends) != 0) {
        return false;
    }
    pid_t pid = fork();
    if (pid == 0) {
        (void)close(ends[0]);
        work(crowd, seed, ends[1]);
    }
    (void)close(ends[1]);
    *worker = (struct worker){.pid = pid > 0 ? pid : 0, .from = ends[0], .seed = seed};
    return pid > 0;
}

static void end(struct worker *worker, struct run_result *result) {
    char *at = (char *)result;
    size_t got = 0;
    for (;;) {
        ssize_t more = read(worker->from, at + got, sizeof(*result) - got);
        if (more <= 0 && !(more < 0 && errno == EINTR)) {
            break;
        }
        got += more > 0 ? (size_t)more : 0;
    }
    (void)close(worker->from);
    int status = 0;
    (void)waitpid(worker->pid, &status, 0);
    if (got < sizeof(*result)) {
        *result = (struct run_result){.seed = worker->seed, .failed = true};
        (void)snprintf(result->text, sizeof(result->text), "the program died: %s",
                       WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "by itself");
    }
    worker->pid = 0;
}

static void tell_failure(struct crowd *crowd, const struct run_result *result) {
    int64_t ms = result->failed_ns / NS_PER_MS;
    crowd->failures++;
    printf("not ok %" PRIu64 " - seed %" PRIu64 ": O%d at %02d:%02d:%02d.%03d: %s\n",
           crowd->failures, result->seed, result->oracle, (int)(ms / 3600000),
           (int)(ms / 60000 % 60), (int)(ms / 1000 % 60), (int)(ms % 1000), result->text);
    printf("# again, with the desk's log: %s --seed %" PRIu64 " --seconds %" PRId64 " --show\n",
           crowd->options->program, result->seed, crowd->options->storm_s);
}

static void add(struct crowd *crowd, const struct run_result *result) {
    struct run_result *sum = &crowd->sum;
    crowd->seeds++;
    sum->simulated_ns += result->simulated_ns;
    sum->messages += result->messages;
    sum->orders += result->orders;
    sum->fills += result->fills;
    sum->jobs += result->jobs;
    sum->events += result->events;
    sum->lives += result->lives;
    sum->faults += result->faults;
    sum->controls += result->controls;
    sum->reloads += result->reloads;
    sum->signatures += result->signatures;
    sum->needless += result->needless;
    for (size_t i = 0; i < COUNT_OF(sum->looked); i++) {
        sum->looked[i] += result->looked[i];
    }
    for (int i = 0; i < WEATHER_COUNT; i++) {
        sum->met[i] += result->met[i];
    }
    if (result->least_messages > 0 && result->least_messages < crowd->least_messages) {
        crowd->least_messages = result->least_messages;
    }
}

static void judge_second(struct crowd *crowd, struct run_result *first) {
    static struct run_result second;
    struct worker worker = {0};
    if (!start(crowd, &worker, first->seed)) {
        return;
    }
    end(&worker, &second);
    crowd->twice++;
    if (second.hash != first->hash || second.failed != first->failed) {
        first->failed = true;
        first->oracle = 9;
        first->failed_ns = 0;
        (void)snprintf(first->text, sizeof(first->text),
                       "two runs differ: %016" PRIx64 " and %016" PRIx64, first->hash, second.hash);
    }
}

static void finish(struct crowd *crowd, struct worker *worker) {
    static struct run_result result;
    end(worker, &result);
    if (runs_twice(crowd, result.seed)) {
        judge_second(crowd, &result);
    }
    add(crowd, &result);
    if (result.failed) {
        tell_failure(crowd, &result);
    }
}

static void tell(const struct crowd *crowd) {
    static const char *const oracles[CASES] = {
        "",
        "one order at the venue per command on file",
        "all agrees once nothing goes wrong",
        "no leg stands alone for long",
        "pools lend what jobs have reserved",
        "no order on a quote that is not the venue's",
        "a stopped desk opens nothing",
        "limits hold at their worst",
        "the journal leads to the same desk",
        "the same seed gives the same events",
        "no secret is told",
        "no memory is taken in a pass",
    };
    const struct run_result *sum = &crowd->sum;
    uint64_t hundredths = (uint64_t)(sum->simulated_ns / (36 * NS_PER_S));
    printf("# %" PRIu64 " seeds, %" PRIu64 ".%02" PRIu64 " simulated hours, %" PRIu64
           " faults, %" PRIu64 " orders at the venues, %" PRIu64 " fills, %" PRIu64
           " jobs, %" PRIu64 " lives, %" PRIu64 " controls, %" PRIu64 " reloads, %" PRIu64
           " signatures (%" PRIu64 " for what had come right by then)\n",
           crowd->seeds, hundredths / HUNDREDTHS, hundredths % HUNDREDTHS, sum->faults, sum->orders,
           sum->fills, sum->jobs, sum->lives, sum->controls, sum->reloads, sum->signatures,
           sum->needless);
    printf("# %" PRIu64 " messages of the venues, at least %" PRIu64
           " of one in a calm minute; %" PRIu64 " events of the engine\n",
           sum->messages, crowd->least_messages, sum->events);
    for (int i = 0; i < WEATHER_COUNT; i++) {
        printf("# fault %-16s %" PRIu64 "\n", weather_name((enum weather_kind)i), sum->met[i]);
    }
    for (int i = 1; i < CASES; i++) {
        uint64_t looked = i == 9 ? crowd->twice : sum->looked[i];
        printf("# O%-2d %-45s judged %" PRIu64 " times\n", i, oracles[i], looked);
    }
}

int crowd_run(const struct crowd_options *options) {
    static struct crowd crowd;
    crowd = (struct crowd){.options = options, .least_messages = UINT64_MAX};
    uint32_t at_once = options->at_once < WORKERS_MAX ? options->at_once : WORKERS_MAX;
    uint64_t next = options->first;
    uint32_t oldest = 0, running = 0; // a ring: ended in the order of their seeds
    for (;;) {
        bool enough = options->failures_max != 0 && crowd.failures >= options->failures_max;
        while (running < at_once && next <= options->last && !enough) {
            if (!start(&crowd, &crowd.workers[(oldest + running) % WORKERS_MAX], next)) {
                printf("Bail out! no process: %s\n", strerror(errno));
                return 1;
            }
            running++;
            next++;
        }
        if (running == 0) {
            break;
        }
        finish(&crowd, &crowd.workers[oldest]);
        oldest = (oldest + 1) % WORKERS_MAX;
        running--;
    }
    tell(&crowd);
    if (crowd.failures == 0) {
        printf("ok 1 - %" PRIu64 " seeds\n1..1\n", crowd.seeds);
        return 0;
    }
    printf("1..%" PRIu64 "\n", crowd.failures);
    return 1;
}
