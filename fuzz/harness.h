/* The entry points of libFuzzer, which AFL++, OSS-Fuzz's engines and replay_main.c
   all know; declared once so that every harness is checked against them. */
#ifndef AL_FUZZ_HARNESS_H
#define AL_FUZZ_HARNESS_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Optional: changes `data` in place into at most `most` bytes and returns how many. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed);

/* The engine's own mutation, for use inside a custom one. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

/* A property that must hold for every input. Death by a trap is what every engine
   and the replay take for a finding, whatever NDEBUG says. */
#define AL_MUST(condition) \
    do { \
        if (!(condition)) \
            __builtin_trap(); \
    } while (0)

#endif
