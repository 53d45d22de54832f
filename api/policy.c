/* Policies as callers handle them: by name, from a file, as text, by digest. */
#include "api/policy_keys.h"
#include "api/report.h"
#include "policy/policy.h"
#include "validator/allowed.h"
#include "validator/custom.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { POLICY_BYTES = 16 << 20 };

enum al_status al_policy_named(struct al_policy **out, const char *name, struct al_error *err)
{
    if (al_policy_shipped_text(al_text_of(name)) == NULL)
        return al_fail(err, AL_USAGE, 0, "no policy of that name is shipped");
    *out = al_policy_shipped(name);
    return *out != NULL ? AL_OK : al_fail(err, AL_NO_MEMORY, 0, "no memory for a policy");
}

/* All of a file that the user trusts. Ownership of *bytes goes to the caller. */
static enum al_status read_file(const char *path, struct al_buffer *out, struct al_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return al_fail(err, AL_IO, 0, "open: %s", strerror(errno));
    char part[16384];
    ssize_t got;
    while ((got = read(fd, part, sizeof part)) > 0 && !out->failed)
        al_buffer_bytes(out, part, (size_t)got);
    int saved = errno;
    (void)close(fd);
    if (got < 0)
        return al_fail(err, AL_IO, 0, "read: %s", strerror(saved));
    return out->failed ? al_fail(err, AL_LIMIT, 0, "a policy of more than %d MiB", POLICY_BYTES >> 20) : AL_OK;
}

static enum al_status parse(struct al_policy **out, const char *path, struct al_report *r, struct al_error *err)
{
    struct al_buffer text;
    al_buffer_init(&text, POLICY_BYTES);
    enum al_status status = read_file(path, &text, err);
    if (status == AL_OK) {
        r->file.size = text.size;
        status = al_policy_read(out, text.size > 0 ? (const char *)text.data : "", text.size, &r->findings, err);
    }
    al_buffer_free(&text);
    if (status != AL_OK)
        return status;
    if (!al_policy_resolve_keys(*out, path, &r->findings) || !al_policy_check_names(*out, &r->findings))
        status = r->findings.failed ? al_fail(err, AL_NO_MEMORY, 0, "no memory for the policy")
                                    : al_fail(err, AL_REFUSED, 0, "the policy is not valid");
    else if (!al_custom_bind(*out))
        status = al_fail(err, AL_NO_MEMORY, 0, "no memory for the policy's custom layers");
    if (status != AL_OK) {
        al_policy_free(*out);
        *out = NULL;
    }
    return status;
}

enum al_status al_policy_load(struct al_policy **out, const char *path, struct al_report **report,
                              struct al_error *err)
{
    struct al_error mine = {0};
    struct al_report *r = al_report_new(path, NULL);
    if (r == NULL)
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for a report");
    enum al_status status = parse(out, path, r, &mine);
    if (status == AL_REFUSED && !al_report_finish(r))
        status = al_fail(&mine, AL_NO_MEMORY, 0, "no memory for a report");
    if (status != AL_OK && err != NULL) {
        *err = mine;
        err->code = status;
    }
    if (status == AL_REFUSED && report != NULL)
        *report = r;
    else
        al_report_free(r);
    return status;
}

const char *al_policy_name(const struct al_policy *policy)
{
    return policy->name;
}

enum al_status al_policy_text(const struct al_policy *policy, char **out, struct al_error *err)
{
    struct al_buffer b;
    al_buffer_init(&b, POLICY_BYTES);
    al_policy_write(&b, policy);
    al_buffer_u8(&b, 0);
    if (b.failed) {
        al_buffer_free(&b);
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for a policy's text");
    }
    *out = (char *)b.data;
    return AL_OK;
}

bool al_policy_allows_kind(const struct al_policy *policy, size_t index)
{
    return index < AL_KIND_COUNT && al_row_of(NULL, (uint32_t)index)->decision != AL_NOT_ALLOWED &&
           al_policy_allows(policy, (uint32_t)index);
}

enum al_status al_policy_digest(const struct al_policy *policy, char out[65], struct al_error *err)
{
    struct al_buffer b;
    al_buffer_init(&b, POLICY_BYTES);
    al_policy_write(&b, policy);
    uint8_t digest[crypto_hash_sha256_BYTES];
    bool good = !b.failed && crypto_hash_sha256(digest, b.data, b.size) == 0;
    al_buffer_free(&b);
    if (!good)
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for a policy's digest");
    (void)sodium_bin2hex(out, 2 * sizeof digest + 1, digest, sizeof digest);
    return AL_OK;
}
