/* JSON changed by its nodes: one removed, doubled, swapped with another, given another type, a
   number at a border, a word or an object of the attacks. What jansson cannot hold (a key
   twice, NaN) is put into the text afterwards, at a mark. */
#include "tests/mutants/mutants.h"

#include <stdlib.h>

enum { MOST_NODES = 1 << 14, DEEP = 80 };

/* A place in the document: where a value hangs. */
struct node {
    json_t *parent;     /* borrowed */
    const char *key;    /* of an object's member, borrowed; NULL: an element */
    size_t index;
};

struct document {
    json_t *root;
    struct node nodes[MOST_NODES];
    size_t count;
};

static const char mark[] = "@mark@";

static void add(struct document *d, struct node n)
{
    if (d->count < MOST_NODES)
        d->nodes[d->count++] = n;
}

/* In order of breadth: the list is its own queue. */
static void list_children(struct document *d, json_t *value)
{
    const char *key;
    json_t *child;
    size_t i;
    if (json_is_object(value))
        json_object_foreach(value, key, child)
            add(d, (struct node){value, key, 0});
    else if (json_is_array(value))
        json_array_foreach(value, i, child)
            add(d, (struct node){value, NULL, i});
}

static json_t *value_at(const struct node *n)
{
    return n->key != NULL ? json_object_get(n->parent, n->key) : json_array_get(n->parent, n->index);
}

static void put(const struct node *n, json_t *value)
{
    if (n->key != NULL)
        json_object_set_new(n->parent, n->key, value);
    else
        json_array_set_new(n->parent, n->index, value);
}

static json_t *border(struct chance *c)
{
    static const double reals[] = {0.0, -0.0, 0.5, -1.5, 1e-300, 1e300, 3.5e38, 1.7976931348623157e308, 4.9e-324, 1e16};
    static const json_int_t integers[] = {
        0, 1, 2, 3, -1, -2, 7, 64, 255, 256, 65535, 65536, 2147483647, 2147483648, -2147483648, 4294967295, 4294967296,
        9007199254740991, 9007199254740992, 9007199254740993, INT64_MAX, INT64_MIN};
    if (chance_below(c, 3) == 0)
        return json_real(reals[chance_below(c, sizeof reals / sizeof reals[0])]);
    return json_integer(integers[chance_below(c, sizeof integers / sizeof integers[0])]);
}

/* Another type, and where it may be the same meaning: "5" for 5, [5], 5.0. */
static json_t *retyped(struct chance *c, json_t *old)
{
    switch (chance_below(c, 9)) {
    case 0:
        return json_null();
    case 1:
        return json_boolean((int)chance_below(c, 2));
    case 2:
        return json_pack("[O]", old);
    case 3:
        return json_pack("{s:O}", attack_word(c), old);
    case 4:
        return json_array();
    case 5:
        return json_object();
    case 6:
        return json_is_integer(old) ? json_real((double)json_integer_value(old)) : json_integer(1);
    case 7:
        return json_is_integer(old) ? json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(old)) : json_string("1");
    default:
        return border(c);
    }
}

static json_t *deep(void)
{
    json_t *value = json_integer(1);
    for (int i = 0; i < DEEP; i++)
        value = i % 2 == 0 ? json_pack("[o]", value) : json_pack("{s:o}", "a", value);
    return value;
}

static void remove_node(const struct node *n)
{
    if (n->key != NULL)
        json_object_del(n->parent, n->key);
    else
        json_array_remove(n->parent, n->index);
}

static void double_node(struct chance *c, const struct node *n, json_t *value)
{
    if (n->key == NULL)
        json_array_insert_new(n->parent, chance_below(c, json_array_size(n->parent) + 1), json_deep_copy(value));
    else
        json_object_set_new(n->parent, mark, chance_below(c, 2) == 0 ? json_deep_copy(value) : border(c));
}

/* What stands under the same key elsewhere: most likely of the right kind. */
static void graft(struct chance *c, const struct document *d, const struct node *n)
{
    size_t from = chance_below(c, d->count);
    for (size_t i = 0; n->key != NULL && i < d->count; i++) {
        const struct node *other = &d->nodes[(from + i) % d->count];
        if (other != n && other->key != NULL && strcmp(other->key, n->key) == 0 &&
            !json_equal(value_at(other), value_at(n))) {
            put(n, json_deep_copy(value_at(other)));
            return;
        }
    }
}

