/* Arrays: what NumPy wrote (tests/files/make_npy.py) gives the numbers that NumPy was
   given, 0, 1, 2 … in row-major order; headers that are not NumPy's are refused by name. */
#include "tests/unit/unit.h"

#include "loader/npy/npy.h"
#include "loader/zip/archive.h"

#include <stdio.h>

enum { BUDGET = 1 << 22, ROOM = 1 << 16 };

struct loading {
    struct al_arena *arena;
    struct al_findings findings;
    struct al_policy policy;
    struct al_input input;
    struct al_model *model;
};

static void load(struct loading *l, const uint8_t *bytes, size_t size)
{
    *l = (struct loading){.arena = al_arena_new(BUDGET), .input = {AL_ROLE_ARRAYS, "x.npy", bytes, size}};
    l->policy.limits.memory_bytes = BUDGET;
    al_findings_init(&l->findings, l->arena, NULL, 10);
    bool good = al_zip_is(bytes, size) ? al_npz_load(&l->model, &l->input, &l->policy, l->arena, &l->findings)
                                       : al_npy_load(&l->model, &l->input, l->arena, &l->findings);
    assert_int_equal(good, l->findings.refusals == 0);
    assert_int_equal(good, l->model != NULL);
}

static uint8_t room[ROOM];

static void load_file(struct loading *l, const char *name)
{
    char path[4096];
    const char *folder = getenv("AIRLOCK_TEST_FILES");
    assert_non_null(folder);
    (void)snprintf(path, sizeof path, "%s/npy/%s", folder, name);
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        fail_msg("%s", path);
    size_t size = fread(room, 1, sizeof room, f);
    (void)fclose(f);
    load(l, room, size);
}

static void expect(struct loading *l, enum al_finding_id id, const char *what)
{
    if (l->findings.count == 0)
        fail_msg("%s: accepted", what);
    if (l->findings.list[0].id != id)
        fail_msg("%s: %s: %s", what, al_finding_row(l->findings.list[0].id)->id, l->findings.list[0].message);
    al_arena_free(l->arena);
}

/* Half floats of small integers: IEEE 754 binary16 by hand. */
static double half(uint16_t bits)
{
    int exponent = bits >> 10 & 31;
    return exponent == 0 ? 0 : (double)(1024 + (bits & 1023)) / 1024 * (double)(1 << (exponent - 15));
}

static double number(const uint8_t *at, enum al_dtype dtype)
{
    union {
        uint8_t bytes[8];
        int64_t i;
        double d;
        float f;
        uint16_t h;
    } u = {.bytes = {0}};
    memcpy(u.bytes, at, al_dtype_size(dtype));
    if (dtype == AL_FLOAT64)
        return u.d;
    if (dtype == AL_FLOAT32)
        return (double)u.f;
    return dtype == AL_FLOAT16 ? half(u.h) : (double)u.i;
}

static void expect_counting(const struct loading *l, const struct al_tensor *t, const char *what)
{
    const uint8_t *bytes = t->stored == AL_STORED_EXTENT ? l->input.bytes + t->offset : t->data;
    uint32_t size = al_dtype_size(t->dtype);
    for (uint64_t i = 0; i < t->bytes / size; i++)
        if (number(bytes + i * size, t->dtype) != (double)i)
            fail_msg("%s: item %u is %f", what, (unsigned)i, number(bytes + i * size, t->dtype));
}

