/* The statement inside a bundle; see manifest.h. in-toto's Statement v1 with the predicate
   that model_signing writes since 1.0, or the one of 0.2 and 0.3, which that package still
   verifies. Stricter than the package: it takes the last of two entries under one name,
   and any name. */
#include "policy/signature/openssf/manifest.h"

#include "base/checked.h"
#include "policy/signature/openssf/fields.h"

#include <sodium.h>
#include <stdlib.h>

enum { RESOURCES_MAX = 16384, IGNORED_MAX = 1024, ALGORITHM_TEXT = 48 };
static const uint64_t SHARD_MAX = UINT64_C(1) << 53; /* beyond this a JSON number is not one integer */

#define COUNT(fields) (sizeof(fields) / sizeof(fields)[0])

static const struct hash {
    const char *name;
    size_t size;
} hashes[AL_MANIFEST_HASHES] = {
    [AL_MANIFEST_SHA256] = {"sha256", 32},
    [AL_MANIFEST_BLAKE2B] = {"blake2b", 64},
};

size_t al_manifest_digest_size(enum al_manifest_hash hash)
{
    return hashes[hash].size;
}

static bool copy_text(struct al_text *out, struct al_text text, struct al_findings *f)
{
    const char *copy = al_arena_copy(f->arena, text.at, text.length);
    *out = (struct al_text){copy, text.length};
    f->failed = f->failed || copy == NULL;
    return copy != NULL;
}

bool al_manifest_path(struct al_text name)
{
    size_t start = 0;
    for (size_t i = 0; i <= name.length; i++) {
        if (i < name.length && name.at[i] != '/') {
            if (name.at[i] == '\\' || (unsigned char)name.at[i] < 0x20 || name.at[i] == 0x7F)
                return false;
            continue;
        }
        const struct al_text part = {name.at + start, i - start};
        if (part.length == 0 || al_text_is(part, ".") || al_text_is(part, ".."))
            return false;
        start = i + 1;
    }
    return true;
}

static bool read_path(struct al_text *out, struct al_text name, const struct al_place *place, struct al_findings *f)
{
    return (al_text_is(name, ".") || al_manifest_path(name) ? true
            : al_find(f, AL_SIGNATURE_MALFORMED, place, "a path below the model, without \"..\"", name,
                      "This is not the name of a file of the model"))
        && copy_text(out, name, f);
}

/* ---- serialization ---- */

static bool read_ignored(struct al_manifest *m, const json_t *list, const struct al_place *place,
                         struct al_findings *f)
{
    size_t count = json_array_size(list);
    struct al_text *ignored = al_arena_alloc(f->arena, count, sizeof *ignored);
    if (ignored == NULL) {
        f->failed = true;
        return false;
    }
    if (list != NULL && !al_field_count(list, 0, IGNORED_MAX, place, f))
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *path;
        const struct al_place here = al_place_index(place, i);
        if (!al_field_item(&path, list, i, AL_FIELD_TEXT, &here, f)
            || !read_path(&ignored[i], al_json_text(path), &here, f))
            return false;
    }
    m->ignored = ignored;
    m->ignored_count = count;
    return true;
}

static bool read_hash(struct al_manifest *m, const json_t *name, const struct al_place *place, struct al_findings *f)
{
    for (size_t i = 0; i < AL_MANIFEST_HASHES; i++)
        if (al_text_is(al_json_text(name), hashes[i].name)) {
            m->hash = (enum al_manifest_hash)i;
            return true;
        }
    return al_find(f, AL_SIGNATURE_UNSUPPORTED, place, "sha256 or blake2b", al_json_text(name),
                   "Files were hashed with an algorithm that is not judged");
}

static bool read_shard_size(struct al_manifest *m, const json_t *size, const struct al_place *place,
                            struct al_findings *f)
{
    double number = json_number_value(size);
    m->shard_size = number >= 1 && number <= (double)SHARD_MAX ? (uint64_t)number : 0;
    return (m->shard_size > 0 && (double)m->shard_size == number)
        || al_find(f, AL_SIGNATURE_MALFORMED, place, "a whole number of bytes from 1", al_json_show(f, size),
                   "Files cannot be cut into pieces of this size");
}

