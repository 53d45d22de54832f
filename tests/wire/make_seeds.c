/* Writes the seeds of fuzz_wire into a directory: the two samples, and what a cell
   would say about real models. Made at build time, because numbers on the wire follow
   the tables of layers and findings.
   make_seeds DIRECTORY MODEL… */
#include "tests/wire/sample.h"

#include "loader/hdf5/tree.h"
#include "loader/loader.h"
#include "loader/zip/archive.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST = 8 << 20, ALIGNMENT = 16 };

static int save(const char *directory, const char *name, const struct al_buffer *said)
{
    enum { HELLO = AL_WIRE_HEADER_BYTES + AL_WIRE_HELLO_BYTES };
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "we");
    if (file == NULL || said->failed)
        return 1;
    /* the harness says HELLO itself; the first byte is the size of the pieces */
    (void)fputc(0xff, file);
    (void)fwrite(said->data + HELLO, 1, said->size - HELLO, file);
    return fclose(file) == 0 ? 0 : 1;
}

static bool read_file(const char *path, uint8_t **bytes, size_t *size)
{
    FILE *file = fopen(path, "re");
    *bytes = malloc(MOST);
    *size = file != NULL && *bytes != NULL ? fread(*bytes, 1, MOST, file) : 0;
    if (file != NULL)
        (void)fclose(file);
    return *size > 0 && *size < MOST;
}

/* Every tensor an aligned extent, one behind the other: the harness has no bytes. */
static void lay_out(struct al_model *m)
{
    uint64_t offset = 0;
    for (uint32_t i = 0; i < m->tensor_count; i++) {
        m->tensors[i].stored = AL_STORED_EXTENT;
        m->tensors[i].input = 0;
        m->tensors[i].offset = offset;
        offset += (m->tensors[i].bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}

static int save_model(const char *directory, const char *path, const struct al_policy *policy)
{
    static const int answers[AL_STEP_COUNT];
    struct al_arena *arena = al_arena_new(64 << 20);
    struct al_findings findings;
    struct al_input input = {.role = AL_ROLE_MODEL, .name = "model"};
    struct al_model *m = NULL;
    struct al_buffer said;
    uint8_t *bytes;
    size_t size;
    al_buffer_init(&said, MOST);
    al_findings_init(&findings, arena, policy, 100);
    bool good = read_file(path, &bytes, &size);
    input.bytes = bytes;
    input.size = size;
    good = good && al_load(&m, &input, 1, policy, arena, &findings);
    if (good) {
        lay_out(m);
        al_wire_hello(&said, answers);
        good = al_wire_model(&said, m, policy);
        al_wire_verdict(&said, AL_CELL_ACCEPTS, 0, 0);
    }
    const char *slash = strrchr(path, '/');
    int failed = good ? save(directory, slash != NULL ? slash + 1 : path, &said) : 1;
    al_buffer_free(&said);
    al_arena_free(arena);
    free(bytes);
    return failed;
}

int main(int argc, char **argv)
{
    struct al_arena *arena = al_arena_new(MOST);
    struct al_policy *policy = al_policy_shipped("default");
    struct al_buffer accepts, refuses;
    al_buffer_init(&accepts, MOST);
    al_buffer_init(&refuses, MOST);
    if (argc < 2 || arena == NULL || policy == NULL || !al_h5_library_warm() || al_zip_library_open(NULL) != AL_OK)
        return 2;
    sample_accepting(&accepts, arena);
    sample_refusing(&refuses);
    int failed = save(argv[1], "accepting", &accepts) | save(argv[1], "refusing", &refuses);
    for (int i = 2; i < argc; i++)
        failed |= save_model(argv[1], argv[i], policy);
    al_buffer_free(&accepts);
    al_buffer_free(&refuses);
    al_policy_free(policy);
    al_arena_free(arena);
    return failed;
}
