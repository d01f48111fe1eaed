/* Post-ops: what may follow a dense layer's product besides the activation. Batch normalisation
 * before the activation, dropout and a skip connection after it; the same as Python's layers.
 *
 *     forward     x_hat = (z - mean) / sqrt(variance + epsilon),  a = f(gamma x_hat + beta),
 *                 or, of a parametric activation, a = (1 - alpha) z + alpha f(z),
 *                 x[l + 1] = mask * a + x[start of the skip connection]
 *     backward    the same way back, from the gradient of x[l + 1], in dz[l], to that of z, in its
 * place
 *
 * Mean and variance are of columns of the whole batch. So, in training, a thread takes some columns
 * of all rows of a normalised layer, as of any wide layer that threads divide by columns; of other
 * layers it takes all columns of its own rows. */
#ifndef BYHAND_POST_OPS_TEMPLATE_H
#define BYHAND_POST_OPS_TEMPLATE_H

#include "train/activations_template.h"
#include "train/dropout_template.h"

/* A thread's part of a layer's output. */
typedef struct {
    int64_t row, rows;
    int32_t column, columns; /* multiples of PADDING */
} submatrix;

/* LANES columns of a submatrix are processed at a time, from `column` on, in all functions below.
 */

/* Batch normalisation, forward */

/* The sum over rows of z - centre, or of its square. In blocks, for in one long sum small numbers
 * would be lost. */
INLINE vec column_sum(const float *z, ptrdiff_t stride, int64_t rows, vec centre,
                      const bool squared) {
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
    return total;
}

/* running += momentum * (batch_value - running) */
INLINE void update_running_stat(float *running, vec batch_value, float momentum) {
    const vec before = v_load(running);
    v_store(running, before + momentum * (batch_value - before));
}

typedef struct {
    vec mean, variance;
} column_stats;

/* Of a batch z (rows); the running statistics follow it, the variance unbiased. */
INLINE column_stats batch_stats(const bh_layer *layer, float *params, const layer_offsets *at,
                                int32_t column, const float *z, ptrdiff_t stride, int64_t rows) {
    const float n = (float)rows;
    column_stats s;
    s.mean = column_sum(z, stride, rows, v_set1(0), false) / n;
    s.variance = column_sum(z, stride, rows, s.mean, true) / n;
    update_running_stat(params + at->mean + column, s.mean, layer->momentum);
    update_running_stat(params + at->variance + column, s.variance * (n / (n - 1)),
                        layer->momentum);
    return s;
}

/* A layer's alpha (n_out), or 0. */
static const float *alpha_of(const bh_layer *layer, const float *params, const layer_offsets *at) {
    return is_parametric(layer) ? params + at->alpha : 0;
}

/* a = f(z), or (1 - alpha) z + alpha f(z). */
INLINE vec activate_mixed(const bh_layer *layer, const float *alpha, int32_t column, vec z) {
    const vec bent = activate(layer->activation, layer->slope, z);
    if (!is_parametric(layer)) {
        return bent;
    }
    const vec share = v_load(alpha + column);
    return (1 - share) * z + share * bent;
}

/* z becomes x_hat, a = f(gamma x_hat + beta). inverse_std (n_out) is kept for backward; in
 * inference it is 0, and the running statistics are used. */
static void batch_norm_forward(const bh_layer *layer, float *params, const layer_offsets *at,
                               matrix z_of_layer, matrix a_of_layer, float *inverse_std,
                               int32_t column, submatrix p) {
    float *z = element(z_of_layer, p.row, column);
    float *a = element(a_of_layer, p.row, column);
    column_stats s;
    if (inverse_std) {
        s = batch_stats(layer, params, at, column, z, z_of_layer.stride, p.rows);
    } else {
        s.mean = v_load(params + at->mean + column);
        s.variance = v_load(params + at->variance + column);
    }
    const vec inv_std = 1 / v_sqrt(s.variance + layer->epsilon);
    if (inverse_std) {
        v_store(inverse_std + column, inv_std);
    }
    const vec gamma = v_load(params + at->gamma + column),
              beta = v_load(params + at->beta + column);
    const float *alpha = alpha_of(layer, params, at);
    for (int64_t i = 0; i < p.rows; i++, z += z_of_layer.stride, a += a_of_layer.stride) {
        const vec x_hat = (v_load(z) - s.mean) * inv_std;
        v_store(z, x_hat);
        v_store(a, activate_mixed(layer, alpha, column, gamma * x_hat + beta));
    }
}

