/* Whether a file met while walking a directory is a model's business at all. */
#ifndef AL_API_SNIFF_H
#define AL_API_SNIFF_H

#include <stdbool.h>

enum al_sniffed {
    AL_SNIFF_NO_MODEL,    /* no loader would take it: left out and counted */
    AL_SNIFF_MODEL,       /* by name or content: to be judged, and refused where it is not understood */
    AL_SNIFF_ARRAYS,      /* an .npy, or a zip of them */
    AL_SNIFF_UNREADABLE
};

/* `name` in `directory`; not followed where it is a symbolic link. */
enum al_sniffed al_sniff_at(int directory, const char *name);

/* True for an .npy, or a zip whose first member is one. */
bool al_sniff_is_arrays(int fd);

#endif
