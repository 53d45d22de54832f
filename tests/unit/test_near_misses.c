/* Each setting of each layer and operation, one step beside what Keras writes: out of its
   range, of another type, a number that is no integer, a boolean for a number, another
   spelling, a key too many. All are refused, by the finding that says why; and a row that
   none of this reaches fails. */
#include "tests/unit/honest.h"
#include "tests/unit/unit.h"

#include "policy/policy.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

enum { TIMES_EACH = 2 };

#define TAKES(type) (1ULL << AL_PARAM_##type)

/* Values, and the types that take them. */
static const struct {
    const char *json;
    uint64_t takers;
} values[] = {
    {"true", TAKES(BOOL) | TAKES(IGNORED_BOOL)},
    {"2", TAKES(INTEGER) | TAKES(REAL) | TAKES(INTEGERS_OR_ONE) | TAKES(REALS) | TAKES(PAIRS) | TAKES(AXES) |
              TAKES(TEXT_OR_INTEGER) |
              TAKES(SEED) | TAKES(IGNORED_NUMBER) | TAKES(IGNORED_SHAPE)},
    {"2.5", TAKES(REAL) | TAKES(REALS) | TAKES(IGNORED_NUMBER) | TAKES(IGNORED_SHAPE)},
    {"2.0", TAKES(REAL) | TAKES(REALS) | TAKES(IGNORED_NUMBER) | TAKES(IGNORED_SHAPE)},
    {"\"no such\"", TAKES(TEXT) | TAKES(TEXT_OR_INTEGER) | TAKES(IGNORED_TEXT)},
    {"[\"no such\"]", TAKES(TEXTS)},
    {"{\"a\": 1}", TAKES(IGNORED_SHAPE)},
    {"[true]", 0},
    {"[2.5]", TAKES(REALS) | TAKES(IGNORED_SHAPE)},
    {"[[[[[[[[[1]]]]]]]]]", 0},
    {"null", TAKES(ACTIVATION) | TAKES(INITIALIZER) | TAKES(REGULARIZER) | TAKES(CONSTRAINT) | TAKES(SEED) |
                 TAKES(DTYPE) | TAKES(IGNORED_BOOL) | TAKES(IGNORED_NUMBER) | TAKES(IGNORED_SHAPE) |
                 TAKES(IGNORED_TEXT)},
};

struct run {
    const struct al_policy *policy;
    bool keras2;
    json_t *model;
    uint32_t object, kind;
    size_t wrong, made;
};

static uint32_t reached[2][AL_KIND_COUNT]; /* how often, in each generation */

/* The findings that say that a value of this type is wrong. */
static bool says_so(enum al_finding_id id, const struct al_param *p)
{
    if (id == AL_KERAS_VOCABULARY_PATH && (strcmp(p->key, "vocabulary") == 0 || strcmp(p->key, "idf_weights") == 0))
        return true;
    switch ((int)p->type) {
    case AL_PARAM_ACTIVATION:
        return id == AL_KERAS_ACTIVATION || id == AL_KERAS_FORM;
    case AL_PARAM_DTYPE:
        return id == AL_KERAS_DTYPE || id == AL_KERAS_FORM;
    case AL_PARAM_LAYER:
    case AL_PARAM_LAYERS:
        return id == AL_KERAS_FORM || id == AL_KERAS_BAD_VALUE;
    case AL_PARAM_INITIALIZER:
    case AL_PARAM_REGULARIZER:
    case AL_PARAM_CONSTRAINT:
    case AL_PARAM_SEED:
    case AL_PARAM_QUANTIZATION:
        return id == AL_KERAS_FORM || id == AL_KERAS_CLASS || id == AL_KERAS_CALLABLE || id == AL_KERAS_BAD_VALUE;
    default:
        return id == AL_KERAS_BAD_VALUE;
    }
}

