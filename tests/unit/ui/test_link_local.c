// The link to a desk in the same process, over a real board.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/view.h"

static struct control_request seen;
static int calls;

static enum status take(void *arg, const struct control_request *request) {
    assert_ptr_equal(arg, &calls);
    seen = *request;
    calls++;
    return request->verb == CONTROL_KILL ? status_fail(STATUS_REFUSED, "not today") : STATUS_OK;
}

static void test_board_and_control(void **state) {
    (void)state;
    struct universe universe;
    struct state_draft draft;
    struct state_board board;
    assert_int_equal(universe_create(&universe, 2, 1), STATUS_OK);
    assert_int_equal(state_draft_create(&draft, &universe), STATUS_OK);
    assert_int_equal(state_board_create(&board, &universe), STATUS_OK);
    struct link_local local = {
        .board = &board, .universe = &universe, .control = take, .arg = &calls};
    struct link link = link_local(&local);
    struct view view;
    assert_int_equal(view_create(&view, &link), STATUS_OK);
    (void)view_refresh(&view);
    struct state_header *header = STATE_ROWS(&draft, STATE_HEADER, struct state_header);
    header->now_ns = 7;
    draft.count[STATE_HEADER] = 1;
    state_publish(&board, &draft);
    assert_true((view_refresh(&view) & VIEW_BIT(STATE_HEADER)) != 0);
    assert_int_equal(view.header->now_ns, 7);
    assert_int_equal(view_refresh(&view) & VIEW_BIT(STATE_HEADER), 0);

    char data[200];
    struct text answer = TEXT_OVER(data);
    struct control_request request = {
        .verb = CONTROL_PAUSE, .venue = CONTROL_ANY, .symbol = CONTROL_ANY};
    assert_int_equal(link.ops->control(link.self, &request, &answer), STATUS_OK);
    assert_int_equal(calls, 1);
    assert_int_equal(seen.verb, CONTROL_PAUSE);
    assert_non_null(strstr(data, "pause"));
    text_clear(&answer);
    request.value = 9; // does not fit the verb: never gets through
    assert_int_equal(link.ops->control(link.self, &request, &answer), STATUS_USAGE);
    assert_int_equal(calls, 1);
    assert_true(answer.size > 0);
    text_clear(&answer);
    request =
        (struct control_request){.verb = CONTROL_KILL, .venue = CONTROL_ANY, .symbol = CONTROL_ANY};
    assert_int_equal(link.ops->control(link.self, &request, &answer), STATUS_REFUSED);
    assert_string_equal(data, "not today");
    view_destroy(&view);
    state_board_finish(&board);
    state_draft_finish(&draft);
    universe_finish(&universe);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_board_and_control)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
