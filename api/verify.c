/* The signature of files by themselves, without a cell: nothing in them is parsed. What
   minisign signed needs no copy, so it may be more than memory holds. */
#include "api/signature.h"

#include "policy/signature/minisign.h"
#include "sandbox/hash.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

static enum al_status take_minisign(struct al_trusted_key *out, struct al_text text, struct al_report *r,
                                    struct al_error *err)
{
    struct al_minisign_public public_key;
    struct al_findings unsaid;
    struct al_buffer line;
    al_findings_init(&unsaid, r->arena, NULL, 4);
    if (!al_minisign_read_public(&public_key, text, "key", &unsaid))
        return al_fail(err, AL_USAGE, 0, "this is neither a public key nor a file that holds one");
    al_buffer_init(&line, AL_MINISIGN_FILE_MAX);
    al_minisign_write_letters(&line, &public_key);
    out->kind = AL_KEY_MINISIGN;
    out->text = line.failed ? NULL : al_arena_copy(r->arena, line.data, line.size);
    al_buffer_free(&line);
    return out->text != NULL ? AL_OK : al_fail(err, AL_NO_MEMORY, 0, "no memory for the key");
}

/* One key as a policy would name it. What is no file's name is the key itself. */
static enum al_status read_key(struct al_trusted_key *out, const char *key, struct al_report *r, struct al_error *err)
{
    static const char certificate[] = "-----BEGIN CERTIFICATE-----";
    struct al_text text;
    if (sodium_init() < 0)
        return al_fail(err, AL_HOST, 0, "libsodium cannot be used");
    if (!al_signature_read(&text, r->arena, AT_FDCWD, key))
        text = al_text_of(key);
    if (text.at == NULL)
        return al_fail(err, AL_IO, 0, "the key cannot be read");
    *out = (struct al_trusted_key){.not_after = INT64_MAX};
    if (!al_pem_form(text))
        return take_minisign(out, text, r, err);
    bool is_root = text.length >= strlen(certificate) && memcmp(text.at, certificate, strlen(certificate)) == 0;
    out->kind = is_root ? AL_KEY_CERTIFICATE : AL_KEY_PEM;
    out->text = al_arena_copy(r->arena, text.at, text.length);
    return out->text != NULL ? AL_OK : al_fail(err, AL_NO_MEMORY, 0, "no memory for the key");
}

static bool is_directory(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* All of it in sealed memory: what legacy signatures and bundles are judged on. */
static bool take_bytes(struct al_report *r, const char *path)
{
    struct al_bundle_maker maker = {r->arena, r->policy, &r->findings, &r->error};
    struct al_text name = al_signature_last_part(path);
    enum al_status status = is_directory(path)
                                ? al_bundle_folder(&r->bundle, path, &maker)
                                : al_bundle_file(&r->bundle, AL_ROLE_MODEL, AT_FDCWD, path, name.at, &maker);
    return status == AL_OK;
}

/* What is to be judged, as its scheme wants it; false where that cannot be had. */
static bool take_files(struct al_judging *j, struct al_report *r, const char *path, bool streamed)
{
    if (!streamed) {
        j->files = take_bytes(r, path) ? al_signature_list(r, true) : NULL;
        j->file_count = r->bundle.count;
        j->directory = is_directory(path);
        if (j->files == NULL && r->error.code == AL_OK)
            (void)al_fail(&r->error, AL_HOST, 0, "the files could not be copied and hashed");
        return j->files != NULL;
    }
    uint8_t *digest = al_arena_alloc(r->arena, 1, AL_BLAKE2B_BYTES);
    struct al_signed_file *file = al_arena_alloc(r->arena, 1, sizeof *file);
    if (digest == NULL || file == NULL) {
        r->findings.failed = true;
        return false;
    }
    *file = (struct al_signed_file){.name = path, .blake2b = digest};
    if (al_hash_path(digest, &file->size, path, &r->findings, &r->error) != AL_OK)
        return false;
    r->file.size = file->size;
    j->files = file;
    j->file_count = 1;
    return true;
}

static const char *usual_name(struct al_arena *arena, const char *path, enum al_key_kind kind)
{
    if (kind == AL_KEY_MINISIGN)
        return al_arena_format(arena, "%s.minisig", path);
    return is_directory(path) ? al_arena_format(arena, "%s/%s", path, AL_SIGNATURE_OF_DIRECTORY)
                              : al_arena_format(arena, "%s.sig", path);
}

static void judge(struct al_report *r, const char *path, const char *name, const struct al_trusted_key *key)
{
    struct al_text text;
    struct al_signature result = {AL_SIGNATURE_STATUS_NONE, "", "", "", ""};
    struct al_trust trust = {.required = true};
    trust.lists[key->kind] = (struct al_key_list){key, 1};
    struct al_judging judging = {.trust = &trust,
                                 .name = al_signature_last_part(path),
                                 .now = (int64_t)time(NULL),
                                 .arena = r->arena,
                                 .findings = &r->findings};
    bool found = al_signature_read(&text, r->arena, AT_FDCWD, name);
    if (found && text.at == NULL) {
        (void)al_fail(&r->error, AL_IO, 0, "the signature cannot be read");
        return;
    }
    al_judge_signature *scheme = al_signature_scheme(text);
    if (!take_files(&judging, r, path, scheme == al_minisign_judge && !al_minisign_is_legacy(text)))
        return;
    if (!found) {
        (void)al_find_at(&r->findings, AL_SIGNATURE_MISSING, al_text_of(path), "a valid signature", al_text_of(name),
                         "There is no signature");
        return;
    }
    scheme(&result, text, name, &judging);
    al_signature_tell(r, &result, name);
    r->verified = result.status == AL_SIGNATURE_STATUS_VALID;
}

enum al_status al_verify_path(struct al_report **out, const char *path, const char *key, const char *signature,
                              struct al_error *err)
{
    struct al_trusted_key trusted;
    struct al_report *r = al_report_new(path, NULL);
    if (r == NULL)
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for a report");
    enum al_status status = read_key(&trusted, key, r, err);
    const char *name = status != AL_OK || signature != NULL ? signature : usual_name(r->arena, path, trusted.kind);
    if (status == AL_OK && name == NULL)
        status = al_fail(err, AL_NO_MEMORY, 0, "no memory for a name");
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
