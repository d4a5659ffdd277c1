// The table of faults: names, schedules, and what becomes of connections and messages.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"
#include "sim/sim_fault.h"

static void every_row_is_whole(void **state) {
    (void)state;
    for (int i = 0; i < SIM_FAULT_COUNT; i++) {
        const struct sim_fault *fault = &sim_fault_table[i];
        assert_int_equal(sim_fault_find(slice_of(fault->name)), i); // so no name comes twice
        assert_true(fault->sentence[0] != '\0' && fault->length_ns >= 0);
        assert_true(fault->place < SIM_FAULT_PLACE_COUNT && fault->effect < SIM_FAULT_EFFECT_COUNT);
    }
}

static void orders_are_read(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum sim_fault_kind kind; // SIM_FAULT_COUNT: refused
        int64_t from_ms, length_ms;
        const char *why;
    } rows[] = {
        {"gap", SIM_FAULT_GAP, 1000, 1000, ""},
        {"gap:0.25", SIM_FAULT_GAP, 1000, 250, ""},
        {"stall:3@1.5", SIM_FAULT_STALL, 2500, 3000, ""},
        {"close-1001@2", SIM_FAULT_CLOSE_1001, 3000, 0, ""},
        {"gpa", SIM_FAULT_COUNT, 0, 0, "did you mean gap?"},
        {"nothing-like-it", SIM_FAULT_COUNT, 0, 0, "--fault list"},
        {"gap:", SIM_FAULT_COUNT, 0, 0, "expected NAME"},
        {"gap:-1", SIM_FAULT_COUNT, 0, 0, "expected NAME"},
        {"gap:86401", SIM_FAULT_COUNT, 0, 0, "expected NAME"},
        {"gap@x", SIM_FAULT_COUNT, 0, 0, "expected NAME"},
        {"", SIM_FAULT_COUNT, 0, 0, "unknown fault"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct sim_fault_order order = {0};
        enum status status = sim_fault_parse(slice_of(rows[i].text), NS_PER_S, &order);
        if (rows[i].kind == SIM_FAULT_COUNT) {
            assert_int_equal(status, STATUS_USAGE);
            assert_non_null(strstr(status_text(), rows[i].why));
            continue;
        }
        assert_int_equal(status, STATUS_OK);
        assert_int_equal(order.kind, rows[i].kind);
        assert_int_equal(order.from_ns, rows[i].from_ms * NS_PER_MS);
        assert_int_equal(order.until_ns - order.from_ns, rows[i].length_ms * NS_PER_MS);
    }
}

static void orders_act_in_their_time(void **state) {
    (void)state;
    struct sim_faults faults = {0};
    struct sim_fault_order gap = {1, SIM_FAULT_GAP, 100, 200};
    struct sim_fault_order once = {1, SIM_FAULT_CLOSE_1012, 150, 150};
    assert_true(sim_faults_add(&faults, gap, 0) && sim_faults_add(&faults, once, 0));
    assert_int_equal(sim_faults_at(&faults, 1, 0, 99), 0);
    assert_int_equal(sim_faults_at(&faults, 0, 99, 120), 0);
    assert_int_equal(sim_faults_at(&faults, 1, 99, 120), SIM_FAULT_BIT(SIM_FAULT_GAP));
    assert_true(sim_fault_in(sim_faults_at(&faults, 1, 120, 160), SIM_FAULT_CLOSE_1012));
    assert_false(sim_fault_in(sim_faults_at(&faults, 1, 160, 170), SIM_FAULT_CLOSE_1012));
    assert_int_equal(sim_faults_at(&faults, 1, 170, 200), 0);
    // a question too late still finds what is over since the one before
    assert_int_equal(sim_faults_at(&faults, 1, 50, 500),
                     SIM_FAULT_BIT(SIM_FAULT_GAP) | SIM_FAULT_BIT(SIM_FAULT_CLOSE_1012));
    sim_faults_heal(&faults, 1);
    assert_int_equal(sim_faults_at(&faults, 1, 99, 120), 0);
    for (int i = 0; i < SIM_FAULT_ORDERS_MAX; i++) {
        assert_true(sim_faults_add(&faults, gap, 0));
    }
    assert_false(sim_faults_add(&faults, gap, 0));
    assert_true(sim_faults_add(&faults, gap, 10 * NS_PER_S)); // those that are over made room
}

