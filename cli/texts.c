/* Numbers and shapes as people read them. */
#include "cli/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct signature_fact *signature_facts(struct signature_fact out[SIGNATURE_FACTS],
                                             const struct al_file_facts *file)
{
    const struct signature_fact all[] = {{"scheme", file->signature_scheme},
                                         {"file", file->signature_file},
                                         {"key", file->signature_key},
                                         {"signer", file->signature_signer},
                                         {"comment", file->signature_comment}};
    size_t count = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (*all[i].value != '\0')
            out[count++] = all[i];
    out[count] = (struct signature_fact){0};
    return out;
}

const char *shape_text(char out[SHAPE_TEXT], const struct al_port_facts *port)
{
    int at = snprintf(out, SHAPE_TEXT, "(");
    for (uint32_t i = 0; i < port->rank && at < SHAPE_TEXT - 32; i++) {
        const char *gap = i > 0 ? ", " : "";
        at += port->shape[i] < 0 ? snprintf(out + at, (size_t)(SHAPE_TEXT - at), "%sNone", gap)
                                 : snprintf(out + at, (size_t)(SHAPE_TEXT - at), "%s%" PRId64, gap, port->shape[i]);
    }
    /* a tuple of one has a comma in Python */
    (void)snprintf(out + at, (size_t)(SHAPE_TEXT - at), port->rank == 1 ? ",)" : ")");
    return out;
}

const char *count_text(char out[NUMBER_TEXT], uint64_t number)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, number);
    int at = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

const char *size_text(char out[NUMBER_TEXT], uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    if (bytes < 1024) {
        (void)snprintf(out, NUMBER_TEXT, "%" PRIu64 " bytes", bytes);
        return out;
    }
    double value = (double)bytes / 1024;
    size_t unit = 0;
    for (; value >= 1024 && unit < 3; unit++)
        value /= 1024;
    (void)snprintf(out, NUMBER_TEXT, value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
    return out;
}

bool report_colour(FILE *stream)
{
    const char *none = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return (none == NULL || *none == '\0') && terminal != NULL && strcmp(terminal, "dumb") != 0 &&
           isatty(fileno(stream)) == 1;
}

const struct report_format *report_format_of(const char *name)
{
    static const struct report_format *const formats[] = {
        &report_human, &report_json, &report_jsonl, &report_sarif, &report_junit, &report_cyclonedx, &report_html};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    return NULL;
}
