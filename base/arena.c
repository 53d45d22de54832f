/* A list of blocks; large requests get a block of their own. See arena.h. */
#include "base/arena.h"

#include "base/checked.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

/* Under AddressSanitizer each piece of a block is guarded like memory of its own:
   otherwise a step past its end would land in the next piece and go unseen. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
enum { GUARD_BYTES = 16 };
#else
enum { GUARD_BYTES = 0 };
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

enum { BLOCK_BYTES = 16384, ALIGNMENT = alignof(max_align_t) };

struct block {
    struct block *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

struct al_arena {
    struct block *blocks;
    size_t budget, used;
};

struct al_arena *al_arena_new(size_t budget)
{
    struct al_arena *a = calloc(1, sizeof *a);
    if (a != NULL)
        a->budget = budget;
    return a;
}

void al_arena_free(struct al_arena *a)
{
    if (a == NULL)
        return;
    for (struct block *b = a->blocks; b != NULL;) {
        struct block *next = b->next;
        ASAN_UNPOISON_MEMORY_REGION(b->bytes, b->size);
        free(b);
        b = next;
    }
    free(a);
}

static struct block *add_block(struct al_arena *a, size_t need)
{
    size_t size = need > BLOCK_BYTES ? need : BLOCK_BYTES, total;
    if (!al_add_size(size, sizeof(struct block), &total))
        return NULL;
    struct block *b = calloc(1, total);
    if (b == NULL)
        return NULL;
    b->size = size;
    ASAN_POISON_MEMORY_REGION(b->bytes, size);
    /* a block made for one large request goes behind the current one, whose
       remaining room is still of use */
    if (need > BLOCK_BYTES && a->blocks != NULL) {
        b->next = a->blocks->next;
        a->blocks->next = b;
    } else {
        b->next = a->blocks;
        a->blocks = b;
    }
    return b;
}

void *al_arena_alloc(struct al_arena *a, size_t count, size_t size)
{
    size_t asked, need;
    if (!al_mul_size(count, size, &asked) || !al_add_size(asked, GUARD_BYTES + ALIGNMENT - 1, &need))
        return NULL;
    need &= ~(size_t)(ALIGNMENT - 1);
    if (need == 0)
        need = ALIGNMENT;
    if (need > a->budget - a->used)
        return NULL;
    struct block *b = a->blocks;
    if (b == NULL || need > b->size - b->used)
        b = add_block(a, need);
    if (b == NULL)
        return NULL;
    void *p = b->bytes + b->used;
    ASAN_UNPOISON_MEMORY_REGION(p, asked);
    b->used += need;
    a->used += need;
    return p;
}

char *al_arena_copy(struct al_arena *a, const void *bytes, size_t length)
{
    size_t room;
    if (!al_add_size(length, 1, &room))
        return NULL;
    char *copy = al_arena_alloc(a, room, 1);
    if (copy != NULL && length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

char *al_arena_format(struct al_arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = length < 0 ? NULL : al_arena_alloc(a, (size_t)length + 1, 1);
    if (text != NULL)
        (void)vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

size_t al_arena_used(const struct al_arena *a)
{
    return a->used;
}

void *al_arena_grow(struct al_arena *a, void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    size_t more = *room > 0 ? *room : 8;
    while (more <= count)
        if (!al_mul_size(more, 2, &more))
            return NULL;
    void *grown = al_arena_alloc(a, more, size);
    if (grown == NULL)
        return NULL;
    if (*room > 0)
        memcpy(grown, array, *room * size);
    *room = more;
    return grown;
}
