/* byhand's C core: the network of layers/ in registers. This is its whole face.
 *
 * A network is a table of dense layers, each with what lies between it and the next one, over one flat array of
 * parameters (bh_layout says where what lies). A whole epoch is one call. All memory is the caller's; nothing is allocated, and
 * nothing is kept between two calls but what the processor can do. Every size is checked at the door: a wrong one gives
 * an error code, never a crash.
 */
#ifndef BYHAND_H
#define BYHAND_H

#include <stdint.h>

#if defined(_WIN32)
#define BH_API __declspec(dllexport)
#else
#define BH_API __attribute__((visibility("default")))
#endif

enum { BH_VERSION = 3 }; /* of this face; the loader compares it */
enum { BH_MAX_LAYERS = 64, BH_MAX_WIDTH = 1 << 20, BH_MAX_THREADS = 64, BH_ALIGNMENT = 64 /* bytes */ };

enum bh_activation { BH_IDENTITY, BH_RELU, BH_LEAKY_RELU, BH_SIGMOID, BH_TANH, BH_SOFTMAX };
enum bh_loss { BH_SOFTMAX_CROSS_ENTROPY, BH_SQUARED_ERROR, BH_BINARY_CROSS_ENTROPY };
enum bh_optimizer_kind { BH_SGD, BH_MOMENTUM, BH_NESTEROV, BH_ADAM, BH_ADAMW };
enum bh_initializer { BH_ZEROS, BH_NORMAL, BH_UNIFORM, BH_HE, BH_GLOROT };
enum bh_toy_set { BH_GAUSSIANS, BH_XOR, BH_CIRCLES, BH_MOONS, BH_SPIRAL, BH_SINE };
/* The last two multiply in bf16, for who asks for it; BH_BEST does not. */
enum bh_kernel { BH_BEST, BH_PORTABLE, BH_AVX2, BH_AVX512, BH_AMX, BH_AVX512_BF16, BH_AMX_BF16, BH_KERNELS };

enum bh_status {
    BH_OK,
    BH_STOPPED,     /* *stop was set; the step in hand was finished */
    BH_DIVERGED,    /* the loss of step `steps_done` (counted from 0) was not finite; it was not learned from */
    BH_BAD_SIZE,    /* a size, count or option outside its range */
    BH_BAD_POINTER, /* a buffer missing or not aligned to BH_ALIGNMENT */
    BH_BAD_INDEX,   /* an entry of `order` or `labels` points outside */
    BH_NO_KERNEL    /* not compiled in, or this processor cannot run it */
};

/* What it says is drop(f(norm(x W + b))) + the input of an earlier layer. Softmax goes with none of the three. */
typedef struct {
    int32_t n_in, n_out;
    int32_t activation; /* bh_activation */
    float slope;        /* of leaky ReLU */
    double dropout;     /* share of the units that is silent while training; a double, for it decides which */
    int32_t batch_norm; /* 1: before the activation */
    float momentum;     /* share of a new batch in its running averages */
    float epsilon;      /* under its root, 1e-20 at least */
    int32_t skip_span;   /* r > 0: a way around the last r layers, this one included, is added at the end; 0: none */
} bh_layer;

typedef struct {
    int32_t n_layers;
    const bh_layer *layers;
    int32_t loss;          /* bh_loss */
    float label_smoothing; /* of softmax cross-entropy */
} bh_network;

/* Where a layer's parameters lie in the flat array, in floats. Row k of W begins at weights + k * stride. The last four
 * belong to batch normalisation, −1 without; the running averages of all layers lie behind all that is learned. */
typedef struct {
    int64_t weights, biases, gamma, beta, mean, variance;
    int32_t stride; /* n_out and a little more; what is more stays 0 */
} bh_layer_offsets;

typedef struct {
    int32_t kind;       /* bh_optimizer_kind */
    float momentum;     /* momentum, nesterov */
    float beta1, beta2; /* adam, adamw */
    float epsilon;      /* of these two, 1e-20 at least */
    float weight_decay; /* into the gradient, or, in adamw, off the weights; nothing else decays */
    float clip_norm;    /* 0: gradients are not clipped */
    int64_t steps;      /* taken before this epoch */
} bh_optimizer;

/* A stream of random numbers, as randomness.py has it; position: draws taken before. */
typedef struct {
    uint64_t seed;
    uint32_t stream, epoch;
    uint64_t counter;
} bh_rng;

