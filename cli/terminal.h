/* Asking at the terminal for what must not be seen. */
#ifndef AIRLOCK_CLI_TERMINAL_H
#define AIRLOCK_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Prints `prompt` on the controlling terminal and reads a line of less than `room` bytes from it
   without showing it; the line end is taken off. False with errno: ENOTTY where there is no
   terminal, E2BIG where the line is too long. A signal that comes meanwhile is delivered
   once the terminal shows what is typed again. */
bool terminal_ask(const char *prompt, char *out, size_t room);

#endif
