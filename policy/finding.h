/* Findings: what Airlock has to say about a file. findings.def owns the list;
   a policy may change how much a soft one weighs. */
#ifndef AL_POLICY_FINDING_H
#define AL_POLICY_FINDING_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AL_FINDING(symbol, ...) AL_##symbol,
enum al_finding_id {
#include "policy/findings.def"
    AL_FINDING_COUNT
};
#undef AL_FINDING

/* One row of findings.def. Text fields are plain ASCII or UTF-8 of our own. */
struct al_finding_row {
    const char *id;         /* "keras.lambda" */
    enum al_severity severity;
    bool soft;              /* a policy may change its severity */
    const char *title;      /* one line */
    const char *why;        /* why it matters, what is known to abuse it */
    const char *remedy;     /* what an honest author does about it */
    const char *cwe;        /* "CWE-502", several separated by blanks, or "" */
    const char *cve;        /* likewise */
};

const struct al_finding_row *al_finding_row(enum al_finding_id id);

/* The id's number for a dotted name, or AL_FINDING_COUNT. */
enum al_finding_id al_finding_by_name(struct al_text name);

struct al_finding {
    enum al_finding_id id;
    enum al_severity severity;
    /* escaped, printable UTF-8, each at most AL_MAX_FINDING_TEXT bytes; "" where nothing applies */
    const char *where;      /* "config.json:/config/layers/2/config/units" */
    const char *message;
    const char *expected;
    const char *found;
};

/* Where in a file something is: a chain on the caller's stack, written out only
   when a finding needs it. The first link has no `up` and names the file or
   member ("config.json", "model.weights.h5"); then a key, or an index where key
   is NULL. */
struct al_place {
    const struct al_place *up;
    struct al_text key;
    uint64_t index;
};

struct al_place al_place_root(const char *name);
struct al_place al_place_key(const struct al_place *up, struct al_text key);
struct al_place al_place_index(const struct al_place *up, uint64_t index);

/* "config.json:/config/layers/2", escaped (JSON pointer, RFC 6901, behind the member's name). */
void al_place_write(struct al_buffer *out, const struct al_place *place);

/* A sink. Keeps at most `cap` findings and counts the rest; a refusing finding
   is always kept (it takes the place of the last soft one). */
struct al_findings {
    struct al_arena *arena;            /* borrowed; owns the texts */
    const struct al_policy *policy;    /* borrowed; severities; may be NULL */
    struct al_finding *list;
    size_t count, room, cap, dropped;
    size_t refusals;
    bool failed;                       /* memory ran out: the verdict must be ERROR */
};

void al_findings_init(struct al_findings *f, struct al_arena *arena, const struct al_policy *policy, size_t cap);

/* Adds a finding and returns false when its severity refuses, true otherwise, so
   that a check ends with `return al_find(…)`. `expected` and `found` may be NULL;
   `found` is escaped here, the rest must be our own text or already escaped (use al_show). */
bool al_find(struct al_findings *f, enum al_finding_id id, const struct al_place *place, const char *expected,
             struct al_text found, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* The same with a place already written out (it is escaped here). */
bool al_find_at(struct al_findings *f, enum al_finding_id id, struct al_text where, const char *expected,
                struct al_text found, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Repeats a finding whose texts are escaped already and live as long as the sink's
   arena: one that came from a cell. Its severity is this sink's. */
bool al_find_again(struct al_findings *f, enum al_finding_id id, const char *where, const char *message,
                   const char *expected, const char *found);

/* An escaped, shortened, NUL-terminated rendering of hostile text for use in a
   message; lives in the sink's arena. Never NULL. */
const char *al_show(struct al_findings *f, struct al_text text);

#define AL_NOTHING ((struct al_text){NULL, 0})

/* Formats our own short text into the arena as the `found` of a finding. */
struct al_text al_found(struct al_findings *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
