// Tables that stark_tables.py computes when the program is built, in Montgomery form and, but for
// one, in the least representative: multiples of the curve's points and the constants of Poseidon.
#ifndef PERPDESK_EXCHANGES_STARK_TABLES_H
#define PERPDESK_EXCHANGES_STARK_TABLES_H

#include "exchanges/curve_stark.h"

// Digits between -half and half - 1 of numbers written to the base 2^bits; a table has a row per
// digit, and in it the multiples 1 to half.
enum {
    GENERATOR_BITS = 5,
    GENERATOR_HALF = 1 << (GENERATOR_BITS - 1),
    GENERATOR_DIGITS = 51, // of 252 bits
    PEDERSEN_BITS = 7,
    PEDERSEN_HALF = 1 << (PEDERSEN_BITS - 1),
    PEDERSEN_DIGITS = 36,  // of 248 bits
    PEDERSEN_HIGH_MAX = 8, // the top bits of a felt
    HADES_WIDTH = 3,
    HADES_FULL_ROUNDS = 8, // four at each end
    HADES_PARTIAL_ROUNDS = 83,
};

// [i][j] = (j + 1) * 2^(bits * i) * P, for P the generator, and P1 and P3 of Pedersen.
extern const struct curve_affine stark_generator_table[GENERATOR_DIGITS][GENERATOR_HALF];
extern const struct curve_affine stark_pedersen_table[2][PEDERSEN_DIGITS][PEDERSEN_HALF];
// [i][j] = (j + 1) * P, for P2 and P4; and the point P0, where the sum starts.
extern const struct curve_affine stark_pedersen_high_table[2][PEDERSEN_HIGH_MAX];
extern const struct curve_affine stark_pedersen_start;
// What a full round adds to the state. What a partial round adds to the third felt, which it cubes,
// and a zero after the last; what it adds to the two others is carried on to the next full round.
// These are stored with 4p on top, so that a difference with them stays positive.
extern const struct felt stark_hades_full[HADES_FULL_ROUNDS][HADES_WIDTH];
extern const struct felt stark_hades_partial[HADES_PARTIAL_ROUNDS + 1];

#endif
