/* What leaves the cell: frames, counted against what the policy allows. write is
   the only system call here, and the pipe its only descriptor. */
#include "sandbox/cell/cell.h"

#include "base/checked.h"
#include "sandbox/contract.h"
#include "sandbox/lockdown/held.h"

#include <unistd.h>

enum { VERDICT_FRAME = AL_WIRE_HEADER_BYTES + AL_WIRE_VERDICT_BYTES };

/* A parent that is gone or has heard enough closed the pipe: SIGPIPE ends this process. */
static void write_all(const void *bytes, uint64_t size)
{
    const uint8_t *at = bytes;
    while (size > 0) {
        /* Linux writes at most this much at once */
        size_t most = size < 0x7ffff000 ? (size_t)size : 0x7ffff000;
        ssize_t n = write(AL_CELL_PIPE, at, most);
        if (n <= 0)
            _exit(AL_EXIT_DONE);
        at += n;
        size -= (uint64_t)n;
    }
}

/* Sends and frees what was gathered. False where it was too much. */
static bool send_take(struct al_cell *cell, struct al_buffer *b)
{
    bool fits = !b->failed && b->size <= cell->output_left;
    if (fits) {
        write_all(b->data, b->size);
        cell->output_left -= b->size;
    }
    al_buffer_free(b);
    return fits;
}

void al_cell_greet(struct al_cell *cell)
{
    const int *answers = cell->answers;
    struct al_buffer b;
    al_buffer_init(&b, AL_WIRE_HEADER_BYTES + AL_WIRE_HELLO_BYTES);
    al_wire_hello(&b, answers);
    cell->output_left = cell->output_left > VERDICT_FRAME ? cell->output_left - VERDICT_FRAME : 0;
    bool greeted = send_take(cell, &b);
    bool able = answers[AL_STEP_INPUTS] == 0 && answers[AL_STEP_LIBRARIES] == 0 && answers[AL_STEP_HEAP] == 0
             && answers[AL_STEP_PARENT_DEATH] == 0;
    uint32_t missing = (cell->job.require | AL_DEFENCE_ALWAYS) & ~(al_held(answers) | (uint32_t)AL_DEFENCE_SEALED);
    if (!greeted || !able || missing != 0)
        _exit(AL_EXIT_NOT_LOCKED);
}

bool al_cell_say_findings(struct al_cell *cell, const struct al_findings *f)
{
    for (size_t i = 0; i < f->count; i++) {
        struct al_buffer b;
        al_buffer_init(&b, AL_WIRE_HEADER_BYTES + AL_WIRE_FINDING_MOST);
        al_wire_finding(&b, &f->list[i]);
        if (!send_take(cell, &b))
            return false;
        cell->findings_said++;
    }
    return true;
}

/* An extent stays one where the parent may use it: in a sealed input. Otherwise its
   bytes travel. */
static void settle_storage(const struct al_cell *cell, struct al_tensor *t)
{
    if (t->stored != AL_STORED_EXTENT || !cell->job.data_only)
        return;
    t->stored = AL_STORED_DATA;
    t->data = cell->inputs[t->input].bytes + t->offset;
}

/* Bytes of all DATA frames; false where that overflows. */
static bool count_data(const struct al_model *m, uint64_t *total)
{
    *total = 0;
    for (uint32_t i = 0; i < m->tensor_count; i++)
        if (m->tensors[i].stored == AL_STORED_DATA && m->tensors[i].bytes > 0
            && (!al_add_u64(*total, m->tensors[i].bytes, total) || !al_add_u64(*total, AL_WIRE_HEADER_BYTES, total)))
            return false;
    return true;
}

static void send_data(const struct al_tensor *t)
{
    uint8_t room[AL_WIRE_HEADER_BYTES];
    struct al_buffer header = {.data = room, .room = sizeof room, .cap = sizeof room};
    al_wire_header(&header, AL_FRAME_DATA, t->bytes);
    write_all(header.data, header.size);
    write_all(t->data, t->bytes);
}

enum al_cell_verdict al_cell_say_model(struct al_cell *cell, struct al_model *m, const struct al_policy *policy)
{
    for (uint32_t i = 0; i < m->tensor_count; i++)
        settle_storage(cell, &m->tensors[i]);
    uint64_t data;
    struct al_buffer b;
    al_buffer_init(&b, AL_WIRE_HEADER_BYTES + (size_t)AL_MAX_MODEL_FRAME);
    if (!al_wire_model(&b, m, policy)) {
        al_buffer_free(&b);
        return AL_CELL_CONFUSED;
    }
    /* nothing of the model is said unless all of it may be */
    if (!count_data(m, &data) || data > cell->output_left || b.failed || b.size > cell->output_left - data) {
        al_buffer_free(&b);
        return AL_CELL_NO_OUTPUT;
    }
    (void)send_take(cell, &b);
    for (uint32_t i = 0; i < m->tensor_count; i++)
        if (m->tensors[i].stored == AL_STORED_DATA && m->tensors[i].bytes > 0)
            send_data(&m->tensors[i]);
    return AL_CELL_ACCEPTS;
}

noreturn void al_cell_end(struct al_cell *cell, enum al_cell_verdict verdict, uint32_t dropped)
{
    uint8_t room[VERDICT_FRAME];
    struct al_buffer b = {.data = room, .room = sizeof room, .cap = sizeof room};
    al_wire_verdict(&b, verdict, cell->findings_said, dropped);
    write_all(b.data, b.size);
    _exit(AL_EXIT_DONE);
}
