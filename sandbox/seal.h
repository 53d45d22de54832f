/* memfds that nobody can change any more. */
#ifndef AL_SANDBOX_SEAL_H
#define AL_SANDBOX_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A new close-on-exec memfd that can be sealed and never executed; -1 with errno. */
int al_memfd(const char *name);

/* Sets WRITE, GROW, SHRINK and SEAL; false with errno. */
bool al_seal(int fd);

/* True where all four are set: then no writable mapping exists either (the kernel
   refuses F_SEAL_WRITE with EBUSY while one does). */
bool al_is_sealed(int fd);

/* Appends exactly `size` bytes of `from`, from its start whatever its position, to
   `to`. False with errno; errno is 0 where `from` ended early. */
bool al_copy_file(int to, int from, uint64_t size);

/* Appends all of `bytes`; false with errno. */
bool al_write_all(int fd, const void *bytes, size_t size);

#endif
