/* airlock inspect: what is in a model, as model.summary() shows it, without Python. */
#include "cli/common.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/report.h"

#include <string.h>

enum { LAYER_COLUMN = 44, SHAPE_COLUMN = 26, COUNT_COLUMN = 14 };

static void layer_line(FILE *s, const struct al_layer_facts *l)
{
    char shape[SHAPE_TEXT], number[NUMBER_TEXT];
    int used = fprintf(s, "%*s%s (%s)", (int)(2 * (l->depth < 16 ? l->depth : 16)), "", l->name, l->kind);
    /* names hold multibyte text: the column may shift, but never run into the next */
    fprintf(s, "%*s", used < LAYER_COLUMN ? LAYER_COLUMN - used : 1, "");
    fprintf(s, "%-*s%*s", SHAPE_COLUMN, l->output_count > 0 ? shape_text(shape, l->outputs[0]) : "", COUNT_COLUMN,
            l->parameters > 0 ? count_text(number, l->parameters) : "0");
    fprintf(s, "%s%s\n", *l->from != '\0' ? "  " : "", l->from);
}

static void ports(FILE *s, const char *word, uint32_t count, const struct al_port_facts *const *list)
{
    char shape[SHAPE_TEXT];
    for (uint32_t i = 0; i < count; i++)
        fprintf(s, "%-8s  %-32s  %-8s  %s\n", i == 0 ? word : "", list[i]->name, list[i]->dtype,
                shape_text(shape, list[i]));
}

static void weights(FILE *s, const struct al_report *report)
{
    char shape[SHAPE_TEXT];
    size_t count;
    const struct al_weight_facts *const *list = al_report_weights(report, &count);
    fprintf(s, "\n%-30s %-24s %-8s  %-22s %-24s %s\n", "Weight of", "name", "dtype", "shape", "range", "stored as");
    for (size_t i = 0; i < count; i++) {
        const struct al_weight_facts *w = list[i];
        const struct al_port_facts as_port = {w->name, w->dtype, w->rank, w->shape};
        char range[NUMBER_TEXT] = "";
        if (w->numbers != NULL && w->numbers->not_finite > 0)
            (void)snprintf(range, sizeof range, "not all finite");
        else if (w->numbers != NULL)
            (void)snprintf(range, sizeof range, "%.4g to %.4g", w->numbers->minimum, w->numbers->maximum);
        fprintf(s, "%-30s %-24s %-8s  %-22s %-24s %s\n", w->layer, w->name, w->dtype, shape_text(shape, &as_port),
                range, w->stored_as);
    }
}

static bool inspect_human(FILE *s, const struct al_report *report, bool with_weights)
{
    char size[NUMBER_TEXT], parameters[NUMBER_TEXT];
    size_t count;
    const struct al_file_facts *file = al_report_file(report);
    const struct al_model_facts *model = al_report_model(report);
    const struct al_layer_facts *const *layers = al_report_layers(report, &count);
    fprintf(s, "%s: accepted, %s%s%s, %s\n", file->path, file->format, *file->written_by != '\0' ? ", " : "",
            file->written_by, size_text(size, file->size));
    if (model->layers > 0) {
        fprintf(s, "model %s\n\n%-*s%-*s%*s  %s\n", model->name, LAYER_COLUMN, "Layer (kind)", SHAPE_COLUMN,
                "Output shape", COUNT_COLUMN, "Parameters", "From");
        for (size_t i = 0; i < count; i++)
            layer_line(s, layers[i]);
        fputc('\n', s);
        ports(s, "inputs", model->input_count, model->inputs);
        ports(s, "outputs", model->output_count, model->outputs);
    }
    fprintf(s, "%s parameters\n", count_text(parameters, model->parameters));
    if (with_weights)
        weights(s, report);
    return true;
}

static bool inspect_json(FILE *s, const struct al_report *report, bool with_weights)
{
    json_t *value = json_of_report(report);
    bool good = json_object_set_new(value, "layers", json_of_layers(report)) == 0;
    const struct al_model_facts *model = al_report_model(report);
    if (model->ends != NULL)
        json_object_update_new(json_object_get(value, "model"), json_pack("{s:s, s:s, s:s, s:b}", "ends", model->ends,
                                                                        "dtype", model->dtype, "variable_dtype",
                                                                        model->variable_dtype, "trainable",
                                                                        model->trainable));
    if (with_weights)
        good = json_object_set_new(value, "weights", json_of_weights(report)) == 0 && good;
    if (good && json_dumpf(value, s, JSON_INDENT(2)) == 0)
        fputc('\n', s);
    json_decref(value);
    if (!good)
        complain("no memory for the report");
    return good;
}

int run_inspect(const struct arguments *arguments)
{
    int status = STATUS_FAILED;
    struct al_policy *policy = open_policy(arguments, &status);
    struct al_report *report = policy != NULL ? open_model(arguments, policy, &status) : NULL;
    struct output out;
    if (report != NULL && output_open(&out, argument_value(arguments, "--output"))) {
        bool with_weights = argument_given(arguments, "--weights");
        bool as_json = argument_given(arguments, "--json");
        bool good = (as_json ? inspect_json : inspect_human)(out.stream, report, with_weights);
        if (good && output_close(&out))
            status = STATUS_DONE;
        else if (!good)
            output_discard(&out);
    }
    al_report_free(report);
    al_policy_free(policy);
    return status;
}
