/* The one loop that takes the time: a tile of a matrix product, with all its sums in registers.
 *
 *     c[r][j] (+)= Σ_d  a[r][d · a_step] · b[d · b_step + j]        r < rows, j < vectors · LANES
 *
 * With other strides it is each of the three products of a dense layer:
 *
 *     forward    z  = x W        a[r] = example r of x       b = W      d runs over inputs
 *     backward   dx = dz Wᵀ      a[r] = example r of dz      b = Wᵀ     d runs over outputs
 *     gradient   dW = xᵀ dz      a[r] = column r of x        b = dz     d runs over examples
 */
#ifndef BYHAND_PRODUCT_H
#define BYHAND_PRODUCT_H

#include <stddef.h>

#include "epoch.h"
#include "vectors.h"

enum { TILE_WIDTH = TILE_VECTORS * LANES };

typedef struct {
    const float *a[TILE_ROWS];
    ptrdiff_t a_step;
    const float *b;
    ptrdiff_t b_step;
    const int32_t *only; /* these d, or 0: all */
    ptrdiff_t depth;
    float *c[TILE_ROWS];
    int add; /* to what is in c */
} product;

/* rows, vectors and listed are constants at every call: the loops over them unroll and the sums stay in registers. */
INLINE void product_tile(const product *p, const int first, int32_t column, const int rows, const int vectors,
                         const int listed) {
    vec sum[TILE_ROWS][TILE_VECTORS] = {0};
    const float *a[TILE_ROWS], *b = p->b + column;
    for (int r = 0; r < rows; r++) a[r] = p->a[first + r];
    const ptrdiff_t a_step = p->a_step, b_step = p->b_step, depth = p->depth;
    for (ptrdiff_t d = 0; d < depth; d++) {
        const ptrdiff_t k = listed ? p->only[d] : d;
        vec row[TILE_VECTORS];
        UNROLLED for (int v = 0; v < vectors; v++) row[v] = load(b + k * b_step + v * LANES);
        UNROLLED for (int r = 0; r < rows; r++)
            UNROLLED for (int v = 0; v < vectors; v++) sum[r][v] += a[r][k * a_step] * row[v];
    }
    UNROLLED for (int r = 0; r < rows; r++)
        UNROLLED for (int v = 0; v < vectors; v++) {
            float *c = p->c[first + r] + column + v * LANES;
            store(c, p->add ? load(c) + sum[r][v] : sum[r][v]);
        }
}

/* A tile of one vector, from every term of the sums: those of odd and of even number apart, for there are too few sums to
 * keep a multiplier busy while each waits for the one before. */
INLINE void product_narrow(const product *p, const int first, const int rows) {
    vec sum[TILE_ROWS][2] = {0};
    const float *a[TILE_ROWS], *b = p->b;
    for (int r = 0; r < rows; r++) a[r] = p->a[first + r];
    const ptrdiff_t a_step = p->a_step, b_step = p->b_step, depth = p->depth;
    ptrdiff_t d = 0;
    for (; d + 2 <= depth; d += 2)
        UNROLLED for (int odd = 0; odd < 2; odd++) {
            const vec row = load(b + (d + odd) * b_step);
            UNROLLED for (int r = 0; r < rows; r++) sum[r][odd] += a[r][(d + odd) * a_step] * row;
        }
    if (d < depth)
        UNROLLED for (int r = 0; r < rows; r++) sum[r][0] += a[r][d * a_step] * load(b + d * b_step);
    UNROLLED for (int r = 0; r < rows; r++) {
        const vec both = sum[r][0] + sum[r][1];
        store(p->c[first + r], p->add ? load(p->c[first + r]) + both : both);
    }
}

INLINE void product_rows(const product *p, const int first, const int rows, const int vectors) {
    if (p->only && vectors == TILE_VECTORS) product_tile(p, first, 0, rows, TILE_VECTORS, 1);
    else if (p->only) /* the first layer alone; a narrow tile of it may as well be done a vector at a time */
        for (int v = 0; v < vectors; v++) product_tile(p, first, v * LANES, rows, 1, 1);
    else if (vectors == 1) product_narrow(p, first, rows);
    else if (vectors == 2) product_tile(p, first, 0, rows, 2, 0);
#if defined(__AVX512F__) || defined(__aarch64__)
    else if (vectors == 3) product_tile(p, first, 0, rows, 3, 0);
    else product_tile(p, first, 0, rows, 4, 0);
#endif
}

/* Compute a tile of 1 … TILE_ROWS rows and 1 … TILE_VECTORS vectors. By address: a copy, read in one piece right after
 * it was written in many, would wait until all that was written before has left for the cache. */
static void multiply(product *p, int rows, int vectors) {
    if (rows == TILE_ROWS) product_rows(p, 0, TILE_ROWS, vectors);
    else
        for (int done = 0; done < rows; done += rows - done > 1 ? 2 : 1) { /* what is left over: 2 + 1, 2, or 1 */
            if (rows - done > 1) product_rows(p, done, 2, vectors);
            else product_rows(p, done, 1, vectors);
        }
}

#endif
