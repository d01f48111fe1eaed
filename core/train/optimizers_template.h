/* Fused optimizer update: one pass over weights, moments and gradients. The same rules as in
 * Python's optimizers. */
#ifndef BYHAND_OPTIMIZERS_TEMPLATE_H
#define BYHAND_OPTIMIZERS_TEMPLATE_H

#include <math.h>

#include "gemm/simd.h"
#include "train/context.h"

/* The optimizer's numbers for one step. */
typedef struct {
    int kind;            /* bh_optimizer_kind */
    float learning_rate; /* Adam: with bias correction, sqrt(1 - beta2^t) / (1 - beta1^t) */
    float momentum, beta1, beta2;
    float epsilon;         /* Adam: times sqrt(1 - beta2^t) */
    float decay;           /* weight decay added to the gradient */
    float decoupled_decay; /* factor of the weights before the step: AdamW */
    float clip_scale;      /* factor of the gradient: clipping */
} step_params;

/* step: from 0 in this epoch. */
static step_params step_params_at(const bh_optimizer *o, int64_t step, double learning_rate) {
    step_params s = {.kind = o->kind,
                     .learning_rate = (float)learning_rate,
                     .momentum = o->momentum,
                     .beta1 = o->beta1,
                     .beta2 = o->beta2,
                     .epsilon = o->epsilon,
                     .decay = o->weight_decay,
                     .decoupled_decay = 1,
                     .clip_scale = 1};
    if (o->kind == BH_ADAM || o->kind == BH_ADAMW) {
        const double t = (double)(o->steps + step + 1);
        const double correction = sqrt(1 - pow((double)o->beta2, t));
        s.learning_rate = (float)(learning_rate * correction / (1 - pow((double)o->beta1, t)));
        s.epsilon = (float)((double)o->epsilon * correction);
    }
    if (o->kind == BH_ADAMW) {
        s.decoupled_decay = (float)(1 - learning_rate * (double)o->weight_decay);
        s.decay = 0;
    }
    return s;
}

/* Only W decays. */
static step_params without_decay(step_params s) {
    s.decay = 0;
    s.decoupled_decay = 1;
    return s;
}

/* The steps of the groups of parameters, each with its own learning rate and decay. weights: of a
 * layer whose W has no rate of its own. */
typedef struct {
    const bh_optimizer *optimizer;
    int64_t step;
    double learning_rate;
    step_params weights, biases, norms, scales, embedding, alphas;
} group_steps;

static group_steps group_steps_at(const bh_optimizer *o, int64_t step, double learning_rate) {
    const step_params weights = step_params_at(o, step, learning_rate);
    const double bias_rate = learning_rate * (double)o->bias_rate;
    const double scale_rate = learning_rate * (double)o->scale_rate;
    const double embedding_rate = learning_rate * (double)o->embedding_rate;
    const double alpha_rate = learning_rate * (double)o->alpha_rate;
    return (group_steps){.optimizer = o,
                         .step = step,
                         .learning_rate = learning_rate,
                         .weights = weights,
                         .biases = without_decay(step_params_at(o, step, bias_rate)),
                         .norms = without_decay(weights),
                         .scales = without_decay(step_params_at(o, step, scale_rate)),
                         .embedding = without_decay(step_params_at(o, step, embedding_rate)),
                         .alphas = without_decay(step_params_at(o, step, alpha_rate))};
}

/* The step of the W of layer l. own: where it is put if it is not that of all. */
static const step_params *weight_step(const group_steps *s, int l, step_params *own) {
    const float *rates = weight_rates_of(s->optimizer);
    if (!rates) {
        return &s->weights;
    }
    *own = step_params_at(s->optimizer, s->step, s->learning_rate * (double)rates[l]);
    own->clip_scale = s->weights.clip_scale;
    return own;
}

/* Update n weights w and their moments m and v by the gradient g; n is rounded up to whole vectors.
 * kind: a constant at every call. */
INLINE void optimizer_update_kind(const int kind, const step_params *step, float *w, float *m,
                                  float *v, const float *g, int64_t n) {
    const step_params s = *step; /* a copy stays in registers: nothing that is stored can be it */
    for (int64_t j = 0; j < n; j += LANES) {
        const vec w_old = v_load(w + j);
        const vec grad = v_load(g + j) * s.clip_scale + s.decay * w_old;
        vec direction = grad;
        if (kind == BH_MOMENTUM || kind == BH_NESTEROV) {
            const vec velocity = s.momentum * v_load(m + j) + grad;
            v_store(m + j, velocity);
            direction = kind == BH_MOMENTUM ? velocity : grad + s.momentum * velocity;
        } else if (kind == BH_ADAM) {
            const vec m_old = v_load(m + j), v_old = v_load(v + j);
            const vec m_new = m_old + (1 - s.beta1) * (grad - m_old);
            const vec v_new = s.beta2 * v_old + (1 - s.beta2) * (grad * grad);
            v_store(m + j, m_new);
            v_store(v + j, v_new);
            direction = m_new / (v_sqrt(v_new) + s.epsilon);
        }
        v_store(w + j, w_old * s.decoupled_decay - s.learning_rate * direction);
    }
}

/* Update n parameters from `offset` on by the gradient g (n). */
static void optimizer_update(const parameters *p, const step_params *s, int64_t offset,
                             const float *g, int64_t n) {
    float *w = p->params + offset;
    float *m = p->moment1 + offset;
    float *v = p->moment2 + offset;
    switch (s->kind) {
    case BH_SGD:
        optimizer_update_kind(BH_SGD, s, w, m, v, g, n);
        break;
    case BH_MOMENTUM:
        optimizer_update_kind(BH_MOMENTUM, s, w, m, v, g, n);
        break;
    case BH_NESTEROV:
        optimizer_update_kind(BH_NESTEROV, s, w, m, v, g, n);
        break;
    default: /* Adam, AdamW */
        optimizer_update_kind(BH_ADAM, s, w, m, v, g, n);
    }
}

/* Prefetch n parameters from `offset` on, and their moments, for an update. */
INLINE void prefetch_params(const parameters *p, const step_params *s, int64_t offset, int64_t n) {
    for (int64_t j = offset; j < offset + n; j += CACHE_LINE_FLOATS) {
        __builtin_prefetch(p->params + j, 1);
        if (s->kind != BH_SGD) {
            __builtin_prefetch(p->moment1 + j, 1);
        }
        if (s->kind == BH_ADAM || s->kind == BH_ADAMW) {
            __builtin_prefetch(p->moment2 + j, 1);
        }
    }
}

/* Does a gradient of 0 leave weights unchanged? */
static bool skips_zero_grad(const step_params *s) {
    return s->kind == BH_SGD && s->decay == 0 && s->decoupled_decay == 1;
}

#endif
