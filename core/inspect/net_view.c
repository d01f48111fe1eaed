#include "inspect/net_view.h"

int32_t net_view_init(net_view *net, const bh_network *network, const float *params) {
    *net = (net_view){.network = network, .params = params};
    net->n_params = bh_layout(network, net->offsets); /* checks the network */
    if (net->n_params < 0) {
        return (int32_t)net->n_params;
    }
    if (!params) {
        return BH_BAD_POINTER;
    }
    if (network->scaled_inputs || network->embedding || network->n_heads) {
        return BH_BAD_SIZE;
    }
    net->max_width = network->layers[0].n_in;
    for (int l = 0; l < network->n_layers; l++) {
        const bh_layer *layer = &network->layers[l];
        if (layer->batch_norm || layer->parametric) {
            return BH_BAD_SIZE;
        }
        net->n_units += layer->n_out;
        if (layer->n_out > net->max_width) {
            net->max_width = layer->n_out;
        }
    }
    return BH_OK;
}

void net_dense(const net_view *net, int l, const double *x, double *z) {
    const bh_layer *layer = net_layer(net, l);
    const float *b = net->params + net->offsets[l].biases;
    for (int32_t j = 0; j < layer->n_out; j++) {
        z[j] = (double)b[j];
    }
    for (int32_t k = 0; k < layer->n_in; k++) {
        if (x[k] == 0) {
            continue; /* four fifths of a digit's pixels */
        }
        const float *w = net_weights(net, l, k);
        for (int32_t j = 0; j < layer->n_out; j++) {
            z[j] += x[k] * (double)w[j];
        }
    }
}

void net_dense_backward(const net_view *net, int l, const double *dz, double *dx) {
    const bh_layer *layer = net_layer(net, l);
    for (int32_t k = 0; k < layer->n_in; k++) {
        const float *w = net_weights(net, l, k);
        dx[k] = 0;
        for (int32_t j = 0; j < layer->n_out; j++) {
            dx[k] += dz[j] * (double)w[j];
        }
    }
}
