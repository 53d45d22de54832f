/* A weight's numbers as a picture in a cell of a table. */
#ifndef AIRLOCK_CLI_HTML_HISTOGRAM_H
#define AIRLOCK_CLI_HTML_HISTOGRAM_H

#include "include/airlock.h"

#include <stdio.h>

/* Cells for range, mean and histogram; empty where nothing is known of the numbers. */
void html_histogram(FILE *out, const struct al_weight_numbers *numbers);

#endif
