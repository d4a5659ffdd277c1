// The seeded simulation: one thread, simulated time, the real desk, ten simulated venues, and
// everything that goes wrong drawn from one number.
//
//   sim --seed N [--hours H | --minutes M | --seconds S] [--show] [--fair]
//   sim --seeds FIRST-LAST [--hours H, of all together] [--jobs J] [--twice-every N] [--failures N]
//
// --without FAULT, any number of times, leaves a kind of fault out: to find what a failure needs.
// The same arguments give the same run. Exit status 0: nothing found.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "crowd.h"

enum { STORM_S = 1110, CALM_AFTER_S = 90, MINUTE_S = 60, HOUR_S = 3600 };

static int usage(void) {
    (void)fputs("usage: sim --seed N [--hours H | --minutes M | --seconds S] [--show] [--fair]\n"
                "       sim --seeds FIRST-LAST [--hours H] [--jobs J] [--twice-every N]"
                " [--failures N]\n"
                "       both: [--without FAULT]\n",
                stderr);
    return 64;
}

static bool number_of(const char *text, uint64_t *out) {
    char *end;
    *out = strtoull(text, &end, 10);
    return end != text && *end == '\0';
}

static bool range_of(const char *text, struct crowd_options *out) {
    char *end;
    out->first = strtoull(text, &end, 10);
    return end != text && *end == '-' && number_of(end + 1, &out->last) && out->first <= out->last;
}

static int run_one(const struct run_options *options) {
    static struct run_result result;
    run_seed(options, &result);
    int64_t seconds = result.simulated_ns / NS_PER_S;
    printf("seed %" PRIu64 " hash %016" PRIx64 " simulated %" PRId64 " s messages %" PRIu64
           " events %" PRIu64 " orders %" PRIu64 " fills %" PRIu64 " jobs %" PRIu64
           " lives %" PRIu64 " faults %" PRIu64 " controls %" PRIu64 " signatures %" PRIu64
           " needless %" PRIu64 "\n",
           result.seed, result.hash, seconds, result.messages, result.events, result.orders,
           result.fills, result.jobs, result.lives, result.faults, result.controls,
           result.signatures, result.needless);
    if (result.failed) {
        printf("O%d at %" PRId64 ".%03d s: %s\n", result.oracle, result.failed_ns / NS_PER_S,
               (int)(result.failed_ns / NS_PER_MS % 1000), result.text);
    }
    return result.failed ? 1 : 0;
}

int main(int argc, char **argv) {
    struct run_options one = {.seed = 1, .storm_s = STORM_S};
    struct crowd_options many = {.at_once = 1, .program = argv[0]};
    uint64_t value = 0, hours = 0;
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i];
        if (strcmp(name, "--show") == 0) {
            one.show = true;
            continue;
        }
        if (strcmp(name, "--fair") == 0) {
            one.fair = true;
            continue;
        }
        if (++i == argc) {
            return usage();
        }
        bool texted = strcmp(name, "--seeds") == 0 || strcmp(name, "--without") == 0;
        bool right = strcmp(name, "--seeds") == 0     ? range_of(argv[i], &many)
                     : strcmp(name, "--without") == 0 ? weather_forbid(argv[i])
                                                      : number_of(argv[i], &value);
        if (!right) {
            return usage();
        }
        if (strcmp(name, "--seed") == 0) {
            one.seed = value;
        } else if (strcmp(name, "--hours") == 0) {
            hours = value;
        } else if (strcmp(name, "--minutes") == 0) {
            one.storm_s = (int64_t)value * MINUTE_S;
        } else if (strcmp(name, "--seconds") == 0) {
            one.storm_s = (int64_t)value;
        } else if (strcmp(name, "--jobs") == 0) {
            many.at_once = (uint32_t)value;
        } else if (strcmp(name, "--twice-every") == 0) {
            many.twice_every = (uint32_t)value;
        } else if (strcmp(name, "--failures") == 0) {
            many.failures_max = (uint32_t)value;
        } else if (!texted) {
            return usage();
        }
    }
    if (many.last == 0) {
        one.storm_s = hours > 0 ? (int64_t)hours * HOUR_S : one.storm_s;
        return run_one(&one);
    }
    int64_t seeds = (int64_t)(many.last - many.first + 1);
    many.storm_s = hours > 0 ? (int64_t)hours * HOUR_S / seeds - CALM_AFTER_S : one.storm_s;
    return crowd_run(&many);
}
