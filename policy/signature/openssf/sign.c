/* Statement, envelope and bundle, written; see sign.h. */
#include "policy/signature/openssf/sign.h"

#include "policy/signature/openssf/envelope.h"
#include "policy/signature/openssf/manifest.h"

#include <sodium.h>
#include <stdlib.h>

/* ---- the bundle ---- */

static json_t *base64(const void *bytes, size_t size)
{
    size_t room = sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL);
    char *letters = malloc(room);
    if (letters == NULL)
        return NULL;
    (void)sodium_bin2base64(letters, room, bytes, size, sodium_base64_VARIANT_ORIGINAL);
    json_t *text = json_string(letters);
    free(letters);
    return text;
}

static enum al_status write_json(struct al_buffer *out, json_t *json_take, size_t flags, struct al_error *err)
{
    char *text = json_dumps(json_take, flags);
    json_decref(json_take);
    if (text != NULL)
        al_buffer_text(out, text);
    bool written = text != NULL && !out->failed;
    free(text);
    return written ? AL_OK : al_fail(err, AL_NO_MEMORY, 0, "no memory for a signature");
}

enum al_status al_openssf_wrap(struct al_buffer *out, const struct al_ec_secret *secret, struct al_text payload,
                               struct al_error *err)
{
    struct al_buffer frame, signature;
    al_buffer_init(&frame, payload.length + 128);
    al_buffer_init(&signature, AL_ENVELOPE_SIGNATURE_MAX);
    al_envelope_frame(&frame, payload);
    enum al_status status = frame.failed ? al_fail(err, AL_NO_MEMORY, 0, "no memory for a signature")
                                         : al_ec_sign(&signature, secret,
                                                      (struct al_text){(const char *)frame.data, frame.size}, err);
    if (status == AL_OK)
        status = write_json(out, json_pack("{s:s,s:{s:{s:s},s:[]},s:{s:o,s:s,s:[{s:o,s:s}]}}",
                                           "mediaType", "application/vnd.dev.sigstore.bundle.v0.3+json",
                                           "verificationMaterial",
                                           "publicKey", "hint", al_ec_secret_public(secret)->id,
                                           "tlogEntries",
                                           "dsseEnvelope",
                                           "payload", base64(payload.at, payload.length),
                                           "payloadType", AL_ENVELOPE_PAYLOAD_TYPE,
                                           "signatures", "sig", base64(signature.data, signature.size), "keyid", ""),
                            JSON_COMPACT, err);
    al_buffer_free(&frame);
    al_buffer_free(&signature);
    return status;
}

/* ---- the statement ---- */

/* As model_signing sorts paths: part by part, so that "a/b" comes before "a.txt". */
static int compare(const void *a, const void *b)
{
    const unsigned char *x = (const unsigned char *)((const struct al_signed_file *)a)->name;
    const unsigned char *y = (const unsigned char *)((const struct al_signed_file *)b)->name;
    while (*x != '\0' && *x == *y) {
        x++;
        y++;
    }
    int p = *x == '/' ? 1 : *x == '\0' ? 0 : *x + 1, q = *y == '/' ? 1 : *y == '\0' ? 0 : *y + 1;
    return p - q;
}

static json_t *list_resources(const struct al_signed_file *files, size_t count, bool alone,
                              uint8_t root[crypto_hash_sha256_BYTES])
{
    crypto_hash_sha256_state state;
    json_t *list = json_array();
    (void)crypto_hash_sha256_init(&state);
    for (size_t i = 0; list != NULL && i < count; i++) {
        char hex[2 * crypto_hash_sha256_BYTES + 1];
        (void)crypto_hash_sha256_update(&state, files[i].sha256, crypto_hash_sha256_BYTES);
        (void)sodium_bin2hex(hex, sizeof hex, files[i].sha256, crypto_hash_sha256_BYTES);
        if (json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "algorithm", "sha256", "digest", hex, "name",
                                                  alone ? "." : files[i].name)) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    (void)crypto_hash_sha256_final(&state, root);
    return list;
}

static json_t *list_ignored(const struct al_openssf_work *work)
{
    json_t *list = json_array();
    for (size_t i = 0; list != NULL && i < work->ignored_count; i++)
        if (json_array_append_new(list, json_string(work->ignored[i])) != 0) {
            json_decref(list);
            list = NULL;
        }
    return list;
}

/* What no verifier takes must not be signed. */
static bool check_names(const struct al_openssf_work *work)
{
    for (size_t i = 0; i < work->file_count; i++) {
        struct al_text name = al_text_of(work->files[i].name);
        if (!al_utf8_valid(name.at, name.length) || !al_manifest_path(name))
            return false;
    }
    return work->file_count > 0 && al_utf8_valid(work->name.at, work->name.length);
}

enum al_status al_openssf_sign(struct al_buffer *out, const struct al_ec_secret *secret,
                               const struct al_openssf_work *work, struct al_error *err)
{
    uint8_t root[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof root + 1];
    struct al_buffer payload;
    if (!check_names(work))
        return al_fail(err, AL_REFUSED, 0, "the model has no files, or a name that no manifest may have");
    struct al_signed_file *sorted = reallocarray(NULL, work->file_count, sizeof *sorted);
    if (sorted == NULL)
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for a signature");
    memcpy(sorted, work->files, work->file_count * sizeof *sorted);
    qsort(sorted, work->file_count, sizeof *sorted, compare);
    json_t *resources = list_resources(sorted, work->file_count, work->alone, root);
    free(sorted);
    (void)sodium_bin2hex(hex, sizeof hex, root, sizeof root);
    al_buffer_init(&payload, AL_ENVELOPE_FILE_MAX / 2);
    enum al_status status = write_json(
        &payload, json_pack("{s:s,s:[{s:s%,s:{s:s}}],s:s,s:{s:{s:s,s:s,s:b,s:o},s:o}}",
                            "_type", "https://in-toto.io/Statement/v1",
                            "subject", "name", work->name.at, work->name.length, "digest", "sha256", hex,
                            "predicateType", "https://model_signing/signature/v1.0",
                            "predicate",
                            "serialization", "method", "files", "hash_type", "sha256", "allow_symlinks", 0,
                            "ignore_paths", list_ignored(work),
                            "resources", resources),
        JSON_COMPACT, err);
    if (status == AL_OK)
        status = al_openssf_wrap(out, secret, (struct al_text){(const char *)payload.data, payload.size}, err);
    al_buffer_free(&payload);
    return status;
}
