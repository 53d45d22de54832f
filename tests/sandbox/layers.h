/* How much of the lock-down a layer_cell takes before it makes its attempt. */
#ifndef AL_TESTS_SANDBOX_LAYERS_H
#define AL_TESTS_SANDBOX_LAYERS_H

enum layers { NOTHING, ALONE, LANDLOCK_AND_NAMESPACES, ALL_BUT_THE_FILTER, WHOLE, LAYERS_COUNT };

#endif
