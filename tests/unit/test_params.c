/* Near misses of every key of every row: wrong types, numbers just outside the range,
   lists too short or too long, choices that do not exist. What a hostile cell may send. */
#include "tests/unit/unit.h"

#include "policy/policy.h"
#include "validator/activation.h"
#include "validator/catalogue.h"
#include "validator/params.h"

#include <math.h>

static struct al_policy *policy;

static const char *row_name, *key_name;

static void refused(const struct al_param *p, struct al_value v, const char *what)
{
    if (al_param_fits(p, &v, policy))
        fail_msg("%s.%s takes %s", row_name, key_name, what);
}

static void taken(const struct al_param *p, struct al_value v, const char *what)
{
    if (!al_param_fits(p, &v, policy))
        fail_msg("%s.%s refuses %s", row_name, key_name, what);
}

static struct al_value integer(int64_t n)
{
    return (struct al_value){.type = AL_VALUE_INTEGER, .integer = n};
}

static struct al_value real(double n)
{
    return (struct al_value){.type = AL_VALUE_REAL, .real = n};
}

static struct al_value integers(uint32_t count, const int64_t *list)
{
    return (struct al_value){.type = AL_VALUE_INTEGERS, .count = count, .integers = list};
}

/* The type of value that the parameter takes, besides null. */
static enum al_value_type right_type(enum al_param_type type)
{
    static const enum al_value_type types[AL_PARAM_TYPE_COUNT] = {
        [AL_PARAM_BOOL] = AL_VALUE_BOOL,           [AL_PARAM_INTEGER] = AL_VALUE_INTEGER,
        [AL_PARAM_REAL] = AL_VALUE_REAL,           [AL_PARAM_CHOICE] = AL_VALUE_CHOICE,
        [AL_PARAM_TEXT] = AL_VALUE_TEXT,           [AL_PARAM_INTEGERS] = AL_VALUE_INTEGERS,
        [AL_PARAM_INTEGERS_OR_ONE] = AL_VALUE_INTEGERS, [AL_PARAM_REALS] = AL_VALUE_REALS,
        [AL_PARAM_TEXTS] = AL_VALUE_TEXTS,         [AL_PARAM_PAIRS] = AL_VALUE_INTEGERS,
        [AL_PARAM_SHAPE] = AL_VALUE_INTEGERS,      [AL_PARAM_AXES] = AL_VALUE_INTEGERS,
        [AL_PARAM_ACTIVATION] = AL_VALUE_CHOICE,   [AL_PARAM_LAYER] = AL_VALUE_LAYER,
        [AL_PARAM_LAYERS] = AL_VALUE_INTEGERS,     [AL_PARAM_DTYPE] = AL_VALUE_CHOICE,
        [AL_PARAM_TEXT_OR_INTEGER] = AL_VALUE_INTEGER,
    };
    return types[type];
}

static void wrong_types(const struct al_param *p)
{
    bool dropped = al_param_is_dropped(p->type), alias = p->flags & AL_PARAM_ALIAS;
    for (int t = AL_VALUE_NULL; t < AL_VALUE_TYPE_COUNT; t++) {
        if (!dropped && !alias &&
            (t == (int)right_type(p->type) || (t == AL_VALUE_NULL && (p->flags & AL_PARAM_NULLABLE)) ||
             (t == AL_VALUE_LAYER && p->type == AL_PARAM_ACTIVATION) ||
             (t == AL_VALUE_TEXT && p->type == AL_PARAM_TEXT_OR_INTEGER)))
            continue;
        refused(p, (struct al_value){.type = (enum al_value_type)t}, "a value of another type");
    }
    refused(p, (struct al_value){.type = AL_VALUE_TYPE_COUNT}, "a value of no type");
    struct al_value absent = {.type = AL_VALUE_ABSENT};
    if (dropped || alias || (!(p->flags & AL_PARAM_REQUIRED) && p->standard == NULL))
        taken(p, absent, "its absence");
    else
        refused(p, absent, "its absence");
}

static void numbers(const struct al_param *p)
{
    bool bounded = p->minimum != 0 || p->maximum != 0;
    if (p->type == AL_PARAM_INTEGER) {
        taken(p, integer((int64_t)p->minimum), "its minimum");
        taken(p, integer((int64_t)p->maximum), "its maximum");
        refused(p, integer((int64_t)p->minimum - 1), "less than its minimum");
        refused(p, integer((int64_t)p->maximum + 1), "more than its maximum");
        refused(p, integer(INT64_MIN), "the least integer");
        refused(p, integer(INT64_MAX), "the greatest integer");
    } else if (p->type == AL_PARAM_REAL) {
        refused(p, real(NAN), "NaN");
        refused(p, real(INFINITY), "infinity");
        refused(p, real(-INFINITY), "minus infinity");
        taken(p, real(p->maximum), "its maximum");
        if (bounded) {
            refused(p, real(nextafter(p->minimum, -INFINITY)), "less than its minimum");
            refused(p, real(nextafter(p->maximum, INFINITY)), "more than its maximum");
        }
    } else if (p->type == AL_PARAM_BOOL) {
        refused(p, (struct al_value){.type = AL_VALUE_BOOL, .integer = 2}, "2");
        refused(p, (struct al_value){.type = AL_VALUE_BOOL, .integer = -1}, "-1");
    }
}