/* Examples as they are stored, and the epoch's order through them. */
typedef struct {
    const void *inputs;   /* (n_examples, n_in) bytes or floats */
    int32_t inputs_are_bytes;
    int64_t n_examples;
    const float *scale, *shift; /* (n_in) each: x = stored · scale + shift */
    const int32_t *labels;      /* (n_examples) class numbers (any numbers for one output), or 0 with targets */
    const float *targets;       /* (n_examples, n_out), or 0 */
    const int64_t *indices;       /* (n_order) row numbers */
    int64_t n_indices;
    int32_t batch_size;
    const double *learning_rates; /* one a step */
    const int32_t *pixel_shifts;         /* (n_order, 2) whole pixels right and down, or 0 */
    int32_t height, width;        /* of a picture, with moved */
    bh_rng dropout_rng;              /* for dropout */
} bh_epoch_data;

/* All aligned to BH_ALIGNMENT. `first` and `second` are what the optimizer remembers, laid out as params:
 * velocity alone; m and v; neither. */
typedef struct {
    float *params, *moment1, *moment2;
    void *workspace;
    int64_t workspace_bytes;
} bh_memory;

typedef struct {
    int64_t steps_done;
    double loss; /* sum over examples, each measured before its own update */
    int64_t n_correct;
    int64_t n_draws; /* that dropout took from its stream */
} bh_result;

/* One example for the functions that look inside. stored: (n_in); scale, shift: (n_in) each, x = stored · scale + shift;
 * lowest … highest: what can be stored, 0 … 255 for bytes. */
typedef struct {
    const double *raw;
    const float *scale, *shift;
    double lowest, highest;
} bh_example;

BH_API int32_t bh_version(void);

/* Fill out with n uniforms in [0, 1), each a multiple of 2^-24. */
BH_API int32_t bh_uniforms(const bh_rng *stream, int64_t n, double *out);

/* Fill out with n standard normal numbers, two from each two draws. */
BH_API int32_t bh_normals(const bh_rng *stream, int64_t n, double *out);

/* Fill order with 0 … n−1 shuffled: the stable argsort of n uniforms. scratch: n, too. */
BH_API int32_t bh_permutation(const bh_rng *stream, int64_t n, int64_t *indices, int64_t *scratch);

/* Fill params with a network's beginning: weights from the seed, each layer's from Stream(seed, INIT, its position), where
 * every activation but the identity, batch normalisation and dropout count as layers too, and a layer with a way around
 * as one in all; biases, β and means 0, γ and variances 1. factor: of every weight; for normal its deviation,
 * for uniform its limit. */
BH_API int32_t bh_initialize(const bh_network *network, int32_t initializer, double factor, uint64_t seed, float *params);

/* Fill points (n, 2) and classes (n) with a toy set; of the sine, points holds x and t, and classes 0. noise: of all but
 * the clouds; clouds: (2, 4), for each class its centre's x and y and its deviations along them; arms: of the spiral;
 * part: 0 to train, 1 to test. scratch: 2 n. */
BH_API int32_t bh_toy_dataset(int32_t toy, int64_t n, double noise, int32_t arms, const double *gaussians, uint64_t seed,
                       uint32_t split, double *scratch, float *points, int32_t *classes);

/* Fill classes (n) with the likelier of two clouds at each point (n, 2), and error with the integral of the other's half
 * density: over a grid that covers both, `area` a point, the least error any rule can have. */
BH_API int32_t bh_bayes_error(const double *gaussians, int64_t n, const float *points, double area, int32_t *classes, double *error);

/* Return the kernel that `wanted` comes to on this processor, or -BH_NO_KERNEL. */
BH_API int32_t bh_choose_kernel(int32_t requested);

/* Fill places (n_layers) and return the number of floats in the flat array, or -status. */
BH_API int64_t bh_layout(const bh_network *network, bh_layer_offsets *offsets);

/* Return how many bytes of workspace an epoch needs, or, with batch_size 256, a prediction; or -status. Batches are cut
 * into chunks of 256, but not where there is batch normalisation: it looks at whole batches, of up to 2^24 examples. */
BH_API int64_t bh_workspace(const bh_network *network, int32_t batch_size, int32_t n_threads);

/* Train one epoch. The result does not depend on n_threads, to the last bit. With batch normalisation no batch may be of
 * one example. */
BH_API int32_t bh_epoch(const bh_network *network, const bh_optimizer *optimizer, const bh_epoch_data *data,
                         const bh_memory *memory, int32_t kernel, int32_t n_threads, const volatile int32_t *stop,
                         bh_result *result);

