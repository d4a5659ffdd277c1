// Histograms: exact below 32, within 1/32 above, quantiles against sorted samples, the ends of the
// range.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/counter.h"
#include "base/status.h"
#include "base/table.h"

static struct histogram h;

static int set_up(void **state) {
    (void)state;
    histogram_reset(&h);
    return 0;
}

static void empty(void **state) {
    (void)state;
    assert_int_equal(histogram_quantile(&h, 500000), 0);
    assert_int_equal(histogram_mean(&h), 0);
}

static void one_value(void **state) {
    (void)state;
    static const struct {
        uint64_t value, edge;
    } rows[] = {
        {0, 0},
        {1, 1},
        {31, 31},
        {32, 32},
        {63, 63},
        {64, 65},
        {65, 65},
        {66, 67},
        {127, 127},
        {128, 131},
        {1000, 1007},
        {1023, 1023},
        {1024, 1055},
        {(UINT64_C(1) << 44) - 1, (UINT64_C(1) << 44) - 1},
        {UINT64_C(1) << 44, UINT64_C(1) << 44},
        {UINT64_MAX, UINT64_MAX},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        histogram_reset(&h);
        histogram_add(&h, rows[i].value);
        for (uint32_t ppm = 0; ppm <= 1000000; ppm += 250000) {
            assert_int_equal(histogram_quantile(&h, ppm), rows[i].edge);
        }
        assert_int_equal(histogram_mean(&h), rows[i].value);
        assert_int_equal(counter_read(&h.max), rows[i].value);
    }
}

static int by_value(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void quantiles(void **state) {
    (void)state;
    enum { SAMPLES = 10000 };
    static uint64_t values[SAMPLES];
    uint64_t sum = 0;
    for (uint64_t i = 0; i < SAMPLES; i++) {
        values[i] = hash_mix(i) >> (20 + hash_mix(~i) % 44);
        sum += values[i];
        histogram_add(&h, values[i]);
    }
    qsort(values, SAMPLES, sizeof(values[0]), by_value);
    static const uint32_t shares_ppm[] = {1,      100,    10000,  250000, 500000,
                                          900000, 990000, 999900, 1000000};
    for (size_t i = 0; i < COUNT_OF(shares_ppm); i++) {
        uint64_t rank = ((uint64_t)shares_ppm[i] * SAMPLES + 999999) / 1000000;
        uint64_t exact = values[rank - 1];
        uint64_t found = histogram_quantile(&h, shares_ppm[i]);
        assert_true(found >= exact);
        assert_true(found <= exact + exact / 32);
    }
    assert_int_equal(histogram_mean(&h), sum / SAMPLES);
    assert_int_equal(counter_read(&h.count), SAMPLES);
    assert_int_equal(counter_read(&h.max), values[SAMPLES - 1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(empty, set_up),
        cmocka_unit_test_setup(one_value, set_up),
        cmocka_unit_test_setup(quantiles, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
