/* A cell that does what its input says: locked by the real code, served by the real
   code where the verb is one of al_load's, and otherwise left to misbehave. A verb is
   the first word of the input. */
#include "sandbox/cell/cell.h"
#include "sandbox/contract.h"
#include "sandbox/lockdown/lockdown.h"
#include "validator/catalogue.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { VERB_BYTES = 64 };

static bool verb_is(const char *bytes, size_t size, const char *verb)
{
    size_t length = strlen(verb);
    return size >= length && memcmp(bytes, verb, length) == 0;
}

/* ---- looking for the parent's secrets ---- */

enum { MASK = 0x5a, SECRET_BYTES = 32, FOUND = 66, NOT_FOUND = 65, INVENTORY = 70, MAPS_BYTES = 64 << 10 };

static char maps[MAPS_BYTES];

/* So that a test can see that the search works. */
static const char known[] __attribute__((used)) = "a line that the cell itself has.";

/* Before the lock: where this process has memory. */
static void remember_maps(void)
{
    FILE *file = fopen("/proc/self/maps", "re");
    size_t n = file != NULL ? fread(maps, 1, sizeof maps - 1, file) : 0;
    maps[n] = '\0';
}

/* Whether the secret, which the input holds masked, lies anywhere in a range. */
static bool lies_in(const uint8_t *from, const uint8_t *to, const uint8_t *masked)
{
    for (; from + SECRET_BYTES <= to; from++) {
        size_t i = 0;
        while (i < SECRET_BYTES && from[i] == (masked[i] ^ MASK))
            i++;
        if (i == SECRET_BYTES)
            return true;
    }
    return false;
}

/* With full use of its own memory: the end says whether the secret was there. */
static void loot(const uint8_t *masked)
{
    for (char *line = maps; *line != '\0'; line = strchr(line, '\n') + 1) {
        char *end = line;
        unsigned long from = strtoul(line, &end, 16), to = strtoul(end + 1, &end, 16);
        const char *kernels = strstr(end, "[v"), *next = strchr(line, '\n');
        bool readable = end[1] == 'r' && (kernels == NULL || kernels > next);
        if (readable && lies_in((const uint8_t *)from, (const uint8_t *)to, masked))
            _exit(FOUND);
    }
    _exit(NOT_FOUND);
}

/* What a cell was born with besides its memory: 0 where it is what docs/CELL.md says, else a
   bit for each thing that is not. */
static int inventory(int argc, char **argv, char **environment)
{
    static const char *const right[] = {"LC_ALL=C", "TZ=UTC0"};
    int wrong = argc == 1 && strcmp(argv[0], "airlock-cell") == 0 ? 0 : 1;
    for (size_t i = 0; i < 2; i++)
        wrong |= environment[i] != NULL && strcmp(environment[i], right[i]) == 0 ? 0 : 2;
    wrong |= environment[0] != NULL && environment[1] != NULL && environment[2] != NULL ? 2 : 0;
    for (int fd = 0; fd <= AL_CELL_INPUTS; fd++) {
        struct stat st, null;
        bool is_null = stat("/dev/null", &null) == 0 && fstat(fd, &st) == 0 && st.st_rdev == null.st_rdev;
        wrong |= fstat(fd, &st) == 0 && is_null == (fd < AL_CELL_PIPE) ? 0 : 4;
    }
    return wrong;
}

/* ---- after HELLO, as al_load ---- */

static bool accept(struct al_model **out, const struct al_input *input, struct al_arena *arena)
{
    struct al_model *m = al_arena_alloc(arena, 1, sizeof *m);
    struct al_tensor *t = al_arena_alloc(arena, 2, sizeof *t);
    static const uint8_t numbers[4] = {1, 2, 3, 4};
    *m = (struct al_model){.arena = arena,
                           .format = AL_FORMAT_NPY,
                           .framework = "numpy",
                           .name = al_text_of("scripted"),
                           .tensor_count = 2,
                           .tensors = t};
    t[0] = (struct al_tensor){.name = al_text_of("extent"),
                              .dtype = AL_UINT8,
                              .shape = {1, {(int64_t)input->size}},
                              .bytes = input->size,
                              .stored = AL_STORED_EXTENT};
    t[1] = (struct al_tensor){.name = al_text_of("data"),
                              .dtype = AL_UINT8,
                              .shape = {1, {4}},
                              .bytes = 4,
                              .stored = AL_STORED_DATA,
                              .data = numbers};
    *out = m;
    return true;
}

