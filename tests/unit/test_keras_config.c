/* Configurations, near misses above all: what Keras writes is read, and whatever is
   one step beside it is refused by the most specific name. */
#include "tests/unit/unit.h"

#include "loader/keras/reading.h"
#include "validator/activation.h"
#include "validator/validate.h"

#include <stdio.h>

enum { BUDGET = 1 << 24, MOST_TEXT = 1 << 14 };

struct reading {
    struct al_arena *arena;
    struct al_policy *policy;
    struct al_findings findings;
    struct al_model model;
    struct al_keras keras;
    json_t *json;
    bool good;
};

static void read_text(struct reading *r, const char *text)
{
    *r = (struct reading){.arena = al_arena_new(BUDGET), .policy = al_policy_shipped("default")};
    al_findings_init(&r->findings, r->arena, r->policy, 10);
    r->model = (struct al_model){.arena = r->arena};
    r->keras = (struct al_keras){
        .arena = r->arena, .findings = &r->findings, .policy = r->policy, .model = &r->model};
    assert_true(al_json_read(&r->json, text, strlen(text), "config.json", &r->findings));
    r->good = al_keras_read_model(&r->keras, r->json, "config.json") &&
              al_infer(&r->model, r->policy, &r->findings);
}

static void done(struct reading *r)
{
    json_decref(r->json);
    al_policy_free(r->policy);
    al_arena_free(r->arena);
}

/* The finding that refused the text, or AL_FINDING_COUNT where it was read. */
static enum al_finding_id refusal(const char *text)
{
    struct reading r;
    read_text(&r, text);
    assert_true(r.good == (r.findings.refusals == 0));
    enum al_finding_id id = r.good ? AL_FINDING_COUNT : r.findings.list[r.findings.count - 1].id;
    if (!r.good && r.findings.list[r.findings.count - 1].where[0] == '\0')
        print_error("no place: %s\n", r.findings.list[r.findings.count - 1].message);
    done(&r);
    return id;
}

static const char *show(enum al_finding_id id)
{
    return id == AL_FINDING_COUNT ? "accepted" : al_finding_row(id)->id;
}

/* ---- one Dense layer, changed in one place ---- */

static const char sequential[] =
    "{\"module\":\"keras\",\"class_name\":\"Sequential\",\"registered_name\":null,\"config\":{\"name\":\"s\",\"layers\":["
    "{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\",\"registered_name\":null,"
    "\"config\":{\"batch_shape\":[null,4],\"dtype\":\"float32\",\"sparse\":false,\"name\":\"x\"}},%s]}}";