static void every_type_and_order_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        enum al_dtype dtype;
        uint32_t rank;
        uint64_t items;
        enum al_stored stored;
    } rows[] = {
        {"i1.npy", AL_INT8, 2, 6, AL_STORED_EXTENT},
        {"u1.npy", AL_UINT8, 2, 6, AL_STORED_EXTENT},
        {"le-i2.npy", AL_INT16, 2, 6, AL_STORED_EXTENT},
        {"le-u2.npy", AL_UINT16, 2, 6, AL_STORED_EXTENT},
        {"le-i4.npy", AL_INT32, 2, 6, AL_STORED_EXTENT},
        {"le-u4.npy", AL_UINT32, 2, 6, AL_STORED_EXTENT},
        {"le-i8.npy", AL_INT64, 2, 6, AL_STORED_EXTENT},
        {"le-u8.npy", AL_UINT64, 2, 6, AL_STORED_EXTENT},
        {"le-f2.npy", AL_FLOAT16, 2, 6, AL_STORED_EXTENT},
        {"le-f4.npy", AL_FLOAT32, 2, 6, AL_STORED_EXTENT},
        {"le-f8.npy", AL_FLOAT64, 2, 6, AL_STORED_EXTENT},
        {"be-i2.npy", AL_INT16, 2, 6, AL_STORED_DATA},
        {"be-i8.npy", AL_INT64, 2, 6, AL_STORED_DATA},
        {"be-f2.npy", AL_FLOAT16, 2, 6, AL_STORED_DATA},
        {"be-f4.npy", AL_FLOAT32, 2, 6, AL_STORED_DATA},
        {"be-f8.npy", AL_FLOAT64, 2, 6, AL_STORED_DATA},
        {"bool.npy", AL_BOOL, 1, 2, AL_STORED_EXTENT},
        {"fortran.npy", AL_FLOAT32, 3, 24, AL_STORED_DATA},
        {"fortran-big-endian.npy", AL_INT32, 3, 24, AL_STORED_DATA},
        {"fortran-vector.npy", AL_FLOAT32, 1, 5, AL_STORED_EXTENT},
        {"scalar.npy", AL_FLOAT32, 0, 1, AL_STORED_EXTENT},
        {"none.npy", AL_FLOAT32, 2, 0, AL_STORED_EXTENT},
        {"version-2.npy", AL_INT32, 2, 6, AL_STORED_EXTENT},
        {"version-3.npy", AL_INT32, 2, 6, AL_STORED_EXTENT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct loading l;
        load_file(&l, rows[i].file);
        if (l.model == NULL)
            fail_msg("%s: %s", rows[i].file, l.findings.list[0].message);
        const struct al_tensor *t = &l.model->tensors[0];
        if (t->dtype != rows[i].dtype || t->shape.rank != rows[i].rank || t->stored != rows[i].stored ||
            t->bytes != rows[i].items * al_dtype_size(t->dtype))
            fail_msg("%s", rows[i].file);
        expect_counting(&l, t, rows[i].file);
        al_arena_free(l.arena);
    }
}

static void archives_give_their_arrays_by_name(void **state)
{
    (void)state;
    static const char *const files[] = {"arrays.npz", "compressed.npz"};
    static const char *const names[] = {"kernel", "a/b", "\xC3\xA9"};
    static const uint64_t items[] = {6, 4, 6};
    for (size_t k = 0; k < 2; k++) {
        struct loading l;
        load_file(&l, files[k]);
        if (l.model == NULL)
            fail_msg("%s: %s", files[k], l.findings.list[0].message);
        assert_int_equal(l.model->tensor_count, 3);
        for (size_t i = 0; i < 3; i++) {
            const struct al_tensor *t = &l.model->tensors[i];
            assert_true(al_text_is(t->name, names[i]));
            assert_int_equal(t->bytes, items[i] * al_dtype_size(t->dtype));
            expect_counting(&l, t, names[i]);
        }
        al_arena_free(l.arena);
    }
    struct loading l;
    load_file(&l, "positions.npz");
    assert_non_null(l.model);
    assert_true(al_text_is(l.model->tensors[1].name, "arr_1"));
    al_arena_free(l.arena);
}

/* The last axis counts the bytes of each. */
static void texts_are_bytes_of_equal_width(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        uint32_t width;
        const char *bytes;
    } rows[] = {
        {"text.npy", 2, "a\0bc"},
        {"bytes.npy", 2, "a\0bc"},
        {"text-be.npy", 4, "\xc3\xa9\0\0\xf0\x9f\x98\x80"},
        {"text-fortran.npy", 1, "acebdf"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct loading l;
        load_file(&l, rows[i].file);
        assert_non_null(l.model);
        const struct al_tensor *t = &l.model->tensors[0];
        assert_true(t->dtype == AL_STRING && t->stored == AL_STORED_DATA);
        assert_int_equal(t->shape.dim[t->shape.rank - 1], rows[i].width);
        assert_memory_equal(t->data, rows[i].bytes, t->bytes);
        al_arena_free(l.arena);
    }
}

static void what_is_no_number_is_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        enum al_finding_id id;
    } rows[] = {
        {"object.npy", AL_NPY_OBJECT},   {"records.npy", AL_NPY_STRUCTURED}, {"raw.npy", AL_NPY_STRUCTURED},
        {"complex.npy", AL_NPY_COMPLEX},
        {"date.npy", AL_NPY_TIME},       {"long-double.npy", AL_NPY_TYPE},   {"with-object.npz", AL_NPY_OBJECT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct loading l;
        load_file(&l, rows[i].file);
        expect(&l, rows[i].id, rows[i].file);
    }
}

