/* Small files that appear under their names whole or not at all. */
#ifndef AL_API_WRITE_FILE_H
#define AL_API_WRITE_FILE_H

#include "base/status.h"

#include <sys/types.h>

/* Writes a temporary file beside `path`, with `mode` less the umask,, and renames it. With
   `replace` false an existing file (or link) of that name stays, and the answer is AL_USAGE. */
enum al_status al_write_file(const char *path, const void *bytes, size_t size, mode_t mode, bool replace,
                             struct al_error *err);

#endif
