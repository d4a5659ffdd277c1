// Decimals: texts by rows, rounding against its definition in 128 bit, ends of the range, scales of
// the venues.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/decimal.h"
#include "base/table.h"

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 wide_size;

#define REFUSED INT64_C(-777)

// From a block of exactly its size, so that the sanitizer sees a read outside it.
static int64_t parsed(const char *text, size_t size, int digits, bool near) {
    char *copy = malloc(size + 1);
    assert_non_null(copy);
    memcpy(copy + 1, text, size);
    int64_t value = REFUSED;
    struct slice slice = {copy + 1, size};
    bool good =
        near ? decimal_parse_near(slice, digits, &value) : decimal_parse(slice, digits, &value);
    assert_true(good || value == REFUSED);
    free(copy);
    return value;
}

static void parse_rows(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int digits;
        int64_t exact, near;
    } rows[] = {
        {"0", 2, 0, 0},
        {"-0", 2, 0, 0},
        {"-0.00", 2, 0, 0},
        {"1", 2, 100, 100},
        {"+1", 2, 100, 100},
        {"-1", 2, -100, -100},
        {"1.2", 2, 120, 120},
        {"1.23", 2, 123, 123},
        {"1.230", 2, 123, 123},
        {"1.23000000000000000000000000", 2, 123, 123},
        {"000000000000000000000000001.5", 2, 150, 150},
        {"1.234", 2, REFUSED, 123},
        {"1.235", 2, REFUSED, 124},
        {"-1.235", 2, REFUSED, -124},
        {"-1.2349999999999999999999", 2, REFUSED, -123},
        {"0.005", 2, REFUSED, 1},
        {"0.004999", 2, REFUSED, 0},
        {"0.0005", 2, REFUSED, 0},
        {"0.9999999999999999999999", 2, REFUSED, 100},
        {"12345678.12345678", 8, 1234567812345678, 1234567812345678},
        {"1234567.12345678", 8, 123456712345678, 123456712345678},
        {"123456789.1234567", 8, 12345678912345670, 12345678912345670},
        {"1.5e2", 2, 15000, 15000},
        {"1.5E+2", 2, 15000, 15000},
        {"150e-2", 2, 150, 150},
        {"1e-2", 2, 1, 1},
        {"1e-3", 2, REFUSED, 0},
        {"5e-3", 2, REFUSED, 1},
        {"0.00001e5", 2, 100, 100},
        {"0e999999999999999999999999", 2, 0, 0},
        {"0.0e-999999999999999999999", 2, 0, 0},
        {"1e999999999999999999999999", 2, REFUSED, REFUSED},
        {"1e-99999999999999999999999", 2, REFUSED, 0},
        {"9223372036854775807", 0, INT64_MAX, INT64_MAX},
        {"9223372036854775808", 0, REFUSED, REFUSED},
        {"-9223372036854775808", 0, INT64_MIN, INT64_MIN},
        {"-9223372036854775809", 0, REFUSED, REFUSED},
        {"9223372036854775807.4", 0, REFUSED, INT64_MAX},
        {"9223372036854775807.5", 0, REFUSED, REFUSED},
        {"-9223372036854775808.4", 0, REFUSED, INT64_MIN},
        {"18446744073709551616", 0, REFUSED, REFUSED},
        {"92233720368547758.07", 2, INT64_MAX, INT64_MAX},
        {"92233720368547758.08", 2, REFUSED, REFUSED},
        {"9223372.036854775807", 12, INT64_MAX, INT64_MAX},
        {"9223372.036854775808", 12, REFUSED, REFUSED},
        {"9999999", 12, REFUSED, REFUSED},
        {"1000000000000000000", 18, REFUSED, REFUSED},
        {"1", 18, INT64_C(1000000000000000000), INT64_C(1000000000000000000)},
        {"", 2, REFUSED, REFUSED},
        {"-", 2, REFUSED, REFUSED},
        {"+", 2, REFUSED, REFUSED},
        {".", 2, REFUSED, REFUSED},
        {"-.", 2, REFUSED, REFUSED},
        {".5", 2, REFUSED, REFUSED},
        {"-.5", 2, REFUSED, REFUSED},
        {"5.", 2, REFUSED, REFUSED},
        {"1234567.", 2, REFUSED, REFUSED},
        {"12345678.", 2, REFUSED, REFUSED},
        {"1..5", 2, REFUSED, REFUSED},
        {"1.5.5", 2, REFUSED, REFUSED},
        {"1.23456789.1", 9, REFUSED, REFUSED},
        {"--1", 2, REFUSED, REFUSED},
        {"+-1", 2, REFUSED, REFUSED},
        {" 1", 2, REFUSED, REFUSED},
        {"1 ", 2, REFUSED, REFUSED},
        {"1,5", 2, REFUSED, REFUSED},
        {"1e", 2, REFUSED, REFUSED},
        {"1e+", 2, REFUSED, REFUSED},
        {"1e1.5", 2, REFUSED, REFUSED},
        {"e5", 2, REFUSED, REFUSED},
        {"0x10", 2, REFUSED, REFUSED},
        {"1/2", 2, REFUSED, REFUSED},
        {"1:2", 2, REFUSED, REFUSED},
        {"NaN", 2, REFUSED, REFUSED},
        {"inf", 2, REFUSED, REFUSED},
        {"12\xb3", 2, REFUSED, REFUSED},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t size = strlen(rows[i].text);
        int64_t exact = parsed(rows[i].text, size, rows[i].digits, false);
        int64_t near = parsed(rows[i].text, size, rows[i].digits, true);
        if (exact != rows[i].exact || near != rows[i].near) {
            fail_msg("%s: %ld %ld", rows[i].text, (long)exact, (long)near);
        }
    }
    assert_true(parsed("1\0", 2, 2, false) == REFUSED);
}

