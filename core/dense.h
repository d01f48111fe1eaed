/* The dense part of a layer, forwards and back, tile by tile: the twin of layers/dense.py. */
#ifndef BYHAND_DENSE_H
#define BYHAND_DENSE_H

#include "activations.h"
#include "inputs.h"
#include "tiles.h"

/* Forward */

/* Rows that lie a_row and c_row apart. */
static void multiply_rows(product *p, const float *a, ptrdiff_t a_row, float *c, ptrdiff_t c_row, int rows,
                          int vectors) {
    for (int r = 0; r < rows; r++) p->a[r] = a + r * a_row, p->c[r] = c + r * c_row;
    multiply(p, rows, vectors);
}

/* b + Σ x[k] · W[k], for some columns: over the n inputs k that are listed, or the first n. */
INLINE void base_vectors(const epoch *e, int l, const float *x, const int32_t *listed, int32_t n, int32_t column,
                         float *base, const int vectors) {
    const bh_place *at = &e->places[l];
    const float *w = e->params + at->weights + column;
    vec sum[TILE_VECTORS];
    for (int v = 0; v < vectors; v++) sum[v] = load(e->params + at->biases + column + v * LANES);
    for (int32_t i = 0; i < n; i++) {
        const int32_t k = listed ? listed[i] : i;
        for (int v = 0; v < vectors; v++) sum[v] += x[k] * load(w + (int64_t)k * at->stride + v * LANES);
    }
    for (int v = 0; v < vectors; v++) store(base + v * LANES, sum[v]);
}

static void base_of(const epoch *e, int l, const float *x, const int32_t *listed, int32_t n, int32_t column, int vectors,
                    float *base) {
    if (vectors == TILE_VECTORS) base_vectors(e, l, x, listed, n, column, base, TILE_VECTORS);
    else
        for (int v = 0; v < vectors; v++) base_vectors(e, l, x, listed, n, column + v * LANES, base + v * LANES, 1);
}

/* A piece of the sums for all rows of a run, DEPTH inputs at most, so that their part of W stays in the nearest cache. */
static void forward_piece(const epoch *e, int l, const run *r, int32_t from) {
    const bh_place *at = &e->places[l];
    const int32_t left = e->network->layers[l].n_in - from;
    product p = {.a_step = 1, .b = e->params + at->weights + (int64_t)from * at->stride + r->column,
                 .b_step = at->stride, .depth = left < DEPTH ? left : DEPTH, .add = from > 0};
    for (int64_t i = r->row; i < r->end; i += TILE_ROWS)
        multiply_rows(&p, e->x[l] + i * e->stride[l] + from, e->stride[l],
                      written_by(e, l) + i * e->stride[l + 1] + r->column, e->stride[l + 1], rows_at(r, i), r->vectors);
}

/* The same from stored bytes: everything that is not background, at once. */
static void forward_stored(const epoch *e, int member, const run *r) {
    const bh_place *at = &e->places[0];
    for (int64_t i = r->row; i < r->end; i += TILE_ROWS) {
        const selection in = block_at(e, member, r, i);
        product p = {.a_step = 1, .b = e->params + at->weights + r->column, .b_step = at->stride, .only = in.only,
                     .depth = in.n};
        multiply_rows(&p, in.x, in.stride, written_by(e, 0) + i * e->stride[1] + r->column, e->stride[1], rows_at(r, i),
                      r->vectors);
    }
}

/* Add what is the same for all examples, and bend. */
static void finish(const epoch *e, int l, const run *r, const float *base) {
    const bh_layer *layer = &e->network->layers[l];
    const int activation = bend_of(layer);
    for (int64_t i = r->row; i < r->end; i++) {
        float *z = written_by(e, l) + i * e->stride[l + 1] + r->column;
        for (int j = 0; j < r->vectors * LANES; j += LANES)
            store(z + j, bend(activation, layer->slope, load(z + j) + load(base + j)));
    }
}

