/* What every unit test starts with: cmocka's header does not include what it needs. */
#ifndef AL_TESTS_UNIT_H
#define AL_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif
