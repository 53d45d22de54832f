/* The heavy arithmetic behind one small door: a module loaded at the first prediction
   (libairlock-onednn.so), so that who only vets never pays for it. Where it is missing,
   or says no to an operation, the plain C kernels compute. */
#ifndef AL_INFERENCE_ENGINE_H
#define AL_INFERENCE_ENGINE_H

#include "inference/kernels/kernels.h"

struct al_prepared; /* an operation made ready: primitives, packed weights */

enum { AL_ENGINE_VERSION = 1 };

struct al_engine {
    uint32_t version;            /* AL_ENGINE_VERSION, or it is not used */
    const char *name;            /* "oneDNN 2.6.3" */
    /* Makes a step ready whose views have their final addresses; inputs marked in
       s->constant may be packed. NULL: plain C does it. *followed says whether s->then
       is done too. */
    struct al_prepared *(*prepare)(const struct al_step *s, bool *followed);
    bool (*run)(struct al_prepared *p);
    void (*release)(struct al_prepared *p);
};

/* The name of the one symbol that the module has: const struct al_engine. */
#define AL_ENGINE_SYMBOL "al_engine_onednn"

/* Always there: what a little packing makes faster than the plain kernels. Another engine
   is asked first. */
extern const struct al_engine al_engine_builtin;

/* Loaded once; NULL where there is none. AIRLOCK_ENGINE names another file, or "none". */
const struct al_engine *al_engine_load(void);

#endif
