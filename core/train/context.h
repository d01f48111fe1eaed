/* What an epoch works on, between the door (face.c) and the kernels (kernel.c, compiled once for each processor). */
#ifndef BYHAND_CONTEXT_H
#define BYHAND_CONTEXT_H

#include <stddef.h>

#include "byhand.h"
#include "runtime/team.h"

enum {
    MAX_MICROBATCH = 256,   /* larger batches go through the network in pieces, which stay in the cache */
    PADDING = 16,  /* widths are filled up to a multiple of the widest vector */
    MAX_NR = 64, /* columns of the widest tile */
    CACHE_LINE_FLOATS = 16,      /* floats of a line of the cache */
    KC = 256,    /* terms of a sum that are taken for all rows before the next ones: their weights stay near */
    ROW_PARALLEL_MAX_WEIGHTS = 1 << 17 /* weights: above, a layer is divided over threads by columns, so that each reads its own part */
};

typedef struct {
    thread_team team;
    const bh_network *network;
    const bh_optimizer *optimizer;
    const bh_epoch_data *data;
    const volatile int32_t *stop;
    bh_layer_offsets offsets[BH_MAX_LAYERS];
    int64_t n_trainable; /* floats at the beginning of params, without running averages */
    float *params, *moment1, *moment2;
    float *output; /* where predictions go; 0: train */

    /* Scratch, all in the caller's workspace. Layer l reads x[l] and writes x[l + 1]; dz[l] is the gradient of the mean
     * loss with respect to what its dense part said, laid out as x[l + 1]. */
    float *x[BH_MAX_LAYERS + 1], *dz[BH_MAX_LAYERS];
    int32_t stride[BH_MAX_LAYERS + 1];
    int32_t microbatch; /* examples that go through the network together */

    /* Of what lies between layer l's dense part and the next layer, laid out as x[l + 1] too: */
    float *z[BH_MAX_LAYERS];            /* what the dense part said, then x̂: with batch normalisation */
    float *a[BH_MAX_LAYERS];            /* what the activation said; x[l + 1] itself where nothing follows it */
    float *skip_grad[BH_MAX_LAYERS];       /* the gradient that takes the way around */
    float *inverse_std[BH_MAX_LAYERS];  /* (n_out) */
    unsigned char *dropout_mask[BH_MAX_LAYERS]; /* (chunk, n_out), 1 for a unit that is not silent */
    unsigned char has_post_ops[BH_MAX_LAYERS]; /* is there more than an activation? a way around may also begin there */
    int row_parallel; /* all layers but the first are light: between two waits a member takes its examples through them all */
    float *grads;    /* as params: of batches of several chunks, and where gradients are clipped */
    double *partial_sumsq; /* of the gradient, by pieces of PIECE floats */
    double *example_loss;         /* (chunk) */
    unsigned char *example_correct; /* (chunk) */

    /* Of stored bytes, where 0 is background: inputs.h. */
    int skip_zeros, has_shift; /* do bytes stay bytes? does shift do anything? */
    unsigned char *raw;     /* (chunk, stored_stride): what has been gathered */
    unsigned char *nonzero_bitmap;      /* (eights of examples, marks_stride) */
    int64_t stored_stride, bitmap_stride, list_stride;
    int32_t *nonzero_inputs, *n_nonzero_inputs;     /* (blocks, list_stride), (blocks) */
    int32_t *nonzero_examples, *n_nonzero_examples; /* (groups, chunk + PADDING), (groups) */
    int32_t *bit_index_table;                  /* (256, 8): the places of the bits of a byte */
    float *scale;                         /* (n_in), 0 in the padding */

    /* And of each member: */
    float *panels; /* panel_floats: (widest layer, MAX_PANEL), some columns of Wᵀ */
    int64_t panel_floats;
    float *bias_scratch;         /* (widest layer and a panel): a number for each unit */
    int64_t bias_scratch_floats;
    float *bf16_buffer;            /* words_floats: of a product's one side, a_floats, then of its other: words.h */
    int64_t bf16_floats, bf16_a_floats;
    float *shift_scratch;          /* (n_in): a moved picture */
    float *dequant_buffer;          /* numbers_floats: some of what is stored, made numbers */
    int64_t dequant_floats;
    int32_t *index_scratch;          /* (widest): of any layer's inputs, those that are not 0, for a single example */

    /* Written by member 0 between two waits, read by all. */
    int status;
    double batch_loss;
    bh_result result;
} train_context;

enum {
    MR = 4,                    /* of the products: product.h */
    MR_BITS = (1 << MR) - 1,
    DEQUANT_STRIP = 16,                       /* inputs of which a gradient makes numbers at once */
    L2_WEIGHTS = 1 << 17                   /* weights that stay in a member's cache */
};

enum { NORM_BLOCK = 4096 /* floats */ };

enum {
    BF16_GROUP = 32,    /* terms of a sum that become 16 words: words.h */
    BF16_MR = 32, /* that are multiplied together there */
    MAX_BF16_SPLITS = 3
};

static inline int32_t bf16_pairs(int32_t n) { return (n + BF16_GROUP - 1) / BF16_GROUP * (BF16_GROUP / 2); }

/* From row to row, in words: an odd number of cache lines. */
static inline int32_t bf16_pair_stride(int32_t n) { return bf16_pairs(n) / CACHE_LINE_FLOATS % 2 == 0 ? bf16_pairs(n) + CACHE_LINE_FLOATS : bf16_pairs(n); }

typedef void kernel_fn(void *task, int tid);
kernel_fn bh_kernel_portable, bh_kernel_avx2, bh_kernel_avx512, bh_kernel_amx, bh_kernel_avx512_bf16, bh_kernel_amx_bf16;

typedef int64_t peak_flops_fn(int64_t rounds, float *sink);
peak_flops_fn bh_peak_flops_portable, bh_peak_flops_avx2, bh_peak_flops_avx512;

/* Return the example at a place of the order; without an order, the places are the examples. */
static inline int64_t example_at(const bh_epoch_data *d, int64_t place) { return d->indices ? d->indices[place] : place; }

static inline int64_t n_steps(const bh_epoch_data *d) { return (d->n_indices + d->batch_size - 1) / d->batch_size; }

static inline int is_prediction(const train_context *e) { return e->output != 0; }

/* Where the dense part of layer l writes, and the activation it writes through. */
static inline float *preact_buffer(const train_context *e, int l) { return e->network->layers[l].batch_norm ? e->z[l] : e->a[l]; }

static inline int32_t fused_activation(const bh_layer *layer) { return layer->batch_norm ? BH_IDENTITY : layer->activation; }

static inline int32_t padded(int32_t n) { return (n + PADDING - 1) / PADDING * PADDING; }

#endif
