/* Fuzzes the core's API: random networks, sizes, options and data, valid and invalid, each buffer exactly as long as
 * promised. To be built with sanitizers. What must hold: no sanitizer report; an invalid call returns an error and
 * changes nothing; a valid one gives the same bits with one thread and with three; another thread may stop an epoch.
 *
 *     fuzz ROUNDS SEED
 */
#define _GNU_SOURCE
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/include/byhand.h"

static uint64_t seed;

static uint32_t draw(uint32_t below) { /* xorshift64* */
    seed ^= seed >> 12, seed ^= seed << 25, seed ^= seed >> 27;
    return (uint32_t)((seed * 2685821657736338717u) >> 33) % below;
}

static float real(void) {
    return (float)draw(2001) / 1000 - 1;
}

static void *buffer(int64_t bytes) {
    const size_t whole = ((size_t)bytes + 63) / 64 * 64;
    void *b = aligned_alloc(BH_ALIGNMENT, whole ? whole : 64);
    if (!b) {
        exit(2);
    }
    memset(b, 0, whole ? whole : 64);
    return b;
}

static void *
tight(int64_t bytes) { /* not one byte to spare: the sanitizer sees every step beyond */
    void *b = malloc(bytes ? (size_t)bytes : 1);
    if (!b) {
        exit(2);
    }
    memset(b, 0, bytes ? (size_t)bytes : 1);
    return b;
}

typedef struct {
    bh_layer layers[8];
    bh_network network;
    bh_optimizer optimizer;
    bh_epoch_data data;
    float *params, *moment1, *moment2;
    int64_t n_params;
} scene;

/* Batch normalisation, dropout and skip connections, where there is no softmax. */
static void invent_between(bh_layer *layers, int n) {
    for (int l = 0; l < n; l++) {
        bh_layer *layer = &layers[l];
        if (layer->activation == BH_SOFTMAX) {
            continue;
        }
        layer->dropout = draw(2) ? 0 : draw(1000) / 1000.0;
        layer->batch_norm = draw(3) == 0, layer->momentum = 0.1f, layer->epsilon = 1e-5f;
        const int over = l ? 1 + (int)draw((uint32_t)l) : 0;
        if (!over || draw(2)) {
            continue;
        }
        layer->n_out = layers[l - over].n_out, layer->skip_span = over;
        if (l < n - 1) {
            layer[1].n_in = layer->n_out;
        }
    }
}

static int has(const scene *s, int norm, int way) {
    for (int l = 0; l < s->network.n_layers; l++) {
        if ((norm && s->layers[l].batch_norm) || (way && s->layers[l].skip_span)) {
            return 1;
        }
    }
    return 0;
}

static void invent_network(scene *s) {
    static const uint32_t widths[] = {16, 40, 300};
    const int n = 1 + (int)draw(4), kind = (int)draw(3);
    memset(s->layers, 0, sizeof s->layers);
    for (int l = 0; l < n; l++) {
        s->layers[l].n_in = l ? s->layers[l - 1].n_out : 1 + (int)draw(90);
        s->layers[l].n_out = 1 + (int)draw(widths[kind]);
        s->layers[l].activation = (int)draw(BH_MISH + 1);
        if (s->layers[l].activation == BH_SOFTMAX && l < n - 1) {
            s->layers[l].activation = BH_MISH;
        }
        s->layers[l].slope = 0.01f;
    }
    if (draw(2)) {
        invent_between(s->layers, n);
    }
    const int loss = (int)draw(BH_QUANTILE + 1);
    s->network = (bh_network){n, s->layers, loss, loss || draw(2) ? 0.1f : 0};
    if (s->layers[n - 1].n_out == 1 && loss == BH_SOFTMAX_CROSS_ENTROPY) {
        s->network.loss = BH_SQUARED_ERROR;
    }
    s->optimizer = (bh_optimizer){
        (int)draw(5),       0.9f, 0.9f,   0.99f, 1e-8f, draw(2) ? 1e-3f : 0, draw(3) ? 0 : 0.5f,
        draw(2) ? 1 : 0.1f, 6,    draw(9)};
}

