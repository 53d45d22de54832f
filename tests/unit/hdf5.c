/* Reading, changing and mending HDF5 files in memory; see hdf5.h. */
#include "tests/unit/hdf5.h"

#include <stdio.h>

enum { BUDGET = 1 << 30, CAP = 8, MOST_CHECKSUMS = 64 };

struct h5_file h5_load(const char *name)
{
    char path[4096];
    const char *folder = getenv("AIRLOCK_TEST_FILES");
    assert_non_null(folder);
    (void)snprintf(path, sizeof path, "%s/hdf5/%s.h5", folder, name);
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        fail_msg("cannot open %s", path);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    struct h5_file file = {.size = (size_t)ftell(f)};
    rewind(f);
    file.bytes = malloc(file.size);
    assert_non_null(file.bytes);
    assert_int_equal(fread(file.bytes, 1, file.size, f), file.size);
    (void)fclose(f);
    return file;
}

void h5_free(struct h5_file *file)
{
    free(file->bytes);
    file->bytes = NULL;
}

struct h5_file h5_copy(const struct h5_file *file)
{
    struct h5_file copy = {malloc(file->size > 0 ? file->size : 1), file->size};
    assert_non_null(copy.bytes);
    memcpy(copy.bytes, file->bytes, file->size);
    return copy;
}

struct h5_reading h5_read(h5_reader reader, const struct h5_file *file)
{
    struct h5_reading r = {.arena = al_arena_new(BUDGET)};
    assert_non_null(r.arena);
    al_findings_init(&r.findings, r.arena, NULL, CAP);
    r.accepted = reader(&r.tree, file->bytes, file->size, "m.h5", r.arena, &r.findings);
    assert_false(r.findings.failed);
    assert_int_equal(r.accepted, r.findings.refusals == 0);
    return r;
}

void h5_done(struct h5_reading *r)
{
    al_arena_free(r->arena);
}

const char *h5_finding(const struct h5_reading *r)
{
    return r->findings.count == 0 ? "" : al_finding_row(r->findings.list[0].id)->id;
}

uint32_t h5_object(const struct al_h5_tree *t, const char *path)
{
    uint32_t at = 0;
    for (const char *step = path; *step == '/' && step[1] != '\0';) {
        const char *end = strchr(++step, '/');
        size_t length = end != NULL ? (size_t)(end - step) : strlen(step);
        at = al_h5_child(t, at, (struct al_text){step, length});
        if (at == AL_NONE_INDEX)
            fail_msg("no object %s", path);
        step += length;
    }
    return at;
}

void h5_put(struct h5_file *file, size_t at, unsigned width, uint64_t value)
{
    assert_true(at + width <= file->size);
    for (unsigned i = 0; i < width; i++)
        file->bytes[at + i] = (uint8_t)(value >> (8 * i));
}

uint64_t h5_get(const struct h5_file *file, size_t at, unsigned width)
{
    uint64_t value = 0;
    assert_true(at + width <= file->size);
    for (unsigned i = 0; i < width; i++)
        value |= (uint64_t)file->bytes[at + i] << (8 * i);
    return value;
}

size_t h5_signature(const struct h5_file *file, const char *signature, unsigned nth)
{
    for (size_t at = 0; at + 4 <= file->size; at++)
        if (memcmp(file->bytes + at, signature, 4) == 0 && nth-- == 0)
            return at;
    fail_msg("no such structure: %s", signature);
    return 0;
}

static size_t message_1(const struct h5_file *file, size_t header, unsigned type)
{
    size_t end = header + 16 + (size_t)h5_get(file, header + 8, 4);
    for (size_t at = header + 16; at < end; at += 8 + (size_t)h5_get(file, at + 2, 2))
        if (h5_get(file, at, 2) == type)
            return at + 8;
    return 0;
}

static size_t message_2(const struct h5_file *file, size_t header, unsigned type)
{
    unsigned flags = file->bytes[header + 5], width = 1U << (flags & 3);
    size_t prefix = (flags & 4) != 0 ? 6 : 4;
    size_t at = header + 6 + ((flags & 0x20) != 0 ? 16 : 0) + ((flags & 0x10) != 0 ? 4 : 0);
    size_t end = at + width + (size_t)h5_get(file, at, width);
    for (at += width; at + prefix <= end; at += prefix + (size_t)h5_get(file, at + 1, 2))
        if (file->bytes[at] == type)
            return at + prefix;
    return 0;
}

size_t h5_message(const struct h5_file *file, const char *path, unsigned type)
{
    struct h5_reading r = h5_read(al_h5_read_strict, file);
    size_t header = (size_t)r.tree.objects[h5_object(&r.tree, path)].address;
    h5_done(&r);
    size_t at = file->bytes[header] == 'O' ? message_2(file, header, type) : message_1(file, header, type);
    if (at == 0)
        fail_msg("%s has no message of type %u", path, type);
    return at;
}

/* The strict reader says which checksum it misses and what it computed. */
void h5_mend(struct h5_file *file)
{
    bool mended = true;
    for (unsigned i = 0; mended && i < MOST_CHECKSUMS; i++) {
        struct h5_reading r = h5_read(al_h5_read_strict, file);
        unsigned long long at = 0;
        unsigned value = 0;
        mended = strcmp(h5_finding(&r), "hdf5.checksum") == 0 &&
                 sscanf(r.findings.list[0].message, "At byte %llu", &at) == 1 &&
                 sscanf(r.findings.list[0].expected, "%u", &value) == 1;
        if (mended)
            h5_put(file, (size_t)at, 4, value);
        h5_done(&r);
    }
}
