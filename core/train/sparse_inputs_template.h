/* From stored examples to the first layer's input: x = stored · scale + shift, moved first where pictures move.
 *
 * And where an example is more than background. Four fifths of a digit's picture are 0, so bytes stay bytes until a
 * product needs some of them, as stored · scale, which is 0 there; what shift does is the same for all examples,
 * shift · W in every sum and dW = shift · Σ dz, and is added once. Then products skip what is 0: forward, an input that
 * is background in all TILE_ROWS examples of a block (of MNIST's 61 %); in the gradient, an example that is background
 * in all TILE_ROWS inputs of a group (72 %). */
#ifndef BYHAND_SPARSE_INPUTS_TEMPLATE_H
#define BYHAND_SPARSE_INPUTS_TEMPLATE_H

#include <string.h>

#include "train/optimizers_template.h"
#include "gemm/partition_template.h"

/* Return the row as it is stored, moved into `scratch` if pictures are. What comes in from outside is 0. */
static const void *raw_row(const bh_epoch_data *d, int32_t n, int64_t position, void *shift_scratch) {
    const int64_t size = d->inputs_are_bytes ? 1 : sizeof(float);
    const char *picture = (const char *)d->inputs + example_at(d, position) * n * size;
    if (!d->pixel_shifts) return picture;
    const int right = d->pixel_shifts[2 * position], down = d->pixel_shifts[2 * position + 1];
    const int width = d->width - (right < 0 ? -right : right);
    memset(shift_scratch, 0, (size_t)(n * size));
    for (int r = 0; r < d->height; r++)
        if (r - down >= 0 && r - down < d->height && width > 0)
            memcpy((char *)shift_scratch + ((int64_t)r * d->width + (right > 0 ? right : 0)) * size,
                   picture + ((int64_t)(r - down) * d->width + (right < 0 ? -right : 0)) * size, (size_t)(width * size));
    return shift_scratch;
}

enum { DENSE = -1 /* instead of a length: no list */ };

/* Ask for the row early: from the main memory it takes as long as two thousand multiplications. */
static void prefetch_row(const bh_epoch_data *d, int32_t n, int64_t position) {
    const int64_t bytes = n * (d->inputs_are_bytes ? 1 : (int64_t)sizeof(float));
    const char *row = (const char *)d->inputs + example_at(d, position) * bytes;
    for (int64_t i = 0; i < bytes; i += 64) __builtin_prefetch(row + i, 0, 2);
}

static void scale_and_shift_bytes(const unsigned char *restrict raw, const bh_epoch_data *d, int32_t n, float *restrict x) {
    int32_t j = 0;
    for (; j + LANES <= n; j += LANES) v_store(x + j, v_load_u8(raw + j) * v_load(d->scale + j) + v_load(d->shift + j));
    for (; j < n; j++) x[j] = (float)raw[j] * d->scale[j] + d->shift[j];
}

static void scale_and_shift_floats(const float *restrict raw, const bh_epoch_data *d, int32_t n, float *restrict x) {
    int32_t j = 0;
    for (; j + LANES <= n; j += LANES) v_store(x + j, v_load(raw + j) * v_load(d->scale + j) + v_load(d->shift + j));
    for (; j < n; j++) x[j] = raw[j] * d->scale[j] + d->shift[j];
}

static void scale_and_shift(const bh_epoch_data *d, int32_t n, const void *raw, float *x) {
    if (d->inputs_are_bytes) scale_and_shift_bytes(raw, d, n, x);
    else scale_and_shift_floats(raw, d, n, x);
}

/* Copy a row and mark what is not background: bit r of marks[j] is example r of eight. */
static void copy_row_mark_nonzero(const unsigned char *restrict raw, int32_t n, unsigned char *restrict copy, int r,
                          unsigned char *restrict nonzero_bitmap) {
    const unsigned char bit = (unsigned char)(1 << r);
    memcpy(copy, raw, (size_t)n);
    for (int32_t j = 0; j < n; j++) nonzero_bitmap[j] |= raw[j] ? bit : 0;
}

