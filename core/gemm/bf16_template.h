/* Products of bf16 numbers: for processors that take two of them, or a whole tile, in one instruction.
 *
 * bf16 is the upper half of a float: the same exponents, eight bits of accuracy. A byte is exact in it; a float is not,
 * but it is the sum of three such numbers. So the first layer's two products, of stored bytes with W and with dz, are as
 * good as in floats when W and dz are taken to pieces. BH_PIECES says how many: 3, or 1 for who asked for bf16.
 *
 * A word is a pair of bf16 numbers, d and d + 16 of the 32 terms of a sum that are taken in at once; then words are made
 * without moving a number from lane to lane.
 *
 *     c[i][j] = Σ_d  a[i][d] · b[d][j]        d counts words; each product of words is the sum of two
 *
 *     forward    a = x       b = W     words along the inputs
 *     backward   a = dz      b = Wᵀ    along the units
 *     gradient   a = xᵀ      b = dz    along the examples
 */
#ifndef BYHAND_BF16_TEMPLATE_H
#define BYHAND_BF16_TEMPLATE_H

#include "train/dense_template.h"
#include "train/gradients_template.h"

enum { USE_AMX = BH_USE_AMX }; /* does the processor multiply whole tiles? */

/* Making words */

/* The upper halves of the nearest bf16 numbers, ties to even; below them nothing is left. */
INLINE ivec round_to_bf16(vec v) {
    const ivec bits = (ivec)v;
    return (bits + 0x7fff + ((bits >> 16) & 1)) & -65536;
}

/* Write a word of each lane of two vectors, for every piece, `apart` from one another. */
INLINE void store_bf16_pairs(vec low, vec high, float *words, ptrdiff_t split_stride, const int splits) {
    for (int split = 0; split < splits; split++, words += split_stride) {
        const ivec first_chunk = round_to_bf16(low), second = round_to_bf16(high);
        v_store(words, (vec)(((first_chunk >> 16) & 0xffff) | second));
        low -= (vec)first_chunk, high -= (vec)second;
    }
}

/* Pair rows that lie 16 apart, each times its factor where there are any: of n rows, words_of(n) rows of words. */
INLINE void pack_rows_bf16(const float *x, ptrdiff_t stride, int32_t n, int32_t columns, const float *factors, float *words,
                      ptrdiff_t pair_row, ptrdiff_t split_stride, const int splits) {
    for (int32_t d = 0; d < bf16_pairs(n); d++, words += pair_row) {
        const int32_t low = d / 16 * BF16_GROUP + d % 16, high = low + 16;
        const float low_factor = factors && low < n ? factors[low] : 1;
        const float high_factor = factors && high < n ? factors[high] : 1;
        for (int32_t j = 0; j < columns; j += LANES)
            store_bf16_pairs(low < n ? v_load(x + low * stride + j) * low_factor : v_set1(0),
                      high < n ? v_load(x + high * stride + j) * high_factor : v_set1(0), words + j, split_stride, splits);
    }
}

/* Pair the numbers of a row that lie 16 apart; what is behind n is 0 up to the next multiple of 16. */
INLINE void pack_row_bf16(const float *x, int32_t n, float *words) {
    for (int32_t d = 0; d < bf16_pairs(n); d += LANES) {
        const int32_t low = d / 16 * BF16_GROUP + d % 16, high = low + 16;
        store_bf16_pairs(low < n ? v_load(x + low) : v_set1(0), high < n ? v_load(x + high) : v_set1(0), words + d, 0, 1);
    }
}

INLINE void pack_bytes_bf16(const unsigned char *x, int32_t n, float *words) {
    for (int32_t d = 0; d < bf16_pairs(n); d += LANES) {
        const int32_t low = d / 16 * BF16_GROUP + d % 16, high = low + 16;
        store_bf16_pairs(low < n ? v_load_u8(x + low) : v_set1(0), high < n ? v_load_u8(x + high) : v_set1(0), words + d, 0, 1);
    }
}

/* Multiplying */

typedef struct {
    const float *a; /* (rows, depth) words; rows up to the next multiple of BLOCK_ROWS can be read */
    ptrdiff_t a_row;
    const float *b; /* (pieces, depth, PANEL) words */
    ptrdiff_t split_stride;
    int32_t k; /* words, a multiple of 16 */
    int splits;
} gemm_bf16_args;

