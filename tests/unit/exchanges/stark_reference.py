#!/usr/bin/env python3
"""A slow second implementation of Starknet's arithmetic, hashes and signatures, written from the
definitions with Python's integers, against the desk's own.

Usage: stark_reference.py PROGRAM [COUNT [SEED]]

Asks PROGRAM (test_stark_answers) COUNT random questions of every kind, a tenth of the operands
chosen where carries and ranges end, and compares the answers. The soak is a larger COUNT with a new
SEED.
"""

import hashlib
import hmac
import random
import sys

import reference

P = 2**251 + 17 * 2**192 + 1
N = 0x800000000000010ffffffffffffffffb781126dcae7b2321e66a241adc64d2f
BETA = 0x6f21413efbe40de150e596d72f7a8c5609ad26c15c915c1f4cdfcb99cee9e89
G = (0x1ef15c18599971b7beced415a40f0c7deacfd9b0d1819e03d723d8bc943cfca,
     0x5668060aa49730b7be4801df46ec62de53ecd11abe43a32873000c36e8dc1f)
# Digits of pi, cut into x coordinates: nothing_up_my_sleeve_gen.py of starkex-resources.
PEDERSEN_X = [0x49ee3eba8c1600700ee1b87eb599f16716b0b1022947733551fde4050ca6804,
              0x234287dcbaffe7f969c748655fca9e58fa8120b6d56eb0c1080d17957ebe47b,
              0x4fa56f376c83db33f9dab2656558f3399099ec1de5e3018b7a6932dba8aa378,
              0x4ba4cc166be8dec764910f75b45f74b40c690c74709e90f3aa372f0bd2d6997,
              0x54302dcb0e6cc1c6e44cca8f61a63bb2ca65048d53fb325d36ff12c49a58202]
PEDERSEN_Y_LOW = [0x68a, 0x615, 0x54d, 0x19c, 0x426]  # the last digits say which root
HADES = [int.from_bytes(hashlib.sha256(f"Hades{k}".encode()).digest(), "big") % P
         for k in range(3 * 91)]