/* An array of version 1.0 with this header and so many bytes of numbers. */
static size_t write_array(const char *header, size_t numbers)
{
    size_t length = strlen(header);
    memset(room, 0, sizeof room);
    memcpy(room, "\x93NUMPY\1\0", 8);
    room[8] = (uint8_t)length;
    room[9] = (uint8_t)(length >> 8);
    memcpy(room + 10, header, length);
    return 10 + length + numbers;
}

#define HEADER(descr, order, shape) "{'descr': " descr ", 'fortran_order': " order ", 'shape': " shape ", }\n"

static void headers_have_one_grammar(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        size_t numbers;
        enum al_finding_id id; /* AL_FINDING_COUNT: fine */
    } rows[] = {
        {HEADER("'<f4'", "False", "(2, 3)"), 24, AL_FINDING_COUNT},
        {HEADER("'<f4'", "False", "(2,3,)"), 24, AL_FINDING_COUNT},
        {HEADER("'<f4'", "False", "(6,)"), 24, AL_FINDING_COUNT},
        {HEADER("'<f4'", "False", "()"), 4, AL_FINDING_COUNT},
        {HEADER("'<f4'", "False", "(6L,)"), 24, AL_FINDING_COUNT},
        {HEADER("'|i1'", "True", "(2, 3)"), 6, AL_FINDING_COUNT},
        {"{'shape':(6,),'fortran_order':False,'descr':'<f4'}          \n", 24, AL_FINDING_COUNT},
        {HEADER("'<U2'", "False", "(3,)"), 24, AL_FINDING_COUNT},
        {HEADER("'>U2'", "False", "(3,)"), 24, AL_FINDING_COUNT},
        {HEADER("'|S8'", "False", "(3,)"), 24, AL_FINDING_COUNT},
        {HEADER("'<U2'", "False", "(1, 1, 1, 1, 1, 1, 3)"), 24, AL_FINDING_COUNT},
        {HEADER("'<U2'", "False", "(1, 1, 1, 1, 1, 1, 1, 3)"), 24, AL_NPY_SHAPE},
        {HEADER("'<U0'", "False", "(3,)"), 0, AL_NPY_STRING},
        {HEADER("'<U02'", "False", "(3,)"), 24, AL_NPY_STRING},
        {HEADER("'<U'", "False", "(3,)"), 0, AL_NPY_STRING},
        {HEADER("'<U2x'", "False", "(3,)"), 24, AL_NPY_STRING},
        {HEADER("'|U2'", "False", "(3,)"), 24, AL_NPY_STRING},
        {HEADER("'<S8'", "False", "(3,)"), 24, AL_NPY_STRING},
        {HEADER("'<U1048577'", "False", "(0,)"), 0, AL_NPY_STRING},
        {HEADER("'<U99999999999'", "False", "(0,)"), 0, AL_NPY_STRING},
        {HEADER("'U2'", "False", "(3,)"), 24, AL_NPY_TYPE},
        {HEADER("'<U2'", "False", "(3,)"), 23, AL_NPY_TRUNCATED},
        {HEADER("'<U1000000'", "False", "(1000000000000, 1000000)"), 0, AL_NPY_SHAPE},
        {HEADER("'<f4'", "False", "(6)"), 24, AL_NPY_HEADER},
        {HEADER("'<f4'", "False", "[6]"), 24, AL_NPY_HEADER},
        {HEADER("'<f4'", "False", "(,)"), 24, AL_NPY_HEADER},
        {HEADER("'<f4'", "False", "(2 3)"), 24, AL_NPY_HEADER},
        {HEADER("'<f4'", "False", "(True,)"), 4, AL_NPY_HEADER},
        {HEADER("'<f4'", "False", "(6.0,)"), 24, AL_NPY_HEADER},
        {HEADER("'<f4'", "False", "(0x6,)"), 24, AL_NPY_HEADER},
        {HEADER("'<f4'", "False", "(6,"), 24, AL_NPY_HEADER},
        {HEADER("'<f4'", "0", "(6,)"), 24, AL_NPY_HEADER},
        {HEADER("'<f4'", "Falsey", "(6,)"), 24, AL_NPY_HEADER},
        {HEADER("'<f' '4'", "False", "(6,)"), 24, AL_NPY_TYPE},
        {HEADER("\"<f4\"", "False", "(6,)"), 24, AL_NPY_HEADER},
        {HEADER("u'<f4'", "False", "(6,)"), 24, AL_NPY_HEADER},
        {HEADER("'\\x3cf4'", "False", "(6,)"), 24, AL_NPY_HEADER},
        {HEADER("__import__('os')", "False", "(6,)"), 24, AL_NPY_HEADER},
        {HEADER("'<f4'", "False", "(6,)") "x\n", 24, AL_NPY_HEADER},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (6,)}", 24, AL_NPY_HEADER},
        {"{'descr': '<f4', 'fortran_order': False}\n", 24, AL_NPY_HEADER},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'x': 1}\n", 24, AL_NPY_HEADER},
        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,)}\n", 24, AL_NPY_DUPLICATE_KEY},
        {"{}\n", 0, AL_NPY_HEADER},
        {"\n", 0, AL_NPY_HEADER},
        {HEADER("'<f4'", "False", "(06,)"), 24, AL_NPY_SHAPE},
        {HEADER("'<f4'", "False", "(-6,)"), 24, AL_NPY_SHAPE},
        {HEADER("'<f4'", "False", "(99999999999999999999,)"), 24, AL_NPY_SHAPE},
        {HEADER("'<f4'", "False", "(1099511627777,)"), 24, AL_NPY_SHAPE},
        {HEADER("'<f4'", "False", "(4294967296, 4294967296)"), 24, AL_NPY_SHAPE},
        {HEADER("'<f4'", "False", "(0, 4294967296, 4294967296)"), 0, AL_NPY_SHAPE},
        {HEADER("'<f4'", "False", "(1,1,1,1,1,1,1,1,1)"), 4, AL_NPY_SHAPE},
        {HEADER("'f4'", "False", "(6,)"), 24, AL_NPY_TYPE},
        {HEADER("'=f4'", "False", "(6,)"), 24, AL_NPY_TYPE},
        {HEADER("'|f4'", "False", "(6,)"), 24, AL_NPY_TYPE},
        {HEADER("'<f3'", "False", "(6,)"), 18, AL_NPY_TYPE},
        {HEADER("''", "False", "(6,)"), 24, AL_NPY_TYPE},
        {HEADER("'|O'", "False", "(6,)"), 24, AL_NPY_OBJECT},
        {HEADER("[('a', '<f4')]", "False", "(6,)"), 24, AL_NPY_STRUCTURED},
        {HEADER("'<f4'", "False", "(6,)"), 23, AL_NPY_TRUNCATED},
        {HEADER("'<f4'", "False", "(6,)"), 25, AL_NPY_TRAILING_BYTES},
        {HEADER("'<f4'", "False", "(1099511627776,)"), 24, AL_NPY_TRUNCATED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct loading l;
        load(&l, room, write_array(rows[i].header, rows[i].numbers));
        if (rows[i].id != AL_FINDING_COUNT) {
            expect(&l, rows[i].id, rows[i].header);
            continue;
        }
        if (l.model == NULL)
            fail_msg("%s: %s", rows[i].header, l.findings.list[0].message);
        al_arena_free(l.arena);
    }
}

