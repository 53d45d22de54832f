/* A cell that speaks with malice: nothing it says leads to an acceptance, a hang, a
   crash or a leak, and the worst it can reach is a refusal. */
#include "tests/sandbox/vetting.h"

#include "sandbox/wire/wire.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <time.h>

enum { MOST = 8 << 20 };

/* A verb, then a conversation. */
static struct al_buffer script(const char *verb)
{
    struct al_buffer b;
    al_buffer_init(&b, MOST);
    al_buffer_text(&b, verb);
    return b;
}

static void say_hello(struct al_buffer *b)
{
    static const int answers[AL_STEP_COUNT];
    al_wire_hello(b, answers);
}

static void say_model(struct al_buffer *b)
{
    struct al_model empty = {.framework = "numpy", .format = AL_FORMAT_NPY};
    assert_true(al_wire_model(b, &empty, NULL));
}

static void expect_take(struct al_buffer *b, uint32_t seconds, enum al_verdict verdict, enum al_finding_id finding)
{
    size_t descriptors = count_descriptors();
    assert_false(b->failed);
    struct vetting_result r = vet_bytes(b->data, b->size, seconds, NULL);
    if (r.vetted->verdict != verdict || !has_finding(r.vetted, finding))
        fail_msg("%.10s: verdict %d, %zu findings, the first %s", (const char *)b->data, (int)r.vetted->verdict,
                 r.vetted->findings.count,
                 r.vetted->findings.count > 0 ? r.vetted->findings.list[0].message : "missing");
    assert_null(r.vetted->model);
    free_vetting(&r);
    al_buffer_free(b);
    assert_int_equal(count_children(), 0);
    assert_int_equal(count_descriptors(), descriptors);
}

static void a_cell_that_is_not_locked_is_never_believed(void **state)
{
    (void)state;
    struct al_buffer b = script("unlocked:");
    say_hello(&b);
    say_model(&b);
    al_wire_verdict(&b, AL_CELL_ACCEPTS, 0, 0);
    expect_take(&b, 10, AL_VERDICT_ERROR, AL_CELL_NOT_LOCKED);
}

static void the_same_words_from_a_locked_cell_are(void **state)
{
    (void)state;
    struct al_buffer b = script("raw:");
    say_hello(&b);
    say_model(&b);
    al_wire_verdict(&b, AL_CELL_ACCEPTS, 0, 0);
    struct vetting_result r = vet_bytes(b.data, b.size, 10, NULL);
    assert_int_equal(r.vetted->verdict, AL_VERDICT_ACCEPT);
    free_vetting(&r);
    al_buffer_free(&b);
}

static void the_end_must_be_the_end(void **state)
{
    (void)state;
    struct al_buffer b = script("hello:");
    say_model(&b);
    al_wire_verdict(&b, AL_CELL_ACCEPTS, 0, 0);
    al_wire_verdict(&b, AL_CELL_ACCEPTS, 0, 0);
    expect_take(&b, 10, AL_VERDICT_REFUSE, AL_CELL_PROTOCOL);

    b = script("hello:");
    say_model(&b);
    al_wire_verdict(&b, AL_CELL_ACCEPTS, 0, 0);
    al_buffer_u8(&b, 0);
    expect_take(&b, 10, AL_VERDICT_REFUSE, AL_CELL_PROTOCOL);

    b = script("hello:");
    say_model(&b);
    expect_take(&b, 10, AL_VERDICT_REFUSE, AL_CELL_EXITED);

    b = script("hello:");
    al_wire_verdict(&b, AL_CELL_ACCEPTS, 0, 0);
    expect_take(&b, 10, AL_VERDICT_REFUSE, AL_CELL_PROTOCOL);

    b = script("hello:");
    al_wire_verdict(&b, AL_CELL_REFUSES, 0, 0);
    expect_take(&b, 10, AL_VERDICT_REFUSE, AL_CELL_PROTOCOL);
}

static void every_message_in_the_wrong_place_is_refused(void **state)
{
    (void)state;
    struct al_buffer b = script("hello:");
    say_hello(&b);
    expect_take(&b, 10, AL_VERDICT_REFUSE, AL_CELL_PROTOCOL);

    b = script("hello:");
    say_model(&b);
    say_model(&b);
    expect_take(&b, 10, AL_VERDICT_REFUSE, AL_CELL_PROTOCOL);

    b = script("hello:");
    al_wire_header(&b, AL_FRAME_DATA, 1);
    expect_take(&b, 10, AL_VERDICT_REFUSE, AL_CELL_PROTOCOL);
}

