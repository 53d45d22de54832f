/* Values of parameters against their description; see params.h. */
#include "validator/params.h"

#include "policy/custom.h"
#include "validator/activation.h"

#include <math.h>

enum { NUMBER_CHOICES_SHOWN = 12 };

static const double EXACT_INTEGER = 9007199254740992.0; /* 2^53 */

bool al_param_is_dropped(enum al_param_type type)
{
    return type >= AL_PARAM_INITIALIZER;
}

static bool unbounded(const struct al_param *p)
{
    return p->minimum == 0 && p->maximum == 0;
}

static bool integer_fits(const struct al_param *p, int64_t v)
{
    double exact = (double)v;
    if (exact < -EXACT_INTEGER || exact > EXACT_INTEGER)
        return false;
    return unbounded(p) || (exact >= p->minimum && exact <= p->maximum);
}

static bool real_fits(const struct al_param *p, double v)
{
    return isfinite(v) && (unbounded(p) || (v >= p->minimum && v <= p->maximum));
}

static bool length_fits(const struct al_param *p, uint32_t count, uint32_t standard_most)
{
    uint32_t most = p->count_max > 0 ? p->count_max : standard_most;
    return count >= p->count_min && count <= most;
}

static bool integers_fit(const struct al_param *p, const struct al_value *v)
{
    if (v->type != AL_VALUE_INTEGERS)
        return false;
    for (uint32_t i = 0; i < v->count; i++)
        if (!integer_fits(p, v->integers[i]))
            return false;
    return true;
}

static bool shape_fits(const struct al_param *p, const struct al_value *v)
{
    if (v->type != AL_VALUE_INTEGERS || !length_fits(p, v->count, AL_MAX_RANK) || v->count > AL_MAX_RANK)
        return false;
    for (uint32_t i = 0; i < v->count; i++)
        if (v->integers[i] != -1 && (v->integers[i] < 1 || v->integers[i] > AL_MAX_DIMENSION))
            return false;
    return true;
}

static bool axes_fit(const struct al_param *p, const struct al_value *v)
{
    if (v->type != AL_VALUE_INTEGERS || !length_fits(p, v->count, AL_MAX_RANK) || v->count > AL_MAX_RANK)
        return false;
    for (uint32_t i = 0; i < v->count; i++)
        if (unbounded(p) ? v->integers[i] < -(int64_t)AL_MAX_RANK || v->integers[i] >= (int64_t)AL_MAX_RANK
                         : !integer_fits(p, v->integers[i]))
            return false;
    return true;
}

static bool reals_fit(const struct al_param *p, const struct al_value *v)
{
    uint64_t count;
    if (v->type != AL_VALUE_REALS || !length_fits(p, v->count, AL_MAX_LIST) || v->shape.rank > AL_MAX_RANK ||
        !al_shape_count(&v->shape, 0, v->shape.rank, &count) || count != v->count)
        return false;
    for (uint32_t i = 0; i < v->count; i++)
        if (!real_fits(p, v->reals[i]))
            return false;
    return true;
}

static bool text_fits(const struct al_param *p, struct al_text text)
{
    const size_t most = p->type == AL_PARAM_TEXTS && p->maximum > 0 ? (size_t)p->maximum : AL_MAX_NAME_BYTES;
    return text.length <= most && al_utf8_valid(text.at, text.length);
}

static bool texts_fit(const struct al_param *p, const struct al_value *v)
{
    if (v->type != AL_VALUE_TEXTS || !length_fits(p, v->count, AL_MAX_LIST))
        return false;
    for (uint32_t i = 0; i < v->count; i++)
        if (!text_fits(p, v->texts[i]))
            return false;
    return true;
}

static bool choice_fits(const struct al_param *p, const struct al_value *v)
{
    if (v->type != AL_VALUE_CHOICE || v->integer < 0)
        return false;
    for (int64_t i = 0; p->choices[i] != NULL; i++)
        if (i == v->integer)
            return true;
    return false;
}

static bool activation_fits(const struct al_value *v, const struct al_policy *policy)
{
    if (v->type == AL_VALUE_LAYER)
        return true;
    if (v->type != AL_VALUE_CHOICE || v->integer < 0)
        return false;
    return v->integer < AL_ACTIVATION_COUNT ||
           (v->integer >= AL_ACTIVATION_CUSTOM &&
            (uint64_t)(v->integer - AL_ACTIVATION_CUSTOM) < policy->custom_count &&
            policy->custom[v->integer - AL_ACTIVATION_CUSTOM]->function);
}

