/* HDF5 files as h5py writes them: both readers see what tests/make/hdf5_files.py put
   in, and agree; what models never need is refused by its name. */
#include "tests/unit/hdf5.h"

#include "loader/hdf5/strict/checksum.h"

#include <stdio.h>

static const char *const honest[] = {
    "attributes-v110", "changed", "compact", "compact-v110", "continued", "continued-v110", "empty",
    "empty-v110", "few-attributes", "few-tracked", "layers", "layers-v110", "links", "links-v110", "long",
    "numbers", "renamed-v110", "strings", "strings-v110", "types", "unicode", "v108",
};
enum { HONEST = sizeof honest / sizeof *honest };

static void honest_files_are_read_and_agree(void **state)
{
    (void)state;
    for (size_t i = 0; i < HONEST; i++) {
        struct h5_file file = h5_load(honest[i]);
        struct h5_reading r = h5_read(al_h5_read, &file);
        if (!r.accepted)
            fail_msg("%s: %s %s %s", honest[i], h5_finding(&r), r.findings.list[0].where, r.findings.list[0].message);
        h5_done(&r);
        h5_free(&file);
    }
}

static const struct {
    const char *file, *id;
} refused[] = {
    {"chunked", "hdf5.chunked"},
    {"chunked-v110", "hdf5.chunked"},
    {"committed-type", "hdf5.committed-type"},
    {"dataspace", "hdf5.dataspace"},
    {"external-link", "hdf5.external-link"},
    {"external-link-v110", "hdf5.external-link"},
    {"external-storage", "hdf5.external-storage"},
    {"external-storage-v110", "hdf5.external-storage"},
    {"filter", "hdf5.filter"},
    {"filter-v110", "hdf5.filter"},
    {"link-cycle", "hdf5.link-cycle"},
    {"soft-link", "hdf5.soft-link"},
    {"soft-link-v110", "hdf5.soft-link"},
    {"type", "hdf5.type"},
    {"type-array", "hdf5.type"},
    {"type-enum", "hdf5.type"},
    {"type-list", "hdf5.type"},
    {"type-reference", "hdf5.type"},
    {"type-string-dataset", "hdf5.type"},
    {"unallocated", "hdf5.unallocated"},
    {"virtual", "hdf5.virtual"},
};

/* Both readers by themselves: the second one is not to rely on the first. */
static void what_models_never_need_is_refused_by_name(void **state)
{
    (void)state;
    const h5_reader readers[] = {al_h5_read_strict, al_h5_read_library, al_h5_read};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "refuse-%s", refused[i].file);
        struct h5_file file = h5_load(name);
        for (size_t k = 0; k < 3; k++) {
            struct h5_reading r = h5_read(readers[k], &file);
            if (strcmp(h5_finding(&r), refused[i].id) != 0)
                fail_msg("%s, reader %zu: %s instead of %s", name, k, h5_finding(&r), refused[i].id);
            h5_done(&r);
        }
        h5_free(&file);
    }
}

static void what_only_the_strict_reader_knows(void **state)
{
    (void)state;
    struct h5_file file = h5_load("refuse-user-block");
    struct h5_reading r = h5_read(al_h5_read, &file);
    assert_string_equal(h5_finding(&r), "hdf5.user-block");
    h5_done(&r);
    h5_free(&file);
    /* types of version 4, which libhdf5 1.10 cannot read either */
    file = h5_load("refuse-unknown-type-version");
    r = h5_read(al_h5_read_strict, &file);
    assert_string_equal(h5_finding(&r), "hdf5.unknown");
    h5_done(&r);
    r = h5_read(al_h5_read_library, &file);
    assert_string_equal(h5_finding(&r), "hdf5.unreadable");
    h5_done(&r);
    h5_free(&file);
}

