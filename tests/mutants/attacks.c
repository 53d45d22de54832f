/* Every attack of tests/data/attacks/table.json at every place that the table names, in every
   container: refused, and for the attack's own reason. And near misses of them: accepted.

   attacks FOLDER [EVERY]        places2.*, places3.* and table.json lie there; only each EVERY-th file */
#include "tests/mutants/place.h"

#include "loader/hdf5/tree.h"
#include "loader/zip/archive.h"
#include "policy/json.h"

#include <stdio.h>
#include <stdlib.h>

enum { ARENA = 1 << 26, FINDINGS = 16, MOST_SAID = 40, OTHERS = 3 };

struct run {
    struct al_policy *policy;
    uint64_t made[CONTAINERS], wrong, turn, every;
};

static void complain(struct run *r, const struct base *b, enum container c, const char *what, const char *where,
                     const char *expected, const struct al_findings *f)
{
    if (r->wrong++ >= MOST_SAID)
        return;
    (void)printf("# %s, %s: %s at %s: expected %s, got %s (%s: %s)\n", b->name, container_words[c], what, where, expected,
                 f->count > 0 ? al_finding_row(f->list[0].id)->id : "accept", f->count > 0 ? f->list[0].where : "",
                 f->count > 0 ? f->list[0].message : "");
}

/* `expected` is a finding's id, or "accept". */
static void judge_case(struct run *r, const struct base *b, enum container c, const struct kase *k, const char *what,
                       const char *where, const char *expected)
{
    struct al_input inputs[MOST_FILES];
    bool apart = c == APART || c == SHARDED;
    for (uint32_t i = 0; i < k->count; i++) {
        /* the loader wants the weights first; here the text came first, because it is ours to free */
        const struct file *file = &k->files[apart && i < 2 ? 1 - i : i];
        inputs[i] = (struct al_input){file->role, file->name, file->bytes, file->size};
    }
    struct al_arena *arena = al_arena_new(ARENA);
    struct al_findings f;
    struct al_model *m = NULL;
    al_findings_init(&f, arena, r->policy, FINDINGS);
    bool accepted = al_load(&m, inputs, k->count, r->policy, arena, &f);
    bool good = accepted ? strcmp(expected, "accept") == 0
                         : f.refusals > 0 && strcmp(al_finding_row(f.list[0].id)->id, expected) == 0;
    if (!good)
        complain(r, b, c, what, where, expected, &f);
    r->made[c]++;
    al_arena_free(arena);
}

/* An attack in a layer's stead keeps the layer's name and its place in the graph. */
static json_t *in_stead(json_t *old, json_t *attack, const char *kind)
{
    json_t *value = json_deep_copy(attack), *config = json_object_get(value, "config");
    if (strcmp(kind, "layer") != 0 || !json_is_object(value))
        return value;
    static const char *const kept[] = {"name", "inbound_nodes"};
    for (size_t i = 0; i < 2; i++)
        if (json_object_get(old, kept[i]) != NULL)
            json_object_set(value, kept[i], json_object_get(old, kept[i]));
    if (json_is_object(config))
        json_object_set(config, "name", json_object_get(json_object_get(old, "config"), "name"));
    return value;
}

static bool has(json_t *list, const char *word)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
        if (strcmp(json_string_value(item), word) == 0)
            return true;
    return false;
}

/* A document that a place lies in: "metadata:/date_saved" is of metadata.json, "training:/loss" of
   the legacy training_config, all others of the model's own. */
enum document { MODEL, METADATA, TRAINING, DOCUMENTS };

static enum document document_of(const char **where)
{
    static const char *const words[DOCUMENTS] = {[MODEL] = "", [METADATA] = "metadata:", [TRAINING] = "training:"};
    for (enum document d = METADATA; d < DOCUMENTS; d++)
        if (strncmp(*where, words[d], strlen(words[d])) == 0) {
            *where += strlen(words[d]);
            return d;
        }
    return MODEL;
}

static void try_one(struct run *r, const struct base *b, enum container c, json_t *const changed[DOCUMENTS],
                    const char *what, const char *where, const char *expected)
{
    struct kase k;
    if (!place(&k, b, c, changed[MODEL], changed[METADATA], changed[TRAINING]))
        return;
    judge_case(r, b, c, &k, what, where, expected);
    free(k.files[0].bytes);
}