/* The activation of a layer whose pre-activations are kept, without batch normalisation. */
static void activation_forward(const bh_layer *layer, const float *alpha, matrix z, matrix a,
                               int32_t column, submatrix p) {
    for (int64_t i = p.row; i < p.row + p.rows; i++) {
        const vec z_i = v_load(element(z, i, column));
        v_store(element(a, i, column), activate_mixed(layer, alpha, column, z_i));
    }
}

/* Dropout and skip connection, forward */

/* y = mask * a + skip. mask (rows, n_out): 0 without dropout; skip.data: 0 without skip connection.
 */
static void dropout_add_forward(const bh_layer *layer, const unsigned char *mask, matrix skip,
                                matrix a, matrix y, int32_t column, submatrix p) {
    const float scale = inv_keep_prob(layer);
    for (int64_t i = p.row; i < p.row + p.rows; i++) {
        vec out = v_load(element(a, i, column));
        if (mask) {
            out *= dropout_factor(mask + i * layer->n_out, column, scale);
        }
        if (skip.data) {
            out += v_load(element(skip, i, column));
        }
        v_store(element(y, i, column), out);
    }
}

/* Everything between layer l's product and x[l + 1]. training: false in inference. */
static void post_ops_forward(const bh_network *network, const parameters *params,
                             const network_buffers *net, bool training, int l, submatrix p) {
    const bh_layer *layer = &network->layers[l];
    const unsigned char *mask = training ? net->dropout_mask[l] : 0;
    float *inverse_std = training ? net->inverse_std[l] : 0;
    const matrix skip = layer->skip_span ? net->x[l + 1 - layer->skip_span] : (matrix){0};
    for (int32_t column = p.column; column < p.column + p.columns; column += LANES) {
        if (layer->batch_norm) {
            batch_norm_forward(layer, params->params, &params->offsets[l], net->z[l], net->a[l],
                               inverse_std, column, p);
        } else if (keeps_preact(layer)) {
            activation_forward(layer, alpha_of(layer, params->params, &params->offsets[l]),
                               net->z[l], net->a[l], column, p);
        }
        if (net->a[l].data != net->x[l + 1].data) {
            dropout_add_forward(layer, mask, skip, net->a[l], net->x[l + 1], column, p);
        }
    }
}

/* Backward */

/* Add to dz[l] the gradients of the skip connections that start from layer l's output. */
static void add_skip_gradients(const bh_network *network, const network_buffers *net, int l,
                               int32_t column, submatrix p) {
    const matrix dz = net->dz[l];
    for (int end = l + 1; end < network->n_layers; end++) {
        const int32_t span = network->layers[end].skip_span;
        if (!span || end - span != l) {
            continue;
        }
        const matrix grad = net->skip_grad[end];
        for (int64_t i = p.row; i < p.row + p.rows; i++) {
            float *d = element(dz, i, column);
            v_store(d, v_load(d) + v_load(element(grad, i, column)));
        }
    }
}

/* What the slope of the activation is computed from: a, or, where it cannot be, z. */
typedef struct {
    matrix a, z;
    const float *gamma, *beta; /* (n_out) with batch normalisation: z holds x_hat; else 0 */
    const float *alpha;        /* (n_out) of a parametric activation; else 0 */
    matrix alpha_grad;         /* which it leaves here */
} activation_inputs;

/* z at row i, the input of the activation. */
INLINE vec preact_at(const activation_inputs *in, int64_t i, int32_t column) {
    const vec z = v_load(element(in->z, i, column));
    return in->gamma ? v_load(in->gamma + column) * z + v_load(in->beta + column) : z;
}

/* dz at row i for a = (1 - alpha) z + alpha f(z); what the row adds to the gradient of alpha is
 * kept. f(z) is computed again: to keep it would be one more matrix to write and to read. */
INLINE vec parametric_backward(const bh_layer *layer, const activation_inputs *in, int64_t i,
                               int32_t column, vec da) {
    const vec z = preact_at(in, i, column), alpha = v_load(in->alpha + column);
    const vec bent = activate(layer->activation, layer->slope, z), d_bent = alpha * da;
    v_store(element(in->alpha_grad, i, column), da * (bent - z));
    const vec through = layer->activation == BH_MISH
                            ? d_bent * mish_derivative(z)
                            : activate_backward(layer->activation, layer->slope, bent, d_bent);
    return (1 - alpha) * da + through;
}

