/* Custom layers without code: what a declaration may say, where its errors are, and
   the shapes that follow from it. Expected shapes are worked out by hand from the
   ONNX specification (opset 18). */
#include "policy/custom.h"

#include "tests/unit/policies.h"
#include "tests/unit/unit.h"

#include <math.h>
static const struct al_custom *declare(struct fixture *f, const char *json)
{
    enum al_status status = policies_read(f, json);
    if (f->findings.count > 0)
        print_error("%s: %s\n", f->findings.list[0].where, f->findings.list[0].message);
    assert_int_equal(status, AL_OK);
    assert_true(f->policy->custom_count > 0);
    return f->policy->custom[0];
}

/* A layer whose expression is `computes` and whose output is of the input's shape. */
static const struct al_custom *declare_expression(struct fixture *f, const char *computes, const char *output)
{
    char json[2000];
    (void)snprintf(json, sizeof json,
                   "{\"custom_layers\": [{\"name\": \"L\", \"config\": {\"n\": {\"type\": \"integer\"},"
                   " \"rate\": {\"type\": \"number\"}, \"mode\": {\"type\": \"text\"}},"
                   " \"weights\": [{\"name\": \"w\", \"shape\": [\"input[-1]\", \"n\"]},"
                   "               {\"name\": \"b\", \"shape\": [\"n\"]}],"
                   " \"output\": %s, \"computes\": %s}]}", output, computes);
    return policies_read(f, json) == AL_OK ? f->policy->custom[0] : NULL;
}

static const char *expression_error(struct fixture *f, const char *expression)
{
    char computes[600];
    (void)snprintf(computes, sizeof computes, "\"%s\"", expression);
    assert_null(declare_expression(f, computes, "[\"input[:]\"]"));
    return f->findings.list[0].message;
}

static const char attention[] =
    "{ \"name\": \"attention\", \"extends\": \"default\", \"custom_layers\": [ { \"note\": \"n\","
    "  \"name\": \"Custom>AttentionLayer\","
    "  \"config\": { \"units\": { \"type\": \"integer\", \"minimum\": 1, \"maximum\": 65536 } },"
    "  \"weights\": [ { \"name\": \"attention_weight\", \"shape\": [\"input[-1]\", \"units\"] },"
    "               { \"name\": \"attention_bias\", \"shape\": [\"units\"] } ],"
    "  \"output\": [\"input[:-1]\", \"units\"],"
    "  \"computes\": \"Relu(Add(MatMul(input, attention_weight), attention_bias))\" } ] }";

static void the_contract_s_example_is_read(void **state)
{
    struct fixture *f = *state;
    const struct al_custom *c = declare(f, attention);
    assert_string_equal(c->name, "Custom>AttentionLayer");
    assert_false(c->function);
    assert_int_equal(c->input_count, 1);
    assert_int_equal(c->key_count, 1);
    assert_true(c->keys[0].minimum == 1 && c->keys[0].maximum == 65536);
    assert_int_equal(c->weight_count, 2);
    assert_string_equal(c->weights[1].name, "attention_bias");
    assert_true(c->weights[0].trainable);
    assert_int_equal(c->computes.term_count, 6);
    assert_int_equal(c->computes.result, 5);
    uint32_t index = 9;
    assert_ptr_equal(al_custom_by_name(f->policy, al_text_of("Custom>AttentionLayer"), false, &index), c);
    assert_int_equal(index, 0);
    assert_null(al_custom_by_name(f->policy, al_text_of("AttentionLayer"), false, &index));
    assert_null(al_custom_by_name(f->policy, al_text_of("Custom>AttentionLayer"), true, &index));
}

static bool infer(const struct al_custom *c, double key, const struct al_shape *input, struct al_shape *weights,
                  struct al_shape *output, struct al_error *err)
{
    static struct al_typed types[64];
    const double keys[3] = {key, 0.5, NAN};
    const enum al_sort sort = AL_SORT_FLOAT;
    struct al_scope scope = {c->key_count, keys, 1, input};
    *err = (struct al_error){0};
    assert_true(c->computes.term_count <= 64);
    return al_custom_infer(c, &scope, &sort, weights, types, output, err);
}

