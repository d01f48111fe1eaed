/* One example judged: its loss, the gradient of the mean loss, and whether it was right. The twin of losses/. */
#ifndef BYHAND_LOSSES_TEMPLATE_H
#define BYHAND_LOSSES_TEMPLATE_H

#include <math.h>
#include <string.h>

#include "train/activations_template.h"
#include "train/context.h"

typedef struct {
    const bh_network *network;
    int has_post_ops;         /* is there more than an activation behind the last layer's dense part? */
    int32_t n;           /* outputs */
    int32_t label;       /* where there is no target */
    const float *target; /* (n), or 0 */
    float inv_batch_size;         /* 1 / examples in the batch */
} loss_args;

static float target_at(const loss_args *v, int32_t j) {
    if (v->target) return v->target[j];
    return v->n == 1 ? (float)v->label : (float)(v->label == j);
}

/* Replace z by softmax(z), zero in the padding; return log Σ exp z. */
static float softmax(float *z, int32_t n) {
    vec highest = v_set1(z[0]), sum = {0};
    for (int32_t j = 0; j < n; j += LANES) highest = v_max(highest, v_select(v_lane_mask(n - j), v_load(z + j), highest));
    const float max_z = v_reduce_max(highest);
    for (int32_t j = 0; j < padded(n); j += LANES) {
        const vec exp_z = v_select(v_lane_mask(n - j), v_exp(v_load(z + j) - max_z), v_set1(0));
        v_store(z + j, exp_z);
        sum += exp_z;
    }
    const float total = v_reduce_add(sum), inv_total = 1 / total;
    for (int32_t j = 0; j < n; j += LANES) v_store(z + j, v_load(z + j) * inv_total);
    return max_z + logf(total);
}

static void softmax_backward(const float *a, float *d, int32_t n) {
    float mean = 0;
    for (int32_t j = 0; j < n; j++) mean += d[j] * a[j];
    for (int32_t j = 0; j < n; j++) d[j] = a[j] * (d[j] - mean);
}

static double softmax_cross_entropy(const loss_args *v, const float *z, float *dz) {
    const float smoothing = v->network->label_smoothing;
    const float uniform_share = smoothing / (float)v->n; /* what smoothing gives every class */
    double loss = 0;
    memcpy(dz, z, (size_t)padded(v->n) * sizeof *z);
    const float log_total = softmax(dz, v->n);
    for (int32_t j = 0; v->target && j < v->n; j++) {
        const float t = (1 - smoothing) * v->target[j] + uniform_share;
        loss += (double)t * (log_total - z[j]);
        dz[j] = (dz[j] - t) * v->inv_batch_size;
    }
    if (v->target) return loss;
    for (int32_t j = 0; smoothing > 0 && j < v->n; j++) loss += (double)uniform_share * (log_total - z[j]);
    for (int32_t j = 0; j < v->n; j += LANES)
        v_store(dz + j, v_select(v_lane_mask(v->n - j), (v_load(dz + j) - uniform_share) * v->inv_batch_size, v_set1(0)));
    dz[v->label] -= (1 - smoothing) * v->inv_batch_size;
    return loss + (double)(1 - smoothing) * (log_total - z[v->label]);
}

static double squared_error(const loss_args *v, const float *a, float *da) {
    double loss = 0;
    for (int32_t j = 0; j < v->n; j++) {
        const float error = a[j] - target_at(v, j);
        loss += (double)error * error;
        da[j] = 2 * error * v->inv_batch_size;
    }
    return loss;
}

static double binary_cross_entropy(const loss_args *v, const float *z, float *dz) {
    double loss = 0;
    for (int32_t j = 0; j < v->n; j++) {
        const float t = target_at(v, j), e = expf(-fabsf(z[j]));
        loss += (z[j] > 0 ? z[j] : 0) + log1pf(e) - t * z[j];
        dz[j] = ((z[j] < 0 ? e : 1) / (1 + e) - t) * v->inv_batch_size;
    }
    return loss;
}

static int is_correct(const loss_args *v, const float *a) {
    if (v->target) return 0;
    if (v->n == 1) return (a[0] > 0) == v->label;
    for (int32_t j = 0; j < v->n; j++) /* of equals, the first counts */
        if (a[j] > a[v->label] || (a[j] == a[v->label] && j < v->label)) return 0;
    return 1;
}

/* Judge what the last layer said, a (softmax is still to come); fill dz, which reaches back to its dense part, or to the
 * end of what lies between. */
static double loss_and_grad(const loss_args *v, float *a, float *dz, int *correct) {
    const bh_layer *last = &v->network->layers[v->network->n_layers - 1];
    if (last->activation == BH_SOFTMAX) softmax(a, v->n);
    for (int32_t j = v->n; j < padded(v->n); j++) dz[j] = 0;
    const double loss = v->network->loss == BH_SQUARED_ERROR           ? squared_error(v, a, dz)
                        : v->network->loss == BH_SOFTMAX_CROSS_ENTROPY ? softmax_cross_entropy(v, a, dz)
                                                                       : binary_cross_entropy(v, a, dz);
    *correct = is_correct(v, a);
    if (last->activation == BH_SOFTMAX) softmax_backward(a, dz, v->n);
    else if (!v->has_post_ops)
        for (int32_t j = 0; j < padded(v->n); j += LANES)
            v_store(dz + j, activate_backward(last->activation, last->slope, v_load(a + j), v_load(dz + j)));
    return loss;
}

#endif
