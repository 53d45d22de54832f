/* The PEM files that a policy names: read once, from beside the policy, and part of it
   from then on, so that its digest covers them and `airlock policy show` is complete. */
#include "api/policy_keys.h"

#include "policy/signature/openssf/openssf.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PEM_MOST = 65536 };

static const char *read_pem(struct al_arena *arena, int directory, const char *name)
{
    struct stat st;
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return NULL;
    struct al_buffer bytes;
    al_buffer_init(&bytes, PEM_MOST);
    char chunk[4096];
    ssize_t got = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? 0 : -1;
    while (got >= 0 && (got = read(fd, chunk, sizeof chunk)) > 0)
        al_buffer_bytes(&bytes, chunk, (size_t)got);
    (void)close(fd);
    const struct al_text text = {(const char *)bytes.data, bytes.size};
    const char *copy =
        got == 0 && !bytes.failed && al_pem_form(text) ? al_arena_copy(arena, text.at, text.length) : NULL;
    al_buffer_free(&bytes);
    return copy;
}

static bool resolve_list(struct al_policy *p, enum al_key_kind kind, int directory, struct al_findings *f)
{
    struct al_key_list *list = &p->trust.lists[kind];
    struct al_trusted_key *keys = al_arena_alloc(p->arena, list->count, sizeof *keys);
    if (keys == NULL) {
        f->failed = true;
        return false;
    }
    struct al_place root = al_place_root("policy"), part = al_place_key(&root, al_text_of("signatures"));
    struct al_place place = al_place_key(&part, al_text_of(al_key_kind_name(kind)));
    bool good = true;
    for (size_t i = 0; i < list->count; i++) {
        keys[i] = list->keys[i];
        struct al_place here = al_place_index(&place, i);
        const char *name = keys[i].file;
        if (name != NULL) {
            keys[i].text = read_pem(p->arena, directory, name);
            keys[i].file = NULL;
        }
        const char *lacks = keys[i].text != NULL ? al_openssf_key_lacks(kind, keys[i].text, p->arena) : NULL;
        if (keys[i].text == NULL)
            good = al_find(f, AL_POLICY_VALUE, &here, "a PEM file beside the policy", al_text_of(name),
                           "no PEM could be read from this file");
        else if (lacks != NULL)
            good = al_find(f, AL_POLICY_VALUE, &here, lacks, name != NULL ? al_text_of(name) : AL_NOTHING,
                           "this is not such a key");
    }
    list->keys = keys;
    return good;
}

bool al_policy_resolve_keys(struct al_policy *policy, const char *path, struct al_findings *f)
{
    const char *slash = strrchr(path, '/');
    const char *parent = slash == NULL   ? "."
                         : slash == path ? "/"
                                         : al_arena_copy(policy->arena, path, (size_t)(slash - path));
    int directory = parent != NULL ? open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    if (directory < 0) {
        f->failed = parent == NULL;
        return al_find_at(f, AL_POLICY_VALUE, al_text_of("policy"), NULL, AL_NOTHING,
                          "the policy's directory cannot be opened");
    }
    bool good = true;
    for (int i = 0; i < AL_KEY_KINDS; i++)
        good &= resolve_list(policy, (enum al_key_kind)i, directory, f);
    (void)close(directory);
    return good;
}
