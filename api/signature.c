/* Signatures of vetted models; see signature.h. */
#include "api/signature.h"

#include "policy/signature/minisign.h"
#include "policy/signature/openssf/envelope.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SIGNATURE_MOST = AL_ENVELOPE_FILE_MAX, FINDINGS = 8 }; /* the larger of the two schemes' */

/* Where a signature lies unless one is given: beside `m.keras` under its name, or in the model's
   directory under the name that model_signing gives it. The latter is only looked
   for where there is none of the former: it may be another model's. */
static const struct convention {
    const char *suffix;         /* behind the model's path; NULL: AL_SIGNATURE_OF_DIRECTORY */
    al_judge_signature *judge;
} conventions[] = {
    {".minisig", al_minisign_judge},
    {".sig", al_openssf_judge},
    {NULL, al_openssf_judge},
};

bool al_signature_read(struct al_text *out, struct al_arena *arena, int directory, const char *path)
{
    struct stat st;
    int fd = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    *out = (struct al_text){errno == ELOOP || fd >= 0 ? "" : NULL, 0};
    if (fd < 0)
        return errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG;
    struct al_buffer bytes;
    al_buffer_init(&bytes, SIGNATURE_MOST + 1);
    ssize_t got = fstat(fd, &st) != 0 ? -1 : S_ISREG(st.st_mode) ? 1 : 0;
    while (got > 0 && bytes.size < SIGNATURE_MOST + 1) {
        char chunk[4096];
        size_t left = SIGNATURE_MOST + 1 - bytes.size;
        got = read(fd, chunk, left < sizeof chunk ? left : sizeof chunk);
        if (got > 0)
            al_buffer_bytes(&bytes, chunk, (size_t)got);
    }
    (void)close(fd);
    const char *copy = bytes.failed || got < 0 ? NULL : al_arena_copy(arena, bytes.data, bytes.size);
    *out = (struct al_text){copy, copy != NULL ? bytes.size : 0};
    al_buffer_free(&bytes);
    return true;
}

al_judge_signature *al_signature_scheme(struct al_text text)
{
    return text.length > 0 && text.at[0] == '{' ? al_openssf_judge : al_minisign_judge;
}

static const char *conventional_name(struct al_arena *arena, const struct al_source *source, const char *suffix)
{
    const char *slash = strrchr(source->path, '/');
    if (suffix != NULL)
        return al_arena_format(arena, "%s%s", source->path, suffix);
    if (source->kind == AL_SOURCE_DIRECTORY)
        return al_arena_format(arena, "%s/%s", source->path, AL_SIGNATURE_OF_DIRECTORY);
    return al_arena_format(arena, "%.*s%s", slash != NULL ? (int)(slash - source->path + 1) : 0, source->path,
                           AL_SIGNATURE_OF_DIRECTORY);
}

static void find_by_convention(struct al_signature_files *out, struct al_report *r, const struct al_source *source)
{
    for (size_t i = 0; i < sizeof conventions / sizeof conventions[0]; i++) {
        struct al_signature_file *file = &out->list[out->count];
        if (conventions[i].suffix == NULL ? out->count > 0 : source->kind == AL_SOURCE_DIRECTORY)
            continue;
        file->name = conventional_name(r->arena, source, conventions[i].suffix);
        file->judge = conventions[i].judge;
        if (file->name != NULL && al_signature_read(&file->text, r->arena, source->directory, file->name))
            out->count++;
    }
}

bool al_signature_find(struct al_signature_files *out, struct al_report *r, const struct al_source *source,
                       const char *given)
{
    *out = (struct al_signature_files){.given = given != NULL};
    if (given != NULL) {
        struct al_signature_file *file = &out->list[0];
        file->name = given;
        out->count = al_signature_read(&file->text, r->arena, AT_FDCWD, given);
        file->judge = al_signature_scheme(file->text);
    } else if (source->from == AL_FROM_PATH)
        find_by_convention(out, r, source);
    for (size_t i = 0; i < out->count; i++)
        if (out->list[i].text.at == NULL) {
            (void)al_find_at(&r->findings, AL_INPUT_UNREADABLE, al_text_of(out->list[i].name), NULL, AL_NOTHING,
                             "The signature cannot be read");
            return false;
        }
    if (out->count > 0 || (given == NULL && !r->policy->trust.required))
        return true;
    return al_find_at(&r->findings, AL_SIGNATURE_MISSING, al_text_of(given != NULL ? given : source->shown),
                      "a valid signature", AL_NOTHING,
                      given != NULL ? "There is no such signature"
                                    : "The policy demands a signature, and the model has none");
}

struct al_signed_file *al_signature_list(struct al_report *r, bool unread)
{
    struct al_signed_file *files = al_arena_alloc(r->arena, r->bundle.count, sizeof *files);
    r->findings.failed = r->findings.failed || files == NULL;
    for (uint32_t i = 0; files != NULL && i < r->bundle.count; i++) {
        struct al_snapshot *s = r->bundle.inputs[i].snapshot;
        if (!s->sealed || !al_snapshot_digest(s))
            return NULL;
        files[i] = (struct al_signed_file){r->bundle.inputs[i].name, s->size, s->bytes, s->sha256, s->blake2b, unread};
    }
    return files;
}

struct al_text al_signature_last_part(const char *path)
{
    struct al_text all = al_text_of(path);
    while (all.length > 1 && all.at[all.length - 1] == '/')
        all.length--;
    for (size_t i = all.length; i > 0; i--)
        if (all.at[i - 1] == '/' && i < all.length)
            return (struct al_text){all.at + i, all.length - i};
    return all;
}

