#ifndef BYHAND_LAYOUT_H
#define BYHAND_LAYOUT_H

#include "byhand.h"

/* As bh_layout; n_trainable: floats at the beginning of the flat array that are trained, all but
 * running statistics. */
int64_t compute_layout(const bh_network *network, bh_layer_offsets *offsets, int64_t *n_trainable);

#endif
