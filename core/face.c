/* The door: every size, pointer and number is looked at before a kernel runs, so the kernels need not. */
#if defined(__linux__)
#define _DEFAULT_SOURCE /* for processor.h: syscall */
#endif
#include <math.h>
#include <string.h>

#include "epoch.h"
#include "processor.h"

#define MOST_EXAMPLES (INT64_MAX / 8 / BH_MAX_WIDTH)
#define MOST_NORMALISED (1 << 24) /* examples of a batch that is kept whole: their bytes can still be counted */
#define MOST_DRAWN (UINT64_MAX / 4)
#define MOST_SHIFT 16.0f /* taken apart from the rest it may cost that many units in the last place */

static int between(int64_t n, int64_t least, int64_t most) { return n >= least && n <= most; }

static int aligned(const void *p) { return p && (uintptr_t)p % BH_ALIGNMENT == 0; }

static int64_t rounded_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

/* Networks */

static int softmax_is_last(const bh_network *n) {
    for (int l = 0; l < n->n_layers - 1; l++)
        if (n->layers[l].activation == BH_SOFTMAX) return 0;
    return 1;
}

static int check_between(const bh_network *n, int l) {
    const bh_layer *layer = &n->layers[l];
    const int has_some = layer->dropout != 0 || layer->batch_norm || layer->residual;
    if (!(layer->dropout >= 0 && layer->dropout < 1) || (has_some && layer->activation == BH_SOFTMAX)) return BH_BAD_SIZE;
    if (!between(layer->batch_norm, 0, 1) || !between(layer->residual, 0, l)) return BH_BAD_SIZE;
    if (layer->residual && layer[-layer->residual].n_out != layer->n_out) return BH_BAD_SIZE;
    if (!layer->batch_norm) return BH_OK;
    return layer->momentum >= 0 && layer->momentum <= 1 && layer->epsilon >= 1e-20f && isfinite(layer->epsilon)
               ? BH_OK
               : BH_BAD_SIZE; /* without ε, what is 0 in the padding would be 0/0 */
}

static int has_norm(const bh_network *n) {
    for (int l = 0; l < n->n_layers; l++)
        if (n->layers[l].batch_norm) return 1;
    return 0;
}

static int check_network(const bh_network *n) {
    if (!n || !n->layers) return BH_BAD_POINTER;
    if (!between(n->n_layers, 1, BH_MAX_LAYERS)) return BH_BAD_SIZE;
    for (int l = 0; l < n->n_layers; l++) {
        const bh_layer *layer = &n->layers[l];
        if (!between(layer->n_in, 1, BH_MAX_WIDTH) || !between(layer->n_out, 1, BH_MAX_WIDTH)) return BH_BAD_SIZE;
        if (l > 0 && layer->n_in != layer[-1].n_out) return BH_BAD_SIZE;
        if (!between(layer->activation, BH_IDENTITY, BH_SOFTMAX) || !isfinite(layer->slope)) return BH_BAD_SIZE;
        if (check_between(n, l) != BH_OK) return BH_BAD_SIZE;
    }
    if (n->loss == BH_SOFTMAX_CROSS_ENTROPY && n->layers[n->n_layers - 1].n_out == 1) return BH_BAD_SIZE; /* always 1 */
    if (!softmax_is_last(n) || !between(n->loss, BH_SOFTMAX_CROSS_ENTROPY, BH_BINARY_CROSS_ENTROPY)) return BH_BAD_SIZE;
    return n->label_smoothing >= 0 && n->label_smoothing < 1 ? BH_OK : BH_BAD_SIZE;
}

/* An odd number of cache lines: rows an even number apart would fall on half the places of the cache, or on an eighth. */
static int32_t stride_of(int32_t n_out) {
    const int32_t stride = padded(n_out);
    return stride / PADDING % 2 == 0 ? stride + PADDING : stride;
}

int32_t bh_version(void) { return BH_VERSION; }

