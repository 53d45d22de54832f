/* Runs every file of the given directories through a harness, and mutants of each,
   without any fuzzing engine: the seeds are tests like all others, under whatever
   compiler and sanitizers the build has. Names the input that kills or hangs it. */
#include "fuzz/harness.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECONDS_PER_INPUT = 10, MOST_BYTES = 1 << 22, MUTANT_ROOM = 4096 };

/* for the handlers: which input is running */
static char running[4096];
static unsigned running_mutant;

static uint64_t random_state;

/* xorshift64*: the same mutants on every host */
static uint32_t next_random(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * UINT64_C(0x2545F4914F6CDD1D)) >> 32);
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most)
{
    static const uint8_t edges[] = {0, 1, 0x7F, 0x80, 0xFF, '"', '\\', '{', '}', '[', ']', ' '};
    size_t at = size > 0 ? next_random() % size : 0;
    switch (size > 0 ? next_random() % 5 : 3) {
    case 0:
        data[at] ^= (uint8_t)(1U << (next_random() % 8));
        break;
    case 1:
        data[at] = edges[next_random() % sizeof edges];
        break;
    case 2: /* cut out */
        memmove(data + at, data + at + 1, size - at - 1);
        size--;
        break;
    case 3: /* put in */
        if (size < most) {
            memmove(data + at + 1, data + at, size - at);
            data[at] = (uint8_t)next_random();
            size++;
        }
        break;
    default: { /* one part written over another */
        size_t from = next_random() % size, length = 1 + next_random() % 16;
        length = length > size - at ? size - at : length;
        length = length > size - from ? size - from : length;
        memmove(data + at, data + from, length);
    }
    }
    return size;
}

__attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
    (void)seed;
    unsigned rounds = 1 + next_random() % 4;
    for (unsigned i = 0; i < rounds; i++)
        size = LLVMFuzzerMutate(data, size, most);
    return size;
}

static void name_the_input(void)
{
    char text[sizeof running + 64];
    int length = snprintf(text, sizeof text, "\nBail out! %s, mutant %u\n", running, running_mutant);
    if (length > 0 && write(STDOUT_FILENO, text, (size_t)length) < 0)
        _exit(1);
}

static void on_signal(int number)
{
    name_the_input();
    signal(number, SIG_DFL);
    raise(number);
}

/* the sanitizers' runtimes have it; elsewhere it is not there */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

static void watch_for_death(void)
{
    if (__sanitizer_set_death_callback != NULL)
        __sanitizer_set_death_callback(name_the_input);
    else
        for (const int *s = (const int[]){SIGSEGV, SIGBUS, SIGFPE, SIGABRT, 0}; *s != 0; s++)
            signal(*s, on_signal);
    signal(SIGILL, on_signal);
    signal(SIGTRAP, on_signal);
    signal(SIGALRM, on_signal);
}

/* The harness gets a copy of exactly `size` bytes, so that a sanitizer sees a read past the end. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL)
        return;
    memcpy(copy, data, size);
    alarm(SECONDS_PER_INPUT);
    (void)LLVMFuzzerTestOneInput(copy, size);
    alarm(0);
    free(copy);
}

static bool run_file(const char *path, unsigned mutants)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data = malloc(MOST_BYTES + MUTANT_ROOM), *mutant = malloc(MOST_BYTES + MUTANT_ROOM);
    if (f == NULL || data == NULL || mutant == NULL) {
        printf("Bail out! cannot read %s\n", path);
        exit(1);
    }
    size_t size = fread(data, 1, MOST_BYTES, f);
    bool whole = feof(f) != 0;
    (void)fclose(f);
    (void)snprintf(running, sizeof running, "%s", path);
    running_mutant = 0;
    if (whole)
        run(data, size);
    for (unsigned i = 1; whole && i <= mutants; i++) {
        running_mutant = i;
        random_state = UINT64_C(0x9E3779B97F4A7C15) * i + size;
        memcpy(mutant, data, size);
        size_t length = LLVMFuzzerCustomMutator(mutant, size, size + MUTANT_ROOM, next_random());
        run(mutant, length);
    }
    free(data);
    free(mutant);
    return whole;
}

static unsigned run_directory(const char *path, unsigned mutants)
{
    struct dirent **names;
    int count = scandir(path, &names, NULL, alphasort);
    if (count < 0) {
        printf("Bail out! %s: %s\n", path, strerror(errno));
        exit(1);
    }
    unsigned ran = 0;
    for (int i = 0; i < count; i++) {
        char file[4096];
        struct stat st;
        (void)snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
        if (stat(file, &st) == 0 && S_ISREG(st.st_mode))
            ran += run_file(file, mutants) ? 1 : 0;
        free(names[i]);
    }
    free(names);
    return ran;
}

int main(int argc, char **argv)
{
    unsigned mutants = 0;
    watch_for_death();
    printf("TAP version 13\n");
    int tests = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--mutants") == 0 && i + 1 < argc) {
            mutants = (unsigned)strtoul(argv[++i], NULL, 10);
            continue;
        }
        struct stat st;
        bool directory = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode);
        unsigned ran = directory ? run_directory(argv[i], mutants) : run_file(argv[i], mutants);
        printf("%sok %d - %s: %u inputs, %u mutants each\n", ran > 0 ? "" : "not ", ++tests, argv[i], ran, mutants);
        fflush(stdout);
    }
    printf("1..%d\n", tests);
    return 0;
}