static void invent_data(scene *s) {
    bh_epoch_data *d = &s->data;
    const int n_in = s->layers[0].n_in, n_out = s->layers[s->network.n_layers - 1].n_out;
    memset(d, 0, sizeof *d);
    d->n_examples = 1 + draw(50), d->n_indices = 1 + draw(draw(6) ? 60 : 700),
    d->batch_size = 1 + (int)(draw(3) ? draw(draw(4) ? 20 : 600) : 0);
    d->inputs_are_bytes = (int)draw(2);
    if (has(s, 1, 0)) { /* no batch of one */
        if (d->batch_size == 1) {
            d->batch_size = 2;
        }
        if (d->n_indices % d->batch_size == 1) {
            d->n_indices++;
        }
    }
    d->dropout_rng = (bh_rng){seed, 2, draw(9), draw(1000)};
    const int64_t n = d->n_examples * n_in,
                  steps = (d->n_indices + d->batch_size - 1) / d->batch_size;
    if (d->inputs_are_bytes) {
        unsigned char *x = tight(n);
        const uint32_t inked = 1 + draw(9); /* of nine */
        for (int64_t i = 0; i < n; i++) {
            x[i] = draw(9) < inked ? (unsigned char)draw(256) : 0;
        }
        d->inputs = x;
    } else {
        float *x = tight(4 * n);
        for (int64_t i = 0; i < n; i++) {
            x[i] = real() * 100;
        }
        d->inputs = x;
    }
    float *scale = tight(4 * n_in), *shift = tight(4 * n_in);
    const float most = draw(3) ? 0.1f * (float)draw(2)
                               : 30; /* 0: background does nothing; 30: too far to be taken apart */
    for (int i = 0; i < n_in; i++) {
        scale[i] = 0.01f, shift[i] = real() * most;
    }
    d->scale = scale, d->shift = shift;
    if (draw(2)) {
        int32_t *labels = tight(4 * d->n_examples);
        for (int64_t i = 0; i < d->n_examples; i++) {
            labels[i] = (int)draw((uint32_t)n_out);
        }
        d->labels = labels;
    } else {
        float *targets = tight(4 * d->n_examples * n_out);
        for (int64_t i = 0; i < d->n_examples * n_out; i++) {
            targets[i] = (float)draw(2);
        }
        d->targets = targets;
    }
    if (draw(3) == 0) {
        float *weights = tight(4 * d->n_examples);
        for (int64_t i = 0; i < d->n_examples; i++) {
            weights[i] = (float)draw(3);
        }
        d->weights = weights;
    }
    int64_t *order = tight(8 * d->n_indices);
    for (int64_t i = 0; i < d->n_indices; i++) {
        order[i] = draw((uint32_t)d->n_examples);
    }
    d->indices = order;
    double *rates = tight(8 * steps);
    for (int64_t i = 0; i < steps; i++) {
        rates[i] = draw(20) ? 0.01 : 1e30;
    }
    d->learning_rates = rates;
    if (draw(3) == 0) {
        int32_t *pixel_shifts = tight(8 * d->n_indices);
        d->height = 1;
        for (int h = 2; h < 9; h++) {
            if (n_in % h == 0) {
                d->height = h;
            }
        }
        d->width = n_in / d->height;
        for (int64_t i = 0; i < d->n_indices; i++) {
            pixel_shifts[2 * i] = (int)draw((uint32_t)(2 * d->width + 1)) - d->width;
            pixel_shifts[2 * i + 1] = (int)draw((uint32_t)(2 * d->height + 1)) - d->height;
        }
        d->pixel_shifts = pixel_shifts;
    }
}

static void invent_memory(scene *s) {
    bh_layer_offsets offsets[8];
    s->n_params = bh_layout(&s->network, offsets);
    if (s->n_params <= 0) {
        exit(3);
    }
    s->params = buffer(4 * s->n_params), s->moment1 = buffer(4 * s->n_params),
    s->moment2 = buffer(4 * s->n_params);
    for (int l = 0; l < s->network.n_layers; l++) {
        for (int k = 0; k < s->layers[l].n_in; k++) {
            for (int j = 0; j < s->layers[l].n_out; j++) {
                s->params[offsets[l].weights + (int64_t)k * offsets[l].stride + j] = real() / 4;
            }
        }
    }
    for (int l = 0; l < s->network.n_layers; l++) {
        for (int j = 0; s->layers[l].batch_norm && j < s->layers[l].n_out; j++) {
            s->params[offsets[l].gamma + j] = 1 + real() / 2,
                                         s->params[offsets[l].beta + j] = real();
            s->params[offsets[l].mean + j] = real(),
                                        s->params[offsets[l].variance + j] = 1.5f + real();
        }
    }
}

