// What the footer says after a request: what is so now, with the names and figures of the request.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/control_text.h"
#include "ui/told.h"

static struct universe universe;

static int set_up(void **state) {
    (void)state;
    assert_int_equal(universe_create(&universe, 2, 1), STATUS_OK);
    (void)string_copy(universe.venues[0].name, VENUE_NAME_MAX, SLICE("okx"));
    (void)string_copy(universe.venues[1].name, VENUE_NAME_MAX, SLICE("grvt"));
    (void)string_copy(universe.symbols[0].name, SYMBOL_NAME_MAX, SLICE("BTC/USDT"));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    universe_finish(&universe);
    return 0;
}

static void test_sentences(void **state) {
    (void)state;
    static const struct {
        const char *line, *told;
    } rows[] = {
        {"pause", "paused: no new jobs; those that run finish"},
        {"resume", "resumed: new jobs may start"},
        {"set-risk-mode aggressive", "the risk mode is aggressive"},
        {"override 45", "soft rules are passed for 45 s; o ends it"},
        {"override 0", "the override is over: soft rules hold again"},
        {"threshold 2.5", "the threshold is 2.50 bps"},
        {"threshold auto", "the scanner works the threshold out again"},
        {"state active", "ACTIVE: jobs are opened and closed"},
        {"state reducing", "REDUCING: nothing is opened any more"},
        {"state halted", "HALTED: no order leaves that opens anything"},
        {"kill", "KILLED: every order is canceled; K clears it"},
        {"kill flatten", "KILLED: every order is canceled, every position flattened; K clears it"},
        {"clear-kill", "the kill switch is off, the desk is PAUSED: r resumes"},
        {"submit sell grvt BTC/USDT 250",
         "to sell 250.00 USD of BTC/USDT on grvt: risk decides, 4 JOBS shows it"},
        {"cancel 17", "job 17 is taken back"},
        {"flatten", "flattening every position"},
        {"flatten okx", "flattening on okx"},
        {"flatten okx BTC/USDT", "flattening BTC/USDT on okx"},
        {"venue grvt reference", "grvt: role reference"},
        {"strategy wash off", "strategy wash is off"},
        {"accept", "accepted: the venues' positions stand"},
        {"acknowledge", "acknowledged"},
    };
    uint32_t verbs = 0;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct control_request request;
        assert_int_equal(control_parse(slice_of(rows[i].line), &universe, &request), STATUS_OK);
        verbs |= 1U << request.verb;
        char data[200];
        struct text text = TEXT_OVER(data);
        told_print(&text, &universe, &request);
        assert_string_equal(data, rows[i].told);
    }
    assert_int_equal(verbs, (1U << CONTROL_COUNT) - 1); // none is left out
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sentences)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
