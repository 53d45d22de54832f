/* The losses, metrics, optimizers and schedules that come with Keras 2 and 3, by the
   names that compiled models carry. Nothing is built from them: the lists only tell
   what is Keras's own from what is the author's. */
#include "loader/keras/training_names.h"

static const char *const classes[] = {
    /* losses */
    "Loss", "LossFunctionWrapper", "KLDivergence", "Poisson", "BinaryCrossentropy", "BinaryFocalCrossentropy",
    "CategoricalCrossentropy", "CategoricalFocalCrossentropy", "SparseCategoricalCrossentropy", "MeanSquaredError",
    "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredLogarithmicError", "CosineSimilarity", "LogCosh",
    "Huber", "Hinge", "SquaredHinge", "CategoricalHinge", "Dice", "Tversky", "Circle", "CTC", "LossesContainer",
    /* metrics */
    "Metric", "Mean", "Sum", "MeanMetricWrapper", "MeanTensor", "MeanRelativeError", "RootMeanSquaredError",
    "LogCoshError", "R2Score", "AUC", "FalseNegatives", "FalsePositives", "Precision", "PrecisionAtRecall", "Recall",
    "RecallAtPrecision", "SensitivityAtSpecificity", "SpecificityAtSensitivity", "TrueNegatives", "TruePositives",
    "ConcordanceCorrelation", "PearsonCorrelation", "Accuracy", "BinaryAccuracy", "CategoricalAccuracy",
    "SparseCategoricalAccuracy", "TopKCategoricalAccuracy", "SparseTopKCategoricalAccuracy", "F1Score", "FBetaScore",
    "IoU", "BinaryIoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU", "SumOverBatchSize", "SumOverBatchSizeMetricWrapper",
    /* optimizers; the prefix is how tf.keras 2.11 to 2.15 register their own */
    "Optimizer", "Adam", "SGD", "RMSprop", "Adadelta", "AdamW", "Adagrad", "Adamax", "Adafactor", "Muon",
    "MultiOptimizer", "OptimizerMap", "Nadam", "Ftrl", "FTRL", "Lion", "LossScaleOptimizer", "LossScaleOptimizerV3",
    "ScheduleFreeAdamW", "TFOptimizer", "Custom>Adam", "Custom>SGD", "Custom>RMSprop", "Custom>Adadelta",
    "Custom>AdamW", "Custom>Adagrad", "Custom>Adamax", "Custom>Adafactor", "Custom>Nadam", "Custom>Ftrl",
    "Custom>Lion", "Custom>LossScaleOptimizer",
    /* schedules */
    "LearningRateSchedule", "ExponentialDecay", "PiecewiseConstantDecay", "PolynomialDecay", "InverseTimeDecay",
    "CosineDecay", "CosineDecayRestarts", "NoisyLinearCosineDecay", "LinearCosineDecay", "WarmUp", NULL};

static const char *const functions[] = {
    "mse", "MSE", "mae", "MAE", "mape", "MAPE", "msle", "MSLE", "bce", "BCE", "kld", "KLD", "acc", "accuracy", "ce",
    "crossentropy", "kl_divergence", "kullback_leibler_divergence", "poisson", "binary_crossentropy",
    "binary_focal_crossentropy", "categorical_crossentropy", "categorical_focal_crossentropy",
    "sparse_categorical_crossentropy", "mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error", "cosine_similarity", "cosine_proximity", "cosine", "log_cosh", "logcosh", "huber",
    "huber_loss", "hinge", "squared_hinge", "categorical_hinge", "dice", "tversky", "circle", "ctc", "auc",
    "precision", "recall", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy",
    "top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy", "root_mean_squared_error", "f1_score",
    "fbeta_score", "mean_io_u", "io_u", "r2_score", "true_positives", "true_negatives", "false_positives",
    "false_negatives", "adam", "sgd", "rmsprop", "adadelta", "adamw", "adagrad", "adamax", "adafactor", "nadam", "ftrl",
    "lion", "muon", "loss", NULL};

static const char *const modules[] = {
    "keras.losses", "keras.metrics", "keras.optimizers", "keras.optimizers.schedules",
    "keras.optimizers.legacy", "keras.optimizers.experimental", "keras.src.losses.losses", "keras.src.losses",
    "keras.src.losses.loss", "keras.src.metrics.metric", "keras.src.metrics.base_metric", "keras.src.metrics",
    "keras.src.metrics.reduction_metrics", "keras.src.metrics.accuracy_metrics", "keras.src.optimizers",
    "keras.src.optimizers.loss_scale_optimizer", "keras.mixed_precision",
    "keras.src.engine.compile_utils", "tf_keras.losses", "tf_keras.metrics", "tf_keras.optimizers",
    "tf_keras.optimizers.schedules", "tf_keras.optimizers.legacy", NULL};

static bool listed(const char *const *list, struct al_text text)
{
    for (; *list != NULL; list++)
        if (al_text_is(text, *list))
            return true;
    return false;
}

bool al_keras_training_class(struct al_text name)
{
    return listed(classes, name);
}

bool al_keras_training_name(struct al_text name)
{
    return listed(functions, name) || listed(classes, name);
}

bool al_keras_training_module(struct al_text module)
{
    return listed(modules, module);
}