static const struct {
    const char *layer;
    enum al_finding_id refused; /* AL_FINDING_COUNT: read */
} layers[] = {
#define DENSE(config) \
    "{\"module\":\"keras.layers\",\"class_name\":\"Dense\",\"registered_name\":null,\"config\":{\"name\":\"d\"," config "}}"
    {DENSE("\"units\":3"), AL_FINDING_COUNT},
    {DENSE("\"units\":3,\"activation\":null"), AL_FINDING_COUNT},
    {DENSE("\"units\":3,\"dtype\":\"mixed_float16\""), AL_FINDING_COUNT},
    {DENSE("\"units\":3,\"dtype\":{\"module\":\"keras\",\"class_name\":\"DTypePolicy\",\"config\":{\"name\":\"float32\"},"
           "\"registered_name\":null,\"shared_object_id\":7}"), AL_FINDING_COUNT},
    {DENSE("\"units\":3,\"kernel_initializer\":{\"module\":\"keras.initializers\",\"class_name\":\"HeNormal\","
           "\"config\":{\"seed\":null},\"registered_name\":null}"), AL_FINDING_COUNT},
    {DENSE("\"units\":3,\"kernel_initializer\":\"glorot_uniform\",\"kernel_constraint\":null"), AL_FINDING_COUNT},
    /* sizes */
    {DENSE("\"units\":0"), AL_KERAS_BAD_VALUE},
    {DENSE("\"units\":-3"), AL_KERAS_BAD_VALUE},
    {DENSE("\"units\":3.0"), AL_KERAS_BAD_VALUE},
    {DENSE("\"units\":true"), AL_KERAS_BAD_VALUE},
    {DENSE("\"units\":\"3\""), AL_KERAS_BAD_VALUE},
    {DENSE("\"units\":null"), AL_KERAS_BAD_VALUE},
    {DENSE("\"units\":[3]"), AL_KERAS_BAD_VALUE},
    {DENSE("\"units\":9007199254740991"), AL_KERAS_BAD_VALUE},
    {DENSE("\"use_bias\":true"), AL_KERAS_MISSING_KEY},
    /* keys */
    {DENSE("\"units\":3,\"unit\":3"), AL_KERAS_UNKNOWN_KEY},
    {DENSE("\"units\":3,\"use_bias\":1"), AL_KERAS_BAD_VALUE},
    {DENSE("\"units\":3,\"trainable\":\"no\""), AL_KERAS_BAD_VALUE},
    {DENSE("\"units\":3,\"dynamic\":true"), AL_KERAS_BAD_VALUE},
    /* types of numbers */
    {DENSE("\"units\":3,\"dtype\":\"float8\""), AL_KERAS_DTYPE},
    {DENSE("\"units\":3,\"dtype\":{\"class_name\":\"DTypePolicyMap\",\"config\":{\"default_policy\":\"float32\","
           "\"policy_map\":{\"(a+)+$\":\"float32\"}}}"), AL_KERAS_DTYPE},
    {DENSE("\"units\":3,\"dtype\":{\"module\":\"os\",\"class_name\":\"DTypePolicy\",\"config\":{\"name\":\"float32\"}}"),
     AL_KERAS_MODULE},
    /* activations */
    {DENSE("\"units\":3,\"activation\":\"Relu\""), AL_KERAS_ACTIVATION},
    {DENSE("\"units\":3,\"activation\":{\"module\":\"os\",\"class_name\":\"function\",\"config\":\"system\","
           "\"registered_name\":\"system\"}"), AL_KERAS_CALLABLE},
    {DENSE("\"units\":3,\"activation\":{\"class_name\":\"__lambda__\",\"config\":{\"value\":[\"\",null,null]}}"),
     AL_KERAS_LAMBDA},
    {DENSE("\"units\":3,\"activation\":{\"module\":\"keras.layers\",\"class_name\":\"ReLU\",\"config\":{\"name\":\"r\"},"
           "\"registered_name\":null}"), AL_FINDING_COUNT},
    {DENSE("\"units\":3,\"activation\":{\"module\":\"keras.layers\",\"class_name\":\"Flatten\",\"config\":{\"name\":\"r\"},"
           "\"registered_name\":null}"), AL_KERAS_ACTIVATION},
    /* what is dropped must still be of Keras */
    {DENSE("\"units\":3,\"kernel_initializer\":{\"module\":\"os\",\"class_name\":\"system\",\"config\":{}}"),
     AL_KERAS_MODULE},
    {DENSE("\"units\":3,\"kernel_initializer\":{\"class_name\":\"Mine\",\"config\":{}}"), AL_KERAS_CLASS},
    {DENSE("\"units\":3,\"kernel_initializer\":{\"class_name\":\"mine>Zeros\",\"config\":{}}"), AL_KERAS_REGISTERED_NAME},
    {DENSE("\"units\":3,\"kernel_initializer\":{\"class_name\":\"HeNormal\",\"config\":{\"seed\":"
           "{\"module\":\"os\",\"class_name\":\"SeedGenerator\",\"config\":{}}}}"), AL_KERAS_MODULE},
    {DENSE("\"units\":3,\"kernel_regularizer\":\"get_file\""), AL_KERAS_CALLABLE},
    {DENSE("\"units\":3,\"activity_regularizer\":{\"class_name\":\"function\",\"module\":\"builtins\",\"config\":\"eval\"}"),
     AL_KERAS_CALLABLE},
    {DENSE("\"units\":3,\"bias_constraint\":{\"class_name\":\"TypeSpec\",\"type_spec\":\"x\",\"serialized\":[]}"),
     AL_KERAS_TYPE_SPEC},
#undef DENSE
    /* names of layers and of classes */
    {"{\"module\":\"keras.layers\",\"class_name\":\"Dense\",\"config\":{\"name\":\"..\",\"units\":3}}", AL_KERAS_NAME},
    {"{\"module\":\"keras.layers\",\"class_name\":\"Dense\",\"config\":{\"name\":\"a/b\",\"units\":3}}", AL_KERAS_NAME},
    {"{\"module\":\"keras.layers\",\"class_name\":\"Dense\",\"config\":{\"name\":\"x\",\"units\":3}}",
     AL_GRAPH_DUPLICATE_NAME},
    {"{\"module\":\"keras.layers\",\"class_name\":\"Dense\",\"registered_name\":\"evil>Dense\","
     "\"config\":{\"name\":\"d\",\"units\":3}}", AL_KERAS_REGISTERED_NAME},
    {"{\"module\":\"keras.layers\",\"class_name\":\"Dense\",\"registered_name\":\"Conv2D\","
     "\"config\":{\"name\":\"d\",\"units\":3}}", AL_KERAS_REGISTERED_NAME},
    {"{\"module\":\"keras.layer\",\"class_name\":\"Dense\",\"config\":{\"name\":\"d\",\"units\":3}}", AL_KERAS_MODULE},
    {"{\"module\":\"keras.layers\",\"class_name\":\"Dens\",\"config\":{\"name\":\"d\",\"units\":3}}", AL_KERAS_CLASS},
    {"{\"class_name\":\"Dens\",\"config\":{\"name\":\"d\",\"units\":3}}", AL_KERAS_CLASS},
    {"{\"module\":\"keras.layers\",\"class_name\":\"Dense\",\"config\":[]}", AL_KERAS_FORM},
    {"{\"module\":\"keras.layers\",\"class_name\":\"Dense\",\"call\":1,\"config\":{\"name\":\"d\",\"units\":3}}",
     AL_KERAS_UNKNOWN_KEY},
    {"{\"module\":\"keras.layers\",\"class_name\":\"Dense\",\"name\":\"e\",\"config\":{\"name\":\"d\",\"units\":3}}",
     AL_KERAS_NAME},
    {"{\"module\":\"keras.layers\",\"class_name\":\"Lambda\",\"config\":{\"name\":\"l\",\"function\":null}}",
     AL_KERAS_LAMBDA},
    {"{\"module\":\"keras.layers\",\"class_name\":\"TFSMLayer\",\"config\":{\"name\":\"l\",\"filepath\":\"//h/m\"}}",
     AL_KERAS_TFSM_LAYER},
    {"{\"module\":\"keras.layers\",\"class_name\":\"TorchModuleWrapper\",\"config\":{\"name\":\"l\",\"module\":\"gAJj\"}}",
     AL_KERAS_TORCH_MODULE},
    {"{\"module\":\"keras.layers\",\"class_name\":\"Dense\",\"build_config\":{\"input_shape\":[null,0.5]},"
     "\"config\":{\"name\":\"d\",\"units\":3}}", AL_KERAS_BAD_VALUE},
    {"{\"module\":\"keras.layers\",\"class_name\":\"StringLookup\",\"config\":{\"name\":\"d\",\"vocabulary\":\"/etc/passwd\"}}",
     AL_KERAS_VOCABULARY_PATH},
};