def root(a):
    """A square root modulo P, by Cipolla; None when there is none."""
    if a == 0:
        return 0
    if pow(a, (P - 1) // 2, P) != 1:
        return None
    t = 1
    while pow(t * t - a, (P - 1) // 2, P) != P - 1:
        t += 1
    w = (t * t - a) % P
    x, y, u, v, e = 1, 0, t, 1, (P + 1) // 2
    while e:
        if e & 1:
            x, y = (x * u + y * v * w) % P, (x * v + y * u) % P
        u, v = (u * u + v * v * w) % P, 2 * u * v % P
        e >>= 1
    return x


def double(p):
    """Points are Jacobian: (x / z^2, y / z^3), z = 0 for infinity."""
    x, y, z = p
    if z == 0 or y == 0:
        return 1, 1, 0
    yy = y * y % P
    s = 4 * x * yy % P
    m = (3 * x * x + pow(z, 4, P)) % P
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * yy * yy) % P, 2 * y * z % P


def add(p, q):
    if p[2] == 0:
        return q
    if q[2] == 0:
        return p
    zz1, zz2 = p[2] * p[2] % P, q[2] * q[2] % P
    u1, u2 = p[0] * zz2 % P, q[0] * zz1 % P
    s1, s2 = p[1] * zz2 * q[2] % P, q[1] * zz1 * p[2] % P
    if u1 == u2:
        return double(p) if s1 == s2 else (1, 1, 0)
    h, r = u2 - u1, s2 - s1
    hh = h * h % P
    x = (r * r - hh * h - 2 * u1 * hh) % P
    return x, (r * (u1 * hh - x) - s1 * hh * h) % P, h * p[2] * q[2] % P


def multiply(k, p):
    total = (1, 1, 0)
    for bit in bin(k)[2:]:
        total = double(total)
        if bit == "1":
            total = add(total, p)
    return total


class Fixed:
    """A point that is multiplied often: its doublings are made once."""

    def __init__(self, p):
        self.doublings = [p]
        while len(self.doublings) < 256:
            self.doublings.append(double(self.doublings[-1]))

    def times(self, k):
        total = (1, 1, 0)
        for doubling in self.doublings:
            if k & 1:
                total = add(total, doubling)
            k >>= 1
        return total


def affine(p):
    inverse = pow(p[2], -1, P)
    return p[0] * inverse * inverse % P, p[1] * inverse**3 % P


def lifted(x, low):
    y = root((x**3 + x + BETA) % P)
    return x, y if y & 0xfff == low else P - y, 1


GENERATOR = Fixed((*G, 1))
PEDERSEN = [Fixed(lifted(x, low)) for x, low in zip(PEDERSEN_X, PEDERSEN_Y_LOW)]


def pedersen(a, b):
    total = PEDERSEN[0].times(1)
    for value, low, high in ((a, 1, 2), (b, 3, 4)):
        total = add(total, PEDERSEN[low].times(value % 2**248))
        total = add(total, PEDERSEN[high].times(value >> 248))
    return affine(total)[0]


def permute(state):
    for r in range(91):
        state = [s + HADES[3 * r + i] for i, s in enumerate(state)]
        full = r < 4 or r >= 87
        a, b, c = (pow(s, 3, P) if full or i == 2 else s for i, s in enumerate(state))
        state = [(3 * a + b + c) % P, (a - b + c) % P, (a + b - 2 * c) % P]
    return state


def poseidon(values):
    values = values + [1]
    values += [0] * (len(values) % 2)
    state = [0, 0, 0]
    for i in range(0, len(values), 2):
        state = permute([state[0] + values[i], state[1] + values[i + 1], state[2]])
    return state[0]


def keccak(message):
    def rotated(value, count):
        return (value << count % 64 | value >> (64 - count % 64)) & (1 << 64) - 1

    padded = message + b"\x01" + bytes(-(len(message) + 1) % 136)
    padded = padded[:-1] + bytes([padded[-1] | 0x80])
    lanes = [[0] * 5 for _ in range(5)]
    for at in range(0, len(padded), 136):
        for i in range(17):
            lanes[i % 5][i // 5] ^= int.from_bytes(padded[at + 8 * i:at + 8 * i + 8], "little")
        shift_register = 1
        for _ in range(24):
            sums = [x[0] ^ x[1] ^ x[2] ^ x[3] ^ x[4] for x in lanes]
            for x in range(5):
                for y in range(5):
                    lanes[x][y] ^= sums[x - 1] ^ rotated(sums[(x + 1) % 5], 1)
            x, y, current = 1, 0, lanes[1][0]
            for t in range(24):
                x, y = y, (2 * x + 3 * y) % 5
                current, lanes[x][y] = lanes[x][y], rotated(current, (t + 1) * (t + 2) // 2)
            for y in range(5):
                row = [lanes[x][y] for x in range(5)]
                for x in range(5):
                    lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5])
            for j in range(7):
                if shift_register & 1:
                    lanes[0][0] ^= 1 << (1 << j) - 1
                shift_register = shift_register << 1 ^ (shift_register >> 7) * 0x171
    return b"".join(lanes[i % 5][i // 5].to_bytes(8, "little") for i in range(4))


def nonce(key, message, seed):
    def digest(with_key, text):
        return hmac.new(with_key, text, hashlib.sha256).digest()

    data = key.to_bytes(32, "big") + message.to_bytes(32, "big")
    data += seed.to_bytes((seed.bit_length() + 7) // 8, "big")
    k, v = bytes(32), b"\x01" * 32
    for tag in (b"\x00", b"\x01"):
        k = digest(k, v + tag + data)
        v = digest(k, v)
    while True:
        v = digest(k, v)
        number = int.from_bytes(v, "big") >> 4
        if 1 <= number < N:
            return number
        k = digest(k, v + b"\x00")
        v = digest(k, v)


def sign(key, message, seed):
    k = nonce(key, message, seed)
    r = affine(GENERATOR.times(k))[0]
    return r, (message + r * key) * pow(k, -1, N) % N


class Questions:
    EDGES = [0, 1, 2, P - 1, P - 2, N - 1, N, N + 1, 2**64 - 1, 2**64, 2**128, 2**192 - 1, 2**192,
             2**248 - 1, 2**248, 2**251 - 1, 2**251, 15, 16, 17, 31, 32, 63, 64, 127, 128]

    def __init__(self, seed):
        self.random = random.Random(seed)

    def number(self, bound, least=0):
        edges = [edge for edge in self.EDGES if least <= edge < bound]
        kind = self.random.randrange(20)
        if kind == 0:
            return self.random.choice(edges)
        if kind == 1:  # long runs of ones and zeros
            low, high = sorted(self.random.randrange(252) for _ in range(2))
            return max(least, (2**high - 2**low) % bound)
        return self.random.randrange(least, bound)

    def field(self):
        a, b = self.number(P), self.number(P)
        square = "none" if root(b) is None else hex(b)
        inverse = pow(a, -1, P) if a else 0
        return f"field {a:x} {b:x}", [hex(v % P) for v in (a + b, a - b, a * b, a * a, inverse)] + [
            square]

    def scalar(self):
        a, b = self.number(N), self.number(N)
        inverse = pow(a, -1, N) if a else 0
        return f"scalar {a:x} {b:x}", [hex(v % N) for v in (a + b, a * b, inverse)]

    def curve(self):
        k, factor = self.number(N, 1), self.number(2**256, 1)
        point = GENERATOR.times(k)
        times = multiply(factor % N, point)
        return f"curve {k:x} {factor:x}", [hex(v) for v in affine(point)] + (
            [hex(v) for v in affine(times)] if times[2] else ["infinity"])

    def pedersen(self):
        a, b = self.number(P), self.number(P)
        return f"pedersen {a:x} {b:x}", [hex(pedersen(a, b))]

    def poseidon(self):
        state = [self.number(P) for _ in range(3)]
        values = [self.number(P) for _ in range(self.random.randrange(12))]
        question = " ".join(f"{v:x}" for v in state + values)
        return f"poseidon {question}", [hex(v) for v in permute(state) + [poseidon(values)]]

    def keccak(self):
        message = self.random.randbytes(self.random.randrange(300))
        # In front stands what keeps an empty message a word of its own.
        return f"keccak .0{message.hex()}", ["0x" + keccak(message).hex().lstrip("0")]

    def sign(self):
        key, message = self.number(N, 1), self.number(2**251 - 1)
        seed = self.random.choice([0, 1, 32, 255, 256, 2**64 - 1])
        r, s = sign(key, message, seed)
        public = affine(GENERATOR.times(key))[0]
        return f"sign {key:x} {message:x} {seed:x}", [hex(public), hex(r), hex(s), "1", "0"]


if __name__ == "__main__":
    sys.exit(reference.main(Questions, (
        "field", "scalar", "curve", "pedersen", "poseidon", "keccak", "sign")))
