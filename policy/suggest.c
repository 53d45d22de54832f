/* Optimal string alignment distance over three rolling rows. */
#include "policy/suggest.h"

#include <stdint.h>

enum { LONGEST = 64, MOST_EDITS = 3 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t al_edit_distance(struct al_text a, struct al_text b)
{
    if (a.length > LONGEST || b.length > LONGEST)
        return SIZE_MAX;
    size_t rows[3][LONGEST + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b.length; j++)
        last[j] = j;
    for (size_t i = 1; i <= a.length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b.length; j++) {
            size_t change = a.at[i - 1] == b.at[j - 1] ? 0 : 1;
            row[j] = least(last[j - 1] + change, least(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *old = before;
        before = last;
        last = row;
        row = old;
    }
    return last[b.length];
}

const char *al_suggest(struct al_text name, const char *const *candidates, size_t count, size_t stride)
{
    const char *best = NULL;
    size_t fewest = least(MOST_EDITS, name.length / 3) + 1;
    for (size_t i = 0; i < count; i++) {
        const char *candidate = *(const char *const *)(const void *)((const char *)candidates + i * stride);
        size_t edits = al_edit_distance(name, al_text_of(candidate));
        if (edits < fewest) {
            fewest = edits;
            best = candidate;
        }
    }
    return best;
}
