/* The "signatures" part of a policy: whose signatures count. Keys are checked for
   their form here; whether one signs a file is judged where signatures are. */
#include "policy/keys.h"

#include "base/limits.h"
#include "policy/trust.h"

#include <string.h>

enum {
    MINISIGN_KEY_LETTERS = 56, /* base64 of "Ed", 8 bytes of key id and 32 of key */
    MINISIGN_ID_LETTERS = 13,  /* of them what two keys of one id share: 78 of the 80 bits of "Ed" and id */
    PEM_MOST = 65536,          /* a few certificates */
    SHORT_ID = 16, LONG_ID = 64
};

static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool read_required(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_policy *p = into;
    return al_read_bool(r, value, place, &p->trust.required);
}

/* ---- what a key is ---- */

static bool read_minisign_key(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_trusted_key *key = into;
    if (!al_read_text(r, value, place, &key->text))
        return false;
    return (strlen(key->text) == MINISIGN_KEY_LETTERS && strspn(key->text, BASE64) == MINISIGN_KEY_LETTERS
            && strncmp(key->text, "RW", 2) == 0)
        || al_find(r->findings, AL_POLICY_VALUE, place, "56 letters of base64 that begin with RW",
                   al_text_of(key->text), "this is not a minisign public key");
}

/* File names, not paths: a policy means the same wherever it lies, and cannot
   point at any other file of the host. */
static bool read_file(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_trusted_key *key = into;
    if (!al_read_text(r, value, place, &key->file))
        return false;
    return (strchr(key->file, '/') == NULL && key->file[0] != '.')
        || al_find(r->findings, AL_POLICY_VALUE, place, "the name of a file beside the policy",
                   al_text_of(key->file), "this is not a plain file name");
}

bool al_pem_form(struct al_text text)
{
    if (text.length == 0 || text.length > PEM_MOST || text.length < 11 || memcmp(text.at, "-----BEGIN ", 11) != 0)
        return false;
    for (size_t i = 0; i < text.length; i++)
        if (text.at[i] == '\0' || (strchr(BASE64, text.at[i]) == NULL && strchr("-= \r\n", text.at[i]) == NULL))
            return false;
    return true;
}

static bool read_pem(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_trusted_key *key = into;
    if (!json_is_string(value))
        return al_read_wrong_type(r, value, place, "text");
    struct al_text text = al_json_text(value);
    if (!al_pem_form(text))
        return al_find(r->findings, AL_POLICY_VALUE, place, "-----BEGIN … and lines of base64", text,
                       "this is not PEM");
    key->text = al_arena_copy(r->arena, text.at, text.length);
    return key->text != NULL || al_read_no_memory(r);
}

/* ---- the rules a key is under ---- */

static bool read_names(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_trusted_key *key = into;
    if (!al_read_texts(r, value, place, &key->names, &key->name_count))
        return false;
    /* an empty list would say "nothing" to its author and "anything" to the judge */
    return key->name_count > 0 || al_find(r->findings, AL_POLICY_VALUE, place, "at least one pattern", AL_NOTHING,
                                          "the key could sign nothing");
}

static bool read_not_after(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_trusted_key *key = into;
    if (!al_read_text(r, value, place, &key->not_after_text))
        return false;
    return al_date_read(key->not_after_text, &key->not_after)
        || al_find(r->findings, AL_POLICY_VALUE, place, "2027-06-30 or 2027-06-30T12:00:00Z",
                   al_text_of(key->not_after_text), "this is no date");
}

static bool read_identity_name(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_identity *identity = into;
    return al_read_text(r, value, place, &identity->name);
}

static bool read_issuer(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_identity *identity = into;
    return al_read_text(r, value, place, &identity->issuer);
}

static bool read_identity(struct al_reader *r, void *into, size_t index, const json_t *value,
                          const struct al_place *place)
{
    static const struct al_member members[] = {
        {"identity", true, read_identity_name},
        {"issuer", false, read_issuer},
    };
    struct al_identity *list = into;
    return al_read_object(r, &list[index], value, place, members, sizeof members / sizeof members[0]);
}

static bool read_identities(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_trusted_key *key = into;
    struct al_identity *list = al_arena_alloc(r->arena, json_array_size(value), sizeof *list);
    if (list == NULL)
        return al_read_no_memory(r);
    if (!al_read_list(r, list, value, place, AL_MAX_CUSTOM, read_identity))
        return false;
    key->identities = list;
    key->identity_count = json_array_size(value);
    return key->identity_count > 0 || al_find(r->findings, AL_POLICY_VALUE, place, "at least one identity",
                                              AL_NOTHING, "nobody could sign");
}

/* ---- lists of keys ---- */

#define RULES {"names", false, read_names}, {"not_after", false, read_not_after}
#define PEM {"file", false, read_file}, {"pem", false, read_pem}
static const struct al_member minisign_members[] = {{"key", true, read_minisign_key}, RULES, {0}};
static const struct al_member pem_members[] = {PEM, RULES, {0}};
static const struct al_member certificate_members[] = {PEM, RULES, {"identities", false, read_identities}, {0}};
static const struct al_member log_members[] = {PEM, {"not_after", false, read_not_after}, {0}};

