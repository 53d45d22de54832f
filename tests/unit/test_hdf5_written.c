/* Files that libhdf5 itself writes here, in shapes that h5py's defaults do not give:
   trees of many levels, every superblock, thousands of layers, very large attributes. */
#include "tests/unit/hdf5.h"

#include <hdf5.h>
#include <stdio.h>

enum { CORE_BLOCK = 1 << 20 };

struct shape_of_file {
    H5F_libver_t low, high;
    unsigned group_internal_k, group_leaf_k; /* 0: as they come */
    unsigned chunk_k;
    bool track_order;
};

static hid_t create(const struct shape_of_file *s)
{
    hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
    assert_true(H5Pset_fapl_core(access, CORE_BLOCK, 0) >= 0);
    assert_true(H5Pset_libver_bounds(access, s->low, s->high) >= 0);
    if (s->group_leaf_k != 0)
        assert_true(H5Pset_sym_k(creation, s->group_internal_k, s->group_leaf_k) >= 0);
    if (s->chunk_k != 0)
        assert_true(H5Pset_istore_k(creation, s->chunk_k) >= 0);
    if (s->track_order)
        assert_true(H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) >= 0);
    hid_t file = H5Fcreate("written.h5", H5F_ACC_TRUNC, creation, access);
    assert_true(file >= 0);
    H5Pclose(creation);
    H5Pclose(access);
    return file;
}

/* Closes the file and returns its bytes. */
static struct h5_file image(hid_t file)
{
    struct h5_file out = {0};
    assert_true(H5Fflush(file, H5F_SCOPE_LOCAL) >= 0);
    ssize_t size = H5Fget_file_image(file, NULL, 0);
    assert_true(size > 0);
    out.size = (size_t)size;
    out.bytes = malloc(out.size);
    assert_non_null(out.bytes);
    assert_int_equal(H5Fget_file_image(file, out.bytes, out.size), size);
    H5Fclose(file);
    /* for a superblock 3, H5Fget_file_image clears the flag "open for writing" and leaves the checksum as it was */
    h5_mend(&out);
    return out;
}

static void must_agree(const struct h5_file *file, uint32_t objects)
{
    struct h5_reading r = h5_read(al_h5_read, file);
    if (!r.accepted)
        fail_msg("%s at %s: %s found %s", h5_finding(&r), r.findings.list[0].where, r.findings.list[0].message,
                 r.findings.list[0].found);
    assert_int_equal(r.tree.object_count, objects);
    h5_done(&r);
}

