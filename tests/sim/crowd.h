// Many seeds, each in a process of its own, so many at a time; speaks TAP. A share of them runs
// twice and has to give the same events (O9).
#ifndef PERPDESK_TESTS_SIM_CROWD_H
#define PERPDESK_TESTS_SIM_CROWD_H

#include "run.h"

struct crowd_options {
    uint64_t first, last;
    int64_t storm_s; // of each
    uint32_t at_once;
    uint32_t twice_every;  // seed; 0 = none
    uint32_t failures_max; // enough is seen; 0 = all run
    const char *program;
};

int crowd_run(const struct crowd_options *options); // exit status

#endif
