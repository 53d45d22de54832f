/* The signature of a file by itself, without a cell: nothing in the file is parsed. */
#include "api/signature.h"

#include "policy/signature/minisign.h"

#include <fcntl.h>

/* Letters that are no file's name are the key itself. */
static enum al_status read_key(struct al_minisign_public *out, const char *key, struct al_report *r,
                               struct al_error *err)
{
    struct al_text text = al_text_of(key);
    struct al_findings unsaid;
    al_findings_init(&unsaid, r->arena, NULL, 4);
    if (sodium_init() < 0)
        return al_fail(err, AL_HOST, 0, "libsodium cannot be used");
    if (al_signature_read(&text, r->arena, AT_FDCWD, key) && text.at == key)
        return al_fail(err, AL_IO, 0, "no memory for the key");
    return al_minisign_read_public(out, text, "key", &unsaid)
               ? AL_OK
               : al_fail(err, AL_USAGE, 0, "this is neither a public key of minisign's nor a file that holds one");
}

static void judge(struct al_report *r, const char *path, const char *name, const struct al_minisign_public *key)
{
    struct al_snapshot *snapshot = NULL;
    struct al_minisign_signature s;
    struct al_text text = AL_NOTHING;
    struct al_bundle_maker maker = {r->arena, r->policy, &r->findings, &r->error};
    if (al_snapshot_path(&snapshot, AT_FDCWD, path, path, r->policy, &r->findings, &r->error) != AL_OK ||
        al_bundle_take(&r->bundle, AL_ROLE_MODEL, snapshot, path, &maker) != AL_OK)
        return;
    if (!al_signature_read(&text, r->arena, AT_FDCWD, name)) {
        (void)al_find_at(&r->findings, AL_SIGNATURE_MISSING, al_text_of(path), "a valid signature", al_text_of(name),
                         "There is no signature");
        return;
    }
    r->file.signature = "invalid";
    if (!al_minisign_read_signature(&s, text, name, &r->findings))
        return;
    if (memcmp(s.id, key->id, sizeof s.id) != 0)
        r->file.signature = "untrusted";
    if (!snapshot->sealed || !al_snapshot_digest(snapshot)) {
        (void)al_fail(&r->error, AL_HOST, 0, "the file could not be copied and hashed");
        return;
    }
    const struct al_signed_bytes what = {snapshot->bytes, snapshot->size, snapshot->blake2b};
    r->verified = al_minisign_verify(&s, key, &what, name, &r->findings);
    if (r->verified)
        r->file.signature = "valid";
}

enum al_status al_verify_path(struct al_report **out, const char *path, const char *key, const char *signature,
                              struct al_error *err)
{
    struct al_minisign_public public_key;
    struct al_report *r = al_report_new(path, NULL);
    const char *name = signature;
    if (r == NULL)
        name = NULL;
    else if (name == NULL)
        name = al_arena_format(r->arena, "%s.minisig", path);
    enum al_status status = name != NULL ? read_key(&public_key, key, r, err)
                                         : al_fail(err, AL_NO_MEMORY, 0, "no memory for a report");
    if (status == AL_OK) {
        judge(r, path, name, &public_key);
        if (!al_report_finish(r))
            status = al_fail(err, AL_NO_MEMORY, 0, "no memory for a report");
    }
    if (status != AL_OK) {
        al_report_free(r);
        return status;
    }
    *out = r;
    return AL_OK;
}
