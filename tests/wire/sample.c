/* See sample.h. */
#include "tests/wire/sample.h"

#include <string.h>

enum { ARENA_BYTES = 64 << 20, LIST = 3 };

/* ---- a model with everything in it ---- */

static const int64_t integers[LIST] = {INT64_MIN, -1, INT64_MAX};
static const double reals[LIST * 2] = {0.5, -0.0, 1e300, -1, 2, 3};
static const struct al_text texts[LIST] = {{"a", 1}, {"", 0}, {"z\xc3\xa9", 3}};

static struct al_value value_of(enum al_value_type type, uint32_t child)
{
    struct al_value v = {.type = type};
    switch (type) {
    case AL_VALUE_ABSENT:
    case AL_VALUE_NULL:
    case AL_VALUE_TYPE_COUNT:
        break;
    case AL_VALUE_BOOL:
        v.integer = 1;
        break;
    case AL_VALUE_INTEGER:
        v.integer = -7;
        break;
    case AL_VALUE_REAL:
        v.real = 0.1;
        break;
    case AL_VALUE_CHOICE:
        v.integer = 2;
        break;
    case AL_VALUE_TEXT:
        v.text = al_text_of("text");
        break;
    case AL_VALUE_INTEGERS:
        v.count = LIST;
        v.integers = integers;
        break;
    case AL_VALUE_REALS:
        v.count = LIST * 2;
        v.reals = reals;
        v.shape = (struct al_shape){2, {2, LIST}};
        break;
    case AL_VALUE_TEXTS:
        v.count = LIST;
        v.texts = texts;
        break;
    case AL_VALUE_LAYER:
        v.integer = child;
        break;
    }
    return v;
}

/* Fills the parameters with values of every type in turn: `turn` goes on from layer to layer. */
static void fill_params(struct al_layer *layer, uint32_t child, struct al_arena *arena, uint32_t *turn)
{
    const struct al_row *row = al_row_of(NULL, layer->kind);
    layer->params = al_arena_alloc(arena, row->param_count, sizeof *layer->params);
    for (uint32_t i = 0; i < row->param_count; i++) {
        enum al_value_type type = (enum al_value_type)((*turn)++ % AL_VALUE_TYPE_COUNT);
        bool cannot = (type == AL_VALUE_LAYER && child == 0) || row->params[i].type == AL_PARAM_LAYERS;
        layer->params[i] = value_of(cannot ? AL_VALUE_ABSENT : type, child);
    }
}

static struct al_graph *graph_of(struct al_arena *arena, const uint32_t *layers, uint32_t count)
{
    struct al_graph *g = al_arena_alloc(arena, 1, sizeof *g);
    g->call_count = count;
    g->calls = al_arena_alloc(arena, count, sizeof *g->calls);
    for (uint32_t i = 0; i < count; i++) {
        g->calls[i].layer = layers[i];
        if (i == 0)
            continue;
        struct al_given *given = al_arena_alloc(arena, 1, sizeof *given);
        struct al_item *items = al_arena_alloc(arena, 2, sizeof *items);
        items[0] = (struct al_item){.call = i - 1, .output = 0};
        items[1] = (struct al_item){.call = AL_NONE_INDEX, .value = value_of((enum al_value_type)(i + 2), 0)};
        *given = (struct al_given){.argument = 0, .list = true, .count = 2, .items = items};
        g->calls[i].given_count = 1;
        g->calls[i].given = given;
    }
    struct al_port *ports = al_arena_alloc(arena, 2, sizeof *ports);
    ports[0] = (struct al_port){.name = al_text_of("in"), .call = 0};
    ports[1] = (struct al_port){.name = al_text_of("out"), .call = count - 1, .output = 1};
    g->inputs = &ports[0];
    g->outputs = &ports[1];
    g->input_count = g->output_count = 1;
    return g;
}

static struct al_layer layer_of(uint32_t kind, uint32_t owner, const char *name)
{
    return (struct al_layer){.kind = kind,
                             .owner = owner,
                             .name = al_text_of(name),
                             .compute_dtype = AL_FLOAT32,
                             .variable_dtype = AL_FLOAT16,
                             .trainable = owner % 2 == 0};
}

