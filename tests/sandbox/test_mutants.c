/* The real cell's words about real models, replayed by a locked cell with each byte
   changed in turn, each number put to its borders, and cut off after each byte. The
   oracle hears the same words in this process and runs the validator: a cell that lies
   gets no ACCEPT that an honest one would not get for them.
   test_sandbox_mutants CELL MODEL… */
#include "tests/sandbox/vetting.h"

#include "sandbox/job.h"
#include "sandbox/seal.h"
#include "sandbox/spawn.h"
#include "sandbox/wire/conversation.h"
#include "tests/unit/unit.h"
#include "validator/validate.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 1 << 20, ARENA_BYTES = 64 << 20, VERB_BYTES = 4, HELLO = AL_WIRE_HEADER_BYTES + AL_WIRE_HELLO_BYTES };

static const char *real_cell;
static char **models;

static int memfd_of(const void *bytes, size_t size)
{
    int fd = al_memfd("test");
    assert_true(fd >= 0 && al_write_all(fd, bytes, size) && al_seal(fd));
    return fd;
}

/* What the real cell says about a file. */
static void hear_real_cell(struct al_buffer *said, uint8_t *model, size_t size)
{
    struct al_policy *p = al_policy_shipped("default");
    struct al_buffer policy, job;
    al_buffer_init(&policy, MOST);
    al_buffer_init(&job, MOST);
    al_policy_write(&policy, p);
    struct al_input input = {.role = AL_ROLE_MODEL, .name = "model", .size = size};
    const struct al_job content = {.parent = (uint32_t)getpid(), .seconds = 10, .memory_bytes = 64 << 20,
                                   .output_bytes = MOST, .input_count = 1, .inputs = &input,
                                   .policy = (const char *)policy.data, .policy_size = policy.size};
    al_job_write(&job, &content);
    int fds[2] = {memfd_of(job.data, job.size), memfd_of(model, size)};
    int program = open(real_cell, O_RDONLY | O_CLOEXEC);
    struct al_child child;
    assert_int_equal(al_spawn(&child, program, fds[0], &fds[1], 1, NULL), AL_OK);
    assert_int_equal(waitpid(child.pid, NULL, 0), child.pid);
    uint8_t room[4096];
    for (ssize_t n = read(child.pipe, room, sizeof room); n > 0; n = read(child.pipe, room, sizeof room))
        al_buffer_bytes(said, room, (size_t)n);
    assert_false(said->failed);
    (void)close(child.pipe);
    (void)close(child.pidfd);
    (void)close(program);
    (void)close(fds[0]);
    (void)close(fds[1]);
    al_buffer_free(&policy);
    al_buffer_free(&job);
    al_policy_free(p);
}

/* What the honest validator gives for what is heard. */
static bool honest_accepts(const uint8_t *words, size_t size, uint64_t input_size)
{
    struct al_policy *policy = al_policy_shipped("default");
    struct al_arena *arena = al_arena_new(ARENA_BYTES);
    struct al_findings f;
    al_findings_init(&f, arena, policy, 100);
    const struct al_wire_context context = {
        .policy = policy, .input_sizes = &input_size, .input_count = 1, .findings = 100, .extents = true};
    struct al_conversation *talk = malloc(sizeof *talk);
    al_conversation_begin(talk, &context, arena, &f, MOST);
    bool good = true;
    for (size_t at = 0, room; good && at < size; at += room) {
        uint8_t *place = al_conversation_room(talk, &room);
        room = room < size - at ? room : size - at;
        memcpy(place, words + at, room);
        good = al_conversation_took(talk, room);
    }
    good = good && al_conversation_complete(talk) && talk->verdict == AL_CELL_ACCEPTS
        && al_infer(talk->model, policy, &f) && al_check_weights(talk->model, policy, &input_size, 1, &f)
        && f.refusals == 0;
    al_conversation_free(talk);
    free(talk);
    al_arena_free(arena);
    al_policy_free(policy);
    return good;
}

