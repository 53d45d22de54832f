/* The public door to a verdict: gather the bytes, ask a cell, report. */
#include "api/signature.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static uint64_t microseconds_now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* Options of an older or newer caller: what it does not know stays at its default. */
static struct al_options options_of(const struct al_options *given)
{
    struct al_options options = AL_OPTIONS_INIT;
    if (given != NULL)
        memcpy(&options, given, given->size < sizeof options ? given->size : sizeof options);
    return options;
}

static enum al_status gather(struct al_report *r, const struct al_source *source, const struct al_options *options,
                             const struct al_bundle_maker *maker)
{
    struct al_snapshot *snapshot = NULL;
    enum al_status status = AL_OK;
    switch (source->from) {
    case AL_FROM_PATH:
        status = al_bundle_path(&r->bundle, source->directory, source->path, source->kind, maker);
        break;
    case AL_FROM_DESCRIPTOR: {
        struct stat st;
        bool regular = fstat(source->fd, &st) == 0 && S_ISREG(st.st_mode);
        status = (regular ? al_snapshot_fd_borrow : al_snapshot_stream_borrow)(&snapshot, source->fd, source->shown,
                                                                               r->policy, &r->findings, maker->err);
        break;
    }
    case AL_FROM_MEMORY:
        status = al_snapshot_bytes(&snapshot, source->bytes, source->size, source->shown, r->policy, &r->findings,
                                   maker->err);
        break;
    }
    if (status == AL_OK && snapshot != NULL)
        status = al_bundle_take(&r->bundle, source->role, snapshot, source->shown, maker);
    if (status == AL_OK && source->role == AL_ROLE_ARRAYS)
        r->bundle.inputs[0].role = AL_ROLE_ARRAYS;
    if (status == AL_OK && options->architecture != NULL)
        status = al_bundle_file(&r->bundle, AL_ROLE_ARCHITECTURE, AT_FDCWD, options->architecture, "architecture",
                                maker);
    return status;
}

enum al_status al_source_vet(struct al_report **out, const struct al_source *source, const struct al_options *given,
                             struct al_error *err)
{
    const struct al_options options = options_of(given);
    const uint64_t start = microseconds_now();
    struct al_report *r = al_report_new(source->shown, options.policy);
    if (r == NULL)
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for a report");
    struct al_bundle_maker maker = {r->arena, r->policy, &r->findings, &r->error};
    enum al_status status = gather(r, source, &options, &maker);
    struct al_signature_files signatures = {0};
    if (status == AL_OK &&
        (source->given_to_model || al_signature_find(&signatures, r, source, options.signature))) {
        /* begun while the cell works, and done by the time it answers, mostly */
        const struct al_vet_options vet = {.digests = !options.no_digests || signatures.count > 0};
        status = al_vet(&r->vetted, r->bundle.inputs, r->bundle.count, r->policy, &vet);
        if (status != AL_OK)
            (void)al_fail(&r->error, status, 0, "%s", al_status_word(status));
        else
            al_signature_judge(&signatures, r, source);
    } else if (status != AL_OK && r->findings.count == 0)
        (void)al_find_at(&r->findings, AL_INPUT_UNREADABLE, al_text_of(source->shown), NULL, AL_NOTHING, "%s",
                         r->error.what);
    r->file.microseconds = microseconds_now() - start;
    if (!al_report_finish(r) || (options.weight_numbers && r->verdict == AL_VERDICT_ACCEPT && r->vetted != NULL &&
                                 !al_report_weight_numbers(r, r->vetted))) {
        al_report_free(r);
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for a report");
    }
    if (options.facts_only)
        al_report_forget_bytes(r);
    *out = r;
    return AL_OK;
}

enum al_status al_vet_path(struct al_report **out, const char *path, const struct al_options *options,
                           struct al_error *err)
{
    struct al_source source = {.from = AL_FROM_PATH, .role = AL_ROLE_MODEL, .shown = path, .directory = AT_FDCWD,
                               .path = path, .kind = al_source_kind_at(AT_FDCWD, path)};
    return al_source_vet(out, &source, options, err);
}

enum al_status al_vet_fd(struct al_report **out, int fd, const char *label, const struct al_options *options,
                         struct al_error *err)
{
    const struct al_source source = {.from = AL_FROM_DESCRIPTOR, .role = AL_ROLE_MODEL, .shown = label, .fd = fd};
    return al_source_vet(out, &source, options, err);
}

enum al_status al_vet_memory(struct al_report **out, const void *bytes, size_t size, const char *label,
                             const struct al_options *options, struct al_error *err)
{
    const struct al_source source = {
        .from = AL_FROM_MEMORY, .role = AL_ROLE_MODEL, .shown = label, .bytes = bytes, .size = size};
    return al_source_vet(out, &source, options, err);
}
