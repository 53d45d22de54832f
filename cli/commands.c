/* The table of commands. */
#include "cli/common.h"
#include "cli/passphrase.h"

#include <stdint.h>

#define OPTION_OUTPUT(what) {"--output", 'o', "FILE", NULL, false, what}

static const struct option vet_options[] = {
    OPTION_POLICY,
    OPTION_ARCHITECTURE,
    OPTION_SIGNATURE,
    {"--format", 0, "FORMAT", "human|json|jsonl|sarif|junit|cyclonedx|html", false,
     "the report's form: human (usual), json, jsonl (a line per model), sarif, junit, cyclonedx or html"},
    {"--json", 0, NULL, NULL, false, "the same as --format json"},
    OPTION_OUTPUT("write the report to FILE, which appears whole or not at all"),
    {"--jobs", 'j', "N", NULL, false, "judge N models at a time; as many as there are processors unless given"},
    {"--quiet", 'q', NULL, NULL, false, "say nothing of what is accepted"},
    {"--verbose", 'v', NULL, NULL, false, "say more: digests, defences, time, notes"},
    {0},
};

static const struct option inspect_options[] = {
    OPTION_POLICY,
    OPTION_ARCHITECTURE,
    {"--json", 0, NULL, NULL, false, "as JSON"},
    {"--weights", 'w', NULL, NULL, false, "list every weight too"},
    OPTION_OUTPUT("write to FILE, which appears whole or not at all"),
    {0},
};

static const struct option run_options[] = {
    {"--input", 'i', "FILE", NULL, true,
     "an .npy for a model with one input; an .npz whose members are named as the inputs, or arr_0, arr_1 ...; or "
     "NAME=FILE.npy, for each input"},
    OPTION_OUTPUT("write the results to FILE: an .npy of the one output, or an .npz of all in order"),
    {"--layer", 0, "NAME", NULL, false, "answer with the outputs of this layer"},
    {"--batch", 0, "N", NULL, false, "compute at most N samples at a time"},
    OPTION_POLICY,
    OPTION_ARCHITECTURE,
    {0},
};

static const struct option keygen_options[] = {
    {"--key", 'k', "SECRET", NULL, false, "the file for the secret key, made with mode 0600"},
    {"--public", 'p', "PUBLIC", NULL, false, "the file for the public key"},
    OPTIONS_PASSPHRASE,
    {"--no-passphrase", 'W', NULL, NULL, false,
     "store the secret key in the clear, as minisign -W does: whoever can read the file can sign with it"},
    {"--force", 'f', NULL, NULL, false, "replace files that are there already"},
    {0},
};

static const struct option sign_options[] = {
    {"--key", 'k', "SECRET", NULL, false,
     "the signer's secret key: minisign's, or one on P-256, P-384 or P-521 in PEM for OpenSSF model signing"},
    {"--comment", 'c', "TEXT", NULL, false,
     "a comment that is signed too, with minisign's keys; the time and the file's name unless given"},
    {"--signature", 's', "FILE", NULL, false,
     "where the signature goes, of one PATH; unless given PATH.minisig, or with a key in PEM PATH.sig, or PATH/model.sig "
     "of a directory"},
    OPTIONS_PASSPHRASE,
    {0},
};

static const struct option verify_options[] = {
    {"--key", 'k', "PUBLIC", NULL, false,
     "the signer's public key: its file (minisign's, or a public key or root certificate in PEM), or minisign's 56 "
     "letters"},
    OPTION_SIGNATURE,
    {0},
};

static const struct option policy_options[] = {
    OPTION_POLICY,
    OPTION_OUTPUT("write the policy to FILE, which appears whole or not at all"),
    {0},
};

static const struct option doctor_options[] = {
    {"--json", 0, NULL, NULL, false, "as JSON"},
    {0},
};

static const struct option help_options[] = {
    {"--as", 0, "FORM", "man|bash|zsh|fish", false,
     "write everything as a manual page (man) or as completions for a shell"},
    {0},
};

