/* A picture of a model's graph as SVG inside a page. */
#ifndef AIRLOCK_CLI_HTML_GRAPH_H
#define AIRLOCK_CLI_HTML_GRAPH_H

#include "include/airlock.h"

#include <stdio.h>

/* The layers of the outermost model, inputs above, and then those of each model inside it;
   nothing where a model has no layers, or too many for a picture to help. */
void html_graph(FILE *out, const struct al_layer_facts *const *layers, size_t count);

#endif
