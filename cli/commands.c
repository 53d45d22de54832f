/* The table of commands. */
#include "cli/command.h"

#include <stdint.h>

static const struct option help_options[] = {
    {"--as", 0, "FORM", "man|bash|zsh|fish", false, "write everything as a manual page (man) or as completions for a shell"},
    {0},
};

const struct command commands[] = {
    {"explain", "[ID]", 0, 1, "what a finding means, and what to do about it",
     "Says why a finding matters, what is known to abuse it, and what an honest author of a model does about it. "
     "Without an ID every finding is listed.",
     "  airlock explain keras.lambda\n", NULL, run_explain},
    {"help", "[COMMAND]", 0, 1, "how a command is used", "The same as 'airlock COMMAND --help'.", NULL, help_options,
     run_help},
    {0},
};
