/* Where a report goes: standard output, or a file that appears whole or not at all. */
#ifndef AIRLOCK_CLI_OUTPUT_H
#define AIRLOCK_CLI_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output {
    FILE *stream;
    const char *path;   /* borrowed; NULL: standard output */
    char *temporary;    /* owned; beside `path`, renamed to it at the end */
};

/* `path` NULL: standard output. False after a complaint. */
bool output_open(struct output *out, const char *path);
/* Makes everything written durable under its name; false after a complaint, and then
   the file is as it was before. */
bool output_close(struct output *out);
/* Gives up: no trace remains. */
void output_discard(struct output *out);

/* True when all that went to standard output arrived; else complains. */
bool output_finish_stdout(void);

#endif