static void layers_have_their_numbers(void **state)
{
    (void)state;
    static const float expected[6] = {0, 1, 2, 3, 4, 5};
    struct h5_file file = h5_load("layers");
    struct h5_reading r = h5_read(al_h5_read, &file);
    assert_true(r.accepted);
    const struct al_h5_object *kernel = &r.tree.objects[h5_object(&r.tree, "/layers/dense_1/vars/0")];
    assert_true(kernel->dataset);
    assert_int_equal(kernel->type.class_, AL_H5_NUMBER);
    assert_int_equal(kernel->type.dtype, AL_FLOAT32);
    assert_false(kernel->type.big_endian);
    assert_int_equal(kernel->shape.rank, 2);
    assert_int_equal(kernel->shape.dim[0], 2);
    assert_int_equal(kernel->shape.dim[1], 3);
    assert_int_equal(kernel->storage, AL_H5_CONTIGUOUS);
    assert_int_equal(kernel->bytes, sizeof expected);
    assert_memory_equal(file.bytes + kernel->offset, expected, sizeof expected);
    const struct al_h5_attribute *name = al_h5_attribute(&r.tree, h5_object(&r.tree, "/layers/dense_1/vars"), "name");
    assert_non_null(name);
    assert_int_equal(name->type.class_, AL_H5_VARIABLE_STRING);
    assert_int_equal(name->count, 1);
    assert_true(al_text_is(name->texts[0], "dense_1"));
    const struct al_h5_object *vars = &r.tree.objects[h5_object(&r.tree, "/vars")];
    assert_false(vars->dataset);
    assert_int_equal(vars->child_count, 0);
    assert_int_equal(al_h5_child(&r.tree, 0, al_text_of("var")), AL_NONE_INDEX);
    assert_null(al_h5_attribute(&r.tree, 0, "name"));
    h5_done(&r);
    h5_free(&file);
}

static const struct {
    const char *name;
    enum al_dtype dtype;
    bool big_endian;
    uint32_t size;
} types[] = {
    {"f2", AL_FLOAT16, false, 2}, {"f4", AL_FLOAT32, false, 4}, {"f8", AL_FLOAT64, false, 8},
    {"i1", AL_INT8, false, 1}, {"i2", AL_INT16, false, 2}, {"i4", AL_INT32, false, 4}, {"i8", AL_INT64, false, 8},
    {"u1", AL_UINT8, false, 1}, {"u2", AL_UINT16, false, 2}, {"u4", AL_UINT32, false, 4}, {"u8", AL_UINT64, false, 8},
    {"bool", AL_BOOL, false, 1}, {"big-f2", AL_FLOAT16, true, 2}, {"big-f8", AL_FLOAT64, true, 8},
    {"big-i4", AL_INT32, true, 4}, {"big-u8", AL_UINT64, true, 8}, {"bfloat16", AL_BFLOAT16, false, 2},
};

static void types_are_recognised(void **state)
{
    (void)state;
    struct h5_file file = h5_load("types");
    struct h5_reading r = h5_read(al_h5_read, &file);
    assert_true(r.accepted);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const struct al_h5_object *o = &r.tree.objects[al_h5_child(&r.tree, 0, al_text_of(types[i].name))];
        if (o->type.dtype != types[i].dtype || o->type.big_endian != types[i].big_endian ||
            o->type.size != types[i].size)
            fail_msg("%s: type %d, %u bytes", types[i].name, (int)o->type.dtype, (unsigned)o->type.size);
    }
    const struct al_h5_object *opaque = &r.tree.objects[h5_object(&r.tree, "/opaque")];
    assert_int_equal(opaque->type.class_, AL_H5_OPAQUE);
    assert_int_equal(opaque->bytes, 6);
    const struct al_h5_object *scalar = &r.tree.objects[h5_object(&r.tree, "/scalar")];
    assert_int_equal(scalar->shape.rank, 0);
    assert_int_equal(scalar->bytes, 4);
    const struct al_h5_object *empty = &r.tree.objects[h5_object(&r.tree, "/empty")];
    assert_int_equal(empty->storage, AL_H5_NOT_STORED);
    assert_int_equal(empty->shape.dim[1], 4);
    h5_done(&r);
    h5_free(&file);
}

