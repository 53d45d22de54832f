/* Loads a model in this process, outside any cell, and says what came of it: for
   tests of the loader and for looking into a file by hand.

   load_file [--policy FILE] [--architecture FILE] [--member NAME=FILE]… FILE */
#include "loader/loader.h"
#include "loader/hdf5/tree.h"
#include "loader/zip/archive.h"
#include "policy/json.h"
#include "validator/catalogue.h"
#include "validator/custom.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_INPUTS = 64 };

static bool read_file(const char *path, uint8_t **bytes, size_t *size)
{
    FILE *f = fopen(path, "rb");
    bool good = f != NULL && fseek(f, 0, SEEK_END) == 0;
    long end = good ? ftell(f) : -1;
    good = good && end >= 0 && fseek(f, 0, SEEK_SET) == 0;
    *size = good ? (size_t)end : 0;
    /* one byte more than there is would hide a read past the end from a sanitizer */
    *bytes = good ? malloc(*size > 0 ? *size : 1) : NULL;
    good = *bytes != NULL && fread(*bytes, 1, *size, f) == *size;
    if (f != NULL)
        (void)fclose(f);
    return good;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static bool add(struct al_input *inputs, uint32_t *count, enum al_role role, const char *name, const char *path)
{
    uint8_t *bytes;
    size_t size;
    if (*count == MOST_INPUTS || !read_file(path, &bytes, &size)) {
        (void)fprintf(stderr, "cannot read %s\n", path);
        return false;
    }
    inputs[(*count)++] = (struct al_input){role, name, bytes, size};
    return true;
}

static void show(const struct al_findings *f, const struct al_model *m, const struct al_policy *policy)
{
    static const char *const words[] = {[AL_NOTE] = "note", [AL_WARN] = "warn", [AL_REFUSE] = "refuse"};
    for (size_t i = 0; i < f->count; i++)
        (void)printf("%s %s %s: %s; expected %s; found %s\n", words[f->list[i].severity],
                     al_finding_row(f->list[i].id)->id, f->list[i].where, f->list[i].message, f->list[i].expected,
                     f->list[i].found);
    for (uint32_t i = 0; m != NULL && i < m->layer_count; i++)
        (void)printf("layer %u of %d: %s %.*s, %u weights\n", i, m->layers[i].owner == AL_NONE_INDEX ? -1 : (int)m->layers[i].owner,
                     al_row_of(policy, m->layers[i].kind)->name, (int)m->layers[i].name.length, m->layers[i].name.at,
                     m->layers[i].weight_count);
    for (uint32_t i = 0; m != NULL && i < m->tensor_count; i++)
        (void)printf("tensor %.*s %s %u-d %s\n", (int)m->tensors[i].name.length, m->tensors[i].name.at,
                     al_dtype_name(m->tensors[i].dtype), m->tensors[i].shape.rank,
                     m->tensors[i].stored == AL_STORED_EXTENT ? "extent" : "data");
}

static struct al_policy *read_policy(const char *path)
{
    struct al_error err;
    struct al_policy *policy = NULL;
    uint8_t *bytes;
    size_t size;
    if (path == NULL)
        return al_policy_shipped("default");
    struct al_arena *arena = al_arena_new(1 << 20);
    struct al_findings f;
    al_findings_init(&f, arena, NULL, 100);
    if (read_file(path, &bytes, &size) && al_policy_read(&policy, bytes, size, &f, &err) != AL_OK)
        show(&f, NULL, NULL);
    return policy;
}

int main(int argc, char **argv)
{
    struct al_input inputs[MOST_INPUTS] = {0};
    struct al_error err = {0};
    const char *policy_path = NULL, *path = NULL;
    uint32_t count = 1;
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--policy") == 0 && more) {
            policy_path = argv[++i];
        } else if (strcmp(argv[i], "--architecture") == 0 && more) {
            i++;
            if (!add(inputs, &count, AL_ROLE_ARCHITECTURE, last_part(argv[i]), argv[i]))
                return 2;
        } else if ((strcmp(argv[i], "--member") == 0 || strcmp(argv[i], "--shard") == 0) && more) {
            enum al_role role = argv[i][2] == 'm' ? AL_ROLE_MEMBER : AL_ROLE_SHARD;
            i++;
            if (!add(inputs, &count, role, last_part(argv[i]), argv[i]))
                return 2;
        } else {
            path = argv[i];
        }
    }
    uint32_t first = 0;
    struct al_policy *policy = read_policy(policy_path);
    if (path == NULL || policy == NULL || !add(inputs, &first, AL_ROLE_MODEL, last_part(path), path))
        return 2;
    if (!al_custom_bind(policy) || !al_h5_library_warm() || al_zip_library_open(&err) != AL_OK)
        return 2;
    al_json_warm_up();
    struct al_arena *arena = al_arena_new((size_t)policy->limits.memory_bytes);
    struct al_findings f;
    struct al_model *model = NULL;
    al_findings_init(&f, arena, policy, policy->limits.findings);
    bool good = al_load(&model, inputs, count, policy, arena, &f);
    show(&f, good ? model : NULL, policy);
    (void)printf("%s\n", f.failed ? "error" : good ? "accept" : "refuse");
    al_arena_free(arena);
    al_policy_free(policy);
    for (uint32_t i = 0; i < count; i++)
        free((void *)(uintptr_t)inputs[i].bytes);
    return f.failed ? 2 : good ? 0 : 1;
}