static void the_beginning_is_checked(void **state)
{
    (void)state;
    struct loading l;
    size_t size = write_array(HEADER("'<f4'", "False", "(6,)"), 24);
    for (size_t cut = 0; cut < size; cut++) {
        uint8_t *exact = malloc(cut + 1);
        assert_non_null(exact);
        memcpy(exact, room, cut);
        load(&l, exact, cut);
        assert_null(l.model);
        al_arena_free(l.arena);
        free(exact);
    }
    room[6] = 4;
    load(&l, room, size);
    expect(&l, AL_NPY_VERSION, "4.0");
    room[6] = 1;
    room[7] = 1;
    load(&l, room, size);
    expect(&l, AL_NPY_VERSION, "1.1");
    room[7] = 0;
    room[9] = 0xFF;
    load(&l, room, size);
    expect(&l, AL_NPY_TRUNCATED, "a long header");
    load(&l, (const uint8_t *)"\x80\x04N.", 4);
    expect(&l, AL_NPY_NOT_ARRAY, "a pickle");
    size = write_array(HEADER("'|b1'", "False", "(2,)"), 2);
    room[size - 1] = 2;
    load(&l, room, size);
    expect(&l, AL_NPY_BOOLEAN, "a boolean of 2");
}

static int open_library(void **state)
{
    (void)state;
    return al_zip_library_open(NULL) == AL_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_and_order_is_read),
        cmocka_unit_test(archives_give_their_arrays_by_name),
        cmocka_unit_test(texts_are_bytes_of_equal_width),
        cmocka_unit_test(what_is_no_number_is_refused_by_name),
        cmocka_unit_test(headers_have_one_grammar),
        cmocka_unit_test(the_beginning_is_checked),
    };
    return cmocka_run_group_tests(tests, open_library, NULL);
}
