// The client connection against a scripted server on loopback: life, loss, and coming back.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

#include "io/ws.h"
#include "loop_server.h"

struct rig {
    uv_loop_t loop;
    uv_timer_t limit, drip;
    struct loop_server server;
    struct tls_authority authority;
    SSL_CTX *server_tls, *client_tls;
    struct ws_config config;
    struct ws *ws;
    int opens, closes, messages, stops, budget_asked, budget_refused;
    uint16_t code;
    char text[STREAM_REASON_MAX], last[64];
    size_t last_size;
    bool timed_out;
    // what the server saw
    int pongs, pings, server_messages, close_code;
    char pong_text[64];
    size_t drip_at;
};

static void on_open(struct ws *ws, void *user) {
    struct rig *rig = user;
    rig->opens++;
    (void)!ws_send(ws, SLICE("hello")); // a reset may have come with the 101
}
static void on_message(struct ws *ws, void *user, struct slice data, bool binary) {
    (void)ws;
    (void)binary;
    struct rig *rig = user;
    rig->messages++;
    rig->last_size = data.size;
    (void)string_copy(rig->last, sizeof(rig->last), data);
}
static void on_closed(struct ws *ws, void *user, uint16_t code, const char *text) {
    (void)ws;
    struct rig *rig = user;
    rig->closes++;
    rig->code = code;
    (void)string_copy(rig->text, sizeof(rig->text), slice_of(text));
}
static void on_stopped(struct ws *ws, void *user) {
    struct rig *rig = user;
    rig->stops++;
    ws_destroy(ws);
    rig->ws = NULL;
}
static const struct ws_events ws_events = {on_open, on_message, on_closed, on_stopped};

static void on_limit(uv_timer_t *timer) {
    struct rig *rig = timer->data;
    rig->timed_out = true;
}

static void count_event(struct loop_connection *c, enum ws_event_kind kind,
                        const struct ws_event *event) {
    struct rig *rig = c->server->user;
    rig->server_messages += kind == WS_MESSAGE;
    rig->pings += kind == WS_PING;
    if (kind == WS_PONG) {
        rig->pongs++;
        (void)string_copy(rig->pong_text, sizeof(rig->pong_text), event->data);
    } else if (kind == WS_CLOSED) {
        rig->close_code = event->code;
        loop_send_close(c, event->code == WS_CLOSE_NO_CODE ? 1000 : event->code, "");
        stream_end(c->stream);
    }
}

static void rig_init(struct rig *rig, const struct loop_script *script, bool tls) {
    *rig = (struct rig){0};
    assert_int_equal(uv_loop_init(&rig->loop), 0);
    assert_int_equal(uv_timer_init(&rig->loop, &rig->limit), 0);
    assert_int_equal(uv_timer_init(&rig->loop, &rig->drip), 0);
    rig->limit.data = rig->drip.data = rig;
    uv_timer_start(&rig->limit, on_limit, 20000, 0);
    if (tls) {
        assert_int_equal(tls_authority_create(&rig->authority), STATUS_OK);
        assert_int_equal(tls_authority_issue(&rig->authority, "venue.example", &rig->server_tls),
                         STATUS_OK);
        assert_int_equal(
            tls_client_create_from_text(&rig->client_tls, slice_of(rig->authority.pem)), STATUS_OK);
    }
    loop_server_start(&rig->server, &rig->loop, rig->server_tls, script, rig, 0);
    rig->config = ws_config_defaults;
    rig->config.loop = &rig->loop;
    rig->config.tls = rig->client_tls;
    rig->config.events = &ws_events;
    rig->config.user = rig;
    rig->config.seed = 7;
    rig->config.backoff_ms = 20;
    rig->config.backoff_max_ms = 80;
    rig->config.connect_timeout_ms = 5000;
    rig->config.close_timeout_ms = 100;
    rig->config.receive_max = 32 * 1024;
    rig->config.message_max = 256 * 1024;
}

