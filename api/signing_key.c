/* Secret keys: made, read from their files and written to them. */
#include "api/signing_key.h"

#include "api/write_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct al_signing_key *new_key(void)
{
    struct al_signing_key *key = sodium_init() < 0 ? NULL : calloc(1, sizeof *key);
    if (key == NULL)
        return NULL;
    key->secret = sodium_malloc(sizeof *key->secret);
    if (key->secret == NULL) {
        free(key);
        return NULL;
    }
    return key;
}

void al_signing_key_free(struct al_signing_key *key)
{
    if (key == NULL)
        return;
    sodium_free(key->secret);
    al_ec_secret_free(key->ec);
    free(key);
}

/* What may be said of the key; false where memory is short. */
static bool describe(struct al_signing_key *key)
{
    struct al_minisign_public public_key;
    struct al_buffer letters;
    if (key->ec != NULL) {
        memcpy(key->id, al_ec_secret_public(key->ec)->id, sizeof key->id);
        return true;
    }
    al_minisign_public_of(&public_key, key->secret);
    al_minisign_id_text(key->id, public_key.id);
    al_buffer_init(&letters, sizeof key->public_letters);
    al_minisign_write_letters(&letters, &public_key);
    bool good = !letters.failed && letters.size < sizeof key->public_letters;
    if (good)
        memcpy(key->public_letters, letters.data, letters.size);
    al_buffer_free(&letters);
    return good;
}

/* Takes `key` in every case. */
static enum al_status finish_take(struct al_signing_key **out, struct al_signing_key *key, enum al_status status,
                                  struct al_error *err)
{
    if (status == AL_OK && !describe(key))
        status = al_fail(err, AL_NO_MEMORY, 0, "no memory for a key");
    if (status != AL_OK) {
        al_signing_key_free(key);
        return status;
    }
    *out = key;
    return AL_OK;
}

enum al_status al_signing_key_new(struct al_signing_key **out, struct al_error *err)
{
    struct al_minisign_public public_key;
    struct al_signing_key *key = new_key();
    if (key == NULL)
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for a key");
    return finish_take(out, key, al_minisign_generate(&public_key, key->secret, err), err);
}

/* A key file's text in locked memory, to be given to sodium_free; NULL with `err`. The file is
   the user's own: links to it are followed. */
static char *read_locked(const char *path, size_t *size, struct al_error *err)
{
    struct stat st;
    char *text = sodium_init() < 0 ? NULL : sodium_malloc(AL_MINISIGN_FILE_MAX);
    if (text == NULL) {
        (void)al_fail(err, AL_NO_MEMORY, 0, "no memory for a key");
        return NULL;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t got = fd >= 0 && fstat(fd, &st) == 0 ? 1 : -1;
    bool regular = got > 0 && S_ISREG(st.st_mode);
    *size = 0;
    while (regular && got > 0 && *size < AL_MINISIGN_FILE_MAX) {
        got = read(fd, text + *size, AL_MINISIGN_FILE_MAX - *size);
        *size += got > 0 ? (size_t)got : 0;
    }
    int saved = errno;
    if (fd >= 0)
        (void)close(fd);
    if (regular && got >= 0)
        return text;
    (void)al_fail(err, AL_IO, 0, "%s", got < 0 ? strerrordesc_np(saved) : "not a regular file");
    sodium_free(text);
    return NULL;
}

static bool is_pem(struct al_text file)
{
    static const char begin[] = "-----BEGIN ";
    return file.length >= sizeof begin - 1 && memcmp(file.at, begin, sizeof begin - 1) == 0;
}

enum al_status al_signing_key_load(struct al_signing_key **out, const char *path, const char *passphrase,
                                   struct al_error *err)
{
    size_t size = 0;
    struct al_signing_key *key = new_key();
    if (key == NULL)
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for a key");
    char *text = read_locked(path, &size, err);
    const struct al_text file = {text, size};
    enum al_status status = text == NULL   ? AL_IO
                            : is_pem(file) ? al_ec_secret_read(&key->ec, file, passphrase, err)
                                           : al_minisign_read_secret(key->secret, file, passphrase, err);
    sodium_free(text);
    return finish_take(out, key, status, err);
}

enum al_status al_signing_key_is_encrypted(bool *out, const char *path, struct al_error *err)
{
    size_t size = 0;
    char *text = read_locked(path, &size, err);
    if (text == NULL)
        return AL_IO;
    const struct al_text file = {text, size};
    *out = is_pem(file) ? al_ec_secret_is_encrypted(file) : al_minisign_secret_is_encrypted(file);
    sodium_free(text);
    return AL_OK;
}

static enum al_status save_public(const struct al_signing_key *key, const char *path, bool replace,
                                  struct al_error *err)
{
    struct al_minisign_public public_key;
    struct al_buffer text;
    al_minisign_public_of(&public_key, key->secret);
    al_buffer_init(&text, AL_MINISIGN_FILE_MAX);
    enum al_status status = al_minisign_write_public(&text, &public_key) == AL_OK
                                ? al_write_file(path, text.data, text.size, 0666, replace, err)
                                : al_fail(err, AL_NO_MEMORY, 0, "no memory for a key's text");
    al_buffer_free(&text);
    return status;
}

static enum al_status save_secret(const struct al_signing_key *key, const char *path, const char *passphrase,
                                  bool replace, struct al_error *err)
{
    char *text = sodium_malloc(AL_MINISIGN_SECRET_TEXT);
    if (text == NULL)
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for a key's text");
    enum al_status status = al_minisign_write_secret(text, key->secret, passphrase, err);
    if (status == AL_OK)
        status = al_write_file(path, text, strlen(text), 0600, replace, err);
    sodium_free(text);
    return status;
}

enum al_status al_signing_key_save(const struct al_signing_key *key, const char *secret_path, const char *public_path,
                                   const char *passphrase, bool replace, struct al_error *err)
{
    /* the public key first: a secret key that was replaced is lost, a public one can be made again */
    enum al_status status = save_public(key, public_path, replace, err);
    if (status != AL_OK)
        return status;
    status = save_secret(key, secret_path, passphrase, replace, err);
    if (status != AL_OK)
        (void)unlink(public_path);
    return status;
}

const char *al_signing_key_id(const struct al_signing_key *key)
{
    return key->id;
}

const char *al_signing_key_public(const struct al_signing_key *key)
{
    return key->public_letters;
}
