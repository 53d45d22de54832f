/* airlock verify: the signature of files, whatever is in them. */
#include "cli/command.h"
#include "cli/output.h"
#include "cli/report.h"

static int verify(const struct arguments *arguments, const char *path)
{
    struct al_report *report = NULL;
    struct al_error err = {0};
    if (al_verify_path(&report, path, argument_value(arguments, "--key"), argument_value(arguments, "--signature"),
                       &err) != AL_OK) {
        (void)complain_of(path, &err);
        return STATUS_FAILED;
    }
    enum al_verdict verdict = al_report_verdict(report);
    const struct al_file_facts *file = al_report_file(report);
    if (verdict == AL_VERDICT_ACCEPT)
        printf("%s: good signature by %s%s%s\n", file->path,
               *file->signature_signer != '\0' ? file->signature_signer : file->signature_key,
               *file->signature_comment != '\0' ? "\n  comment: " : "", file->signature_comment);
    else {
        complain("%s: %s", path, verdict == AL_VERDICT_REFUSE ? "no good signature" : "could not be judged");
        report_reasons(stderr, report, report_colour(stderr), false);
    }
    al_report_free(report);
    return verdict == AL_VERDICT_ACCEPT ? STATUS_DONE : verdict == AL_VERDICT_REFUSE ? STATUS_REFUSED : STATUS_FAILED;
}

int run_verify(const struct arguments *arguments)
{
    if (argument_value(arguments, "--key") == NULL) {
        complain("verify: --key PUBLIC is needed");
        return STATUS_FAILED;
    }
    bool refused = false, failed = false;
    for (size_t i = 0; i < operand_count(arguments); i++) {
        int status = verify(arguments, operands(arguments)[i]);
        refused = refused || status == STATUS_REFUSED;
        failed = failed || status == STATUS_FAILED;
    }
    failed = !output_finish_stdout() || failed;
    return refused ? STATUS_REFUSED : failed ? STATUS_FAILED : STATUS_DONE;
}
