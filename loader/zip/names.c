/* Members' names. We never unpack to a disk, but others do with the same file after
   it was accepted: a name must mean one and the same path on every system. */
#include "loader/zip/directory.h"

#include "base/limits.h"

#include <inttypes.h>
#include <stdlib.h>

static bool is_ascii(struct al_text name)
{
    for (size_t i = 0; i < name.length; i++)
        if ((unsigned char)name.at[i] >= 0x80)
            return false;
    return true;
}

/* Combining marks: where they are allowed, one name has several spellings, and file
   systems (macOS) take them for the same. Composed letters are single scalars. */
static bool is_combining(uint32_t v)
{
    return (v >= 0x300 && v <= 0x36F) || (v >= 0x1AB0 && v <= 0x1AFF) || (v >= 0x1DC0 && v <= 0x1DFF) ||
           (v >= 0x20D0 && v <= 0x20FF) || (v >= 0xFE20 && v <= 0xFE2F) || (v >= 0x1100 && v <= 0x11FF);
}

static bool check_characters(struct al_zip_directory *d, const struct al_zip_entry *e)
{
    struct al_text name = e->member->name;
    if (!al_utf8_valid(name.at, name.length))
        return al_zip_refuse_member(d, e, AL_ZIP_NAME_ENCODING, "UTF-8", name, "the member's name is not UTF-8");
    if (!is_ascii(name) && (e->flags & AL_ZIP_UTF8) == 0)
        return al_zip_refuse_member(d, e, AL_ZIP_NAME_ENCODING, "flag 11 with a name beyond ASCII", name,
                                    "the member's name does not say in which encoding it is");
    for (size_t at = 0; at < name.length;) {
        uint32_t v = al_utf8_next(name.at, name.length, &at);
        if (v == '\\')
            return al_zip_refuse_member(d, e, AL_ZIP_BACKSLASH, "\"/\" between folders", name,
                                        "the member's name has a backslash: a folder on Windows only");
        if (al_utf8_unsafe(v) || is_combining(v))
            return al_zip_refuse_member(d, e, AL_ZIP_UNSAFE_NAME, "composed, printable characters", name,
                                        "the member's name has a control or combining character");
    }
    return true;
}

static bool check_component(struct al_zip_directory *d, const struct al_zip_entry *e, struct al_text part)
{
    struct al_text name = e->member->name;
    if (al_text_is(part, ".."))
        return al_zip_refuse_member(d, e, AL_ZIP_PARENT_PATH, "a path inside the archive", name,
                                    "the member's name leads out of the folder it is unpacked in");
    if (part.length == 0 || al_text_is(part, "."))
        return al_zip_refuse_member(d, e, AL_ZIP_UNSAFE_NAME, "one spelling of a path", name,
                                    "the member's name has an empty part or \".\"");
    char last = part.at[part.length - 1];
    if (last == '.' || last == ' ')
        return al_zip_refuse_member(d, e, AL_ZIP_UNSAFE_NAME, "a part that ends in neither dot nor blank", name,
                                    "Windows drops dots and blanks at the end of a name");
    return true;
}

bool al_zip_check_name(struct al_zip_directory *d, const struct al_zip_entry *e)
{
    struct al_text name = e->member->name;
    if (name.length == 0 || name.length > AL_MAX_NAME_BYTES)
        return al_zip_refuse_member(d, e, AL_ZIP_UNSAFE_NAME, "a name of 1 to 512 bytes",
                                    al_found(d->findings, "%zu bytes", name.length), "the member's name is no name");
    if (!check_characters(d, e))
        return false;
    char first = (char)(name.at[0] | 0x20);
    if (name.at[0] == '/' || (name.length > 1 && name.at[1] == ':' && first >= 'a' && first <= 'z'))
        return al_zip_refuse_member(d, e, AL_ZIP_ABSOLUTE_PATH, "a path inside the archive", name,
                                    "the member's name is an absolute path");
    size_t from = 0, end = name.length - (e->member->directory ? 1 : 0);
    for (size_t i = 0; i <= end; i++) {
        if (i < end && name.at[i] != '/')
            continue;
        if (!check_component(d, e, (struct al_text){name.at + from, i - from}))
            return false;
        from = i + 1;
    }
    return true;
}

