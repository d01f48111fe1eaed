/* Networks of at most 16 units a layer that learn from one example at a time: everything in a vector or two a layer.
 *
 * Here a step is so small (2-16-8-2: 350 multiplications) that what surrounds them must go: no tiles, no shares, no
 * waiting. Each W is kept twice, as it is and turned, and both learn: then forward and backward both run along rows,
 * and no sum goes across a vector. */
#ifndef BYHAND_TINY_H
#define BYHAND_TINY_H

#include "activations.h"
#include "inputs.h"
#include "losses.h"

enum { TINY_WIDTH = 16, TINY_LAYERS = 16, TINY_VECTORS = TINY_WIDTH / LANES, CHAINS = 4, AHEAD = 8 /* examples */ };

typedef struct {
    vec v[TINY_VECTORS];
} row; /* a number for each unit of a layer */

INLINE row load_row(const float *from) {
    row r;
    for (int i = 0; i < TINY_VECTORS; i++) r.v[i] = load(from + i * LANES);
    return r;
}

INLINE void store_row(float *to, row r) {
    for (int i = 0; i < TINY_VECTORS; i++) store(to + i * LANES, r.v[i]);
}

INLINE void add_scaled(row *sum, float factor, row r) {
    for (int i = 0; i < TINY_VECTORS; i++) sum->v[i] += factor * r.v[i];
}

/* Return start + Σ_k x[k] · m[k · stride]: four sums side by side, for each addition waits for the one before. */
INLINE row combine(row start, const float *x, const float *m, ptrdiff_t stride, int32_t n) {
    row sum[CHAINS] = {start};
    int32_t k = 0;
    for (; k + CHAINS <= n; k += CHAINS)
        for (int c = 0; c < CHAINS; c++) add_scaled(&sum[c], x[k + c], load_row(m + (k + c) * stride));
    for (; k < n; k++) add_scaled(&sum[0], x[k], load_row(m + k * stride));
    for (int i = 0; i < TINY_VECTORS; i++) sum[0].v[i] += sum[1].v[i] + (sum[2].v[i] + sum[3].v[i]);
    return sum[0];
}

/* m[k] += x[k] · r for n rows. */
INLINE void add_outer(float *m, ptrdiff_t stride, const float *x, int32_t n, row r) {
    for (int32_t k = 0; k < n; k++) {
        row w = load_row(m + k * stride);
        add_scaled(&w, x[k], r);
        store_row(m + k * stride, w);
    }
}

static int is_tiny(const epoch *e) {
    const bh_optimizer *o = e->optimizer;
    if (e->data->batch_size > 1 || o->kind != BH_SGD || o->weight_decay != 0 || o->clip_norm > 0) return 0;
    for (int l = 0; l < e->network->n_layers; l++)
        if (e->network->layers[l].n_out > TINY_WIDTH || e->between[l]) return 0;
    return e->network->n_layers <= TINY_LAYERS;
}

typedef float turned_weights[TINY_WIDTH][TINY_WIDTH];

static void turn_weights(const epoch *e, turned_weights *turned) {
    for (int l = 1; l < e->network->n_layers; l++)
        for (int32_t k = 0; k < e->network->layers[l].n_in; k++)
            for (int32_t j = 0; j < TINY_WIDTH; j++)
                turned[l][j][k] = e->params[e->places[l].weights + (int64_t)k * e->places[l].stride + j];
}

/* From dz of the last layer to the first, each layer learning after what it sends back has been computed. */
INLINE void tiny_backward(epoch *e, turned_weights *turned, float rate) {
    const bh_layer *layers = e->network->layers;
    for (int l = e->network->n_layers - 1; l >= 0; l--) {
        const bh_place *at = &e->places[l];
        const row dz = load_row(e->dz[l]);
        row step = {0}, b = load_row(e->params + at->biases);
        add_scaled(&step, -rate, dz);
        if (l > 0) {
            const row a = load_row(e->x[l]);
            row dx = combine((row){0}, e->dz[l], turned[l][0], TINY_WIDTH, layers[l].n_out);
            for (int i = 0; i < TINY_VECTORS; i++)
                dx.v[i] = bent_back(layers[l - 1].activation, layers[l - 1].slope, a.v[i], dx.v[i]);
            store_row(e->dz[l - 1], dx);
            float steps[TINY_WIDTH];
            store_row(steps, step);
            add_outer(turned[l][0], TINY_WIDTH, steps, layers[l].n_out, a);
        }
        add_outer(e->params + at->weights, at->stride, e->x[l], layers[l].n_in, step);
        add_scaled(&b, 1, step);
        store_row(e->params + at->biases, b);
    }
}

INLINE void tiny_forward(epoch *e) {
    for (int l = 0; l < e->network->n_layers; l++) {
        const bh_layer *layer = &e->network->layers[l];
        const bh_place *at = &e->places[l];
        row z = combine(load_row(e->params + at->biases), e->x[l], e->params + at->weights, at->stride, layer->n_in);
        for (int i = 0; i < TINY_VECTORS; i++) z.v[i] = bend(layer->activation, layer->slope, z.v[i]);
        store_row(e->x[l + 1], z);
        for (int32_t j = layer->n_out; layer->activation == BH_SIGMOID && j < TINY_WIDTH; j++) e->x[l + 1][j] = 0;
    }
}

static void train_tiny(epoch *e) {
    const bh_epoch_data *d = e->data;
    const int32_t n_in = e->network->layers[0].n_in;
    const int last = e->network->n_layers - 1;
    const int32_t n_out = e->network->layers[last].n_out;
    turned_weights turned[TINY_LAYERS] = {0};
    turn_weights(e, turned);
    for (int64_t i = 0; i < d->n_order && e->status == BH_OK; i++) {
        const int64_t at = d->order[i];
        if (i + AHEAD < d->n_order) ask_for_row(d, n_in, i + AHEAD);
        convert(d, n_in, stored_row(d, n_in, i, e->scratch), e->x[0]);
        tiny_forward(e);
        const verdict v = {e->network, 0, n_out, d->labels ? d->labels[at] : 0, d->labels ? 0 : d->targets + at * n_out, 1};
        int right;
        const double loss = judge_example(&v, e->x[last + 1], e->dz[last], &right);
        if (!isfinite((float)loss)) e->status = BH_DIVERGED;
        else {
            tiny_backward(e, turned, (float)d->learning_rates[i]);
            e->result.loss += loss;
            e->result.right += right;
            e->result.steps_done++;
            if (e->stop && *e->stop) e->status = BH_STOPPED;
        }
    }
}

#endif
