/* libairlock: takes a model file nobody has reason to trust, has it taken apart by
   a process that can do nothing but answer, and hands over what was verified.

   One header, C11 or C++11. The rules that hold throughout:

   Ownership   A `..._free` belongs to every handle; NULL is allowed there. Strings and
               structures reached through a handle live as long as the handle.
   Threads     Every function may be called from any thread at once. A policy and a
               report are immutable once made, so threads may share them; a runner may
               be shared too, its runs then wait for one another.
   Errors      A function that can fail returns an enum al_status and fills `err` (which
               may be NULL). Nothing prints, exits, aborts or changes signal handlers.
   Text        Every string is valid, printable UTF-8: what came from a file has been
               escaped before it gets here.
   Stability   Structures are only ever handed out by pointer and only ever grow at
               their end; options carry their own size. So a program built against one
               0.x library runs with every later one of the same soname. */
#ifndef AIRLOCK_H
#define AIRLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AL_API __attribute__((visibility("default")))

/* ---- errors ---- */

enum al_status {
    AL_OK = 0,
    AL_REFUSED,     /* the input is not what policy or format allow; findings say why */
    AL_NO_MEMORY,
    AL_LIMIT,       /* a limit of the policy, or its hard ceiling, was reached */
    AL_IO,          /* a system call failed; `what` names it and its errno */
    AL_TIMED_OUT,
    AL_HOST,        /* this host cannot give what is required */
    AL_USAGE,       /* the caller's arguments make no sense together */
    AL_INTERNAL     /* a promise inside Airlock was broken: a bug */
};

/* Filled by the function that fails, once. `offset` is a byte position in the
   input where one applies, else 0. `what` is plain ASCII of our own making:
   text from a file never goes into it unescaped. */
struct al_error {
    enum al_status code;
    uint64_t offset;
    char what[240];
};

/* The status as a word ("refused", "no memory" ...). */
AL_API const char *al_status_word(enum al_status code);

/* Any bytes as printable text, as everything else here is: what is not UTF-8, controls and
   bidirectional marks are written out as \xNN or \u{...}. To be freed with al_text_free;
   NULL where memory is short. */
AL_API char *al_text_shown(const char *text);
AL_API void al_text_free(char *text);

/* The library's version, "0.1.0". */
AL_API const char *al_version(void);

/* ---- findings ---- */

enum al_severity { AL_NOTE, AL_WARN, AL_REFUSE };

/* "note", "warn", "refuse". */
AL_API const char *al_severity_word(enum al_severity severity);

/* What Airlock has to say about a file. Texts are "" where nothing applies. */
struct al_remark {
    const char *id;             /* "keras.lambda": stable, see al_explain */
    enum al_severity severity;
    const char *where;          /* "config.json:/config/layers/2/config/function" */
    const char *message;
    const char *expected;
    const char *found;
    const char *remedy;         /* what an honest author does about it */
    const char *cwe;            /* "CWE-502 CWE-94": separated by blanks */
    const char *cve;
};

struct al_explanation {
    const char *id;
    enum al_severity severity;
    bool soft;                  /* a policy may change its severity */
    const char *title;          /* one line */
    const char *why;            /* why it matters, what is known to abuse it */
    const char *remedy;
    const char *cwe;
    const char *cve;
};

/* What is known about a finding's id; NULL for an unknown id. Constant. */
AL_API const struct al_explanation *al_explain(const char *id);
/* Every id, sorted: index 0 ... until NULL. */
AL_API const struct al_explanation *al_explanation_at(size_t index);

/* ---- the catalogue: every layer and operation that Airlock knows ---- */

/* This structure never changes. */
struct al_kind_facts {
    const char *area;           /* "layer" or "operation" */
    const char *name;           /* "Dense" */
    const char *since;          /* "2.2": the first release of Keras that has it */
    const char *decision;       /* "computed", "identity" (changes nothing at inference), "refused" */
    const char *says;           /* what is computed, or why it is refused: one line */
};

/* Every kind: index 0 ... until false. The texts are constant. */
AL_API bool al_kind_at(struct al_kind_facts *out, size_t index);
/* The index of "layer.Dense" or "operation.Matmul", also by another name that files use
   ("layer.Convolution2D", "operation.math.add"); SIZE_MAX where there is none. */
AL_API size_t al_kind_find(const char *id);
/* Its keys with their ranges and defaults, its weights, what a call takes: a page of text. Free
   it with al_text_free. */
AL_API enum al_status al_kind_text(char **out, size_t index, struct al_error *err);

/* ---- reports ---- */

enum al_verdict { AL_VERDICT_ERROR, AL_VERDICT_ACCEPT, AL_VERDICT_REFUSE };

/* "error", "accept", "refuse". */
AL_API const char *al_verdict_word(enum al_verdict verdict);

