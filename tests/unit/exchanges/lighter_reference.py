#!/usr/bin/env python3
"""Asks test_lighter_answers questions about Lighter's arithmetic, hash and signatures and compares
with a slow second implementation from lighter-crypto.md, in Python's integers: polynomials divided
the long way, chords and tangents on the curve as it is written in its equation.

Usage: lighter_reference.py PROGRAM [COUNT [SEED]]
"""

import random
import sys

import reference

P = 2**64 - 2**32 + 1
N = int("7ffffffd800000077ffffff1000000167fffffe6cfb80639"
        "e8885c39d724a09ce80fd996948bffe1", 16)
ZERO, ONE, A, B = (0, 0, 0, 0, 0), (1, 0, 0, 0, 0), (2, 0, 0, 0, 0), (0, 263, 0, 0, 0)

# elliottech/poseidon_crypto v0.0.15, hash/poseidon2_goldilocks_plonky2/config.go
EXTERNAL = [
    [0xd70193d17ab3b7d6, 0xa2c3662a78a9162b, 0x7a9fda827556ad44, 0xe8d5501818c99643,
     0x4c7a8fced4d5fd38, 0x55ab38985c0c513d, 0x28a17bd016210b0b, 0x8f8277679ec32fa8,
     0x768b3c3d68a460e9, 0x872a022eb559d941, 0xd1316dd4b3b97973, 0xa7b608e578321000],
    [0x3fa02c87b0bee026, 0x7a38f0022e13c31e, 0x00c054f3c5e8d20d, 0x439f50f4bca7242f,
     0x4d0938aa57cd517f, 0xb2e03ac5fb6b9a7d, 0xe29d1f4237bedca8, 0x05b7c844bc99b848,
     0x91cc0b73f34e17ed, 0x876e4427694bd755, 0x67002ae0725c612d, 0x05351f20e0b6315f],
    [0x2e3b9ef5457eb60b, 0xd9ac17618c3783dd, 0x0807528ad8874bcf, 0xc78d546a455d2a0e,
     0xf8b930c81e2481f0, 0x712707d8dff3b041, 0xdcb8c0aa0b9d34c3, 0x9baddbdf2ee3a468,
     0x2dd16d50c5176c78, 0x89eac5cfbc075cd3, 0x2a741dea181587f3, 0x1a4d6aa85a113d84],
    [0x4d736286a2387e34, 0x8bad5dfc4fcb3ee3, 0x84fbd03adb77c56a, 0x8d5cdd1a23ec53a2,
     0x036f08f08fff28ec, 0xb717a3f4dbdfb443, 0x58a074b5509d645c, 0xf92bf834e4b87718,
     0x1541c3a0baa5ac4b, 0x22149e6783e67692, 0x9be8b5d9e112476f, 0x41e0969f62babb76],
    [0xbc585ad3b9443dbb, 0xf28dd3206975cbb1, 0xdd8815e53ca045e0, 0xde82c416b9e701ba,
     0xc5cb875233afa025, 0x7212697cd897ffa9, 0x67844790aa63cfd7, 0xdc0b9cfa97fe65c3,
     0xe8fe091869a82070, 0x62902bb2e413c6d1, 0x29f9f5001fb84f57, 0xbe1014796ef5f8be],
    [0x71feb53e9bdba19c, 0x251054f592ebb71c, 0xe1a57643a4bb284b, 0xa4ba6f87a45b739b,
     0x2c1fcade0b958c49, 0xbbb424cda9a3e360, 0x2ca647354c5f3f54, 0xc9277b64d152e084,
     0xdbc9ac97445eff17, 0x6f6cdf3198969f70, 0x1de29d14fa76d8f1, 0x73337458a8cc1d19],
    [0xb87e775e2fb3ab23, 0xf166a1c7a565c80b, 0xb24be06f426c747f, 0xc281e8c49482ce00,
     0x51974c3b3b726c2d, 0x87444cf8caf7d619, 0x7c362f827a580ced, 0x9567af14667647a0,
     0xcbf0473cbec54e37, 0xe3209dedeff4f620, 0xd43ad94e45a4c4ee, 0x976981ee73f41768],
    [0xef707a224e207258, 0x2fc779e10e6362ee, 0x29b5ee60ad8c891f, 0x96b37b39d8bfd667,
     0x877df68a8b22e733, 0x5c41746f562c8d9f, 0x0c9d76751052b71a, 0xfb3465341bf1c087,
     0xa0d14dc614d15eb1, 0xdc27d17136906fa6, 0x482e163b05ec397f, 0x0273a462992366ef],
]
INTERNAL = [
    0xa571418d95897b60, 0x8f32676574fcf6d3, 0x731102d4e3fb1bbe, 0x0330f08328a82d2b,
    0x7f0449b6557f785d, 0x62f06210658dcbcb, 0xd5a98af9f89c458b, 0x77ec69083a346385,
    0xef7ca48bbc27f890, 0x53e9652f61eac532, 0xa71c634abff4f0cc, 0xb16f5f0d7e28ea29,
    0xc9dde31d0a003ab2, 0x2ddadf9775902533, 0xe4fa73fb16408b47, 0x90242ebc00d2ee59,
    0xbb02dffd9f381982, 0xdea328364c50907c, 0x1395d3b924857cf8, 0x7d3ead0d5aec04e6,
    0xc2f12be3fed74668, 0x0ba3c338f8c3d285
]
DIAGONAL = [
    0xc3b6c08e23ba9300, 0xd84b5de94a324fb6, 0x0d0c371c5b35b84f, 0x7964f570e7188037,
    0x5daf18bbd996604b, 0x6743bc47b9595257, 0x5528b9362c59bb70, 0xac45e25b7127b68b,
    0xa2077d7dfbb606b5, 0xf3faac6faee378ae, 0x0c6388b51545e883, 0xd27dbb6944917b60
]
M4 = [[2, 3, 1, 1], [1, 2, 3, 1], [1, 1, 2, 3], [3, 1, 1, 2]]


