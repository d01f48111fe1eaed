/* Scaled inputs: z = (x * scale) W + b, as layers/scaled_dense.py. The products never see scales:
 * they multiply x by scale * W, which is filled anew after every update. With G = x^T dz, the
 * gradient with respect to scale * W:
 *
 *     dW[k][j] = scale[k] G[k][j]        dscale[k] = sum over j of W[k][j] G[k][j]
 */
#ifndef BYHAND_SCALED_INPUTS_TEMPLATE_H
#define BYHAND_SCALED_INPUTS_TEMPLATE_H

#include "gemm/simd.h"
#include "runtime/team.h"
#include "train/context.h"

/* scale * W, for a thread's rows. n_out: padded. */
static void fill_scaled_weights(const parameters *p, int32_t n_in, int32_t n_out,
                                const thread_team *team, int tid) {
    const layer_offsets *at = &p->offsets[0];
    int64_t k, end;
    team_partition(team, tid, n_in, &k, &end);
    for (; k < end; k++) {
        for (int32_t j = 0; j < n_out; j += LANES) {
            const int64_t w = weight_offset(at, k, j);
            v_store(p->scaled_weights + w - at->weights, p->params[k] * v_load(p->params + w));
        }
    }
}

/* Turn row k of G, in grads, to dW; return dscale[k]. */
static float split_gradient_row(const parameters *p, float *grads, int64_t k, int32_t n_out) {
    vec sum = {0};
    for (int32_t j = 0; j < n_out; j += LANES) {
        const int64_t w = weight_offset(&p->offsets[0], k, j);
        const vec g = v_load(grads + w);
        sum += v_load(p->params + w) * g;
        v_store(grads + w, p->params[k] * g);
    }
    return v_reduce_add(sum);
}

/* The gradients of scale and W from that of scale * W, which is in grads in the place of dW; for a
 * thread's rows. */
static void split_gradients(const parameters *p, float *grads, int32_t n_in, int32_t n_out,
                            const thread_team *team, int tid) {
    int64_t k, end;
    team_partition(team, tid, n_in, &k, &end);
    for (; k < end; k++) {
        grads[k] = split_gradient_row(p, grads, k, n_out);
    }
}

#endif
