#ifndef BYHAND_LAYOUT_H
#define BYHAND_LAYOUT_H

#include "train/context.h"

/* As bh_layout; n_trainable: floats at the beginning of the flat array that are trained, all but
 * running statistics. */
int64_t compute_layout(const bh_network *network, bh_layer_offsets *offsets, int64_t *n_trainable);

/* The same for the packed arrays in which a checked network is trained. */
int64_t packed_layout(const bh_network *network, layer_offsets *offsets, int64_t *n_trainable);

/* Fill offsets (n_layers) with where the phases find the caller's arrays. */
void unpacked_layout(const bh_network *network, const bh_layer_offsets *caller,
                     layer_offsets *offsets);

#endif
