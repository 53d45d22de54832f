/* The strict zip reader: honest archives of several writers are read as Python reads
   them, and every lie is refused by its name. The lies are told by changing single
   fields of a good archive that this file writes itself, after APPNOTE.TXT. */
#include "tests/unit/unit.h"

#include "base/buffer.h"
#include "base/limits.h"
#include "loader/zip/archive.h"

#include <stdio.h>
#include <zlib.h>

enum { BUDGET = 1 << 24, MOST_MEMBERS = 8 };

/* ---- writing ---- */

struct written {
    struct al_buffer bytes;
    size_t local[MOST_MEMBERS], data[MOST_MEMBERS], central[MOST_MEMBERS], end;
    size_t count;
};

struct source {
    const char *name;
    const char *data;
};

/* What local headers and those of the directory have in common: version, flags, method, time, CRC, sizes,
   lengths of the name and of what is extra. */
static void write_fields(struct al_buffer *b, const struct source *s)
{
    size_t size = strlen(s->data), name = strlen(s->name);
    al_buffer_u16(b, 20);
    al_buffer_u16(b, 0);
    al_buffer_u16(b, 0);
    al_buffer_u32(b, 0x58210000);
    al_buffer_u32(b, (uint32_t)crc32(0, (const Bytef *)s->data, (uInt)size));
    al_buffer_u32(b, (uint32_t)size);
    al_buffer_u32(b, (uint32_t)size);
    al_buffer_u16(b, (uint16_t)name);
    al_buffer_u16(b, 0);
}

static void write_local(struct written *w, const struct source *s)
{
    struct al_buffer *b = &w->bytes;
    w->local[w->count] = b->size;
    al_buffer_bytes(b, "PK\3\4", 4);
    write_fields(b, s);
    al_buffer_bytes(b, s->name, strlen(s->name));
    w->data[w->count++] = b->size;
    al_buffer_bytes(b, s->data, strlen(s->data));
}

static void write_central(struct written *w, const struct source *s, size_t index)
{
    struct al_buffer *b = &w->bytes;
    w->central[index] = b->size;
    al_buffer_bytes(b, "PK\1\2", 4);
    al_buffer_u16(b, 0x0314);
    write_fields(b, s);
    al_buffer_u16(b, 0);
    al_buffer_u16(b, 0);
    al_buffer_u16(b, 0);
    al_buffer_u32(b, 0x81A40000);
    al_buffer_u32(b, (uint32_t)w->local[index]);
    al_buffer_bytes(b, s->name, strlen(s->name));
}

static struct written write_archive(const struct source *sources, size_t count)
{
    struct written w = {.count = 0};
    al_buffer_init(&w.bytes, 1 << 20);
    for (size_t i = 0; i < count; i++)
        write_local(&w, &sources[i]);
    size_t directory = w.bytes.size;
    for (size_t i = 0; i < count; i++)
        write_central(&w, &sources[i], i);
    w.end = w.bytes.size;
    al_buffer_bytes(&w.bytes, "PK\5\6\0\0\0\0", 8);
    al_buffer_u16(&w.bytes, (uint16_t)count);
    al_buffer_u16(&w.bytes, (uint16_t)count);
    al_buffer_u32(&w.bytes, (uint32_t)(w.end - directory));
    al_buffer_u32(&w.bytes, (uint32_t)directory);
    al_buffer_u16(&w.bytes, 0);
    assert_false(w.bytes.failed);
    return w;
}

static struct written two_members(void)
{
    static const struct source sources[] = {{"config.json", "{\"a\": 1}"}, {"b/model.h5", "weights"}};
    return write_archive(sources, 2);
}

static void patch(struct written *w, size_t at, uint64_t value, size_t width)
{
    assert_true(at + width <= w->bytes.size);
    for (size_t i = 0; i < width; i++)
        w->bytes.data[at + i] = (uint8_t)(value >> (8 * i));
}

/* ---- reading ---- */

struct reading {
    struct al_arena *arena;
    struct al_findings findings;
    struct al_zip zip;
    bool good;
};

static struct reading read_bytes(const void *bytes, size_t size)
{
    struct reading r = {.arena = al_arena_new(BUDGET)};
    al_findings_init(&r.findings, r.arena, NULL, 10);
    r.good = al_zip_read(&r.zip, bytes, size, "m.keras", r.arena, &r.findings);
    assert_int_equal(r.good, r.findings.refusals == 0);
    return r;
}

