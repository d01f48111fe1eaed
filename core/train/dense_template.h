/* The dense part of a layer, forwards and back, tile by tile: the twin of layers/dense.py. */
#ifndef BYHAND_DENSE_TEMPLATE_H
#define BYHAND_DENSE_TEMPLATE_H

#include "train/activations_template.h"
#include "train/sparse_inputs_template.h"
#include "gemm/partition_template.h"

/* Forward */

/* Rows that lie a_row and c_row apart. */
static void gemm_rows(gemm_tile *p, const float *a, ptrdiff_t a_row, float *c, ptrdiff_t c_row, int rows,
                          int vectors) {
    for (int r = 0; r < rows; r++) p->a[r] = a + r * a_row, p->c[r] = c + r * c_row;
    gemm_edge(p, rows, vectors);
}

/* b + Σ x[k] · W[k], for some columns: over the n inputs k that are listed, or the first n. */
INLINE void bias_plus_shift_vectors(const train_context *e, int l, const float *x, const int32_t *list, int32_t n, int32_t column,
                         float *bias, const int vectors) {
    const bh_layer_offsets *at = &e->offsets[l];
    const float *w = e->params + at->weights + column;
    vec sum[NR_VECTORS];
    for (int v = 0; v < vectors; v++) sum[v] = v_load(e->params + at->biases + column + v * LANES);
    for (int32_t i = 0; i < n; i++) {
        const int32_t k = list ? list[i] : i;
        for (int v = 0; v < vectors; v++) sum[v] += x[k] * v_load(w + (int64_t)k * at->stride + v * LANES);
    }
    for (int v = 0; v < vectors; v++) v_store(bias + v * LANES, sum[v]);
}

static void bias_plus_shift(const train_context *e, int l, const float *x, const int32_t *list, int32_t n, int32_t column, int vectors,
                    float *bias) {
    if (vectors == NR_VECTORS) bias_plus_shift_vectors(e, l, x, list, n, column, bias, NR_VECTORS);
    else
        for (int v = 0; v < vectors; v++) bias_plus_shift_vectors(e, l, x, list, n, column + v * LANES, bias + v * LANES, 1);
}

/* A piece of the sums for all rows of a run, DEPTH inputs at most, so that their part of W stays in the nearest cache. */
static void forward_k_block(const train_context *e, int l, const panel_slice *r, int32_t from) {
    const bh_layer_offsets *at = &e->offsets[l];
    const int32_t left = e->network->layers[l].n_in - from;
    gemm_tile p = {.a_step = 1, .b = e->params + at->weights + (int64_t)from * at->stride + r->column,
                 .b_step = at->stride, .k = left < KC ? left : KC, .accumulate = from > 0};
    for (int64_t i = r->row; i < r->end; i += MR)
        gemm_rows(&p, e->x[l] + i * e->stride[l] + from, e->stride[l],
                      preact_buffer(e, l) + i * e->stride[l + 1] + r->column, e->stride[l + 1], edge_rows(r, i), r->vectors);
}

/* The same from stored bytes: everything that is not background, at once. */
static void forward_sparse(const train_context *e, int tid, const panel_slice *r) {
    const bh_layer_offsets *at = &e->offsets[0];
    for (int64_t i = r->row; i < r->end; i += MR) {
        const sparse_view in = sparse_examples(e, tid, r, i);
        gemm_tile p = {.a_step = 1, .b = e->params + at->weights + r->column, .b_step = at->stride, .indices_k = in.indices_k,
                     .k = in.n};
        gemm_rows(&p, in.x, in.stride, preact_buffer(e, 0) + i * e->stride[1] + r->column, e->stride[1], edge_rows(r, i),
                      r->vectors);
    }
}

/* Add what is the same for all examples, and bend. */
static void epilogue(const train_context *e, int l, const panel_slice *r, const float *bias) {
    const bh_layer *layer = &e->network->layers[l];
    const int activation = fused_activation(layer);
    for (int64_t i = r->row; i < r->end; i++) {
        float *z = preact_buffer(e, l) + i * e->stride[l + 1] + r->column;
        for (int j = 0; j < r->vectors * LANES; j += LANES)
            v_store(z + j, activate(activation, layer->slope, v_load(z + j) + v_load(bias + j)));
    }
}

