/* byhand's C core: training and inference of multilayer perceptrons. This header is its whole API.
 *
 * A network is a table of dense layers, each with optional batch normalisation, dropout and a skip
 * connection, over one flat array of parameters; bh_layout says where each parameter lies. One call
 * of bh_epoch trains a whole epoch.
 *
 * Memory. The caller allocates everything; nothing is allocated inside and nothing but the result
 * of CPU detection is kept between calls.
 *
 *     buffer                          size                              alignment
 *     params, moment1, moment2        bh_layout() floats                BH_ALIGNMENT
 *     workspace                       bh_workspace() bytes              BH_ALIGNMENT
 *     scratch of the robustness       bh_robustness_scratch() doubles   double
 *     functions
 *     everything else                 given in parentheses: (rows, columns), row-major
 *
 * Threads. Calls that share no buffer may run at the same time.
 *
 * Return values. One convention: a negative value is an error of enum bh_status; 0 or more is
 * success. Functions that compute a size or choose a kernel return it as a positive value. Every
 * argument is checked before anything is written: a call that returns an error has changed nothing.
 */
#ifndef BYHAND_H
#define BYHAND_H

#include <stdatomic.h>
#include <stdint.h>

#if defined(_WIN32)
#define BH_API __declspec(dllexport)
#else
#define BH_API __attribute__((visibility("default")))
#endif

enum { BH_VERSION = 10 }; /* of this API; the loader compares it */

enum {
    BH_MAX_LAYERS = 64,
    BH_MAX_WIDTH = 1 << 20,
    BH_MAX_THREADS = 64,
    BH_MAX_RESOLUTION = 1024, /* frequencies or bins of an embedded column */
    BH_MAX_EMBEDDING = 1024,  /* numbers that it gets */
    BH_MAX_HEADS = 1024,
    BH_ALIGNMENT = 64 /* bytes */
};

enum bh_activation {
    BH_IDENTITY,
    BH_RELU,
    BH_LEAKY_RELU,
    BH_SIGMOID,
    BH_TANH,
    BH_SOFTMAX,
    BH_EXP,
    BH_SELU,
    BH_MISH
};
#define BH_SELU_SCALE 1.0507009873554805
#define BH_SELU_ALPHA 1.6732632423543772
enum bh_loss {
    BH_SOFTMAX_CROSS_ENTROPY,
    BH_SQUARED_ERROR,
    BH_BINARY_CROSS_ENTROPY,
    BH_HUBER,
    BH_POISSON,
    BH_QUANTILE
};
enum bh_optimizer_kind { BH_SGD, BH_MOMENTUM, BH_NESTEROV, BH_ADAM, BH_ADAMW };
enum bh_initializer { BH_ZEROS, BH_NORMAL, BH_UNIFORM, BH_HE, BH_GLOROT };
enum bh_toy_kind { BH_GAUSSIANS, BH_XOR, BH_CIRCLES, BH_MOONS, BH_SPIRAL, BH_SINE };

/* Independent random-number streams of one seed, as in Python's random-number module. In
 * BH_STREAM_INIT the epoch is the layer's position in the network. */
enum bh_stream_id {
    BH_STREAM_INIT,
    BH_STREAM_SHUFFLE,
    BH_STREAM_DROPOUT,
    BH_STREAM_AUGMENT,
    BH_STREAM_DATA,
    BH_STREAM_SPLIT
};

/* Kernels by processor family. The last three multiply in bf16, BH_AMX to the accuracy of floats.
 * BH_BEST chooses the widest of the others: whether tiles pay depends on processor and network. */
enum bh_kernel {
    BH_BEST,
    BH_PORTABLE,
    BH_AVX2,
    BH_AVX512,
    BH_AMX,
    BH_AVX512_BF16,
    BH_AMX_BF16,
    BH_KERNELS
};

enum bh_status {
    BH_OK = 0,
    BH_STOPPED = 1, /* *stop was set; the current step was finished */
    BH_DIVERGED =
        2, /* the loss of step `steps_done` (from 0) was not finite; no update was made from it */