static void a_seed_is_a_schedule(void **state) {
    (void)state;
    struct sim_faults faults = {.seeded = true, .seed = 7};
    uint32_t kinds[SIM_FAULT_COUNT] = {0}, differ = 0;
    for (uint32_t venue = 0; venue < 10; venue++) {
        for (uint64_t number = 0; number < 200; number++) {
            struct sim_fault_order order = sim_fault_drawn(7, venue, number);
            struct sim_fault_order again = sim_fault_drawn(7, venue, number);
            int64_t begin_ns = (int64_t)number * SIM_FAULT_EVERY_S * NS_PER_S;
            assert_memory_equal(&order, &again, sizeof(order));
            assert_true(order.from_ns >= begin_ns);
            assert_true(order.until_ns < begin_ns + SIM_FAULT_EVERY_S * NS_PER_S);
            uint64_t set = sim_faults_at(&faults, venue, order.from_ns - 1, order.from_ns);
            assert_int_equal(set, SIM_FAULT_BIT(order.kind));
            differ += sim_fault_drawn(8, venue, number).kind != order.kind;
            kinds[order.kind]++;
        }
    }
    assert_true(differ > 1800);
    for (int i = 0; i < SIM_FAULT_COUNT; i++) {
        assert_true(kinds[i] > 0);
    }
    sim_faults_heal(&faults, 3);
    struct sim_fault_order order = sim_fault_drawn(7, 3, 5);
    assert_int_equal(sim_faults_at(&faults, 3, order.from_ns - 1, order.from_ns), 0);
}

static void messages_are_rewritten(void **state) {
    (void)state;
    static const struct {
        enum sim_fault_kind kind;
        uint64_t number;
        const char *message, *becomes; // NULL: it stays
    } rows[] = {
        {SIM_FAULT_CHECKSUM, 0, "{\"checksum\":-129,\"x\":1}", "{\"checksum\":-121,\"x\":1}"},
        {SIM_FAULT_CHECKSUM, 0, "{\"checksum\":5}", "{\"checksum\":6}"},
        {SIM_FAULT_CHECKSUM, 0, "{\"checksum\":}", NULL},
        {SIM_FAULT_CHECKSUM, 0, "{\"checksum\":", NULL},
        {SIM_FAULT_CHECKSUM, 0, "{}", NULL},
        {SIM_FAULT_CUT, 4, "{\"a\":1}", "{\"a"},
        {SIM_FAULT_CUT, 3, "{\"a\":1}", NULL},
        {SIM_FAULT_WRONG_SYMBOL, 4, "{\"s\":\"BTCUSDT\"}", "{\"s\":\"QTCUSDT\"}"},
        {SIM_FAULT_WRONG_SYMBOL, 4, "{\"channel\":\"book:1\"}", "{\"channel\":\"book:1777\"}"},
        {SIM_FAULT_WRONG_SYMBOL, 4, "{\"channel\":\"", NULL},
        {SIM_FAULT_WRONG_SYMBOL, 4, "{\"s\":\"ETHUSDT\"}", NULL},
        {SIM_FAULT_GAP, 4, "{}", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char bytes[256];
        struct text out = TEXT_OVER(bytes);
        bool changed = sim_fault_rewrite(SIM_FAULT_BIT(rows[i].kind), rows[i].number,
                                         slice_of(rows[i].message), SLICE("BTCUSDT"), &out);
        assert_int_equal(changed, rows[i].becomes != NULL);
        if (changed) {
            assert_string_equal(bytes, rows[i].becomes);
        }
    }
}

static void every_fault_does_something(void **state) {
    (void)state;
    static const uint64_t by_server =
        SIM_FAULT_BIT(SIM_FAULT_STALL) | SIM_FAULT_BIT(SIM_FAULT_SLOW) |
        SIM_FAULT_BIT(SIM_FAULT_COALESCED) | SIM_FAULT_BIT(SIM_FAULT_NO_PONG) |
        SIM_FAULT_BIT(SIM_FAULT_NO_ANSWER) | SIM_FAULT_BIT(SIM_FAULT_BAD_ANSWER);
    for (int kind = 0; kind < SIM_FAULT_COUNT; kind++) {
        uint64_t set = SIM_FAULT_BIT(kind);
        uint16_t code = 0;
        struct slice text = {"", 0};
        char bytes[256];
        struct text out = TEXT_OVER(bytes);
        bool acts = sim_fault_end(set, &code, &text) != SIM_END_NONE ||
                    sim_fault_entry(set, true) != SIM_ENTRY_SERVED ||
                    sim_fault_refusal(set).status != 0 || sim_fault_skew_ns(set) != 0 ||
                    sim_fault_lookup(set) != SIM_LOOKUP_RIGHT ||
                    sim_fault_rewrite(set, 4, SLICE("{\"s\":\"BTC\",\"checksum\":1}"), SLICE("BTC"),
                                      &out) ||
                    (set & by_server) != 0;
        for (uint64_t number = 0; number < 5 && !acts; number++) {
            acts = sim_fault_fate(set, true, number) != SIM_MESSAGE_SENT;
        }
        assert_true(acts);
        assert_int_equal(sim_fault_fate(set, false, 4), SIM_MESSAGE_SENT);
        assert_true(sim_fault_entry(set, false) != SIM_ENTRY_TLS_ALERT);
    }
    assert_int_equal(sim_fault_fate(0, true, 4), SIM_MESSAGE_SENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole),       cmocka_unit_test(orders_are_read),
        cmocka_unit_test(orders_act_in_their_time), cmocka_unit_test(a_seed_is_a_schedule),
        cmocka_unit_test(messages_are_rewritten),   cmocka_unit_test(every_fault_does_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