static void print_rows(void **state) {
    (void)state;
    static const struct {
        int64_t value;
        int digits, least, most;
        const char *expected;
    } rows[] = {
        {0, 2, 0, 2, "0"},
        {0, 2, 2, 2, "0.00"},
        {123, 2, 0, 2, "1.23"},
        {120, 2, 0, 2, "1.2"},
        {100, 2, 0, 2, "1"},
        {100, 2, 1, 2, "1.0"},
        {-5, 2, 0, 2, "-0.05"},
        {-5, 2, 0, 1, "-0.1"},
        {-4, 2, 0, 1, "0"},
        {-4, 2, 1, 1, "0.0"},
        {149, 2, 0, 0, "1"},
        {150, 2, 0, 0, "2"},
        {-150, 2, 0, 0, "-2"},
        {999, 2, 0, 1, "10"},
        {995, 2, 1, 1, "10.0"},
        {INT64_MAX, 0, 0, 0, "9223372036854775807"},
        {INT64_MIN, 0, 0, 0, "-9223372036854775808"},
        {INT64_MAX, 12, 0, 12, "9223372.036854775807"},
        {INT64_MIN, 12, 0, 2, "-9223372.04"},
        {INT64_MAX, 18, 0, 18, "9.223372036854775807"},
        {INT64_MAX, 18, 0, 0, "9"},
        {1, 18, 18, 18, "0.000000000000000001"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char array[48];
        struct text text = TEXT_OVER(array);
        decimal_print(&text, rows[i].value, rows[i].digits, rows[i].least, rows[i].most);
        assert_string_equal(array, rows[i].expected);
        assert_false(text.truncated);
    }
    char array[64];
    struct text text = TEXT_OVER(array);
    px_print(&text, (struct px){PX_ONE / 10}, 2, 4);
    qty_print(&text, (struct qty){-QTY_ONE}, 0, 8);
    usd_print(&text, USD(3), 2, 2);
    bps_print(&text, BPS_C(-250));
    assert_string_equal(array, "0.10-13.00-2.50");
}

// Numbers of every length: all bits random, then shifted down by a random amount.
static int64_t random_int(uint64_t *seed) {
    uint64_t bits = hash_mix(++*seed);
    int64_t value = (int64_t)(bits >> (hash_mix(++*seed) % 64));
    return (hash_mix(++*seed) & 1) != 0 ? value : (int64_t)(UINT64_C(0) - (uint64_t)value);
}

static void round_trip(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        int64_t value = random_int(&seed);
        int digits = (int)(hash_mix(++seed) % 19);
        int shift = (int)(hash_mix(++seed) % 40) - 20;
        char array[96];
        struct text text = TEXT_OVER(array);
        decimal_print(&text, value, digits, 0, digits);
        assert_true(parsed(array, text.size, digits, false) == value);
        assert_true(parsed(array, text.size, digits, true) == value);
        text_add_format(&text, "e%d", shift);
        if (digits - shift >= 0 && digits - shift <= 18) { // the same digits on another scale
            assert_true(parsed(array, text.size, digits - shift, false) == value);
        }
    }
}

static wide clamp(wide value) {
    return value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : value;
}

// Floor by its definition: q * c <= p < (q + 1) * c for c > 0.
static wide floor_of(wide product, wide divisor) {
    if (divisor < 0) {
        product = -product;
        divisor = -divisor;
    }
    wide rest = product % divisor;
    return (product - (rest < 0 ? rest + divisor : rest)) / divisor;
}

