/* Every operator against numbers of ONNX's reference evaluator and of ONNX Runtime
   (tests/make/operators.py wrote tests/files/operators.txt): inputs that lie
   in any order, float32 and float64, plain C and the engine. */
#include "inference/plan.h"

#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 8, LINE = 1 << 20 };

/* How inputs lie: packed, or with their axes in another order and read through a Transpose. */
enum lying { PACKED, REVERSED, CHANNELS_LAST };

/* How a case is run. */
struct manner {
    const char *name;
    enum al_dtype real;
    enum lying lying;
    bool engine;
    double tolerance;        /* of the largest expected magnitude */
};

static const struct manner manners[] = {
    {"float32", AL_FLOAT32, PACKED, false, 2e-6},
    {"float32, reversed", AL_FLOAT32, REVERSED, false, 2e-6},
    {"float64", AL_FLOAT64, PACKED, false, 1e-11},
    {"float64, channels last", AL_FLOAT64, CHANNELS_LAST, false, 1e-11},
    {"engine", AL_FLOAT32, PACKED, true, 4e-6},
    {"engine, reversed", AL_FLOAT32, REVERSED, true, 4e-6},
    {"engine, channels last", AL_FLOAT32, CHANNELS_LAST, true, 4e-6},
};

struct numbers {
    bool given, real;
    enum al_dtype dtype;
    struct al_shape shape;
    uint64_t count;
    double *at;
};

struct one_case {
    char title[512];
    enum al_operator operator_;
    struct al_attributes attributes;
    uint32_t in_count, out_count;
    struct numbers in[MOST], out[MOST];
};

static void read_numbers(char *line, struct numbers *n)
{
    char *save = NULL, *word = strtok_r(line, " \n", &save);
    *n = (struct numbers){.given = strcmp(word, "none") != 0};
    if (!n->given)
        return;
    n->dtype = al_dtype_by_name(al_text_of(strtok_r(NULL, " \n", &save)));
    n->real = al_dtype_is_float(n->dtype);
    char *shape = strtok_r(NULL, " \n", &save);
    n->count = 1;
    for (char *at = shape; *shape != '-' && at != NULL; at = strchr(at, ',') != NULL ? strchr(at, ',') + 1 : NULL) {
        n->shape.dim[n->shape.rank] = strtoll(at, NULL, 10);
        n->count *= (uint64_t)n->shape.dim[n->shape.rank++];
    }
    n->at = calloc(n->count + 1, sizeof *n->at);
    for (uint64_t i = 0; i < n->count; i++)
        n->at[i] = strtod(strtok_r(NULL, " \n", &save), NULL);
    /* nine digits name a float32; the numbers were computed from that, not from the digits */
    for (uint64_t i = 0; n->dtype == AL_FLOAT32 && i < n->count; i++)
        n->at[i] = (double)(float)n->at[i];
}

static struct al_numbers list(const char *from)
{
    struct al_numbers r = {0};
    for (; from != NULL; from = strchr(from, ',') != NULL ? strchr(from, ',') + 1 : NULL)
        r.at[r.count++] = strtoll(from, NULL, 10);
    return r;
}

static enum al_mode mode_named(const char *name)
{
    static const struct { const char *name; enum al_mode mode; } modes[] = {
        {"constant", AL_MODE_CONSTANT}, {"reflect", AL_MODE_REFLECT}, {"edge", AL_MODE_EDGE},
        {"symmetric", AL_MODE_SYMMETRIC}, {"wrap", AL_MODE_WRAP}, {"forward", AL_MODE_FORWARD},
        {"reverse", AL_MODE_REVERSE}};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcmp(modes[i].name, name) == 0)
            return modes[i].mode;
    fail_msg("mode %s", name);
    return AL_MODE_CONSTANT;
}

