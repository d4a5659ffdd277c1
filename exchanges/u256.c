#include "exchanges/u256.h"

#include "exchanges/secret.h"

enum { BITS_PER_LIMB = 64, BYTES_PER_LIMB = 8 };

bool u256_less(const struct u256 *a, const struct u256 *b) {
    struct u256 difference;
    return u256_sub(&difference, a, b) != 0;
}

bool u256_equals(const struct u256 *a, const struct u256 *b) {
    uint64_t different = 0;
    for (int i = 0; i < U256_LIMBS; i++) {
        different |= a->limb[i] ^ b->limb[i];
    }
    return different == 0;
}

bool u256_is_zero(const struct u256 *value) {
    return (value->limb[0] | value->limb[1] | value->limb[2] | value->limb[3]) == 0;
}

struct u256 u256_from_bytes(const uint8_t bytes[U256_SIZE]) {
    struct u256 value = {{0}};
    for (int i = 0; i < U256_SIZE; i++) {
        uint64_t *limb = &value.limb[U256_LIMBS - 1 - i / BYTES_PER_LIMB];
        *limb = *limb << 8 | bytes[i];
    }
    return value;
}

void u256_to_bytes(const struct u256 *value, uint8_t out[U256_SIZE]) {
    for (int i = 0; i < U256_SIZE; i++) {
        int shift = 8 * (BYTES_PER_LIMB - 1 - i % BYTES_PER_LIMB);
        out[i] = (uint8_t)(value->limb[U256_LIMBS - 1 - i / BYTES_PER_LIMB] >> shift);
    }
}

// All ones when low <= c <= high. The characters of a key decide no branch and no index.
static uint64_t within(uint64_t c, uint64_t low, uint64_t high) {
    return ~u256_mask(((c - low) | (high - c)) >> 63);
}

bool u256_from_hex(struct slice text, struct u256 *out) {
    struct u256 value = {{0}};
    uint64_t bad = 0;
    size_t at = slice_starts(text, SLICE("0x")) ? 2 : 0;
    size_t digits = text.size - at;
    memset(out, 0, sizeof(*out));
    if (digits == 0 || digits > U256_HEX_DIGITS_MAX) {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        uint64_t c = (unsigned char)text.data[at + i];
        uint64_t number = within(c, '0', '9');
        uint64_t lower = within(c, 'a', 'f');
        uint64_t upper = within(c, 'A', 'F');
        uint64_t digit = (number & (c - '0')) | (lower & (c - 'a' + 10)) | (upper & (c - 'A' + 10));
        size_t shift = 4 * (digits - 1 - i);
        value.limb[shift / BITS_PER_LIMB] |= digit << (shift % BITS_PER_LIMB);
        bad |= ~(number | lower | upper);
    }
    SECRET_PUBLISH(bad);
    if (bad != 0) {
        return false;
    }
    *out = value;
    return true;
}

bool u256_from_decimal(struct slice text, struct u256 *out) {
    struct u256 value = {{0}};
    memset(out, 0, sizeof(*out));
    if (text.size == 0) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        u256_wide carry = (unsigned)(text.data[i] - '0');
        for (int j = 0; j < U256_LIMBS; j++) {
            carry += (u256_wide)value.limb[j] * 10;
            value.limb[j] = (uint64_t)carry;
            carry >>= BITS_PER_LIMB;
        }
        if (carry != 0) {
            return false;
        }
    }
    *out = value;
    return true;
}

void u256_add_hex(struct text *out, const struct u256 *value) {
    static const char digits[] = "0123456789abcdef";
    int last = U256_HEX_DIGITS_MAX - 1;
    text_add_string(out, "0x");
    while (last > 0 && (value->limb[last / 16] >> (4 * (last % 16)) & 15) == 0) {
        last--;
    }
    for (; last >= 0; last--) {
        text_add_char(out, digits[value->limb[last / 16] >> (4 * (last % 16)) & 15]);
    }
}

void u256_add_decimal(struct text *out, const struct u256 *value) {
    char digits[U256_DECIMAL_SIZE_MAX];
    struct u256 rest = *value;
    size_t first = sizeof(digits);
    do {
        u256_wide part = 0;
        for (int i = U256_LIMBS - 1; i >= 0; i--) {
            part = part << BITS_PER_LIMB | rest.limb[i];
            rest.limb[i] = (uint64_t)(part / 10);
            part %= 10;
        }
        digits[--first] = (char)('0' + (int)part);
    } while (!u256_is_zero(&rest));
    text_add(out, (struct slice){&digits[first], sizeof(digits) - first});
}
