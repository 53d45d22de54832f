/* The small frames, and the fingerprint that both sides compute; see wire.h. */
#include "sandbox/wire/wire.h"

#include "sandbox/wire/put.h"
#include "validator/catalogue.h"

static uint64_t fnv1a(uint64_t hash, const char *text)
{
    /* the terminating NUL is hashed too: it keeps neighbours apart */
    do {
        hash ^= (uint8_t)*text;
        hash *= UINT64_C(0x100000001b3);
    } while (*text++ != '\0');
    return hash;
}

static uint64_t hash_tables(void)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (int i = 0; i < AL_FINDING_COUNT; i++)
        hash = fnv1a(hash, al_finding_row((enum al_finding_id)i)->id);
    for (int kind = 0; kind < (int)AL_KIND_COUNT; kind++) {
        const struct al_row *row = al_row_of(NULL, (uint32_t)kind);
        if (row == NULL)
            continue;
        hash = fnv1a(hash, row->name);
        for (uint32_t i = 0; i < row->param_count; i++)
            hash = fnv1a(hash, row->params[i].key);
        for (uint32_t i = 0; i < row->argument_count; i++)
            hash = fnv1a(hash, row->arguments[i].name);
    }
    return hash;
}

uint64_t al_wire_fingerprint(void)
{
    /* the tables are constant: threads that meet here compute the same number */
    static _Atomic uint64_t known;
    if (known == 0)
        known = hash_tables();
    return known;
}

void al_wire_header(struct al_buffer *out, enum al_frame type, uint64_t length)
{
    al_buffer_u32(out, (uint32_t)type);
    al_buffer_u32(out, 0);
    al_buffer_u64(out, length);
}

void al_wire_hello(struct al_buffer *out, const int answers[AL_STEP_COUNT])
{
    al_wire_header(out, AL_FRAME_HELLO, AL_WIRE_HELLO_BYTES);
    al_buffer_u32(out, AL_WIRE_VERSION);
    al_buffer_u64(out, al_wire_fingerprint());
    al_buffer_u32(out, AL_STEP_COUNT);
    for (int i = 0; i < AL_STEP_COUNT; i++)
        al_buffer_u32(out, (uint32_t)answers[i]);
}

void al_wire_finding(struct al_buffer *out, const struct al_finding *finding)
{
    const char *const texts[AL_WIRE_FINDING_TEXTS] = {finding->where, finding->message, finding->expected,
                                                      finding->found};
    uint64_t length = 4;
    for (int i = 0; i < AL_WIRE_FINDING_TEXTS; i++)
        length += 4 + strlen(texts[i]);
    al_wire_header(out, AL_FRAME_FINDING, length);
    al_buffer_u32(out, (uint32_t)finding->id);
    for (int i = 0; i < AL_WIRE_FINDING_TEXTS; i++)
        al_put_text(out, al_text_of(texts[i]));
}

void al_wire_verdict(struct al_buffer *out, enum al_cell_verdict verdict, uint32_t findings, uint32_t dropped)
{
    al_wire_header(out, AL_FRAME_VERDICT, AL_WIRE_VERDICT_BYTES);
    al_buffer_u32(out, (uint32_t)verdict);
    al_buffer_u32(out, findings);
    al_buffer_u32(out, dropped);
}
