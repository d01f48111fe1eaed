/* Gradients and update: each tile of dW is finished and W updated at once, unless all gradients are
 * needed first. */
#ifndef BYHAND_UPDATE_TEMPLATE_H
#define BYHAND_UPDATE_TEMPLATE_H

#include "train/gradients_template.h"
#include "train/heads_template.h"
#include "train/layer_queries_template.h"
#include "train/parametric_activation_template.h"
#include "train/scaled_inputs_template.h"

/* Of layer l, or of head j of the last one, whose inputs and dz begin at `row`. */
static void update_weights(train_context *e, int tid, int l, int32_t j, int64_t row,
                           const grad_mode *mode) {
    const bh_layer *layer = layer_at(e, l);
    const matrix x = rows_from(e->net.x[l], row);
    const thread_scratch *scratch = &e->scratch[tid];
    const tile_range t = tiles_of_thread(&e->team, tid, layer->n_in, layer->n_out);
    const gradient_target g = {.params = &e->params,
                               .grads = e->gradients.grads,
                               .at = head_offsets(&e->params.offsets[l], j),
                               .n_in = layer->n_in,
                               .n_out = layer->n_out,
                               .dz = rows_from(e->net.dz[l], row),
                               .shift = separate_shift(e, l)};
#if BH_BF16_SPLITS
    if (uses_bf16(e, l)) {
        weight_gradients_bf16(&g, bf16_input_of(e, l, x), t, scratch, mode);
        return;
    }
#endif
    if (skips_zeros(e, l)) {
        weight_gradients_sparse(&g, &e->sparse, e->net.microbatch, &e->team, t, scratch, mode);
    } else {
        weight_gradients(&g, x, t, scratch->column_vector, mode);
    }
}

static void update_layer_weights(train_context *e, int tid, int l, const grad_mode *mode) {
    grad_mode of_layer = *mode;
    step_params own;
    if (mode->steps) {
        of_layer.weight_step = weight_step(mode->steps, l, &own);
    }
    if (!is_heads(e, l)) {
        update_weights(e, tid, l, 0, 0, &of_layer);
        return;
    }
    of_layer.rows = mode->examples;
    for (int32_t j = 0; j < n_heads(e->settings.network); j++) {
        update_weights(e, tid, l, j, (int64_t)j * mode->examples, &of_layer);
    }
}

static void update_all_layers(train_context *e, int tid, const grad_mode *mode) {
    const bh_network *network = e->settings.network;
    if (embedding_of(network)) {
        embedding_gradients(embedding_of(network), &e->params, e->gradients.grads,
                            n_scales(network), e->net.embedded,
                            n_heads(network) ? e->net.d_original : e->net.dx, &e->team, tid, mode);
    }
    if (n_heads(network)) {
        copies_gradient(network, &e->params, e->gradients.grads, e->net.original, e->net.dx,
                        &e->team, tid, mode);
    }
    for (int l = 0; l <= last_layer(e); l++) {
        update_layer_weights(e, tid, l, mode);
        if (is_parametric(layer_at(e, l))) {
            alpha_gradient(&e->params, e->gradients.grads, layer_at(e, l), &e->params.offsets[l],
                           e->net.alpha_grad[l], &e->team, tid, mode);
        }
        if (tid == 0 && mode->steps) {
            batch_norm_update(&e->params, e->gradients.grads, layer_at(e, l), &e->params.offsets[l],
                              &mode->steps->norms);
        }
    }
    team_barrier(&e->team);
}

/* Fill scale * W, if inputs are scaled. */
static void scale_first_weights(train_context *e, int tid) {
    if (e->settings.network->scaled_inputs) {
        fill_scaled_weights(&e->params, layer_at(e, 0)->n_in, padded(layer_at(e, 0)->n_out),
                            &e->team, tid);
        team_barrier(&e->team);
    }
}

/* From the whole gradient: the scales' part of it, clipping, the update. */
static void update_at_the_end(train_context *e, int tid, group_steps steps) {
    const bh_network *network = e->settings.network;
    if (network->scaled_inputs) {
        split_gradients(&e->params, e->gradients.grads, layer_at(e, 0)->n_in,
                        padded(layer_at(e, 0)->n_out), &e->team, tid);
        team_barrier(&e->team);
    }
    clipped_update(network, &e->params, &e->gradients, &e->team, tid,
                   (double)e->settings.optimizer->clip_norm, steps);
    team_barrier(&e->team);
    scale_first_weights(e, tid);
}

#endif