    BH_BAD_SIZE = -1,    /* a size, count or option is out of range */
    BH_BAD_POINTER = -2, /* a buffer is missing or not aligned to BH_ALIGNMENT */
    BH_BAD_INDEX = -3,   /* an example index, label or class is out of range */
    BH_EMPTY_INPUT = -4, /* a drawing has no ink */
    BH_NO_KERNEL = -5    /* not compiled in, or not supported by this processor */
};

/* One dense layer and the operations after it:
 *     output = dropout(f(batch_norm(x W + b))) + skip
 * With a parametric activation (1 - alpha) z + alpha f(z) takes the place of f(z), with an alpha
 * for each unit. Softmax excludes batch normalisation, dropout, a skip connection and alpha. */
typedef struct {
    int32_t n_in;
    int32_t n_out;
    int32_t activation; /* bh_activation */
    float slope;        /* of leaky ReLU for z < 0 */
    double dropout;     /* rate; a double, because the rate decides which units are dropped */
    int32_t batch_norm; /* 1: before the activation */
    float momentum;     /* of the running statistics: weight of the new batch */
    float epsilon;      /* added to the variance, at least 1e-20 */
    int32_t skip_span;  /* skip connection spanning the last r layers, this one included; 0: none */
    int32_t parametric; /* 1: the activation is; not in core.wasm */
} bh_layer;

enum bh_embedding_kind {
    BH_PERIODIC,        /* cos(2 pi w x + phi) */
    BH_PERIODIC_LINEAR, /* cos(2 pi w x), then sin(2 pi w x); the column itself does not pass on */
    BH_PIECEWISE_LINEAR /* for each bin (x - low) / (high - low), kept within 0 ... 1; 0
                          * for a bin without width */
};

/* An embedding before the first layer: for some columns x of an example, n_out numbers v V + c
 * each, with V and c (n_out) of its own. v is what its kind says, with w and phi (resolution) of
 * the column, too; V has as many rows as v has numbers. The first layer's input is all n_in columns
 * as they are, but for those that do not pass on, then these numbers, column by column. */
typedef struct {
    int32_t kind;           /* bh_embedding_kind */
    int32_t n_in;           /* numbers of an example */
    int32_t n_columns;      /* that are embedded */
    const int32_t *columns; /* (n_columns): which, rising */
    int32_t resolution;     /* frequencies or bins of a column */
    int32_t n_out;
    const float *edges; /* piecewise linear: (n_columns, resolution + 1), between bins */
} bh_embedding;

/* With heads each example goes through the layers as n_heads rows: copies of the first layer's
 * input, each times a row of R. The last layer is dense alone, with a W and a b for each copy. The
 * loss is the mean of theirs; n_correct counts what their mean gets right, of probabilities for
 * softmax cross-entropy. */
typedef struct {
    int32_t n_layers;
    const bh_layer *layers;
    int32_t loss; /* bh_loss */
    /* Softmax cross-entropy: label smoothing. Huber: delta. Quantile: level. */
    float loss_parameter;
    int32_t scaled_inputs; /* 1: the first layer's inputs are multiplied by learned scales */
    const bh_embedding *embedding; /* or 0; core.wasm has none */
    int32_t n_heads;               /* 0: none, as always in core.wasm */
} bh_network;

/* Where a layer's parameters begin in the flat array, in floats. W (n_in, n_out) is row-major with
 * row k at weights + k * stride; what lies between n_out and stride is 0. gamma, beta, mean and
 * variance are -1 without batch normalisation, alpha without a parametric activation. All running
 * statistics (mean, variance) lie after all trainable parameters. With scaled inputs the array
 * begins with their scales (n_in of the first layer). Then come, with an embedding, for each of its
 * columns w and phi where its kind has them, V transposed, row after row, and c; then, with heads,
 * R (n_heads, n_in of the first layer). Each of these rows is followed by 0 up to a multiple of
 * BH_ALIGNMENT. W and b of head j lie j * (n_in + 1) * stride floats behind those of head 0. */
typedef struct {
    int64_t weights, biases, gamma, beta, mean, variance;
    int32_t stride;
    int64_t alpha;
} bh_layer_offsets;

