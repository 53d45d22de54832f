/* What the sandbox tests share: a policy to bend, and one vetting of bytes. */
#ifndef AL_TESTS_SANDBOX_VETTING_H
#define AL_TESTS_SANDBOX_VETTING_H

#include "sandbox/vet.h"

/* Vets bytes as the one input under the default policy with a limit of `seconds`, by the
   cell that $AIRLOCK_CELL names. The result is to be freed with `free_vetting`. */
struct vetting_result {
    struct al_policy *policy;
    struct al_snapshot *snapshot;
    struct al_vetted *vetted;
};
struct vetting_result vet_bytes(const void *bytes, size_t size, uint32_t seconds, void (*bend)(struct al_policy *));
/* Likewise, until `cancel_fd` can be read. */
struct vetting_result vet_bytes_until(const void *bytes, size_t size, uint32_t seconds, int cancel_fd);
void free_vetting(struct vetting_result *r);

/* True where a finding of that id is there. */
bool has_finding(const struct al_vetted *v, enum al_finding_id id);

/* Processes of this one's that are not reaped, and descriptors that are open. */
size_t count_children(void);
size_t count_descriptors(void);

#endif
