// What a person is told of a command: what names nothing or changes nothing is refused and enters
// nothing; an order that a rule denied comes back with the rule.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/control_text.h"
#include "harness.h"
#include "trade/answer.h"

static struct harness *answering(void) {
    struct harness *h = harness_create();
    h->engine.options.judge = answer_judge(&h->desk);
    return h;
}

static enum status say(struct harness *h, const char *words) {
    struct control_request request;
    enum status status = control_parse(slice_of(words), &h->universe, &request);
    request.origin = ORIGIN_TEST;
    return status == STATUS_OK ? engine_control(&h->engine, &request, h->now_ns) : status;
}

static void refused(struct harness *h, const char *words, enum status status, const char *why) {
    uint64_t events = h->engine.bus.sequence;
    assert_int_equal(say(h, words), status);
    assert_string_equal(status_text(), why);
    assert_int_equal(h->engine.bus.sequence, events); // nothing entered
}

static void test_kill_switch(void **state) {
    (void)state;
    struct harness *h = answering();
    refused(h, "clear-kill", STATUS_REFUSED,
            "clear-kill: the kill switch is not latched: nothing changed");
    assert_int_equal(h->desk.status, DESK_RUNNING);
    assert_int_equal(say(h, "resume"), STATUS_OK);
    assert_int_equal(say(h, "kill"), STATUS_OK);
    refused(h, "resume", STATUS_REFUSED, "resume: still killed: clear-kill (K) first");
    assert_int_equal(say(h, "clear-kill"), STATUS_OK);
    assert_int_equal(say(h, "resume"), STATUS_OK);
    assert_int_equal(h->desk.status, DESK_RUNNING);
    harness_destroy(h);
}

static void test_what_is_not_there(void **state) {
    (void)state;
    struct harness *h = answering();
    refused(h, "cancel 99999", STATUS_USAGE, "cancel: no job 99999");
    refused(h, "acknowledge 7777", STATUS_USAGE, "acknowledge: no alarm 7777");
    assert_int_equal(say(h, "kill"), STATUS_OK); // raises one
    char words[32];
    struct text text = TEXT_OVER(words);
    text_add_format(&text, "acknowledge %u", h->desk.watch.count);
    assert_int_equal(say(h, words), STATUS_OK);
    harness_destroy(h);
}

static void test_denied_order(void **state) {
    (void)state;
    struct harness *h = answering();
    assert_int_equal(say(h, "submit buy lighter BTC/USDT 300"), STATUS_OK);
    uint32_t job = h->desk.jobs.next_id;
    assert_int_equal(say(h, "submit buy lighter BTC/USDT 1"), STATUS_REFUSED);
    assert_non_null(strstr(status_text(), "refused: order_small: "));
    assert_int_equal(h->desk.risk.denied, 1);
    assert_int_equal(say(h, "submit buy lighter BTC/USDT 1000000000"), STATUS_REFUSED);
    assert_int_equal(h->desk.jobs.next_id, job);
    assert_int_equal(say(h, "submit sell extended BTC/USDT 300"),
                     STATUS_OK); // the no was the other's
    harness_destroy(h);
}

static void test_job_that_is_over(void **state) {
    (void)state;
    struct harness *h = answering();
    assert_int_equal(say(h, "submit buy lighter BTC/USDT 300"), STATUS_OK);
    struct job *job = &h->desk.jobs.jobs[h->desk.jobs.live[0]];
    char words[32];
    struct text text = TEXT_OVER(words);
    text_add_format(&text, "cancel %u", job->id);
    assert_int_equal(say(h, words), STATUS_OK);
    for (int i = 0; i < 100 && job_live(job); i++) {
        harness_advance(h, NS_PER_S);
    }
    assert_false(job_live(job));
    assert_int_equal(say(h, words), STATUS_REFUSED);
    assert_non_null(strstr(status_text(), "is over"));
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kill_switch),
        cmocka_unit_test(test_what_is_not_there),
        cmocka_unit_test(test_denied_order),
        cmocka_unit_test(test_job_that_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