/* What an entry of each list may say, and what a plain string in its place is. */
static const struct kind {
    const struct al_member *members;
    bool (*plain)(struct al_reader *r, void *into, const json_t *value, const struct al_place *place);
} kinds[AL_KEY_KINDS] = {
    [AL_KEY_MINISIGN] = {minisign_members, read_minisign_key},
    [AL_KEY_PEM] = {pem_members, read_file},
    [AL_KEY_CERTIFICATE] = {certificate_members, read_file},
    [AL_KEY_REKOR] = {log_members, read_file},
    [AL_KEY_CT] = {log_members, read_file},
};

static size_t count_members(const struct al_member *members)
{
    size_t count = 0;
    while (members[count].key != NULL)
        count++;
    return count;
}

/* Two keys under one id, or one key twice: only one entry's rules could be in force. */
static bool same_key(const struct al_trusted_key *a, const struct al_trusted_key *b)
{
    if (a->kind == AL_KEY_MINISIGN)
        return strncmp(a->text, b->text, MINISIGN_ID_LETTERS) == 0;
    const char *mine = a->file != NULL ? a->file : a->text, *other = b->file != NULL ? b->file : b->text;
    return (a->file != NULL) == (b->file != NULL) && strcmp(mine, other) == 0;
}

static bool read_key(struct al_reader *r, void *into, size_t index, const json_t *value, const struct al_place *place)
{
    struct al_trusted_key *list = into, *key = &list[index];
    const struct kind *kind = &kinds[key->kind];
    key->not_after = INT64_MAX;
    if (!(json_is_string(value)
              ? kind->plain(r, key, value, place)
              : al_read_object(r, key, value, place, kind->members, count_members(kind->members))))
        return false;
    if ((key->text != NULL) == (key->file != NULL))
        return al_find(r->findings, AL_POLICY_VALUE, place, "either \"file\" or \"pem\"", AL_NOTHING,
                       "the entry must hold one key");
    for (size_t i = 0; i < index; i++)
        if ((list[i].text != NULL || list[i].file != NULL) && same_key(&list[i], key))
            return al_find(r->findings, AL_POLICY_DUPLICATE, place, NULL,
                           al_text_of(key->file != NULL ? key->file : key->text), "this key stands twice in the list");
    return true;
}

static bool read_keys(struct al_reader *r, struct al_policy *p, enum al_key_kind kind, const json_t *value,
                      const struct al_place *place)
{
    size_t count = json_array_size(value);
    struct al_trusted_key *list = al_arena_alloc(r->arena, count, sizeof *list);
    if (list == NULL)
        return al_read_no_memory(r);
    for (size_t i = 0; i < count; i++)
        list[i].kind = kind;
    if (!al_read_list(r, list, value, place, AL_MAX_CUSTOM, read_key))
        return false;
    p->trust.lists[kind] = (struct al_key_list){list, count};
    return true;
}

#define READ_KEYS(name, kind) \
    static bool name(struct al_reader *r, void *into, const json_t *value, const struct al_place *place) \
    { \
        return read_keys(r, into, kind, value, place); \
    }
READ_KEYS(read_minisign, AL_KEY_MINISIGN)
READ_KEYS(read_model_signing, AL_KEY_PEM)
READ_KEYS(read_certificates, AL_KEY_CERTIFICATE)
READ_KEYS(read_rekor, AL_KEY_REKOR)
READ_KEYS(read_certificate_logs, AL_KEY_CT)

static bool read_revoked(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_policy *p = into;
    if (!al_read_texts(r, value, place, &p->trust.revoked, &p->trust.revoked_count))
        return false;
    bool good = true;
    for (size_t i = 0; i < p->trust.revoked_count; i++) {
        const char *id = p->trust.revoked[i];
        struct al_place here = al_place_index(place, i);
        if (!((strlen(id) == SHORT_ID && strspn(id, "0123456789ABCDEF") == SHORT_ID)
              || (strlen(id) == LONG_ID && strspn(id, "0123456789abcdef") == LONG_ID)))
            good = al_find(r->findings, AL_POLICY_VALUE, &here,
                           "a key id as reports give it: 16 upper-case or 64 lower-case hex digits", al_text_of(id),
                           "this is no key id");
    }
    return good;
}

bool al_read_signatures(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    static const struct al_member members[] = {
        {"required", false, read_required},
        {"minisign", false, read_minisign},
        {"model_signing", false, read_model_signing},
        {"certificates", false, read_certificates},
        {"rekor", false, read_rekor},
        {"certificate_logs", false, read_certificate_logs},
        {"revoked", false, read_revoked},
    };
    return al_read_object(r, into, value, place, members, sizeof members / sizeof members[0]);
}
