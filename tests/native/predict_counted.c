/* Predicts the same pictures again and again, so that instructions can be counted from outside:
 *
 *     predict_counted N_IN N_HIDDEN PICTURES TOGETHER CALLS
 *
 * PICTURES at once where TOGETHER is 1, one after the other where it is 0. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "byhand.h"

enum { N_OUT = 10, MOST = 64 };

static void *aligned(int64_t bytes) {
    void *block = aligned_alloc(BH_ALIGNMENT, ((size_t)bytes + 63) / 64 * 64);
    if (!block) {
        exit(2);
    }
    memset(block, 0, (size_t)bytes);
    return block;
}

/* Rings of three sizes in the middle: a fifth of the pixels have ink, mostly the same ones, as in
 * digits. */
static void draw(unsigned char *raw, int n_in) {
    for (int i = 0; i < MOST; i++) {
        for (int j = 0; j < n_in; j++) {
            const int x = j % 28 - 14, y = j / 28 - 14, distance = x * x + y * y - 20 * (i % 3);
            raw[i * n_in + j] = distance > 20 && distance < 70 ? 200 : 0;
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 6) {
        return 2;
    }
    const int n_in = atoi(argv[1]), pictures = atoi(argv[3]), together = atoi(argv[4]);
    const bh_layer layers[2] = {{.n_in = n_in, .n_out = atoi(argv[2]), .activation = BH_RELU},
                                {.n_in = atoi(argv[2]), .n_out = N_OUT}};
    const bh_network network = {2, layers, BH_SOFTMAX_CROSS_ENTROPY, 0};
    bh_layer_offsets offsets[2];
    float *params = aligned(bh_layout(&network, offsets) * (int64_t)sizeof(float));
    bh_initialize(&network, BH_UNIFORM, 0.1, 1, params);
    const int64_t room = bh_workspace(&network, 256, 1);
    const bh_memory memory = {
        .params = params, .workspace = aligned(room), .workspace_bytes = room};
    unsigned char *raw = aligned(MOST * n_in);
    float *scale = aligned(n_in * 4), *shift = aligned(n_in * 4),
          *output = aligned(MOST * N_OUT * 4);
    draw(raw, n_in);
    for (int j = 0; j < n_in; j++) {
        scale[j] = 1.0f / 255;
    }
    bh_epoch_data data = {.inputs_are_bytes = 1, .scale = scale, .shift = shift};
    data.n_examples = together ? pictures : 1;
    for (int call = 0; call < atoi(argv[5]); call++) {
        for (int i = 0; i < pictures; i += (int)data.n_examples) {
            data.inputs = raw + i * n_in;
            if (bh_predict(&network, &data, &memory, output + i * N_OUT, BH_BEST, 1) != BH_OK) {
                return 1;
            }
        }
    }
    for (int j = 0; j < pictures * N_OUT; j++) {
        printf("%.5f ", (double)output[j]);
    }
    return 0;
}
