/* The lock-down in its order. Until the last step nothing of an input is read
   (but whether it begins as a zip archive does, to know which library to load);
   after it this process can write to one pipe, and end. */
#include "sandbox/cell/cell.h"

#include "sandbox/contract.h"
#include "sandbox/lockdown/held.h"
#include "sandbox/lockdown/lockdown.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    /* address space besides heap and inputs: the program, its libraries, its stack */
    OWN_BYTES = 512 << 20
};

static const void *map_whole(int fd, size_t size)
{
    if (size == 0)
        return "";
    const void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    return map == MAP_FAILED ? NULL : map;
}

bool al_cell_read_job(struct al_cell *cell)
{
    struct stat st;
    if (fstat(AL_CELL_JOB, &st) != 0 || st.st_size <= 0 || st.st_size > AL_JOB_MOST)
        return false;
    size_t size = (size_t)st.st_size;
    const void *bytes = map_whole(AL_CELL_JOB, size);
    (void)close(AL_CELL_JOB);
    return bytes != NULL && al_job_read(&cell->job, cell->inputs, bytes, size);
}

static int map_inputs(struct al_cell *cell)
{
    for (uint32_t i = 0; i < cell->job.input_count; i++) {
        int fd = AL_CELL_INPUTS + (int)i;
        struct al_input *input = &cell->inputs[i];
        struct stat st;
        if (input->size > SIZE_MAX || fstat(fd, &st) != 0 || (uint64_t)st.st_size < input->size)
            return ENODATA;
        input->bytes = map_whole(fd, (size_t)input->size);
        if (input->bytes == NULL)
            return errno;
        (void)close(fd);
    }
    return 0;
}

static uint64_t address_space(const struct al_cell *cell)
{
    uint64_t bytes = OWN_BYTES;
    for (uint32_t i = 0; i < cell->job.input_count; i++)
        bytes += cell->inputs[i].size;
    return bytes + cell->job.memory_bytes;
}

void al_cell_lock(struct al_cell *cell)
{
    int *answers = cell->answers;
    cell->output_left = cell->job.output_bytes;
    cell->heap = cell->job.memory_bytes < SIZE_MAX ? (size_t)cell->job.memory_bytes : SIZE_MAX;

    answers[AL_STEP_DESCRIPTORS] = al_lock_descriptors(AL_CELL_INPUTS + cell->job.input_count);
    answers[AL_STEP_PARENT_DEATH] = al_lock_parent_death(cell->job.parent);
    if (answers[AL_STEP_PARENT_DEATH] == ESRCH)
        _exit(AL_EXIT_ORPHAN);
    answers[AL_STEP_INPUTS] = map_inputs(cell);
    /* libraries are files, and /proc is too: both come before Landlock */
    answers[AL_STEP_LIBRARIES] = al_cell_warm(cell);
    answers[AL_STEP_OOM_SCORE] = al_lock_oom_score();
    al_lock_namespaces(answers);
    answers[AL_STEP_NO_NEW_PRIVS] = al_lock_no_new_privs();
    answers[AL_STEP_LANDLOCK] = al_lock_landlock();
    answers[AL_STEP_CAPABILITIES] = al_lock_capabilities();
    answers[AL_STEP_MDWE] = al_lock_mdwe();
    answers[AL_STEP_NOT_DUMPABLE] = al_lock_not_dumpable();
    answers[AL_STEP_RLIMITS] = al_lock_rlimits(cell->job.seconds, address_space(cell));
    answers[AL_STEP_HEAP] = al_lock_heap(&cell->heap);
    answers[AL_STEP_SPECULATION] = al_lock_speculation();
    answers[AL_STEP_SECCOMP] = al_lock_seccomp();
}
