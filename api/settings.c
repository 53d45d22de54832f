/* What a verified layer is set to and how it is called, as text: with these a report names
   everything that decides what a model computes, apart from the numbers in its weights. */
#include "api/report.h"
#include "policy/custom.h"
#include "validator/activation.h"
#include "validator/catalogue.h"

enum { TEXT_MOST = 1 << 22 };

struct writing {
    struct al_buffer b;
    const struct al_policy *policy;
    const struct al_model *model;
    const struct al_graph *graph; /* of the call that is being written */
};

/* Text of a file as a JSON string: escaped for eyes first, then for JSON. */
static void put_text(struct writing *w, struct al_text text)
{
    struct al_buffer shown;
    al_buffer_init(&shown, TEXT_MOST);
    al_text_escape(&shown, text, text.length);
    al_buffer_text(&w->b, "\"");
    for (size_t i = 0; i < shown.size; i++) {
        if (shown.data[i] == '"' || shown.data[i] == '\\')
            al_buffer_text(&w->b, "\\");
        al_buffer_u8(&w->b, shown.data[i]);
    }
    al_buffer_text(&w->b, "\"");
    w->b.failed = w->b.failed || shown.failed;
    al_buffer_free(&shown);
}

static void put_choice(struct writing *w, const struct al_param *param, int64_t choice)
{
    const char *name = param->type == AL_PARAM_DTYPE ? al_dtype_name((enum al_dtype)choice) : NULL;
    if (param->type == AL_PARAM_ACTIVATION && choice >= AL_ACTIVATION_CUSTOM)
        name = w->policy->custom[choice - AL_ACTIVATION_CUSTOM]->name;
    else if (param->type == AL_PARAM_ACTIVATION)
        name = al_activation_name(choice);
    else if (param->type == AL_PARAM_CHOICE)
        name = param->choices[choice];
    put_text(w, al_text_of(name != NULL ? name : ""));
}

static void put_comma(struct writing *w, uint32_t at)
{
    al_buffer_text(&w->b, at > 0 ? ", " : "");
}

/* Integers of a SHAPE are dimensions, those of LAYERS are the layers' names. */
static void put_integer(struct writing *w, const struct al_param *param, int64_t integer)
{
    if (param->type == AL_PARAM_LAYERS)
        put_text(w, w->model->layers[integer].name);
    else if (param->type == AL_PARAM_SHAPE && integer < 0)
        al_buffer_text(&w->b, "null");
    else
        al_buffer_format(&w->b, "%lld", (long long)integer);
}

static void put_value(struct writing *w, const struct al_param *param, const struct al_value *v)
{
    switch (v->type) {
    case AL_VALUE_ABSENT:
    case AL_VALUE_NULL:
    case AL_VALUE_TYPE_COUNT:
        al_buffer_text(&w->b, "null");
        return;
    case AL_VALUE_BOOL:
        al_buffer_text(&w->b, v->integer != 0 ? "true" : "false");
        return;
    case AL_VALUE_INTEGER:
        al_buffer_format(&w->b, "%lld", (long long)v->integer);
        return;
    case AL_VALUE_REAL:
        al_buffer_format(&w->b, "%.17g", v->real);
        return;
    case AL_VALUE_CHOICE:
        put_choice(w, param, v->integer);
        return;
    case AL_VALUE_TEXT:
        put_text(w, v->text);
        return;
    case AL_VALUE_LAYER:
        put_text(w, w->model->layers[v->integer].name);
        return;
    case AL_VALUE_INTEGERS:
    case AL_VALUE_REALS:
    case AL_VALUE_TEXTS:
        break;
    }
    al_buffer_text(&w->b, "[");
    for (uint32_t i = 0; i < v->count; i++) {
        put_comma(w, i);
        if (v->type == AL_VALUE_INTEGERS)
            put_integer(w, param, v->integers[i]);
        else if (v->type == AL_VALUE_REALS)
            al_buffer_format(&w->b, "%.17g", v->reals[i]);
        else
            put_text(w, v->texts[i]);
    }
    al_buffer_text(&w->b, "]");
}

/* An output of a call: the layer's name, and as Keras counts them the number of its call and
   of the output, where either is not the first. */
