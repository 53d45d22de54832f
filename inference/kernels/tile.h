/* A matrix product for what is small and comes again and again: one step of a recurrence.
   Plain C over vectors of the compiler's; oneDNN has more to say about large ones. */
#ifndef AL_INFERENCE_KERNELS_TILE_H
#define AL_INFERENCE_KERNELS_TILE_H

#include <stdint.h>

enum { AL_TILE = 16 }; /* numbers side by side: columns are padded to a multiple */

/* y (m, n) += a (m, k) b (k, n): rows `a_row`, `b_row`, `y_row` numbers apart; n is a
   multiple of AL_TILE, and so wide are the rows of b and y. */
void al_tile_multiply(int64_t m, int64_t k, int64_t n, const float *a, int64_t a_row, const float *b, int64_t b_row,
                      float *y, int64_t y_row);

#endif