static void rig_start(struct rig *rig) {
    char url[256];
    bool tls = rig->server_tls != NULL;
    loop_server_url(&rig->server, tls ? "wss" : "ws", tls ? "venue.example" : "127.0.0.1",
                    "/ws?a=b", url, sizeof(url));
    assert_int_equal(ws_create(&rig->ws, &rig->config), STATUS_OK);
    assert_int_equal(ws_start(rig->ws, url, tls ? "127.0.0.1" : NULL), STATUS_OK);
}

static void rig_until(struct rig *rig, const int *count, int least) {
    while (*count < least && !rig->timed_out) {
        uv_run(&rig->loop, UV_RUN_ONCE);
    }
    assert_true(*count >= least);
}

static void rig_finish(struct rig *rig) {
    if (rig->ws != NULL) {
        ws_stop(rig->ws, 1000, "test over");
        rig_until(rig, &rig->stops, 1);
    }
    loop_server_stop(&rig->server);
    uv_close((uv_handle_t *)&rig->limit, NULL);
    uv_close((uv_handle_t *)&rig->drip, NULL);
    uv_run(&rig->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&rig->loop), 0);
    loop_server_finish(&rig->server);
    SSL_CTX_free(rig->client_tls);
    SSL_CTX_free(rig->server_tls);
    if (rig->authority.key != NULL) {
        tls_authority_destroy(&rig->authority);
    }
    assert_false(rig->timed_out);
}

static void assert_text(const struct rig *rig, const char *part) {
    if (strstr(rig->text, part) == NULL) {
        fail_msg("'%s' does not say '%s'", rig->text, part);
    }
}

// ---- a good life ------------------------------------------------------------------------------

static char large[200000];

static void greet(struct loop_connection *c) {
    memset(large, 'x', sizeof(large));
    assert_true(loop_send(c, WS_OP_PING, SLICE("q1")));
    assert_true(loop_send(c, WS_OP_PING, SLICE("q2")));
    assert_true(loop_send(c, WS_OP_PING, SLICE("q3")));
    assert_true(loop_send_text(c, "first"));
    assert_true(loop_send(c, WS_OP_TEXT, (struct slice){large, sizeof(large)}));
}

static void test_good_life(void **state) {
    static const struct loop_script script = {.on_open = greet, .on_event = count_event};
    for (int tls = 0; tls <= 1; tls++) {
        struct rig rig;
        rig_init(&rig, &script, tls);
        rig_start(&rig);
        rig_until(&rig, &rig.messages, 2);
        assert_int_equal(rig.last_size, sizeof(large));
        rig_until(&rig, &rig.pongs, 3); // each PING is answered, with its payload
        assert_string_equal(rig.pong_text, "q3");
        rig_until(&rig, &rig.server_messages, 1);
        assert_string_equal(ws_state_text(rig.ws), "open");
        ws_stop(rig.ws, 1000, "bye");
        rig_until(&rig, &rig.stops, 1);
        assert_int_equal(rig.close_code, 1000);
        assert_int_equal(rig.code, 1000);
        assert_int_equal(rig.closes, 1);
        rig_finish(&rig);
    }
    (void)state;
}

// ---- losses -----------------------------------------------------------------------------------

