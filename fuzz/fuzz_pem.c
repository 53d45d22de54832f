/* PEM: blocks have one spelling. Written again, the bytes are those that were read. */
#include "fuzz/harness.h"

#include "policy/signature/openssf/ec.h"
#include "policy/signature/openssf/pem.h"

enum { BUDGET = 1 << 22, BLOCKS_MAX = 64, TEXT_MAX = 1 << 22 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const labels[] = {"PUBLIC KEY", "CERTIFICATE"};
    for (size_t i = 0; i < 2; i++) {
        struct al_arena *arena = al_arena_new(BUDGET);
        AL_MUST(arena != NULL);
        struct al_text rest = {(const char *)data, size}, der;
        for (int block = 0; block < BLOCKS_MAX && al_pem_take(&rest, labels[i], &der, arena); block++) {
            struct al_buffer out;
            struct al_text again;
            struct al_ec_key key;
            AL_MUST(der.length > 0 && der.length <= AL_PEM_BLOCK_MAX);
            al_buffer_init(&out, TEXT_MAX);
            al_pem_write(&out, labels[i], der);
            AL_MUST(!out.failed);
            AL_MUST(al_pem_only((struct al_text){(const char *)out.data, out.size}, labels[i], &again, arena));
            AL_MUST(al_text_equal(der, again));
            if (al_ec_key_read(&key, der))
                (void)al_ec_verify(&key, der, der);
            al_buffer_free(&out);
        }
        al_arena_free(arena);
    }
    return 0;
}
