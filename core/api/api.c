/* The door: every size, pointer and number is looked at before a kernel runs, so the kernels need not. */
#if defined(__linux__)
#define _DEFAULT_SOURCE /* for processor.h: syscall */
#endif
#include <math.h>
#include <string.h>

#include "train/context.h"
#include "api/cpu_features.h"

#define MAX_EXAMPLES (INT64_MAX / 8 / BH_MAX_WIDTH)
#define MAX_BATCH_NORM_ROWS (1 << 24) /* examples of a batch that is kept whole: their bytes can still be counted */
#define MAX_RNG_COUNTER (UINT64_MAX / 4)
#define MAX_SEPARATE_SHIFT 16.0f /* taken apart from the rest it may cost that many units in the last place */

static int in_range(int64_t n, int64_t low, int64_t high) { return n >= low && n <= high; }

static int is_aligned(const void *p) { return p && (uintptr_t)p % BH_ALIGNMENT == 0; }

static int64_t round_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

/* Networks */

static int softmax_is_last(const bh_network *n) {
    for (int l = 0; l < n->n_layers - 1; l++)
        if (n->layers[l].activation == BH_SOFTMAX) return 0;
    return 1;
}

static int check_post_ops(const bh_network *n, int l) {
    const bh_layer *layer = &n->layers[l];
    const int has_some = layer->dropout != 0 || layer->batch_norm || layer->skip_span;
    if (!(layer->dropout >= 0 && layer->dropout < 1) || (has_some && layer->activation == BH_SOFTMAX)) return BH_BAD_SIZE;
    if (!in_range(layer->batch_norm, 0, 1) || !in_range(layer->skip_span, 0, l)) return BH_BAD_SIZE;
    if (layer->skip_span && layer[-layer->skip_span].n_out != layer->n_out) return BH_BAD_SIZE;
    if (!layer->batch_norm) return BH_OK;
    return layer->momentum >= 0 && layer->momentum <= 1 && layer->epsilon >= 1e-20f && isfinite(layer->epsilon)
               ? BH_OK
               : BH_BAD_SIZE; /* without ε, what is 0 in the padding would be 0/0 */
}

static int has_batch_norm(const bh_network *n) {
    for (int l = 0; l < n->n_layers; l++)
        if (n->layers[l].batch_norm) return 1;
    return 0;
}

static int check_network(const bh_network *n) {
    if (!n || !n->layers) return BH_BAD_POINTER;
    if (!in_range(n->n_layers, 1, BH_MAX_LAYERS)) return BH_BAD_SIZE;
    for (int l = 0; l < n->n_layers; l++) {
        const bh_layer *layer = &n->layers[l];
        if (!in_range(layer->n_in, 1, BH_MAX_WIDTH) || !in_range(layer->n_out, 1, BH_MAX_WIDTH)) return BH_BAD_SIZE;
        if (l > 0 && layer->n_in != layer[-1].n_out) return BH_BAD_SIZE;
        if (!in_range(layer->activation, BH_IDENTITY, BH_SOFTMAX) || !isfinite(layer->slope)) return BH_BAD_SIZE;
        if (check_post_ops(n, l) != BH_OK) return BH_BAD_SIZE;
    }
    if (n->loss == BH_SOFTMAX_CROSS_ENTROPY && n->layers[n->n_layers - 1].n_out == 1) return BH_BAD_SIZE; /* always 1 */
    if (!softmax_is_last(n) || !in_range(n->loss, BH_SOFTMAX_CROSS_ENTROPY, BH_BINARY_CROSS_ENTROPY)) return BH_BAD_SIZE;
    return n->label_smoothing >= 0 && n->label_smoothing < 1 ? BH_OK : BH_BAD_SIZE;
}

/* An odd number of cache lines: rows an even number apart would fall on half the places of the cache, or on an eighth. */
static int32_t row_stride(int32_t n_out) {
    const int32_t stride = padded(n_out);
    return stride / PADDING % 2 == 0 ? stride + PADDING : stride;
}

int32_t bh_version(void) { return BH_VERSION; }