static bool take(struct reading *r, const char *name, const char *expected)
{
    const struct al_zip_member *m = al_zip_find(&r->zip, al_text_of(name));
    const uint8_t *bytes = NULL;
    if (m == NULL || !al_zip_bytes(&bytes, &r->zip, m, BUDGET, r->arena, &r->findings))
        return false;
    return m->size == strlen(expected) && memcmp(bytes, expected, (size_t)m->size) == 0;
}

static void expect(struct reading *r, enum al_finding_id id, const char *what)
{
    if (r->findings.count == 0)
        fail_msg("%s: accepted", what);
    if (r->findings.list[0].id != id)
        fail_msg("%s: %s: %s", what, al_finding_row(r->findings.list[0].id)->id, r->findings.list[0].message);
    al_arena_free(r->arena);
}

static void refuse(struct written *w, enum al_finding_id id, const char *what)
{
    struct reading r = read_bytes(w->bytes.data, w->bytes.size);
    expect(&r, id, what);
    al_buffer_free(&w->bytes);
}

/* ---- tests ---- */

static void a_plain_archive_is_read(void **state)
{
    (void)state;
    struct written w = two_members();
    struct reading r = read_bytes(w.bytes.data, w.bytes.size);
    assert_true(r.good);
    assert_int_equal(r.zip.count, 2);
    assert_true(al_text_is(r.zip.members[1].name, "b/model.h5"));
    assert_int_equal(r.zip.members[1].offset, w.data[1]);
    assert_int_equal(r.zip.members[1].size, 7);
    assert_true(take(&r, "config.json", "{\"a\": 1}"));
    assert_true(take(&r, "b/model.h5", "weights"));
    assert_null(al_zip_find(&r.zip, al_text_of("CONFIG.JSON")));
    al_arena_free(r.arena);
    al_buffer_free(&w.bytes);
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    struct written w = two_members();
    for (size_t size = 0; size < w.bytes.size; size++) {
        struct reading r = read_bytes(w.bytes.data, size);
        if (r.good)
            fail_msg("%zu of %zu bytes: accepted", size, w.bytes.size);
        al_arena_free(r.arena);
    }
    al_buffer_free(&w.bytes);
}

/* Whichever byte is wrong: refused, or one of the few fields that change nothing (versions,
   times, internal attributes, permissions). */
static void a_changed_byte_changes_no_content(void **state)
{
    (void)state;
    struct written w = two_members();
    for (size_t at = 0; at < w.bytes.size; at++) {
        w.bytes.data[at] ^= 0x41;
        struct reading r = read_bytes(w.bytes.data, w.bytes.size);
        if (r.good && (!take(&r, "config.json", "{\"a\": 1}") || !take(&r, "b/model.h5", "weights")) &&
            r.findings.refusals == 0)
            fail_msg("byte %zu", at);
        al_arena_free(r.arena);
        w.bytes.data[at] ^= 0x41;
    }
    al_buffer_free(&w.bytes);
}

enum base { LOCAL, CENTRAL, END };

