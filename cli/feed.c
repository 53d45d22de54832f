/* Input files for `run`: name=file.npy, an .npy for the only input, an .npz by names or
   by arr_0, arr_1 ... The files are read in a cell, as everything foreign is. */
#include "cli/feed.h"
#include "cli/report.h"

#include <stdlib.h>
#include <string.h>

enum { NO_INPUT = -1 };

static bool allocate(struct feed *feed, const struct al_model_facts *model)
{
    *feed = (struct feed){.count = model->input_count};
    feed->inputs = calloc(feed->count + 1, sizeof *feed->inputs);
    if (feed->inputs == NULL)
        complain("no memory");
    return feed->inputs != NULL;
}

static long index_of(const struct al_model_facts *model, const char *name, size_t length)
{
    for (uint32_t i = 0; i < model->input_count; i++)
        if (strlen(model->inputs[i]->name) == length && memcmp(model->inputs[i]->name, name, length) == 0)
            return (long)i;
    return NO_INPUT;
}

/* numpy.savez's names for arrays without one. */
static long index_of_number(const struct al_model_facts *model, const char *name)
{
    char *end;
    if (strncmp(name, "arr_", 4) != 0 || name[4] < '0' || name[4] > '9')
        return NO_INPUT;
    unsigned long number = strtoul(name + 4, &end, 10);
    return *end == '\0' && number < model->input_count ? (long)number : NO_INPUT;
}

static void list_inputs(const struct al_model_facts *model)
{
    char shape[SHAPE_TEXT];
    for (uint32_t i = 0; i < model->input_count; i++)
        complain("  input %u: %s, %s %s", i, model->inputs[i]->name, model->inputs[i]->dtype,
                 shape_text(shape, model->inputs[i]));
}

static bool place(struct feed *feed, const struct al_model_facts *model, long index, const struct al_ndarray *array,
                  const char *path)
{
    if (index == NO_INPUT) {
        complain("%s: the model has no input named %s", path,
                 array->name != NULL && *array->name != '\0' ? array->name : "(none)");
        list_inputs(model);
        return false;
    }
    if (feed->inputs[index].dtype != NULL) {
        complain("%s: input %s is given twice", path, model->inputs[index]->name);
        return false;
    }
    feed->inputs[index] = *array;
    feed->inputs[index].name = NULL;
    return true;
}

static const struct al_ndarrays *load(struct feed *feed, const char *path, const struct al_policy *policy,
                                      int *status)
{
    struct al_error err = {0};
    struct al_report *report = NULL;
    struct al_ndarrays *arrays = NULL;
    if (al_ndarrays_load(&arrays, path, policy, &report, &err) == AL_OK) {
        feed->files[feed->file_count++] = arrays;
        return arrays;
    }
    *status = complain_of(path, &err);
    if (report != NULL)
        report_reasons(stderr, report, report_colour(stderr), false);
    al_report_free(report);
    return NULL;
}

static bool take_named(struct feed *feed, const struct al_model_facts *model, const char *argument,
                       const char *equals, const struct al_policy *policy, int *status)
{
    long index = index_of(model, argument, (size_t)(equals - argument));
    if (index == NO_INPUT) {
        complain("the model has no input named %.*s", (int)(equals - argument), argument);
        list_inputs(model);
        return false;
    }
    const struct al_ndarrays *arrays = load(feed, equals + 1, policy, status);
    if (arrays == NULL)
        return false;
    if (al_ndarrays_count(arrays) != 1) {
        complain("%s: holds %zu arrays, and one is wanted for %s", equals + 1, al_ndarrays_count(arrays),
                 model->inputs[index]->name);
        return false;
    }
    return place(feed, model, index, al_ndarrays_at(arrays, 0), equals + 1);
}

static bool take_file(struct feed *feed, const struct al_model_facts *model, const char *path,
                      const struct al_policy *policy, int *status)
{
    const struct al_ndarrays *arrays = load(feed, path, policy, status);
    if (arrays == NULL)
        return false;
    size_t count = al_ndarrays_count(arrays);
    if (count == 1 && model->input_count == 1)
        return place(feed, model, 0, al_ndarrays_at(arrays, 0), path);
    for (size_t i = 0; i < count; i++) {
        const struct al_ndarray *array = al_ndarrays_at(arrays, i);
        const char *name = array->name != NULL ? array->name : "";
        long index = index_of(model, name, strlen(name));
        if (!place(feed, model, index != NO_INPUT ? index : index_of_number(model, name), array, path))
            return false;
    }
    return true;
}

