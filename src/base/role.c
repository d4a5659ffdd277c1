// The wake-up handle stays open until role_join, so that a late role_wake from another thread
// always finds it; in the role's thread it only stops holding the loop. A pass is measured from one
// look at the sockets to the next, less the time the loop slept: callbacks of sockets run inside
// libuv's poll phase, so timing from check to prepare would miss them. UV_METRICS_IDLE_TIME gives
// the sleeping time for one extra epoll_wait before each sleep.
#include "base/role.h"

#include <signal.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"

enum { BEAT_MS = 500 };

static struct role *role_of(const uv_handle_t *handle) {
    return handle->data;
}

static void beat(uv_timer_t *timer) {
    struct role *role = timer->data;
    atomic_store_explicit(&role->heartbeat_ns, mono_now_ns(), memory_order_relaxed);
}

static void pass_ends(uv_prepare_t *prepare) {
    struct role *role = prepare->data;
    int64_t now_ns = mono_now_ns();
    int64_t idle_ns = (int64_t)uv_metrics_idle_time(&role->loop);
    int64_t pass_ns = (now_ns - role->pass_start_ns) - (idle_ns - role->pass_start_idle_ns);
    role->pass_start_ns = now_ns;
    role->pass_start_idle_ns = idle_ns;
    if (pass_ns > atomic_load_explicit(&role->longest_pass_ns, memory_order_relaxed)) {
        atomic_store_explicit(&role->longest_pass_ns, pass_ns, memory_order_relaxed);
    }
}

static void close_own_handles(struct role *role) {
    uv_close((uv_handle_t *)&role->beat, NULL);
    uv_close((uv_handle_t *)&role->pass, NULL);
    uv_unref((uv_handle_t *)&role->wake);
}

static void woken(uv_async_t *wake) {
    struct role *role = role_of((const uv_handle_t *)wake);
    if (role->closing) {
        return;
    }
    if (role->on_wake != NULL) {
        role->on_wake(role); // also before the end: what was handed over before the stop is seen
    }
    if (atomic_load(&role->stopping)) {
        role->closing = true;
        if (role->on_stop != NULL) {
            role->on_stop(role);
        }
        close_own_handles(role);
    }
}

static enum status uv_fail(int result, const struct role *role, const char *what) {
    return status_fail(STATUS_SYSTEM, "role %s: %s: %s", role->name, what, uv_strerror(result));
}

enum status role_create(struct role *role, const char *name, void *user) {
    memset(role, 0, sizeof(*role));
    (void)string_copy(role->name, sizeof(role->name), slice_of(name));
    role->user = user;
    int result = uv_loop_init(&role->loop);
    if (result != 0) {
        return uv_fail(result, role, "loop");
    }
    result = uv_loop_configure(&role->loop, UV_METRICS_IDLE_TIME);
    ASSERT(result == 0);
    result = uv_async_init(&role->loop, &role->wake, woken);
    if (result != 0) {
        int closed = uv_loop_close(&role->loop);
        ASSERT(closed == 0);
        return uv_fail(result, role, "wake-up");
    }
    result = uv_timer_init(&role->loop, &role->beat);
    ASSERT(result == 0);
    result = uv_prepare_init(&role->loop, &role->pass);
    ASSERT(result == 0);
    role->wake.data = role;
    role->beat.data = role;
    role->pass.data = role;
    return STATUS_OK;
}

static void *role_run(void *arg) {
    struct role *role = arg;
    (void)pthread_setname_np(pthread_self(), role->name);
    atomic_store_explicit(&role->heartbeat_ns, mono_now_ns(), memory_order_relaxed);
    uv_update_time(&role->loop);
    int result = uv_timer_start(&role->beat, beat, BEAT_MS, BEAT_MS);
    ASSERT(result == 0);
    role->result = role->on_start == NULL ? STATUS_OK : role->on_start(role);
    if (role->result == STATUS_OK) {
        role->pass_start_ns = mono_now_ns();
        result = uv_prepare_start(&role->pass, pass_ends);
        ASSERT(result == 0);
    } else {
        (void)string_copy(role->failure, sizeof(role->failure), slice_of(status_text()));
        role->closing = true;
        close_own_handles(role);
    }
    (void)uv_run(&role->loop, UV_RUN_DEFAULT);
    return NULL;
}

// Everything but the signals of a fault in the thread itself, which must reach the crash handler.
static void mask_for_roles(sigset_t *mask) {
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    sigfillset(mask);
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        sigdelset(mask, faults[i]);
    }
}

enum status role_start(struct role *role) {
    ASSERT(!role->started);
    sigset_t blocked;
    sigset_t before;
    mask_for_roles(&blocked);
    // Set here and inherited, so that there is no moment in which the new thread takes a signal.
    int result = pthread_sigmask(SIG_SETMASK, &blocked, &before);
    ASSERT(result == 0);
    int created = pthread_create(&role->thread, NULL, role_run, role);
    result = pthread_sigmask(SIG_SETMASK, &before, NULL);
    ASSERT(result == 0);
    if (created != 0) {
        return status_fail(STATUS_SYSTEM, "role %s: thread: %s", role->name, strerror(created));
    }
    role->started = true;
    return STATUS_OK;
}

void role_wake(struct role *role) {
    int result = uv_async_send(&role->wake);
    ASSERT(result == 0);
}

void role_request_stop(struct role *role) {
    atomic_store(&role->stopping, true);
    role_wake(role);
}

enum status role_join(struct role *role) {
    if (role->started) {
        int joined = pthread_join(role->thread, NULL);
        ASSERT(joined == 0);
        role->started = false;
    } else {
        close_own_handles(role);
    }
    uv_close((uv_handle_t *)&role->wake, NULL);
    (void)uv_run(&role->loop, UV_RUN_DEFAULT);
    // Not 0 means that on_stop left a handle open, which is a bug of the role's user.
    int result = uv_loop_close(&role->loop);
    ASSERT(result == 0);
    if (role->result != STATUS_OK) {
        return status_fail(role->result, "%s", role->failure);
    }
    return STATUS_OK;
}
