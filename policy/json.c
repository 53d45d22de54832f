/* jansson behind the scan of json_scan.c; see json.h. */
#include "policy/json.h"

#include <sys/auxv.h>

void al_json_warm_up(void)
{
    /* the kernel gives every process 16 random bytes at its start: a seed that nobody
       outside can guess keeps hash tables from being made to collide */
    size_t seed = 0;
    const void *random = (const void *)getauxval(AT_RANDOM);
    if (random != NULL)
        memcpy(&seed, random, sizeof seed);
    json_object_seed(seed);
}

struct al_text al_json_text(const json_t *string)
{
    if (!json_is_string(string))
        return AL_NOTHING;
    return (struct al_text){json_string_value(string), json_string_length(string)};
}

const char *al_json_kind(const json_t *value)
{
    if (value == NULL)
        return "nothing";
    switch (json_typeof(value)) {
    case JSON_OBJECT: return "an object";
    case JSON_ARRAY: return "a list";
    case JSON_STRING: return "a string";
    case JSON_INTEGER: return "an integer";
    case JSON_REAL: return "a real number";
    case JSON_TRUE:
    case JSON_FALSE: return "a boolean";
    case JSON_NULL: return "null";
    }
    return "nothing";
}

struct al_text al_json_show(struct al_findings *f, const json_t *value)
{
    if (value == NULL)
        return al_text_of("nothing");
    switch (json_typeof(value)) {
    case JSON_OBJECT: return al_found(f, "an object of %zu keys", json_object_size(value));
    case JSON_ARRAY: return al_found(f, "a list of %zu", json_array_size(value));
    case JSON_STRING: return al_json_text(value);
    case JSON_INTEGER: return al_found(f, "%lld", (long long)json_integer_value(value));
    case JSON_REAL: return al_found(f, "%.17g", json_real_value(value));
    case JSON_TRUE: return al_text_of("true");
    case JSON_FALSE: return al_text_of("false");
    case JSON_NULL: return al_text_of("null");
    }
    return AL_NOTHING;
}

static bool refuse(const json_error_t *e, const char *member, struct al_findings *f)
{
    struct al_place place = al_place_root(member);
    int line = e->line, column = e->column, at = e->position;
    /* what jansson quotes of the text ("… near '…'") is the file's */
    const char *said = al_show(f, al_text_of(e->text));
    enum json_error_code code = json_error_code(e);
    if (code == json_error_duplicate_key)
        return al_find(f, AL_JSON_DUPLICATE_KEY, &place, "every key once", AL_NOTHING,
                       "an object has a key twice, the second one up to line %d, column %d (byte %d): %s", line, column,
                       at, said);
    if (code == json_error_numeric_overflow)
        return al_find(f, AL_JSON_NUMBER_RANGE, &place, "an integer of 64 bits or a finite real", AL_NOTHING,
                       "a number does not fit at line %d, column %d (byte %d): %s", line, column, at, said);
    if (code == json_error_null_character || code == json_error_null_byte_in_key)
        return al_find(f, AL_JSON_NUL, &place, "text without NUL", AL_NOTHING,
                       "a string holds U+0000 at line %d, column %d (byte %d)", line, column, at);
    if (code == json_error_out_of_memory)
        return al_find(f, AL_LIMIT_MEMORY, &place, NULL, AL_NOTHING, "no memory left for this JSON text");
    return al_find(f, AL_JSON_SYNTAX, &place, "JSON (RFC 8259)", AL_NOTHING, "line %d, column %d (byte %d): %s", line,
                   column, at, said);
}

bool al_json_read(json_t **out_take, const void *bytes, size_t size, const char *member, struct al_findings *f)
{
    if (!al_json_scan(bytes, size, member, f))
        return false;
    json_error_t error;
    json_t *root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (root == NULL)
        return refuse(&error, member, f);
    *out_take = root;
    return true;
}
