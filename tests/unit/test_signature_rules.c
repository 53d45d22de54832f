/* What a judge's answer comes to: a model is let through by a status, never by a finding that is missing. */
#include "api/signature.h"

#include "tests/unit/unit.h"

#include <sodium.h>

static enum al_signature_status answers[AL_SIGNATURES_MOST];
static bool with_finding, with_failure;

/* Answers as it is told to, by the number that its text begins with. */
static void judge(struct al_signature *out, struct al_text signature, const char *where, const struct al_judging *j)
{
    out->status = answers[signature.at[0] - '0'];
    j->findings->failed = with_failure;
    if (with_finding)
        (void)al_find_at(j->findings, AL_SIGNATURE_COMMENT, al_text_of(where), NULL, AL_NOTHING, "found");
}

/* How many findings refuse; `id` is then the first one's. */
static size_t refusals(size_t count, bool given, bool required, bool names_a_key, enum al_finding_id *id)
{
    static const struct al_trusted_key key = {.kind = AL_KEY_MINISIGN, .text = "", .not_after = INT64_MAX};
    static const char *const texts[] = {"0", "1"};
    const struct al_source source = {.from = AL_FROM_PATH, .shown = "m.keras", .path = "m.keras",
                                     .kind = AL_SOURCE_FILE};
    struct al_policy *policy = al_policy_shipped("default");
    assert_non_null(policy);
    policy->trust.required = required;
    policy->trust.lists[AL_KEY_MINISIGN] = (struct al_key_list){&key, names_a_key ? 1 : 0};
    struct al_report *r = al_report_new("m.keras", policy);
    assert_non_null(r);
    struct al_signature_files files = {.count = count, .given = given};
    for (size_t i = 0; i < count; i++)
        files.list[i] = (struct al_signature_file){"m.keras.sig", al_text_of(texts[i]), judge};
    al_signature_judge(&files, r, &source);
    size_t result = r->findings.refusals;
    assert_int_equal(r->findings.failed, with_failure);
    *id = result > 0 ? r->findings.list[0].id : AL_FINDING_COUNT;
    al_report_free(r);
    al_policy_free(policy);
    return result;
}

static void a_status_refuses_without_a_finding(void **state)
{
    (void)state;
    static const struct {
        enum al_signature_status status;
        bool given, required, names_a_key;
        enum al_finding_id id; /* AL_FINDING_COUNT: let through */
    } cases[] = {
        {AL_SIGNATURE_STATUS_VALID, true, true, true, AL_FINDING_COUNT},
        {AL_SIGNATURE_STATUS_INVALID, false, false, false, AL_SIGNATURE_INVALID},
        {AL_SIGNATURE_STATUS_INVALID, true, false, false, AL_SIGNATURE_INVALID},
        {AL_SIGNATURE_STATUS_INVALID, false, true, false, AL_SIGNATURE_INVALID},
        {AL_SIGNATURE_STATUS_INVALID, false, true, true, AL_SIGNATURE_INVALID},
        {AL_SIGNATURE_STATUS_UNTRUSTED, false, false, false, AL_FINDING_COUNT},
        {AL_SIGNATURE_STATUS_UNTRUSTED, true, false, false, AL_SIGNATURE_UNTRUSTED},
        {AL_SIGNATURE_STATUS_UNTRUSTED, false, true, false, AL_SIGNATURE_UNTRUSTED},
        {AL_SIGNATURE_STATUS_UNTRUSTED, false, false, true, AL_SIGNATURE_UNTRUSTED},
        {AL_SIGNATURE_STATUS_NONE, false, false, true, AL_FINDING_COUNT},
        {AL_SIGNATURE_STATUS_NONE, true, false, false, AL_SIGNATURE_MISSING},
        {AL_SIGNATURE_STATUS_NONE, false, true, true, AL_SIGNATURE_MISSING},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum al_finding_id id;
        answers[0] = cases[i].status;
        size_t count = refusals(1, cases[i].given, cases[i].required, cases[i].names_a_key, &id);
        if (id != cases[i].id || count != (id == AL_FINDING_COUNT ? 0 : 1))
            fail_msg("case %zu: %zu refusals", i, count);
    }
}

static void a_finding_that_refuses_is_enough(void **state)
{
    (void)state;
    enum al_finding_id id;
    with_finding = true;
    answers[0] = AL_SIGNATURE_STATUS_INVALID;
    assert_int_equal(refusals(1, true, true, true, &id), 1);
    assert_int_equal(id, AL_SIGNATURE_COMMENT);
    with_finding = false;
}

static void a_broken_signature_beside_a_good_one_refuses(void **state)
{
    (void)state;
    enum al_finding_id id;
    answers[0] = AL_SIGNATURE_STATUS_VALID;
    answers[1] = AL_SIGNATURE_STATUS_INVALID;
    assert_int_equal(refusals(2, false, true, true, &id), 1);
    assert_int_equal(id, AL_SIGNATURE_INVALID);
    answers[1] = AL_SIGNATURE_STATUS_UNTRUSTED;
    assert_int_equal(refusals(2, false, true, true, &id), 0);
}

static void short_memory_is_an_error_and_no_refusal(void **state)
{
    (void)state;
    enum al_finding_id id;
    with_failure = true;
    answers[0] = AL_SIGNATURE_STATUS_INVALID;
    assert_int_equal(refusals(1, true, true, true, &id), 0);
    with_failure = false;
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_status_refuses_without_a_finding),
        cmocka_unit_test(a_finding_that_refuses_is_enough),
        cmocka_unit_test(a_broken_signature_beside_a_good_one_refuses),
        cmocka_unit_test(short_memory_is_an_error_and_no_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
