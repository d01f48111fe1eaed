/* A dense layer's forward and backward product, tile by tile, with the bias and the activation in
 * the epilogue. */
#ifndef BYHAND_DENSE_TEMPLATE_H
#define BYHAND_DENSE_TEMPLATE_H

#include "gemm/microkernel_template.h"
#include "gemm/partition_template.h"
#include "train/activations_template.h"
#include "train/sparse_inputs_template.h"

/* What the products read of a layer. */
typedef struct {
    int32_t n_in, n_out;
    const float *w;                          /* (n_in, n_out) */
    const float *b;                          /* (n_out) */
    ptrdiff_t row_stride, micropanel_stride; /* of W */
    int activation; /* applied in the epilogue of forward; BH_SOFTMAX: none */
    float slope;    /* of leaky ReLU */
} dense_layer;

/* Layer l, or head j of the last one. */
static dense_layer dense_layer_of(const bh_network *network, const parameters *p, int l,
                                  int32_t j) {
    const bh_layer *layer = &network->layers[l];
    const layer_offsets head = head_offsets(&p->offsets[l], j), *at = &head;
    return (dense_layer){.n_in = layer->n_in,
                         .n_out = layer->n_out,
                         .w = l == 0 && p->scaled_weights ? p->scaled_weights
                                                          : p->params + at->weights,
                         .b = p->params + at->biases,
                         .row_stride = at->row_stride,
                         .micropanel_stride = at->micropanel_stride,
                         .activation = fused_activation(layer),
                         .slope = layer->slope};
}

/* W from row k on, in the columns of a panel. */
static const float *panel_of(const dense_layer *d, int32_t k, int32_t column) {
    return d->w + k * d->row_stride + column_offset(column, d->micropanel_stride);
}

/* Prefetch MR rows of W from row k on, in the columns of a micropanel. Always inlined, as is all
 * that only prefetches: GCC takes a call of such a function for one without effect, and drops it.
 */
INLINE void prefetch_micropanel(const dense_layer *d, int32_t k, int32_t column) {
    const float *w = panel_of(d, k, column);
    for (int32_t i = 0; i < MR; i++) {
        __builtin_prefetch(w + i * d->row_stride, 0, 2);
    }
}

/* Forward */

/* y = b + x W for some columns: a matrix-vector product over the n inputs in `list`, or the first
 * n. */
INLINE void gemv_columns(const dense_layer *d, const float *x, const int32_t *list, int32_t n,
                         int32_t column, float *y, const int n_vectors) {
    const float *w = panel_of(d, 0, column);
    vec sum[NR_VECTORS];
    for (int v = 0; v < n_vectors; v++) {
        sum[v] = v_load(d->b + column + v * LANES);
    }
    for (int32_t i = 0; i < n; i++) {
        const int32_t k = list ? list[i] : i;
        for (int v = 0; v < n_vectors; v++) {
            const ptrdiff_t at = column_offset(v * LANES, d->micropanel_stride);
            sum[v] += x[k] * v_load(w + k * d->row_stride + at);
        }
    }
    for (int v = 0; v < n_vectors; v++) {
        v_store(y + v * LANES, sum[v]);
    }
}

/* The same for the columns of one panel. */
static void bias_plus_shift(const dense_layer *d, const float *x, const int32_t *list, int32_t n,
                            int32_t column, int n_vectors, float *y) {
    if (n_vectors == NR_VECTORS) {
        gemv_columns(d, x, list, n, column, y, NR_VECTORS);
        return;
    }
    for (int v = 0; v < n_vectors; v++) {
        gemv_columns(d, x, list, n, column + v * LANES, y + v * LANES, 1);
    }
}

/* The same for all columns. */
static void gemv(const dense_layer *d, const float *x, const int32_t *list, int32_t n, float *y) {
    const int32_t columns = padded(d->n_out);
    for (int32_t column = 0; column < columns; column += NR) {
        const int32_t left = columns - column;
        bias_plus_shift(d, x, list, n, column, (left < NR ? left : NR) / LANES, y + column);
    }
}

/* Fill bias (n_out) for the panels of a range with what is the same for all examples: b, and shift
 * W if there is a separate shift (n_in). */
static void fill_bias(const dense_layer *d, const float *shift, const tile_range *t, float *bias) {
    for (int32_t panel = t->first_panel; panel < t->end_panel; panel++) {
        bias_plus_shift(d, shift, 0, shift ? d->n_in : 0, panel * NR, panel_vectors(t, panel),
                        bias + panel * NR);
    }
}

