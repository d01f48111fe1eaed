/* What the functions that look inside a network share: one example, all in double, as the array depth's float64. */
#ifndef BYHAND_INSIDE_H
#define BYHAND_INSIDE_H

#include <stddef.h>

#include "byhand.h"

/* A network with its parameters, laid out. */
typedef struct {
    const bh_network *network;
    const float *params;
    bh_place places[BH_MAX_LAYERS];
    int64_t n_params, n_units; /* units: of all layers */
    int32_t widest;            /* layer, the input's width too */
} inside;

/* Return a status. */
int bh_open(inside *in, const bh_network *network, const float *params);

/* to = from W + b of one layer. */
void bh_dense(const inside *in, int layer, const double *from, double *to);

/* to = dz Wᵀ of one layer. */
void bh_dense_back(const inside *in, int layer, const double *dz, double *to);

/* Return f′(z) of any activation but softmax, which has none of a single z. */
double bh_steepness(const bh_layer *layer, double z);

static inline const bh_layer *layer_of(const inside *in, int l) { return &in->network->layers[l]; }

static inline int last_of(const inside *in) { return in->network->n_layers - 1; }

#endif
