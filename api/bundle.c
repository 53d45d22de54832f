/* One model may be several files; see bundle.h. Directories are read through one
   descriptor, so that all files come from the same directory even if it is renamed. */
#include "api/bundle.h"
#include "api/listing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char INDEX_SUFFIX[] = ".weights.json";
static const char SHARD_SUFFIX[] = ".weights.h5";
enum { SHARD_DIGITS = 5, MEMBER_DEPTH = 8 };

static bool ends_with(const char *text, const char *suffix)
{
    size_t n = strlen(text), m = strlen(suffix);
    return n > m && strcmp(text + n - m, suffix) == 0;
}

static bool is_regular(int directory, const char *name)
{
    struct stat st;
    return fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

enum al_source_kind al_source_kind_at(int directory, const char *name)
{
    if (ends_with(name, INDEX_SUFFIX))
        return AL_SOURCE_SHARDED;
    int fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return AL_SOURCE_FILE;
    bool unpacked = is_regular(fd, "config.json") && is_regular(fd, "metadata.json");
    (void)close(fd);
    return unpacked ? AL_SOURCE_DIRECTORY : AL_SOURCE_FILE;
}

enum al_status al_bundle_take(struct al_bundle *b, enum al_role role, struct al_snapshot *snapshot, const char *name,
                              const struct al_bundle_maker *maker)
{
    const char *copy = al_arena_copy(maker->arena, name, strlen(name));
    if (copy != NULL && b->count == b->room) {
        uint32_t room = b->room * 2 + 4;
        struct al_vet_input *larger = reallocarray(b->inputs, room, sizeof *larger);
        if (larger == NULL)
            copy = NULL;
        else {
            b->inputs = larger;
            b->room = room;
        }
    }
    if (copy == NULL || b->count == AL_MAX_INPUTS) {
        al_snapshot_free(snapshot);
        return copy == NULL ? al_fail(maker->err, AL_NO_MEMORY, 0, "no memory for the list of inputs")
                            : al_fail(maker->err, AL_LIMIT, 0, "a model of more than %u files", AL_MAX_INPUTS);
    }
    b->inputs[b->count++] = (struct al_vet_input){role, copy, snapshot};
    return AL_OK;
}

enum al_status al_bundle_file(struct al_bundle *b, enum al_role role, int directory, const char *path,
                              const char *name, const struct al_bundle_maker *maker)
{
    struct al_snapshot *snapshot = NULL;
    enum al_status status =
        al_snapshot_path(&snapshot, directory, path, name, maker->policy, maker->findings, maker->err);
    return status != AL_OK ? status : al_bundle_take(b, role, snapshot, name, maker);
}

/* "X_00001.weights.h5" beside "X.weights.json". */
static bool is_shard_of(const char *name, const char *index, size_t stem)
{
    if (strncmp(name, index, stem) != 0 || name[stem] != '_')
        return false;
    const char *digits = name + stem + 1;
    return strspn(digits, "0123456789") == SHARD_DIGITS && strcmp(digits + SHARD_DIGITS, SHARD_SUFFIX) == 0;
}

static enum al_status add_sharded(struct al_bundle *b, int directory, const char *index,
                                  const struct al_bundle_maker *maker)
{
    struct al_listing list;
    if (!al_listing_read(&list, directory))
        return al_fail(maker->err, AL_IO, 0, "the directory of the shards could not be read: %s", strerror(errno));
    enum al_status status = al_bundle_file(b, AL_ROLE_MODEL, directory, index, index, maker);
    size_t stem = strlen(index) - strlen(INDEX_SUFFIX);
    for (size_t i = 0; status == AL_OK && i < list.count; i++)
        if (is_shard_of(list.names[i], index, stem))
            status = al_bundle_file(b, AL_ROLE_SHARD, directory, list.names[i], list.names[i], maker);
    al_listing_free(&list);
    return status;
}

static enum al_status add_members(struct al_bundle *b, int directory, const char *prefix, uint32_t depth,
                                  const struct al_bundle_maker *maker);

static enum al_status add_member(struct al_bundle *b, int directory, const char *name, const char *prefix,
                                 uint32_t depth, const struct al_bundle_maker *maker)
{
    const char *inside = al_arena_format(maker->arena, "%s%s", prefix, name);
    if (inside == NULL)
        return al_fail(maker->err, AL_NO_MEMORY, 0, "no memory for a name");
    struct stat st;
    if (strcmp(inside, AL_SIGNATURE_OF_DIRECTORY) == 0)
        return AL_OK;
    /* config.json is the MODEL, and there already */
    bool there = b->count > 0 && b->inputs[0].role == AL_ROLE_MODEL && strcmp(inside, b->inputs[0].name) == 0;
    if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode))
        return there ? AL_OK : al_bundle_file(b, AL_ROLE_MEMBER, directory, name, inside, maker);
    if (depth == MEMBER_DEPTH)
        return al_fail(maker->err, AL_LIMIT, 0, "directories inside the model lie more than %d deep", MEMBER_DEPTH);
    int fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const char *below = al_arena_format(maker->arena, "%s/", inside);
    enum al_status status = AL_OK;
    if (fd < 0 || below == NULL)
        status = al_fail(maker->err, AL_IO, 0, "a directory inside the model could not be opened");
    else
        status = add_members(b, fd, below, depth + 1, maker);
    if (fd >= 0)
        (void)close(fd);
    return status;
}

