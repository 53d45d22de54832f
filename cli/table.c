/* Predictions as a table that people can read. */
#include "cli/table.h"
#include "cli/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MOST = 20, COLUMNS_MOST = 12 };

/* IEEE 754 binary16, exactly. */
static double of_half(uint16_t half)
{
    int exponent = half >> 10 & 31;
    double fraction = half & 1023;
    double size = exponent == 31  ? (fraction != 0 ? (double)NAN : (double)INFINITY)
                  : exponent == 0 ? ldexp(fraction, -24)
                                  : ldexp(fraction + 1024, exponent - 25);
    return (half & 0x8000) != 0 ? -size : size;
}

/* One row per type: its name, its size, and how a number of it is printed. */
#define NUMBER(type, letter, format, cast)                        \
    static void print_##letter(FILE *s, const char *at)          \
    {                                                             \
        type v;                                                   \
        memcpy(&v, at, sizeof v);                                 \
        fprintf(s, format, (cast)v);                              \
    }
NUMBER(float, f4, "%12.6g", double)
NUMBER(double, f8, "%16.10g", double)
NUMBER(int8_t, i1, "%5" PRId64, int64_t)
NUMBER(int16_t, i2, "%7" PRId64, int64_t)
NUMBER(int32_t, i4, "%11" PRId64, int64_t)
NUMBER(int64_t, i8, "%11" PRId64, int64_t)
NUMBER(uint8_t, u1, "%4" PRIu64, uint64_t)
NUMBER(uint16_t, u2, "%6" PRIu64, uint64_t)
NUMBER(uint32_t, u4, "%11" PRIu64, uint64_t)
NUMBER(uint64_t, u8, "%11" PRIu64, uint64_t)
#undef NUMBER

static void print_f2(FILE *s, const char *at)
{
    uint16_t v;
    memcpy(&v, at, sizeof v);
    fprintf(s, "%12.5g", of_half(v));
}

static void print_b1(FILE *s, const char *at)
{
    fprintf(s, "%6s", *at != 0 ? "true" : "false");
}

static void print_text(FILE *s, const char *at)
{
    struct al_string v;
    memcpy(&v, at, sizeof v);
    char *copy = strndup(v.bytes != NULL ? v.bytes : "", v.length);
    char *shown = copy != NULL ? al_text_shown(copy) : NULL;
    fprintf(s, "%s", shown != NULL ? shown : "?");
    al_text_free(shown);
    free(copy);
}

static const struct printer {
    const char *dtype;
    size_t bytes;
    void (*print)(FILE *s, const char *at);
} printers[] = {
    {"float16", 2, print_f2}, {"float32", 4, print_f4}, {"float64", 8, print_f8}, {"int8", 1, print_i1},
    {"int16", 2, print_i2},   {"int32", 4, print_i4},   {"int64", 8, print_i8},   {"uint8", 1, print_u1},
    {"uint16", 2, print_u2},  {"uint32", 4, print_u4},  {"uint64", 8, print_u8},  {"bool", 1, print_b1},
    {"string", sizeof(struct al_string), print_text},
};

static void row(FILE *s, const struct printer *p, const char *at, uint64_t columns)
{
    for (uint64_t c = 0; c < columns; c++) {
        if (columns > COLUMNS_MOST && c == COLUMNS_MOST / 2) {
            fprintf(s, "  ...");
            c = columns - COLUMNS_MOST / 2;
        }
        fputc(' ', s);
        p->print(s, at + c * p->bytes);
    }
    fputc('\n', s);
}

void table_write(FILE *s, const struct al_ndarray *a)
{
    char shape[SHAPE_TEXT];
    const struct al_port_facts port = {a->name, a->dtype, a->rank, a->shape};
    const struct printer *p = NULL;
    for (size_t i = 0; i < sizeof printers / sizeof *printers; i++)
        if (strcmp(printers[i].dtype, a->dtype) == 0)
            p = &printers[i];
    fprintf(s, "%s: %s %s\n", a->name, a->dtype, shape_text(shape, &port));
    if (p == NULL || a->bytes == 0)
        return;
    uint64_t columns = a->rank > 0 ? (uint64_t)a->shape[a->rank - 1] : 1;
    uint64_t rows = a->bytes / p->bytes / columns;
    for (uint64_t r = 0; r < rows; r++) {
        if (rows > ROWS_MOST && r == ROWS_MOST / 2) {
            fprintf(s, "  ... %" PRIu64 " rows ...\n", rows - ROWS_MOST);
            r = rows - ROWS_MOST / 2;
        }
        row(s, p, (const char *)a->data + r * columns * p->bytes, columns);
    }
}