bool feed_read(struct feed *feed, const struct arguments *arguments, const struct al_model_facts *model,
               const struct al_policy *policy, int *status)
{
    const char *argument;
    size_t given = 0;
    *status = STATUS_FAILED;
    if (!allocate(feed, model))
        return false;
    while (argument_value_at(arguments, "--input", given) != NULL)
        given++;
    feed->files = calloc(given + 1, sizeof(struct al_ndarrays *));
    if (feed->files == NULL) {
        complain("no memory");
        return false;
    }
    for (size_t i = 0; (argument = argument_value_at(arguments, "--input", i)) != NULL; i++) {
        const char *equals = strchr(argument, '=');
        if (!(equals != NULL ? take_named(feed, model, argument, equals, policy, status)
                             : take_file(feed, model, argument, policy, status)))
            return false;
    }
    for (size_t i = 0; i < feed->count; i++)
        if (feed->inputs[i].dtype == NULL) {
            complain("input %s is not given", model->inputs[i]->name);
            list_inputs(model);
            return false;
        }
    return true;
}

static size_t bytes_of(const char *dtype)
{
    static const struct {
        const char *ending;
        size_t bytes;
    } sizes[] = {{"64", 8}, {"32", 4}, {"16", 2}, {"8", 1}, {"bool", 1}};
    size_t n = strlen(dtype);
    if (strcmp(dtype, "string") == 0)
        return sizeof(struct al_string);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t m = strlen(sizes[i].ending);
        if (n >= m && strcmp(dtype + n - m, sizes[i].ending) == 0)
            return sizes[i].bytes;
    }
    return 0;
}

bool feed_zeros(struct feed *feed, const struct al_model_facts *model)
{
    if (!allocate(feed, model))
        return false;
    size_t largest = 1;
    for (uint32_t i = 0; i < model->input_count; i++) {
        const struct al_port_facts *port = model->inputs[i];
        int64_t *shape = calloc(port->rank + 1, sizeof *shape);
        size_t bytes = bytes_of(port->dtype);
        if (shape == NULL || bytes == 0) {
            free(shape);
            complain("there are no zeros of type %s", port->dtype);
            return false;
        }
        feed->inputs[i] = (struct al_ndarray){NULL, port->dtype, port->rank, shape, NULL, 0};
        for (uint32_t k = 0; k < port->rank; k++) {
            shape[k] = port->shape[k] < 0 ? 1 : port->shape[k];
            if (__builtin_mul_overflow(bytes, (size_t)shape[k], &bytes)) {
                complain("input %s is too large", port->name);
                return false;
            }
        }
        feed->inputs[i].bytes = bytes;
        largest = bytes > largest ? bytes : largest;
    }
    feed->zeros = calloc(largest, 1);
    if (feed->zeros == NULL)
        complain("no memory for the inputs");
    feed->texts = calloc(largest, 1);
    for (size_t i = 0; feed->texts != NULL && i < largest / sizeof *feed->texts; i++)
        feed->texts[i] = (struct al_string){"text", 4};
    for (size_t i = 0; i < feed->count; i++)
        feed->inputs[i].data = strcmp(feed->inputs[i].dtype, "string") == 0 ? (void *)feed->texts : feed->zeros;
    return feed->zeros != NULL && feed->texts != NULL;
}

void feed_free(struct feed *feed)
{
    /* without files the shapes are our own */
    for (size_t i = 0; feed->files == NULL && feed->inputs != NULL && i < feed->count; i++)
        free((void *)(uintptr_t)feed->inputs[i].shape);
    for (size_t i = 0; i < feed->file_count; i++)
        al_ndarrays_free(feed->files[i]);
    free(feed->files);
    free(feed->inputs);
    free(feed->zeros);
    free(feed->texts);
    *feed = (struct feed){0};
}
