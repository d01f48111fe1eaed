/* Public API of training and inference: validate every argument, lay out the workspace, run the
 * kernel. */
#include <math.h>
#include <string.h>

#include "api/dispatch.h"
#include "api/layout.h"
#include "api/validate.h"
#include "api/workspace.h"
#include "train/embedding_layout.h"

/* A shift beyond this is not taken apart from raw * scale: that may cost this many units in the
 * last place. See train/sparse_inputs_template.h. */
#define MAX_SEPARATE_SHIFT 16.0f

int32_t bh_version(void) {
    return BH_VERSION;
}

/* Fill table (256, 8): for each byte the positions of its set bits, ascending: the lowest, then
 * those of the byte without it. What follows the last is 0. */
static void fill_bit_index_table(int32_t *table) {
    memset(table, 0, 8 * sizeof *table);
    for (int byte = 1; byte < 256; byte++) {
        const int without_lowest = byte & (byte - 1);
        table[8 * byte] = __builtin_ctz((unsigned)byte);
        memcpy(table + 8 * byte + 1, table + 8 * without_lowest, 7 * sizeof *table);
    }
}

/* Decide whether zeros among the inputs are skipped, and prepare what that needs. */
static void prepare_zero_skipping(sparse_inputs *s, const bh_epoch_data *d, int32_t n_in) {
    int32_t n_shifted = 0, n_separable = 0;
    for (int32_t k = 0; k < n_in; k++) {
        n_shifted += d->shift[k] != 0;
        n_separable += fabsf(d->shift[k]) <= MAX_SEPARATE_SHIFT;
    }
    s->has_shift = n_shifted > 0;
    s->skip_zeros = d->inputs_are_bytes && n_separable == n_in;
    memcpy(s->scale, d->scale, (size_t)n_in * sizeof *s->scale);
    memset(s->scale + n_in, 0, PADDING * sizeof *s->scale);
    fill_bit_index_table(s->bit_index_table);
}

/* How many moments an optimizer keeps of every parameter. */
static int n_moments(const bh_optimizer *o) {
    if (o->kind == BH_ADAM || o->kind == BH_ADAMW) {
        return 2;
    }
    return o->kind == BH_SGD ? 0 : 1;
}

/* Note the caller's arrays; a prediction works in them. */
static void set_arrays(train_context *e, const bh_memory *m) {
    e->caller.params = m->params;
    if (is_prediction(&e->settings)) {
        e->params.params = m->params;
        unpacked_layout(e->settings.network, e->caller.offsets, e->params.offsets);
        return;
    }
    const int moments = n_moments(e->settings.optimizer);
    e->caller.moment1 = moments > 0 ? m->moment1 : 0;
    e->caller.moment2 = moments > 1 ? m->moment2 : 0;
}

/* Fill a context for checked settings: lay out parameters and workspace. */
static int32_t init_context(train_context *e, const bh_memory *m, int32_t batch_size,
                            int32_t n_threads) {
    if (check_threads(n_threads) != BH_OK) {
        return BH_BAD_SIZE;
    }
    e->team.size = n_threads;
    e->sparse.skip_zeros = e->sparse.has_shift = false;
    e->result = (step_result){0};
    const int64_t n_params =
        compute_layout(e->settings.network, e->caller.offsets, &e->params.n_trainable);
    if (n_params < 0) {
        return (int32_t)n_params;
    }
    if (is_prediction(&e->settings) && e->settings.network->scaled_inputs) {
        return BH_BAD_SIZE;
    }
    if ((embedding_of(e->settings.network) || n_heads(e->settings.network)) &&
        (e->settings.data->inputs_are_bytes || e->settings.is_influence)) {
        return BH_BAD_SIZE;
    }
    set_arrays(e, m);
    const int64_t used = plan_workspace(e, m->workspace, batch_size, n_threads);
    return used <= m->workspace_bytes ? BH_OK : BH_BAD_SIZE;
}

/* Check everything that an epoch reads but the network's fit to memory. */
static int32_t check_epoch(const bh_network *network, const bh_optimizer *optimizer,
                           const bh_epoch_data *data, const bh_memory *memory) {
    int32_t status = check_network(network);
    if (status == BH_OK) {
        status = check_optimizer(optimizer, network->n_layers);
    }
    if (status == BH_OK) {
        status = check_data(data, network);
    }
    return status == BH_OK ? check_memory(memory, optimizer->kind) : status;
}