/* dz = da * f'(z) at row i. */
INLINE vec activation_backward(const bh_layer *layer, const activation_inputs *in, int64_t i,
                               int32_t column, vec da) {
    if (is_parametric(layer)) {
        return parametric_backward(layer, in, i, column, da);
    }
    if (layer->activation != BH_MISH) {
        const vec a = v_load(element(in->a, i, column));
        return activate_backward(layer->activation, layer->slope, a, da);
    }
    return da * mish_derivative(preact_at(in, i, column));
}

/* From the gradient of x[l + 1] to that of the activation's input, in place in dz; the gradient of
 * the skip connection is kept aside (skip_grad.data: 0 without). */
static void dropout_add_backward(const bh_layer *layer, const unsigned char *mask,
                                 const activation_inputs *in, matrix dz, matrix skip_grad,
                                 int32_t column, submatrix p) {
    const float scale = inv_keep_prob(layer);
    for (int64_t i = p.row; i < p.row + p.rows; i++) {
        float *dz_i = element(dz, i, column);
        vec d = v_load(dz_i);
        if (skip_grad.data) {
            v_store(element(skip_grad, i, column), d);
        }
        if (mask) {
            d *= dropout_factor(mask + i * layer->n_out, column, scale);
        }
        v_store(dz_i, activation_backward(layer, in, i, column, d));
    }
}

/* Sums over the rows of dy * x_hat (dgamma) and of dy (dbeta), in blocks as column_sum. */
INLINE void batch_norm_sums(const float *dy, const float *x_hat, ptrdiff_t stride, int64_t rows,
                            vec *dgamma, vec *dbeta) {
    vec gamma = {0}, beta = {0};
    for (int64_t from = 0; from < rows; from += MAX_MICROBATCH) {
        const int64_t end = from + MAX_MICROBATCH < rows ? from + MAX_MICROBATCH : rows;
        vec partial_gamma = {0}, partial_beta = {0};
        for (int64_t i = from; i < end; i++) {
            const vec d = v_load(dy + i * stride);
            partial_gamma += d * v_load(x_hat + i * stride);
            partial_beta += d;
        }
        gamma += partial_gamma;
        beta += partial_beta;
    }
    *dgamma = gamma;
    *dbeta = beta;
}

/* From dy of a normalised layer, in dz, to dz; dgamma and dbeta go into grads. */
static void batch_norm_backward(const float *params, float *grads, const layer_offsets *at,
                                matrix x_hat_of_layer, matrix dz_of_layer, const float *inverse_std,
                                int32_t column, submatrix p) {
    const ptrdiff_t stride = dz_of_layer.stride;
    const float *x_hat = element(x_hat_of_layer, 0, column);
    float *dz = element(dz_of_layer, 0, column);
    vec dgamma, dbeta;
    batch_norm_sums(dz, x_hat, stride, p.rows, &dgamma, &dbeta);
    v_store(grads + at->gamma + column, dgamma);
    v_store(grads + at->beta + column, dbeta);
    const vec scale = v_load(params + at->gamma + column) * v_load(inverse_std + column);
    const float inv_rows = 1 / (float)p.rows;
    for (int64_t i = 0; i < p.rows; i++) {
        const vec dy = v_load(dz + i * stride);
        const vec x_hat_i = v_load(x_hat + i * stride);
        v_store(dz + i * stride, scale * (dy - inv_rows * dbeta - x_hat_i * (inv_rows * dgamma)));
    }
}

static void post_ops_backward(const bh_network *network, const parameters *params,
                              const network_buffers *net, float *grads, int l, submatrix p) {
    const bh_layer *layer = &network->layers[l];
    const layer_offsets *at = &params->offsets[l];
    const activation_inputs in = {net->a[l],
                                  net->z[l],
                                  layer->batch_norm ? params->params + at->gamma : 0,
                                  layer->batch_norm ? params->params + at->beta : 0,
                                  alpha_of(layer, params->params, at),
                                  net->alpha_grad[l]};
    for (int32_t column = p.column; column < p.column + p.columns; column += LANES) {
        add_skip_gradients(network, net, l, column, p);
        dropout_add_backward(layer, net->dropout_mask[l], &in, net->dz[l], net->skip_grad[l],
                             column, p);
        if (layer->batch_norm) {
            batch_norm_backward(params->params, grads, at, net->z[l], net->dz[l],
                                net->inverse_std[l], column, p);
        }
    }
}

#endif
