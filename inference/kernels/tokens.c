/* Texts into tokens, as TextVectorization does it with TensorFlow's operations: lower()
   without an encoding touches ASCII letters only, the pattern of punctuation holds ASCII
   characters only, and split() cuts at ASCII whitespace. */
#include "inference/kernels/kernels.h"
#include "inference/kernels/texts.h"

#include <stdlib.h>

/* The tokens of one row, gathered before they are joined to n-grams. */
struct tokens {
    struct al_run *run;
    struct al_text *at;
    size_t count, room;
};

static bool no_memory(struct al_run *run)
{
    al_fail(run->err, AL_LIMIT, 0, "texts need more memory than the policy's limit activation_bytes");
    return false;
}

static bool add(struct tokens *t, struct al_text token)
{
    if (t->count == t->room) {
        const size_t room = t->room == 0 ? 64 : 2 * t->room;
        struct al_text *grown = realloc(t->at, room * sizeof *grown);
        if (grown == NULL)
            return no_memory(t->run);
        t->at = grown;
        t->room = room;
    }
    t->at[t->count++] = token;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_punctuation(char c)
{
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

static bool standardize(const struct al_tokenizer *t, struct al_run *run, struct al_text *text)
{
    if ((!t->lower && !t->strip) || text->length == 0)
        return true;
    char *to = al_arena_alloc(run->texts, text->length, 1);
    size_t length = 0;
    if (to == NULL)
        return no_memory(run);
    for (size_t i = 0; i < text->length; i++) {
        const char c = text->at[i];
        if (t->strip && is_punctuation(c))
            continue;
        to[length++] = t->lower && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    *text = (struct al_text){to, length};
    return true;
}

static bool split_blanks(struct tokens *t, struct al_text text)
{
    size_t at = 0;
    for (;;) {
        while (at < text.length && is_blank(text.at[at]))
            at++;
        const size_t from = at;
        while (at < text.length && !is_blank(text.at[at]))
            at++;
        if (at == from)
            return true;
        if (!add(t, (struct al_text){text.at + from, at - from}))
            return false;
    }
}

static bool split_characters(struct tokens *t, struct al_text text)
{
    if (!al_utf8_valid(text.at, text.length)) {
        t->run->bad_text = true;
        al_fail(t->run->err, AL_REFUSED, 0, "a text that is split into characters is not UTF-8");
        return false;
    }
    for (size_t at = 0; at < text.length;) {
        const size_t from = at;
        (void)al_utf8_next(text.at, text.length, &at);
        if (!add(t, (struct al_text){text.at + from, at - from}))
            return false;
    }
    return true;
}

/* The tokens of one row of texts, which are several only where nothing is split. */
static bool tokenize(const struct al_tokenizer *how, const struct al_text *texts, int64_t step, int64_t count,
                     struct tokens *t)
{
    t->count = 0;
    for (int64_t i = 0; i < count; i++) {
        struct al_text text = texts[i * step];
        if (!standardize(how, t->run, &text))
            return false;
        if (!(how->split == AL_SPLIT_WHITESPACE ? split_blanks(t, text)
              : how->split == AL_SPLIT_CHARACTER ? split_characters(t, text) : add(t, text)))
            return false;
    }
    return true;
}

static uint64_t ngrams_of(const struct al_tokenizer *how, uint64_t tokens)
{
    uint64_t count = how->width_count == 0 ? tokens : 0;
    for (uint32_t i = 0; i < how->width_count; i++)
        count += tokens >= how->widths[i] ? tokens - how->widths[i] + 1 : 0;
    return count;
}

static bool join(struct al_run *run, const struct al_text *tokens, uint32_t width, struct al_text *out)
{
    size_t length = width - 1;
    for (uint32_t i = 0; i < width; i++)
        length += tokens[i].length;
    char *to = al_arena_alloc(run->texts, length + 1, 1);
    if (to == NULL)
        return no_memory(run);
    *out = (struct al_text){to, length};
    for (uint32_t i = 0; i < width; i++) {
        if (i > 0)
            *to++ = ' ';
        if (tokens[i].length > 0)
            memcpy(to, tokens[i].at, tokens[i].length);
        to += tokens[i].length;
    }
    return true;
}

/* The first `most` n-grams into `out`; what is left over becomes empty. */
static bool lay_down(const struct al_tokenizer *how, const struct tokens *t, struct al_text *out, int64_t step,
                     int64_t most)
{
    static const uint32_t themselves = 1;
    const uint32_t *widths = how->width_count > 0 ? how->widths : &themselves;
    const uint32_t width_count = how->width_count > 0 ? how->width_count : 1;
    int64_t n = 0;
    for (uint32_t k = 0; k < width_count; k++)
        for (size_t i = 0; i + widths[k] <= t->count && n < most; i++, n++) {
            if (widths[k] == 1)
                out[n * step] = t->at[i];
            else if (!join(t->run, t->at + i, widths[k], &out[n * step]))
                return false;
        }
    for (; n < most; n++)
        out[n * step] = al_text_of("");
    return true;
}

bool al_kernel_tokens(struct al_run *run, const struct al_step *s)
{
    const struct al_view *x = &s->in[0], *y = &s->out[0];
    const struct al_tokenizer *how = s->operation->attributes->tokenizer;
    struct tokens t = {.run = run};
    bool good = true;
    for (int64_t i = 0; good && i < x->shape.dim[0]; i++) {
        const struct al_text *row = (const struct al_text *)x->data + i * x->stride[0];
        struct al_text *out = (struct al_text *)y->data + i * y->stride[0];
        good = (x->shape.rank > 1 ? tokenize(how, row, x->stride[1], x->shape.dim[1], &t)
                                  : tokenize(how, row, 0, 1, &t)) &&
               lay_down(how, &t, out, y->stride[1], y->shape.dim[1]);
    }
    free(t.at);
    return good;
}

bool al_tokens_longest(const struct al_tokenizer *how, const struct al_text *texts, uint64_t count, uint64_t row,
                       uint64_t most_bytes, uint64_t *longest, struct al_error *err)
{
    struct al_run run = {.err = err, .texts = al_arena_new(most_bytes)};
    struct tokens t = {.run = &run};
    bool good = run.texts != NULL || no_memory(&run);
    *longest = 0;
    for (uint64_t i = 0; good && i < count; i++) {
        good = tokenize(how, texts + i * row, 1, (int64_t)row, &t);
        const uint64_t n = ngrams_of(how, t.count);
        *longest = n > *longest ? n : *longest;
    }
    free(t.at);
    al_arena_free(run.texts);
    return good;
}
