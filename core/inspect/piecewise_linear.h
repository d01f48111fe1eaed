/* What attribution and robustness share: networks that are piecewise linear functions of their
 * input (identity, ReLU, leaky ReLU), and the example in question. */
#ifndef BYHAND_PIECEWISE_LINEAR_H
#define BYHAND_PIECEWISE_LINEAR_H

#include "inspect/net_view.h"

/* The caller's scratch, bh_robustness_scratch doubles: two arrays of (n_units), then five of
 * (max_width). */
enum { UNIT_ROWS = 2, WIDTH_ROWS = 5 };

/* The i-th scratch array of (max_width). */
static inline double *width_row(const net_view *net, double *scratch, int i) {
    return scratch + UNIT_ROWS * net->n_units + i * (int64_t)net->max_width;
}

/* The last layer's activation does not matter: logits are its pre-activations. */
static inline int32_t net_n_classes(const net_view *net) {
    return net_layer(net, net_last(net))->n_out;
}

/* The network's input for raw value number k. */
static inline double preprocess(const bh_example *e, int32_t k, double raw) {
    return raw * (double)e->scale[k] + (double)e->shift[k];
}

/* Fill the view; check that the network is piecewise linear and that the example fits. */
int32_t piecewise_linear_init(net_view *net, const bh_network *network, const float *params,
                              const bh_example *example, const double *scratch);

/* f'(z) of a hidden layer for z < 0; for z > 0 it is 1. */
double negative_slope(const bh_layer *layer);

/* Fill x (n_in) with the network's input for raw (n_in). */
void preprocess_all(const net_view *net, const bh_example *e, const double *raw, double *x);

/* Fill z (units) for x (n_in); return the logits (n_classes), at the end of z. a (max_width):
 * scratch. */
const double *compute_logits(const net_view *net, const double *x, double *z, double *a);

/* Fill dx (max_width) with the gradient of logit[target] - logit[baseline] with respect to x, for z
 * of compute_logits; baseline -1: of logit[target]. scratch (max_width). */
void logit_margin_gradient(const net_view *net, const double *z, int32_t target, int32_t baseline,
                           double *dx, double *scratch);

#endif