static void single_lies_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        enum base base; /* of the second member */
        size_t at, width;
        uint64_t value;
        enum al_finding_id id;
    } lies[] = {
        {"local method", LOCAL, 8, 2, 8, AL_ZIP_HEADERS_DISAGREE},
        {"local flags", LOCAL, 6, 2, 0x0800, AL_ZIP_HEADERS_DISAGREE},
        {"local time", LOCAL, 10, 4, 0x58210001, AL_ZIP_HEADERS_DISAGREE},
        {"local checksum", LOCAL, 14, 4, 1, AL_ZIP_HEADERS_DISAGREE},
        {"local checksum left out", LOCAL, 14, 4, 0, AL_ZIP_HEADERS_DISAGREE},
        {"local packed size", LOCAL, 18, 4, 6, AL_ZIP_HEADERS_DISAGREE},
        {"local size", LOCAL, 22, 4, 8, AL_ZIP_HEADERS_DISAGREE},
        {"local size saturated without a zip64 field", LOCAL, 22, 4, 0xFFFFFFFF, AL_ZIP_HEADERS_DISAGREE},
        {"local name", LOCAL, 30, 1, 'B', AL_ZIP_HEADERS_DISAGREE},
        {"local signature", LOCAL, 3, 1, 5, AL_ZIP_DAMAGED},
        {"local extra field beyond the directory", LOCAL, 28, 2, 0xFFFF, AL_ZIP_DAMAGED},
        {"encryption", CENTRAL, 8, 2, 1, AL_ZIP_ENCRYPTION},
        {"strong encryption", CENTRAL, 8, 2, 0x41, AL_ZIP_ENCRYPTION},
        {"masked headers", CENTRAL, 8, 2, 0x2000, AL_ZIP_ENCRYPTION},
        {"patched data", CENTRAL, 8, 2, 0x20, AL_ZIP_FLAGS},
        {"a level of deflate on a stored member", CENTRAL, 8, 2, 2, AL_ZIP_FLAGS},
        {"bzip2", CENTRAL, 10, 2, 12, AL_ZIP_METHOD},
        {"deflate64", CENTRAL, 10, 2, 9, AL_ZIP_METHOD},
        {"central checksum", CENTRAL, 16, 4, 1, AL_ZIP_HEADERS_DISAGREE},
        {"two sizes of a stored member", CENTRAL, 24, 4, 8, AL_ZIP_DAMAGED},
        {"a size saturated without a zip64 field", CENTRAL, 24, 4, 0xFFFFFFFF, AL_ZIP_HEADERS_DISAGREE},
        {"another disk", CENTRAL, 34, 2, 1, AL_ZIP_MULTI_DISK},
        {"a symbolic link", CENTRAL, 40, 2, 0xA1FF, AL_ZIP_SYMLINK},
        {"a device", CENTRAL, 40, 2, 0x21FF, AL_ZIP_SPECIAL_FILE},
        {"a directory by mode only", CENTRAL, 40, 2, 0x41FF, AL_ZIP_SPECIAL_FILE},
        {"the first member's header", CENTRAL, 42, 4, 0, AL_ZIP_OVERLAP},
        {"a header inside the data", CENTRAL, 42, 4, 44, AL_ZIP_OVERLAP},
        {"a header beyond the file", CENTRAL, 42, 4, 0x7FFFFFFF, AL_ZIP_HIDDEN_BYTES},
        {"a comment of a member", CENTRAL, 32, 2, 1, AL_ZIP_DAMAGED},
        {"a name longer than the directory", CENTRAL, 28, 2, 500, AL_ZIP_DAMAGED},
        {"central signature", CENTRAL, 3, 1, 9, AL_ZIP_DAMAGED},
        {"another disk at the end", END, 4, 2, 1, AL_ZIP_MULTI_DISK},
        {"a part of the members", END, 8, 2, 1, AL_ZIP_MULTI_DISK},
        {"one member less", END, 8, 4, 0x00010001, AL_ZIP_HIDDEN_BYTES},
        {"one member more", END, 8, 4, 0x00030003, AL_ZIP_DAMAGED},
        {"too many members", END, 8, 4, 0x20002000, AL_LIMIT_ARCHIVE_MEMBERS},
        {"no members", END, 8, 4, 0, AL_ZIP_EMPTY},
        {"a directory elsewhere", END, 16, 4, 5, AL_ZIP_PREFIX},
        {"a directory beyond the end", END, 16, 4, 0x7FFFFFFF, AL_ZIP_DAMAGED},
        {"a comment that is not there", END, 20, 2, 1, AL_ZIP_TRAILING_BYTES},
        {"end signature", END, 3, 1, 7, AL_ZIP_TRUNCATED},
    };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct written w = two_members();
        size_t base = lies[i].base == LOCAL ? w.local[1] : lies[i].base == CENTRAL ? w.central[1] : w.end;
        patch(&w, base + lies[i].at, lies[i].value, lies[i].width);
        refuse(&w, lies[i].id, lies[i].what);
    }
}

static void a_wrong_checksum_is_found_when_read(void **state)
{
    (void)state;
    struct written w = two_members();
    w.bytes.data[w.data[1]] ^= 1;
    struct reading r = read_bytes(w.bytes.data, w.bytes.size);
    assert_true(r.good);
    assert_true(take(&r, "config.json", "{\"a\": 1}"));
    assert_false(take(&r, "b/model.h5", "weights"));
    expect(&r, AL_ZIP_CRC, "stored");
    al_buffer_free(&w.bytes);
}

