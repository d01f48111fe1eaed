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

/* Take in the biases' gradient, Σ dz, and learn. */
static void take_in(epoch *e, int64_t at, const float *sum, int n, gradient_use use) {
    float g[PANEL];
    for (int j = 0; j < n; j += LANES) {
        vec total = load(sum + j);
        if (!use.first) total += load(e->grads + at + j);
        store(g + j, total);
        if (use.keep) store(e->grads + at + j, total);
    }
    if (use.learn_biases) learn(e, use.learn_biases, at, g, n);
}

/* Of a tile of dW, whose rows are inputs: the products, and shift · Σ dz. */
static void update_tile(epoch *e, int l, tile_place tile, const float *sum, gradient_use use) {
    const bh_place *at = &e->places[l];
    const int skips = l == 0 && e->on_background, width = tile.vectors * LANES;
    const int64_t group = tile.row / TILE_ROWS, corner = at->weights + tile.row * at->stride + tile.column;
    const int listed = skips && e->n_examples_of[group] != ALL;
    if (listed && e->n_examples_of[group] == 0 && !e->shifts && !use.keep && rests(use.learn)) return;
    float scratch[TILE_ROWS * PANEL], *dw[TILE_ROWS];
    product p = {.a_step = e->stride[l], .b = e->dz[l] + tile.column, .b_step = e->stride[l + 1],
                 .only = listed ? e->examples_of + group * (e->chunk + PADDING) : 0,
                 .depth = listed ? e->n_examples_of[group] : use.rows, .add = !use.first};
    for (int r = 0; r < tile.rows; r++) {
        p.a[r] = e->x[l] + tile.row + r;
        p.c[r] = dw[r] = use.keep ? e->grads + corner + r * at->stride : scratch + r * PANEL;
    }
    multiply(&p, tile.rows, tile.vectors);
    for (int r = 0; skips && e->shifts && r < tile.rows; r++)
        for (int j = 0; j < width; j += LANES)
            store(dw[r] + j, load(dw[r] + j) + e->data->shift[tile.row + r] * load(sum + j));
    for (int r = 0; use.learn && r < tile.rows; r++) learn(e, use.learn, corner + r * at->stride, dw[r], width);
}

/* A member's part of a layer, panel by panel. */
static void update(epoch *e, int member, int l, gradient_use use) {
    const bh_layer *layer = &e->network->layers[l];
    float sum[PANEL];
    int32_t panel = -1;
    part p = some_tiles(e, member, layer->n_in, layer->n_out);
    for (tile_place tile; next_tile(&p, &tile);) {
        const int needs_sum = tile.row == 0 || (l == 0 && e->on_background && e->shifts);
        if (needs_sum && tile.column != panel) sum_panel(e, l, tile, use.rows, sum), panel = tile.column;
        if (tile.row == 0) take_in(e, e->places[l].biases + tile.column, sum, tile.vectors * LANES, use);
        update_tile(e, l, tile, sum, use);
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
