/* --help, and the `help` command: also the source of the installed manual page and
   completions, so that they cannot say anything else than the command does. */
#include "cli/help.h"
#include "cli/output.h"
#include "cli/suggest.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 78, OPTION_COLUMN = 28 };

/* Words of `text` wrapped between `indent` and WIDTH; the cursor stands at `column`. An
   empty line in `text` begins a paragraph. */
static void wrap(const char *text, size_t indent, size_t column)
{
    while (*text != '\0') {
        size_t length = strcspn(text, " \n");
        if (length > 0) {
            if (column > indent && column + 1 + length > WIDTH) {
                printf("\n%*s", (int)indent, "");
                column = indent;
            } else if (column > indent) {
                putchar(' ');
                column++;
            }
            printf("%.*s", (int)length, text);
            column += length;
        }
        text += length;
        if (text[0] == '\n' && text[1] == '\n') {
            printf("\n\n%*s", (int)indent, "");
            column = indent;
        }
        text += strspn(text, " \n");
    }
    putchar('\n');
}

static void option_line(const struct option *o)
{
    char left[64];
    int length = o->letter != 0 ? snprintf(left, sizeof left, "  -%c, %s", o->letter, o->name)
                                : snprintf(left, sizeof left, "      %s", o->name);
    if (o->value != NULL)
        length += snprintf(left + length, sizeof left - (size_t)length, " %s", o->value);
    printf("%-*s", OPTION_COLUMN, left);
    if (length >= OPTION_COLUMN)
        printf("\n%*s", OPTION_COLUMN, "");
    wrap(o->help, OPTION_COLUMN, OPTION_COLUMN);
}

int help_command(const struct command *command)
{
    printf("airlock %s: ", command->name);
    wrap(command->summary, 0, strlen(command->name) + 10);
    printf("\nusage: airlock %s %s%s\n\n", command->name, command->options != NULL ? "[option...] " : "",
           command->operands);
    wrap(command->text, 0, 0);
    if (command->options != NULL)
        printf("\nOptions\n");
    for (const struct option *o = command->options; o != NULL && o->name != NULL; o++)
        option_line(o);
    if (command->examples != NULL)
        printf("\nExamples\n%s", command->examples);
    return output_finish_stdout() ? STATUS_DONE : STATUS_FAILED;
}

int help_overview(void)
{
    printf("airlock: judges model files without trusting them, and computes with what it verified\n\n"
           "usage: airlock COMMAND [option...] [operand...]\n\n");
    for (const struct command *c = commands; c->name != NULL; c++) {
        printf("  %-10s", c->name);
        wrap(c->summary, 12, 12);
    }
    printf("\n'airlock COMMAND --help' says more. Exit status: 0 accepted or done, 1 refused,\n"
           "2 could not be judged or done.\n");
    return output_finish_stdout() ? STATUS_DONE : STATUS_FAILED;
}

static const struct {
    const char *form;
    void (*write)(void);
} forms[] = {{"man", pages_manual}, {"bash", pages_bash}, {"zsh", pages_zsh}, {"fish", pages_fish}};

int run_help(const struct arguments *arguments)
{
    const char *form = argument_value(arguments, "--as");
    for (size_t i = 0; form != NULL && i < sizeof forms / sizeof *forms; i++)
        if (strcmp(form, forms[i].form) == 0) {
            forms[i].write();
            return output_finish_stdout() ? STATUS_DONE : STATUS_FAILED;
        }
    if (operand_count(arguments) == 0)
        return help_overview();
    const char *name = operands(arguments)[0];
    struct suggestion best = {NULL, 0};
    for (const struct command *c = commands; c->name != NULL; c++) {
        if (strcmp(c->name, name) == 0)
            return help_command(c);
        suggestion_offer(&best, name, c->name);
    }
    const char *near = suggestion_of(&best, name);
    complain("there is no command %s%s%s%s", name, near != NULL ? "; did you mean " : "", near != NULL ? near : "",
             near != NULL ? "?" : "");
    return STATUS_FAILED;
}