static const struct {
    const char *name;
    enum al_h5_class class_;
    uint32_t rank;
    uint64_t count;
    const char *texts[3];
} strings[] = {
    {"variable", AL_H5_VARIABLE_STRING, 0, 1, {"h\xC3\xA9llo"}},
    {"fixed", AL_H5_FIXED_STRING, 0, 1, {"abc"}},
    {"fixed-utf8", AL_H5_FIXED_STRING, 0, 1, {"h\xC3\xA9"}},
    {"list", AL_H5_VARIABLE_STRING, 1, 3, {"a", "bb", "ccc"}},
    {"list-with-empty", AL_H5_VARIABLE_STRING, 1, 3, {"x", "", "zz"}},
    {"fixed-list", AL_H5_FIXED_STRING, 1, 2, {"a", "bbb"}},
    {"empty", AL_H5_VARIABLE_STRING, 0, 1, {""}},
    {"terminated", AL_H5_FIXED_STRING, 0, 1, {"abc"}},
    {"blanks", AL_H5_FIXED_STRING, 0, 1, {"abc"}},
};

static void strings_lose_their_padding(void **state)
{
    (void)state;
    struct h5_file file = h5_load("strings");
    struct h5_reading r = h5_read(al_h5_read, &file);
    assert_true(r.accepted);
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        const struct al_h5_attribute *a = al_h5_attribute(&r.tree, 0, strings[i].name);
        assert_non_null(a);
        assert_int_equal(a->type.class_, strings[i].class_);
        assert_int_equal(a->shape.rank, strings[i].rank);
        assert_int_equal(a->count, strings[i].count);
        for (size_t k = 0; k < a->count; k++)
            if (!al_text_is(a->texts[k], strings[i].texts[k]))
                fail_msg("%s: '%.*s'", strings[i].name, (int)a->texts[k].length, a->texts[k].at);
    }
    /* h5py writes an empty list as no float64 at all */
    const struct al_h5_attribute *none = al_h5_attribute(&r.tree, 0, "empty-list");
    assert_int_equal(none->type.dtype, AL_FLOAT64);
    assert_int_equal(none->count, 0);
    assert_false(none->null_space);
    assert_true(al_h5_attribute(&r.tree, 0, "null")->null_space);
    h5_done(&r);
    h5_free(&file);
}

static void numbers_stay_as_they_lie(void **state)
{
    (void)state;
    struct h5_file file = h5_load("numbers");
    struct h5_reading r = h5_read(al_h5_read, &file);
    assert_true(r.accepted);
    const struct al_h5_attribute *big = al_h5_attribute(&r.tree, 0, "big");
    static const uint8_t expected[12] = {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2};
    assert_true(big->type.big_endian);
    assert_memory_equal(big->raw, expected, sizeof expected);
    assert_ptr_not_equal(al_h5_attribute(&r.tree, 0, "one"), NULL);
    assert_int_equal(al_h5_attribute(&r.tree, 0, "true")->type.dtype, AL_BOOL);
    assert_int_equal(al_h5_attribute(&r.tree, 0, "true")->raw[0], 1);
    h5_done(&r);
    h5_free(&file);
}

static void compact_data_are_found(void **state)
{
    (void)state;
    static const float expected[4] = {0, 1, 2, 3};
    struct h5_file file = h5_load("compact");
    struct h5_reading r = h5_read(al_h5_read, &file);
    assert_true(r.accepted);
    const struct al_h5_object *c = &r.tree.objects[h5_object(&r.tree, "/c")];
    assert_int_equal(c->storage, AL_H5_COMPACT);
    assert_int_equal(c->bytes, sizeof expected);
    assert_memory_equal(c->compact, expected, sizeof expected);
    h5_done(&r);
    h5_free(&file);
}

