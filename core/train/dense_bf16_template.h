/* A dense layer's three products in bf16: dense_template.h and gradients_template.h once more, with
 * packed operands. Only the first layer can have raw bytes as input; they are packed as they are,
 * scale goes into W, or into dW, and shift into the bias. */
#ifndef BYHAND_DENSE_BF16_TEMPLATE_H
#define BYHAND_DENSE_BF16_TEMPLATE_H

#include "gemm/bf16_template.h"
#include "train/dense_template.h"
#include "train/gradients_template.h"

/* The input of a layer: bytes, or, if there are none, floats. */
typedef struct {
    const sparse_inputs *bytes;
    matrix floats;
} bf16_input;

/* Splits of the input's numbers: a byte is exact in one. */
static int input_splits(bf16_input x) {
    return x.bytes ? 1 : BH_BF16_SPLITS;
}

/* How many of n terms are multiplied together, from term `from` on. */
static int32_t block_depth(int32_t n, int32_t from) {
    return n - from < BF16_KC ? n - from : BF16_KC;
}

/* Add the products of BF16_KC inputs at most, from input `from` on, to a range of tiles of y. */
static void forward_k_block_bf16(const dense_layer *d, bf16_input x, matrix y, tile_range t,
                                 const thread_scratch *scratch, int32_t from) {
    const int32_t depth = block_depth(d->n_in, from);
    const gemm_bf16_args g = make_gemm_bf16_args(scratch->bf16_a, scratch->bf16_b, depth,
                                                 input_splits(x), BH_BF16_SPLITS);
    for (int64_t i = 0; i < t.rows; i++) {
        float *a = scratch->bf16_a + a_row_offset(&g, i);
        const int64_t row = t.first_row + i;
        if (x.bytes) {
            pack_bytes_bf16(x.bytes->copies + row * x.bytes->copy_stride + from, depth, a);
        } else {
            pack_row_bf16(element(x.floats, row, from), x.floats.panel_stride, depth, a,
                          g.a_split_stride, BH_BF16_SPLITS);
        }
    }
    for (panel_slice s; next_slice(&t, &s);) {
        pack_rows_bf16(panel_of(d, from, s.column), d->row_stride, d->micropanel_stride, depth,
                       s.n_vectors * LANES, x.bytes ? x.bytes->scale + from : 0, scratch->bf16_b,
                       g.b_split_stride, BH_BF16_SPLITS);
        gemm_bf16(&g, s.row - t.first_row, s.end - t.first_row, s.n_vectors, from > 0,
                  element(y, s.row, s.column), y.stride);
    }
}

/* y = f(x W + b), for a range of tiles of y. shift (n_in): of bytes, or 0. */
static void forward_bf16(const dense_layer *d, bf16_input x, const float *shift, matrix y,
                         tile_range t, const thread_scratch *scratch) {
    float bias[NR];
    for (int32_t from = 0; from < d->n_in; from += BF16_KC) {
        forward_k_block_bf16(d, x, y, t, scratch, from);
    }
    for (panel_slice s; next_slice(&t, &s);) {
        bias_plus_shift(d, shift, 0, shift ? d->n_in : 0, s.column, s.n_vectors, bias);
        epilogue(d, y, &s, bias);
    }
}

/* Add the products of BF16_KC units at most, from unit `from` on, to a range of tiles of dx. */
static void backward_k_block_bf16(const dense_layer *d, matrix dz, matrix dx, tile_range t,
                                  const thread_scratch *scratch, int32_t from) {
    const int32_t depth = block_depth(d->n_out, from);
    const gemm_bf16_args g = make_gemm_bf16_args(scratch->bf16_a, scratch->bf16_b, depth,
                                                 BH_BF16_SPLITS, BH_BF16_SPLITS);
    for (int64_t i = 0; i < t.rows; i++) {
        pack_row_bf16(element(dz, t.first_row + i, from), dz.panel_stride, depth,
                      scratch->bf16_a + a_row_offset(&g, i), g.a_split_stride, BH_BF16_SPLITS);
    }
    for (panel_slice s; next_slice(&t, &s);) {
        pack_transposed(d, s.column, from, from + depth, scratch->packed_w);
        pack_rows_bf16(scratch->packed_w, NR, MICROPANEL, depth, s.n_vectors * LANES, 0,
                       scratch->bf16_b, g.b_split_stride, BH_BF16_SPLITS);
        gemm_bf16(&g, s.row - t.first_row, s.end - t.first_row, s.n_vectors, from > 0,
                  element(dx, s.row, s.column), dx.stride);
    }
}

