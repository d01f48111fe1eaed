/* The loss of one example, its gradient, and whether the class was right; softmax. The same
 * formulas as in Python's losses. Rows are padded: vectors may be read and written up to padded(n).
 */
#ifndef BYHAND_LOSSES_TEMPLATE_H
#define BYHAND_LOSSES_TEMPLATE_H

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "train/activations_template.h"
#include "train/blocking.h"
#include "train/context.h"

typedef struct {
    const bh_network *network;
    bool has_post_ops;   /* of the last layer: then dz is the gradient of its output */
    int32_t n;           /* outputs */
    int32_t label;       /* without a target */
    const float *target; /* (n), or 0 */
    float weight;        /* of the example */
    float grad_scale;    /* weight / batch size: the loss is a mean over the batch */
} loss_args;

/* Of an example of the data, in a batch of 1 / inv_batch_size. */
static loss_args loss_args_of(const settings *s, bool has_post_ops, int64_t example,
                              float inv_batch_size) {
    const bh_epoch_data *d = s->data;
    const int32_t n = s->network->layers[s->network->n_layers - 1].n_out;
    const float weight = d->weights ? d->weights[example] : 1;
    return (loss_args){.network = s->network,
                       .has_post_ops = has_post_ops,
                       .n = n,
                       .label = d->labels ? d->labels[example] : 0,
                       .target = d->labels ? 0 : d->targets + example * n,
                       .weight = weight,
                       .grad_scale = weight * inv_batch_size};
}

/* Prefetch the label of the example at a position of the epoch. */
INLINE void prefetch_label(const bh_epoch_data *d, int64_t position) {
    if (d->labels) {
        __builtin_prefetch(d->labels + example_at(d, position));
    }
}

static float target_at(const loss_args *v, int32_t j) {
    if (v->target) {
        return v->target[j];
    }
    return v->n == 1 ? (float)v->label : (float)(v->label == j);
}

/* softmax of two numbers: the sigmoid of their difference, one e^x and no sums over vectors. */
static float softmax_of_two(float *z) {
    const float top = z[0] > z[1] ? z[0] : z[1];
    const float e = v_exp(v_set1(-fabsf(z[0] - z[1])))[0];
    const float larger = 1 / (1 + e), smaller = e * larger;
    vec p = {z[0] > z[1] ? larger : smaller, z[0] > z[1] ? smaller : larger};
    for (int32_t j = 0; j < padded(2); j += LANES) {
        v_store(z + j, p);
        p = v_set1(0);
    }
    return top + logf(1 + e);
}

/* Replace z (n) by softmax(z), 0 in the padding; return log sum e^z. */
static float softmax(float *z, int32_t n) {
    if (n == 2) {
        return softmax_of_two(z);
    }
    vec maxima = v_set1(z[0]), sum = {0};
    for (int32_t j = 0; j < n; j += LANES) {
        maxima = v_max(maxima, v_select(v_lane_mask(n - j), v_load(z + j), maxima));
    }
    const float max_z = v_reduce_max(maxima);
    for (int32_t j = 0; j < padded(n); j += LANES) {
        const vec exp_z = v_select(v_lane_mask(n - j), v_exp(v_load(z + j) - max_z), v_set1(0));
        v_store(z + j, exp_z);
        sum += exp_z;
    }
    const float total = v_reduce_add(sum);
    const float inv_total = 1 / total;
    for (int32_t j = 0; j < n; j += LANES) {
        v_store(z + j, v_load(z + j) * inv_total);
    }
    return max_z + logf(total);
}

/* Replace da, in d, by dz = J^T da for a = softmax(z). */
static void softmax_backward(const float *a, float *d, int32_t n) {
    float mean = 0;
    for (int32_t j = 0; j < n; j++) {
        mean += d[j] * a[j];
    }
    for (int32_t j = 0; j < n; j++) {
        d[j] = a[j] * (d[j] - mean);
    }
}

/* Of a target (n): dz comes in as softmax(z). */
static double cross_entropy_of_target(const loss_args *v, const float *z, float log_sum_exp,
                                      float *dz) {
    const float smoothing = v->network->loss_parameter;
    const float uniform_share = smoothing / (float)v->n;
    double loss = 0;
    for (int32_t j = 0; j < v->n; j++) {
        const float t = (1 - smoothing) * v->target[j] + uniform_share;
        loss += (double)t * (double)(log_sum_exp - z[j]);
        dz[j] = (dz[j] - t) * v->grad_scale;
    }
    return loss;
}

/* Of a label: dz comes in as softmax(z). */
static double cross_entropy_of_label(const loss_args *v, const float *z, float log_sum_exp,
                                     float *dz) {
    const float smoothing = v->network->loss_parameter;
    const float uniform_share = smoothing / (float)v->n; /* that every class gets */
    double loss = 0;
    for (int32_t j = 0; smoothing > 0 && j < v->n; j++) {
        loss += (double)uniform_share * (double)(log_sum_exp - z[j]);
    }
    const float hit = (1 - smoothing) * v->grad_scale;
    /* The label's lane in a vector too: a scalar store would keep the next load of dz waiting. */
    for (int32_t j = 0; j < v->n; j += LANES) {
        const vec d = (v_load(dz + j) - uniform_share) * v->grad_scale;
        const vec from_label = v_select(v_lane_mask(v->label - j), d, d - hit);
        const vec all = v_select(v_lane_mask(v->label - j + 1), from_label, d);
        v_store(dz + j, v_select(v_lane_mask(v->n - j), all, v_set1(0)));
    }
    return loss + (double)(1 - smoothing) * (double)(log_sum_exp - z[v->label]);
}

