/* Parameters and moments of a scene for fuzz.c, with the padding that the core promises to keep. */
#ifndef BYHAND_FUZZ_MEMORY_H
#define BYHAND_FUZZ_MEMORY_H

#include "fuzz_scene.h"

static int padded(int n) {
    return (n + 15) / 16 * 16;
}

/* Rows of a column before V: w and phi, w, or none. */
static int n_wave_rows(const bh_embedding *e) {
    static const int rows[] = {2, 1, 0}; /* of bh_embedding_kind */
    return rows[e->kind];
}

/* The width of V. */
static int n_basis(const bh_embedding *e) {
    return e->kind == BH_PERIODIC_LINEAR ? 2 * e->resolution : e->resolution;
}

/* Floats of a column's rows: w, phi, V transposed and c. */
static int embedded_floats(const bh_embedding *e) {
    return n_wave_rows(e) * padded(e->resolution) + e->n_out * padded(n_basis(e)) +
           padded(e->n_out);
}

/* Is float i of a column's rows padding? */
static int is_embedding_padding(const bh_embedding *e, int i) {
    const int waves = n_wave_rows(e) * padded(e->resolution);
    const int before_c = waves + e->n_out * padded(n_basis(e));
    if (i < waves) {
        return i % padded(e->resolution) >= e->resolution;
    }
    return i < before_c ? (i - waves) % padded(n_basis(e)) >= n_basis(e) : i - before_c >= e->n_out;
}

static void invent_embedding_parameters(scene *s) {
    const bh_embedding *e = &s->embedding;
    for (int i = 0; i < e->n_columns * embedded_floats(e); i++) {
        s->params[i] = is_embedding_padding(e, i % embedded_floats(e)) ? 0 : real();
    }
}

/* R, which ends where the first layer begins. */
static void invent_copies(scene *s, int64_t end) {
    const int n_in = s->layers[0].n_in, k = s->network.n_heads;
    for (int i = 0; i < k * n_in; i++) {
        s->params[end - (int64_t)(k - i / n_in) * padded(n_in) + i % n_in] = real();
    }
}

static void invent_memory(scene *s) {
    bh_layer_offsets offsets[8];
    s->n_params = bh_layout(&s->network, offsets);
    if (s->n_params <= 0) {
        exit(3);
    }
    s->params = buffer(4 * s->n_params), s->moment1 = buffer(4 * s->n_params),
    s->moment2 = buffer(4 * s->n_params);
    if (s->network.embedding) {
        invent_embedding_parameters(s);
    }
    if (s->network.n_heads) {
        invent_copies(s, offsets[0].weights);
    }
    for (int l = 0; l < s->network.n_layers; l++) {
        for (int k = 0; k < n_matrices(s, l) * (s->layers[l].n_in + 1); k++) {
            const int is_bias = k % (s->layers[l].n_in + 1) == s->layers[l].n_in;
            for (int j = 0; !is_bias && j < s->layers[l].n_out; j++) {
                s->params[offsets[l].weights + (int64_t)k * offsets[l].stride + j] = real() / 4;
            }
        }
    }
    for (int l = 0; l < s->network.n_layers; l++) {
        for (int j = 0; s->layers[l].batch_norm && j < s->layers[l].n_out; j++) {
            s->params[offsets[l].gamma + j] = 1 + real() / 2,
                                         s->params[offsets[l].beta + j] = real();
            s->params[offsets[l].mean + j] = real(),
                                        s->params[offsets[l].variance + j] = 1.5f + real();
        }
        for (int j = 0; s->layers[l].parametric && j < s->layers[l].n_out; j++) {
            s->params[offsets[l].alpha + j] = 2 * real();
        }
    }
}

static void clear(scene *s) {
    const void *all[] = {s->edges,
                         s->weight_rates,
                         s->params,
                         s->moment1,
                         s->moment2,
                         s->data.inputs,
                         s->data.scale,
                         s->data.shift,
                         s->data.labels,
                         s->data.targets,
                         s->data.indices,
                         s->data.learning_rates,
                         s->data.pixel_shifts,
                         s->data.weights};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        free((void *)all[i]);
    }
}

#endif
