/* See vetting.h. */
#include "tests/sandbox/vetting.h"

#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

static struct vetting_result vet_with(const void *bytes, size_t size, uint32_t seconds,
                                      void (*bend)(struct al_policy *), const struct al_vet_options *options)
{
    struct vetting_result r = {.policy = al_policy_shipped("default")};
    assert_non_null(r.policy);
    r.policy->limits.seconds = seconds;
    r.policy->limits.memory_bytes = 64 << 20;
    if (bend != NULL)
        bend(r.policy);
    struct al_arena *arena = al_arena_new(1 << 20);
    struct al_findings f;
    al_findings_init(&f, arena, NULL, 10);
    assert_int_equal(al_snapshot_bytes(&r.snapshot, bytes, size, "test", r.policy, &f, NULL), AL_OK);
    al_arena_free(arena);
    const struct al_vet_input input = {AL_ROLE_MODEL, "test", r.snapshot};
    assert_int_equal(al_vet(&r.vetted, &input, 1, r.policy, options), AL_OK);
    return r;
}

struct vetting_result vet_bytes(const void *bytes, size_t size, uint32_t seconds, void (*bend)(struct al_policy *))
{
    return vet_with(bytes, size, seconds, bend, NULL);
}

struct vetting_result vet_bytes_until(const void *bytes, size_t size, uint32_t seconds, int cancel_fd)
{
    const struct al_vet_options options = {.cancel_fd = cancel_fd};
    return vet_with(bytes, size, seconds, NULL, &options);
}

void free_vetting(struct vetting_result *r)
{
    al_vetted_free(r->vetted);
    al_snapshot_free(r->snapshot);
    al_policy_free(r->policy);
}

bool has_finding(const struct al_vetted *v, enum al_finding_id id)
{
    for (size_t i = 0; i < v->findings.count; i++)
        if (v->findings.list[i].id == id)
            return true;
    return false;
}

size_t count_children(void)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid());
    FILE *file = fopen(path, "re");
    size_t count = 0;
    assert_non_null(file);
    for (int c = fgetc(file); c != EOF; c = fgetc(file))
        count += c == ' ';
    (void)fclose(file);
    return count;
}

size_t count_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    size_t count = 0;
    assert_non_null(directory);
    while (readdir(directory) != NULL)
        count++;
    (void)closedir(directory);
    return count;
}