/* The answer about one model. */
struct al_report;

struct al_file_facts {
    const char *path;           /* as the caller gave it, escaped */
    const char *format;         /* "keras", "keras-h5" ...; "unknown" */
    const char *written_by;     /* "keras 3.15.1", or "" */
    uint64_t size;              /* bytes of the file itself, without architecture or shards */
    bool sealed;                /* the bytes judged can change no more */
    const char *sha256;         /* lower-case hex, or "" where not computed */
    const char *blake2b_512;
    const char *signature;      /* "none", "valid", "untrusted", "invalid" */
    const char *error;          /* why it could not be judged, or "" */
    const char *defences;       /* in force while it was read: "seccomp landlock ...", or "" */
    uint64_t microseconds;      /* from opening the file to the verdict */
    const char *signature_scheme;  /* "minisign", "minisign-legacy" ...; "" where there is no signature */
    const char *signature_file;    /* where it lies */
    const char *signature_key;     /* id of the key that signed or claims to, as a policy revokes it */
    const char *signature_signer;  /* who its certificate says it is */
    const char *signature_comment; /* the comment that was signed with it; "" unless "valid" */
};

struct al_port_facts {
    const char *name;
    const char *dtype;          /* "float32" ... as Keras and numpy name it */
    uint32_t rank;
    const int64_t *shape;       /* -1: not known before there is input */
};

struct al_model_facts {
    const char *name;
    uint64_t layers;            /* of the outermost graph; 0: tensors only */
    uint64_t parameters;        /* numbers in all weights */
    uint32_t input_count, output_count;
    const struct al_port_facts *const *inputs;
    const struct al_port_facts *const *outputs;
    /* of the outermost graph; NULL where there is none: which layers its ends are ("a, b -> sum"), and its types */
    const char *ends, *dtype, *variable_dtype;
    bool trainable;
};

/* What one key of a layer's configuration is set to, or stands at where the file says nothing. */
struct al_setting_facts {
    const char *key;            /* "units" */
    const char *value;          /* as JSON: 5, "relu", [2, 2]; of a layer it owns, its name */
};

/* One layer, in the order of the file; what a layer owns follows it, one deeper. */
struct al_layer_facts {
    const char *name;
    const char *kind;           /* "Dense" */
    uint32_t depth;             /* 0: the layers of the outermost model */
    uint64_t parameters;        /* with those of the layers it owns */
    bool trainable;
    const char *dtype;          /* of its computation */
    uint32_t output_count;
    const struct al_port_facts *const *outputs; /* of its first call; names are "" */
    const char *from;           /* names of the layers it is fed by, separated by ", " */
    const char *variable_dtype; /* of its weights */
    const char *ends;           /* of a nested model: "a, b -> sum"; else "" */
    uint32_t setting_count, call_count;
    const struct al_setting_facts *const *settings; /* what has no effect is not among them */
    /* every call in its graph: "query = a, value = b[0][1]", where a source that is not the first output of
       its layer's first call says which, as Keras counts them */
    const char *const *calls;
};

/* What a weight's numbers are like, in the order of a histogram. */
enum { AL_WEIGHT_BINS = 24 };
struct al_weight_numbers {
    uint64_t count;
    uint64_t not_finite;                 /* NaN and infinities; in nothing below */
    double minimum, maximum, mean;       /* 0 where no number is finite */
    uint64_t bins[AL_WEIGHT_BINS];       /* how many lie in each equal part from minimum to maximum */
};

struct al_weight_facts {
    const char *layer;          /* "" in a file of tensors only */
    const char *name;           /* "kernel" */
    const char *stored_as;      /* its path in the file */
    const char *dtype;
    uint32_t rank;
    const int64_t *shape;
    uint64_t bytes;
    const struct al_weight_numbers *numbers; /* NULL unless al_options.weight_numbers asked for them */
};

AL_API enum al_verdict al_report_verdict(const struct al_report *report);
AL_API const struct al_file_facts *al_report_file(const struct al_report *report);
/* NULL unless accepted. */
AL_API const struct al_model_facts *al_report_model(const struct al_report *report);
/* Each gives an array and its length; the layers and weights are empty unless accepted. */
AL_API const struct al_remark *const *al_report_remarks(const struct al_report *report, size_t *count);
AL_API const struct al_layer_facts *const *al_report_layers(const struct al_report *report, size_t *count);
AL_API const struct al_weight_facts *const *al_report_weights(const struct al_report *report, size_t *count);
AL_API void al_report_free(struct al_report *report);

/* ---- policies ---- */

/* What is allowed. Immutable. */
struct al_policy;

/* A shipped policy: "default", "strict" or "tensors". */
AL_API enum al_status al_policy_named(struct al_policy **out, const char *name, struct al_error *err);

/* Reads a policy file. AL_REFUSED: `report`, where not NULL, says what is wrong and
   where in the file, and is to be freed. */