/* y = f(y + bias) for a slice; bias: for its columns. */
NOINLINE void epilogue(const dense_layer *d, matrix y, const panel_slice *s, const float *bias) {
    for (int64_t i = s->row; i < s->end; i++) {
        float *z = element(y, i, s->column);
        for (int j = 0; j < s->n_vectors * LANES; j += LANES) {
            v_store(z + j, activate(d->activation, d->slope, v_load(z + j) + v_load(bias + j)));
        }
    }
}

/* Prefetch MR rows of the block of W that follows the one from input `from` on: those from its row
 * `row` on. */
INLINE void prefetch_next_block(const dense_layer *d, int32_t column, int32_t from, int64_t row) {
    const bool is_last = from + KC >= d->n_in;
    const int64_t k = is_last ? row : from + KC + row;
    const int32_t next = is_last ? column + NR : column;
    if (row >= KC || k >= d->n_in || next >= padded(d->n_out)) {
        return;
    }
    for (int32_t j = 0; j < NR; j += MICROPANEL) {
        prefetch_micropanel(d, (int32_t)k, next + j);
    }
}

/* Add the products of KC inputs at most, from input `from` on, to a slice of y. */
static void forward_k_block(const dense_layer *d, matrix x, matrix y, const panel_slice *s,
                            int32_t from) {
    const int32_t left = d->n_in - from;
    const bool prefetches = exceeds_l2(d->n_in, d->n_out);
    gemm_tile t = {.a_step = 1,
                   .a_panel = x.panel_stride,
                   .b = panel_of(d, from, s->column),
                   .b_stride = d->row_stride,
                   .b_micropanel = d->micropanel_stride,
                   .c_micropanel = MICROPANEL,
                   .k = left < KC ? left : KC,
                   .accumulate = from > 0};
    for (int64_t i = s->row; i < s->end; i += MR) {
        if (prefetches) {
            prefetch_next_block(d, s->column, from, i - s->row);
        }
        gemm_rows(&t, element(x, i, from), x.stride, element(y, i, s->column), y.stride,
                  edge_rows(s, i), s->n_vectors);
    }
}

/* y (rows, n_out) = f(x (rows, n_in) W + b), for a range of tiles of y. bias (n_out): scratch. */
static void forward(const dense_layer *d, matrix x, matrix y, tile_range t, float *bias) {
    fill_bias(d, 0, &t, bias);
    for (panel_slice s; next_slice(&t, &s);) {
        for (int32_t from = 0; from < d->n_in; from += KC) {
            forward_k_block(d, x, y, &s, from);
        }
        epilogue(d, y, &s, bias + s.column);
    }
}

/* y (rows, n_out) = f(x W + b) for the first layer, x being raw bytes with zeros. shift (n_in), or
 * 0 if it is 0 everywhere; x_stride: leading dimension of the converted examples. */
static void forward_sparse(const dense_layer *d, const sparse_inputs *in, const float *shift,
                           const thread_team *team, matrix y, tile_range t,
                           const thread_scratch *scratch, ptrdiff_t x_stride) {
    float *bias = scratch->column_vector;
    fill_bias(d, shift, &t, bias);
    t.blocks_per_pass = rows_to_dequantise((int64_t)d->n_in * d->n_out, team, t.blocks, 1);
    int64_t converted = -1; /* the pass whose examples are */
    for (panel_slice s; next_slice(&t, &s);) {
        if (s.pass_row != converted && s.row < s.end) {
            dequantise_examples(in, &s, t.first_row + t.rows, d->n_in, scratch, x_stride);
            converted = s.pass_row;
        }
        for (int64_t i = s.row; i < s.end; i += MR) {
            const sparse_view x = block_view(in, &s, i, d->n_in, scratch, x_stride);
            gemm_tile tile = {.a_step = 1,
                              .a_panel = MAX_NR,
                              .b = panel_of(d, 0, s.column),
                              .b_stride = d->row_stride,
                              .b_micropanel = d->micropanel_stride,
                              .c_micropanel = MICROPANEL,
                              .indices = x.indices,
                              .k = x.n};
            gemm_rows(&tile, x.x, x.stride, element(y, i, s.column), y.stride, edge_rows(&s, i),
                      s.n_vectors);
        }
        epilogue(d, y, &s, bias + s.column);
    }
}

/* Backward */

/* Pack columns unit ... unit + NR - 1 of W^T, its rows first ... end - 1: packed (end - first, NR),
 * 0 beyond the last unit. A micropanel at a time, whose rows lie one after the other. */
