#include "exchanges/hash_keccak.h"

enum { ROUNDS = 24, BYTES_PER_LANE = 8 };

static const uint64_t round_constants[ROUNDS] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

static inline uint64_t rotated(uint64_t lane, unsigned count) {
    return lane << count | lane >> (64 - count);
}

static inline void chi(const uint64_t b[5], uint64_t out[5]) {
    out[0] = b[0] ^ (~b[1] & b[2]);
    out[1] = b[1] ^ (~b[2] & b[3]);
    out[2] = b[2] ^ (~b[3] & b[4]);
    out[3] = b[3] ^ (~b[4] & b[0]);
    out[4] = b[4] ^ (~b[0] & b[1]);
}

// Lane (x, y) is a[x + 5 y]. The walk of rho and pi is written out, so that every rotation is by a
// constant; each row of the result needs five lanes of what went before, which stay in registers.
static inline __attribute__((always_inline)) void
round_of(const uint64_t a[KECCAK_LANES], uint64_t out[KECCAK_LANES], uint64_t constant) {
    uint64_t b[5];
    uint64_t c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
    uint64_t c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
    uint64_t c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
    uint64_t c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
    uint64_t c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
    uint64_t d0 = c4 ^ rotated(c1, 1);
    uint64_t d1 = c0 ^ rotated(c2, 1);
    uint64_t d2 = c1 ^ rotated(c3, 1);
    uint64_t d3 = c2 ^ rotated(c4, 1);
    uint64_t d4 = c3 ^ rotated(c0, 1);
    b[0] = a[0] ^ d0;
    b[1] = rotated(a[6] ^ d1, 44);
    b[2] = rotated(a[12] ^ d2, 43);
    b[3] = rotated(a[18] ^ d3, 21);
    b[4] = rotated(a[24] ^ d4, 14);
    chi(b, &out[0]);
    b[0] = rotated(a[3] ^ d3, 28);
    b[1] = rotated(a[9] ^ d4, 20);
    b[2] = rotated(a[10] ^ d0, 3);
    b[3] = rotated(a[16] ^ d1, 45);
    b[4] = rotated(a[22] ^ d2, 61);
    chi(b, &out[5]);
    b[0] = rotated(a[1] ^ d1, 1);
    b[1] = rotated(a[7] ^ d2, 6);
    b[2] = rotated(a[13] ^ d3, 25);
    b[3] = rotated(a[19] ^ d4, 8);
    b[4] = rotated(a[20] ^ d0, 18);
    chi(b, &out[10]);
    b[0] = rotated(a[4] ^ d4, 27);
    b[1] = rotated(a[5] ^ d0, 36);
    b[2] = rotated(a[11] ^ d1, 10);
    b[3] = rotated(a[17] ^ d2, 15);
    b[4] = rotated(a[23] ^ d3, 56);
    chi(b, &out[15]);
    b[0] = rotated(a[2] ^ d2, 62);
    b[1] = rotated(a[8] ^ d3, 55);
    b[2] = rotated(a[14] ^ d4, 39);
    b[3] = rotated(a[15] ^ d0, 41);
    b[4] = rotated(a[21] ^ d1, 2);
    chi(b, &out[20]);
    out[0] ^= constant;
}

static void permute(uint64_t a[KECCAK_LANES]) {
    uint64_t b[KECCAK_LANES];
    for (int round = 0; round < ROUNDS; round += 2) {
        round_of(a, b, round_constants[round]);
        round_of(b, a, round_constants[round + 1]);
    }
}

static void add_byte(struct keccak *keccak, uint8_t byte) {
    unsigned at = keccak->filled++;
    keccak->lanes[at / BYTES_PER_LANE] ^= (uint64_t)byte << (8 * (at % BYTES_PER_LANE));
    if (keccak->filled == KECCAK_RATE) {
        permute(keccak->lanes);
        keccak->filled = 0;
    }
}

static uint64_t lane_of(const char bytes[BYTES_PER_LANE]) {
    uint64_t lane = 0;
    for (int i = 0; i < BYTES_PER_LANE; i++) {
        lane |= (uint64_t)(uint8_t)bytes[i] << (8 * i);
    }
    return lane;
}

void keccak_init(struct keccak *keccak) {
    memset(keccak, 0, sizeof(*keccak));
}

void keccak_add(struct keccak *keccak, struct slice part) {
    size_t i = 0;
    for (; i < part.size && keccak->filled % BYTES_PER_LANE != 0; i++) {
        add_byte(keccak, (uint8_t)part.data[i]);
    }
    for (; part.size - i >= BYTES_PER_LANE; i += BYTES_PER_LANE) {
        keccak->lanes[keccak->filled / BYTES_PER_LANE] ^= lane_of(&part.data[i]);
        keccak->filled += BYTES_PER_LANE;
        if (keccak->filled == KECCAK_RATE) {
            permute(keccak->lanes);
            keccak->filled = 0;
        }
    }
    for (; i < part.size; i++) {
        add_byte(keccak, (uint8_t)part.data[i]);
    }
}

void keccak_finish(struct keccak *keccak, uint8_t out[KECCAK_SIZE]) {
    keccak->lanes[keccak->filled / BYTES_PER_LANE] ^= (uint64_t)0x01
                                                      << (8 * (keccak->filled % BYTES_PER_LANE));
    keccak->lanes[KECCAK_RATE / BYTES_PER_LANE - 1] ^= (uint64_t)0x80 << 56;
    permute(keccak->lanes);
    for (unsigned i = 0; i < KECCAK_SIZE; i++) {
        out[i] = (uint8_t)(keccak->lanes[i / BYTES_PER_LANE] >> (8 * (i % BYTES_PER_LANE)));
    }
}

void keccak256(struct slice message, uint8_t out[KECCAK_SIZE]) {
    struct keccak keccak;
    keccak_init(&keccak);
    keccak_add(&keccak, message);
    keccak_finish(&keccak, out);
}
