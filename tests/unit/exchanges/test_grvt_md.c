// GRVT's best prices come as deltas: what the decoder makes of a run of them, frame by frame.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "exchanges/grvt_md.h"

struct told {
    struct md_sink sink; // must be first
    uint32_t quotes, replies, gaps, bad_numbers, books;
    struct md_bbo bbo;
    struct book_message book; // its levels are the decoder's
    char reply[2][256];
};

static void on_update(struct md_sink *sink, const struct md_update *update) {
    struct told *told = (struct told *)(void *)sink;
    if (update->kind == MD_BBO) {
        told->quotes++;
        told->bbo = update->bbo;
    } else if (update->kind == MD_BOOK) {
        told->books++;
        told->book = update->book;
    } else if (update->kind == MD_REPLY) {
        assert_true(told->replies < 2);
        assert_true(string_copy(told->reply[told->replies++], 256, update->refused.text));
    } else if (update->kind == MD_REFUSED) {
        told->gaps += update->refused.cause == FEED_GAP;
        told->bad_numbers += update->refused.cause == FEED_BAD_NUMBER;
    }
}

static struct universe universe;
static struct md md;

static int set_up(void **state) {
    (void)state;
    assert_int_equal(universe_create(&universe, 1, 1), STATUS_OK);
    assert_int_equal(symbol_parse(&universe.symbols[0], SLICE("BTC/USDT")), STATUS_OK);
    assert_int_equal(md_create(&md, &grvt_md, &universe, 0), STATUS_OK);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    md_finish(&md);
    universe_finish(&universe);
    return 0;
}

// A push of v1.mini.d at the second `at_s` with these members of the feed.
static struct told say(int sequence, int at_s, const char *members) {
    char frame[1024];
    struct text text = TEXT_OVER(frame);
    text_add_format(&text,
                    "{\"stream\":\"v1.mini.d\",\"selector\":\"BTC_USDT_Perp@0\","
                    "\"sequence_number\":\"%d\",\"feed\":{\"event_time\":\"%d000000000\","
                    "\"instrument\":\"BTC_USDT_Perp\"%s},\"prev_sequence_number\":\"%d\"}",
                    sequence, at_s, members, sequence > 0 ? sequence - 1 : 0);
    assert_false(text.truncated);
    struct told told = {.sink = {on_update}};
    grvt_decode(&md, 0, text_slice(&text), &told.sink);
    return told;
}

#define WHOLE                                                                                      \
    ",\"best_bid_price\":\"100.0\",\"best_bid_size\":\"1\",\"best_ask_price\":\"101.0\","          \
    "\"best_ask_size\":\"2\""

static void deltas_are_merged(void **state) {
    (void)state;
    struct told told = say(0, 100, WHOLE);
    assert_int_equal(told.quotes, 1);
    assert_int_equal(told.bbo.bid.v, 100 * PX_ONE);
    assert_int_equal(told.bbo.ask_size.v, 2 * QTY_ONE);
    told = say(1061214, 101, ",\"best_ask_size\":\"5\""); // the first one starts the count
    assert_int_equal(told.quotes, 1);
    assert_int_equal(told.bbo.ask.v, 101 * PX_ONE);
    assert_int_equal(told.bbo.ask_size.v, 5 * QTY_ONE);
    told = say(1061215, 101, ",\"mark_price\":\"100.5\""); // nothing about the best prices
    assert_int_equal(told.quotes + told.gaps, 0);
    told = say(1061215, 101, ",\"best_bid_size\":\"9\""); // repeated: not taken
    assert_int_equal(told.quotes + told.gaps, 0);
    told = say(1061216, 101, ",\"best_bid_price\":\"100.5\"");
    assert_int_equal(told.bbo.bid.v, 1005 * (PX_ONE / 10));
    assert_int_equal(told.bbo.bid_size.v, QTY_ONE);
}

static void nothing_is_told_by_empty_text_and_zero(void **state) {
    (void)state;
    (void)say(0, 100, WHOLE);
    struct told told = say(1, 100, ",\"best_bid_price\":\"\"");
    assert_true(told.bbo.bid_empty && !told.bbo.ask_empty);
    told = say(2, 100, ",\"best_ask_size\":\"0\"");
    assert_true(told.bbo.bid_empty && told.bbo.ask_empty);
    told = say(3, 100, ",\"best_bid_price\":\"99\"");
    assert_true(!told.bbo.bid_empty && told.bbo.ask_empty);
}

static void a_hole_is_asked_about_once(void **state) {
    (void)state;
    (void)say(0, 100, WHOLE);
    (void)say(5, 100, ",\"best_bid_size\":\"3\"");
    struct told told = say(7, 100, ",\"best_bid_size\":\"4\"");
    assert_int_equal(told.quotes, 0);
    assert_int_equal(told.gaps, 1);
    assert_int_equal(told.replies, 2);
    assert_string_equal(told.reply[0],
                        "{\"jsonrpc\":\"2.0\",\"method\":\"unsubscribe\",\"params\":{"
                        "\"stream\":\"v1.mini.d\",\"selectors\":["
                        "\"BTC_USDT_Perp@0\"]},\"id\":1}");
    assert_non_null(strstr(told.reply[1], "\"method\":\"subscribe\""));
    told = say(8, 100, ",\"best_bid_size\":\"4\""); // on its way
    assert_int_equal(told.quotes + told.gaps + told.replies, 0);
    told = say(0, 101, WHOLE);
    assert_int_equal(told.quotes, 1);
    (void)say(20, 101, ",\"best_bid_size\":\"3\"");
    told = say(22, 101, ",\"best_bid_size\":\"3\""); // too soon to ask again
    assert_int_equal(told.gaps, 1);
    assert_int_equal(told.replies, 0);
    told = say(23, 103, ",\"best_bid_size\":\"3\"");
    assert_int_equal(told.quotes, 0);
    assert_int_equal(told.replies, 2);
}