# ---- Fp5: tuples of five coefficients ------------------------------------------------------------

def add(a, b):
    return tuple((x + y) % P for x, y in zip(a, b))


def sub(a, b):
    return tuple((x - y) % P for x, y in zip(a, b))


def mul(a, b):
    wide = [0] * 9
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            wide[i + j] += x * y
    for k in range(8, 4, -1):
        wide[k - 5] += 3 * wide.pop()
    return tuple(c % P for c in wide)


def power(a, exponent):
    result = ONE
    for bit in bin(exponent)[2:]:
        result = mul(result, result)
        if bit == "1":
            result = mul(result, a)
    return result


def invert(a):
    """By Gauss: the matrix of multiplication by a, solved for 1."""
    if a == ZERO:
        return ZERO
    rows = [[0] * 5 + [1 if i == 0 else 0] for i in range(5)]
    for j in range(5):
        column = mul(a, tuple(1 if i == j else 0 for i in range(5)))
        for i in range(5):
            rows[i][j] = column[i]
    for j in range(5):
        pivot = next(i for i in range(j, 5) if rows[i][j])
        rows[j], rows[pivot] = rows[pivot], rows[j]
        scale = pow(rows[j][j], -1, P)
        rows[j] = [v * scale % P for v in rows[j]]
        for i in range(5):
            if i != j and rows[i][j]:
                rows[i] = [(v - rows[i][j] * w) % P for v, w in zip(rows[i], rows[j])]
    return tuple(row[5] for row in rows)