/* As bh_layout; learned: how many floats of them, from the first on, are learned. */
static int64_t lay_out(const bh_network *network, bh_place *places, int64_t *learned) {
    const int status = check_network(network);
    if (status != BH_OK) return -status;
    int64_t at = 0;
    for (int l = 0; l < network->n_layers; l++) {
        const bh_layer *layer = &network->layers[l];
        const int32_t stride = stride_of(layer->n_out);
        const int64_t biases = at + (int64_t)layer->n_in * stride, behind = biases + stride;
        places[l] = (bh_place){at, biases, -1, -1, -1, -1, stride};
        if (layer->batch_norm) places[l].gamma = behind, places[l].beta = behind + stride;
        at = layer->batch_norm ? behind + 2 * stride : behind;
        if (at > INT64_MAX / 16) return -BH_BAD_SIZE;
    }
    *learned = at;
    for (int l = 0; l < network->n_layers; l++) {
        if (!network->layers[l].batch_norm) continue;
        places[l].mean = at, places[l].variance = at + places[l].stride;
        at += 2 * places[l].stride;
    }
    return at;
}

int64_t bh_layout(const bh_network *network, bh_place *places) {
    int64_t learned;
    return places ? lay_out(network, places, &learned) : -BH_BAD_POINTER;
}

/* Workspace */

/* Give out the workspace piece by piece, each aligned; with no workspace, only measure. */
typedef struct {
    char *base;
    int64_t used;
} larder;

static void *take(larder *from, int64_t bytes) {
    void *piece = from->base ? from->base + from->used : 0;
    from->used += rounded_up(bytes, BH_ALIGNMENT);
    return piece;
}

/* Take what lies between layer l and the next needs. */
static void furnish_between(epoch *e, larder *from, int l) {
    const bh_layer *layer = &e->network->layers[l];
    const int64_t line = e->stride[l + 1] * (int64_t)sizeof(float), all = e->chunk * line;
    e->a[l] = layer->dropout > 0 || layer->residual ? take(from, all) : e->x[l + 1];
    if (layer->batch_norm) e->z[l] = take(from, all), e->inverse_std[l] = take(from, line);
    if (layer->residual) e->around[l] = take(from, all);
    if (layer->dropout > 0) e->kept[l] = take(from, e->chunk * (int64_t)layer->n_out + PADDING); /* read by vectors */
    if (layer->batch_norm || layer->residual || layer->dropout > 0) e->between[l] = 1;
    if (layer->residual) e->between[l - layer->residual] = 1;
}

/* Take what bytes on a background need, for so many members. */
static void furnish_background(epoch *e, larder *from, int32_t n_threads) {
    const int64_t n_in = e->network->layers[0].n_in, rows = rounded_up(e->chunk, 8), size = sizeof(int32_t);
    const int64_t blocks = rows / TILE_ROWS, groups = rounded_up(n_in, TILE_ROWS) / TILE_ROWS;
    const int64_t in_blocks = rows * e->stride[0], in_strips = e->chunk * rounded_up(n_in, STRIP);
    e->stored_stride = e->marks_stride = e->list_stride = n_in + PADDING; /* what goes by sixteen may reach over the end */
    e->stored = take(from, rows * e->stored_stride);
    e->marks = take(from, rows / 8 * e->marks_stride);
    e->inputs_of = take(from, blocks * e->list_stride * size);
    e->n_inputs_of = take(from, blocks * size);
    e->examples_of = take(from, groups * (e->chunk + PADDING) * size);
    e->n_examples_of = take(from, groups * size);
    e->bit_places = take(from, 256 * 8 * size);
    e->scale = take(from, (n_in + PADDING) * (int64_t)sizeof(float));
    e->numbers_floats = rounded_up(in_blocks > in_strips ? in_blocks : in_strips, PADDING);
    e->numbers = take(from, n_threads * e->numbers_floats * (int64_t)sizeof(float));
}

