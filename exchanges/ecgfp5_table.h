// Multiples of ecGFp5's generator, which ecgfp5_table.py computes when the program is built.
#ifndef PERPDESK_EXCHANGES_ECGFP5_TABLE_H
#define PERPDESK_EXCHANGES_ECGFP5_TABLE_H

#include "exchanges/curve_ecgfp5.h"

// [i][j] = (j + 1) 32^i G: 80 KiB.
extern const struct ecgfp5_affine ecgfp5_generator_table[ECGFP5_DIGITS][ECGFP5_DIGIT_MAX];

#endif
