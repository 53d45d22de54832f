/* See fingerprint.h. The names of the variables are those of the published algorithm. */
#include "base/fingerprint.h"

#include <string.h>

static const uint64_t K0 = 0xc3a5c85c97cb3127U, K1 = 0xb492b66fbe98f273U, K2 = 0x9ae16a3b2f90404fU;

struct pair {
    uint64_t first, second;
};

static uint64_t fetch64(const char *s)
{
    uint64_t v;
    memcpy(&v, s, sizeof v);
    return v;
}

static uint64_t fetch32(const char *s)
{
    uint32_t v;
    memcpy(&v, s, sizeof v);
    return v;
}

static uint64_t rotate(uint64_t v, unsigned by)
{
    return v >> by | v << (64 - by);
}

static uint64_t shift_mix(uint64_t v)
{
    return v ^ v >> 47;
}

static uint64_t mix_pair(uint64_t u, uint64_t v, uint64_t mul)
{
    const uint64_t a = shift_mix((u ^ v) * mul);
    return shift_mix((v ^ a) * mul) * mul;
}

static uint64_t of_0_to_16(const char *s, size_t length)
{
    const uint64_t mul = K2 + length * 2;
    if (length >= 8) {
        const uint64_t a = fetch64(s) + K2, b = fetch64(s + length - 8);
        return mix_pair(rotate(b, 37) * mul + a, (rotate(a, 25) + b) * mul, mul);
    }
    if (length >= 4)
        return mix_pair(length + (fetch32(s) << 3), fetch32(s + length - 4), mul);
    if (length == 0)
        return K2;
    const uint64_t a = (uint8_t)s[0], b = (uint8_t)s[length >> 1], c = (uint8_t)s[length - 1];
    return shift_mix((a + (b << 8)) * K2 ^ (length + (c << 2)) * K0) * K2;
}

static uint64_t of_17_to_32(const char *s, size_t length)
{
    const uint64_t mul = K2 + length * 2, a = fetch64(s) * K1, b = fetch64(s + 8),
                   c = fetch64(s + length - 8) * mul, d = fetch64(s + length - 16) * K2;
    return mix_pair(rotate(a + b, 43) + rotate(c, 30) + d, a + rotate(b + K2, 18) + c, mul);
}

static uint64_t of_33_to_64(const char *s, size_t length)
{
    const uint64_t mul = K2 + length * 2, a = fetch64(s) * K2, b = fetch64(s + 8),
                   c = fetch64(s + length - 8) * mul, d = fetch64(s + length - 16) * K2;
    const uint64_t y = rotate(a + b, 43) + rotate(c, 30) + d;
    const uint64_t z = mix_pair(y, a + rotate(b + K2, 18) + c, mul);
    const uint64_t e = fetch64(s + 16) * mul, f = fetch64(s + 24), g = (y + fetch64(s + length - 32)) * mul,
                   h = (z + fetch64(s + length - 24)) * mul;
    return mix_pair(rotate(e + f, 43) + rotate(g, 30) + h, e + rotate(f + a, 18) + g, mul);
}

static struct pair weak(const char *s, uint64_t a, uint64_t b)
{
    const uint64_t w = fetch64(s), x = fetch64(s + 8), y = fetch64(s + 16), z = fetch64(s + 24);
    a += w;
    b = rotate(b + a + z, 21);
    const uint64_t c = a;
    a += x + y;
    b += rotate(a, 44);
    return (struct pair){a + z, b + c};
}

/* One block of 64 bytes. */
struct state {
    uint64_t x, y, z;
    struct pair v, w;
};

static void take_block(struct state *t, const char *s, uint64_t mul, uint64_t nine)
{
    t->x = rotate(t->x + t->y + t->v.first + fetch64(s + 8), 37) * mul;
    t->y = rotate(t->y + t->v.second + fetch64(s + 48), 42) * mul;
    t->x ^= t->w.second * nine;
    t->y += t->v.first * nine + fetch64(s + 40);
    t->z = rotate(t->z + t->w.first, 33) * mul;
    t->v = weak(s, t->v.second * mul, t->x + t->w.first);
    t->w = weak(s + 32, t->z + t->w.second, t->y + fetch64(s + 16));
    const uint64_t z = t->z;
    t->z = t->x;
    t->x = z;
}

uint64_t al_fingerprint64(const char *s, size_t length)
{
    const uint64_t seed = 81;
    if (length <= 16)
        return of_0_to_16(s, length);
    if (length <= 32)
        return of_17_to_32(s, length);
    if (length <= 64)
        return of_33_to_64(s, length);
    struct state t = {.x = seed * K2 + fetch64(s), .y = seed * K1 + 113};
    t.z = shift_mix(t.y * K2 + 113) * K2;
    const size_t last = (length - 1) & 63;
    const char *const end = s + (length - 1) / 64 * 64;
    for (; s != end; s += 64)
        take_block(&t, s, K1, 1);
    const uint64_t mul = K1 + ((t.z & 0xff) << 1);
    t.w.first += last;
    t.v.first += t.w.first;
    t.w.first += t.v.first;
    take_block(&t, end + last - 63, mul, 9);
    return mix_pair(mix_pair(t.v.first, t.w.first, mul) + shift_mix(t.y) * K0 + t.z,
                    mix_pair(t.v.second, t.w.second, mul) + t.x, mul);
}

uint64_t al_fingerprint_join(uint64_t a, uint64_t b)
{
    const uint64_t mul = 0xc6a4a7935bd1e995U;
    const uint64_t mixed = (a ^ mul ^ shift_mix(b * mul) * mul) * mul;
    return shift_mix(shift_mix(mixed) * mul);
}