static enum al_finding_id judge(struct run *r, json_t *model)
{
    struct honest h;
    (void)honest_read(&h, model, r->policy);
    const enum al_finding_id id = honest_refusal(&h);
    honest_close(&h);
    r->made++;
    return id;
}

static void complain(struct run *r, const char *key, const char *value, enum al_finding_id id)
{
    print_error("%s of Keras %d: %s = %s is %s\n", al_row_of(NULL, r->kind)->name, r->keras2 ? 2 : 3, key, value,
                honest_word(id));
    r->wrong++;
}

/* A copy of the model; *config is that of the object in question. */
static json_t *copy_with(struct run *r, json_t **config)
{
    uint32_t kind;
    json_t *copy = json_deep_copy(r->model);
    *config = json_object_get(honest_object(copy, r->object, r->keras2, &kind), "config");
    return copy;
}

static void set(struct run *r, const struct al_param *p, json_t *value)
{
    const struct al_row *row = al_row_of(NULL, r->kind);
    json_t *config, *copy = copy_with(r, &config);
    json_object_set(config, p->key, value);
    for (uint32_t i = 0; i < row->param_count; i++)
        if ((row->params[i].flags & AL_PARAM_ALIAS) && strcmp(row->params[i].alias_of, p->key) == 0)
            json_object_del(config, row->params[i].key);
    const enum al_finding_id id = judge(r, copy);
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    if (!says_so(id, p))
        complain(r, p->key, text, id);
    free(text);
    json_decref(value);
    json_decref(copy);
}

static bool is_fixed_value(const struct al_param *p, json_t *value)
{
    json_t *fixed = p->type == AL_PARAM_FIXED ? json_loads(p->fixed, JSON_DECODE_ANY, NULL) : NULL;
    const bool same = fixed != NULL && (json_is_number(fixed) && json_is_number(value)
                                            ? json_number_value(fixed) == json_number_value(value)
                                            : json_equal(fixed, value));
    json_decref(fixed);
    return same;
}

static void other_types(struct run *r, const struct al_param *p)
{
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        json_t *value = json_loads(values[i].json, JSON_DECODE_ANY, NULL);
        if ((values[i].takers >> p->type & 1) != 0 || is_fixed_value(p, value) ||
            (json_is_null(value) && (p->flags & AL_PARAM_NULLABLE)))
            json_decref(value);
        else
            set(r, p, value);
    }
}

static json_t *list_of(uint32_t count, double number)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(list, json_integer((json_int_t)number));
    return list;
}

/* A number beside the range, and lists that are too short or too long. */
static void out_of_range(struct run *r, const struct al_param *p)
{
    const bool bounded = p->minimum != 0 || p->maximum != 0;
    const uint32_t most = p->count_max > 0 ? p->count_max : AL_MAX_RANK;
    const double beside[] = {p->minimum - 1 - fabs(p->minimum) / 2, p->maximum + 1 + fabs(p->maximum) / 2};
    for (size_t i = 0; i < 2 && bounded; i++)
        if (p->type == AL_PARAM_INTEGER)
            set(r, p, json_integer((json_int_t)beside[i]));
        else if (p->type == AL_PARAM_REAL)
            set(r, p, json_real(beside[i]));
        else if (p->type == AL_PARAM_INTEGERS || p->type == AL_PARAM_INTEGERS_OR_ONE || p->type == AL_PARAM_PAIRS)
            set(r, p, list_of(most, beside[i]));
    if (p->type == AL_PARAM_SHAPE)
        set(r, p, json_pack("[i]", -5));
    if (p->type == AL_PARAM_AXES)
        set(r, p, json_integer(bounded ? (json_int_t)beside[1] : AL_MAX_RANK));
    const bool integers = p->type == AL_PARAM_INTEGERS || p->type == AL_PARAM_INTEGERS_OR_ONE ||
                          p->type == AL_PARAM_PAIRS || p->type == AL_PARAM_AXES || p->type == AL_PARAM_SHAPE;
    /* cropping and padding of one axis may be a pair of numbers */
    if (integers)
        set(r, p, list_of(most + (p->type == AL_PARAM_PAIRS ? 2 : 1), 1));
    if (integers && p->count_min > 0)
        set(r, p, list_of(p->count_min - 1, 1));
}

