// The paper venue alone: how it walks a book, where a resting order stands in the queue, and what
// it answers to commands that come too many or too late. A profit on paper is worth what these say.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness.h"

#define TENTH (QTY_ONE / 10)

// One order sent to Binance's BTC book at 60000 / 60000.1, past every rule.
static void send(struct harness *h, uint64_t id, enum side side, enum order_type type,
                 int64_t price, int64_t size) {
    struct event_order command = {.order = id,
                                  .action = ORDER_ACTION_PLACE,
                                  .type = (uint8_t)type,
                                  .side = (uint8_t)side,
                                  .venue = H_BINANCE,
                                  .symbol = H_BTC,
                                  .price = {price},
                                  .size = {size}};
    harness_input(h, EVENT_ORDER_COMMAND, &command);
}

static void quote(struct harness *h, int64_t bid, int64_t ask, int64_t bid_size, int64_t ask_size) {
    const struct quote *before = picture_quote(&h->desk, H_BINANCE, H_BTC);
    struct event_quote event = {.venue = H_BINANCE,
                                .symbol = H_BTC,
                                .quote = {.bid = {bid},
                                          .ask = {ask},
                                          .bid_size = {bid_size},
                                          .ask_size = {ask_size},
                                          .receive_ns = h->now_ns,
                                          .update = before->update + 1}};
    harness_input(h, EVENT_QUOTE_UPDATED, &event);
}

static const int64_t bid = 60000 * PX_ONE, ask = 60000 * PX_ONE + PX_ONE / 10;
static const int64_t tick = PX_ONE / 10;

// The reports since the mark, as "kind:size@ticks above the ask", sizes in hundredths.
static const char *reports(struct harness *h) {
    static char data[512];
    struct text text = TEXT_OVER(data);
    for (uint32_t i = h->mark; i < h->count; i++) {
        const struct event *event = &h->events[i];
        if (event->header.kind != EVENT_ORDER_REPORT) {
            continue;
        }
        const struct event_report *report = &event->u.report;
        text_add_format(&text, "%s%s", text.size > 0 ? " " : "",
                        report_kind_name((enum report_kind)report->kind));
        if (report->kind == REPORT_FILL) {
            text_add_format(&text, ":%lld@%lld", (long long)(report->size.v * 100 / QTY_ONE),
                            (long long)((report->price.v - ask) / tick));
        }
    }
    harness_mark(h);
    return data;
}

static struct harness *desk(void) {
    struct harness *h = harness_create();
    quote(h, bid, ask, 4 * TENTH, 3 * TENTH);
    harness_mark(h);
    return h;
}