static double softmax_cross_entropy(const loss_args *v, const float *z, float *dz) {
    memcpy(dz, z, (size_t)padded(v->n) * sizeof *z);
    const float log_sum_exp = softmax(dz, v->n);
    return v->target ? cross_entropy_of_target(v, z, log_sum_exp, dz)
                     : cross_entropy_of_label(v, z, log_sum_exp, dz);
}

static double huber(const loss_args *v, const float *a, float *da) {
    const float delta = v->network->loss_parameter;
    double loss = 0;
    for (int32_t j = 0; j < v->n; j++) {
        const float error = a[j] - target_at(v, j), size = fabsf(error);
        loss += size <= delta ? 0.5 * (double)error * (double)error
                              : (double)delta * ((double)size - 0.5 * (double)delta);
        da[j] = (size <= delta ? error : copysignf(delta, error)) * v->grad_scale;
    }
    return loss;
}

/* Of logarithms z of counts. */
static double poisson(const loss_args *v, const float *z, float *dz) {
    double loss = 0;
    for (int32_t j = 0; j < v->n; j++) {
        const float t = target_at(v, j), mean = expf(z[j]);
        loss += (double)mean - (double)t * (double)z[j];
        dz[j] = (mean - t) * v->grad_scale;
    }
    return loss;
}

/* Pinball loss. */
static double quantile(const loss_args *v, const float *a, float *da) {
    const float level = v->network->loss_parameter;
    double loss = 0;
    for (int32_t j = 0; j < v->n; j++) {
        const float error = target_at(v, j) - a[j];
        loss += (double)((error >= 0 ? level : level - 1) * error);
        da[j] = error == 0 ? 0 : (error > 0 ? -level : 1 - level) * v->grad_scale;
    }
    return loss;
}

static double squared_error(const loss_args *v, const float *a, float *da) {
    double loss = 0;
    for (int32_t j = 0; j < v->n; j++) {
        const float error = a[j] - target_at(v, j);
        loss += (double)error * (double)error;
        da[j] = 2 * error * v->grad_scale;
    }
    return loss;
}

/* Of logits z, with the sigmoid inside: log(1 + e^-|z|) cannot overflow. */
static double binary_cross_entropy(const loss_args *v, const float *z, float *dz) {
    double loss = 0;
    for (int32_t j = 0; j < v->n; j++) {
        const float t = target_at(v, j);
        const float e = expf(-fabsf(z[j]));
        loss += (double)((z[j] > 0 ? z[j] : 0) + log1pf(e) - t * z[j]);
        dz[j] = ((z[j] < 0 ? e : 1) / (1 + e) - t) * v->grad_scale;
    }
    return loss;
}

/* Is the label the argmax of a (n), the first of equals? Of one output: is a > 0 for label 1? */
static bool is_correct(const loss_args *v, const float *a) {
    if (v->target) {
        return false;
    }
    if (v->n == 1) {
        return (a[0] > 0) == v->label;
    }
    for (int32_t j = 0; j < v->n; j++) {
        if (a[j] > a[v->label] || (a[j] == a[v->label] && j < v->label)) {
            return false;
        }
    }
    return true;
}

static double output_loss(const loss_args *v, const float *a, float *da) {
    switch (v->network->loss) {
    case BH_SQUARED_ERROR:
        return squared_error(v, a, da);
    case BH_SOFTMAX_CROSS_ENTROPY:
        return softmax_cross_entropy(v, a, da);
    case BH_HUBER:
        return huber(v, a, da);
    case BH_POISSON:
        return poisson(v, a, da);
    case BH_QUANTILE:
        return quantile(v, a, da);
    default:
        return binary_cross_entropy(v, a, da);
    }
}

/* Return the loss of the last layer's output a (n), where softmax is still to be applied; fill dz
 * (n), the gradient with respect to its pre-activations, or, with post-ops, to its output. */
static double loss_and_grad(const loss_args *v, float *a, float *dz, bool *correct) {
    const bh_layer *last = &v->network->layers[v->network->n_layers - 1];
    if (last->activation == BH_SOFTMAX) {
        softmax(a, v->n);
    }
    for (int32_t j = v->n; j < padded(v->n); j++) {
        dz[j] = 0;
    }
    const double loss = (double)v->weight * output_loss(v, a, dz);
    *correct = is_correct(v, a);
    if (last->activation == BH_SOFTMAX) {
        softmax_backward(a, dz, v->n);
    } else if (!v->has_post_ops) {
        for (int32_t j = 0; j < padded(v->n); j += LANES) {
            const vec da = v_load(dz + j);
            v_store(dz + j, activate_backward(last->activation, last->slope, v_load(a + j), da));
        }
    }
    return loss;
}

#endif
