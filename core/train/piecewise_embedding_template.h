/* The places of a number among the bins of a piecewise linear embedding, ramps from 0 to 1: (1) of
 * layers/piecewise_embedding.py. Edges are no parameters. */
#ifndef BYHAND_PIECEWISE_EMBEDDING_TEMPLATE_H
#define BYHAND_PIECEWISE_EMBEDDING_TEMPLATE_H

#include <string.h>

#include "gemm/simd.h"
#include "train/embedding_layout.h"

/* Fill ramps (resolution, padded) for x in column j; 0 for what is no number, or no bin. */
static void fill_ramps(const bh_embedding *e, int32_t j, float x, float *ramps) {
    float edges[BH_MAX_RESOLUTION + 1];
    const int32_t n = e->resolution, stride = padded(n);
    memcpy(edges, e->edges + (int64_t)j * (n + 1), (size_t)(n + 1) * sizeof *edges);
    for (int32_t k = n; k < stride; k++) {
        edges[k + 1] = edges[n]; /* bins without width */
    }
    for (int32_t k = 0; k < stride; k += LANES) {
        const vec low = v_load(edges + k), width = v_load(edges + k + 1) - low;
        const ivec has_width = width > 0;
        const vec share = (x - low) / v_select(has_width, width, v_set1(1));
        const vec ramp = v_min(share, v_set1(1));
        v_store(ramps + k, v_select(has_width & (share > 0), ramp, v_set1(0)));
    }
}

#endif
