/* Reads a policy file (docs/POLICY.md). The values of the policy that it extends
   come first, and each key of the file then takes the place of one; a file that
   extends nothing starts from the built-in values, which are those of "default". */
#include "policy/reader.h"

#include "base/limits.h"
#include "policy/custom.h"
#include "policy/keys.h"

#include <string.h>

enum {
    EXTENDS_DEPTH = 4,                 /* shipped policies extend one another at most this far */
    ARENA_BYTES = 16 * AL_MAX_POLICY_BYTES
};

static bool read_name(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_policy *p = into;
    return al_read_text(r, value, place, &p->name);
}

/* Editors want it; its value means nothing here. */
static bool read_schema(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    (void)into;
    return json_is_string(value) || al_read_wrong_type(r, value, place, "text");
}

/* Seen to before the other keys: see read_over. */
static bool read_extends(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    (void)r, (void)into, (void)value, (void)place;
    return true;
}

static bool read_format(struct al_reader *r, void *into, size_t index, const json_t *value,
                        const struct al_place *place)
{
    (void)index;
    uint32_t *formats = into;
    const char *names[AL_FORMAT_COUNT];
    for (int i = 1; i < AL_FORMAT_COUNT; i++)
        names[i - 1] = al_format_name((enum al_format)i);
    size_t choice = 0;
    if (!al_read_choice(r, value, place, names, AL_FORMAT_COUNT - 1, sizeof names[0], &choice))
        return false;
    *formats |= 1U << (choice + 1);
    return true;
}

static bool read_formats(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_policy *p = into;
    p->formats = 0;
    return al_read_list(r, &p->formats, value, place, AL_FORMAT_COUNT, read_format);
}

static bool read_refuse(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_policy *p = into;
    return al_read_texts(r, value, place, &p->refuse_layers, &p->refuse_layer_count);
}

static bool read_allow(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_policy *p = into;
    return al_read_texts(r, value, place, &p->allow_layers, &p->allow_layer_count);
}

static bool read_layers(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    static const struct al_member members[] = {
        {"refuse", false, read_refuse},
        {"allow", false, read_allow},
    };
    return al_read_object(r, into, value, place, members, sizeof members / sizeof members[0]);
}

static bool read_limit(struct al_reader *r, struct al_policy *p, const struct al_limit_row *row,
                       const json_t *value, const struct al_place *place)
{
    if (!json_is_integer(value))
        return al_read_wrong_type(r, value, place, "an integer");
    json_int_t number = json_integer_value(value);
    if (number < 1)
        return al_find(r->findings, AL_POLICY_VALUE, place, "at least 1",
                       al_found(r->findings, "%lld", (long long)number), "the limit is too low");
    if ((uint64_t)number > row->ceiling)
        return al_find(r->findings, AL_POLICY_CEILING, place,
                       al_found(r->findings, "at most %llu", (unsigned long long)row->ceiling).at,
                       al_found(r->findings, "%lld", (long long)number), "the limit is above its ceiling");
    al_limit_set(&p->limits, row, (uint64_t)number);
    return true;
}

static bool read_limits(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    if (!json_is_object(value))
        return al_read_wrong_type(r, value, place, "an object");
    bool good = true;
    const char *key;
    size_t length;
    json_t *limit;
    json_object_keylen_foreach((json_t *)(uintptr_t)value, key, length, limit) {
        struct al_text name = {key, length};
        struct al_place here = al_place_key(place, name);
        size_t i = 0;
        while (i < al_limit_row_count && !al_text_is(name, al_limit_rows[i].key))
            i++;
        if (i < al_limit_row_count)
            good &= read_limit(r, into, &al_limit_rows[i], limit, &here);
        else if (al_text_is(name, "note"))
            good &= json_is_string(limit) || al_read_wrong_type(r, limit, &here, "text");
        else
            good &= al_read_unknown(r, AL_POLICY_UNKNOWN, "limit", name, &here, &al_limit_rows[0].key,
                                    al_limit_row_count, sizeof al_limit_rows[0]);
    }
    return good;
}

static bool read_defence(struct al_reader *r, void *into, size_t index, const json_t *value,
                         const struct al_place *place)
{
    (void)index;
    struct al_policy *p = into;
    const char *names[32];
    size_t count = 0, choice = 0;
    while (count < 32 && al_defence_name(1U << count) != NULL) {
        names[count] = al_defence_name(1U << count);
        count++;
    }
    if (!al_read_choice(r, value, place, names, count, sizeof names[0], &choice))
        return false;
    p->require |= 1U << choice;
    return true;
}

static bool read_require(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_policy *p = into;
    p->require = AL_DEFENCE_ALWAYS;
    return al_read_list(r, p, value, place, 32, read_defence);
}

static bool read_graphs(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_policy *p = into;
    return al_read_bool(r, value, place, &p->graphs);
}

static bool read_unsealed(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_policy *p = into;
    return al_read_bool(r, value, place, &p->allow_unsealed);
}