/* As bh_layout; learned: how many floats of them, from the first on, are learned. */
static int64_t compute_layout(const bh_network *network, bh_layer_offsets *offsets, int64_t *n_trainable) {
    const int status = check_network(network);
    if (status != BH_OK) return -status;
    int64_t at = 0;
    for (int l = 0; l < network->n_layers; l++) {
        const bh_layer *layer = &network->layers[l];
        const int32_t stride = row_stride(layer->n_out);
        const int64_t biases = at + (int64_t)layer->n_in * stride, behind = biases + stride;
        offsets[l] = (bh_layer_offsets){at, biases, -1, -1, -1, -1, stride};
        if (layer->batch_norm) offsets[l].gamma = behind, offsets[l].beta = behind + stride;
        at = layer->batch_norm ? behind + 2 * stride : behind;
        if (at > INT64_MAX / 16) return -BH_BAD_SIZE;
    }
    *n_trainable = at;
    for (int l = 0; l < network->n_layers; l++) {
        if (!network->layers[l].batch_norm) continue;
        offsets[l].mean = at, offsets[l].variance = at + offsets[l].stride;
        at += 2 * offsets[l].stride;
    }
    return at;
}

int64_t bh_layout(const bh_network *network, bh_layer_offsets *offsets) {
    int64_t n_trainable;
    return offsets ? compute_layout(network, offsets, &n_trainable) : -BH_BAD_POINTER;
}

/* Workspace */

/* Give out the workspace piece by piece, each aligned; with no workspace, only measure. */
typedef struct {
    char *base;
    int64_t used;
} arena;

static void *arena_alloc(arena *from, int64_t bytes) {
    void *split = from->base ? from->base + from->used : 0;
    from->used += round_up(bytes, BH_ALIGNMENT);
    return split;
}

/* Take what lies between layer l and the next needs. */
static void plan_post_ops(train_context *e, arena *from, int l) {
    const bh_layer *layer = &e->network->layers[l];
    const int64_t line = e->stride[l + 1] * (int64_t)sizeof(float), bytes = e->microbatch * line;
    e->a[l] = layer->dropout > 0 || layer->skip_span ? arena_alloc(from, bytes) : e->x[l + 1];
    if (layer->batch_norm) e->z[l] = arena_alloc(from, bytes), e->inverse_std[l] = arena_alloc(from, line);
    if (layer->skip_span) e->skip_grad[l] = arena_alloc(from, bytes);
    if (layer->dropout > 0) e->dropout_mask[l] = arena_alloc(from, e->microbatch * (int64_t)layer->n_out + PADDING); /* read by vectors */
    if (layer->batch_norm || layer->skip_span || layer->dropout > 0) e->has_post_ops[l] = 1;
    if (layer->skip_span) e->has_post_ops[l - layer->skip_span] = 1;
}

/* Take what bytes on a background need, for so many members. */
static void plan_sparse_inputs(train_context *e, arena *from, int32_t n_threads) {
    const int64_t n_in = e->network->layers[0].n_in, rows = round_up(e->microbatch, 8), size = sizeof(int32_t);
    const int64_t blocks = rows / MR, groups = round_up(n_in, MR) / MR;
    const int64_t in_blocks = rows * e->stride[0], in_strips = e->microbatch * round_up(n_in, DEQUANT_STRIP);
    e->stored_stride = e->bitmap_stride = e->list_stride = n_in + PADDING; /* what goes by sixteen may reach over the end */
    e->raw = arena_alloc(from, rows * e->stored_stride);
    e->nonzero_bitmap = arena_alloc(from, rows / 8 * e->bitmap_stride);
    e->nonzero_inputs = arena_alloc(from, blocks * e->list_stride * size);
    e->n_nonzero_inputs = arena_alloc(from, blocks * size);
    e->nonzero_examples = arena_alloc(from, groups * (e->microbatch + PADDING) * size);
    e->n_nonzero_examples = arena_alloc(from, groups * size);
    e->bit_index_table = arena_alloc(from, 256 * 8 * size);
    e->scale = arena_alloc(from, (n_in + PADDING) * (int64_t)sizeof(float));
    e->dequant_floats = round_up(in_blocks > in_strips ? in_blocks : in_strips, PADDING);
    e->dequant_buffer = arena_alloc(from, n_threads * e->dequant_floats * (int64_t)sizeof(float));
}

