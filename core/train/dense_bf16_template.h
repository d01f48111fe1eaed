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

/* y = f(x W + b), for a range of tiles of y. shift (n_in): of bytes, or 0. */
static void forward_bf16(const dense_layer *d, bf16_input x, const float *shift, matrix y,
                         tile_range t, const thread_scratch *scratch) {
    const gemm_bf16_args g =
        make_gemm_bf16_args(scratch->bf16_a, scratch->bf16_b, d->n_in, BH_BF16_SPLITS);
    float bias[NR], *a = scratch->bf16_a;
    for (int64_t i = t.first_row; i < t.first_row + t.rows; i++, a += g.a_stride) {
        if (x.bytes) {
            pack_bytes_bf16(x.bytes->raw + i * x.bytes->raw_stride, d->n_in, a);
        } else {
            pack_row_bf16(element(x.floats, i, 0), d->n_in, a);
        }
    }
    for (panel_slice s; next_slice(&t, &s);) {
        bias_plus_shift(d, shift, 0, shift ? d->n_in : 0, s.column, s.n_vectors, bias);
        pack_rows_bf16(panel_of(d, 0, s.column), d->row_stride, d->micropanel_stride, d->n_in,
                       s.n_vectors * LANES, x.bytes ? x.bytes->scale : 0, scratch->bf16_b, NR,
                       g.split_stride, BH_BF16_SPLITS);
        gemm_bf16(&g, s.row - t.first_row, s.end - t.first_row, s.n_vectors,
                  element(y, s.row, s.column), y.stride);
        epilogue(d, y, &s, bias);
    }
}

/* dx = (dz W^T) * f', for a range of tiles of dx. */
static void backward_bf16(const dense_layer *d, matrix dz, matrix dx, const previous_activation *f,
                          tile_range t, const thread_scratch *scratch) {
    const gemm_bf16_args g = make_gemm_bf16_args(scratch->bf16_a, scratch->bf16_b, d->n_out, 1);
    float *packed = scratch->packed_w, *a = scratch->bf16_a;
    for (int64_t i = t.first_row; i < t.first_row + t.rows; i++, a += g.a_stride) {
        pack_row_bf16(element(dz, i, 0), d->n_out, a);
    }
    for (panel_slice s; next_slice(&t, &s);) {
        pack_transposed(d, s.column, packed);
        pack_rows_bf16(packed, NR, MICROPANEL, d->n_out, s.n_vectors * LANES, 0, scratch->bf16_b,
                       NR, 0, 1);
        gemm_bf16(&g, s.row - t.first_row, s.end - t.first_row, s.n_vectors,
                  element(dx, s.row, s.column), dx.stride);
        backward_epilogue(f, dx, &s);
    }
}

/* Transpose pairs (16, 16) to rows a_stride apart. */
static void transpose_16x16(const float *pairs, float *a, ptrdiff_t a_stride) {
    for (int i = 0; i < 16; i += 4) {
        for (int j = 0; j < 16; j += 4) {
            transpose_4x4(pairs + i * 16 + j, 16, a + j * a_stride + i, a_stride);
        }
    }
}

/* Fill a (16, pairs) with 16 inputs, from k on, packed along `rows` examples. */
static void pack_inputs_bf16(bf16_input x, int32_t k, int rows, float *converted, float *a,
                             ptrdiff_t a_stride) {
    float pairs[16 * 16];
    for (int32_t from = 0; from < rows; from += BF16_GROUP, a += 16) {
        const int32_t n = rows - from < BF16_GROUP ? rows - from : BF16_GROUP;
        for (int32_t i = 0; x.bytes && i < n; i++) {
            const unsigned char *raw = x.bytes->raw + (from + i) * x.bytes->raw_stride + k;
            for (int j = 0; j < 16; j += LANES) {
                v_store(converted + i * 16 + j, v_load_u8(raw + j));
            }
        }
        if (x.bytes) {
            pack_rows_bf16(converted, 16, MICROPANEL, n, 16, 0, pairs, 16, 0, 1);
        } else {
            pack_rows_bf16(element(x.floats, from, k), x.floats.stride, MICROPANEL, n, 16, 0, pairs,
                           16, 0, 1);
        }
        transpose_16x16(pairs, a, a_stride);
    }
}

/* Finish a row of dW, that of input k, and update: times the input's scale, plus shift * sums. */
static void weight_gradient_row(const gradient_target *g, const panel_slice *s, int64_t k,
                                float scale, float *dw, const float *sums, const grad_mode *mode) {
    const int width = s->n_vectors * LANES;
    const float shift = g->shift ? g->shift[k] : 0;
    for (int j = 0; j < width; j += LANES) {
        const int64_t offset = weight_offset(&g->at, k, s->column + j);
        float *to = mode->keep_grads ? g->grads + offset : dw + j;
        vec grad = v_load(dw + j) * scale + v_load(sums + j) * shift;
        if (!mode->first_microbatch) {
            grad += v_load(g->grads + offset);
        }
        v_store(to, grad);
        if (mode->steps) {
            optimizer_update(g->params, &mode->steps->weights, offset, to, LANES);
        }
    }
}

/* BF16_MR rows of dW at most, from input k on. scale (n_in): of bytes, or 0. */
static void weight_gradient_rows_bf16(const gradient_target *g, const gemm_bf16_args *args,
                                      const panel_slice *s, int64_t k, const float *scale,
                                      const float *sums, const grad_mode *mode) {
    const int64_t end = k + BF16_MR < s->end ? k + BF16_MR : s->end;
    float dw[BF16_MR * NR];
    if (mode->steps) {
        prefetch_rows(g, &mode->steps->weights, k, s->column, (int)(end - k), s->n_vectors * LANES);
    }
    gemm_bf16(args, k, end, s->n_vectors, dw, NR);
    for (int64_t i = k; i < end; i++) {
        weight_gradient_row(g, s, i, scale ? scale[i] : 1, dw + (i - k) * NR, sums, mode);
    }
}

/* dW = x^T dz and db, for a range of tiles of dW, and their update. */
static void weight_gradients_bf16(const gradient_target *g, bf16_input x, tile_range t,
                                  const thread_scratch *scratch, const grad_mode *mode) {
    const gemm_bf16_args args =
        make_gemm_bf16_args(scratch->bf16_a, scratch->bf16_b, mode->rows, BH_BF16_SPLITS);
    float sums[NR];
    for (int32_t k = 0; t.first_tile < t.end_tile && k < g->n_in; k += 16) {
        pack_inputs_bf16(x, k, mode->rows, scratch->dequantised,
                         scratch->bf16_a + k * args.a_stride, args.a_stride);
    }
    for (panel_slice s; next_slice(&t, &s);) {
        const int width = s.n_vectors * LANES;
        column_sums(g->dz, s.column, s.n_vectors, mode->rows, sums);
        if (owns_biases(&s)) {
            bias_gradient(g, s.column, sums, width, mode);
        }
        pack_rows_bf16(g->dz.data + s.column, g->dz.stride, MICROPANEL, mode->rows, width, 0,
                       scratch->bf16_b, NR, args.split_stride, BH_BF16_SPLITS);
        for (int64_t k = s.row; k < s.end; k += BF16_MR) {
            const float *scale = x.bytes ? x.bytes->scale : 0;
            weight_gradient_rows_bf16(g, &args, &s, k, scale, sums, mode);
        }
    }
}

#endif
