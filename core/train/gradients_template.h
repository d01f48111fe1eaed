/* Weight gradients, tile by tile, fused with the optimizer update: while a tile of dW is in the
 * nearest cache its weights are updated. dW goes to memory only if it must be kept. */
#ifndef BYHAND_GRADIENTS_TEMPLATE_H
#define BYHAND_GRADIENTS_TEMPLATE_H

#include "gemm/microkernel_template.h"
#include "gemm/partition_template.h"
#include "train/embedding_layout.h"
#include "train/optimizers_template.h"
#include "train/sparse_inputs_template.h"

/* How a batch's gradient is put together from microbatches. */
typedef struct {
    int examples;             /* of this microbatch */
    int rows;                 /* that they are, or of one head */
    bool first_microbatch;    /* of the batch: nothing to add to */
    bool keep_grads;          /* in memory: more microbatches follow, or all is updated later */
    const group_steps *steps; /* update right away, or 0 */
    const step_params *weight_step; /* of the layer's W, if there are steps */
} grad_mode;

/* A layer's parameters, and where its gradient goes. */
typedef struct {
    const parameters *params;
    float *grads; /* laid out as params */
    layer_offsets at;
    int32_t n_in, n_out;
    matrix dz;          /* (rows, n_out) */
    const float *shift; /* (n_in): dW gets shift * sum dz in addition; or 0 */
} gradient_target;

/* sums (n_vectors * LANES) = sum over rows of dz, for the columns of one panel. */
static void column_sums(matrix dz, int32_t column, int n_vectors, int rows, float *sums) {
    vec total[NR_VECTORS] = {0};
    for (int i = 0; i < rows; i++) {
        const float *d = element(dz, i, column);
        for (int v = 0; v < NR_VECTORS; v++) {
            if (v < n_vectors) {
                total[v] += v_load(d + v * LANES);
            }
        }
    }
    for (int v = 0; v < n_vectors; v++) {
        v_store(sums + v * LANES, total[v]);
    }
}

/* db = sums, for n columns from `column` on; update. */
static void bias_gradient(const gradient_target *g, int32_t column, const float *sums, int n,
                          const grad_mode *mode) {
    const int64_t offset = g->at.biases + column;
    float db[NR];
    for (int j = 0; j < n; j += LANES) {
        vec total = v_load(sums + j);
        if (!mode->first_microbatch) {
            total += v_load(g->grads + offset + j);
        }
        v_store(db + j, total);
        if (mode->keep_grads) {
            v_store(g->grads + offset + j, total);
        }
    }
    if (mode->steps) {
        optimizer_update(g->params, &mode->steps->biases, offset, db, n);
    }
}

enum { TILE_WIDTH = NR > (int)MICROPANEL ? NR : (int)MICROPANEL }; /* of dW: whole micropanels */

/* Prefetch m rows of W from row k on, and their moments, for an update, if they are in no nearer
 * cache. Rows of a micropanel lie one after the other. */
INLINE void prefetch_rows(const gradient_target *g, const step_params *s, int64_t k, int32_t column,
                          int m, int width) {
    if (!exceeds_l2(g->n_in, g->n_out)) {
        return;
    }
    for (int32_t j = 0; j < width; j += MICROPANEL) {
        prefetch_params(g->params, s, weight_offset(&g->at, k, column + j),
                        (int64_t)m * MICROPANEL);
    }
}

/* Update m rows of W from row k on by a tile dw, whose rows are MICROPANEL apart as W's are. */
static void update_rows(const gradient_target *g, const step_params *s, int64_t k, int32_t column,
                        int m, int width, const float *dw, ptrdiff_t micropanel_stride) {
    if (NR < (int)MICROPANEL) { /* half a micropanel */
        for (int i = 0; i < m; i++) {
            optimizer_update(g->params, s, weight_offset(&g->at, k + i, column),
                             dw + i * MICROPANEL, width);
        }
        return;
    }
    for (int32_t j = 0; j < width; j += MICROPANEL) {
        optimizer_update(g->params, s, weight_offset(&g->at, k, column + j),
                         dw + column_offset(j, micropanel_stride), (int64_t)m * MICROPANEL);
    }
}

/* One tile of dW: rows k ... of the inputs x, columns of the slice; update. sums: of dz's columns.
 */