static bool read_serialization(struct al_manifest *m, const json_t *object, const struct al_place *place,
                               struct al_findings *f)
{
    static const struct al_field fields[] = {{"method", AL_FIELD_TEXT, true},
                                             {"hash_type", AL_FIELD_TEXT, true},
                                             {"allow_symlinks", AL_FIELD_BOOLEAN, true},
                                             {"ignore_paths", AL_FIELD_LIST, false},
                                             {"shard_size", AL_FIELD_NUMBER, false}};
    const json_t *values[COUNT(fields)];
    const struct al_place method = al_place_key(place, al_text_of("method"));
    const struct al_place hash = al_place_key(place, al_text_of("hash_type"));
    const struct al_place ignored = al_place_key(place, al_text_of("ignore_paths"));
    const struct al_place size = al_place_key(place, al_text_of("shard_size"));
    if (!al_fields_read(object, place, fields, COUNT(fields), values, f) || !read_hash(m, values[1], &hash, f)
        || !read_ignored(m, values[3], &ignored, f))
        return false;
    const char *expected = values[4] != NULL ? "shards" : "files";
    return al_field_is(values[0], expected, &method, f)
        && (values[4] == NULL || read_shard_size(m, values[4], &size, f));
}

/* ---- resources ---- */

/* "path:start:end", as model_signing names a piece. */
static bool split_piece(struct al_text *name, struct al_resource *r)
{
    uint64_t *const numbers[] = {&r->end, &r->start};
    for (size_t i = 0; i < 2; i++) {
        uint64_t value = 0, scale = 1;
        size_t digits = 0;
        while (name->length > 0 && name->at[name->length - 1] >= '0' && name->at[name->length - 1] <= '9') {
            uint64_t digit;
            if (!al_mul_u64((uint64_t)(name->at[--name->length] - '0'), scale, &digit)
                || !al_add_u64(value, digit, &value) || ++digits > 18)
                return false;
            scale *= 10;
        }
        bool padded = digits > 1 && name->at[name->length] == '0';
        if (digits == 0 || padded || name->length == 0 || name->at[--name->length] != ':')
            return false;
        *numbers[i] = value;
    }
    return r->start < r->end && name->length > 0 && memchr(name->at, ':', name->length) == NULL;
}

static bool read_name(struct al_resource *r, const struct al_manifest *m, struct al_text name,
                      const struct al_place *place, struct al_findings *f)
{
    struct al_text path = name;
    if (m->shard_size > 0 && !split_piece(&path, r))
        return al_find(f, AL_SIGNATURE_MALFORMED, place, "path:start:end", name, "This is not a piece of a file");
    return read_path(&r->name, path, place, f);
}

/* Each piece of a file says how it was cut; all alike, or the manifest contradicts itself. */
static bool check_algorithm(const struct al_manifest *m, const json_t *algorithm, const struct al_place *place,
                            struct al_findings *f)
{
    char expected[ALGORITHM_TEXT];
    const char *name = hashes[m->hash].name;
    if (m->shard_size > 0)
        (void)snprintf(expected, sizeof expected, "%s-sharded-%llu", name, (unsigned long long)m->shard_size);
    else
        (void)snprintf(expected, sizeof expected, "%s", name);
    return al_text_is(al_json_text(algorithm), expected)
        || al_find(f, AL_SIGNATURE_MALFORMED, place, al_show(f, al_text_of(expected)), al_json_text(algorithm),
                   "A digest is of another algorithm than the manifest");
}

static bool read_resource(struct al_resource *r, const struct al_manifest *m, const json_t *object,
                          const struct al_place *place, struct al_findings *f)
{
    static const struct al_field fields[] = {
        {"name", AL_FIELD_TEXT, true}, {"algorithm", AL_FIELD_TEXT, true}, {"digest", AL_FIELD_TEXT, true}};
    const json_t *values[COUNT(fields)];
    const struct al_place name = al_place_key(place, al_text_of("name"));
    const struct al_place algorithm = al_place_key(place, al_text_of("algorithm"));
    const struct al_place digest = al_place_key(place, al_text_of("digest"));
    return al_fields_read(object, place, fields, COUNT(fields), values, f)
        && check_algorithm(m, values[1], &algorithm, f) && read_name(r, m, al_json_text(values[0]), &name, f)
        && al_field_hex(r->digest, hashes[m->hash].size, values[2], &digest, f);
}

