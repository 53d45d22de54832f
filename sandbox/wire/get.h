/* Checked getters over bytes that a hostile cell may have written. One sticky
   error: after the first broken rule every getter gives zeros and nothing more is
   believed, so that a reader asks once at the end. No pointer walks by itself, every
   loop's bound was compared with the bytes that are left before it began. */
#ifndef AL_SANDBOX_WIRE_GET_H
#define AL_SANDBOX_WIRE_GET_H

#include "base/arena.h"
#include "base/cursor.h"
#include "validator/model.h"

#include <stdbool.h>
#include <stdint.h>

struct al_reader {
    struct al_cursor c;
    struct al_arena *arena;  /* borrowed; what is read lives in it */
    const char *broken;      /* the first rule that was broken; NULL: none */
    bool no_memory;
};

struct al_reader al_reader_over(const void *tainted_bytes, size_t size, struct al_arena *arena);

/* True while no rule is broken and memory has sufficed. */
bool al_reader_good(const struct al_reader *r);

/* Remembers the first broken rule: a constant that the finding will show. */
void al_reader_break(struct al_reader *r, const char *rule);

/* Breaks `rule` unless `holds`; returns whether all is good. */
bool al_reader_require(struct al_reader *r, bool holds, const char *rule);

/* Zeroed room in the arena; NULL where it has none, and then nothing is good. */
void *al_reader_room(struct al_reader *r, size_t count, size_t size);

uint8_t al_get_u8(struct al_reader *r);
uint32_t al_get_u32(struct al_reader *r);
uint64_t al_get_u64(struct al_reader *r);
bool al_get_bool(struct al_reader *r);

/* A number of one or four bytes, below `bound`. */
uint32_t al_get_u8_below(struct al_reader *r, uint32_t bound, const char *rule);
uint32_t al_get_u32_below(struct al_reader *r, uint32_t bound, const char *rule);

/* How many elements follow: at most `most`, each of at least `least_bytes` bytes. */
uint32_t al_get_count(struct al_reader *r, uint32_t most, size_t least_bytes, const char *rule);

/* UTF-8 of at most `most` bytes, copied and NUL-terminated. */
struct al_text al_get_text(struct al_reader *r, uint32_t most);

/* A rank and that many dimensions, each from `least` to AL_MAX_DIMENSION. */
void al_get_shape(struct al_reader *r, struct al_shape *shape, int64_t least);

void al_get_value(struct al_reader *r, struct al_value *value);

#endif