static void lengths_are_not_believed(void **state)
{
    (void)state;
    static const uint64_t lengths[] = {0, 1, AL_MAX_MODEL_FRAME, (uint64_t)AL_MAX_MODEL_FRAME + 1, UINT64_C(1) << 32,
                                       INT64_MAX, UINT64_MAX - 15, UINT64_MAX};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct al_buffer b = script("hello:");
        al_wire_header(&b, AL_FRAME_MODEL, lengths[i]);
        al_buffer_u8(&b, 0);
        struct vetting_result r = vet_bytes(b.data, b.size, 10, NULL);
        assert_int_equal(r.vetted->verdict, AL_VERDICT_REFUSE);
        free_vetting(&r);
        al_buffer_free(&b);
    }
}

static void a_flood_is_cut_off(void **state)
{
    (void)state;
    struct al_buffer b = script("hello:");
    while (b.size < MOST - 64)
        al_buffer_u64(&b, UINT64_C(0x4141414141414141));
    expect_take(&b, 10, AL_VERDICT_REFUSE, AL_CELL_PROTOCOL);

    /* findings by the thousand: more than the policy grants */
    b = script("hello:");
    const struct al_finding one = {.id = AL_KERAS_LAMBDA, .where = "", .message = "m", .expected = "", .found = ""};
    for (size_t i = 0; i < 2 * AL_MAX_FINDINGS; i++)
        al_wire_finding(&b, &one);
    expect_take(&b, 10, AL_VERDICT_REFUSE, AL_CELL_PROTOCOL);
}

static void texts_that_could_fool_a_terminal_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"\x1b[2J", "\xe2\x80\xae", "\xff", "a\nb", "\xc2\x9b", "\x7f"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct al_buffer b = script("hello:");
        const struct al_finding one = {
            .id = AL_KERAS_LAMBDA, .where = "", .message = texts[i], .expected = "", .found = ""};
        al_wire_finding(&b, &one);
        al_wire_verdict(&b, AL_CELL_REFUSES, 1, 0);
        expect_take(&b, 10, AL_VERDICT_REFUSE, AL_CELL_PROTOCOL);
    }
}

static void a_slow_drip_ends_with_the_wall_clock(void **state)
{
    (void)state;
    struct timespec before, after;
    struct al_buffer b = script("drip:");
    say_hello(&b);
    for (int i = 0; i < 100; i++)
        al_wire_verdict(&b, AL_CELL_REFUSES, 0, 0);
    (void)clock_gettime(CLOCK_MONOTONIC, &before);
    struct vetting_result r = vet_bytes(b.data, b.size, 1, NULL);
    (void)clock_gettime(CLOCK_MONOTONIC, &after);
    assert_int_not_equal(r.vetted->verdict, AL_VERDICT_ACCEPT);
    assert_in_range(after.tv_sec - before.tv_sec, 1, 2);
    free_vetting(&r);
    al_buffer_free(&b);
}

static void a_pipe_held_by_another_process_is_left_behind(void **state)
{
    (void)state;
    struct al_buffer b = script("fork");
    expect_take(&b, 1, AL_VERDICT_ERROR, AL_CELL_NOT_STARTED);
}

static void expect_text(const char *text, uint32_t seconds, enum al_verdict verdict, enum al_finding_id finding)
{
    struct al_buffer b = script(text);
    expect_take(&b, seconds, verdict, finding);
}

static void a_pipe_that_is_closed_ends_nothing(void **state)
{
    (void)state;
    expect_text("shut", 1, AL_VERDICT_ERROR, AL_CELL_NOT_STARTED);
}

static void all_was_said_but_the_cell_lives_on(void **state)
{
    (void)state;
    struct al_buffer b = script("linger:");
    say_hello(&b);
    say_model(&b);
    al_wire_verdict(&b, AL_CELL_ACCEPTS, 0, 0);
    expect_take(&b, 1, AL_VERDICT_REFUSE, AL_LIMIT_SECONDS);
}

static void a_second_voice_on_the_pipe_is_heard_and_refused(void **state)
{
    (void)state;
    expect_text("voice", 5, AL_VERDICT_REFUSE, AL_CELL_PROTOCOL);
}