/* A graph of one InputLayer, whatever the policy says of such. */
static bool accept_graph(struct al_model **out, const struct al_input *input, struct al_arena *arena)
{
    static const int64_t dims[] = {-1, 4};
    const struct al_row *functional = al_row_of(NULL, AL_KIND_FUNCTIONAL), *given = al_row_of(NULL, AL_KIND_INPUT_LAYER);
    struct al_layer *layers = al_arena_alloc(arena, 2, sizeof *layers);
    struct al_call *call = al_arena_alloc(arena, 1, sizeof *call);
    struct al_graph *graph = al_arena_alloc(arena, 1, sizeof *graph);
    static uint32_t child[] = {1};
    static struct al_port ends[] = {{.name = {"x", 1}}};
    call->layer = 1;
    *graph = (struct al_graph){.call_count = 1, .calls = call, .input_count = 1, .inputs = ends, .output_count = 1,
                               .outputs = ends};
    layers[0] = (struct al_layer){.kind = AL_KIND_FUNCTIONAL, .owner = AL_NONE_INDEX, .name = al_text_of("m"),
                                  .compute_dtype = AL_FLOAT32, .variable_dtype = AL_FLOAT32, .child_count = 1,
                                  .children = child, .graph = graph,
                                  .params = al_arena_alloc(arena, functional->param_count, sizeof *layers->params)};
    layers[1] = (struct al_layer){.kind = AL_KIND_INPUT_LAYER, .owner = 0, .name = al_text_of("x"),
                                  .compute_dtype = AL_FLOAT32, .variable_dtype = AL_FLOAT32,
                                  .params = al_arena_alloc(arena, given->param_count, sizeof *layers->params)};
    for (uint32_t i = 0; i < given->param_count; i++) {
        if (strcmp(given->params[i].key, "batch_shape") == 0)
            layers[1].params[i] = (struct al_value){.type = AL_VALUE_INTEGERS, .count = 2, .integers = dims};
        if (strcmp(given->params[i].key, "dtype") == 0)
            layers[1].params[i] = (struct al_value){.type = AL_VALUE_CHOICE, .integer = AL_FLOAT32};
    }
    (void)accept(out, input, arena);
    (*out)->format = AL_FORMAT_KERAS;
    (*out)->framework = "keras";
    (*out)->version.major = 3;
    (*out)->layer_count = 2;
    (*out)->layers = layers;
    (*out)->tensor_count = 0;
    return true;
}

/* Lies that a model can tell: of its extent's place and size. */
static const struct {
    const char *verb;
    uint64_t offset;
    struct al_shape shape;
} lies[] = {
    {"beyond", 1, {0}},                              /* one byte past the end */
    {"far away", UINT64_C(1) << 63, {0}},
    {"wraps", UINT64_MAX - 7, {0}},                  /* offset + length passes 2^64 */
    {"huge", 0, {3, {1LL << 40, 1LL << 40, 2}}},     /* 2^81 elements: 0 modulo 2^64 */
    {"product", 0, {2, {1LL << 32, 1LL << 32}}},     /* 2^64 elements: 0 modulo 2^64 */
    {"negative", 0, {1, {-1}}},
};

static void tell_lies(const char *verb, size_t size, struct al_model *m)
{
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        if (!verb_is(verb, size, lies[i].verb))
            continue;
        m->tensors[0].offset = lies[i].offset;
        if (lies[i].shape.rank > 0)
            m->tensors[0].shape = lies[i].shape;
    }
    if (verb_is(verb, size, "overlap")) {
        m->tensors[1] = m->tensors[0];
        m->tensors[1].name = al_text_of("again");
    }
}

static void loop(void)
{
    for (volatile unsigned turns = 0;; turns++) {
    }
}

static void use_all_memory(void)
{
    while (malloc(4096) != NULL) {
    }
}

