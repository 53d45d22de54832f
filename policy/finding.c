/* The sink for findings and the look-up of their rows; see finding.h. */
#include "policy/finding.h"

#include "base/limits.h"
#include "policy/policy.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define AL_FINDING(symbol, id, severity, soft, title, why, remedy, cwe, cve) \
    [AL_##symbol] = {id, severity, soft, title, why, remedy, cwe, cve},
static const struct al_finding_row rows[AL_FINDING_COUNT] = {
#include "policy/findings.def"
};
#undef AL_FINDING

enum { SHOWN_BYTES = 160 };

const struct al_finding_row *al_finding_row(enum al_finding_id id)
{
    return &rows[id];
}

enum al_finding_id al_finding_by_name(struct al_text name)
{
    for (int i = 0; i < AL_FINDING_COUNT; i++)
        if (al_text_is(name, rows[i].id))
            return (enum al_finding_id)i;
    return AL_FINDING_COUNT;
}

struct al_place al_place_root(const char *name)
{
    return (struct al_place){.key = al_text_of(name)};
}

struct al_place al_place_key(const struct al_place *up, struct al_text key)
{
    return (struct al_place){.up = up, .key = key};
}

struct al_place al_place_index(const struct al_place *up, uint64_t index)
{
    return (struct al_place){.up = up, .key = AL_NOTHING, .index = index};
}

static void write_step(struct al_buffer *out, const struct al_place *p)
{
    if (p->key.at == NULL) {
        al_buffer_format(out, "%llu", (unsigned long long)p->index);
        return;
    }
    /* RFC 6901 section 3: '~' is "~0" and '/' is "~1" inside a step */
    size_t from = 0;
    for (size_t i = 0; i <= p->key.length; i++) {
        bool end = i == p->key.length;
        if (!end && p->key.at[i] != '/' && p->key.at[i] != '~')
            continue;
        al_text_escape(out, (struct al_text){p->key.at + from, i - from}, SHOWN_BYTES);
        if (!end)
            al_buffer_text(out, p->key.at[i] == '/' ? "~1" : "~0");
        from = i + 1;
    }
}

void al_place_write(struct al_buffer *out, const struct al_place *place)
{
    const struct al_place *chain[AL_MAX_JSON_DEPTH + AL_MAX_LAYER_DEPTH + 8];
    size_t depth = 0;
    for (; place != NULL && depth < sizeof chain / sizeof chain[0]; place = place->up)
        chain[depth++] = place;
    if (depth == 0)
        return;
    al_text_escape(out, chain[depth - 1]->key, SHOWN_BYTES);
    for (size_t i = depth - 1; i-- > 0;) {
        al_buffer_text(out, i + 2 == depth ? ":/" : "/");
        write_step(out, chain[i]);
    }
}

void al_findings_init(struct al_findings *f, struct al_arena *arena, const struct al_policy *policy, size_t cap)
{
    *f = (struct al_findings){.arena = arena, .policy = policy, .cap = cap < AL_MAX_FINDINGS ? cap : AL_MAX_FINDINGS};
}

const char *al_show(struct al_findings *f, struct al_text text)
{
    struct al_buffer b;
    al_buffer_init(&b, AL_MAX_FINDING_TEXT);
    al_text_escape(&b, text, SHOWN_BYTES);
    const char *shown = b.failed ? NULL : al_arena_copy(f->arena, b.data, b.size);
    al_buffer_free(&b);
    return shown != NULL ? shown : "…";
}

struct al_text al_found(struct al_findings *f, const char *format, ...)
{
    char text[SHOWN_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    char *copy = al_arena_copy(f->arena, text, strlen(text));
    return copy != NULL ? al_text_of(copy) : AL_NOTHING;
}

static struct al_finding *slot_for(struct al_findings *f, enum al_severity severity)
{
    if (f->count < f->cap) {
        struct al_finding *list = al_arena_grow(f->arena, f->list, f->count, &f->room, sizeof *f->list);
        if (list == NULL) {
            f->failed = true;
            return NULL;
        }
        f->list = list;
        return &f->list[f->count++];
    }
    f->dropped++;
    if (severity == AL_REFUSE && f->refusals == 0 && f->count > 0)
        return &f->list[f->count - 1];
    return NULL;
}

bool al_find_again(struct al_findings *f, enum al_finding_id id, const char *where, const char *message,
                   const char *expected, const char *found)
{
    enum al_severity severity = al_policy_severity(f->policy, id);
    bool goes_on = severity != AL_REFUSE;
    struct al_finding *slot = slot_for(f, severity);
    f->refusals += goes_on ? 0 : 1;
    if (slot != NULL)
        *slot = (struct al_finding){
            .id = id, .severity = severity, .where = where, .message = message, .expected = expected, .found = found};
    return goes_on;
}

__attribute__((format(printf, 6, 0))) static bool add(struct al_findings *f, enum al_finding_id id, const char *where,
                                                      const char *expected, struct al_text found, const char *format,
                                                      va_list args)
{
    char message[AL_MAX_FINDING_TEXT];
    int length = vsnprintf(message, sizeof message, format, args);
    const char *text = length < 0 ? NULL : al_arena_copy(f->arena, message, strlen(message));
    if (text == NULL)
        f->failed = true;
    return al_find_again(f, id, where, text != NULL ? text : "",
                         expected != NULL ? al_show(f, al_text_of(expected)) : "",
                         found.at != NULL ? al_show(f, found) : "");
}

bool al_find(struct al_findings *f, enum al_finding_id id, const struct al_place *place, const char *expected,
             struct al_text found, const char *format, ...)
{
    struct al_buffer b;
    al_buffer_init(&b, AL_MAX_FINDING_TEXT);
    al_place_write(&b, place);
    const char *where = al_arena_copy(f->arena, b.data, b.size);
    al_buffer_free(&b);
    va_list args;
    va_start(args, format);
    bool goes_on = add(f, id, where != NULL ? where : "", expected, found, format, args);
    va_end(args);
    return goes_on;
}

bool al_find_at(struct al_findings *f, enum al_finding_id id, struct al_text where, const char *expected,
                struct al_text found, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bool goes_on = add(f, id, where.at != NULL ? al_show(f, where) : "", expected, found, format, args);
    va_end(args);
    return goes_on;
}
