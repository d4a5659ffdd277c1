// The caller's end of a line socket against a server that answers as the test says.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/line_client.h"

enum { WAIT_MS = 20000 };

struct script {
    int listener;
    const char *answer; // to the first line; NULL: none
    size_t step;        // bytes at a time
    char line[64];      // what came
    char path[64];
    pthread_t thread;
};

static void *serve(void *arg) {
    struct script *script = arg;
    int fd = accept(script->listener, NULL, NULL);
    ssize_t got = read(fd, script->line, sizeof(script->line) - 1);
    size_t size = script->answer != NULL && got > 0 ? strlen(script->answer) : 0;
    for (size_t at = 0; at < size; at += script->step) {
        size_t part = size - at < script->step ? size - at : script->step;
        (void)send(fd, script->answer + at, part, MSG_NOSIGNAL);
        (void)usleep(200);
    }
    char rest[64];
    if (script->answer == NULL) {
        (void)!read(fd, rest, sizeof(rest)); // until the caller is gone
    }
    (void)close(fd);
    return NULL;
}

static void begin(struct script *script, const char *answer, size_t step) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    *script = (struct script){.answer = answer, .step = step};
    (void)snprintf(script->path, sizeof(script->path), P_tmpdir "/perpdesk-line-%ld",
                   (long)getpid());
    (void)string_copy(address.sun_path, sizeof(address.sun_path), slice_of(script->path));
    (void)unlink(script->path);
    script->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(script->listener, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(script->listener, 1), 0);
    assert_int_equal(pthread_create(&script->thread, NULL, serve, script), 0);
}

static void end(struct script *script) {
    assert_int_equal(pthread_join(script->thread, NULL), 0);
    (void)close(script->listener);
    (void)unlink(script->path);
}

static void test_answers(void **state) {
    (void)state;
    static const struct {
        const char *answer;
        enum status status;
        const char *text; // the body, or status_text()
        bool open;
    } rows[] = {
        {"ok 5\nhello", STATUS_OK, "hello", true},
        {"ok 0\n", STATUS_OK, "", true},
        {"error refused 8\nnot now!", STATUS_REFUSED, "not now!", true},
        {"error nonsense 2\nno", STATUS_ERROR, "no", true}, // a newer desk's word
        {"ok\n", STATUS_NOT_RUNNING, "no answer", false},
        {"ok -1\n", STATUS_NOT_RUNNING, "no answer", false},
        {"ok 200\n", STATUS_NOT_RUNNING, "no answer", false}, // longer than was agreed
        {"ok 99999999999999999999999999\n", STATUS_NOT_RUNNING, "no answer", false},
        {"HTTP/1.1 400 Bad Request\n", STATUS_NOT_RUNNING, "no answer", false},
        {"no line ends here no line ends here no line ends here no line ends here",
         STATUS_NOT_RUNNING, "no answer", false},
        {"ok 9\nhalf", STATUS_NOT_RUNNING, "gone", false},
        {"", STATUS_NOT_RUNNING, "gone", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (size_t step = 1; step < 200; step += 99) {
            struct script script;
            struct line_client client;
            begin(&script, rows[i].answer, step);
            assert_int_equal(line_client_open(&client, script.path, 64), STATUS_OK);
            enum status status = line_client_ask(&client, SLICE("question"), WAIT_MS);
            if (status != rows[i].status) {
                fail_msg("row %zu: %s", i, status == STATUS_OK ? "ok" : status_text());
            }
            assert_int_equal(line_client_is_open(&client), rows[i].open);
            struct slice body =
                status == STATUS_OK ? line_client_answer(&client) : slice_of(status_text());
            char data[256];
            (void)snprintf(data, sizeof(data), "%.*s", (int)body.size, body.data);
            if (strstr(data, rows[i].text) == NULL) {
                fail_msg("row %zu: %s", i, data);
            }
            line_client_close(&client);
            end(&script);
            assert_string_equal(script.line, "question\n");
        }
    }
}

static void test_no_answer(void **state) {
    (void)state;
    struct script script;
    struct line_client client;
    begin(&script, NULL, 1);
    assert_int_equal(line_client_open(&client, script.path, 64), STATUS_OK);
    int64_t began_ns = mono_now_ns();
    assert_int_equal(line_client_ask(&client, SLICE("question"), 100), STATUS_TIMEOUT);
    assert_true(mono_now_ns() - began_ns >= 90 * NS_PER_MS);
    assert_false(line_client_is_open(&client)); // a late answer would be taken for another's
    assert_int_equal(line_client_ask(&client, SLICE("question"), 100), STATUS_NOT_RUNNING);
    line_client_close(&client);
    end(&script);
}

static void test_bad_calls(void **state) {
    (void)state;
    struct line_client client;
    char longer[2000];
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    assert_int_equal(line_client_open(&client, "/nonexistent/x.sock", 64), STATUS_NOT_RUNNING);
    assert_int_equal(line_client_open(&client, longer, 64), STATUS_USAGE);
    assert_false(line_client_is_open(&client));
    struct script script;
    begin(&script, "ok 0\n", 9);
    assert_int_equal(line_client_open(&client, script.path, 64), STATUS_OK);
    assert_int_equal(line_client_send(&client, slice_of(longer)), STATUS_USAGE);
    assert_int_equal(line_client_send(&client, SLICE("two\nlines")), STATUS_USAGE);
    assert_int_equal(line_client_ask(&client, SLICE("question"), WAIT_MS), STATUS_OK);
    line_client_close(&client);
    line_client_close(&client); // again: nothing happens
    end(&script);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_bad_calls),
    };
    return cmocka_run_group_tests_name("line_client", tests, NULL, NULL);
}
