/* Files into memory, with room behind them to grow. */
#include "tests/mutants/mutants.h"

#include <stdio.h>
#include <stdlib.h>

bool case_read(struct file *file, enum al_role role, const char *path)
{
    FILE *f = fopen(path, "rb");
    bool good = f != NULL && fseek(f, 0, SEEK_END) == 0;
    long end = good ? ftell(f) : -1;
    const char *slash = strrchr(path, '/');
    *file = (struct file){.role = role, .name = slash != NULL ? slash + 1 : path};
    if (end >= 0 && fseek(f, 0, SEEK_SET) == 0) {
        file->size = (size_t)end;
        file->room = file->size + ROOM;
        file->bytes = malloc(file->room);
    }
    good = file->bytes != NULL && fread(file->bytes, 1, file->size, f) == file->size;
    if (f != NULL)
        (void)fclose(f);
    if (!good)
        (void)fprintf(stderr, "cannot read %s\n", path);
    return good;
}
