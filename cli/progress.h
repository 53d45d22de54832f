/* One line on a terminal that says what a long piece of work is at. */
#ifndef AIRLOCK_CLI_PROGRESS_H
#define AIRLOCK_CLI_PROGRESS_H

#include <stddef.h>

/* "12 of 340: models/a.keras" on standard error where it is a terminal, in the stead of the line
   before; not more often than twice a second, and not in the first half second. */
void progress_show(size_t number, size_t total, const char *path);

/* Takes the line away; to be called before anything else is printed to a terminal. */
void progress_clear(void);

#endif
