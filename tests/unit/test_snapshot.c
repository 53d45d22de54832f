/* Snapshots: only regular files, never through a link, never waiting, bounded, and
   the same bytes for ever after. */
#include "sandbox/seal.h"
#include "sandbox/snapshot.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* What every test has: a policy to bend, a sink, and a directory of its own. */
struct bench {
    struct al_policy *policy;
    struct al_arena *arena;
    struct al_findings findings;
    struct al_error err;
    char directory[64];
    int at;
};

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    b->policy = al_policy_shipped("default");
    b->arena = al_arena_new(1 << 20);
    al_findings_init(&b->findings, b->arena, b->policy, 10);
    (void)snprintf(b->directory, sizeof b->directory, "/tmp/airlock-test-XXXXXX");
    assert_non_null(mkdtemp(b->directory));
    b->at = open(b->directory, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    *state = b;
    return b->at >= 0 && b->policy != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"file", "other", "link", "fifo", "socket", "sparse"};
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unlinkat(b->at, names[i], 0);
    (void)close(b->at);
    (void)rmdir(b->directory);
    al_policy_free(b->policy);
    al_arena_free(b->arena);
    free(b);
    return 0;
}

static void write_file(struct bench *b, const char *name, const char *text)
{
    int fd = openat(b->at, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && al_write_all(fd, text, strlen(text)));
    (void)close(fd);
}

static enum al_status take(struct bench *b, const char *name, struct al_snapshot **s)
{
    *s = NULL;
    return al_snapshot_path(s, b->at, name, name, b->policy, &b->findings, &b->err);
}

static void expect_failure(struct bench *b, const char *name, enum al_status status, enum al_finding_id id)
{
    struct al_snapshot *s;
    enum al_status got = take(b, name, &s);
    if (got != status)
        fail_msg("%s: %s", name, al_status_word(got));
    assert_null(s);
    assert_int_equal(b->findings.count, 1);
    assert_int_equal(b->findings.list[0].id, id);
    al_findings_init(&b->findings, b->arena, b->policy, 10);
}

