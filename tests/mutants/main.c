/* Makes mutants of honest models and holds every verdict against the invariant: there is one, in
   time and without a fault; and an accepted mutant differs from its origin in the numbers of
   its weights only, or in what the report names.

   mutants [--count N] [--first N] [--seed N] [--save DIRECTORY] [--each DIRECTORY]
           ([--policy FILE] [--architecture FILE | --member FILE]... FILE)...

   --save keeps what breaks the invariant, --each the first mutant that is refused for each finding.
   What is set before a FILE is of that model only. A child does the work; when it dies, the
   mutant that killed it is known and another child goes on behind it. */
#include "tests/mutants/mutants.h"

#include "validator/custom.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_CASES = 64, MOST_KINDS = 16, MOST_BROKEN = 20, SECONDS = 20, ROUNDS = 3 };

struct kind_count {
    const char *kind;
    uint64_t made, accepted;
};

/* What parent and child share. */
struct tally {
    uint64_t next;              /* the mutant that is being made, or the first not made */
    uint64_t outcomes[OUTCOMES];
    uint64_t findings[AL_FINDING_COUNT + 1];
    struct kind_count kinds[MOST_KINDS];
    uint64_t faults;
};

struct plan {
    struct kase cases[MOST_CASES];
    struct verdict origins[MOST_CASES];
    size_t count;
    uint64_t seed, first, mutants;
    const char *save, *each;    /* directories, or NULL */
    struct tally *tally;
};

static struct al_policy *read_policy(const char *path)
{
    struct file text;
    struct al_policy *policy = NULL;
    struct al_error err;
    struct al_findings f;
    struct al_arena *arena = al_arena_new(1 << 24);
    al_findings_init(&f, arena, NULL, 4);
    if (case_read(&text, AL_ROLE_MODEL, path)) {
        (void)al_policy_read(&policy, text.bytes, text.size, &f, &err);
        free(text.bytes);
    }
    al_arena_free(arena);
    return policy;
}

/* Whatever may be set; the number of arguments used. */
static int take_option(struct plan *p, struct kase *k, struct al_policy **policy, char **argv)
{
    const char *name = argv[0], *value = argv[1];
    uint64_t number = value != NULL ? strtoull(value, NULL, 10) : 0;
    if (value == NULL)
        return 0;
    if (strcmp(name, "--count") == 0)
        p->mutants = number;
    else if (strcmp(name, "--first") == 0)
        p->first = number;
    else if (strcmp(name, "--seed") == 0)
        p->seed = number;
    else if (strcmp(name, "--save") == 0)
        p->save = value;
    else if (strcmp(name, "--each") == 0)
        p->each = value;
    else if (strcmp(name, "--policy") == 0)
        *policy = read_policy(value);
    else if (k->count < MOST_FILES && strcmp(name, "--architecture") == 0)
        return case_read(&k->files[k->count++], AL_ROLE_ARCHITECTURE, value) ? 2 : 0;
    else if (k->count < MOST_FILES && strcmp(name, "--shard") == 0)
        return case_read(&k->files[k->count++], AL_ROLE_SHARD, value) ? 2 : 0;
    else if (k->count < MOST_FILES && strcmp(name, "--member") == 0)
        return case_read(&k->files[k->count++], AL_ROLE_MEMBER, value) ? 2 : 0;
    else
        return 0;
    return 2;
}

static bool read_arguments(struct plan *p, int argc, char **argv)
{
    struct al_policy *policy = NULL;
    struct kase *k = &p->cases[0];
    k->count = 1;
    for (int i = 1; i < argc;) {
        if (strncmp(argv[i], "--", 2) == 0) {
            int used = take_option(p, k, &policy, argv + i);
            if (used == 0)
                return false;
            i += used;
            continue;
        }
        k->label = argv[i];
        k->policy = policy != NULL ? policy : al_policy_shipped("default");
        if (p->count + 1 == MOST_CASES || k->policy == NULL || !al_custom_bind(k->policy) ||
            !case_read(&k->files[0], AL_ROLE_MODEL, argv[i++]))
            return false;
        policy = NULL;
        k = &p->cases[++p->count];
        k->count = 1;
    }
    return p->count > 0;
}

static void count_kind(struct tally *t, const char *kind, bool accepted)
{
    for (size_t i = 0; i < MOST_KINDS; i++) {
        if (t->kinds[i].kind != NULL && strcmp(t->kinds[i].kind, kind) != 0)
            continue;
        t->kinds[i].kind = kind; /* a constant: it lies at the same address in every child */
        t->kinds[i].made++;
        t->kinds[i].accepted += accepted;
        return;
    }
}

static void save(const char *directory, const char *what, const struct kase *k, uint64_t number)
{
    char path[4096];
    for (uint32_t i = 0; directory != NULL && i < k->count; i++) {
        (void)snprintf(path, sizeof path, "%s/%s%llu.%s", directory, what, (unsigned long long)number, k->files[i].name);
        FILE *f = fopen(path, "wb");
        if (f == NULL)
            return;
        (void)fwrite(k->files[i].bytes, 1, k->files[i].size, f);
        (void)fclose(f);
    }
}

/* A copy that can be changed; its files' bytes are owned. */
static void copy_case(struct kase *copy, const struct kase *k)
{
    *copy = *k;
    for (uint32_t i = 0; i < k->count; i++) {
        copy->files[i].bytes = malloc(k->files[i].room);
        if (copy->files[i].bytes == NULL)
            abort();
        memcpy(copy->files[i].bytes, k->files[i].bytes, k->files[i].size);
    }
}

/* Not a byte more than there is, so that a sanitizer sees a step past the end. */
static void trim(struct file *file)
{
    uint8_t *exact = malloc(file->size > 0 ? file->size : 1);
    if (exact == NULL)
        abort();
    memcpy(exact, file->bytes, file->size);
    free(file->bytes);
    file->bytes = exact;
    file->room = file->size;
}

