#include "hiccup.h"

#include <time.h>

#include "base/clock.h"
#include "base/status.h"

static void *run(void *arg) {
    struct hiccup *hiccup = arg;
    struct timespec pause = {.tv_nsec = NS_PER_MS};
    int64_t last_ns = mono_now_ns();
    while (!atomic_load(&hiccup->stop)) {
        (void)nanosleep(&pause, NULL);
        int64_t now_ns = mono_now_ns();
        int64_t late_ns = now_ns - last_ns - pause.tv_nsec;
        hiccup->total_ns += now_ns - last_ns;
        hiccup->late_ns += late_ns > HICCUP_NS ? now_ns - last_ns : 0;
        last_ns = now_ns;
    }
    return NULL;
}

void hiccup_start(struct hiccup *hiccup) {
    ASSERT(pthread_create(&hiccup->thread, NULL, run, hiccup) == 0);
}

int64_t hiccup_stop(struct hiccup *hiccup) {
    atomic_store(&hiccup->stop, true);
    (void)pthread_join(hiccup->thread, NULL);
    return hiccup->total_ns > 0 ? hiccup->late_ns * 1000 / hiccup->total_ns : 0;
}
