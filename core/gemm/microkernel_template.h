/* The microkernel: a tile of a matrix product with all its sums in registers. All time is spent
 * here.
 *
 *     C[r][j] (+)= sum over p < k of  A[r][p] * B[p][j]       r < m <= MR, j < NR
 *
 * Operands as they lie in memory:
 *
 *     A[r][p] = a[r][p * a_step]         a[r]: where row r begins
 *     B[p][j] = b[p * b_stride + j]      one panel: NR columns
 *     C[r][j] = c[r][j]                  c[r]: where row r begins
 *
 * The three products of a dense layer are all of this form:
 *
 *                 C                A[r]                    a_step    B            p runs over
 *     forward     z  = x W         example r of x          1         W            inputs
 *     backward    dx = dz W^T      example r of dz         1         W^T packed   outputs
 *     gradients   dW = x^T dz      column r of x           stride    dz           examples
 *
 * Blocking is after Goto and van de Geijn, "Anatomy of high-performance matrix multiplication"
 * (2008), in the words of BLIS; A is not packed, because a step reads MR floats of it for MR * NR
 * multiply-adds. */
#ifndef BYHAND_MICROKERNEL_TEMPLATE_H
#define BYHAND_MICROKERNEL_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "gemm/simd.h"
#include "train/blocking.h"

typedef struct {
    const float *a[MR];
    ptrdiff_t a_step;
    ptrdiff_t a_panel; /* from one panel of a row to the next, after MAX_NR terms, without indices;
                        * MAX_NR * a_step: there are none */
    const float *b;
    ptrdiff_t b_stride;
    ptrdiff_t b_micropanel, c_micropanel; /* from one micropanel of a row to the next; MICROPANEL:
                                           * rows are contiguous */
    const int32_t *indices;               /* (k): the terms p to add up; 0: p = 0 ... k-1 */
    ptrdiff_t k;
    float *c[MR];
    bool accumulate; /* += instead of = */
} gemm_tile;

/* How many of the terms that are left lie in the same panel of A. */
INLINE ptrdiff_t terms_in_panel(const gemm_tile *t, ptrdiff_t left) {
    const bool has_panels = DIVIDES_COLUMNS && t->a_panel != MAX_NR * t->a_step;
    return has_panels && left > MAX_NR ? MAX_NR : left;
}

/* Rows first ... first + m - 1, columns from `column` on, n_vectors * LANES of them. m, n_vectors
 * and has_indices are constants at every call, so the loops over them unroll and the sums are
 * registers. */
INLINE void gemm_ukr(const gemm_tile *t, const int first, int32_t column, const int m,
                     const int n_vectors, const bool has_indices) {
    vec sum[MR][NR_VECTORS] = {0};
    const float *a[MR], *b = t->b;
    for (int r = 0; r < m; r++) {
        a[r] = t->a[first + r];
    }
    const ptrdiff_t a_step = t->a_step, b_stride = t->b_stride;
    const ptrdiff_t b_micropanel = t->b_micropanel;
    for (ptrdiff_t left = t->k; left > 0; left -= MAX_NR) {
        const ptrdiff_t n = has_indices ? left : terms_in_panel(t, left);
        for (ptrdiff_t i = 0; i < n; i++) {
            const ptrdiff_t p = has_indices ? t->indices[i] : i;
            vec row[NR_VECTORS];
            UNROLL
            for (int v = 0; v < n_vectors; v++) {
                row[v] = v_load(b + p * b_stride + column_offset(column + v * LANES, b_micropanel));
            }
            UNROLL
            for (int r = 0; r < m; r++) {
                UNROLL
                for (int v = 0; v < n_vectors; v++) {
                    sum[r][v] = v_multiply_add(sum[r][v], a[r][p * a_step], row[v]);
                }
            }
        }
        if (n == left) {
            break;
        }
        b += MAX_NR * b_stride;
        for (int r = 0; r < m; r++) {
            a[r] += t->a_panel;
        }
    }
    UNROLL
    for (int r = 0; r < m; r++) {
        UNROLL
        for (int v = 0; v < n_vectors; v++) {
            float *c = t->c[first + r] + column_offset(column + v * LANES, t->c_micropanel);
            v_store(c, t->accumulate ? v_load(c) + sum[r][v] : sum[r][v]);
        }
    }
}

