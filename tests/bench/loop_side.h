// The other side of a benchmark over loopback: a scripted server (tests/unit/io/loop_server.h) that
// runs on a thread of its own, on core 0, with a timer of a millisecond.
#ifndef PERPDESK_TESTS_BENCH_LOOP_SIDE_H
#define PERPDESK_TESTS_BENCH_LOOP_SIDE_H

#include <pthread.h>

#include "../unit/io/loop_server.h"

struct loop_side {
    pthread_t thread;
    uv_loop_t loop;
    uv_timer_t timer; // its data is the server's user
    uv_async_t stop;
    struct loop_server server;
};

// Aborts on failure, as the server does.
void loop_side_start(struct loop_side *side, SSL_CTX *tls, const struct loop_script *script,
                     void *user, uv_timer_cb on_timer);
void loop_side_stop(struct loop_side *side);

#endif
