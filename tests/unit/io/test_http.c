// HTTP requests against a scripted server on loopback: every class of answer and of failure.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

#include "folder.h"
#include "io/http.h"
#include "io/tls.h"
#include "loop_server.h"

struct rig {
    uv_loop_t loop;
    struct loop_server server;
    struct tls_authority authority;
    SSL_CTX *server_tls, *client_tls;
    struct http *http;
    int done, stopped;
    uint64_t tag;
    struct http_answer answer;
    char body[256], text[256], headers[512], seen_body[256];
};

static char large[100000];

static void serve(struct loop_connection *c, const struct http_head *head, struct slice body) {
    struct rig *rig = c->server->user;
    (void)string_copy(rig->seen_body, sizeof(rig->seen_body), body);
    struct slice path = head->target;
    if (slice_equals(path, SLICE("/ok"))) {
        loop_reply(c, 200, "X-MBX-USED-WEIGHT-1M: 37\r\n",
                   slice_equals(head->method, SLICE("POST")) ? body : SLICE("fine"));
    } else if (slice_equals(path, SLICE("/echo"))) {
        char echo[256];
        struct text text = TEXT_OVER(echo);
        text_add(&text, head->method);
        text_add_char(&text, ' ');
        text_add(&text, http_head_find(head, "X-Key"));
        text_add_char(&text, ' ');
        text_add(&text, http_head_find(head, "Content-Type"));
        text_add_char(&text, ' ');
        text_add(&text, body);
        loop_reply(c, 200, "X-Answer: 7\r\n", text_slice(&text));
    } else if (slice_equals(path, SLICE("/limited"))) {
        loop_reply(c, 429, "Retry-After: 3\r\n", SLICE("slow down"));
    } else if (slice_equals(path, SLICE("/banned"))) {
        loop_reply(c, 418, "Retry-After: 120\r\n", SLICE(""));
    } else if (slice_equals(path, SLICE("/for-ever"))) {
        loop_reply(c, 429, "Retry-After: 9000000000000\r\n", SLICE(""));
    } else if (slice_equals(path, SLICE("/missing"))) {
        loop_reply(c, 404, "", SLICE("{\"code\":-1}"));
    } else if (slice_equals(path, SLICE("/moved"))) {
        loop_reply(c, 302, "Location: /ok\r\n", SLICE(""));
    } else if (slice_equals(path, SLICE("/down"))) {
        loop_reply(c, 503, "", SLICE(""));
    } else if (slice_equals(path, SLICE("/cut"))) {
        loop_send_raw(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", 44);
        stream_end(c->stream);
    } else if (slice_equals(path, SLICE("/large"))) {
        loop_reply(c, 200, "", (struct slice){large, sizeof(large)});
    } else if (slice_equals(path, SLICE("/reset"))) {
        stream_reset(c->stream);
    } else if (slice_equals(path, SLICE("/shut"))) {
        stream_end(c->stream);
    } else if (slice_equals(path, SLICE("/garbage"))) {
        loop_send_raw(c, "SSH-2.0-x\r\n\r\n", 13);
        stream_end(c->stream);
    } // "/never": no answer
}

static const struct loop_script script = {.on_request = serve};

static void on_done(void *arg, uint64_t tag, const struct http_answer *answer) {
    struct rig *rig = arg;
    rig->done++;
    rig->tag = tag;
    rig->answer = *answer;
    (void)string_copy(rig->body, sizeof(rig->body), answer->body);
    (void)string_copy(rig->text, sizeof(rig->text), slice_of(answer->text));
    (void)string_copy(rig->headers, sizeof(rig->headers), answer->headers);
}

static void on_stopped(void *arg) {
    struct rig *rig = arg;
    rig->stopped++;
    http_destroy(rig->http);
    rig->http = NULL;
}

static void rig_init(struct rig *rig, bool tls, const char *trusted) {
    *rig = (struct rig){0};
    assert_int_equal(uv_loop_init(&rig->loop), 0);
    assert_int_equal(tls_authority_create(&rig->authority), STATUS_OK);
    if (tls) {
        assert_int_equal(tls_authority_issue(&rig->authority, "127.0.0.1", &rig->server_tls),
                         STATUS_OK);
    }
    loop_server_start(&rig->server, &rig->loop, rig->server_tls, &script, rig, 0);
    const char *pem = trusted != NULL ? trusted : rig->authority.pem;
    assert_int_equal(tls_client_create_from_text(&rig->client_tls, slice_of(pem)), STATUS_OK);
    struct http_config config = {.loop = &rig->loop,
                                 .tls = rig->client_tls,
                                 .requests_max = 3,
                                 .body_max = 50000,
                                 .weight_header = "X-MBX-USED-WEIGHT-1M"};
    assert_int_equal(http_create(&rig->http, &config), STATUS_OK);
}

static enum status ask_at(struct rig *rig, const char *host, const char *path, const char *body,
                          uint64_t tag) {
    char url[256];
    loop_server_url(&rig->server, rig->server_tls != NULL ? "https" : "http", host, path, url,
                    sizeof(url));
    struct http_request request = {.method = body != NULL ? "POST" : "GET",
                                   .url = url,
                                   .body = body,
                                   .timeout_ms = strcmp(path, "/never") == 0 ? 400 : 10000,
                                   .on_done = on_done,
                                   .arg = rig,
                                   .tag = tag};
    return http_send(rig->http, &request);
}

static void ask(struct rig *rig, const char *path) {
    int before = rig->done;
    assert_int_equal(ask_at(rig, "127.0.0.1", path, NULL, (uint64_t)before), STATUS_OK);
    while (rig->done == before) {
        uv_run(&rig->loop, UV_RUN_ONCE);
    }
    assert_int_equal(rig->tag, before);
}

static void rig_finish(struct rig *rig) {
    http_stop(rig->http, on_stopped, rig);
    loop_server_stop(&rig->server);
    uv_run(&rig->loop, UV_RUN_DEFAULT);
    assert_int_equal(rig->stopped, 1);
    assert_int_equal(uv_loop_close(&rig->loop), 0);
    loop_server_finish(&rig->server);
    SSL_CTX_free(rig->server_tls);
    SSL_CTX_free(rig->client_tls);
    tls_authority_destroy(&rig->authority);
}

static void test_answers(void **state) {
    static const struct row {
        const char *path;
        enum http_result result;
        int status;
        int64_t retry_after_s, weight;
        const char *body, *text;
    } rows[] = {
        {"/ok", HTTP_OK, 200, 0, 37, "fine", ""},
        {"/limited", HTTP_LIMITED, 429, 3, -1, "slow down", "HTTP status 429"},
        {"/banned", HTTP_LIMITED, 418, 120, -1, "", "HTTP status 418"},
        {"/for-ever", HTTP_LIMITED, 429, 3600, -1, "", "HTTP status 429"},
        {"/missing", HTTP_REFUSED, 404, 0, -1, "{\"code\":-1}", "HTTP status 404"},
        {"/moved", HTTP_REFUSED, 302, 0, -1, "", "HTTP status 302"},
        {"/down", HTTP_SERVER_ERROR, 503, 0, -1, "", "HTTP status 503"},
        {"/cut", HTTP_BROKEN, 200, 0, -1, "", ""},
        {"/large", HTTP_BROKEN, 200, 0, -1, "", "the answer is larger than allowed"},
        {"/reset", HTTP_BROKEN, 0, 0, -1, "", ""},
        {"/garbage", HTTP_BROKEN, 0, 0, -1, "", ""},
        {"/never", HTTP_TIMEOUT, 0, 0, -1, "", "timed out"},
        {"/ok", HTTP_OK, 200, 0, 37, "fine", ""},
    };
    for (int tls = 0; tls <= 1; tls++) {
        struct rig rig;
        rig_init(&rig, tls, NULL);
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            print_message("# %s%s\n", tls ? "https " : "http ", rows[i].path);
            ask(&rig, rows[i].path);
            assert_string_equal(http_result_name(rig.answer.result),
                                http_result_name(rows[i].result));
            assert_int_equal(rig.answer.status, rows[i].status);
            assert_int_equal(rig.answer.retry_after_s, rows[i].retry_after_s);
            assert_int_equal(rig.answer.used_weight, rows[i].weight);
            assert_string_equal(rig.body, rows[i].body);
            assert_non_null(strstr(rig.text, rows[i].text));
        }
        assert_int_equal(http_active(rig.http), 0);
        rig_finish(&rig);
    }
    (void)state;
}