bool al_param_fits(const struct al_param *p, const struct al_value *v, const struct al_policy *policy)
{
    if (al_param_is_dropped(p->type))
        return v->type == AL_VALUE_ABSENT;
    if (v->type == AL_VALUE_ABSENT)
        return (p->flags & AL_PARAM_ALIAS) || (!(p->flags & AL_PARAM_REQUIRED) && p->standard == NULL);
    if (p->flags & AL_PARAM_ALIAS)
        return false;
    if (v->type == AL_VALUE_NULL)
        return p->flags & AL_PARAM_NULLABLE;
    switch ((int)p->type) {
    case AL_PARAM_BOOL:
        return v->type == AL_VALUE_BOOL && (v->integer == 0 || v->integer == 1);
    case AL_PARAM_INTEGER:
        return v->type == AL_VALUE_INTEGER && integer_fits(p, v->integer);
    case AL_PARAM_REAL:
        return v->type == AL_VALUE_REAL && real_fits(p, v->real);
    case AL_PARAM_CHOICE:
        return choice_fits(p, v);
    case AL_PARAM_TEXT:
        return v->type == AL_VALUE_TEXT && text_fits(p, v->text);
    case AL_PARAM_TEXT_OR_INTEGER:
        return v->type == AL_VALUE_TEXT ? text_fits(p, v->text) : v->type == AL_VALUE_INTEGER && integer_fits(p, v->integer);
    case AL_PARAM_INTEGERS:
        return integers_fit(p, v) && length_fits(p, v->count, AL_MAX_RANK);
    case AL_PARAM_INTEGERS_OR_ONE:
        return integers_fit(p, v) && v->count == p->count_max;
    case AL_PARAM_PAIRS:
        return integers_fit(p, v) && v->count == 2 * p->count_max;
    case AL_PARAM_REALS:
        return reals_fit(p, v);
    case AL_PARAM_TEXTS:
        return texts_fit(p, v);
    case AL_PARAM_SHAPE:
        return shape_fits(p, v);
    case AL_PARAM_AXES:
        return axes_fit(p, v);
    case AL_PARAM_ACTIVATION:
        return activation_fits(v, policy);
    case AL_PARAM_LAYER:
        return v->type == AL_VALUE_LAYER;
    case AL_PARAM_LAYERS:
        return v->type == AL_VALUE_INTEGERS && length_fits(p, v->count, AL_MAX_LIST);
    case AL_PARAM_DTYPE:
        return v->type == AL_VALUE_CHOICE && v->integer > AL_DTYPE_NONE && v->integer < AL_DTYPE_COUNT;
    default:
        return false;
    }
}

static void write_range(struct al_buffer *b, const struct al_param *p)
{
    if (!unbounded(p))
        al_buffer_format(b, " from %.15g to %.15g", p->minimum, p->maximum);
}

static void write_length(struct al_buffer *b, const struct al_param *p)
{
    if (p->count_max > 0 && p->count_min == p->count_max)
        al_buffer_format(b, "%u ", p->count_max);
    else if (p->count_max > 0)
        al_buffer_format(b, "%u to %u ", p->count_min, p->count_max);
}

static void write_choices(struct al_buffer *b, const struct al_param *p)
{
    al_buffer_text(b, "one of ");
    for (int i = 0; p->choices[i] != NULL; i++) {
        if (i == NUMBER_CHOICES_SHOWN) {
            al_buffer_text(b, " …");
            break;
        }
        al_buffer_format(b, "%s%s", i > 0 ? ", " : "", p->choices[i]);
    }
}