/* Take room for the words of any layer's product, for each of so many members. */
static void plan_bf16(train_context *e, arena *from, int32_t n_threads) {
    const int64_t rows = round_up(e->microbatch, BF16_MR) + BF16_MR; /* blocks may begin at any row */
    int32_t deepest = e->microbatch;
    e->bf16_a_floats = 0;
    for (int l = 0; l < e->network->n_layers; l++) {
        const bh_layer *layer = &e->network->layers[l];
        const int32_t deep = layer->n_in > layer->n_out ? layer->n_in : layer->n_out;
        const int64_t inputs = round_up(layer->n_in, BF16_MR) + BF16_MR;
        const int64_t of_rows = rows * bf16_pair_stride(deep), of_inputs = inputs * bf16_pair_stride(e->microbatch);
        const int64_t high = of_rows > of_inputs ? of_rows : of_inputs;
        e->bf16_a_floats = high > e->bf16_a_floats ? high : e->bf16_a_floats;
        deepest = deep > deepest ? deep : deepest;
    }
    e->bf16_floats = e->bf16_a_floats + (int64_t)MAX_BF16_SPLITS * bf16_pairs(deepest) * MAX_NR;
    e->bf16_buffer = arena_alloc(from, n_threads * e->bf16_floats * (int64_t)sizeof(float));
}

static void plan_workspace(train_context *e, arena *from, int32_t batch_size, int32_t n_threads) {
    const bh_network *n = e->network;
    const int32_t high = has_batch_norm(n) && !is_prediction(e) ? batch_size : MAX_MICROBATCH;
    e->microbatch = batch_size < high ? batch_size : high;
    const int64_t rows = e->microbatch, size = sizeof(float);
    int64_t max_width = 0;
    e->row_parallel = !has_batch_norm(n) || is_prediction(e);
    e->stride[0] = row_stride(n->layers[0].n_in);
    e->x[0] = arena_alloc(from, rows * e->stride[0] * size);
    for (int l = 0; l < n->n_layers; l++) {
        e->stride[l + 1] = row_stride(n->layers[l].n_out);
        e->x[l + 1] = arena_alloc(from, rows * e->stride[l + 1] * size);
        e->dz[l] = arena_alloc(from, rows * e->stride[l + 1] * size);
        plan_post_ops(e, from, l);
        max_width = n->layers[l].n_out > max_width ? n->layers[l].n_out : max_width;
        if (l > 0 && (int64_t)n->layers[l].n_in * n->layers[l].n_out > ROW_PARALLEL_MAX_WEIGHTS) e->row_parallel = 0;
    }
    e->grads = arena_alloc(from, e->n_trainable * size);
    e->partial_sumsq = arena_alloc(from, (e->n_trainable + NORM_BLOCK - 1) / NORM_BLOCK * (int64_t)sizeof(double));
    e->example_loss = arena_alloc(from, rows * (int64_t)sizeof(double));
    e->example_correct = arena_alloc(from, rows);
    const int64_t n_in = n->layers[0].n_in;
    e->panel_floats = (max_width + 3) * MAX_NR;
    e->panels = arena_alloc(from, n_threads * e->panel_floats * size);
    e->bias_scratch_floats = round_up(max_width, MAX_NR);
    e->bias_scratch = arena_alloc(from, n_threads * e->bias_scratch_floats * size);
    e->shift_scratch = arena_alloc(from, n_threads * n_in * size);
    e->index_scratch = arena_alloc(from, ((max_width > n_in ? max_width : n_in) + PADDING) * (int64_t)sizeof(int32_t));
    plan_sparse_inputs(e, from, n_threads);
    if (!is_prediction(e)) plan_bf16(e, from, n_threads);
}

int64_t bh_workspace(const bh_network *network, int32_t batch_size, int32_t n_threads) {
    train_context e = {.network = network};
    const int64_t n_params = compute_layout(network, e.offsets, &e.n_trainable);
    if (n_params < 0) return n_params;
    if (batch_size < 1 || !in_range(n_threads, 1, BH_MAX_THREADS)) return -BH_BAD_SIZE;
    if (has_batch_norm(network) && batch_size > MAX_BATCH_NORM_ROWS) return -BH_BAD_SIZE;
    arena measure = {0, 0};
    plan_workspace(&e, &measure, batch_size, n_threads);
    return measure.used;
}

/* Kernels */

int32_t bh_choose_kernel(int32_t requested) {
    if (requested != BH_BEST) return kernel_supported(requested) ? requested : -BH_NO_KERNEL;
    for (int32_t kernel = BH_AMX; kernel > BH_PORTABLE; kernel--)
        if (kernel_supported(kernel)) return kernel;
    return BH_PORTABLE;
}

static kernel_fn *kernel_entry(int32_t name) {
    switch (name) {
#if defined(BH_HAS_X86_KERNELS)
    case BH_AVX2: return bh_kernel_avx2;
    case BH_AVX512: return bh_kernel_avx512;
#endif
#if defined(BH_HAS_BF16_KERNELS)
    case BH_AMX: return bh_kernel_amx;
    case BH_AVX512_BF16: return bh_kernel_avx512_bf16;
    case BH_AMX_BF16: return bh_kernel_amx_bf16;
#endif
    default: return bh_kernel_portable;
    }
}

