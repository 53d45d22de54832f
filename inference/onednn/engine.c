/* The module's one symbol: which steps oneDNN takes, and how they run. */
#include "inference/onednn/primitive.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

static dnnl_engine_t engine;
static dnnl_stream_t stream;

bool al_onednn_start(void)
{
    if (stream != NULL)
        return true;
    return dnnl_engine_create(&engine, dnnl_cpu, 0) == dnnl_success &&
           dnnl_stream_create(&stream, engine, dnnl_stream_default_flags) == dnnl_success;
}

/* How many processors others keep busy: the lesser of what ran over the last minute, which
   counts this program too, and of what runs now. */
static int busy_processors(void)
{
    double minute = 0;
    int running = 1;
    FILE *f = fopen("/proc/loadavg", "re");
    const bool known = f != NULL && fscanf(f, "%lf %*f %*f %d", &minute, &running) == 2;
    if (f != NULL)
        (void)fclose(f);
    const int others = running - 1, lately = (int)(minute + 0.5);
    return !known ? 0 : others < lately ? others : lately;
}

/* As many threads as there are processors that nothing else uses: each parallel loop ends
   with its slowest thread, and one that waits for its turn on a busy processor makes all
   wait. Said once, for primitives divide their work when they are made; OMP_NUM_THREADS
   overrules it. */
static int free_processors(void)
{
    const int most = omp_get_max_threads();
    if (getenv("OMP_NUM_THREADS") != NULL)
        return most;
    const int left = most - busy_processors();
    return left < 1 ? 1 : left;
}

/* Waking a second thread and waiting for it costs some microseconds; a million
   multiplications take about ten. */
bool al_onednn_alone(uint64_t work)
{
    static int most;
    if (most == 0)
        most = free_processors();
    const bool alone = work < 4000000;
    omp_set_num_threads(alone ? 1 : most);
    return alone;
}

dnnl_engine_t al_onednn_engine(void)
{
    return engine;
}

dnnl_stream_t al_onednn_stream(void)
{
    return stream;
}

static struct al_prepared *prepare(const struct al_step *s, bool *followed)
{
    *followed = false;
    if (s->out[0].dtype != AL_FLOAT32 || al_view_count(&s->out[0]) == 0 || !al_onednn_start())
        return NULL;
    switch ((unsigned)s->operation->operator_) {
    case AL_OP_CONV:
    case AL_OP_CONV_TRANSPOSE: return al_prepare_convolution(s, followed);
    case AL_OP_MAX_POOL:
    case AL_OP_AVERAGE_POOL: return al_prepare_pool(s);
    case AL_OP_MATMUL:
    case AL_OP_GEMM: return al_prepare_product(s, followed);
    default: return NULL;
    }
}

static bool run(struct al_prepared *p)
{
    al_onednn_alone(p->alone ? 0 : UINT64_MAX);
    return dnnl_primitive_execute(p->primitive, stream, p->argument_count, p->arguments) == dnnl_success &&
           dnnl_stream_wait(stream) == dnnl_success;
}

#define TEXT(x) #x
#define NUMBER(x) TEXT(x)

extern const struct al_engine al_engine_onednn;
__attribute__((visibility("default"))) const struct al_engine al_engine_onednn = {
    .version = AL_ENGINE_VERSION,
    .name = "oneDNN " NUMBER(DNNL_VERSION_MAJOR) "." NUMBER(DNNL_VERSION_MINOR) "." NUMBER(DNNL_VERSION_PATCH),
    .prepare = prepare,
    .run = run,
    .release = al_prepared_free,
};