/* dx = (dz W^T) * f', for a range of tiles of dx. */
static void backward_bf16(const dense_layer *d, matrix dz, matrix dx, const previous_activation *f,
                          tile_range t, const thread_scratch *scratch) {
    for (int32_t from = 0; from < d->n_out; from += BF16_KC) {
        backward_k_block_bf16(d, dz, dx, t, scratch, from);
    }
    for (panel_slice s; next_slice(&t, &s);) {
        backward_epilogue(f, dx, &s);
    }
}

/* The inputs that a range of tiles of dW reads, in whole panels: those of its slice, or all. */
static void input_panels(const tile_range *t, int32_t n_in, int32_t *first, int32_t *end) {
    const bool one_panel = t->end_panel - t->first_panel <= 1;
    const int64_t before = t->first_panel * t->blocks;
    const int64_t from = one_panel ? (t->first_tile - before) * MR : 0;
    const int64_t to = one_panel ? (t->end_tile - before) * MR : n_in;
    *first = (int32_t)(from / NR);
    *end = (int32_t)((to + NR - 1) / NR);
}

/* Pack x (rows, n_in) as B, panels first ... end - 1 of inputs, pairs along examples. */
static void pack_examples_bf16(bf16_input x, int32_t n_in, int rows, int32_t first, int32_t end,
                               float *b, ptrdiff_t split_stride) {
    const ptrdiff_t panel_floats = input_splits(x) * split_stride;
    for (int32_t panel = first; panel < end; panel++) {
        const int32_t from = panel * NR;
        const int32_t columns = padded(n_in) - from < NR ? padded(n_in) - from : NR;
        if (x.bytes) {
            pack_byte_rows_bf16(x.bytes->copies + from, x.bytes->copy_stride, rows, columns,
                                b + panel * panel_floats);
        } else {
            pack_rows_bf16(element(x.floats, 0, from), x.floats.stride, MICROPANEL, rows, columns,
                           0, b + panel * panel_floats, split_stride, BH_BF16_SPLITS);
        }
    }
}

/* Pack dz^T as A: a panel's units (columns), pairs along examples. */
static void pack_gradients_bf16(matrix dz, int32_t column, int columns, int rows, float *a,
                                const gemm_bf16_args *g) {
    float pairs[MAX_BF16_SPLITS * 16 * 16];
    for (int32_t from = 0; from < rows; from += BF16_GROUP, a += 16 * 16) {
        const int32_t n = rows - from < BF16_GROUP ? rows - from : BF16_GROUP;
        for (int j = 0; j < columns; j += 16) {
            pack_rows_bf16(element(dz, from, column + j), dz.stride, MICROPANEL, n, 16, 0, pairs,
                           16 * 16, BH_BF16_SPLITS);
            for (int split = 0; split < BH_BF16_SPLITS; split++) {
                transpose_16x16(pairs + split * 16 * 16, 16,
                                a + a_row_offset(g, j) + split * g->a_split_stride);
            }
        }
    }
}

/* Finish rows k ... end - 1 of one micropanel of dW, from `column` on, and update: times the
 * inputs' scale (n_in, or 0), plus shift * sums. dw (end - k, MICROPANEL). */
static void update_micropanel(const gradient_target *g, int64_t k, int64_t end, int32_t column,
                              const float *scale, float *dw, const float *sums,
                              const grad_mode *mode) {
    const int64_t offset = weight_offset(&g->at, k, column);
    float *kept = g->grads + offset, *to = mode->keep_grads ? kept : dw;
    for (int64_t i = k; i < end; i++) {
        const int64_t j = (i - k) * MICROPANEL;
        vec grad = v_load(dw + j) * (scale ? scale[i] : 1);
        if (g->shift) {
            grad += v_load(sums) * g->shift[i];
        }
        if (!mode->first_microbatch) {
            grad += v_load(kept + j);
        }
        v_store(to + j, grad);
    }
    if (mode->steps) {
        optimizer_update(g->params, mode->weight_step, offset, to, (end - k) * MICROPANEL);
    }
}

