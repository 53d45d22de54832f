/* The state machine of the wire; see conversation.h and docs/WIRE.md. */
#include "sandbox/wire/conversation.h"

#include <stdlib.h>

static bool break_off(struct al_conversation *c, const char *rule)
{
    if (c->broken == NULL)
        c->broken = rule;
    return false;
}

static void expect(struct al_conversation *c, bool payload, uint8_t *piece, size_t size)
{
    c->in_payload = payload;
    c->piece = piece;
    c->piece_size = size;
    c->piece_got = 0;
}

static void expect_header(struct al_conversation *c)
{
    free(c->large);
    c->large = NULL;
    /* after the verdict one byte more is looked for, and must not come */
    expect(c, false, c->small, c->turn == AL_TURN_END ? 1 : AL_WIRE_HEADER_BYTES);
}

void al_conversation_begin(struct al_conversation *c, const struct al_wire_context *context, struct al_arena *arena,
                           struct al_findings *findings, uint64_t output_bytes)
{
    *c = (struct al_conversation){
        .context = context, .arena = arena, .findings = findings, .output_left = output_bytes};
    expect_header(c);
}

uint8_t *al_conversation_room(struct al_conversation *c, size_t *size)
{
    *size = c->piece_size - c->piece_got;
    return c->piece + c->piece_got;
}

/* The next tensor that comes by value and has any bytes. */
static void seek_tensor(struct al_conversation *c)
{
    const struct al_model *m = c->model;
    while (c->tensor < m->tensor_count
           && (m->tensors[c->tensor].stored != AL_STORED_DATA || m->tensors[c->tensor].bytes == 0))
        c->tensor++;
}

/* Which lengths a message of this type may have now; false where it may not come at all. */
static bool allowed(const struct al_conversation *c, uint32_t tainted_type, uint64_t *least, uint64_t *most)
{
    bool all_data = c->turn == AL_TURN_DATA && c->tensor == c->model->tensor_count;
    switch (tainted_type) {
    case AL_FRAME_HELLO:
        *least = *most = AL_WIRE_HELLO_BYTES;
        return c->turn == AL_TURN_HELLO;
    case AL_FRAME_FINDING:
        *least = 4 + 4 * AL_WIRE_FINDING_TEXTS;
        *most = AL_WIRE_FINDING_MOST;
        return c->turn == AL_TURN_FINDINGS && c->finding_count < c->context->findings;
    case AL_FRAME_MODEL:
        *least = 1;
        *most = AL_MAX_MODEL_FRAME;
        return c->turn == AL_TURN_FINDINGS;
    case AL_FRAME_DATA:
        if (c->turn != AL_TURN_DATA || all_data)
            return false;
        *least = *most = c->model->tensors[c->tensor].bytes;
        return true;
    case AL_FRAME_VERDICT:
        *least = *most = AL_WIRE_VERDICT_BYTES;
        return c->turn == AL_TURN_FINDINGS || all_data;
    default:
        return false;
    }
}

/* Room for a payload whose length was checked. */
static uint8_t *room_for(struct al_conversation *c, enum al_frame frame, size_t length)
{
    if (frame == AL_FRAME_MODEL)
        return c->large = malloc(length);
    if (frame == AL_FRAME_DATA)
        return al_arena_alloc(c->arena, length, 1);
    return c->small;
}

static bool take_header(struct al_conversation *c)
{
    struct al_cursor header = al_cursor_over(c->small, AL_WIRE_HEADER_BYTES);
    uint32_t tainted_type = al_cursor_u32(&header), zero = al_cursor_u32(&header);
    uint64_t tainted_length = al_cursor_u64(&header), least = 0, most = 0;
    if (!allowed(c, tainted_type, &least, &most))
        return break_off(c, "a message comes when it may");
    if (zero != 0)
        return break_off(c, "a header's spare field is zero");
    if (tainted_length < least || tainted_length > most)
        return break_off(c, "a message has a length that it can have");
    if (c->output_left < AL_WIRE_HEADER_BYTES || tainted_length > c->output_left - AL_WIRE_HEADER_BYTES
        || tainted_length > SIZE_MAX) {
        c->over_output = true;
        return false;
    }
    c->output_left -= AL_WIRE_HEADER_BYTES + tainted_length;
    c->frame = (enum al_frame)tainted_type;
    uint8_t *room = room_for(c, c->frame, (size_t)tainted_length);
    c->no_memory = room == NULL;
    expect(c, true, room, (size_t)tainted_length);
    return room != NULL;
}

