/* airlock keygen and airlock sign: keys and signatures as minisign has them. */
#include "cli/output.h"
#include "cli/passphrase.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Said before anyone has typed a passphrase for nothing; the library makes sure. */
static bool is_free(const char *path, bool force)
{
    struct stat st;
    if (force || lstat(path, &st) != 0)
        return true;
    complain("keygen: %s is there already; --force would replace it, and what it signed could not be signed again",
             path);
    return false;
}

static int save(const struct arguments *arguments, const struct al_signing_key *key, const char *passphrase)
{
    struct al_error err = {0};
    const char *secret = argument_value(arguments, "--key"), *public_path = argument_value(arguments, "--public");
    if (al_signing_key_save(key, secret, public_path, passphrase, argument_given(arguments, "--force"), &err) != AL_OK) {
        (void)complain_of("keygen", &err);
        return STATUS_FAILED;
    }
    printf("key id      %s\npublic key  %s\nsecret key  %s, %s\n", al_signing_key_id(key), al_signing_key_public(key),
           secret,
           passphrase != NULL ? "encrypted with the passphrase"
                              : "NOT encrypted: whoever can read the file can sign with it");
    return output_finish_stdout() ? STATUS_DONE : STATUS_FAILED;
}

static int generate(const struct arguments *arguments, const char *passphrase)
{
    struct al_signing_key *key = NULL;
    struct al_error err = {0};
    int status = STATUS_FAILED;
    if (al_signing_key_new(&key, &err) == AL_OK)
        status = save(arguments, key, passphrase);
    else
        (void)complain_of("keygen", &err);
    al_signing_key_free(key);
    return status;
}

int run_keygen(const struct arguments *arguments)
{
    const char *secret = argument_value(arguments, "--key"), *public_path = argument_value(arguments, "--public");
    bool force = argument_given(arguments, "--force"), bare = argument_given(arguments, "--no-passphrase");
    if (secret == NULL || public_path == NULL || strcmp(secret, public_path) == 0) {
        complain("keygen: --key SECRET and --public PUBLIC are needed, two files");
        return STATUS_FAILED;
    }
    if (bare && (argument_given(arguments, "--passphrase-fd") || argument_given(arguments, "--passphrase-env"))) {
        complain("keygen: --no-passphrase excludes a passphrase");
        return STATUS_FAILED;
    }
    if (!is_free(secret, force) || !is_free(public_path, force))
        return STATUS_FAILED;
    if (bare)
        return generate(arguments, NULL);
    struct passphrase *passphrase = passphrase_new();
    int status = passphrase != NULL && passphrase_read(passphrase, arguments, "keygen", true)
                     ? generate(arguments, passphrase->text)
                     : STATUS_FAILED;
    passphrase_free(passphrase);
    return status;
}

/* NULL after a complaint. */
static struct al_signing_key *open_key(const struct arguments *arguments, const char *path)
{
    struct al_signing_key *key = NULL;
    struct al_error err = {0};
    bool encrypted = false;
    struct passphrase *passphrase = NULL;
    enum al_status status = al_signing_key_is_encrypted(&encrypted, path, &err);
    if (status == AL_OK && encrypted) {
        passphrase = passphrase_new();
        if (passphrase == NULL || !passphrase_read(passphrase, arguments, "sign", false)) {
            passphrase_free(passphrase);
            return NULL;
        }
    }
    if (status == AL_OK)
        status = al_signing_key_load(&key, path, passphrase != NULL ? passphrase->text : NULL, &err);
    passphrase_free(passphrase);
    if (status != AL_OK)
        (void)complain_of(path, &err);
    return key;
}

int run_sign(const struct arguments *arguments)
{
    const char *path = argument_value(arguments, "--key"), *signature = argument_value(arguments, "--signature");
    if (path == NULL) {
        complain("sign: --key SECRET is needed");
        return STATUS_FAILED;
    }
    if (signature != NULL && operand_count(arguments) != 1) {
        complain("sign: --signature is the signature of one file, and there are %zu", operand_count(arguments));
        return STATUS_FAILED;
    }
    struct al_signing_key *key = open_key(arguments, path);
    if (key == NULL)
        return STATUS_FAILED;
    int status = STATUS_DONE;
    for (size_t i = 0; i < operand_count(arguments); i++) {
        struct al_error err = {0};
        const char *file = operands(arguments)[i];
        if (al_sign_path(key, file, signature, argument_value(arguments, "--comment"), &err) != AL_OK) {
            (void)complain_of(file, &err);
            status = STATUS_FAILED;
        }
    }
    al_signing_key_free(key);
    return status;
}
