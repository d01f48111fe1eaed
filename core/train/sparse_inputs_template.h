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
 * Bytes stay bytes until a thread converts those that it is about to multiply: what threads hand to
 * one another is a quarter as much. All of this is exact but for the order of a sum. */
#ifndef BYHAND_SPARSE_INPUTS_TEMPLATE_H
#define BYHAND_SPARSE_INPUTS_TEMPLATE_H

#include "gemm/partition_template.h"
#include "train/gather_template.h"

/* Gathering: copy bytes and find what is not 0 */

/* Copy a row (n) and set bit r of bitmap[j] where raw[j] != 0. */
static void copy_row_mark_nonzero(const unsigned char *restrict raw, int32_t n,
                                  unsigned char *restrict copy, int r,
                                  unsigned char *restrict bitmap) {
    const unsigned char bit = (unsigned char)(1 << r);
    memcpy(copy, raw, (size_t)n);
    for (int32_t j = 0; j < n; j++) {
        bitmap[j] |= raw[j] ? bit : 0;
    }
}

/* A list that leaves out less than a quarter is not worth it. */
static int32_t prefer_sparse(int32_t found, int32_t n) {
    return found <= n - n / 4 ? found : DENSE;
}

/* List the inputs, of n, of one block of examples, whose bits in the bitmap are `bits`. */
static void list_nonzero_inputs(const sparse_inputs *s, int64_t block, const unsigned char *bitmap,
                                int bits, int32_t n) {
    int32_t *list = s->nonzero_inputs + block * s->list_stride;
    int32_t found = 0;
    for (int32_t k = 0; k < n; k += 16) {
        const int nonzero = v_movemask16(bitmap + k, bits);
        found += append_set_bits(nonzero, k, list + found, s->bit_index_table);
    }
    s->n_nonzero_inputs[block] = prefer_sparse(found, n);
}

/* Copy up to eight examples (rows 8 i ... of the microbatch) from a position of the epoch on. */
static void copy_8(const sparse_inputs *s, const bh_epoch_data *d, int32_t n, int64_t i,
                   int64_t position, int rows, void *shifted_row) {
    for (int r = 0; r < rows; r++) {
        memcpy(s->raw + (i * 8 + r) * s->raw_stride, raw_row(d, n, position + r, shifted_row),
               (size_t)n);
    }
}

/* Copy them and list what is not 0. */
static void gather_8(const sparse_inputs *s, const bh_epoch_data *d, int32_t n, int64_t i,
                     int64_t position, int rows, void *shifted_row) {
    unsigned char *bitmap = s->nonzero_bitmap + i * s->bitmap_stride;
    unsigned char *copy = s->raw + i * 8 * s->raw_stride;
    memset(bitmap, 0, (size_t)s->bitmap_stride);
    for (int r = 0; r < rows; r++) {
        const void *raw = raw_row(d, n, position + r, shifted_row);
        copy_row_mark_nonzero(raw, n, copy + r * s->raw_stride, r, bitmap);
    }
    for (int r = 0; r < rows; r += MR) {
        list_nonzero_inputs(s, (i * 8 + r) / MR, bitmap, MR_BITS << r, n);
    }
}

/* Or MR bytes: the examples, of eight, in which some input of a group is not 0. */
INLINE int or_bytes(const unsigned char *bytes) {
    uint32_t word;
    _Static_assert(MR == sizeof word, "a group is four inputs");
    memcpy(&word, bytes, MR);
    word |= word >> 16;
    return (int)((word | word >> 8) & 255);
}

