/* Signing files: what `airlock sign` does, and `airlock verify` and minisign take. */
#include "api/signing_key.h"
#include "api/write_file.h"

#include "sandbox/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NAME_MOST = 1024 };

/* minisign's own: when, which file, and that its digest was signed. */
static void usual_comment(struct al_buffer *out, const char *path)
{
    const char *slash = strrchr(path, '/');
    al_buffer_format(out, "timestamp:%lld\tfile:", (long long)time(NULL));
    al_text_escape(out, al_text_of(slash != NULL ? slash + 1 : path), NAME_MOST);
    al_buffer_text(out, "\thashed");
    al_buffer_u8(out, '\0');
}

static enum al_status sign(struct al_buffer *out, const struct al_signing_key *key, const char *path,
                           const char *comment, struct al_error *err)
{
    uint8_t digest[AL_BLAKE2B_BYTES];
    uint64_t size = 0;
    struct al_findings unsaid;
    struct al_arena *arena = al_arena_new(1 << 16);
    if (arena == NULL)
        return al_fail(err, AL_NO_MEMORY, 0, "no memory to sign");
    al_findings_init(&unsaid, arena, NULL, 4);
    enum al_status status = al_hash_path(digest, &size, path, &unsaid, err);
    al_arena_free(arena);
    const struct al_signed_bytes what = {.size = size, .blake2b = digest};
    return status == AL_OK ? al_minisign_sign(out, key->secret, &what, comment, err) : status;
}

enum al_status al_sign_path(const struct al_signing_key *key, const char *path, const char *signature,
                            const char *comment, struct al_error *err)
{
    char *own_name = NULL;
    const char *name = signature != NULL                              ? signature
                       : asprintf(&own_name, "%s.minisig", path) >= 0 ? own_name
                                                                      : NULL;
    struct al_buffer text, own_comment;
    al_buffer_init(&text, AL_MINISIGN_FILE_MAX);
    al_buffer_init(&own_comment, AL_MINISIGN_TRUSTED_COMMENT_MAX);
    if (comment == NULL) {
        usual_comment(&own_comment, path);
        comment = (const char *)own_comment.data;
    }
    enum al_status status = own_comment.failed || name == NULL ? al_fail(err, AL_NO_MEMORY, 0, "no memory to sign")
                                                               : sign(&text, key, path, comment, err);
    if (status == AL_OK)
        status = al_write_file(name, text.data, text.size, 0666, true, err);
    al_buffer_free(&text);
    al_buffer_free(&own_comment);
    free(own_name);
    return status;
}