static void shapes_follow_from_the_input(void **state)
{
    struct fixture *f = *state;
    const struct al_custom *c = declare(f, attention);
    struct al_shape input = {3, {-1, 7, 10}}, weights[2], output;
    struct al_error err;
    assert_true(infer(c, 16, &input, weights, &output, &err));
    assert_int_equal(weights[0].rank, 2);
    assert_int_equal(weights[0].dim[0], 10);
    assert_int_equal(weights[0].dim[1], 16);
    assert_int_equal(weights[1].rank, 1);
    assert_int_equal(output.rank, 3);
    assert_int_equal(output.dim[0], -1);
    assert_int_equal(output.dim[1], 7);
    assert_int_equal(output.dim[2], 16);
}

static void an_output_declared_otherwise_than_computed_is_refused(void **state)
{
    struct fixture *f = *state;
    struct al_shape input = {2, {-1, 6}}, weights[2], output;
    struct al_error err;
    const struct al_custom *c = declare_expression(f, "\"MatMul(input, w)\"", "[\"input[:-1]\", \"n + 1\"]");
    assert_non_null(c);
    assert_false(infer(c, 4, &input, weights, &output, &err));
    assert_non_null(strstr(err.what, "dimension 1 of the output is declared as 5 and computed as 4"));
    /* and where the ranks give it away, when the policy is read */
    assert_null(declare_expression(f, "\"MatMul([1, 2], w)\"", "[2, \"n\"]"));
    assert_int_equal(f->findings.list[0].id, AL_POLICY_DECLARATION);
}

/* One expression over an input (2, 3, 4) with n = 4, and the shape that comes of it. */
static void check_shape(struct fixture *f, const char *expression, uint32_t rank, const int64_t *dims)
{
    struct al_shape input = {3, {2, 3, 4}}, weights[2], output = {0};
    struct al_error err;
    char computes[600];
    (void)snprintf(computes, sizeof computes, "\"%s\"", expression);
    const struct al_custom *c = declare_expression(f, computes, "[\"input[:]\"]");
    if (c == NULL)
        fail_msg("%s: %s", expression, f->findings.list[0].message);
    struct al_typed types[64];
    const double keys[3] = {4, 0.5, NAN};
    const enum al_sort sort = AL_SORT_FLOAT;
    struct al_scope scope = {c->key_count, keys, 1, &input};
    assert_true(al_formula_shape(c->weights[0].shape, 2, &scope, &weights[0], &err));
    assert_true(al_formula_shape(c->weights[1].shape, 1, &scope, &weights[1], &err));
    if (!al_expression_types(&c->computes, &scope, &sort, weights, types, &err))
        fail_msg("%s: %s", expression, err.what);
    output = types[c->computes.result].shape;
    assert_int_equal(output.rank, rank);
    for (uint32_t i = 0; i < rank; i++)
        if (output.dim[i] != dims[i])
            fail_msg("%s: dimension %u is %lld", expression, i, (long long)output.dim[i]);
}

#define SHAPE(expression, ...) \
    check_shape(f, expression, sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t), \
                (const int64_t[]){__VA_ARGS__})

static void operators_shape_their_results_as_onnx_says(void **state)
{
    struct fixture *f = *state;
    SHAPE("Add(input, b)", 2, 3, 4);
    SHAPE("Mul(2, input)", 2, 3, 4);
    SHAPE("Max(input, 0, b)", 2, 3, 4);
    SHAPE("Where(Less(input, 0), b, input)", 2, 3, 4);
    SHAPE("ReduceMean(input, axes=[1, -1])", 2, 1, 1);
    SHAPE("ReduceSum(input, axes=[1], keepdims=0)", 2, 4);
    SHAPE("ReduceMax(input)", 1, 1, 1);
    SHAPE("Cast(ArgMax(input, axis=-1, keepdims=0), to='float')", 2, 3);
    SHAPE("MatMul(input, w)", 2, 3, 4);
    SHAPE("MatMul(input, b)", 2, 3);
    SHAPE("MatMul(Transpose(input, perm=[0, 2, 1]), input)", 2, 4, 4);
    SHAPE("Einsum(input, w, equation='bij,jk->bki')", 2, 4, 3);
    SHAPE("Reshape(input, shape=[0, -1])", 2, 12);
    SHAPE("Reshape(input, shape=[input[0], 2, input[1] * n // 2])", 2, 2, 6);
    SHAPE("Reshape(input, shape=[input[:-1], 2, n // 2])", 2, 3, 2, 2);
    SHAPE("Flatten(input)", 2, 12);
    SHAPE("Flatten(input, axis=0)", 1, 24);
    SHAPE("Unsqueeze(input, axes=[0, -1])", 1, 2, 3, 4, 1);
    SHAPE("Squeeze(ReduceSum(input, axes=[1]), axes=[1])", 2, 4);
    SHAPE("Transpose(input)", 4, 3, 2);
    SHAPE("Slice(input, starts=[1], ends=[9], axes=[2])", 2, 3, 3);
    SHAPE("Slice(input, starts=[-1], ends=[-9], axes=[-1], steps=[-2])", 2, 3, 2);
    SHAPE("Slice(input, starts=[0, 1], ends=[1, 3])", 1, 2, 4);
    SHAPE("Expand(b, shape=[2, 1, n])", 2, 1, 4);
    SHAPE("Concat(input, input, axis=1)", 2, 6, 4);
    SHAPE("Gather(input, [0, 2, 1, 1], axis=1)", 2, 4, 4);
    SHAPE("Gather(input, 0, axis=1)", 2, 4);
    SHAPE("Pad(input, pads=[0, 1, 0, 0, 2, 0])", 2, 6, 4);
    SHAPE("Tile(input, repeats=[1, 2, n])", 2, 6, 16);
    SHAPE("Cast(Range(start=0, limit=input[1], delta=2), to='float')", 2);
    SHAPE("Softmax(input)", 2, 3, 4);
    SHAPE("LayerNormalization(input, b, b, epsilon=rate)", 2, 3, 4);
    SHAPE("MaxPool(input, kernel_shape=[2], strides=[2])", 2, 3, 2);
    SHAPE("AveragePool(input, kernel_shape=[3], pads=[1, 1])", 2, 3, 4);
    SHAPE("Conv(input, Reshape(Cast(Range(start=0, limit=18, delta=1), to='float'), shape=[2, 3, 3]))", 2, 2, 2);
}

