/* What a command of `airlock` is: one row of a table from which parsing, --help, the
   manual page and the shells' completions all come. The command line is a user of
   libairlock like any other: it includes airlock.h and nothing else of the tree. */
#ifndef AIRLOCK_CLI_COMMAND_H
#define AIRLOCK_CLI_COMMAND_H

#include "include/airlock.h"

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses: scripts depend on them. */
enum {
    STATUS_DONE = 0,
    STATUS_REFUSED = 1,
    STATUS_FAILED = 2 /* could not be judged or done, or wrong usage */
};

struct option {
    const char *name;     /* "--policy" */
    char letter;          /* 'o' for -o; 0 for none */
    const char *value;    /* what its value is called, "FILE"; NULL for a flag */
    const char *choices;  /* "human|json": the only values allowed; NULL for any */
    bool repeated;
    const char *help;
};

struct arguments;

struct command {
    const char *name;
    const char *operands;          /* "PATH..." as shown in the usage line */
    size_t operands_min, operands_max;
    const char *summary;           /* one line */
    const char *text;              /* paragraphs separated by an empty line */
    const char *examples;          /* lines; may be NULL */
    const struct option *options;  /* ended by a row without a name; may be NULL */
    int (*run)(const struct arguments *arguments);
};

/* Every command, ended by a row without a name. */
extern const struct command commands[];

/* The value of an option, or NULL; of a repeated one, the `index`th. */
const char *argument_value(const struct arguments *arguments, const char *option);
const char *argument_value_at(const struct arguments *arguments, const char *option, size_t index);
bool argument_given(const struct arguments *arguments, const char *option);
/* A whole number between `minimum` and `maximum`; false after a complaint. Where the option
   is absent *out is left alone. */
bool argument_number(const struct arguments *arguments, const char *option, unsigned long minimum,
                     unsigned long maximum, unsigned long *out);

size_t operand_count(const struct arguments *arguments);
const char *const *operands(const struct arguments *arguments);

/* Parses what follows the command's name and runs it; returns the exit status. */
int command_run(const struct command *command, int count, char **words);

/* One line to standard error: "airlock: ...", with whatever is not printable written out. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same for a failed call of the library; returns STATUS_FAILED, or STATUS_REFUSED for AL_REFUSED. */
int complain_of(const char *about, const struct al_error *err);

int run_doctor(const struct arguments *arguments);
int run_explain(const struct arguments *arguments);
int run_help(const struct arguments *arguments);
int run_inspect(const struct arguments *arguments);
int run_keygen(const struct arguments *arguments);
int run_policy(const struct arguments *arguments);
int run_run(const struct arguments *arguments);
int run_sign(const struct arguments *arguments);
int run_verify(const struct arguments *arguments);
int run_vet(const struct arguments *arguments);

#endif
