/* The gradient of every parameter, tile by tile, and each learns right behind. */
#ifndef BYHAND_GRADIENTS_TEMPLATE_H
#define BYHAND_GRADIENTS_TEMPLATE_H

#include "train/sparse_inputs_template.h"
#include "train/optimizers_template.h"
#include "gemm/partition_template.h"

/* How a batch's gradient is put together. */
typedef struct {
    int rows;
    int first_chunk;         /* chunk of the batch? */
    int keep_grads;          /* the gradient, in e->grads: there are more chunks, or it is clipped */
    const step_params *update_weights, *update_biases; /* right away, or 0 */
} grad_mode;

/* Σ dz over the chunk's examples, for the columns of one panel. */
static void column_sums(const train_context *e, int l, int32_t column, int vectors, int rows, float *dz_sum) {
    vec total[NR_VECTORS] = {0};
    for (int i = 0; i < rows; i++) {
        const float *dz = e->dz[l] + (int64_t)i * e->stride[l + 1] + column;
        for (int v = 0; v < NR_VECTORS; v++)
            if (v < vectors) total[v] += v_load(dz + v * LANES);
    }
    for (int v = 0; v < vectors; v++) v_store(dz_sum + v * LANES, total[v]);
}

/* Take in the biases' gradient, Σ dz, and learn. */
static void bias_gradient(train_context *e, int64_t at, const float *dz_sum, int n, grad_mode mode) {
    float g[NR];
    for (int j = 0; j < n; j += LANES) {
        vec total = v_load(dz_sum + j);
        if (!mode.first_chunk) total += v_load(e->grads + at + j);
        v_store(g + j, total);
        if (mode.keep_grads) v_store(e->grads + at + j, total);
    }
    if (mode.update_biases) optimizer_update(e, mode.update_biases, at, g, n);
}

/* Of a tile of dW, whose rows are the selected inputs, from k on: the products, and shift · Σ dz. */
static void weight_gradient_tile(train_context *e, int l, const panel_slice *r, int64_t k, sparse_view in, const float *dz_sum, grad_mode mode) {
    const bh_layer_offsets *at = &e->offsets[l];
    const int width = r->vectors * LANES, rows = edge_rows(r, k), has_shift = l == 0 && e->skip_zeros && e->has_shift;
    const int64_t offset = at->weights + k * at->stride + r->column;
    if (in.n == 0 && !has_shift && !mode.keep_grads && skips_zero_grad(mode.update_weights)) return;
    float tile[MR * NR], *dw[MR];
    gemm_tile p = {.a_step = in.stride, .b = e->dz[l] + r->column, .b_step = e->stride[l + 1], .indices_k = in.indices_k,
                 .k = in.n, .accumulate = !mode.first_chunk};
    for (int i = 0; i < rows; i++) {
        p.a[i] = in.x + i;
        p.c[i] = dw[i] = mode.keep_grads ? e->grads + offset + i * at->stride : tile + i * NR;
        if (mode.update_weights) prefetch_params(e, mode.update_weights, offset + i * at->stride, width);
    }
    gemm_edge(&p, rows, r->vectors);
    for (int i = 0; has_shift && i < rows; i++)
        for (int j = 0; j < width; j += LANES)
            v_store(dw[i] + j, v_load(dw[i] + j) + e->data->shift[k + i] * v_load(dz_sum + j));
    for (int i = 0; mode.update_weights && i < rows; i++) optimizer_update(e, mode.update_weights, offset + i * at->stride, dw[i], width);
}

/* A member's part of a layer. */
static void weight_gradients(train_context *e, int tid, int l, grad_mode mode) {
    const bh_layer *layer = &e->network->layers[l];
    const int skips = l == 0 && e->skip_zeros;
    float *sums = e->bias_scratch + tid * e->bias_scratch_floats;
    tile_range p = tiles_of_thread(e, tid, layer->n_in, layer->n_out);
    for (int32_t panel = p.first_panel; panel < p.end_panel; panel++)
        column_sums(e, l, panel * NR, panel_vectors(&p, panel), mode.rows, sums + panel * NR);
    if (skips) p.blocks_per_pass = rows_to_dequantise(e, p.blocks, DEQUANT_STRIP / MR);
    int64_t dequantised = -1;
    for (panel_slice r; next_slice(&p, &r);) {
        const float *dz_sum = sums + r.column;
        if (r.row == 0 && r.end > 0) bias_gradient(e, e->offsets[l].biases + r.column, dz_sum, r.vectors * LANES, mode);
        if (skips && r.row_block != dequantised) dequantise_inputs(e, tid, &r, mode.rows), dequantised = r.row_block;
        for (int64_t k = r.row; k < r.end; k += MR) {
            const sparse_view in = skips ? sparse_inputs(e, tid, &r, k, mode.rows)
                                       : (sparse_view){e->x[l] + k, e->stride[l], 0, mode.rows};
            weight_gradient_tile(e, l, &r, k, in, dz_sum, mode);
        }
    }
}

/* γ and β learn from the gradients that between.h left. */
static void batch_norm_update(const train_context *e, int l, const step_params *u) {
    const bh_layer_offsets *at = &e->offsets[l];
    const int32_t n = padded(e->network->layers[l].n_out);
    if (!e->network->layers[l].batch_norm) return;
    optimizer_update(e, u, at->gamma, e->grads + at->gamma, n);
    optimizer_update(e, u, at->beta, e->grads + at->beta, n);
}

/* Clipping needs the whole gradient before the first weight moves. */
static void clipped_update(train_context *e, int tid, step_params *u) {
    const int64_t blocks = (e->n_trainable + NORM_BLOCK - 1) / NORM_BLOCK;
    int64_t i, end;
    team_partition(&e->team, tid, blocks, &i, &end);
    for (; i < end; i++) {
        double dz_sum = 0;
        for (int64_t j = i * NORM_BLOCK; j < (i + 1) * NORM_BLOCK && j < e->n_trainable; j++) dz_sum += (double)e->grads[j] * e->grads[j];
        e->partial_sumsq[i] = dz_sum;
    }
    team_barrier(&e->team);
    double norm = 0;
    for (i = 0; i < blocks; i++) norm += e->partial_sumsq[i];
    norm = sqrt(norm);
    if (norm > e->optimizer->clip_norm) u->clip_scale = (float)(e->optimizer->clip_norm / norm);
    for (int l = 0; l < e->network->n_layers; l++) {
        const bh_layer *layer = &e->network->layers[l];
        const bh_layer_offsets *at = &e->offsets[l];
        team_partition(&e->team, tid, layer->n_in, &i, &end);
        for (; i < end; i++) {
            const int64_t row = at->weights + i * at->stride;
            optimizer_update(e, u, row, e->grads + row, padded(layer->n_out));
        }
        const step_params biases = without_decay(*u);
        if (tid == 0) optimizer_update(e, &biases, at->biases, e->grads + at->biases, padded(layer->n_out));
        if (tid == 0) batch_norm_update(e, l, &biases);
    }
}

#endif
