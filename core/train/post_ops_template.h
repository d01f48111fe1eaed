/* What may lie between a layer's dense part and the next layer besides the activation: batch normalisation before it,
 * dropout and the end of a way around behind it. The twin of layers/batch_norm.py, dropout.py and residual.py.
 *
 *     forward    x̂ = (z − μ) / √(v + ε),  a = f(γ x̂ + β),  x[l + 1] = m a + x of where the way around begins
 *     back       the same way back, from the gradient of x[l + 1] in dz[l] to that of z in its place
 *
 * μ and v belong to columns of the whole batch, so in training a patch of a normalised layer is some columns of all its
 * rows; of others it is a member's own rows. */
#ifndef BYHAND_POST_OPS_TEMPLATE_H
#define BYHAND_POST_OPS_TEMPLATE_H

#include "train/activations_template.h"
#include "train/context.h"

typedef struct {
    int64_t row, rows;
    int32_t column, columns; /* multiples of PADDING */
} submatrix;

/* Forward */

/* The mean over rows of z − centre, or of its square; chunk by chunk, or many small numbers would be lost beside a sum. */
INLINE vec column_mean(const float *z, ptrdiff_t stride, int64_t rows, vec centre, const int squared) {
    vec total = {0};
    for (int64_t from = 0; from < rows; from += MAX_MICROBATCH) {
        const int64_t end = from + MAX_MICROBATCH < rows ? from + MAX_MICROBATCH : rows;
        vec partial = {0};
        for (int64_t i = from; i < end; i++) {
            const vec diff = v_load(z + i * stride) - centre;
            partial += squared ? diff * diff : diff;
        }
        total += partial;
    }
    return total / (float)rows;
}

/* Move a running average towards a batch's own number. */
INLINE void update_running_stat(float *running, vec batch_value, float momentum) {
    const vec before = v_load(running);
    v_store(running, before + momentum * (batch_value - before));
}

/* Normalise some columns, from z through x̂ to a. */
static void batch_norm_forward(const train_context *e, int l, int32_t column, submatrix p) {
    const bh_layer *layer = &e->network->layers[l];
    const bh_layer_offsets *at = &e->offsets[l];
    const ptrdiff_t stride = e->stride[l + 1];
    float *z = e->z[l] + p.row * stride + column, *a = e->a[l] + p.row * stride + column;
    vec mean, variance;
    if (is_prediction(e)) {
        mean = v_load(e->params + at->mean + column);
        variance = v_load(e->params + at->variance + column);
    } else {
        const float n = (float)p.rows;
        mean = column_mean(z, stride, p.rows, v_set1(0), 0);
        variance = column_mean(z, stride, p.rows, mean, 1);
        update_running_stat(e->params + at->mean + column, mean, layer->momentum);
        update_running_stat(e->params + at->variance + column, variance * (n / (n - 1)), layer->momentum);
    }
    const vec inverse_std = 1 / v_sqrt(variance + layer->epsilon);
    if (!is_prediction(e)) v_store(e->inverse_std[l] + column, inverse_std);
    const vec gamma = v_load(e->params + at->gamma + column), beta = v_load(e->params + at->beta + column);
    for (int64_t i = 0; i < p.rows; i++, z += stride, a += stride) {
        const vec x_hat = (v_load(z) - mean) * inverse_std;
        v_store(z, x_hat);
        v_store(a, activate(layer->activation, layer->slope, gamma * x_hat + beta));
    }
}

/* 1 / (1 − p) where a unit is kept, else 0. */
INLINE vec dropout_factor(const train_context *e, int l, int64_t row, int32_t column, float inv_keep_prob) {
    return inv_keep_prob * v_load_u8(e->dropout_mask[l] + row * e->network->layers[l].n_out + column);
}

static int dropout_active(const train_context *e, int l) { return e->network->layers[l].dropout > 0 && !is_prediction(e); }

static float inverse_keep_probability(const bh_layer *layer) { return 1 / (float)(1 - layer->dropout); }