static void test_one_layer(void **state)
{
    (void)state;
    char text[MOST_TEXT];
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
        assert_true(snprintf(text, sizeof text, sequential, layers[i].layer) < (int)sizeof text);
        enum al_finding_id id = refusal(text);
        if (id != layers[i].refused)
            print_error("%s: %s, expected %s\n", layers[i].layer, show(id), show(layers[i].refused));
        assert_int_equal(id, layers[i].refused);
    }
}

/* ---- graphs: x -> a -> b, changed in one place ---- */

#define TENSOR(name, node, tensor) \
    "{\"class_name\":\"__keras_tensor__\",\"config\":{\"shape\":[null,4],\"dtype\":\"float32\"," \
    "\"keras_history\":[\"" name "\"," node "," tensor "]}}"
#define CALL(args, kwargs) "{\"args\":[" args "],\"kwargs\":{" kwargs "}}"
#define DENSE(name, nodes) \
    "{\"module\":\"keras.layers\",\"class_name\":\"Dense\",\"config\":{\"name\":\"" name "\",\"units\":4}," \
    "\"registered_name\":null,\"name\":\"" name "\",\"inbound_nodes\":[" nodes "]}"
#define GRAPH(layers, in, out) \
    "{\"module\":\"keras.src.models.functional\",\"class_name\":\"Functional\",\"registered_name\":\"Functional\"," \
    "\"config\":{\"name\":\"f\",\"trainable\":true,\"layers\":[{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\"," \
    "\"config\":{\"batch_shape\":[null,4],\"dtype\":\"float32\",\"name\":\"x\"},\"name\":\"x\",\"inbound_nodes\":[]}," \
    layers "],\"input_layers\":" in ",\"output_layers\":" out "}}"
