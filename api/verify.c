/* The signature of a file by itself, without a cell: nothing in the file is parsed, so
   its bytes need no copy and may be more than memory holds. */
#include "api/signature.h"

#include "policy/signature/minisign.h"
#include "sandbox/hash.h"

#include <fcntl.h>
#include <time.h>

/* One key as a policy would name it. Letters that are no file's name are the key itself. */
static enum al_status read_key(struct al_trusted_key *out, const char *key, struct al_report *r, struct al_error *err)
{
    struct al_text text = al_text_of(key);
    struct al_minisign_public public_key;
    struct al_findings unsaid;
    al_findings_init(&unsaid, r->arena, NULL, 4);
    if (sodium_init() < 0)
        return al_fail(err, AL_HOST, 0, "libsodium cannot be used");
    if (al_signature_read(&text, r->arena, AT_FDCWD, key) && text.at == key)
        return al_fail(err, AL_IO, 0, "no memory for the key");
    if (!al_minisign_read_public(&public_key, text, "key", &unsaid))
        return al_fail(err, AL_USAGE, 0, "this is neither a public key of minisign's nor a file that holds one");
    struct al_buffer line;
    al_buffer_init(&line, AL_MINISIGN_FILE_MAX);
    al_minisign_write_letters(&line, &public_key);
    *out = (struct al_trusted_key){.kind = AL_KEY_MINISIGN,
                                   .text = al_arena_copy(r->arena, line.data, line.size),
                                   .not_after = INT64_MAX};
    al_buffer_free(&line);
    return out->text != NULL ? AL_OK : al_fail(err, AL_NO_MEMORY, 0, "no memory for the key");
}

/* Legacy signatures are over the bytes themselves, which must lie in memory then. */
static bool take_bytes(struct al_signed_file *file, struct al_report *r, const char *path)
{
    struct al_snapshot *s = NULL;
    struct al_bundle_maker maker = {r->arena, r->policy, &r->findings, &r->error};
    if (al_snapshot_path(&s, AT_FDCWD, path, path, r->policy, &r->findings, &r->error) != AL_OK ||
        al_bundle_take(&r->bundle, AL_ROLE_MODEL, s, path, &maker) != AL_OK)
        return false;
    if (s->sealed && al_snapshot_digest(s)) {
        *file = (struct al_signed_file){path, s->size, s->bytes, s->sha256, s->blake2b};
        return true;
    }
    (void)al_fail(&r->error, AL_HOST, 0, "the file could not be copied and hashed");
    return false;
}

static bool take_digest(struct al_signed_file *file, struct al_report *r, const char *path)
{
    uint8_t *digest = al_arena_alloc(r->arena, 1, AL_BLAKE2B_BYTES);
    if (digest == NULL || al_hash_path(digest, &file->size, path, &r->findings, &r->error) != AL_OK)
        return false;
    r->file.size = file->size;
    file->name = path;
    file->blake2b = digest;
    return true;
}

static void judge(struct al_report *r, const char *path, const char *name, const struct al_trusted_key *key)
{
    struct al_text text = AL_NOTHING;
    struct al_signed_file file = {0};
    struct al_signature result = {AL_SIGNATURE_STATUS_NONE, "", "", "", ""};
    const struct al_trust trust = {.required = true, .lists[AL_KEY_MINISIGN] = {key, 1}};
    bool found = al_signature_read(&text, r->arena, AT_FDCWD, name);
    bool taken = al_minisign_is_legacy(text) ? take_bytes(&file, r, path) : take_digest(&file, r, path);
    if (!taken)
        return;
    if (!found) {
        (void)al_find_at(&r->findings, AL_SIGNATURE_MISSING, al_text_of(path), "a valid signature", al_text_of(name),
                         "There is no signature");
        return;
    }
    if (text.at == NULL) {
        (void)al_find_at(&r->findings, AL_INPUT_UNREADABLE, al_text_of(name), NULL, AL_NOTHING,
                         "The signature cannot be read");
        return;
    }
    const struct al_judging judging = {.trust = &trust,
                                       .name = al_text_of(path),
                                       .files = &file,
                                       .file_count = 1,
                                       .now = (int64_t)time(NULL),
                                       .arena = r->arena,
                                       .findings = &r->findings};
    al_signature_scheme(text)(&result, text, name, &judging);
    al_signature_tell(r, &result, name);
    r->verified = result.status == AL_SIGNATURE_STATUS_VALID;
}

enum al_status al_verify_path(struct al_report **out, const char *path, const char *key, const char *signature,
                              struct al_error *err)
{
    struct al_trusted_key trusted;
    struct al_report *r = al_report_new(path, NULL);
    const char *name = signature;
    if (r == NULL)
        name = NULL;
    else if (name == NULL)
        name = al_arena_format(r->arena, "%s.minisig", path);
    enum al_status status = name != NULL ? read_key(&trusted, key, r, err)
                                         : al_fail(err, AL_NO_MEMORY, 0, "no memory for a report");
    if (status == AL_OK) {
        judge(r, path, name, &trusted);
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