static void close_1012(struct loop_connection *c) {
    loop_send_close(c, 1012, "restarting");
    stream_end(c->stream);
}
static void close_4001(struct loop_connection *c) {
    loop_send_close(c, 4001, "go away \xe2\x82\xac");
    stream_end(c->stream);
}
static void close_empty(struct loop_connection *c) {
    loop_send_raw(c, "\x88\x00", 2);
    stream_end(c->stream);
}
static void close_without_fin(struct loop_connection *c) {
    loop_send_close(c, 1001, "lazy");
}
static void end_only(struct loop_connection *c) {
    stream_end(c->stream);
}
static void reset_only(struct loop_connection *c) {
    stream_reset(c->stream);
}
static void send_garbage(struct loop_connection *c) {
    loop_send_raw(c, "\xff\xff\xff\xff\xff\xff", 6);
}
static void send_bad_text(struct loop_connection *c) {
    loop_send_raw(c, "\x81\x02\xc0\x80", 4);
}
static void send_masked(struct loop_connection *c) {
    loop_send_raw(c, "\x81\x81zzzzx", 7);
}
static void send_too_large(struct loop_connection *c) {
    loop_send_raw(c, "\x81\x7f\x00\x00\x00\x00\x00\x10\x00\x00", 10);
}
static bool refuse_503(struct loop_connection *c, const struct http_head *head) {
    (void)head;
    loop_reply(c, 503, "Retry-After: 0\r\n", SLICE("busy"));
    return false;
}
static bool answer_wrong_key(struct loop_connection *c, const struct http_head *head) {
    (void)head;
    char reply[512];
    struct text text = TEXT_OVER(reply);
    ws_reply_write(&text, SLICE("AAAAAAAAAAAAAAAAAAAAAA=="));
    loop_send_raw(c, reply, text.size);
    return false;
}
static bool answer_garbage(struct loop_connection *c, const struct http_head *head) {
    (void)head;
    loop_send_raw(c, "SSH-2.0\r\n\r\n", 11);
    return false;
}
static bool answer_never(struct loop_connection *c, const struct http_head *head) {
    (void)c;
    (void)head;
    return false;
}
static bool turn_away(struct loop_server *server) {
    (void)server;
    return false;
}

