/* Every row of the catalogue is well formed, and only exact names find one. */
#include "tests/unit/unit.h"

#include "validator/catalogue.h"
#include "validator/params.h"

#include <stdio.h>

static const struct al_row *row_at(uint32_t kind)
{
    const struct al_row *row = al_row_of(NULL, kind);
    assert_non_null(row);
    return row;
}

static void check_param(const struct al_row *row, const struct al_param *p)
{
    if (p->key == NULL || p->key[0] == '\0')
        fail_msg("%s: a parameter without a key", row->name);
    if (p->type == AL_PARAM_CHOICE && (p->choices == NULL || p->choices[0] == NULL))
        fail_msg("%s.%s: no choices", row->name, p->key);
    if (p->type == AL_PARAM_FIXED && (p->fixed == NULL || p->refusal == NULL))
        fail_msg("%s.%s: fixed to nothing, or without a reason", row->name, p->key);
    if ((p->type == AL_PARAM_INTEGERS_OR_ONE || p->type == AL_PARAM_PAIRS) &&
        (p->count_max == 0 || p->count_min != p->count_max))
        fail_msg("%s.%s: one number cannot stand for an unknown count", row->name, p->key);
    if (p->type == AL_PARAM_INTEGER && p->minimum == 0 && p->maximum == 0)
        fail_msg("%s.%s: an integer without a range", row->name, p->key);
    if (p->minimum > p->maximum || p->count_min > p->count_max)
        fail_msg("%s.%s: an empty range", row->name, p->key);
    if ((p->flags & AL_PARAM_REQUIRED) && p->standard != NULL)
        fail_msg("%s.%s: required and with a default", row->name, p->key);
    if (al_param_is_dropped(p->type) && (p->standard != NULL || (p->flags & AL_PARAM_REQUIRED)))
        fail_msg("%s.%s: dropped and with a default", row->name, p->key);
    if (p->standard != NULL && strcmp(p->standard, "null") == 0 && !(p->flags & AL_PARAM_NULLABLE))
        fail_msg("%s.%s: null by default and not nullable", row->name, p->key);
    if (!(p->flags & AL_PARAM_ALIAS))
        return;
    for (uint32_t i = 0; i < row->param_count; i++)
        if (strcmp(row->params[i].key, p->alias_of) == 0)
            return;
    fail_msg("%s.%s: an alias of nothing", row->name, p->key);
}

static void rows_are_well_formed(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < AL_KIND_COUNT; k++) {
        const struct al_row *row = row_at(k);
        if (row->name == NULL || (row->decision != AL_NOT_ALLOWED && (row->infer == NULL || row->computes == NULL)))
            fail_msg("kind %u lacks its name, its shape rule or its text", k);
        if (row->decision == AL_NOT_ALLOWED && row->reason == NULL)
            fail_msg("%s is refused without a reason", row->name);
        if (row->rank_min > row->rank_max || row->rank_max > AL_MAX_RANK)
            fail_msg("%s: ranks", row->name);
        const char *since = al_kind_since(k);
        if ((since[0] != '2' && since[0] != '3') || since[1] != '.' || (row->keras2_only && since[0] != '2'))
            fail_msg("%s: since which release", row->name);
        for (uint32_t i = 0; i < row->param_count; i++) {
            check_param(row, &row->params[i]);
            for (uint32_t j = 0; j < i; j++)
                if (strcmp(row->params[i].key, row->params[j].key) == 0)
                    fail_msg("%s.%s stands twice", row->name, row->params[i].key);
        }
        for (uint32_t i = 0; i < row->argument_count; i++)
            for (uint32_t j = 0; j < i; j++)
                if (strcmp(row->arguments[i].name, row->arguments[j].name) == 0)
                    fail_msg("%s(%s) stands twice", row->name, row->arguments[i].name);
    }
    assert_null(al_row_of(NULL, AL_KIND_COUNT));
    assert_null(al_row_of(NULL, UINT32_MAX));
}

