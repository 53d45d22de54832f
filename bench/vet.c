/* What a verdict costs: the parts of one vet against the floor, which is to spawn a
   static program that does nothing and to wait for it. Medians, in microseconds.

       build/bench/bench-vet MODEL [ROUNDS] */
#include "policy/policy.h"
#include "sandbox/vet.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 200 };
enum part { FLOOR, SNAPSHOT, LOCKED, CELL, CHECK, ALL, COMMAND, PARTS };
static const char *const names[PARTS] = {
    [FLOOR] = "spawn an empty static program, wait for it",
    [SNAPSHOT] = "open, copy and seal the file",
    [LOCKED] = "until the cell is locked",
    [CELL] = "until it has ended: parsed, validated, answered; digests beside",
    [CHECK] = "check in the parent: wire, kernel's word, the same validator",
    [ALL] = "all of it, in a program that has the library",
    [COMMAND] = "the command: airlock vet --quiet MODEL",
};

static uint64_t now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static bool spawn_and_wait(const char *const *words, uint64_t *took)
{
    char *const *argv = (char *const *)words; /* posix_spawn leaves them alone */
    pid_t pid;
    int status = -1;
    uint64_t start = now();
    if (posix_spawn(&pid, argv[0], NULL, NULL, argv, (char *[]){NULL}) != 0 || waitpid(pid, &status, 0) != pid)
        return false;
    *took = now() - start;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool vet_once(const char *path, const struct al_policy *policy, uint64_t took[PARTS])
{
    bool accepted = false;
    struct al_findings findings;
    struct al_arena *arena = al_arena_new(1 << 20);
    struct al_snapshot *snapshot = NULL;
    struct al_vetted *vetted = NULL;
    if (arena == NULL)
        return false;
    al_findings_init(&findings, arena, policy, 10);
    uint64_t start = now();
    if (al_snapshot_path(&snapshot, AT_FDCWD, path, "model", policy, &findings, NULL) == AL_OK) {
        took[SNAPSHOT] = now() - start;
        const struct al_vet_input input = {AL_ROLE_MODEL, "model", snapshot};
        const struct al_vet_options options = {.digests = true};
        if (al_vet(&vetted, &input, 1, policy, &options) == AL_OK) {
            took[ALL] = now() - start;
            took[LOCKED] = vetted->spawn_ns;
            took[CELL] = vetted->cell_ns;
            took[CHECK] = vetted->check_ns;
            accepted = vetted->verdict == AL_VERDICT_ACCEPT;
        }
    }
    al_vetted_free(vetted);
    al_snapshot_free(snapshot);
    al_arena_free(arena);
    return accepted;
}

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool measure(const char *model, const struct al_policy *policy, uint64_t row[PARTS])
{
    const char *nothing[] = {BENCH_NOTHING, NULL};
    const char *command[] = {BENCH_AIRLOCK, "vet", "--quiet", model, NULL};
    return spawn_and_wait(nothing, &row[FLOOR]) && vet_once(model, policy, row) &&
           spawn_and_wait(command, &row[COMMAND]);
}

int main(int argc, char **argv)
{
    size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : ROUNDS;
    struct al_policy *policy = al_policy_shipped("default");
    uint64_t *took = calloc(rounds * PARTS, sizeof *took);
    uint64_t *column = calloc(rounds, sizeof *column);
    if (argc < 2 || rounds == 0 || policy == NULL || took == NULL || column == NULL) {
        fprintf(stderr, "usage: %s MODEL [ROUNDS]\n", argv[0]);
        return 2;
    }
    for (size_t i = 0; i < rounds; i++)
        if (!measure(argv[1], policy, took + i * PARTS)) {
            fprintf(stderr, "%s: not accepted, or a program could not be run\n", argv[1]);
            return 1;
        }
    for (size_t part = 0; part < PARTS; part++) {
        for (size_t i = 0; i < rounds; i++)
            column[i] = took[i * PARTS + part];
        qsort(column, rounds, sizeof *column, by_size);
        printf("%8.0f us  %s\n", (double)column[rounds / 2] / 1e3, names[part]);
    }
    free(took);
    free(column);
    al_policy_free(policy);
    return 0;
}