AL_API enum al_status al_policy_load(struct al_policy **out, const char *path, struct al_report **report,
                                     struct al_error *err);

AL_API const char *al_policy_name(const struct al_policy *policy);
/* SHA-256 of the policy's canonical JSON, 64 hex digits and a NUL. */
AL_API enum al_status al_policy_digest(const struct al_policy *policy, char out[65], struct al_error *err);
/* Whether a model that holds this kind of layer or operation (al_kind_at) can be accepted under the policy. */
AL_API bool al_policy_allows_kind(const struct al_policy *policy, size_t index);
/* The policy in force, complete, as JSON that al_policy_load takes back; to be freed with al_text_free. */
AL_API enum al_status al_policy_text(const struct al_policy *policy, char **out, struct al_error *err);
AL_API void al_policy_free(struct al_policy *policy);

/* ---- vetting ---- */

struct al_options {
    size_t size;                    /* sizeof(struct al_options) */
    const struct al_policy *policy; /* NULL: "default" */
    const char *architecture;       /* path of the model's JSON, for a weights-only file; or NULL */
    bool no_digests;                /* skip them; the policy's signatures still get theirs */
    bool facts_only;                /* keep no bytes of the file: nothing can be computed from the report */
    const char *signature;          /* path of the model's signature, which must be valid then; NULL: PATH.minisig,
                                       PATH.sig or model.sig, where there is one */
    bool weight_numbers;            /* say of each weight what its numbers are like: all of them are read */
};
#define AL_OPTIONS_INIT {sizeof(struct al_options), NULL, NULL, false, false, NULL, false}

/* Judges one model. AL_OK whenever there is a report, whatever its verdict: a file
   that cannot be opened gives a report that says "error" and why. Another status
   means that not even a report could be made. `options` may be NULL.

   A path is opened once, without following a symbolic link at its end; it is a
   regular file, or a directory that is one model (an unpacked .keras file). The policy
   must outlive the report. */
AL_API enum al_status al_vet_path(struct al_report **out, const char *path, const struct al_options *options,
                                  struct al_error *err);
/* A regular file is taken whole, whatever the descriptor's position; a pipe or socket to
   its end. `label` names it in the report. The descriptor stays the caller's. */
AL_API enum al_status al_vet_fd(struct al_report **out, int fd, const char *label,
                                const struct al_options *options, struct al_error *err);
AL_API enum al_status al_vet_memory(struct al_report **out, const void *bytes, size_t size, const char *label,
                                    const struct al_options *options, struct al_error *err);

/* ---- signatures ---- */

/* Judges the signature of any file or directory, model or not; nothing in the files is parsed.
   `key` is a public key: its file (minisign's, or a PUBLIC KEY or a root CERTIFICATE in PEM), or
   minisign's 56 letters. `signature` NULL: the path with ".minisig" behind it; for a key in PEM
   with ".sig", and model.sig inside a directory. AL_OK whenever there is a report: accepted is a good signature;
   refused a bad one or none; error says that it could not be judged. */
AL_API enum al_status al_verify_path(struct al_report **out, const char *path, const char *key, const char *signature,
                                     struct al_error *err);

/* A secret key, in memory that is zeroed with al_signing_key_free: Ed25519 in minisign's files, or
   one that OpenSSF model signing knows (P-256, P-384, P-521; PEM), which is only loaded here. */
struct al_signing_key;

AL_API enum al_status al_signing_key_new(struct al_signing_key **out, struct al_error *err);
/* AL_REFUSED: not a secret key, or not its passphrase. `passphrase` NULL: for a key that is
   not encrypted. */
AL_API enum al_status al_signing_key_load(struct al_signing_key **out, const char *path, const char *passphrase,
                                          struct al_error *err);
/* True in *out where al_signing_key_load needs a passphrase. */
AL_API enum al_status al_signing_key_is_encrypted(bool *out, const char *path, struct al_error *err);
/* Writes both halves, the secret one with mode 0600; encrypted (scrypt, which takes seconds and
   1 GiB of memory) unless `passphrase` is NULL. AL_USAGE: one of the files is there already and
   `replace` is false. */
AL_API enum al_status al_signing_key_save(const struct al_signing_key *key, const char *secret_path,
                                          const char *public_path, const char *passphrase, bool replace,
                                          struct al_error *err);
/* 16 or 64 hex digits: what reports name and policies revoke. */
AL_API const char *al_signing_key_id(const struct al_signing_key *key);
/* 56 letters: what policies trust; "" for a key of model signing. */
AL_API const char *al_signing_key_public(const struct al_signing_key *key);
AL_API void al_signing_key_free(struct al_signing_key *key);

