/* The head of a model, and its tensors; see decode.h. */
#include "sandbox/wire/decode.h"

#include "base/checked.h"
#include "sandbox/wire/wire.h"

enum {
    /* the fewest bytes one of them takes on the wire */
    LEAST_LAYER = 4 + 4 + 4 + 1 + 1 + 1 + 1 + 4 + 4,
    LEAST_TENSOR = 4 + 1 + 1 + 1
};

static void get_extent(struct al_reader *r, struct al_tensor *t, const struct al_wire_context *context)
{
    uint32_t tainted_input = al_get_u32(r);
    uint64_t tainted_offset = al_get_u64(r);
    if (!al_reader_require(r, context->extents, "every tensor comes by value where the input is not sealed")
        || !al_reader_require(r, tainted_input < context->input_count, "an extent lies in an input that was given")
        || !al_reader_require(r, al_range_inside(tainted_offset, t->bytes, context->input_sizes[tainted_input]),
                              "an extent lies inside its input"))
        return;
    t->input = tainted_input;
    t->offset = tainted_offset;
}

static void get_tensor(struct al_reader *r, struct al_tensor *t, const struct al_wire_context *context)
{
    t->name = al_get_text(r, AL_WIRE_PATH_BYTES);
    t->dtype = (enum al_dtype)al_get_u8_below(r, AL_DTYPE_COUNT, "a tensor has a known type");
    al_get_shape(r, &t->shape, 0);
    uint64_t count = 0, bytes = 0;
    uint32_t width = al_stored_size(t->dtype);
    bool countable = width > 0 && al_shape_count(&t->shape, 0, t->shape.rank, &count)
                  && al_mul_u64(count, width, &bytes) && bytes <= AL_MAX_FILE_BYTES;
    if (!al_reader_require(r, countable, "a tensor's size can be counted"))
        return;
    t->bytes = bytes;
    t->stored = al_get_u8_below(r, 2, "a tensor is an extent or data") == 1 ? AL_STORED_DATA : AL_STORED_EXTENT;
    if (t->stored == AL_STORED_EXTENT)
        get_extent(r, t, context);
    else
        /* replaced when its frame comes; a tensor of no bytes has no frame */
        t->data = (const uint8_t *)"";
}

void al_unwire_tensors(struct al_reader *r, struct al_model *m, const struct al_wire_context *context)
{
    for (uint32_t i = 0; i < m->tensor_count && al_reader_good(r); i++)
        get_tensor(r, &m->tensors[i], context);
}

static void get_head(struct al_reader *r, struct al_model *m)
{
    m->format = (enum al_format)al_get_u8_below(r, AL_FORMAT_COUNT, "a model has a known format");
    struct al_text framework = al_get_text(r, AL_WIRE_FRAMEWORK_BYTES);
    (void)al_reader_require(r, strlen(framework.at) == framework.length, "a framework's name has no NUL");
    m->framework = framework.at;
    m->version.major = al_get_u32(r);
    m->version.minor = al_get_u32(r);
    m->version.patch = al_get_u32(r);
    m->version.tensorflow = al_get_u8_below(r, 2, "a version is TensorFlow's or not");
    m->name = al_get_text(r, AL_MAX_NAME_BYTES);
    m->layer_count = al_get_count(r, AL_MAX_LAYERS, LEAST_LAYER, "the layers fit the frame");
    m->tensor_count = al_get_count(r, AL_MAX_TENSORS, LEAST_TENSOR, "the tensors fit the frame");
    m->layers = al_reader_room(r, m->layer_count, sizeof *m->layers);
    m->tensors = al_reader_room(r, m->tensor_count, sizeof *m->tensors);
}

struct al_model *al_unwire_model(struct al_reader *r, const struct al_wire_context *context)
{
    struct al_model *m = al_reader_room(r, 1, sizeof *m);
    if (m == NULL)
        return NULL;
    m->arena = r->arena;
    get_head(r, m);
    if (al_reader_good(r))
        al_unwire_layers(r, m, context);
    if (al_reader_good(r))
        al_unwire_graphs(r, m, context);
    if (al_reader_good(r))
        al_unwire_tensors(r, m, context);
    (void)al_reader_require(r, al_cursor_left(&r->c) == 0, "nothing follows the last tensor");
    return al_reader_good(r) ? m : NULL;
}
