// Numbers on the screen: a row per case.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "ui/number.h"

struct row {
    const char *name;
    void (*print)(struct text *out, int64_t value);
    int64_t value;
    const char *want;
};

static void usd_signed(struct text *out, int64_t v) {
    number_usd_signed(out, (struct usd){v});
}
static void usd_short(struct text *out, int64_t v) {
    number_usd_short(out, (struct usd){v});
}
static void bps_signed(struct text *out, int64_t v) {
    number_bps_signed(out, (struct bps){v});
}
static void percent(struct text *out, int64_t v) {
    number_percent(out, (struct bps){v});
}
static void px_aligned(struct text *out, int64_t v) {
    number_px(out, (struct px){v}, 1, 4);
}
static void px_whole_aligned(struct text *out, int64_t v) {
    number_px(out, (struct px){v}, 0, 2);
}

static const struct row rows[] = {
    {"plus", usd_signed, 1234567, "+1.23"},
    {"minus", usd_signed, -1235000, "-1.24"},
    {"nothing has no sign", usd_signed, 4999, "0.00"},
    {"nor has minus nothing", usd_signed, -4999, "0.00"},
    {"half a cent is a cent", usd_signed, 5000, "+0.01"},
    {"short plain", usd_short, 9999990000, "9999.99"},
    {"short thousands", usd_short, 12345678000, "12.35k"},
    {"short millions", usd_short, 1234567 * USD_ONE, "1.23M"},
    {"short billions", usd_short, 1234567890 * USD_ONE, "1.23G"},
    {"short negative", usd_short, -25730 * USD_ONE, "-25.73k"},
    {"edge up", bps_signed, 420, "+4.20"},
    {"edge down", bps_signed, -1, "-0.01"},
    {"edge none", bps_signed, 0, "0.00"},
    {"share", percent, 50000, "5.00"},
    {"price aligned", px_aligned, 61800 * PX_ONE + PX_ONE / 5, "61800.2   "},
    {"whole price aligned", px_whole_aligned, 5 * PX_ONE, "5   "},
    {"score", number_score, 855000, "85.5"},
    {"age ms", number_age, 999, "999ms"},
    {"age s with tenth", number_age, 3249, "3.2s"},
    {"age s", number_age, 10000, "10s"},
    {"age min", number_age, 100000, "1m"},
    {"age h", number_age, 6000000, "1h"},
    {"age never negative", number_age, -5, "0ms"},
    {"latency none", number_latency, -1, "--"},
    {"latency us", number_latency, 999999, "999us"},
    {"latency ms", number_latency, 7200000, "7.20ms"},
    {"latency 100 ms", number_latency, 123456789, "123.5ms"},
    {"latency s", number_latency, 1300000000, "1.30s"},
    {"latency long", number_latency, INT64_MAX, "long"},
    {"countdown past", number_countdown, -1, "0:00"},
    {"countdown rounds up", number_countdown, 1, "0:01"},
    {"countdown minutes", number_countdown, 297 * NS_PER_S, "4:57"},
    {"countdown hours", number_countdown, 3600 * NS_PER_S, "1:00:00"},
    {"clock", number_clock, INT64_C(1723161456) * NS_PER_S, "23:57:36"},
    {"clock before 1970", number_clock, -NS_PER_S, "23:59:59"},
    {"clock ms", number_clock_ms, INT64_C(1723161456) * NS_PER_S + 7 * NS_PER_MS, "23:57:36.007"},
};

static void test_rows(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char data[64];
        struct text text = TEXT_OVER(data);
        rows[i].print(&text, rows[i].value);
        if (strcmp(data, rows[i].want) != 0) {
            fail_msg("%s: '%s', expected '%s'", rows[i].name, data, rows[i].want);
        }
    }
}

// What does not fit loses digits, never its meaning.
static void test_usd_in_a_column(void **state) {
    (void)state;
    static const struct {
        int64_t value;
        bool sign;
        int columns;
        const char *want;
    } cells[] = {
        {999999650000, false, 9, "999999.65"},    {1000003250000, false, 9, "1000003.3"},
        {12345678 * USD_ONE, false, 9, "12.35M"}, {-1234567 * USD_ONE, false, 9, "-1.23M"},
        {1234560000, true, 8, "+1234.56"},        {1234560000, true, 7, "+1234.6"},
        {-12345670000, true, 8, "-12345.7"},      {-12345670000, true, 7, "-12.35k"},
        {234567 * USD_ONE, true, 8, "+234.57k"},  {-4999, true, 7, "0.00"},
    };
    for (size_t i = 0; i < COUNT_OF(cells); i++) {
        char data[32];
        struct text text = TEXT_OVER(data);
        number_usd_in(&text, (struct usd){cells[i].value}, cells[i].sign, cells[i].columns);
        assert_string_equal(data, cells[i].want);
    }
}

static void test_permille(void **state) {
    (void)state;
    assert_int_equal(number_permille(1, 3), 333);
    assert_int_equal(number_permille(5, 0), 0);
    assert_int_equal(number_permille(-5, 10), 0);
    assert_int_equal(number_permille(11, 10), 1000);
    assert_int_equal(number_permille(INT64_MAX - 1, INT64_MAX), 999);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_usd_in_a_column),
                                       cmocka_unit_test(test_permille)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