const struct command commands[] = {
    {"vet", "PATH...", 1, SIZE_MAX, "judge model files: accepted, or refused with reasons",
     "Judges each PATH: a file, a directory (walked; links in it are not followed, and what is no model is skipped "
     "and counted), or - for standard input. Every file is taken apart in a process of its own that can do nothing "
     "but answer, and what it answers is checked again.\n\n"
     "Exit status: 0 all accepted; 1 at least one refused; 2 none refused, but something could not be judged, or "
     "there was nothing to vet.",
     "  airlock vet models/\n  airlock vet --json model.keras | jq .summary\n"
     "  airlock vet --architecture model.json weights.h5\n",
     vet_options, run_vet},
    {"inspect", "PATH", 1, 1, "layers, shapes, parameters, inputs and outputs of a model",
     "Shows what is in a model, as model.summary() does, without Python and without trusting the file. A model that "
     "is refused is not shown: the reasons go to standard error.",
     "  airlock inspect model.keras\n  airlock inspect --weights --json model.h5\n", inspect_options, run_inspect},
    {"run", "PATH", 1, 1, "predict with a model that is accepted",
     "Judges the model and computes with what was verified. Without --input it is tried on zeros, one sample, and "
     "the shapes and times are told. Without --output the results are shown as a table. Data types are converted "
     "only where no value changes.",
     "  airlock run model.keras -i x.npy -o y.npy\n  airlock run two_inputs.keras -i text=t.npy -i image=i.npy\n",
     run_options, run_run},
    {"keygen", "", 0, 0, "make a key pair to sign files with",
     "Makes an Ed25519 key pair in minisign's files. The secret key is encrypted with a passphrase (scrypt), which is "
     "asked for at the terminal unless an option says where else it comes from. The public key's 56 letters are what "
     "a policy names in signatures.minisign.",
     "  airlock keygen --key ~/model.key --public model.pub\n"
     "  airlock keygen --key model.key --public model.pub --passphrase-fd 3 3<passphrase.txt\n",
     keygen_options, run_keygen},
    {"sign", "PATH...", 1, SIZE_MAX, "sign files and directories, for minisign, model_signing and airlock",
     "Signs each PATH with the secret key of --key and writes PATH.minisig, which appears whole and takes the place of "
     "an older one. The signature is over the file's BLAKE2b-512, so a file of any size is read once. With a key in PEM "
     "a bundle of OpenSSF model signing is written instead, of a file or of all files in a directory. The passphrase "
     "is asked for at the terminal unless an option says where else it comes from.",
     "  airlock sign --key ~/model.key model.keras\n"
     "  airlock sign --key ~/model.key --comment 'release 3' model.keras\n",
     sign_options, run_sign},
    {"verify", "PATH...", 1, SIZE_MAX, "judge the signature of files and directories",
     "Says of each PATH whether its signature was made by the key of --key: PATH.minisig, or with a key in PEM PATH.sig, "
     "or PATH/model.sig of a directory, unless --signature names another. Nothing in the files is read but their bytes. In 'airlock vet' the policy names the keys.\n\n"
     "Exit status: 0 all good; 1 at least one bad or missing; 2 none bad, but something could not be judged.",
     "  airlock verify --key author.pub model.keras\n", verify_options, run_verify},
    {"policy", "show|layers|check [FILE]", 1, 2, "show the policy in force, what it allows, or check a policy file",
     "'airlock policy show' prints the default policy, or the one of --policy, complete, as a file to edit. "
     "'airlock policy layers' says of every layer and operation whether it is computed under it. "
     "'airlock policy check FILE' says whether FILE is a policy, and if not, where and why.",
     "  airlock policy show -o mine.json\n  airlock policy check mine.json\n", policy_options, run_policy},
    {"explain", "[ID]", 0, 1, "what a finding means and what to do about it; what a layer is made of",
     "Says why a finding matters, what is known to abuse it, and what an honest author of a model does about it. "
     "Of a layer or an operation: whether it is computed and how, its keys with their ranges, its weights. "
     "Without an ID everything is listed.",
     "  airlock explain keras.lambda\n  airlock explain layer.Dense\n", NULL, run_explain},
    {"doctor", "", 0, 0, "which defences this host gives, each proven by trying to break it",
     "Tries every line of defence on this host and says which of them hold. Exit status 2 where one is missing "
     "without which nothing is ever accepted.",
     NULL, doctor_options, run_doctor},
    {"help", "[COMMAND]", 0, 1, "how a command is used", "The same as 'airlock COMMAND --help'.", NULL, help_options,
     run_help},
    {0},
};
