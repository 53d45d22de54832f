/* Runs at build time: the table of cell_policy.def as BPF, by libseccomp, for one
   architecture. The cell then needs neither libseccomp nor memory to lock itself.
   filter_generate x86_64|aarch64 FILTER.inc LISTING.pfc */
#include "sandbox/contract.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum condition { AL_IF_ANY, AL_IF_TO_PIPE };

#define AL_DO_ALLOW SCMP_ACT_ALLOW
#define AL_DO_ANSWER(code) SCMP_ACT_ERRNO(code)

struct rule {
    const char *call;
    enum condition condition;
    uint32_t action;
};

#define AL_RULE(call, condition, action) {#call, condition, action},
static const struct rule rules[] = {
#include "sandbox/cell_policy.def"
};
#undef AL_RULE

static int add(scmp_filter_ctx filter, const struct rule *rule)
{
    int number = seccomp_syscall_resolve_name(rule->call);
    if (number == __NR_SCMP_ERROR)
        return -EINVAL;
    if (rule->condition == AL_IF_TO_PIPE)
        return seccomp_rule_add_exact(filter, rule->action, number, 1, SCMP_A0(SCMP_CMP_EQ, AL_CELL_PIPE, 0));
    return seccomp_rule_add_exact(filter, rule->action, number, 0);
}

static int build(scmp_filter_ctx filter, uint32_t architecture)
{
    int rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (rc == 0 && architecture != seccomp_arch_native()) {
        rc = seccomp_arch_add(filter, architecture);
        if (rc == 0)
            rc = seccomp_arch_remove(filter, seccomp_arch_native());
    }
    for (size_t i = 0; rc == 0 && i < sizeof rules / sizeof rules[0]; i++)
        rc = add(filter, &rules[i]);
    return rc;
}

/* libseccomp writes BPF to a descriptor only. */
static int write_instructions(scmp_filter_ctx filter, const char *path)
{
    int fd = memfd_create("filter", MFD_CLOEXEC), rc = -1;
    FILE *out = fopen(path, "we");
    if (fd < 0 || out == NULL || seccomp_export_bpf(filter, fd) != 0 || lseek(fd, 0, SEEK_SET) != 0)
        goto out;
    struct sock_filter one;
    while (read(fd, &one, sizeof one) == (ssize_t)sizeof one)
        (void)fprintf(out, "{0x%02x, %u, %u, 0x%08x},\n", one.code, one.jt, one.jf, one.k);
    rc = 0;
out:
    if (fd >= 0)
        (void)close(fd);
    if (out != NULL && fclose(out) != 0)
        rc = -1;
    return rc;
}

static int write_listing(scmp_filter_ctx filter, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return -1;
    int rc = seccomp_export_pfc(filter, fd);
    return close(fd) == 0 ? rc : -1;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    uint32_t architecture = seccomp_arch_resolve_name(argv[1]);
    scmp_filter_ctx filter = architecture == 0 ? NULL : seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL)
        return 2;
    int rc = build(filter, architecture);
    if (rc == 0)
        rc = write_instructions(filter, argv[2]);
    if (rc == 0)
        rc = write_listing(filter, argv[3]);
    seccomp_release(filter);
    if (rc != 0)
        (void)fprintf(stderr, "filter_generate: %s: %s\n", argv[1], rc < 0 ? strerror(-rc) : "failed");
    return rc == 0 ? 0 : 1;
}