static void names_are_held_to_one_meaning(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum al_finding_id id; /* AL_FINDING_COUNT: fine */
    } names[] = {
        {"a", AL_FINDING_COUNT},
        {"dense/kernel:0.npy", AL_FINDING_COUNT},
        {"...a", AL_FINDING_COUNT},
        {"a b/c d.txt", AL_FINDING_COUNT},
        {"", AL_ZIP_UNSAFE_NAME},
        {"/etc/passwd", AL_ZIP_ABSOLUTE_PATH},
        {"C:x", AL_ZIP_ABSOLUTE_PATH},
        {"../x", AL_ZIP_PARENT_PATH},
        {"a/../../x", AL_ZIP_PARENT_PATH},
        {"a/..", AL_ZIP_PARENT_PATH},
        {"..", AL_ZIP_PARENT_PATH},
        {"./x", AL_ZIP_UNSAFE_NAME},
        {"a//x", AL_ZIP_UNSAFE_NAME},
        {"a/./x", AL_ZIP_UNSAFE_NAME},
        {"config.json.", AL_ZIP_UNSAFE_NAME},
        {"config.json ", AL_ZIP_UNSAFE_NAME},
        {"a\\b", AL_ZIP_BACKSLASH},
        {"a\nb", AL_ZIP_UNSAFE_NAME},
        {"\xC3\xA9", AL_ZIP_NAME_ENCODING},
        {"\xFF", AL_ZIP_NAME_ENCODING},
        {"\xC0\xAF", AL_ZIP_NAME_ENCODING},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct source sources[] = {{"first", "1"}, {names[i].name, "2"}};
        struct written w = write_archive(sources, 2);
        if (names[i].id != AL_FINDING_COUNT) {
            refuse(&w, names[i].id, names[i].name);
            continue;
        }
        struct reading r = read_bytes(w.bytes.data, w.bytes.size);
        if (!r.good || !take(&r, names[i].name, "2"))
            fail_msg("%s", names[i].name);
        al_arena_free(r.arena);
        al_buffer_free(&w.bytes);
    }
    /* a NUL, behind which C programs see nothing */
    const struct source sources[] = {{"first", "1"}, {"a.b", "2"}};
    struct written w = write_archive(sources, 2);
    patch(&w, w.local[1] + 31, 0, 1);
    patch(&w, w.central[1] + 47, 0, 1);
    refuse(&w, AL_ZIP_UNSAFE_NAME, "NUL");
}

static void no_two_names_for_one_file(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool utf8, refused;
    } pairs[] = {
        {"config.json", "config.json", false, true},
        {"config.json", "Config.JSON", false, true},
        {"\xC3\xA9", "\xC3\x89", true, true},             /* é É */
        {"\xD0\xB6", "\xD0\x96", true, true},             /* ж Ж */
        {"e\xCC\x81", "x", true, true},                   /* e and a combining acute */
        {"assets", "assets/words.txt", false, true},
        {"Assets", "assets/words.txt", false, true},
        {"a", "b", false, false},
        {"\xC3\xA9", "\xC3\xA8", true, false},
        {"assets-", "assets/words.txt", false, false},
        {"a/b", "a/c", false, false},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const struct source sources[] = {{pairs[i].a, "1"}, {pairs[i].b, "2"}};
        struct written w = write_archive(sources, 2);
        for (size_t k = 0; k < 2 && pairs[i].utf8; k++) {
            patch(&w, w.local[k] + 6, 0x0800, 2);
            patch(&w, w.central[k] + 8, 0x0800, 2);
        }
        struct reading r = read_bytes(w.bytes.data, w.bytes.size);
        if (r.good == pairs[i].refused)
            fail_msg("%s, %s", pairs[i].a, pairs[i].b);
        if (pairs[i].refused && r.findings.list[0].id != AL_ZIP_DUPLICATE_NAME &&
            r.findings.list[0].id != AL_ZIP_UNSAFE_NAME)
            fail_msg("%s, %s: %s", pairs[i].a, pairs[i].b, r.findings.list[0].message);
        al_arena_free(r.arena);
        al_buffer_free(&w.bytes);
    }
}

/* Puts `bytes` at `at` and moves what the archive says about places behind it. */
static struct written with_bytes_at(size_t at, const char *bytes, bool mend)
{
    struct written w = two_members(), longer = w;
    size_t more = strlen(bytes);
    al_buffer_init(&longer.bytes, 1 << 20);
    al_buffer_bytes(&longer.bytes, w.bytes.data, at);
    al_buffer_bytes(&longer.bytes, bytes, more);
    al_buffer_bytes(&longer.bytes, w.bytes.data + at, w.bytes.size - at);
    for (size_t i = 0; i < 2; i++) {
        longer.local[i] += w.local[i] >= at ? more : 0;
        longer.central[i] += w.central[i] >= at ? more : 0;
        if (mend)
            patch(&longer, longer.central[i] + 42, longer.local[i], 4);
    }
    longer.end += w.end >= at ? more : 0;
    if (mend && w.central[0] >= at)
        patch(&longer, longer.end + 16, longer.central[0], 4);
    al_buffer_free(&w.bytes);
    return longer;
}