static void forward(train_context *e, int tid, int l, tile_range p) {
    const int32_t n_in = e->network->layers[l].n_in;
    const int skips = l == 0 && e->skip_zeros;
    float *bias = e->bias_scratch + tid * e->bias_scratch_floats; /* b, and what the shift adds */
    for (int32_t panel = p.first_panel; panel < p.end_panel; panel++)
        bias_plus_shift(e, l, e->data->shift, 0, skips && e->has_shift ? n_in : 0, panel * NR, panel_vectors(&p, panel),
                bias + panel * NR);
    if (skips) p.blocks_per_pass = rows_to_dequantise(e, p.blocks, 1);
    int64_t dequantised = -1;
    for (panel_slice r; next_slice(&p, &r);) {
        if (skips && r.row_block != dequantised) dequantise_examples(e, tid, &r), dequantised = r.row_block;
        if (skips) forward_sparse(e, tid, &r);
        else
            for (int32_t from = 0; from < n_in; from += KC) forward_k_block(e, l, &r, from);
        epilogue(e, l, &r, bias + r.column);
    }
}

/* Backward */

/* Copy the columns of Wᵀ that belong to the units of one panel: (n_out, PANEL), 0 beyond the last unit. */
static void pack_transposed(const train_context *e, int l, int32_t unit, float *panel) {
    const bh_layer *layer = &e->network->layers[l];
    const int32_t stride = e->offsets[l].stride, left = layer->n_in > unit ? layer->n_in - unit : 0; /* 0: only padding */
    const int32_t whole = (left < NR ? left : NR) / 4 * 4;
    const float *w = e->params + e->offsets[l].weights + (int64_t)unit * stride;
    for (int32_t from = 0; from < layer->n_out; from += CACHE_LINE_FLOATS) { /* a line of each row: what is written stays near */
        const int32_t end = from + CACHE_LINE_FLOATS < layer->n_out ? from + CACHE_LINE_FLOATS : layer->n_out;
        for (int32_t u = 0; u < whole; u++) __builtin_prefetch(w + (int64_t)u * stride + from + 4 * CACHE_LINE_FLOATS); /* far away */
        for (int32_t u = 0; u < whole; u += 4)
            for (int32_t j = from; j < end; j += 4)
                transpose_4x4(w + (int64_t)u * stride + j, stride, panel + (int64_t)j * NR + u, NR);
        for (int32_t u = whole; u < NR; u++)
            for (int32_t j = from; j < end; j++) panel[(int64_t)j * NR + u] = u < left ? w[(int64_t)u * stride + j] : 0;
    }
}

/* A piece of the sums for all rows of a run: DEPTH units at most. */
static void backward_k_block(const train_context *e, int l, const panel_slice *r, const float *panel, int32_t from) {
    const int32_t left = e->network->layers[l].n_out - from;
    gemm_tile p = {.a_step = 1, .b = panel + (ptrdiff_t)from * NR, .b_step = NR,
                 .k = left < KC ? left : KC, .accumulate = from > 0};
    for (int64_t i = r->row; i < r->end; i += MR)
        gemm_rows(&p, e->dz[l] + i * e->stride[l + 1] + from, e->stride[l + 1],
                      e->dz[l - 1] + i * e->stride[l] + r->column, e->stride[l], edge_rows(r, i), r->vectors);
}

/* From the gradient of a to that of z. */
static void backward_epilogue(const train_context *e, int l, const panel_slice *r) {
    const bh_layer *previous = &e->network->layers[l - 1];
    if (e->has_post_ops[l - 1]) return; /* between.h goes on from there */
    for (int64_t i = r->row; i < r->end; i++) {
        const ptrdiff_t at = i * e->stride[l] + r->column;
        for (int j = 0; j < r->vectors * LANES; j += LANES) {
            float *dz = e->dz[l - 1] + at + j;
            v_store(dz, activate_backward(previous->activation, previous->slope, v_load(e->x[l] + at + j), v_load(dz)));
        }
    }
}

static void backward(train_context *e, int tid, int l, tile_range p) {
    float *panel = e->panels + tid * e->panel_floats;
    for (panel_slice r; next_slice(&p, &r);) {
        pack_transposed(e, l, r.column, panel);
        for (int32_t from = 0; from < e->network->layers[l].n_out; from += KC) backward_k_block(e, l, &r, panel, from);
        backward_epilogue(e, l, &r);
    }
}

#endif