static void errors_have_a_column(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(expression_error(f, "Reluu(input)"),
                        "column 1: there is no operator of this name; did you mean \"Relu\"?");
    assert_string_equal(expression_error(f, "Relu(inptu)"),
                        "column 6: \"inptu\" is no weight, no number of the configuration, no input and no earlier line");
    assert_string_equal(expression_error(f, "Add(input)"), "column 1: Add takes 2 tensors, found 1");
    assert_string_equal(expression_error(f, "Add(input, b"), "column 13: expected \",\", found the end");
    assert_string_equal(expression_error(f, "Relu(input) b"), "column 13: expected the end of the line");
    assert_string_equal(expression_error(f, "Softmax(input, axs=1)"),
                        "column 16: Softmax has no attribute \"axs\"; did you mean \"axis\"?");
    assert_string_equal(expression_error(f, "Softmax(input, axis=1, axis=2)"), "column 24: axis is given twice");
    assert_string_equal(expression_error(f, "Softmax(axis=1, input)"),
                        "column 17: tensors stand before the attributes");
    assert_string_equal(expression_error(f, "Concat(input, b)"), "column 1: Concat needs the attribute \"axis\"");
    assert_string_equal(expression_error(f, "Cast(input, to='int8')"), "column 16: to cannot be \"int8\"");
    assert_string_equal(expression_error(f, "Softmax(input, axis=mode)"),
                        "column 21: \"mode\" is no number among the config keys, and no input");
    assert_string_equal(expression_error(f, "Elu(input, alpha=mode)"),
                        "column 18: \"mode\" is no number among the config keys");
    assert_string_equal(expression_error(f, "mode"),
                        "column 1: \"mode\" is no weight, no number of the configuration, no input and no earlier line");
    assert_string_equal(expression_error(f, "y = Relu(input)"),
                        "column 1: the last line is an expression alone: the layer's output");
    assert_string_equal(expression_error(f, "Relu(input[0])"), "column 11: expected \",\", found \"[\"");
    assert_string_equal(expression_error(f, "Add(input, 1e999)"),
                        "column 12: expected an operator, a name, a number or a list of numbers");
    assert_string_equal(expression_error(f, ""),
                        "column 1: expected an operator, a name, a number or a list of numbers");
}

