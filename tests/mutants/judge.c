/* The verdict on a case, twice as in life: by what the cell runs, and by what the parent makes
   of it after the wire. And what an accepted model is, in three parts that are compared. */
#include "tests/mutants/mutants.h"

#include "api/report.h"
#include "loader/hdf5/tree.h"
#include "loader/zip/archive.h"
#include "policy/json.h"
#include "sandbox/wire/decode.h"
#include "sandbox/wire/wire.h"
#include "validator/validate.h"

#include <stdlib.h>

enum { ARENA = 1 << 26, FINDINGS = 64, TEXT = 1 << 24 };

const char *const outcome_words[OUTCOMES] = {
    [REFUSED] = "refused",
    [SAME] = "accepted, the same in all that is computed with",
    [NUMBERS] = "accepted, other numbers in weights only",
    [SHOWN] = "accepted, another model, and the report says so",
    [NO_MEMORY] = "out of the memory granted",
    [NO_VERDICT] = "NO VERDICT",
    [PARENT_REFUSES] = "ACCEPTED BY THE LOADER, NOT BY THE PARENT",
    [HIDDEN] = "ANOTHER MODEL, AND THE REPORT IS THE SAME",
    [HOSTILE] = "ACCEPTED WITH AN OBJECT THAT NAMES CODE",
};

void judge_start(void)
{
    struct al_error err;
    json_object_seed(1);
    if (!al_h5_library_warm() || al_zip_library_open(&err) != AL_OK)
        abort();
}

/* The tensors in the order in which layers ask for them, so that a file's order of storage does
   not count; those that nobody asked for behind. */
static bool order_tensors(struct al_model *copy, const struct al_model *m)
{
    uint32_t *place = al_arena_alloc(m->arena, m->tensor_count, sizeof *place), next = 0;
    copy->tensors = al_arena_alloc(m->arena, m->tensor_count, sizeof *copy->tensors);
    copy->layers = al_arena_alloc(m->arena, m->layer_count, sizeof *copy->layers);
    if (place == NULL || copy->tensors == NULL || copy->layers == NULL)
        return false;
    for (uint32_t i = 0; i < m->tensor_count; i++)
        place[i] = AL_NONE_INDEX;
    for (uint32_t i = 0; i < m->layer_count; i++) {
        struct al_layer *layer = &copy->layers[i];
        *layer = m->layers[i];
        layer->weights = al_arena_alloc(m->arena, layer->weight_count, sizeof *layer->weights);
        if (layer->weights == NULL)
            return false;
        for (uint32_t w = 0; w < layer->weight_count; w++) {
            uint32_t t = m->layers[i].weights[w];
            if (t != AL_NONE_INDEX && place[t] == AL_NONE_INDEX)
                place[t] = next++;
            layer->weights[w] = t == AL_NONE_INDEX ? t : place[t];
        }
    }
    for (uint32_t i = 0; i < m->tensor_count; i++) {
        struct al_tensor *t = &copy->tensors[place[i] != AL_NONE_INDEX ? place[i] : next++];
        *t = m->tensors[i];
        t->input = 0;
        t->offset = 0;
        t->stored = AL_STORED_DATA;
    }
    return true;
}

static const uint8_t *bytes_of(const struct al_tensor *t, const struct kase *k)
{
    return t->stored == AL_STORED_EXTENT ? k->files[t->input].bytes + t->offset : t->data;
}

static void note(struct al_buffer *b, const char *text)
{
    al_buffer_text(b, text != NULL ? text : "");
    al_buffer_text(b, "\n");
}

static void note_ports(struct al_buffer *b, uint32_t count, const struct al_port_facts *const *ports)
{
    for (uint32_t i = 0; i < count; i++) {
        al_buffer_format(b, "port %s %s", ports[i]->name, ports[i]->dtype);
        for (uint32_t k = 0; k < ports[i]->rank; k++)
            al_buffer_format(b, " %lld", (long long)ports[i]->shape[k]);
        al_buffer_text(b, "\n");
    }
}

static void note_layer(struct al_buffer *b, const struct al_layer_facts *l)
{
    al_buffer_format(b, "%u %s %s %s %s %d ends %s from ", l->depth, l->name, l->kind, l->dtype, l->variable_dtype,
                     l->trainable, l->ends);
    note(b, l->from);
    note_ports(b, l->output_count, l->outputs);
    for (uint32_t i = 0; i < l->setting_count; i++)
        al_buffer_format(b, "%s: %s\n", l->settings[i]->key, l->settings[i]->value);
    for (uint32_t i = 0; i < l->call_count; i++)
        note(b, l->calls[i]);
}

