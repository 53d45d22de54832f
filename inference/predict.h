/* Prediction's one door: a verified model in, numbers out. A program holds the
   model's weights ready for arithmetic and a plan for each set of input shapes
   it has met; it is made once and called often. Not to be called from two
   threads at once. */
#ifndef AL_INFERENCE_PREDICT_H
#define AL_INFERENCE_PREDICT_H

#include "base/status.h"
#include "validator/model.h"

/* One of the input files that extents point into, mapped read-only. */
struct al_mapped {
    const uint8_t *bytes; /* borrowed */
    uint64_t size;
};

/* Numbers in memory: packed, row-major, little-endian. */
struct al_array {
    struct al_text name;          /* of the input or output; empty: by position */
    enum al_dtype dtype;
    struct al_shape shape;        /* all known */
    const void *data;             /* NULL for AL_STRING */
    const struct al_text *texts;  /* AL_STRING only */
};

/* An input or output as the model declares it. */
struct al_port_kind {
    struct al_text name;
    enum al_dtype dtype;
    struct al_shape shape;        /* -1: any */
};

struct al_program;

/* `model` has passed al_infer and al_check_weights; it, what `inputs` point to and
   `policy` must outlive the program. Memory is bounded by the policy's
   activation_bytes. */
enum al_status al_program_new(struct al_program **out, const struct al_model *model, const struct al_mapped *inputs,
                              uint32_t input_count, const struct al_policy *policy, struct al_error *err);
void al_program_free(struct al_program *p);

/* Inputs in the order in which the model takes them, outputs in that of its graph. */
uint32_t al_program_input_count(const struct al_program *p);
struct al_port_kind al_program_input(const struct al_program *p, uint32_t index);
uint32_t al_program_output_count(const struct al_program *p);
struct al_port_kind al_program_output(const struct al_program *p, uint32_t index);

/* "oneDNN 2.6.3", or "plain C" where the module could not be loaded. */
const char *al_program_engine(const struct al_program *p);

struct al_predict_options {
    struct al_text layer;         /* the outputs of this layer instead of the model's; empty: the model's */
    uint64_t batch;               /* at most so many samples at a time; 0: all at once */
};

struct al_results {
    uint32_t count;
    struct al_array *arrays;      /* owned, names and data too: al_results_free */
    struct al_arena *arena;
};

/* Runs the model. `in` are matched by name where they have one, else by position;
   every input must be given exactly once. Types convert only where no value
   changes. What is wrong with the user's arrays (name, type, shape, an index beyond
   an Embedding's rows) is a finding `input.*` in `f` and AL_REFUSED; other failures
   fill `err` only. Recurrent layers that are stateful start from zero. */
enum al_status al_predict(struct al_program *p, const struct al_array *in, uint32_t in_count,
                          const struct al_predict_options *options, struct al_results *out, struct al_findings *f,
                          struct al_error *err);
void al_results_free(struct al_results *r);

#endif