typedef struct {
    int32_t kind;       /* bh_optimizer_kind */
    float momentum;     /* momentum, Nesterov */
    float beta1, beta2; /* Adam, AdamW */
    float epsilon;      /* Adam, AdamW; at least 1e-20 */
    float weight_decay; /* added to the gradient; decoupled in AdamW; of weights only */
    float clip_norm;    /* threshold of the gradient's norm; 0: no clipping */
    float bias_rate;    /* factor of the learning rate for biases */
    float scale_rate, embedding_rate; /* the same for the scales of inputs, and for the embedding */
    int64_t steps;                    /* taken before this epoch */
    float alpha_rate;                 /* factor of the learning rate for parametric activations */
    const float *weight_rates; /* (n_layers): of each layer's W, or 0: 1; core.wasm has none */
} bh_optimizer;

/* Draw `counter` of a counter-based generator (Philox4x32-10) is a function of these four alone. */
typedef struct {
    uint64_t seed;
    uint32_t stream; /* bh_stream_id */
    uint32_t epoch;
    uint64_t counter;
} bh_rng;

/* Raw examples, and the order in which an epoch visits them. */
typedef struct {
    const void *inputs; /* (n_examples, n_in) bytes or, always with embedding or heads, floats */
    int32_t inputs_are_bytes;
    int64_t n_examples;
    const float *scale, *shift; /* (n_in) each: x = raw * scale + shift */
    const int32_t *labels;  /* (n_examples) classes (any number for one output); 0 with targets */
    const float *targets;   /* (n_examples, n_out); 0 with labels */
    const int64_t *indices; /* (n_indices) example numbers in the order of training */
    int64_t n_indices;
    int32_t batch_size;
    const double *learning_rates; /* one per step */
    const int32_t *pixel_shifts;  /* (n_indices, 2): translation right and down in pixels, or 0 */
    int32_t height, width;        /* of an image, with pixel_shifts */
    const float *weights; /* (n_examples): factors of loss and gradient, with mean 1; 0: all 1 */
    bh_rng dropout_rng;
} bh_epoch_data;

/* Parameters and optimizer state; the moments are laid out as params. Momentum and Nesterov use
 * moment1 (the velocity), Adam and AdamW both, SGD neither. */
typedef struct {
    float *params, *moment1, *moment2;
    void *workspace;
    int64_t workspace_bytes;
} bh_memory;

typedef struct {
    int64_t steps_done;
    double loss;       /* sum over examples, each before its batch's update */
    int64_t n_correct; /* classifications */
    int64_t n_draws;   /* random numbers that dropout consumed */
} bh_result;

/* One example of the inspection functions. raw (n_in); scale, shift (n_in) each: x = raw * scale +
 * shift; every raw value lies in lowest ... highest (0 ... 255 for bytes). */
typedef struct {
    const double *raw;
    const float *scale, *shift;
    double lowest, highest;
} bh_example;

BH_API int32_t bh_version(void);

/* Random numbers. Errors: BH_BAD_POINTER, BH_BAD_SIZE. */

/* Fill out (n) with uniforms in [0, 1), each a multiple of 2^-24. */
BH_API int32_t bh_uniforms(const bh_rng *rng, int64_t n, double *out);

/* Fill out (n) with standard normals (Box-Muller), two from each two draws. */
BH_API int32_t bh_normals(const bh_rng *rng, int64_t n, double *out);

/* Fill indices (n) with a permutation of 0 ... n-1: the stable argsort of n uniforms. scratch (n).
 */
BH_API int32_t bh_permutation(const bh_rng *rng, int64_t n, int64_t *indices, int64_t *scratch);

/* Initialise params: weights from the seed, biases, beta and means 0, gamma, alpha, variances and
 * scales of inputs 1. Layer weights are drawn from (seed, BH_STREAM_INIT, position in the Python
 * network), where activations other than identity, batch normalisation and dropout count as layers,
 * and a residual block counts as one. factor: gain of he and glorot; standard deviation of normal;
 * limit of uniform. Errors: those of bh_layout, BH_BAD_POINTER, BH_BAD_SIZE (embedding, heads). */
BH_API int32_t bh_initialize(const bh_network *network, int32_t initializer, double factor,
                             uint64_t seed, float *params);

/* Toy data. Errors: BH_BAD_POINTER, BH_BAD_SIZE. */

