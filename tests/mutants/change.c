/* Which change a file gets: by its format, and by chance. */
#include "tests/mutants/mutants.h"

#include <stdlib.h>

enum { SHORTEST = 24 };

/* The JSON texts of HDF5 attributes (model_config, training_config) lie in one piece; where
   they end is found by their brackets, and the new one is filled up with blanks. */
static size_t json_length(const uint8_t *bytes, size_t size)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == 0)
            return 0;
        if (in_string && bytes[i] == '\\') {
            i++;
        } else if (bytes[i] == '"') {
            in_string = !in_string;
        } else if (!in_string && (bytes[i] == '{' || bytes[i] == '}')) {
            depth += bytes[i] == '{' ? 1 : -1;
            if (depth == 0)
                return i + 1;
        }
    }
    return 0;
}

size_t find_hdf5_json(const struct file *file, size_t starts[MOST_TEXTS], size_t lengths[MOST_TEXTS])
{
    size_t count = 0;
    for (size_t at = 0; at + 2 < file->size && count < MOST_TEXTS; at++)
        if (file->bytes[at] == '{' && file->bytes[at + 1] == '"' &&
            (lengths[count] = json_length(file->bytes + at, file->size - at)) > SHORTEST) {
            starts[count] = at;
            at += lengths[count++];
        }
    return count;
}

bool mutate_hdf5_json(struct chance *c, struct file *file, bool *hostile)
{
    size_t starts[MOST_TEXTS], lengths[MOST_TEXTS], count = find_hdf5_json(file, starts, lengths);
    if (count == 0)
        return false;
    size_t which = chance_below(c, count);
    char *text = mutate_json(c, (const char *)file->bytes + starts[which], lengths[which], hostile);
    bool fits = text != NULL && strlen(text) <= lengths[which];
    if (fits) {
        memset(file->bytes + starts[which], ' ', lengths[which]);
        memcpy(file->bytes + starts[which], text, strlen(text));
    }
    free(text);
    *hostile = *hostile && fits;
    return fits;
}

static struct change bytes(struct chance *c, struct file *file)
{
    file->size = change_bytes(c, file->bytes, file->size, file->room);
    return (struct change){"bytes and bits", false};
}

/* Most bytes of a container are numbers, and one of them with another bit is still a number. */
struct change change_bit(struct chance *c, struct file *file)
{
    if (file->size > 0)
        file->bytes[chance_below(c, file->size)] ^= (uint8_t)(1U << chance_below(c, 8));
    return (struct change){"one bit of HDF5", false};
}

static struct change mutate_archive(struct chance *c, struct file *file)
{
    struct change done = {"zip fields", false};
    size_t way = chance_below(c, 10);
    if (way == 0 || (way <= 2 && !mutate_zip_fields(c, file)) || (way >= 5 && !mutate_zip_member(c, file, &done)))
        return bytes(c, file);
    if (way == 3 || way == 4) {
        file->size = mutate_zip(file->bytes, file->size, file->room, (unsigned)chance_bits(c));
        done.kind = "zip members, packed anew";
    }
    return done;
}

static struct change mutate_container(struct chance *c, struct file *file)
{
    struct change done = {"HDF5, JSON node", false};
    size_t way = chance_below(c, 10);
    if (way == 0)
        return bytes(c, file);
    if (way == 1)
        return change_bit(c, file);
    if (way > 5 && mutate_hdf5_json(c, file, &done.hostile))
        return done;
    file->size = mutate_hdf5(file->bytes, file->size, file->room, (unsigned)chance_bits(c));
    return (struct change){"HDF5 fields", false};
}

static struct change mutate_text(struct chance *c, struct file *file)
{
    struct change done = {"JSON node", false};
    char *text = chance_below(c, 8) > 0 ? mutate_json(c, (const char *)file->bytes, file->size, &done.hostile) : NULL;
    size_t length = text != NULL ? strlen(text) : 0;
    if (length == 0 || length > file->room) {
        free(text);
        return bytes(c, file);
    }
    memcpy(file->bytes, text, length);
    file->size = length;
    free(text);
    return done;
}

struct change mutate(struct chance *c, struct file *file)
{
    chance_lend(c);
    if (file->size > 4 && memcmp(file->bytes, "PK\3\4", 4) == 0)
        return mutate_archive(c, file);
    if (file->size > 4 && memcmp(file->bytes, "\x89HDF", 4) == 0)
        return mutate_container(c, file);
    if (file->size > 1 && file->bytes[0] == '{')
        return mutate_text(c, file);
    return bytes(c, file);
}