static void add_group(hid_t parent, const char *name)
{
    hid_t group = H5Gcreate2(parent, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(group >= 0);
    H5Gclose(group);
}

static void add_numbers(hid_t parent, const char *name, hsize_t count)
{
    float numbers[16] = {1, 2, 3};
    assert_true(count <= 16);
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t dataset = H5Dcreate2(parent, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(dataset >= 0);
    assert_true(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers) >= 0);
    H5Dclose(dataset);
    H5Sclose(space);
}

static void add_bytes(hid_t object, const char *name, const void *bytes, hsize_t count)
{
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t attribute = H5Acreate2(object, name, H5T_STD_U8LE, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(attribute >= 0);
    assert_true(H5Awrite(attribute, H5T_NATIVE_UCHAR, bytes) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
}

static void add_text(hid_t object, const char *name, const char *text)
{
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    assert_true(H5Tset_size(type, H5T_VARIABLE) >= 0);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(attribute >= 0 && H5Awrite(attribute, type, &text) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

static void every_superblock(void **state)
{
    (void)state;
    static const struct {
        struct shape_of_file shape;
        unsigned superblock;
    } files[] = {
        {{H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST, 0, 0, 0, false}, 0},
        {{H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST, 0, 0, 64, false}, 1},
        {{H5F_LIBVER_V18, H5F_LIBVER_V18, 0, 0, 0, false}, 2},
        {{H5F_LIBVER_V110, H5F_LIBVER_V110, 0, 0, 0, true}, 3},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        hid_t f = create(&files[i].shape);
        add_group(f, "g");
        add_numbers(f, "d", 3);
        struct h5_file file = image(f);
        assert_int_equal(file.bytes[8], files[i].superblock);
        must_agree(&file, 3);
        h5_free(&file);
    }
}

/* With nodes as narrow as can be, forty names need version 1 B-trees of several levels. */
static void narrow_trees_are_deep(void **state)
{
    (void)state;
    const struct shape_of_file shape = {H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST, 2, 1, 0, false};
    hid_t f = create(&shape);
    char name[32];
    for (int i = 0; i < 40; i++) {
        (void)snprintf(name, sizeof name, "name %d", i * 37 % 40);
        add_numbers(f, name, 1);
    }
    for (int i = 0; i < 40; i += 3) {
        (void)snprintf(name, sizeof name, "name %d", i);
        assert_true(H5Ldelete(f, name, H5P_DEFAULT) >= 0);
    }
    struct h5_file file = image(f);
    assert_true(file.bytes[h5_signature(&file, "TREE", 0) + 5] > 0 ||
                file.bytes[h5_signature(&file, "TREE", 1) + 5] > 0);
    must_agree(&file, 1 + 40 - 14);
    /* a key that is not its parent's: another name, but one that is there */
    for (unsigned n = 0; n < 4; n++) {
        struct h5_file changed = h5_copy(&file);
        size_t tree = h5_signature(&changed, "TREE", n);
        h5_put(&changed, tree + 24, 8, h5_get(&changed, tree + 40, 8));
        struct h5_reading r = h5_read(al_h5_read, &changed);
        assert_string_equal(h5_finding(&r), "hdf5.malformed");
        h5_done(&r);
        h5_free(&changed);
    }
    h5_free(&file);
}

static void five_thousand_layers(const struct shape_of_file *shape)
{
    enum { LAYERS = 5000 };
    hid_t f = create(shape);
    add_group(f, "layers");
    hid_t layers = H5Gopen2(f, "layers", H5P_DEFAULT);
    char name[32];
    for (int i = 0; i < LAYERS; i++) {
        (void)snprintf(name, sizeof name, "dense_%d", i);
        hid_t group = H5Gcreate2(layers, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        add_text(group, "name", name);
        add_numbers(group, "0", 4);
        H5Gclose(group);
    }
    H5Gclose(layers);
    struct h5_file file = image(f);
    must_agree(&file, 2 + 2 * LAYERS);
    h5_free(&file);
}

static void thousands_of_layers_of_old_style(void **state)
{
    (void)state;
    const struct shape_of_file shape = {H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST, 0, 0, 0, false};
    five_thousand_layers(&shape);
}

static void thousands_of_layers_of_new_style(void **state)
{
    (void)state;
    const struct shape_of_file shape = {H5F_LIBVER_V110, H5F_LIBVER_V110, 0, 0, 0, true};
    five_thousand_layers(&shape);
}

/* Kilobytes of attributes fill direct blocks up to the largest, then indirect blocks inside indirect ones. */
static void a_heap_of_many_blocks(void **state)
{
    (void)state;
    enum { ATTRIBUTES = 700, BYTES = 3000 };
    static uint8_t bytes[BYTES];
    const struct shape_of_file shape = {H5F_LIBVER_V110, H5F_LIBVER_V110, 0, 0, 0, false};
    hid_t f = create(&shape);
    char name[32];
    for (int i = 0; i < ATTRIBUTES; i++) {
        (void)snprintf(name, sizeof name, "attribute %d", i);
        memset(bytes, i, sizeof bytes);
        add_bytes(f, name, bytes, BYTES - (hsize_t)i);
    }
    for (int i = 0; i < 9; i++) {
        /* beyond 4096 bytes an object has a place of its own, found by its number */
        static uint8_t large[5000];
        (void)snprintf(name, sizeof name, "large %d", i);
        add_bytes(f, name, large, sizeof large - (hsize_t)i);
    }
    for (int i = 0; i < ATTRIBUTES; i += 7) {
        (void)snprintf(name, sizeof name, "attribute %d", i);
        assert_true(H5Adelete(f, name) >= 0);
    }
    struct h5_file file = image(f);
    struct h5_reading r = h5_read(al_h5_read, &file);
    if (!r.accepted)
        fail_msg("%s: %s", h5_finding(&r), r.findings.list[0].message);
    assert_int_equal(r.tree.objects[0].attribute_count, ATTRIBUTES - 100 + 9);
    const struct al_h5_attribute *a = al_h5_attribute(&r.tree, 0, "attribute 699");
    assert_int_equal(a->count, BYTES - 699);
    assert_int_equal(a->raw[a->count - 1], 699 & 0xFF);
    h5_done(&r);
    h5_free(&file);
}

static void attributes_of_100_megabytes(void **state)
{
    (void)state;
    enum { BYTES = 100000000 };
    char *text = malloc(BYTES + 1);
    assert_non_null(text);
    memset(text, 'x', BYTES);
    text[BYTES] = '\0';
    const struct shape_of_file shapes[] = {{H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST, 0, 0, 0, false},
                                           {H5F_LIBVER_V110, H5F_LIBVER_V110, 0, 0, 0, false}};
    for (size_t i = 0; i < 2; i++) {
        hid_t f = create(&shapes[i]);
        if (i == 0)
            add_text(f, "model_config", text);
        else
            add_bytes(f, "model_config", text, BYTES);
        struct h5_file file = image(f);
        struct h5_reading r = h5_read(al_h5_read, &file);
        if (!r.accepted)
            fail_msg("%s: %s", h5_finding(&r), r.findings.list[0].message);
        const struct al_h5_attribute *a = al_h5_attribute(&r.tree, 0, "model_config");
        assert_int_equal(i == 0 ? a->texts[0].length : a->count, BYTES);
        h5_done(&r);
        h5_free(&file);
    }
    free(text);
}

static void an_attribute_beyond_128_mebibytes_is_refused(void **state)
{
    (void)state;
    hsize_t count = (128 << 20) + 1;
    uint8_t *bytes = calloc(1, (size_t)count);
    assert_non_null(bytes);
    const struct shape_of_file shape = {H5F_LIBVER_V110, H5F_LIBVER_V110, 0, 0, 0, false};
    hid_t f = create(&shape);
    add_bytes(f, "a", bytes, count);
    free(bytes);
    struct h5_file file = image(f);
    const h5_reader readers[] = {al_h5_read_strict, al_h5_read_library};
    for (size_t i = 0; i < 2; i++) {
        struct h5_reading r = h5_read(readers[i], &file);
        assert_string_equal(h5_finding(&r), "hdf5.attribute-too-large");
        h5_done(&r);
    }
    h5_free(&file);
}

static void groups_nest_64_deep_and_no_deeper(void **state)
{
    (void)state;
    const struct shape_of_file shape = {H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST, 0, 0, 0, false};
    for (uint32_t depth = AL_MAX_HDF5_DEPTH; depth <= AL_MAX_HDF5_DEPTH + 1; depth++) {
        hid_t f = create(&shape);
        char path[256] = "";
        for (uint32_t i = 0; i < depth; i++) {
            strcat(path, "/g");
            add_group(f, path);
        }
        struct h5_file file = image(f);
        const h5_reader readers[] = {al_h5_read_strict, al_h5_read_library};
        for (size_t i = 0; i < 2; i++) {
            struct h5_reading r = h5_read(readers[i], &file);
            assert_string_equal(h5_finding(&r), depth == AL_MAX_HDF5_DEPTH ? "" : "hdf5.too-deep");
            h5_done(&r);
        }
        h5_free(&file);
    }
}

static hid_t follow_nowhere(const char *name, hid_t group, const void *data, size_t size, hid_t access,
                            hid_t transfer)
{
    (void)name;
    (void)group;
    (void)data;
    (void)size;
    (void)access;
    (void)transfer;
    return -1;
}

static void user_defined_links_are_refused(void **state)
{
    (void)state;
    const H5L_class_t kind = {.version = H5L_LINK_CLASS_T_VERS, .id = (H5L_type_t)100, .comment = "own",
                              .trav_func = follow_nowhere};
    assert_true(H5Lregister(&kind) >= 0);
    const struct shape_of_file shape = {H5F_LIBVER_V110, H5F_LIBVER_V110, 0, 0, 0, false};
    hid_t f = create(&shape);
    assert_true(H5Lcreate_ud(f, "u", (H5L_type_t)100, "x", 1, H5P_DEFAULT, H5P_DEFAULT) >= 0);
    struct h5_file file = image(f);
    const h5_reader readers[] = {al_h5_read_strict, al_h5_read_library};
    for (size_t i = 0; i < 2; i++) {
        struct h5_reading r = h5_read(readers[i], &file);
        assert_string_equal(h5_finding(&r), "hdf5.user-link");
        h5_done(&r);
    }
    h5_free(&file);
}

static int warm(void **state)
{
    (void)state;
    return al_h5_library_warm() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_superblock),
        cmocka_unit_test(narrow_trees_are_deep),
        cmocka_unit_test(thousands_of_layers_of_old_style),
        cmocka_unit_test(thousands_of_layers_of_new_style),
        cmocka_unit_test(a_heap_of_many_blocks),
        cmocka_unit_test(attributes_of_100_megabytes),
        cmocka_unit_test(an_attribute_beyond_128_mebibytes_is_refused),
        cmocka_unit_test(groups_nest_64_deep_and_no_deeper),
        cmocka_unit_test(user_defined_links_are_refused),
    };
    return cmocka_run_group_tests(tests, warm, NULL);
}