/* A list that leaves little out is not worth it: the products then run over all. */
static int32_t prefer_sparse(int32_t found, int32_t n) { return found <= n - n / 4 ? found : DENSE; }

/* List the inputs of one block: those with one of its examples' bits in their mark. */
static void list_nonzero_inputs(train_context *e, int64_t block, const unsigned char *nonzero_bitmap, int bits) {
    const int32_t n = e->network->layers[0].n_in;
    int32_t *list = e->nonzero_inputs + block * e->list_stride, found = 0;
    for (int32_t k = 0; k < n; k += 16)
        found += append_set_bits(v_movemask16(nonzero_bitmap + k, bits), k, list + found, e->bit_index_table);
    e->n_nonzero_inputs[block] = prefer_sparse(found, n);
}

/* Take in eight examples, or fewer at the chunk's end, the first of them from place `from`. */
static void gather_8(train_context *e, int64_t group_of_8, int64_t from, int rows, void *shift_scratch) {
    const int32_t n = e->network->layers[0].n_in;
    unsigned char *nonzero_bitmap = e->nonzero_bitmap + group_of_8 * e->bitmap_stride, *copy = e->raw + group_of_8 * 8 * e->stored_stride;
    memset(nonzero_bitmap, 0, (size_t)e->bitmap_stride);
    for (int r = 0; r < rows; r++)
        copy_row_mark_nonzero(raw_row(e->data, n, from + r, shift_scratch), n, copy + r * e->stored_stride, r, nonzero_bitmap);
    for (int r = 0; r < rows; r += MR) list_nonzero_inputs(e, (group_of_8 * 8 + r) / MR, nonzero_bitmap, MR_BITS << r);
}

/* Take in this member's share of the chunk that begins at place `from`; the next rows are asked for early. */
static void gather(train_context *e, int tid, int64_t from, int rows) {
    const bh_epoch_data *d = e->data;
    const int32_t n = e->network->layers[0].n_in;
    void *shift_scratch = e->shift_scratch + (int64_t)tid * n;
    int64_t group_of_8, end;
    team_partition(&e->team, tid, (rows + 7) / 8, &group_of_8, &end);
    for (; group_of_8 < end; group_of_8++) {
        const int64_t i = group_of_8 * 8;
        const int some = rows - i < 8 ? (int)(rows - i) : 8;
        for (int64_t ahead = i + 8; ahead < i + 16 && ahead < rows; ahead++) prefetch_row(d, n, from + ahead);
        if (e->skip_zeros) gather_8(e, group_of_8, from + i, some, shift_scratch);
        else
            for (int r = 0; r < some; r++)
                scale_and_shift(d, n, raw_row(d, n, from + i + r, shift_scratch), e->x[0] + (i + r) * e->stride[0]);
    }
}

/* Return the marks of a group of inputs, together. */
INLINE int or_bytes(const unsigned char *nonzero_bitmap) {
    uint32_t word;
    _Static_assert(MR == sizeof word, "a group is four inputs");
    memcpy(&word, nonzero_bitmap, MR);
    word |= word >> 16;
    return (word | word >> 8) & 255;
}

/* List the examples of every group of inputs, this member's share of the groups; all marks must be there. */
static void build_input_lists(train_context *e, int tid, int rows) {
    const int64_t groups = n_row_blocks(e->network->layers[0].n_in), stride = e->bitmap_stride;
    int64_t g, end;
    team_partition(&e->team, tid, e->skip_zeros ? groups : 0, &g, &end);
    for (; g < end; g++) {
        const unsigned char *nonzero_bitmap = e->nonzero_bitmap + g * MR;
        int32_t *list = e->nonzero_examples + g * (e->microbatch + PADDING), found = 0;
        for (int32_t i = 0; i < rows; i += 16, nonzero_bitmap += 2 * stride) {
            const int bits = or_bytes(nonzero_bitmap) | (i + 8 < rows ? or_bytes(nonzero_bitmap + stride) << 8 : 0);
            found += append_set_bits(bits, i, list + found, e->bit_index_table);
        }
        e->n_nonzero_examples[g] = prefer_sparse(found, rows);
    }
}

