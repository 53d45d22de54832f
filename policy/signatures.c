/* The "signatures" part of a policy: whose signatures count. Keys are checked for
   their form here; whether one signs a file is judged where signatures are. */
#include "policy/keys.h"

#include <string.h>

enum { MINISIGN_KEY_LETTERS = 56 }; /* base64 of "Ed", 8 bytes of key id and 32 of key */

static bool read_required(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_policy *p = into;
    return al_read_bool(r, value, place, &p->signature_required);
}

static bool minisign_form(const char *key)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return strlen(key) == MINISIGN_KEY_LETTERS && strspn(key, letters) == MINISIGN_KEY_LETTERS
        && strncmp(key, "RW", 2) == 0;
}

static bool read_minisign(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_policy *p = into;
    if (!al_read_texts(r, value, place, &p->minisign_keys, &p->minisign_key_count))
        return false;
    bool good = true;
    for (size_t i = 0; i < p->minisign_key_count; i++) {
        struct al_place here = al_place_index(place, i);
        if (!minisign_form(p->minisign_keys[i]))
            good = al_find(r->findings, AL_POLICY_VALUE, &here, "56 letters of base64 that begin with RW",
                           al_text_of(p->minisign_keys[i]), "this is not a minisign public key");
    }
    return good;
}

/* File names, not paths: a policy means the same wherever it lies, and cannot
   point at any other file of the host. */
static bool read_model_signing(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_policy *p = into;
    if (!al_read_texts(r, value, place, &p->model_signing, &p->model_signing_count))
        return false;
    bool good = true;
    for (size_t i = 0; i < p->model_signing_count; i++) {
        struct al_place here = al_place_index(place, i);
        if (strchr(p->model_signing[i], '/') != NULL || p->model_signing[i][0] == '.')
            good = al_find(r->findings, AL_POLICY_VALUE, &here, "the name of a file beside the policy",
                           al_text_of(p->model_signing[i]), "this is not a plain file name");
    }
    return good;
}

bool al_read_signatures(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    static const struct al_member members[] = {
        {"required", false, read_required},
        {"minisign", false, read_minisign},
        {"model_signing", false, read_model_signing},
    };
    return al_read_object(r, into, value, place, members, sizeof members / sizeof members[0]);
}