int32_t bh_epoch(const bh_network *network, const bh_optimizer *optimizer,
                 const bh_epoch_data *data, const bh_memory *memory, int32_t requested_kernel,
                 int32_t n_threads, const _Atomic(int32_t) *stop, bh_result *result) {
    const int32_t kernel = bh_choose_kernel(requested_kernel);
    if (kernel < 0) {
        return kernel;
    }
    if (!result) {
        return BH_BAD_POINTER;
    }
    int32_t status = check_epoch(network, optimizer, data, memory);
    if (status != BH_OK) {
        return status;
    }
    train_context e;
    e.settings = (settings){.network = network, .optimizer = optimizer, .data = data, .stop = stop};
    status = init_context(&e, memory, data->batch_size, n_threads);
    if (status != BH_OK) {
        return status;
    }
    prepare_zero_skipping(&e.sparse, data, n_inputs(network));
    if (updates_at_the_end(network, optimizer)) { /* the norm includes padding, the update too */
        memset(e.gradients.grads, 0, (size_t)e.params.n_trainable * sizeof(float));
    }
    team_run(&e.team, kernel_entry(kernel), &e);
    *result = e.result.total;
    return e.result.status;
}

/* The examples of predictions: all, in their order. */
static bh_epoch_data in_order(const bh_epoch_data *data) {
    return (bh_epoch_data){.inputs = data->inputs,
                           .inputs_are_bytes = data->inputs_are_bytes,
                           .n_examples = data->n_examples,
                           .scale = data->scale,
                           .shift = data->shift,
                           .labels = data->labels,
                           .targets = data->targets,
                           .n_indices = data->n_examples};
}

int32_t bh_predict(const bh_network *network, const bh_epoch_data *data, const bh_memory *memory,
                   float *output, int32_t requested_kernel, int32_t n_threads) {
    const int32_t kernel = bh_choose_kernel(requested_kernel);
    if (kernel < 0) {
        return kernel;
    }
    if (!output) {
        return BH_BAD_POINTER;
    }
    int32_t status = check_inputs(data);
    if (status == BH_OK) {
        status = check_memory(memory, BH_SGD);
    }
    if (status != BH_OK) {
        return status;
    }
    const bh_epoch_data all = in_order(data);
    train_context e;
    e.settings = (settings){.network = network, .data = &all, .output = output};
    status = init_context(&e, memory, MAX_MICROBATCH, n_threads);
    if (status != BH_OK) {
        return status;
    }
    if (all.n_indices >= MR) {
        prepare_zero_skipping(&e.sparse, &all, n_inputs(network));
    }
    team_run(&e.team, kernel_entry(kernel), &e);
    return BH_OK;
}

/* Check what an influence call reads but the network's fit to memory. */
static int32_t check_influence(const bh_network *network, const bh_epoch_data *data,
                               const bh_epoch_data *query, const bh_memory *memory) {
    int32_t status = check_network(network);
    if (status == BH_OK && has_training_ops(network)) {
        return BH_BAD_SIZE;
    }
    if (status == BH_OK) {
        status = check_labelled(data, network);
    }
    if (status == BH_OK) {
        status = check_labelled(query, network);
    }
    if (status == BH_OK && query->n_examples != 1) {
        return BH_BAD_SIZE;
    }
    return status == BH_OK ? check_memory(memory, BH_SGD) : status;
}

int32_t bh_influence(const bh_network *network, const bh_epoch_data *data,
                     const bh_epoch_data *query, const bh_memory *memory, float *scores,
                     int32_t requested_kernel, int32_t n_threads) {
    const int32_t kernel = bh_choose_kernel(requested_kernel);
    if (kernel < 0) {
        return kernel;
    }
    if (!scores) {
        return BH_BAD_POINTER;
    }
    int32_t status = check_influence(network, data, query, memory);
    if (status != BH_OK) {
        return status;
    }
    const bh_epoch_data all = in_order(data), one = in_order(query);
    train_context e;
    e.settings =
        (settings){.network = network, .data = &one, .output = scores, .is_influence = true};
    status = init_context(&e, memory, MAX_MICROBATCH, n_threads);
    if (status != BH_OK) {
        return status;
    }
    prepare_zero_skipping(&e.sparse, &all, n_inputs(network));
    e.query.data = &all;
    e.query.skip_zeros = e.sparse.skip_zeros;
    e.sparse.skip_zeros = false;
    team_run(&e.team, kernel_entry(kernel), &e);
    return BH_OK;
}
