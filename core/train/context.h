/* The state of one call of bh_epoch or bh_predict, by what reads and writes it. api/ fills it from
 * the caller's arguments; train/epoch_template.c runs on it, once per processor family. */
#ifndef BYHAND_CONTEXT_H
#define BYHAND_CONTEXT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "byhand.h"
#include "runtime/team.h"
#include "train/blocking.h"

/* What the caller asked for; nothing here is written during the call. */
typedef struct {
    const bh_network *network;
    const bh_optimizer *optimizer;
    const bh_epoch_data *data;
    const _Atomic(int32_t) *stop;
    float *output;     /* (n_examples, n_out) of predictions, (n_examples) scores; 0: train */
    bool is_influence; /* the output is each example's influence on the query */
    bool row_parallel; /* each thread runs its own examples through layers 1 ... L-1 without
                        * barriers: all of them are small */
} settings;

/* Parameters and optimizer state in the caller's flat arrays; W is row-major there. */
typedef struct {
    float *params, *moment1, *moment2; /* 0: the optimizer has no such moment */
    bh_layer_offsets offsets[BH_MAX_LAYERS];
} caller_arrays;

/* Where a layer's parameters begin in the arrays of `parameters`, in floats. In training W lies
 * micropanel by micropanel, each with all its rows: what one thread updates is far from what
 * another does, and a panel is read as one stream. Rows are then MICROPANEL floats apart; a
 * prediction reads the caller's rows, whose micropanels are. */
typedef struct {
    int64_t weights, biases, gamma, beta, mean, variance, alpha;
    ptrdiff_t row_stride, micropanel_stride;
    int64_t head_stride; /* of the last layer: from one head's W and b to the next one's */
} layer_offsets;

/* Parameters and optimizer state as the phases use them: packed in the workspace for training, the
 * caller's own for prediction. Read by every phase; written by the optimizer, and the running
 * statistics by batch normalisation. */
typedef struct {
    float *params, *moment1, *moment2;
    int64_t n_trainable; /* floats at the beginning; running statistics follow */
    layer_offsets offsets[BH_MAX_LAYERS];
    float *scaled_weights; /* with scaled inputs: scale * W of the first layer, laid out as W;
                            * else 0 */
} parameters;

/* Where W[k][column] lies. */
static inline int64_t weight_offset(const layer_offsets *at, int64_t k, int32_t column) {
    return at->weights + k * at->row_stride + column_offset(column, at->micropanel_stride);
}

/* Where W and b of head j lie. */
static inline layer_offsets head_offsets(const layer_offsets *at, int32_t j) {
    layer_offsets head = *at;
    head.weights += j * at->head_stride;
    head.biases += j * at->head_stride;
    return head;
}

/* A matrix: row-major, or panels of MAX_NR columns one after the other, each row-major. */
typedef struct {
    float *data;
    ptrdiff_t stride;       /* floats from row to row */
    ptrdiff_t panel_stride; /* from panel to panel; MAX_NR: rows are contiguous */
} matrix;

static inline float *element(matrix m, int64_t row, int64_t column) {
    const int64_t panel = DIVIDES_COLUMNS ? column / MAX_NR : 0;
    return m.data + row * m.stride + panel * (m.panel_stride - MAX_NR) + column;
}

/* The same matrix without its first rows. */
static inline matrix rows_from(matrix m, int64_t row) {
    m.data += row * m.stride;
    return m;
}

/* What flows through the network for one microbatch. Layer l reads x[l] and writes x[l + 1]; dz[l]
 * is the gradient of the batch's mean loss with respect to layer l's pre-activations. Matrices are
 * (rows, width), padded; padding holds 0 or values that are multiplied by 0. */
typedef struct {
    int32_t microbatch; /* examples that go through the network together */
    int32_t rows;       /* that they are: with heads, copy j of example i of n is row j n + i */
    bool in_panels;     /* what hidden layers compute, if wider than a panel */
    matrix x[BH_MAX_LAYERS + 1];
    matrix dz[BH_MAX_LAYERS];
    matrix embedded;    /* with an embedding: (microbatch, n_columns), the columns that it embeds */
    matrix second_half; /* (rows, n_in) of any layer: of a dz W^T that is computed in halves */
    matrix dx;          /* with an embedding or heads: gradient of x[0] */
    matrix original;    /* with heads: (microbatch, n_in), what x[0] has copies of */
    matrix d_original;  /* and, with an embedding, its gradient */
    /* What the product's epilogue writes: z[l] where it is kept, else a[l]. */
    matrix preact[BH_MAX_LAYERS];
    /* With batch normalisation: pre-activations, then x_hat. With Mish or a parametric activation:
     * pre-activations. */
    matrix z[BH_MAX_LAYERS];
    /* After the activation; x[l + 1] itself without dropout and skip connection. */
    matrix a[BH_MAX_LAYERS];
    matrix alpha_grad[BH_MAX_LAYERS];  /* its sums over rows are the gradient of alpha */
    matrix skip_grad[BH_MAX_LAYERS];   /* gradient of the skip connection that ends at layer l */
    float *inverse_std[BH_MAX_LAYERS]; /* (n_out): of the batch */
    unsigned char *dropout_mask[BH_MAX_LAYERS]; /* (rows, n_out): 1 for a unit that is kept */
    bool has_post_ops[BH_MAX_LAYERS]; /* z is kept, dropout, or an end of a skip connection */
    double *example_loss;             /* (rows) */
    unsigned char *example_correct;   /* (microbatch) */
} network_buffers;

