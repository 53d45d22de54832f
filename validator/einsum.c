/* Equations of Einstein's summation; see einsum.h. */
#include "validator/einsum.h"

#include "validator/operation.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool parse_term(const char *at, size_t length, struct al_einsum_term *term)
{
    *term = (struct al_einsum_term){0};
    for (size_t i = 0; i < length; i++) {
        if (at[i] == ' ')
            continue;
        if (at[i] == '.') {
            if (term->ellipsis || length - i < 3 || at[i + 1] != '.' || at[i + 2] != '.')
                return false;
            term->ellipsis = true;
            term->ellipsis_at = term->count;
            i += 2;
            continue;
        }
        if (!is_letter(at[i]) || term->count == AL_MAX_RANK)
            return false;
        for (uint32_t k = 0; k < term->count; k++)
            if (term->letters[k] == at[i])
                return false;
        term->letters[term->count++] = at[i];
    }
    return true;
}

static bool known(const struct al_einsum *e, char letter)
{
    for (uint32_t i = 0; i < e->input_count; i++)
        for (uint32_t k = 0; k < e->inputs[i].count; k++)
            if (e->inputs[i].letters[k] == letter)
                return true;
    return false;
}

bool al_einsum_parse(struct al_text text, struct al_einsum *out)
{
    size_t arrow = 0, from = 0;
    *out = (struct al_einsum){0};
    while (arrow + 1 < text.length && (text.at[arrow] != '-' || text.at[arrow + 1] != '>'))
        arrow++;
    if (arrow + 1 >= text.length)
        return false;
    for (size_t i = 0; i <= arrow; i++) {
        if (i < arrow && text.at[i] != ',')
            continue;
        if (out->input_count == AL_EINSUM_TERMS ||
            !parse_term(text.at + from, i - from, &out->inputs[out->input_count]))
            return false;
        out->input_count++;
        from = i + 1;
    }
    if (!parse_term(text.at + arrow + 2, text.length - arrow - 2, &out->output))
        return false;
    for (uint32_t i = 0; i < out->output.count; i++)
        if (!known(out, out->output.letters[i]))
            return false;
    return true;
}

uint32_t al_einsum_axis(const struct al_einsum_term *term, char letter, uint32_t rank)
{
    for (uint32_t i = 0; i < term->count; i++)
        if (term->letters[i] == letter)
            return term->ellipsis && i >= term->ellipsis_at ? i + rank - term->count : i;
    return AL_NONE_INDEX;
}

struct lengths {
    int64_t of[128];          /* by letter; 0: not seen */
    struct al_shape ellipsis; /* what the ellipses stand for, broadcast */
};

static bool note_term(const struct al_einsum_term *term, const struct al_shape *shape, struct lengths *lengths)
{
    if (term->ellipsis ? shape->rank < term->count : shape->rank != term->count)
        return false;
    struct al_shape hidden = {.rank = shape->rank - term->count};
    for (uint32_t i = 0; term->ellipsis && i < hidden.rank; i++)
        hidden.dim[i] = shape->dim[term->ellipsis_at + i];
    if (!al_shape_broadcast(&lengths->ellipsis, &hidden, &lengths->ellipsis))
        return false;
    for (uint32_t i = 0; i < term->count; i++) {
        int64_t now = shape->dim[al_einsum_axis(term, term->letters[i], shape->rank)];
        int64_t *length = &lengths->of[(unsigned char)term->letters[i]];
        if (*length > 0 && now != -1 && *length != now)
            return false;
        if (*length == 0 || *length == -1)
            *length = now;
    }
    return true;
}

bool al_einsum_shape(struct al_site *s, struct al_text equation, struct al_shape *out)
{
    struct al_einsum e;
    struct lengths lengths = {{0}, {0}};
    if (!al_einsum_parse(equation, &e) || e.input_count != s->in_count)
        return al_site_refuse(s, AL_GRAPH_PARAMETER, "an equation of as many terms as tensors", equation,
                              "the equation is not one that is computed");
    for (uint32_t i = 0; i < s->in_count; i++)
        if (!note_term(&e.inputs[i], &s->in[i], &lengths))
            return al_site_bad_shape(s, "a shape that the equation fits", &s->in[i]);
    uint32_t hidden = e.output.ellipsis ? lengths.ellipsis.rank : 0;
    if (e.output.count + hidden > AL_MAX_RANK || (!e.output.ellipsis && lengths.ellipsis.rank > 0))
        return al_site_bad_shape(s, "fewer axes", &s->in[0]);
    *out = (struct al_shape){.rank = e.output.count + hidden};
    for (uint32_t i = 0; i < hidden; i++)
        out->dim[e.output.ellipsis_at + i] = lengths.ellipsis.dim[i];
    for (uint32_t i = 0; i < e.output.count; i++)
        out->dim[al_einsum_axis(&e.output, e.output.letters[i], out->rank)] =
            lengths.of[(unsigned char)e.output.letters[i]];
    return true;
}
