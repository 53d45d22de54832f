/* A manifest held against the files that are judged; see manifest.h. Every difference is
   told, up to what the sink keeps: people want to know which file it was. */
#include "policy/signature/openssf/manifest.h"

#include <inttypes.h>
#include <sodium.h>

struct fitting {
    const struct al_manifest *manifest;
    const struct al_judging *judging;
    const char *where;
};

static bool differ(const struct fitting *t, enum al_finding_id id, const struct al_signed_file *file,
                   const char *expected, struct al_text found, const char *message)
{
    struct al_findings *f = t->judging->findings;
    const struct al_place root = al_place_root(t->where);
    const struct al_place place = al_place_key(&root, al_text_of(file->name));
    return al_find(f, id, &place, expected, found, "%s", message);
}

/* True when `path` is `above` or lies below it, part by part. */
static bool is_below(struct al_text path, struct al_text above)
{
    return al_text_is(above, ".")
        || (path.length >= above.length && memcmp(path.at, above.at, above.length) == 0
            && (path.length == above.length || path.at[above.length] == '/'));
}

static bool is_ignored(const struct al_manifest *m, struct al_text path)
{
    for (size_t i = 0; i < m->ignored_count; i++)
        if (is_below(path, m->ignored[i]))
            return true;
    return false;
}

/* The first resource of that name, or the end. */
static size_t find_resource(const struct al_manifest *m, struct al_text name)
{
    size_t low = 0, high = m->resource_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct al_text other = m->resources[middle].name;
        size_t least = other.length < name.length ? other.length : name.length;
        int order = memcmp(other.at, name.at, least);
        if (order < 0 || (order == 0 && other.length < name.length))
            low = middle + 1;
        else
            high = middle;
    }
    return low < m->resource_count && al_text_equal(m->resources[low].name, name) ? low : m->resource_count;
}

static bool is_alone(const struct al_judging *j)
{
    return j->file_count == 1 && !j->directory;
}

/* The resources of one file: `count` of them from `first` on. */
static size_t resources_of(const struct fitting *t, const struct al_signed_file *file, size_t *count)
{
    const struct al_manifest *m = t->manifest;
    size_t first = find_resource(m, al_text_of(file->name));
    if (first == m->resource_count && is_alone(t->judging))
        first = find_resource(m, al_text_of("."));
    *count = 0;
    while (first + *count < m->resource_count
           && al_text_equal(m->resources[first].name, m->resources[first + *count].name))
        (*count)++;
    return first;
}

/* The digest of the whole file, or of a piece of it that lies inside. */
static bool hash(uint8_t out[AL_MANIFEST_DIGEST_MAX], enum al_manifest_hash kind, const struct al_signed_file *file,
                 uint64_t start, uint64_t size)
{
    const uint8_t *known = kind == AL_MANIFEST_SHA256 ? file->sha256 : file->blake2b;
    if (size == file->size && known != NULL) {
        memcpy(out, known, al_manifest_digest_size(kind));
        return true;
    }
    if (file->bytes == NULL)
        return false;
    return kind == AL_MANIFEST_SHA256
               ? crypto_hash_sha256(out, file->bytes + start, size) == 0
               : crypto_generichash(out, crypto_generichash_BYTES_MAX, file->bytes + start, size, NULL, 0) == 0;
}

static bool fit_bytes(const struct fitting *t, const struct al_signed_file *file, const struct al_resource *r,
                      uint64_t size)
{
    const enum al_manifest_hash kind = t->manifest->hash;
    uint8_t digest[AL_MANIFEST_DIGEST_MAX];
    char expected[2 * AL_MANIFEST_DIGEST_MAX + 1], found[2 * AL_MANIFEST_DIGEST_MAX + 1];
    if (!hash(digest, kind, file, r->start, size))
        return differ(t, AL_SIGNATURE_INVALID, file, "sealed bytes", AL_NOTHING,
                      "A signature says nothing of bytes that can still change");
    if (sodium_memcmp(digest, r->digest, al_manifest_digest_size(kind)) == 0)
        return true;
    (void)sodium_bin2hex(expected, sizeof expected, r->digest, al_manifest_digest_size(kind));
    (void)sodium_bin2hex(found, sizeof found, digest, al_manifest_digest_size(kind));
    return differ(t, AL_SIGNATURE_INVALID, file, al_show(t->judging->findings, al_text_of(expected)),
                  al_text_of(found), "The file is not the one that was signed");
}

