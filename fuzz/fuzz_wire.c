/* The parent's side of the wire. The first byte chooses how the rest is cut; then
   HELLO is said for the input, because its fingerprint changes with the tables. What
   is complete must be sound, must be the only way to say it, and must not harm the
   validator. */
#include "harness.h"

#include "tests/wire/sample.h"
#include "validator/validate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { MOST = 1 << 20 };
    static struct al_policy *policy;
    static const int answers[AL_STEP_COUNT];
    struct al_buffer said, again;
    if (size == 0)
        return 0;
    al_buffer_init(&said, MOST);
    al_buffer_init(&again, 2 * MOST);
    al_wire_hello(&said, answers);
    al_buffer_bytes(&said, data + 1, size - 1);
    struct listener l;
    listener_hear(&l, said.data, said.size, (size_t)data[0] + 1);
    if (l.complete && !said.failed) {
        AL_MUST(listener_sound(&l));
        listener_repeat(&l, &again);
        AL_MUST(!again.failed && again.size == said.size && memcmp(again.data, said.data, said.size) == 0);
    }
    if (policy == NULL)
        policy = al_policy_shipped("default");
    if (l.talk.model != NULL && al_infer(l.talk.model, policy, &l.findings))
        (void)al_check_weights(l.talk.model, policy, &l.input_size, 1, &l.findings);
    listener_free(&l);
    al_buffer_free(&said);
    al_buffer_free(&again);
    return 0;
}