static void clear(scene *s) {
    const void *all[] = {s->params,
                         s->moment1,
                         s->moment2,
                         s->data.inputs,
                         s->data.scale,
                         s->data.shift,
                         s->data.labels,
                         s->data.targets,
                         s->data.indices,
                         s->data.learning_rates,
                         s->data.pixel_shifts,
                         s->data.weights};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        free((void *)all[i]);
    }
}

/* Train a copy; return the status and leave the copy in `params`. */
static int train(const scene *s, int kernel, int threads, float *params, bh_result *result) {
    const int64_t bytes = 4 * s->n_params,
                  workspace = bh_workspace(&s->network, s->data.batch_size, threads);
    if (workspace < 0) {
        return (int)workspace;
    }
    float *first = buffer(bytes), *second = buffer(bytes);
    void *room = buffer(workspace);
    memcpy(params, s->params, (size_t)bytes);
    const bh_memory memory = {params, first, second, room, workspace};
    const int status =
        bh_epoch(&s->network, &s->optimizer, &s->data, &memory, kernel, threads, 0, result);
    free(first), free(second), free(room);
    return status;
}

static int is_clean(const float *row, const bh_layer *layer, const bh_layer_offsets *at) {
    for (int j = layer->n_out; j < at->stride; j++) {
        if (row[j] != 0) {
            return 0;
        }
    }
    return 1;
}

/* What lies between the rows stays 0, unless a weight has left the finite numbers: ∞ · 0 is none. */
static int padding_is_clean(const scene *s, const float *params) {
    bh_layer_offsets offsets[8];
    bh_layout(&s->network, offsets);
    for (int64_t i = 0; i < s->n_params; i++) {
        if (!isfinite(params[i])) {
            return 1;
        }
    }
    for (int l = 0; l < s->network.n_layers; l++) {
        const bh_layer_offsets *at = &offsets[l];
        for (int k = 0; k <= s->layers[l].n_in; k++) { /* the last row: biases */
            if (!is_clean(params + at->weights + (int64_t)k * at->stride, &s->layers[l], at)) {
                return 0;
            }
        }
        const int64_t others[] = {at->gamma, at->beta, at->mean, at->variance};
        for (int i = 0; s->layers[l].batch_norm && i < 4; i++) {
            if (!is_clean(params + others[i], &s->layers[l], at)) {
                return 0;
            }
        }
    }
    return 1;
}

static void a_right_call(scene *s) {
    static const int kernels[] = {BH_PORTABLE, BH_AVX2,        BH_AVX512,
                                  BH_AMX,      BH_AVX512_BF16, BH_AMX_BF16};
    const size_t bytes = 4 * (size_t)s->n_params;
    float *one = buffer((int64_t)bytes), *three = buffer((int64_t)bytes);
    for (int k = 0; k < 6; k++) {
        if (bh_choose_kernel(kernels[k]) < 0) {
            continue;
        }
        bh_result r1 = {0}, r3 = {0};
        const int s1 = train(s, kernels[k], 1, one, &r1), s3 = train(s, kernels[k], 3, three, &r3);
        if ((s1 != BH_OK && s1 != BH_DIVERGED) || s1 != s3 || memcmp(&r1, &r3, sizeof r1) ||
            memcmp(one, three, bytes)) {
            fprintf(stderr, "kernel %d: status %d and %d, steps %ld and %ld\n", kernels[k], s1, s3,
                    (long)r1.steps_done, (long)r3.steps_done);
            exit(1);
        }
        if (s1 == BH_OK && !padding_is_clean(s, one)) {
            fprintf(stderr, "kernel %d: the padding is not 0\n", kernels[k]);
            exit(1);
        }
    }
    free(one), free(three);
}

