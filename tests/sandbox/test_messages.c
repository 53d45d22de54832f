/* Every message in every state of the conversation, with every length, said by a locked
   cell. Before a right HELLO nothing of a file was read, so that a wrong one is the
   host's fault; after it every broken rule is the file's. */
#include "tests/sandbox/vetting.h"

#include "sandbox/wire/wire.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>

enum { MOST = 1 << 20, LONGEST = 3 };

/* A letter for each message: HELLO, a FINDING, MODEL without values and with one, its
   DATA, a VERDICT that accepts and one that refuses, a type that there is not. */
static const char letters[] = "HFMNDARX";

static void put_model(struct al_buffer *b, bool with_data)
{
    struct al_tensor tensor = {.name = al_text_of("t"), .dtype = AL_UINT8, .shape = {1, {4}}, .bytes = 4,
                               .stored = AL_STORED_DATA};
    struct al_model m = {
        .framework = "numpy", .format = AL_FORMAT_NPY, .tensor_count = with_data, .tensors = &tensor};
    assert_true(al_wire_model(b, &m, NULL));
}

static void put_message(struct al_buffer *b, char letter, uint32_t findings)
{
    static const int answers[AL_STEP_COUNT];
    const struct al_finding one = {.id = AL_KERAS_LAMBDA, .where = "", .message = "m", .expected = "", .found = ""};
    switch (letter) {
    case 'H':
        al_wire_hello(b, answers);
        break;
    case 'F':
        al_wire_finding(b, &one);
        break;
    case 'M':
    case 'N':
        put_model(b, letter == 'N');
        break;
    case 'D':
        al_wire_header(b, AL_FRAME_DATA, 4);
        al_buffer_u32(b, 7);
        break;
    case 'A':
    case 'R':
        al_wire_verdict(b, letter == 'A' ? AL_CELL_ACCEPTS : AL_CELL_REFUSES, findings, 0);
        break;
    default:
        al_wire_header(b, (enum al_frame)0x58585858, 0);
        break;
    }
}

static void put_messages(struct al_buffer *b, const char *said)
{
    uint32_t findings = 0;
    for (const char *at = said; *at != '\0'; at++) {
        put_message(b, *at, findings);
        findings += *at == 'F';
    }
}

static struct vetting_result vet_script(struct al_buffer *b)
{
    assert_false(b->failed);
    return vet_bytes(b->data, b->size, 10, NULL);
}

static void try_order(const char *said)
{
    struct al_buffer b;
    al_buffer_init(&b, MOST);
    al_buffer_text(&b, "raw:");
    put_messages(&b, said);
    struct vetting_result r = vet_script(&b);
    /* docs/WIRE.md, Order: the only two sentences that accept; a finding that refuses, refuses */
    bool accepts = strcmp(said, "HMA") == 0 || strcmp(said, "HNDA") == 0;
    enum al_verdict wanted = accepts ? AL_VERDICT_ACCEPT : said[0] == 'H' ? AL_VERDICT_REFUSE : AL_VERDICT_ERROR;
    if (r.vetted->verdict != wanted)
        fail_msg("%s: verdict %d, not %d", said, (int)r.vetted->verdict, (int)wanted);
    if (wanted == AL_VERDICT_ERROR)
        assert_true(has_finding(r.vetted, AL_CELL_NOT_STARTED));
    assert_int_equal(r.vetted->model != NULL, accepts);
    free_vetting(&r);
    al_buffer_free(&b);
}

static void every_order_of_three_messages(void **state)
{
    (void)state;
    enum { KINDS = sizeof letters - 1 };
    size_t tried = 0;
    try_order("");
    for (size_t length = 1, count = KINDS; length <= LONGEST; length++, count *= KINDS)
        for (size_t number = 0; number < count; number++) {
            char said[LONGEST + 1] = "";
            for (size_t i = 0, rest = number; i < length; i++, rest /= KINDS)
                said[i] = letters[rest % KINDS];
            try_order(said);
            tried++;
        }
    (void)fprintf(stderr, "# %zu orders\n", tried);
}

static void every_message_in_every_state(void **state)
{
    (void)state;
    /* one way into each state, also those that three messages do not reach */
    static const char *const ways[] = {"", "H", "HF", "HFF", "HM", "HN", "HND", "HMA", "HNDA", "HFR", "HFMA"};
    for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++)
        for (size_t i = 0; letters[i] != '\0'; i++) {
            char said[8];
            (void)snprintf(said, sizeof said, "%s%c", ways[w], letters[i]);
            try_order(said);
        }
}

static const struct {
    const char *before; /* what is said until this message may come */
    enum al_frame frame;
    uint64_t right;     /* its length; 0: any that its contents demand */
} frames[] = {
    {"", AL_FRAME_HELLO, AL_WIRE_HELLO_BYTES}, {"H", AL_FRAME_FINDING, 0},  {"H", AL_FRAME_MODEL, 0},
    {"HN", AL_FRAME_DATA, 4},                  {"HF", AL_FRAME_VERDICT, 12},
};