static void put_and_try(struct run *r, const struct base *b, const char *where, json_t *attack, const char *kind,
                        bool add, const char *what, const char *expected)
{
    const char *pointer = where;
    enum document d = document_of(&pointer);
    for (enum container c = 0; c < CONTAINERS; c++) {
        /* all in the archive; of the others each its share, another one for the next attack */
        if (r->turn++ % (c == ARCHIVE || d == TRAINING ? r->every : OTHERS * r->every) != 0)
            continue;
        json_t *changed[DOCUMENTS] = {NULL};
        changed[d] = json_deep_copy(d == MODEL ? b->configs[c] : d == METADATA ? b->metadata : b->training);
        json_t *old = value_at_pointer(changed[d], pointer);
        /* what one generation or container does not write is no place of its files */
        bool there = (old != NULL || add) && put_at_pointer(changed[d], pointer, in_stead(old, attack, kind));
        /* room for what is put in */
        if (d == TRAINING && strncmp(pointer, "/optimizer_config", 17) != 0)
            json_object_del(changed[d], "optimizer_config");
        if (there)
            try_one(r, b, c, changed, what, where, expected);
        json_decref(changed[d]);
    }
}

static void run_attacks(struct run *r, const struct base *b, json_t *table)
{
    const char *kind;
    json_t *attack, *places, *where;
    size_t i, k;
    json_array_foreach(json_object_get(table, "attacks"), i, attack)
        json_object_foreach(json_object_get(table, "places"), kind, places) {
            if (!has(json_object_get(attack, "kinds"), kind))
                continue;
            json_array_foreach(places, k, where) {
                const char *other = json_string_value(json_object_get(json_object_get(attack, "but"), kind));
                put_and_try(r, b, json_string_value(where), json_object_get(attack, "put"), kind,
                            strncmp(kind, "new", 3) == 0, json_string_value(json_object_get(attack, "name")),
                            other != NULL ? other : json_string_value(json_object_get(attack, "finding")));
            }
        }
}

/* Single changes, each with its own place; of the twins none has a finding. */
static void run_changes(struct run *r, const struct base *b, json_t *list)
{
    json_t *change, *where;
    size_t i, k;
    json_array_foreach(list, i, change)
        json_array_foreach(json_object_get(change, "at"), k, where) {
            const char *finding = json_string_value(json_object_get(change, "finding"));
            const char *only = json_string_value(json_object_get(change, "only"));
            if (only == NULL || strcmp(only, b->name) == 0)
                put_and_try(r, b, json_string_value(where), json_object_get(change, "put"), "value",
                            json_is_true(json_object_get(change, "add")),
                            json_string_value(json_object_get(change, "name")), finding != NULL ? finding : "accept");
        }
}

static void report(const struct run *r, const char *what, int number)
{
    uint64_t sum = 0;
    for (enum container c = 0; c < CONTAINERS; c++) {
        (void)printf("# %8llu in %s\n", (unsigned long long)r->made[c], container_words[c]);
        sum += r->made[c];
    }
    (void)printf("%sok %d - %llu files: %s\n", r->wrong == 0 && sum > 0 ? "" : "not ", number, (unsigned long long)sum, what);
}

int main(int argc, char **argv)
{
    static struct base bases[2];
    char path[4096];
    struct al_error err;
    if (argc < 2)
        return 2;
    json_object_seed(1);
    (void)snprintf(path, sizeof path, "%s/table.json", argv[1]);
    json_error_t where;
    json_t *table = json_load_file(path, 0, &where);
    if (table == NULL)
        (void)fprintf(stderr, "%s:%d: %s\n", path, where.line, where.text);
    struct run attacks = {.policy = al_policy_shipped("default"), .every = argc > 2 ? strtoul(argv[2], NULL, 10) : 1};
    struct run twins = {.policy = attacks.policy, .every = 1};
    if (table == NULL || attacks.policy == NULL || !al_h5_library_warm() || al_zip_library_open(&err) != AL_OK)
        return 2;
    base_read(&bases[0], argv[1], "places2");
    base_read(&bases[1], argv[1], "places3");
    (void)printf("TAP version 13\n1..2\n");
    for (size_t i = 0; i < 2; i++) {
        for (enum container c = 0; c < CONTAINERS; c++)
            try_one(&twins, &bases[i], c, (json_t *const[DOCUMENTS]){NULL}, "nothing", "", "accept");
        run_attacks(&attacks, &bases[i], table);
        run_changes(&attacks, &bases[i], json_object_get(table, "changes"));
        run_changes(&twins, &bases[i], json_object_get(table, "twins"));
    }
    report(&attacks, "every attack is refused for its own reason", 1);
    report(&twins, "near misses are accepted", 2);
    return attacks.wrong == 0 && twins.wrong == 0 ? 0 : 1;
}
