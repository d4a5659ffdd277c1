// Heads of HTTP messages and the WebSocket upgrade written in them.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "io/ws_handshake.h"

// The key and answer of RFC 6455, section 1.3.
static const char rfc_key[] = "dGhlIHNhbXBsZSBub25jZQ==";
static const char rfc_accept[] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

static void test_heads(void **state) {
    static const struct row {
        const char *name;
        enum http_head_kind kind;
        const char *text;
        enum http_head_result result;
    } rows[] = {
        {"reply", HTTP_REPLY, "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", HTTP_HEAD_DONE},
        {"reply without headers", HTTP_REPLY, "HTTP/1.1 204 No Content\r\n\r\n", HTTP_HEAD_DONE},
        {"reply without a phrase", HTTP_REPLY, "HTTP/1.1 429\r\n\r\n", HTTP_HEAD_DONE},
        {"request", HTTP_REQUEST, "GET /ws?x=1 HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_HEAD_DONE},
        {"unfinished", HTTP_REPLY, "HTTP/1.1 200 OK\r\nA: b\r\n", HTTP_HEAD_MORE},
        {"nothing", HTTP_REPLY, "", HTTP_HEAD_MORE},
        {"old version", HTTP_REPLY, "HTTP/1.0 200 OK\r\n\r\n", HTTP_HEAD_BAD},
        {"letters as status", HTTP_REPLY, "HTTP/1.1 2x0 OK\r\n\r\n", HTTP_HEAD_BAD},
        {"status of four digits", HTTP_REPLY, "HTTP/1.1 2000 OK\r\n\r\n", HTTP_HEAD_BAD},
        {"status 099", HTTP_REPLY, "HTTP/1.1 099 OK\r\n\r\n", HTTP_HEAD_BAD},
        {"bare line feed", HTTP_REPLY, "HTTP/1.1 200 OK\nA: b\r\n\r\n", HTTP_HEAD_BAD},
        {"folded line", HTTP_REPLY, "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", HTTP_HEAD_BAD},
        {"blank before the colon", HTTP_REPLY, "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", HTTP_HEAD_BAD},
        {"no colon", HTTP_REPLY, "HTTP/1.1 200 OK\r\nAb\r\n\r\n", HTTP_HEAD_BAD},
        {"control character", HTTP_REPLY, "HTTP/1.1 200 OK\r\nA: b\x01\r\n\r\n", HTTP_HEAD_BAD},
        {"carriage return inside", HTTP_REPLY, "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", HTTP_HEAD_BAD},
        {"request without version", HTTP_REQUEST, "GET /\r\n\r\n", HTTP_HEAD_BAD},
        {"request with two blanks", HTTP_REQUEST, "GET  / HTTP/1.1\r\n\r\n", HTTP_HEAD_BAD},
        {"request without a target", HTTP_REQUEST, "GET HTTP/1.1\r\n\r\n", HTTP_HEAD_BAD},
        {"TLS instead", HTTP_REQUEST, "\x16\x03\x01\x02\r\n\r\n", HTTP_HEAD_BAD},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        print_message("# %s\n", rows[i].name);
        struct http_head head;
        const char *why = NULL;
        struct slice text = slice_of(rows[i].text);
        assert_int_equal(http_head_parse(rows[i].kind, text, &head, &why), rows[i].result);
        assert_int_equal(why != NULL, rows[i].result == HTTP_HEAD_BAD);
        if (rows[i].result == HTTP_HEAD_DONE) {
            assert_int_equal(head.size, text.size);
            for (size_t size = 0; size < text.size; size++) { // every cut waits for the rest
                struct slice part = {text.data, size};
                assert_int_equal(http_head_parse(rows[i].kind, part, &head, &why), HTTP_HEAD_MORE);
            }
        }
    }
    (void)state;
}

static void test_limits(void **state) {
    static char text[HTTP_HEAD_MAX + 100];
    struct http_head head;
    const char *why;
    struct text out = TEXT_OVER(text);
    text_add_string(&out, "HTTP/1.1 200 OK\r\nA: ");
    while (out.size < HTTP_HEAD_MAX) {
        text_add_char(&out, 'x');
    }
    assert_int_equal(
        http_head_parse(HTTP_REPLY, (struct slice){text, HTTP_HEAD_MAX - 1}, &head, &why),
        HTTP_HEAD_MORE);
    assert_int_equal(http_head_parse(HTTP_REPLY, (struct slice){text, HTTP_HEAD_MAX}, &head, &why),
                     HTTP_HEAD_BAD);
    for (int count = HTTP_HEADERS_MAX; count <= HTTP_HEADERS_MAX + 1; count++) {
        text_clear(&out);
        text_add_string(&out, "HTTP/1.1 200 OK\r\n");
        for (int i = 0; i < count; i++) {
            text_add_string(&out, "A: b\r\n");
        }
        text_add_string(&out, "\r\n");
        assert_int_equal(http_head_parse(HTTP_REPLY, text_slice(&out), &head, &why),
                         count > HTTP_HEADERS_MAX ? HTTP_HEAD_BAD : HTTP_HEAD_DONE);
    }
    (void)state;
}

static void test_find(void **state) {
    struct http_head head;
    const char *why;
    int64_t number = 0;
    struct slice text =
        SLICE("HTTP/1.1 200 OK\r\nContent-Length:  12 \r\nConnection: keep-alive , Upgrade\r\n"
              "connection: x\r\nEmpty:\r\nBig: 99999999999999999999\r\nSigned: -1\r\n\r\nbody");
    assert_int_equal(http_head_parse(HTTP_REPLY, text, &head, &why), HTTP_HEAD_DONE);
    assert_int_equal(head.size, text.size - 4);
    assert_true(slice_equals(http_head_find(&head, "content-length"), SLICE("12")));
    assert_true(http_head_number(&head, "Content-Length", &number));
    assert_int_equal(number, 12);
    assert_false(http_head_number(&head, "Big", &number));
    assert_false(http_head_number(&head, "Signed", &number));
    assert_false(http_head_number(&head, "Empty", &number));
    assert_null(http_head_find(&head, "Content").data);
    assert_true(http_head_has_token(&head, "connection", "UPGRADE"));
    assert_true(http_head_has_token(&head, "connection", "x"));
    assert_false(http_head_has_token(&head, "connection", "Upgrad"));
    (void)state;
}

static void test_accept(void **state) {
    char accept[WS_ACCEPT_TEXT];
    ws_accept_text(slice_of(rfc_key), accept);
    assert_string_equal(accept, rfc_accept);
    char key[WS_KEY_TEXT];
    ws_key_text((const unsigned char *)"the sample nonce", key);
    assert_string_equal(key, rfc_key);
    (void)state;
}

#define UPGRADE "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\n"
#define ACCEPT  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

static void test_replies(void **state) {
    static const struct row {
        const char *name, *text, *why; // why NULL: accepted
    } rows[] = {
        {"good", UPGRADE ACCEPT "\r\n", NULL},
        {"status 200", "HTTP/1.1 200 OK\r\n\r\n", "refused the upgrade"},
        {"status 503", "HTTP/1.1 503 Busy\r\nRetry-After: 3\r\n\r\n", "refused the upgrade"},
        {"no accept", UPGRADE "\r\n", "does not answer our key"},
        {"wrong accept", UPGRADE "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOO=\r\n\r\n",
         "answer our key"},
        {"no upgrade", "HTTP/1.1 101 X\r\nConnection: upgrade\r\n" ACCEPT "\r\n",
         "no WebSocket upgrade"},
        {"no connection", "HTTP/1.1 101 X\r\nUpgrade: websocket\r\n" ACCEPT "\r\n",
         "no WebSocket upgrade"},
        {"extension", UPGRADE ACCEPT "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
         "extension"},
        {"subprotocol", UPGRADE ACCEPT "Sec-WebSocket-Protocol: chat\r\n\r\n", "subprotocol"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        print_message("# %s\n", rows[i].name);
        struct http_head head;
        const char *why = NULL;
        assert_int_equal(http_head_parse(HTTP_REPLY, slice_of(rows[i].text), &head, &why),
                         HTTP_HEAD_DONE);
        assert_int_equal(ws_reply_check(&head, rfc_key, &why), rows[i].why == NULL);
        if (rows[i].why != NULL) {
            assert_non_null(strstr(why, rows[i].why));
        }
    }
    (void)state;
}

// Our request satisfies our server, and the answer satisfies us.
static void test_both_sides(void **state) {
    char buffer[1024];
    struct text text = TEXT_OVER(buffer);
    struct http_head head;
    const char *why = NULL;
    struct slice key;
    ws_request_write(&text, "venue.example:8443", "/stream?streams=a/b", rfc_key, SLICE(""));
    assert_int_equal(http_head_parse(HTTP_REQUEST, text_slice(&text), &head, &why), HTTP_HEAD_DONE);
    assert_true(slice_equals(head.target, SLICE("/stream?streams=a/b")));
    assert_true(slice_equals(http_head_find(&head, "host"), SLICE("venue.example:8443")));
    assert_true(ws_request_check(&head, &key, &why));
    char answer[512];
    struct text reply = TEXT_OVER(answer);
    ws_reply_write(&reply, key);
    assert_int_equal(http_head_parse(HTTP_REPLY, text_slice(&reply), &head, &why), HTTP_HEAD_DONE);
    assert_true(ws_reply_check(&head, rfc_key, &why));
    (void)state;
}

static void test_requests_refused(void **state) {
    static const char *const rows[] = {
        "POST / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
        "13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
        "8\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
        "13\r\n"
        "Sec-WebSocket-Key: dGhl\r\n\r\n",
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_head head;
        const char *why = NULL;
        struct slice key;
        assert_int_equal(http_head_parse(HTTP_REQUEST, slice_of(rows[i]), &head, &why),
                         HTTP_HEAD_DONE);
        assert_false(ws_request_check(&head, &key, &why));
        assert_non_null(why);
    }
    (void)state;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_accept),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_both_sides),
        cmocka_unit_test(test_requests_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
