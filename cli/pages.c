/* The table of commands as a manual page and as completions for shells. */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

/* man(7): a backslash and a dash must be escaped, and a line must not begin with a dot. */
static void roff(const char *text)
{
    bool start = true;
    for (const char *c = text; *c != '\0'; c++) {
        if (start && (*c == '.' || *c == '\''))
            printf("\\&");
        if (*c == '\n' && c[1] == '\n') {
            printf("\n.PP\n");
            c++;
            start = true;
            continue;
        }
        if (*c == '-' || *c == '\\')
            putchar('\\');
        putchar(*c);
        start = *c == '\n';
    }
    if (!start)
        putchar('\n');
}

static void manual_command(const struct command *c)
{
    printf(".SS airlock %s ", c->name);
    roff(c->operands);
    roff(c->text);
    for (const struct option *o = c->options; o != NULL && o->name != NULL; o++) {
        printf(".TP\n.BI \"");
        if (o->letter != 0)
            printf("\\-%c, ", o->letter);
        printf("\\-\\-%s%s\" %s\n", o->name + 2, o->value != NULL ? " " : "", o->value != NULL ? o->value : "");
        roff(o->help);
    }
    if (c->examples != NULL) {
        printf(".PP\n.EX\n");
        roff(c->examples);
        printf(".EE\n");
    }
}

void pages_manual(void)
{
    printf(".TH AIRLOCK 1 \"\" \"airlock %s\"\n.SH NAME\nairlock \\- judges model files without trusting them\n"
           ".SH SYNOPSIS\n.B airlock\n.I COMMAND\n[option...] [operand...]\n.SH DESCRIPTION\n",
           al_version());
    roff("airlock has a model file taken apart by a process that can do nothing but answer, checks the answer "
         "again, and says accept or refuse, with reasons. What was accepted can be shown and computed with. "
         "Nothing in a file is ever executed.");
    printf(".SH COMMANDS\n");
    for (const struct command *c = commands; c->name != NULL; c++)
        manual_command(c);
    printf(".SH EXIT STATUS\n.TP\n0\neverything was accepted, or done\n.TP\n1\nsomething was refused\n"
           ".TP\n2\nnothing was refused, but something could not be judged or done\n"
           ".SH ENVIRONMENT\n.TP\nNO_COLOR\nwhere set and not empty, nothing is coloured\n");
}

void pages_bash(void)
{
    printf("# bash completion for airlock\n_airlock()\n{\n    local word=${COMP_WORDS[COMP_CWORD]}\n"
           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W '");
    for (const struct command *c = commands; c->name != NULL; c++)
        printf("%s ", c->name);
    printf("' -- \"$word\"))\n        return\n    fi\n    case ${COMP_WORDS[1]} in\n");
    for (const struct command *c = commands; c->name != NULL; c++) {
        printf("        %s) local options='--help", c->name);
        for (const struct option *o = c->options; o != NULL && o->name != NULL; o++)
            printf(" %s", o->name);
        printf("' ;;\n");
    }
    printf("        *) return ;;\n    esac\n    case $word in\n"
           "        -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
           "        *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n    esac\n}\n"
           "complete -o filenames -F _airlock airlock\n");
}

/* Text inside single quotes of zsh and fish. */
static void quoted(const char *text, const char *apostrophe)
{
    for (const char *c = text; *c != '\0'; c++)
        if (*c == '\'')
            printf("%s", apostrophe);
        else if (*c == '[' || *c == ']' || *c == ':' || *c == '\n')
            putchar(' ');
        else
            putchar(*c);
}

void pages_zsh(void)
{
    printf("#compdef airlock\nlocal -a commands\ncommands=(\n");
    for (const struct command *c = commands; c->name != NULL; c++) {
        printf("    '%s:", c->name);
        quoted(c->summary, "'\\''");
        printf("'\n");
    }
    printf(")\nif (( CURRENT == 2 )); then\n    _describe command commands\n    return\nfi\ncase $words[2] in\n");
    for (const struct command *c = commands; c->name != NULL; c++) {
        printf("%s)\n    _arguments '--help[say how it is used]'", c->name);
        for (const struct option *o = c->options; o != NULL && o->name != NULL; o++) {
            printf(" \\\n        '%s%s[", o->repeated ? "*" : "", o->name);
            quoted(o->help, "'\\''");
            printf("]%s'", o->value != NULL ? ":value:_files" : "");
        }
        printf(" \\\n        '*:file:_files'\n    ;;\n");
    }
    printf("esac\n");
}

void pages_fish(void)
{
    printf("complete -c airlock -n __fish_use_subcommand -f\n");
    for (const struct command *c = commands; c->name != NULL; c++) {
        printf("complete -c airlock -n __fish_use_subcommand -a %s -d '", c->name);
        quoted(c->summary, "\\'");
        printf("'\n");
        for (const struct option *o = c->options; o != NULL && o->name != NULL; o++) {
            printf("complete -c airlock -n '__fish_seen_subcommand_from %s' -l %s", c->name, o->name + 2);
            if (o->letter != 0)
                printf(" -s %c", o->letter);
            printf("%s -d '", o->value != NULL ? " -r" : "");
            quoted(o->help, "\\'");
            printf("'\n");
        }
    }
}