static uint32_t find(const struct al_row *row, const char *name, bool keras2)
{
    struct al_text module = row->modules != NULL ? al_text_of(row->modules[0]) : al_text_of("keras.layers");
    return row->operation ? al_kind_of_operation(module, al_text_of(name), false)
                          : al_kind_of_layer(module, al_text_of(name), keras2);
}

/* The name with one thing wrong; each must find nothing, or another row that has that very name. */
static void near_misses(const struct al_row *row, bool keras2)
{
    char name[80];
    size_t length = strlen(row->name);
    assert_true(length + 2 < sizeof name);
    for (int miss = 0; miss < 7; miss++) {
        (void)snprintf(name, sizeof name, "%s", row->name);
        switch (miss) {
        case 0: name[length - 1] = '\0'; break;
        case 1: name[length] = ' '; name[length + 1] = '\0'; break;
        case 2: name[0] = (char)(name[0] ^ 0x20); break;
        case 3: name[length - 1] = (char)(name[length - 1] ^ 0x20); break;
        case 4: (void)snprintf(name, sizeof name, " %s", row->name); break;
        case 5: (void)snprintf(name, sizeof name, "%s2", row->name); break;
        default: (void)snprintf(name, sizeof name, "%s>%.20s", "X", row->name); break;
        }
        uint32_t kind = find(row, name, keras2);
        if (kind != AL_NONE_INDEX && strcmp(row_at(kind)->name, name) != 0)
            fail_msg("\"%s\" finds %s", name, row_at(kind)->name);
    }
}

static void only_exact_names_are_known(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < AL_KIND_COUNT; k++) {
        const struct al_row *row = row_at(k);
        bool keras2 = row->keras2_only;
        /* an operation of Keras 2 goes by its function alone */
        assert_int_equal(find(row, row->name, keras2), row->operation && keras2 ? AL_NONE_INDEX : k);
        for (const char *const *other = row->other_names; other != NULL && *other != NULL; other++)
            assert_int_equal(find(row, *other, keras2), k);
        for (const char *const *function = row->functions; function != NULL && *function != NULL; function++) {
            assert_int_equal(al_kind_of_operation(AL_NOTHING, al_text_of(*function), true), k);
            assert_int_equal(al_kind_of_operation(AL_NOTHING, al_text_of(*function), false), AL_NONE_INDEX);
        }
        near_misses(row, keras2);
        const bool keras3_only = al_kind_since(k)[0] == '3' && row->decision != AL_NOT_ALLOWED && !row->operation;
        if (row->keras2_only || keras3_only)
            assert_int_equal(find(row, row->name, !keras2), AL_NONE_INDEX);
    }
    struct al_text dense = al_text_of("Dense");
    assert_int_equal(al_kind_of_layer(AL_NOTHING, dense, true), AL_KIND_DENSE);
    assert_int_equal(al_kind_of_layer(al_text_of("keras.layers.core"), dense, false), AL_NONE_INDEX);
    assert_int_equal(al_kind_of_layer(al_text_of("os"), dense, false), AL_NONE_INDEX);
    assert_int_equal(al_kind_of_layer(al_text_of(""), dense, false), AL_NONE_INDEX);
    assert_int_equal(al_kind_of_operation(al_text_of("keras.layers"), al_text_of("NotEqual"), false), AL_NONE_INDEX);
    assert_int_equal(al_kind_of_layer(al_text_of("keras.src.ops.numpy"), al_text_of("Add"), false), AL_NONE_INDEX);
    assert_int_equal(al_kind_of_layer(AL_NOTHING, (struct al_text){"Dense\0x", 7}, false), AL_NONE_INDEX);
}

static void every_parameter_says_what_it_expects(void **state)
{
    (void)state;
    struct al_arena *arena = al_arena_new(1 << 24);
    struct al_findings f;
    al_findings_init(&f, arena, NULL, 10);
    for (uint32_t k = 0; k < AL_KIND_COUNT; k++)
        for (uint32_t i = 0; i < row_at(k)->param_count; i++)
            assert_true(strlen(al_param_expects(&f, &row_at(k)->params[i])) > 0);
    al_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_well_formed),
        cmocka_unit_test(only_exact_names_are_known),
        cmocka_unit_test(every_parameter_says_what_it_expects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
