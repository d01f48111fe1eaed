/* Calls that change no parameter: predictions, and the influence of each example on a query. */
#ifndef BYHAND_PREDICT_TEMPLATE_H
#define BYHAND_PREDICT_TEMPLATE_H

#include "train/backward_pass_template.h"
#include "train/forward_pass_template.h"
#include "train/influence_template.h"

/* Write row i of the last layer's output to a row of the caller's: n_copies rows an example. */
static void write_output(const train_context *e, int64_t i, int64_t row) {
    const bh_layer *layer = layer_at(e, last_layer(e));
    float *a = element(e->net.x[last_layer(e) + 1], i, 0);
    if (layer->activation == BH_SOFTMAX) {
        softmax(a, layer->n_out);
    }
    memcpy(e->settings.output + row * layer->n_out, a, (size_t)layer->n_out * sizeof *a);
}

/* Layer l for one example: a matrix-vector product over the inputs that are not 0, which are a
 * fifth of a digit's pixels and half of ReLU units. */
static void predict_layer(train_context *e, int l) {
    const bh_network *network = e->settings.network;
    const dense_layer d = dense_layer_of(network, &e->params, l, 0);
    const float *x = e->net.x[l].data;
    int32_t *list = e->scratch[0].index_list;
    const int32_t n = nonzero_indices(x, d.n_in, list);
    float *z = e->net.preact[l].data;
    gemv(&d, x, list, n, z);
    for (int32_t j = 0; j < padded(d.n_out); j += LANES) {
        v_store(z + j, activate(d.activation, d.slope, v_load(z + j)));
    }
    if (e->net.has_post_ops[l]) {
        post_ops_forward(network, &e->params, &e->net, false, l,
                         (submatrix){0, 1, 0, padded(d.n_out)});
    }
}

static void predict_one(train_context *e, int64_t position) {
    gather_row(e, 0, position, 0);
    for (int l = 0; l <= last_layer(e); l++) {
        predict_layer(e, l);
    }
    write_output(e, 0, position);
}

static void predict_many(train_context *e, int tid) {
    const int64_t n = e->settings.data->n_indices;
    for (int64_t from = 0; from < n; from += e->net.microbatch) {
        const int examples = n - from < e->net.microbatch ? (int)(n - from) : e->net.microbatch;
        forward_pass(e, tid, from, examples);
        const int32_t n_out = layer_at(e, last_layer(e))->n_out;
        const tile_range own = rows_of_thread(&e->team, tid, n_rows(e, examples), n_out);
        for (int64_t i = own.first_row; i < own.first_row + own.rows; i++) {
            write_output(e, i,
                         (from + i % examples) * n_copies(e->settings.network) + i / examples);
        }
        team_barrier(&e->team);
    }
}

/* The query's forward and backward pass, alone in the first row, as the context is set up; then
 * thread 0 turns it to the examples. The query's input is converted: bytes are not kept. */
static void run_query(train_context *e, int tid) {
    influence_query *q = &e->query;
    forward_pass(e, tid, 0, 1);
    backward_pass(e, tid, 0, 1, 1);
    if (tid == 0) {
        keep_query(e->settings.network, &e->net, q);
        fold_scale_into_query(q->data, layer_at(e, 0)->n_in, q);
        e->settings.data = q->data;
        e->sparse.skip_zeros = q->skip_zeros;
    }
    team_barrier(&e->team);
}

/* Each example's influence on the query: the passes of training without an update. */
static void score_influence(train_context *e, int tid) {
    if (tid == 0) {
        clear_input_padding(e);
    }
    run_query(e, tid);
    const int64_t n = e->settings.data->n_indices;
    for (int64_t from = 0; from < n; from += MAX_MICROBATCH) {
        const int rows = n - from < MAX_MICROBATCH ? (int)(n - from) : MAX_MICROBATCH;
        forward_pass(e, tid, from, rows);
        backward_pass(e, tid, from, rows, 1);
        int64_t i, end;
        team_partition(&e->team, tid, rows, &i, &end);
        for (; i < end; i++) {
            const unsigned char *raw = skips_zeros(e, 0) ? e->scratch[tid].raw_rows[i] : 0;
            e->settings.output[from + i] =
                influence_score(e->settings.network, &e->net, raw, &e->query, i);
        }
        team_barrier(&e->team);
    }
}

static void predict(train_context *e, int tid) {
    const int64_t n = e->settings.data->n_indices;
    if (n >= MR || n_heads(e->settings.network)) {
        predict_many(e, tid);
        return;
    }
    for (int64_t i = 0; tid == 0 && i < n; i++) {
        predict_one(e, i);
    }
}

#endif