static bool take_hello(struct al_conversation *c)
{
    struct al_reader r = al_reader_over(c->piece, c->piece_size, c->arena);
    (void)al_reader_require(&r, al_get_u32(&r) == AL_WIRE_VERSION, "cell and library speak the same version");
    (void)al_reader_require(&r, al_get_u64(&r) == al_wire_fingerprint(), "cell and library are of one build");
    (void)al_reader_require(&r, al_get_u32(&r) == AL_STEP_COUNT, "cell and library know the same steps");
    for (int i = 0; i < AL_STEP_COUNT; i++)
        c->answers[i] = (int)al_get_u32_below(&r, AL_WIRE_ERRNO_MOST + 1, "a step's answer is an errno");
    if (r.broken != NULL)
        return break_off(c, r.broken);
    c->turn = AL_TURN_FINDINGS;
    return true;
}

/* Text that may reach a terminal as it is: escaped by an honest cell, checked here. */
static const char *get_printable(struct al_reader *r)
{
    struct al_text text = al_get_text(r, AL_MAX_FINDING_TEXT);
    size_t at = 0;
    bool safe = memchr(text.at, '\0', text.length) == NULL;
    while (at < text.length && safe)
        safe = !al_utf8_unsafe(al_utf8_next(text.at, text.length, &at));
    (void)al_reader_require(r, safe, "a finding's texts are printable");
    return text.at;
}

static bool take_finding(struct al_conversation *c)
{
    struct al_reader r = al_reader_over(c->piece, c->piece_size, c->arena);
    uint32_t id = al_get_u32_below(&r, AL_FINDING_COUNT, "a finding is in the table");
    const char *texts[AL_WIRE_FINDING_TEXTS];
    for (int i = 0; i < AL_WIRE_FINDING_TEXTS; i++)
        texts[i] = get_printable(&r);
    (void)al_reader_require(&r, al_cursor_left(&r.c) == 0, "nothing follows a finding's texts");
    c->no_memory = r.no_memory;
    if (!al_reader_good(&r))
        return r.no_memory ? false : break_off(c, r.broken);
    (void)al_find_again(c->findings, (enum al_finding_id)id, texts[0], texts[1], texts[2], texts[3]);
    c->finding_count++;
    return true;
}

static bool take_model(struct al_conversation *c)
{
    struct al_reader r = al_reader_over(c->piece, c->piece_size, c->arena);
    c->model = al_unwire_model(&r, c->context);
    c->no_memory = r.no_memory;
    if (c->model == NULL)
        return r.no_memory ? false : break_off(c, r.broken);
    c->turn = AL_TURN_DATA;
    seek_tensor(c);
    return true;
}

static bool take_verdict(struct al_conversation *c)
{
    struct al_reader r = al_reader_over(c->piece, c->piece_size, c->arena);
    c->verdict = (enum al_cell_verdict)al_get_u32_below(&r, AL_CELL_VERDICT_COUNT, "a verdict is in the table");
    uint32_t tainted_count = al_get_u32(&r), tainted_dropped = al_get_u32(&r);
    bool accepts = c->verdict == AL_CELL_ACCEPTS;
    (void)al_reader_require(&r, accepts == (c->turn == AL_TURN_DATA), "a verdict accepts where there is a model");
    (void)al_reader_require(&r, tainted_count == c->finding_count, "a verdict counts the findings");
    if (!al_reader_good(&r))
        return break_off(c, r.broken);
    c->findings->dropped += tainted_dropped;
    c->turn = AL_TURN_END;
    return true;
}

static bool take_payload(struct al_conversation *c)
{
    switch (c->frame) {
    case AL_FRAME_HELLO:
        return take_hello(c);
    case AL_FRAME_FINDING:
        return take_finding(c);
    case AL_FRAME_MODEL:
        return take_model(c);
    case AL_FRAME_DATA:
        c->model->tensors[c->tensor++].data = c->piece;
        seek_tensor(c);
        return true;
    case AL_FRAME_VERDICT:
        return take_verdict(c);
    }
    return false;
}

bool al_conversation_took(struct al_conversation *c, size_t size)
{
    c->piece_got += size;
    if (c->piece_got < c->piece_size)
        return true;
    if (c->turn == AL_TURN_END)
        return break_off(c, "nothing follows the verdict");
    if (!c->in_payload)
        return take_header(c);
    bool good = take_payload(c);
    expect_header(c);
    return good;
}

bool al_conversation_complete(const struct al_conversation *c)
{
    return c->turn == AL_TURN_END && c->broken == NULL && c->piece_got == 0;
}

void al_conversation_free(struct al_conversation *c)
{
    free(c->large);
    c->large = NULL;
}
