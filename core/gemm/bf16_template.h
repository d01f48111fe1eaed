/* Products of bf16 numbers, for processors that multiply pairs of them (AVX512_BF16) or whole tiles
 * (AMX, which includes AVX512_BF16).
 *
 * bf16 is the upper half of a float: the same exponents, eight bits of precision. A byte is exact
 * in it; a float is not, but it is the sum of three bf16 numbers (the technique is known as
 * bf16x3). So a product of raw bytes with W or with dz is as good as in floats if W or dz is split
 * in three: three products. Of two floats in three parts each, six of the nine products count:
 * those of parts i and j with i + j > 2 are below 2^-24 of the whole.
 *
 * Both instructions multiply pairs and add the two products to a float. Values are packed in pairs
 * of terms d and d + 16 of each group of BF16_GROUP = 32, so that packing needs no cross-lane
 * shuffles:
 *
 *     C[i][j] = sum over d of  A[i][d] . B[d][j]      d counts pairs, . is the sum of two products
 *
 *     A (rows / 16, splits, k / 16, 16, 16) pairs: blocks of 16 rows; up to the next multiple of
 *     BF16_MR rows are read
 *     B (splits, NR / 16, k, 16) pairs: one panel, packed once per split
 *
 * In both a tile register's rows lie one after the other: those 256 bytes apart take twice as long
 * to load, and those of 16 pages wait for addresses too.
 *
 *     forward     A = x        B = W        pairs along inputs
 *     backward    A = dz       B = W^T      pairs along units
 *     gradients   A = dz^T     B = x        pairs along examples; C is dW^T
 *
 * Packing A costs a transposition where pairs run along its columns, packing B none: so of the
 * operands of dW the wide one, x, is B, and a tile of C is transposed instead.
 *
 * A pair is stored where a float would be: the first term in the lower half.
 *
 * Template parameters: BH_BF16_SPLITS (1 or 3), BH_USE_AMX (0 or 1); see gemm/parameters.md. */
#ifndef BYHAND_BF16_TEMPLATE_H
#define BYHAND_BF16_TEMPLATE_H

#include "byhand.h"
#include "gemm/simd.h"
#include "train/blocking.h"

/* Packing */

/* Pairs of `low` and `high`, each rounded to the nearest bf16, ties to even. */
INLINE ivec round_to_bf16_pairs(vec low, vec high) {
    const __m512i interleave =
        _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6,
                         21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    const __m512i rounded = (__m512i)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low);
    return (ivec)_mm512_permutexvar_epi16(interleave, rounded);
}

/* Store LANES pairs (low, high) of each split, split_stride floats apart: the first split holds the
 * rounded numbers, each further one what the splits before left. n_splits is a constant at every
 * call. */
INLINE void store_bf16_pairs(vec low, vec high, float *pairs, ptrdiff_t split_stride,
                             const int n_splits) {
    for (int split = 0; split < n_splits; split++, pairs += split_stride) {
        const ivec rounded = round_to_bf16_pairs(low, high);
        v_store(pairs, (vec)rounded);
        low -= (vec)(rounded << 16);
        high -= (vec)(rounded & -65536);
    }
}

/* Store LANES pairs of bytes, which need no rounding: the lower half of such a float is 0. */
INLINE void store_byte_pairs(const unsigned char *low, const unsigned char *high, float *pairs) {
    v_store(pairs, (vec)(((ivec)v_load_u8(low) >> 16) | (ivec)v_load_u8(high)));
}

/* The first term of pair d; the second is 16 behind it. */
INLINE int32_t first_term(int32_t d) {
    return d / 16 * BF16_GROUP + d % 16;
}

/* Pack B: pair up rows of x (n, columns), leading dimension `stride`, each times its factor (n) if
 * there are any. */
INLINE void pack_rows_bf16(const float *x, ptrdiff_t stride, ptrdiff_t micropanel_stride, int32_t n,
                           int32_t columns, const float *factors, float *pairs,
                           ptrdiff_t split_stride, const int n_splits) {
    for (int32_t j = 0; j < columns; j += LANES, x += micropanel_stride) {
        for (int32_t d = 0; d < bf16_pairs(n); d++, pairs += LANES) {
            const int32_t low = first_term(d), high = low + 16;
            vec first = low < n ? v_load(x + low * stride) : v_set1(0);
            vec second = high < n ? v_load(x + high * stride) : v_set1(0);
            if (factors) {
                first *= low < n ? factors[low] : 1;
                second *= high < n ? factors[high] : 1;
            }
            store_bf16_pairs(first, second, pairs, split_stride, n_splits);
        }
    }
}

/* The same of bytes (n, columns), whose rows are readable up to the next multiple of LANES. */
INLINE void pack_byte_rows_bf16(const unsigned char *x, ptrdiff_t stride, int32_t n,
                                int32_t columns, float *pairs) {
    static const unsigned char zeros[LANES];
    for (int32_t j = 0; j < columns; j += LANES, x += LANES) {
        for (int32_t d = 0; d < bf16_pairs(n); d++, pairs += LANES) {
            const int32_t low = first_term(d), high = low + 16;
            store_byte_pairs(low < n ? x + low * stride : zeros,
                             high < n ? x + high * stride : zeros, pairs);
        }
    }
}