static void weight_gradient_tile(const gradient_target *g, const panel_slice *s, int64_t k,
                                 sparse_view x, const float *sums, const grad_mode *mode) {
    const int width = s->n_vectors * LANES;
    const int m = edge_rows(s, k);
    const int64_t offset = weight_offset(&g->at, k, s->column);
    if (x.n == 0 && !g->shift && !mode->keep_grads && skips_zero_grad(mode->weight_step)) {
        return;
    }
    float buffer[MR * TILE_WIDTH], *dw[MR];
    const ptrdiff_t micropanel_stride =
        mode->keep_grads ? g->at.micropanel_stride : MR * MICROPANEL;
    gemm_tile t = {.a_step = x.stride,
                   .a_panel = MAX_NR * x.stride,
                   .b = element(g->dz, 0, s->column),
                   .b_stride = g->dz.stride,
                   .b_micropanel = MICROPANEL,
                   .c_micropanel = micropanel_stride,
                   .indices = x.indices,
                   .k = x.n,
                   .accumulate = !mode->first_microbatch};
    for (int i = 0; i < m; i++) {
        dw[i] = (mode->keep_grads ? g->grads + offset : buffer) + i * MICROPANEL;
        t.a[i] = x.x + i;
        t.c[i] = dw[i];
    }
    if (mode->steps && !x.indices) { /* a tile that skips zeros ends before W would be there */
        prefetch_rows(g, mode->weight_step, k, s->column, m, width);
    }
    gemm_edge(&t, m, s->n_vectors);
    for (int i = 0; g->shift && i < m; i++) {
        for (int j = 0; j < width; j += LANES) {
            float *to = dw[i] + column_offset(j, micropanel_stride);
            v_store(to, v_load(to) + g->shift[k + i] * v_load(sums + j));
        }
    }
    if (mode->steps) {
        update_rows(g, mode->weight_step, k, s->column, m, width, dw[0], micropanel_stride);
    }
}

/* Fill sums (n_out) for the panels of a range. */
static void fill_column_sums(matrix dz, const tile_range *t, int rows, float *sums) {
    for (int32_t panel = t->first_panel; panel < t->end_panel; panel++) {
        column_sums(dz, panel * NR, panel_vectors(t, panel), rows, sums + panel * NR);
    }
}

/* The thread that has a panel's first tile also has its biases. */
static bool owns_biases(const panel_slice *s) {
    return s->row == 0 && s->end > 0;
}

/* dW = x^T dz and db, for a range of tiles of dW, and their update. sums (n_out): scratch. */
static void weight_gradients(const gradient_target *g, matrix x, tile_range t, float *sums,
                             const grad_mode *mode) {
    fill_column_sums(g->dz, &t, mode->rows, sums);
    for (panel_slice s; next_slice(&t, &s);) {
        if (owns_biases(&s)) {
            bias_gradient(g, s.column, sums + s.column, s.n_vectors * LANES, mode);
        }
        for (int64_t k = s.row; k < s.end; k += MR) {
            const sparse_view group = {element(x, 0, k), x.stride, 0, mode->rows};
            weight_gradient_tile(g, &s, k, group, sums + s.column, mode);
        }
    }
}

/* The same for the first layer, x being raw bytes with zeros. */
static void weight_gradients_sparse(const gradient_target *g, const sparse_inputs *in,
                                    int32_t microbatch, const thread_team *team, tile_range t,
                                    const thread_scratch *scratch, const grad_mode *mode) {
    float *sums = scratch->column_vector;
    fill_column_sums(g->dz, &t, mode->rows, sums);
    t.blocks_per_pass =
        rows_to_dequantise((int64_t)g->n_in * g->n_out, team, t.blocks, DEQUANT_STRIP / MR);
    int64_t converted = -1; /* the pass whose inputs are */
    for (panel_slice s; next_slice(&t, &s);) {
        if (owns_biases(&s)) {
            bias_gradient(g, s.column, sums + s.column, s.n_vectors * LANES, mode);
        }
        if (s.pass_row != converted && s.row < s.end) {
            dequantise_inputs(in, &s, mode->rows, microbatch, scratch);
            converted = s.pass_row;
        }
        for (int64_t k = s.row; k < s.end; k += MR) {
            const sparse_view group = group_view(&s, k, mode->rows, microbatch, scratch);
            weight_gradient_tile(g, &s, k, group, sums + s.column, mode);
        }
    }
}

