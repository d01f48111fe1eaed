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
#ifndef BYHAND_MICROKERNEL_TEMPLATE_H
#define BYHAND_MICROKERNEL_TEMPLATE_H

#include <stddef.h>

#include "train/context.h"
#include "gemm/simd.h"

enum { NR_ = NR_VECTORS * LANES };

typedef struct {
    const float *a[MR];
    ptrdiff_t a_step;
    const float *b;
    ptrdiff_t b_step;
    const int32_t *indices_k; /* these d, or 0: all */
    ptrdiff_t k;
    float *c[MR];
    int accumulate; /* to what is in c */
} gemm_tile;

/* rows, vectors and listed are constants at every call: the loops over them unroll and the sums stay in registers. */
INLINE void gemm_ukr(const gemm_tile *p, const int first, int32_t column, const int rows, const int vectors,
                         const int listed) {
    vec sum[MR][NR_VECTORS] = {0};
    const float *a[MR], *b = p->b + column;
    for (int r = 0; r < rows; r++) a[r] = p->a[first + r];
    const ptrdiff_t a_step = p->a_step, b_step = p->b_step, k = p->k;
    for (ptrdiff_t d = 0; d < k; d++) {
        const ptrdiff_t index = listed ? p->indices_k[d] : d;
        vec row[NR_VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) row[v] = v_load(b + index * b_step + v * LANES);
        UNROLL for (int r = 0; r < rows; r++)
            UNROLL for (int v = 0; v < vectors; v++) sum[r][v] += a[r][index * a_step] * row[v];
    }
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vectors; v++) {
            float *c = p->c[first + r] + column + v * LANES;
            v_store(c, p->accumulate ? v_load(c) + sum[r][v] : sum[r][v]);
        }
}

/* A tile of one vector, from every term of the sums: those of odd and of even number apart, for there are too few sums to
 * keep a multiplier busy while each waits for the one before. */
INLINE void gemm_ukr_1vec(const gemm_tile *p, const int first, const int rows) {
    vec sum[MR][2] = {0};
    const float *a[MR], *b = p->b;
    for (int r = 0; r < rows; r++) a[r] = p->a[first + r];
    const ptrdiff_t a_step = p->a_step, b_step = p->b_step, k = p->k;
    ptrdiff_t d = 0;
    for (; d + 2 <= k; d += 2)
        UNROLL for (int odd = 0; odd < 2; odd++) {
            const vec row = v_load(b + (d + odd) * b_step);
            UNROLL for (int r = 0; r < rows; r++) sum[r][odd] += a[r][(d + odd) * a_step] * row;
        }
    if (d < k)
        UNROLL for (int r = 0; r < rows; r++) sum[r][0] += a[r][d * a_step] * v_load(b + d * b_step);
    UNROLL for (int r = 0; r < rows; r++) {
        const vec both = sum[r][0] + sum[r][1];
        v_store(p->c[first + r], p->accumulate ? v_load(p->c[first + r]) + both : both);
    }
}

INLINE void gemm_ukr_dispatch(const gemm_tile *p, const int first, const int rows, const int vectors) {
    if (p->indices_k && vectors == NR_VECTORS) gemm_ukr(p, first, 0, rows, NR_VECTORS, 1);
    else if (p->indices_k) /* the first layer alone; a narrow tile of it may as well be done a vector at a time */
        for (int v = 0; v < vectors; v++) gemm_ukr(p, first, v * LANES, rows, 1, 1);
    else if (vectors == 1) gemm_ukr_1vec(p, first, rows);
    else if (vectors == 2) gemm_ukr(p, first, 0, rows, 2, 0);
#if defined(__AVX512F__) || defined(__aarch64__)
    else if (vectors == 3) gemm_ukr(p, first, 0, rows, 3, 0);
    else gemm_ukr(p, first, 0, rows, 4, 0);
#endif
}

/* Compute a tile of 1 … TILE_ROWS rows and 1 … TILE_VECTORS vectors. By address: a copy, read in one piece right after
 * it was written in many, would wait until all that was written before has left for the cache. */
static void gemm_edge(gemm_tile *p, int rows, int vectors) {
    if (rows == MR) gemm_ukr_dispatch(p, 0, MR, vectors);
    else
        for (int done = 0; done < rows; done += rows - done > 1 ? 2 : 1) { /* what is left over: 2 + 1, 2, or 1 */
            if (rows - done > 1) gemm_ukr_dispatch(p, done, 2, vectors);
            else gemm_ukr_dispatch(p, done, 1, vectors);
        }
}

#endif
