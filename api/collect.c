/* From the paths a user gives to the models they stand for. Walking reads names
   through descriptors of directories and follows no symbolic link, so it cannot be led
   out of the directory or in circles. */
#include "api/listing.h"
#include "api/sniff.h"
#include "api/source.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DEEPEST = 64 };

struct item {
    const char *path;            /* as shown, before escaping */
    const char *shown;
    const char *inside;          /* walked: its path below the root; NULL: `path` was named itself */
    int root;
    enum al_source_kind kind;
    enum al_role role;
    bool standard_input;
};

struct al_collection {
    struct al_arena *arena;      /* owned */
    struct item *items;
    size_t room;
    int *roots;                  /* owned descriptors of the directories that were walked */
    size_t root_count;
    struct al_collection_facts facts;
};

static bool add(struct al_collection *c, const struct item *item)
{
    struct item *grown =
        al_arena_grow(c->arena, c->items, c->facts.models, &c->room, sizeof *c->items);
    if (grown == NULL)
        return false;
    c->items = grown;
    struct item *added = &c->items[c->facts.models++];
    *added = *item;
    added->shown = al_fact_text(c->arena, al_text_of(item->path));
    return added->shown != NULL;
}

/* Where a walk stands. */
struct walk {
    struct al_collection *collection;
    const char *top;             /* the directory as the user named it */
    int root;
};

static bool walk_directory(struct walk *w, int directory, const char *inside, uint32_t depth);

/* A shard belongs to the model whose index stands beside it. */
static bool is_shard(const struct al_listing *list, const char *name)
{
    size_t n = strlen(name);
    static const char tail[] = "_00000.weights.h5";
    if (n < sizeof tail || strcmp(name + n - 11, ".weights.h5") != 0 || name[n - 17] != '_' ||
        strspn(name + n - 16, "0123456789") != 5)
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (strlen(list->names[i]) == n - 17 + 13 && strncmp(list->names[i], name, n - 17) == 0 &&
            strcmp(list->names[i] + n - 17, ".weights.json") == 0)
            return true;
    return false;
}

static bool walk_entry(struct walk *w, int directory, const char *name, const char *prefix, uint32_t depth)
{
    struct al_collection *c = w->collection;
    struct item item = {.root = w->root, .kind = al_source_kind_at(directory, name), .role = AL_ROLE_MODEL};
    item.inside = al_arena_format(c->arena, "%s%s", prefix, name);
    const char *gap = w->top[strlen(w->top) - 1] == '/' ? "" : "/";
    item.path = item.inside != NULL ? al_arena_format(c->arena, "%s%s%s", w->top, gap, item.inside) : NULL;
    if (item.path == NULL)
        return false;
    struct stat st;
    if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        c->facts.unreadable++;
        return true;
    }
    if (S_ISDIR(st.st_mode) && item.kind == AL_SOURCE_FILE) {
        int fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        const char *below = al_arena_format(c->arena, "%s/", item.inside);
        if (fd < 0 || depth == DEEPEST)
            c->facts.unreadable++;
        bool good = below != NULL && (fd < 0 || depth == DEEPEST || walk_directory(w, fd, below, depth + 1));
        if (fd >= 0)
            (void)close(fd);
        return good;
    }
    if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)) {
        c->facts.skipped++;
        return true;
    }
    enum al_sniffed found = S_ISDIR(st.st_mode) ? AL_SNIFF_MODEL : al_sniff_at(directory, name);
    c->facts.skipped += found == AL_SNIFF_NO_MODEL;
    c->facts.unreadable += found == AL_SNIFF_UNREADABLE;
    item.role = found == AL_SNIFF_ARRAYS ? AL_ROLE_ARRAYS : AL_ROLE_MODEL;
    return found == AL_SNIFF_NO_MODEL || found == AL_SNIFF_UNREADABLE || add(c, &item);
}