static void test_post_and_reuse(void **state) {
    struct rig rig;
    rig_init(&rig, true, NULL);
    for (int i = 0; i < 5; i++) {
        ask(&rig, "/ok");
    }
    int before = rig.done;
    assert_int_equal(ask_at(&rig, "127.0.0.1", "/ok", "{\"type\":\"meta\"}", 99), STATUS_OK);
    while (rig.done == before) {
        uv_run(&rig.loop, UV_RUN_ONCE);
    }
    assert_int_equal(rig.tag, 99);
    assert_string_equal(rig.body, "{\"type\":\"meta\"}");
    assert_string_equal(rig.seen_body, "{\"type\":\"meta\"}");
    ask(&rig, "/ok"); // a GET again, on the same handle
    assert_string_equal(rig.seen_body, "");
    assert_int_equal(rig.server.accepted, 1); // one connection carried them all
    rig_finish(&rig);
    (void)state;
}

// A kept connection that dies without an answer: what asks is asked again, what changes something
// is never sent twice, nor is it said not to have been sent because no other connection could be
// made.
static void test_once(void **state) {
    static const struct row {
        bool once, listens;
        int seen;
    } rows[] = {{false, true, 2}, {true, true, 1}, {true, false, 1}, {false, false, 1}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rig rig;
        rig_init(&rig, true, NULL);
        ask(&rig, "/ok");
        char url[256];
        loop_server_url(&rig.server, "https", "127.0.0.1", "/shut", url, sizeof(url));
        if (!rows[i].listens) {
            stream_listener_close(&rig.server.listener);
            uv_run(&rig.loop, UV_RUN_NOWAIT);
        }
        struct http_request request = {.method = "POST",
                                       .url = url,
                                       .body = "{\"order\":1}",
                                       .once = rows[i].once,
                                       .timeout_ms = 10000,
                                       .on_done = on_done,
                                       .arg = &rig};
        int before = rig.done, requests = rig.server.requests;
        assert_int_equal(http_send(rig.http, &request), STATUS_OK);
        while (rig.done == before) {
            uv_run(&rig.loop, UV_RUN_ONCE);
        }
        assert_string_equal(http_result_name(rig.answer.result), http_result_name(HTTP_BROKEN));
        assert_int_equal(rig.server.requests - requests, rows[i].seen);
        rig_finish(&rig);
    }
    (void)state;
}

