/* Writes the seeds of fuzz_wire into a directory: made at build time, because numbers
   on the wire follow the tables of layers and findings. */
#include "tests/wire/sample.h"

#include <stdio.h>

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

int main(int argc, char **argv)
{
    enum { MOST = 1 << 20 };
    struct al_arena *arena = al_arena_new(MOST);
    struct al_buffer accepts, refuses;
    al_buffer_init(&accepts, MOST);
    al_buffer_init(&refuses, MOST);
    if (argc != 2 || arena == NULL)
        return 2;
    sample_accepting(&accepts, arena);
    sample_refusing(&refuses);
    int failed = save(argv[1], "accepting", &accepts) | save(argv[1], "refusing", &refuses);
    al_buffer_free(&accepts);
    al_buffer_free(&refuses);
    al_arena_free(arena);
    return failed;
}