static bool walk_directory(struct walk *w, int directory, const char *prefix, uint32_t depth)
{
    struct al_listing list;
    if (!al_listing_read(&list, directory)) {
        w->collection->facts.unreadable++;
        return errno != ENOMEM;
    }
    bool good = true;
    for (size_t i = 0; good && i < list.count; i++)
        good = is_shard(&list, list.names[i]) || walk_entry(w, directory, list.names[i], prefix, depth);
    al_listing_free(&list);
    return good;
}

/* Takes `fd`. */
static bool walk_root_take(struct al_collection *c, const char *path, int fd)
{
    struct walk w = {c, path, fd};
    c->roots[c->root_count++] = fd;
    return walk_directory(&w, fd, "", 0);
}

static bool add_named(struct al_collection *c, const char *path)
{
    struct item item = {.path = al_arena_copy(c->arena, path, strlen(path)), .root = AT_FDCWD, .role = AL_ROLE_MODEL};
    if (item.path == NULL)
        return false;
    item.standard_input = strcmp(path, "-") == 0;
    if (item.standard_input || *path == '\0')
        return add(c, &item);
    item.kind = al_source_kind_at(AT_FDCWD, path);
    /* a directory that the user names may be a link: it is the user's own word */
    int fd = item.kind == AL_SOURCE_FILE ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0)
        return walk_root_take(c, item.path, fd);
    if (item.kind == AL_SOURCE_FILE && al_sniff_at(AT_FDCWD, path) == AL_SNIFF_ARRAYS)
        item.role = AL_ROLE_ARRAYS;
    return add(c, &item);
}

enum al_status al_collect(struct al_collection **out, const char *const *paths, size_t count, struct al_error *err)
{
    struct al_collection *c = calloc(1, sizeof *c);
    if (c == NULL)
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for the list of models");
    c->arena = al_arena_new((size_t)1 << 32);
    c->roots = calloc(count + 1, sizeof *c->roots);
    bool good = c->arena != NULL && c->roots != NULL;
    for (size_t i = 0; good && i < count; i++)
        good = add_named(c, paths[i]);
    if (!good) {
        al_collection_free(c);
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for the list of models");
    }
    *out = c;
    return AL_OK;
}

const struct al_collection_facts *al_collection_facts(const struct al_collection *c)
{
    return &c->facts;
}

const char *al_collection_path(const struct al_collection *c, size_t index)
{
    return c->items[index].shown;
}

/* The directory that holds `inside`, reached from the walked root without passing a
   symbolic link that somebody has put there since. */
static int open_parent(int root, const char *inside)
{
    char parent[4096];
    const char *slash = strrchr(inside, '/');
    size_t length = slash != NULL ? (size_t)(slash - inside) : 0;
    if (length >= sizeof parent) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(parent, inside, length);
    parent[length] = '\0';
    struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    return (int)syscall(SYS_openat2, root, length > 0 ? parent : ".", &how, sizeof how);
}

enum al_status al_collection_vet(struct al_report **out, const struct al_collection *c, size_t index,
                                 const struct al_options *options, struct al_error *err)
{
    const struct item *item = &c->items[index];
    struct al_source source = {.from = item->standard_input ? AL_FROM_DESCRIPTOR : AL_FROM_PATH, .role = item->role,
                               .shown = item->path, .directory = item->root,
                               .path = item->path, .kind = item->kind, .fd = STDIN_FILENO};
    int parent = -1;
    if (item->inside != NULL) {
        const char *slash = strrchr(item->inside, '/');
        /* where it fails the open that follows fails too, and the report says so */
        parent = open_parent(item->root, item->inside);
        source.directory = parent;
        source.path = slash != NULL ? slash + 1 : item->inside;
    }
    enum al_status status = al_source_vet(out, &source, options, err);
    if (parent >= 0)
        (void)close(parent);
    return status;
}

void al_collection_free(struct al_collection *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->root_count; i++)
        (void)close(c->roots[i]);
    free(c->roots);
    al_arena_free(c->arena);
    free(c);
}