static struct al_model *sample_model(struct al_arena *arena)
{
    enum { LAYERS = 8, TENSORS = 4 };
    static const uint8_t data[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    static const uint32_t outer[] = {1, 2, 3, 2}, inner[] = {4, 5, 6}, outer_children[] = {1, 2, 3};
    struct al_layer *l = al_arena_alloc(arena, LAYERS, sizeof *l);
    l[0] = layer_of(AL_KIND_FUNCTIONAL, AL_NONE_INDEX, "model");
    l[1] = layer_of(AL_KIND_INPUT_LAYER, 0, "in");
    l[2] = layer_of(AL_KIND_DENSE, 0, "dense");
    l[3] = layer_of(AL_KIND_SEQUENTIAL, 0, "nested");
    l[4] = layer_of(AL_KIND_INPUT_LAYER, 3, "in");
    l[5] = layer_of(AL_KIND_DENSE, 3, "\xd0\xb6");
    l[6] = layer_of(AL_KIND_DENSE, 3, "");
    /* owned and in no graph, as a wrapper's layer is */
    l[7] = layer_of(AL_KIND_DENSE, 2, "wrapped");
    uint32_t turn = 0;
    for (uint32_t i = 0; i < LAYERS; i++)
        fill_params(&l[i], i == 0 ? 2 : i == 3 ? 5 : 0, arena, &turn);
    for (uint32_t owner = 0; owner <= 3; owner += 3) {
        l[owner].children = al_arena_alloc(arena, 3, sizeof *l[owner].children);
        memcpy(l[owner].children, owner == 0 ? outer_children : inner, 3 * sizeof *l[owner].children);
        l[owner].child_count = 3;
    }
    l[2].children = al_arena_alloc(arena, 1, sizeof *l[2].children);
    l[2].children[0] = 7;
    l[2].child_count = 1;
    l[0].graph = graph_of(arena, outer, 4);
    l[3].graph = graph_of(arena, inner, 3);
    l[2].weights = al_arena_alloc(arena, 2, sizeof *l[2].weights);
    l[2].weights[0] = 3;
    l[2].weights[1] = AL_NONE_INDEX;
    l[2].weight_count = 2;

    struct al_tensor *t = al_arena_alloc(arena, TENSORS, sizeof *t);
    t[0] = (struct al_tensor){.name = al_text_of("k"), .dtype = AL_FLOAT32, .shape = {2, {2, 3}}, .bytes = 24,
                              .stored = AL_STORED_EXTENT, .input = 0, .offset = 8};
    t[1] = (struct al_tensor){.name = al_text_of("d"), .dtype = AL_FLOAT64, .shape = {0, {0}}, .bytes = 8,
                              .stored = AL_STORED_DATA, .data = data};
    t[2] = (struct al_tensor){.name = al_text_of("none"), .dtype = AL_INT32, .shape = {1, {0}}, .bytes = 0,
                              .stored = AL_STORED_DATA, .data = data};
    t[3] = (struct al_tensor){.name = al_text_of("b"), .dtype = AL_BOOL, .shape = {1, {5}}, .bytes = 5,
                              .stored = AL_STORED_DATA, .data = data};
    struct al_model *m = al_arena_alloc(arena, 1, sizeof *m);
    *m = (struct al_model){.arena = arena, .format = AL_FORMAT_KERAS, .framework = "keras", .version = {3, 15, 1},
                           .name = al_text_of("sample"), .layer_count = LAYERS, .layers = l,
                           .tensor_count = TENSORS, .tensors = t};
    return m;
}

static void say_data(struct al_buffer *out, const struct al_model *m)
{
    for (uint32_t i = 0; i < m->tensor_count; i++)
        if (m->tensors[i].stored == AL_STORED_DATA && m->tensors[i].bytes > 0) {
            al_wire_header(out, AL_FRAME_DATA, m->tensors[i].bytes);
            al_buffer_bytes(out, m->tensors[i].data, (size_t)m->tensors[i].bytes);
        }
}

static const struct al_finding two[] = {
    {.id = AL_LIMIT_FINDINGS, .where = "a:/b", .message = "one", .expected = "", .found = "\xe2\x80\xa6"},
    {.id = AL_KERAS_LAMBDA, .where = "", .message = "two", .expected = "no code", .found = "code"},
};

void sample_accepting(struct al_buffer *out, struct al_arena *arena)
{
    static const int answers[AL_STEP_COUNT] = {[AL_STEP_LANDLOCK] = 38};
    struct al_model *m = sample_model(arena);
    al_wire_hello(out, answers);
    al_wire_finding(out, &two[0]);
    if (!al_wire_model(out, m, NULL))
        out->failed = true;
    say_data(out, m);
    al_wire_verdict(out, AL_CELL_ACCEPTS, 1, 3);
}

void sample_refusing(struct al_buffer *out)
{
    static const int answers[AL_STEP_COUNT];
    al_wire_hello(out, answers);
    al_wire_finding(out, &two[0]);
    al_wire_finding(out, &two[1]);
    al_wire_verdict(out, AL_CELL_REFUSES, 2, 0);
}

/* ---- a listener ---- */

void listener_hear(struct listener *l, const uint8_t *bytes, size_t size, size_t piece)
{
    enum { OUTPUT_BYTES = 1 << 20, FINDINGS = 10 };
    *l = (struct listener){.arena = al_arena_new(ARENA_BYTES), .input_size = SAMPLE_INPUT_BYTES};
    al_findings_init(&l->findings, l->arena, NULL, FINDINGS);
    l->context = (struct al_wire_context){
        .input_sizes = &l->input_size, .input_count = 1, .findings = FINDINGS, .extents = true};
    al_conversation_begin(&l->talk, &l->context, l->arena, &l->findings, OUTPUT_BYTES);
    for (size_t at = 0; at < size;) {
        size_t room;
        uint8_t *to = al_conversation_room(&l->talk, &room);
        size_t n = size - at < room ? size - at : room;
        n = n < piece ? n : piece;
        memcpy(to, bytes + at, n);
        at += n;
        if (!al_conversation_took(&l->talk, n))
            return;
    }
    l->complete = al_conversation_complete(&l->talk);
}

void listener_repeat(const struct listener *l, struct al_buffer *out)
{
    al_wire_hello(out, l->talk.answers);
    for (size_t i = 0; i < l->findings.count; i++)
        al_wire_finding(out, &l->findings.list[i]);
    if (l->talk.model != NULL) {
        if (!al_wire_model(out, l->talk.model, NULL))
            out->failed = true;
        say_data(out, l->talk.model);
    }
    al_wire_verdict(out, l->talk.verdict, l->talk.finding_count, (uint32_t)l->findings.dropped);
}

static bool item_sound(const struct al_item *item, uint32_t call)
{
    return item->call == AL_NONE_INDEX ? item->value.type < AL_VALUE_LAYER : item->call < call;
}

static bool graph_sound(const struct al_model *m, uint32_t owner)
{
    const struct al_graph *g = m->layers[owner].graph;
    for (uint32_t i = 0; i < g->call_count; i++) {
        const struct al_call *c = &g->calls[i];
        if (c->layer >= m->layer_count || m->layers[c->layer].owner != owner)
            return false;
        for (uint32_t k = 0; k < c->given_count; k++) {
            if (c->given[k].argument >= al_row_of(NULL, m->layers[c->layer].kind)->argument_count)
                return false;
            for (uint32_t n = 0; n < c->given[k].count; n++)
                if (!item_sound(&c->given[k].items[n], i))
                    return false;
        }
    }
    for (uint32_t i = 0; i < g->input_count + g->output_count; i++) {
        const struct al_port *p = i < g->input_count ? &g->inputs[i] : &g->outputs[i - g->input_count];
        if (p->call >= g->call_count)
            return false;
    }
    return true;
}

static bool layer_sound(const struct al_model *m, uint32_t index)
{
    const struct al_layer *l = &m->layers[index];
    const struct al_row *row = al_row_of(NULL, l->kind);
    if (row == NULL || (index == 0 ? l->owner != AL_NONE_INDEX : l->owner >= index))
        return false;
    uint32_t children = 0;
    for (uint32_t i = 1; i < m->layer_count; i++)
        if (m->layers[i].owner == index && (children >= l->child_count || l->children[children++] != i))
            return false;
    for (uint32_t i = 0; i < row->param_count; i++)
        if (l->params[i].type == AL_VALUE_LAYER && m->layers[l->params[i].integer].owner != index)
            return false;
    for (uint32_t i = 0; i < l->weight_count; i++)
        if (l->weights[i] >= m->tensor_count && l->weights[i] != AL_NONE_INDEX)
            return false;
    return children == l->child_count && (l->graph == NULL || graph_sound(m, index));
}

bool listener_sound(const struct listener *l)
{
    const struct al_model *m = l->talk.model;
    for (uint32_t i = 0; m != NULL && i < m->layer_count; i++)
        if (!layer_sound(m, i))
            return false;
    for (uint32_t i = 0; m != NULL && i < m->tensor_count; i++) {
        const struct al_tensor *t = &m->tensors[i];
        uint64_t count = 1;
        for (uint32_t k = 0; k < t->shape.rank; k++)
            count *= (uint64_t)t->shape.dim[k];
        bool extent = t->stored == AL_STORED_EXTENT;
        if (t->bytes != count * al_dtype_size(t->dtype) || (!extent && t->data == NULL)
            || (extent && (t->input != 0 || t->offset + t->bytes > l->input_size)))
            return false;
    }
    return true;
}

void listener_free(struct listener *l)
{
    al_conversation_free(&l->talk);
    al_arena_free(l->arena);
}