static void other_case(struct run *r, const struct al_param *p)
{
    char word[64];
    for (size_t i = 0; p->type == AL_PARAM_CHOICE && p->choices[i] != NULL; i++) {
        (void)snprintf(word, sizeof word, "%s", p->choices[i]);
        word[0] = (char)(islower((unsigned char)word[0]) ? toupper((unsigned char)word[0])
                                                         : tolower((unsigned char)word[0]));
        if (strcmp(word, p->choices[i]) != 0)
            set(r, p, json_string(word));
    }
}

/* The key with its first letter in the other case, and an underscore too many. */
static void misspelt(struct run *r, const struct al_param *p)
{
    char key[128];
    for (int how = 0; how < 2; how++) {
        json_t *config, *copy = copy_with(r, &config), *value = json_object_get(config, p->key);
        (void)snprintf(key, sizeof key, "%s%s", p->key, how == 0 ? "" : "_");
        if (how == 0)
            key[0] = (char)toupper((unsigned char)key[0]);
        if (value != NULL) {
            json_object_set(config, key, value);
            json_object_del(config, p->key);
            const enum al_finding_id id = judge(r, copy);
            if (id != AL_KERAS_UNKNOWN_KEY)
                complain(r, key, "(misspelt)", id);
        }
        json_decref(copy);
    }
}

static void surplus(struct run *r)
{
    json_t *config, *copy = copy_with(r, &config);
    json_object_set_new(config, "surplus", json_null());
    const enum al_finding_id id = judge(r, copy);
    if (id != AL_KERAS_UNKNOWN_KEY)
        complain(r, "surplus", "null", id);
    json_decref(copy);
}

/* Gives `value` as a named argument to the calls of an object: each has an object for them in
   Keras 3, and in Keras 2 every input of a call has one at its end, all alike. Counts them. */
static uint32_t give(json_t *nodes, bool keras2, const char *key, json_t *value)
{
    uint32_t given = 0;
    json_t *last = keras2 ? json_array_get(nodes, 3) : json_object_get(nodes, "kwargs");
    if (json_is_object(last) && (!keras2 || json_is_string(json_array_get(nodes, 0))))
        return (uint32_t)(json_object_set(last, key, value) == 0);
    for (size_t i = 0; i < json_array_size(nodes); i++)
        given += give(json_array_get(nodes, i), keras2, key, value);
    return given;
}

/* What becomes of the model then. An object that is not called, as inside a wrapper, gets what is right. */
static enum al_finding_id judge_call(struct run *r, const char *key, json_t *value)
{
    uint32_t kind;
    json_t *copy = json_deep_copy(r->model);
    json_t *nodes = json_object_get(honest_object(copy, r->object, r->keras2, &kind), "inbound_nodes");
    const enum al_finding_id id = give(nodes, r->keras2, key, value) > 0 ? judge(r, copy) : AL_KERAS_ARGUMENT;
    json_decref(copy);
    return id;
}

static void spoil_call(struct run *r)
{
    json_t *value = json_integer(1);
    const enum al_finding_id id = judge_call(r, "surplus", value);
    if (id != AL_KERAS_ARGUMENT)
        complain(r, "call(surplus)", "1", id);
    json_decref(value);
}

/* Settings that a call of Keras 2 gives to an operation. */
static void spoil_setting(struct run *r, const struct al_param *p)
{
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        json_t *value = json_loads(values[i].json, JSON_DECODE_ANY, NULL);
        const bool honest = (values[i].takers >> p->type & 1) != 0 || is_fixed_value(p, value) || json_is_null(value);
        const enum al_finding_id id = honest ? AL_KERAS_ARGUMENT : judge_call(r, p->key, value);
        if (!says_so(id, p) && id != AL_KERAS_ARGUMENT)
            complain(r, p->key, values[i].json, id);
        json_decref(value);
    }
}

