/* Reading a directory's names; see listing.h. */
#include "api/listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add(struct al_listing *list, const char *name)
{
    if (list->count == list->room) {
        size_t room = list->room * 2 + 16;
        char **larger = reallocarray(list->names, room, sizeof *larger);
        if (larger == NULL)
            return false;
        list->names = larger;
        list->room = room;
    }
    char *copy = strdup(name);
    if (copy == NULL)
        return false;
    list->names[list->count++] = copy;
    return true;
}

bool al_listing_read(struct al_listing *list, int directory)
{
    *list = (struct al_listing){0};
    /* a descriptor of its own: fdopendir takes what it is given */
    int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
    if (stream == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return false;
    }
    bool good = true;
    const struct dirent *entry;
    errno = 0;
    while (good && (entry = readdir(stream)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            good = add(list, entry->d_name);
        if (good)
            errno = 0;
    }
    int saved = errno;
    good = good && saved == 0;
    (void)closedir(stream);
    if (!good) {
        al_listing_free(list);
        errno = saved;
        return false;
    }
    if (list->count > 0)
        qsort(list->names, list->count, sizeof *list->names, by_bytes);
    return true;
}

void al_listing_free(struct al_listing *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->names[i]);
    free(list->names);
    *list = (struct al_listing){0};
}
