/* Files that libhdf5 1.10.8 does not survive, each one changed byte away from an honest
   one: a loop without end among its global heaps, reads and writes outside a block. The strict
   reader refuses them before libhdf5 sees them; and a cell without the strict reader, locked
   as ever, ends in a refusal within its limits.
   test_sandbox_limits CELL LIBRARY_CELL DIRECTORY */
#include "tests/sandbox/vetting.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <time.h>

enum { MOST = 1 << 20, SECONDS = 2 };

static const char *real_cell, *library_cell, *directory;

static const struct {
    const char *name; /* below tests/ */
    size_t at;
    uint8_t byte;
    enum al_finding_id finding; /* what comes of it without the strict reader */
} files[] = {
    /* H5HG: an object's size of 0 in the heap's free space, and the next object is itself */
    {"files/hdf5/layers.h5", 4016, 0x47, AL_LIMIT_SECONDS},
    /* H5HG_read, H5T_vlen_disk_read: an index or a size beyond the heap's block */
    {"files/hdf5/layers.h5", 3990, 0x6d, AL_CELL_CRASHED},
    {"files/hdf5/layers.h5", 4021, 0x0f, AL_CELL_CRASHED},
    {"data/keras/keras2_mlp.h5", 2077, 0xda, AL_CELL_CRASHED},
    /* H5S__hyper_deserialize: more dimensions than its arrays have, a write past their end that the C
       library notices and aborts for: killed, because abort needs calls of its own */
    {"files/hdf5/refuse-virtual.h5", 2135, 0xb8, AL_CELL_KILLED},
};
enum { FILES = sizeof files / sizeof files[0] };

static size_t read_changed(uint8_t *room, size_t which)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", directory, files[which].name);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t size = fread(room, 1, MOST, file);
    (void)fclose(file);
    assert_true(size > files[which].at && room[files[which].at] != files[which].byte);
    room[files[which].at] = files[which].byte;
    return size;
}

static void the_strict_reader_refuses_each(void **state)
{
    (void)state;
    static uint8_t bytes[MOST];
    assert_int_equal(setenv("AIRLOCK_CELL", real_cell, 1), 0);
    for (size_t i = 0; i < FILES; i++) {
        size_t size = read_changed(bytes, i);
        struct vetting_result r = vet_bytes(bytes, size, 60, NULL);
        assert_int_equal(r.vetted->verdict, AL_VERDICT_REFUSE);
        assert_true(strncmp(al_finding_row(r.vetted->findings.list[0].id)->id, "hdf5.", 5) == 0);
        free_vetting(&r);
    }
}

static void without_it_the_cell_ends_each_within_its_limits(void **state)
{
    (void)state;
    static uint8_t bytes[MOST];
    assert_int_equal(setenv("AIRLOCK_CELL", library_cell, 1), 0);
    for (size_t i = 0; i < FILES; i++) {
        struct timespec before, after;
        size_t size = read_changed(bytes, i);
        (void)clock_gettime(CLOCK_MONOTONIC, &before);
        struct vetting_result r = vet_bytes(bytes, size, SECONDS, NULL);
        (void)clock_gettime(CLOCK_MONOTONIC, &after);
        if (r.vetted->verdict != AL_VERDICT_REFUSE || !has_finding(r.vetted, files[i].finding))
            fail_msg("%s, byte %zu: verdict %d, the first finding %s", files[i].name, files[i].at,
                     (int)r.vetted->verdict, al_finding_row(r.vetted->findings.list[0].id)->id);
        assert_in_range(after.tv_sec - before.tv_sec, 0, SECONDS + 1);
        free_vetting(&r);
    }
    assert_int_equal(count_children(), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_strict_reader_refuses_each),
        cmocka_unit_test(without_it_the_cell_ends_each_within_its_limits),
    };
    if (argc != 4)
        return 2;
    real_cell = argv[1];
    library_cell = argv[2];
    directory = argv[3];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