#if BH_USE_AMX

typedef struct {
    unsigned char palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    unsigned char rows[16];
} amx_tile_config;

/* Every tile has 16 rows of 64 bytes. */
static void amx_configure(void) {
    amx_tile_config shapes = {.palette = 1};
    for (int tile = 0; tile < 8; tile++) shapes.row_bytes[tile] = 64, shapes.rows[tile] = 16;
    __asm__ volatile("" : : "r"(&shapes) : "memory"); /* the compiler does not know what the next one reads */
    _tile_loadconfig(&shapes);
}

static void amx_release(void) { _tile_release(); }

enum { BF16_NR = 32 };

/* c = 32 × 32 of the product, in four tiles. */
static void gemm_bf16_ukr(const gemm_bf16_args *p, int64_t row, int32_t column, int vectors, float *c) {
    const float *a = p->a + row * p->a_row;
    const size_t size = sizeof *a, a_bytes = (size_t)p->a_row * size, b_bytes = NR * size, c_bytes = BF16_NR * size;
    (void)vectors;
    __asm__ volatile("" : : "r"(a), "r"(p->b) : "memory"); /* words are written before they are read */
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int32_t d = 0; d < p->k; d += 16) {
        _tile_loadd(4, a + d, a_bytes);
        _tile_loadd(5, a + 16 * p->a_row + d, a_bytes);
        const float *b = p->b + (ptrdiff_t)d * NR + column;
        for (int split = 0; split < p->splits; split++, b += p->split_stride) {
            _tile_loadd(6, b, b_bytes);
            _tile_loadd(7, b + 16, b_bytes);
            _tile_dpbf16ps(0, 4, 6);
            _tile_dpbf16ps(1, 4, 7);
            _tile_dpbf16ps(2, 5, 6);
            _tile_dpbf16ps(3, 5, 7);
        }
    }
    _tile_stored(0, c, c_bytes);
    _tile_stored(1, c + 16, c_bytes);
    _tile_stored(2, c + 16 * BF16_NR, c_bytes);
    _tile_stored(3, c + 16 * BF16_NR + 16, c_bytes);
    __asm__ volatile("" : : "r"(c) : "memory");
}

#else

static void amx_configure(void) {}

static void amx_release(void) {}

enum { BF16_NR = NR };

/* Four rows at a time, as product.h does with floats. vectors is a constant at every call. */
INLINE void gemm_bf16_ukr_rows(const gemm_bf16_args *p, const float *a, int32_t column, const int vectors, float *c) {
    vec dz_sum[MR][NR_VECTORS] = {0};
    for (int split = 0; split < p->splits; split++) {
        const float *b = p->b + split * p->split_stride + column;
        for (int32_t d = 0; d < p->k; d++, b += NR)
            UNROLL for (int r = 0; r < MR; r++)
                UNROLL for (int v = 0; v < vectors; v++)
                    dz_sum[r][v] = (vec)_mm512_dpbf16_ps((__m512)dz_sum[r][v], (__m512bh)v_set1(a[r * p->a_row + d]),
                                                      (__m512bh)v_load(b + v * LANES));
    }
    UNROLL for (int r = 0; r < MR; r++)
        UNROLL for (int v = 0; v < vectors; v++) v_store(c + r * BF16_NR + column + v * LANES, dz_sum[r][v]);
}

static void gemm_bf16_ukr(const gemm_bf16_args *p, int64_t row, int32_t column, int vectors, float *c) {
    (void)column; /* 0: there is one */
    for (int i = 0; i < BF16_MR; i += MR, c += MR * BF16_NR) {
        const float *a = p->a + (row + i) * p->a_row;
        if (vectors == NR_VECTORS) gemm_bf16_ukr_rows(p, a, 0, NR_VECTORS, c);
        else
            for (int v = 0; v < vectors; v++) gemm_bf16_ukr_rows(p, a, v * LANES, 1, c);
    }
}

#endif