/* Make numbers of n bytes in each of some rows: stored · scale. */
INLINE void dequantise(const unsigned char *restrict raw, int64_t stored_stride, int64_t rows, int32_t n,
                         const float *restrict scale, float *restrict x, ptrdiff_t stride) {
    for (int64_t r = 0; r < rows; r++, raw += stored_stride, x += stride)
        for (int32_t j = 0; j < n; j += LANES) v_store(x + j, v_load_u8(raw + j) * v_load(scale + j));
}

/* Some of what is stored as a product takes it, and which of it is more than background. */
typedef struct {
    const float *x;
    ptrdiff_t stride;
    const int32_t *indices_k; /* these inputs of a block, or these examples of a group; 0: all of them */
    int32_t n;
} sparse_view;

/* Where a member's part of W stays in its cache, numbers are made block by block (or strip by strip) right before all its
 * panels use them; where it does not, of the whole chunk, before panel after panel does. */
static int64_t rows_to_dequantise(const train_context *e, int64_t blocks, int64_t few) {
    const bh_layer *first = &e->network->layers[0];
    return (int64_t)first->n_in * first->n_out / e->team.size <= L2_WEIGHTS ? few : blocks;
}

/* Make numbers of a stretch of examples. */
static void dequantise_examples(const train_context *e, int tid, const panel_slice *r) {
    dequantise(e->raw + r->row_block * e->stored_stride, e->stored_stride, r->row_block_end - r->row_block,
                 padded(e->network->layers[0].n_in), e->scale, e->dequant_buffer + tid * e->dequant_floats, e->stride[0]);
}

/* Return the block at row i of a stretch of which make_examples has made numbers. */
static sparse_view sparse_examples(const train_context *e, int tid, const panel_slice *r, int64_t i) {
    const float *x = e->dequant_buffer + tid * e->dequant_floats + (i - r->row_block) * e->stride[0];
    const int64_t block = i / MR;
    const int32_t n = e->n_nonzero_inputs[block];
    return n == DENSE ? (sparse_view){x, e->stride[0], 0, e->network->layers[0].n_in}
                    : (sparse_view){x, e->stride[0], e->nonzero_inputs + block * e->list_stride, n};
}

/* A strip is STRIP inputs of all examples, STRIP apart. */
static float *dequant_strip(const train_context *e, int tid, int64_t input) {
    return e->dequant_buffer + tid * e->dequant_floats + input / DEQUANT_STRIP * DEQUANT_STRIP * e->microbatch;
}

/* Make numbers of a stretch of inputs. */
static void dequantise_inputs(const train_context *e, int tid, const panel_slice *r, int rows) {
    for (int64_t k = r->row_block; k < r->row_block_end; k += DEQUANT_STRIP)
        dequantise(e->raw + k, e->stored_stride, rows, DEQUANT_STRIP, e->scale + k, dequant_strip(e, tid, k - r->row_block),
                     DEQUANT_STRIP);
}

/* Return the group at input k of a stretch of which make_inputs has made numbers. */
static sparse_view sparse_inputs(const train_context *e, int tid, const panel_slice *r, int64_t k, int rows) {
    const float *x = dequant_strip(e, tid, k - r->row_block) + k % DEQUANT_STRIP;
    const int64_t group = k / MR;
    const int32_t n = e->n_nonzero_examples[group];
    return n == DENSE ? (sparse_view){x, DEQUANT_STRIP, 0, rows}
                    : (sparse_view){x, DEQUANT_STRIP, e->nonzero_examples + group * (e->microbatch + PADDING), n};
}

#endif