/* Pack a row of A, whose pairs lie 16 and 16 in blocks: pair up numbers of x (n); 0 behind n, up to
 * the next multiple of 16. */
INLINE void pack_row_bf16(const float *x, ptrdiff_t panel_stride, int32_t n, float *pairs,
                          ptrdiff_t split_stride, const int n_splits) {
    for (int32_t d = 0; d < bf16_pairs(n); d += 16, pairs += 16 * 16) {
        const int32_t low = first_term(d), high = low + 16;
        const float *panel = x + low / MAX_NR * panel_stride, *from = panel + low % MAX_NR;
        store_bf16_pairs(low < n ? v_load(from) : v_set1(0),
                         high < n ? v_load(from + 16) : v_set1(0), pairs, split_stride, n_splits);
    }
}

INLINE void pack_bytes_bf16(const unsigned char *x, int32_t n, float *pairs) {
    static const unsigned char zeros[LANES];
    for (int32_t d = 0; d < bf16_pairs(n); d += 16, pairs += 16 * 16) {
        const int32_t low = first_term(d), high = low + 16;
        store_byte_pairs(low < n ? x + low : zeros, high < n ? x + high : zeros, pairs);
    }
}

/* Transpose pairs (16, 16), rows `stride` apart, to rows one after the other. */
static void transpose_16x16(const float *pairs, ptrdiff_t stride, float *a) {
    for (int i = 0; i < 16; i += 4) {
        for (int j = 0; j < 16; j += 4) {
            transpose_4x4(pairs + i * stride + j, stride, a + j * 16 + i, 16);
        }
    }
}

/* Multiplying */

/* A product of one split of A and one of B. */
typedef struct {
    signed char a, b;
} split_pair;

enum { MAX_SPLIT_PAIRS = 6 };

/* The packed operands of a product. */
typedef struct {
    const float *a;
    ptrdiff_t a_block_stride, a_split_stride;
    const float *b;
    ptrdiff_t b_split_stride;
    int32_t k; /* pairs, a multiple of 16 */
    int n_split_pairs;
    split_pair split_pairs[MAX_SPLIT_PAIRS];
} gemm_bf16_args;

/* List the products of so many splits. Each, but for the last, shares a factor with the one before:
 * its tiles are there already. */
static void list_split_pairs(gemm_bf16_args *g, int a_splits, int b_splits) {
    static const split_pair order[MAX_SPLIT_PAIRS] = {{0, 2}, {0, 1}, {1, 1},
                                                      {1, 0}, {2, 0}, {0, 0}};
    g->n_split_pairs = 0;
    for (int i = 0; i < MAX_SPLIT_PAIRS; i++) {
        if (order[i].a < a_splits && order[i].b < b_splits) {
            g->split_pairs[g->n_split_pairs++] = order[i];
        }
    }
}

/* Of `depth` terms a sum. */
static gemm_bf16_args make_gemm_bf16_args(const float *a, const float *b, int32_t depth,
                                          int a_splits, int b_splits) {
    const int32_t k = bf16_pairs(depth);
    gemm_bf16_args g = {.a = a,
                        .a_block_stride = (ptrdiff_t)a_splits * k * 16,
                        .a_split_stride = (ptrdiff_t)k * 16,
                        .b = b,
                        .b_split_stride = (ptrdiff_t)k * NR,
                        .k = k};
    list_split_pairs(&g, a_splits, b_splits);
    return g;
}

/* Where row `row` of A begins. */
static inline ptrdiff_t a_row_offset(const gemm_bf16_args *g, int64_t row) {
    return row / 16 * g->a_block_stride + row % 16 * 16;
}

#if BH_USE_AMX

/* Intel SDM volume 1, 18.2: the operand of LDTILECFG. */
typedef struct {
    unsigned char palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    unsigned char rows[16];
} amx_tile_config;

/* Configure eight tiles of 16 rows of 64 bytes. */
static void amx_configure(void) {
    amx_tile_config config = {.palette = 1};
    for (int tile = 0; tile < 8; tile++) {
        config.row_bytes[tile] = 64;
        config.rows[tile] = 16;
    }
    __asm__ volatile(""
                     :
                     : "r"(&config)
                     : "memory"); /* GCC does not know that the next one reads it */
    _tile_loadconfig(&config);
}

static void amx_release(void) {
    _tile_release();
}

enum { BF16_NR = 32 };

