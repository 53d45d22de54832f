/* Layers that Keras has and Airlock refuses: they need foreign code, files or the
   network, or their numbers are not computed here. */
#include "validator/families/common.h"

#define REFUSED_ROW(symbol, class_name, module_list, id, text) \
    const struct al_row al_row_##symbol = { \
        .name = (class_name), \
        .modules = (module_list), \
        .decision = AL_NOT_ALLOWED, \
        .finding = (id), \
        .reason = (text), \
    }

static const char *const utils_modules[] = {"keras.utils", NULL};

REFUSED_ROW(lambda, "Lambda", NULL, AL_KERAS_LAMBDA, "the layer is Python code");
REFUSED_ROW(tfsm_layer, "TFSMLayer", NULL, AL_KERAS_TFSM_LAYER,
            "the layer loads another model from a path of its choice");
REFUSED_ROW(torch_module_wrapper, "TorchModuleWrapper", NULL, AL_KERAS_TORCH_MODULE, "the layer is a pickle");
REFUSED_ROW(jax_layer, "JaxLayer", NULL, AL_KERAS_JAX_LAYER, "the layer calls Python functions that the file names");
REFUSED_ROW(flax_layer, "FlaxLayer", NULL, AL_KERAS_JAX_LAYER, "the layer calls methods that the file names");
REFUSED_ROW(feature_space, "FeatureSpace", utils_modules, AL_KERAS_NOT_COMPUTED,
            "a preprocessing pipeline with state of its own");

#define NOT_COMPUTED(symbol, class_name, text) REFUSED_ROW(symbol, class_name, NULL, AL_KERAS_NOT_COMPUTED, text)

NOT_COMPUTED(clahe, "ContrastLimitedAdaptiveHistogramEqualization",
             "the layer changes images at inference, in a way that is not computed yet");
NOT_COMPUTED(ternary_dense, "TernaryDense", "ternary weights are not computed yet");
NOT_COMPUTED(random_height, "RandomHeight", "the layer's output has a random size while training");
NOT_COMPUTED(random_width, "RandomWidth", "the layer's output has a random size while training");
NOT_COMPUTED(random_fourier_features, "RandomFourierFeatures", "random features are not computed yet");
NOT_COMPUTED(residual_wrapper, "ResidualWrapper", "wrappers of cells are not computed");
NOT_COMPUTED(device_wrapper, "DeviceWrapper", "wrappers of cells are not computed");
NOT_COMPUTED(dropout_wrapper, "DropoutWrapper", "wrappers of cells are not computed");
NOT_COMPUTED(class_method, "ClassMethod", "the layer calls a method of TensorFlow that the file names");
NOT_COMPUTED(instance_property, "InstanceProperty", "the layer reads a property that the file names");
