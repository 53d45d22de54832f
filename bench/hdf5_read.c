/* How long the two HDF5 readers take: CPU time of the best of several readings of
   the same file, and per thousand objects.

       hdf5_read FILE.h5 [READINGS] */
#include "loader/hdf5/tree.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { READINGS = 20, FINDINGS = 4 };

typedef bool reader(struct al_h5_tree *, const uint8_t *, uint64_t, const char *, struct al_arena *,
                    struct al_findings *);

static double cpu_milliseconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static bool measure(const char *name, reader *read, const uint8_t *bytes, uint64_t size, int readings)
{
    double best = 1e9;
    uint32_t objects = 0;
    size_t memory = 0;
    for (int i = 0; i < readings; i++) {
        struct al_arena *arena = al_arena_new((size_t)4 << 30);
        struct al_findings f;
        struct al_h5_tree tree;
        if (arena == NULL)
            return false;
        al_findings_init(&f, arena, NULL, FINDINGS);
        double start = cpu_milliseconds();
        bool accepted = read(&tree, bytes, size, "", arena, &f);
        double taken = cpu_milliseconds() - start;
        best = taken < best ? taken : best;
        objects = tree.object_count;
        memory = al_arena_used(arena);
        if (!accepted)
            printf("refused: %s\n", f.count > 0 ? f.list[0].message : "no memory");
        al_arena_free(arena);
        if (!accepted)
            return false;
    }
    printf("%-8s %9.3f ms  %7u objects  %7.3f ms per 1000 objects  %6.1f MiB\n", name, best, (unsigned)objects,
           best * 1000 / objects, (double)memory / (1 << 20));
    return true;
}

int main(int argc, char **argv)
{
    struct stat st;
    int readings = argc > 2 ? atoi(argv[2]) : READINGS;
    int fd = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0 || fstat(fd, &st) != 0) {
        fprintf(stderr, "usage: hdf5_read FILE.h5 [READINGS]\n");
        return 2;
    }
    uint64_t size = (uint64_t)st.st_size;
    const uint8_t *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED || !al_h5_library_warm())
        return 2;
    bool all = measure("strict", al_h5_read_strict, bytes, size, readings) &&
               measure("libhdf5", al_h5_read_library, bytes, size, readings) &&
               measure("both", al_h5_read, bytes, size, readings);
    return all ? 0 : 1;
}
