#!/usr/bin/env python3
"""Multiples of ecGFp5's generator as a C file: ecgfp5_table.py OUTPUT.

With the rules of lighter-crypto.md sections 2 and 3, in Python's own integers. A point is (x, y) on
y^2 = x (x^2 + 2 x + 263 z); the group adds N = (0, 0) to every sum. Since for any other T
T + N = (b / x, -b y / x^2), sums are made on the curve and then moved by N.
"""

import sys

P = 2**64 - 2**32 + 1
A = (2, 0, 0, 0, 0)
B = (0, 263, 0, 0, 0)
ZERO = (0, 0, 0, 0, 0)
DIGITS, MULTIPLES = 64, 16
# The generator as the group has it: u = x / y = 1/4.
GENERATOR_X = (12883135586176881569, 4356519642755055268, 5248930565894896907,
               2165973894480315022, 2448410071095648785)


def add(a, b):
    return tuple((x + y) % P for x, y in zip(a, b))


def sub(a, b):
    return tuple((x - y) % P for x, y in zip(a, b))


def mul(a, b):
    wide = [0] * 9
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            wide[i + j] += x * y
    return tuple((wide[k] + (3 * wide[k + 5] if k < 4 else 0)) % P for k in range(5))


def frobenius(a, times):
    root = pow(3, (P - 1) // 5 * times, P)
    return tuple(c * pow(root, i, P) % P for i, c in enumerate(a))


def invert(a):
    others = mul(mul(frobenius(a, 1), frobenius(a, 2)), mul(frobenius(a, 3), frobenius(a, 4)))
    scale = pow(mul(a, others)[0], P - 2, P)
    return tuple(c * scale % P for c in others)


def moved(point):
    """The point + N on the curve; neither of them is the neutral element or N."""
    x, y = point
    inverse = invert(x)
    first = mul(B, inverse)
    return first, sub(ZERO, mul(mul(first, inverse), y))


def curve_sum(p, q):
    """On the curve; never called with opposite points."""
    (x1, y1), (x2, y2) = p, q
    if p == q:
        slope = mul(add(add(mul(x1, x1), add(mul(x1, x1), mul(x1, x1))),
                        add(add(mul(A, x1), mul(A, x1)), B)), invert(add(y1, y1)))
    else:
        slope = mul(sub(y2, y1), invert(sub(x2, x1)))
    x3 = sub(sub(mul(slope, slope), A), add(x1, x2))
    return x3, sub(mul(slope, sub(x1, x3)), y1)


def group_sum(p, q):
    return moved(curve_sum(p, q))


def literal(a):
    return "{{" + ", ".join(f"0x{c:x}U" for c in a) + "}}"


def main():
    if len(sys.argv) != 2:
        print("usage: ecgfp5_table.py OUTPUT", file=sys.stderr)
        return 64
    base = (GENERATOR_X, tuple(4 * c % P for c in GENERATOR_X))
    with open(sys.argv[1], "w", encoding="ascii") as out:
        out.write('#include "exchanges/ecgfp5_table.h"\n\n'
                  "const struct ecgfp5_affine "
                  "ecgfp5_generator_table[ECGFP5_DIGITS][ECGFP5_DIGIT_MAX] = {\n")
        for _ in range(DIGITS):
            point = base
            out.write("    {\n")
            for j in range(MULTIPLES):
                point = point if j == 0 else group_sum(point, base)
                x, y = point
                out.write(f"        {{{literal(x)}, {literal(mul(x, invert(y)))}}},\n")
            out.write("    },\n")
            base = group_sum(point, point)
        out.write("};\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
