/* What may lie between a layer's dense part and the next layer besides the activation: batch normalisation before it,
 * dropout and the end of a way around behind it. The twin of layers/batch_norm.py, dropout.py and residual.py.
 *
 *     forward    x̂ = (z − μ) / √(v + ε),  a = f(γ x̂ + β),  x[l + 1] = m a + x of where the way around begins
 *     back       the same way back, from the gradient of x[l + 1] in dz[l] to that of z in its place
 *
 * μ and v belong to columns of the whole batch, so in training a patch of a normalised layer is some columns of all its
 * rows; of others it is a member's own rows. */
#ifndef BYHAND_BETWEEN_H
#define BYHAND_BETWEEN_H

#include "activations.h"
#include "epoch.h"

typedef struct {
    int64_t row, rows;
    int32_t column, columns; /* multiples of PADDING */
} patch;

/* Forward */

/* The mean over rows of z − centre, or of its square; chunk by chunk, or many small numbers would be lost beside a sum. */
INLINE vec column_mean(const float *z, ptrdiff_t stride, int64_t rows, vec centre, const int squared) {
    vec total = {0};
    for (int64_t from = 0; from < rows; from += CHUNK) {
        const int64_t end = from + CHUNK < rows ? from + CHUNK : rows;
        vec some = {0};
        for (int64_t i = from; i < end; i++) {
            const vec off = load(z + i * stride) - centre;
            some += squared ? off * off : off;
        }
        total += some;
    }
    return total / (float)rows;
}

/* Move a running average towards a batch's own number. */
INLINE void follow(float *average, vec now, float momentum) {
    const vec before = load(average);
    store(average, before + momentum * (now - before));
}

/* Normalise some columns, from z through x̂ to a. */
static void normalise(const epoch *e, int l, int32_t column, patch p) {
    const bh_layer *layer = &e->network->layers[l];
    const bh_place *at = &e->places[l];
    const ptrdiff_t stride = e->stride[l + 1];
    float *z = e->z[l] + p.row * stride + column, *a = e->a[l] + p.row * stride + column;
    vec mean, variance;
    if (is_prediction(e)) {
        mean = load(e->params + at->mean + column);
        variance = load(e->params + at->variance + column);
    } else {
        const float n = (float)p.rows;
        mean = column_mean(z, stride, p.rows, all(0), 0);
        variance = column_mean(z, stride, p.rows, mean, 1);
        follow(e->params + at->mean + column, mean, layer->momentum);
        follow(e->params + at->variance + column, variance * (n / (n - 1)), layer->momentum);
    }
    const vec inverse_std = 1 / root(variance + layer->epsilon);
    if (!is_prediction(e)) store(e->inverse_std[l] + column, inverse_std);
    const vec gamma = load(e->params + at->gamma + column), beta = load(e->params + at->beta + column);
    for (int64_t i = 0; i < p.rows; i++, z += stride, a += stride) {
        const vec x_hat = (load(z) - mean) * inverse_std;
        store(z, x_hat);
        store(a, bend(layer->activation, layer->slope, gamma * x_hat + beta));
    }
}

/* 1 / (1 − p) where a unit is kept, else 0. */
INLINE vec mask_of(const epoch *e, int l, int64_t row, int32_t column, float kept_scale) {
    return kept_scale * load_bytes(e->kept[l] + row * e->network->layers[l].n_out + column);
}

static int drops(const epoch *e, int l) { return e->network->layers[l].dropout > 0 && !is_prediction(e); }

static float kept_scale_of(const bh_layer *layer) { return 1 / (float)(1 - layer->dropout); }

/* From a to x[l + 1]. */
static void pass_on(const epoch *e, int l, int32_t column, patch p) {
    const bh_layer *layer = &e->network->layers[l];
    const ptrdiff_t stride = e->stride[l + 1];
    const float *other = layer->residual ? e->x[l + 1 - layer->residual] : 0, scale = kept_scale_of(layer);
    const int drop = drops(e, l);
    for (int64_t i = p.row; i < p.row + p.rows; i++) {
        vec y = load(e->a[l] + i * stride + column);
        if (drop) y *= mask_of(e, l, i, column, scale);
        if (other) y += load(other + i * stride + column);
        store(e->x[l + 1] + i * stride + column, y);
    }
}

static void between_forward(const epoch *e, int l, patch p) {
    for (int32_t column = p.column; column < p.column + p.columns; column += LANES) {
        if (e->network->layers[l].batch_norm) normalise(e, l, column, p);
        if (e->a[l] != e->x[l + 1]) pass_on(e, l, column, p);
    }
}

/* Back */

/* Add what comes back on the ways around that begin behind layer l. */
static void gather_ways(const epoch *e, int l, int32_t column, patch p) {
    const ptrdiff_t stride = e->stride[l + 1];
    for (int end = l + 1; end < e->network->n_layers; end++) {
        if (!e->network->layers[end].residual || end - e->network->layers[end].residual != l) continue;
        for (int64_t i = p.row; i < p.row + p.rows; i++) {
            float *dx = e->dz[l] + i * stride + column;
            store(dx, load(dx) + load(e->around[end] + i * stride + column));
        }
    }
}

/* From the gradient of x[l + 1] to that of what the activation got; the way around takes it as it comes. */
static void pass_back(const epoch *e, int l, int32_t column, patch p) {
    const bh_layer *layer = &e->network->layers[l];
    const ptrdiff_t stride = e->stride[l + 1];
    const float scale = kept_scale_of(layer);
    const int drop = drops(e, l);
    for (int64_t i = p.row; i < p.row + p.rows; i++) {
        const ptrdiff_t at = i * stride + column;
        vec d = load(e->dz[l] + at);
        if (layer->residual) store(e->around[l] + at, d);
        if (drop) d *= mask_of(e, l, i, column, scale);
        store(e->dz[l] + at, bent_back(layer->activation, layer->slope, load(e->a[l] + at), d));
    }
}

/* From dy of a normalised layer, in dz, to dz; dγ and dβ into grads. */
static void normalise_back(const epoch *e, int l, int32_t column, patch p) {
    const bh_place *at = &e->places[l];
    const ptrdiff_t stride = e->stride[l + 1];
    const float *x_hat = e->z[l] + column;
    float *dz = e->dz[l] + column;
    vec dgamma = {0}, dbeta = {0};
    for (int64_t from = 0; from < p.rows; from += CHUNK) {
        const int64_t end = from + CHUNK < p.rows ? from + CHUNK : p.rows;
        vec some_gamma = {0}, some_beta = {0};
        for (int64_t i = from; i < end; i++) {
            const vec dy = load(dz + i * stride);
            some_gamma += dy * load(x_hat + i * stride);
            some_beta += dy;
        }
        dgamma += some_gamma;
        dbeta += some_beta;
    }
    store(e->grads + at->gamma + column, dgamma);
    store(e->grads + at->beta + column, dbeta);
    const vec scale = load(e->params + at->gamma + column) * load(e->inverse_std[l] + column);
    const float share = 1 / (float)p.rows;
    for (int64_t i = 0; i < p.rows; i++) {
        const vec dy = load(dz + i * stride);
        store(dz + i * stride, scale * (dy - share * dbeta - load(x_hat + i * stride) * (share * dgamma)));
    }
}

static void between_back(const epoch *e, int l, patch p) {
    for (int32_t column = p.column; column < p.column + p.columns; column += LANES) {
        gather_ways(e, l, column, p);
        pass_back(e, l, column, p);
        if (e->network->layers[l].batch_norm) normalise_back(e, l, column, p);
    }
}

#endif