/* Fill output (n_examples, n_out) with what the network says of the data's inputs: nothing is dropped, and running
 * averages normalise. Of `data` only inputs,
 * inputs_are_bytes, n_examples, scale and shift are looked at, and of `memory` only params and workspace. */
BH_API int32_t bh_predict(const bh_network *network, const bh_epoch_data *data, const bh_memory *memory, float *output,
                           int32_t kernel, int32_t n_threads);

/* Fill picture (28, 28) with a drawing as MNIST would have it. ink: (height, width), 0 where nothing is drawn, each side
 * at most 16384; scratch: height · 20 + width. BH_BAD_ORDER: nothing is drawn. */
BH_API int32_t bh_preprocess_digit(const float *ink, int32_t height, int32_t width, double *scratch, unsigned char *picture);

/* One example, phase by phase, in doubles, as the network predicts; BH_BAD_SIZE for batch normalisation, which the caller
 * can fold into W and b. units: the widths of all layers, in a row. z: what the activation gets, a: what the layer says,
 * with what came around. */

/* Fill z and a (units) for x (n_in). */
BH_API int32_t bh_forward(const bh_network *network, const float *params, const double *x, double *z, double *a);

/* Fill da and dz (units), and the loss, for target (n_out); z, a: from bh_forward. */
BH_API int32_t bh_backward(const bh_network *network, const float *params, const double *target, const double *z,
                            const double *a, double *da, double *dz, double *loss);

/* Fill grads, laid out as params, with dW and db. */
BH_API int32_t bh_gradients(const bh_network *network, const double *x, const double *a, const double *dz, double *grads);

/* The parts of single numbers, for who opens them. */

/* Fill products (n) with left · right, number by number, and their sum. */
BH_API int32_t bh_multiply_accumulate(const double *left, const double *n_correct, int64_t n, double *products, double *sum);

/* Fill slopes (units) with f′(z); where softmax bends, with the part of each output's own z. */
BH_API int32_t bh_activation_derivatives(const bh_network *network, const double *z, const double *a, double *derivatives);

/* Fill odds (n) with e to the z − most, where most is the largest z: p is a number's share of their sum. */
BH_API int32_t bh_softmax_numerators(const double *z, int64_t n, double *numerators, double *max_z);

/* Of an output (n_out), fill learned with the target after label smoothing, and terms, which sum to the loss. */
BH_API int32_t bh_loss_terms(const bh_network *network, const double *output, const double *target, double *smoothed_target,
                              double *terms);

/* Fill moved (n) with numbers − rate · gradients: a step of plain gradient descent. */
BH_API int32_t bh_sgd_step(const double *values, const double *gradients, int64_t n, double rate, double *pixel_shifts);

/* Count how often each class (row) is taken for each class (column): counts (n_classes, n_classes). */
BH_API int32_t bh_confusion(const float *output, const int32_t *labels, int64_t n, int32_t n_classes, int64_t *counts);

/* Why it says that, and how sure it is: for networks that bend only by ReLU or leaky ReLU and have no ways around; what is behind
 * the last layer does not count. All these take scratch: bh_scratch doubles. */

/* Return how many doubles these need, or -status. */
BH_API int64_t bh_robustness_scratch(const bh_network *network);

/* Fill x (n) with what a network sees of an example of n numbers. */
BH_API int32_t bh_preprocess_example(const bh_example *example, int32_t n, double *x);

/* Fill above and below with the sums of the positive and of the negative numbers. */
BH_API int32_t bh_signed_sums(const double *values, int32_t n, double *positive, double *negative);

/* Fill contributions (n_in) and rest, which sum to logit[toward] − logit[against]; against −1: to logit[toward]. */
BH_API int32_t bh_attributions(const bh_network *network, const float *params, const bh_example *example, int32_t target_class,
                                 int32_t baseline_class, double *scratch, double *attributions, double *bias_term);

/* Fill radius: proved is that the answer stays the same if every stored number changes by up to that much. */
BH_API int32_t bh_certified_radius(const bh_network *network, const float *params, const bh_example *example, double *scratch,
                          double *radius);

/* Fill changed (n_in) with numbers up to radius away from what is stored that get another answer; radius: a whole number,
 * the least that was found, or −1 where none was. */
BH_API int32_t bh_adversarial_example(const bh_network *network, const float *params, const bh_example *example, double *scratch,
                        double *adversarial, double *radius);

/* Do `rounds` of multiplying and adding with nothing between, and return how many operations each was, or -status:
 * timed from outside, the most this processor can do in one thread. */
BH_API int64_t bh_peak_flops(int32_t kernel, int64_t rounds);

#endif