static void every_byte_belongs_to_something(void **state)
{
    (void)state;
    struct written w = two_members();
    size_t second = w.local[1], directory = w.central[0], end = w.end, size = w.bytes.size;
    al_buffer_free(&w.bytes);
    w = with_bytes_at(0, "#!/bin/sh\n", true);
    refuse(&w, AL_ZIP_PREFIX, "before, offsets mended");
    w = with_bytes_at(0, "#!/bin/sh\n", false);
    refuse(&w, AL_ZIP_PREFIX, "before, offsets as they were");
    w = with_bytes_at(second, "hidden", true);
    refuse(&w, AL_ZIP_HIDDEN_BYTES, "between members");
    w = with_bytes_at(directory, "hidden", true);
    refuse(&w, AL_ZIP_HIDDEN_BYTES, "before the directory");
    w = with_bytes_at(end, "hidden", true);
    refuse(&w, AL_ZIP_HIDDEN_BYTES, "behind the directory");
    w = with_bytes_at(size, "behind", true);
    refuse(&w, AL_ZIP_TRAILING_BYTES, "behind the end");
    w = with_bytes_at(size, "comment", true);
    patch(&w, w.end + 20, 7, 2);
    refuse(&w, AL_ZIP_COMMENT, "comment");
}

static void a_member_under_the_wrong_claim_of_deflate(void **state)
{
    (void)state;
    struct written w = two_members();
    patch(&w, w.local[1] + 8, 8, 2);
    patch(&w, w.central[1] + 10, 8, 2);
    struct reading r = read_bytes(w.bytes.data, w.bytes.size);
    assert_true(r.good);
    assert_false(take(&r, "b/model.h5", "weights"));
    expect(&r, AL_ZIP_DEFLATE, "not deflated");

    patch(&w, w.local[1] + 22, 7 * AL_MAX_INFLATE_RATIO + 1, 4);
    patch(&w, w.central[1] + 24, 7 * AL_MAX_INFLATE_RATIO + 1, 4);
    refuse(&w, AL_ZIP_BOMB, "more than deflate can reach");
}

static struct reading read_file(const char *name, uint8_t *room, size_t most)
{
    char path[4096];
    const char *folder = getenv("AIRLOCK_TEST_FILES");
    assert_non_null(folder);
    (void)snprintf(path, sizeof path, "%s/zip/%s", folder, name);
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        fail_msg("%s", path);
    size_t size = fread(room, 1, most, f);
    (void)fclose(f);
    return read_bytes(room, size);
}

/* tests/files/make_zip.py wrote them, with Python's zipfile and the zip command. */
static void honest_writers_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        uint32_t count;
    } files[] = {{"stored.zip", 3}, {"deflated.zip", 3}, {"zip64-local.zip", 3}, {"stream.zip", 3},
                 {"stream-zip64.zip", 3}, {"folders.zip", 4}, {"unicode.zip", 4}, {"command.zip", 4}};
    char config[400];
    for (size_t i = 0; i < 40; i++)
        memcpy(config + 9 * i, "{\"a\": 1}\n", 9);
    config[360] = '\0';
    uint8_t room[4096];
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct reading r = read_file(files[i].file, room, sizeof room);
        if (!r.good)
            fail_msg("%s: %s", files[i].file, r.findings.list[0].message);
        assert_int_equal(r.zip.count, files[i].count);
        if (!take(&r, "config.json", config) || !take(&r, "assets/words.txt", "one\ntwo\n") || !take(&r, "empty", ""))
            fail_msg("%s: %s", files[i].file, r.findings.count > 0 ? r.findings.list[0].message : "content");
        al_arena_free(r.arena);
    }
}

static void unpacking_keeps_its_caps(void **state)
{
    (void)state;
    uint8_t room[4096];
    struct reading r = read_file("deflated.zip", room, sizeof room);
    const struct al_zip_member *m = al_zip_find(&r.zip, al_text_of("config.json"));
    const uint8_t *bytes;
    assert_non_null(m);
    assert_true(al_zip_bytes(&bytes, &r.zip, m, 360, r.arena, &r.findings));
    assert_false(al_zip_bytes(&bytes, &r.zip, m, 359, r.arena, &r.findings));
    expect(&r, AL_LIMIT_MEMORY, "cap");
}

