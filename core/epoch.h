/* What an epoch works on, between the door (face.c) and the kernels (kernel.c, compiled once for each processor). */
#ifndef BYHAND_EPOCH_H
#define BYHAND_EPOCH_H

#include <stddef.h>

#include "byhand.h"
#include "team.h"

enum {
    CHUNK = 256,   /* larger batches go through the network in pieces, which stay in the cache */
    PADDING = 16,  /* widths are filled up to a multiple of the widest vector */
    MAX_PANEL = 64, /* columns of the widest tile */
    LINE = 16,      /* floats of a line of the cache */
    DEPTH = 256,    /* terms of a sum that are taken for all rows before the next ones: their weights stay near */
    LIGHT = 1 << 17 /* weights: above, a layer is divided over threads by columns, so that each reads its own part */
};

typedef struct {
    team crew;
    const bh_network *network;
    const bh_optimizer *optimizer;
    const bh_epoch_data *data;
    const volatile int32_t *stop;
    bh_place places[BH_MAX_LAYERS];
    int64_t n_learned; /* floats at the beginning of params, without running averages */
    float *params, *first, *second;
    float *output; /* where predictions go; 0: train */

    /* Scratch, all in the caller's workspace. Layer l reads x[l] and writes x[l + 1]; dz[l] is the gradient of the mean
     * loss with respect to what its dense part said, laid out as x[l + 1]. */
    float *x[BH_MAX_LAYERS + 1], *dz[BH_MAX_LAYERS];
    int32_t stride[BH_MAX_LAYERS + 1];
    int32_t chunk; /* examples that go through the network together */

    /* Of what lies between layer l's dense part and the next layer, laid out as x[l + 1] too: */
    float *z[BH_MAX_LAYERS];            /* what the dense part said, then x̂: with batch normalisation */
    float *a[BH_MAX_LAYERS];            /* what the activation said; x[l + 1] itself where nothing follows it */
    float *around[BH_MAX_LAYERS];       /* the gradient that takes the way around */
    float *inverse_std[BH_MAX_LAYERS];  /* (n_out) */
    unsigned char *kept[BH_MAX_LAYERS]; /* (chunk, n_out), 1 for a unit that is not silent */
    unsigned char between[BH_MAX_LAYERS]; /* is there more than an activation? a way around may also begin there */
    int by_rows; /* all layers but the first are light: between two waits a member takes its examples through them all */
    float *grads;    /* as params: of batches of several chunks, and where gradients are clipped */
    double *squares; /* of the gradient, by pieces of PIECE floats */
    double *row_loss;         /* (chunk) */
    unsigned char *row_right; /* (chunk) */

    /* Of stored bytes, where 0 is background: inputs.h. */
    int on_background, shifts; /* do bytes stay bytes? does shift do anything? */
    unsigned char *stored;     /* (chunk, stored_stride): what has been gathered */
    unsigned char *marks;      /* (eights of examples, marks_stride) */
    int64_t stored_stride, marks_stride, list_stride;
    int32_t *inputs_of, *n_inputs_of;     /* (blocks, list_stride), (blocks) */
    int32_t *examples_of, *n_examples_of; /* (groups, chunk + PADDING), (groups) */
    int32_t *bit_places;                  /* (256, 8): the places of the bits of a byte */
    float *scale;                         /* (n_in), 0 in the padding */

    /* And of each member: */
    float *panels; /* panel_floats: (widest layer, MAX_PANEL), some columns of Wᵀ */
    int64_t panel_floats;
    float *per_unit;         /* (widest layer and a panel): a number for each unit */
    int64_t per_unit_floats;
    float *words;            /* words_floats: of a product's one side, a_floats, then of its other: words.h */
    int64_t words_floats, a_floats;
    float *scratch;          /* (n_in): a moved picture */
    float *numbers;          /* numbers_floats: some of what is stored, made numbers */
    int64_t numbers_floats;
    int32_t *lists;          /* (widest): of any layer's inputs, those that are not 0, for a single example */

    /* Written by member 0 between two waits, read by all. */
    int status;
    double batch_loss;
    bh_result result;
} epoch;

enum {
    TILE_ROWS = 4,                    /* of the products: product.h */
    BLOCK_BITS = (1 << TILE_ROWS) - 1,
    STRIP = 16,                       /* inputs of which a gradient makes numbers at once */
    STAYS = 1 << 17                   /* weights that stay in a member's cache */
};

enum { PIECE = 4096 /* floats */ };

enum {
    IN_WORD = 32,    /* terms of a sum that become 16 words: words.h */
    BLOCK_ROWS = 32, /* that are multiplied together there */
    MOST_PIECES = 3
};

static inline int32_t words_of(int32_t n) { return (n + IN_WORD - 1) / IN_WORD * (IN_WORD / 2); }

/* From row to row, in words: an odd number of cache lines. */
static inline int32_t word_stride(int32_t n) { return words_of(n) / LINE % 2 == 0 ? words_of(n) + LINE : words_of(n); }

typedef void kernel(void *task, int member);
kernel bh_kernel_portable, bh_kernel_avx2, bh_kernel_avx512, bh_kernel_amx, bh_kernel_avx512_bf16, bh_kernel_amx_bf16;

typedef int64_t probe(int64_t rounds, float *sink);
probe bh_probe_portable, bh_probe_avx2, bh_probe_avx512;

/* Return the example at a place of the order; without an order, the places are the examples. */
static inline int64_t row_at(const bh_epoch_data *d, int64_t place) { return d->order ? d->order[place] : place; }

static inline int64_t steps_of(const bh_epoch_data *d) { return (d->n_order + d->batch_size - 1) / d->batch_size; }

static inline int is_prediction(const epoch *e) { return e->output != 0; }

/* Where the dense part of layer l writes, and the activation it writes through. */
static inline float *written_by(const epoch *e, int l) { return e->network->layers[l].batch_norm ? e->z[l] : e->a[l]; }

static inline int32_t bend_of(const bh_layer *layer) { return layer->batch_norm ? BH_IDENTITY : layer->activation; }

static inline int32_t padded(int32_t n) { return (n + PADDING - 1) / PADDING * PADDING; }

#endif
