/* Puts the calls of a functional model into an order in which each comes after what
   it uses (Kahn 1962). What is left over is a cycle, and the file is refused. */
#include "loader/keras/graph.h"

struct edges {
    uint32_t *first; /* node_count + 1: where the users of a node begin in `users` */
    uint32_t *users;
    uint32_t *waiting; /* how many uses of a node are not yet there */
};

static bool count_edges(const struct al_keras_graph *g, struct edges *e)
{
    struct al_arena *arena = g->k->arena;
    uint64_t total = 0;
    e->first = al_arena_alloc(arena, (size_t)g->node_count + 1, sizeof *e->first);
    e->waiting = al_arena_alloc(arena, g->node_count, sizeof *e->waiting);
    if (e->first == NULL || e->waiting == NULL)
        return false;
    for (uint32_t n = 0; n < g->node_count; n++)
        for (uint32_t a = 0; a < g->nodes[n].given_count; a++)
            for (uint32_t i = 0; i < g->nodes[n].given[a].count; i++) {
                uint32_t used = g->nodes[n].given[a].items[i].call;
                if (used == AL_NONE_INDEX)
                    continue;
                e->first[used + 1]++;
                e->waiting[n]++;
                total++;
            }
    e->users = total <= UINT32_MAX ? al_arena_alloc(arena, (size_t)total, sizeof *e->users) : NULL;
    for (uint32_t n = 0; n < g->node_count; n++)
        e->first[n + 1] += e->first[n];
    return e->users != NULL;
}

static bool list_edges(const struct al_keras_graph *g, struct edges *e)
{
    uint32_t *next = al_arena_alloc(g->k->arena, g->node_count, sizeof *next);
    if (next == NULL)
        return false;
    for (uint32_t n = 0; n < g->node_count; n++)
        next[n] = e->first[n];
    for (uint32_t n = 0; n < g->node_count; n++)
        for (uint32_t a = 0; a < g->nodes[n].given_count; a++)
            for (uint32_t i = 0; i < g->nodes[n].given[a].count; i++) {
                uint32_t used = g->nodes[n].given[a].items[i].call;
                if (used != AL_NONE_INDEX)
                    e->users[next[used]++] = n;
            }
    return true;
}

static uint32_t sort(const struct al_keras_graph *g, struct edges *e, uint32_t *queue)
{
    uint32_t head = 0, tail = 0;
    for (uint32_t n = 0; n < g->node_count; n++)
        if (e->waiting[n] == 0)
            queue[tail++] = n;
    while (head < tail) {
        uint32_t done = queue[head++];
        for (uint32_t i = e->first[done]; i < e->first[done + 1]; i++)
            if (--e->waiting[e->users[i]] == 0)
                queue[tail++] = e->users[i];
    }
    return tail;
}

bool al_keras_order(struct al_keras_graph *g, const struct al_place *place, struct al_graph *out, uint32_t *call_of)
{
    struct al_keras *k = g->k;
    struct edges e;
    uint32_t *queue = al_arena_alloc(k->arena, g->node_count, sizeof *queue);
    out->calls = al_arena_alloc(k->arena, g->node_count, sizeof *out->calls);
    if (queue == NULL || out->calls == NULL || !count_edges(g, &e) || !list_edges(g, &e))
        return al_keras_no_memory(k);
    if (sort(g, &e, queue) != g->node_count)
        return al_find(k->findings, AL_GRAPH_CYCLE, place, "calls that use only earlier ones", AL_NOTHING,
                       "layers that wait for each other");
    for (uint32_t i = 0; i < g->node_count; i++)
        call_of[queue[i]] = i;
    for (uint32_t i = 0; i < g->node_count; i++) {
        struct al_keras_node *node = &g->nodes[queue[i]];
        for (uint32_t a = 0; a < node->given_count; a++)
            for (uint32_t j = 0; j < node->given[a].count; j++) {
                struct al_item *item = &node->given[a].items[j];
                item->call = item->call == AL_NONE_INDEX ? item->call : call_of[item->call];
            }
        out->calls[i] =
            (struct al_call){.layer = node->layer, .given_count = node->given_count, .given = node->given};
    }
    out->call_count = g->node_count;
    return true;
}
