/* Where a report or a result goes: standard output, or a file that appears whole or
   not at all. */
#ifndef AIRLOCK_CLI_OUTPUT_H
#define AIRLOCK_CLI_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output {
    FILE *stream;
    const char *path;   /* borrowed; NULL: standard output */
    char *gathered;     /* what was written so far, where `path` is given */
    size_t size;
};

/* `path` NULL: standard output. False after a complaint. */
bool output_open(struct output *out, const char *path);
/* Puts everything written under its name, durably; false after a complaint, and then
   the file is as it was before. */
bool output_close(struct output *out);
/* Gives up: nothing was written. */
void output_discard(struct output *out);

/* True when all that went to standard output arrived; else complains. */
bool output_finish_stdout(void);

#endif