static void extents_that_lie_are_refused(void **state)
{
    (void)state;
    static const char *const lies[] = {"beyond", "far away", "wraps", "huge", "product", "negative"};
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct vetting_result r = vet_bytes(lies[i], strlen(lies[i]), 10, NULL);
        if (r.vetted->verdict == AL_VERDICT_ACCEPT)
            fail_msg("%s: accepted", lies[i]);
        assert_null(r.vetted->model);
        free_vetting(&r);
    }
    expect_text("beyond", 10, AL_VERDICT_REFUSE, AL_CELL_PROTOCOL);
    expect_text("far away", 10, AL_VERDICT_REFUSE, AL_CELL_PROTOCOL);
    expect_text("wraps", 10, AL_VERDICT_REFUSE, AL_CELL_PROTOCOL);
    expect_text("overlap", 10, AL_VERDICT_REFUSE, AL_WEIGHTS_OVERLAP);
}

static const char *const input_layer[] = {"InputLayer"};

static void refuse_the_layer(struct al_policy *p)
{
    p->refuse_layers = input_layer;
    p->refuse_layer_count = 1;
}

static void allow_no_graphs(struct al_policy *p)
{
    p->graphs = false;
}

static void allow_another_format(struct al_policy *p)
{
    p->formats = 1U << AL_FORMAT_KERAS_H5;
}

static void allow_one_layer(struct al_policy *p)
{
    p->limits.layers = 1;
}

static void allow_small_results(struct al_policy *p)
{
    p->limits.activation_bytes = 15;
}

static void allow_few_numbers(struct al_policy *p)
{
    p->limits.parameters = 3;
}

/* This cell says the same whatever its policy: what the policy refuses, the parent refuses. */
static void a_cell_that_ignores_the_policy_is_judged_by_it(void **state)
{
    (void)state;
    static const struct {
        const char *verb;
        void (*bend)(struct al_policy *);
        enum al_finding_id finding;
    } cases[] = {
        {"graph", refuse_the_layer, AL_POLICY_LAYER},      {"graph", allow_no_graphs, AL_POLICY_TENSORS},
        {"graph", allow_another_format, AL_POLICY_FORMAT}, {"accept", allow_another_format, AL_POLICY_FORMAT},
        {"graph", allow_one_layer, AL_LIMIT_LAYERS},       {"graph", allow_small_results, AL_LIMIT_ACTIVATION},
        {"accept", allow_few_numbers, AL_LIMIT_PARAMETERS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *verb = cases[i].verb;
        struct vetting_result honest = vet_bytes(verb, strlen(verb), 10, NULL);
        if (honest.vetted->verdict != AL_VERDICT_ACCEPT)
            fail_msg("%s: %s", verb, honest.vetted->findings.count > 0 ? honest.vetted->findings.list[0].message : "");
        free_vetting(&honest);
        struct vetting_result r = vet_bytes(verb, strlen(verb), 10, cases[i].bend);
        if (r.vetted->verdict != AL_VERDICT_REFUSE || !has_finding(r.vetted, cases[i].finding))
            fail_msg("case %zu: verdict %d", i, (int)r.vetted->verdict);
        assert_null(r.vetted->model);
        free_vetting(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_that_ignores_the_policy_is_judged_by_it),
        cmocka_unit_test(a_cell_that_is_not_locked_is_never_believed),
        cmocka_unit_test(the_same_words_from_a_locked_cell_are),
        cmocka_unit_test(the_end_must_be_the_end),
        cmocka_unit_test(every_message_in_the_wrong_place_is_refused),
        cmocka_unit_test(lengths_are_not_believed),
        cmocka_unit_test(a_flood_is_cut_off),
        cmocka_unit_test(texts_that_could_fool_a_terminal_are_refused),
        cmocka_unit_test(a_slow_drip_ends_with_the_wall_clock),
        cmocka_unit_test(a_pipe_held_by_another_process_is_left_behind),
        cmocka_unit_test(a_pipe_that_is_closed_ends_nothing),
        cmocka_unit_test(all_was_said_but_the_cell_lives_on),
        cmocka_unit_test(a_second_voice_on_the_pipe_is_heard_and_refused),
        cmocka_unit_test(extents_that_lie_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
