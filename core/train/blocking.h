/* Sizes by which training is blocked for registers and caches; gemm/parameters.md explains how they
 * fit together. In BLIS's words: a microkernel computes an MR x NR tile of C from a panel of NR
 * columns of B, KC terms at a time. MR is here; NR = NR_VECTORS * LANES depends on the processor
 * family: gemm/simd.h. */
#ifndef BYHAND_BLOCKING_H
#define BYHAND_BLOCKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    /* Layout */
    PADDING = 16,           /* widths are padded to a multiple of the widest vector */
    CACHE_LINE_FLOATS = 16, /* 64 bytes */
    MICROPANEL = 16,        /* columns of W that lie together while it is trained: a cache line */

    /* Registers */
    MR = 4,                  /* rows of a tile */
    MR_BITS = (1 << MR) - 1, /* as a mask: the examples of a block */
    MAX_NR = 64,             /* columns of the widest tile, that of AVX-512: 4 vectors of 16 */

    /* Caches */
    KC = 128, /* terms of a sum that all rows use before the next ones: KC rows of a panel of W,
               * 128 * 64 * 4 bytes = 32 KiB with AVX-512, 8 KiB with AVX2, stay in the nearest
               * caches: with 48 KiB in the first, which is then free to fetch what other threads
               * computed */
    L2_WEIGHTS = 1 << 17, /* weights that stay in a thread's second-level cache: 512 KiB */
    ROW_PARALLEL_MAX_WEIGHTS = 1 << 14, /* in training: with a larger layer all are divided over
                                         * threads by columns, so that each thread reads the part
                                         * of W that it has updated itself; predictions read W
                                         * alone, and divide layers of more than L2_WEIGHTS */
    MIN_DIVIDED_UNITS = 128,            /* of a layer whose outputs are so divided: two panels */

    /* Examples */
    MAX_MICROBATCH = 256, /* rows that go through the network together; their activations stay in
                           * the cache */
    DEQUANT_STRIP = 16,   /* inputs that are converted to floats at once for weight gradients */
    NORM_BLOCK = 4096,    /* floats of the gradient that one thread sums up for its norm */

    /* bf16: see gemm/bf16_template.h */
    BF16_GROUP = 32,     /* terms of a sum that become 16 pairs */
    BF16_MR = 32,        /* rows of a tile */
    BF16_KC = 512,       /* terms of a sum that all panels use before the next ones: of 128 rows in
                          * three splits 384 KiB, which stay in the second-level cache */
    BF16_DW_PANELS = 4,  /* panels of dz whose products with a tile of x follow one another, so that
                          * x, all inputs of a batch, is read a fourth as often */
    MAX_BF16_SPLITS = 3, /* bf16 numbers that a float is split into */
    MIN_SPLIT_WEIGHTS = 1 << 17 /* of a layer whose floats are split; see docs/core.md */
};

/* Are wide layers divided over threads by columns? A page's are not: core.wasm is smaller without,
 * and core-threads.wasm must compute the same bits. */
#if defined(__wasm__)
enum { DIVIDES_COLUMNS = 0 };
#else
enum { DIVIDES_COLUMNS = 1 };
#endif

/* Is a layer so large that each step reads W from memory? Then it is prefetched; not in a page,
 * whose processor's prefetches cannot be asked for. */
static inline bool exceeds_l2(int32_t n_in, int32_t n_out) {
    return DIVIDES_COLUMNS && (int64_t)n_in * n_out > L2_WEIGHTS;
}

static inline int64_t round_up(int64_t n, int64_t to) {
    return (n + to - 1) / to * to;
}

/* Columns of n, padded to whole vectors of any processor family. */
static inline int32_t padded(int32_t n) {
    return (n + PADDING - 1) / PADDING * PADDING;
}

/* The leading dimension of a matrix with n columns: an odd number of cache lines, for with an even
 * number all rows would compete for a half, a quarter or an eighth of the cache's sets. */
static inline int32_t row_stride(int32_t n) {
    const int32_t stride = padded(n);
    return stride / PADDING % 2 == 0 ? stride + PADDING : stride;
}

/* Where column j of a row lies, whose micropanels are `stride` floats apart; MICROPANEL: side by
 * side, as in row-major matrices. */
static inline ptrdiff_t column_offset(int32_t j, ptrdiff_t stride) {
    return j / MICROPANEL * stride + j % MICROPANEL;
}

/* Pairs that n terms become: whole tiles of 16. */
static inline int32_t bf16_pairs(int32_t n) {
    return (n + BF16_GROUP - 1) / BF16_GROUP * (BF16_GROUP / 2);
}

#endif
