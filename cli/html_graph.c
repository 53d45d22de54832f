/* Each layer stands one row below the lowest that feeds it; layers of one row side by
   side. Enough for the graphs people draw on paper, and always finite. */
#include "cli/html_graph.h"

#include "cli/markup.h"

#include <stdbool.h>
#include <string.h>

enum { MOST_NODES = 120, WIDTH = 190, HEIGHT = 40, GAP_X = 20, GAP_Y = 28, SHOWN_NAME = 26 };

struct node {
    const struct al_layer_facts *layer;
    int row, column;
};

struct picture {
    struct node nodes[MOST_NODES];
    int count, rows, columns;
};

static int node_by_name(const struct picture *p, const char *name, size_t length, int before)
{
    for (int i = 0; i < before; i++)
        if (strlen(p->nodes[i].layer->name) == length && memcmp(p->nodes[i].layer->name, name, length) == 0)
            return i;
    return -1;
}

/* Steps through "a, b, c" of `from`; false behind its end. */
static bool next_source(const struct picture *p, int node, const char **at, int *source)
{
    if (**at == '\0')
        return false;
    const char *end = strstr(*at, ", ");
    size_t length = end != NULL ? (size_t)(end - *at) : strlen(*at);
    *source = node_by_name(p, *at, length, node);
    *at += end != NULL ? length + 2 : length;
    return true;
}

static bool arrange(struct picture *p, const struct al_layer_facts *const *layers, size_t count, uint32_t depth)
{
    int used[MOST_NODES] = {0};
    for (size_t i = 0; i < count && layers[i]->depth >= depth; i++) {
        if (layers[i]->depth > depth)
            continue;
        if (p->count == MOST_NODES)
            return false;
        struct node *n = &p->nodes[p->count];
        const char *at = layers[i]->from;
        int source;
        *n = (struct node){.layer = layers[i]};
        while (next_source(p, p->count, &at, &source))
            if (source >= 0 && p->nodes[source].row >= n->row)
                n->row = p->nodes[source].row + 1;
        n->column = used[n->row]++;
        p->rows = n->row >= p->rows ? n->row + 1 : p->rows;
        p->columns = n->column >= p->columns ? n->column + 1 : p->columns;
        p->count++;
    }
    return p->count > 0;
}

static int left_of(const struct node *n)
{
    return GAP_X + n->column * (WIDTH + GAP_X);
}

static int top_of(const struct node *n)
{
    return GAP_Y / 2 + n->row * (HEIGHT + GAP_Y);
}

static void draw_lines(FILE *out, const struct picture *p)
{
    for (int i = 0; i < p->count; i++) {
        const char *at = p->nodes[i].layer->from;
        int source;
        while (next_source(p, i, &at, &source)) {
            if (source < 0)
                continue;
            int x1 = left_of(&p->nodes[source]) + WIDTH / 2, y1 = top_of(&p->nodes[source]) + HEIGHT;
            int x2 = left_of(&p->nodes[i]) + WIDTH / 2, y2 = top_of(&p->nodes[i]);
            (void)fprintf(out, "<path d=\"M%d %dC%d %d %d %d %d %d\"/>\n", x1, y1, x1, y1 + GAP_Y, x2,
                          y2 - GAP_Y, x2, y2);
        }
    }
}

/* The beginning of a name, cut between characters. */
static void short_name(FILE *out, const char *name)
{
    char shown[SHOWN_NAME + 4];
    size_t length = strlen(name);
    if (length <= SHOWN_NAME) {
        markup_text(out, name);
        return;
    }
    length = SHOWN_NAME;
    while (length > 0 && ((unsigned char)name[length] & 0xC0) == 0x80)
        length--;
    memcpy(shown, name, length);
    memcpy(shown + length, "\xE2\x80\xA6", 4);
    markup_text(out, shown);
}

static void draw_nodes(FILE *out, const struct picture *p)
{
    for (int i = 0; i < p->count; i++) {
        const struct node *n = &p->nodes[i];
        int x = left_of(n), y = top_of(n);
        (void)fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\"/>"
                           "<text x=\"%d\" y=\"%d\">", x, y, WIDTH, HEIGHT, x + 8, y + 16);
        short_name(out, n->layer->name);
        (void)fprintf(out, "</text><text x=\"%d\" y=\"%d\" opacity=\".7\">", x + 8, y + 32);
        short_name(out, n->layer->kind);
        (void)fputs("</text>\n", out);
    }
}

/* The graph whose layers are those of `depth` up to the first that is less deep. */
static void draw(FILE *out, const char *of, const struct al_layer_facts *const *layers, size_t count, uint32_t depth)
{
    struct picture p = {.count = 0};
    if (!arrange(&p, layers, count, depth))
        return;
    int width = GAP_X + p.columns * (WIDTH + GAP_X), height = p.rows * (HEIGHT + GAP_Y);
    (void)fputs("<details><summary>Graph", out);
    if (*of != '\0') {
        (void)fputs(" of ", out);
        markup_text(out, of);
    }
    (void)fprintf(out, "</summary>\n<svg role=\"img\" aria-label=\"a graph of layers\" width=\"%d\" height=\"%d\""
                       " viewBox=\"0 0 %d %d\">\n", width, height, width, height);
    draw_lines(out, &p);
    draw_nodes(out, &p);
    (void)fputs("</svg></details>\n", out);
}

void html_graph(FILE *out, const struct al_layer_facts *const *layers, size_t count)
{
    draw(out, "", layers, count, 0);
    for (size_t i = 0; i < count; i++)
        if (*layers[i]->ends != '\0')
            draw(out, layers[i]->name, &layers[i + 1], count - i - 1, layers[i]->depth + 1);
}
