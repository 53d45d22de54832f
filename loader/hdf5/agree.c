/* The two readers' descriptions side by side. Both are breadth first with names
   sorted by bytes, so equal files give equal arrays. Values are compared too: a
   string or a number that only one reader sees is what a scanner would miss. */
#include "loader/hdf5/reader.h"

struct pair {
    const struct al_h5_tree *strict, *library;
    const char *member;
    struct al_findings *findings;
};

/* `expected` is what the strict reader sees, `found` what libhdf5 sees. */
static bool differ(const struct pair *p, uint32_t object, const char *what, uint64_t strict, uint64_t library)
{
    struct al_h5_place place;
    struct al_text seen = al_found(p->findings, "%llu", (unsigned long long)strict);
    (void)al_find(p->findings, AL_HDF5_READERS_DISAGREE, al_h5_place(&place, p->strict, object, p->member), seen.at,
                  al_found(p->findings, "%llu", (unsigned long long)library),
                  "The strict reader and libhdf5 see a different %s.", what);
    return false;
}

struct field {
    const char *what;
    uint64_t strict, library;
};

static bool same_fields(const struct pair *p, uint32_t object, const struct field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i].strict != fields[i].library)
            return differ(p, object, fields[i].what, fields[i].strict, fields[i].library);
    return true;
}

static bool same_type(const struct pair *p, uint32_t object, const struct al_h5_type *s, const struct al_h5_type *l)
{
    const struct field fields[] = {
        {"class of a type", (uint64_t)s->class_, (uint64_t)l->class_},
        {"number type", (uint64_t)s->dtype, (uint64_t)l->dtype},
        {"byte order", s->big_endian, l->big_endian},
        {"size of a type", s->size, l->size},
    };
    return same_fields(p, object, fields, sizeof fields / sizeof *fields);
}

static bool same_shape(const struct pair *p, uint32_t object, const struct al_shape *s, const struct al_shape *l)
{
    if (s->rank != l->rank)
        return differ(p, object, "number of dimensions", s->rank, l->rank);
    for (uint32_t i = 0; i < s->rank; i++)
        if (s->dim[i] != l->dim[i])
            return differ(p, object, "dimension", (uint64_t)s->dim[i], (uint64_t)l->dim[i]);
    return true;
}

static bool same_bytes(const uint8_t *a, const uint8_t *b, uint64_t length)
{
    return length == 0 || memcmp(a, b, (size_t)length) == 0;
}

static bool same_value(const struct pair *p, uint32_t object, const struct al_h5_attribute *s,
                       const struct al_h5_attribute *l)
{
    if (s->null_space)
        return true;
    if (s->type.class_ == AL_H5_NUMBER || s->type.class_ == AL_H5_OPAQUE)
        return same_bytes(s->raw, l->raw, s->count * s->type.size) ||
               differ(p, object, "value of an attribute", s->count, l->count);
    for (uint64_t i = 0; i < s->count; i++)
        if (!al_text_equal(s->texts[i], l->texts[i]))
            return differ(p, object, "string in an attribute", s->texts[i].length, l->texts[i].length);
    return true;
}

static bool same_attributes(const struct pair *p, uint32_t object, const struct al_h5_object *s,
                            const struct al_h5_object *l)
{
    if (s->attribute_count != l->attribute_count)
        return differ(p, object, "number of attributes", s->attribute_count, l->attribute_count);
    for (uint32_t i = 0; i < s->attribute_count; i++) {
        const struct al_h5_attribute *a = &s->attributes[i], *b = &l->attributes[i];
        if (!al_text_equal(a->name, b->name))
            return differ(p, object, "name of an attribute", a->name.length, b->name.length);
        if (a->null_space != b->null_space || a->count != b->count)
            return differ(p, object, "number of elements of an attribute", a->count, b->count);
        if (!same_type(p, object, &a->type, &b->type) || !same_shape(p, object, &a->shape, &b->shape) ||
            !same_value(p, object, a, b))
            return false;
    }
    return true;
}

static bool same_dataset(const struct pair *p, uint32_t object, const struct al_h5_object *s,
                         const struct al_h5_object *l)
{
    const struct field fields[] = {
        {"way of storing", (uint64_t)s->storage, (uint64_t)l->storage},
        {"offset of a dataset", s->offset, l->offset},
        {"size of a dataset", s->bytes, l->bytes},
    };
    if (!same_type(p, object, &s->type, &l->type) || !same_shape(p, object, &s->shape, &l->shape) ||
        !same_fields(p, object, fields, sizeof fields / sizeof *fields))
        return false;
    return s->storage != AL_H5_COMPACT || same_bytes(s->compact, l->compact, s->bytes) ||
           differ(p, object, "content of a dataset", s->bytes, l->bytes);
}

static bool same_object(const struct pair *p, uint32_t object)
{
    const struct al_h5_object *s = &p->strict->objects[object], *l = &p->library->objects[object];
    const struct field fields[] = {
        {"kind of object", s->dataset, l->dataset},
        {"parent", s->parent, l->parent},
        {"address of an object", s->address, l->address},
        {"number of links", s->child_count, l->child_count},
    };
    if (!al_text_equal(s->name, l->name))
        return differ(p, object, "name of a link", s->name.length, l->name.length);
    return same_fields(p, object, fields, sizeof fields / sizeof *fields) && same_attributes(p, object, s, l) &&
           (!s->dataset || same_dataset(p, object, s, l));
}

bool al_h5_agree(const struct al_h5_tree *strict, const struct al_h5_tree *library, const char *member,
                 struct al_findings *f)
{
    struct pair p = {strict, library, member, f};
    if (strict->object_count != library->object_count)
        return differ(&p, 0, "number of objects", strict->object_count, library->object_count);
    for (uint32_t object = 0; object < strict->object_count; object++)
        if (!same_object(&p, object))
            return false;
    return true;
}