static void types_are_checked_before_there_is_a_model(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(expression_error(f, "Add(Less(input, 0), 1)"),
                        "line 1, column 1: Add: takes numbers, found boolean");
    assert_string_equal(expression_error(f, "And(w, b)"),
                        "line 1, column 1: And: takes booleans, found floating-point");
    assert_string_equal(expression_error(f, "Transpose(w, perm=[0, 1, 2])"),
                        "line 1, column 1: Transpose: perm has 3 numbers for a tensor of rank 2");
    assert_string_equal(expression_error(f, "Add([1, 2], [1, 2, 3])"),
                        "line 1, column 1: Add: sizes 2 and 3 do not go together");
    assert_string_equal(expression_error(f, "Softmax(b, axis=1)"),
                        "line 1, column 1: Softmax: a tensor of rank 1 has no axis 1");
    assert_string_equal(expression_error(f, "Add(Range(start=0, limit=3, delta=1), 0.5)"),
                        "line 1, column 1: Add: a number that is not whole meets integers; use Cast(…, to=\"float\")");
    assert_string_equal(expression_error(f, "Gather(w, b)"),
                        "line 1, column 1: Gather: the indices must be integers, found floating-point");
    assert_string_equal(expression_error(f, "Less(input, 0)"),
                        "the output is boolean, not floating-point numbers of the layer's type");
}

static void lines_name_what_later_lines_use(void **state)
{
    struct fixture *f = *state;
    const struct al_custom *c = declare_expression(
        f, "[\"mean = ReduceMean(input, axes=[-1])\", \"centred = Sub(input, mean)\", \"Mul(centred, rate)\"]",
        "[\"input[:]\"]");
    assert_non_null(c);
    assert_int_equal(c->computes.line_count, 3);
    assert_null(declare_expression(f, "[\"Relu(input)\", \"input\"]", "[\"input[:]\"]"));
    assert_string_equal(f->findings.list[0].where, "policy:/custom_layers/0/computes/0");
    assert_null(declare_expression(f, "[\"a = Relu(input)\", \"a = a\", \"a\"]", "[\"input[:]\"]"));
    assert_string_equal(f->findings.list[0].message, "column 1: \"a\" has a meaning already");
    assert_string_equal(f->findings.list[0].where, "policy:/custom_layers/0/computes/1");
    assert_null(declare_expression(f, "[\"b = Relu(input)\", \"b\"]", "[\"input[:]\"]"));
    assert_null(declare_expression(f, "[]", "[\"input[:]\"]"));
}