/* The message claims this length, and zeros follow as far as there is room. */
static void try_length(size_t which, uint64_t length, uint32_t spare)
{
    struct al_buffer b;
    al_buffer_init(&b, MOST);
    al_buffer_text(&b, "raw:");
    put_messages(&b, frames[which].before);
    al_buffer_u32(&b, (uint32_t)frames[which].frame);
    al_buffer_u32(&b, spare);
    al_buffer_u64(&b, length);
    for (uint64_t i = 0; i < length && i < 9000; i++)
        al_buffer_u8(&b, 0);
    struct vetting_result r = vet_script(&b);
    enum al_verdict wanted = frames[which].frame == AL_FRAME_HELLO ? AL_VERDICT_ERROR : AL_VERDICT_REFUSE;
    if (r.vetted->verdict != wanted)
        fail_msg("%.4s of %llu bytes: %d", (const char *)&frames[which].frame, (unsigned long long)length,
                 (int)r.vetted->verdict);
    assert_null(r.vetted->model);
    free_vetting(&r);
    al_buffer_free(&b);
}

static void every_length_at_its_borders(void **state)
{
    (void)state;
    static const uint64_t lengths[] = {0, 1, 2, 15, 16, 17, 19, 20, AL_WIRE_FINDING_MOST, AL_WIRE_FINDING_MOST + 1,
                                       AL_MAX_MODEL_FRAME, (uint64_t)AL_MAX_MODEL_FRAME + 1, INT32_MAX,
                                       UINT64_C(1) << 31, UINT32_MAX, UINT64_C(1) << 32, UINT64_C(1) << 40, INT64_MAX,
                                       UINT64_C(1) << 63, UINT64_MAX - 15, UINT64_MAX - 16, UINT64_MAX};
    for (size_t f = 0; f < sizeof frames / sizeof frames[0]; f++) {
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
            try_length(f, lengths[i], 0);
        if (frames[f].right == 0)
            continue;
        try_length(f, frames[f].right - 1, 0);
        try_length(f, frames[f].right + 1, 0);
        try_length(f, frames[f].right, 1);
        try_length(f, frames[f].right, UINT32_MAX);
    }
}

/* HELLO of another build: not the file's fault, and nothing was read. */
static void a_cell_of_another_build_is_the_hosts_fault(void **state)
{
    (void)state;
    static const int answers[AL_STEP_COUNT];
    static const struct {
        size_t at;
        uint8_t flip;
    } changes[] = {{0, 2}, {4, 1}, {11, 0x80}, {12, 1}, {12, 0x20}, {19, 0x80}, {AL_WIRE_HELLO_BYTES - 1, 0x80}};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct al_buffer b;
        al_buffer_init(&b, MOST);
        al_buffer_text(&b, "raw:");
        al_wire_hello(&b, answers);
        b.data[4 + AL_WIRE_HEADER_BYTES + changes[i].at] ^= changes[i].flip;
        put_messages(&b, "MA");
        struct vetting_result r = vet_script(&b);
        assert_int_equal(r.vetted->verdict, AL_VERDICT_ERROR);
        assert_true(has_finding(r.vetted, AL_CELL_NOT_STARTED));
        assert_non_null(strstr(r.vetted->error.what, "program is not this library's"));
        free_vetting(&r);
        al_buffer_free(&b);
    }
}

/* A step that a required defence needs, or that a cell cannot work without, answers no. */
static void an_answer_that_is_missing_is_never_accepted(void **state)
{
    (void)state;
    for (int step = 0; step < AL_STEP_COUNT; step++) {
        int answers[AL_STEP_COUNT] = {0};
        answers[step] = EPERM;
        struct al_buffer b;
        al_buffer_init(&b, MOST);
        al_buffer_text(&b, "raw:");
        al_wire_hello(&b, answers);
        put_messages(&b, "MA");
        struct vetting_result r = vet_script(&b);
        bool advisory = step == AL_STEP_OOM_SCORE || step == AL_STEP_USER_NAMESPACE
                     || step == AL_STEP_NETWORK_NAMESPACE || step == AL_STEP_OTHER_NAMESPACES
                     || step == AL_STEP_LANDLOCK || step == AL_STEP_CAPABILITIES || step == AL_STEP_MDWE
                     || step == AL_STEP_NOT_DUMPABLE || step == AL_STEP_SPECULATION;
        if (r.vetted->verdict != (advisory ? AL_VERDICT_ACCEPT : AL_VERDICT_ERROR))
            fail_msg("step %d: verdict %d", step, (int)r.vetted->verdict);
        free_vetting(&r);
        al_buffer_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order_of_three_messages),
        cmocka_unit_test(every_message_in_every_state),
        cmocka_unit_test(every_length_at_its_borders),
        cmocka_unit_test(a_cell_of_another_build_is_the_hosts_fault),
        cmocka_unit_test(an_answer_that_is_missing_is_never_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
