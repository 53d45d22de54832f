/* The header of an .npy is a Python expression; numpy evaluates it as a literal. Here
   it has a grammar of its own: a dict of exactly three keys, each once, and nothing
   else that Python would also understand. */
#include "loader/npy/header.h"

#include "base/checked.h"
#include "base/cursor.h"

#include <inttypes.h>

enum { MOST_TEXT = 1 << 20 }; /* characters of one text */

struct parser {
    struct al_cursor c;          /* over the literal, without its newline */
    const struct al_place *place;
    struct al_findings *findings;
    bool long_suffix;            /* Python 2 wrote 3L; allowed up to version 2.0 */
};

static bool refuse(struct parser *p, enum al_finding_id id, const char *expected, struct al_text found,
                   const char *message)
{
    return al_find(p->findings, id, p->place, expected, found, "%s", message);
}

static bool refuse_syntax(struct parser *p, const char *expected)
{
    struct al_text rest = {(const char *)p->c.base + p->c.at, al_cursor_left(&p->c)};
    return refuse(p, AL_NPY_HEADER, expected, rest, "the header is not the dict that numpy writes");
}

static void skip_blanks(struct parser *p)
{
    while (al_cursor_left(&p->c) > 0 && p->c.base[p->c.at] == ' ')
        p->c.at++;
}

static bool take(struct parser *p, char c)
{
    skip_blanks(p);
    if (al_cursor_left(&p->c) == 0 || p->c.base[p->c.at] != (uint8_t)c)
        return false;
    p->c.at++;
    return true;
}

static char peek(struct parser *p)
{
    skip_blanks(p);
    return al_cursor_left(&p->c) > 0 ? (char)p->c.base[p->c.at] : '\0';
}

/* '…' without escapes, prefixes or neighbours to be joined with. */
static bool take_string(struct parser *p, struct al_text *out)
{
    if (!take(p, '\''))
        return refuse_syntax(p, "a string in single quotes");
    size_t from = p->c.at;
    while (al_cursor_left(&p->c) > 0 && p->c.base[p->c.at] != '\'') {
        if (p->c.base[p->c.at] == '\\' || p->c.base[p->c.at] < 0x20)
            return refuse_syntax(p, "a string without escapes");
        p->c.at++;
    }
    *out = (struct al_text){(const char *)p->c.base + from, p->c.at - from};
    if (al_cursor_left(&p->c) == 0)
        return refuse_syntax(p, "the end of a string");
    p->c.at++;
    return true;
}

static bool take_word(struct parser *p, const char *word)
{
    size_t length = strlen(word);
    if (al_cursor_left(&p->c) < length || memcmp(p->c.base + p->c.at, word, length) != 0)
        return false;
    p->c.at += length;
    return true;
}

static bool take_dimension(struct parser *p, int64_t *out)
{
    skip_blanks(p);
    if (peek(p) == '-')
        return refuse(p, AL_NPY_SHAPE, "dimensions of 0 and more", AL_NOTHING, "a negative dimension");
    uint64_t value = 0;
    size_t from = p->c.at;
    for (; al_cursor_left(&p->c) > 0; p->c.at++) {
        uint8_t digit = p->c.base[p->c.at];
        if (digit < '0' || digit > '9')
            break;
        if (p->c.at - from >= 19 || (p->c.at > from && value == 0))
            return refuse(p, AL_NPY_SHAPE, "decimal numbers without leading zeros", AL_NOTHING, "an odd dimension");
        value = value * 10 + (digit - (uint64_t)'0');
    }
    if (p->c.at == from)
        return refuse_syntax(p, "a dimension");
    if (p->long_suffix)
        (void)take_word(p, "L");
    if (value > (uint64_t)AL_MAX_DIMENSION)
        return refuse(p, AL_NPY_SHAPE, "dimensions up to 2^40", al_found(p->findings, "%" PRIu64, value),
                      "a dimension beyond all memory");
    *out = (int64_t)value;
    return true;
}

static bool read_shape(struct parser *p, struct al_npy_header *h)
{
    if (!take(p, '('))
        return refuse_syntax(p, "a tuple of dimensions");
    h->shape.rank = 0;
    while (peek(p) != ')') {
        if (h->shape.rank == AL_MAX_RANK)
            return refuse(p, AL_NPY_SHAPE, "at most 8 dimensions", AL_NOTHING, "too many dimensions");
        if (!take_dimension(p, &h->shape.dim[h->shape.rank++]))
            return false;
        if (take(p, ','))
            continue;
        if (h->shape.rank == 1 || peek(p) != ')')
            return refuse_syntax(p, "a comma");
    }
    return take(p, ')');
}