/* c (BF16_MR, BF16_NR) = a tile of the product, in four registers of 16 x 16: 0 1 over 2 3. */
static void gemm_bf16_ukr(const gemm_bf16_args *g, int64_t row, int32_t column, int n_vectors,
                          float *c) {
    const float *a = g->a + a_row_offset(g, row);
    const size_t size = sizeof *a;
    const size_t row_bytes = 16 * size, c_bytes = BF16_NR * size;
    (void)n_vectors;
    __asm__ volatile("" : : "r"(a), "r"(g->b) : "memory"); /* packed before it is read */
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int32_t d = 0; d < g->k; d += 16) {
        const float *b = g->b + (ptrdiff_t)column * g->k + d * 16;
        split_pair loaded = {-1, -1};
        for (int i = 0; i < g->n_split_pairs; i++) {
            const split_pair pair = g->split_pairs[i];
            const float *a_tile = a + pair.a * g->a_split_stride + d * 16;
            const float *b_tile = b + pair.b * g->b_split_stride;
            if (pair.a != loaded.a) {
                _tile_loadd(4, a_tile, row_bytes);
                _tile_loadd(5, a_tile + g->a_block_stride, row_bytes);
            }
            if (pair.b != loaded.b) {
                _tile_loadd(6, b_tile, row_bytes);
            }
            _tile_dpbf16ps(0, 4, 6);
            _tile_dpbf16ps(2, 5, 6);
            if (pair.b != loaded.b) {
                _tile_loadd(7, b_tile + (ptrdiff_t)g->k * 16, row_bytes);
            }
            _tile_dpbf16ps(1, 4, 7);
            _tile_dpbf16ps(3, 5, 7);
            loaded = pair;
        }
    }
    _tile_stored(0, c, c_bytes);
    _tile_stored(1, c + 16, c_bytes);
    _tile_stored(2, c + 16 * BF16_NR, c_bytes);
    _tile_stored(3, c + 16 * BF16_NR + 16, c_bytes);
    __asm__ volatile("" : : "r"(c) : "memory");
}

#else

enum { BF16_NR = NR };

/* MR rows of a tile, in vector registers as in gemm/microkernel_template.h. Of one split each, as
 * BH_BF16_SPLITS is 1 here. n_vectors is a constant at every call. */
INLINE void gemm_bf16_ukr_rows(const gemm_bf16_args *g, const float *a, int32_t column,
                               const int n_vectors, float *c) {
    vec sum[MR][NR_VECTORS] = {0};
    const float *b = g->b + (ptrdiff_t)column * g->k;
    for (int32_t d = 0; d < g->k; d++, b += LANES) {
        const float *pair = a + d / 16 * 16 * 16 + d % 16;
        UNROLL
        for (int r = 0; r < MR; r++) {
            UNROLL
            for (int v = 0; v < n_vectors; v++) {
                sum[r][v] =
                    (vec)_mm512_dpbf16_ps((__m512)sum[r][v], (__m512bh)v_set1(pair[r * 16]),
                                          (__m512bh)v_load(b + (ptrdiff_t)v * LANES * g->k));
            }
        }
    }
    UNROLL
    for (int r = 0; r < MR; r++) {
        UNROLL
        for (int v = 0; v < n_vectors; v++) {
            v_store(c + r * BF16_NR + column + v * LANES, sum[r][v]);
        }
    }
}

/* c (BF16_MR, BF16_NR) = a tile of the product. column is 0: there is one tile in a panel. */
static void gemm_bf16_ukr(const gemm_bf16_args *g, int64_t row, int32_t column, int n_vectors,
                          float *c) {
    (void)column;
    for (int i = 0; i < BF16_MR; i += MR, c += MR * BF16_NR) {
        const float *a = g->a + a_row_offset(g, row + i);
        if (n_vectors == NR_VECTORS) {
            gemm_bf16_ukr_rows(g, a, 0, NR_VECTORS, c);
            continue;
        }
        for (int v = 0; v < n_vectors; v++) {
            gemm_bf16_ukr_rows(g, a, v * LANES, 1, c);
        }
    }
}

#endif

/* Copy rows first ... end - 1 of a tile (BF16_MR, BF16_NR), as far as it lies within the columns,
 * to c, which is where the tile's first row would be; or add them. */
static void store_bf16_tile(const float *tile, int64_t first, int64_t end, int32_t columns,
                            bool accumulate, float *c, ptrdiff_t c_stride) {
    for (int64_t r = first; r < BF16_MR && r < end; r++) {
        for (int32_t k = 0; k < BF16_NR && k < columns; k += LANES) {
            float *to = c + r * c_stride + k;
            const vec part = v_load(tile + r * BF16_NR + k);
            v_store(to, accumulate ? v_load(to) + part : part);
        }
    }
}

/* c = rows `row` ... end - 1 of a panel of the product, n_vectors wide, or c += them; leading
 * dimension c_stride. Tiles begin where blocks of A do. */
static void gemm_bf16(const gemm_bf16_args *g, int64_t row, int64_t end, int n_vectors,
                      bool accumulate, float *c, ptrdiff_t c_stride) {
    float tile[BF16_MR * BF16_NR] __attribute__((aligned(BH_ALIGNMENT)));
    const int32_t columns = n_vectors * LANES;
    for (int32_t j = 0; j < columns; j += BF16_NR) {
        for (int64_t i = row / 16 * 16; i < end; i += BF16_MR) {
            gemm_bf16_ukr(g, i, j, n_vectors, tile);
            store_bf16_tile(tile, i < row ? row - i : 0, end - i, columns - j, accumulate,
                            c + (i - row) * c_stride + j, c_stride);
        }
    }
}

#endif
