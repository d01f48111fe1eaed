/* One example judged: its loss, the gradient of the mean loss, and whether it was right. The twin of losses/. */
#ifndef BYHAND_LOSSES_H
#define BYHAND_LOSSES_H

#include <math.h>
#include <string.h>

#include "activations.h"
#include "epoch.h"

typedef struct {
    const bh_network *network;
    int between;         /* is there more than an activation behind the last layer's dense part? */
    int32_t n;           /* outputs */
    int32_t label;       /* where there is no target */
    const float *target; /* (n), or 0 */
    float share;         /* 1 / examples in the batch */
} verdict;

static float target_of(const verdict *v, int32_t j) {
    if (v->target) return v->target[j];
    return v->n == 1 ? (float)v->label : (float)(v->label == j);
}

/* Replace z by softmax(z), zero in the padding; return log Σ exp z. */
static float softmax(float *z, int32_t n) {
    vec highest = all(z[0]), sum = {0};
    for (int32_t j = 0; j < n; j += LANES) highest = larger(highest, choose(first_lanes(n - j), load(z + j), highest));
    const float most = most_of(highest);
    for (int32_t j = 0; j < padded(n); j += LANES) {
        const vec power = choose(first_lanes(n - j), exponential(load(z + j) - most), all(0));
        store(z + j, power);
        sum += power;
    }
    const float total = sum_of(sum), part = 1 / total;
    for (int32_t j = 0; j < n; j += LANES) store(z + j, load(z + j) * part);
    return most + logf(total);
}

static void through_softmax(const float *a, float *d, int32_t n) {
    float mean = 0;
    for (int32_t j = 0; j < n; j++) mean += d[j] * a[j];
    for (int32_t j = 0; j < n; j++) d[j] = a[j] * (d[j] - mean);
}

static double softmax_cross_entropy(const verdict *v, const float *z, float *dz) {
    const float smooth = v->network->label_smoothing;
    const float all_alike = smooth / (float)v->n; /* what smoothing gives every class */
    double loss = 0;
    memcpy(dz, z, (size_t)padded(v->n) * sizeof *z);
    const float log_total = softmax(dz, v->n);
    for (int32_t j = 0; v->target && j < v->n; j++) {
        const float t = (1 - smooth) * v->target[j] + all_alike;
        loss += (double)t * (log_total - z[j]);
        dz[j] = (dz[j] - t) * v->share;
    }
    if (v->target) return loss;
    for (int32_t j = 0; smooth > 0 && j < v->n; j++) loss += (double)all_alike * (log_total - z[j]);
    for (int32_t j = 0; j < v->n; j += LANES)
        store(dz + j, choose(first_lanes(v->n - j), (load(dz + j) - all_alike) * v->share, all(0)));
    dz[v->label] -= (1 - smooth) * v->share;
    return loss + (double)(1 - smooth) * (log_total - z[v->label]);
}

static double squared_error(const verdict *v, const float *a, float *da) {
    double loss = 0;
    for (int32_t j = 0; j < v->n; j++) {
        const float error = a[j] - target_of(v, j);
        loss += (double)error * error;
        da[j] = 2 * error * v->share;
    }
    return loss;
}

static double binary_cross_entropy(const verdict *v, const float *z, float *dz) {
    double loss = 0;
    for (int32_t j = 0; j < v->n; j++) {
        const float t = target_of(v, j), e = expf(-fabsf(z[j]));
        loss += (z[j] > 0 ? z[j] : 0) + log1pf(e) - t * z[j];
        dz[j] = ((z[j] < 0 ? e : 1) / (1 + e) - t) * v->share;
    }
    return loss;
}

static int is_right(const verdict *v, const float *a) {
    if (v->target) return 0;
    if (v->n == 1) return (a[0] > 0) == v->label;
    for (int32_t j = 0; j < v->n; j++) /* of equals, the first counts */
        if (a[j] > a[v->label] || (a[j] == a[v->label] && j < v->label)) return 0;
    return 1;
}

/* Judge what the last layer said, a (softmax is still to come); fill dz, which reaches back to its dense part, or to the
 * end of what lies between. */
static double judge_example(const verdict *v, float *a, float *dz, int *right) {
    const bh_layer *last = &v->network->layers[v->network->n_layers - 1];
    if (last->activation == BH_SOFTMAX) softmax(a, v->n);
    for (int32_t j = v->n; j < padded(v->n); j++) dz[j] = 0;
    const double loss = v->network->loss == BH_SQUARED_ERROR           ? squared_error(v, a, dz)
                        : v->network->loss == BH_SOFTMAX_CROSS_ENTROPY ? softmax_cross_entropy(v, a, dz)
                                                                       : binary_cross_entropy(v, a, dz);
    *right = is_right(v, a);
    if (last->activation == BH_SOFTMAX) through_softmax(a, dz, v->n);
    else if (!v->between)
        for (int32_t j = 0; j < padded(v->n); j += LANES)
            store(dz + j, bent_back(last->activation, last->slope, load(a + j), load(dz + j)));
    return loss;
}

#endif
