// Order races: every pair and every triple of the things that can happen to a job's two orders, to
// the desk and to the market, in every order, while an arbitrage job opens. The test is the venue.
//
// After each event the books agree (harness_check), no order is sent twice and no leg asks for more
// than it is to hold. Then everybody becomes sane: every order is answered, the job is closed, and
// nothing may be left: no order, no position, no reservation. RACES_RANDOM=N adds N random
// sequences of twelve events.
//
// test_races [EVERY] takes every EVERYth of the triples only.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness.h"

enum { MAKER, TAKER };
enum { RACE_ORDERS_MAX = 512, RANDOM_LENGTH = 12 };

// What the venue knows of an order of ours.
struct race_order {
    struct event_order command;
    struct qty rest;
    bool gone, refused, cancel_asked;
    struct event_report fill; // the newest, to be told again
};

struct race {
    struct harness *h;
    struct race_order orders[RACE_ORDERS_MAX];
    uint32_t count;
};

static void on_event(void *arg, const struct event *event) {
    struct race *race = arg;
    if (event->header.kind != EVENT_ORDER_COMMAND) {
        return;
    }
    const struct event_order *command = &event->u.order;
    for (uint32_t i = 0; i < race->count; i++) {
        struct race_order *order = &race->orders[i];
        if (order->command.order == command->order) {
            assert_int_equal(command->action, ORDER_ACTION_CANCEL); // never placed twice
            order->cancel_asked = true;
            return;
        }
        assert_string_not_equal(order->command.client_id, command->client_id);
    }
    assert_int_equal(command->action, ORDER_ACTION_PLACE);
    assert_true(race->count < RACE_ORDERS_MAX);
    race->orders[race->count++] = (struct race_order){.command = *command, .rest = command->size};
}

static void tell(struct race *race, struct race_order *order, enum report_kind kind,
                 enum liquidity liquidity) {
    struct event_report report = {.order = order->command.order,
                                  .venue = order->command.venue,
                                  .symbol = order->command.symbol,
                                  .kind = (uint8_t)kind,
                                  .liquidity = (uint8_t)liquidity};
    order->gone =
        order->gone || kind == REPORT_CANCELED || kind == REPORT_EXPIRED || kind == REPORT_REJECTED;
    harness_input(race->h, EVENT_ORDER_REPORT, &report);
}

static void fill(struct race *race, struct race_order *order, struct qty size) {
    if (order->rest.v <= 0 || order->refused || size.v <= 0) {
        return;
    }
    size = qty_min(size, order->rest);
    order->rest = qty_sub(order->rest, size);
    order->gone = order->gone || order->rest.v == 0;
    order->fill = (struct event_report){.order = order->command.order,
                                        .trade = ++race->h->trade,
                                        .venue = order->command.venue,
                                        .symbol = order->command.symbol,
                                        .kind = REPORT_FILL,
                                        .liquidity = LIQUIDITY_TAKER,
                                        .price = order->command.price,
                                        .size = size};
    harness_input(race->h, EVENT_ORDER_REPORT, &order->fill);
}

// The newest order of the kind: what happens, happens to it.
static struct race_order *newest(struct race *race, int kind) {
    enum order_type type = kind == MAKER ? ORDER_POST_ONLY : ORDER_IOC;
    for (uint32_t i = race->count; i-- > 0;) {
        if (race->orders[i].command.type == type) {
            return &race->orders[i];
        }
    }
    return NULL;
}

// A venue refuses only what it never filled or ended.
static void reject(struct race *race, struct race_order *order, enum liquidity liquidity) {
    if (!order->gone && order->rest.v == order->command.size.v) {
        order->refused = true;
        tell(race, order, REPORT_REJECTED, liquidity);
    }
}

static void accept(struct race *race, struct race_order *o) {
    tell(race, o, REPORT_ACCEPTED, LIQUIDITY_MAKER);
}
static void fill_part(struct race *race, struct race_order *o) {
    fill(race, o, (struct qty){QTY_ONE / 1000});
}
static void fill_rest(struct race *race, struct race_order *o) {
    fill(race, o, o->rest);
}
static void fill_again(struct race *race, struct race_order *o) {
    if (o->fill.trade != 0) {
        harness_input(race->h, EVENT_ORDER_REPORT, &o->fill);
    }
}
static void lose(struct race *race, struct race_order *o) {
    tell(race, o, REPORT_UNKNOWN, LIQUIDITY_MAKER);
}
static void refuse(struct race *race, struct race_order *o) {
    reject(race, o, LIQUIDITY_MAKER);
}
static void refuse_taking(struct race *race, struct race_order *o) {
    reject(race, o, LIQUIDITY_TAKER);
}
static void cancel(struct race *race, struct race_order *o) {
    tell(race, o, REPORT_CANCELED, LIQUIDITY_MAKER);
}
static void expire(struct race *race, struct race_order *o) {
    tell(race, o, REPORT_EXPIRED, LIQUIDITY_MAKER);
}

