/* Bidirectional and TimeDistributed: layers that call another one (keras/src/layers/rnn). */
#include "validator/families/recurrent.h"

#include <string.h>

/* A parameter of a layer that this one owns; NULL where its row has no such key. */
static const struct al_value *child_param(const struct al_site *s, uint32_t child, const char *key)
{
    const struct al_layer *layer = &s->model->layers[child];
    const struct al_row *row = al_row_of(s->policy, layer->kind);
    for (uint32_t i = 0; i < row->param_count; i++)
        if (strcmp(row->params[i].key, key) == 0)
            return &layer->params[i];
    return NULL;
}

/* ---- Bidirectional ---- */

static const char *const merge_modes[] = {"concat", "sum", "mul", "ave", NULL};

/* Where a file of Keras 2 has no backward_layer, it is `layer` with go_backwards turned
   round: the loader makes it, so that every weight has a layer. */
static const struct al_param bidirectional_params[] = {
    {.key = "layer", .type = AL_PARAM_LAYER, .flags = AL_PARAM_REQUIRED},
    {.key = "backward_layer", .type = AL_PARAM_LAYER, .flags = AL_PARAM_REQUIRED},
    {.key = "merge_mode", .type = AL_PARAM_CHOICE, .flags = AL_PARAM_NULLABLE, .choices = merge_modes,
     .standard = "\"concat\""},
    AL_FIXED_KEY("num_constants", "null", "constants of a cell are not computed"),
};

static bool check_bidirectional(struct al_site *s)
{
    static const char *const equal_keys[] = {"return_sequences", "return_state", "stateful"};
    uint32_t forward = (uint32_t)al_param_int(s, "layer"), backward = (uint32_t)al_param_int(s, "backward_layer");
    if (forward == backward || !al_is_recurrent(s->model->layers[forward].kind) ||
        !al_is_recurrent(s->model->layers[backward].kind))
        return al_site_refuse(s, AL_GRAPH_PARAMETER, "two recurrent layers", AL_NOTHING,
                              "Bidirectional wraps what is no recurrent layer");
    if (child_param(s, forward, "go_backwards")->integer == child_param(s, backward, "go_backwards")->integer)
        return al_site_refuse(s, AL_GRAPH_PARAMETER, "opposite directions", AL_NOTHING,
                              "both layers of Bidirectional go in the same direction");
    for (size_t i = 0; i < sizeof equal_keys / sizeof equal_keys[0]; i++)
        if (child_param(s, forward, equal_keys[i])->integer != child_param(s, backward, equal_keys[i])->integer)
            return al_site_refuse(s, AL_GRAPH_PARAMETER, "the same on both sides", AL_NOTHING,
                                  "the layers of Bidirectional differ in %s", equal_keys[i]);
    return true;
}

static bool check_states_given(struct al_site *s, uint32_t count)
{
    uint32_t given = 0;
    for (uint32_t i = 0; i < s->in_count; i++)
        given += s->argument_of[i] < s->row->argument_count &&
                 strcmp(s->row->arguments[s->argument_of[i]].name, "initial_state") == 0;
    if (given != 0 && given != count)
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, al_found(s->findings, "%u tensors", count).at,
                              al_found(s->findings, "%u", given),
                              "initial_state is not what both states are made of");
    return true;
}

/* Equal but for the last axis where that one is joined; two outputs may differ. */
static bool mergeable(const struct al_shape *y, const struct al_shape *back, bool concat)
{
    uint32_t compared = concat ? y->rank - 1 : y->rank;
    if (y->rank != back->rank)
        return false;
    for (uint32_t i = 0; i < compared; i++)
        if (y->dim[i] != back->dim[i])
            return false;
    return !concat || (y->dim[compared] != -1 && back->dim[compared] != -1);
}

static bool infer_bidirectional(struct al_site *s)
{
    uint32_t sides[2] = {(uint32_t)al_param_int(s, "layer"), (uint32_t)al_param_int(s, "backward_layer")};
    struct al_shape *out[2];
    enum al_dtype *dtypes[2];
    bool apart = al_param_is_null(s, "merge_mode"), concat = !apart && al_param_int(s, "merge_mode") == 0;
    uint32_t count[2], n = 0;
    for (int i = 0; i < 2; i++)
        if (!al_site_call_child(s, sides[i], 1, s->in, s->in_dtypes, &count[i], &out[i], &dtypes[i]))
            return false;
    if (!check_states_given(s, al_state_count(s->model, sides[0]) + al_state_count(s->model, sides[1])) ||
        !al_site_outputs(s, count[0] + count[1] - !apart))
        return false;
    const struct al_shape *y = &out[0][0], *back = &out[1][0];
    if (!apart && !mergeable(y, back, concat))
        return al_site_bad_shape(s, al_shape_show(s->findings, y), back);
    s->out[n++] = *y;
    if (apart)
        s->out[n++] = *back;
    else if (concat)
        s->out[0].dim[y->rank - 1] += back->dim[y->rank - 1];
    for (int i = 0; i < 2; i++)
        for (uint32_t k = 1; k < count[i]; k++)
            s->out[n++] = out[i][k];
    return true;
}

const struct al_row al_row_bidirectional = {
    .name = "Bidirectional",
    AL_PARAMS(bidirectional_params),
    AL_ARGUMENTS(al_arguments_recurrent),
    .mask = AL_MASK_OWN,
    .rank_min = 3,
    .rank_max = AL_MAX_RANK,
    .weights = "those of its two layers",
    .computes = "one layer forward and one backward in time, joined by merge_mode",
    .check = check_bidirectional,
    .infer = infer_bidirectional,
};

/* ---- TimeDistributed ---- */

static const struct al_param time_params[] = {
    {.key = "layer", .type = AL_PARAM_LAYER, .flags = AL_PARAM_REQUIRED},
};

static bool infer_time(struct al_site *s)
{
    struct al_shape step = al_step_shape(&s->in[0]), *inner;
    enum al_dtype *dtypes;
    uint32_t count;
    if (!al_site_call_child(s, (uint32_t)al_param_int(s, "layer"), 1, &step, s->in_dtypes, &count, &inner, &dtypes))
        return false;
    if (count != 1 || inner[0].rank == 0 || inner[0].rank == AL_MAX_RANK)
        return al_site_refuse(s, AL_GRAPH_SHAPE, "one output", al_found(s->findings, "%u", count),
                              "TimeDistributed wraps a layer with several outputs");
    struct al_shape out = {.rank = inner[0].rank + 1, .dim = {inner[0].dim[0], s->in[0].dim[1]}};
    for (uint32_t i = 2; i < out.rank; i++)
        out.dim[i] = inner[0].dim[i - 1];
    if (!al_site_output(s, &out))
        return false;
    s->out_dtypes[0] = dtypes[0];
    return true;
}

const struct al_row al_row_time_distributed = {
    .name = "TimeDistributed",
    AL_PARAMS(time_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_OWN,
    .rank_min = 3,
    .rank_max = AL_MAX_RANK,
    .weights = "those of its layer",
    .computes = "its layer on each step",
    .infer = infer_time,
};