static void test_methods_and_headers(void **state) {
    static const struct row {
        const char *method, *headers, *body, *echo;
    } rows[] = {
        {"GET", "X-Key: one\n", NULL, "GET one  "},
        {"DELETE", "X-Key: two\n", NULL, "DELETE two  "},
        {"PUT", "X-Key: three\n", "{}", "PUT three application/json {}"},
        {"PATCH", NULL, "{}", "PATCH  application/json {}"},
        {"POST", "X-Key: 4\nContent-Type: application/x-www-form-urlencoded\n", "a=1&b=2",
         "POST 4 application/x-www-form-urlencoded a=1&b=2"},
        {"POST", "X-Key: 5\n", NULL, "POST 5 application/x-www-form-urlencoded "},
        {"GET", NULL, NULL, "GET   "}, // nothing is left of the one before
    };
    struct rig rig;
    rig_init(&rig, true, NULL);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char url[256];
        loop_server_url(&rig.server, "https", "127.0.0.1", "/echo", url, sizeof(url));
        struct http_request request = {.method = rows[i].method,
                                       .url = url,
                                       .headers = rows[i].headers,
                                       .body = rows[i].body,
                                       .timeout_ms = 10000,
                                       .on_done = on_done,
                                       .arg = &rig};
        int before = rig.done;
        assert_int_equal(http_send(rig.http, &request), STATUS_OK);
        while (rig.done == before) {
            uv_run(&rig.loop, UV_RUN_ONCE);
        }
        assert_int_equal(rig.answer.result, HTTP_OK);
        assert_string_equal(rig.body, rows[i].echo);
        assert_non_null(strstr(rig.headers, "X-Answer: 7\r\n"));
    }
    rig_finish(&rig);
    (void)state;
}