/* Fill points (n, 2) and classes (n) with a toy data set. For BH_SINE points are (x, target) pairs
 * and classes 0. noise: standard deviation, of all but BH_GAUSSIANS. gaussians (2, 4): for each
 * class the mean's x and y and the standard deviations along x and y. arms: of the spiral. split: 0
 * train, 1 test. scratch (2 n). */
BH_API int32_t bh_toy_dataset(int32_t kind, int64_t n, double noise, int32_t arms,
                              const double *gaussians, uint64_t seed, uint32_t split,
                              double *scratch, float *points, int32_t *classes);

/* Fill classes (n) with the likelier of two Gaussians (2, 4) at each point (n, 2), and error with
 * the integral of half the smaller density: over a grid with `area` per point that covers both, the
 * Bayes error. */
BH_API int32_t bh_bayes_error(const double *gaussians, int64_t n, const float *points, double area,
                              int32_t *classes, double *error);

/* Preprocess a drawing as MNIST's digits were: image (28, 28). ink (height, width), 0 where nothing
 * is drawn, each side at most 16384; scratch (height * 20 + width). BH_EMPTY_INPUT: no ink. */
BH_API int32_t bh_preprocess_digit(const float *ink, int32_t height, int32_t width, double *scratch,
                                   unsigned char *image);

/* Training and inference */

/* Return the kernel that `requested` resolves to on this processor, or BH_NO_KERNEL. */
BH_API int32_t bh_choose_kernel(int32_t requested);

/* Fill offsets (n_layers); return the length of the flat array in floats, or an error. */
BH_API int64_t bh_layout(const bh_network *network, bh_layer_offsets *offsets);

/* Return the bytes of workspace that an epoch needs, or an error. A prediction needs that of batch
 * size 256. Larger batches are computed in microbatches of 256 rows; with batch normalisation,
 * which needs whole batches, they are not, and may have up to 2^24 rows, copies included. */
BH_API int64_t bh_workspace(const bh_network *network, int32_t batch_size, int32_t n_threads);

/* Train one epoch. The result is the same to the last bit for any n_threads. With batch
 * normalisation no batch may have a single row. stop may be 0; another thread may set it to a
 * nonzero value. Returns BH_OK, BH_STOPPED or BH_DIVERGED, or an error: BH_BAD_SIZE,
 * BH_BAD_POINTER, BH_BAD_INDEX (of indices or labels), BH_NO_KERNEL. */
BH_API int32_t bh_epoch(const bh_network *network, const bh_optimizer *optimizer,
                        const bh_epoch_data *data, const bh_memory *memory, int32_t kernel,
                        int32_t n_threads, const _Atomic(int32_t) *stop, bh_result *result);

/* Fill output (n_examples, n_out), with heads (n_examples, n_heads, n_out), with the network's
 * predictions: dropout off, running statistics used. Reads inputs, inputs_are_bytes, n_examples,
 * scale and shift of `data`, params and workspace of `memory`. Scaled inputs are BH_BAD_SIZE; the
 * caller multiplies them into W. Errors: BH_BAD_SIZE, BH_BAD_POINTER, BH_NO_KERNEL. */
BH_API int32_t bh_predict(const bh_network *network, const bh_epoch_data *data,
                          const bh_memory *memory, float *output, int32_t kernel,
                          int32_t n_threads);

/* Fill scores (n_examples) with each example's influence on the query, an example of its own: the
 * dot product of the two gradients of the loss with respect to all weights and biases. Positive:
 * learning it lowers the query's loss. Reads of `data` and of `query`, which has one example, what
 * bh_predict reads and the labels or targets. A network with an embedding or heads is BH_BAD_SIZE;
 * so is one with dropout, batch normalisation or scaled inputs: the caller leaves the first out and
 * folds the others. Workspace: that of batch size 256. Errors: BH_BAD_SIZE, BH_BAD_POINTER,
 * BH_BAD_INDEX, BH_NO_KERNEL. */
BH_API int32_t bh_influence(const bh_network *network, const bh_epoch_data *data,
                            const bh_epoch_data *query, const bh_memory *memory, float *scores,
                            int32_t kernel, int32_t n_threads);

