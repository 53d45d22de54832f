/* Chance that can be repeated: every mutant has a number, and its number is all its luck. */
#include "tests/mutants/mutants.h"

#include "fuzz/harness.h"

static struct chance *lent;

/* splitmix64 (Steele, Lea, Flood 2014) */
uint64_t chance_bits(struct chance *c)
{
    uint64_t z = c->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

struct chance chance_of(uint64_t seed, uint64_t number)
{
    struct chance c = {seed};
    c.state = chance_bits(&c) ^ number * UINT64_C(0xD1342543DE82EF95);
    return c;
}

size_t chance_below(struct chance *c, size_t bound)
{
    return bound == 0 ? 0 : (size_t)(chance_bits(c) % bound);
}

void chance_lend(struct chance *c)
{
    lent = c;
}

static size_t change_byte(struct chance *c, uint8_t *data, size_t size, size_t most)
{
    static const uint8_t edges[] = {0, 1, 0x7F, 0x80, 0xFF, '"', '\\', '{', '}', '[', ']', ' ', '/', '.', '0', '9', '-'};
    size_t at = chance_below(c, size);
    switch (size > 0 ? chance_below(c, 6) : 4) {
    case 0:
        data[at] ^= (uint8_t)(1U << chance_below(c, 8));
        break;
    case 1:
        data[at] = edges[chance_below(c, sizeof edges)];
        break;
    case 2:
        data[at] = (uint8_t)chance_bits(c);
        break;
    case 3: /* cut out */
        memmove(data + at, data + at + 1, size - at - 1);
        size--;
        break;
    case 4: /* put in */
        if (size < most) {
            memmove(data + at + 1, data + at, size - at);
            data[at] = (uint8_t)chance_bits(c);
            size++;
        }
        break;
    default: { /* one part written over another */
        size_t from = chance_below(c, size), length = 1 + chance_below(c, 32);
        size_t left = size - (at > from ? at : from);
        memmove(data + at, data + from, length < left ? length : left);
    }
    }
    return size;
}

size_t change_bytes(struct chance *c, uint8_t *data, size_t size, size_t most)
{
    for (size_t n = 1 + chance_below(c, 8); n > 0; n--)
        size = change_byte(c, data, size, most);
    return chance_below(c, 32) == 0 ? chance_below(c, size + 1) : size; /* sometimes cut off */
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most)
{
    return change_byte(lent, data, size, most);
}
