/* libzip as the second reader. It is reached through a table filled by dlopen,
   because linking it would load libcrypto into every cell, zip or not. */
#include "loader/zip/archive.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <zip.h>

#define AL_LIBZIP_FUNCTIONS(F) \
    F(zip_source_buffer_create) F(zip_source_free) F(zip_open_from_source) F(zip_discard) F(zip_get_num_entries) \
    F(zip_get_name) F(zip_stat_index) F(zip_error_init) F(zip_error_fini) F(zip_error_strerror) F(zip_error_code_zip)

#define AL_MEMBER(name) __typeof__(name) *name;
static struct {
    void *handle;
    AL_LIBZIP_FUNCTIONS(AL_MEMBER)
} library;
#undef AL_MEMBER

bool al_zip_library_is_open(void)
{
    return library.handle != NULL;
}

/* ISO C has no conversion from an object's to a function's address; POSIX's dlsym needs it. */
static bool look_up(void *handle, const char *name, void *function)
{
    void *address = dlsym(handle, name);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

enum al_status al_zip_library_open(struct al_error *err)
{
    if (library.handle != NULL)
        return AL_OK;
    /* libzip turns time stamps into local time, member by member: with TZ unset glibc
       looks at /etc/localtime each time, with TZ set and read it asks nobody */
    if (setenv("TZ", "UTC0", 1) != 0)
        return al_fail(err, AL_NO_MEMORY, 0, "setenv");
    tzset();
    void *handle = dlopen("libzip.so.5", RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        handle = dlopen("libzip.so.4", RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        return al_fail(err, AL_HOST, 0, "libzip (libzip.so.4 or .5) is not installed");
#define AL_LOOK_UP(name) && look_up(handle, #name, &library.name)
    if (!(true AL_LIBZIP_FUNCTIONS(AL_LOOK_UP))) {
        (void)dlclose(handle);
        return al_fail(err, AL_HOST, 0, "libzip lacks a function");
    }
#undef AL_LOOK_UP
    library.handle = handle;
    return AL_OK;
}

static bool disagree(const struct al_zip *zip, struct al_findings *f, struct al_text member, const char *expected,
                     struct al_text found, const char *message)
{
    struct al_place archive = al_place_root(zip->archive);
    struct al_place place = al_place_key(&archive, member);
    return al_find(f, AL_ZIP_READERS_DISAGREE, member.at != NULL ? &place : &archive, expected, found, "%s", message);
}

static bool compare_member(const struct al_zip *zip, zip_t *archive, uint32_t index, struct al_findings *f)
{
    const struct al_zip_member *m = &zip->members[index];
    const char *name = library.zip_get_name(archive, index, ZIP_FL_ENC_RAW);
    if (name == NULL || !al_text_is(m->name, name))
        return disagree(zip, f, m->name, "one name", name != NULL ? al_text_of(name) : AL_NOTHING,
                        "libzip reads another name");
    const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_CRC | ZIP_STAT_COMP_METHOD;
    zip_stat_t st = {0};
    if (library.zip_stat_index(archive, index, 0, &st) != 0 || (st.valid & needed) != needed)
        return disagree(zip, f, m->name, NULL, AL_NOTHING, "libzip cannot describe the member");
    if (st.size != m->size || st.comp_size != m->packed || st.crc != m->crc || st.comp_method != m->method)
        return disagree(zip, f, m->name,
                        al_found(f, "%" PRIu64 " of %" PRIu64 " bytes, CRC %08X, method %u", m->packed, m->size,
                                 (unsigned)m->crc, (unsigned)m->method).at,
                        al_found(f, "%" PRIu64 " of %" PRIu64 " bytes, CRC %08X, method %u", (uint64_t)st.comp_size,
                                 (uint64_t)st.size, (unsigned)st.crc, (unsigned)st.comp_method),
                        "libzip reads other sizes, another checksum or method");
    return true;
}

static bool compare_lists(const struct al_zip *zip, zip_t *archive, struct al_findings *f)
{
    zip_int64_t count = library.zip_get_num_entries(archive, 0);
    if (count != (zip_int64_t)zip->count)
        return disagree(zip, f, AL_NOTHING, al_found(f, "%" PRIu32 " members", zip->count).at,
                        al_found(f, "%" PRId64 " members", (int64_t)count), "libzip finds another number of members");
    for (uint32_t i = 0; i < zip->count; i++)
        if (!compare_member(zip, archive, i, f))
            return false;
    return true;
}

bool al_zip_agrees_with_library(const struct al_zip *zip, struct al_findings *f)
{
    if (library.handle == NULL) {
        struct al_place place = al_place_root(zip->archive);
        return al_find(f, AL_ZIP_SECOND_READER, &place, "libzip on this host", AL_NOTHING,
                       "libzip is not there to read the archive a second time");
    }
    zip_error_t error;
    library.zip_error_init(&error);
    bool agrees = false;
    zip_source_t *source = library.zip_source_buffer_create(zip->bytes, zip->size, 0, &error);
    zip_t *archive =
        source != NULL ? library.zip_open_from_source(source, ZIP_CHECKCONS | ZIP_RDONLY, &error) : NULL;
    if (archive != NULL) {
        agrees = compare_lists(zip, archive, f);
        library.zip_discard(archive);
    } else if (library.zip_error_code_zip(&error) == ZIP_ER_MEMORY) {
        f->failed = true; /* the heap's end is no disagreement */
    } else {
        agrees = disagree(zip, f, AL_NOTHING, "an archive that libzip opens, too",
                          al_text_of(library.zip_error_strerror(&error)), "libzip refuses the archive");
    }
    if (archive == NULL && source != NULL)
        library.zip_source_free(source);
    library.zip_error_fini(&error);
    return agrees;
}
