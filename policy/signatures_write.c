/* Prints the "signatures" of a policy as al_read_signatures takes them back. */
#include "policy/keys.h"

#include "policy/trust.h"

static void write_identities(struct al_buffer *out, const struct al_trusted_key *key)
{
    al_buffer_text(out, ", \"identities\": [");
    for (size_t i = 0; i < key->identity_count; i++) {
        al_buffer_text(out, i > 0 ? ", { \"identity\": " : "{ \"identity\": ");
        al_write_string(out, key->identities[i].name);
        if (key->identities[i].issuer != NULL) {
            al_buffer_text(out, ", \"issuer\": ");
            al_write_string(out, key->identities[i].issuer);
        }
        al_buffer_text(out, " }");
    }
    al_buffer_text(out, "]");
}

static void write_key(struct al_buffer *out, const struct al_trusted_key *key)
{
    bool pem = key->kind != AL_KEY_MINISIGN && key->text != NULL;
    const char *what = key->text != NULL ? key->text : key->file;
    if (!pem && key->name_count == 0 && key->not_after_text == NULL && key->identity_count == 0) {
        al_write_string(out, what);
        return;
    }
    al_buffer_format(out, "{ \"%s\": ", pem ? "pem" : key->kind == AL_KEY_MINISIGN ? "key" : "file");
    al_write_string(out, what);
    if (key->name_count > 0) {
        al_buffer_text(out, ", \"names\": ");
        al_write_strings(out, key->names, key->name_count);
    }
    if (key->not_after_text != NULL) {
        al_buffer_text(out, ", \"not_after\": ");
        al_write_string(out, key->not_after_text);
    }
    if (key->identity_count > 0)
        write_identities(out, key);
    al_buffer_text(out, " }");
}

static void write_list(struct al_buffer *out, enum al_key_kind kind, const struct al_key_list *list)
{
    al_buffer_format(out, ",\n    \"%s\": [", al_key_kind_name(kind));
    for (size_t i = 0; i < list->count; i++) {
        al_buffer_text(out, i > 0 ? ",\n      " : "\n      ");
        write_key(out, &list->keys[i]);
    }
    al_buffer_text(out, list->count > 0 ? "\n    ]" : "]");
}

void al_write_signatures(struct al_buffer *out, const struct al_trust *trust)
{
    al_buffer_format(out, ",\n  \"signatures\": {\n    \"required\": %s", trust->required ? "true" : "false");
    for (int i = 0; i < AL_KEY_KINDS; i++)
        write_list(out, (enum al_key_kind)i, &trust->lists[i]);
    al_buffer_text(out, ",\n    \"revoked\": ");
    al_write_strings(out, trust->revoked, trust->revoked_count);
    al_buffer_text(out, "\n  }");
}