static struct al_resource *new_resources(struct al_manifest *m, const json_t *list, const struct al_place *place,
                                         struct al_findings *f)
{
    if (!al_field_count(list, 1, RESOURCES_MAX, place, f))
        return NULL;
    m->resource_count = json_array_size(list);
    struct al_resource *resources = al_arena_alloc(f->arena, m->resource_count, sizeof *resources);
    f->failed = f->failed || resources == NULL;
    m->resources = resources;
    return resources;
}

static int compare(const void *a, const void *b)
{
    const struct al_resource *x = a, *y = b;
    size_t least = x->name.length < y->name.length ? x->name.length : y->name.length;
    int order = memcmp(x->name.at, y->name.at, least);
    if (order == 0)
        order = (x->name.length > y->name.length) - (x->name.length < y->name.length);
    return order != 0 ? order : (x->start > y->start) - (x->start < y->start);
}

static bool sort(struct al_resource *resources, size_t count, const struct al_place *place, struct al_findings *f)
{
    qsort(resources, count, sizeof *resources, compare);
    for (size_t i = 1; i < count; i++)
        if (compare(&resources[i - 1], &resources[i]) == 0)
            return al_find(f, AL_SIGNATURE_MALFORMED, place, "every file once", resources[i].name,
                           "A file stands twice in the manifest");
    return true;
}

/* `root` gets the digest over the digests, in the order in which they are listed. */
static bool read_resources(struct al_manifest *m, const json_t *list, uint8_t root[crypto_hash_sha256_BYTES],
                           const struct al_place *place, struct al_findings *f)
{
    crypto_hash_sha256_state state;
    struct al_resource *resources = new_resources(m, list, place, f);
    if (resources == NULL)
        return false;
    (void)crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < m->resource_count; i++) {
        const struct al_place here = al_place_index(place, i);
        if (!read_resource(&resources[i], m, json_array_get(list, i), &here, f))
            return false;
        (void)crypto_hash_sha256_update(&state, resources[i].digest, hashes[m->hash].size);
    }
    (void)crypto_hash_sha256_final(&state, root);
    return sort(resources, m->resource_count, place, f);
}

/* ---- the two predicates ---- */

static bool read_subject(uint8_t digest[crypto_hash_sha256_BYTES], const json_t **name, const json_t *object,
                         const struct al_place *place, struct al_findings *f)
{
    static const struct al_field fields[] = {{"name", AL_FIELD_TEXT, true}, {"digest", AL_FIELD_OBJECT, true}};
    static const struct al_field digests[] = {{"sha256", AL_FIELD_TEXT, true}};
    const json_t *values[COUNT(fields)], *hex;
    const struct al_place here = al_place_key(place, al_text_of("digest"));
    const struct al_place sha256 = al_place_key(&here, al_text_of("sha256"));
    if (!al_fields_read(object, place, fields, COUNT(fields), values, f)
        || !al_fields_read(values[1], &here, digests, COUNT(digests), &hex, f))
        return false;
    *name = values[0];
    return al_field_hex(digest, crypto_hash_sha256_BYTES, hex, &sha256, f);
}