/* An epoch */

static int in_half_open(float x, double low, double below) { return x >= low && x < below; }

static int check_optimizer(const bh_optimizer *o) {
    if (!o) return BH_BAD_POINTER;
    const int is_valid = in_range(o->kind, BH_SGD, BH_ADAMW) && in_half_open(o->momentum, 0, 1) && in_half_open(o->beta1, 0, 1) &&
                     in_half_open(o->beta2, 0, 1) && in_half_open(o->epsilon, 0, INFINITY) &&
                     in_half_open(o->weight_decay, 0, INFINITY) && in_half_open(o->clip_norm, 0, INFINITY) && o->steps >= 0;
    if (!is_valid) return BH_BAD_SIZE;
    return o->kind < BH_ADAM || o->epsilon >= 1e-20f ? BH_OK : BH_BAD_SIZE; /* 0/0 where no gradient ever came */
}

static int check_pixel_shifts(const bh_epoch_data *d, int32_t n_in) {
    if (!in_range(d->height, 1, BH_MAX_WIDTH) || !in_range(d->width, 1, BH_MAX_WIDTH)) return BH_BAD_SIZE;
    if ((int64_t)d->height * d->width != n_in) return BH_BAD_SIZE;
    for (int64_t i = 0; i < d->n_indices; i++)
        if (!in_range(d->pixel_shifts[2 * i], -d->width, d->width) || !in_range(d->pixel_shifts[2 * i + 1], -d->height, d->height))
            return BH_BAD_SIZE;
    return BH_OK;
}

static int check_inputs(const bh_epoch_data *d) {
    if (!d || !d->inputs || !d->scale || !d->shift) return BH_BAD_POINTER;
    return in_range(d->n_examples, 1, MAX_EXAMPLES) ? BH_OK : BH_BAD_SIZE;
}

static int check_indices(const bh_epoch_data *d, int32_t n_out) {
    for (int64_t i = 0; i < d->n_indices; i++) {
        const int64_t row = d->indices[i];
        if (!in_range(row, 0, d->n_examples - 1)) return BH_BAD_INDEX;
        if (d->labels && n_out > 1 && !in_range(d->labels[row], 0, n_out - 1)) return BH_BAD_INDEX;
    }
    return BH_OK;
}

/* A batch of one has no spread, and draws must not run out. */
static int check_batches(const bh_network *n, const bh_epoch_data *d) {
    if (has_batch_norm(n) && (d->batch_size == 1 || d->batch_size > MAX_BATCH_NORM_ROWS || d->n_indices % d->batch_size == 1))
        return BH_BAD_SIZE;
    return d->dropout_rng.counter <= MAX_RNG_COUNTER ? BH_OK : BH_BAD_SIZE;
}

static int check_data(const bh_epoch_data *d, const bh_network *n) {
    const int32_t n_in = n->layers[0].n_in, n_out = n->layers[n->n_layers - 1].n_out;
    int status = check_inputs(d);
    if (status != BH_OK) return status;
    if (!d->indices || !d->learning_rates || !d->labels == !d->targets) return BH_BAD_POINTER;
    if (!in_range(d->n_indices, 1, MAX_EXAMPLES) || d->batch_size < 1) return BH_BAD_SIZE;
    if (check_batches(n, d) != BH_OK) return BH_BAD_SIZE;
    for (int64_t step = 0; step < n_steps(d); step++)
        if (!isfinite(d->learning_rates[step])) return BH_BAD_SIZE;
    if (d->pixel_shifts) status = check_pixel_shifts(d, n_in);
    return status == BH_OK ? check_indices(d, n_out) : status;
}

static int check_memory(const bh_memory *m, int32_t kind) {
    if (!m || !is_aligned(m->params) || !is_aligned(m->workspace)) return BH_BAD_POINTER;
    if (kind != BH_SGD && !is_aligned(m->moment1)) return BH_BAD_POINTER;
    return kind < BH_ADAM || is_aligned(m->moment2) ? BH_OK : BH_BAD_POINTER;
}

