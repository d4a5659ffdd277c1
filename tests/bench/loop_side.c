#include "loop_side.h"

#include "base/status.h"
#include "pin.h"

static void on_stop(uv_async_t *async) {
    struct loop_side *side = async->data;
    loop_server_stop(&side->server);
    uv_close((uv_handle_t *)&side->timer, NULL);
    uv_close((uv_handle_t *)&side->stop, NULL);
}

static void *run(void *arg) {
    struct loop_side *side = arg;
    pin(0);
    (void)uv_run(&side->loop, UV_RUN_DEFAULT);
    return NULL;
}

void loop_side_start(struct loop_side *side, SSL_CTX *tls, const struct loop_script *script,
                     void *user, uv_timer_cb on_timer) {
    ASSERT(uv_loop_init(&side->loop) == 0);
    ASSERT(uv_timer_init(&side->loop, &side->timer) == 0);
    ASSERT(uv_async_init(&side->loop, &side->stop, on_stop) == 0);
    side->timer.data = user;
    side->stop.data = side;
    loop_server_start(&side->server, &side->loop, tls, script, user, 0);
    ASSERT(uv_timer_start(&side->timer, on_timer, 1, 1) == 0);
    ASSERT(pthread_create(&side->thread, NULL, run, side) == 0);
}

void loop_side_stop(struct loop_side *side) {
    (void)uv_async_send(&side->stop);
    (void)pthread_join(side->thread, NULL);
    ASSERT(uv_loop_close(&side->loop) == 0);
    loop_server_finish(&side->server);
}
