/* The caller's workspace, cut into the buffers of train/context.h. */
#include "api/workspace.h"

#include "api/layout.h"
#include "api/validate.h"
#include "train/embedding_layout.h"

/* A bump allocator: pieces one after the other, each aligned; without a base it only measures. */
typedef struct {
    char *base;
    int64_t used;
} arena;

static void *arena_alloc(arena *a, int64_t bytes) {
    void *piece = a->base ? a->base + a->used : 0;
    a->used += round_up(bytes, BH_ALIGNMENT);
    return piece;
}

static float *alloc_floats(arena *a, int64_t n) {
    return arena_alloc(a, n * (int64_t)sizeof(float));
}

static int32_t *alloc_ints(arena *a, int64_t n) {
    return arena_alloc(a, n * (int64_t)sizeof(int32_t));
}

static double *alloc_doubles(arena *a, int64_t n) {
    return arena_alloc(a, n * (int64_t)sizeof(double));
}

/* A matrix (rows, columns). */
static matrix alloc_matrix(arena *a, int64_t rows, int32_t columns) {
    const int32_t stride = row_stride(columns);
    return (matrix){alloc_floats(a, rows * stride), stride, MAX_NR};
}

/* A matrix (rows, columns) in panels; rows an odd number of cache lines apart, as in row_stride. */
static matrix alloc_panels(arena *a, int64_t rows, int32_t columns) {
    const int64_t panels = round_up(columns, MAX_NR) / MAX_NR;
    const int64_t stride = MAX_NR + CACHE_LINE_FLOATS;
    return (matrix){alloc_floats(a, panels * rows * stride), stride, rows * stride};
}