/* Everything that `airlock inspect --json --weights` says about the model. */
static bool write_report(struct al_buffer *b, const struct al_model *m, const struct kase *k, const struct al_findings *f)
{
    struct al_report *r = al_report_new(k->label, k->policy);
    if (r == NULL || !al_report_describe(r, m)) {
        al_report_free(r);
        return false;
    }
    size_t count;
    const struct al_model_facts *facts = al_report_model(r);
    al_buffer_format(b, "%s %s %u.%u.%u %s ", al_format_name(m->format), m->framework, m->version.major,
                     m->version.minor, m->version.patch, facts->name);
    note(b, facts->ends);
    note(b, facts->trainable ? "trainable" : "frozen");
    note(b, facts->dtype);
    note(b, facts->variable_dtype);
    note_ports(b, facts->input_count, facts->inputs);
    note_ports(b, facts->output_count, facts->outputs);
    const struct al_layer_facts *const *layers = al_report_layers(r, &count);
    for (size_t i = 0; i < count; i++)
        note_layer(b, layers[i]);
    const struct al_weight_facts *const *weights = al_report_weights(r, &count);
    for (size_t i = 0; i < count; i++) {
        const struct al_port_facts as_port = {weights[i]->name, weights[i]->dtype, weights[i]->rank, weights[i]->shape};
        al_buffer_format(b, "weight of %s as %s ", weights[i]->layer, weights[i]->stored_as);
        note_ports(b, 1, (const struct al_port_facts *const[]){&as_port});
    }
    for (size_t i = 0; i < f->count; i++)
        al_buffer_format(b, "%s %s %s\n", al_finding_row(f->list[i].id)->id, f->list[i].where, f->list[i].message);
    al_report_free(r);
    return true;
}

/* The parent's part: true where the model comes out of the wire as it went in, and passes again. */
static bool parent_agrees(const struct al_buffer *frame, const struct kase *k, const uint64_t *sizes)
{
    struct al_arena *arena = al_arena_new(ARENA);
    struct al_findings f;
    struct al_buffer again;
    al_findings_init(&f, arena, k->policy, FINDINGS);
    al_buffer_init(&again, TEXT);
    const struct al_wire_context context = {.policy = k->policy, .input_sizes = sizes, .input_count = k->count,
                                            .findings = FINDINGS, .extents = true};
    struct al_reader r =
        al_reader_over(frame->data + AL_WIRE_HEADER_BYTES, frame->size - AL_WIRE_HEADER_BYTES, arena);
    struct al_model *m = al_unwire_model(&r, &context);
    bool good = m != NULL && al_infer(m, k->policy, &f) && al_check_weights(m, k->policy, sizes, k->count, &f) &&
                f.refusals == 0 && al_wire_model(&again, m, k->policy) && again.size == frame->size &&
                memcmp(again.data, frame->data, frame->size) == 0;
    al_buffer_free(&again);
    al_arena_free(arena);
    return good;
}

static bool describe(struct verdict *v, const struct al_model *m, const struct kase *k, const struct al_findings *f,
                     const uint64_t *sizes)
{
    struct al_buffer frame;
    al_buffer_init(&frame, TEXT);
    bool good = al_wire_model(&frame, m, k->policy) && !frame.failed && parent_agrees(&frame, k, sizes);
    al_buffer_free(&frame);
    struct al_model copy = *m;
    if (!good || !order_tensors(&copy, m) || !al_wire_model(&v->model, &copy, k->policy))
        return false;
    for (uint32_t i = 0; i < copy.tensor_count; i++)
        for (uint32_t t = 0; t < m->tensor_count; t++)
            if (copy.tensors[i].name.at == m->tensors[t].name.at)
                al_buffer_bytes(&v->numbers, bytes_of(&m->tensors[t], k), (size_t)m->tensors[t].bytes);
    return write_report(&v->report, m, k, f) && !v->model.failed && !v->numbers.failed && !v->report.failed;
}

void judge(struct verdict *v, const struct kase *k)
{
    struct al_input inputs[MOST_FILES];
    uint64_t sizes[MOST_FILES];
    for (uint32_t i = 0; i < k->count; i++) {
        inputs[i] = (struct al_input){k->files[i].role, k->files[i].name, k->files[i].bytes, k->files[i].size};
        sizes[i] = k->files[i].size;
    }
    *v = (struct verdict){.finding = AL_FINDING_COUNT};
    al_buffer_init(&v->model, TEXT);
    al_buffer_init(&v->numbers, TEXT);
    al_buffer_init(&v->report, TEXT);
    struct al_arena *arena = al_arena_new(ARENA);
    struct al_findings f;
    struct al_model *model = NULL;
    al_findings_init(&f, arena, k->policy, FINDINGS);
    v->accepted = al_load(&model, inputs, k->count, k->policy, arena, &f);
    v->no_memory = f.failed;
    v->sound = f.failed || (v->accepted ? model != NULL && f.refusals == 0 : f.refusals > 0);
    for (size_t i = f.count; i-- > 0;)
        if (f.list[i].severity == AL_REFUSE)
            v->finding = f.list[i].id;
    if (v->accepted && v->sound && !f.failed && !describe(v, model, k, &f, sizes))
        v->model.failed = true;
    al_arena_free(arena);
}

void verdict_free(struct verdict *v)
{
    al_buffer_free(&v->model);
    al_buffer_free(&v->numbers);
    al_buffer_free(&v->report);
}

static bool equal(const struct al_buffer *a, const struct al_buffer *b)
{
    return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

enum outcome compare(const struct verdict *origin, const struct verdict *mutant, const struct change *change)
{
    if (!mutant->sound)
        return NO_VERDICT;
    if (mutant->no_memory)
        return NO_MEMORY;
    if (!mutant->accepted)
        return REFUSED;
    if (mutant->model.failed)
        return PARENT_REFUSES;
    if (change->hostile)
        return HOSTILE;
    if (!equal(&origin->model, &mutant->model))
        return equal(&origin->report, &mutant->report) ? HIDDEN : SHOWN;
    return equal(&origin->numbers, &mutant->numbers) ? SAME : NUMBERS;
}