/* Each example's influence on the first one; return the status. */
static int influence(const scene *s, int kernel, int threads, float *scores) {
    const int64_t bytes = bh_workspace(&s->network, 256, threads);
    if (bytes < 0) {
        return (int)bytes;
    }
    void *room = buffer(bytes);
    const bh_memory memory = {s->params, 0, 0, room, bytes};
    bh_epoch_data query = s->data;
    query.n_examples = 1;
    const int status =
        bh_influence(&s->network, &s->data, &query, &memory, scores, kernel, threads);
    free(room);
    return status;
}

/* Right for networks without dropout and batch normalisation, and the same with any number of threads. */
static void a_right_influence(const scene *s) {
    const int64_t bytes = 4 * s->data.n_examples;
    float *one = tight(bytes), *three = tight(bytes);
    int has_training_ops = 0;
    for (int l = 0; l < s->network.n_layers; l++) {
        has_training_ops |= s->layers[l].batch_norm || s->layers[l].dropout > 0;
    }
    for (int kernel = BH_PORTABLE; kernel <= BH_AVX512; kernel++) {
        if (bh_choose_kernel(kernel) < 0) {
            continue;
        }
        const int s1 = influence(s, kernel, 1, one);
        const int s3 = influence(s, kernel, 3, three);
        if (s1 != (has_training_ops ? BH_BAD_SIZE : BH_OK) || s1 != s3 ||
            (s1 == BH_OK && memcmp(one, three, (size_t)bytes))) {
            fprintf(stderr, "kernel %d: influence, status %d and %d\n", kernel, s1, s3);
            exit(1);
        }
    }
    free(one), free(three);
}

static void *set_stop(void *stop) {
    atomic_store_explicit((_Atomic(int32_t) *)stop, 1, memory_order_relaxed);
    return 0;
}

/* Another thread sets the stop flag during an epoch: a whole number of steps was made, without a data race. */
static void stop_from_another_thread(const scene *s) {
    const int64_t bytes = 4 * s->n_params,
                  workspace = bh_workspace(&s->network, s->data.batch_size, 2);
    float *params = buffer(bytes), *moment1 = buffer(bytes), *moment2 = buffer(bytes);
    void *room = buffer(workspace);
    memcpy(params, s->params, (size_t)bytes);
    const bh_memory memory = {params, moment1, moment2, room, workspace};
    bh_result result;
    _Atomic(int32_t) stop = 0;
    pthread_t thread;
    if (pthread_create(&thread, 0, set_stop, (void *)&stop)) {
        exit(2);
    }
    const int status =
        bh_epoch(&s->network, &s->optimizer, &s->data, &memory, BH_BEST, 2, &stop, &result);
    pthread_join(thread, 0);
    if (status < 0 || (status == BH_STOPPED && result.steps_done < 1)) {
        exit(1);
    }
    stop = 1;
    memcpy(params, s->params, (size_t)bytes);
    const int stopped =
        bh_epoch(&s->network, &s->optimizer, &s->data, &memory, BH_BEST, 2, &stop, &result);
    if (stopped != BH_DIVERGED && (stopped != BH_STOPPED || result.steps_done != 1)) {
        exit(1);
    }
    free(params), free(moment1), free(moment2), free(room);
}

/* Predictions: the same bits with one thread and with three. */
static void predict(const scene *s) {
    const int64_t n_out = s->layers[s->network.n_layers - 1].n_out,
                  bytes = 4 * s->data.n_examples * n_out;
    float *answers[2];
    for (int i = 0; i < 2; i++) {
        const int64_t workspace = bh_workspace(&s->network, 256, 1 + 2 * i);
        const bh_memory memory = {s->params, 0, 0, buffer(workspace), workspace};
        answers[i] = tight(bytes);
        if (bh_predict(&s->network, &s->data, &memory, answers[i], BH_BEST, 1 + 2 * i) != BH_OK) {
            exit(1);
        }
        free(memory.workspace);
    }
    if (memcmp(answers[0], answers[1], (size_t)bytes)) {
        fprintf(stderr, "predictions differ by the number of threads\n");
        exit(1);
    }
    free(answers[0]), free(answers[1]);
}