/* Take room for the words of any layer's product, for each of so many members. */
static void furnish_words(epoch *e, larder *from, int32_t n_threads) {
    const int64_t rows = rounded_up(e->chunk, BLOCK_ROWS) + BLOCK_ROWS; /* blocks may begin at any row */
    int32_t deepest = e->chunk;
    e->a_floats = 0;
    for (int l = 0; l < e->network->n_layers; l++) {
        const bh_layer *layer = &e->network->layers[l];
        const int32_t deep = layer->n_in > layer->n_out ? layer->n_in : layer->n_out;
        const int64_t inputs = rounded_up(layer->n_in, BLOCK_ROWS) + BLOCK_ROWS;
        const int64_t of_rows = rows * word_stride(deep), of_inputs = inputs * word_stride(e->chunk);
        const int64_t most = of_rows > of_inputs ? of_rows : of_inputs;
        e->a_floats = most > e->a_floats ? most : e->a_floats;
        deepest = deep > deepest ? deep : deepest;
    }
    e->words_floats = e->a_floats + (int64_t)MOST_PIECES * words_of(deepest) * MAX_PANEL;
    e->words = take(from, n_threads * e->words_floats * (int64_t)sizeof(float));
}

static void furnish(epoch *e, larder *from, int32_t batch_size, int32_t n_threads) {
    const bh_network *n = e->network;
    const int32_t most = has_norm(n) && !is_prediction(e) ? batch_size : CHUNK;
    e->chunk = batch_size < most ? batch_size : most;
    const int64_t rows = e->chunk, size = sizeof(float);
    int64_t widest = 0;
    e->by_rows = !has_norm(n) || is_prediction(e);
    e->stride[0] = stride_of(n->layers[0].n_in);
    e->x[0] = take(from, rows * e->stride[0] * size);
    for (int l = 0; l < n->n_layers; l++) {
        e->stride[l + 1] = stride_of(n->layers[l].n_out);
        e->x[l + 1] = take(from, rows * e->stride[l + 1] * size);
        e->dz[l] = take(from, rows * e->stride[l + 1] * size);
        furnish_between(e, from, l);
        widest = n->layers[l].n_out > widest ? n->layers[l].n_out : widest;
        if (l > 0 && (int64_t)n->layers[l].n_in * n->layers[l].n_out > LIGHT) e->by_rows = 0;
    }
    e->grads = take(from, e->n_learned * size);
    e->squares = take(from, (e->n_learned + PIECE - 1) / PIECE * (int64_t)sizeof(double));
    e->row_loss = take(from, rows * (int64_t)sizeof(double));
    e->row_right = take(from, rows);
    const int64_t n_in = n->layers[0].n_in;
    e->panel_floats = (widest + 3) * MAX_PANEL;
    e->panels = take(from, n_threads * e->panel_floats * size);
    e->per_unit_floats = rounded_up(widest, MAX_PANEL);
    e->per_unit = take(from, n_threads * e->per_unit_floats * size);
    e->scratch = take(from, n_threads * n_in * size);
    e->lists = take(from, ((widest > n_in ? widest : n_in) + PADDING) * (int64_t)sizeof(int32_t));
    furnish_background(e, from, n_threads);
    if (!is_prediction(e)) furnish_words(e, from, n_threads);
}

int64_t bh_workspace(const bh_network *network, int32_t batch_size, int32_t n_threads) {
    epoch e = {.network = network};
    const int64_t n_params = lay_out(network, e.places, &e.n_learned);
    if (n_params < 0) return n_params;
    if (batch_size < 1 || !between(n_threads, 1, BH_MAX_THREADS)) return -BH_BAD_SIZE;
    if (has_norm(network) && batch_size > MOST_NORMALISED) return -BH_BAD_SIZE;
    larder measure = {0, 0};
    furnish(&e, &measure, batch_size, n_threads);
    return measure.used;
}

/* Kernels */

int32_t bh_choose_kernel(int32_t wanted) {
    if (wanted != BH_BEST) return processor_runs(wanted) ? wanted : -BH_NO_KERNEL;
    for (int32_t kernel = BH_AMX; kernel > BH_PORTABLE; kernel--)
        if (processor_runs(kernel)) return kernel;
    return BH_PORTABLE;
}