/* Is 0 background in the stored bytes, and shift so small that taking it apart loses no digits? Then get ready to skip. */
static void prepare_zero_skipping(train_context *e) {
    const bh_epoch_data *d = e->data;
    const int32_t n_in = e->network->layers[0].n_in;
    e->skip_zeros = d->inputs_are_bytes;
    for (int32_t k = 0; k < n_in; k++) {
        e->has_shift |= d->shift[k] != 0;
        if (!(fabsf(d->shift[k]) <= MAX_SEPARATE_SHIFT)) e->skip_zeros = 0;
    }
    memcpy(e->scale, d->scale, (size_t)n_in * sizeof *e->scale);
    memset(e->scale + n_in, 0, PADDING * sizeof *e->scale);
    for (int bits = 0; bits < 256; bits++)
        for (int bit = 0, found = 0; bit < 8; bit++)
            if (bits >> bit & 1) e->bit_index_table[8 * bits + found++] = bit;
}

/* Lay out parameters and workspace of a task whose network is in order. */
static int init_context(train_context *e, const bh_memory *m, int32_t batch_size, int32_t n_threads) {
    if (!in_range(n_threads, 1, BH_MAX_THREADS)) return BH_BAD_SIZE;
    e->team.size = n_threads;
    const int64_t n_params = compute_layout(e->network, e->offsets, &e->n_trainable);
    if (n_params < 0) return (int)-n_params;
    arena workspace = {m->workspace, 0};
    plan_workspace(e, &workspace, batch_size, n_threads);
    return workspace.used <= m->workspace_bytes ? BH_OK : BH_BAD_SIZE;
}

int32_t bh_epoch(const bh_network *network, const bh_optimizer *optimizer, const bh_epoch_data *data,
                 const bh_memory *memory, int32_t requested_kernel, int32_t n_threads, const volatile int32_t *stop,
                 bh_result *result) {
    const int32_t name = bh_choose_kernel(requested_kernel);
    if (name < 0) return -name;
    if (!result) return BH_BAD_POINTER;
    int status = check_network(network);
    if (status == BH_OK) status = check_optimizer(optimizer);
    if (status == BH_OK) status = check_data(data, network);
    if (status == BH_OK) status = check_memory(memory, optimizer->kind);
    if (status != BH_OK) return status;
    train_context e = {.network = network, .optimizer = optimizer, .data = data, .stop = stop, .params = memory->params,
               .moment1 = memory->moment1 ? memory->moment1 : memory->params, /* never touched where nothing is remembered */
               .moment2 = memory->moment2 ? memory->moment2 : memory->params};
    status = init_context(&e, memory, data->batch_size, n_threads);
    if (status != BH_OK) return status;
    prepare_zero_skipping(&e);
    if (optimizer->clip_norm > 0) memset(e.grads, 0, (size_t)e.n_trainable * sizeof *e.grads); /* between the rows, too */
    team_run(&e.team, kernel_entry(name), &e);
    *result = e.result;
    return e.status;
}

int32_t bh_predict(const bh_network *network, const bh_epoch_data *data, const bh_memory *memory, float *output,
                   int32_t requested_kernel, int32_t n_threads) {
    const int32_t name = bh_choose_kernel(requested_kernel);
    if (name < 0) return -name;
    if (!output) return BH_BAD_POINTER;
    int status = check_inputs(data);
    if (status == BH_OK) status = check_memory(memory, BH_SGD);
    if (status != BH_OK) return status;
    const bh_epoch_data whole = {.inputs = data->inputs, .inputs_are_bytes = data->inputs_are_bytes,
                                 .n_examples = data->n_examples, .scale = data->scale, .shift = data->shift,
                                 .n_indices = data->n_examples};
    train_context e = {.network = network, .data = &whole, .params = memory->params, .output = output};
    status = init_context(&e, memory, MAX_MICROBATCH, n_threads);
    if (status != BH_OK) return status;
    if (whole.n_indices >= MR) prepare_zero_skipping(&e);
    team_run(&e.team, kernel_entry(name), &e);
    return BH_OK;
}

int64_t bh_peak_flops(int32_t requested_kernel, int64_t rounds) {
    const int32_t name = bh_choose_kernel(requested_kernel);
    if (name < 0) return name;
    if (!in_range(rounds, 1, INT32_MAX)) return -BH_BAD_SIZE;
    float sink;
#if defined(BH_HAS_X86_KERNELS)
    if (name >= BH_AVX512) return bh_peak_flops_avx512(rounds, &sink);
    if (name == BH_AVX2) return bh_peak_flops_avx2(rounds, &sink);
#endif
    return bh_peak_flops_portable(rounds, &sink);
}
