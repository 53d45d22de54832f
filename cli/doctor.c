/* airlock doctor: which defences this host gives, each tried. */
#include "cli/command.h"
#include "cli/output.h"
#include "cli/report.h"

#include <jansson.h>

static void doctor_human(const struct al_examination *e, bool colour)
{
    size_t count;
    const struct al_defence_facts *const *list = al_examination_defences(e, &count);
    for (size_t i = 0; i < count; i++) {
        const char *word = list[i]->held ? "holds" : list[i]->required ? "MISSING" : "absent";
        const char *tint = list[i]->held ? "\033[32m" : list[i]->required ? "\033[31m" : "\033[33m";
        printf("%s%-8s%s %-18s %-9s %s\n", colour ? tint : "", word, colour ? "\033[0m" : "", list[i]->name,
               list[i]->required ? "required" : "", list[i]->proof);
    }
    printf(al_examination_fit(e) ? "This host can judge models.\n"
                                 : "This host cannot judge models: a defence that is always required is missing.\n");
}

static bool doctor_json(const struct al_examination *e)
{
    size_t count;
    const struct al_defence_facts *const *list = al_examination_defences(e, &count);
    json_t *defences = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(defences, json_pack("{s:s, s:b, s:b, s:s}", "name", list[i]->name, "required",
                                                  list[i]->required, "held", list[i]->held, "proof", list[i]->proof));
    json_t *value = json_pack("{s:s, s:b, s:o}", "airlock", al_version(), "fit", al_examination_fit(e),
                              "defences", defences);
    if (value == NULL)
        complain("no memory for the report");
    else if (json_dumpf(value, stdout, JSON_INDENT(2)) == 0)
        putchar('\n');
    json_decref(value);
    return value != NULL;
}

int run_doctor(const struct arguments *arguments)
{
    struct al_examination *e = NULL;
    struct al_error err = {0};
    if (al_examine(&e, &err) != AL_OK)
        return complain_of("doctor", &err);
    bool good = true;
    if (argument_given(arguments, "--json"))
        good = doctor_json(e);
    else
        doctor_human(e, report_colour(stdout));
    good = output_finish_stdout() && good && al_examination_fit(e);
    al_examination_free(e);
    return good ? STATUS_DONE : STATUS_FAILED;
}