static void spoil_object(struct run *r)
{
    const struct al_row *row = al_row_of(NULL, r->kind);
    if (reached[r->keras2][r->kind]++ >= TIMES_EACH)
        return;
    surplus(r);
    spoil_call(r);
    for (uint32_t i = 0; i < row->param_count; i++) {
        const struct al_param *p = &row->params[i];
        if (row->operation && r->keras2) {
            spoil_setting(r, p);
            continue;
        }
        misspelt(r, p);
        if (p->flags & AL_PARAM_ALIAS)
            continue;
        other_types(r, p);
        out_of_range(r, p);
        other_case(r, p);
    }
}

static void spoil_all(bool keras2)
{
    struct al_policy *policy = al_policy_shipped("default");
    struct run r = {.policy = policy, .keras2 = keras2};
    json_t *models = honest_models(keras2);
    for (size_t i = 0; i < json_array_size(models); i++) {
        r.model = json_array_get(models, i);
        const enum al_finding_id id = judge(&r, r.model);
        r.kind = AL_KIND_FUNCTIONAL;
        if (id != AL_FINDING_COUNT) {
            char *text = json_dumps(r.model, JSON_COMPACT);
            complain(&r, "nothing", text, id);
            free(text);
            continue;
        }
        for (r.object = 0; honest_object(r.model, r.object, keras2, &r.kind) != NULL; r.object++)
            spoil_object(&r);
    }
    print_message("# %zu near misses of %zu models\n", r.made, json_array_size(models));
    json_decref(models);
    al_policy_free(policy);
    assert_int_equal(r.wrong, 0);
}

static void keras3(void **state)
{
    (void)state;
    spoil_all(false);
}

static void keras2(void **state)
{
    (void)state;
    spoil_all(true);
}

/* What is known and never allowed is refused by a finding of its own, wherever it stands. */
static void refused_rows_say_why(void **state)
{
    (void)state;
    struct al_policy *policy = al_policy_shipped("default");
    for (uint32_t kind = 0; kind < AL_KIND_COUNT; kind++) {
        const struct al_row *row = al_row_of(NULL, kind);
        if (row->decision != AL_NOT_ALLOWED)
            continue;
        json_t *model = json_pack(
            "{s:s, s:s, s:{s:s, s:[{s:s, s:s, s:{s:s, s:[n, i]}}, {s:s, s:s, s:{s:s}}]}}", "module", "keras",
            "class_name", "Sequential", "config", "name", "s", "layers", "module", "keras.layers", "class_name",
            "InputLayer", "config", "name", "x", "batch_shape", 4, "module",
            row->modules != NULL ? row->modules[0] : "keras.layers", "class_name", row->name, "config", "name", "y");
        struct honest h;
        assert_non_null(model);
        assert_false(honest_read(&h, model, policy));
        if (honest_refusal(&h) != row->finding)
            fail_msg("%s is refused by %s", row->name, honest_word(honest_refusal(&h)));
        honest_close(&h);
        json_decref(model);
    }
    al_policy_free(policy);
}

static void every_row_is_reached(void **state)
{
    (void)state;
    size_t missing = 0;
    for (uint32_t kind = 0; kind < AL_KIND_COUNT; kind++) {
        const struct al_row *row = al_row_of(NULL, kind);
        if (row->decision == AL_NOT_ALLOWED)
            continue;
        if (reached[0][kind] + reached[1][kind] == 0) {
            print_error("%s: Keras's models hold none\n", row->name);
            missing++;
        }
    }
    assert_int_equal(missing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keras3),
        cmocka_unit_test(keras2),
        cmocka_unit_test(refused_rows_say_why),
        cmocka_unit_test(every_row_is_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