static void set_attribute(struct al_attributes *a, const char *key, const char *value)
{
    const struct { const char *key; struct al_numbers *to; } lists[] = {
        {"axes", &a->axes}, {"starts", &a->starts}, {"steps", &a->steps}, {"pads", &a->pads},
        {"strides", &a->strides},
        {"dilations", &a->dilations}, {"kernel", &a->kernel}, {"output_padding", &a->output_padding}};
    const struct { const char *key; bool *to; } flags[] = {
        {"keepdims", &a->keepdims}, {"exclusive", &a->exclusive}, {"reverse", &a->reverse},
        {"count_include_pad", &a->count_include_pad}, {"linear_before_reset", &a->linear_before_reset}};
    const struct { const char *key; double *to; } reals[] = {
        {"alpha", &a->alpha}, {"beta", &a->beta}, {"gamma", &a->gamma}, {"gate_alpha", &a->function_alpha[0]},
        {"gate_beta", &a->function_beta[0]}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (strcmp(key, lists[i].key) == 0) {
            *lists[i].to = list(value);
            return;
        }
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strcmp(key, flags[i].key) == 0) {
            *flags[i].to = value[0] == '1';
            return;
        }
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
        if (strcmp(key, reals[i].key) == 0) {
            *reals[i].to = strtod(value, NULL);
            return;
        }
    if (strcmp(key, "shape") == 0) {
        const struct al_numbers n = list(value);
        a->shape.rank = n.count;
        for (uint32_t i = 0; i < n.count; i++)
            a->shape.dim[i] = n.at[i];
    } else if (strcmp(key, "axis") == 0) {
        a->axis = strtoll(value, NULL, 10);
    } else if (strcmp(key, "group") == 0) {
        a->group = strtoll(value, NULL, 10);
    } else if (strcmp(key, "mode") == 0) {
        a->mode = mode_named(value);
    } else if (strcmp(key, "to") == 0) {
        a->to = al_dtype_by_name(al_text_of(value));
    } else if (strcmp(key, "gates") == 0 || strcmp(key, "states") == 0) {
        a->function[key[0] == 's'] = al_operator_by_name(al_text_of(value));
    } else {
        fail_msg("attribute %s", key);
    }
}

/* Reads the next case; `line` holds its first line and then that of the one after. */
static bool read_case(FILE *f, char *line, struct one_case *c)
{
    if (strncmp(line, "op ", 3) != 0)
        return false;
    *c = (struct one_case){.operator_ = AL_OP_COUNT};
    (void)snprintf(c->title, sizeof c->title, "%.*s", (int)strcspn(line, "\n"), line);
    char *save = NULL;
    (void)strtok_r(line, " \n", &save);
    c->operator_ = al_operator_by_name(al_text_of(strtok_r(NULL, " \n", &save)));
    assert_int_not_equal(c->operator_, AL_OP_COUNT);
    for (char *word; (word = strtok_r(NULL, " \n", &save)) != NULL;) {
        char *value = strchr(word, '=');
        *value++ = '\0';
        set_attribute(&c->attributes, word, value);
    }
    while (fgets(line, LINE, f) != NULL && (line[0] == 'i' || line[0] == 'n' || strncmp(line, "out", 3) == 0)) {
        if (line[0] == 'o')
            read_numbers(line, &c->out[c->out_count++]);
        else
            read_numbers(line, &c->in[c->in_count++]);
    }
    return true;
}

static void free_case(struct one_case *c)
{
    for (uint32_t i = 0; i < MOST; i++) {
        free(c->in[i].at);
        free(c->out[i].at);
    }
}

static enum al_dtype type_in(const struct numbers *n, const struct manner *m)
{
    return n->real ? m->real : n->dtype;
}

static double number_at(const struct al_view *v, int64_t at)
{
    switch ((unsigned)v->dtype) {
    case AL_FLOAT32: return (double)((const float *)v->data)[at];
    case AL_FLOAT64: return ((const double *)v->data)[at];
    case AL_INT64: return (double)((const int64_t *)v->data)[at];
    default: return ((const uint8_t *)v->data)[at];
    }
}

