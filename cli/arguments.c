/* The parser of command lines, driven by a command's row: GNU's conventions, that is
   options and operands in any order, --option=VALUE, -oVALUE, and -- to end options. */
#include "cli/command.h"
#include "cli/help.h"
#include "cli/suggest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct given {
    const struct option *option;
    const char *value;
};

struct arguments {
    const struct command *command;
    struct given *given;
    size_t given_count;
    const char **operands;
    size_t operand_count;
};

static const struct option *find_long(const struct command *command, const char *word, size_t length)
{
    for (const struct option *o = command->options; o != NULL && o->name != NULL; o++)
        if (strlen(o->name) == length && memcmp(o->name, word, length) == 0)
            return o;
    return NULL;
}

static const struct option *find_letter(const struct command *command, char letter)
{
    for (const struct option *o = command->options; o != NULL && o->name != NULL; o++)
        if (o->letter == letter)
            return o;
    return NULL;
}

static bool among(const char *choices, const char *value)
{
    size_t length = strlen(value);
    for (const char *at = choices; at != NULL; at = strchr(at, '|')) {
        at += *at == '|';
        if (strcspn(at, "|") == length && memcmp(at, value, length) == 0)
            return true;
    }
    return false;
}

static bool unknown(const struct command *command, const char *word)
{
    struct suggestion best = {NULL, 0};
    suggestion_offer(&best, word, "--help");
    for (const struct option *o = command->options; o != NULL && o->name != NULL; o++)
        suggestion_offer(&best, word, o->name);
    const char *near = suggestion_of(&best, word);
    if (near != NULL)
        complain("%s: there is no option %s; did you mean %s?", command->name, word, near);
    else
        complain("%s: there is no option %s; see 'airlock %s --help'", command->name, word, command->name);
    return false;
}

static bool take(struct arguments *a, const struct option *option, const char *value)
{
    if (option->choices != NULL && !among(option->choices, value)) {
        complain("%s: %s takes %s, not %s", a->command->name, option->name, option->choices, value);
        return false;
    }
    for (size_t i = 0; i < a->given_count && !option->repeated; i++)
        if (a->given[i].option == option) {
            complain("%s: %s is given twice", a->command->name, option->name);
            return false;
        }
    a->given[a->given_count++] = (struct given){option, value};
    return true;
}

/* Takes the option at words[*at], and the value after it where it has one. */
static bool take_option(struct arguments *a, int count, char **words, int *at)
{
    const char *word = words[*at];
    const char *value = NULL;
    const struct option *option;
    if (word[1] == '-') {
        size_t length = strcspn(word, "=");
        option = find_long(a->command, word, length);
        value = word[length] == '=' ? word + length + 1 : NULL;
    } else {
        option = find_letter(a->command, word[1]);
        value = word[2] != '\0' ? word + 2 : NULL;
    }
    if (option == NULL)
        return unknown(a->command, word);
    if (option->value == NULL && value != NULL) {
        complain("%s: %s takes no value", a->command->name, option->name);
        return false;
    }
    if (option->value != NULL && value == NULL) {
        if (*at + 1 == count) {
            complain("%s: %s needs a %s", a->command->name, word, option->value);
            return false;
        }
        value = words[++*at];
    }
    return take(a, option, value);
}

static bool parse(struct arguments *a, int count, char **words)
{
    bool options = true;
    for (int i = 0; i < count; i++) {
        if (options && strcmp(words[i], "--") == 0)
            options = false;
        else if (options && words[i][0] == '-' && words[i][1] != '\0') {
            if (!take_option(a, count, words, &i))
                return false;
        } else
            a->operands[a->operand_count++] = words[i];
    }
    if (a->operand_count < a->command->operands_min || a->operand_count > a->command->operands_max) {
        complain("%s: usage: airlock %s %s", a->command->name, a->command->name, a->command->operands);
        return false;
    }
    return true;
}

const char *argument_value_at(const struct arguments *a, const char *option, size_t index)
{
    for (size_t i = 0; i < a->given_count; i++)
        if (strcmp(a->given[i].option->name, option) == 0 && index-- == 0)
            return a->given[i].value;
    return NULL;
}

const char *argument_value(const struct arguments *a, const char *option)
{
    return argument_value_at(a, option, 0);
}

bool argument_given(const struct arguments *a, const char *option)
{
    for (size_t i = 0; i < a->given_count; i++)
        if (strcmp(a->given[i].option->name, option) == 0)
            return true;
    return false;
}

bool argument_number(const struct arguments *a, const char *option, unsigned long minimum, unsigned long maximum,
                     unsigned long *out)
{
    const char *value = argument_value(a, option);
    if (value == NULL)
        return true;
    char *end;
    errno = 0;
    unsigned long number = strtoul(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 || number < minimum || number > maximum) {
        complain("%s: %s takes a number from %lu to %lu, not %s", a->command->name, option, minimum, maximum, value);
        return false;
    }
    *out = number;
    return true;
}

size_t operand_count(const struct arguments *a)
{
    return a->operand_count;
}

const char *const *operands(const struct arguments *a)
{
    return a->operands;
}

int command_run(const struct command *command, int count, char **words)
{
    for (int i = 0; i < count && strcmp(words[i], "--") != 0; i++)
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0)
            return help_command(command);
    size_t room = (size_t)count + 1;
    struct arguments a = {.command = command,
                          .given = calloc(room, sizeof *a.given),
                          .operands = calloc(room, sizeof *a.operands)};
    int status = STATUS_FAILED;
    if (a.given == NULL || a.operands == NULL)
        complain("no memory");
    else if (parse(&a, count, words))
        status = command->run(&a);
    free(a.given);
    free(a.operands);
    return status;
}