/* Rows of dW of a slice from inputs of one tile's columns, BF16_NR at most from input k on; g: the
 * product dz^T x of the panel of inputs that k lies in. unit: where the slice's dz begins in A. */
static void weight_gradient_rows_bf16(const gradient_target *target, const gemm_bf16_args *g,
                                      const panel_slice *s, int unit, int64_t k, const float *scale,
                                      const float *sums, const grad_mode *mode) {
    float tile[BF16_MR * BF16_NR] __attribute__((aligned(BH_ALIGNMENT)));
    float dw[BF16_NR * MICROPANEL] __attribute__((aligned(BH_ALIGNMENT)));
    const int64_t from = k < s->row ? s->row : k;
    const int64_t end = k + BF16_NR < s->end ? k + BF16_NR : s->end;
    const int width = s->n_vectors * LANES;
    if (mode->steps) {
        prefetch_rows(target, mode->weight_step, from, s->column, (int)(end - from), width);
    }
    for (int first = 0; first < width; first += BF16_MR) {
        gemm_bf16_ukr(g, unit + first, (int32_t)(k % NR), NR_VECTORS, tile);
        for (int j = 0; j < BF16_MR && first + j < width; j += MICROPANEL) {
            for (int i = 0; i < BF16_NR; i += 16) {
                transpose_16x16(tile + j * BF16_NR + i, BF16_NR, dw + i * MICROPANEL);
            }
            update_micropanel(target, from, end, s->column + first + j, scale,
                              dw + (from - k) * MICROPANEL, sums + first + j, mode);
        }
    }
}

/* Slices of several panels, all of the same rows. */
typedef struct {
    panel_slice slices[BF16_DW_PANELS];
    int n;
} slice_group;

/* Can this slice be the group's next? */
static bool joins_group(const slice_group *group, const panel_slice *s) {
    const panel_slice *first = &group->slices[0];
    return group->n == 0 ||
           (group->n < BF16_DW_PANELS && s->row == first->row && s->end == first->end);
}

/* dW and db for a group, and their update. args: of the product, with x packed as B. */
static void weight_gradients_of_group(const gradient_target *g, gemm_bf16_args args, bf16_input x,
                                      const slice_group *group, const thread_scratch *scratch,
                                      const grad_mode *mode) {
    float sums[BF16_DW_PANELS * NR];
    for (int p = 0; p < group->n; p++) {
        const panel_slice *s = &group->slices[p];
        const int width = s->n_vectors * LANES;
        column_sums(g->dz, s->column, s->n_vectors, mode->rows, sums + p * NR);
        if (owns_biases(s)) {
            bias_gradient(g, s->column, sums + p * NR, width, mode);
        }
        pack_gradients_bf16(g->dz, s->column, width, mode->rows,
                            scratch->bf16_a + a_row_offset(&args, p * NR), &args);
    }
    const panel_slice *rows = &group->slices[0];
    for (int64_t k = rows->row / BF16_NR * BF16_NR; k < rows->end; k += BF16_NR) {
        args.b = scratch->bf16_b + k / NR * input_splits(x) * args.b_split_stride;
        for (int p = 0; p < group->n; p++) {
            weight_gradient_rows_bf16(g, &args, &group->slices[p], p * NR, k,
                                      x.bytes ? x.bytes->scale : 0, sums + p * NR, mode);
        }
    }
}

/* dW = x^T dz and db, for a range of tiles of dW, and their update. */
static void weight_gradients_bf16(const gradient_target *g, bf16_input x, tile_range t,
                                  const thread_scratch *scratch, const grad_mode *mode) {
    const gemm_bf16_args args = make_gemm_bf16_args(scratch->bf16_a, scratch->bf16_b, mode->rows,
                                                    BH_BF16_SPLITS, input_splits(x));
    int32_t first, end;
    input_panels(&t, g->n_in, &first, &end);
    pack_examples_bf16(x, g->n_in, mode->rows, first, end, scratch->bf16_b, args.b_split_stride);
    slice_group group = {.n = 0};
    for (panel_slice s; next_slice(&t, &s);) {
        if (!joins_group(&group, &s)) {
            weight_gradients_of_group(g, args, x, &group, scratch, mode);
            group.n = 0;
        }
        group.slices[group.n++] = s;
    }
    if (group.n > 0) {
        weight_gradients_of_group(g, args, x, &group, scratch, mode);
    }
}

#endif
