/* The job: what a parent tells its cell, in a sealed memfd. Written by the parent
   and trusted by the cell, but read with the same care. */
#ifndef AL_SANDBOX_JOB_H
#define AL_SANDBOX_JOB_H

#include "base/buffer.h"
#include "loader/loader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct al_job {
    uint32_t parent;          /* its process id: a cell that finds another one is an orphan */
    uint32_t seconds;         /* CPU */
    uint64_t memory_bytes;    /* the heap */
    uint64_t output_bytes;    /* what may be said */
    uint32_t require;         /* enum al_defence: without these nothing is read */
    uint32_t probe;           /* 0, or what a probe is to try: sandbox/probe.h; the cell itself knows none */
    bool data_only;           /* every tensor by value */
    uint32_t input_count;
    struct al_input *inputs;  /* role, name, size; `bytes` once they are mapped */
    const char *policy;       /* canonical JSON */
    uint64_t policy_size;
};

enum { AL_JOB_MOST = 64 << 20 };

void al_job_write(struct al_buffer *out, const struct al_job *job);

/* Reads a job whose texts stay in `bytes`. `room` takes up to AL_MAX_INPUTS inputs. */
bool al_job_read(struct al_job *job, struct al_input *room, const void *bytes, size_t size);

#endif