#define X "[[\"x\",0,0]]"

static const struct {
    const char *text;
    enum al_finding_id refused;
} graphs[] = {
    {GRAPH(DENSE("a", CALL(TENSOR("x", "0", "0"), "")) "," DENSE("b", CALL(TENSOR("a", "0", "0"), "")), X, "[\"b\",0,0]"),
     AL_FINDING_COUNT},
    /* listed backwards, and with keywords that nobody gave */
    {GRAPH(DENSE("b", CALL(TENSOR("a", "0", "0"), "\"training\":false,\"mask\":null")) ","
           DENSE("a", CALL(TENSOR("x", "0", "0"), "")), X, "{\"y\":[\"b\",0,0]}"), AL_FINDING_COUNT},
    /* called twice */
    {GRAPH(DENSE("a", CALL(TENSOR("x", "0", "0"), "") "," CALL(TENSOR("a", "0", "0"), "")), X, "[[\"a\",1,0]]"),
     AL_FINDING_COUNT},
    {GRAPH(DENSE("a", CALL(TENSOR("a", "0", "0"), "")), X, "[[\"a\",0,0]]"), AL_GRAPH_CYCLE},
    {GRAPH(DENSE("a", CALL(TENSOR("b", "0", "0"), "")) "," DENSE("b", CALL(TENSOR("a", "0", "0"), "")), X, "[\"b\",0,0]"),
     AL_GRAPH_CYCLE},
    {GRAPH(DENSE("a", CALL(TENSOR("y", "0", "0"), "")), X, "[[\"a\",0,0]]"), AL_GRAPH_REFERENCE},
    {GRAPH(DENSE("a", CALL(TENSOR("x", "1", "0"), "")), X, "[[\"a\",0,0]]"), AL_GRAPH_REFERENCE},
    {GRAPH(DENSE("a", CALL(TENSOR("x", "-1", "0"), "")), X, "[[\"a\",0,0]]"), AL_GRAPH_REFERENCE},
    {GRAPH(DENSE("a", CALL(TENSOR("x", "0", "-1"), "")), X, "[[\"a\",0,0]]"), AL_GRAPH_REFERENCE},
    {GRAPH(DENSE("a", CALL(TENSOR("x", "0", "1"), "")), X, "[[\"a\",0,0]]"), AL_GRAPH_STRUCTURE},
    {GRAPH(DENSE("a", CALL(TENSOR("x", "0.0", "0"), "")), X, "[[\"a\",0,0]]"), AL_GRAPH_REFERENCE},
    {GRAPH(DENSE("a", CALL(TENSOR("x", "0", "0"), "")), X, "[[\"b\",0,0]]"), AL_GRAPH_REFERENCE},
    {GRAPH(DENSE("a", CALL(TENSOR("x", "0", "0"), "")), "[[\"a\",0,0]]", "[[\"a\",0,0]]"), AL_GRAPH_INPUT},
    {GRAPH(DENSE("a", CALL(TENSOR("x", "0", "0"), "")), "[[\"x\",0,0],[\"x\",0,0]]", "[[\"a\",0,0]]"), AL_GRAPH_PORT},
    {GRAPH(DENSE("a", CALL(TENSOR("x", "0", "0"), "")), X, "[]"), AL_GRAPH_PORT},
    {GRAPH(DENSE("a", ""), X, X), AL_GRAPH_UNCONNECTED},
    {GRAPH(DENSE("x", CALL(TENSOR("x", "0", "0"), "")), X, X), AL_GRAPH_DUPLICATE_NAME},
    {GRAPH(DENSE("a", CALL("", "")), X, "[[\"a\",0,0]]"), AL_GRAPH_ARGUMENT},
    {GRAPH(DENSE("a", CALL("1.0", "")), X, "[[\"a\",0,0]]"), AL_KERAS_ARGUMENT},
    {GRAPH(DENSE("a", CALL("\"/some/path\"", "")), X, "[[\"a\",0,0]]"), AL_KERAS_ARGUMENT},
    {GRAPH(DENSE("a", CALL(TENSOR("x", "0", "0"), "\"training\":true")), X, "[[\"a\",0,0]]"), AL_KERAS_TRAINING_ARGUMENT},
    {GRAPH(DENSE("a", CALL(TENSOR("x", "0", "0"), "\"path\":\"/x\"")), X, "[[\"a\",0,0]]"), AL_KERAS_ARGUMENT},
    {GRAPH(DENSE("a", CALL(TENSOR("x", "0", "0"), "\"inputs\":" TENSOR("x", "0", "0"))), X, "[[\"a\",0,0]]"),
     AL_KERAS_ARGUMENT},
    {GRAPH(DENSE("a", CALL(TENSOR("x", "0", "0"), "\"mask\":{\"class_name\":\"function\",\"module\":\"os\","
                                                  "\"config\":\"system\"}")), X, "[[\"a\",0,0]]"), AL_KERAS_CALLABLE},
    /* lists as Keras 2 writes them */
    {GRAPH(DENSE("a", "[[\"x\",0,0,{}]]"), X, "[[\"a\",0,0]]"), AL_FINDING_COUNT},
    {GRAPH(DENSE("a", "[[\"x\",0,0,{\"training\":true}]]"), X, "[[\"a\",0,0]]"), AL_KERAS_TRAINING_ARGUMENT},
    {GRAPH(DENSE("a", "[[\"x\",0,0,{}],[\"x\",0,0,{}]]"), X, "[[\"a\",0,0]]"), AL_KERAS_ARGUMENT},
    {GRAPH(DENSE("a", "[[\"x\",0,0,{},1]]"), X, "[[\"a\",0,0]]"), AL_GRAPH_REFERENCE},
    {GRAPH(DENSE("a", "[[[\"x\",0,0,{}]]]"), X, "[[\"a\",0,0]]"), AL_GRAPH_REFERENCE},
};

