#include "exchanges/hash_poseidon.h"

#include "exchanges/stark_tables.h"

// From below 7p to below 2p: the square is 49 p^2 / 2^256 + p, which is below 2.6p, and 2.6p times
// 7p is within the bounds of felt_mul.
static inline struct felt cubed(struct felt a) {
    return felt_mul(felt_sqr(a), a);
}

// The matrix (3 1 1, 1 -1 1, 1 1 -2) is the sum of all three plus 2, -2 and -3 times one of them.
static void full_round(struct felt s[POSEIDON_WIDTH], const struct felt constants[POSEIDON_WIDTH]) {
    struct felt a = cubed(felt_sum(s[0], constants[0]));
    struct felt b = cubed(felt_sum(s[1], constants[1]));
    struct felt c = cubed(felt_sum(s[2], constants[2]));
    struct felt all = felt_sum(felt_sum(a, b), c); // below 6p
    s[0] = felt_add(all, felt_sum(a, a));
    s[1] = felt_sub(all, felt_sum(b, b));
    s[2] = felt_sub(all, felt_sum(felt_sum(c, c), c));
}

// A partial round makes 3a + b + c of a and a - b + c of b, for the cube c. Kept are a and the sum
// of both: with 2a + c they become that and the sum, and that twice; and the next round cubes
// sum - 2c and a constant. So nothing but one difference stands between a cube and the next one.
static inline struct felt partial_round(struct felt *a, struct felt *sum, struct felt third,
                                        struct felt constant) {
    struct felt next = felt_sum(*sum, constant); // from 4p to 7p
    struct felt c = cubed(third);
    struct felt c_twice = felt_sum(c, c);
    struct felt both = felt_sum(felt_sum(*a, *a), c); // below 6p
    *a = felt_add(both, *sum);
    *sum = felt_add(both, both);
    u256_sub(&next.raw, &next.raw, &c_twice.raw);
    return next;
}

static void partial_rounds(struct felt s[POSEIDON_WIDTH]) {
    struct felt a = s[0];
    struct felt sum = felt_add(s[0], s[1]);
    struct felt third = felt_sum(s[2], stark_hades_partial[0]);
    for (int i = 1; i <= HADES_PARTIAL_ROUNDS; i++) {
        third = partial_round(&a, &sum, third, stark_hades_partial[i]);
    }
    s[0] = a;
    s[1] = felt_sub(sum, a);
    s[2] = felt_settle(third);
}

void poseidon_permute(struct felt state[POSEIDON_WIDTH]) {
    struct felt s[POSEIDON_WIDTH] = {state[0], state[1], state[2]};
    for (int i = 0; i < HADES_FULL_ROUNDS; i++) {
        if (i == HADES_FULL_ROUNDS / 2) {
            partial_rounds(s);
        }
        full_round(s, stark_hades_full[i]);
    }
    for (int i = 0; i < POSEIDON_WIDTH; i++) {
        state[i] = s[i];
    }
}

struct felt poseidon_hash1(struct felt a) {
    struct felt state[POSEIDON_WIDTH] = {a, FELT_ZERO, FELT_ONE};
    poseidon_permute(state);
    return state[0];
}

struct felt poseidon_hash2(struct felt a, struct felt b) {
    struct felt state[POSEIDON_WIDTH] = {a, b, felt_from_u64(2)};
    poseidon_permute(state);
    return state[0];
}

void poseidon_init(struct poseidon *poseidon) {
    *poseidon = (struct poseidon){.odd = false};
}

void poseidon_add(struct poseidon *poseidon, struct felt element) {
    struct felt *place = &poseidon->state[poseidon->odd ? 1 : 0];
    *place = felt_add(*place, element);
    if (poseidon->odd) {
        poseidon_permute(poseidon->state);
    }
    poseidon->odd = !poseidon->odd;
}

// A one closes the message and a zero fills the last pair.
struct felt poseidon_finish(struct poseidon *poseidon) {
    poseidon_add(poseidon, FELT_ONE);
    if (poseidon->odd) {
        poseidon_add(poseidon, FELT_ZERO);
    }
    return poseidon->state[0];
}
