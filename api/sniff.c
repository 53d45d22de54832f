/* A look at a file's first and last bytes. It decides only whether a file is worth a
   cell, in the direction of asking one: whoever hides a model behind another name is
   found by its content, and what has a model's name is judged whatever it contains. */
#include "api/sniff.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files that some framework loads as a model. Most are refused as not understood, which
   is better than to be passed over in silence. */
static const char *const suffixes[] = {
    ".keras", ".h5", ".hdf5", ".weights.json", ".npy", ".npz", ".safetensors", ".gguf", ".onnx", ".tflite", ".pb",
    ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".dill", ".mar", ".pte", ".msgpack",
};

static bool has_model_suffix(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t m = strlen(suffixes[i]);
        if (n > m && strcasecmp(name + n - m, suffixes[i]) == 0)
            return true;
    }
    return false;
}

static bool bytes_at(int fd, off_t at, const char *bytes, size_t count)
{
    char found[16];
    return count <= sizeof found && pread(fd, found, count, at) == (ssize_t)count && memcmp(found, bytes, count) == 0;
}

/* HDF5 looks for its signature at 0, 512, 1024, 2048 ... (File Format Specification, II.A). */
static bool has_hdf5(int fd, off_t size)
{
    for (off_t at = 0; at < size; at = at == 0 ? 512 : at * 2)
        if (bytes_at(fd, at, "\x89HDF\r\n\x1a\n", 8))
            return true;
    return false;
}

/* A zip is read from its end, where a comment of up to 65535 bytes may follow the record. */
static bool has_zip(int fd, off_t size)
{
    char tail[22 + 65535];
    size_t want = size < (off_t)sizeof tail ? (size_t)size : sizeof tail;
    if (bytes_at(fd, 0, "PK\3\4", 4))
        return true;
    return pread(fd, tail, want, size - (off_t)want) == (ssize_t)want && memmem(tail, want, "PK\5\6", 4) != NULL;
}

/* Protocols 2 to 5 begin so; 0 and 1 cannot be told from text. */
static bool has_pickle(int fd)
{
    unsigned char head[2];
    return pread(fd, head, 2, 0) == 2 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5;
}

bool al_sniff_is_arrays(int fd)
{
    if (bytes_at(fd, 0, "\x93NUMPY", 6))
        return true;
    /* a zip's first local header: the name's length at 26, the name at 30 (APPNOTE 4.3.7) */
    unsigned char length[2];
    char ending[4];
    if (!bytes_at(fd, 0, "PK\3\4", 4) || pread(fd, length, 2, 26) != 2)
        return false;
    off_t end = 30 + (off_t)(length[0] | length[1] << 8);
    return end >= 35 && pread(fd, ending, 4, end - 4) == 4 && memcmp(ending, ".npy", 4) == 0;
}

enum al_sniffed al_sniff_at(int directory, const char *name)
{
    struct stat st;
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return AL_SNIFF_UNREADABLE;
    enum al_sniffed found = AL_SNIFF_NO_MODEL;
    if (fstat(fd, &st) != 0)
        found = AL_SNIFF_UNREADABLE;
    else if (S_ISREG(st.st_mode) && al_sniff_is_arrays(fd))
        found = AL_SNIFF_ARRAYS;
    else if (S_ISREG(st.st_mode) &&
             (has_model_suffix(name) || has_hdf5(fd, st.st_size) || has_zip(fd, st.st_size) || has_pickle(fd)))
        found = AL_SNIFF_MODEL;
    (void)close(fd);
    return found;
}