static void test_graphs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof graphs / sizeof graphs[0]; i++) {
        enum al_finding_id id = refusal(graphs[i].text);
        if (id != graphs[i].refused)
            print_error("graph %zu: %s, expected %s\n", i, show(id), show(graphs[i].refused));
        assert_int_equal(id, graphs[i].refused);
    }
}

/* ---- how a model was compiled ---- */

static const struct {
    const char *compiled;
    enum al_finding_id said; /* AL_FINDING_COUNT: nothing */
    bool read;
} compiled[] = {
    {"{}", AL_FINDING_COUNT, true},
    {"null", AL_FINDING_COUNT, true},
    {"{\"optimizer\":\"adam\",\"loss\":\"mse\",\"metrics\":[\"accuracy\"]}", AL_FINDING_COUNT, true},
    {"{\"loss\":{\"module\":\"keras.losses\",\"class_name\":\"Huber\",\"config\":{\"name\":\"huber_loss\",\"delta\":1.0},"
     "\"registered_name\":null}}", AL_FINDING_COUNT, true},
    {"{\"optimizer\":{\"class_name\":\"Custom>Adam\",\"config\":{\"learning_rate\":0.1}}}", AL_FINDING_COUNT, true},
    {"{\"loss\":{\"module\":\"builtins\",\"class_name\":\"function\",\"config\":\"mine\",\"registered_name\":\"function\"}}",
     AL_KERAS_CUSTOM_TRAINING_FUNCTION, true},
    {"{\"loss\":{\"a\":\"mine\"}}", AL_KERAS_CUSTOM_TRAINING_FUNCTION, true},
    {"{\"metrics\":[{\"module\":null,\"class_name\":\"F1\",\"config\":{},\"registered_name\":\"mine>F1\"}]}",
     AL_KERAS_CUSTOM_TRAINING_FUNCTION, true},
    {"{\"loss\":\"os.system('x')\"}", AL_KERAS_CALLABLE, false},
    {"{\"loss\":{\"module\":\"os\",\"class_name\":\"function\",\"config\":\"system\"}}", AL_KERAS_CALLABLE, false},
    {"{\"loss\":{\"module\":\"keras.config\",\"class_name\":\"function\",\"config\":\"enable_unsafe_deserialization\"}}",
     AL_KERAS_CALLABLE, false},
    {"{\"loss\":{\"module\":\"mine\",\"class_name\":\"Loss\",\"config\":{},\"registered_name\":\"mine>Loss\"}}",
     AL_KERAS_REGISTERED_NAME, false},
    {"{\"metrics\":[[{\"class_name\":\"__lambda__\",\"config\":{}}]]}", AL_KERAS_LAMBDA, false},
    {"{\"optimizer\":{\"module\":\"keras.optimizers\",\"class_name\":\"Adam\",\"config\":{\"learning_rate\":"
     "{\"module\":\"os\",\"class_name\":\"system\",\"config\":{}}}}}", AL_KERAS_MODULE, false},
    {"{\"metrics\":[{\"module\":null,\"class_name\":\"F1\",\"config\":{\"fn\":{\"class_name\":\"__typespec__\"}},"
     "\"registered_name\":\"mine>F1\"}]}", AL_KERAS_TYPE_SPEC, false},
    {"{\"callbacks\":[]}", AL_KERAS_UNKNOWN_KEY, false},
    {"[]", AL_KERAS_FORM, false},
};