// Every way to lose a connection is told with its true code and reason, and is followed by another
// attempt.
static void test_losses(void **state) {
    static const struct row {
        const char *name;
        struct loop_script script;
        uint16_t code;
        const char *text;
        bool opened;
        int close_code; // the server saw in our close frame, 0 = none
    } rows[] = {
        {"1012", {.on_open = close_1012}, 1012, "restarting", true, 1012},
        {"4001", {.on_open = close_4001}, 4001, "go away \xe2\x82\xac", true, 4001},
        {"empty close", {.on_open = close_empty}, WS_CLOSE_NO_CODE, "", true, WS_CLOSE_NO_CODE},
        {"close, then the socket left open",
         {.on_open = close_without_fin},
         1001,
         "lazy",
         true,
         1001},
        {"end without a close frame", {.on_open = end_only}, 1006, "closed by the peer", true, 0},
        {"reset", {.on_open = reset_only}, 1006, "ing: ", true, 0},
        {"garbage", {.on_open = send_garbage}, 1002, "reserved bits", true, 1002},
        {"bad text", {.on_open = send_bad_text}, 1007, "not UTF-8", true, 1007},
        {"masked", {.on_open = send_masked}, 1002, "masked", true, 1002},
        {"too large", {.on_open = send_too_large}, 1009, "over the size limit", true, 1009},
        {"503", {.on_upgrade = refuse_503}, 1006, "HTTP 503", false, 0},
        {"wrong key", {.on_upgrade = answer_wrong_key}, 1006, "does not answer our key", false, 0},
        {"another protocol",
         {.on_upgrade = answer_garbage},
         1006,
         "status line is malformed",
         false,
         0},
        {"no answer to the upgrade",
         {.on_upgrade = answer_never},
         1006,
         "no connection within 300 ms (upgrading)",
         false,
         0},
        {"turned away", {.on_accept = turn_away}, 1006, "", false, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (int tls = 0; tls <= 1; tls++) {
            print_message("# %s%s\n", rows[i].name, tls ? ", TLS" : "");
            struct loop_script script = rows[i].script;
            script.on_event = count_event;
            struct rig rig;
            rig_init(&rig, &script, tls);
            if (script.on_upgrade == answer_never) {
                rig.config.connect_timeout_ms = 300;
            }
            rig_start(&rig);
            rig_until(&rig, &rig.closes, 1);
            assert_int_equal(rig.code, rows[i].code);
            assert_text(&rig, rows[i].text);
            assert_int_equal(rig.opens > 0, rows[i].opened);
            rig_until(&rig, &rig.closes, 3); // it comes back, and again
            assert_int_equal(rig.close_code, rows[i].close_code);
            rig_finish(&rig);
        }
    }
    (void)state;
}

static void test_wrong_name(void **state) {
    static const struct loop_script script = {.on_event = count_event};
    struct rig rig;
    rig_init(&rig, &script, true);
    char url[256];
    loop_server_url(&rig.server, "wss", "other.example", "/", url, sizeof(url));
    assert_int_equal(ws_create(&rig.ws, &rig.config), STATUS_OK);
    assert_int_equal(ws_start(rig.ws, url, "127.0.0.1"), STATUS_OK);
    rig_until(&rig, &rig.closes, 2);
    assert_text(&rig, "TLS handshake with other.example: certificate: hostname mismatch");
    assert_int_equal(rig.opens, 0);
    rig_finish(&rig);
    (void)state;
}

// ---- silence and slowness ---------------------------------------------------------------------

static void go_mute(struct loop_connection *c) {
    c->mute = true;
}

static void test_mute_server(void **state) {
    static const struct loop_script script = {.on_open = go_mute, .on_event = count_event};
    struct rig rig;
    rig_init(&rig, &script, false);
    rig.config.idle_timeout_ms = 120;
    rig.config.ping_ms = 40;
    rig_start(&rig);
    rig_until(&rig, &rig.closes, 2);
    assert_text(&rig, "nothing received for");
    assert_int_equal(rig.opens, 2);
    rig_finish(&rig);
    (void)state;
}

// No data, but our PINGs are answered: that is life.
static void answer_pings(struct loop_connection *c, enum ws_event_kind kind,
                         const struct ws_event *event) {
    if (kind == WS_PING) {
        (void)loop_send(c, WS_OP_PONG, event->data);
    }
    count_event(c, kind, event);
}

static void test_own_pings(void **state) {
    static const struct loop_script script = {.on_event = answer_pings};
    struct rig rig;
    rig_init(&rig, &script, false);
    rig.config.idle_timeout_ms = 120;
    rig.config.ping_ms = 30;
    rig_start(&rig);
    rig_until(&rig, &rig.pings, 6);
    assert_int_equal(rig.closes, 0);
    rig_finish(&rig);
    (void)state;
}

static void drip_one(uv_timer_t *timer) {
    static const char frame[] = "\x81\x0btwelve byte";
    struct rig *rig = timer->data;
    struct loop_connection *c = &rig->server.connections[0];
    if (c->upgraded && c->stream->state == STREAM_OPEN && rig->drip_at < sizeof(frame) - 1) {
        loop_send_raw(c, frame + rig->drip_at++, 1);
    }
}

static void test_slow_server(void **state) {
    static const struct loop_script script = {.on_event = count_event};
    struct rig rig;
    rig_init(&rig, &script, true);
    uv_timer_start(&rig.drip, drip_one, 5, 5);
    rig_start(&rig);
    rig_until(&rig, &rig.messages, 1);
    assert_string_equal(rig.last, "twelve byte");
    rig_finish(&rig);
    (void)state;
}

// ---- back-off ---------------------------------------------------------------------------------

static void test_backoff(void **state) {
    static const uint32_t wanted_s[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};
    bool differs = false;
    for (uint64_t seed = 0; seed < 50; seed++) {
        for (uint32_t i = 0; i < COUNT_OF(wanted_s); i++) {
            uint32_t wait_ms = ws_backoff_ms(1000, 60000, i, seed, i);
            assert_in_range(wait_ms, wanted_s[i] * 750, wanted_s[i] * 1000);
            assert_int_equal(wait_ms, ws_backoff_ms(1000, 60000, i, seed, i));
            differs = differs || wait_ms != ws_backoff_ms(1000, 60000, i, seed + 1, i);
        }
    }
    assert_true(differs);
    assert_in_range(ws_backoff_ms(1000, 60000, UINT32_MAX, 1, 1), 45000, 60000);
    (void)state;
}

static bool budget(struct ws *ws, void *user) {
    (void)ws;
    struct rig *rig = user;
    rig->budget_asked++;
    if (rig->budget_asked % 2 == 1) {
        rig->budget_refused++;
        return false;
    }
    return true;
}

static void test_budget(void **state) {
    static const struct loop_script script = {.on_open = close_1012, .on_event = count_event};
    struct rig rig;
    rig_init(&rig, &script, false);
    rig.config.may_connect = budget;
    rig_start(&rig);
    assert_int_equal(rig.ws->state, WS_WAITING);
    rig_until(&rig, &rig.closes, 3);
    assert_int_equal(rig.budget_refused, 3);
    assert_int_equal(rig.server.accepted, 3);
    rig_finish(&rig);
    (void)state;
}

// A connection that was stable starts the next series of waits from the beginning, a short one does
// not.
static void test_backoff_reset(void **state) {
    static const struct loop_script script = {.on_open = close_1012, .on_event = count_event};
    for (int stable = 0; stable <= 1; stable++) {
        struct rig rig;
        rig_init(&rig, &script, false);
        rig.config.stable_ms = stable ? 0 : 10000;
        rig_start(&rig);
        rig_until(&rig, &rig.closes, 4);
        while (rig.ws->state != WS_WAITING) {
            uv_run(&rig.loop, UV_RUN_ONCE);
        }
        assert_int_equal(rig.ws->attempt, stable ? 1 : 4);
        rig_finish(&rig);
    }
    (void)state;
}

static void test_reconnect_and_stop_anywhere(void **state) {
    static const struct loop_script script = {.on_event = count_event};
    for (int turns = 0; turns < 12;
         turns++) { // stopped after this many turns of the loop, wherever it is then
        struct rig rig;
        rig_init(&rig, &script, turns % 2 == 0);
        rig_start(&rig);
        for (int i = 0; i < turns; i++) {
            uv_run(&rig.loop, UV_RUN_NOWAIT);
        }
        rig_finish(&rig);
    }
    struct rig rig;
    rig_init(&rig, &script, false);
    rig_start(&rig);
    rig_until(&rig, &rig.opens, 1);
    ws_reconnect(rig.ws, 4000, "connection is old");
    assert_int_equal(rig.closes, 1); // told at once
    assert_int_equal(rig.code, 4000);
    assert_false(ws_send(rig.ws, SLICE("late")));
    rig_until(&rig, &rig.opens, 2);
    assert_int_equal(rig.close_code, 4000);
    rig_finish(&rig);
    (void)state;
}

static void test_urls(void **state) {
    static const struct row {
        const char *text;
        bool ok;
        const char *host, *authority, *path;
        uint16_t port;
    } rows[] = {
        {"wss://a.example/x?y=1", true, "a.example", "a.example", "/x?y=1", 443},
        {"wss://a.example:8443", true, "a.example", "a.example:8443", "/", 8443},
        {"wss://a.example?x", true, "a.example", "a.example", "/?x", 443},
        {"https://[::1]:9/p", true, "::1", "[::1]:9", "/p", 9},
        {"ws://127.0.0.1:80/", true, "127.0.0.1", "127.0.0.1", "/", 80},
        {"http://localhost:1/", true, "localhost", "localhost:1", "/", 1},
        {"ws://a.example/", false, "", "", "", 0},
        {"http://10.0.0.1/", false, "", "", "", 0},
        {"ftp://a.example/", false, "", "", "", 0},
        {"wss://", false, "", "", "", 0},
        {"wss://a:b@c/", false, "", "", "", 0},
        {"wss://a.example:0/", false, "", "", "", 0},
        {"wss://a.example:65536/", false, "", "", "", 0},
        {"wss://a.example:/", false, "", "", "", 0},
        {"wss://[::1/", false, "", "", "", 0},
        {"wss://a.example/a b", false, "", "", "", 0},
        {"wss://a.example/\rX: y", false, "", "", "", 0},
        {"wss://a.example/#x", false, "", "", "", 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        print_message("# %s\n", rows[i].text);
        struct url url;
        assert_int_equal(url_parse(&url, rows[i].text), rows[i].ok ? STATUS_OK : STATUS_CONFIG);
        if (rows[i].ok) {
            assert_string_equal(url.host, rows[i].host);
            assert_string_equal(url.authority, rows[i].authority);
            assert_string_equal(url.path, rows[i].path);
            assert_int_equal(url.port, rows[i].port);
        }
    }
    (void)state;
}

// Every cell of the state table is a state or one of the two words.
static void test_table(void **state) {
    int reachable[WS_STATE_COUNT] = {0};
    for (int s = 0; s < WS_STATE_COUNT; s++) {
        for (int e = 0; e < WS_EVENT_COUNT; e++) {
            int next = ws_next((enum ws_state)s, (enum ws_event_code)e);
            assert_true((next >= 0 && next < WS_STATE_COUNT) || next == WS_NEXT_LATE ||
                        next == WS_NEXT_NEVER);
            if (next < WS_STATE_COUNT) {
                reachable[next]++;
            }
        }
        // the stream's end leads out of every state with a stream
        bool has_stream =
            s == WS_CONNECTING || s == WS_UPGRADING || s == WS_OPEN || s == WS_CLOSING;
        assert_int_equal(ws_next((enum ws_state)s, WS_EVENT_GONE),
                         has_stream ? WS_WAITING : WS_NEXT_NEVER);
        assert_int_equal(ws_next((enum ws_state)s, WS_EVENT_GONE_FOR_GOOD),
                         has_stream ? WS_IDLE : WS_NEXT_NEVER);
    }
    for (int s = 0; s < WS_STATE_COUNT; s++) {
        assert_true(reachable[s] > 0);
    }
    (void)state;
}

// Address and header lines are those set for the attempt, and a wrong one changes nothing.
static bool keep_head(struct loop_connection *c, const struct http_head *head) {
    struct rig *rig = c->server->user;
    struct text text = TEXT_OVER(rig->pong_text);
    text_add(&text, head->target);
    text_add_char(&text, ' ');
    text_add(&text, http_head_find(head, "X-Key"));
    return true;
}

static bool retarget(struct ws *ws, void *user) {
    struct rig *rig = user;
    char url[256];
    loop_server_url(&rig->server, "ws", "127.0.0.1", rig->budget_asked == 0 ? "/a" : "/b?k=v", url,
                    sizeof(url));
    struct slice lines = rig->budget_asked == 0 ? SLICE("X-Key: one\n") : SLICE("X-Key: two\n");
    rig->budget_asked++;
    assert_int_equal(ws_set_target(ws, url, lines), STATUS_OK);
    assert_int_equal(ws_set_target(ws, url, SLICE("X-Key: one")), STATUS_CONFIG);
    assert_int_equal(ws_set_target(ws, url, SLICE("X-Key: o\rne\n")), STATUS_CONFIG);
    assert_int_equal(ws_set_target(ws, "https://127.0.0.1/secret", lines), STATUS_CONFIG);
    assert_null(strstr(status_text(), "secret"));
    return true;
}

static void test_target(void **state) {
    struct rig rig;
    struct loop_script script = {.on_upgrade = keep_head, .on_event = count_event};
    rig_init(&rig, &script, false);
    rig.config.may_connect = retarget;
    rig_start(&rig);
    rig_until(&rig, &rig.opens, 1);
    assert_string_equal(rig.pong_text, "/a one");
    ws_reconnect(rig.ws, WS_CLOSE_GOING_AWAY, "again");
    rig_until(&rig, &rig.opens, 2);
    assert_string_equal(rig.pong_text, "/b?k=v two");
    rig_finish(&rig);
    (void)state;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_life),     cmocka_unit_test(test_losses),
        cmocka_unit_test(test_wrong_name),    cmocka_unit_test(test_mute_server),
        cmocka_unit_test(test_own_pings),     cmocka_unit_test(test_slow_server),
        cmocka_unit_test(test_backoff),       cmocka_unit_test(test_budget),
        cmocka_unit_test(test_backoff_reset), cmocka_unit_test(test_reconnect_and_stop_anywhere),
        cmocka_unit_test(test_urls),          cmocka_unit_test(test_table),
        cmocka_unit_test(test_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