static void set_number(const struct al_view *v, int64_t at, double x)
{
    switch ((unsigned)v->dtype) {
    case AL_FLOAT32: ((float *)v->data)[at] = (float)x; break;
    case AL_FLOAT64: ((double *)v->data)[at] = x; break;
    case AL_INT64: ((int64_t *)v->data)[at] = (int64_t)x; break;
    default: ((uint8_t *)v->data)[at] = x != 0; break;
    }
}

/* Which axis in memory holds axis `k`. */
static uint32_t lies_at(enum lying lying, uint32_t k, uint32_t rank)
{
    if (lying == REVERSED)
        return rank - 1 - k;
    return lying == PACKED || k == 0 || rank < 3 ? k : k == 1 ? rank - 1 : k - 1;
}

/* Index in memory of the i-th number in row-major order. */
static int64_t place(const struct al_view *v, uint64_t i, enum lying lying)
{
    int64_t at = 0;
    const uint32_t rank = v->shape.rank;
    for (uint32_t k = 0; k < rank; k++) {
        const uint32_t axis = lies_at(lying, rank - 1 - k, rank);
        at += (int64_t)(i % (uint64_t)v->shape.dim[axis]) * v->stride[axis];
        i /= (uint64_t)v->shape.dim[axis];
    }
    return at;
}

static void fill(const struct al_view *v, const struct numbers *n, const struct manner *m)
{
    for (uint64_t i = 0; i < n->count; i++)
        set_number(v, place(v, i, m->lying), n->at[i]);
}

/* Adds one input (a weight is a constant: the engine packs it), and the Transpose it is read through. */
static uint32_t add_input(struct al_ops *g, const struct numbers *n, const struct manner *m, bool weight,
                          struct al_error *err)
{
    struct al_attributes back = {.axes = {.count = n->shape.rank}};
    struct al_shape lying = n->shape;
    for (uint32_t i = 0; i < n->shape.rank; i++) {
        const uint32_t at = lies_at(m->lying, i, n->shape.rank);
        back.axes.at[i] = at;
        lying.dim[at] = n->shape.dim[i];
    }
    struct al_view v = {.dtype = type_in(n, m), .shape = lying};
    if (weight) {
        v.data = al_arena_alloc(g->arena, n->count, 8);
        al_view_pack(&v);
        fill(&v, n, m);
    }
    const uint32_t x = weight ? al_ops_constant(g, v.dtype, &v.shape, v.data, err)
                              : al_ops_input(g, v.dtype, &v.shape, err);
    return al_ops_add(g, AL_OP_TRANSPOSE, &x, 1, &back, AL_DTYPE_NONE, AL_NOTHING, err);
}

static void compare(const struct one_case *c, const struct manner *m, uint32_t k, const struct al_view *v)
{
    const struct numbers *want = &c->out[k];
    double scale = 1e-30;
    const enum al_dtype dtype = c->attributes.to != AL_DTYPE_NONE ? want->dtype : type_in(want, m);
    if (!al_shape_equal(&v->shape, &want->shape) || v->dtype != dtype)
        fail_msg("%s (%s): output %u has another shape or type", c->title, m->name, k);
    for (uint64_t i = 0; i < want->count; i++)
        if (isfinite(want->at[i]) && fabs(want->at[i]) > scale)
            scale = fabs(want->at[i]);
    /* where the numbers were computed in float32 nothing finer can be asked */
    const double tolerance = m->real == AL_FLOAT64 && c->out[k].dtype == AL_FLOAT32 ? 2e-6 : m->tolerance;
    for (uint64_t i = 0; i < want->count; i++) {
        const double got = number_at(v, place(v, i, PACKED)), x = want->at[i];
        const bool same = isnan(x) ? isnan(got) : isinf(x) ? got == x : fabs(got - x) <= tolerance * scale;
        if (!same)
            fail_msg("%s (%s): output %u, number %llu is %.9g, not %.9g", c->title, m->name, k, (unsigned long long)i,
                     got, x);
    }
}

