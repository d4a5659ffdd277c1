// Numbers of 256 bits: what is read, what is refused, what is printed, and the inverse.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exchanges/u256_invert.h"

#define MAX_HEX     "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define MAX_DECIMAL "115792089237316195423570985008687907853269984665640564039457584007913129639935"

static void check_round_trip(const char *hex, const char *decimal) {
    struct u256 from_hex;
    struct u256 from_decimal;
    char data[128];
    struct text text = TEXT_OVER(data);
    assert_true(u256_from_hex(slice_of(hex), &from_hex));
    assert_true(u256_from_decimal(slice_of(decimal), &from_decimal));
    assert_true(u256_equals(&from_hex, &from_decimal));
    u256_add_hex(&text, &from_hex);
    assert_string_equal(data, hex);
    text_clear(&text);
    u256_add_decimal(&text, &from_hex);
    assert_string_equal(data, decimal);
    uint8_t bytes[U256_SIZE];
    u256_to_bytes(&from_hex, bytes);
    struct u256 back = u256_from_bytes(bytes);
    assert_true(u256_equals(&back, &from_hex));
}

static void test_texts(void **state) {
    (void)state;
    check_round_trip("0x0", "0");
    check_round_trip("0x1", "1");
    check_round_trip("0xffffffffffffffff", "18446744073709551615");
    check_round_trip("0x10000000000000000", "18446744073709551616");
    check_round_trip(
        "0x800000000000011000000000000000000000000000000000000000000000001",
        "3618502788666131213697322783095070105623107215331596699973092056135872020481");
    check_round_trip(MAX_HEX, MAX_DECIMAL);
}

static void test_other_texts(void **state) {
    (void)state;
    static const char *const no_hex[] = {"",    "0x",  "0xg", "0x 1", "x1",        "-1",    "0x/",
                                         "0x:", "0x@", "0x`", "0xG",  MAX_HEX "0", "1\xff", "0X1"};
    static const char *const no_decimal[] = {
        "",
        "-1",
        "+1",
        " 1",
        "1 ",
        "0x1",
        "1.0",
        "115792089237316195423570985008687907853269984665640564039457584007913129639936",
        MAX_DECIMAL "0"};
    struct u256 value;
    for (size_t i = 0; i < COUNT_OF(no_hex); i++) {
        memset(&value, 0xff, sizeof(value));
        assert_false(u256_from_hex(slice_of(no_hex[i]), &value));
        assert_true(u256_is_zero(&value));
    }
    for (size_t i = 0; i < COUNT_OF(no_decimal); i++) {
        memset(&value, 0xff, sizeof(value));
        assert_false(u256_from_decimal(slice_of(no_decimal[i]), &value));
        assert_true(u256_is_zero(&value));
    }
    assert_true(u256_from_hex(SLICE("AbCdEf"), &value));
    assert_int_equal(value.limb[0], 0xabcdef);
    assert_true(u256_from_hex(SLICE("0x00000000000000000000000000000000000000000000000000000000000"
                                    "00012"),
                              &value));
    assert_int_equal(value.limb[0], 0x12);
}

// A carry and a borrow through every limb, and out of the last.
static void test_carries(void **state) {
    (void)state;
    const struct u256 one = {{1}};
    const struct u256 most = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    struct u256 value;
    assert_int_equal(u256_add(&value, &most, &one), 1);
    assert_true(u256_is_zero(&value));
    assert_int_equal(u256_sub(&value, &value, &one), 1);
    assert_true(u256_equals(&value, &most));
    assert_int_equal(u256_add(&value, &most, &most), 1);
    assert_int_equal(value.limb[0], UINT64_MAX - 1);
    for (int i = 0; i < U256_LIMBS; i++) {
        struct u256 limb = {{0}};
        struct u256 less;
        limb.limb[i] = 1;
        assert_int_equal(u256_sub(&less, &limb, &one), 0);
        assert_true(u256_less(&less, &limb));
        assert_false(u256_less(&limb, &less));
        assert_false(u256_less(&limb, &limb));
        assert_int_equal(u256_add(&less, &less, &one), 0);
        assert_true(u256_equals(&less, &limb));
    }
}

static void test_inverses(void **state) {
    (void)state;
    static const struct u256 modulus = {{101}};
    for (uint64_t a = 0; a < 101; a++) {
        struct u256 value = {{a}};
        struct u256 inverse = u256_invert(&value, &modulus);
        assert_true(inverse.limb[0] < 101 && inverse.limb[1] == 0);
        assert_int_equal(a * inverse.limb[0] % 101, a == 0 ? 0 : 1);
    }
    // The largest prime below 2^256: 2^256 - 189.
    static const struct u256 largest = {{UINT64_MAX - 188, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    struct u256 value = {{189}};
    struct u256 inverse = u256_invert(&value, &largest);
    struct u256 back = u256_invert(&inverse, &largest);
    assert_true(u256_equals(&back, &value));
    assert_true(u256_sub(&value, &largest, &(struct u256){{1}}) == 0);
    inverse = u256_invert(&value, &largest);
    assert_true(u256_equals(&inverse, &value));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_other_texts),
        cmocka_unit_test(test_carries),
        cmocka_unit_test(test_inverses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
