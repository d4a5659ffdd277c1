#!/usr/bin/env python3
"""Writes stark_tables.c: what stark_tables.h declares, from the definitions.

Usage: stark_tables.py OUTPUT

The curve and the points of Pedersen are those of starkware-libs/starkex-resources
(pedersen_params.json), the constants of Poseidon come from the rule of its seed "Hades", as
starknet-crypto.md, sections 1 to 3, has them.
"""

import hashlib
import sys

PRIME = 2**251 + 17 * 2**192 + 1
ALPHA = 1
GENERATOR = (0x1ef15c18599971b7beced415a40f0c7deacfd9b0d1819e03d723d8bc943cfca,
             0x5668060aa49730b7be4801df46ec62de53ecd11abe43a32873000c36e8dc1f)
PEDERSEN = [
    (0x49ee3eba8c1600700ee1b87eb599f16716b0b1022947733551fde4050ca6804,
     0x3ca0cfe4b3bc6ddf346d49d06ea0ed34e621062c0e056c1d0405d266e10268a),
    (0x234287dcbaffe7f969c748655fca9e58fa8120b6d56eb0c1080d17957ebe47b,
     0x3b056f100f96fb21e889527d41f4e39940135dd7a6c94cc6ed0268ee89e5615),
    (0x4fa56f376c83db33f9dab2656558f3399099ec1de5e3018b7a6932dba8aa378,
     0x3fa0984c931c9e38113e0c0e47e4401562761f92a7a23b45168f4e80ff5b54d),
    (0x4ba4cc166be8dec764910f75b45f74b40c690c74709e90f3aa372f0bd2d6997,
     0x40301cf5c1751f4b971e46c4ede85fcac5c59a5ce5ae7c48151f27b24b219c),
    (0x54302dcb0e6cc1c6e44cca8f61a63bb2ca65048d53fb325d36ff12c49a58202,
     0x1b77b3e37d13504b348046268d8ae25ce98ad783c25561a879dcc77e99c2426),
]
# As in stark_tables.h, where a different size would not compile.
GENERATOR_BITS, GENERATOR_DIGITS = 5, 51
PEDERSEN_BITS, PEDERSEN_DIGITS, PEDERSEN_HIGH_MAX = 7, 36, 8
HADES_ROUNDS, HADES_FULL_HALF, HADES_WIDTH = 91, 4, 3


def add(p, q):
    """The sum of two points neither of which is the other's inverse."""
    if p == q:
        slope = (3 * p[0] * p[0] + ALPHA) * pow(2 * p[1], -1, PRIME) % PRIME
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, PRIME) % PRIME
    x = (slope * slope - p[0] - q[0]) % PRIME
    return x, (slope * (p[0] - x) - p[1]) % PRIME


def multiples(point, count):
    row = [point]
    while len(row) < count:
        row.append(add(row[-1], point))
    return row


def windows(point, bits, digits):
    """For each digit its multiples of the power of the base, one to half the base."""
    rows = []
    for _ in range(digits):
        rows.append(multiples(point, 1 << (bits - 1)))
        point = add(rows[-1][-1], rows[-1][-1])
    return rows


def felt(value, on_top=0):
    stored = (value << 256) % PRIME + on_top
    limbs = ", ".join(f"0x{stored >> 64 * i & (1 << 64) - 1:016x}" for i in range(4))
    return "{{{" + limbs + "}}}"


def affine(point):
    return "{" + felt(point[0]) + ", " + felt(point[1]) + "}"


def braced(items):
    return "{\n" + ",\n".join(items) + "}"


def table(rows):
    return braced(braced(affine(point) for point in row) for row in rows)


def hades_constant(k):
    return int.from_bytes(hashlib.sha256(f"Hades{k}".encode()).digest(), "big") % PRIME


def hades_constants():
    """A row per round. In the partial rounds only the third element is cubed, so what is added to
    the two others is carried on through the mixing to the first full round after them."""
    rows = [[hades_constant(HADES_WIDTH * r + i) for i in range(HADES_WIDTH)]
            for r in range(HADES_ROUNDS)]
    for r in range(HADES_FULL_HALF, HADES_ROUNDS - HADES_FULL_HALF):
        a, b, _ = rows[r]
        rows[r][:2] = 0, 0
        for i, carried in enumerate((3 * a + b, a - b, a + b)):
            rows[r + 1][i] = (rows[r + 1][i] + carried) % PRIME
    return rows


def main():
    if len(sys.argv) != 2:
        print("usage: stark_tables.py OUTPUT", file=sys.stderr)
        return 64
    hades = hades_constants()
    partial = slice(HADES_FULL_HALF, HADES_ROUNDS - HADES_FULL_HALF)
    hades_partial = braced(
        felt(value, 4 * PRIME) for value in [row[2] for row in hades[partial]] + [0])
    del hades[partial]
    hades_full = braced(braced(felt(value) for value in row) for row in hades)
    generator = table(windows(GENERATOR, GENERATOR_BITS, GENERATOR_DIGITS))
    low = braced(
        table(windows(PEDERSEN[i], PEDERSEN_BITS, PEDERSEN_DIGITS)) for i in (1, 3))
    high = table(multiples(PEDERSEN[i], PEDERSEN_HIGH_MAX) for i in (2, 4))
    with open(sys.argv[1], "w", encoding="ascii") as out:
        out.write(f"""// Written by stark_tables.py.
#include "exchanges/stark_tables.h"

const struct curve_affine stark_generator_table[{GENERATOR_DIGITS}][{1 << (GENERATOR_BITS - 1)}] =
{generator};
const struct curve_affine
    stark_pedersen_table[2][{PEDERSEN_DIGITS}][{1 << (PEDERSEN_BITS - 1)}] = {low};
const struct curve_affine stark_pedersen_high_table[2][{PEDERSEN_HIGH_MAX}] = {high};
const struct curve_affine stark_pedersen_start = {affine(PEDERSEN[0])};
const struct felt stark_hades_full[{2 * HADES_FULL_HALF}][{HADES_WIDTH}] = {hades_full};
const struct felt stark_hades_partial[{HADES_ROUNDS - 2 * HADES_FULL_HALF + 1}] = {hades_partial};
""")
    return 0


if __name__ == "__main__":
    sys.exit(main())
