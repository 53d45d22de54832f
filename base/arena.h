/* Memory that lives and dies together, under one budget: a whole model, a
   whole parse. Nothing taken from an arena is freed by itself. In the cell the
   budget is what keeps a small file from asking for a large heap. */
#ifndef AL_BASE_ARENA_H
#define AL_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct al_arena;

/* `budget`: the most bytes it will ever hand out. NULL where memory is short. */
struct al_arena *al_arena_new(size_t budget);
void al_arena_free(struct al_arena *a);

/* Zeroed and aligned for any type; NULL when the budget or memory is used up,
   or when count * size overflows. A count of 0 gives a valid pointer. */
void *al_arena_alloc(struct al_arena *a, size_t count, size_t size);

/* A NUL-terminated copy of `length` bytes. */
char *al_arena_copy(struct al_arena *a, const void *bytes, size_t length);

char *al_arena_format(struct al_arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

size_t al_arena_used(const struct al_arena *a);

/* Grows an array of `*room` elements of `size` bytes so that index `count`
   exists, doubling. Returns the (perhaps moved) array or NULL; old contents are
   kept, the old array stays in the arena. */
void *al_arena_grow(struct al_arena *a, void *array, size_t count, size_t *room, size_t size);

#endif