def is_square(a):
    return a == ZERO or power(a, (P**5 - 1) // 2) == ONE


# ---- the curve: pairs (x, y), None for the point at infinity -------------------------------------

def curve_add(p, q):
    if p is None or q is None:
        return q if p is None else p
    (x1, y1), (x2, y2) = p, q
    if x1 == x2 and add(y1, y2) == ZERO:
        return None
    if p == q:
        xx = mul(x1, x1)
        top = add(add(add(xx, xx), xx), add(mul(add(A, A), x1), B))
        slope = mul(top, invert(add(y1, y1)))
    else:
        slope = mul(sub(y2, y1), invert(sub(x2, x1)))
    x3 = sub(sub(mul(slope, slope), A), add(x1, x2))
    return x3, sub(mul(slope, sub(x1, x3)), y1)


NEUTRAL = (ZERO, ZERO)
GENERATOR = (12883135586176881569, 4356519642755055268, 5248930565894896907, 2165973894480315022,
             2448410071095648785)
GENERATOR = (GENERATOR, tuple(4 * c % P for c in GENERATOR))


def group_add(p, q):
    return curve_add(curve_add(p, q), NEUTRAL)


def multiply(k, point):
    result = NEUTRAL
    for bit in bin(k)[2:]:
        result = group_add(result, result)
        if bit == "1":
            result = group_add(result, point)
    return result


def encode(point):
    return mul(point[1], invert(point[0]))


def point_text(point):
    return [text(point[0]), text(mul(point[0], invert(point[1])))]


# ---- the hash ------------------------------------------------------------------------------------

def external(s):
    mixed = [sum(M4[i % 4][j] * s[i // 4 * 4 + j] for j in range(4)) for i in range(12)]
    return [(mixed[i] + mixed[i % 4] + mixed[i % 4 + 4] + mixed[i % 4 + 8]) % P for i in range(12)]


def full(s, row):
    return external([pow(v + c, 7, P) for v, c in zip(s, EXTERNAL[row])])


def permute(s):
    s = external(s)
    for row in range(4):
        s = full(s, row)
    for constant in INTERNAL:
        s[0] = pow(s[0] + constant, 7, P)
        total = sum(s)
        s = [(v * d + total) % P for v, d in zip(s, DIAGONAL)]
    for row in range(4, 8):
        s = full(s, row)
    return s


def sponge(elements, count):
    state, out = [0] * 12, []
    for at in range(0, len(elements), 8):
        block = elements[at:at + 8]
        state = permute(block + state[len(block):])
    while len(out) < count:
        out += state[:8]
        state = permute(state)
    return out[:count]


def to_scalar(fp5):
    return sum(c << 64 * i for i, c in enumerate(fp5)) % N


# ---- text ----------------------------------------------------------------------------------------

def text(fp5):
    return b"".join(c.to_bytes(8, "little") for c in fp5).hex()


def scalar_text(value, size=40):
    return value.to_bytes(size, "little").hex()


class Questions:
    """Each gives a line to ask and the words expected; edges come up as often as the middle."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def number(self, bound):
        kind = self.random.randrange(4)
        if kind == 0:
            value = self.random.choice([0, 1, 2, bound - 1, bound - 2, bound // 2])
        elif kind == 1:
            value = self.random.choice([2**32, 2**32 - 1, P, P - 1, 2**64 - 1, N, N - 1, 2 * N - 1])
            value += self.random.randrange(-1, 2)
        elif kind == 2:
            value = 1 << self.random.randrange(bound.bit_length())
        else:
            value = self.random.randrange(bound)
        return value if 0 <= value < bound else self.random.randrange(bound)

    def fp5(self):
        """As bytes may have it, and reduced."""
        raw = tuple(self.number(2**64) for _ in range(5))
        if self.random.randrange(8) == 0:
            raw = tuple(c if i == 0 else 0 for i, c in enumerate(raw))
        return raw, tuple(c % P for c in raw)

    def goldilocks(self):
        a, b = self.number(2**64), self.number(2**64)
        inverse = pow(a, -1, P) if a % P else 0
        square = pow(a, (P - 1) // 2, P) <= 1
        values = [(a + b) % P, (a - b) % P, a * b % P, inverse]
        return f"goldilocks {a:x} {b:x}", [f"{v:016x}" for v in values] + [
            str(int(square)), f"{a % P if square else 0:016x}"]

    def field5(self):
        (raw_a, a), (raw_b, b) = self.fp5(), self.fp5()
        square = is_square(a)
        return f"fp5 {text(raw_a)} {text(raw_b)}", [
            text(add(a, b)), text(sub(a, b)), text(mul(a, b)), text(invert(a)),
            text(power(a, P)), str(int(square)), text(a if square else ZERO)]

    def scalar(self):
        a, b, wide = self.number(2**320), self.number(2**320), self.number(2**512)
        return (f"scalar {scalar_text(a)} {scalar_text(b)} {scalar_text(wide, 64)}",
                [scalar_text(v % N) for v in (a + b, a - b, a * b, wide)])

    def curve(self):
        k, factor = self.number(N), self.number(N)
        point = multiply(k, GENERATOR)
        other = multiply(factor, point)
        total = group_add(other, point)
        return f"curve {scalar_text(k)} {scalar_text(factor)}", (
            point_text(point) + [text(encode(point))] + point_text(other) + point_text(total) * 2 +
            point_text(group_add(other, other)) + ["1"] + point_text(other))

    def poseidon2(self):
        elements = [self.number(2**64) for _ in range(self.random.randrange(1, 30))]
        words = " ".join(f"{v:x}" for v in elements)
        return f"poseidon2 {words}", [f"{v:016x}" for v in sponge([v % P for v in elements], 12)]

    def sign(self):
        key, nonce, seed = self.number(N - 1) + 1, self.number(N), self.number(2**64)
        message = self.fp5()[1]
        public = encode(multiply(key, GENERATOR))
        commitment = encode(multiply(nonce, GENERATOR))
        e = to_scalar(sponge(list(commitment + message), 5))
        s = (nonce - e * key) % N
        return (f"sign {scalar_text(key)} {text(message)} {scalar_text(nonce)} {seed:x}",
                [text(public), scalar_text(s) + scalar_text(e), "1", "1", "0"])

    def order(self):
        head = [self.random.choice([300, 304])] + [self.number(2**47) for _ in range(4)]
        fields = [self.number(2**48) for _ in range(10)]
        attributes = [self.random.randrange(4), self.random.randrange(2)]
        message = sponge(head[:1] + [14] + head[1:] + fields, 5)
        pairs = [v for kind, value in zip((6, 7), attributes) if value for v in (kind, value)]
        if pairs:
            message = sponge(message + sponge(pairs + [0] * (8 - len(pairs)), 5), 5)
        words = " ".join(f"{v:x}" for v in head + fields + attributes)
        return f"order {words}", [text(message)]


if __name__ == "__main__":
    sys.exit(reference.main(Questions, (
        "goldilocks", "field5", "scalar", "curve", "poseidon2", "sign", "order")))
