/* The passphrase of a secret key: from the terminal, a descriptor or an environment
   variable, as the command line says. Never an argument, which every process can read. */
#ifndef AIRLOCK_CLI_PASSPHRASE_H
#define AIRLOCK_CLI_PASSPHRASE_H

#include "cli/command.h"

enum { PASSPHRASE_MOST = 1024 }; /* as minisign's PASSWORDMAXBYTES */

struct passphrase {
    char text[PASSPHRASE_MOST + 2]; /* with a byte that is one too many, and the NUL */
};

#define OPTIONS_PASSPHRASE \
    {"--passphrase-fd", 0, "N", NULL, false, "read the passphrase from descriptor N: its first line"}, \
    {"--passphrase-env", 0, "NAME", NULL, false, "take the passphrase from the environment variable NAME"}

/* Memory for one, kept out of swap; to be given to passphrase_free, which wipes it. NULL after a complaint. */
struct passphrase *passphrase_new(void);
void passphrase_free(struct passphrase *p);

/* Gets it, asking twice where it is `chosen` at a terminal. False after a complaint. */
bool passphrase_read(struct passphrase *p, const struct arguments *arguments, const char *command, bool chosen);

#endif
