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
static void sum_panel(const epoch *e, int l, int32_t column, int vectors, int rows, float *sum) {
    vec total[TILE_VECTORS] = {0};
    for (int i = 0; i < rows; i++) {
        const float *dz = e->dz[l] + (int64_t)i * e->stride[l + 1] + column;
        for (int v = 0; v < TILE_VECTORS; v++)
            if (v < vectors) total[v] += load(dz + v * LANES);
    }
    for (int v = 0; v < vectors; v++) store(sum + v * LANES, total[v]);
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

/* Of a tile of dW, whose rows are the selected inputs, from k on: the products, and shift · Σ dz. */
static void update_tile(epoch *e, int l, const run *r, int64_t k, selection in, const float *sum, gradient_use use) {
    const bh_place *at = &e->places[l];
    const int width = r->vectors * LANES, rows = rows_at(r, k), shifts = l == 0 && e->on_background && e->shifts;
    const int64_t corner = at->weights + k * at->stride + r->column;
    if (in.n == 0 && !shifts && !use.keep && rests(use.learn)) return;
    float scratch[TILE_ROWS * PANEL], *dw[TILE_ROWS];
    product p = {.a_step = in.stride, .b = e->dz[l] + r->column, .b_step = e->stride[l + 1], .only = in.only,
                 .depth = in.n, .add = !use.first};
    for (int i = 0; i < rows; i++) {
        p.a[i] = in.x + i;
        p.c[i] = dw[i] = use.keep ? e->grads + corner + i * at->stride : scratch + i * PANEL;
        if (use.learn) ask_for(e, use.learn, corner + i * at->stride, width);
    }
    multiply(&p, rows, r->vectors);
    for (int i = 0; shifts && i < rows; i++)
        for (int j = 0; j < width; j += LANES)
            store(dw[i] + j, load(dw[i] + j) + e->data->shift[k + i] * load(sum + j));
    for (int i = 0; use.learn && i < rows; i++) learn(e, use.learn, corner + i * at->stride, dw[i], width);
}

/* A member's part of a layer. */
static void update(epoch *e, int member, int l, gradient_use use) {
    const bh_layer *layer = &e->network->layers[l];
    const int skips = l == 0 && e->on_background;
    float *sums = e->per_unit + member * e->per_unit_floats;
    part p = some_tiles(e, member, layer->n_in, layer->n_out);
    for (int32_t panel = p.first_panel; panel < p.end_panel; panel++)
        sum_panel(e, l, panel * PANEL, vectors_of(&p, panel), use.rows, sums + panel * PANEL);
    if (skips) p.at_once = made_at_once(e, p.blocks, STRIP / TILE_ROWS);
    int64_t made = -1;
    for (run r; next_run(&p, &r);) {
        const float *sum = sums + r.column;
        if (r.row == 0 && r.end > 0) take_in(e, e->places[l].biases + r.column, sum, r.vectors * LANES, use);
        if (skips && r.stretch != made) make_inputs(e, member, &r, use.rows), made = r.stretch;
        for (int64_t k = r.row; k < r.end; k += TILE_ROWS) {
            const selection in = skips ? group_at(e, member, &r, k, use.rows)
                                       : (selection){e->x[l] + k, e->stride[l], 0, use.rows};
            update_tile(e, l, &r, k, in, sum, use);
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
