/* The gradient of a parametric activation's alpha, and its update: the sums over rows of what
 * parametric_backward left, as layers/parametric_activation.py. */
#ifndef BYHAND_PARAMETRIC_ACTIVATION_TEMPLATE_H
#define BYHAND_PARAMETRIC_ACTIVATION_TEMPLATE_H

#include "train/gradients_template.h"
#include "train/post_ops_template.h"

/* For a thread's columns of one layer. */
static void alpha_gradient(const parameters *p, float *grads, const bh_layer *layer,
                           const layer_offsets *at, matrix alpha_grad, const thread_team *team,
                           int tid, const grad_mode *mode) {
    int64_t i, end;
    team_partition(team, tid, padded(layer->n_out) / PADDING, &i, &end);
    const int64_t first = i * PADDING, n = (end - i) * PADDING;
    float *grad = grads + at->alpha + first;
    for (int64_t j = 0; j < n; j += LANES) {
        vec sum = column_sum(element(alpha_grad, 0, first + j), alpha_grad.stride, mode->rows,
                             v_set1(0), false);
        if (!mode->first_microbatch) {
            sum += v_load(grad + j);
        }
        v_store(grad + j, sum);
    }
    if (mode->steps) {
        optimizer_update(p, &mode->steps->alphas, at->alpha + first, grad, n);
    }
}

#endif
