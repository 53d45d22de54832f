/* Conversations for tests and fuzzing: one that uses every part of the wire, and a
   listener that can say again what it heard. */
#ifndef AL_TESTS_WIRE_SAMPLE_H
#define AL_TESTS_WIRE_SAMPLE_H

#include "sandbox/wire/conversation.h"

/* What the listener takes its one input to have; nobody looks at the bytes. */
enum { SAMPLE_INPUT_BYTES = 1 << 30 };

/* A whole conversation that accepts a model with every kind of value, nested layers, two
   graphs and both kinds of tensors; or one that refuses with two findings. The model is
   sound, not sensible. */
void sample_accepting(struct al_buffer *out, struct al_arena *arena);
void sample_refusing(struct al_buffer *out);

/* A parent that has heard some bytes. */
struct listener {
    struct al_arena *arena;
    struct al_findings findings;
    struct al_wire_context context;
    struct al_conversation talk;
    uint64_t input_size;
    bool complete;
};

/* Hears `bytes` in pieces of at most `piece` bytes and stops where nothing more is believed. */
void listener_hear(struct listener *l, const uint8_t *bytes, size_t size, size_t piece);

/* Says again what was heard, in the same words: of a complete conversation only. */
void listener_repeat(const struct listener *l, struct al_buffer *out);

/* True where every index, count and pointer of the heard model is sound: the promise
   that the validator relies on, checked here in other words. */
bool listener_sound(const struct listener *l);

void listener_free(struct listener *l);

#endif
