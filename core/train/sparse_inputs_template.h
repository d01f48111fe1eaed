/* Skipping zeros in the first layer. Four fifths of a digit's pixels are 0 (the background), so
 *
 *     z = b + x W,  x = raw * scale + shift    is computed as    (b + shift W) + sum (raw * scale)
 * W dW = x^T dz                              as                shift * sum dz + (raw * scale)^T dz
 *
 * where the first part is the same for all examples and the second is 0 where raw is. A product
 * then skips
 *
 *     forward      an input that is 0 in all MR examples of a block        61 % of MNIST's
 *     gradients    an example that is 0 in all MR inputs of a group        72 %
 *
 * Each thread converts the bytes that it is about to multiply, where they are in the data, and
 * finds the zeros on the way: threads hand nothing to one another before the first product. All of
 * this is exact but for the order of a sum. */
#ifndef BYHAND_SPARSE_INPUTS_TEMPLATE_H
#define BYHAND_SPARSE_INPUTS_TEMPLATE_H

#include "gemm/partition_template.h"
#include "train/gather_template.h"

/* Gathering */

/* Must examples be copied before they are read? Those that are shifted, and those whose last vector
 * would reach over their end. */
static bool copies_examples(const bh_epoch_data *d, int32_t n) {
    return d->pixel_shifts || n % PADDING;
}

/* Copy the example (n) at a position of the epoch to row i, 0 in the padding. */
static void copy_example_bytes(const sparse_inputs *s, const bh_epoch_data *d, int32_t n, int64_t i,
                               int64_t position, void *shifted_row) {
    unsigned char *copy = s->copies + i * s->copy_stride;
    memcpy(copy, raw_row(d, n, position, shifted_row), (size_t)n);
    memset(copy + n, 0, (size_t)(s->copy_stride - n));
}

/* Where the bytes (n) of each example of a microbatch at position `from` are. */
static void find_raw_rows(const sparse_inputs *s, const bh_epoch_data *d, int32_t n, int64_t from,
                          int rows, const unsigned char **raw_rows) {
    const bool copied = copies_examples(d, n);
    for (int i = 0; i < rows; i++) {
        raw_rows[i] = copied ? s->copies + i * s->copy_stride
                             : (const unsigned char *)raw_example(d, n, from + i);
    }
}

/* Converting what is about to be multiplied, raw * scale, and listing what of it is not 0 */

/* A list that leaves out less than a quarter is not worth it. */
static int32_t prefer_sparse(int32_t found, int32_t n) {
    return found <= n - n / 4 ? found : DENSE;
}

/* x (16) = raw (16) * scale (16). */
INLINE_UNLESS_WASM void dequantise_16(const unsigned char *raw, const float *scale, float *x) {
    for (int j = 0; j < 16; j += LANES) {
        v_store(x + j, v_load_u8(raw + j) * v_load(scale + j));
    }
}

/* Convert a block of m examples (n) to rows of x, `stride` apart, list the inputs that are not 0 in
 * one of them, and return how many. Meanwhile prefetch the block `ahead`, or none: a DRAM miss
 * costs about 2,000 multiplications, and a processor can wait for some 20 lines at a time. */
static int32_t dequantise_block(const sparse_inputs *s, const unsigned char *const *rows, int m,
                                const unsigned char *const *ahead, int32_t n, float *restrict x,
                                ptrdiff_t stride, int32_t *restrict list) {
    const float *restrict scale = s->scale;
    const unsigned char *raw[MR];
    for (int r = 0; r < MR; r++) {
        raw[r] = rows[r < m ? r : 0]; /* of an edge the first one more than once: no list changes */
    }
    int32_t found = 0;
    for (int32_t k = 0; k < n; k += 16) {
        for (int r = 0; ahead && k % 64 == 0 && r < MR; r++) {
            __builtin_prefetch(ahead[r] + k, 0, 2);
        }
        bytes16 any = {0};
        UNROLL
        for (int r = 0; r < MR; r++) {
            any |= load_bytes16(raw[r] + k);
            dequantise_16(raw[r] + k, scale + k, x + r * stride + k);
        }
        found += append_set_bits(nonzero_bytes(any), k, list + found, s->bit_index_table);
    }
    return prefer_sparse(found, n);
}

/* Convert the examples of a pass, of those of a microbatch that end at `end`, to rows `stride`
 * apart. n: the layer's inputs. */
static void dequantise_examples(const sparse_inputs *s, const panel_slice *slice, int64_t end,
                                int32_t n, const thread_scratch *scratch, ptrdiff_t stride) {
    enum { AHEAD = 2 * MR }; /* rows: those of the next block but one */
    for (int64_t i = slice->pass_row; i < slice->pass_end; i += MR) {
        const unsigned char *const *raw = scratch->raw_rows + i;
        const int64_t done = i - slice->pass_row, left = slice->pass_end - i;
        scratch->n_nonzero[done / MR] = dequantise_block(
            s, raw, left < MR ? (int)left : MR, i + AHEAD + MR <= end ? raw + AHEAD : 0, n,
            scratch->dequantised + done * stride, stride,
            scratch->nonzero + done / MR * s->copy_stride);
    }
}

