/* minisign signatures of vetted files; see signature.h. */
#include "api/signature.h"

#include "policy/signature/minisign.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

bool al_signature_read(struct al_text *out, struct al_arena *arena, int directory, const char *path)
{
    struct stat st;
    int fd = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG;
    char bytes[AL_MINISIGN_FILE_MAX + 1];
    size_t size = 0;
    ssize_t got = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? 1 : 0;
    while (got > 0 && size < sizeof bytes && (got = read(fd, bytes + size, sizeof bytes - size)) > 0)
        size += (size_t)got;
    (void)close(fd);
    const char *copy = al_arena_copy(arena, bytes, size);
    if (copy != NULL)
        *out = (struct al_text){copy, size};
    return true;
}

bool al_signature_find(struct al_signature_file *out, struct al_report *r, const struct al_source *source)
{
    *out = (struct al_signature_file){0};
    const char *path = source->from == AL_FROM_PATH && source->kind == AL_SOURCE_FILE
                           ? al_arena_format(r->arena, "%s.minisig", source->path)
                           : NULL;
    if (path != NULL && al_signature_read(&out->text, r->arena, source->directory, path))
        out->name = path;
    if (!r->policy->signature_required)
        return true;
    if (out->name == NULL)
        return al_find_at(&r->findings, AL_SIGNATURE_MISSING, al_text_of(source->shown), "a valid signature",
                          AL_NOTHING, "The policy demands a signature, and the file has none");
    if (r->bundle.count != 1)
        return al_find_at(&r->findings, AL_SIGNATURE_MISSING, al_text_of(source->shown), "one signed file",
                          AL_NOTHING,
                          "The policy demands a signature, and this one does not cover every file of the model");
    return true;
}

/* The trusted key that the signature names; false after a finding. */
static bool find_key(struct al_minisign_public *key, const struct al_minisign_signature *s, const char *name,
                     struct al_report *r)
{
    const struct al_policy *p = r->policy;
    for (size_t i = 0; i < p->minisign_key_count; i++) {
        if (!al_minisign_read_public(key, al_text_of(p->minisign_keys[i]), "policy", &r->findings))
            return false;
        if (memcmp(key->id, s->id, sizeof key->id) == 0)
            return true;
    }
    char signer[AL_MINISIGN_ID_TEXT];
    al_minisign_id_text(signer, s->id);
    r->file.signature = "untrusted";
    /* where nobody is trusted and no signature wanted, a signed file is no worse than an unsigned one */
    if (p->minisign_key_count > 0 || p->signature_required)
        (void)al_find_at(&r->findings, AL_SIGNATURE_UNTRUSTED, al_text_of(name), "a key that the policy names",
                         al_text_of(signer), "The signature was made by another key");
    return false;
}

void al_signature_judge(const struct al_signature_file *file, struct al_report *r)
{
    struct al_minisign_signature s;
    struct al_minisign_public key;
    if (file->name == NULL)
        return;
    /* it covers one file: with an architecture given beside it, not what was judged */
    r->file.signature = r->bundle.count == 1 ? "invalid" : "untrusted";
    if (r->bundle.count != 1 || sodium_init() < 0 ||
        !al_minisign_read_signature(&s, file->text, file->name, &r->findings) || !find_key(&key, &s, file->name, r))
        return;
    struct al_snapshot *snapshot = r->bundle.inputs[0].snapshot;
    if (!snapshot->sealed || !al_snapshot_digest(snapshot)) {
        (void)al_find_at(&r->findings, AL_SIGNATURE_INVALID, al_text_of(file->name), "sealed bytes", AL_NOTHING,
                         "A signature says nothing of bytes that can still change");
        return;
    }
    const struct al_signed_bytes what = {snapshot->bytes, snapshot->size, snapshot->blake2b};
    if (al_minisign_verify(&s, &key, &what, file->name, &r->findings))
        r->file.signature = "valid";
}
