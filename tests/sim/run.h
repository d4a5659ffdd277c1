// One seed, from the first quote to the last check: the storm, then calm, then the account.
#ifndef PERPDESK_TESTS_SIM_RUN_H
#define PERPDESK_TESTS_SIM_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "weather.h"

struct run_options {
    uint64_t seed;
    int64_t storm_s;
    bool fair; // nothing goes wrong
    bool show; // the desk's log, to stderr
};

struct run_result {
    uint64_t seed;
    bool failed;
    int oracle;        // that failed, 0 = it did not start
    int64_t failed_ns; // simulated, since the start
    char text[640];
    uint64_t hash; // of every event of the engine
    int64_t simulated_ns;
    uint64_t messages, least_messages; // to the desk; the least of a venue in a calm minute
    uint64_t orders, fills, jobs, events, lives, faults, controls;
    uint64_t reloads;              // of the configuration
    uint64_t signatures, needless; // a person's; of them for what had come right by itself
    uint64_t looked[12];           // by oracle
    uint64_t met[WEATHER_COUNT];   // by fault
};

void run_seed(const struct run_options *options, struct run_result *result);

#endif