static bool is_weight(const struct one_case *c, const struct manner *m, uint32_t input)
{
    const enum al_shape_rule rule = al_operator_row(c->operator_)->rule;
    return m->engine && input > 0 && c->in[input].real &&
           (rule == AL_RULE_CONV || rule == AL_RULE_CONV_TRANSPOSE || rule == AL_RULE_GEMM ||
            rule == AL_RULE_MATMUL || rule == AL_RULE_RECURRENT);
}

static uint32_t taken; /* steps that the engine took */

static void run_case(const struct one_case *c, const struct manner *m, const struct al_engine *engine)
{
    struct al_error err = {.code = AL_OK};
    struct al_run run = {.err = &err, .scratch_most = 1 << 30};
    struct al_ops *g = al_ops_new(1 << 30);
    uint32_t in[MOST], outs[MOST];
    for (uint32_t i = 0; i < c->in_count; i++)
        in[i] = c->in[i].given ? add_input(g, &c->in[i], m, is_weight(c, m, i), &err) : AL_NONE_INDEX;
    const uint32_t first = al_ops_add(g, c->operator_, in, c->in_count, &c->attributes, AL_DTYPE_NONE,
                                      al_text_of("layer"), &err);
    if (first == AL_NONE_INDEX)
        fail_msg("%s: %s", c->title, err.what);
    for (uint32_t i = 0; i < c->out_count; i++)
        outs[i] = first + i;
    g->outputs = outs;
    g->output_count = c->out_count;
    struct al_plan *p;
    if (al_plan_new_take(&p, g, m->engine ? engine : NULL, 1 << 30, &run) != AL_OK)
        fail_msg("%s: %s", c->title, err.what);
    uint32_t given = 0;
    for (uint32_t i = 0; i < c->in_count; i++) {
        if (c->in[i].given && !is_weight(c, m, i))
            fill(al_plan_input(p, given++), &c->in[i], m);
    }
    taken += al_plan_prepared(p);
    if (!al_plan_run(p, &run))
        fail_msg("%s (%s): %s", c->title, m->name, err.what);
    for (uint32_t i = 0; i < c->out_count; i++)
        compare(c, m, i, al_plan_output(p, i));
    al_plan_free(p);
    free(run.scratch);
}

static void test_operators(void **state)
{
    const struct manner *m = *state;
    const struct al_engine *engine = m->engine ? al_engine_load() : NULL;
    assert_true(!m->engine || engine != NULL);
    char path[4096], *line = malloc(LINE);
    (void)snprintf(path, sizeof path, "%s/operators.txt", getenv("AIRLOCK_TEST_FILES"));
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    assert_non_null(line);
    assert_non_null(fgets(line, LINE, f));
    struct one_case c;
    uint32_t count = 0;
    taken = 0;
    for (; read_case(f, line, &c); count++) {
        run_case(&c, m, engine);
        free_case(&c);
    }
    assert_string_equal(line, "end\n");
    assert_true(count > 250);
    assert_true(!m->engine || m->lying == REVERSED || taken > 30);
    fclose(f);
    free(line);
}

int main(void)
{
    struct CMUnitTest tests[sizeof manners / sizeof *manners];
    size_t count = 0;
    /* the build names the engine's module where it made one */
    for (size_t i = 0; i < sizeof manners / sizeof *manners; i++)
        if (!manners[i].engine || getenv("AIRLOCK_ENGINE") != NULL)
            tests[count++] = (struct CMUnitTest){manners[i].name, test_operators, NULL, NULL,
                                                 (void *)(uintptr_t)&manners[i]};
    return _cmocka_run_group_tests("operators", tests, count, NULL, NULL);
}
