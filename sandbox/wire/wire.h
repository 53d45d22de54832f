/* The wire between a cell and its parent: constants, frames and the encoder's
   side. docs/WIRE.md is normative; this header follows it. */
#ifndef AL_SANDBOX_WIRE_WIRE_H
#define AL_SANDBOX_WIRE_WIRE_H

#include "base/buffer.h"
#include "base/limits.h"
#include "policy/finding.h"
#include "sandbox/lockdown/step.h"
#include "validator/model.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    AL_WIRE_VERSION = 1,
    AL_WIRE_HEADER_BYTES = 16, /* u32 type, u32 zero, u64 length of what follows */
    AL_WIRE_HELLO_BYTES = 4 + 8 + 4 + 4 * AL_STEP_COUNT,
    AL_WIRE_VERDICT_BYTES = 4 + 4 + 4,
    AL_WIRE_FINDING_TEXTS = 4,
    AL_WIRE_FINDING_MOST = 4 + AL_WIRE_FINDING_TEXTS * (4 + AL_MAX_FINDING_TEXT),
    AL_WIRE_PATH_BYTES = 8192,   /* the longest name of a tensor: a path in a container */
    AL_WIRE_FRAMEWORK_BYTES = 32,
    AL_WIRE_ERRNO_MOST = 4095    /* Linux: MAX_ERRNO */
};

enum al_frame {
    AL_FRAME_HELLO = 0x4C4C4548, /* "HELL", read as little-endian text */
    AL_FRAME_FINDING = 0x444E4946,
    AL_FRAME_MODEL = 0x45444F4D,
    AL_FRAME_DATA = 0x41544144,
    AL_FRAME_VERDICT = 0x44524556
};

/* How the cell ends; said once, last. */
enum al_cell_verdict {
    AL_CELL_ACCEPTS,
    AL_CELL_REFUSES,
    AL_CELL_NO_MEMORY,  /* the heap that the policy grants was too small */
    AL_CELL_NO_OUTPUT,  /* what there is to say is longer than the policy grants */
    AL_CELL_CONFUSED,   /* the model could not be written down: a bug */
    AL_CELL_VERDICT_COUNT
};

/* A number that differs where cell and library were built from different tables of
   findings or layers: numbers on the wire mean nothing between such two. */
uint64_t al_wire_fingerprint(void);

/* Encoder. Each appends one whole frame; the buffer's `failed` says whether it fitted. */
void al_wire_hello(struct al_buffer *out, const int answers[AL_STEP_COUNT]);
void al_wire_finding(struct al_buffer *out, const struct al_finding *finding);
void al_wire_verdict(struct al_buffer *out, enum al_cell_verdict verdict, uint32_t findings, uint32_t dropped);

/* False where the model breaks a rule of model.h that the wire relies on (children
   in ascending order, owners before what they own …). The policy gives the rows of custom layers. */
bool al_wire_model(struct al_buffer *out, const struct al_model *m, const struct al_policy *policy);

/* Only the header: the tensor's bytes follow from where they lie. */
void al_wire_header(struct al_buffer *out, enum al_frame type, uint64_t length);

#endif