static void test_compiled(void **state)
{
    (void)state;
    static const char model[] =
        "{\"module\":\"keras\",\"class_name\":\"Sequential\",\"config\":{\"name\":\"s\",\"layers\":[{\"module\":\"keras.layers\","
        "\"class_name\":\"InputLayer\",\"config\":{\"batch_shape\":[null,4],\"dtype\":\"float32\",\"name\":\"x\"}}]},"
        "\"compile_config\":%s}";
    char text[MOST_TEXT];
    for (size_t i = 0; i < sizeof compiled / sizeof compiled[0]; i++) {
        struct reading r;
        (void)snprintf(text, sizeof text, model, compiled[i].compiled);
        read_text(&r, text);
        enum al_finding_id said = r.findings.count > 0 ? r.findings.list[r.findings.count - 1].id : AL_FINDING_COUNT;
        if (said != compiled[i].said || r.good != compiled[i].read)
            print_error("%s: %s\n", compiled[i].compiled, show(said));
        assert_int_equal(said, compiled[i].said);
        assert_int_equal(r.good, compiled[i].read);
        done(&r);
    }
}

/* ---- what the two generations mean by the same words ---- */

static int64_t activation_of(const char *module, const char *version)
{
    char text[MOST_TEXT];
    struct reading r;
    (void)snprintf(text, sizeof text,
                   "{%s\"class_name\":\"Sequential\",\"config\":{\"name\":\"s\",\"layers\":[{\"class_name\":\"Dense\",\"config\":"
                   "{\"name\":\"d\",\"units\":2,\"activation\":\"hard_sigmoid\",\"batch_input_shape\":[null,4]}}]}%s}",
                   module, version);
    read_text(&r, text);
    assert_true(r.good);
    assert_int_equal(r.model.layer_count, 3);
    assert_string_equal(al_row_of(r.policy, r.model.layers[1].kind)->name, "InputLayer");
    assert_memory_equal(r.model.layers[1].name.at, "d_input", 7);
    const struct al_row *row = al_row_of(r.policy, r.model.layers[2].kind);
    int64_t v = -1;
    for (uint32_t i = 0; i < row->param_count; i++)
        if (strcmp(row->params[i].key, "activation") == 0)
            v = r.model.layers[2].params[i].integer;
    done(&r);
    return v;
}

