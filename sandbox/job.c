/* The job's layout, both ways; see job.h. Little-endian; texts end with a NUL that
   their length counts. */
#include "sandbox/job.h"

#include "base/cursor.h"
#include "base/limits.h"

static const uint64_t magic = UINT64_C(0x31424f4a5f4c41); /* "AL_JOB1", read as little-endian text */

static void put_text(struct al_buffer *out, const char *text, size_t length)
{
    al_buffer_u32(out, (uint32_t)length + 1);
    al_buffer_bytes(out, text, length);
    al_buffer_u8(out, 0);
}

void al_job_write(struct al_buffer *out, const struct al_job *job)
{
    al_buffer_u64(out, magic);
    al_buffer_u32(out, job->parent);
    al_buffer_u32(out, job->seconds);
    al_buffer_u64(out, job->memory_bytes);
    al_buffer_u64(out, job->output_bytes);
    al_buffer_u32(out, job->require);
    al_buffer_u32(out, job->probe);
    al_buffer_u32(out, job->data_only);
    al_buffer_u32(out, job->input_count);
    for (uint32_t i = 0; i < job->input_count; i++) {
        al_buffer_u32(out, (uint32_t)job->inputs[i].role);
        al_buffer_u64(out, job->inputs[i].size);
        put_text(out, job->inputs[i].name, strlen(job->inputs[i].name));
    }
    put_text(out, job->policy, job->policy_size);
}

static const char *get_text(struct al_cursor *c, size_t *length)
{
    uint32_t with_nul = al_cursor_u32(c);
    const uint8_t *bytes = al_cursor_bytes(c, with_nul);
    if (bytes == NULL || with_nul == 0 || bytes[with_nul - 1] != 0) {
        c->bad = true;
        return NULL;
    }
    *length = with_nul - 1;
    return (const char *)bytes;
}

bool al_job_read(struct al_job *job, struct al_input *room, const void *bytes, size_t size)
{
    struct al_cursor c = al_cursor_over(bytes, size);
    size_t length = 0;
    if (al_cursor_u64(&c) != magic)
        return false;
    *job = (struct al_job){.inputs = room};
    job->parent = al_cursor_u32(&c);
    job->seconds = al_cursor_u32(&c);
    job->memory_bytes = al_cursor_u64(&c);
    job->output_bytes = al_cursor_u64(&c);
    job->require = al_cursor_u32(&c);
    job->probe = al_cursor_u32(&c);
    job->data_only = al_cursor_u32(&c) != 0;
    job->input_count = al_cursor_u32(&c);
    if (job->input_count > AL_MAX_INPUTS)
        return false;
    for (uint32_t i = 0; i < job->input_count; i++) {
        room[i] = (struct al_input){.role = (enum al_role)al_cursor_u32(&c)};
        room[i].size = al_cursor_u64(&c);
        room[i].name = get_text(&c, &length);
    }
    job->policy = get_text(&c, &length);
    job->policy_size = length;
    return !c.bad && al_cursor_left(&c) == 0;
}