/* Spoil one thing; the call must be refused and change nothing. */
static void a_wrong_call(scene *s) {
    scene bad = *s;
    bh_layer layers[8];
    memcpy(layers, s->layers, sizeof layers);
    bad.network.layers = layers;
    bh_layer *any = &layers[draw((uint32_t)s->network.n_layers)];
    static const int wrong[] = {0, -1, BH_MAX_WIDTH + 1, 2147483647, -2147483647 - 1};
    const int w = wrong[draw(5)];
    int32_t *labels = 0;
    int64_t *order = 0;
    float *weights = 0;
    switch (draw(26)) {
    case 0:
        any->n_in = w;
        break;
    case 1:
        any->n_out = w;
        break;
    case 2:
        any->activation = draw(2) ? BH_MISH + 1 : -1;
        break;
    case 3:
        bad.network.n_layers = draw(2) ? 0 : 65;
        break;
    case 4:
        bad.network.layers = 0;
        break;
    case 5:
        bad.network.loss = draw(2) ? BH_QUANTILE + 1 : -1;
        break;
    case 6:
        bad.network.loss = BH_QUANTILE, bad.network.loss_parameter = draw(2) ? 1 : NAN;
        break;
    case 7:
        bad.optimizer.kind = draw(2) ? 5 : -1;
        break;
    case 8:
        bad.optimizer.momentum = draw(2) ? 1 : -NAN;
        break;
    case 9:
        bad.optimizer.weight_decay = draw(2) ? -1 : INFINITY;
        break;
    case 10:
        bad.data.batch_size = w > 0 ? -w : w;
        break;
    case 11:
        bad.data.n_indices = w > 0 ? -w : w;
        break;
    case 12:
        bad.data.n_examples = w > 0 ? -w : w;
        break;
    case 13:
        bad.data.inputs = 0;
        break;
    case 14:
        bad.data.indices = 0;
        break;
    case 15:
        bad.data.labels = 0, bad.data.targets = 0;
        break;
    case 16:
        order = tight(8 * s->data.n_indices);
        memcpy(order, s->data.indices, 8 * (size_t)s->data.n_indices);
        order[draw((uint32_t)s->data.n_indices)] = draw(2) ? s->data.n_examples : -1;
        bad.data.indices = order;
        break;
    case 17:
        bad.optimizer.steps = -1;
        break;
    case 18:
        any->dropout = draw(2) ? 1 : draw(2) ? -0.5 : NAN;
        break;
    case 19:
        any->batch_norm = draw(2) ? 2 : -1;
        break;
    case 20:
        any->skip_span = draw(2) ? (int)(any - layers) + 1 : -1;
        break;
    case 21:
        any = &layers[s->network.n_layers - 1];
        any->activation = BH_SOFTMAX, any->dropout = 0.5;
        break;
    case 22:
        any->dropout = INFINITY;
        break;
    case 23:
        bad.data.dropout_rng.counter = UINT64_MAX;
        break;
    case 24:
        if (s->network.n_layers < 2) {
            return;
        }
        layers[0].batch_norm = 1, layers[0].momentum = draw(2) ? 0.1f : NAN, layers[0].epsilon = 0;
        if (layers[0].momentum == 0.1f && draw(2)) {
            layers[0].epsilon = 1e-5f, bad.data.batch_size = 1;
        }
        break;
    case 25:
        weights = tight(4 * s->data.n_examples);
        for (int64_t i = 0; i < s->data.n_examples; i++) {
            weights[i] = draw(2) ? -1 : draw(2) ? NAN : INFINITY;
        }
        bad.data.weights = weights;
        break;
    }
    bh_result result = {-7, 0, 0, 0};
    float *params = buffer(4 * s->n_params), *first = buffer(4 * s->n_params),
          *second = buffer(4 * s->n_params);
    memcpy(params, s->params, 4 * (size_t)s->n_params);
    const int64_t workspace = bh_workspace(&s->network, s->data.batch_size, 2);
    void *room = buffer(workspace);
    const bh_memory memory = {params, first, second, room, workspace};
    const int status =
        bh_epoch(&bad.network, &bad.optimizer, &bad.data, &memory, BH_BEST, 2, 0, &result);
    if (status >= 0 || result.steps_done != -7 ||
        memcmp(params, s->params, 4 * (size_t)s->n_params)) {
        fprintf(stderr, "a wrong call was let in: status %d\n", status);
        exit(1);
    }
    free(params), free(first), free(second), free(room), free(labels), free(order), free(weights);
}