static void write_expected(struct al_buffer *b, const struct al_param *p)
{
    switch (p->type) {
    case AL_PARAM_BOOL:
    case AL_PARAM_IGNORED_BOOL:
        al_buffer_text(b, "true or false");
        break;
    case AL_PARAM_INTEGER:
        al_buffer_text(b, "an integer");
        write_range(b, p);
        break;
    case AL_PARAM_REAL:
    case AL_PARAM_IGNORED_NUMBER:
        al_buffer_text(b, "a number");
        write_range(b, p);
        break;
    case AL_PARAM_CHOICE:
        write_choices(b, p);
        break;
    case AL_PARAM_TEXT:
    case AL_PARAM_IGNORED_TEXT:
        al_buffer_text(b, "a string");
        break;
    case AL_PARAM_TEXT_OR_INTEGER:
        al_buffer_text(b, "a string or an integer");
        break;
    case AL_PARAM_INTEGERS_OR_ONE:
        al_buffer_format(b, p->count_max == 1 ? "an integer, alone or in a list," : "an integer, or %u integers,",
                         p->count_max);
        write_range(b, p);
        break;
    case AL_PARAM_PAIRS:
        al_buffer_format(b, "an integer, or %u integers or pairs of them,", p->count_max);
        write_range(b, p);
        break;
    case AL_PARAM_INTEGERS:
        al_buffer_text(b, "a list of ");
        write_length(b, p);
        al_buffer_text(b, "integers");
        write_range(b, p);
        break;
    case AL_PARAM_REALS:
        al_buffer_text(b, "a number or a list of numbers");
        write_range(b, p);
        break;
    case AL_PARAM_TEXTS:
        al_buffer_text(b, "a list of strings");
        break;
    case AL_PARAM_SHAPE:
    case AL_PARAM_IGNORED_SHAPE:
        al_buffer_text(b, "a shape");
        break;
    case AL_PARAM_AXES:
        al_buffer_text(b, "an axis or a list of axes");
        break;
    case AL_PARAM_ACTIVATION:
        al_buffer_text(b, "a built-in activation");
        break;
    case AL_PARAM_LAYER:
        al_buffer_text(b, "a layer");
        break;
    case AL_PARAM_LAYERS:
        al_buffer_text(b, "a list of layers");
        break;
    case AL_PARAM_DTYPE:
        al_buffer_text(b, "a type of numbers");
        break;
    case AL_PARAM_INITIALIZER:
        al_buffer_text(b, "a built-in initializer");
        break;
    case AL_PARAM_REGULARIZER:
        al_buffer_text(b, "a built-in regularizer");
        break;
    case AL_PARAM_CONSTRAINT:
        al_buffer_text(b, "a built-in constraint");
        break;
    case AL_PARAM_SEED:
        al_buffer_text(b, "a seed");
        break;
    case AL_PARAM_QUANTIZATION:
        al_buffer_text(b, "a quantization config");
        break;
    case AL_PARAM_FIXED:
        al_buffer_text(b, p->fixed);
        break;
    case AL_PARAM_TYPE_COUNT:
        break;
    }
    if (p->flags & AL_PARAM_NULLABLE)
        al_buffer_text(b, " or null");
}

const char *al_param_expects(struct al_findings *f, const struct al_param *param)
{
    struct al_buffer b;
    al_buffer_init(&b, AL_MAX_FINDING_TEXT / 2);
    write_expected(&b, param);
    const char *text = b.failed ? NULL : al_arena_copy(f->arena, b.data, b.size);
    al_buffer_free(&b);
    return text != NULL ? text : "another value";
}

void al_param_describe(struct al_buffer *out, const struct al_param *param)
{
    if (param->flags & AL_PARAM_ALIAS) {
        al_buffer_format(out, "an older name of %s", param->alias_of);
        return;
    }
    if (param->type == AL_PARAM_FIXED)
        al_buffer_text(out, "only ");
    write_expected(out, param);
    if (param->flags & AL_PARAM_REQUIRED)
        al_buffer_text(out, "; required");
    else if (param->standard != NULL)
        al_buffer_format(out, "; %s where it is absent", param->standard);
    if (param->refusal != NULL)
        al_buffer_format(out, "; %s", param->refusal);
}

bool al_check_params(struct al_site *s)
{
    bool good = true;
    for (uint32_t i = 0; i < s->row->param_count; i++) {
        const struct al_param *p = &s->row->params[i];
        if (!al_param_fits(p, &s->layer->params[i], s->policy))
            good = al_site_refuse(s, AL_GRAPH_PARAMETER, al_param_expects(s->findings, p), AL_NOTHING,
                                  "the parameter %s is not of the type or range that %s takes", p->key, s->row->name);
    }
    return good;
}
