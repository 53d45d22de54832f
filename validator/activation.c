/* Names of activation functions; see activation.h. The first name of each is the
   one in reports, the others are aliases of keras.activations. */
#include "validator/activation.h"

#include <stddef.h>

static const struct {
    const char *name, *alias;
} names[AL_ACTIVATION_COUNT] = {
    [AL_ACTIVATION_LINEAR] = {"linear", NULL},
    [AL_ACTIVATION_RELU] = {"relu", NULL},
    [AL_ACTIVATION_RELU6] = {"relu6", NULL},
    [AL_ACTIVATION_LEAKY_RELU] = {"leaky_relu", NULL},
    [AL_ACTIVATION_ELU] = {"elu", NULL},
    [AL_ACTIVATION_CELU] = {"celu", NULL},
    [AL_ACTIVATION_SELU] = {"selu", NULL},
    [AL_ACTIVATION_SILU] = {"silu", "swish"},
    [AL_ACTIVATION_HARD_SILU] = {"hard_silu", "hard_swish"},
    [AL_ACTIVATION_GELU] = {"gelu", NULL},
    [AL_ACTIVATION_SIGMOID] = {"sigmoid", NULL},
    [AL_ACTIVATION_HARD_SIGMOID] = {"hard_sigmoid", NULL},
    [AL_ACTIVATION_HARD_SIGMOID_2] = {"hard_sigmoid (Keras 2)", NULL},
    [AL_ACTIVATION_LOG_SIGMOID] = {"log_sigmoid", NULL},
    [AL_ACTIVATION_SPARSE_SIGMOID] = {"sparse_sigmoid", NULL},
    [AL_ACTIVATION_TANH] = {"tanh", NULL},
    [AL_ACTIVATION_TANH_SHRINK] = {"tanh_shrink", NULL},
    [AL_ACTIVATION_HARD_TANH] = {"hard_tanh", NULL},
    [AL_ACTIVATION_SOFTMAX] = {"softmax", "softmax_v2"},
    [AL_ACTIVATION_LOG_SOFTMAX] = {"log_softmax", NULL},
    [AL_ACTIVATION_SPARSEMAX] = {"sparsemax", NULL},
    [AL_ACTIVATION_SOFTPLUS] = {"softplus", NULL},
    [AL_ACTIVATION_SOFTSIGN] = {"softsign", NULL},
    [AL_ACTIVATION_SQUAREPLUS] = {"squareplus", NULL},
    [AL_ACTIVATION_SOFT_SHRINK] = {"soft_shrink", NULL},
    [AL_ACTIVATION_HARD_SHRINK] = {"hard_shrink", NULL},
    [AL_ACTIVATION_SPARSE_PLUS] = {"sparse_plus", NULL},
    [AL_ACTIVATION_EXPONENTIAL] = {"exponential", NULL},
    [AL_ACTIVATION_MISH] = {"mish", NULL},
};

const char *al_activation_name(int64_t activation)
{
    if (activation >= AL_ACTIVATION_CUSTOM)
        return "custom";
    return activation >= 0 && activation < AL_ACTIVATION_COUNT ? names[activation].name : "unknown";
}

enum al_activation al_activation_by_name(struct al_text name, bool keras2)
{
    for (int i = 0; i < AL_ACTIVATION_COUNT; i++) {
        if (i == AL_ACTIVATION_HARD_SIGMOID_2)
            continue;
        if (!al_text_is(name, names[i].name) && (names[i].alias == NULL || !al_text_is(name, names[i].alias)))
            continue;
        if (keras2 && i == AL_ACTIVATION_HARD_SIGMOID)
            return AL_ACTIVATION_HARD_SIGMOID_2;
        return (enum al_activation)i;
    }
    return AL_ACTIVATION_COUNT;
}
