/* What the tests of OpenSSF model signing share: models in memory, keys that are trusted, bundles
   from tests/files/openssf, and one way to judge and to change them. */
#ifndef AL_TESTS_UNIT_OPENSSF_H
#define AL_TESTS_UNIT_OPENSSF_H

#include "policy/signature/judge.h"
#include "policy/signature/openssf/sign.h"

#include "tests/unit/unit.h"

extern struct al_arena *arena;
extern struct al_findings findings;

/* Forgets what came before. */
void fresh(void);
/* A file of tests/files/openssf, in the arena and with a NUL behind it. */
struct al_text get(const char *name);

struct content {
    const char *name, *bytes;
};
extern const struct content model[1];
extern const struct content directory[4];
#define FILES(list) list, sizeof(list) / sizeof(list)[0]

extern struct al_trusted_key keys[4];
extern struct al_trust trust;
extern const char *const p256[1];

void trust_keys(const char *const *names, size_t count);
void trust_root(const char *name);

/* VALID and no finding, or the other way round. `unread_last`: nobody parses the last file. */
struct al_signature judge_files(struct al_text bundle, const struct content *list, size_t count, bool unread_last);
/* The same for the model in one file. */
struct al_signature judge(struct al_text bundle);
void expect(struct al_signature s, enum al_signature_status status, enum al_finding_id id, const char *what);

/* The first `old` in the text, which must be there, replaced. */
struct al_text replace(struct al_text text, const char *old, const char *new);
/* The signature of a bundle, as the object that holds it. */
const char *sig_of(struct al_text bundle);
/* The payload of a bundle of tests/files/openssf. */
struct al_text payload_of(const char *name);

struct al_ec_secret *read_secret(const char *name, const char *passphrase);
/* A bundle around a payload, by a key of tests/files/openssf. */
struct al_text wrap(const char *key, struct al_text payload);
struct al_text sign_files(const char *key, const struct content *list, size_t count, bool alone);

#endif
