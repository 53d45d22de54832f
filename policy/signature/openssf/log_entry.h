/* The entry of a transparency log (Rekor, version 1) that a keyless bundle carries: the log's word
   that it saw this signature by this certificate, and when. */
#ifndef AL_POLICY_SIGNATURE_OPENSSF_LOG_ENTRY_H
#define AL_POLICY_SIGNATURE_OPENSSF_LOG_ENTRY_H

#include "policy/signature/openssf/ec.h"
#include "policy/signature/openssf/envelope.h"

enum { AL_LOG_HASH = 32, AL_LOG_PATH_MAX = 64 };

struct al_log_entry {
    uint8_t log[AL_LOG_HASH];            /* SHA-256 of the log's key */
    uint64_t index;                      /* over all shards of the log */
    int64_t time;                        /* when it was taken in, seconds since 1970 */
    struct al_text promise;              /* the log's signature over body, time, log and index */
    struct al_text body;                 /* what the log keeps: which payload, signature, certificate */
    struct al_text body_letters;         /* the same, in base64 */
    uint64_t leaf, size;                 /* place in the tree, and its size at the time */
    uint8_t root[AL_LOG_HASH];
    uint8_t path[AL_LOG_PATH_MAX][AL_LOG_HASH];
    size_t path_length;
    struct al_text checkpoint;           /* the log's signed word for size and root */
};

/* Reads the JSON of an entry; texts live as long as the JSON or the sink's arena. */
bool al_log_entry_read(struct al_log_entry *out, const json_t *entry, const struct al_place *place,
                       struct al_findings *f);

/* Whether the entry is about this envelope, signed under the certificate `der`. */
bool al_log_entry_is_of(const struct al_log_entry *entry, const struct al_envelope *envelope, struct al_text der,
                        const struct al_place *place, struct al_findings *f);

/* Whether the log with this key promised the entry, and has it in the tree that it signed. */
bool al_log_entry_holds(const struct al_log_entry *entry, const struct al_ec_key *log, const struct al_place *place,
                        struct al_findings *f);

#endif