static void a_file_becomes_sealed_bytes(void **state)
{
    struct bench *b = *state;
    struct al_snapshot *s;
    write_file(b, "file", "abc");
    assert_int_equal(take(b, "file", &s), AL_OK);
    assert_true(s->sealed && al_is_sealed(s->fd));
    assert_int_equal(s->size, 3);
    assert_memory_equal(s->bytes, "abc", 3);
    assert_int_equal(fcntl(s->fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(pwrite(s->fd, "x", 1, 0), -1);
    assert_int_equal(ftruncate(s->fd, 0), -1);
    assert_int_equal(ftruncate(s->fd, 10), -1);
    assert_ptr_equal(mmap(NULL, 3, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0), MAP_FAILED);
    /* what happens to the file afterwards does not matter */
    write_file(b, "other", "evil");
    assert_int_equal(renameat(b->at, "other", b->at, "file"), 0);
    assert_memory_equal(s->bytes, "abc", 3);
    al_snapshot_free(s);
}

static void digests_are_those_of_the_standards(void **state)
{
    struct bench *b = *state;
    struct al_snapshot *s;
    /* FIPS 180-4 (example of one block) and RFC 7693 appendix A, both of "abc" */
    static const uint8_t sha256[4] = {0xba, 0x78, 0x16, 0xbf}, blake2b[4] = {0xba, 0x80, 0xa5, 0x3f};
    write_file(b, "file", "abc");
    assert_int_equal(take(b, "file", &s), AL_OK);
    assert_true(al_snapshot_digest(s));
    assert_memory_equal(s->sha256, sha256, sizeof sha256);
    assert_memory_equal(s->blake2b, blake2b, sizeof blake2b);
    al_snapshot_free(s);
}

static void digests_in_steps_are_the_same(void **state)
{
    struct bench *b = *state;
    struct al_snapshot *s, *whole;
    static uint8_t bytes[200000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    assert_int_equal(al_snapshot_bytes(&s, bytes, sizeof bytes, "a", b->policy, &b->findings, &b->err), AL_OK);
    assert_int_equal(al_snapshot_bytes(&whole, bytes, sizeof bytes, "b", b->policy, &b->findings, &b->err), AL_OK);
    size_t steps = 0;
    while (al_snapshot_digest_step(s, 1))
        steps++;
    assert_in_range(steps, 2, 10);
    assert_true(s->digested && al_snapshot_digest(whole));
    assert_memory_equal(s->sha256, whole->sha256, sizeof s->sha256);
    assert_memory_equal(s->blake2b, whole->blake2b, sizeof s->blake2b);
    al_snapshot_free(s);
    al_snapshot_free(whole);
}

static void an_empty_file_is_a_file(void **state)
{
    struct bench *b = *state;
    struct al_snapshot *s;
    write_file(b, "file", "");
    assert_int_equal(take(b, "file", &s), AL_OK);
    assert_int_equal(s->size, 0);
    assert_non_null(s->bytes);
    assert_true(al_snapshot_digest(s));
    al_snapshot_free(s);
}

static void what_is_no_regular_file_is_not_waited_for(void **state)
{
    struct bench *b = *state;
    const struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct sockaddr_un here = address;
    (void)snprintf(here.sun_path, sizeof here.sun_path, "%s/socket", b->directory);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&here, sizeof here), 0);
    assert_int_equal(mkfifoat(b->at, "fifo", 0600), 0);
    write_file(b, "file", "abc");
    assert_int_equal(symlinkat("file", b->at, "link"), 0);
    expect_failure(b, "fifo", AL_IO, AL_INPUT_NOT_REGULAR);
    expect_failure(b, ".", AL_IO, AL_INPUT_NOT_REGULAR);
    expect_failure(b, "/dev/zero", AL_IO, AL_INPUT_NOT_REGULAR);
    expect_failure(b, "/dev/null", AL_IO, AL_INPUT_NOT_REGULAR);
    expect_failure(b, "socket", AL_IO, AL_INPUT_UNREADABLE);
    expect_failure(b, "link", AL_IO, AL_INPUT_SYMLINK);
    expect_failure(b, "nothing", AL_IO, AL_INPUT_UNREADABLE);
    (void)close(fd);
}

static void sizes_are_compared_before_anything_is_read(void **state)
{
    struct bench *b = *state;
    int fd = openat(b->at, "sparse", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
    (void)close(fd);
    b->policy->limits.file_bytes = (UINT64_C(1) << 40) - 1;
    expect_failure(b, "sparse", AL_REFUSED, AL_LIMIT_FILE_BYTES);
    b->policy->limits.file_bytes = UINT64_C(1) << 40;
    b->policy->allow_unsealed = false;
    expect_failure(b, "sparse", AL_REFUSED, AL_LIMIT_COPY_BYTES);
}

static void a_large_file_is_judged_as_it_lies_where_allowed(void **state)
{
    struct bench *b = *state;
    struct al_snapshot *s;
    write_file(b, "file", "abcdef");
    b->policy->limits.copy_bytes = 5;
    b->policy->allow_unsealed = true;
    assert_int_equal(take(b, "file", &s), AL_OK);
    assert_false(s->sealed);
    assert_null(s->bytes);
    assert_int_equal(b->findings.list[0].id, AL_INPUT_UNSEALED);
    assert_true(al_snapshot_digest(s));
    al_snapshot_free(s);
}

static void a_sealed_memfd_is_used_as_it_is(void **state)
{
    struct bench *b = *state;
    struct al_snapshot *s;
    int fd = al_memfd("test");
    assert_true(al_write_all(fd, "abc", 3) && al_seal(fd));
    assert_int_equal(al_snapshot_fd_borrow(&s, fd, "fd", b->policy, &b->findings, &b->err), AL_OK);
    struct stat mine, theirs;
    assert_int_equal(fstat(fd, &theirs) | fstat(s->fd, &mine), 0);
    assert_int_equal(mine.st_ino, theirs.st_ino);
    al_snapshot_free(s);
    (void)close(fd);

    /* one that is not sealed, or not wholly, is copied */
    fd = al_memfd("test");
    assert_true(al_write_all(fd, "abc", 3));
    assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK), 0);
    assert_int_equal(al_snapshot_fd_borrow(&s, fd, "fd", b->policy, &b->findings, &b->err), AL_OK);
    assert_int_equal(pwrite(fd, "x", 1, 0), 1);
    assert_memory_equal(s->bytes, "abc", 3);
    al_snapshot_free(s);
    (void)close(fd);
}

static void a_passed_descriptor_keeps_its_position(void **state)
{
    struct bench *b = *state;
    struct al_snapshot *s;
    write_file(b, "file", "abc");
    int fd = openat(b->at, "file", O_RDONLY | O_CLOEXEC);
    assert_int_equal(lseek(fd, 2, SEEK_SET), 2);
    assert_int_equal(al_snapshot_fd_borrow(&s, fd, "fd", b->policy, &b->findings, &b->err), AL_OK);
    assert_memory_equal(s->bytes, "abc", 3);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 2);
    al_snapshot_free(s);
    (void)close(fd);
}

static void a_stream_is_read_to_its_end_or_its_cap(void **state)
{
    struct bench *b = *state;
    struct al_snapshot *s;
    int ends[2];
    for (uint64_t cap = 4; cap <= 6; cap++) {
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        assert_true(al_write_all(ends[1], "hello", 5));
        (void)close(ends[1]);
        b->policy->limits.file_bytes = cap;
        enum al_status status = al_snapshot_stream_borrow(&s, ends[0], "-", b->policy, &b->findings, &b->err);
        assert_int_equal(status, cap < 5 ? AL_REFUSED : AL_OK);
        if (status == AL_OK) {
            assert_true(s->sealed);
            assert_memory_equal(s->bytes, "hello", 5);
            al_snapshot_free(s);
        }
        (void)close(ends[0]);
    }
}

#define ONE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONE(a_file_becomes_sealed_bytes),
        ONE(digests_are_those_of_the_standards),
        ONE(digests_in_steps_are_the_same),
        ONE(an_empty_file_is_a_file),
        ONE(what_is_no_regular_file_is_not_waited_for),
        ONE(sizes_are_compared_before_anything_is_read),
        ONE(a_large_file_is_judged_as_it_lies_where_allowed),
        ONE(a_sealed_memfd_is_used_as_it_is),
        ONE(a_passed_descriptor_keeps_its_position),
        ONE(a_stream_is_read_to_its_end_or_its_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
