// One seed, from the first quote to the last check: the storm, then calm, then the account.
#ifndef PERPDESK_TESTS_SIM_RUN_H
#define PERPDESK_TESTS_SIM_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "weather.h"

struct run_options {
    uint64_t seed;
    int64_t minutes; // of storm
    bool fair;       // nothing goes wrong
    bool show;       // the log of the desk, to stderr
    int64_t until_ms; // stop there, 0 = at the end
};

struct run_result {
    uint64_t seed;
    bool failed;
    int64_t failed_ms; // simulated, since the start
    char oracle[8];
    char text[1024];
    uint64_t hash;       // of every event of the engine
    uint64_t state_hash; // of the desk at the end
    int64_t simulated_ns;
    uint64_t messages, least_messages; // to the desk; a venue's fewest in a simulated minute
    uint64_t orders, fills, jobs, events, passes, moments, lives, faults, controls, compared;
    uint64_t met[WEATHER_COUNT];
};

void run_seed(const struct run_options *options, struct run_result *result);

#endif
