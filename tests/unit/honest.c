/* Models that Keras has written; see honest.h. */
#include "tests/unit/honest.h"

#include "tests/unit/unit.h"

#include "validator/validate.h"

#include <stdio.h>

enum { BUDGET = 1 << 24 };

json_t *honest_models(bool keras2)
{
    char path[512];
    json_error_t error;
    (void)snprintf(path, sizeof path, "%s/honest-keras%d.json", getenv("AIRLOCK_TEST_DATA"), keras2 ? 2 : 3);
    json_t *models = json_load_file(path, 0, &error);
    assert_non_null(models);
    assert_true(json_array_size(models) > 100);
    return models;
}

bool honest_read(struct honest *h, json_t *json, const struct al_policy *policy)
{
    /* the reader takes what stands beside the model out of the object */
    *h = (struct honest){.json = json_deep_copy(json), .arena = al_arena_new(BUDGET)};
    al_findings_init(&h->findings, h->arena, policy, 4);
    h->model.arena = h->arena;
    h->keras = (struct al_keras){.arena = h->arena, .findings = &h->findings, .policy = policy, .model = &h->model};
    const bool good = al_keras_read_model(&h->keras, h->json, "config.json") &&
                      al_infer(&h->model, policy, &h->findings);
    assert_true(good == (h->findings.refusals == 0));
    return good;
}

void honest_close(struct honest *h)
{
    json_decref(h->json);
    al_arena_free(h->arena);
}

enum al_finding_id honest_refusal(const struct honest *h)
{
    for (size_t i = 0; i < h->findings.count; i++)
        if (h->findings.list[i].severity == AL_REFUSE)
            return h->findings.list[i].id;
    return AL_FINDING_COUNT;
}

const char *honest_word(enum al_finding_id id)
{
    return id == AL_FINDING_COUNT ? "accepted" : al_finding_row(id)->id;
}

static uint32_t kind_of(json_t *object, bool keras2)
{
    struct al_text name = al_json_text(json_object_get(object, "class_name"));
    struct al_text module = al_json_text(json_object_get(object, "module"));
    json_t *config = json_object_get(object, "config");
    if (name.at == NULL || !json_is_object(config))
        return AL_NONE_INDEX;
    uint32_t kind = al_kind_of_layer(module, name, keras2);
    if (kind == AL_NONE_INDEX && !keras2)
        kind = al_kind_of_operation(module, name, false);
    if (kind == AL_NONE_INDEX && json_object_get(config, "function") != NULL)
        kind = al_kind_of_operation(AL_NOTHING, al_json_text(json_object_get(config, "function")), true);
    return kind;
}

static json_t *find(json_t *json, uint32_t *n, bool keras2, uint32_t *kind)
{
    json_t *found = NULL, *value;
    const char *key;
    if (json_is_object(json)) {
        *kind = kind_of(json, keras2);
        if (*kind != AL_NONE_INDEX && (*n)-- == 0)
            return json;
    }
    json_object_foreach(json, key, value)
        if (found == NULL)
            found = find(value, n, keras2, kind);
    for (size_t i = 0; found == NULL && json_is_array(json) && i < json_array_size(json); i++)
        found = find(json_array_get(json, i), n, keras2, kind);
    return found;
}

json_t *honest_object(json_t *json, uint32_t n, bool keras2, uint32_t *kind)
{
    return find(json, &n, keras2, kind);
}