static int64_t max_int64(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* The widest layer's outputs. */
static int64_t max_n_out(const bh_network *n) {
    int64_t widest = 0;
    for (int l = 0; l < n->n_layers; l++) {
        widest = max_int64(widest, n->layers[l].n_out);
    }
    return widest;
}

/* A matrix of what layer l computes. Threads that divide its columns write, in panels, memory of
 * their own: in rows, prefetchers would fetch what another is about to write. The last layer's rows
 * are read as a whole. */
static matrix alloc_outputs(arena *a, const network_buffers *net, const bh_network *n, int l) {
    const int32_t columns = n->layers[l].n_out;
    return net->in_panels && l < n->n_layers - 1 && columns > MAX_NR
               ? alloc_panels(a, net->rows, columns)
               : alloc_matrix(a, net->rows, columns);
}

/* What lies between layer l's dense part and layer l + 1. */
static void plan_post_ops(network_buffers *net, arena *a, const bh_network *n, int l) {
    const bh_layer *layer = &n->layers[l];
    const bool has_dropout = layer->dropout > 0;
    net->a[l] = net->x[l + 1];
    if (has_dropout || layer->skip_span) {
        net->a[l] = alloc_outputs(a, net, n, l);
    }
    net->preact[l] = net->a[l];
    if (keeps_preact(layer)) {
        net->z[l] = alloc_outputs(a, net, n, l);
        net->preact[l] = net->z[l];
    }
    if (is_parametric(layer)) {
        net->alpha_grad[l] = alloc_outputs(a, net, n, l);
    }
    if (layer->batch_norm) {
        net->inverse_std[l] = alloc_floats(a, row_stride(layer->n_out));
    }
    if (layer->skip_span) {
        net->skip_grad[l] = alloc_outputs(a, net, n, l);
        net->has_post_ops[l - layer->skip_span] = true;
    }
    if (has_dropout) { /* vectors of the mask may be read beyond its end */
        net->dropout_mask[l] = arena_alloc(a, net->rows * (int64_t)layer->n_out + PADDING);
    }
    if (keeps_preact(layer) || layer->skip_span || has_dropout) {
        net->has_post_ops[l] = true;
    }
}

/* What only some layers have. A context is not zeroed as a whole: it has room for 64 layers and
 * threads, and one example alone is predicted in less time than that would take. */
static void clear_post_ops(network_buffers *net, int l) {
    net->z[l].data = net->alpha_grad[l].data = net->skip_grad[l].data = 0;
    net->inverse_std[l] = 0;
    net->dropout_mask[l] = 0;
    net->has_post_ops[l] = false;
}

static void plan_network(network_buffers *net, arena *a, const bh_network *n) {
    const int64_t rows = net->rows;
    const int32_t n_in = n->layers[0].n_in;
    for (int l = 0; l < n->n_layers; l++) {
        clear_post_ops(net, l);
    }
    net->x[0] = alloc_matrix(a, rows, n_in);
    if (embedding_of(n)) {
        net->embedded = alloc_matrix(a, net->microbatch, embedding_of(n)->n_columns);
    }
    if (embedding_of(n) || n_heads(n)) {
        net->dx = alloc_matrix(a, rows, n_in);
    }
    if (n_heads(n)) {
        net->original = alloc_matrix(a, net->microbatch, n_in);
        net->d_original = alloc_matrix(a, net->microbatch, n_in);
    }
    for (int l = 0; l < n->n_layers; l++) {
        net->x[l + 1] = alloc_outputs(a, net, n, l);
        net->dz[l] = alloc_outputs(a, net, n, l);
        plan_post_ops(net, a, n, l);
    }
    net->example_loss = alloc_doubles(a, rows);
    net->example_correct = arena_alloc(a, rows);
}

static void plan_sparse_inputs(sparse_inputs *s, arena *a, int32_t microbatch, int64_t n_in) {
    s->copy_stride = n_in + PADDING; /* vectors of 16 may reach over the end of a row */
    s->copies = arena_alloc(a, microbatch * s->copy_stride);
    s->bit_index_table = alloc_ints(a, 256 * 8);
    s->scale = alloc_floats(a, n_in + PADDING);
}

/* The packed operands of the largest bf16 product of any layer. */
typedef struct {
    int64_t a_floats, b_floats;
} bf16_sizes;

static bf16_sizes max_bf16_sizes(const bh_network *n, int32_t microbatch) {
    const int64_t rows = round_up(microbatch, BF16_MR) + BF16_MR; /* blocks may begin at any row */
    const int64_t units = BF16_DW_PANELS * MAX_NR + BF16_MR;      /* those of dz^T */
    const int64_t examples = bf16_pairs(microbatch);
    bf16_sizes sizes = {units * examples, 0};
    for (int l = 0; l < n->n_layers; l++) {
        const int32_t n_in = n->layers[l].n_in;
        const int32_t n_out = n->layers[l].n_out;
        const int32_t widest = n_in > n_out ? n_in : n_out;
        const int64_t pairs = bf16_pairs(widest < BF16_KC ? widest : BF16_KC);
        sizes.a_floats = max_int64(sizes.a_floats, rows * pairs);
        sizes.b_floats = max_int64(sizes.b_floats, pairs * MAX_NR);
        sizes.b_floats = max_int64(sizes.b_floats, examples * round_up(n_in, MAX_NR));
    }
    sizes.a_floats *= MAX_BF16_SPLITS;
    sizes.b_floats *= MAX_BF16_SPLITS;
    return sizes;
}

/* Floats of the converted examples of a microbatch, or of its inputs strip by strip. */
static int64_t dequantised_floats(const network_buffers *net, int64_t n_in) {
    const int64_t by_examples = round_up(net->microbatch, 8) * net->x[0].stride;
    const int64_t by_inputs = net->microbatch * round_up(n_in, DEQUANT_STRIP);
    return round_up(max_int64(by_examples, by_inputs), PADDING);
}

/* Lists of nonzero inputs of all blocks of examples, or of nonzero examples of all groups of inputs
 * in whole strips; each has room for 16 more. */
static void plan_lists(thread_scratch *s, arena *a, int32_t microbatch, int64_t n_in) {
    const int64_t blocks = round_up(microbatch, MR) / MR;
    const int64_t groups = round_up(n_in, DEQUANT_STRIP) / MR;
    s->nonzero =
        alloc_ints(a, max_int64(blocks * (n_in + PADDING), groups * (microbatch + PADDING)));
    s->n_nonzero = alloc_ints(a, max_int64(blocks, groups));
}

/* A block of W^T, transposed four rows at a time; or two rows of outputs, if heads are compared. */
static int64_t packed_floats(int64_t widest) {
    const int64_t depth = widest < BF16_KC ? widest : BF16_KC;
    return max_int64((depth + 3) * MAX_NR, 2 * padded((int32_t)widest));
}

static void plan_thread_scratch(train_context *e, arena *a, int32_t n_threads) {
    const bh_network *n = e->settings.network;
    const int64_t n_in = n->layers[0].n_in;
    const int64_t widest = max_n_out(n);
    const bool uses_bf16 = !is_prediction(&e->settings);
    const bf16_sizes sizes = max_bf16_sizes(n, e->net.rows);
    for (int32_t tid = 0; tid < n_threads; tid++) {
        thread_scratch *s = &e->scratch[tid];
        s->index_list = 0;
        s->packed_w = alloc_floats(a, packed_floats(widest));
        s->column_vector = alloc_floats(a, round_up(widest, MAX_NR));
        s->shifted_row = alloc_floats(a, n_in);
        s->raw_rows = arena_alloc(a, e->net.microbatch * (int64_t)sizeof *s->raw_rows);
        s->dequantised = alloc_floats(a, dequantised_floats(&e->net, n_in));
        plan_lists(s, a, e->net.microbatch, n_in);
        s->bf16_a = uses_bf16 ? alloc_floats(a, sizes.a_floats) : 0;
        s->bf16_b = uses_bf16 ? alloc_floats(a, sizes.b_floats) : 0;
    }
    e->scratch[0].index_list = alloc_ints(a, max_int64(widest, n_in) + PADDING);
}

/* Batch normalisation needs whole batches; its threads meet at every layer. */
static bool is_row_parallel(const settings *s) {
    const bh_network *n = s->network;
    if (has_batch_norm(n) && !is_prediction(s)) {
        return false;
    }
    const int64_t most =
        DIVIDES_COLUMNS && !is_prediction(s) ? ROW_PARALLEL_MAX_WEIGHTS : L2_WEIGHTS;
    for (int l = 1; l < n->n_layers; l++) {
        if ((int64_t)n->layers[l].n_in * n->layers[l].n_out > most) {
            return false;
        }
    }
    return true;
}

/* Room for parameters and moments packed, whichever the optimizer has; none for predictions, which
 * read the caller's. */
static void plan_packed_parameters(train_context *e, arena *a) {
    parameters *p = &e->params;
    p->scaled_weights = 0;
    if (is_prediction(&e->settings)) {
        p->n_trainable = 0;
        return;
    }
    const int64_t n = packed_layout(e->settings.network, p->offsets, &p->n_trainable);
    if (e->settings.network->scaled_inputs) {
        p->scaled_weights = alloc_floats(a, p->offsets[0].biases - p->offsets[0].weights);
    }
    p->params = alloc_floats(a, n);
    p->moment1 = alloc_floats(a, p->n_trainable);
    p->moment2 = alloc_floats(a, p->n_trainable);
}

/* Room for the query of an influence call. */
static void plan_query(influence_query *q, arena *a, const bh_network *n) {
    for (int l = 0; l < n->n_layers; l++) {
        q->x[l] = alloc_floats(a, padded(n->layers[l].n_in));
        q->dz[l] = alloc_floats(a, padded(n->layers[l].n_out));
    }
    q->scaled = alloc_floats(a, padded(n->layers[0].n_in));
}

/* Examples of a microbatch that is no whole batch. */
static int32_t max_microbatch(const bh_network *n) {
    return n_copies(n) < MAX_MICROBATCH ? MAX_MICROBATCH / n_copies(n) : 1;
}

int64_t plan_workspace(train_context *e, void *workspace, int32_t batch_size, int32_t n_threads) {
    const bh_network *n = e->settings.network;
    const bool whole_batch = has_batch_norm(n) && !is_prediction(&e->settings);
    arena a = {workspace, 0};
    plan_packed_parameters(e, &a);
    const int64_t n_trainable = e->params.n_trainable;
    const int32_t most = max_microbatch(n);
    e->net.microbatch = whole_batch || batch_size < most ? batch_size : most;
    e->net.rows = e->net.microbatch * n_copies(n);
    e->settings.row_parallel = is_row_parallel(&e->settings);
    e->net.in_panels = DIVIDES_COLUMNS && n_threads > 1 && !is_prediction(&e->settings);
    plan_network(&e->net, &a, n);
    e->gradients.grads = alloc_floats(&a, n_trainable);
    e->gradients.partial_sumsq = alloc_doubles(&a, (n_trainable + NORM_BLOCK - 1) / NORM_BLOCK);
    plan_sparse_inputs(&e->sparse, &a, e->net.microbatch, n->layers[0].n_in);
    plan_thread_scratch(e, &a, n_threads);
    if (!is_prediction(&e->settings) || e->settings.is_influence) {
        plan_query(&e->query, &a, n);
        if (DIVIDES_COLUMNS) {
            e->net.second_half = alloc_panels(&a, e->net.rows, (int32_t)max_n_out(n));
        }
    }
    return a.used;
}

int64_t bh_workspace(const bh_network *network, int32_t batch_size, int32_t n_threads) {
    train_context e;
    e.settings = (settings){.network = network};
    const int64_t n_params = compute_layout(network, e.caller.offsets, &e.params.n_trainable);
    if (n_params < 0) {
        return n_params;
    }
    if (batch_size < 1 || check_threads(n_threads) != BH_OK) {
        return BH_BAD_SIZE;
    }
    if (has_batch_norm(network) && batch_size > MAX_BATCH_NORM_ROWS / n_copies(network)) {
        return BH_BAD_SIZE;
    }
    return plan_workspace(&e, 0, batch_size, n_threads);
}
