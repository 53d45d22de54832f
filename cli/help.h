/* The table of commands, written out for people and for shells. */
#ifndef AIRLOCK_CLI_HELP_H
#define AIRLOCK_CLI_HELP_H

#include "cli/command.h"

/* `airlock --help` and `airlock COMMAND --help`, to standard output; return the exit status. */
int help_overview(void);
int help_command(const struct command *command);

/* airlock.1 in man(7), and completions for bash, zsh and fish, to standard output. */
void pages_manual(void);
void pages_bash(void);
void pages_zsh(void);
void pages_fish(void);

#endif
