/* Learning: what the files of optimizers/ do, in one pass over weights, memory and gradient. */
#ifndef BYHAND_OPTIMIZERS_TEMPLATE_H
#define BYHAND_OPTIMIZERS_TEMPLATE_H

#include <math.h>

#include "train/context.h"
#include "gemm/simd.h"

typedef struct {
    int kind;
    float learning_rate, momentum, beta1, beta2, epsilon; /* Adam's rate and ε hold the step's corrections */
    float decay;                                 /* into the gradient */
    float decoupled_decay;                                /* · the weights, before the step */
    float clip_scale;                                  /* · the gradient */
} step_params;

static step_params step_params_at(const bh_optimizer *o, int64_t step, double learning_rate) {
    step_params u = {o->kind, (float)learning_rate, o->momentum, o->beta1, o->beta2, o->epsilon, o->weight_decay, 1, 1};
    if (o->kind == BH_ADAM || o->kind == BH_ADAMW) {
        const double t = (double)(o->steps + step + 1), fix = sqrt(1 - pow(o->beta2, t));
        u.learning_rate = (float)(learning_rate * fix / (1 - pow(o->beta1, t)));
        u.epsilon = (float)(o->epsilon * fix);
    }
    if (o->kind == BH_ADAMW) {
        u.decoupled_decay = (float)(1 - learning_rate * o->weight_decay);
        u.decay = 0;
    }
    return u;
}

/* Biases do not decay. */
static step_params without_decay(step_params u) {
    u.decay = 0;
    u.decoupled_decay = 1;
    return u;
}

/* Move n weights at w, and what is remembered of them at m and v, by the gradient at g. */
INLINE void optimizer_update_kind(const int kind, const step_params *u, float *w, float *m, float *v, const float *g, int64_t n) {
    for (int64_t j = 0; j < n; j += LANES) {
        const vec old = v_load(w + j) * u->decoupled_decay, grad = v_load(g + j) * u->clip_scale + u->decay * v_load(w + j);
        vec step = grad;
        if (kind == BH_MOMENTUM || kind == BH_NESTEROV) {
            const vec velocity = u->momentum * v_load(m + j) + grad;
            v_store(m + j, velocity);
            step = kind == BH_MOMENTUM ? velocity : grad + u->momentum * velocity;
        } else if (kind == BH_ADAM) {
            const vec m_old = v_load(m + j), v_old = v_load(v + j);
            const vec m_new = m_old + (1 - u->beta1) * (grad - m_old);
            const vec v_new = u->beta2 * v_old + (1 - u->beta2) * (grad * grad);
            v_store(m + j, m_new);
            v_store(v + j, v_new);
            step = m_new / (v_sqrt(v_new) + u->epsilon);
        }
        v_store(w + j, old - u->learning_rate * step);
    }
}

/* Move n parameters from `at` on. */
static void optimizer_update(const train_context *e, const step_params *u, int64_t at, const float *g, int64_t n) {
    float *w = e->params + at, *m = e->moment1 + at, *v = e->moment2 + at;
    if (u->kind == BH_SGD) optimizer_update_kind(BH_SGD, u, w, m, v, g, n);
    else if (u->kind == BH_MOMENTUM) optimizer_update_kind(BH_MOMENTUM, u, w, m, v, g, n);
    else if (u->kind == BH_NESTEROV) optimizer_update_kind(BH_NESTEROV, u, w, m, v, g, n);
    else optimizer_update_kind(BH_ADAM, u, w, m, v, g, n);
}

/* Ask for n parameters from `at` on, and what is remembered of them, to be there when they learn. */
INLINE void prefetch_params(const train_context *e, const step_params *u, int64_t at, int64_t n) {
    for (int64_t j = at; j < at + n; j += CACHE_LINE_FLOATS) {
        __builtin_prefetch(e->params + j, 1);
        if (u->kind != BH_SGD) __builtin_prefetch(e->moment1 + j, 1);
        if (u->kind == BH_ADAM || u->kind == BH_ADAMW) __builtin_prefetch(e->moment2 + j, 1);
    }
}

/* Does a gradient of 0 leave a weight where it is? */
static int skips_zero_grad(const step_params *u) { return u->kind == BH_SGD && u->decay == 0 && u->decoupled_decay == 1; }

#endif
