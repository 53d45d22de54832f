/* What computes below the operators: functions made for vectors against math.h, float16
   by its definition, conversions that may change no value, and memory given out. */
#include "tests/unit/unit.h"

#include "inference/convert.h"
#include "inference/kernels/fast.h"
#include "inference/kernels/kernels.h"
#include "inference/plan.h"

#include <math.h>

/* ---- functions ---- */

/* How far `got` is from the exact value, in units of the exact value's last place. */
static double units_off(float got, double exact)
{
    const float near = (float)exact;
    const double unit = (double)(nextafterf(fabsf(near), INFINITY) - fabsf(near));
    return fabs((double)got - exact) / unit;
}

static void test_fast_functions(void **state)
{
    (void)state;
    double exp_off = 0, tanh_off = 0, sigmoid_off = 0;
    for (float x = -80; x < 80; x += 0.00137F) {
        exp_off = fmax(exp_off, units_off(al_fast_exp(x), exp((double)x)));
        tanh_off = fmax(tanh_off, units_off(al_fast_tanh(x / 8), tanh((double)(x / 8))));
        sigmoid_off = fmax(sigmoid_off, units_off(al_fast_sigmoid(x), 1 / (1 + exp(-(double)x))));
    }
    assert_true(exp_off < 2);
    assert_true(tanh_off < 3);
    assert_true(sigmoid_off < 4);
}

static void test_fast_edges(void **state)
{
    (void)state;
    assert_true(al_fast_exp(0) == 1 && al_fast_exp(-INFINITY) == 0 && isinf(al_fast_exp(INFINITY)));
    assert_true(al_fast_exp(-200) == 0 && isinf(al_fast_exp(90)) && isnan(al_fast_exp(NAN)));
    assert_true(al_fast_tanh(INFINITY) == 1 && al_fast_tanh(-INFINITY) == -1 && isnan(al_fast_tanh(NAN)));
    assert_true(al_fast_tanh(0) == 0 && al_fast_tanh(1e-20F) == 1e-20F);
    assert_true(al_fast_sigmoid(INFINITY) == 1 && al_fast_sigmoid(-INFINITY) == 0);
}

/* ---- float16 ---- */

/* Every float16 comes through unchanged; what lies between two goes to the even one. */
static void test_float16(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits < 0x7C00; bits++) {
        const float x = al_from_float16((uint16_t)bits), next = al_from_float16((uint16_t)(bits + 1));
        assert_true(al_to_float16(x) == x && al_to_float16(-x) == -x);
        if (bits + 1 == 0x7C00)
            break;
        const float between = (x + next) / 2, even = (bits & 1) == 0 ? x : next;
        assert_true(al_to_float16(between) == even);
        assert_true(al_to_float16(nextafterf(between, 0)) == x);
        assert_true(al_to_float16(nextafterf(between, INFINITY)) == next);
    }
    assert_true(al_to_float16(65519.9F) == 65504 && isinf(al_to_float16(65520)));
    assert_true(isnan(al_to_float16(NAN)) && isnan(al_from_float16(0x7E00)) && isinf(al_from_float16(0x7C00)));
}

/* ---- conversions ---- */

static bool goes_in(enum al_dtype given, const void *number, enum al_dtype declared)
{
    double room;
    uint64_t at;
    const enum al_dtype computed = declared == AL_FLOAT64      ? AL_FLOAT64
                                   : al_dtype_is_float(declared) ? AL_FLOAT32
                                   : declared == AL_BOOL         ? AL_BOOL
                                                                 : AL_INT64;
    return al_convert_in(given, number, 1, declared, computed, &room, &at);
}

static void test_exact_conversions(void **state)
{
    (void)state;
    const double third = 1.0 / 3, half = 0.5, seven = 7, large = 3e9, beyond = 1e19, none = NAN;
    const int64_t odd = (INT64_C(1) << 53) + 1, even = INT64_C(1) << 60, least = INT64_MIN;
    const uint64_t most = UINT64_MAX;
    const uint8_t byte = 200, two = 2;
    assert_true(goes_in(AL_FLOAT64, &half, AL_FLOAT16) && goes_in(AL_FLOAT64, &none, AL_FLOAT32));
    assert_false(goes_in(AL_FLOAT64, &third, AL_FLOAT32));
    assert_true(goes_in(AL_FLOAT64, &third, AL_FLOAT64));
    assert_true(goes_in(AL_FLOAT64, &seven, AL_INT32));
    assert_false(goes_in(AL_FLOAT64, &half, AL_INT32));
    assert_false(goes_in(AL_FLOAT64, &large, AL_INT32));
    assert_false(goes_in(AL_FLOAT64, &beyond, AL_INT64));
    assert_false(goes_in(AL_FLOAT64, &none, AL_INT64));
    assert_false(goes_in(AL_INT64, &odd, AL_FLOAT64));
    assert_true(goes_in(AL_INT64, &even, AL_FLOAT32) && goes_in(AL_INT64, &least, AL_INT64));
    assert_false(goes_in(AL_UINT64, &most, AL_INT64));
    assert_true(goes_in(AL_UINT8, &byte, AL_FLOAT16) && !goes_in(AL_UINT8, &byte, AL_INT8));
    assert_false(goes_in(AL_UINT8, &two, AL_BOOL));
}

/* ---- memory ---- */

static bool overlap(const struct al_block *a, const struct al_block *b)
{
    return a->first <= b->last && b->first <= a->last && a->offset < b->offset + b->bytes &&
           b->offset < a->offset + a->bytes;
}

static void test_blocks_do_not_overlap(void **state)
{
    (void)state;
    enum { COUNT = 400 };
    struct al_block blocks[COUNT];
    uint32_t seed = 1;
    uint64_t total, sum = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        seed = seed * 1664525 + 1013904223;
        blocks[i] = (struct al_block){64 * (1 + (seed >> 20) % 50), i, i + (seed >> 8) % 12, 0};
        sum += blocks[i].bytes;
    }
    assert_true(al_blocks_place(blocks, COUNT, &total));
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_true(blocks[i].offset + blocks[i].bytes <= total);
        for (uint32_t k = 0; k < i; k++)
            assert_false(overlap(&blocks[i], &blocks[k]));
    }
    assert_true(total < sum / 4);
    blocks[0].bytes = blocks[1].bytes = UINT64_MAX - 63;
    blocks[0].last = 5;
    assert_false(al_blocks_place(blocks, 2, &total));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fast_functions),     cmocka_unit_test(test_fast_edges),
        cmocka_unit_test(test_float16),            cmocka_unit_test(test_exact_conversions),
        cmocka_unit_test(test_blocks_do_not_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