static enum al_status add_members(struct al_bundle *b, int directory, const char *prefix, uint32_t depth,
                                  const struct al_bundle_maker *maker)
{
    struct al_listing list;
    if (!al_listing_read(&list, directory))
        return al_fail(maker->err, AL_IO, 0, "a directory could not be read: %s", strerror(errno));
    enum al_status status = AL_OK;
    for (size_t i = 0; status == AL_OK && i < list.count; i++)
        status = add_member(b, directory, list.names[i], prefix, depth, maker);
    al_listing_free(&list);
    return status;
}

enum al_status al_bundle_folder(struct al_bundle *b, const char *path, const struct al_bundle_maker *maker)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return al_fail(maker->err, AL_IO, 0, "open: %s", strerror(errno));
    b->several = true;
    enum al_status status = add_members(b, fd, "", 0, maker);
    (void)close(fd);
    return status;
}

static enum al_status add_directory(struct al_bundle *b, int directory, const char *path,
                                    const struct al_bundle_maker *maker)
{
    int fd = openat(directory, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return al_fail(maker->err, AL_IO, 0, "open: %s", strerror(errno));
    enum al_status status = al_bundle_file(b, AL_ROLE_MODEL, fd, "config.json", "config.json", maker);
    if (status == AL_OK)
        status = add_members(b, fd, "", 0, maker);
    (void)close(fd);
    return status;
}

enum al_status al_bundle_path(struct al_bundle *b, int directory, const char *path, enum al_source_kind kind,
                              const struct al_bundle_maker *maker)
{
    b->several = kind != AL_SOURCE_FILE;
    if (kind == AL_SOURCE_DIRECTORY)
        return add_directory(b, directory, path, maker);
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    if (kind == AL_SOURCE_FILE)
        return al_bundle_file(b, AL_ROLE_MODEL, directory, path, name, maker);
    const char *parent = slash == NULL   ? "."
                         : slash == path ? "/"
                                         : al_arena_copy(maker->arena, path, (size_t)(slash - path));
    int fd = parent != NULL ? openat(directory, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd < 0)
        return al_fail(maker->err, AL_IO, 0, "open: %s", strerror(errno));
    enum al_status status = add_sharded(b, fd, name, maker);
    (void)close(fd);
    return status;
}

void al_bundle_free(struct al_bundle *b)
{
    for (uint32_t i = 0; i < b->count; i++)
        al_snapshot_free(b->inputs[i].snapshot);
    free(b->inputs);
    *b = (struct al_bundle){0};
}