static bool read_fortran(struct parser *p, struct al_npy_header *h)
{
    skip_blanks(p);
    if (take_word(p, "True"))
        h->fortran = true;
    else if (!take_word(p, "False"))
        return refuse_syntax(p, "True or False");
    return true;
}

static const struct {
    const char *code;
    enum al_dtype dtype;
} codes[] = {
    {"b1", AL_BOOL},  {"i1", AL_INT8},   {"i2", AL_INT16},   {"i4", AL_INT32},   {"i8", AL_INT64},  {"u1", AL_UINT8},
    {"u2", AL_UINT16}, {"u4", AL_UINT32}, {"u8", AL_UINT64}, {"f2", AL_FLOAT16}, {"f4", AL_FLOAT32}, {"f8", AL_FLOAT64},
};

/* What a code that is no number of ours stands for (numpy.dtype.kind). */
static const struct {
    char kind;
    enum al_finding_id id;
    const char *message;
} refused_kinds[] = {
    {'O', AL_NPY_OBJECT, "an array of Python objects: what follows the header is a pickle"},
    {'V', AL_NPY_STRUCTURED, "an array of raw records"},
    {'a', AL_NPY_STRING, "an array of strings"},
    {'c', AL_NPY_COMPLEX, "an array of complex numbers"},
    {'M', AL_NPY_TIME, "an array of dates"},
    {'m', AL_NPY_TIME, "an array of time spans"},
};

/* U12, S5: how many characters or bytes the longest text has. */
static bool read_text_type(struct parser *p, struct al_text code, struct al_text descr, struct al_npy_header *h)
{
    uint32_t length = 0;
    for (size_t i = 1; i < code.length && length <= MOST_TEXT; i++)
        length = code.at[i] >= '0' && code.at[i] <= '9' && (i > 1 || code.at[i] != '0')
                     ? 10 * length + (uint32_t)(code.at[i] - '0') : MOST_TEXT + 1;
    h->utf32 = code.at[0] == 'U';
    if (length == 0 || length > MOST_TEXT || (descr.at[0] == '|') != (code.at[0] == 'S'))
        return refuse(p, AL_NPY_STRING, "<U1 …, |S1 …", descr, "an odd type of texts");
    h->dtype = AL_STRING;
    h->width = h->utf32 ? 4 * length : length;
    h->big_endian = descr.at[0] == '>';
    return true;
}

static bool read_type(struct parser *p, struct al_npy_header *h)
{
    if (peek(p) == '[' || peek(p) == '(')
        return refuse(p, AL_NPY_STRUCTURED, "one number per item", AL_NOTHING, "an array of records");
    struct al_text descr;
    if (!take_string(p, &descr))
        return false;
    struct al_text code = descr;
    char order = descr.length > 0 ? descr.at[0] : '\0';
    if (order == '<' || order == '>' || order == '|')
        code = (struct al_text){descr.at + 1, descr.length - 1};
    if (code.at != descr.at && code.length > 0 && (code.at[0] == 'U' || code.at[0] == 'S'))
        return read_text_type(p, code, descr, h);
    for (size_t i = 0; i < sizeof refused_kinds / sizeof refused_kinds[0]; i++)
        if (code.length > 0 && code.at[0] == refused_kinds[i].kind)
            return refuse(p, refused_kinds[i].id, "booleans, integers or floats", descr, refused_kinds[i].message);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (al_text_is(code, codes[i].code))
            h->dtype = codes[i].dtype;
    uint32_t size = al_dtype_size(h->dtype);
    if (h->dtype == AL_DTYPE_NONE || code.at == descr.at || (order == '|' && size > 1))
        return refuse(p, AL_NPY_TYPE, "<f4, >i8, |b1 …", descr, "an unknown type of numbers");
    h->big_endian = order == '>' && size > 1;
    h->width = size;
    return true;
}

