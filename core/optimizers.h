/* Learning: what the files of optimizers/ do, in one pass over weights, memory and gradient. */
#ifndef BYHAND_OPTIMIZERS_H
#define BYHAND_OPTIMIZERS_H

#include <math.h>

#include "epoch.h"
#include "vectors.h"

typedef struct {
    int kind;
    float rate, momentum, beta1, beta2, epsilon; /* Adam's rate and ε hold the step's corrections */
    float decay;                                 /* into the gradient */
    float shrink;                                /* · the weights, before the step */
    float clip;                                  /* · the gradient */
} rule;

static rule rule_of_step(const bh_optimizer *o, int64_t step, double learning_rate) {
    rule u = {o->kind, (float)learning_rate, o->momentum, o->beta1, o->beta2, o->epsilon, o->weight_decay, 1, 1};
    if (o->kind == BH_ADAM || o->kind == BH_ADAMW) {
        const double t = (double)(o->steps + step + 1), fix = sqrt(1 - pow(o->beta2, t));
        u.rate = (float)(learning_rate * fix / (1 - pow(o->beta1, t)));
        u.epsilon = (float)(o->epsilon * fix);
    }
    if (o->kind == BH_ADAMW) {
        u.shrink = (float)(1 - learning_rate * o->weight_decay);
        u.decay = 0;
    }
    return u;
}

/* Biases do not decay. */
static rule for_biases(rule u) {
    u.decay = 0;
    u.shrink = 1;
    return u;
}

/* Move n weights at w, and what is remembered of them at m and v, by the gradient at g. */
INLINE void learn_as(const int kind, const rule *u, float *w, float *m, float *v, const float *g, int64_t n) {
    for (int64_t j = 0; j < n; j += LANES) {
        const vec old = load(w + j) * u->shrink, dw = load(g + j) * u->clip + u->decay * load(w + j);
        vec step = dw;
        if (kind == BH_MOMENTUM || kind == BH_NESTEROV) {
            const vec velocity = u->momentum * load(m + j) + dw;
            store(m + j, velocity);
            step = kind == BH_MOMENTUM ? velocity : dw + u->momentum * velocity;
        } else if (kind == BH_ADAM) {
            const vec mean = load(m + j), size = load(v + j);
            const vec new_mean = mean + (1 - u->beta1) * (dw - mean);
            const vec new_size = u->beta2 * size + (1 - u->beta2) * (dw * dw);
            store(m + j, new_mean);
            store(v + j, new_size);
            step = new_mean / (root(new_size) + u->epsilon);
        }
        store(w + j, old - u->rate * step);
    }
}

/* Move n parameters from `at` on. */
static void learn(const epoch *e, const rule *u, int64_t at, const float *g, int64_t n) {
    float *w = e->params + at, *m = e->first + at, *v = e->second + at;
    if (u->kind == BH_SGD) learn_as(BH_SGD, u, w, m, v, g, n);
    else if (u->kind == BH_MOMENTUM) learn_as(BH_MOMENTUM, u, w, m, v, g, n);
    else if (u->kind == BH_NESTEROV) learn_as(BH_NESTEROV, u, w, m, v, g, n);
    else learn_as(BH_ADAM, u, w, m, v, g, n);
}

/* Ask for n parameters from `at` on, and what is remembered of them, to be there when they learn. */
INLINE void ask_for(const epoch *e, const rule *u, int64_t at, int64_t n) {
    for (int64_t j = at; j < at + n; j += LINE) {
        __builtin_prefetch(e->params + j, 1);
        if (u->kind != BH_SGD) __builtin_prefetch(e->first + j, 1);
        if (u->kind == BH_ADAM || u->kind == BH_ADAMW) __builtin_prefetch(e->second + j, 1);
    }
}

/* Does a gradient of 0 leave a weight where it is? */
static int rests(const rule *u) { return u->kind == BH_SGD && u->decay == 0 && u->shrink == 1; }

#endif
