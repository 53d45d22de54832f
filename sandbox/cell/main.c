/* airlock-cell: started by libairlock, never by hand. */
#include "sandbox/cell/cell.h"

int main(void)
{
    /* large, and there is only one */
    static struct al_cell cell;
    al_cell_enter(&cell);
    al_cell_greet(&cell);
    al_cell_serve(&cell);
}