static void mul_div_property(void **state) {
    (void)state;
    static const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, -2,       -1, 0, 1, 2,
                                   3,         INT64_MAX - 1, INT64_MAX};
    uint64_t seed = 2;
    for (int i = 0; i < 200000; i++) {
        int64_t v[3];
        for (int k = 0; k < 3; k++) {
            uint64_t pick = hash_mix(++seed) % 4;
            v[k] = pick == 0 ? ends[hash_mix(++seed) % COUNT_OF(ends)] : random_int(&seed);
        }
        if (v[2] == 0) {
            continue;
        }
        wide product = (wide)v[0] * v[1];
        wide low = floor_of(product, v[2]);
        wide high = -floor_of(-product, v[2]);
        // Half away from zero: |p| / |c| + 1/2, cut, with the sign put back.
        wide_size size = (wide_size)(product < 0 ? -product : product);
        wide_size by = (wide_size)(v[2] < 0 ? -(wide)v[2] : v[2]);
        wide near = (wide)((size * 2 / by + 1) / 2);
        near = (product < 0) != (v[2] < 0) ? -near : near;
        assert_true(mul_div_floor(v[0], v[1], v[2]) == clamp(low));
        assert_true(mul_div_ceil(v[0], v[1], v[2]) == clamp(high));
        assert_true(mul_div_near(v[0], v[1], v[2]) == clamp(near));
        assert_true(mul_div_floor_wide(v[0], v[1], v[2]) == clamp(low));
        assert_true(mul_div_ceil_wide(v[0], v[1], v[2]) == clamp(high));
        assert_true(mul_div_near_wide(v[0], v[1], v[2]) == clamp(near));
        assert_true(add_saturating(v[0], v[1]) == clamp((wide)v[0] + v[1]));
        assert_true(sub_saturating(v[0], v[1]) == clamp((wide)v[0] - v[1]));
        if (v[2] > 0) {
            struct px tick = {v[2]};
            struct qty step = {v[2]};
            wide below = floor_of(v[0], v[2]) * v[2];
            wide above = -floor_of(-(wide)v[0], v[2]) * v[2];
            assert_true(px_tick_floor((struct px){v[0]}, tick).v == clamp(below));
            assert_true(px_tick_ceil((struct px){v[0]}, tick).v == clamp(above));
            assert_true(qty_step_floor((struct qty){v[0]}, step).v == clamp(below));
            assert_true(qty_step_ceil((struct qty){v[0]}, step).v == clamp(above));
            assert_true(bps_between_floor((struct px){v[0]}, tick).v ==
                        clamp(floor_of(((wide)v[0] - v[2]) * BPS_WHOLE, v[2])));
        }
    }
}

static struct px px(const char *text) {
    struct px price;
    assert_true(px_parse(slice_of(text), &price));
    return price;
}

static struct qty qty(const char *text) {
    struct qty quantity;
    assert_true(qty_parse(slice_of(text), &quantity));
    return quantity;
}

static struct usd usd(const char *text) {
    struct usd amount;
    assert_true(decimal_parse(slice_of(text), USD_DIGITS, &amount.v));
    return amount;
}

static void money(void **state) {
    (void)state;
    assert_int_equal(usd_notional_near(px("64000.5"), qty("0.25")).v, usd("16000.125").v);
    assert_int_equal(usd_notional_floor(px("0.0000003"), qty("1")).v, 0);
    assert_int_equal(usd_notional_ceil(px("0.0000003"), qty("1")).v, 1);
    assert_int_equal(usd_notional_floor(px("0.0000003"), qty("-1")).v, -1);
    assert_int_equal(usd_notional_ceil(px("0.0000003"), qty("-1")).v, 0);
    assert_int_equal(usd_notional_near(px("0.0000005"), qty("-1")).v, -1);
    assert_int_equal(usd_notional_near(px("9000000"), qty("90000000000")).v, INT64_MAX);
    assert_int_equal(usd_notional_floor(px("9000000"), qty("-90000000000")).v, INT64_MIN);
    assert_int_equal(usd_bps_near(USD(1000), BPS_C(250)).v, usd("0.25").v);
    assert_int_equal(usd_bps_floor((struct usd){1}, BPS(1)).v, 0);
    assert_int_equal(usd_bps_ceil((struct usd){1}, BPS(1)).v, 1);
    assert_int_equal(bps_between_near(px("101"), px("100")).v, BPS(100).v);
    assert_int_equal(bps_between_floor(px("99.99"), px("100")).v, BPS(-1).v);
    assert_int_equal(bps_between_floor(px("100.00005"), px("100")).v, 0);
    assert_int_equal(bps_between_floor(px("99.99995"), px("100")).v, -1);
    assert_int_equal(bps_between_near(px("100.00005"), px("100")).v, 1);
    assert_int_equal(bps_share_near(USD(1), USD(8)).v, BPS(1250).v);
    assert_int_equal(px_mid_floor(px("1"), px("2")).v, px("1.5").v);
    assert_int_equal(px_mid_floor((struct px){1}, (struct px){2}).v, 1);
    assert_int_equal(px_mid_floor((struct px){INT64_MAX}, (struct px){INT64_MAX}).v, INT64_MAX);
    assert_int_equal(px_shift_floor(px("100"), BPS_C(-250)).v, px("99.975").v);
    assert_int_equal(px_shift_floor((struct px){1}, BPS_C(1)).v, 1);
    assert_int_equal(px_shift_ceil((struct px){1}, BPS_C(1)).v, 2);
    assert_int_equal(px_shift_ceil(px("9000000"), BPS(9000)).v, INT64_MAX);
    assert_int_equal(px_average_near(usd("16000.125"), qty("0.25")).v, px("64000.5").v);
    assert_int_equal(px_average_near(usd("-16000.125"), qty("-0.25")).v, px("64000.5").v);
    assert_int_equal(usd_abs((struct usd){INT64_MIN}).v, INT64_MAX);
    assert_int_equal(qty_abs((struct qty){-5}).v, 5);
    assert_int_equal(qty_min((struct qty){-5}, (struct qty){3}).v, -5);
}

