#include "others.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

// user, nice, system, irq, softirq and steal of all cores; -1: the kernel does not tell.
static int64_t busy_ns(void) {
    uint64_t ticks[8];
    FILE *file = fopen("/proc/stat", "re");
    if (file == NULL) {
        return -1;
    }
    int found = fscanf(file,
                       "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
                       " %" SCNu64 " %" SCNu64,
                       &ticks[0], &ticks[1], &ticks[2], &ticks[3], &ticks[4], &ticks[5], &ticks[6],
                       &ticks[7]);
    (void)fclose(file);
    if (found != 8) {
        return -1;
    }
    uint64_t busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + ticks[7];
    return (int64_t)busy * (NS_PER_S / sysconf(_SC_CLK_TCK));
}

static int64_t own_ns(void) {
    struct timespec time;
    return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0
               ? (int64_t)time.tv_sec * NS_PER_S + time.tv_nsec
               : 0;
}

void others_start(struct others *others) {
    *others = (struct others){.wall_ns = mono_now_ns(), .busy_ns = busy_ns(), .own_ns = own_ns()};
}

int64_t others_permille(const struct others *others) {
    int64_t busy = busy_ns();
    int64_t whole = (mono_now_ns() - others->wall_ns) * sysconf(_SC_NPROCESSORS_ONLN);
    if (busy < 0 || others->busy_ns < 0 || whole <= 0) {
        return 1000;
    }
    int64_t theirs = (busy - others->busy_ns) - (own_ns() - others->own_ns);
    return theirs > 0 ? theirs * 1000 / whole : 0;
}