static json_t *one_off(struct chance *c, json_t *value)
{
    json_int_t step = chance_below(c, 2) == 0 ? 1 : -1;
    if (json_is_integer(value))
        return json_integer((json_int_t)((uint64_t)json_integer_value(value) + (uint64_t)step));
    if (json_is_real(value))
        return json_real(json_real_value(value) + 0.125 * (double)step);
    return json_boolean(!json_is_true(value));
}

static void swap(const struct node *a, const struct node *b)
{
    /* one may lie in the other: both stay until the end */
    json_t *of_a = json_incref(value_at(a)), *of_b = json_incref(value_at(b));
    json_t *for_a = json_deep_copy(of_b), *for_b = json_deep_copy(of_a);
    put(b, for_b);
    put(a, for_a);
    json_decref(of_a);
    json_decref(of_b);
}

static void rename_key(struct chance *c, const struct node *n, json_t *value)
{
    json_t *copy = json_deep_copy(value);
    char key[64];
    (void)snprintf(key, sizeof key, "%s", n->key);
    json_object_del(n->parent, key);
    json_object_set_new_nocheck(n->parent, chance_below(c, 2) == 0 ? attack_word(c) : "extra", copy);
}

/* The key that is to stand where the mark is; NULL where there is none. */
static const char *change(struct chance *c, struct document *d, bool *hostile)
{
    struct node *n = &d->nodes[chance_below(c, d->count)];
    const struct node *other = &d->nodes[chance_below(c, d->count)];
    /* leaves are most of a document; half of the time something that holds more */
    for (int i = 0; i < 8 && chance_below(c, 2) == 0 && !json_is_object(value_at(n)); i++)
        n = &d->nodes[chance_below(c, d->count)];
    json_t *value = value_at(n);
    switch (chance_below(c, 18)) {
    case 0:
        remove_node(n);
        break;
    case 1:
        double_node(c, n, value);
        return n->key;
    case 2:
        swap(n, other);
        break;
    case 3:
        put(n, json_deep_copy(value_at(other)));
        break;
    case 4:
    case 5:
        put(n, retyped(c, value));
        break;
    case 6:
    case 7:
        put(n, border(c));
        break;
    case 8:
    case 9:
        put(n, json_string(attack_word(c)));
        break;
    case 10:
    case 11:
        *hostile = true;
        if (json_is_object(value) && chance_below(c, 2) == 0)
            json_object_set_new(value, chance_below(c, 2) == 0 ? "extra" : attack_word(c), attack_object(c));
        else
            put(n, attack_object(c));
        break;
    case 12:
    case 13:
        graft(c, d, n);
        break;
    case 14:
    case 15:
        put(n, one_off(c, value));
        break;
    case 16:
        if (n->key != NULL)
            rename_key(c, n, value);
        else
            json_array_insert_new(n->parent, n->index, border(c));
        break;
    default:
        put(n, chance_below(c, 8) == 0 ? deep() : json_string(mark));
        return "NaN";
    }
    return NULL;
}

/* `"@mark@"` becomes the key, or an unquoted word that is no JSON. */
static char *unmark(char *text, const char *key)
{
    char *at = strstr(text, "\"@mark@\"");
    if (at == NULL || key == NULL)
        return text;
    size_t before = (size_t)(at - text), length = strlen(text), put_in = strlen(key);
    bool bare = strcmp(key, "NaN") == 0;
    char *out = malloc(length + put_in + 1);
    if (out == NULL)
        return text;
    int head = snprintf(out, length + put_in + 1, "%.*s%s%s%s", (int)before, text, bare ? "" : "\"", key, bare ? "" : "\"");
    memcpy(out + head, at + strlen("\"@mark@\""), length - before - strlen("\"@mark@\"") + 1);
    free(text);
    return out;
}

char *mutate_json(struct chance *c, const char *text, size_t length, bool *hostile)
{
    static struct document d;
    d.count = 0;
    d.root = json_loadb(text, length, JSON_ALLOW_NUL, NULL);
    list_children(&d, d.root);
    for (size_t i = 0; i < d.count; i++)
        list_children(&d, value_at(&d.nodes[i]));
    char *out = NULL;
    if (d.count > 0) {
        char key[64] = "";
        const char *word = change(c, &d, hostile);
        (void)snprintf(key, sizeof key, "%s", word != NULL ? word : "");
        out = json_dumps(d.root, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
        if (out != NULL && word != NULL)
            out = unmark(out, key);
    }
    json_decref(d.root);
    return out;
}