/* Letters of the alphabets with case that names are written in: Latin, Greek, Cyrillic.
   (Unicode's whole table would need a library, or a locale that opens files.) */
static uint32_t fold(uint32_t v)
{
    if ((v >= 'A' && v <= 'Z') || (v >= 0xC0 && v <= 0xDE && v != 0xD7) || (v >= 0x391 && v <= 0x3A9) ||
        (v >= 0x410 && v <= 0x42F))
        return v + 32;
    if (v >= 0x400 && v <= 0x40F)
        return v + 80;
    if ((v >= 0x100 && v <= 0x137) || (v >= 0x14A && v <= 0x177) || (v >= 0x460 && v <= 0x481) ||
        (v >= 0x48A && v <= 0x4BF) || (v >= 0x1E00 && v <= 0x1E95))
        return v | 1;
    return v;
}

/* A name as a file system that ignores case keeps it: scalars instead of bytes, no slash at the end. */
struct folded {
    const struct al_zip_entry *entry;
    const uint32_t *scalars;
    size_t length;
};

static int compare_scalars(const uint32_t *a, size_t a_length, const uint32_t *b, size_t b_length)
{
    for (size_t i = 0; i < a_length && i < b_length; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return a_length < b_length ? -1 : a_length > b_length;
}

static int by_name(const void *a, const void *b)
{
    const struct folded *x = a, *y = b;
    return compare_scalars(x->scalars, x->length, y->scalars, y->length);
}

static bool fold_name(struct al_zip_directory *d, const struct al_zip_entry *e, struct folded *out)
{
    struct al_text name = e->member->name;
    uint32_t *scalars = al_arena_alloc(d->arena, name.length, sizeof *scalars);
    if (scalars == NULL)
        return al_zip_refuse(d, AL_LIMIT_MEMORY, NULL, AL_NOTHING, "no memory left for the archive's names");
    size_t length = 0;
    for (size_t at = 0; at < name.length;)
        scalars[length++] = fold(al_utf8_next(name.at, name.length, &at));
    *out = (struct folded){e, scalars, length - (e->member->directory ? 1 : 0)};
    return true;
}

/* No member may lie in what another one says is a file. */
static bool check_above(struct al_zip_directory *d, const struct folded *sorted, const struct folded *f)
{
    for (size_t i = 0; i < f->length; i++) {
        if (f->scalars[i] != '/')
            continue;
        struct folded above = {NULL, f->scalars, i};
        const struct folded *found = bsearch(&above, sorted, (size_t)d->count, sizeof *sorted, by_name);
        if (found != NULL && !found->entry->member->directory)
            return al_zip_refuse_member(d, f->entry, AL_ZIP_DUPLICATE_NAME, "a folder above the member",
                                        found->entry->member->name, "the member lies below another one that is a file");
    }
    return true;
}

bool al_zip_check_names(struct al_zip_directory *d)
{
    struct folded *sorted = al_arena_alloc(d->arena, d->count, sizeof *sorted);
    if (sorted == NULL)
        return al_zip_refuse(d, AL_LIMIT_MEMORY, NULL, AL_NOTHING, "no memory left for the archive's names");
    for (uint64_t i = 0; i < d->count; i++)
        if (!fold_name(d, &d->entries[i], &sorted[i]))
            return false;
    qsort(sorted, (size_t)d->count, sizeof *sorted, by_name);
    for (uint64_t i = 1; i < d->count; i++)
        if (by_name(&sorted[i - 1], &sorted[i]) == 0) {
            bool same = al_text_equal(sorted[i - 1].entry->member->name, sorted[i].entry->member->name);
            return al_zip_refuse_member(d, sorted[i].entry, AL_ZIP_DUPLICATE_NAME, "every name once",
                                        sorted[i - 1].entry->member->name,
                                        same ? "two members have this name"
                                             : "two members have names that many file systems take for the same");
        }
    for (uint64_t i = 0; i < d->count; i++)
        if (!check_above(d, sorted, &sorted[i]))
            return false;
    return true;
}
