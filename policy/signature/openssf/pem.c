/* Lines between a BEGIN and an END; see pem.h. */
#include "policy/signature/openssf/pem.h"

#include "policy/signature/lines.h"

#include <sodium.h>

enum { LINE = 64, LINE_BYTES = LINE / 4 * 3 };

static bool is_edge(struct al_text line, const char *word, const char *label)
{
    char edge[64];
    int length = snprintf(edge, sizeof edge, "-----%s %s-----", word, label);
    return length > 0 && (size_t)length < sizeof edge && al_text_is(line, edge);
}

/* Decodes one line onto the end of `out`; every line but the last is full. */
static bool take_line(struct al_buffer *out, struct al_text line)
{
    uint8_t bytes[LINE_BYTES];
    size_t size = 0;
    const char *end = NULL;
    if (line.length == 0 || line.length > LINE || out->size % LINE_BYTES != 0 || !al_text_is_ascii(line)
        || sodium_base642bin(bytes, sizeof bytes, line.at, line.length, NULL, &size, &end,
                             sodium_base64_VARIANT_ORIGINAL) != 0
        || end != line.at + line.length)
        return false;
    al_buffer_bytes(out, bytes, size);
    return !out->failed;
}

bool al_pem_take(struct al_text *rest, const char *label, struct al_text *der, struct al_arena *arena)
{
    struct al_buffer out;
    if (!is_edge(al_line_next(rest), "BEGIN", label))
        return false;
    al_buffer_init(&out, AL_PEM_BLOCK_MAX);
    struct al_text line = al_line_next(rest);
    bool good = true;
    while (good && !is_edge(line, "END", label)) {
        good = take_line(&out, line);
        line = al_line_next(rest);
    }
    const char *copy = good && out.size > 0 ? al_arena_copy(arena, out.data, out.size) : NULL;
    *der = (struct al_text){copy, out.size};
    al_buffer_free(&out);
    return copy != NULL;
}

bool al_pem_only(struct al_text text, const char *label, struct al_text *der, struct al_arena *arena)
{
    return al_pem_take(&text, label, der, arena) && text.length == 0;
}

void al_pem_write(struct al_buffer *out, const char *label, struct al_text der)
{
    al_buffer_format(out, "-----BEGIN %s-----\n", label);
    for (size_t at = 0; at < der.length; at += LINE_BYTES) {
        char line[LINE + 1];
        size_t size = der.length - at < LINE_BYTES ? der.length - at : LINE_BYTES;
        (void)sodium_bin2base64(line, sizeof line, (const uint8_t *)der.at + at, size,
                                sodium_base64_VARIANT_ORIGINAL);
        al_buffer_format(out, "%s\n", line);
    }
    al_buffer_format(out, "-----END %s-----\n", label);
}
