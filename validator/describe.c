/* The catalogue in words; see describe.h. */
#include "validator/describe.h"

#include "validator/params.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 100, KEY_COLUMN = 28 };

const char *al_kind_area(const struct al_row *row)
{
    return row->operation ? "operation" : "layer";
}

const char *al_decision_word(enum al_decision decision)
{
    static const char *const words[] = {
        [AL_COMPUTED] = "computed", [AL_IDENTITY] = "identity", [AL_NOT_ALLOWED] = "refused"};
    return words[decision];
}

const char *al_mask_word(enum al_mask_rule rule)
{
    static const char *const words[] = {
        [AL_MASK_DROPS] = "drops", [AL_MASK_PASSES] = "passes",
        [AL_MASK_PASSES_IN_KERAS3] = "passes in keras 3", [AL_MASK_OWN] = "own"};
    return words[rule];
}

static bool listed(const char *const *list, struct al_text text)
{
    for (; list != NULL && *list != NULL; list++)
        if (al_text_is(text, *list))
            return true;
    return false;
}

uint32_t al_kind_of_name(struct al_text name)
{
    for (int others = 0; others < 2; others++)
        for (uint32_t i = 0; i < AL_KIND_COUNT; i++) {
            const struct al_row *row = al_row_of(NULL, i);
            const size_t area = strlen(al_kind_area(row));
            if (name.length <= area || memcmp(name.at, al_kind_area(row), area) != 0 || name.at[area] != '.')
                continue;
            const struct al_text rest = {name.at + area + 1, name.length - area - 1};
            if (others ? listed(row->other_names, rest) || listed(row->functions, rest)
                       : al_text_is(rest, row->name))
                return i;
        }
    return AL_NONE_INDEX;
}

/* Text broken between words, its further lines indented by `indent`; the first begins at `column`. */
static void wrapped(struct al_buffer *out, const char *text, size_t column, size_t indent)
{
    for (bool first = true; *text != '\0'; first = false) {
        const size_t length = strcspn(text, " ");
        size_t shown = 0;
        for (size_t i = 0; i < length; i++)
            shown += ((unsigned char)text[i] & 0xc0) != 0x80;
        if (!first && column + 1 + shown > WIDTH) {
            al_buffer_format(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            al_buffer_text(out, " ");
            column++;
        }
        al_buffer_bytes(out, text, length);
        column += shown;
        text += length + strspn(text + length, " ");
    }
    al_buffer_text(out, "\n");
}

static void fact(struct al_buffer *out, const char *label, const char *text)
{
    al_buffer_format(out, "%-*s ", KEY_COLUMN - 1, label);
    wrapped(out, text, KEY_COLUMN, KEY_COLUMN);
}

/* What was gathered in `text`, if anything; which is empty again after that. */
static void gathered(struct al_buffer *out, const char *label, struct al_buffer *text)
{
    al_buffer_u8(text, 0);
    if (!text->failed && text->size > 1)
        fact(out, label, (const char *)text->data);
    text->size = 0;
}

static void gather(struct al_buffer *text, const char *word)
{
    al_buffer_format(text, "%s%s", text->size > 0 ? ", " : "", word);
}

static void describe_names(struct al_buffer *out, struct al_buffer *text, const char *label, const char *const *list)
{
    for (uint32_t i = 0; list != NULL && list[i] != NULL; i++)
        gather(text, list[i]);
    gathered(out, label, text);
}

static void describe_call(struct al_buffer *out, struct al_buffer *text, const struct al_row *row)
{
    static const char *const masks[] = {
        [AL_MASK_DROPS] = "the output has none", [AL_MASK_PASSES] = "the output has the input's",
        [AL_MASK_PASSES_IN_KERAS3] = "the output has the input's, in Keras 2 none",
        [AL_MASK_OWN] = "by a rule of its own"};
    if (row->rank_max > 0 && row->rank_min != row->rank_max)
        al_buffer_format(text, "%u to ", row->rank_min);
    if (row->rank_max > 0)
        al_buffer_format(text, "%u dimensions, the batch among them", row->rank_max);
    gathered(out, "Input", text);
    for (uint32_t i = 0; i < row->argument_count; i++)
        gather(text, row->arguments[i].name);
    gathered(out, "Called with", text);
    fact(out, "Mask", masks[row->mask]);
    if (row->weights != NULL)
        fact(out, "Weights", row->weights);
}

static bool without_effect(const struct al_param *p)
{
    return al_param_is_dropped(p->type) && p->type != AL_PARAM_FIXED;
}

static void describe_keys(struct al_buffer *out, struct al_buffer *text, const struct al_row *row)
{
    char label[AL_MAX_NAME_BYTES];
    if (row->param_count > 0)
        al_buffer_text(out, row->operation ? "\nKeys (in Keras 2 keywords of the call)\n" : "\nKeys\n");
    for (uint32_t i = 0; i < row->param_count; i++) {
        if (without_effect(&row->params[i]))
            continue;
        (void)snprintf(label, sizeof label, "  %s", row->params[i].key);
        al_param_describe(text, &row->params[i]);
        gathered(out, label, text);
    }
    for (uint32_t i = 0; i < row->param_count; i++)
        if (without_effect(&row->params[i]))
            gather(text, row->params[i].key);
    gathered(out, "Checked, without effect", text);
}

void al_describe_kind(struct al_buffer *out, uint32_t kind)
{
    static const char *const decisions[] = {
        [AL_COMPUTED] = "computed", [AL_IDENTITY] = "changes nothing at inference", [AL_NOT_ALLOWED] = "refused"};
    const struct al_row *row = al_row_of(NULL, kind);
    const bool refused = row->decision == AL_NOT_ALLOWED;
    struct al_buffer text;
    al_buffer_init(&text, AL_MAX_FINDING_TEXT);
    al_buffer_format(out, "%s.%s: ", al_kind_area(row), row->name);
    wrapped(out, refused ? row->reason : row->computes, strlen(row->name) + strlen("operation.: "), 4);
    al_buffer_text(out, "\n");
    fact(out, "Decision", decisions[row->decision]);
    if (refused)
        fact(out, "Finding", al_finding_row(row->finding)->id);
    fact(out, row->keras2_only ? "In Keras 2 since" : "In Keras since", al_kind_since(kind));
    describe_names(out, &text, "Also named", row->other_names);
    describe_names(out, &text, "In Keras 2 a call of", row->functions);
    if (!refused) {
        describe_call(out, &text, row);
        describe_keys(out, &text, row);
    }
    al_buffer_free(&text);
}
