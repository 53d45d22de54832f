/* One report as a JSON value; the shape is docs/airlock-report.schema.json. */
#ifndef AIRLOCK_CLI_JSON_H
#define AIRLOCK_CLI_JSON_H

#include "include/airlock.h"

#include <jansson.h>

/* A new value, to be given back with json_decref; NULL where memory is short. */
json_t *json_of_report(const struct al_report *report);
/* Its status and what else is known of it. */
json_t *json_of_signature(const struct al_file_facts *file);
json_t *json_of_layers(const struct al_report *report);
json_t *json_of_weights(const struct al_report *report);
json_t *json_of_policy(const struct al_policy *policy);

#endif
