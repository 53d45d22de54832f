/* Finding the engine's module: beside the library or program that asks, or where the
   environment says. Only installed code of our own is ever loaded: a name from a model
   or a policy never comes near this. */
#include "inference/engine.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#define MODULE "libairlock-onednn.so"

/* The directory that holds this code, from the dynamic linker. */
static bool beside(char *path, size_t room)
{
    static const char here;
    Dl_info info;
    if (dladdr(&here, &info) == 0 || info.dli_fname == NULL)
        return false;
    const char *slash = strrchr(info.dli_fname, '/');
    const int length = slash != NULL ? (int)(slash - info.dli_fname) : 1;
    const char *directory = slash != NULL ? info.dli_fname : ".";
    return snprintf(path, room, "%.*s/" MODULE, length, directory) < (int)room;
}

const struct al_engine *al_engine_load(void)
{
    static bool tried;
    static const struct al_engine *engine;
    if (tried)
        return engine;
    tried = true;
    char path[4096];
    const char *named = secure_getenv("AIRLOCK_ENGINE");
    void *module = NULL;
    if (named != NULL && strcmp(named, "none") == 0)
        return NULL;
    if (named != NULL)
        module = dlopen(named, RTLD_NOW | RTLD_LOCAL);
    else if (beside(path, sizeof path))
        module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (module == NULL && named == NULL)
        module = dlopen(AL_MODULE_DIRECTORY "/" MODULE, RTLD_NOW | RTLD_LOCAL);
    if (module == NULL)
        return NULL;
    const struct al_engine *found = dlsym(module, AL_ENGINE_SYMBOL);
    if (found != NULL && found->version == AL_ENGINE_VERSION)
        engine = found;
    return engine;
}
