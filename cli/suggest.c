/* Mistyped commands, options and finding ids: the optimal string alignment distance
   (an insertion, deletion, replacement or swap of neighbours counts one). */
#include "cli/suggest.h"

#include <string.h>

enum { LONGEST = 64 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    if (n > LONGEST || m > LONGEST)
        return n + m;
    size_t row[3][LONGEST + 1];
    size_t *before = row[0], *above = row[1], *now = row[2];
    for (size_t j = 0; j <= m; j++)
        above[j] = j;
    for (size_t i = 1; i <= n; i++) {
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            now[j] = smaller(smaller(above[j] + 1, now[j - 1] + 1), above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = smaller(now[j], before[j - 2] + 1);
        }
        size_t *old = before;
        before = above;
        above = now;
        now = old;
    }
    return above[m];
}

void suggestion_offer(struct suggestion *best, const char *typed, const char *candidate)
{
    size_t d = distance(typed, candidate);
    /* what has only been begun is nearer than what has been misspelt */
    if (strlen(typed) >= 3 && strncmp(typed, candidate, strlen(typed)) == 0)
        d = 1;
    if (best->word == NULL || d < best->distance)
        *best = (struct suggestion){candidate, d};
}

const char *suggestion_of(const struct suggestion *best, const char *typed)
{
    return best->word != NULL && best->distance <= 1 + strlen(typed) / 4 ? best->word : NULL;
}