/* A tile one vector wide, without indices: even and odd terms are summed apart, for MR sums are too
 * few to hide the latency of a multiply-add. */
INLINE void gemm_ukr_1vec(const gemm_tile *t, const int first, const int m) {
    vec sum[MR][2] = {0};
    const float *a[MR], *b = t->b;
    for (int r = 0; r < m; r++) {
        a[r] = t->a[first + r];
    }
    const ptrdiff_t a_step = t->a_step, b_stride = t->b_stride;
    for (ptrdiff_t left = t->k; left > 0; left -= MAX_NR) {
        const ptrdiff_t n = terms_in_panel(t, left);
        ptrdiff_t p = 0;
        for (; p + 2 <= n; p += 2) {
            UNROLL
            for (int odd = 0; odd < 2; odd++) {
                const vec row = v_load(b + (p + odd) * b_stride);
                UNROLL
                for (int r = 0; r < m; r++) {
                    sum[r][odd] = v_multiply_add(sum[r][odd], a[r][(p + odd) * a_step], row);
                }
            }
        }
        if (p < n) {
            UNROLL
            for (int r = 0; r < m; r++) {
                sum[r][0] = v_multiply_add(sum[r][0], a[r][p * a_step], v_load(b + p * b_stride));
            }
        }
        if (n == left) {
            break;
        }
        b += MAX_NR * b_stride;
        for (int r = 0; r < m; r++) {
            a[r] += t->a_panel;
        }
    }
    UNROLL
    for (int r = 0; r < m; r++) {
        float *c = t->c[first + r];
        const vec total = sum[r][0] + sum[r][1];
        v_store(c, t->accumulate ? v_load(c) + total : total);
    }
}

/* m rows, 1 ... NR_VECTORS vectors: the microkernel of that width. */
INLINE void gemm_ukr_dispatch(const gemm_tile *t, const int first, const int m,
                              const int n_vectors) {
    if (t->indices && n_vectors == NR_VECTORS) {
        gemm_ukr(t, first, 0, m, NR_VECTORS, true);
    } else if (t->indices) { /* a narrow tile of the first layer: rare, so one vector at a time */
        for (int v = 0; v < n_vectors; v++) {
            gemm_ukr(t, first, v * LANES, m, 1, true);
        }
    } else if (n_vectors == 1) {
        gemm_ukr_1vec(t, first, m);
    } else if (n_vectors == 2) {
        gemm_ukr(t, first, 0, m, 2, false);
    }
#if defined(__AVX512F__) || defined(__aarch64__)
    else if (n_vectors == 3) {
        gemm_ukr(t, first, 0, m, 3, false);
    } else {
        gemm_ukr(t, first, 0, m, 4, false);
    }
#endif
}

/* Compute a tile of 1 <= m <= MR rows and 1 <= n_vectors <= NR_VECTORS vectors; edge tiles of 3
 * rows are computed as 2 + 1. Passed by pointer: copying the struct right after its fields were
 * written would cause a store-forwarding stall. */
static void gemm_edge(const gemm_tile *t, int m, int n_vectors) {
    if (m == MR) {
        gemm_ukr_dispatch(t, 0, MR, n_vectors);
        return;
    }
    int done = 0;
    for (; m - done > 1; done += 2) {
        gemm_ukr_dispatch(t, done, 2, n_vectors);
    }
    if (done < m) {
        gemm_ukr_dispatch(t, done, 1, n_vectors);
    }
}

/* A tile whose rows of A and C lie a_stride and c_stride apart. */
static void gemm_rows(gemm_tile *t, const float *a, ptrdiff_t a_stride, float *c,
                      ptrdiff_t c_stride, int m, int n_vectors) {
    for (int r = 0; r < m; r++) {
        t->a[r] = a + r * a_stride;
        t->c[r] = c + r * c_stride;
    }
    gemm_edge(t, m, n_vectors);
}

#endif