static void declarations_are_refused_at_their_place(void **state)
{
    static const struct {
        const char *json;
        enum al_finding_id id;
        const char *where;
    } cases[] = {
        {"{\"custom_layers\": {}}", AL_POLICY_TYPE, "policy:/custom_layers"},
        {"{\"custom_layers\": [{\"output\": [1], \"computes\": \"input\"}]}", AL_POLICY_MISSING,
         "policy:/custom_layers/0/name"},
        {"{\"custom_layers\": [{\"name\": \"A\", \"outptu\": [1], \"computes\": \"input\"}]}", AL_POLICY_UNKNOWN,
         "policy:/custom_layers/0/outptu"},
        {"{\"custom_layers\": [{\"name\": \"A\", \"output\": [\"unit\"], \"computes\": \"input\"}]}",
         AL_POLICY_EXPRESSION, "policy:/custom_layers/0/output/0"},
        {"{\"custom_layers\": [{\"name\": \"A\", \"output\": [\"input[0:2] + 1\"], \"computes\": \"input\"}]}",
         AL_POLICY_EXPRESSION, "policy:/custom_layers/0/output/0"},
        {"{\"custom_layers\": [{\"name\": \"A\", \"output\": [0], \"computes\": \"input\"}]}", AL_POLICY_VALUE,
         "policy:/custom_layers/0/output/0"},
        {"{\"custom_layers\": [{\"name\": \"A\", \"config\": {\"k\": {\"type\": \"int\"}}, \"output\": [1],"
         " \"computes\": \"input\"}]}",
         AL_POLICY_VALUE, "policy:/custom_layers/0/config/k/type"},
        {"{\"custom_layers\": [{\"name\": \"A\", \"config\": {\"k\": {\"type\": \"integer\", \"minimum\": 4,"
         " \"maximum\": 3}}, "
         "\"output\": [1], \"computes\": \"input\"}]}", AL_POLICY_DECLARATION, "policy:/custom_layers/0/config/k"},
        {"{\"custom_layers\": [{\"name\": \"A\", \"config\": {\"k\": {\"type\": \"integer\", \"default\": 1.5}}, "
         "\"output\": [1], \"computes\": \"input\"}]}", AL_POLICY_VALUE, "policy:/custom_layers/0/config/k/default"},
        {"{\"custom_layers\": [{\"name\": \"A\", \"config\": {\"name\": {\"type\": \"text\"}}, \"output\": [1], "
         "\"computes\": \"input\"}]}", AL_POLICY_DECLARATION, "policy:/custom_layers/0/config/name"},
        {"{\"custom_layers\": [{\"name\": \"A\", \"config\": {\"k\": {\"type\": \"choice\"}}, \"output\": [1], "
         "\"computes\": \"input\"}]}", AL_POLICY_DECLARATION, "policy:/custom_layers/0/config/k"},
        {"{\"custom_layers\": [{\"name\": \"A\", \"weights\": [{\"name\": \"input\", \"shape\": []}],"
         " \"output\": [1], "
         "\"computes\": \"input\"}]}", AL_POLICY_DUPLICATE, "policy:/custom_layers/0/weights/0"},
        {"{\"custom_layers\": [{\"name\": \"A\", \"output\": [1], \"computes\": \"Relu(2)\"}]}",
         AL_POLICY_DECLARATION, "policy:/custom_layers/0"},
        {"{\"custom_functions\": [{\"name\": \"A\", \"computes\": \"Add(input, input_1)\"}]}", AL_POLICY_DECLARATION,
         "policy:/custom_functions/0"},
        {"{\"custom_functions\": [{\"name\": \"A\", \"output\": [1], \"computes\": \"input\"}]}", AL_POLICY_UNKNOWN,
         "policy:/custom_functions/0/output"},
        {"{\"custom_functions\": [{\"name\": \"A\", \"computes\": \"input\"},"
         " {\"name\": \"A\", \"computes\": \"input\"}]}",
         AL_POLICY_DUPLICATE, "policy:/custom_functions/1"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(policies_read(f, cases[i].json), AL_REFUSED);
        assert_string_equal(f->findings.list[0].where, cases[i].where);
        assert_string_equal(al_finding_row(f->findings.list[0].id)->id, al_finding_row(cases[i].id)->id);
    }
}

static void a_declaration_survives_printing(void **state)
{
    struct fixture *f = *state;
    struct al_buffer first, second;
    al_buffer_init(&first, 1U << 20);
    al_buffer_init(&second, 1U << 20);
    (void)declare(f, "{\"custom_functions\": [{\"name\": \"Custom>steep\","
                     " \"computes\": \"Mul(input, Sigmoid(Mul(1.5, input)))\"}],"
                     " \"custom_layers\": [{\"name\": \"P>A\", \"masking\": true, \"config\": {"
                     " \"n\": {\"type\": \"integer\", \"minimum\": 1, \"default\": 3},"
                     " \"r\": {\"type\": \"number\", \"maximum\": 0.1},"
                     " \"m\": {\"type\": \"choice\", \"choices\": [\"a\", \"b\"], \"default\": \"a\"},"
                     " \"k\": {\"type\": \"initializer\", \"default\": null}, \"f\": {\"type\": \"boolean\"}},"
                     " \"weights\": [{\"name\": \"w\", \"shape\": [3, \"input_1[-1] * (n + 2)\"],"
                     " \"trainable\": false}],"
                     " \"output\": [\"input[:]\"], \"computes\": [\"x = Add(input_0, input_1)\", \"Mul(x, r)\"]}]}");
    assert_int_equal(f->policy->custom_count, 2);
    assert_false(f->policy->custom[0]->function);
    assert_int_equal(f->policy->custom[0]->input_count, 2);
    assert_true(f->policy->custom[1]->function);
    al_policy_write(&first, f->policy);
    al_buffer_u8(&first, 0);
    (void)declare(f, (const char *)first.data);
    al_policy_write(&second, f->policy);
    al_buffer_u8(&second, 0);
    assert_string_equal((const char *)first.data, (const char *)second.data);
    al_buffer_free(&first);
    al_buffer_free(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_contract_s_example_is_read, policies_begin, policies_end),
        cmocka_unit_test_setup_teardown(shapes_follow_from_the_input, policies_begin, policies_end),
        cmocka_unit_test_setup_teardown(an_output_declared_otherwise_than_computed_is_refused, policies_begin,
                                        policies_end),
        cmocka_unit_test_setup_teardown(operators_shape_their_results_as_onnx_says, policies_begin, policies_end),
        cmocka_unit_test_setup_teardown(errors_have_a_column, policies_begin, policies_end),
        cmocka_unit_test_setup_teardown(types_are_checked_before_there_is_a_model, policies_begin, policies_end),
        cmocka_unit_test_setup_teardown(lines_name_what_later_lines_use, policies_begin, policies_end),
        cmocka_unit_test_setup_teardown(declarations_are_refused_at_their_place, policies_begin, policies_end),
        cmocka_unit_test_setup_teardown(a_declaration_survives_printing, policies_begin, policies_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
