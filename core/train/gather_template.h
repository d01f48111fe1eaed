/* Gathering: from raw examples to the first layer's input, x = raw * scale + shift, after a pixel
 * shift if images are augmented. */
#ifndef BYHAND_GATHER_TEMPLATE_H
#define BYHAND_GATHER_TEMPLATE_H

#include <string.h>

#include "gemm/simd.h"
#include "train/context.h"

static int64_t raw_size(const bh_epoch_data *d) {
    return d->inputs_are_bytes ? 1 : sizeof(float);
}

static const char *raw_example(const bh_epoch_data *d, int32_t n, int64_t position) {
    return (const char *)d->inputs + example_at(d, position) * n * raw_size(d);
}

/* Copy an image (height, width) to `shifted`, translated; what comes in from outside is 0. */
static void shift_image(const bh_epoch_data *d, const char *image, int right, int down,
                        char *shifted) {
    const int64_t size = raw_size(d);
    const int columns = d->width - (right < 0 ? -right : right);
    const int64_t to_column = right > 0 ? right : 0;
    const int64_t from_column = right < 0 ? -right : 0;
    memset(shifted, 0, (size_t)((int64_t)d->height * d->width * size));
    for (int r = 0; r < d->height; r++) {
        const int64_t from_row = r - down;
        if (from_row < 0 || from_row >= d->height || columns <= 0) {
            continue;
        }
        char *to = shifted + ((int64_t)r * d->width + to_column) * size;
        memcpy(to, image + (from_row * d->width + from_column) * size, (size_t)(columns * size));
    }
}

/* Return the raw example (n) at a position of the epoch, shifted into `shifted_row` if it must be.
 */
static const void *raw_row(const bh_epoch_data *d, int32_t n, int64_t position, void *shifted_row) {
    const char *example = raw_example(d, n, position);
    if (!d->pixel_shifts) {
        return example;
    }
    const int32_t *shift = d->pixel_shifts + 2 * position;
    shift_image(d, example, shift[0], shift[1], shifted_row);
    return shifted_row;
}

/* Prefetch an example: a DRAM miss costs about 2,000 multiplications. */
INLINE void prefetch_row(const bh_epoch_data *d, int32_t n, int64_t position) {
    const char *example = raw_example(d, n, position);
    for (int64_t i = 0; i < n * raw_size(d); i += 64) {
        __builtin_prefetch(example + i, 0, 2);
    }
}

static void scale_and_shift_bytes(const unsigned char *restrict raw, const bh_epoch_data *d,
                                  int32_t n, float *restrict x) {
    int32_t j = 0;
    for (; j + LANES <= n; j += LANES) {
        v_store(x + j, v_load_u8(raw + j) * v_load(d->scale + j) + v_load(d->shift + j));
    }
    for (; j < n; j++) {
        x[j] = (float)raw[j] * d->scale[j] + d->shift[j];
    }
}

static void scale_and_shift_floats(const float *restrict raw, const bh_epoch_data *d, int32_t n,
                                   float *restrict x) {
    int32_t j = 0;
    for (; j + LANES <= n; j += LANES) {
        v_store(x + j, v_load(raw + j) * v_load(d->scale + j) + v_load(d->shift + j));
    }
    for (; j < n; j++) {
        x[j] = raw[j] * d->scale[j] + d->shift[j];
    }
}

/* x (n) = raw (n) * scale + shift. */
static void scale_and_shift(const bh_epoch_data *d, int32_t n, const void *raw, float *x) {
    if (d->inputs_are_bytes) {
        scale_and_shift_bytes(raw, d, n, x);
    } else {
        scale_and_shift_floats(raw, d, n, x);
    }
}

#endif