// The depth sampled last may still show levels that the newest quote has left behind: those are
// gone, and the quote's own size leads.
static void test_taker_walks_the_book(void **state) {
    (void)state;
    static const struct {
        const char *name;
        enum side side;
        int64_t price, size;
        const char *want;
    } rows[] = {
        {"within the best", SIDE_BUY, ask + 9 * tick, 2 * TENTH, "fill:20@0"},
        {"the best and deeper", SIDE_BUY, ask + 9 * tick, 6 * TENTH,
         "fill:30@0 fill:10@2 fill:10@4 "
         "fill:10@6"},
        {"as deep as its price", SIDE_BUY, ask + 4 * tick, 9 * TENTH,
         "fill:30@0 fill:10@2 fill:10@4 expired"},
        {"below the best", SIDE_BUY, ask - tick, 2 * TENTH, "expired"},
        {"the other way", SIDE_SELL, bid - 3 * tick, 9 * TENTH, "fill:40@-1 fill:10@-3 expired"},
        {"above the best bid", SIDE_SELL, bid + tick, TENTH, "expired"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct harness *h = desk();
        struct event_depth depth = {
            .venue = H_BINANCE,
            .symbol = H_BTC,
            .depth = {.receive_ns = h->now_ns, .bid_count = 4, .ask_count = 5}};
        for (int level = 0; level < 5; level++) { // two levels of each side were traded since
            depth.depth.asks[level] = (struct level){{ask + (2 * level - 2) * tick}, {TENTH}};
            depth.depth.bids[level] = (struct level){{bid - (2 * level - 2) * tick}, {TENTH}};
        }
        harness_input(h, EVENT_DEPTH_UPDATED, &depth);
        send(h, 1, rows[i].side, ORDER_IOC, rows[i].price, rows[i].size);
        assert_string_equal(reports(h), ""); // nothing is instantaneous
        harness_advance(h, H_MS(5));
        const char *got = reports(h);
        if (strcmp(got, rows[i].want) != 0) {
            fail_msg("%s: %s", rows[i].name, got);
        }
        harness_destroy(h);
    }
}

// Two takers on one picture of the book cannot have the same lots; the next quote shows new ones.
static void test_takers_share_the_book(void **state) {
    (void)state;
    struct harness *h = desk();
    send(h, 1, SIDE_BUY, ORDER_IOC, ask, 2 * TENTH);
    send(h, 2, SIDE_BUY, ORDER_IOC, ask, 2 * TENTH);
    send(h, 3, SIDE_BUY, ORDER_IOC, ask, 2 * TENTH);
    send(h, 4, SIDE_SELL, ORDER_IOC, bid, 4 * TENTH); // the other side is its own
    harness_advance(h, H_MS(5));
    // Who of those that arrive at once is served first is nobody's promise.
    assert_string_equal(reports(h), "fill:40@-1 fill:20@0 fill:10@0 expired expired");
    quote(h, bid, ask, 4 * TENTH, 3 * TENTH);
    send(h, 5, SIDE_BUY, ORDER_IOC, ask, 2 * TENTH);
    harness_advance(h, H_MS(5));
    assert_string_equal(reports(h), "fill:20@0");
    quote(h, bid, 0, 4 * TENTH, 0); // nobody sells
    send(h, 6, SIDE_BUY, ORDER_IOC, ask, 2 * TENTH);
    send(h, 7, SIDE_BUY, ORDER_POST_ONLY, bid, TENTH);
    harness_advance(h, H_MS(5));
    assert_string_equal(reports(h), "rejected expired"); // where nothing is offered nothing rests
    harness_destroy(h);
}

// A resting order waits for what stood before it, at the best price and deeper in the book.
static void test_queue(void **state) {
    (void)state;
    for (int sells = 0; sells <= 1; sells++) {
        struct harness *h = desk();
        enum side side = sells ? SIDE_SELL : SIDE_BUY;
        int64_t own = sells ? ask : bid, away = sells ? tick : -tick;
        int64_t ahead = sells ? 3 * TENTH : 4 * TENTH;
        send(h, 1, side, ORDER_POST_ONLY, own, 3 * TENTH);
        harness_advance(h, H_MS(5));
        assert_string_equal(reports(h), "accepted");
#define SHOW(size) quote(h, bid, ask, sells ? 9 * TENTH : (size), sells ? (size) : 9 * TENTH)
        SHOW(ahead + TENTH); // somebody joined behind us
        SHOW(ahead);         // and traded or left: counted as before us
        SHOW(TENTH);
        assert_string_equal(reports(h), "");
        SHOW(TENTH - 1); // now it is our turn, but less than a step is no fill
        assert_string_equal(reports(h), "");
        SHOW(TENTH / 2 - 1);
        assert_string_equal(reports(h), sells ? "fill:5@0" : "fill:5@-1");
        SHOW(3 * TENTH); // new size stands behind us
        SHOW(2 * TENTH);
        assert_string_equal(reports(h), sells ? "fill:10@0" : "fill:10@-1");
        quote(h, sells ? bid : bid + away, sells ? ask + away : ask, TENTH, TENTH);
        assert_string_equal(reports(h), sells ? "fill:15@0" : "fill:15@-1"); // the level is gone
#undef SHOW
        harness_destroy(h);
    }
}

// Behind the best price nothing trades; what stands there before us is known from the book.
static void test_queue_behind_the_best(void **state) {
    (void)state;
    for (int sells = 0; sells <= 1; sells++) {
        struct harness *h = desk();
        struct event_depth depth = {
            .venue = H_BINANCE,
            .symbol = H_BTC,
            .depth = {.receive_ns = h->now_ns, .bid_count = 2, .ask_count = 2}};
        for (int level = 0; level < 2; level++) {
            depth.depth.asks[level] = (struct level){{ask + level * tick}, {TENTH}};
            depth.depth.bids[level] = (struct level){{bid - level * tick}, {TENTH}};
        }
        harness_input(h, EVENT_DEPTH_UPDATED, &depth);
        enum side side = sells ? SIDE_SELL : SIDE_BUY;
        int64_t second = sells ? ask + tick : bid - tick,
                third = sells ? ask + 2 * tick : bid - 2 * tick;
        send(h, 1, side, ORDER_POST_ONLY, second, 2 * TENTH); // behind one tenth
        send(h, 2, side, ORDER_POST_ONLY, third, TENTH);      // the book does not reach so far
        harness_advance(h, H_MS(5));
        assert_string_equal(reports(h), "accepted accepted");
        quote(h, bid, ask, 1, 1);
        assert_string_equal(reports(h), ""); // trades at the best are not ours
        if (sells) {                         // the market comes to the second level
            quote(h, bid, second, TENTH, TENTH);
            quote(h, bid, second, TENTH, 0);
            assert_string_equal(reports(h), "");
            quote(h, second, second + 5 * tick, TENTH, TENTH); // and through it
            assert_string_equal(reports(h), "fill:10@2 fill:20@1");
        } else {
            quote(h, second, ask, TENTH, TENTH);
            quote(h, second, ask, 0, TENTH);
            assert_string_equal(reports(h), "");
            quote(h, second - 5 * tick, second, TENTH, TENTH);
            assert_string_equal(reports(h), "fill:10@-3 fill:20@-2");
        }
        harness_destroy(h);
    }
}

static void test_post_only_never_takes(void **state) {
    (void)state;
    struct harness *h = desk();
    send(h, 1, SIDE_BUY, ORDER_POST_ONLY, ask, TENTH);
    send(h, 2, SIDE_SELL, ORDER_POST_ONLY, bid, TENTH);
    harness_advance(h, H_MS(5));
    assert_string_equal(reports(h), "rejected rejected");
    harness_destroy(h);
}

static void cancel(struct harness *h, uint64_t id) {
    struct event_order command = {
        .order = id, .action = ORDER_ACTION_CANCEL, .venue = H_BINANCE, .symbol = H_BTC};
    harness_input(h, EVENT_ORDER_COMMAND, &command);
}

// A cancel takes as long as an order: it may come too late, and never ends what is not there.
static void test_cancels(void **state) {
    (void)state;
    struct harness *h = desk();
    send(h, 1, SIDE_BUY, ORDER_POST_ONLY, bid, TENTH);
    cancel(h, 1); // on the heels of the order: it arrives with it, and is answered after it
    harness_advance(h, H_MS(5));
    assert_string_equal(reports(h), "accepted canceled");
    cancel(h, 1); // its end was told
    cancel(h, 99);
    harness_advance(h, H_MS(20));
    assert_string_equal(reports(h), "");
    send(h, 2, SIDE_BUY, ORDER_POST_ONLY, bid, TENTH);
    harness_advance(h, H_MS(5));
    cancel(h, 2);
    quote(h, bid - 3 * tick, bid, TENTH, TENTH); // it trades while the cancel is on its way
    harness_advance(h, H_MS(20));
    assert_string_equal(reports(h), "accepted fill:10@-1");
    harness_destroy(h);
}

// More than the venue holds is refused with a word, and the rest is as before.
static void test_too_many_orders(void **state) {
    (void)state;
    struct harness *h = desk();
    for (uint64_t id = 1; id <= PAPER_ORDERS_MAX; id++) {
        send(h, id, SIDE_BUY, ORDER_POST_ONLY, bid, TENTH);
    }
    harness_advance(h, H_MS(5));
    harness_mark(h);
    send(h, PAPER_ORDERS_MAX + 1, SIDE_BUY, ORDER_POST_ONLY, bid, TENTH);
    const struct event *report = harness_find(h, EVENT_ORDER_REPORT);
    assert_int_equal(report->u.report.order, PAPER_ORDERS_MAX + 1);
    assert_int_equal(report->u.report.kind, REPORT_REJECTED);
    assert_string_equal(report->u.report.text, "paper: too many orders");
    harness_mark(h);
    cancel(h, 5);
    harness_advance(h, H_MS(5));
    send(h, PAPER_ORDERS_MAX + 2, SIDE_BUY, ORDER_POST_ONLY, bid, TENTH);
    harness_advance(h, H_MS(5));
    assert_string_equal(reports(h), "canceled accepted");
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taker_walks_the_book),
        cmocka_unit_test(test_takers_share_the_book),
        cmocka_unit_test(test_queue),
        cmocka_unit_test(test_queue_behind_the_best),
        cmocka_unit_test(test_post_only_never_takes),
        cmocka_unit_test(test_cancels),
        cmocka_unit_test(test_too_many_orders),
    };
    return cmocka_run_group_tests_name("paper", tests, NULL, NULL);
}
