/* airlock vet: a verdict per model, several at a time, reported in order. */
#include "cli/common.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/report.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How far the workers may run ahead of what has been reported: bounds memory. */
enum { AHEAD = 64, MOST_JOBS = 256 };

struct slot {
    struct al_report *report;
    struct al_error err;
    bool done;
};

struct work {
    const struct al_collection *collection;
    const struct al_options *options;
    size_t count;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t next, reported;   /* the next to be taken; how many have been reported */
    bool stop;
    struct slot slots[AHEAD];
};

static void *worker(void *argument)
{
    struct work *w = argument;
    (void)pthread_mutex_lock(&w->lock);
    for (;;) {
        while (!w->stop && w->next < w->count && w->next >= w->reported + AHEAD)
            (void)pthread_cond_wait(&w->changed, &w->lock);
        if (w->stop || w->next >= w->count)
            break;
        size_t index = w->next++;
        (void)pthread_mutex_unlock(&w->lock);
        struct slot mine = {.done = true};
        (void)al_collection_vet(&mine.report, w->collection, index, w->options, &mine.err);
        (void)pthread_mutex_lock(&w->lock);
        w->slots[index % AHEAD] = mine;
        (void)pthread_cond_broadcast(&w->changed);
    }
    (void)pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* Half a second from now, on the clock that conditions wait by. */
static struct timespec soon(void)
{
    enum { HALF_A_SECOND = 500000000, SECOND = 1000000000 };
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += HALF_A_SECOND;
    t.tv_sec += t.tv_nsec / SECOND;
    t.tv_nsec %= SECOND;
    return t;
}

/* Waits for one result, which is the caller's then; says what it waits for where that takes long. */
static struct slot collect_result(struct work *w, size_t index)
{
    const char *path = al_collection_path(w->collection, index);
    progress_show(index + 1, w->count, path);
    (void)pthread_mutex_lock(&w->lock);
    while (!w->slots[index % AHEAD].done) {
        const struct timespec patience = soon();
        if (pthread_cond_timedwait(&w->changed, &w->lock, &patience) == ETIMEDOUT)
            progress_show(index + 1, w->count, path);
    }
    struct slot result = w->slots[index % AHEAD];
    w->slots[index % AHEAD] = (struct slot){0};
    w->reported = index + 1;
    (void)pthread_cond_broadcast(&w->changed);
    (void)pthread_mutex_unlock(&w->lock);
    if (result.report == NULL || isatty(STDOUT_FILENO) != 0 || index + 1 == w->count)
        progress_clear();
    return result;
}

static void count(struct tally *t, enum al_verdict verdict)
{
    t->accepted += verdict == AL_VERDICT_ACCEPT;
    t->refused += verdict == AL_VERDICT_REFUSE;
    t->errors += verdict == AL_VERDICT_ERROR;
}

static bool report_all(struct work *w, struct reporting *r, const struct report_format *format)
{
    bool good = format->begin(r);
    for (size_t i = 0; i < w->count; i++) {
        struct slot result = collect_result(w, i);
        if (result.report == NULL) {
            (void)complain_of(al_collection_path(w->collection, i), &result.err);
            r->tally.errors++;
            continue;
        }
        count(&r->tally, al_report_verdict(result.report));
        good = good && format->result(r, result.report);
        al_report_free(result.report);
    }
    return good && format->end(r);
}

static bool run_workers(struct work *w, size_t jobs, struct reporting *r, const struct report_format *format)
{
    pthread_t threads[MOST_JOBS];
    size_t started = 0;
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_cond_init(&w->changed, NULL);
    while (started < jobs && started < w->count && pthread_create(&threads[started], NULL, worker, w) == 0)
        started++;
    bool good = started > 0 || w->count == 0;
    if (good)
        good = report_all(w, r, format);
    if (!good)
        complain("no memory for the report");
    (void)pthread_mutex_lock(&w->lock);
    w->stop = true;
    (void)pthread_cond_broadcast(&w->changed);
    (void)pthread_mutex_unlock(&w->lock);
    for (size_t i = 0; i < started; i++)
        (void)pthread_join(threads[i], NULL);
    (void)pthread_cond_destroy(&w->changed);
    (void)pthread_mutex_destroy(&w->lock);
    return good;
}

/* A refusal outweighs every failure, so that no broken file or full disk can hide one. */
static int status_of(const struct tally *t, bool reported)
{
    if (t->refused > 0)
        return STATUS_REFUSED;
    return t->errors == 0 && t->accepted > 0 && reported ? STATUS_DONE : STATUS_FAILED;
}

static int longest_path(const struct al_collection *collection)
{
    size_t longest = 0;
    for (size_t i = 0; i < al_collection_facts(collection)->models; i++) {
        size_t length = strlen(al_collection_path(collection, i));
        if (length > longest && length < 200)
            longest = length;
    }
    return (int)longest;
}

static int vet(const struct arguments *arguments, const struct al_collection *collection,
               const struct al_policy *policy, size_t jobs)
{
    const struct al_collection_facts *facts = al_collection_facts(collection);
    const char *wanted = argument_given(arguments, "--json") ? "json" : argument_value(arguments, "--format");
    const struct report_format *format = report_format_of(wanted != NULL ? wanted : "human");
    struct output out;
    if (!output_open(&out, argument_value(arguments, "--output")))
        return STATUS_FAILED;
    struct reporting r = {.stream = out.stream,
                          .policy = policy,
                          .tally = {.skipped = facts->skipped, .errors = facts->unreadable},
                          .path_width = longest_path(collection),
                          .colour = out.path == NULL && report_colour(stdout),
                          .quiet = argument_given(arguments, "--quiet"),
                          .verbose = argument_given(arguments, "--verbose")};
    const struct al_options options = {.size = sizeof options,
                                       .policy = policy,
                                       .architecture = argument_value(arguments, "--architecture"),
                                       .facts_only = true,
                                       .signature = argument_value(arguments, "--signature"),
                                       .weight_numbers = format == &report_html};
    struct work w = {.collection = collection, .options = &options, .count = facts->models};
    bool reported = run_workers(&w, jobs, &r, format);
    if (facts->unreadable > 0)
        complain("%zu files or directories could not be opened", facts->unreadable);
    if (facts->models == 0)
        complain("nothing to vet: no model was found");
    if (reported)
        reported = output_close(&out);
    else
        output_discard(&out);
    return status_of(&r.tally, reported);
}

int run_vet(const struct arguments *arguments)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned long jobs = processors > 0 && processors < MOST_JOBS ? (unsigned long)processors : 1;
    if (!argument_number(arguments, "--jobs", 1, MOST_JOBS, &jobs))
        return STATUS_FAILED;
    int status = STATUS_FAILED;
    struct al_collection *collection = NULL;
    struct al_error err = {0};
    struct al_policy *policy = open_policy(arguments, &status);
    if (policy == NULL)
        return status;
    if (al_collect(&collection, operands(arguments), operand_count(arguments), &err) != AL_OK)
        status = complain_of("paths", &err);
    else if (argument_given(arguments, "--signature") && al_collection_facts(collection)->models != 1)
        complain("vet: --signature is the signature of one model, and there are %zu",
                 al_collection_facts(collection)->models);
    else
        status = vet(arguments, collection, policy, jobs);
    al_collection_free(collection);
    al_policy_free(policy);
    return status;
}
