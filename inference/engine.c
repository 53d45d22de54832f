/* Finding the engine's module: beside the library or program that asks, or where the
   environment says. Only installed code of our own is ever loaded: a name from a model
   or a policy never comes near this. */
#include "inference/engine.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#define MODULE "libairlock-onednn.so"

/* Beside the library or program that this code is part of: an installed tree that was
   moved, a build tree. */
static void *open_beside(void)
{
    static const char *const rests[] = {"/airlock/" MODULE, "/" MODULE, "/../inference/" MODULE};
    static const char here;
    Dl_info info;
    char path[4096];
    void *module = NULL;
    if (dladdr(&here, &info) == 0 || info.dli_fname == NULL || info.dli_fname[0] != '/')
        return NULL;
    const int length = (int)(strrchr(info.dli_fname, '/') - info.dli_fname);
    for (size_t i = 0; module == NULL && i < sizeof rests / sizeof rests[0]; i++)
        if (snprintf(path, sizeof path, "%.*s%s", length, info.dli_fname, rests[i]) < (int)sizeof path)
            module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    return module;
}

const struct al_engine *al_engine_load(void)
{
    static bool tried;
    static const struct al_engine *engine;
    if (tried)
        return engine;
    tried = true;
    /* not for set-user-id programs: there the environment is an attacker's */
    const char *named = secure_getenv("AIRLOCK_ENGINE");
    void *module = NULL;
    if (named != NULL)
        module = strcmp(named, "none") != 0 ? dlopen(named, RTLD_NOW | RTLD_LOCAL) : NULL;
    else if ((module = open_beside()) == NULL)
        module = dlopen(AL_MODULE_DIRECTORY "/" MODULE, RTLD_NOW | RTLD_LOCAL);
    if (module == NULL)
        return NULL;
    const struct al_engine *found = dlsym(module, AL_ENGINE_SYMBOL);
    if (found != NULL && found->version == AL_ENGINE_VERSION)
        engine = found;
    return engine;
}