enum { GROUPS = DEQUANT_STRIP / MR }; /* in a strip */

/* Convert the strip of inputs k ... k + 15 of `rows` examples to x (rows, 16), and list, for each
 * of its groups, the examples in which one of them is not 0. */
static void dequantise_strip(const sparse_inputs *s, const unsigned char *const *raw, int32_t rows,
                             int64_t k, float *restrict x, int32_t *restrict lists,
                             int32_t list_stride, int32_t *restrict n_listed) {
    float scale[DEQUANT_STRIP];
    memcpy(scale, s->scale + k, sizeof scale);
    int32_t found[GROUPS] = {0};
    _Static_assert(MR == 4 && sizeof(quad_mask) == DEQUANT_STRIP, "a lane has a group's bytes");
    for (int32_t i = 0; i < rows; i += 16) {
        const int32_t n = rows - i < 16 ? rows - i : 16;
        quad_mask nonzero = {0}, bit = {1, 1, 1, 1}; /* a lane for each group, a bit for each row */
        for (int32_t r = 0; r < n; r++, bit += bit) {
            dequantise_16(raw[i + r] + k, scale, x + (i + r) * DEQUANT_STRIP);
            nonzero |= ((quad_mask)load_bytes16(raw[i + r] + k) != 0) & bit;
        }
        for (int g = 0; g < GROUPS; g++) {
            found[g] += append_set_bits(nonzero[g], i, lists + g * list_stride + found[g],
                                        s->bit_index_table);
        }
    }
    for (int g = 0; g < GROUPS; g++) {
        n_listed[g] = prefer_sparse(found[g], rows);
    }
}

/* Inputs are converted in strips of DEQUANT_STRIP inputs of all examples, (microbatch,
 * DEQUANT_STRIP). The strip of the input that lies `input` inputs after the first one of the pass.
 */
static ptrdiff_t strip_offset(int64_t input, int32_t microbatch) {
    return input / DEQUANT_STRIP * DEQUANT_STRIP * microbatch;
}

/* Convert the inputs of a pass, of `rows` examples. */
static void dequantise_inputs(const sparse_inputs *s, const panel_slice *slice, int rows,
                              int32_t microbatch, const thread_scratch *scratch) {
    const int32_t list_stride = microbatch + PADDING;
    for (int64_t k = slice->pass_row; k < slice->pass_end; k += DEQUANT_STRIP) {
        const int64_t group = (k - slice->pass_row) / MR;
        dequantise_strip(s, scratch->raw_rows, rows, k,
                         scratch->dequantised + strip_offset(k - slice->pass_row, microbatch),
                         scratch->nonzero + group * list_stride, list_stride,
                         scratch->n_nonzero + group);
    }
}

/* Row blocks per pass: if a thread's part of W stays in its L2 cache, `few` blocks are converted
 * right before all its panels use them; otherwise all, before panel after panel does. */
static int64_t rows_to_dequantise(int64_t n_weights, const thread_team *team, int64_t blocks,
                                  int64_t few) {
    return n_weights / team->size <= L2_WEIGHTS ? few : blocks;
}

/* A converted operand: rows `stride` apart; indices (n): the inputs of a block, or examples of a
 * group, that are not all 0; 0: all n. */
typedef struct {
    const float *x;
    ptrdiff_t stride;
    const int32_t *indices;
    int32_t n;
} sparse_view;

/* The block of examples at `row`, after dequantise_examples for the same pass. */
static sparse_view block_view(const sparse_inputs *s, const panel_slice *slice, int64_t row,
                              int32_t n_in, const thread_scratch *scratch, ptrdiff_t stride) {
    const float *x = scratch->dequantised + (row - slice->pass_row) * stride;
    const int64_t block = (row - slice->pass_row) / MR;
    const int32_t n = scratch->n_nonzero[block];
    if (n == DENSE) {
        return (sparse_view){x, stride, 0, n_in};
    }
    return (sparse_view){x, stride, scratch->nonzero + block * s->copy_stride, n};
}

/* The group of inputs at input k, after dequantise_inputs for the same pass. */
static sparse_view group_view(const panel_slice *slice, int64_t k, int rows, int32_t microbatch,
                              const thread_scratch *scratch) {
    const float *strip = scratch->dequantised + strip_offset(k - slice->pass_row, microbatch);
    const float *x = strip + k % DEQUANT_STRIP;
    const int64_t group = (k - slice->pass_row) / MR;
    const int32_t n = scratch->n_nonzero[group];
    if (n == DENSE) {
        return (sparse_view){x, DEQUANT_STRIP, 0, rows};
    }
    return (sparse_view){x, DEQUANT_STRIP, scratch->nonzero + group * (microbatch + PADDING), n};
}

#endif
