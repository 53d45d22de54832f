/* See gather.h. */
#include "cli/gather.h"

#include <stdlib.h>

struct gathered *gather_new(void)
{
    struct gathered *g = calloc(1, sizeof *g);
    if (g != NULL)
        g->stream = open_memstream(&g->text, &g->size);
    if (g == NULL || g->stream != NULL)
        return g;
    free(g);
    return NULL;
}

bool gather_close(struct gathered *g)
{
    bool good = ferror(g->stream) == 0;
    good = fclose(g->stream) == 0 && good;
    g->stream = NULL;
    return good;
}

void gather_free(struct gathered *g)
{
    if (g->stream != NULL)
        (void)fclose(g->stream);
    free(g->text);
    free(g);
}