/* Update gamma and beta, whose gradients batch_norm_backward left in grads. */
static void batch_norm_update(const parameters *p, const float *grads, const bh_layer *layer,
                              const layer_offsets *at, const step_params *s) {
    const int32_t n = padded(layer->n_out);
    if (!layer->batch_norm) {
        return;
    }
    optimizer_update(p, s, at->gamma, grads + at->gamma, n);
    optimizer_update(p, s, at->beta, grads + at->beta, n);
}

/* Gradient clipping: the update needs the norm of the whole gradient */

static double sum_of_squares(const float *x, int64_t n) {
    double sum = 0;
    for (int64_t j = 0; j < n; j++) {
        sum += (double)x[j] * (double)x[j];
    }
    return sum;
}

/* The norm of the gradient (n): threads sum up blocks, each then adds up all blocks in order. */
static double gradient_norm(const gradient_buffers *g, int64_t n, thread_team *team, int tid) {
    const int64_t blocks = (n + NORM_BLOCK - 1) / NORM_BLOCK;
    int64_t i, end;
    team_partition(team, tid, blocks, &i, &end);
    for (; i < end; i++) {
        const int64_t from = i * NORM_BLOCK;
        const int64_t length = n - from < NORM_BLOCK ? n - from : NORM_BLOCK;
        g->partial_sumsq[i] = sum_of_squares(g->grads + from, length);
    }
    team_barrier(team);
    double sum = 0;
    for (i = 0; i < blocks; i++) {
        sum += g->partial_sumsq[i];
    }
    return sqrt(sum);
}

/* Update one layer from grads: a thread's micropanels of W, or parts of them; thread 0 the rest. */
static void update_layer(const parameters *p, const float *grads, const bh_layer *layer,
                         const layer_offsets *at, const thread_team *team, int tid,
                         const group_steps *s, const step_params *weight_step) {
    const int32_t n = padded(layer->n_out);
    const int64_t rows = layer->n_in; /* of each micropanel */
    int64_t i, end;
    team_partition(team, tid, n / MICROPANEL * rows, &i, &end);
    while (i < end) {
        const int64_t k = i % rows;
        const int64_t run = rows - k < end - i ? rows - k : end - i;
        const int64_t from = weight_offset(at, k, (int32_t)(i / rows) * MICROPANEL);
        optimizer_update(p, weight_step, from, grads + from, run * MICROPANEL);
        i += run;
    }
    if (tid == 0) {
        optimizer_update(p, &s->biases, at->biases, grads + at->biases, n);
        batch_norm_update(p, grads, layer, at, &s->norms);
        if (is_parametric(layer)) {
            optimizer_update(p, &s->alphas, at->alpha, grads + at->alpha, n);
        }
    }
}

/* The factor by which a gradient is clipped. max_norm: 0: not at all. */
static float clip_factor(const parameters *p, const gradient_buffers *g, thread_team *team, int tid,
                         double max_norm) {
    if (max_norm <= 0) {
        return 1;
    }
    const double norm = gradient_norm(g, p->n_trainable, team, tid);
    return norm > max_norm ? (float)(max_norm / norm) : 1;
}

/* Scale the gradient to max_norm at most, and update all parameters. */
static void clipped_update(const bh_network *network, const parameters *p,
                           const gradient_buffers *g, thread_team *team, int tid, double max_norm,
                           group_steps s) {
    const float factor = clip_factor(p, g, team, tid, max_norm);
    s.weights.clip_scale = s.biases.clip_scale = factor;
    s.norms.clip_scale = s.scales.clip_scale = factor;
    s.embedding.clip_scale = s.alphas.clip_scale = factor;
    if (tid == 0) {
        const int64_t scales = n_scales(network);
        optimizer_update(p, &s.scales, 0, g->grads, scales);
        const int64_t copies = copies_offset(network);
        optimizer_update(p, &s.embedding, scales, g->grads + scales, copies - scales);
        optimizer_update(p, &s.norms, copies, g->grads + copies, n_front_floats(network) - copies);
    }
    for (int l = 0; l < network->n_layers; l++) {
        step_params own;
        const step_params *weights = weight_step(&s, l, &own);
        for (int32_t j = 0; j < n_matrices(network, l); j++) {
            const layer_offsets at = head_offsets(&p->offsets[l], j);
            update_layer(p, g->grads, &network->layers[l], &at, team, tid, &s, weights);
        }
    }
}

#endif