static void test_generations(void **state)
{
    (void)state;
    assert_int_equal(activation_of("\"module\":\"keras\",", ""), AL_ACTIVATION_HARD_SIGMOID);
    assert_int_equal(activation_of("", ",\"keras_version\":\"2.15.0\",\"backend\":\"tensorflow\""),
                     AL_ACTIVATION_HARD_SIGMOID_2);
    assert_int_equal(activation_of("", ",\"keras_version\":\"3.1.1\""), AL_ACTIVATION_HARD_SIGMOID);
}

static void test_versions(void **state)
{
    (void)state;
    struct al_arena *arena = al_arena_new(BUDGET);
    struct al_findings f;
    struct al_place place = al_place_root("metadata.json");
    struct al_version v;
    al_findings_init(&f, arena, NULL, 100);
    assert_true(al_keras_version(&f, al_text_of("2.2.4-tf"), &place, &v));
    assert_true(v.major == 2 && v.minor == 2 && v.patch == 4);
    assert_true(al_keras_version(&f, al_text_of("3.0.0.dev2024"), &place, &v));
    assert_true(v.major == 3 && v.minor == 0);
    static const char *const bad[] = {"", "1.2.2", "4.0.0", "three", "99999999999999999999.0.0"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(al_keras_version(&f, al_text_of(bad[i]), &place, &v));
    al_arena_free(arena);
}

/* Layers within layers end somewhere, long before the stack does. */
static void test_depth(void **state)
{
    (void)state;
    enum { DEPTH = 20 };
    static const char open[] = "{\"class_name\":\"TimeDistributed\",\"config\":{\"name\":\"t\",\"layer\":";
    static const char inner[] = "{\"class_name\":\"Dense\",\"config\":{\"name\":\"d\",\"units\":1}}";
    char layer[MOST_TEXT] = "", text[MOST_TEXT];
    for (int i = 0; i < DEPTH; i++)
        strcat(layer, open);
    strcat(layer, inner);
    for (int i = 0; i < DEPTH; i++)
        strcat(layer, "}}");
    (void)snprintf(text, sizeof text, sequential, layer);
    assert_int_not_equal(refusal(text), AL_FINDING_COUNT);
}

/* One Bidirectional in another, neither saying what runs backwards, would double at each level. */
static void test_mirrors(void **state)
{
    (void)state;
    char text[MOST_TEXT];
    (void)snprintf(text, sizeof text, sequential,
                   "{\"class_name\":\"Bidirectional\",\"config\":{\"name\":\"b\",\"layer\":{\"class_name\":\"Bidirectional\","
                   "\"config\":{\"name\":\"c\",\"layer\":{\"class_name\":\"LSTM\",\"config\":{\"name\":\"l\",\"units\":2}}}}}}");
    assert_int_equal(refusal(text), AL_KERAS_MISSING_KEY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_layer), cmocka_unit_test(test_graphs),   cmocka_unit_test(test_compiled),
        cmocka_unit_test(test_generations), cmocka_unit_test(test_versions), cmocka_unit_test(test_depth),
        cmocka_unit_test(test_mirrors),
    };
    return cmocka_run_group_tests_name("keras configurations", tests, NULL, NULL);
}
