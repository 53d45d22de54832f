/* Growth by doubling up to the cap; see buffer.h. */
#include "base/buffer.h"

#include "base/checked.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 256 };

void al_buffer_init(struct al_buffer *b, size_t cap)
{
    *b = (struct al_buffer){.cap = cap};
}

void al_buffer_free(struct al_buffer *b)
{
    free(b->data);
    *b = (struct al_buffer){.cap = b->cap};
}

static bool make_room(struct al_buffer *b, size_t more)
{
    size_t need;
    if (b->failed || !al_add_size(b->size, more, &need) || need > b->cap) {
        b->failed = true;
        return false;
    }
    if (need <= b->room)
        return true;
    size_t room = b->room > 0 ? b->room : FIRST_ROOM;
    while (room < need)
        room = room > b->cap / 2 ? b->cap : room * 2;
    uint8_t *data = realloc(b->data, room);
    if (data == NULL) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->room = room;
    return true;
}

void al_buffer_bytes(struct al_buffer *b, const void *bytes, size_t length)
{
    if (length == 0 || !make_room(b, length))
        return;
    memcpy(b->data + b->size, bytes, length);
    b->size += length;
}

static void little_endian(struct al_buffer *b, uint64_t v, size_t width)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < width; i++)
        bytes[i] = (uint8_t)(v >> (8 * i));
    al_buffer_bytes(b, bytes, width);
}

void al_buffer_u8(struct al_buffer *b, uint8_t v)
{
    al_buffer_bytes(b, &v, 1);
}

void al_buffer_u16(struct al_buffer *b, uint16_t v)
{
    little_endian(b, v, 2);
}

void al_buffer_u32(struct al_buffer *b, uint32_t v)
{
    little_endian(b, v, 4);
}

void al_buffer_u64(struct al_buffer *b, uint64_t v)
{
    little_endian(b, v, 8);
}

void al_buffer_text(struct al_buffer *b, const char *text)
{
    al_buffer_bytes(b, text, strlen(text));
}

void al_buffer_format(struct al_buffer *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0) {
        b->failed = true;
    } else if (make_room(b, (size_t)length + 1)) {
        /* the terminating NUL is written but not counted */
        (void)vsnprintf((char *)b->data + b->size, (size_t)length + 1, format, again);
        b->size += (size_t)length;
    }
    va_end(again);
}
