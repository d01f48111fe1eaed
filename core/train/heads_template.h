/* Heads: a network that goes over each example several times, as layers/input_copies.py and
 * layers/heads.py. Of n examples that go through it together, copy j of example i is row j n + i:
 * it is the example times row j of R, and in the last layer it meets W and b of head j. */
#ifndef BYHAND_HEADS_TEMPLATE_H
#define BYHAND_HEADS_TEMPLATE_H

#include <string.h>

#include "train/dense_template.h"
#include "train/embedding_layout.h"
#include "train/gradients_template.h"
#include "train/losses_template.h"

/* The rows of head j among those of a thread; its operands have `columns` columns. n: examples. */
static tile_range rows_of_head(const tile_range *own, int32_t j, int64_t n, int32_t columns) {
    const int64_t from = clamp(j * n, own->first_row, own->first_row + own->rows);
    const int64_t end = clamp((j + 1) * n, own->first_row, own->first_row + own->rows);
    return all_tiles(from, end - from, columns);
}

/* Fill the copies of example i of n. r: R. */
static void copy_example(const bh_network *network, const float *r, matrix original, matrix x,
                         int64_t i, int64_t n) {
    const float *from = element(original, i, 0);
    for (int32_t j = 0; j < n_heads(network); j++, r += copies_stride(network)) {
        float *to = element(x, j * n + i, 0);
        for (int32_t k = 0; k < network->layers[0].n_in; k++) {
            to[k] = from[k] * r[k];
        }
    }
}

/* The gradient of example i of n, from column `first` on, from that of its copies, dx. */
static void join_copies(const bh_network *network, const float *r, matrix dx, matrix d_original,
                        int64_t i, int64_t n, int32_t first) {
    float *to = element(d_original, i, 0);
    memset(to, 0, (size_t)network->layers[0].n_in * sizeof *to);
    for (int32_t j = 0; j < n_heads(network); j++, r += copies_stride(network)) {
        const float *from = element(dx, j * n + i, 0);
        for (int32_t k = first; k < network->layers[0].n_in; k++) {
            to[k] += from[k] * r[k];
        }
    }
}

/* The gradient of a thread's rows of R, and their update. dx: gradient of the copies. */
static void copies_gradient(const bh_network *network, const parameters *p, float *grads,
                            matrix original, matrix dx, const thread_team *team, int tid,
                            const grad_mode *mode) {
    const int32_t stride = copies_stride(network);
    int64_t j, end;
    team_partition(team, tid, n_heads(network), &j, &end);
    for (; j < end; j++) {
        const int64_t at = copies_offset(network) + j * stride;
        if (mode->first_microbatch) {
            memset(grads + at, 0, (size_t)stride * sizeof *grads);
        }
        for (int64_t i = 0; i < mode->examples; i++) {
            const float *x = element(original, i, 0), *d = element(dx, j * mode->examples + i, 0);
            for (int32_t k = 0; k < network->layers[0].n_in; k++) {
                grads[at + k] += d[k] * x[k];
            }
        }
        if (mode->steps) {
            optimizer_update(p, &mode->steps->norms, at, grads + at, stride);
        }
    }
}

/* Is the mean of the heads right, of probabilities or of numbers? outputs: the last layer's;
 * scratch (2 * padded n_out). */
static bool is_mean_correct(const loss_args *v, matrix outputs, int64_t i, int64_t n,
                            float *scratch) {
    float *sum = scratch, *answer = scratch + padded(v->n);
    const size_t bytes = (size_t)padded(v->n) * sizeof *sum;
    memset(sum, 0, bytes);
    for (int32_t j = 0; j < n_heads(v->network); j++) {
        memcpy(answer, element(outputs, j * n + i, 0), bytes);
        if (v->network->loss == BH_SOFTMAX_CROSS_ENTROPY) {
            softmax(answer, v->n);
        }
        for (int32_t k = 0; k < v->n; k++) {
            sum[k] += answer[k];
        }
    }
    return is_correct(v, sum);
}

#endif
