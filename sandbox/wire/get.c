/* The only functions that touch the bytes of a frame; see get.h. */
#include "sandbox/wire/get.h"

struct al_reader al_reader_over(const void *tainted_bytes, size_t size, struct al_arena *arena)
{
    return (struct al_reader){.c = al_cursor_over(tainted_bytes, size), .arena = arena};
}

bool al_reader_good(const struct al_reader *r)
{
    return r->broken == NULL && !r->no_memory && !r->c.bad;
}

void al_reader_break(struct al_reader *r, const char *rule)
{
    if (r->broken == NULL)
        r->broken = rule;
    r->c.bad = true;
}

bool al_reader_require(struct al_reader *r, bool holds, const char *rule)
{
    if (r->c.bad && r->broken == NULL)
        r->broken = "a frame ends in the middle of a field";
    if (!holds)
        al_reader_break(r, rule);
    return al_reader_good(r);
}

void *al_reader_room(struct al_reader *r, size_t count, size_t size)
{
    void *room = al_reader_good(r) ? al_arena_alloc(r->arena, count, size) : NULL;
    if (room == NULL && al_reader_good(r)) {
        r->no_memory = true;
        r->c.bad = true;
    }
    return room;
}

uint8_t al_get_u8(struct al_reader *r)
{
    return al_cursor_u8(&r->c);
}

uint32_t al_get_u32(struct al_reader *r)
{
    return al_cursor_u32(&r->c);
}

uint64_t al_get_u64(struct al_reader *r)
{
    return al_cursor_u64(&r->c);
}

bool al_get_bool(struct al_reader *r)
{
    return al_get_u8_below(r, 2, "a boolean is 0 or 1") == 1;
}

uint32_t al_get_u8_below(struct al_reader *r, uint32_t bound, const char *rule)
{
    uint32_t tainted_number = al_get_u8(r);
    return al_reader_require(r, tainted_number < bound, rule) ? tainted_number : 0;
}

uint32_t al_get_u32_below(struct al_reader *r, uint32_t bound, const char *rule)
{
    uint32_t tainted_number = al_get_u32(r);
    return al_reader_require(r, tainted_number < bound, rule) ? tainted_number : 0;
}

uint32_t al_get_count(struct al_reader *r, uint32_t most, size_t least_bytes, const char *rule)
{
    uint32_t tainted_count = al_get_u32(r);
    bool fits = tainted_count <= most && tainted_count <= al_cursor_left(&r->c) / least_bytes;
    return al_reader_require(r, fits, rule) ? tainted_count : 0;
}

struct al_text al_get_text(struct al_reader *r, uint32_t most)
{
    uint32_t length = al_get_count(r, most, 1, "a text is longer than allowed, or than its frame");
    const uint8_t *bytes = al_cursor_bytes(&r->c, length);
    if (!al_reader_require(r, bytes != NULL && al_utf8_valid((const char *)bytes, length), "a text is UTF-8"))
        return (struct al_text){"", 0};
    char *copy = al_reader_room(r, (size_t)length + 1, 1);
    if (copy == NULL)
        return (struct al_text){"", 0};
    memcpy(copy, bytes, length);
    return (struct al_text){copy, length};
}

/* Two's complement, as the encoder's cast to uint64_t made it. */
static int64_t get_i64(struct al_reader *r)
{
    uint64_t bits = al_get_u64(r);
    int64_t value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double get_real(struct al_reader *r)
{
    uint64_t bits = al_get_u64(r);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void al_get_shape(struct al_reader *r, struct al_shape *shape, int64_t least)
{
    *shape = (struct al_shape){.rank = al_get_u8_below(r, AL_MAX_RANK + 1, "a shape has at most 8 dimensions")};
    for (uint32_t i = 0; i < shape->rank; i++) {
        int64_t tainted_dimension = get_i64(r);
        if (!al_reader_require(r, tainted_dimension >= least && tainted_dimension <= AL_MAX_DIMENSION,
                               "a dimension is in range"))
            return;
        shape->dim[i] = tainted_dimension;
    }
}

static void get_integers(struct al_reader *r, struct al_value *value)
{
    uint32_t count = al_get_count(r, AL_MAX_LIST, 8, "a list of integers fits its frame");
    int64_t *integers = al_reader_room(r, count, sizeof *integers);
    if (integers == NULL)
        return;
    for (uint32_t i = 0; i < count; i++)
        integers[i] = get_i64(r);
    value->integers = integers;
    value->count = count;
}

static void get_reals(struct al_reader *r, struct al_value *value)
{
    struct al_shape shape;
    al_get_shape(r, &shape, 0);
    uint64_t count = 0;
    bool fits = al_shape_count(&shape, 0, shape.rank, &count) && count <= AL_MAX_LIST
             && count <= al_cursor_left(&r->c) / 8;
    if (!al_reader_require(r, fits, "a list of reals fits its frame"))
        return;
    double *reals = al_reader_room(r, (size_t)count, sizeof *reals);
    if (reals == NULL)
        return;
    for (uint64_t i = 0; i < count; i++)
        reals[i] = get_real(r);
    value->shape = shape;
    value->reals = reals;
    value->count = (uint32_t)count;
}

static void get_texts(struct al_reader *r, struct al_value *value)
{
    uint32_t count = al_get_count(r, AL_MAX_LIST, 4, "a list of texts fits its frame");
    struct al_text *texts = al_reader_room(r, count, sizeof *texts);
    if (texts == NULL)
        return;
    for (uint32_t i = 0; i < count; i++)
        texts[i] = al_get_text(r, AL_MAX_JSON_STRING);
    value->texts = texts;
    value->count = count;
}

void al_get_value(struct al_reader *r, struct al_value *value)
{
    *value = (struct al_value){.type = AL_VALUE_ABSENT};
    enum al_value_type type = (enum al_value_type)al_get_u8_below(r, AL_VALUE_TYPE_COUNT, "a value has a known type");
    switch (type) {
    case AL_VALUE_ABSENT:
    case AL_VALUE_NULL:
    case AL_VALUE_TYPE_COUNT:
        break;
    case AL_VALUE_BOOL:
        value->integer = al_get_bool(r);
        break;
    case AL_VALUE_INTEGER:
        value->integer = get_i64(r);
        break;
    case AL_VALUE_CHOICE:
    case AL_VALUE_LAYER:
        value->integer = al_get_u32(r);
        break;
    case AL_VALUE_REAL:
        value->real = get_real(r);
        break;
    case AL_VALUE_TEXT:
        value->text = al_get_text(r, AL_MAX_JSON_STRING);
        break;
    case AL_VALUE_INTEGERS:
        get_integers(r, value);
        break;
    case AL_VALUE_REALS:
        get_reals(r, value);
        break;
    case AL_VALUE_TEXTS:
        get_texts(r, value);
        break;
    }
    if (al_reader_require(r, true, ""))
        value->type = type;
}
