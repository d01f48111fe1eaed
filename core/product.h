/* The one loop that takes the time: a tile of a matrix product, with all its sums in registers.
 *
 *     c[r][j] (+)= Σ_d  a[r · a_row + d · a_step] · b[d · b_step + j]        r < rows, j < vectors · LANES
 *
 * With other strides it is each of the three products of a dense layer:
 *
 *     forward    z  = x W        a = x, rows are examples      b = W      d runs over inputs
 *     backward   dx = dz Wᵀ      a = dz, rows are examples     b = Wᵀ     d runs over outputs
 *     gradient   dW = xᵀ dz      a = xᵀ, rows are inputs       b = dz     d runs over examples
 */
#ifndef BYHAND_PRODUCT_H
#define BYHAND_PRODUCT_H

#include <stddef.h>

#include "vectors.h"

enum { TILE_ROWS = 6, TILE_WIDTH = TILE_VECTORS * LANES };

typedef struct {
    const float *a;
    ptrdiff_t a_row, a_step;
    const float *b;
    ptrdiff_t b_step;
    ptrdiff_t depth;
    float *c;
    ptrdiff_t c_row;
    int add; /* to what is in c */
} product;

/* rows and vectors are constants at every call, so the loops over them unroll and the sums stay in registers. */
INLINE void product_tile(const product *p, const int rows, const int vectors) {
    vec sum[TILE_ROWS][TILE_VECTORS];
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++) sum[r][v] = p->add ? load(p->c + r * p->c_row + v * LANES) : all(0);
    const float *a = p->a, *b = p->b;
    const ptrdiff_t a_row = p->a_row, a_step = p->a_step, b_step = p->b_step;
    for (ptrdiff_t d = p->depth; d > 0; d--, a += a_step, b += b_step) {
        vec row[TILE_VECTORS];
        for (int v = 0; v < vectors; v++) row[v] = load(b + v * LANES);
        for (int r = 0; r < rows; r++)
            for (int v = 0; v < vectors; v++) sum[r][v] += a[r * a_row] * row[v];
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++) store(p->c + r * p->c_row + v * LANES, sum[r][v]);
}

INLINE void product_rows(const product *p, const int rows, int vectors) {
    if (vectors == 1) product_tile(p, rows, 1);
    else if (vectors == 2) product_tile(p, rows, 2);
#if defined(__AVX512F__) || defined(__aarch64__)
    else if (vectors == 3) product_tile(p, rows, 3);
    else product_tile(p, rows, 4);
#endif
}

/* Compute a tile of 1 … TILE_ROWS rows and 1 … TILE_VECTORS vectors. */
static void multiply(product p, int rows, int vectors) {
    if (rows == TILE_ROWS) {
        product_rows(&p, TILE_ROWS, vectors);
        return;
    }
    for (int piece = 4; piece > 0; piece /= 2) /* what is left over, as 4 + 1, 4, 2 + 1, … */
        if (rows & piece) {
            if (piece == 4) product_rows(&p, 4, vectors);
            else if (piece == 2) product_rows(&p, 2, vectors);
            else product_rows(&p, 1, vectors);
            p.a += piece * p.a_row;
            p.c += piece * p.c_row;
        }
}

#endif
