// A thread of the desk: a name, one libuv loop, a wake-up, a heartbeat and an orderly stop.
//
// A role is created in the main thread (loop and async handle are made there), started, and asked
// to stop from any thread. `on_start` and `on_stop` run on the role's thread; on_stop closes every
// handle the user opened, after which the loop ends by itself. An on_start that fails closes what
// it opened (uv_close is enough, the loop still runs the callbacks); on_stop is not called then and
// the thread ends. role_wake and role_request_stop may be called until role_join. The longest pass
// (work between two sleeps) and the last heartbeat (machine ns) can be read from any thread.
#ifndef PERPDESK_BASE_ROLE_H
#define PERPDESK_BASE_ROLE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/status.h"

struct role {
    char name[16]; // also the thread's name
    uv_loop_t loop;
    uv_async_t wake;
    uv_timer_t beat;
    uv_prepare_t pass;
    int64_t pass_start_ns;      // role's thread only
    int64_t pass_start_idle_ns; // role's thread only
    bool closing;               // role's thread only
    pthread_t thread;
    bool started;
    _Atomic bool stopping;
    _Atomic int64_t heartbeat_ns; // machine time
    _Atomic int64_t longest_pass_ns;
    enum status (*on_start)(struct role *role); // NULL allowed
    void (*on_wake)(struct role *role);         // after role_wake, coalesced; NULL allowed
    void (*on_stop)(struct role *role);         // must close the user's handles; NULL allowed
    void *user;
    enum status result;
    char failure[256]; // on_start's text, carried to the thread that joins
};

enum status role_create(struct role *role, const char *name, void *user) MUST_CHECK;
enum status role_start(struct role *role) MUST_CHECK;
void role_wake(struct role *role);         // any thread, while the role lives
void role_request_stop(struct role *role); // any thread
// Main thread: waits for the end, closes the loop, returns on_start's status with its text. Also
// ends a role that was created and never started.
enum status role_join(struct role *role);

#endif