/* Pieces of one size, the last one to the end of the file, without a gap. */
static bool fit_pieces(const struct fitting *t, const struct al_signed_file *file, const struct al_resource *pieces,
                       size_t count)
{
    struct al_findings *f = t->judging->findings;
    const uint64_t size = t->manifest->shard_size;
    uint64_t at = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t left = file->size - at, expected = left < size ? left : size;
        if (pieces[i].start != at || pieces[i].end - at != expected)
            return differ(t, AL_SIGNATURE_INVALID, file, al_found(f, "%" PRIu64 " bytes", file->size).at,
                          al_found(f, "a piece from %" PRIu64 " to %" PRIu64, pieces[i].start, pieces[i].end),
                          "The signed pieces do not make up the file");
        if (!fit_bytes(t, file, &pieces[i], expected))
            return false;
        at += expected;
    }
    return at == file->size || differ(t, AL_SIGNATURE_INVALID, file, al_found(f, "%" PRIu64 " bytes", file->size).at,
                                      al_found(f, "pieces of %" PRIu64 " bytes", at),
                                      "The signed pieces do not make up the file");
}

static bool fit_file(const struct fitting *t, const struct al_signed_file *file, size_t *used)
{
    size_t count, first = resources_of(t, file, &count);
    *used += count;
    if (count == 0)
        return (file->unread && is_ignored(t->manifest, al_text_of(file->name)))
            || differ(t, AL_SIGNATURE_MANIFEST, file, "only files that were signed", al_text_of(file->name),
                      "The model has a file that was not signed");
    const struct al_resource *r = &t->manifest->resources[first];
    if (is_ignored(t->manifest, r->name))
        return differ(t, AL_SIGNATURE_MALFORMED, file, NULL, r->name,
                      "The manifest lists a file and ignores it, too");
    return t->manifest->shard_size > 0 ? fit_pieces(t, file, r, count) : fit_bytes(t, file, r, file->size);
}

static bool is_there(const struct fitting *t, struct al_text name)
{
    const struct al_judging *j = t->judging;
    for (size_t i = 0; i < j->file_count; i++)
        if (al_text_is(name, j->files[i].name))
            return true;
    /* a file alone goes by "." only where the manifest does not have it by its name, too */
    return is_alone(j) && al_text_is(name, ".")
        && find_resource(t->manifest, al_text_of(j->files[0].name)) == t->manifest->resource_count;
}

/* Says which of the signed files are missing; there is at least one. */
static bool tell_missing(const struct fitting *t)
{
    struct al_findings *f = t->judging->findings;
    const struct al_place root = al_place_root(t->where);
    for (size_t i = 0; i < t->manifest->resource_count; i++) {
        struct al_text name = t->manifest->resources[i].name;
        bool told = i > 0 && al_text_equal(name, t->manifest->resources[i - 1].name);
        if (!told && !is_there(t, name))
            (void)al_find(f, AL_SIGNATURE_MANIFEST, &root, "every file that was signed", name,
                          "A signed file is not among those that were judged");
    }
    return false;
}

bool al_manifest_fits(const struct al_manifest *manifest, const struct al_judging *j, const char *where)
{
    const struct fitting t = {manifest, j, where};
    size_t used = 0;
    bool good = true;
    for (size_t i = 0; i < j->file_count; i++)
        good = fit_file(&t, &j->files[i], &used) && good;
    return used == manifest->resource_count ? good : tell_missing(&t);
}