static void forward(epoch *e, int member, int l, part p) {
    const int32_t n_in = e->network->layers[l].n_in;
    const int skips = l == 0 && e->on_background;
    float *base = e->per_unit + member * e->per_unit_floats; /* b, and what the shift adds */
    for (int32_t panel = p.first_panel; panel < p.end_panel; panel++)
        base_of(e, l, e->data->shift, 0, skips && e->shifts ? n_in : 0, panel * PANEL, vectors_of(&p, panel),
                base + panel * PANEL);
    if (skips) p.at_once = made_at_once(e, p.blocks, 1);
    int64_t made = -1;
    for (run r; next_run(&p, &r);) {
        if (skips && r.stretch != made) make_examples(e, member, &r), made = r.stretch;
        if (skips) forward_stored(e, member, &r);
        else
            for (int32_t from = 0; from < n_in; from += DEPTH) forward_piece(e, l, &r, from);
        finish(e, l, &r, base + r.column);
    }
}

/* Backward */

/* Copy the columns of Wᵀ that belong to the units of one panel: (n_out, PANEL), 0 beyond the last unit. */
static void turn(const epoch *e, int l, int32_t unit, float *panel) {
    const bh_layer *layer = &e->network->layers[l];
    const int32_t stride = e->places[l].stride, left = layer->n_in > unit ? layer->n_in - unit : 0; /* 0: only padding */
    const int32_t whole = (left < PANEL ? left : PANEL) / 4 * 4;
    const float *w = e->params + e->places[l].weights + (int64_t)unit * stride;
    for (int32_t from = 0; from < layer->n_out; from += LINE) { /* a line of each row: what is written stays near */
        const int32_t end = from + LINE < layer->n_out ? from + LINE : layer->n_out;
        for (int32_t u = 0; u < whole; u++) __builtin_prefetch(w + (int64_t)u * stride + from + 4 * LINE); /* far away */
        for (int32_t u = 0; u < whole; u += 4)
            for (int32_t j = from; j < end; j += 4)
                turn_4x4(w + (int64_t)u * stride + j, stride, panel + (int64_t)j * PANEL + u, PANEL);
        for (int32_t u = whole; u < PANEL; u++)
            for (int32_t j = from; j < end; j++) panel[(int64_t)j * PANEL + u] = u < left ? w[(int64_t)u * stride + j] : 0;
    }
}

/* A piece of the sums for all rows of a run: DEPTH units at most. */
static void backward_piece(const epoch *e, int l, const run *r, const float *panel, int32_t from) {
    const int32_t left = e->network->layers[l].n_out - from;
    product p = {.a_step = 1, .b = panel + (ptrdiff_t)from * PANEL, .b_step = PANEL,
                 .depth = left < DEPTH ? left : DEPTH, .add = from > 0};
    for (int64_t i = r->row; i < r->end; i += TILE_ROWS)
        multiply_rows(&p, e->dz[l] + i * e->stride[l + 1] + from, e->stride[l + 1],
                      e->dz[l - 1] + i * e->stride[l] + r->column, e->stride[l], rows_at(r, i), r->vectors);
}

/* From the gradient of a to that of z. */
static void finish_back(const epoch *e, int l, const run *r) {
    const bh_layer *before = &e->network->layers[l - 1];
    if (e->between[l - 1]) return; /* between.h goes on from there */
    for (int64_t i = r->row; i < r->end; i++) {
        const ptrdiff_t at = i * e->stride[l] + r->column;
        for (int j = 0; j < r->vectors * LANES; j += LANES) {
            float *dz = e->dz[l - 1] + at + j;
            store(dz, bent_back(before->activation, before->slope, load(e->x[l] + at + j), load(dz)));
        }
    }
}

static void backward(epoch *e, int member, int l, part p) {
    float *panel = e->panels + member * e->panel_floats;
    for (run r; next_run(&p, &r);) {
        turn(e, l, r.column, panel);
        for (int32_t from = 0; from < e->network->layers[l].n_out; from += DEPTH) backward_piece(e, l, &r, panel, from);
        finish_back(e, l, &r);
    }
}

#endif
