/* Prints a policy whole, in a fixed order, as the JSON that al_policy_read takes
   back: what `airlock policy show` prints, what is digested for reports, and what
   the cell is given. */
#include "policy/keys.h"

#include "policy/custom.h"

#include <stdio.h>

void al_write_string(struct al_buffer *out, const char *text)
{
    al_buffer_u8(out, '"');
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            al_buffer_format(out, "\\%c", *at);
        else if ((unsigned char)*at < 0x20)
            al_buffer_format(out, "\\u%04x", (unsigned)*at);
        else
            al_buffer_u8(out, (uint8_t)*at);
    }
    al_buffer_u8(out, '"');
}

void al_write_strings(struct al_buffer *out, const char *const *list, size_t count)
{
    al_buffer_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        al_buffer_text(out, i > 0 ? ", " : "");
        al_write_string(out, list[i]);
    }
    al_buffer_text(out, "]");
}

static void write_formats(struct al_buffer *out, uint32_t formats)
{
    const char *names[AL_FORMAT_COUNT];
    size_t count = 0;
    for (int i = 1; i < AL_FORMAT_COUNT; i++)
        if ((formats & (1U << i)) != 0)
            names[count++] = al_format_name((enum al_format)i);
    al_buffer_text(out, ",\n  \"formats\": ");
    al_write_strings(out, names, count);
}

static void write_layers(struct al_buffer *out, const struct al_policy *p)
{
    al_buffer_text(out, ",\n  \"layers\": { \"refuse\": ");
    al_write_strings(out, p->refuse_layers, p->refuse_layer_count);
    if (p->allow_layers != NULL) {
        al_buffer_text(out, ", \"allow\": ");
        al_write_strings(out, p->allow_layers, p->allow_layer_count);
    }
    al_buffer_text(out, " }");
}

static void write_limits(struct al_buffer *out, const struct al_limits *limits)
{
    al_buffer_text(out, ",\n  \"limits\": {");
    for (size_t i = 0; i < al_limit_row_count; i++)
        al_buffer_format(out, "%s\n    \"%s\": %llu", i > 0 ? "," : "", al_limit_rows[i].key,
                         (unsigned long long)al_limit_get(limits, &al_limit_rows[i]));
    al_buffer_text(out, "\n  }");
}

static void write_require(struct al_buffer *out, uint32_t require)
{
    const char *names[32];
    size_t count = 0;
    for (unsigned i = 0; i < 32; i++)
        if ((require & (1U << i)) != 0 && al_defence_name(1U << i) != NULL)
            names[count++] = al_defence_name(1U << i);
    al_buffer_text(out, ",\n  \"require\": ");
    al_write_strings(out, names, count);
}

static void write_findings(struct al_buffer *out, const struct al_policy *p)
{
    static const char *const words[] = {[AL_NOTE] = "note", [AL_WARN] = "warn", [AL_REFUSE] = "refuse"};
    const char *separator = "";
    al_buffer_text(out, ",\n  \"findings\": {");
    for (int i = 0; i < AL_FINDING_COUNT; i++) {
        const struct al_finding_row *row = al_finding_row((enum al_finding_id)i);
        if (!row->soft)
            continue;
        al_buffer_format(out, "%s\n    \"%s\": \"%s\"", separator, row->id, words[p->severity[i]]);
        separator = ",";
    }
    al_buffer_text(out, "\n  }");
}

void al_policy_write(struct al_buffer *out, const struct al_policy *policy)
{
    al_buffer_text(out, "{\n  \"$schema\": \"airlock-policy.schema.json\",\n  \"name\": ");
    al_write_string(out, policy->name);
    write_formats(out, policy->formats);
    al_buffer_format(out, ",\n  \"graphs\": %s,\n  \"unsealed\": %s", policy->graphs ? "true" : "false",
                     policy->allow_unsealed ? "true" : "false");
    write_layers(out, policy);
    write_limits(out, &policy->limits);
    write_require(out, policy->require);
    al_write_signatures(out, &policy->trust);
    write_findings(out, policy);
    al_custom_write(out, policy);
    al_buffer_text(out, "\n}\n");
}
