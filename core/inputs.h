/* From stored examples to the first layer's input: x = stored · scale + shift, moved first where pictures move.
 *
 * And which inputs vary: a third of the pixels of MNIST are the same in all pictures of a batch of 128. What an input
 * with one value c for all examples does can be said without them: it adds c · W[k] to every sum, and its gradient is
 * dW[k] = c · Σ dz. So the first layer's products run over the inputs that vary. */
#ifndef BYHAND_INPUTS_H
#define BYHAND_INPUTS_H

#include <string.h>

#include "epoch.h"
#include "vectors.h"

/* Return the row as it is stored, moved into `scratch` if pictures are. What comes in from outside is 0. */
static const void *stored_row(const bh_epoch_data *d, int32_t n, int64_t place, void *scratch) {
    const int64_t size = d->inputs_are_bytes ? 1 : sizeof(float);
    const char *picture = (const char *)d->inputs + row_at(d, place) * n * size;
    if (!d->moved) return picture;
    const int right = d->moved[2 * place], down = d->moved[2 * place + 1];
    const int width = d->width - (right < 0 ? -right : right);
    memset(scratch, 0, (size_t)(n * size));
    for (int r = 0; r < d->height; r++)
        if (r - down >= 0 && r - down < d->height && width > 0)
            memcpy((char *)scratch + ((int64_t)r * d->width + (right > 0 ? right : 0)) * size,
                   picture + ((int64_t)(r - down) * d->width + (right < 0 ? -right : 0)) * size, (size_t)(width * size));
    return scratch;
}

enum { AHEAD = 4 /* rows */ };

/* Ask for the row early: from the main memory it takes as long as two thousand multiplications. */
static void ask_for_row(const bh_epoch_data *d, int32_t n, int64_t place) {
    const int64_t bytes = n * (d->inputs_are_bytes ? 1 : (int64_t)sizeof(float));
    const char *row = (const char *)d->inputs + row_at(d, place) * bytes;
    for (int64_t i = 0; i < bytes; i += 64) __builtin_prefetch(row + i, 0, 2);
}

static void convert_bytes(const unsigned char *restrict stored, const bh_epoch_data *d, int32_t n, float *restrict x) {
    int32_t j = 0;
    for (; j + LANES <= n; j += LANES) store(x + j, load_bytes(stored + j) * load(d->scale + j) + load(d->shift + j));
    for (; j < n; j++) x[j] = (float)stored[j] * d->scale[j] + d->shift[j];
}

static void convert_floats(const float *restrict stored, const bh_epoch_data *d, int32_t n, float *restrict x) {
    int32_t j = 0;
    for (; j + LANES <= n; j += LANES) store(x + j, load(stored + j) * load(d->scale + j) + load(d->shift + j));
    for (; j < n; j++) x[j] = stored[j] * d->scale[j] + d->shift[j];
}

static void convert(const bh_epoch_data *d, int32_t n, const void *stored, float *x) {
    if (d->inputs_are_bytes) convert_bytes(stored, d, n, x);
    else convert_floats(stored, d, n, x);
}

static void note_differences(const unsigned char *restrict a, const unsigned char *restrict b, int32_t n,
                             unsigned char *restrict varies) {
    for (int32_t j = 0; j < n; j++) varies[j] |= a[j] ^ b[j];
}

/* Convert this member's share of the chunk that begins at place `from`, and note which of its inputs vary. */
static void gather(epoch *e, int member, int64_t from, int rows) {
    const bh_epoch_data *d = e->data;
    const int32_t n = e->network->layers[0].n_in;
    unsigned char *varies = e->varies + (int64_t)member * 2 * n, *reference = varies + n;
    void *scratch = e->scratch + (int64_t)member * n;
    int64_t first, end;
    team_share(&e->crew, member, rows, &first, &end);
    memset(varies, d->inputs_are_bytes ? 0 : 1, (size_t)n);
    for (int64_t i = first; i < end; i++) {
        const void *stored = stored_row(d, n, from + i, scratch);
        if (i + AHEAD < end) ask_for_row(d, n, from + i + AHEAD);
        if (d->inputs_are_bytes) {
            if (i == first) memcpy(reference, stored, (size_t)n);
            note_differences(stored, reference, n, varies);
        }
        convert(d, n, stored, e->x[0] + i * e->stride[0]);
    }
}

/* The inputs of the first layer, sorted: those that vary in this chunk, then those that do not. */
typedef struct {
    const int32_t *varying, *constant;
    int32_t n_varying, n_constant;
} sorted_inputs;

/* Put together what the members noted; each does so for itself. */
static sorted_inputs sort_inputs(const epoch *e, int member, int rows) {
    const int32_t n = e->network->layers[0].n_in;
    int32_t *list = e->lists + (int64_t)member * n, n_varying = 0, n_constant = 0;
    unsigned char *together = e->together + (int64_t)member * n;
    memset(together, 0, (size_t)n);
    const unsigned char *reference = 0;
    for (int m = 0; m < e->crew.size; m++) {
        int64_t first, end;
        team_share(&e->crew, m, rows, &first, &end);
        if (first == end) continue;
        const unsigned char *varies = e->varies + (int64_t)m * 2 * n;
        for (int32_t j = 0; j < n; j++) together[j] |= varies[j];
        if (!e->data->inputs_are_bytes) continue;
        if (reference) note_differences(varies + n, reference, n, together);
        else reference = varies + n;
    }
    for (int32_t j = 0; j < n; j++) {
        list[together[j] ? n_varying : n - 1 - n_constant] = j;
        if (together[j]) n_varying++;
        else n_constant++;
    }
    return (sorted_inputs){list, list + n_varying, n_varying, n_constant};
}

#endif