/* Signs any file, of any size with a key of minisign's; with one of model signing any file or
   directory. Nothing is parsed. `signature` NULL: PATH.minisig; PATH.sig, or PATH/model.sig of a
   directory. It appears whole and takes the place of an older one. `comment` (minisign) NULL: the
   time and the file's name. */
AL_API enum al_status al_sign_path(const struct al_signing_key *key, const char *path, const char *signature,
                                   const char *comment, struct al_error *err);

/* ---- collections: what paths stand for ---- */

/* Files and directories, turned into the models they hold: directories are walked in
   the order of names, symbolic links in them are not followed, an unpacked .keras
   directory and a sharded weights file are one model each, and what is no model is
   counted and left out. */
struct al_collection;

struct al_collection_facts {
    size_t models;
    size_t skipped;     /* files met in directories that no loader would take for a model */
    size_t unreadable;  /* directories and files met in them that could not be opened */
};

/* `paths` as a user gives them. A path that does not exist is a model whose report
   says "error". */
AL_API enum al_status al_collect(struct al_collection **out, const char *const *paths, size_t count,
                                 struct al_error *err);
AL_API const struct al_collection_facts *al_collection_facts(const struct al_collection *collection);
/* The path of a model, escaped for showing. */
AL_API const char *al_collection_path(const struct al_collection *collection, size_t index);
AL_API enum al_status al_collection_vet(struct al_report **out, const struct al_collection *collection, size_t index,
                                        const struct al_options *options, struct al_error *err);
AL_API void al_collection_free(struct al_collection *collection);

/* ---- arrays and predictions ---- */

/* One text of an array of dtype "string": any bytes, UTF-8 as a rule, with no NUL behind them. */
struct al_string {
    const char *bytes;
    size_t length;
};

/* Numbers in memory: row-major, packed, little-endian; or texts, a struct al_string for each.
   This structure never changes. */
struct al_ndarray {
    const char *name;           /* "" or NULL: known by its position only */
    const char *dtype;          /* "float32" ... as numpy names it; "string" */
    uint32_t rank;
    const int64_t *shape;
    const void *data;
    size_t bytes;               /* of the numbers, or of the structures */
};

struct al_ndarrays;               /* a list of them */
AL_API size_t al_ndarrays_count(const struct al_ndarrays *arrays);
AL_API const struct al_ndarray *al_ndarrays_at(const struct al_ndarrays *arrays, size_t index);
AL_API void al_ndarrays_free(struct al_ndarrays *arrays);

/* Reads an .npy or .npz file, in a cell like any other foreign file. AL_REFUSED:
   `report`, where not NULL, says why, and is to be freed. */
AL_API enum al_status al_ndarrays_load(struct al_ndarrays **out, const char *path, const struct al_policy *policy,
                                     struct al_report **report, struct al_error *err);

/* A verified model, ready to compute. */
struct al_runner;

struct al_runner_options {
    size_t size;                /* sizeof(struct al_runner_options) */
    const char *layer;          /* answer with the outputs of this layer instead of the model's; or NULL */
    uint64_t batch;             /* at most so many samples at a time; 0: all at once */
};
#define AL_RUNNER_OPTIONS_INIT {sizeof(struct al_runner_options), NULL, 0}

/* From the report of an accepted model, which must outlive the runner. */
AL_API enum al_status al_runner_new(struct al_runner **out, const struct al_report *report,
                                    const struct al_runner_options *options, struct al_error *err);

/* Predicts. Every input of the model is given once: by name, or all without names and
   in the model's order. Data types are converted only where no value changes. The
   outputs come in the model's order under its names; bfloat16 comes as float32. AL_USAGE: an input is missing,
   unknown, or of the wrong shape, type or range; `err` says which. */
AL_API enum al_status al_runner_run(struct al_runner *runner, const struct al_ndarray *inputs, size_t count,
                                    struct al_ndarrays **outputs, struct al_error *err);
/* What computes: "oneDNN 2.6.3", or "plain C". */
AL_API const char *al_runner_engine(const struct al_runner *runner);
AL_API void al_runner_free(struct al_runner *runner);

/* ---- the host ---- */

struct al_defence_facts {
    const char *name;           /* "seccomp", "landlock" ...: as a policy's `require` names it */
    bool required;              /* nothing is accepted without it */
    bool held;                  /* it was tried to break it, and it held */
    const char *proof;          /* what was tried and what the kernel answered, one line */
};

struct al_examination;
/* Tries every defence on this host. AL_OK whenever there is an answer. */
AL_API enum al_status al_examine(struct al_examination **out, struct al_error *err);
/* True when models can be vetted on this host. */
AL_API bool al_examination_fit(const struct al_examination *examination);
AL_API const struct al_defence_facts *const *al_examination_defences(const struct al_examination *examination,
                                                                    size_t *count);
AL_API void al_examination_free(struct al_examination *examination);

#ifdef __cplusplus
}
#endif

#endif