/* Rows row … end − 1 of a panel, to where rows lie c_row apart. */
static void gemm_bf16(const gemm_bf16_args *p, int64_t row, int64_t end, int vectors, float *c, ptrdiff_t c_row) {
    float block[BF16_MR * BF16_NR] __attribute__((aligned(BH_ALIGNMENT)));
    const int32_t columns = vectors * LANES;
    for (; row < end; row += BF16_MR, c += BF16_MR * c_row)
        for (int32_t j = 0; j < columns; j += BF16_NR) {
            gemm_bf16_ukr(p, row, j, vectors, block);
            for (int64_t r = 0; r < BF16_MR && row + r < end; r++)
                for (int32_t k = 0; k < BF16_NR && j + k < columns; k += LANES)
                    v_store(c + r * c_row + j + k, v_load(block + r * BF16_NR + k));
        }
}

/* The phases */

/* Does layer l go in words? Bytes on a background go as they are where tiles take them; where they do not, floats that
 * skip the background are faster. In three pieces nothing else does, for no other numbers are exact in one. */
INLINE int uses_bf16(const train_context *e, int l) {
    const int bytes = l == 0 && e->skip_zeros;
    if (is_prediction(e)) return 0;
    return BH_BF16_SPLITS > 1 ? bytes : USE_AMX || !bytes;
}

static float *bf16_a(const train_context *e, int tid) { return e->bf16_buffer + tid * e->bf16_floats; }

static float *bf16_b(const train_context *e, int tid) { return bf16_a(e, tid) + e->bf16_a_floats; }

static gemm_bf16_args gemm_bf16_args_of(const train_context *e, int tid, int32_t k, int splits) {
    const int32_t words = bf16_pairs(k);
    const ptrdiff_t split_stride = (ptrdiff_t)words * NR;
    return (gemm_bf16_args){bf16_a(e, tid), bf16_pair_stride(k), bf16_b(e, tid), split_stride, words, splits};
}

static void forward_bf16(train_context *e, int tid, int l, tile_range p) {
    const bh_layer *layer = &e->network->layers[l];
    const bh_layer_offsets *at = &e->offsets[l];
    const int bytes = l == 0 && e->skip_zeros;
    const gemm_bf16_args gemm = gemm_bf16_args_of(e, tid, layer->n_in, BH_BF16_SPLITS);
    float bias[NR], *a = bf16_a(e, tid);
    for (int64_t i = p.first_row; i < p.first_row + p.rows; i++, a += gemm.a_row)
        if (bytes) pack_bytes_bf16(e->raw + i * e->stored_stride, layer->n_in, a);
        else pack_row_bf16(e->x[l] + i * e->stride[l], layer->n_in, a);
    for (panel_slice r; next_slice(&p, &r);) {
        bias_plus_shift(e, l, e->data->shift, 0, bytes && e->has_shift ? layer->n_in : 0, r.column, r.vectors, bias);
        pack_rows_bf16(e->params + at->weights + r.column, at->stride, layer->n_in, r.vectors * LANES, bytes ? e->scale : 0,
                  bf16_b(e, tid), NR, gemm.split_stride, BH_BF16_SPLITS);
        gemm_bf16(&gemm, r.row - p.first_row, r.end - p.first_row, r.vectors,
                       preact_buffer(e, l) + r.row * e->stride[l + 1] + r.column, e->stride[l + 1]);
        epilogue(e, l, &r, bias);
    }
}

static void backward_bf16(train_context *e, int tid, int l, tile_range p) {
    const bh_layer *layer = &e->network->layers[l];
    const gemm_bf16_args gemm = gemm_bf16_args_of(e, tid, layer->n_out, 1);
    float *panel = e->panels + tid * e->panel_floats, *a = bf16_a(e, tid);
    for (int64_t i = p.first_row; i < p.first_row + p.rows; i++, a += gemm.a_row)
        pack_row_bf16(e->dz[l] + i * e->stride[l + 1], layer->n_out, a);
    for (panel_slice r; next_slice(&p, &r);) {
        pack_transposed(e, l, r.column, panel);
        pack_rows_bf16(panel, NR, layer->n_out, r.vectors * LANES, 0, bf16_b(e, tid), NR, 0, 1);
        gemm_bf16(&gemm, r.row - p.first_row, r.end - p.first_row, r.vectors,
                       e->dz[l - 1] + r.row * e->stride[l] + r.column, e->stride[l]);
        backward_epilogue(e, l, &r);
    }
}