/* Raw bytes whose zeros are skipped, for all threads; see train/sparse_inputs_template.h. */
typedef struct {
    bool skip_zeros;          /* use all this: the inputs are bytes and the shift is small */
    bool has_shift;           /* some shift is not 0 */
    unsigned char *copies;    /* (microbatch, copy_stride): of examples that cannot be read where
                               * they are. Written by the gather phase */
    int64_t copy_stride;      /* n_in + PADDING */
    int32_t *bit_index_table; /* (256, 8): the positions of a byte's set bits */
    float *scale;             /* (n_in) of the data, 0 in the padding */
} sparse_inputs;

enum { DENSE = -1 /* in place of a list's length: no list, use all */ };

/* Gradients that must be kept in memory: of batches of several microbatches, for clipping, and of
 * batch normalisation. */
typedef struct {
    float *grads;          /* laid out as params, trainable part */
    double *partial_sumsq; /* (n_trainable / NORM_BLOCK, rounded up): sums of squares */
} gradient_buffers;

/* What one thread writes and no other reads. */
typedef struct {
    float *packed_w;      /* (BF16_KC + 3, MAX_NR): a block of W^T; or two rows of outputs */
    float *column_vector; /* (widest layer, rounded up to MAX_NR): bias + shift, or column sums of
                             dz */
    float *bf16_a;        /* packed operands of the bf16 products */
    float *bf16_b;
    float *shifted_row;             /* (n_in): one raw example after its pixel shift */
    const unsigned char **raw_rows; /* (microbatch): where the bytes of each example are */
    float *dequantised;             /* raw * scale of some examples, or of some inputs */
    int32_t *nonzero;    /* of each block of MR examples, the inputs that are not 0 in one of them:
                          * (blocks, copy_stride); or, of each group of MR inputs, the examples in
                          * which one of them is not 0: (groups, microbatch + PADDING) */
    int32_t *n_nonzero;  /* (blocks or groups): how many, or DENSE */
    int32_t *index_list; /* (widest): inputs that are not 0, when a single example is predicted */
} thread_scratch;

/* The example whose gradient all others are compared with: x and dz of every layer, padded with 0.
 * Written by thread 0. */
typedef struct {
    const bh_epoch_data *data; /* the others, and how they are read once the query is done */
    bool skip_zeros;
    float *x[BH_MAX_LAYERS];  /* (n_in) */
    float *dz[BH_MAX_LAYERS]; /* (n_out) */
    float *scaled;            /* (n_in of the first layer): scale * x */
    float constant;           /* shift . x */
} influence_query;

/* Written by thread 0 between two barriers, read by all. */
typedef struct {
    int32_t status; /* bh_status */
    double batch_loss;
    bh_result total;
} step_result;

typedef struct {
    thread_team team;
    settings settings;
    caller_arrays caller;
    parameters params;
    network_buffers net;
    sparse_inputs sparse;
    gradient_buffers gradients;
    influence_query query;
    thread_scratch scratch[BH_MAX_THREADS];
    step_result result;
} train_context;

/* Entry points of the processor families. task: a train_context. */
typedef void kernel_fn(void *task, int tid);
kernel_fn bh_kernel_portable, bh_kernel_avx2, bh_kernel_avx512, bh_kernel_amx,
    bh_kernel_avx512_bf16, bh_kernel_amx_bf16;

typedef int64_t peak_flops_fn(int64_t rounds, float *sink);
peak_flops_fn bh_peak_flops_portable, bh_peak_flops_avx2, bh_peak_flops_avx512;

/* The example at a position of the epoch's order; predictions have no order. */
static inline int64_t example_at(const bh_epoch_data *d, int64_t position) {
    return d->indices ? d->indices[position] : position;
}

static inline int64_t n_steps(const bh_epoch_data *d) {
    return (d->n_indices + d->batch_size - 1) / d->batch_size;
}

static inline bool is_prediction(const settings *s) {
    return s->output != 0;
}

/* Is the whole gradient computed before anything is updated? Clipping needs its norm, and the
 * scales of inputs the gradient with respect to scale * W. */
static inline bool updates_at_the_end(const bh_network *network, const bh_optimizer *optimizer) {
    return optimizer->clip_norm > 0 || network->scaled_inputs;
}

/* Factors of the learning rate for each layer's W, or 0. A page has none: core.wasm is smaller. */
static inline const float *weight_rates_of(const bh_optimizer *optimizer) {
#if defined(__wasm__)
    (void)optimizer;
    return 0;
#else
    return optimizer->weight_rates;
#endif
}

/* Has the layer an alpha? A page trains none: core.wasm is smaller without. */
static inline bool is_parametric(const bh_layer *layer) {
#if defined(__wasm__)
    (void)layer;
    return false;
#else
    return layer->parametric != 0;
#endif
}

/* Are a layer's pre-activations kept? Batch normalisation needs them, and the slopes of Mish and of
 * parametric activations, which cannot be known from their values. */
static inline bool keeps_preact(const bh_layer *layer) {
    return layer->batch_norm || layer->activation == BH_MISH || is_parametric(layer);
}

/* The activation that the dense part applies itself; where z is kept it comes later. */
static inline int32_t fused_activation(const bh_layer *layer) {
    return keeps_preact(layer) ? BH_IDENTITY : layer->activation;
}

#endif
