/* The gradient of every parameter, tile by tile, and each learns right behind. */
#ifndef BYHAND_UPDATE_H
#define BYHAND_UPDATE_H

#include "inputs.h"
#include "optimizers.h"
#include "tiles.h"

/* How a batch's gradient is put together. */
typedef struct {
    int rows;
    int first;         /* chunk of the batch? */
    int keep;          /* the gradient, in e->grads: there are more chunks, or it is clipped */
    const rule *learn, *learn_biases; /* right away, or 0 */
} gradient_use;

/* Σ dz over the chunk's examples, for the columns of one panel. */
static void sum_panel(const epoch *e, int l, tile_place tile, int rows, float *sum) {
    vec total[TILE_VECTORS] = {0};
    for (int i = 0; i < rows; i++) {
        const float *dz = e->dz[l] + (int64_t)i * e->stride[l + 1] + tile.column;
        for (int v = 0; v < TILE_VECTORS; v++)
            if (v < tile.vectors) total[v] += load(dz + v * LANES);
    }
    for (int v = 0; v < tile.vectors; v++) store(sum + v * LANES, total[v]);
}

/* Take in a gradient that is factor · sum, of the parameters from `at` on: biases, and weights of constant inputs. */
static void take_in(epoch *e, int64_t at, const float *sum, float factor, int n, const rule *u, gradient_use use) {
    float g[PANEL];
    for (int j = 0; j < n; j += LANES) {
        vec total = factor * load(sum + j);
        if (!use.first) total += load(e->grads + at + j);
        store(g + j, total);
        if (use.keep) store(e->grads + at + j, total);
    }
    if (u) learn(e, u, at, g, n);
}

/* Of a tile of dW whose rows are the inputs listed (or, without a list, in a row). */
static void update_tile(epoch *e, int l, tile_place tile, const int32_t *listed, gradient_use use) {
    const bh_place *at = &e->places[l];
    float scratch[TILE_ROWS * PANEL];
    int64_t corner[TILE_ROWS];
    product p = {.a_step = e->stride[l], .b = e->dz[l] + tile.column, .b_step = e->stride[l + 1],
                 .depth = use.rows, .add = !use.first};
    for (int r = 0; r < tile.rows; r++) {
        const int64_t k = listed ? listed[tile.row + r] : tile.row + r;
        corner[r] = at->weights + k * at->stride + tile.column;
        p.a[r] = e->x[l] + k;
        p.c[r] = use.keep ? e->grads + corner[r] : scratch + r * PANEL;
    }
    float *dw[TILE_ROWS];
    for (int r = 0; r < tile.rows; r++) dw[r] = p.c[r];
    multiply(p, tile.rows, tile.vectors);
    for (int r = 0; use.learn && r < tile.rows; r++) learn(e, use.learn, corner[r], dw[r], tile.vectors * LANES);
}

/* A layer's part: the tiles of the inputs that vary, then blocks of those that do not, panel by panel. */
static void update(epoch *e, int member, int l, const sorted_inputs *inputs, gradient_use use) {
    const bh_layer *layer = &e->network->layers[l];
    const bh_place *at = &e->places[l];
    const int32_t n_varying = inputs ? inputs->n_varying : layer->n_in, n_constant = inputs ? inputs->n_constant : 0;
    float sum[PANEL];
    int32_t panel = -1;
    part p = some_tiles(e, member, n_varying + n_constant, layer->n_out);
    for (tile_place tile; next_tile(&p, &tile);) {
        const int width = tile.vectors * LANES;
        if (tile.column != panel && (n_constant || tile.row == 0)) sum_panel(e, l, tile, use.rows, sum);
        panel = tile.column;
        if (tile.row == 0) take_in(e, at->biases + tile.column, sum, 1, width, use.learn_biases, use);
        const int64_t end = tile.row + tile.rows, varying_end = end < n_varying ? end : n_varying;
        int64_t i = tile.row;
        if (i < varying_end) {
            tile.rows = (int)(varying_end - i);
            update_tile(e, l, tile, inputs ? inputs->varying : 0, use);
            i = varying_end;
        }
        for (; i < end; i++) {
            const int32_t k = inputs->constant[i - n_varying];
            const float c = e->x[0][k];
            if (c == 0 && !use.keep && rests(use.learn)) continue;
            take_in(e, at->weights + (int64_t)k * at->stride + tile.column, sum, c, width, use.learn, use);
        }
    }
}

/* γ and β learn from the gradients that between.h left. */
static void update_norm(const epoch *e, int l, const rule *u) {
    const bh_place *at = &e->places[l];
    const int32_t n = padded(e->network->layers[l].n_out);
    if (!e->network->layers[l].batch_norm) return;
    learn(e, u, at->gamma, e->grads + at->gamma, n);
    learn(e, u, at->beta, e->grads + at->beta, n);
}

/* Clipping needs the whole gradient before the first weight moves. */
static void clipped_update(epoch *e, int member, rule *u) {
    const int64_t pieces = (e->n_learned + PIECE - 1) / PIECE;
    int64_t i, end;
    team_share(&e->crew, member, pieces, &i, &end);
    for (; i < end; i++) {
        double sum = 0;
        for (int64_t j = i * PIECE; j < (i + 1) * PIECE && j < e->n_learned; j++) sum += (double)e->grads[j] * e->grads[j];
        e->squares[i] = sum;
    }
    team_wait(&e->crew);
    double norm = 0;
    for (i = 0; i < pieces; i++) norm += e->squares[i];
    norm = sqrt(norm);
    if (norm > e->optimizer->clip_norm) u->clip = (float)(e->optimizer->clip_norm / norm);
    for (int l = 0; l < e->network->n_layers; l++) {
        const bh_layer *layer = &e->network->layers[l];
        const bh_place *at = &e->places[l];
        team_share(&e->crew, member, layer->n_in, &i, &end);
        for (; i < end; i++) {
            const int64_t row = at->weights + i * at->stride;
            learn(e, u, row, e->grads + row, padded(layer->n_out));
        }
        const rule biases = for_biases(*u);
        if (member == 0) learn(e, &biases, at->biases, e->grads + at->biases, padded(layer->n_out));
        if (member == 0) update_norm(e, l, &biases);
    }
}

#endif