/* Since 1.0: one subject, the digest over all digests; the files in the predicate. */
static bool read_signature(struct al_manifest *m, const json_t *subjects, const json_t *predicate,
                           const struct al_place *root, struct al_findings *f)
{
    static const struct al_field fields[] = {{"serialization", AL_FIELD_OBJECT, true},
                                             {"resources", AL_FIELD_LIST, true}};
    const json_t *values[COUNT(fields)], *name;
    uint8_t listed[crypto_hash_sha256_BYTES], told[crypto_hash_sha256_BYTES];
    const struct al_place subject = al_place_key(root, al_text_of("subject")), first = al_place_index(&subject, 0);
    const struct al_place here = al_place_key(root, al_text_of("predicate"));
    const struct al_place serialization = al_place_key(&here, al_text_of("serialization"));
    const struct al_place resources = al_place_key(&here, al_text_of("resources"));
    if (!al_field_count(subjects, 1, 1, &subject, f)
        || !read_subject(told, &name, json_array_get(subjects, 0), &first, f)
        || !al_fields_read(predicate, &here, fields, COUNT(fields), values, f)
        || !read_serialization(m, values[0], &serialization, f)
        || !read_resources(m, values[1], listed, &resources, f))
        return false;
    return sodium_memcmp(listed, told, sizeof told) == 0
        || al_find(f, AL_SIGNATURE_MALFORMED, &first, "the digest over the digests of all files", AL_NOTHING,
                   "The manifest contradicts itself");
}

/* 0.2 and 0.3: every file a subject, whole, by SHA-256. */
static bool read_digests(struct al_manifest *m, const json_t *subjects, const json_t *predicate,
                         const struct al_place *root, struct al_findings *f)
{
    static const struct al_field fields[] = {{"unused", AL_FIELD_TEXT, false}};
    const json_t *unused;
    const struct al_place here = al_place_key(root, al_text_of("subject"));
    const struct al_place there = al_place_key(root, al_text_of("predicate"));
    struct al_resource *resources = new_resources(m, subjects, &here, f);
    if (resources == NULL || (predicate != NULL && !al_fields_read(predicate, &there, fields, 1, &unused, f)))
        return false;
    m->hash = AL_MANIFEST_SHA256;
    for (size_t i = 0; i < m->resource_count; i++) {
        const json_t *name;
        const struct al_place item = al_place_index(&here, i);
        if (!read_subject(resources[i].digest, &name, json_array_get(subjects, i), &item, f)
            || !read_path(&resources[i].name, al_json_text(name), &item, f))
            return false;
    }
    return sort(resources, m->resource_count, &here, f);
}

static const struct predicate {
    const char *type;
    bool (*read)(struct al_manifest *m, const json_t *subjects, const json_t *predicate, const struct al_place *root,
                 struct al_findings *f);
} predicates[] = {
    {"https://model_signing/signature/v1.0", read_signature},
    {"https://model_signing/Digests/v0.1", read_digests},
};

static bool read_statement(struct al_manifest *m, const json_t *statement, const struct al_place *root,
                           struct al_findings *f)
{
    static const struct al_field fields[] = {{"_type", AL_FIELD_TEXT, true},
                                             {"subject", AL_FIELD_LIST, true},
                                             {"predicateType", AL_FIELD_TEXT, true},
                                             {"predicate", AL_FIELD_OBJECT, false}};
    const json_t *values[COUNT(fields)];
    const struct al_place type = al_place_key(root, al_text_of("_type"));
    const struct al_place kind = al_place_key(root, al_text_of("predicateType"));
    if (!al_fields_read(statement, root, fields, COUNT(fields), values, f)
        || !al_field_is(values[0], "https://in-toto.io/Statement/v1", &type, f))
        return false;
    for (size_t i = 0; i < COUNT(predicates); i++)
        if (al_text_is(al_json_text(values[2]), predicates[i].type))
            return predicates[i].read(m, values[1], values[3], root, f);
    return al_find(f, AL_SIGNATURE_UNSUPPORTED, &kind, predicates[0].type, al_json_text(values[2]),
                   "The statement is about something else than the files of a model");
}

bool al_manifest_read(struct al_manifest *out, struct al_text payload, const char *where, struct al_findings *f)
{
    json_t *statement = NULL;
    const char *name = al_arena_format(f->arena, "%s payload", where);
    *out = (struct al_manifest){0};
    if (name == NULL) {
        f->failed = true;
        return false;
    }
    const struct al_place root = al_place_root(name);
    bool good = al_json_read(&statement, payload.at, payload.length, name, f)
        && read_statement(out, statement, &root, f);
    json_decref(statement);
    return good;
}
