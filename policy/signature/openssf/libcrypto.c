/* The table of libcrypto's functions; see libcrypto.h. */
#include "policy/signature/openssf/libcrypto.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

static struct al_libcrypto library;

/* ISO C has no conversion from an object's to a function's address; POSIX's dlsym needs it. */
static bool look_up(void *handle, const char *name, void *function)
{
    void *address = dlsym(handle, name);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

static void load(void)
{
    void *handle = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        return;
#define AL_LOOK_UP(name) && look_up(handle, #name, &library.name)
    if (true AL_LIBCRYPTO_FUNCTIONS(AL_LOOK_UP))
        library.context = library.OSSL_LIB_CTX_new();
#undef AL_LOOK_UP
}

const struct al_libcrypto *al_libcrypto(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    return pthread_once(&once, load) == 0 && library.context != NULL ? &library : NULL;
}
