/* A growing byte buffer with a hard cap: what is written to the wire, to a
   report or to a file is gathered here. A failed append sets `failed`, which
   never clears, so a writer asks once at the end. */
#ifndef AL_BASE_BUFFER_H
#define AL_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct al_buffer {
    uint8_t *data; /* owned */
    size_t size;
    size_t room;
    size_t cap;    /* never grows beyond */
    bool failed;
};

void al_buffer_init(struct al_buffer *b, size_t cap);
void al_buffer_free(struct al_buffer *b);

void al_buffer_bytes(struct al_buffer *b, const void *bytes, size_t length);
void al_buffer_u8(struct al_buffer *b, uint8_t v);
void al_buffer_u16(struct al_buffer *b, uint16_t v);
void al_buffer_u32(struct al_buffer *b, uint32_t v);
void al_buffer_u64(struct al_buffer *b, uint64_t v);
void al_buffer_text(struct al_buffer *b, const char *text);
void al_buffer_format(struct al_buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