static bool read_severity(struct al_reader *r, struct al_policy *p, struct al_text name, const json_t *value,
                          const struct al_place *place)
{
    static const char *const words[] = {[AL_NOTE] = "note", [AL_WARN] = "warn", [AL_REFUSE] = "refuse"};
    enum al_finding_id id = al_finding_by_name(name);
    const struct al_finding_row *first = al_finding_row((enum al_finding_id)0);
    if (id == AL_FINDING_COUNT)
        return al_read_unknown(r, AL_POLICY_UNKNOWN, "finding", name, place, &first->id, AL_FINDING_COUNT,
                               sizeof *first);
    size_t severity = 0;
    if (!al_read_choice(r, value, place, words, 3, sizeof words[0], &severity))
        return false;
    if (!al_finding_row(id)->soft && (enum al_severity)severity != al_finding_row(id)->severity)
        return al_find(r->findings, AL_POLICY_VALUE, place, words[al_finding_row(id)->severity], al_json_text(value),
                       "the severity of \"%s\" cannot be changed", al_finding_row(id)->id);
    p->severity[id] = (uint8_t)severity;
    return true;
}

static bool read_findings(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    if (!json_is_object(value))
        return al_read_wrong_type(r, value, place, "an object");
    bool good = true;
    const char *key;
    size_t length;
    json_t *severity;
    json_object_keylen_foreach((json_t *)(uintptr_t)value, key, length, severity) {
        struct al_text name = {key, length};
        struct al_place here = al_place_key(place, name);
        if (al_text_is(name, "note"))
            good &= json_is_string(severity) || al_read_wrong_type(r, severity, &here, "text");
        else
            good &= read_severity(r, into, name, severity, &here);
    }
    return good;
}

static const struct al_member members[] = {
    {"$schema", false, read_schema},
    {"name", false, read_name},
    {"extends", false, read_extends},
    {"formats", false, read_formats},
    {"graphs", false, read_graphs},
    {"unsealed", false, read_unsealed},
    {"layers", false, read_layers},
    {"limits", false, read_limits},
    {"require", false, read_require},
    {"signatures", false, al_read_signatures},
    {"findings", false, read_findings},
    {"custom_layers", false, al_read_custom_layers},
    {"custom_functions", false, al_read_custom_functions},
};

static void set_built_in(struct al_policy *p)
{
    p->formats = ((1U << AL_FORMAT_COUNT) - 1) & ~(1U << AL_FORMAT_UNKNOWN);
    for (size_t i = 0; i < al_limit_row_count; i++)
        al_limit_set(&p->limits, &al_limit_rows[i], al_limit_rows[i].standard);
    p->require = AL_DEFENCE_ALWAYS;
    p->graphs = true;
    for (int i = 0; i < AL_FINDING_COUNT; i++)
        p->severity[i] = (uint8_t)al_finding_row((enum al_finding_id)i)->severity;
}

/* Reads what `root` says over what is in `p` already, after the policies it extends. */
static bool read_over(struct al_reader *r, struct al_policy *p, const json_t *root, const struct al_place *place)
{
    const json_t *chain[EXTENDS_DEPTH] = {root};
    json_t *owned[EXTENDS_DEPTH] = {NULL};
    size_t depth = 1;
    bool good = true;
    for (const json_t *base; good && (base = json_object_get(chain[depth - 1], "extends")) != NULL; depth++) {
        struct al_place here = al_place_key(place, al_text_of("extends"));
        const char *text = json_is_string(base) ? al_policy_shipped_text(al_json_text(base)) : NULL;
        if (text == NULL || depth == EXTENDS_DEPTH) {
            good = json_is_string(base)
                       ? al_find(r->findings, AL_POLICY_VALUE, &here, "default, strict or tensors",
                                 al_json_text(base), "only a policy that comes with Airlock can be extended")
                       : al_read_wrong_type(r, base, &here, "text");
            break;
        }
        good = al_json_read(&owned[depth], text, strlen(text), "policy", r->findings);
        chain[depth] = owned[depth];
    }
    while (good && depth-- > 0) {
        p->name = "unnamed"; /* a policy does not pass under the name of the one it extends */
        good = al_read_object(r, p, chain[depth], place, members, sizeof members / sizeof members[0]);
    }
    for (size_t i = 0; i < EXTENDS_DEPTH; i++)
        json_decref(owned[i]);
    return good;
}

enum al_status al_policy_read(struct al_policy **out, const void *json, size_t size, struct al_findings *f,
                              struct al_error *err)
{
    struct al_place place = al_place_root("policy");
    if (size > AL_MAX_POLICY_BYTES)
        return al_fail(err, AL_LIMIT, 0, "the policy is longer than %u bytes", AL_MAX_POLICY_BYTES);
    struct al_arena *arena = al_arena_new(ARENA_BYTES);
    struct al_policy *p = arena != NULL ? al_arena_alloc(arena, 1, sizeof *p) : NULL;
    if (p == NULL) {
        al_arena_free(arena);
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for the policy");
    }
    p->arena = arena;
    set_built_in(p);
    struct al_reader r = {arena, f};
    json_t *root = NULL;
    bool good = al_json_read(&root, json, size, "policy", f) && read_over(&r, p, root, &place);
    json_decref(root);
    if (good && !f->failed) {
        *out = p;
        return AL_OK;
    }
    al_arena_free(arena);
    return f->failed ? al_fail(err, AL_NO_MEMORY, 0, "no memory for the policy")
                     : al_fail(err, AL_REFUSED, 0, "the policy is not valid");
}

void al_policy_free(struct al_policy *policy)
{
    if (policy != NULL)
        al_arena_free(policy->arena);
}