static void bad_memory(const scene *s) {
    const int64_t workspace = bh_workspace(&s->network, s->data.batch_size, 1);
    void *room = buffer(workspace);
    bh_result result;
    const bh_memory wrong[] = {{0, s->moment1, s->moment2, room, workspace},
                               {s->params + 1, s->moment1, s->moment2, room, workspace},
                               {s->params, s->moment1, s->moment2, 0, workspace},
                               {s->params, s->moment1, s->moment2, (char *)room + 4, workspace},
                               {s->params, s->moment1, s->moment2, room, workspace - 1}};
    for (int i = 0; i < 5; i++) {
        if (bh_epoch(&s->network, &s->optimizer, &s->data, &wrong[i], BH_BEST, 1, 0, &result) >=
            0) {
            exit(1);
        }
    }
    const bh_memory right = {s->params, s->moment1, s->moment2, room, workspace};
    for (int threads = -1; threads < 66; threads += threads < 0 ? 1 : 65) { /* −1, 0, 65 */
        if (bh_epoch(&s->network, &s->optimizer, &s->data, &right, BH_BEST, threads, 0, &result) !=
            BH_BAD_SIZE) {
            exit(1);
        }
    }
    if (bh_epoch(&s->network, &s->optimizer, &s->data, &right, 99, 1, 0, &result) != BH_NO_KERNEL) {
        exit(1);
    }
    if (bh_epoch(&s->network, &s->optimizer, &s->data, &right, BH_BEST, 1, 0, 0) !=
        BH_BAD_POINTER) {
        exit(1);
    }
    if (bh_epoch(0, 0, 0, 0, BH_BEST, 1, 0, &result) != BH_BAD_POINTER) {
        exit(1);
    }
    free(room);
}

static void open_cells(const scene *s, const double *z, const double *a, const double *target) {
    const int n_out = s->layers[s->network.n_layers - 1].n_out;
    int64_t units = 0;
    for (int l = 0; l < s->network.n_layers; l++) {
        units += s->layers[l].n_out;
    }
    double *slopes = tight(8 * units), *learned = tight(8 * n_out), *terms = tight(8 * n_out), sum;
    if (bh_activation_derivatives(&s->network, z, a, slopes) ||
        bh_multiply_accumulate(z, slopes, units, slopes, &sum) ||
        bh_sgd_step(z, slopes, units, 0.1, slopes) ||
        bh_softmax_numerators(a + units - n_out, n_out, terms, &sum) ||
        bh_loss_terms(&s->network, a + units - n_out, target, learned, terms)) {
        exit(1);
    }
    if (!bh_activation_derivatives(&s->network, 0, a, slopes) ||
        !bh_multiply_accumulate(z, a, 0, slopes, &sum) ||
        !bh_softmax_numerators(z, -1, terms, &sum)) {
        exit(1);
    }
    free(slopes), free(learned), free(terms);
}

