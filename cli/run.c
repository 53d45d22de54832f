/* airlock run: vets a model and computes with what was verified. */
#include "cli/common.h"
#include "cli/feed.h"
#include "cli/npy.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/table.h"

#include <string.h>
#include <time.h>

static bool ends_with(const char *text, const char *suffix)
{
    size_t n = strlen(text), m = strlen(suffix);
    return n >= m && strcmp(text + n - m, suffix) == 0;
}

static double milliseconds_now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool write_results(struct output *out, const struct al_ndarrays *results)
{
    size_t count = al_ndarrays_count(results);
    if (out->path == NULL) {
        for (size_t i = 0; i < count; i++)
            table_write(out->stream, al_ndarrays_at(results, i));
        return true;
    }
    bool archive = ends_with(out->path, ".npz");
    if (!archive && count != 1) {
        complain("%s: the model has %zu outputs; name a file that ends in .npz", out->path, count);
        return false;
    }
    bool good = archive ? npz_write(out->stream, results) : npy_write(out->stream, al_ndarrays_at(results, 0));
    if (!good)
        complain("%s: the results do not fit this format", out->path);
    return good;
}

static int predict(const struct arguments *arguments, struct al_runner *runner, const struct feed *feed)
{
    struct al_error err = {0};
    struct al_ndarrays *results = NULL;
    struct output out;
    if (!output_open(&out, argument_value(arguments, "--output")))
        return STATUS_FAILED;
    int status = STATUS_FAILED;
    bool written = false;
    if (al_runner_run(runner, feed->inputs, feed->count, &results, &err) == AL_OK)
        written = write_results(&out, results);
    else
        status = complain_of(operands(arguments)[0], &err);
    if (!written)
        output_discard(&out);
    else if (output_close(&out))
        status = STATUS_DONE;
    al_ndarrays_free(results);
    return status;
}

/* Without inputs: does it compute at all, in what shapes, how fast. */
static int warm_up(const struct arguments *arguments, struct al_runner *runner, const struct feed *feed,
                   const struct al_model_facts *model)
{
    char shape[SHAPE_TEXT];
    double took[2] = {0, 0};
    struct al_error err = {0};
    for (int turn = 0; turn < 2; turn++) {
        struct al_ndarrays *results = NULL;
        double start = milliseconds_now();
        if (al_runner_run(runner, feed->inputs, feed->count, &results, &err) != AL_OK)
            return complain_of(operands(arguments)[0], &err);
        took[turn] = milliseconds_now() - start;
        for (size_t i = 0; turn == 0 && i < feed->count; i++) {
            const struct al_ndarray *a = &feed->inputs[i];
            const struct al_port_facts given = {"", a->dtype, a->rank, a->shape};
            printf("input   %-24s %-8s %s  zeros\n", model->inputs[i]->name, given.dtype, shape_text(shape, &given));
        }
        for (size_t i = 0; turn == 0 && i < al_ndarrays_count(results); i++) {
            const struct al_ndarray *a = al_ndarrays_at(results, i);
            const struct al_port_facts got = {a->name, a->dtype, a->rank, a->shape};
            printf("output  %-24s %-8s %s\n", a->name, a->dtype, shape_text(shape, &got));
        }
        al_ndarrays_free(results);
    }
    printf("first prediction %.2f ms, second %.2f ms, computed by %s\n", took[0], took[1], al_runner_engine(runner));
    return output_finish_stdout() ? STATUS_DONE : STATUS_FAILED;
}

static int run(const struct arguments *arguments, const struct al_report *report, const struct al_policy *policy)
{
    unsigned long batch = 0;
    if (!argument_number(arguments, "--batch", 1, 1UL << 30, &batch))
        return STATUS_FAILED;
    const struct al_model_facts *model = al_report_model(report);
    const struct al_runner_options options = {sizeof options, argument_value(arguments, "--layer"), batch};
    bool given = argument_given(arguments, "--input");
    if (!given && argument_given(arguments, "--output")) {
        complain("run: --output needs --input: without it there is only a warm-up on zeros");
        return STATUS_FAILED;
    }
    struct al_error err = {0};
    struct al_runner *runner = NULL;
    if (al_runner_new(&runner, report, &options, &err) != AL_OK)
        return complain_of(operands(arguments)[0], &err);
    struct feed feed = {0};
    int status = STATUS_FAILED;
    if (given && feed_read(&feed, arguments, model, policy, &status))
        status = predict(arguments, runner, &feed);
    else if (!given && feed_zeros(&feed, model))
        status = warm_up(arguments, runner, &feed, model);
    feed_free(&feed);
    al_runner_free(runner);
    return status;
}

int run_run(const struct arguments *arguments)
{
    int status = STATUS_FAILED;
    struct al_policy *policy = open_policy(arguments, &status);
    struct al_report *report = policy != NULL ? open_model(arguments, policy, &status) : NULL;
    if (report != NULL)
        status = run(arguments, report, policy);
    al_report_free(report);
    al_policy_free(policy);
    return status;
}