static void a_bad_number_empties_both_sides(void **state) {
    (void)state;
    (void)say(0, 100, WHOLE);
    struct told told = say(1, 100, ",\"best_bid_price\":\"-1\"");
    assert_int_equal(told.bad_numbers, 1);
    assert_int_equal(told.quotes, 0);
    told = say(2, 100, ",\"best_bid_price\":\"99\",\"best_bid_size\":\"1\"");
    assert_true(!told.bbo.bid_empty && told.bbo.ask_empty);
}

static struct told say_book(int sequence) {
    char frame[512];
    struct text text = TEXT_OVER(frame);
    text_add_format(&text,
                    "{\"stream\":\"v1.book.d\",\"selector\":\"BTC_USDT_Perp@50\","
                    "\"sequence_number\":\"%d\",\"feed\":{\"event_time\":\"100000000000\","
                    "\"instrument\":\"BTC_USDT_Perp\",\"bids\":[],\"asks\":[]},"
                    "\"prev_sequence_number\":\"%d\"}",
                    sequence, sequence > 0 ? sequence - 1 : 0);
    struct told told = {.sink = {on_update}};
    grvt_decode(&md, 0, text_slice(&text), &told.sink);
    return told;
}

static void answer(const char *stream, const char *lists) {
    char frame[512];
    struct text text = TEXT_OVER(frame);
    text_add_format(&text,
                    "{\"jsonrpc\":\"2.0\",\"result\":{\"stream\":\"%s\",%s},\"id\":1,"
                    "\"method\":\"subscribe\"}",
                    stream, lists);
    struct told told = {.sink = {on_update}};
    grvt_decode(&md, 0, text_slice(&text), &told.sink);
}

// A book's snapshot has no number; the acknowledgement tells the one of the first change.
static void the_first_change_is_announced(void **state) {
    (void)state;
    char bytes[1024];
    struct text text = TEXT_OVER(bytes);
    assert_int_equal(say_book(0).book.first, 0);
    answer("v1.book.d", "\"subs\":[\"ETH_USDT_Perp@50\",\"BTC_USDT_Perp@50\"],\"unsubs\":[],"
                        "\"first_sequence_number\":[\"8\",\"1061214\"]");
    assert_int_equal(say_book(0).book.first, 1061214);
    answer("v1.mini.d", "\"subs\":[\"BTC_USDT_Perp@0\"],\"first_sequence_number\":[\"5\"]");
    assert_int_equal(say_book(0).book.first, 1061214); // of another stream
    answer("v1.book.d", "\"subs\":[],\"unsubs\":[\"BTC_USDT_Perp@50\"]");
    assert_int_equal(say_book(0).book.first, 0);
    answer("v1.book.d", "\"subs\":[\"BTC_USDT_Perp@50\"],\"first_sequence_number\":[null]");
    assert_int_equal(say_book(0).book.first, 0);
    answer("v1.book.d", "\"subs\":[\"BTC_USDT_Perp@50\"],\"first_sequence_number\":[7]");
    assert_int_equal(say_book(0).book.first, 7);
    assert_true(grvt_md.subscribe(&md, 0, 0, &text)); // a new connection
    assert_int_equal(say_book(0).book.first, 0);
}

// So that a snapshot that is repeated, or a first change that is lost, does not leave a wrong
// price.
static void the_first_change_of_the_best_prices_is_announced(void **state) {
    (void)state;
    answer("v1.mini.d", "\"subs\":[\"BTC_USDT_Perp@0\"],\"first_sequence_number\":[\"1061214\"]");
    (void)say(0, 100, WHOLE);
    assert_int_equal(say(1061214, 100, ",\"best_bid_size\":\"3\"").gaps, 0);
    (void)say(0, 100, WHOLE);
    struct told told = say(1061215, 101, ",\"best_bid_size\":\"4\"");
    assert_int_equal(told.gaps, 1);
    assert_int_equal(told.replies, 2);
    answer("v1.mini.d", "\"subs\":[],\"unsubs\":[\"BTC_USDT_Perp@0\"]");
    (void)say(0, 110, WHOLE);
    assert_int_equal(say(7, 110, ",\"best_bid_size\":\"3\"").gaps, 0); // not told: any
}

// A new connection whose first message, the whole one, was lost: its numbers are not those of the
// connection before, even where they happen to go on.
static void a_new_connection_begins_anew(void **state) {
    (void)state;
    char bytes[1024];
    struct text text = TEXT_OVER(bytes);
    (void)say(0, 100, WHOLE);
    (void)say(1, 100, ",\"best_bid_size\":\"3\"");
    assert_true(grvt_md.subscribe(&md, 0, 0, &text));
    struct told told = say(2, 101, ",\"best_ask_price\":\"103.0\"");
    assert_int_equal(told.quotes, 0);
    assert_int_equal(told.gaps, 1);
    assert_int_equal(told.replies, 2);
    text_clear(&text);
    assert_true(grvt_md.subscribe(&md, 0, 0, &text)); // nor is what was asked for there coming here
    told = say(1, 104, ",\"best_ask_price\":\"103.0\"");
    assert_int_equal(told.quotes, 0);
    assert_int_equal(told.replies, 2);
    told = say(0, 105, WHOLE);
    assert_int_equal(told.quotes, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(deltas_are_merged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_told_by_empty_text_and_zero, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_hole_is_asked_about_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bad_number_empties_both_sides, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_first_change_is_announced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_first_change_of_the_best_prices_is_announced, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_new_connection_begins_anew, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
