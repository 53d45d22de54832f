/* Tiles of sums that stay in registers while the products run through them. */
#include "inference/kernels/tile.h"

#include "inference/kernels/fast.h"

/* Loads and stores need no more than a float's alignment. */
typedef float lanes __attribute__((vector_size(AL_TILE * sizeof(float)), aligned(sizeof(float)), may_alias));

enum { MOST_ROWS = 4, MOST_LANES = 16 };

/* One tile of `rows` by `wide` vectors; both are constants where it is used, so that
   everything unrolls. */
static inline __attribute__((always_inline)) void tile(int rows, int wide, int64_t k, const float *a, int64_t a_row,
                                                       const float *b, int64_t b_row, float *y, int64_t y_row)
{
    lanes sum[MOST_ROWS][MOST_LANES];
    for (int r = 0; r < rows; r++)
        for (int w = 0; w < wide; w++)
            sum[r][w] = *(const lanes *)(y + r * y_row + w * AL_TILE);
    for (int64_t i = 0; i < k; i++)
        for (int w = 0; w < wide; w++) {
            const lanes from = *(const lanes *)(b + i * b_row + w * AL_TILE);
            for (int r = 0; r < rows; r++)
                sum[r][w] += a[r * a_row + i] * from;
        }
    for (int r = 0; r < rows; r++)
        for (int w = 0; w < wide; w++)
            *(lanes *)(y + r * y_row + w * AL_TILE) = sum[r][w];
}

AL_FOR_EACH_PROCESSOR
void al_tile_multiply(int64_t m, int64_t k, int64_t n, const float *a, int64_t a_row, const float *b, int64_t b_row,
                      float *y, int64_t y_row)
{
    int64_t row = 0;
    for (; row + 4 <= m; row += 4) {
        const float *from = a + row * a_row;
        float *to = y + row * y_row;
        int64_t at = 0;
        for (; at + 4 * AL_TILE <= n; at += 4 * AL_TILE)
            tile(4, 4, k, from, a_row, b + at, b_row, to + at, y_row);
        for (; at < n; at += AL_TILE)
            tile(4, 1, k, from, a_row, b + at, b_row, to + at, y_row);
    }
    for (; row < m; row++) {
        const float *from = a + row * a_row;
        float *to = y + row * y_row;
        int64_t at = 0;
        for (; at + 16 * AL_TILE <= n; at += 16 * AL_TILE)
            tile(1, 16, k, from, a_row, b + at, b_row, to + at, y_row);
        for (; at + 4 * AL_TILE <= n; at += 4 * AL_TILE)
            tile(1, 4, k, from, a_row, b + at, b_row, to + at, y_row);
        for (; at < n; at += AL_TILE)
            tile(1, 1, k, from, a_row, b + at, b_row, to + at, y_row);
    }
}