/* List the examples, of `rows`, of this thread's share of groups; the bitmap must be complete. */
static void build_input_lists(const sparse_inputs *s, const thread_team *team, int tid,
                              int32_t n_in, int32_t microbatch, int rows) {
    const int64_t next = s->bitmap_stride;
    int64_t g, end;
    team_partition(team, tid, n_row_blocks(n_in), &g, &end);
    for (; g < end; g++) {
        const unsigned char *bitmap = s->nonzero_bitmap + g * MR;
        int32_t *list = s->nonzero_examples + g * (microbatch + PADDING);
        int32_t found = 0;
        for (int32_t i = 0; i < rows; i += 16, bitmap += 2 * next) {
            int bits = or_bytes(bitmap);
            if (i + 8 < rows) {
                bits |= or_bytes(bitmap + next) << 8;
            }
            found += append_set_bits(bits, i, list + found, s->bit_index_table);
        }
        s->n_nonzero_examples[g] = prefer_sparse(found, rows);
    }
}

/* Converting: raw * scale, for the part that is about to be multiplied */

/* x (rows, n) = raw (rows, n) * scale (n); leading dimensions raw_stride and stride. */
INLINE void dequantise(const unsigned char *restrict raw, int64_t raw_stride, int64_t rows,
                       int32_t n, const float *restrict scale, float *restrict x,
                       ptrdiff_t stride) {
    for (int64_t r = 0; r < rows; r++, raw += raw_stride, x += stride) {
        for (int32_t j = 0; j < n; j += LANES) {
            v_store(x + j, v_load_u8(raw + j) * v_load(scale + j));
        }
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

/* Convert the examples of a pass, to rows `stride` apart. n_in: of the layer. */
static void dequantise_examples(const sparse_inputs *s, const panel_slice *slice, int32_t n_in,
                                float *x, ptrdiff_t stride) {
    dequantise(s->raw + slice->pass_row * s->raw_stride, s->raw_stride,
               slice->pass_end - slice->pass_row, padded(n_in), s->scale, x, stride);
}

/* The block of examples at `row`, after dequantise_examples for the same pass. */
static sparse_view block_view(const sparse_inputs *s, const panel_slice *slice, int64_t row,
                              int32_t n_in, const float *dequantised, ptrdiff_t stride) {
    const float *x = dequantised + (row - slice->pass_row) * stride;
    const int64_t block = row / MR;
    const int32_t n = s->n_nonzero_inputs[block];
    if (n == DENSE) {
        return (sparse_view){x, stride, 0, n_in};
    }
    return (sparse_view){x, stride, s->nonzero_inputs + block * s->list_stride, n};
}

/* Inputs are converted in strips of DEQUANT_STRIP inputs of all examples, (microbatch,
 * DEQUANT_STRIP). The strip of the input that lies `input` inputs after the first one of the pass.
 */
static ptrdiff_t strip_offset(int64_t input, int32_t microbatch) {
    return input / DEQUANT_STRIP * DEQUANT_STRIP * microbatch;
}

/* Convert the inputs of a pass, of `rows` examples. */
static void dequantise_inputs(const sparse_inputs *s, const panel_slice *slice, int rows,
                              int32_t microbatch, float *x) {
    for (int64_t k = slice->pass_row; k < slice->pass_end; k += DEQUANT_STRIP) {
        dequantise(s->raw + k, s->raw_stride, rows, DEQUANT_STRIP, s->scale + k,
                   x + strip_offset(k - slice->pass_row, microbatch), DEQUANT_STRIP);
    }
}

/* The group of inputs at input k, after dequantise_inputs for the same pass. */
static sparse_view group_view(const sparse_inputs *s, const panel_slice *slice, int64_t k, int rows,
                              int32_t microbatch, const float *dequantised) {
    const float *strip = dequantised + strip_offset(k - slice->pass_row, microbatch);
    const float *x = strip + k % DEQUANT_STRIP;
    const int64_t group = k / MR;
    const int32_t n = s->n_nonzero_examples[group];
    if (n == DENSE) {
        return (sparse_view){x, DEQUANT_STRIP, 0, rows};
    }
    return (sparse_view){x, DEQUANT_STRIP, s->nonzero_examples + group * (microbatch + PADDING), n};
}

#endif
