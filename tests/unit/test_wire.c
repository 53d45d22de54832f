/* The wire: what is said is what is heard, there is one way to say it, and whatever
   is not that way is refused without a crash, a hang or a read out of bounds. */
#include "tests/wire/sample.h"

#include "tests/unit/unit.h"

enum { WHOLE = 1 << 20 };

static struct al_buffer accepting(void)
{
    struct al_arena *arena = al_arena_new(1 << 20);
    struct al_buffer b;
    al_buffer_init(&b, WHOLE);
    sample_accepting(&b, arena);
    assert_false(b.failed);
    al_arena_free(arena);
    return b;
}

static struct al_buffer refusing(void)
{
    struct al_buffer b;
    al_buffer_init(&b, WHOLE);
    sample_refusing(&b);
    assert_false(b.failed);
    return b;
}

/* A complete conversation, said again, is the same bytes. Returns whether it was complete. */
static bool same_again(const uint8_t *bytes, size_t size, size_t piece)
{
    struct listener l;
    listener_hear(&l, bytes, size, piece);
    bool complete = l.complete;
    assert_true(!complete || listener_sound(&l));
    if (complete) {
        struct al_buffer again;
        al_buffer_init(&again, WHOLE);
        listener_repeat(&l, &again);
        assert_false(again.failed);
        assert_int_equal(again.size, size);
        assert_memory_equal(again.data, bytes, size);
        al_buffer_free(&again);
    } else {
        /* something is always there to say why */
        assert_true(l.talk.broken != NULL || l.talk.no_memory || l.talk.over_output || l.talk.turn != AL_TURN_END
                    || l.talk.piece_got > 0);
    }
    listener_free(&l);
    return complete;
}

static void a_conversation_is_heard_as_it_was_said(void **state)
{
    (void)state;
    struct al_buffer a = accepting(), r = refusing();
    static const size_t pieces[] = {1, 2, 7, 16, 100, WHOLE};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        assert_true(same_again(a.data, a.size, pieces[i]));
        assert_true(same_again(r.data, r.size, pieces[i]));
    }
    al_buffer_free(&a);
    al_buffer_free(&r);
}

static void the_model_is_the_one_that_was_sent(void **state)
{
    (void)state;
    struct al_buffer a = accepting();
    struct listener l;
    listener_hear(&l, a.data, a.size, WHOLE);
    const struct al_model *m = l.talk.model;
    assert_true(l.complete);
    assert_string_equal(m->framework, "keras");
    assert_int_equal(m->version.minor, 15);
    assert_int_equal(m->layer_count, 8);
    assert_int_equal(m->layers[3].owner, 0);
    assert_int_equal(m->layers[3].child_count, 3);
    assert_int_equal(m->layers[3].children[2], 6);
    assert_int_equal(m->layers[0].graph->calls[3].given[0].items[0].call, 2);
    assert_int_equal(m->tensors[0].offset, 8);
    assert_int_equal(m->tensors[0].bytes, 24);
    assert_memory_equal(m->tensors[3].data, "\x01\x02\x03\x04\x05", 5);
    assert_int_equal(m->layers[2].weights[1], AL_NONE_INDEX);
    assert_int_equal(l.talk.answers[AL_STEP_LANDLOCK], 38);
    assert_int_equal(l.findings.dropped, 3);
    listener_free(&l);
    al_buffer_free(&a);
}

static void every_changed_byte_is_refused_or_means_itself(void **state)
{
    (void)state;
    static const uint8_t flips[] = {0x10, 0x40, 0x7f, 0x80, 0xff};
    enum { SMALL = 12, CHANGES = SMALL + sizeof flips };
    struct al_buffer both[2] = {accepting(), refusing()};
    for (size_t which = 0; which < 2; which++) {
        struct al_buffer *b = &both[which];
        for (size_t at = 0; at < b->size; at++)
            for (uint8_t i = 0; i < CHANGES; i++) {
                /* small numbers are indexes one too far */
                uint8_t kept = b->data[at];
                b->data[at] = i < SMALL ? i : (uint8_t)(kept ^ flips[i - SMALL]);
                (void)same_again(b->data, b->size, WHOLE);
                b->data[at] = kept;
            }
        al_buffer_free(b);
    }
}

static void every_early_end_is_incomplete(void **state)
{
    (void)state;
    struct al_buffer a = accepting();
    for (size_t size = 0; size < a.size; size++) {
        /* a copy of exactly this size lets a sanitizer see a byte read too far */
        uint8_t *copy = malloc(size + 1);
        memcpy(copy, a.data, size);
        assert_false(same_again(copy, size, WHOLE));
        free(copy);
    }
    al_buffer_free(&a);
}

static void every_removed_or_added_byte_is_refused(void **state)
{
    (void)state;
    struct al_buffer a = accepting();
    uint8_t *copy = malloc(a.size + 1);
    for (size_t at = 0; at < a.size; at++) {
        memcpy(copy, a.data, at);
        memcpy(copy + at, a.data + at + 1, a.size - at - 1);
        assert_false(same_again(copy, a.size - 1, WHOLE));
        memcpy(copy + at + 1, a.data + at, a.size - at);
        copy[at] = 0;
        assert_false(same_again(copy, a.size + 1, WHOLE));
    }
    free(copy);
    al_buffer_free(&a);
}