void al_signature_tell(struct al_report *r, const struct al_signature *s, const char *file)
{
    static const char *const words[] = {[AL_SIGNATURE_STATUS_NONE] = "none",
                                        [AL_SIGNATURE_STATUS_VALID] = "valid",
                                        [AL_SIGNATURE_STATUS_UNTRUSTED] = "untrusted",
                                        [AL_SIGNATURE_STATUS_INVALID] = "invalid"};
    const char *shown = al_fact_text(r->arena, al_text_of(file));
    r->file.signature = words[s->status];
    r->file.signature_scheme = s->scheme;
    r->file.signature_file = shown != NULL ? shown : "";
    r->file.signature_key = s->key_id;
    r->file.signature_signer = s->signer;
    r->file.signature_comment = s->comment;
}

/* Repeats what was found about one signature: all, or only that its key is revoked. */
static void repeat(struct al_findings *to, const struct al_findings *from, bool all)
{
    to->failed = to->failed || from->failed;
    for (size_t i = 0; i < from->count; i++) {
        const struct al_finding *one = &from->list[i];
        if (all || one->id == AL_SIGNATURE_REVOKED)
            (void)al_find_again(to, one->id, one->where, one->message, one->expected, one->found);
    }
}

/* What weighs more when there are several: a good signature makes up for one by a stranger,
   not for one that is broken. */
static int weight(enum al_signature_status status)
{
    static const int weights[] = {[AL_SIGNATURE_STATUS_NONE] = 0,
                                  [AL_SIGNATURE_STATUS_UNTRUSTED] = 1,
                                  [AL_SIGNATURE_STATUS_VALID] = 2,
                                  [AL_SIGNATURE_STATUS_INVALID] = 3};
    return weights[status];
}

/* Where nobody is trusted and no signature wanted, a signed file is no worse than an unsigned one. */
static bool matters(const struct al_signature_files *files, const struct al_report *r)
{
    return files->given || r->policy->trust.required || al_trust_names_any(&r->policy->trust);
}

/* What the status comes to by itself: a judge that forgets to say what is wrong must not let a model pass. */
static void insist(struct al_report *r, const struct al_signature_files *files, enum al_signature_status status,
                   const char *file)
{
    const bool demanded = files->given || r->policy->trust.required;
    struct al_text where = al_text_of(file);
    switch (status) {
    case AL_SIGNATURE_STATUS_VALID:
        return;
    case AL_SIGNATURE_STATUS_NONE:
        if (demanded)
            (void)al_find_at(&r->findings, AL_SIGNATURE_MISSING, where, "a valid signature", AL_NOTHING,
                             "No signature that was found speaks of this model");
        return;
    case AL_SIGNATURE_STATUS_UNTRUSTED:
        if (matters(files, r))
            (void)al_find_at(&r->findings, AL_SIGNATURE_UNTRUSTED, where, "a valid signature", AL_NOTHING,
                             "The signature is not one that the policy trusts");
        return;
    case AL_SIGNATURE_STATUS_INVALID:
        break;
    }
    (void)al_find_at(&r->findings, AL_SIGNATURE_INVALID, where, "a valid signature", AL_NOTHING,
                     "The signature does not hold");
}

void al_signature_judge(const struct al_signature_files *files, struct al_report *r, const struct al_source *source)
{
    struct al_signature results[AL_SIGNATURES_MOST];
    struct al_findings findings[AL_SIGNATURES_MOST];
    size_t heaviest = 0;
    if (files->count == 0)
        return;
    if (sodium_init() < 0) {
        r->findings.failed = true;
        return;
    }
    const struct al_signed_file *signed_files = al_signature_list(r, false);
    if (signed_files == NULL) {
        (void)al_find_at(&r->findings, AL_SIGNATURE_INVALID, al_text_of(files->list[0].name), "sealed bytes", AL_NOTHING,
                         "A signature says nothing of bytes that can still change");
        r->file.signature = "invalid";
        return;
    }
    const size_t before = r->findings.refusals;
    const char *path = source->from == AL_FROM_PATH ? source->path : source->shown;
    struct al_judging judging = {.trust = &r->policy->trust,
                                 .name = al_signature_last_part(path),
                                 .files = signed_files,
                                 .file_count = r->bundle.count,
                                 .directory = source->from == AL_FROM_PATH && source->kind == AL_SOURCE_DIRECTORY,
                                 .now = (int64_t)time(NULL),
                                 .arena = r->arena};
    for (size_t i = 0; i < files->count; i++) {
        results[i] = (struct al_signature){AL_SIGNATURE_STATUS_NONE, "", "", "", ""};
        al_findings_init(&findings[i], r->arena, r->policy, FINDINGS);
        judging.findings = &findings[i];
        files->list[i].judge(&results[i], files->list[i].text, files->list[i].name, &judging);
        if (weight(results[i].status) > weight(results[heaviest].status))
            heaviest = i;
    }
    enum al_signature_status status = results[heaviest].status;
    al_signature_tell(r, &results[heaviest], files->list[heaviest].name);
    for (size_t i = 0; i < files->count; i++)
        if (results[i].status == AL_SIGNATURE_STATUS_INVALID || status != AL_SIGNATURE_STATUS_VALID)
            repeat(&r->findings, &findings[i], results[i].status == AL_SIGNATURE_STATUS_INVALID || matters(files, r));
        else
            r->findings.failed = r->findings.failed || findings[i].failed;
    /* short memory is no refusal: the verdict is ERROR then */
    if (r->findings.refusals == before && !r->findings.failed)
        insist(r, files, status, files->list[heaviest].name);
}
