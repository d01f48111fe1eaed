/* Activations, softmax and losses in double, one number at a time: the only place in inspect/ that
 * knows their formulas. train/ has the same in vectors of floats. */
#ifndef BYHAND_ELEMENTWISE_H
#define BYHAND_ELEMENTWISE_H

#include <math.h>

#include "byhand.h"

/* log(1 + e^z), which cannot overflow. */
static inline double softplus(double z) {
    return fmax(z, 0) + log1p(exp(-fabs(z)));
}

/* f(z), of any activation but softmax, which is not elementwise. */
static inline double activate(const bh_layer *layer, double z) {
    switch (layer->activation) {
    case BH_RELU:
        return z > 0 ? z : 0;
    case BH_LEAKY_RELU:
        return z > 0 ? z : (double)layer->slope * z;
    case BH_SIGMOID:
        return z < 0 ? exp(z) / (1 + exp(z)) : 1 / (1 + exp(-z));
    case BH_TANH:
        return tanh(z);
    case BH_EXP:
        return exp(z);
    case BH_SELU:
        return BH_SELU_SCALE * (z > 0 ? z : BH_SELU_ALPHA * expm1(z));
    case BH_MISH:
        return z * tanh(softplus(z));
    default:
        return z;
    }
}

/* f'(z). */
static inline double activation_derivative(const bh_layer *layer, double z) {
    const double a = activate(layer, z);
    switch (layer->activation) {
    case BH_RELU:
        return z > 0 ? 1 : 0;
    case BH_LEAKY_RELU:
        return z > 0 ? 1 : (double)layer->slope;
    case BH_SIGMOID:
        return a * (1 - a);
    case BH_TANH:
        return 1 - a * a;
    case BH_EXP:
        return a;
    case BH_SELU:
        return z > 0 ? BH_SELU_SCALE : a + BH_SELU_SCALE * BH_SELU_ALPHA;
    case BH_MISH: {
        const double t = tanh(softplus(z));
        return t + z * (1 - t * t) * (z < 0 ? exp(z) / (1 + exp(z)) : 1 / (1 + exp(-z)));
    }
    default:
        return 1;
    }
}

/* Fill numerators (n) with e^(z - max z) and return max z. */
static inline double softmax_numerators(const double *z, int64_t n, double *numerators) {
    double max_z = z[0];
    for (int64_t j = 1; j < n; j++) {
        max_z = fmax(max_z, z[j]);
    }
    for (int64_t j = 0; j < n; j++) {
        numerators[j] = exp(z[j] - max_z);
    }
    return max_z;
}

/* Fill p (n) with softmax(z) and return log sum e^z. */
static inline double softmax(const double *z, int32_t n, double *p) {
    const double max_z = softmax_numerators(z, n, p);
    double total = 0;
    for (int32_t j = 0; j < n; j++) {
        total += p[j];
    }
    for (int32_t j = 0; j < n; j++) {
        p[j] /= total;
    }
    return max_z + log(total);
}

/* The target of one of n outputs after label smoothing, which cross-entropy alone has. */
static inline double smooth_target(const bh_network *network, double target, int32_t n) {
    if (network->loss != BH_SOFTMAX_CROSS_ENTROPY) {
        return target;
    }
    const double smoothing = (double)network->loss_parameter;
    return (1 - smoothing) * target + smoothing / n;
}

/* The part of the loss that belongs to one output; t: its smoothed target; log_sum_exp: of all
 * outputs, used by cross-entropy alone. */
static inline double loss_term(const bh_network *network, double output, double t,
                               double log_sum_exp) {
    const double error = output - t, parameter = (double)network->loss_parameter;
    switch (network->loss) {
    case BH_SOFTMAX_CROSS_ENTROPY:
        return t * (log_sum_exp - output);
    case BH_SQUARED_ERROR:
        return error * error;
    case BH_HUBER:
        return fabs(error) <= parameter ? error * error / 2
                                        : parameter * (fabs(error) - parameter / 2);
    case BH_POISSON:
        return exp(output) - t * output;
    case BH_QUANTILE:
        return error <= 0 ? -parameter * error : (1 - parameter) * error;
    default:
        return softplus(output) - t * output;
    }
}

/* The derivative of the loss with respect to that output; p: its softmax, used by cross-entropy
 * alone. */
static inline double loss_derivative(const bh_network *network, double output, double t, double p) {
    const double error = output - t, parameter = (double)network->loss_parameter;
    switch (network->loss) {
    case BH_SOFTMAX_CROSS_ENTROPY:
        return p - t;
    case BH_SQUARED_ERROR:
        return 2 * error;
    case BH_HUBER:
        return fmax(-parameter, fmin(error, parameter));
    case BH_POISSON:
        return exp(output) - t;
    case BH_QUANTILE:
        return error == 0 ? 0 : (error > 0) - parameter;
    default: {
        const double e = exp(-fabs(output)); /* never above 1 */
        return (output < 0 ? e : 1) / (1 + e) - t;
    }
    }
}

static inline int32_t argmax(const double *values, int32_t n) {
    int32_t best = 0;
    for (int32_t j = 1; j < n; j++) {
        if (values[j] > values[best]) {
            best = j;
        }
    }
    return best;
}

#endif
