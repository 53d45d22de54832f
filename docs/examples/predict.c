/* The library in one page: is this model accepted, and what does it say of zeros?

       cc predict.c $(pkg-config --cflags --libs airlock) && ./a.out model.keras */
#include <airlock.h>

#include <stdio.h>
#include <stdlib.h>

/* One sample of zeros for a model with one float32 input. */
static int predict(const struct al_report *report)
{
    const struct al_port_facts *port = al_report_model(report)->inputs[0];
    int64_t shape[8];
    size_t bytes = sizeof(float);
    for (uint32_t i = 0; i < port->rank; i++) {
        shape[i] = port->shape[i] < 0 ? 1 : port->shape[i];
        bytes *= (size_t)shape[i];
    }
    void *zeros = calloc(1, bytes);
    const struct al_ndarray input = {NULL, "float32", port->rank, shape, zeros, bytes};
    struct al_runner *runner = NULL;
    struct al_ndarrays *outputs = NULL;
    struct al_error err;
    enum al_status status = al_runner_new(&runner, report, NULL, &err);
    if (status == AL_OK)
        status = al_runner_run(runner, &input, 1, &outputs, &err);
    if (status == AL_OK) {
        const struct al_ndarray *first = al_ndarrays_at(outputs, 0);
        for (size_t i = 0; i < first->bytes / sizeof(float); i++)
            printf("%s%f", i > 0 ? " " : "", (double)((const float *)first->data)[i]);
        printf("\n");
    } else
        fprintf(stderr, "%s\n", err.what);
    al_ndarrays_free(outputs);
    al_runner_free(runner);
    free(zeros);
    return status == AL_OK ? 0 : 2;
}

int main(int argc, char **argv)
{
    struct al_report *report = NULL;
    struct al_error err;
    if (argc != 2 || al_vet_path(&report, argv[1], NULL, &err) != AL_OK)
        return 2;
    int status = 0;
    if (al_report_verdict(report) != AL_VERDICT_ACCEPT) {
        size_t count;
        const struct al_remark *const *remarks = al_report_remarks(report, &count);
        for (size_t i = 0; i < count; i++)
            fprintf(stderr, "%s: %s: %s\n", remarks[i]->id, remarks[i]->where, remarks[i]->message);
        status = al_report_verdict(report) == AL_VERDICT_REFUSE ? 1 : 2;
    } else if (al_report_model(report)->input_count == 1)
        status = predict(report);
    al_report_free(report);
    return status;
}
