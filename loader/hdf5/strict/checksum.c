/* lookup3 as its author published it (public domain, 2006), by bytes. */
#include "loader/hdf5/strict/checksum.h"

#include <string.h>

enum { GROUP = 12 };

static uint32_t rotate(uint32_t x, unsigned bits)
{
    return x << bits | x >> (32 - bits);
}

static uint32_t word(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

struct state {
    uint32_t a, b, c;
};

static void add(struct state *s, const uint8_t *group)
{
    s->a += word(group);
    s->b += word(group + 4);
    s->c += word(group + 8);
}

static void mix(struct state *s)
{
    uint32_t a = s->a, b = s->b, c = s->c;
    a = (a - c) ^ rotate(c, 4);
    c += b;
    b = (b - a) ^ rotate(a, 6);
    a += c;
    c = (c - b) ^ rotate(b, 8);
    b += a;
    a = (a - c) ^ rotate(c, 16);
    c += b;
    b = (b - a) ^ rotate(a, 19);
    a += c;
    c = (c - b) ^ rotate(b, 4);
    b += a;
    *s = (struct state){a, b, c};
}

static void finish(struct state *s)
{
    uint32_t a = s->a, b = s->b, c = s->c;
    c = (c ^ b) - rotate(b, 14);
    a = (a ^ c) - rotate(c, 11);
    b = (b ^ a) - rotate(a, 25);
    c = (c ^ b) - rotate(b, 16);
    a = (a ^ c) - rotate(c, 4);
    b = (b ^ a) - rotate(a, 14);
    c = (c ^ b) - rotate(b, 24);
    *s = (struct state){a, b, c};
}

static struct state start(size_t length)
{
    uint32_t value = UINT32_C(0xDEADBEEF) + (uint32_t)length;
    return (struct state){value, value, value};
}

/* All groups but the last, which is finished instead of mixed and may be shorter. */
static uint32_t hash(struct state s, const uint8_t *p, size_t length)
{
    uint8_t last[GROUP] = {0};
    for (; length > GROUP; p += GROUP, length -= GROUP) {
        add(&s, p);
        mix(&s);
    }
    if (length == 0)
        return s.c;
    memcpy(last, p, length);
    add(&s, last);
    finish(&s);
    return s.c;
}

uint32_t al_h5_lookup3(const void *bytes, size_t length)
{
    return hash(start(length), bytes, length);
}

uint32_t al_h5_lookup3_with_hole(const void *bytes, size_t length, size_t hole)
{
    /* a copy of the groups up to the hole; HDF5 has it near the start of a block */
    uint8_t head[5 * GROUP] = {0};
    struct state s = start(length);
    if (length <= sizeof head || hole > sizeof head - 4)
        return 0;
    memcpy(head, bytes, sizeof head);
    memset(head + hole, 0, 4);
    for (size_t at = 0; at < sizeof head; at += GROUP) {
        add(&s, head + at);
        mix(&s);
    }
    return hash(s, (const uint8_t *)bytes + sizeof head, length - sizeof head);
}