static bool read_pairs(struct parser *p, struct al_npy_header *h)
{
    static const struct {
        const char *key;
        bool (*read)(struct parser *, struct al_npy_header *);
    } keys[] = {{"descr", read_type}, {"fortran_order", read_fortran}, {"shape", read_shape}};
    enum { KEYS = sizeof keys / sizeof keys[0] };
    unsigned seen = 0;
    if (!take(p, '{'))
        return refuse_syntax(p, "a dict");
    while (peek(p) != '}') {
        struct al_text key;
        if (!take_string(p, &key))
            return false;
        if (!take(p, ':'))
            return refuse_syntax(p, "a colon");
        unsigned k = 0;
        while (k < KEYS && !al_text_is(key, keys[k].key))
            k++;
        if (k == KEYS)
            return refuse(p, AL_NPY_HEADER, "descr, fortran_order and shape", key, "the header has an unknown key");
        if ((seen & 1U << k) != 0)
            return refuse(p, AL_NPY_DUPLICATE_KEY, "each key once", key, "the header has a key twice");
        seen |= 1U << k;
        if (!keys[k].read(p, h))
            return false;
        if (!take(p, ',') && peek(p) != '}')
            return refuse_syntax(p, "a comma");
    }
    (void)take(p, '}');
    skip_blanks(p);
    if (al_cursor_left(&p->c) > 0)
        return refuse_syntax(p, "nothing behind the dict");
    if (seen != (1U << KEYS) - 1)
        return refuse(p, AL_NPY_HEADER, "descr, fortran_order and shape", AL_NOTHING, "the header lacks a key");
    return true;
}

/* A dimension of 0 must not hide that the others overflow: numpy multiplies them all. */
static bool count_bytes(struct parser *p, struct al_npy_header *h)
{
    uint64_t all = h->width;
    bool none = false;
    for (uint32_t i = 0; i < h->shape.rank; i++) {
        none = none || h->shape.dim[i] == 0;
        if (h->shape.dim[i] > 0 && !al_mul_u64(all, (uint64_t)h->shape.dim[i], &all))
            return refuse(p, AL_NPY_SHAPE, "a number of bytes below 2^64", AL_NOTHING, "the dimensions overflow");
    }
    h->bytes = none ? 0 : all;
    return true;
}

static bool check_length(struct parser *p, const struct al_npy_header *h, uint64_t size)
{
    uint64_t there = size - h->data;
    const char *expected = al_found(p->findings, "%" PRIu64 " bytes of numbers", h->bytes).at;
    struct al_text found = al_found(p->findings, "%" PRIu64, there);
    if (there < h->bytes)
        return refuse(p, AL_NPY_TRUNCATED, expected, found, "numbers are missing");
    if (there > h->bytes)
        return refuse(p, AL_NPY_TRAILING_BYTES, expected, found, "bytes follow the numbers");
    return true;
}

bool al_npy_read_header(struct al_npy_header *out, const uint8_t *bytes, uint64_t size, const struct al_place *place,
                        struct al_findings *f)
{
    struct al_cursor c = al_cursor_over(bytes, (size_t)size);
    struct parser p = {.place = place, .findings = f};
    const uint8_t *magic = al_cursor_bytes(&c, 6);
    uint8_t major = al_cursor_u8(&c), minor = al_cursor_u8(&c);
    if (c.bad || memcmp(magic, "\x93NUMPY", 6) != 0)
        return refuse(&p, AL_NPY_NOT_ARRAY, "\\x93NUMPY", (struct al_text){(const char *)bytes, size < 6 ? (size_t)size : 6},
                      "not an array file");
    if (major < 1 || major > 3 || minor != 0)
        return refuse(&p, AL_NPY_VERSION, "1.0, 2.0 or 3.0", al_found(f, "%u.%u", (unsigned)major, (unsigned)minor),
                      "an unknown version of the format");
    uint32_t length = major == 1 ? al_cursor_u16(&c) : al_cursor_u32(&c);
    const uint8_t *text = al_cursor_bytes(&c, length);
    if (c.bad)
        return refuse(&p, AL_NPY_TRUNCATED, al_found(f, "a header of %u bytes", length).at,
                      al_found(f, "%" PRIu64 " bytes in all", size), "the header is longer than the file");
    *out = (struct al_npy_header){.data = c.at};
    if (length == 0 || text[length - 1] != '\n')
        return refuse(&p, AL_NPY_HEADER, "a line", AL_NOTHING, "the header does not end its line");
    p.c = al_cursor_over(text, length - 1);
    p.long_suffix = major < 3;
    return read_pairs(&p, out) && count_bytes(&p, out) && check_length(&p, out, size);
}
