/* The dense part of a layer, forwards and back, tile by tile: the twin of layers/dense.py. */
#ifndef BYHAND_DENSE_H
#define BYHAND_DENSE_H

#include "activations.h"
#include "inputs.h"
#include "tiles.h"

/* Forward */

static void multiply_rows(product *p, const float *a, ptrdiff_t a_row, float *c, ptrdiff_t c_row, tile_place tile) {
    for (int r = 0; r < tile.rows; r++) p->a[r] = a + r * a_row, p->c[r] = c + r * c_row;
    multiply(p, tile.rows, tile.vectors);
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

static void base_of(const epoch *e, int l, const float *x, const int32_t *listed, int32_t n, tile_place tile, float *base) {
    if (tile.vectors == TILE_VECTORS) base_vectors(e, l, x, listed, n, tile.column, base, TILE_VECTORS);
    else
        for (int v = 0; v < tile.vectors; v++)
            base_vectors(e, l, x, listed, n, tile.column + v * LANES, base + v * LANES, 1);
}

static void forward(epoch *e, int l, part p) {
    const bh_layer *layer = &e->network->layers[l];
    const bh_place *at = &e->places[l];
    const int activation = bend_of(layer), skips = l == 0 && e->on_background;
    float base[PANEL]; /* what is the same for all examples: b, and what the shift adds */
    int32_t panel = -1;
    for (tile_place tile; next_tile(&p, &tile);) {
        if (tile.column != panel) base_of(e, l, e->data->shift, 0, skips && e->shifts ? layer->n_in : 0, tile, base);
        panel = tile.column;
        const int64_t block = tile.row / TILE_ROWS;
        const int listed = skips && e->n_inputs_of[block] != ALL;
        float *z = written_by(e, l) + tile.row * e->stride[l + 1] + tile.column;
        multiply_rows(&(product){.a_step = 1, .b = e->params + at->weights + tile.column, .b_step = at->stride,
                                .only = listed ? e->inputs_of + block * e->list_stride : 0,
                                .depth = listed ? e->n_inputs_of[block] : layer->n_in},
                      e->x[l] + tile.row * e->stride[l], e->stride[l], z, e->stride[l + 1], tile);
        for (int r = 0; r < tile.rows; r++, z += e->stride[l + 1])
            for (int j = 0; j < tile.vectors * LANES; j += LANES)
                store(z + j, bend(activation, layer->slope, load(z + j) + load(base + j)));
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
        for (int32_t u = 0; u < whole; u += 4)
            for (int32_t j = from; j < end; j += 4)
                turn_4x4(w + (int64_t)u * stride + j, stride, panel + (int64_t)j * PANEL + u, PANEL);
        for (int32_t u = whole; u < PANEL; u++)
            for (int32_t j = from; j < end; j++) panel[(int64_t)j * PANEL + u] = u < left ? w[(int64_t)u * stride + j] : 0;
    }
}

static void backward(epoch *e, int member, int l, part p) {
    const bh_layer *layer = &e->network->layers[l], *before = layer - 1;
    const int activation = e->between[l - 1] ? BH_IDENTITY : before->activation; /* between.h goes on from there */
    float *panel = e->panels + member * e->panel_floats;
    int32_t turned = -1;
    for (tile_place tile; next_tile(&p, &tile);) {
        if (tile.column != turned) turn(e, l, turned = tile.column, panel);
        float *dz = e->dz[l - 1] + tile.row * e->stride[l] + tile.column;
        const float *a = e->x[l] + tile.row * e->stride[l] + tile.column;
        multiply_rows(&(product){.a_step = 1, .b = panel, .b_step = PANEL, .depth = layer->n_out},
                      e->dz[l] + tile.row * e->stride[l + 1], e->stride[l + 1], dz, e->stride[l], tile);
        for (int r = 0; r < tile.rows; r++, dz += e->stride[l], a += e->stride[l])
            for (int j = 0; j < tile.vectors * LANES; j += LANES)
                store(dz + j, bent_back(activation, before->slope, load(a + j), load(dz + j)));
    }
}

#endif