static const char *make(struct plan *p, struct kase *k, uint64_t number, struct change *change)
{
    struct chance c = chance_of(p->seed, number);
    copy_case(k, &p->cases[number % p->count]);
    const char *kind = NULL;
    for (size_t rounds = chance_below(&c, 4) == 0 ? 1 + chance_below(&c, ROUNDS) : 1; rounds > 0; rounds--) {
        *change = mutate(&c, &k->files[chance_below(&c, k->count)]);
        kind = kind != NULL ? "several" : change->kind;
        if (change->hostile)
            break;
    }
    for (uint32_t i = 0; i < k->count; i++)
        trim(&k->files[i]);
    return kind;
}

static void work(struct plan *p, uint64_t number)
{
    struct tally *t = p->tally;
    struct kase k;
    struct change change = {0};
    struct verdict v;
    const char *kind = make(p, &k, number, &change);
    judge(&v, &k);
    enum outcome outcome = compare(&p->origins[number % p->count], &v, &change);
    t->outcomes[outcome]++;
    t->findings[v.finding] += outcome == REFUSED;
    count_kind(t, kind, v.accepted);
    if (outcome >= NO_VERDICT) {
        (void)printf("# mutant %llu of %s (%s): %s\n", (unsigned long long)number, k.label, kind, outcome_words[outcome]);
        (void)fflush(stdout);
        save(p->save, "", &k, number);
    }
    if (outcome == REFUSED && t->findings[v.finding] == 1)
        save(p->each, al_finding_row(v.finding)->id, &k, number);
    verdict_free(&v);
    for (uint32_t i = 0; i < k.count; i++)
        free(k.files[i].bytes);
}

static uint64_t broken(const struct tally *t)
{
    uint64_t sum = t->faults;
    for (size_t i = NO_VERDICT; i < OUTCOMES; i++)
        sum += t->outcomes[i];
    return sum;
}

/* All that are left, in a child; dies by SIGPROF where one takes too long. */
static void work_on(struct plan *p)
{
    const struct itimerval limit = {.it_value.tv_sec = SECONDS};
    for (; p->tally->next < p->first + p->mutants && broken(p->tally) < MOST_BROKEN; p->tally->next++) {
        (void)setitimer(ITIMER_PROF, &limit, NULL);
        work(p, p->tally->next);
    }
    _exit(0);
}

static void run(struct plan *p)
{
    struct tally *t = p->tally;
    for (t->next = p->first; t->next < p->first + p->mutants && broken(t) < MOST_BROKEN; t->next++) {
        int status = 0;
        (void)fflush(stdout);
        pid_t child = fork();
        if (child == 0)
            work_on(p);
        if (child < 0 || waitpid(child, &status, 0) != child)
            abort();
        if (status == 0)
            return;
        t->faults++;
        struct kase k;
        struct change change;
        (void)make(p, &k, t->next, &change);
        (void)printf("# mutant %llu of %s: %s\n", (unsigned long long)t->next, k.label,
                     WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF ? "NO END" : "A FAULT");
        save(p->save, "", &k, t->next);
    }
}

static void print_counts(const struct tally *t)
{
    size_t reached = 0;
    for (size_t i = 0; i < OUTCOMES; i++)
        if (t->outcomes[i] > 0)
            (void)printf("# %10llu %s\n", (unsigned long long)t->outcomes[i], outcome_words[i]);
    (void)printf("# %10llu faults\n", (unsigned long long)t->faults);
    for (size_t i = 0; i < MOST_KINDS && t->kinds[i].kind != NULL; i++)
        (void)printf("# %10llu by %s, of them accepted %llu\n", (unsigned long long)t->kinds[i].made, t->kinds[i].kind,
                     (unsigned long long)t->kinds[i].accepted);
    for (size_t i = 0; i < AL_FINDING_COUNT; i++)
        reached += t->findings[i] > 0;
    (void)printf("# %zu findings reached as the first:\n", reached);
    for (size_t i = 0; i < AL_FINDING_COUNT; i++)
        if (t->findings[i] > 0)
            (void)printf("# %10llu %s\n", (unsigned long long)t->findings[i], al_finding_row((enum al_finding_id)i)->id);
}

int main(int argc, char **argv)
{
    static struct plan p = {.seed = 1, .mutants = 10000};
    judge_start();
    if (!read_arguments(&p, argc, argv)) {
        (void)fprintf(stderr, "usage: mutants [--count N] [--first N] [--seed N] [--save DIRECTORY] [--each DIRECTORY]\n"
                              "  ([--policy FILE] [--architecture FILE | --member FILE | --shard FILE]... FILE)...\n");
        return 2;
    }
    p.tally = mmap(NULL, sizeof *p.tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p.tally == MAP_FAILED)
        return 2;
    (void)printf("TAP version 13\n1..2\n");
    bool honest = true;
    for (size_t i = 0; i < p.count; i++) {
        judge(&p.origins[i], &p.cases[i]);
        bool good = p.origins[i].accepted && !p.origins[i].model.failed;
        if (!good)
            (void)printf("# %s is not accepted\n", p.cases[i].label);
        honest = honest && good;
    }
    (void)printf("%sok 1 - %zu honest models are accepted\n", honest ? "" : "not ", p.count);
    run(&p);
    print_counts(p.tally);
    bool good = broken(p.tally) == 0;
    (void)printf("%sok 2 - %llu mutants: a verdict every time, and nothing accepted that the report does not name\n",
                 good ? "" : "not ", (unsigned long long)(p.tally->next - p.first));
    return honest && good ? 0 : 1;
}