/* Dense storage: a fractal heap, B-trees of both orders, a huge object. */
static void many_attributes_and_links_are_all_there(void **state)
{
    (void)state;
    struct h5_file file = h5_load("attributes-v110");
    struct h5_reading r = h5_read(al_h5_read, &file);
    assert_true(r.accepted);
    uint32_t g = h5_object(&r.tree, "/g");
    assert_int_equal(r.tree.objects[g].attribute_count, 41);
    assert_true(al_text_is(al_h5_attribute(&r.tree, g, "attribute 07")->texts[0], "value 7value 7value 7"));
    const struct al_h5_attribute *large = al_h5_attribute(&r.tree, g, "large");
    assert_int_equal(large->count, 1300);
    int32_t last;
    memcpy(&last, large->raw + 4 * 1299, sizeof last);
    assert_int_equal(last, 1299);
    h5_done(&r);
    h5_free(&file);
    file = h5_load("links-v110");
    r = h5_read(al_h5_read, &file);
    assert_true(r.accepted);
    assert_int_equal(r.tree.objects[h5_object(&r.tree, "/g")].child_count, 60);
    (void)h5_object(&r.tree, "/g/child 59");
    h5_done(&r);
    h5_free(&file);
}

static void checksum_is_lookup3(void **state)
{
    (void)state;
    /* driver5() of lookup3.c by its author, for the initial value 0 */
    assert_int_equal(al_h5_lookup3("", 0), 0xDEADBEEF);
    assert_int_equal(al_h5_lookup3("Four score and seven years ago", 30), 0x17770551);
    uint8_t bytes[100] = {1, 2, 3}, zeroed[100] = {1, 2, 3};
    memset(bytes + 20, 0xFF, 4);
    assert_int_equal(al_h5_lookup3_with_hole(bytes, sizeof bytes, 20), al_h5_lookup3(zeroed, sizeof zeroed));
}

static void a_file_cut_anywhere_is_refused(void **state)
{
    (void)state;
    static const char *const files[] = {"empty", "empty-v110", "strings-v110", "compact", "numbers", "v108"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct h5_file file = h5_load(files[i]);
        for (size_t size = 0; size < file.size; size++) {
            struct h5_file whole = {file.bytes, size}, cut = h5_copy(&whole);
            struct h5_reading r = h5_read(al_h5_read, &cut);
            if (r.accepted)
                fail_msg("%s cut to %zu bytes is accepted", files[i], size);
            h5_done(&r);
            h5_free(&cut);
        }
        h5_free(&file);
    }
}