/* Everything the page asks, in rooms without a byte to spare, with nothing missing and with something missing. */
static void look_inside(const scene *s) {
    const int n_in = s->layers[0].n_in, n_out = s->layers[s->network.n_layers - 1].n_out;
    int64_t units = 0;
    for (int l = 0; l < s->network.n_layers; l++) {
        units += s->layers[l].n_out;
    }
    double *x = tight(8 * n_in), *target = tight(8 * n_out), *grads = tight(8 * s->n_params),
           *shares = tight(8 * n_in);
    double *z = tight(8 * units), *a = tight(8 * units), *da = tight(8 * units),
           *dz = tight(8 * units), loss, found;
    float *params = tight(4 * s->n_params);
    if (bh_initialize(&s->network, (int)draw(5), 1, seed, params)) {
        exit(1);
    }
    if (has(s, 1, 0)) { /* this it does not know, and says so */
        const int forward = bh_forward(&s->network, s->params, x, z, a),
                  sure = (int)bh_robustness_scratch(&s->network);
        const int back = bh_backward(&s->network, s->params, target, z, a, da, dz, &loss);
        if (forward != BH_BAD_SIZE || sure != forward || back != forward) {
            exit(1);
        }
        if (bh_gradients(&s->network, x, a, dz, grads) != forward) {
            exit(1);
        }
        free(x), free(target), free(grads), free(shares), free(z), free(a), free(da), free(dz),
            free(params);
        return;
    }
    double *scratch = tight(8 * bh_robustness_scratch(&s->network));
    for (int k = 0; k < n_in; k++) {
        x[k] = draw(256);
    }
    if (bh_forward(&s->network, s->params, x, z, a) ||
        bh_backward(&s->network, s->params, target, z, a, da, dz, &loss) ||
        bh_gradients(&s->network, x, a, dz, grads) ||
        bh_initialize(&s->network, (int)draw(5), 1, seed, params)) {
        exit(1);
    }
    open_cells(s, z, a, target);
    if (!bh_forward(&s->network, 0, x, z, a) || !bh_initialize(&s->network, -1, 1, 0, params)) {
        exit(1);
    }
    const bh_example example = {x, s->data.scale, s->data.shift, 0, draw(9) ? 255 : NAN};
    const int32_t status = bh_attributions(&s->network, s->params, &example,
                                           (int)draw((uint32_t)n_out), -1, scratch, shares, &found);
    const int again = bh_certified_radius(&s->network, s->params, &example, scratch, &found);
    const int third =
        bh_adversarial_example(&s->network, s->params, &example, scratch, shares, &found);
    if (has(s, 0, 1) && status != BH_BAD_SIZE) {
        exit(1);
    }
    if (n_out > 1 && (status != again || again != third)) {
        exit(1);
    }
    free(x), free(target), free(grads), free(shares), free(z), free(a), free(da), free(dz),
        free(scratch), free(params);
}

static void draw_and_count(void) {
    const int height = 1 + (int)draw(60), width = 1 + (int)draw(60), n = 2 + (int)draw(40),
              k = 2 + (int)draw(5);
    float *ink = tight(4 * height * width), *points = tight(8 * n), *output = tight(4 * n * k);
    double *room = tight(8 * (20 * height + width)), *normals = tight(16 * n), clouds[8] = {0};
    unsigned char *picture = tight(784);
    int32_t *classes = tight(4 * n);
    int64_t *counts = tight(8 * k * k);
    for (int i = 0; i < height * width; i++) {
        ink[i] = draw(9) ? 0 : (float)draw(100);
    }
    const int status = bh_preprocess_digit(ink, height, width, room, picture);
    if (status != BH_OK && status != BH_EMPTY_INPUT) {
        exit(1);
    }
    if (bh_toy_dataset((int)draw(6), n, 0.1, 1 + (int)draw(4), clouds, seed, draw(2), normals,
                       points, classes)) {
        exit(1);
    }
    const double two_clouds[8] = {0, 0, 1, draw(9) ? 1 : NAN, 1, 1, 2, 2};
    double error;
    const int bayes = bh_bayes_error(two_clouds, n, points, 0.1, classes, &error);
    if (bayes != BH_OK && bayes != BH_BAD_SIZE) {
        exit(1);
    }
    for (int i = 0; i < n; i++) {
        classes[i] = (int)draw((uint32_t)k);
    }
    if (bh_confusion(output, classes, n, k, counts)) {
        exit(1);
    }
    classes[draw((uint32_t)n)] = draw(2) ? k : -1;
    if (bh_confusion(output, classes, n, k, counts) != BH_BAD_INDEX) {
        exit(1);
    }
    free(ink), free(points), free(output), free(room), free(normals), free(picture), free(classes),
        free(counts);
}

int main(int n_arguments, char **arguments) {
    if (n_arguments != 3) {
        return 2;
    }
    const int rounds = atoi(arguments[1]);
    seed = strtoull(arguments[2], 0, 10) * 2 + 1;
    for (int i = 0; i < rounds; i++) {
        scene s;
        invent_network(&s);
        invent_data(&s);
        invent_memory(&s);
        a_right_call(&s);
        a_right_influence(&s);
        stop_from_another_thread(&s);
        predict(&s);
        for (int j = 0; j < 8; j++) {
            a_wrong_call(&s);
        }
        bad_memory(&s);
        look_inside(&s);
        draw_and_count();
        clear(&s);
    }
    printf("%d rounds\n", rounds);
    return 0;
}
