#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

int main(int argc, char **argv) {
    struct run_options options = {.seed = 1, .minutes = 10, .fair = true};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seed") == 0) options.seed = strtoull(argv[++i], NULL, 10);
        if (strcmp(argv[i], "--minutes") == 0) options.minutes = atoll(argv[++i]);
        if (strcmp(argv[i], "--show") == 0) options.show = true;
        if (strcmp(argv[i], "--storm") == 0) options.fair = false;
    }
    static struct run_result r;
    run_seed(&options, &r);
    printf("seed %" PRIu64 " hash %016" PRIx64 " state %016" PRIx64 " messages %" PRIu64 " events %" PRIu64
           " passes %" PRIu64 " moments %" PRIu64 " orders %" PRIu64 " jobs %" PRIu64 " compared %" PRIu64 " %s\n",
           r.seed, r.hash, r.state_hash, r.messages, r.events, r.passes, r.moments, r.orders, r.jobs, r.compared, r.text);
    return 0;
}
