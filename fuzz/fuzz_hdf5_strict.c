/* HDF5 files from strangers, the strict reader alone. What it accepts is a tree: each
   object once, parents first, names sorted and found again, every number and every
   text inside the file, no two datasets on the same bytes. */
#include "fuzz/harness.h"

#include "base/checked.h"
#include "loader/hdf5/tree.h"

enum { BUDGET = 1 << 24, CAP = 8 };

static void check_text(const struct al_h5_tree *t, struct al_text text)
{
    if (text.length > 0)
        AL_MUST((const uint8_t *)text.at >= t->image && (const uint8_t *)text.at + text.length <= t->image + t->size);
}

static void check_attributes(const struct al_h5_tree *t, uint32_t object)
{
    const struct al_h5_object *o = &t->objects[object];
    for (uint32_t i = 0; i < o->attribute_count; i++) {
        const struct al_h5_attribute *a = &o->attributes[i];
        check_text(t, a->name);
        AL_MUST(i == 0 || !al_text_equal(o->attributes[i - 1].name, a->name));
        AL_MUST(al_h5_attribute(t, object, a->name.at) == a || memchr(a->name.at, '\0', a->name.length) == NULL);
        for (uint64_t k = 0; a->texts != NULL && k < a->count; k++)
            check_text(t, a->texts[k]);
        if (a->raw != NULL)
            check_text(t, (struct al_text){(const char *)a->raw, a->count * a->type.size});
    }
}

static void check_object(const struct al_h5_tree *t, uint32_t object)
{
    const struct al_h5_object *o = &t->objects[object];
    check_text(t, o->name);
    AL_MUST((object == 0) == (o->parent == AL_NONE_INDEX));
    AL_MUST(object == 0 || o->parent < object);
    AL_MUST(object == 0 || al_h5_child(t, o->parent, o->name) == object);
    AL_MUST(al_range_inside(o->offset, o->bytes, t->size));
    AL_MUST(o->storage != AL_H5_COMPACT || o->compact != NULL || o->bytes == 0);
    for (uint32_t i = 0; i < o->child_count; i++)
        AL_MUST(o->children[i] > object && t->objects[o->children[i]].parent == object);
}

static void check_disjoint(const struct al_h5_tree *t, uint32_t object)
{
    const struct al_h5_object *a = &t->objects[object];
    for (uint32_t i = 0; i < object; i++) {
        const struct al_h5_object *b = &t->objects[i];
        AL_MUST(a->address != b->address);
        if (a->storage == AL_H5_CONTIGUOUS && b->storage == AL_H5_CONTIGUOUS)
            AL_MUST(a->offset + a->bytes <= b->offset || b->offset + b->bytes <= a->offset);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct al_arena *arena = al_arena_new(BUDGET);
    AL_MUST(arena != NULL);
    struct al_findings f;
    struct al_h5_tree t;
    al_findings_init(&f, arena, NULL, CAP);
    bool accepted = al_h5_read_strict(&t, data, size, "m", arena, &f);
    AL_MUST(accepted == (f.refusals == 0 && !f.failed));
    for (uint32_t i = 0; accepted && i < t.object_count; i++) {
        check_object(&t, i);
        check_attributes(&t, i);
        check_disjoint(&t, i);
    }
    al_arena_free(arena);
    return 0;
}
