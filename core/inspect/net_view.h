/* What the inspection functions share: a network with its parameters, for one example in double. */
#ifndef BYHAND_NET_VIEW_H
#define BYHAND_NET_VIEW_H

#include "byhand.h"

typedef struct {
    const bh_network *network;
    const float *params;
    bh_layer_offsets offsets[BH_MAX_LAYERS];
    int64_t n_params;
    int64_t n_units;   /* of all layers */
    int32_t max_width; /* of any layer, the input included */
} net_view;

/* Check the network, which must be of dense layers and plain activations, and fill the view.
 * Returns a status. */
int32_t net_view_init(net_view *net, const bh_network *network, const float *params);

/* z (n_out) = x (n_in) W + b of layer l. */
void net_dense(const net_view *net, int l, const double *x, double *z);

/* dx (n_in) = dz (n_out) W^T of layer l. */
void net_dense_backward(const net_view *net, int l, const double *dz, double *dx);

static inline const bh_layer *net_layer(const net_view *net, int l) {
    return &net->network->layers[l];
}

static inline int net_last(const net_view *net) {
    return net->network->n_layers - 1;
}

/* Row k of layer l's W: n_out floats. */
static inline const float *net_weights(const net_view *net, int l, int32_t k) {
    return net->params + net->offsets[l].weights + (int64_t)k * net->offsets[l].stride;
}

#endif
