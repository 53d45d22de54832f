/* Bars as SVG: one path for each weight, since a model has hundreds of them. */
#include "cli/html_histogram.h"

#include "cli/report.h"

enum { BAR = 4, HEIGHT = 22 };

static uint64_t highest(const struct al_weight_numbers *n)
{
    uint64_t most = 1;
    for (int i = 0; i < AL_WEIGHT_BINS; i++)
        most = n->bins[i] > most ? n->bins[i] : most;
    return most;
}

/* A bin that has any number at all is at least one pixel high: outliers are what one looks for. */
static int height_of(uint64_t count, uint64_t most)
{
    const int height = (int)((double)count / (double)most * HEIGHT);
    return count > 0 && height == 0 ? 1 : height;
}

void html_histogram(FILE *out, const struct al_weight_numbers *n)
{
    char number[NUMBER_TEXT];
    if (n == NULL || n->count == n->not_finite) {
        (void)fprintf(out, "<td>%s<td><td>", n != NULL && n->count > 0 ? "no finite number" : "");
        return;
    }
    (void)fprintf(out, "<td class=\"s\">%.4g to %.4g", n->minimum, n->maximum);
    if (n->not_finite > 0)
        (void)fprintf(out, "<br><b>%s not finite</b>", count_text(number, n->not_finite));
    (void)fprintf(out, "<td class=\"s\">%.4g<td><svg class=\"bars\" role=\"img\" aria-label=\"histogram\" width=\"%d\""
                       " height=\"%d\" viewBox=\"0 0 %d %d\"><path d=\"M0 %d", n->mean, AL_WEIGHT_BINS * BAR,
                  HEIGHT, AL_WEIGHT_BINS * BAR, HEIGHT, HEIGHT);
    const uint64_t most = highest(n);
    for (int i = 0; i < AL_WEIGHT_BINS; i++)
        (void)fprintf(out, "V%dh%d", HEIGHT - height_of(n->bins[i], most), BAR);
    (void)fprintf(out, "V%dz\"/></svg>", HEIGHT);
}
