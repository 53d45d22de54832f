/* A cell without the strict reader: libhdf5 gets the file as it came. What the strict
   reader keeps away from libhdf5 must end within the limits too, should it ever get past. */
#include "loader/hdf5/tree.h"
#include "sandbox/cell/cell.h"
#include "sandbox/contract.h"

#include <unistd.h>

bool al_load(struct al_model **out, const struct al_input *inputs, uint32_t input_count,
             const struct al_policy *policy, struct al_arena *arena, struct al_findings *f)
{
    (void)out;
    (void)input_count;
    (void)policy;
    struct al_h5_tree tree;
    if (!al_h5_read_library(&tree, inputs[0].bytes, inputs[0].size, "model", arena, f))
        return false;
    /* it read: nothing more is wanted of this cell */
    return al_find_at(f, AL_FORMAT_UNKNOWN_FILE, AL_NOTHING, NULL, AL_NOTHING, "libhdf5 read the file");
}

int main(void)
{
    static struct al_cell cell;
    if (!al_cell_read_job(&cell))
        _exit(AL_EXIT_NO_JOB);
    al_cell_lock(&cell);
    al_cell_greet(&cell);
    al_cell_serve(&cell);
}