/* Fill a with words of 16 inputs, from k on, along the chunk's examples. */
static void transpose_inputs(const train_context *e, int tid, int l, int32_t k, int rows, float *a, ptrdiff_t a_row) {
    const int bytes = l == 0 && e->skip_zeros;
    float *dequant_buffer = e->dequant_buffer + tid * e->dequant_floats, words[16 * 16];
    for (int32_t from = 0; from < rows; from += BF16_GROUP, a += 16) {
        const int32_t n = rows - from < BF16_GROUP ? rows - from : BF16_GROUP;
        const float *x = bytes ? dequant_buffer : e->x[l] + (ptrdiff_t)from * e->stride[l] + k;
        for (int32_t i = 0; bytes && i < n; i++)
            for (int j = 0; j < 16; j += LANES)
                v_store(dequant_buffer + i * 16 + j, v_load_u8(e->raw + (from + i) * e->stored_stride + k + j));
        pack_rows_bf16(x, bytes ? 16 : e->stride[l], n, 16, 0, words, 16, 0, 1);
        for (int i = 0; i < 16; i += 4)
            for (int j = 0; j < 16; j += 4) transpose_4x4(words + i * 16 + j, 16, a + j * a_row + i, a_row);
    }
}

/* Take in a row of dW: times the input's scale, and shift · Σ dz; and learn. */
static void update_weight_row(train_context *e, int l, int64_t k, const panel_slice *r, float *dw, const float *dz_sum, grad_mode mode) {
    const int bytes = l == 0 && e->skip_zeros, width = r->vectors * LANES;
    const int64_t offset = e->offsets[l].weights + k * e->offsets[l].stride + r->column;
    const float scale = bytes ? e->scale[k] : 1, shift = bytes ? e->data->shift[k] : 0;
    for (int j = 0; j < width; j += LANES) {
        vec g = v_load(dw + j) * scale + v_load(dz_sum + j) * shift;
        if (!mode.first_chunk) g += v_load(e->grads + offset + j);
        v_store(mode.keep_grads ? e->grads + offset + j : dw + j, g);
    }
    if (mode.update_weights) optimizer_update(e, mode.update_weights, offset, mode.keep_grads ? e->grads + offset : dw, width);
}

static void weight_gradients_bf16(train_context *e, int tid, int l, grad_mode mode) {
    const bh_layer *layer = &e->network->layers[l];
    const gemm_bf16_args gemm = gemm_bf16_args_of(e, tid, mode.rows, BH_BF16_SPLITS);
    float dz_sum[NR], dw[BF16_MR * NR];
    tile_range p = tiles_of_thread(e, tid, layer->n_in, layer->n_out);
    for (int32_t k = 0; p.first_tile < p.end && k < layer->n_in; k += 16)
        transpose_inputs(e, tid, l, k, mode.rows, bf16_a(e, tid) + k * gemm.a_row, gemm.a_row);
    for (panel_slice r; next_slice(&p, &r);) {
        column_sums(e, l, r.column, r.vectors, mode.rows, dz_sum);
        if (r.row == 0 && r.end > 0) bias_gradient(e, e->offsets[l].biases + r.column, dz_sum, r.vectors * LANES, mode);
        pack_rows_bf16(e->dz[l] + r.column, e->stride[l + 1], mode.rows, r.vectors * LANES, 0, bf16_b(e, tid), NR,
                  gemm.split_stride, BH_BF16_SPLITS);
        for (int64_t k = r.row; k < r.end; k += BF16_MR) {
            const int64_t end = k + BF16_MR < r.end ? k + BF16_MR : r.end;
            for (int64_t i = k; mode.update_weights && i < end; i++)
                prefetch_params(e, mode.update_weights, e->offsets[l].weights + i * e->offsets[l].stride + r.column, r.vectors * LANES);
            gemm_bf16(&gemm, k, end, r.vectors, dw, NR);
            for (int64_t i = k; i < end; i++) update_weight_row(e, l, i, &r, dw + (i - k) * NR, dz_sum, mode);
        }
    }
}

#endif