struct tally {
    size_t accepted, refused, errors;
};

/* `script` is the verb, the words and then bytes for extents to point at. */
static void try(struct tally *t, uint8_t *script, size_t words, size_t size, const char *what, size_t at)
{
    bool honest = honest_accepts(script + VERB_BYTES, words, size);
    struct vetting_result r = vet_bytes(script, size, 10, NULL);
    enum al_verdict verdict = r.vetted->verdict;
    bool accepted = verdict == AL_VERDICT_ACCEPT;
    /* HELLO, which a file cannot reach, may say that a defence is missing: an error, and the host's fault */
    if (accepted != honest && (accepted || at >= HELLO))
        fail_msg("%s at %zu: verdict %d, and the honest validator %s", what, at, (int)verdict,
                 honest ? "accepts" : "does not accept");
    if (verdict == AL_VERDICT_ERROR && at >= HELLO)
        fail_msg("%s at %zu: an error", what, at);
    assert_int_equal(r.vetted->model != NULL, accepted);
    t->accepted += accepted;
    t->refused += verdict == AL_VERDICT_REFUSE;
    t->errors += verdict == AL_VERDICT_ERROR;
    free_vetting(&r);
}

/* The verb says how many bytes of the input are words: what follows is only pointed at. */
static uint8_t *script_of(const struct al_buffer *said, size_t words, size_t size)
{
    uint8_t *script = calloc(1, size);
    assert_non_null(script);
    memcpy(script, "say:", VERB_BYTES);
    memcpy(script + VERB_BYTES, said->data, words);
    uint32_t length = (uint32_t)words;
    memcpy(script + size - sizeof length, &length, sizeof length);
    return script;
}

static void mutate(const char *path)
{
    static uint8_t model[MOST];
    struct al_buffer said;
    struct tally t = {0};
    al_buffer_init(&said, MOST);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t size = fread(model, 1, sizeof model, file);
    (void)fclose(file);
    hear_real_cell(&said, model, size);
    size_t whole = VERB_BYTES + said.size + size + 8; /* extents find room, wherever they point */
    uint8_t *script = script_of(&said, said.size, whole);
    try(&t, script, said.size, whole, "nothing changed", 0);
    assert_int_equal(t.accepted, 1);
    for (size_t i = 0; i < said.size; i++) {
        uint8_t *byte = script + VERB_BYTES + i, before = *byte;
        *byte = (uint8_t)(before ^ (1U << i % 8));
        try(&t, script, said.size, whole, "a byte", i);
        *byte = before;
    }
    static const uint32_t borders[] = {0, INT32_MAX, UINT32_C(1) << 31, UINT32_MAX};
    for (size_t i = 0; i + 4 <= said.size; i += 4) {
        uint32_t before, wild = borders[i / 4 % 4];
        memcpy(&before, script + VERB_BYTES + i, 4);
        memcpy(script + VERB_BYTES + i, &wild, 4);
        try(&t, script, said.size, whole, "a number", i);
        memcpy(script + VERB_BYTES + i, &before, 4);
    }
    free(script);
    for (size_t words = 0; words < said.size; words++) {
        script = script_of(&said, words, whole);
        try(&t, script, words, whole, "cut off", words);
        free(script);
    }
    (void)fprintf(stderr, "# %zu bytes of conversation: %zu accepted, %zu refused, %zu errors\n", said.size,
                  t.accepted, t.refused, t.errors);
    al_buffer_free(&said);
}

static void every_byte_of_a_real_conversation(void **state)
{
    (void)state;
    size_t descriptors = count_descriptors();
    for (char **path = models; *path != NULL; path++)
        mutate(*path);
    assert_int_equal(count_children(), 0);
    assert_int_equal(count_descriptors(), descriptors);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_byte_of_a_real_conversation)};
    if (argc < 3)
        return 2;
    real_cell = argv[1];
    models = argv + 2;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