/* Lengths at their borders, in every aligned or unaligned place where one can stand. */
static void every_number_at_its_borders_is_refused_or_means_itself(void **state)
{
    (void)state;
    static const uint64_t borders[] = {0, 1, 0x7f, 0x7fffffff, 0x80000000, 0xffffffff, UINT64_C(1) << 40,
                                       INT64_MAX, UINT64_C(1) << 63, UINT64_MAX};
    struct al_buffer a = accepting();
    for (size_t at = 0; at + 8 <= a.size; at++)
        for (size_t i = 0; i < sizeof borders / sizeof borders[0]; i++)
            for (size_t width = 4; width <= 8; width += 4) {
                uint8_t kept[8];
                memcpy(kept, a.data + at, sizeof kept);
                for (size_t k = 0; k < width; k++)
                    a.data[at + k] = (uint8_t)(borders[i] >> (8 * k));
                (void)same_again(a.data, a.size, WHOLE);
                memcpy(a.data + at, kept, sizeof kept);
            }
    al_buffer_free(&a);
}

/* Which messages may follow which: every sequence of up to four, against the rule
   written down independently of the state machine. */
struct message {
    char letter;
    struct al_buffer bytes;
};

static bool permitted(const char *letters)
{
    /* HELLO FINDING* ( MODEL VERDICT-accept | VERDICT-refuse ); the model here has no data */
    if (*letters++ != 'H')
        return false;
    while (*letters == 'F')
        letters++;
    return strcmp(letters, "MA") == 0 || strcmp(letters, "R") == 0;
}

static void messages_come_in_order_only(void **state)
{
    (void)state;
    static const int answers[AL_STEP_COUNT];
    const struct al_finding finding = {.id = AL_KERAS_LAMBDA, .where = "", .message = "m", .expected = "", .found = ""};
    struct al_model empty = {.framework = "numpy", .format = AL_FORMAT_NPY};
    struct message m[5] = {{.letter = 'H'}, {.letter = 'F'}, {.letter = 'M'}, {.letter = 'D'}, {.letter = 'V'}};
    for (size_t i = 0; i < 5; i++)
        al_buffer_init(&m[i].bytes, WHOLE);
    al_wire_hello(&m[0].bytes, answers);
    al_wire_finding(&m[1].bytes, &finding);
    assert_true(al_wire_model(&m[2].bytes, &empty, NULL));
    al_wire_header(&m[3].bytes, AL_FRAME_DATA, 1);
    al_buffer_u8(&m[3].bytes, 7);
    size_t complete = 0;
    for (unsigned code = 0; code < 6 * 6 * 6 * 6 * 6; code++) {
        char letters[6] = "";
        struct al_buffer talk;
        al_buffer_init(&talk, WHOLE);
        uint32_t findings = 0;
        unsigned rest = code;
        for (size_t place = 0; place < 5; place++, rest /= 6) {
            unsigned which = rest % 6;
            if (which == 5)
                break;
            bool accepts = strchr(letters, 'M') != NULL;
            letters[place] = which < 4 ? m[which].letter : accepts ? 'A' : 'R';
            findings += which == 1;
            if (which < 4)
                al_buffer_bytes(&talk, m[which].bytes.data, m[which].bytes.size);
            else
                al_wire_verdict(&talk, accepts ? AL_CELL_ACCEPTS : AL_CELL_REFUSES, findings, 0);
        }
        struct listener l;
        listener_hear(&l, talk.data, talk.size, WHOLE);
        if (l.complete != permitted(letters))
            fail_msg("%s", letters);
        complete += l.complete;
        listener_free(&l);
        al_buffer_free(&talk);
    }
    assert_true(complete > 0);
    for (size_t i = 0; i < 5; i++)
        al_buffer_free(&m[i].bytes);
}

static void extents_need_a_sealed_input(void **state)
{
    (void)state;
    struct al_buffer a = accepting();
    struct listener l;
    listener_hear(&l, NULL, 0, WHOLE);
    l.context.extents = false;
    size_t room, at = 0;
    bool good = true;
    while (good && at < a.size) {
        uint8_t *to = al_conversation_room(&l.talk, &room);
        room = room < a.size - at ? room : a.size - at;
        memcpy(to, a.data + at, room);
        at += room;
        good = al_conversation_took(&l.talk, room);
    }
    assert_false(good);
    assert_non_null(l.talk.broken);
    assert_non_null(strstr(l.talk.broken, "by value"));
    listener_free(&l);
    al_buffer_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_conversation_is_heard_as_it_was_said),
        cmocka_unit_test(the_model_is_the_one_that_was_sent),
        cmocka_unit_test(every_changed_byte_is_refused_or_means_itself),
        cmocka_unit_test(every_early_end_is_incomplete),
        cmocka_unit_test(every_removed_or_added_byte_is_refused),
        cmocka_unit_test(every_number_at_its_borders_is_refused_or_means_itself),
        cmocka_unit_test(messages_come_in_order_only),
        cmocka_unit_test(extents_need_a_sealed_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