/* From a to x[l + 1]. */
static void dropout_add_forward(const train_context *e, int l, int32_t column, submatrix p) {
    const bh_layer *layer = &e->network->layers[l];
    const ptrdiff_t stride = e->stride[l + 1];
    const float *other = layer->skip_span ? e->x[l + 1 - layer->skip_span] : 0, scale = inverse_keep_probability(layer);
    const int drop = dropout_active(e, l);
    for (int64_t i = p.row; i < p.row + p.rows; i++) {
        vec y = v_load(e->a[l] + i * stride + column);
        if (drop) y *= dropout_factor(e, l, i, column, scale);
        if (other) y += v_load(other + i * stride + column);
        v_store(e->x[l + 1] + i * stride + column, y);
    }
}

static void post_ops_forward(const train_context *e, int l, submatrix p) {
    for (int32_t column = p.column; column < p.column + p.columns; column += LANES) {
        if (e->network->layers[l].batch_norm) batch_norm_forward(e, l, column, p);
        if (e->a[l] != e->x[l + 1]) dropout_add_forward(e, l, column, p);
    }
}

/* Back */

/* Add what comes back on the ways around that begin behind layer l. */
static void add_skip_gradients(const train_context *e, int l, int32_t column, submatrix p) {
    const ptrdiff_t stride = e->stride[l + 1];
    for (int end = l + 1; end < e->network->n_layers; end++) {
        if (!e->network->layers[end].skip_span || end - e->network->layers[end].skip_span != l) continue;
        for (int64_t i = p.row; i < p.row + p.rows; i++) {
            float *dx = e->dz[l] + i * stride + column;
            v_store(dx, v_load(dx) + v_load(e->skip_grad[end] + i * stride + column));
        }
    }
}

/* From the gradient of x[l + 1] to that of what the activation got; the way around takes it as it comes. */
static void dropout_add_backward(const train_context *e, int l, int32_t column, submatrix p) {
    const bh_layer *layer = &e->network->layers[l];
    const ptrdiff_t stride = e->stride[l + 1];
    const float scale = inverse_keep_probability(layer);
    const int drop = dropout_active(e, l);
    for (int64_t i = p.row; i < p.row + p.rows; i++) {
        const ptrdiff_t at = i * stride + column;
        vec d = v_load(e->dz[l] + at);
        if (layer->skip_span) v_store(e->skip_grad[l] + at, d);
        if (drop) d *= dropout_factor(e, l, i, column, scale);
        v_store(e->dz[l] + at, activate_backward(layer->activation, layer->slope, v_load(e->a[l] + at), d));
    }
}

/* From dy of a normalised layer, in dz, to dz; dγ and dβ into grads. */
static void batch_norm_backward(const train_context *e, int l, int32_t column, submatrix p) {
    const bh_layer_offsets *at = &e->offsets[l];
    const ptrdiff_t stride = e->stride[l + 1];
    const float *x_hat = e->z[l] + column;
    float *dz = e->dz[l] + column;
    vec dgamma = {0}, dbeta = {0};
    for (int64_t from = 0; from < p.rows; from += MAX_MICROBATCH) {
        const int64_t end = from + MAX_MICROBATCH < p.rows ? from + MAX_MICROBATCH : p.rows;
        vec some_gamma = {0}, some_beta = {0};
        for (int64_t i = from; i < end; i++) {
            const vec dy = v_load(dz + i * stride);
            some_gamma += dy * v_load(x_hat + i * stride);
            some_beta += dy;
        }
        dgamma += some_gamma;
        dbeta += some_beta;
    }
    v_store(e->grads + at->gamma + column, dgamma);
    v_store(e->grads + at->beta + column, dbeta);
    const vec scale = v_load(e->params + at->gamma + column) * v_load(e->inverse_std[l] + column);
    const float inv_rows = 1 / (float)p.rows;
    for (int64_t i = 0; i < p.rows; i++) {
        const vec dy = v_load(dz + i * stride);
        v_store(dz + i * stride, scale * (dy - inv_rows * dbeta - v_load(x_hat + i * stride) * (inv_rows * dgamma)));
    }
}

static void post_ops_backward(const train_context *e, int l, submatrix p) {
    for (int32_t column = p.column; column < p.column + p.columns; column += LANES) {
        add_skip_gradients(e, l, column, p);
        dropout_add_backward(e, l, column, p);
        if (e->network->layers[l].batch_norm) batch_norm_backward(e, l, column, p);
    }
}

#endif
