/* Signing: what `airlock sign` does, and `airlock verify`, minisign and model_signing take. */
#include "api/signature.h"
#include "api/signing_key.h"
#include "api/write_file.h"

#include "sandbox/hash.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { NAME_MOST = 1024, BUNDLE_MOST = 64 << 20 };

/* minisign's own: when, which file, and that its digest was signed. */
static void usual_comment(struct al_buffer *out, const char *path)
{
    al_buffer_format(out, "timestamp:%lld\tfile:", (long long)time(NULL));
    al_text_escape(out, al_signature_last_part(path), NAME_MOST);
    al_buffer_text(out, "\thashed");
    al_buffer_u8(out, '\0');
}

static enum al_status sign_file(struct al_buffer *out, const struct al_signing_key *key, const char *path,
                                const char *comment, struct al_report *r)
{
    uint8_t digest[AL_BLAKE2B_BYTES];
    uint64_t size = 0;
    struct al_buffer own;
    al_buffer_init(&own, AL_MINISIGN_TRUSTED_COMMENT_MAX);
    if (comment == NULL)
        usual_comment(&own, path);
    enum al_status status = own.failed ? al_fail(&r->error, AL_NO_MEMORY, 0, "no memory to sign")
                                       : al_hash_path(digest, &size, path, &r->findings, &r->error);
    const struct al_signed_bytes what = {.size = size, .blake2b = digest};
    if (status == AL_OK)
        status = al_minisign_sign(out, key->secret, &what, comment != NULL ? comment : (const char *)own.data,
                                  &r->error);
    al_buffer_free(&own);
    return status;
}

/* OpenSSF model signing: a file alone, or every file of a directory. */
static enum al_status sign_model(struct al_buffer *out, const struct al_signing_key *key, const char *path,
                                 bool directory, struct al_report *r)
{
    static const char *const ignored[] = {AL_SIGNATURE_OF_DIRECTORY};
    struct al_bundle_maker maker = {r->arena, r->policy, &r->findings, &r->error};
    struct al_text name = al_signature_last_part(path);
    enum al_status status = directory
                                ? al_bundle_folder(&r->bundle, path, &maker)
                                : al_bundle_file(&r->bundle, AL_ROLE_MODEL, AT_FDCWD, path, name.at, &maker);
    if (status != AL_OK)
        return status;
    const struct al_openssf_work work = {.name = name,
                                         .files = al_signature_list(r, true),
                                         .file_count = r->bundle.count,
                                         .alone = !directory,
                                         .ignored = ignored,
                                         .ignored_count = directory ? 1 : 0};
    return work.files == NULL ? al_fail(&r->error, AL_HOST, 0, "the files could not be copied and hashed")
                              : al_openssf_sign(out, key->ec, &work, &r->error);
}

static enum al_status sign(struct al_report *r, const struct al_signing_key *key, const char *path,
                           const char *signature, const char *comment)
{
    struct stat st;
    bool directory = lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
    const char *name = signature         ? signature
                       : key->ec == NULL ? al_arena_format(r->arena, "%s.minisig", path)
                       : directory       ? al_arena_format(r->arena, "%s/%s", path, AL_SIGNATURE_OF_DIRECTORY)
                                         : al_arena_format(r->arena, "%s.sig", path);
    if (name == NULL)
        return al_fail(&r->error, AL_NO_MEMORY, 0, "no memory to sign");
    if (key->ec != NULL && comment != NULL)
        return al_fail(&r->error, AL_USAGE, 0, "model signing's bundles have no comment");
    struct al_buffer text;
    al_buffer_init(&text, BUNDLE_MOST);
    enum al_status status =
        key->ec != NULL ? sign_model(&text, key, path, directory, r) : sign_file(&text, key, path, comment, r);
    if (status == AL_OK)
        status = al_write_file(name, text.data, text.size, 0666, true, &r->error);
    al_buffer_free(&text);
    return status;
}

enum al_status al_sign_path(const struct al_signing_key *key, const char *path, const char *signature,
                            const char *comment, struct al_error *err)
{
    struct al_report *r = al_report_new(path, NULL);
    if (r == NULL)
        return al_fail(err, AL_NO_MEMORY, 0, "no memory to sign");
    enum al_status status = sign(r, key, path, signature, comment);
    if (status != AL_OK && err != NULL)
        *err = r->error;
    al_report_free(r);
    return status;
}
