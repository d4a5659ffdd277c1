// How much of the machine's processor time was not ours: what all cores were busy, the hypervisor's
// theft included, less this process's own time. Unlike a late sleep (hiccup.h) this is never the
// doing of what is measured, so a slice may be dropped for it without dropping a fault with it.
#ifndef PERPDESK_TESTS_BENCH_OTHERS_H
#define PERPDESK_TESTS_BENCH_OTHERS_H

#include <stdint.h>

// The kernel counts in steps of 10 ms a core: of a slice of 300 ms on two cores this is three.
enum { OTHERS_SHARE_MAX_PERMILLE = 50 };

struct others {
    int64_t wall_ns, busy_ns, own_ns; // at the start
};

void others_start(struct others *others);
// The others' share of all cores since others_start, in thousandths; 1000 where nobody can tell.
int64_t others_permille(const struct others *others);

#endif