static void zip64_ends_are_read_and_held_against_the_short_one(void **state)
{
    (void)state;
    for (int lie = 0; lie < 4; lie++) {
        struct written w = two_members();
        size_t end = w.end, directory = w.central[0];
        w.bytes.size = end;
        al_buffer_bytes(&w.bytes, "PK\6\6", 4);
        al_buffer_u64(&w.bytes, lie == 1 ? 45 : 44);
        al_buffer_u32(&w.bytes, 0x002D002D);
        al_buffer_u64(&w.bytes, 0);
        al_buffer_u64(&w.bytes, 2);
        al_buffer_u64(&w.bytes, 2);
        al_buffer_u64(&w.bytes, end - directory);
        al_buffer_u64(&w.bytes, directory);
        al_buffer_bytes(&w.bytes, "PK\6\7\0\0\0\0", 8);
        al_buffer_u64(&w.bytes, end + (lie == 2 ? 1 : 0));
        al_buffer_u32(&w.bytes, 1);
        al_buffer_bytes(&w.bytes, "PK\5\6\0\0\0\0", 8);
        al_buffer_u16(&w.bytes, lie == 3 ? 3 : 2);
        al_buffer_u16(&w.bytes, 0xFFFF);
        al_buffer_u32(&w.bytes, 0xFFFFFFFF);
        al_buffer_u32(&w.bytes, 0xFFFFFFFF);
        al_buffer_u16(&w.bytes, 0);
        if (lie > 0) {
            refuse(&w, lie == 3 ? AL_ZIP_HEADERS_DISAGREE : AL_ZIP_DAMAGED, "zip64");
            continue;
        }
        struct reading r = read_bytes(w.bytes.data, w.bytes.size);
        if (!r.good)
            fail_msg("%s", r.findings.list[0].message);
        assert_true(take(&r, "b/model.h5", "weights"));
        al_arena_free(r.arena);
        al_buffer_free(&w.bytes);
    }
}

static void what_libzip_sees_otherwise_is_refused(void **state)
{
    (void)state;
    struct written w = two_members();
    struct reading r = read_bytes(w.bytes.data, w.bytes.size);
    assert_true(r.good);
    r.zip.members[1].crc ^= 1;
    assert_false(al_zip_agrees_with_library(&r.zip, &r.findings));
    r.zip.members[1].crc ^= 1;
    r.zip.members[1].name = al_text_of("other");
    assert_false(al_zip_agrees_with_library(&r.zip, &r.findings));
    r.zip.count = 1;
    assert_false(al_zip_agrees_with_library(&r.zip, &r.findings));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(r.findings.list[i].id, AL_ZIP_READERS_DISAGREE);
    al_arena_free(r.arena);
    al_buffer_free(&w.bytes);
}

static bool refused_without_library;

/* Before libzip is there, nothing is accepted on the word of one reader. */
static int open_library(void **state)
{
    (void)state;
    static const struct source sources[] = {{"config.json", "{}"}};
    struct written w = write_archive(sources, 1);
    struct reading r = read_bytes(w.bytes.data, w.bytes.size);
    refused_without_library = !r.good && r.findings.count == 1 && r.findings.list[0].id == AL_ZIP_SECOND_READER;
    al_arena_free(r.arena);
    al_buffer_free(&w.bytes);
    return al_zip_library_open(NULL) == AL_OK ? 0 : -1;
}

static void one_reader_is_not_enough(void **state)
{
    (void)state;
    assert_true(refused_without_library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_reader_is_not_enough),
        cmocka_unit_test(a_plain_archive_is_read),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(a_changed_byte_changes_no_content),
        cmocka_unit_test(single_lies_are_named),
        cmocka_unit_test(a_wrong_checksum_is_found_when_read),
        cmocka_unit_test(names_are_held_to_one_meaning),
        cmocka_unit_test(no_two_names_for_one_file),
        cmocka_unit_test(every_byte_belongs_to_something),
        cmocka_unit_test(a_member_under_the_wrong_claim_of_deflate),
        cmocka_unit_test(honest_writers_are_understood),
        cmocka_unit_test(unpacking_keeps_its_caps),
        cmocka_unit_test(zip64_ends_are_read_and_held_against_the_short_one),
        cmocka_unit_test(what_libzip_sees_otherwise_is_refused),
    };
    return cmocka_run_group_tests(tests, open_library, NULL);
}