static void much_output(struct al_model *m)
{
    static uint8_t zeros[1 << 20];
    m->tensors[1] = (struct al_tensor){.name = al_text_of("much"),
                                       .dtype = AL_UINT8,
                                       .shape = {1, {sizeof zeros}},
                                       .bytes = sizeof zeros,
                                       .stored = AL_STORED_DATA,
                                       .data = zeros};
}

/* Deaths that need no system call: by the signal that the processor's fault brings. */
static void *beyond_the_end; /* a page that no byte of its file lies under */

static void fall(const char *verb, size_t size)
{
    if (verb_is(verb, size, "fall SEGV"))
        (void)*(volatile char *)NULL;
    if (verb_is(verb, size, "fall BUS"))
        (void)*(volatile char *)beyond_the_end;
#if defined(__x86_64__)
    if (verb_is(verb, size, "fall FPE"))
        __asm__ volatile("idivl %0" : : "r"(0), "a"(1), "d"(0) : "cc");
    if (verb_is(verb, size, "fall TRAP"))
        __asm__ volatile("int3");
#endif
    if (verb_is(verb, size, "fall ILL"))
        __builtin_trap();
}

static long own_pid; /* from before the lock */

/* Ways into the kernel other than the syscall instruction, and odd arguments. */
static void attack(const char *verb, size_t size)
{
    if (verb_is(verb, size, "syscall "))
        (void)syscall(atol(verb + 8), -1L, -1L, -1L, -1L, -1L, -1L);
    if (verb_is(verb, size, "raise "))
        (void)syscall(SYS_tgkill, own_pid, own_pid, atol(verb + 6));
    if (verb_is(verb, size, "write "))
        (void)syscall(SYS_write, strtoul(verb + 6, NULL, 0), "x", 1L);
#if defined(__x86_64__)
    long result = verb_is(verb, size, "int80 ") ? atol(verb + 6) : 0;
    if (result != 0)
        __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
    if (verb_is(verb, size, "sysenter"))
        __asm__ volatile("sysenter" : : "a"(20L) : "memory", "rcx", "rdx");
    if (verb_is(verb, size, "vsyscall "))
        /* Linux: arch/x86/entry/vsyscall: gettimeofday, time and getcpu at fixed addresses */
        __asm__ volatile("call *%0"
                         :
                         : "r"(0xffffffffff600000UL + 1024 * strtoul(verb + 9, NULL, 0)), "D"(0L), "S"(0L)
                         : "rax", "rcx", "r11", "memory");
#endif
}

bool al_load(struct al_model **out, const struct al_input *inputs, uint32_t input_count,
             const struct al_policy *policy, struct al_arena *arena, struct al_findings *f)
{
    (void)input_count;
    (void)policy;
    const char *bytes = (const char *)inputs[0].bytes;
    size_t size = (size_t)inputs[0].size;
    if (verb_is(bytes, size, "graph"))
        return accept_graph(out, &inputs[0], arena);
    if (verb_is(bytes, size, "refuse"))
        return al_find_at(f, AL_KERAS_LAMBDA, al_text_of("a/b"), "no code", al_text_of("code\x1b[31m"), "A Lambda");
    for (int i = 0; verb_is(bytes, size, "many") && i < 9; i++)
        (void)al_find_at(f, AL_KERAS_LAMBDA, al_text_of("a/b"), NULL, al_found(f, "%d", i), "One of many");
    if (verb_is(bytes, size, "loop"))
        loop();
    if (verb_is(bytes, size, "sleepy")) {
        struct timespec second = {.tv_sec = 1};
        for (;;)
            (void)nanosleep(&second, NULL); /* answered at once: burns its time */
    }
    if (verb_is(bytes, size, "memory")) {
        use_all_memory();
        f->failed = true;
        return false;
    }
    fall(bytes, size);
    if (verb_is(bytes, size, "exit "))
        _exit(atoi(bytes + 5));
    attack(bytes, size);
    if (verb_is(bytes, size, "loot ") && size == 5 + SECRET_BYTES)
        loot(inputs[0].bytes + 5);
    bool good = accept(out, &inputs[0], arena);
    if (verb_is(bytes, size, "output"))
        much_output(*out);
    tell_lies(bytes, size, *out);
    return good;
}

/* ---- before the lock, or instead of HELLO ---- */