static void test_tls_refused(void **state) {
    struct tls_authority stranger;
    assert_int_equal(tls_authority_create(&stranger), STATUS_OK);
    struct rig rig;
    rig_init(&rig, true, stranger.pem);
    ask(&rig, "/ok");
    assert_int_equal(rig.answer.result, HTTP_CONNECT_FAILED);
    assert_int_equal(rig.server.requests, 0);
    rig_finish(&rig);
    rig_init(&rig, true, NULL); // our authority, but the certificate is for 127.0.0.1
    assert_int_equal(ask_at(&rig, "localhost", "/ok", NULL, 1), STATUS_OK);
    while (rig.done == 0) {
        uv_run(&rig.loop, UV_RUN_ONCE);
    }
    assert_int_equal(rig.answer.result, HTTP_CONNECT_FAILED);
    assert_int_equal(rig.server.requests, 0);
    rig_finish(&rig);
    tls_authority_destroy(&stranger);
    (void)state;
}

// The system's authorities: those of its folder, each under the hash of its name, or the file a
// person names.
static void test_authorities_of_the_system(void **state) {
    (void)state;
    static const struct {
        bool folder, file;
        enum http_result result;
    } rows[] = {
        {false, false, HTTP_CONNECT_FAILED}, {true, false, HTTP_OK}, {false, true, HTTP_OK}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char folder[] = "perpdesk-authorities-XXXXXX";
        assert_non_null(mkdtemp(folder));
        struct rig rig;
        rig_init(&rig, true, NULL);
        char path[128];
        struct text text = TEXT_OVER(path);
        text_add_format(&text, "%s/", folder);
        if (rows[i].folder) {
            text_add_format(&text, "%08lx.0", X509_subject_name_hash(rig.authority.certificate));
        } else {
            text_add_string(&text, "named.pem");
        }
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_true(fputs(rig.authority.pem, file) >= 0);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(setenv(X509_get_default_cert_dir_env(), folder, 1), 0);
        assert_int_equal(rows[i].file ? setenv(X509_get_default_cert_file_env(), path, 1)
                                      : unsetenv(X509_get_default_cert_file_env()),
                         0);
        SSL_CTX *system;
        assert_int_equal(tls_client_create(&system, NULL), STATUS_OK);
        SSL_CTX_set1_cert_store(rig.client_tls, SSL_CTX_get_cert_store(system));
        SSL_CTX_free(system);
        ask(&rig, "/ok");
        if (rig.answer.result != rows[i].result) {
            fail_msg("row %zu: %s", i, http_result_name(rig.answer.result));
        }
        rig_finish(&rig);
        assert_true(folder_remove(folder));
    }
}

static void test_limits(void **state) {
    struct rig rig;
    rig_init(&rig, false, NULL);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask_at(&rig, "127.0.0.1", "/never", NULL, 1), STATUS_OK);
    }
    assert_int_equal(ask_at(&rig, "127.0.0.1", "/ok", NULL, 1), STATUS_INTERNAL);
    assert_int_equal(http_active(rig.http), 3);
    uv_run(&rig.loop, UV_RUN_NOWAIT);
    rig_finish(&rig); // with three on the way: silent, nothing left
    assert_int_equal(rig.done, 0);

    rig_init(&rig, false, NULL);
    struct http_request request = {
        .method = "GET", .url = "http://venue.example/", .on_done = on_done};
    assert_int_equal(http_send(rig.http, &request), STATUS_CONFIG); // not in the clear
    request.url = "wss://127.0.0.1/";
    assert_int_equal(http_send(rig.http, &request), STATUS_CONFIG);
    request.url = "file:///etc/passwd";
    assert_int_equal(http_send(rig.http, &request), STATUS_CONFIG);
    uint16_t port = stream_listener_port(&rig.server.listener);
    stream_listener_close(&rig.server.listener);
    uv_run(&rig.loop, UV_RUN_NOWAIT);
    char url[64];
    struct text text = TEXT_OVER(url);
    text_add_format(&text, "http://127.0.0.1:%u/ok", port);
    request = (struct http_request){
        .method = "GET", .url = url, .timeout_ms = 400, .on_done = on_done, .arg = &rig};
    assert_int_equal(http_send(rig.http, &request), STATUS_OK);
    while (rig.done == 0) {
        uv_run(&rig.loop, UV_RUN_ONCE);
    }
    assert_int_equal(rig.answer.result, HTTP_CONNECT_FAILED);
    rig_finish(&rig);
    (void)state;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),     cmocka_unit_test(test_post_and_reuse),
        cmocka_unit_test(test_once),        cmocka_unit_test(test_methods_and_headers),
        cmocka_unit_test(test_tls_refused), cmocka_unit_test(test_authorities_of_the_system),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
