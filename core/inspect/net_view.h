/* What the functions that look inside a network share: one example, all in double, as the array depth's float64. */
#ifndef BYHAND_NET_VIEW_H
#define BYHAND_NET_VIEW_H

#include <stddef.h>

#include "byhand.h"

/* A network with its parameters, laid out. */
typedef struct {
    const bh_network *network;
    const float *params;
    bh_layer_offsets offsets[BH_MAX_LAYERS];
    int64_t n_params, n_units; /* units: of all layers */
    int32_t max_width;            /* layer, the input's width too */
} net_view;

/* Return a status. */
int net_view_init(net_view *in, const bh_network *network, const float *params);

/* to = from W + b of one layer. */
void net_dense(const net_view *in, int layer, const double *from, double *to);

/* to = dz Wᵀ of one layer. */
void net_dense_backward(const net_view *in, int layer, const double *dz, double *to);

/* Return f′(z) of any activation but softmax, which has none of a single z. */
double activation_derivative(const bh_layer *layer, double z);

static inline const bh_layer *net_layer(const net_view *in, int l) { return &in->network->layers[l]; }

static inline int net_last(const net_view *in) { return in->network->n_layers - 1; }

#endif