static void pack_transposed(const dense_layer *d, int32_t unit, int32_t first, int32_t end,
                            float *packed) {
    const int32_t left = d->n_in > unit ? d->n_in - unit : 0; /* 0: the panel is all padding */
    const int32_t whole = (left < NR ? left : NR) / 4 * 4;
    const ptrdiff_t stride = d->row_stride;
    for (int32_t from = first; from < end; from += MICROPANEL, packed += MICROPANEL * NR) {
        const float *w = panel_of(d, unit, from);
        const int32_t columns = end - from < MICROPANEL ? end - from : MICROPANEL;
        for (int32_t u = 0; u < whole; u++) {
            __builtin_prefetch(w + u * stride + 4 * d->micropanel_stride);
        }
        for (int32_t u = 0; u < whole; u += 4) {
            for (int32_t j = 0; j < columns; j += 4) {
                transpose_4x4(w + u * stride + j, stride, packed + j * NR + u, NR);
            }
        }
        for (int32_t u = whole; u < NR; u++) {
            for (int32_t j = 0; j < columns; j++) {
                packed[j * NR + u] = u < left ? w[u * stride + j] : 0;
            }
        }
    }
}

/* Units of a layer's output: the terms of dz W^T. */
typedef struct {
    int32_t first, end;
} unit_range;

static unit_range all_units(const dense_layer *d) {
    return (unit_range){0, d->n_out};
}

/* Prefetch what is packed after the units from `from` on: MR rows of W, the slice's from its row
 * `row` on. */
INLINE void prefetch_next_pack(const dense_layer *d, const panel_slice *s, unit_range units,
                               int32_t from, int64_t row) {
    const bool is_last = from + KC >= units.end;
    const int32_t unit = is_last ? units.first : from + KC;
    const int32_t left = units.end - unit, end = unit + (left < KC ? left : KC);
    const int64_t k = s->column + (is_last ? NR : 0) + row;
    if (row >= NR || k >= d->n_in) {
        return;
    }
    for (int32_t j = unit; j < end; j += MICROPANEL) {
        prefetch_micropanel(d, (int32_t)k, j);
    }
}

/* Add the products of KC units at most, from unit `from` on, to a slice of dx. packed (KC, NR):
 * scratch for the block of W^T. */
static void backward_k_block(const dense_layer *d, matrix dz, matrix dx, const panel_slice *s,
                             unit_range units, float *packed, int32_t from) {
    const int32_t left = units.end - from, n = left < KC ? left : KC;
    const bool prefetches = exceeds_l2(d->n_in, d->n_out);
    pack_transposed(d, s->column, from, from + n, packed);
    gemm_tile t = {.a_step = 1,
                   .a_panel = dz.panel_stride,
                   .b = packed,
                   .b_stride = NR,
                   .b_micropanel = MICROPANEL,
                   .c_micropanel = MICROPANEL,
                   .k = n,
                   .accumulate = from > units.first};
    for (int64_t i = s->row; i < s->end; i += MR) {
        if (prefetches) {
            prefetch_next_pack(d, s, units, from, i - s->row);
        }
        gemm_rows(&t, element(dz, i, from), dz.stride, element(dx, i, s->column), dx.stride,
                  edge_rows(s, i), s->n_vectors);
    }
}

/* The activation between two dense layers, for the backward epilogue; kind BH_IDENTITY: none, or
 * post-ops that come later. x: its output. */
typedef struct {
    int kind;
    float slope;
    matrix x;
} previous_activation;

/* dx = dx * f'(z of the layer before), for a slice. */
static void backward_epilogue(const previous_activation *f, matrix dx, const panel_slice *s) {
    if (f->kind == BH_IDENTITY) {
        return;
    }
    for (int64_t i = s->row; i < s->end; i++) {
        const float *a = element(f->x, i, s->column);
        float *d = element(dx, i, s->column);
        for (int j = 0; j < s->n_vectors * LANES; j += LANES) {
            v_store(d + j, activate_backward(f->kind, f->slope, v_load(a + j), v_load(d + j)));
        }
    }
}

/* dx (rows, n_in) = (dz (rows, n_out) W^T) * f', summed over some units, for a range of tiles of
 * dx. packed (KC, NR): scratch. */
static void backward(const dense_layer *d, matrix dz, matrix dx, const previous_activation *f,
                     unit_range units, tile_range t, float *packed) {
    for (panel_slice s; next_slice(&t, &s);) {
        for (int32_t from = units.first; from < units.end; from += KC) {
            backward_k_block(d, dz, dx, &s, units, packed, from);
        }
        backward_epilogue(f, dx, &s);
    }
}

#endif
