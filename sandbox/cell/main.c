/* airlock-cell: started by libairlock, never by hand. */
#include "sandbox/cell/cell.h"
#include "sandbox/contract.h"

#include <unistd.h>

int main(void)
{
    /* large, and there is only one */
    static struct al_cell cell;
    if (!al_cell_read_job(&cell))
        _exit(AL_EXIT_NO_JOB);
    al_cell_lock(&cell);
    al_cell_greet(&cell);
    al_cell_serve(&cell);
}
