/* What the known attacks put into configurations: strings for every place where a string may
   stand, and objects that name code. An object is never to be accepted, wherever it stands. */
#include "tests/mutants/mutants.h"

static const char *const words[] = {
    /* classes that carry code, or read files */
    "Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "StringLookup", "TextVectorization",
    "TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "ExportArchive", "DTypePolicyMap", "QuantizedDTypePolicy",
    "SeedGenerator", "function", "__lambda__", "__tensor__", "__numpy__", "__typespec__", "TypeSpec", "CompositeTensor",
    "__tuple__", "__keras_tensor__", "__slice__", "__bytes__", "__ellipsis__",
    /* modules and functions */
    "os", "system", "builtins", "eval", "exec", "subprocess", "Popen", "posix", "__main__", "importlib", "getattr",
    "keras.utils", "get_file", "keras.config", "enable_unsafe_deserialization", "keras.models", "load_model", "numpy",
    "keras.datasets.mnist", "load_data", "keras.src.saving.serialization_lib", "keras.layers", "keras.src.ops.numpy",
    /* registered names */
    "evil>Dense", "Custom>Adam", "Custom>mine", "package>Name", ">", "builtins>eval",
    /* paths and addresses */
    "/etc/passwd", "../../x", "..", ".", "", "//host/share/m", "gs://bucket/x", "http://127.0.0.1/x", "file:///etc/passwd",
    "a/b", "C:\\x", "\\\\host\\x", "model.weights.h5", "vars", "layers", "_layer_checkpoint_dependencies",
    /* bytecode and pickles in base64, patterns that never end */
    "4wEAAAAAAAAAAAAAAAA=", "gAJjb3MKc3lzdGVtCg==", "(a+)+$", ".*",
    /* text that fools eyes */
    "\x1B[2J", "\xE2\x80\xAE" "abc", "\xC3\xA9", "a\x07" "b", "\xEF\xBB\xBF", "\xF0\x9F\x92\xA3",
    /* honest words at the wrong place */
    "linear", "softmax", "relu", "float32", "float16", "bfloat16", "int8", "float64", "string", "mixed_float16", "same",
    "valid", "causal", "channels_first", "channels_last", "zeros", "l2", "mse", "adam", "keras", "Dense", "LSTM",
    "Functional", "Sequential", "InputLayer", "Bidirectional", "TimeDistributed", "Embedding", "dense", "kernel", "units",
    "null", "true", "NaN", "1e999", "-1", "0",
};

static const char *const objects[] = {
    "{\"class_name\":\"__lambda__\",\"config\":{\"code\":\"4wEAAAAAAAAAAAAA\",\"defaults\":null,\"closure\":null}}",
    "{\"class_name\":\"__lambda__\",\"config\":{\"value\":[\"4wEAAAAAAAAAAAAA\",null,null]}}",
    "{\"class_name\":\"function\",\"module\":\"os\",\"config\":\"system\",\"registered_name\":\"system\"}",
    "{\"module\":\"os\",\"class_name\":\"system\",\"config\":{},\"registered_name\":null}",
    "{\"class_name\":\"function\",\"module\":\"keras.config\",\"config\":\"enable_unsafe_deserialization\","
    "\"registered_name\":\"enable_unsafe_deserialization\"}",
    "{\"class_name\":\"function\",\"module\":\"keras.utils\",\"config\":\"get_file\",\"registered_name\":\"get_file\"}",
    "{\"class_name\":\"TypeSpec\",\"type_spec\":\"tf.TensorSpec\",\"serialized\":[[1],\"float32\"]}",
    "{\"class_name\":\"__typespec__\",\"spec_name\":\"TensorSpec\",\"module\":\"tensorflow\",\"spec_config\":[[1],\"x\"]}",
    "{\"class_name\":\"CompositeTensor\",\"value\":1}",
    "{\"module\":\"keras.layers\",\"class_name\":\"Lambda\",\"config\":{\"name\":\"l\",\"function\":[\"4wEA\",null,null],"
    "\"function_type\":\"lambda\"},\"registered_name\":null}",
    "{\"module\":\"keras.layers\",\"class_name\":\"TFSMLayer\",\"config\":{\"filepath\":\"/tmp/m\"},\"registered_name\":null}",
    "{\"module\":\"keras.layers\",\"class_name\":\"TorchModuleWrapper\",\"config\":{\"module\":\"gAJj\"},"
    "\"registered_name\":null}",
    "{\"class_name\":\"Lambda\",\"config\":{\"name\":\"l\",\"function\":[\"4wEA\",null,null],\"function_type\":\"lambda\"}}",
    "{\"module\":\"keras.layers\",\"class_name\":\"Dense\",\"config\":{\"units\":1},\"registered_name\":\"evil>Dense\"}",
    "{\"module\":\"subprocess\",\"class_name\":\"Popen\",\"config\":{\"args\":\"true\"},\"registered_name\":\"Popen\"}",
};

const char *attack_word(struct chance *c)
{
    return words[chance_below(c, sizeof words / sizeof words[0])];
}

json_t *attack_object(struct chance *c)
{
    return json_loads(objects[chance_below(c, sizeof objects / sizeof objects[0])], 0, NULL);
}
