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

#include "fuzz_memory.h"
#include "fuzz_scene.h"
#include "fuzz_wrong.h"

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
    const bh_embedding *e = s->network.embedding;
    for (int i = 0; e && i < e->n_columns * embedded_floats(e); i++) {
        if (params[i] != 0 && is_embedding_padding(e, i % embedded_floats(e))) {
            return 0;
        }
    }
    const int n_in = s->layers[0].n_in;
    for (int i = 0; i < s->network.n_heads * padded(n_in); i++) {
        if (params[offsets[0].weights - 1 - i] != 0 &&
            padded(n_in) - 1 - i % padded(n_in) >= n_in) {
            return 0;
        }
    }
    for (int l = 0; l < s->network.n_layers; l++) {
        const bh_layer_offsets *at = &offsets[l];
        for (int k = 0; k < n_matrices(s, l) * (s->layers[l].n_in + 1); k++) { /* biases, too */
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
        if (s->layers[l].parametric && !is_clean(params + at->alpha, &s->layers[l], at)) {
            return 0;
        }
    }
    return 1;
}

static void check_right_call(scene *s) {
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

/* Right for networks of dense layers alone, and the same with any number of threads. */
static void check_influence(const scene *s) {
    const int64_t bytes = 4 * s->data.n_examples;
    float *one = tight(bytes), *three = tight(bytes);
    int has_more = s->network.embedding || s->network.n_heads;
    for (int l = 0; l < s->network.n_layers; l++) {
        has_more |= s->layers[l].batch_norm || s->layers[l].dropout > 0;
    }
    for (int kernel = BH_PORTABLE; kernel <= BH_AVX512; kernel++) {
        if (bh_choose_kernel(kernel) < 0) {
            continue;
        }
        const int s1 = influence(s, kernel, 1, one);
        const int s3 = influence(s, kernel, 3, three);
        if (s1 != (has_more ? BH_BAD_SIZE : BH_OK) || s1 != s3 ||
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
static void check_stop(const scene *s) {
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
    const int last = s->network.n_layers - 1;
    const int64_t n_out = (int64_t)n_matrices(s, last) * s->layers[last].n_out,
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

static void check_cells(const scene *s, const double *z, const double *a, const double *target) {
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

/* What the page asks for, in rooms without a byte to spare. */
typedef struct {
    double *x, *target, *z, *a, *da, *dz, *grads, *shares, loss, found;
} rooms;

static rooms make_rooms(const scene *s) {
    const int n_in = s->layers[0].n_in, n_out = s->layers[s->network.n_layers - 1].n_out;
    int64_t units = 0;
    for (int l = 0; l < s->network.n_layers; l++) {
        units += s->layers[l].n_out;
    }
    return (rooms){.x = tight(8 * n_in),
                   .target = tight(8 * n_out),
                   .z = tight(8 * units),
                   .a = tight(8 * units),
                   .da = tight(8 * units),
                   .dz = tight(8 * units),
                   .grads = tight(8 * s->n_params),
                   .shares = tight(8 * n_in)};
}

static void free_rooms(rooms *r) {
    free(r->x), free(r->target), free(r->z), free(r->a), free(r->da), free(r->dz), free(r->grads),
        free(r->shares);
}

static int backward_and_gradients(const scene *s, rooms *r) {
    const int status =
        bh_backward(&s->network, s->params, r->target, r->z, r->a, r->da, r->dz, &r->loss);
    const int second = bh_gradients(&s->network, r->x, r->a, r->dz, r->grads);
    return status == second ? status : 1;
}

static void check_initialize(const scene *s) {
    float *params = tight(4 * s->n_params);
    const int wanted = s->network.embedding || s->network.n_heads ? BH_BAD_SIZE : BH_OK;
    if (bh_initialize(&s->network, (int)draw(5), 1, seed, params) != wanted ||
        !bh_initialize(&s->network, -1, 1, 0, params)) {
        exit(1);
    }
    free(params);
}

/* Networks with batch normalization, alphas, heads or an embedding: the core does not know how, and says so. */
static void check_refused(const scene *s, rooms *r) {
    const int forward = bh_forward(&s->network, s->params, r->x, r->z, r->a);
    const int sure = (int)bh_robustness_scratch(&s->network);
    if (forward != BH_BAD_SIZE || sure != forward || backward_and_gradients(s, r) != forward) {
        exit(1);
    }
}

static void check_passes(const scene *s, rooms *r) {
    for (int k = 0; k < s->layers[0].n_in; k++) {
        r->x[k] = draw(256);
    }
    if (bh_forward(&s->network, s->params, r->x, r->z, r->a) || backward_and_gradients(s, r)) {
        exit(1);
    }
    check_cells(s, r->z, r->a, r->target);
    if (!bh_forward(&s->network, 0, r->x, r->z, r->a)) {
        exit(1);
    }
}

/* Attributions, the certified radius and an adversarial example know the same networks. */
static void check_robustness(const scene *s, rooms *r) {
    const int n_out = s->layers[s->network.n_layers - 1].n_out;
    double *scratch = tight(8 * bh_robustness_scratch(&s->network));
    const bh_example example = {r->x, s->data.scale, s->data.shift, 0, draw(9) ? 255 : NAN};
    const int status = bh_attributions(&s->network, s->params, &example, (int)draw((uint32_t)n_out),
                                       -1, scratch, r->shares, &r->found);
    const int again = bh_certified_radius(&s->network, s->params, &example, scratch, &r->found);
    const int third =
        bh_adversarial_example(&s->network, s->params, &example, scratch, r->shares, &r->found);
    if (has(s, 0, 1) && status != BH_BAD_SIZE) {
        exit(1);
    }
    if (n_out > 1 && (status != again || again != third)) {
        exit(1);
    }
    free(scratch);
}

static void check_inspection(const scene *s) {
    rooms r = make_rooms(s);
    check_initialize(s);
    if (has(s, 1, 0) || is_parametric(s) || s->network.embedding || s->network.n_heads) {
        check_refused(s, &r);
    } else {
        check_passes(s, &r);
        check_robustness(s, &r);
    }
    free_rooms(&r);
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
        check_right_call(&s);
        check_influence(&s);
        check_stop(&s);
        predict(&s);
        for (int j = 0; j < 8; j++) {
            check_wrong_call(&s);
        }
        check_bad_memory(&s);
        check_inspection(&s);
        draw_and_count();
        clear(&s);
    }
    printf("%d rounds\n", rounds);
    return 0;
}
