/* A report as the library holds it: what was found, and the facts that callers see,
   made once so that any number of threads may read them. */
#ifndef AL_API_REPORT_H
#define AL_API_REPORT_H

#include "api/bundle.h"
#include "sandbox/vet.h"

struct al_report {
    struct al_arena *arena;           /* owned: every fact below */
    struct al_policy *own_policy;     /* owned, where the caller named none */
    const struct al_policy *policy;
    struct al_findings findings;      /* made before the cell: opening, signature; or of a policy file */
    struct al_bundle bundle;          /* owned: the bytes that `vetted` points into */
    struct al_vetted *vetted;         /* owned; NULL where no cell was asked, or forgotten */
    bool verified;                    /* the signature of a file that no cell was asked about is good */
    struct al_error error;            /* words for an ERROR that has no finding */
    enum al_verdict verdict;
    struct al_file_facts file;
    struct al_model_facts *model;
    const struct al_remark **remarks;
    size_t remark_count;
    const struct al_layer_facts **layers;
    size_t layer_count;
    struct al_weight_facts **weights;
    uint32_t *weight_tensors;         /* which tensor of the model each is */
    size_t weight_count;
};

/* An empty report about `shown` (not yet escaped); NULL where memory is short. */
struct al_report *al_report_new(const char *shown, const struct al_policy *policy);

/* Settles verdict and facts from findings and `vetted`; false where memory is short. */
bool al_report_finish(struct al_report *r);

/* Drops model and snapshots; the facts remain. */
void al_report_forget_bytes(struct al_report *r);

/* Text from a file, escaped, in `arena`; NULL where memory is short. */
const char *al_fact_text(struct al_arena *arena, struct al_text text);

/* Parts of the next (api/settings.c): a layer's settings; its calls in its owner's graph; a graph's
   ends as "inputs -> outputs". False or NULL where memory is short. */
bool al_report_settings(struct al_report *r, const struct al_model *m, const struct al_layer *layer,
                        const struct al_row *row, struct al_layer_facts *facts);
bool al_report_calls(struct al_report *r, const struct al_model *m, const struct al_graph *g, uint32_t layer,
                     struct al_layer_facts *facts);
const char *al_report_ends(struct al_report *r, const struct al_model *m, const struct al_graph *g);

/* Fills model, layers and weights from the verified model; false where memory is short. */
bool al_report_describe(struct al_report *r, const struct al_model *model);

/* Fills the numbers of each weight from the verified bytes; false where memory is short. */
bool al_report_weight_numbers(struct al_report *r, const struct al_vetted *vetted);

#endif
