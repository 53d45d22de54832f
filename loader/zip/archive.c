/* The archive as a whole: the strict reader's steps in order, and look-up. */
#include "loader/zip/directory.h"

bool al_zip_is(const uint8_t *bytes, uint64_t size)
{
    return size >= 4 && (memcmp(bytes, "PK\3\4", 4) == 0 || memcmp(bytes, "PK\5\6", 4) == 0);
}

bool al_zip_read_strict(struct al_zip *out, const uint8_t *bytes, uint64_t size, const char *archive,
                        struct al_arena *arena, struct al_findings *f)
{
    *out = (struct al_zip){.archive = archive, .bytes = bytes, .size = size};
    struct al_zip_directory d = {.zip = out, .arena = arena, .findings = f};
    return al_zip_read_end(&d) && al_zip_read_central(&d) && al_zip_check_names(&d) && al_zip_read_locals(&d);
}

bool al_zip_read(struct al_zip *out, const uint8_t *bytes, uint64_t size, const char *archive, struct al_arena *arena,
                 struct al_findings *f)
{
    return al_zip_read_strict(out, bytes, size, archive, arena, f) && al_zip_agrees_with_library(out, f);
}

const struct al_zip_member *al_zip_find(const struct al_zip *zip, struct al_text name)
{
    for (uint32_t i = 0; i < zip->count; i++)
        if (al_text_equal(zip->members[i].name, name))
            return &zip->members[i];
    return NULL;
}