static kernel *kernel_called(int32_t name) {
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

static int in_range(float x, double least, double below) { return x >= least && x < below; }

static int check_optimizer(const bh_optimizer *o) {
    if (!o) return BH_BAD_POINTER;
    const int fine = between(o->kind, BH_SGD, BH_ADAMW) && in_range(o->momentum, 0, 1) && in_range(o->beta1, 0, 1) &&
                     in_range(o->beta2, 0, 1) && in_range(o->epsilon, 0, INFINITY) &&
                     in_range(o->weight_decay, 0, INFINITY) && in_range(o->clip_norm, 0, INFINITY) && o->steps >= 0;
    if (!fine) return BH_BAD_SIZE;
    return o->kind < BH_ADAM || o->epsilon >= 1e-20f ? BH_OK : BH_BAD_SIZE; /* 0/0 where no gradient ever came */
}

static int check_moved(const bh_epoch_data *d, int32_t n_in) {
    if (!between(d->height, 1, BH_MAX_WIDTH) || !between(d->width, 1, BH_MAX_WIDTH)) return BH_BAD_SIZE;
    if ((int64_t)d->height * d->width != n_in) return BH_BAD_SIZE;
    for (int64_t i = 0; i < d->n_order; i++)
        if (!between(d->moved[2 * i], -d->width, d->width) || !between(d->moved[2 * i + 1], -d->height, d->height))
            return BH_BAD_SIZE;
    return BH_OK;
}

static int check_inputs(const bh_epoch_data *d) {
    if (!d || !d->inputs || !d->scale || !d->shift) return BH_BAD_POINTER;
    return between(d->n_examples, 1, MOST_EXAMPLES) ? BH_OK : BH_BAD_SIZE;
}

static int check_order(const bh_epoch_data *d, int32_t n_out) {
    for (int64_t i = 0; i < d->n_order; i++) {
        const int64_t row = d->order[i];
        if (!between(row, 0, d->n_examples - 1)) return BH_BAD_ORDER;
        if (d->labels && n_out > 1 && !between(d->labels[row], 0, n_out - 1)) return BH_BAD_ORDER;
    }
    return BH_OK;
}

/* A batch of one has no spread, and draws must not run out. */
static int check_batches(const bh_network *n, const bh_epoch_data *d) {
    if (has_norm(n) && (d->batch_size == 1 || d->batch_size > MOST_NORMALISED || d->n_order % d->batch_size == 1))
        return BH_BAD_SIZE;
    return d->draws.position <= MOST_DRAWN ? BH_OK : BH_BAD_SIZE;
}

static int check_data(const bh_epoch_data *d, const bh_network *n) {
    const int32_t n_in = n->layers[0].n_in, n_out = n->layers[n->n_layers - 1].n_out;
    int status = check_inputs(d);
    if (status != BH_OK) return status;
    if (!d->order || !d->learning_rates || !d->labels == !d->targets) return BH_BAD_POINTER;
    if (!between(d->n_order, 1, MOST_EXAMPLES) || d->batch_size < 1) return BH_BAD_SIZE;
    if (check_batches(n, d) != BH_OK) return BH_BAD_SIZE;
    for (int64_t step = 0; step < steps_of(d); step++)
        if (!isfinite(d->learning_rates[step])) return BH_BAD_SIZE;
    if (d->moved) status = check_moved(d, n_in);
    return status == BH_OK ? check_order(d, n_out) : status;
}

static int check_memory(const bh_memory *m, int32_t kind) {
    if (!m || !aligned(m->params) || !aligned(m->workspace)) return BH_BAD_POINTER;
    if (kind != BH_SGD && !aligned(m->first)) return BH_BAD_POINTER;
    return kind < BH_ADAM || aligned(m->second) ? BH_OK : BH_BAD_POINTER;
}

/* Is 0 background in the stored bytes, and shift so small that taking it apart loses no digits? Then get ready to skip. */
static void look_at_background(epoch *e) {
    const bh_epoch_data *d = e->data;
    const int32_t n_in = e->network->layers[0].n_in;
    e->on_background = d->inputs_are_bytes;
    for (int32_t k = 0; k < n_in; k++) {
        e->shifts |= d->shift[k] != 0;
        if (!(fabsf(d->shift[k]) <= MOST_SHIFT)) e->on_background = 0;
    }
    memcpy(e->scale, d->scale, (size_t)n_in * sizeof *e->scale);
    memset(e->scale + n_in, 0, PADDING * sizeof *e->scale);
    for (int mark = 0; mark < 256; mark++)
        for (int bit = 0, found = 0; bit < 8; bit++)
            if (mark >> bit & 1) e->bit_places[8 * mark + found++] = bit;
}

/* Lay out parameters and workspace of a task whose network is in order. */
static int settle(epoch *e, const bh_memory *m, int32_t batch_size, int32_t n_threads) {
    if (!between(n_threads, 1, BH_MAX_THREADS)) return BH_BAD_SIZE;
    e->crew.size = n_threads;
    const int64_t n_params = lay_out(e->network, e->places, &e->n_learned);
    if (n_params < 0) return (int)-n_params;
    larder workspace = {m->workspace, 0};
    furnish(e, &workspace, batch_size, n_threads);
    return workspace.used <= m->workspace_bytes ? BH_OK : BH_BAD_SIZE;
}

int32_t bh_epoch(const bh_network *network, const bh_optimizer *optimizer, const bh_epoch_data *data,
                 const bh_memory *memory, int32_t kernel_wanted, int32_t n_threads, const volatile int32_t *stop,
                 bh_result *result) {
    const int32_t name = bh_choose_kernel(kernel_wanted);
    if (name < 0) return -name;
    if (!result) return BH_BAD_POINTER;
    int status = check_network(network);
    if (status == BH_OK) status = check_optimizer(optimizer);
    if (status == BH_OK) status = check_data(data, network);
    if (status == BH_OK) status = check_memory(memory, optimizer->kind);
    if (status != BH_OK) return status;
    epoch e = {.network = network, .optimizer = optimizer, .data = data, .stop = stop, .params = memory->params,
               .first = memory->first ? memory->first : memory->params, /* never touched where nothing is remembered */
               .second = memory->second ? memory->second : memory->params};
    status = settle(&e, memory, data->batch_size, n_threads);
    if (status != BH_OK) return status;
    look_at_background(&e);
    if (optimizer->clip_norm > 0) memset(e.grads, 0, (size_t)e.n_learned * sizeof *e.grads); /* between the rows, too */
    team_run(&e.crew, kernel_called(name), &e);
    *result = e.result;
    return e.status;
}

int32_t bh_predict(const bh_network *network, const bh_epoch_data *data, const bh_memory *memory, float *output,
                   int32_t kernel_wanted, int32_t n_threads) {
    const int32_t name = bh_choose_kernel(kernel_wanted);
    if (name < 0) return -name;
    if (!output) return BH_BAD_POINTER;
    int status = check_inputs(data);
    if (status == BH_OK) status = check_memory(memory, BH_SGD);
    if (status != BH_OK) return status;
    const bh_epoch_data whole = {.inputs = data->inputs, .inputs_are_bytes = data->inputs_are_bytes,
                                 .n_examples = data->n_examples, .scale = data->scale, .shift = data->shift,
                                 .n_order = data->n_examples};
    epoch e = {.network = network, .data = &whole, .params = memory->params, .output = output};
    status = settle(&e, memory, CHUNK, n_threads);
    if (status != BH_OK) return status;
    if (whole.n_order >= TILE_ROWS) look_at_background(&e);
    team_run(&e.crew, kernel_called(name), &e);
    return BH_OK;
}

int64_t bh_probe(int32_t kernel_wanted, int64_t rounds) {
    const int32_t name = bh_choose_kernel(kernel_wanted);
    if (name < 0) return name;
    if (!between(rounds, 1, INT32_MAX)) return -BH_BAD_SIZE;
    float sink;
#if defined(BH_HAS_X86_KERNELS)
    if (name >= BH_AVX512) return bh_probe_avx512(rounds, &sink);
    if (name == BH_AVX2) return bh_probe_avx2(rounds, &sink);
#endif
    return bh_probe_portable(rounds, &sink);
}
