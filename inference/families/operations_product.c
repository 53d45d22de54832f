/* Raw operations that sum products along axes (keras/src/ops/numpy.py). */
#include "validator/einsum.h"

#include "inference/families/operations.h"

#include <string.h>

/* A vector stands for a row on the left, a column on the right. */
void al_lower_op_matmul(struct al_lowering *l)
{
    const bool row = l->site.in[0].rank == 1, column = l->site.in[1].rank == 1;
    uint32_t a = al_operation_cast(l, l->in[0].operand), b = al_operation_cast(l, l->in[1].operand);
    if (al_param_bool(&l->site, "transpose_b"))
        b = al_emit_move_axis(l, b, l->site.in[1].rank - 1, l->site.in[1].rank - 2);
    a = row ? al_emit_insert_axis(l, a, 0) : a;
    b = column ? al_emit_insert_axis(l, b, 1) : b;
    uint32_t y = al_emit_matmul(l, a, b);
    if (column)
        y = al_emit_drop_axis(l, y, al_emit_shape(l, y)->rank - 1);
    if (row)
        y = al_emit_drop_axis(l, y, al_emit_shape(l, y)->rank - (column ? 1 : 2));
    al_operation_result(l, y);
}

/* As numpy.dot: the last axis of x1 with the last but one of x2, all other axes kept. */
void al_lower_op_dot(struct al_lowering *l)
{
    const struct al_shape a = l->site.in[0], b = l->site.in[1];
    const uint32_t contracted = b.rank >= 2 ? b.rank - 2 : 0;
    struct al_shape out = {.rank = 0}, left = {2, {1, a.dim[a.rank - 1]}}, right = {2, {b.dim[contracted], 1}};
    for (uint32_t i = 0; i + 1 < a.rank; i++) {
        left.dim[0] *= a.dim[i];
        out.dim[out.rank++] = a.dim[i];
    }
    for (uint32_t i = 0; i < b.rank && out.rank < AL_MAX_RANK; i++)
        if (i != contracted) {
            right.dim[1] *= b.dim[i];
            out.dim[out.rank++] = b.dim[i];
        }
    const uint32_t x = al_emit_reshape(l, al_operation_cast(l, l->in[0].operand), &left);
    const uint32_t moved = al_emit_move_axis(l, al_operation_cast(l, l->in[1].operand), contracted, 0);
    const uint32_t y = al_emit_matmul(l, x, al_emit_reshape(l, moved, &right));
    al_operation_result(l, al_emit_reshape(l, y, &out));
}

/* Letters for the axes that an ellipsis stands for: counted from the last, so that terms
   of different rank share them; none that an equation is likely to hold. */
static void write_term(char *to, const struct al_einsum_term *t, uint32_t rank)
{
    const uint32_t elided = t->ellipsis && rank > t->count ? rank - t->count : 0;
    size_t length = strlen(to);
    for (uint32_t i = 0; i <= t->count; i++) {
        for (uint32_t k = 0; t->ellipsis && i == t->ellipsis_at && k < elided; k++)
            to[length++] = (char)('Z' - (elided - 1 - k));
        if (i < t->count)
            to[length++] = t->letters[i];
    }
    to[length] = '\0';
}

/* Two operands at a time. The intermediate result keeps every letter that is still needed. */
void al_lower_op_einsum(struct al_lowering *l)
{
    struct al_einsum e;
    char equation[4 * (AL_MAX_RANK + 4)] = "";
    const bool two = l->in_count == 2;
    if (!al_einsum_parse(al_param_of(&l->site, "subscripts")->text, &e) || l->in_count > 2 || l->in_count == 0) {
        al_lower_fail(l, AL_INTERNAL, "a sum over more than two operands is not computed");
        return;
    }
    uint32_t elided = 0;
    for (uint32_t i = 0; i < l->in_count; i++) {
        const uint32_t rank = l->site.in[i].rank;
        elided = e.inputs[i].ellipsis && rank - e.inputs[i].count > elided ? rank - e.inputs[i].count : elided;
        write_term(equation, &e.inputs[i], rank);
        strcat(equation, two && i == 0 ? "," : "->");
    }
    write_term(equation, &e.output, e.output.count + elided);
    const uint32_t a = al_operation_cast(l, l->in[0].operand);
    const uint32_t b = two ? al_operation_cast(l, l->in[1].operand) : AL_NONE_INDEX;
    al_operation_result(l, al_emit_einsum(l, equation, a, b));
}
