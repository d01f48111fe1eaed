/* The waves of periodic embeddings, cos(2 pi w x + phi), and of periodic linear ones, cos(2 pi w x)
 * and sin(2 pi w x). The equation numbers are those of layers/periodic_embedding.py, and of
 * layers/periodic_linear_embedding.py with an L in front. Angles are in turns, so that w needs no
 * factor and whole turns are taken away exactly. */
#ifndef BYHAND_PERIODIC_EMBEDDING_TEMPLATE_H
#define BYHAND_PERIODIC_EMBEDDING_TEMPLATE_H

#include "gemm/simd.h"
#include "train/dense_template.h"
#include "train/embedding_layout.h"

#define TURN 6.28318531f /* radians */

/* (1), (L1): the angles of LANES waves from wave k on, in turns. */
INLINE vec turns_at(const embedded_column *p, int32_t k, float x) {
    const vec turns = x * v_load(p->frequencies + k);
    return p->phases ? turns + v_load(p->phases + k) * (1 / TURN) : turns;
}

/* Fill waves (stride), 0 behind the last: (2), (L2). Room for 2 BH_MAX_RESOLUTION is enough. */
static void fill_waves(const bh_embedding *e, const embedded_column *p, float x, float *waves) {
    const int32_t n = e->resolution;
    for (int32_t k = 0; k < n; k += LANES) {
        v_store(waves + k, v_cos_turns(turns_at(p, k, x)));
    }
    for (int32_t k = 0; e->kind == BH_PERIODIC_LINEAR && k < n; k += LANES) {
        v_store(waves + n + k, v_sin_turns(turns_at(p, k, x)));
    }
    for (int32_t k = n_basis(e); k < p->stride; k++) {
        waves[k] = 0;
    }
}

/* Add de v to the gradient of V's LANES rows from row k on; return the gradient of v, de V^T. With
 * rows that begin anywhere, a vector may reach over the end of V^T's: there v must be 0. */
INLINE vec add_outer(const bh_embedding *e, const embedded_column *p, const embedded_column *g,
                     int32_t k, const float *de, vec v) {
    vec dv = {0};
    for (int32_t i = 0; i < e->n_out; i++) {
        const int64_t at = (int64_t)i * p->stride + k;
        dv += de[i] * v_load(p->v + at);
        v_store(g->v + at, v_load(g->v + at) + de[i] * v); /* (5), (L5) */
    }
    return dv;
}

/* Add the gradient of column j's LANES frequencies from frequency k on, over all rows, to g. p:
 * parameters. */
static void add_wave_gradients(const bh_embedding *e, const embedded_column *p,
                               const embedded_column *g, int32_t j, int32_t k, matrix columns,
                               matrix dx, int rows) {
    const ivec is_wave = v_lane_mask(e->resolution - k);
    vec dphase = {0}, dfrequency = v_load(g->frequencies + k);
    for (int r = 0; r < rows; r++) {
        const float x = *element(columns, r, j);
        const float *de = element(dx, r, n_passed(e) + j * e->n_out);
        const vec turns = turns_at(p, k, x);
        const vec cosine = v_select(is_wave, v_cos_turns(turns), v_set1(0));
        const vec sine = v_select(is_wave, v_sin_turns(turns), v_set1(0));
        vec du = -sine * add_outer(e, p, g, k, de, cosine); /* (7) */
        if (e->kind == BH_PERIODIC_LINEAR) {
            du += cosine * add_outer(e, p, g, e->resolution + k, de, sine); /* (L7) */
        }
        dphase += du;                /* (8) */
        dfrequency += TURN * x * du; /* (9), (L8) */
    }
    v_store(g->frequencies + k, dfrequency);
    if (g->phases) {
        v_store(g->phases + k, v_load(g->phases + k) + dphase);
    }
}

#endif
