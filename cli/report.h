/* How reports are written: for people, as one JSON document, or as a line each. */
#ifndef AIRLOCK_CLI_REPORT_H
#define AIRLOCK_CLI_REPORT_H

#include "include/airlock.h"

#include <stdbool.h>
#include <stdio.h>

struct tally {
    size_t accepted, refused, errors, skipped;
};

/* What one run of `vet` says, while it says it. */
struct reporting {
    FILE *stream;
    const struct al_policy *policy;
    struct tally tally;
    int path_width;     /* of the longest path */
    bool colour, quiet, verbose;
    void *state;        /* the format's own */
};

struct report_format {
    const char *name;
    bool (*begin)(struct reporting *r);                               /* false: no memory */
    bool (*result)(struct reporting *r, const struct al_report *report);
    bool (*end)(struct reporting *r);
};

/* "human", "json", "jsonl", "sarif", "junit", "cyclonedx", "html"; NULL for another. */
const struct report_format *report_format_of(const char *name);

extern const struct report_format report_human, report_json, report_jsonl, report_sarif, report_junit, report_cyclonedx,
    report_html;

/* The reasons of one report, for people: used where a command needs an accepted model. */
void report_reasons(FILE *stream, const struct al_report *report, bool colour, bool verbose);

/* True where `stream` is a terminal and the user has not asked for none (no-color.org). */
bool report_colour(FILE *stream);

/* "(None, 128, 128, 3)" into `out`; a dimension that is not known is None, as Keras prints it. */
enum { SHAPE_TEXT = 200 };
/* What is known of a signature besides its status, under the names that JSON has for it: rows
   whose value is not empty; ended by one without a name. */
struct signature_fact {
    const char *name, *value;
};
enum { SIGNATURE_FACTS = 6 };
const struct signature_fact *signature_facts(struct signature_fact out[SIGNATURE_FACTS],
                                             const struct al_file_facts *file);

const char *shape_text(char out[SHAPE_TEXT], const struct al_port_facts *port);
/* "1,234,567" and "12.3 MiB". */
enum { NUMBER_TEXT = 40 };
const char *count_text(char out[NUMBER_TEXT], uint64_t number);
const char *size_text(char out[NUMBER_TEXT], uint64_t bytes);

#endif