/* One in a few hundred flipped bits makes libhdf5 crash or run for ever by itself. */
static void a_flipped_bit_is_refused_or_both_agree(void **state)
{
    (void)state;
    static const char *const files[] = {"compact", "strings-v110", "v108", "numbers"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct h5_file file = h5_load(files[i]);
        for (size_t bit = 0; bit < 8 * file.size; bit++) {
            file.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
            struct h5_reading r = h5_read(al_h5_read, &file);
            if (strcmp(h5_finding(&r), "hdf5.readers-disagree") == 0 ||
                strcmp(h5_finding(&r), "hdf5.unreadable") == 0)
                fail_msg("%s, bit %zu: %s", files[i], bit, r.findings.list[0].message);
            h5_done(&r);
            file.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
        h5_free(&file);
    }
}

/* Whatever the budget, memory that runs out is an error and never a verdict. */
static void memory_that_runs_out_is_no_verdict(void **state)
{
    (void)state;
    static const char *const files[] = {"attributes-v110", "links-v110", "layers", "strings", "continued-v110"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct h5_file file = h5_load(files[i]);
        bool accepted = false;
        for (size_t budget = 256; !accepted; budget += budget / 16) {
            struct al_arena *arena = al_arena_new(budget), *words = al_arena_new(1 << 16);
            struct al_findings f;
            struct al_h5_tree t;
            assert_true(arena != NULL && words != NULL && budget < 1 << 24);
            al_findings_init(&f, words, NULL, 4);
            accepted = al_h5_read_strict(&t, file.bytes, file.size, "m.h5", arena, &f);
            assert_int_equal(f.count, 0);
            assert_int_equal(f.failed, !accepted);
            al_arena_free(arena);
            al_arena_free(words);
        }
        h5_free(&file);
    }
}

/* A root with a million and one links, 26 MB: more than any model, and stopped at the number. */
static void a_million_objects_are_too_many(void **state)
{
    (void)state;
    enum { LINKS = AL_MAX_HDF5_OBJECTS + 1, NAME = 7, MESSAGE = 4 + 3 + NAME + 8, HEADER = 48, PREFIX = 10, INFO = 4 + 18 + 4 + 2 };
    size_t chunk = INFO + (size_t)LINKS * MESSAGE, size = HEADER + PREFIX + chunk + 4;
    struct h5_file file = {calloc(size, 1), size};
    assert_non_null(file.bytes);
    uint8_t *at = file.bytes + HEADER;
    /* II.A.2: superblock version 2; its root lies right behind it */
    memcpy(file.bytes, "\x89HDF\r\n\x1A\n\2\x08\x08\0", 12);
    h5_put(&file, 20, 8, UINT64_MAX);
    h5_put(&file, 28, 8, size);
    h5_put(&file, 36, 8, HEADER);
    h5_put(&file, 44, 4, al_h5_lookup3(file.bytes, 44));
    /* IV.A.1.b: a header of version 2 whose first chunk has a length of four bytes */
    memcpy(at, "OHDR\2\2", 6);
    h5_put(&file, HEADER + 6, 4, chunk);
    memcpy(at + PREFIX, "\2\x12\0\0\0", 5); /* IV.A.2.c: link info without heap and index; IV.A.2.k: group info */
    memset(at + PREFIX + 6, 0xFF, 16);
    memcpy(at + PREFIX + 22, "\x0A\2\0\0\0", 5);
    for (size_t i = 0; i < LINKS; i++) {
        uint8_t *message = at + PREFIX + INFO + i * MESSAGE;
        char name[NAME + 1];
        (void)snprintf(name, sizeof name, "%07zu", i);
        memcpy(message, "\6\x12\0\0\1\0\7", 7); /* IV.A.2.g: a hard link, its name's length in one byte */
        memcpy(message + 7, name, NAME);
        h5_put(&file, (size_t)(message + 7 + NAME - file.bytes), 8, HEADER + 16 * i + 16);
    }
    h5_put(&file, size - 4, 4, al_h5_lookup3(at, PREFIX + chunk));
    struct h5_reading r = {.arena = al_arena_new((size_t)1 << 30)};
    al_findings_init(&r.findings, r.arena, NULL, 4);
    assert_false(al_h5_read_strict(&r.tree, file.bytes, file.size, "m.h5", r.arena, &r.findings));
    if (r.findings.list[0].id != AL_HDF5_TOO_MANY_OBJECTS)
        fail_msg("%s %s %s", h5_finding(&r), r.findings.list[0].where, r.findings.list[0].message);
    h5_done(&r);
    h5_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_files_are_read_and_agree),
        cmocka_unit_test(what_models_never_need_is_refused_by_name),
        cmocka_unit_test(what_only_the_strict_reader_knows),
        cmocka_unit_test(layers_have_their_numbers),
        cmocka_unit_test(types_are_recognised),
        cmocka_unit_test(strings_lose_their_padding),
        cmocka_unit_test(numbers_stay_as_they_lie),
        cmocka_unit_test(compact_data_are_found),
        cmocka_unit_test(many_attributes_and_links_are_all_there),
        cmocka_unit_test(checksum_is_lookup3),
        cmocka_unit_test(a_file_cut_anywhere_is_refused),
        cmocka_unit_test(a_flipped_bit_is_refused_or_both_agree),
        cmocka_unit_test(memory_that_runs_out_is_no_verdict),
        cmocka_unit_test(a_million_objects_are_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