static void put_source(struct writing *w, uint32_t call, uint32_t output)
{
    const struct al_graph *g = w->graph;
    uint32_t node = 0;
    for (uint32_t i = 0; i < call; i++)
        node += g->calls[i].layer == g->calls[call].layer;
    struct al_text name = w->model->layers[g->calls[call].layer].name;
    al_text_escape(&w->b, name, name.length);
    if (node > 0 || output > 0)
        al_buffer_format(&w->b, "[%u][%u]", node, output);
}

static void put_call(struct writing *w, const struct al_row *row, const struct al_call *call)
{
    for (uint32_t i = 0; i < call->given_count; i++) {
        const struct al_given *given = &call->given[i];
        const struct al_argument *argument = &row->arguments[given->argument];
        put_comma(w, i);
        al_buffer_format(&w->b, "%s = %s", argument->name, given->list ? "[" : "");
        for (uint32_t k = 0; k < given->count; k++) {
            put_comma(w, k);
            if (given->items[k].call == AL_NONE_INDEX)
                put_value(w, &argument->param, &given->items[k].value);
            else
                put_source(w, given->items[k].call, given->items[k].output);
        }
        al_buffer_text(&w->b, given->list ? "]" : "");
    }
}

/* What was written so far, in the report's arena; the buffer is empty again. */
static const char *taken(struct writing *w, struct al_arena *arena)
{
    const char *text = w->b.failed ? NULL : al_arena_copy(arena, w->b.data, w->b.size);
    w->b.size = 0;
    return text;
}

static void put_ports(struct writing *w, uint32_t count, const struct al_port *ports)
{
    for (uint32_t i = 0; i < count; i++) {
        put_comma(w, i);
        put_source(w, ports[i].call, ports[i].output);
    }
}

const char *al_report_ends(struct al_report *r, const struct al_model *m, const struct al_graph *g)
{
    struct writing w = {.policy = r->policy, .model = m, .graph = g};
    al_buffer_init(&w.b, TEXT_MOST);
    put_ports(&w, g->input_count, g->inputs);
    al_buffer_text(&w.b, " -> ");
    put_ports(&w, g->output_count, g->outputs);
    const char *text = taken(&w, r->arena);
    al_buffer_free(&w.b);
    return text;
}

bool al_report_settings(struct al_report *r, const struct al_model *m, const struct al_layer *layer,
                        const struct al_row *row, struct al_layer_facts *facts)
{
    struct writing w = {.policy = r->policy, .model = m};
    struct al_setting_facts *settings = al_arena_alloc(r->arena, row->param_count, sizeof *settings);
    const struct al_setting_facts **list = al_arena_alloc(r->arena, row->param_count, sizeof *list);
    bool good = settings != NULL && list != NULL;
    al_buffer_init(&w.b, TEXT_MOST);
    for (uint32_t i = 0; good && i < row->param_count; i++) {
        if (layer->params[i].type == AL_VALUE_ABSENT)
            continue;
        struct al_setting_facts *s = &settings[facts->setting_count];
        put_value(&w, &row->params[i], &layer->params[i]);
        *s = (struct al_setting_facts){row->params[i].key, taken(&w, r->arena)};
        good = s->value != NULL;
        list[facts->setting_count++] = s;
    }
    al_buffer_free(&w.b);
    facts->settings = list;
    facts->variable_dtype = al_dtype_name(layer->variable_dtype);
    facts->ends = layer->graph != NULL ? al_report_ends(r, m, layer->graph) : "";
    return good && facts->ends != NULL;
}

bool al_report_calls(struct al_report *r, const struct al_model *m, const struct al_graph *g, uint32_t layer,
                     struct al_layer_facts *facts)
{
    struct writing w = {.policy = r->policy, .model = m, .graph = g};
    const struct al_row *row = al_row_of(r->policy, m->layers[layer].kind);
    uint32_t count = 0;
    for (uint32_t c = 0; c < g->call_count; c++)
        count += g->calls[c].layer == layer;
    const char **calls = al_arena_alloc(r->arena, count, sizeof *calls);
    bool good = calls != NULL && row != NULL;
    al_buffer_init(&w.b, TEXT_MOST);
    for (uint32_t c = 0; good && c < g->call_count; c++) {
        if (g->calls[c].layer != layer)
            continue;
        put_call(&w, row, &g->calls[c]);
        calls[facts->call_count] = taken(&w, r->arena);
        good = calls[facts->call_count++] != NULL;
    }
    al_buffer_free(&w.b);
    facts->calls = calls;
    return good;
}