static void choices(const struct al_param *p)
{
    int64_t count = 0;
    if (p->type == AL_PARAM_DTYPE)
        count = AL_DTYPE_COUNT;
    else if (p->type == AL_PARAM_ACTIVATION)
        count = AL_ACTIVATION_COUNT;
    else if (p->type == AL_PARAM_CHOICE)
        while (p->choices[count] != NULL)
            count++;
    else
        return;
    taken(p, (struct al_value){.type = AL_VALUE_CHOICE, .integer = count - 1}, "its last choice");
    refused(p, (struct al_value){.type = AL_VALUE_CHOICE, .integer = count}, "a choice beyond the last");
    refused(p, (struct al_value){.type = AL_VALUE_CHOICE, .integer = -1}, "choice -1");
    refused(p, (struct al_value){.type = AL_VALUE_CHOICE, .integer = INT64_MAX}, "choice 2^63 - 1");
    refused(p, (struct al_value){.type = AL_VALUE_CHOICE, .integer = AL_ACTIVATION_CUSTOM},
            "a declaration there is not");
}

static void lists(const struct al_param *p)
{
    static int64_t list[AL_MAX_LIST + 2];
    bool pairs = p->type == AL_PARAM_PAIRS, shape = p->type == AL_PARAM_SHAPE;
    bool axes = p->type == AL_PARAM_AXES && p->minimum == 0 && p->maximum == 0;
    if (right_type(p->type) != AL_VALUE_INTEGERS || p->type == AL_PARAM_LAYERS)
        return;
    uint32_t most = pairs ? 2 * p->count_max : p->count_max > 0 ? p->count_max : AL_MAX_RANK;
    uint32_t least = pairs || p->type == AL_PARAM_INTEGERS_OR_ONE ? most : p->count_min;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        list[i] = shape ? 1 : axes ? 0 : (int64_t)p->minimum;
    taken(p, integers(most, list), "its longest list");
    refused(p, integers(most + 1, list), "a list too long");
    if (least > 0)
        refused(p, integers(least - 1, list), "a list too short");
    if (most == 0)
        return;
    list[0] = shape ? 0 : axes ? AL_MAX_RANK : (int64_t)p->maximum + 1;
    refused(p, integers(most, list), "a number too great in a list");
    list[0] = shape ? -2 : axes ? -(int64_t)AL_MAX_RANK - 1 : (int64_t)p->minimum - 1;
    refused(p, integers(most, list), "a number too small in a list");
    list[0] = shape ? AL_MAX_DIMENSION + 1 : INT64_MAX;
    refused(p, integers(most, list), "the greatest integer in a list");
}

static void reals(const struct al_param *p)
{
    const double good[2] = {p->maximum, p->maximum}, bad[2] = {p->maximum, NAN};
    struct al_value v = {.type = AL_VALUE_REALS, .count = 2, .reals = good, .shape = {.rank = 1, .dim = {2}}};
    if (p->type != AL_PARAM_REALS)
        return;
    taken(p, v, "two numbers");
    v.shape.dim[0] = 3;
    refused(p, v, "a shape of more numbers than there are");
    v.shape.rank = AL_MAX_RANK + 1;
    refused(p, v, "a shape of too many axes");
    v.shape = (struct al_shape){.rank = 1, .dim = {-2}};
    refused(p, v, "a shape of a negative length");
    v.shape = (struct al_shape){.rank = 1, .dim = {2}};
    v.reals = bad;
    refused(p, v, "NaN in a list");
}

static void near_misses_of_every_key(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < AL_KIND_COUNT; k++) {
        const struct al_row *row = al_row_of(NULL, k);
        row_name = row->name;
        for (uint32_t i = 0; i < row->param_count; i++) {
            const struct al_param *p = &row->params[i];
            key_name = p->key;
            wrong_types(p);
            if (p->flags & AL_PARAM_ALIAS)
                continue;
            numbers(p);
            choices(p);
            lists(p);
            reals(p);
        }
    }
}

static void texts_must_be_utf8_and_short(void **state)
{
    (void)state;
    static char longest[AL_MAX_NAME_BYTES + 1];
    const struct al_param p = {.key = "equation", .type = AL_PARAM_TEXT};
    memset(longest, 'a', sizeof longest);
    row_name = "a row";
    key_name = p.key;
    taken(&p, (struct al_value){.type = AL_VALUE_TEXT, .text = {longest, AL_MAX_NAME_BYTES}}, "the longest text");
    refused(&p, (struct al_value){.type = AL_VALUE_TEXT, .text = {longest, AL_MAX_NAME_BYTES + 1}}, "a longer text");
    refused(&p, (struct al_value){.type = AL_VALUE_TEXT, .text = {"\xff", 1}}, "what is no UTF-8");
}

static int set_up(void **state)
{
    (void)state;
    policy = al_policy_shipped("default");
    return policy == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    al_policy_free(policy);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_misses_of_every_key),
        cmocka_unit_test(texts_must_be_utf8_and_short),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