static void cancel_job(struct race *race) {
    harness_control(race->h, CONTROL_CANCEL_JOB, 1);
}
static void flatten(struct race *race) {
    harness_control(race->h, CONTROL_FLATTEN, 0);
}
static void pause_desk(struct race *race) {
    harness_control(race->h, CONTROL_PAUSE, 0);
}
static void kill_desk(struct race *race) {
    harness_control(race->h, CONTROL_KILL, 0);
}
static void clear_desk(struct race *race) {
    harness_control(race->h, CONTROL_CLEAR, 0);
    harness_control(race->h, CONTROL_STATE, TRADING_ACTIVE);
    harness_control(race->h, CONTROL_RESUME, 0);
}
static void reduce(struct race *race) {
    harness_control(race->h, CONTROL_STATE, TRADING_REDUCING);
}
static void let_pass(struct race *race, int64_t ns) {
    harness_calm(race->h, (struct bps){0});
    harness_advance(race->h, ns);
}
static void half_deadline(struct race *race) {
    let_pass(race, H_MS(1600));
}
static void past_deadline(struct race *race) {
    let_pass(race, H_MS(3200));
}
static void past_wait(struct race *race) {
    let_pass(race, 31 * NS_PER_S);
}
static void feed_goes(struct race *race) {
    harness_feed(race->h, H_LIGHTER, FEED_DOWN, 0);
}
static void other_order(struct race *race) { // not ours: another session's, or a person's
    harness_report(race->h, UINT64_C(77) << 16 | 1, H_EXTENDED, REPORT_FILL, harness_mid(H_BTC),
                   (struct qty){QTY_ONE / 1000});
}
static void funding_comes(struct race *race) {
    harness_funding(race->h, H_EXTENDED, H_BTC, (struct rate){INT64_C(100000000)},
                    race->h->now_ns + NS_PER_S);
}

static const struct {
    const char *name;
    int kind; // of the order it happens to, where on_order is set
    void (*on_order)(struct race *race, struct race_order *order);
    void (*on_desk)(struct race *race);
} happenings[] = {
    {"maker accepted", MAKER, accept, NULL},
    {"maker filled in part", MAKER, fill_part, NULL},
    {"maker filled", MAKER, fill_rest, NULL},
    {"maker's fill told again", MAKER, fill_again, NULL},
    {"maker's answer lost", MAKER, lose, NULL},
    {"maker rejected", MAKER, refuse, NULL},
    {"maker would have taken", MAKER, refuse_taking, NULL},
    {"maker cancelled", MAKER, cancel, NULL},
    {"taker accepted", TAKER, accept, NULL},
    {"taker filled in part", TAKER, fill_part, NULL},
    {"taker filled", TAKER, fill_rest, NULL},
    {"taker's fill told again", TAKER, fill_again, NULL},
    {"taker expired", TAKER, expire, NULL},
    {"taker rejected", TAKER, refuse, NULL},
    {"taker's answer lost", TAKER, lose, NULL},
    {"job cancelled", 0, NULL, cancel_job},
    {"flatten", 0, NULL, flatten},
    {"pause", 0, NULL, pause_desk},
    {"kill", 0, NULL, kill_desk},
    {"clear and resume", 0, NULL, clear_desk},
    {"reducing", 0, NULL, reduce},
    {"half the hedge deadline", 0, NULL, half_deadline},
    {"past the hedge deadline", 0, NULL, past_deadline},
    {"past the wait for a fill", 0, NULL, past_wait},
    {"the hedge's feed goes", 0, NULL, feed_goes},
    {"a fill that is not ours", 0, NULL, other_order},
    {"funding is due", 0, NULL, funding_comes},
};
enum { HAPPENINGS = COUNT_OF(happenings) };
_Static_assert(HAPPENINGS >= 25, "what the goal asks for");

// No leg asks for more than it is to hold: an intent is one order, not two.
static void check_intents(const struct race *race) {
    for (uint32_t i = 0; i < race->h->desk.jobs.live_count; i++) {
        const struct job *job = &race->h->desk.jobs.jobs[race->h->desk.jobs.live[i]];
        for (int leg = 0; leg < JOB_LEGS_MAX && job->state == JOB_OPENING; leg++) {
            const struct leg *l = &job->legs[leg];
            assert_true(qty_add(l->opened, l->working_open).v <= l->target.v);
        }
    }
}

static void happen(struct race *race, int at) {
    if (happenings[at].on_desk != NULL) {
        happenings[at].on_desk(race);
    } else {
        struct race_order *order = newest(race, happenings[at].kind);
        if (order == NULL) {
            return;
        }
        happenings[at].on_order(race, order);
    }
    race->h->now_ns += H_MS(1);
    harness_check(race->h);
    check_intents(race);
}