// The largest quantity that fits: one more unit does not.
static void quantity_for_amount(void **state) {
    (void)state;
    uint64_t seed = 3;
    for (int i = 0; i < 50000; i++) {
        struct px price = {random_int(&seed) & INT64_MAX};
        struct usd amount = {random_int(&seed) & INT64_MAX};
        if (price.v == 0) {
            continue;
        }
        int64_t found = qty_for_usd_floor(amount, price).v;
        wide budget = (wide)amount.v * INT64_C(100000000000000);
        assert_true((wide)price.v * found <= budget);
        assert_true(found == INT64_MAX || (wide)price.v * ((wide)found + 1) > budget);
        assert_true(qty_covers_usd((struct qty){found}, amount, price));
        assert_true(found == 0 || !qty_covers_usd((struct qty){found - 1}, amount, price));
    }
}

// Where the rounded distance fits its type, comparing it with the limit says the same.
static void distance_beyond(void **state) {
    (void)state;
    uint64_t seed = 5;
    int beyond = 0;
    for (int i = 0; i < 100000; i++) {
        struct px b = {(random_int(&seed) & INT64_MAX) | 1};
        struct px a = {random_int(&seed)};
        if (i % 2 == 0) { // near each other, as prices are
            a.v = add_saturating(b.v, random_int(&seed) % (b.v / 50 + 1));
        }
        int64_t distance = bps_distance_near(a, b).v;
        if (distance == INT64_MAX) {
            continue;
        }
        int64_t other = random_int(&seed) & INT64_MAX;
        const int64_t limits[] = {distance, distance + 1, distance - 1, other, 0, 200};
        for (size_t k = 0; k < COUNT_OF(limits); k++) {
            if (limits[k] >= 0) {
                assert_true(bps_beyond(a, b, (struct bps){limits[k]}) == (distance > limits[k]));
                beyond += distance > limits[k];
            }
        }
    }
    assert_true(beyond > 10000);
}

static void unit_digits(void **state) {
    (void)state;
    static const struct {
        const char *unit;
        int digits;
    } rows[] = {{"0.10", 1}, {"0.001", 3}, {"5", 0},         {"10", 0},
                {"0.5", 1},  {"0.25", 2},  {"0.00000001", 8}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(px_tick_digits(px(rows[i].unit)), rows[i].digits);
        assert_int_equal(qty_step_digits(qty(rows[i].unit)), rows[i].digits);
    }
    assert_int_equal(px_tick_digits((struct px){1}), 12);
}

// What the venue sheets name: smallest ticks and steps, largest quantities and prices must be
// exact.
static void venue_scales(void **state) {
    (void)state;
    static const char *const prices[] = {"0.00001", "0.0000001", "0.00000001", "0.000000000001",
                                         "64123.1", "126000.50", "9000000"};
    static const char *const quantities[] = {"0.00001", "0.000001", "0.00000001", "10000000",
                                             "590119",  "520000",   "90000000000"};
    char array[48];
    for (size_t i = 0; i < COUNT_OF(prices); i++) {
        struct text text = TEXT_OVER(array);
        px_print(&text, px(prices[i]), 0, PX_DIGITS);
        assert_int_equal(px(array).v, px(prices[i]).v);
        assert_true(px(prices[i]).v > 0);
    }
    for (size_t i = 0; i < COUNT_OF(quantities); i++) {
        assert_true(qty(quantities[i]).v > 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse_rows),          cmocka_unit_test(print_rows),
        cmocka_unit_test(round_trip),          cmocka_unit_test(mul_div_property),
        cmocka_unit_test(distance_beyond),     cmocka_unit_test(money),
        cmocka_unit_test(quantity_for_amount), cmocka_unit_test(unit_digits),
        cmocka_unit_test(venue_scales),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