static void say_words(const uint8_t *at, uint64_t size)
{
    while (size > 0) {
        ssize_t n = write(AL_CELL_PIPE, at, (size_t)size);
        if (n <= 0)
            _exit(1);
        at += n;
        size -= (uint64_t)n;
    }
}

static void speak_raw(const struct al_cell *cell, size_t skip)
{
    say_words(cell->inputs[0].bytes + skip, cell->inputs[0].size - skip);
    if (verb_is((const char *)cell->inputs[0].bytes, skip, "linger:"))
        loop();
    _exit(0);
}

/* Only as many words as the input's last number says. */
static void speak_some(const struct al_cell *cell, size_t skip)
{
    const struct al_input *input = &cell->inputs[0];
    uint32_t words;
    memcpy(&words, input->bytes + input->size - sizeof words, sizeof words);
    say_words(input->bytes + skip, words);
    _exit(0);
}

/* The conversation that the input holds, without any lock: a lie about everything. */
static void speak_unlocked(size_t skip, unsigned pause_us)
{
    char chunk[4096];
    ssize_t n;
    while ((n = pread(AL_CELL_INPUTS, chunk, pause_us > 0 ? 1 : sizeof chunk, (off_t)skip)) > 0) {
        if (write(AL_CELL_PIPE, chunk, (size_t)n) != n)
            _exit(1);
        skip += (size_t)n;
        (void)usleep(pause_us);
    }
    _exit(0);
}

/* A page of a file that has no byte any more. */
static void *map_nothing(void)
{
    int fd = memfd_create("empty", MFD_CLOEXEC);
    return mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
}

/* A second process that was made before the lock speaks after the cell has ended. */
static void leave_a_voice(void)
{
    if (fork() != 0)
        return;
    (void)usleep(200000);
    (void)!write(AL_CELL_PIPE, "x", 1);
    _exit(0);
}

/* The cell ends, but somebody still holds its pipe. */
static void leave_a_child(void)
{
    if (fork() != 0)
        _exit(0);
    (void)sleep(3);
    _exit(0);
}

int main(int argc, char **argv, char **environment)
{
    static struct al_cell cell;
    char verb[VERB_BYTES] = "";
    ssize_t n = pread(AL_CELL_INPUTS, verb, sizeof verb - 1, 0);
    size_t size = n > 0 ? (size_t)n : 0;
    if (verb_is(verb, size, "inventory"))
        _exit(INVENTORY + inventory(argc, argv, environment));
    if (verb_is(verb, size, "stop"))
        (void)raise(SIGSTOP);
    if (verb_is(verb, size, "die "))
        (void)raise(atoi(verb + 4));
    if (verb_is(verb, size, "unlocked:"))
        speak_unlocked(9, 0);
    if (verb_is(verb, size, "drip:"))
        speak_unlocked(5, 20000);
    if (verb_is(verb, size, "fork"))
        leave_a_child();
    if (verb_is(verb, size, "voice"))
        leave_a_voice();
    if (verb_is(verb, size, "shut")) {
        (void)close(AL_CELL_PIPE);
        loop();
    }
    if (verb_is(verb, size, "fall BUS"))
        beyond_the_end = map_nothing();
    if (!al_cell_read_job(&cell))
        _exit(AL_EXIT_NO_JOB);
    if (verb_is(verb, size, "tied") && al_lock_parent_death(cell.job.parent) == 0)
        (void)sleep(30);
    if (verb_is(verb, size, "loot "))
        remember_maps();
    own_pid = getpid();
    al_cell_lock(&cell);
    if (verb_is(verb, size, "silent"))
        _exit(0);
    if (verb_is(verb, size, "raw:"))
        speak_raw(&cell, 4);
    if (verb_is(verb, size, "linger:"))
        speak_raw(&cell, 7);
    if (verb_is(verb, size, "say:"))
        speak_some(&cell, 4);
    al_cell_greet(&cell);
    if (verb_is(verb, size, "hello:"))
        speak_raw(&cell, 6);
    if (verb_is(verb, size, "closed")) {
        /* cannot close the pipe under the filter: the attempt is the death */
        (void)close(AL_CELL_PIPE);
    }
    al_cell_serve(&cell);
}