// The venues answer everything: what is asked to go goes, what takes is filled. A query found out
// about lost answers.
static void answer_all(struct race *race) {
    for (uint32_t i = 0; i < race->count; i++) {
        struct race_order *order = &race->orders[i];
        if (order->gone) {
            continue;
        }
        if (order->command.type == ORDER_IOC) {
            fill(race, order, order->rest);
        } else if (order->cancel_asked) {
            tell(race, order, REPORT_CANCELED, LIQUIDITY_MAKER);
        } else {
            tell(race, order, REPORT_ACCEPTED, LIQUIDITY_MAKER);
        }
        harness_check(race->h);
    }
}

static void settle(struct race *race) {
    struct harness *h = race->h;
    harness_feed(h, H_LIGHTER, FEED_LIVE, 0);
    clear_desk(race);
    for (int i = 0; i < 100 && (i < 3 || h->desk.jobs.live_count > 0); i++) {
        harness_calm(h, (struct bps){0});
        answer_all(race);
        if (i == 2) {
            flatten(race);
        }
        harness_advance(h, H_MS(100));
    }
    assert_int_equal(h->desk.jobs.live_count, 0);
    assert_int_equal(h->desk.orders.live_count, 0);
    harness_check(h);
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        assert_int_equal(position_of(&h->desk, venue, H_BTC)->net.v, 0);
        assert_int_equal(allocator_in_flight(&h->desk.capital.venues[venue].purse).v, 0);
    }
}

static char sequence_text[RANDOM_LENGTH * 32]; // of the sequence at hand, for the one that fails

static void run(const int *sequence, int length, enum execution_mode mode) {
    static struct race race;
    race.count = 0;
    struct text text = TEXT_OVER(sequence_text);
    text_add_format(&text, "mode %d", mode);
    for (int i = 0; i < length; i++) {
        text_add_format(&text, ", %s", happenings[sequence[i]].name);
    }
    struct harness *h = race.h = harness_prepare();
    h->settings.execution.mode = (uint8_t)mode;
    h->settings.risk.failures_max = 1000;
    h->settings.risk.venue_failures_max = 1000;
    harness_start(h);
    harness_paper_off(h);
    h->watch = on_event;
    h->watch_arg = &race;
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(200));
    (void)harness_open(h, &draft);
    for (int i = 0; i < length; i++) {
        happen(&race, sequence[i]);
    }
    settle(&race);
    harness_destroy(h);
    sequence_text[0] = '\0';
}

static void test_pairs(void **state) {
    (void)state;
    for (int mode = EXECUTION_HYBRID_HEDGE_TAKER; mode <= EXECUTION_DOUBLE_MAKER_OPPORTUNISTIC;
         mode++) {
        for (int i = 0; i < HAPPENINGS * HAPPENINGS; i++) {
            const int sequence[] = {i / HAPPENINGS, i % HAPPENINGS};
            run(sequence, 2, (enum execution_mode)mode);
        }
    }
}

static int every = 1; // how many triples one stands for

static void test_triples(void **state) {
    (void)state;
    int count = 0;
    for (int i = 0; i < HAPPENINGS * HAPPENINGS * HAPPENINGS; i += every, count++) {
        const int sequence[] = {i / HAPPENINGS / HAPPENINGS, i / HAPPENINGS % HAPPENINGS,
                                i % HAPPENINGS};
        run(sequence, 3, EXECUTION_HYBRID_HEDGE_TAKER);
    }
    print_message("# %d triples of %d events\n", count, HAPPENINGS);
}

static void test_random(void **state) {
    (void)state;
    const char *wanted = getenv("RACES_RANDOM");
    uint64_t count = wanted != NULL ? strtoull(wanted, NULL, 10) : 1000;
    for (uint64_t i = 0; i < count; i++) {
        int sequence[RANDOM_LENGTH];
        uint64_t random = hash_mix(i + 1);
        for (int k = 0; k < RANDOM_LENGTH; k++) {
            random = hash_mix(random + 1);
            sequence[k] = (int)((random >> 32) % HAPPENINGS);
        }
        run(sequence, RANDOM_LENGTH, (enum execution_mode)(i % 3));
    }
}

static int name_sequence(void **state) {
    (void)state;
    if (sequence_text[0] != '\0') {
        print_message("# ended at: %s\n", sequence_text);
        sequence_text[0] = '\0';
    }
    return 0;
}

int main(int argc, char **argv) {
    if (argc > 1) {
        every = (int)strtol(argv[1], NULL, 10);
        assert_true(every > 0);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_pairs, name_sequence),
        cmocka_unit_test_teardown(test_triples, name_sequence),
        cmocka_unit_test_teardown(test_random, name_sequence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