/* Run `rounds` (1 ... 2^31-1) rounds of independent fused multiply-adds; return the floating-point
 * operations per round, or an error. Timed by the caller, it gives the peak of one thread. */
BH_API int64_t bh_peak_flops(int32_t kernel, int64_t rounds);

/* Inspection: one example in double, in inference mode. BH_BAD_SIZE for embeddings, heads, alpha,
 * and batch normalisation and scaled inputs, which the caller can fold into W and b. (units): the
 * widths of all layers, side by side. z: pre-activations; a: outputs, with skip connections. */

/* Fill z and a (units) for x (n_in). */
BH_API int32_t bh_forward(const bh_network *network, const float *params, const double *x,
                          double *z, double *a);

/* Fill da and dz (units), and loss, for target (n_out); z, a: from bh_forward. */
BH_API int32_t bh_backward(const bh_network *network, const float *params, const double *target,
                           const double *z, const double *a, double *da, double *dz, double *loss);

/* Fill grads, laid out as params, with dW and db. */
BH_API int32_t bh_gradients(const bh_network *network, const double *x, const double *a,
                            const double *dz, double *grads);

/* Fill products (n) with left * right, element by element, and sum with their sum. */
BH_API int32_t bh_multiply_accumulate(const double *left, const double *right, int64_t n,
                                      double *products, double *sum);

/* Fill derivatives (units) with f'(z); for softmax, with the diagonal of its Jacobian, p (1 - p).
 */
BH_API int32_t bh_activation_derivatives(const bh_network *network, const double *z,
                                         const double *a, double *derivatives);

/* Fill numerators (n) with e^(z - max_z), max_z being the largest z; softmax divides them by their
 * sum. */
BH_API int32_t bh_softmax_numerators(const double *z, int64_t n, double *numerators, double *max_z);

/* For one output (n_out) fill smoothed_target, the target after label smoothing, and terms, which
 * sum to the loss. */
BH_API int32_t bh_loss_terms(const bh_network *network, const double *output, const double *target,
                             double *smoothed_target, double *terms);

/* Fill updated (n) with values - rate * gradients: one SGD step. */
BH_API int32_t bh_sgd_step(const double *values, const double *gradients, int64_t n, double rate,
                           double *updated);

/* Fill counts (n_classes, n_classes) with the confusion matrix: labels by rows, the argmax of
 * output (n, n_classes) by columns. BH_BAD_INDEX: a label is not a class. */
BH_API int32_t bh_confusion(const float *output, const int32_t *labels, int64_t n,
                            int32_t n_classes, int64_t *counts);

/* Attribution and robustness, for networks whose hidden activations are identity, ReLU or leaky
 * ReLU and that have no skip connections; the last layer's activation is ignored. BH_BAD_SIZE for
 * others. */

/* Return the doubles of scratch that these need, or an error. */
BH_API int64_t bh_robustness_scratch(const bh_network *network);

/* Fill x (n) with the network's input for an example of n numbers: raw * scale + shift. */
BH_API int32_t bh_preprocess_example(const bh_example *example, int32_t n, double *x);

/* Fill positive and negative with the sums of the positive and of the negative values. */
BH_API int32_t bh_signed_sums(const double *values, int32_t n, double *positive, double *negative);

/* Fill attributions (n_in) and bias_term, which sum to logit[target_class] - logit[baseline_class];
 * baseline_class -1: to logit[target_class]. BH_BAD_INDEX: not a class. */
BH_API int32_t bh_attributions(const bh_network *network, const float *params,
                               const bh_example *example, int32_t target_class,
                               int32_t baseline_class, double *scratch, double *attributions,
                               double *bias_term);

/* Fill radius with a certified bound: changing every raw value by up to that much does not change
 * the predicted class. */
BH_API int32_t bh_certified_radius(const bh_network *network, const float *params,
                                   const bh_example *example, double *scratch, double *radius);

/* Fill adversarial (n_in) with raw values at most radius away that get another class. radius is the
 * smallest whole number at which one was found, or -1 if none was. */
BH_API int32_t bh_adversarial_example(const bh_network *network, const float *params,
                                      const bh_example *example, double *scratch,
                                      double *adversarial, double *radius);

#endif
