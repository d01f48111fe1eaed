/* Robustness of a classification, for piecewise linear networks: by how much may every raw value
 * change before the predicted class does?
 *
 * Certified lower bound: every hidden unit's activation lies between two linear functions of its
 * pre-activation, for all inputs in a box of radius r around the example. Substituting them from
 * the last layer to the input bounds the margin of the predicted class over each other class from
 * below; if all margins stay positive, no change of up to r can alter the class. Source: Zhang et
 * al. 2018, "Efficient neural network robustness certification with general activation functions"
 * (CROWN).
 *
 * Upper bound: an adversarial example, searched along the gradient. Sources: Goodfellow et al.
 * 2015, "Explaining and harnessing adversarial examples" (FGSM); Kurakin et al. 2017 (iterated). */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "inspect/elementwise.h"
#include "inspect/piecewise_linear.h"

enum {
    BISECTIONS = 12,  /* of the certified radius */
    ATTACK_STEPS = 6, /* gradient steps per target class and radius */
};

/* Margins must exceed this, which is far above the rounding of doubles. */
static const double MIN_MARGIN = 1e-6;

/* Certification */

/* The box of inputs x and the bounds that follow from it. */
typedef struct {
    const bh_example *example;
    double *centre, *half_width; /* (n_in) of each input's interval */
    double *low, *high;          /* (units): bounds of each pre-activation */
    double *slopes, *next;       /* (max_width): a linear function, and scratch for the next */
} crown_state;

/* upper: slope * z + intercept >= f(z) for low <= z <= high. negative: f'(z) for z < 0. */
static void upper_relaxation(double negative, double low, double high, double *slope,
                             double *intercept) {
    *intercept = 0;
    if (low >= 0) {
        *slope = 1;
    } else if (high <= 0) {
        *slope = negative;
    } else { /* the chord */
        *slope = (high - negative * low) / (high - low);
        *intercept = negative * low - *slope * low;
    }
}

/* lower: slope * z <= f(z) for low <= z <= high; the slope of the wider side of 0. */
static double lower_relaxation(double negative, double low, double high) {
    return low >= 0 || (high > 0 && high > -low) ? 1 : negative;
}

/* Replace the linear function s->slopes of a layer's activations (n) by one of its pre-activations
 * that is never larger; return what its constant grows by. low, high (n): their bounds. */
static double relax_activations(const bh_layer *layer, crown_state *s, const double *low,
                                const double *high) {
    const double negative = negative_slope(layer);
    double constant = 0;
    for (int32_t k = 0; k < layer->n_out; k++) {
        double slope = lower_relaxation(negative, low[k], high[k]);
        double intercept = 0;
        if (s->slopes[k] < 0) {
            upper_relaxation(negative, low[k], high[k], &slope, &intercept);
        }
        constant += s->slopes[k] * intercept;
        s->slopes[k] *= slope;
    }
    return constant;
}

/* Replace the linear function s->slopes of layer l's pre-activations by the same one of its input;
 * return what its constant grows by. */
static double substitute_dense(const net_view *net, crown_state *s, int l) {
    const float *b = net->params + net->offsets[l].biases;
    double constant = 0;
    for (int32_t j = 0; j < net_layer(net, l)->n_out; j++) {
        constant += s->slopes[j] * (double)b[j];
    }
    net_dense_backward(net, l, s->slopes, s->next);
    double *swap = s->slopes;
    s->slopes = s->next;
    s->next = swap;
    return constant;
}

/* Return a lower bound of s->slopes * z[l] over the box. `at`: where layer l begins in (units). */
static double crown_lower_bound(const net_view *net, crown_state *s, int l, int64_t at) {
    double bound = substitute_dense(net, s, l);
    for (int i = l - 1; i >= 0; i--) {
        const bh_layer *layer = net_layer(net, i);
        at -= layer->n_out;
        bound += relax_activations(layer, s, s->low + at, s->high + at);
        bound += substitute_dense(net, s, i);
    }
    for (int32_t k = 0; k < net_layer(net, 0)->n_in; k++) {
        bound += s->slopes[k] * s->centre[k] - fabs(s->slopes[k]) * s->half_width[k];
    }
    return bound;
}

/* s->slopes (n) = sign * (unit vector). */
static void set_unit_objective(crown_state *s, int32_t n, int32_t unit, double sign) {
    memset(s->slopes, 0, (size_t)n * sizeof *s->slopes);
    s->slopes[unit] = sign;
}

/* Bound the first layer's pre-activations, which are linear in the input, by interval arithmetic.
 */
static void bound_first_layer(const net_view *net, crown_state *s) {
    const int32_t n = net_layer(net, 0)->n_out;
    double *radius = s->slopes;
    memset(radius, 0, (size_t)n * sizeof *radius);
    for (int32_t k = 0; k < net_layer(net, 0)->n_in; k++) {
        const float *w = net_weights(net, 0, k);
        for (int32_t j = 0; j < n; j++) {
            radius[j] += fabs((double)w[j]) * s->half_width[k];
        }
    }
    net_dense(net, 0, s->centre, s->next);
    for (int32_t j = 0; j < n; j++) {
        s->low[j] = s->next[j] - radius[j];
        s->high[j] = s->next[j] + radius[j];
    }
}

/* Fill s->low and s->high for every hidden layer; return where the last layer begins in (units). */
static int64_t bound_hidden_layers(const net_view *net, crown_state *s) {
    if (net_last(net) == 0) {
        return 0;
    }
    bound_first_layer(net, s);
    int64_t at = net_layer(net, 0)->n_out;
    for (int l = 1; l < net_last(net); l++) {
        const int32_t n = net_layer(net, l)->n_out;
        for (int32_t j = 0; j < n; j++) {
            set_unit_objective(s, n, j, 1);
            s->low[at + j] = crown_lower_bound(net, s, l, at);
            set_unit_objective(s, n, j, -1);
            s->high[at + j] = -crown_lower_bound(net, s, l, at);
        }
        at += n;
    }
    return at;
}

/* The box of inputs when every raw value may change by up to radius within lowest ... highest. */
static void set_box(const net_view *net, crown_state *s, double radius) {
    const bh_example *e = s->example;
    for (int32_t k = 0; k < net_layer(net, 0)->n_in; k++) {
        const double from = preprocess(e, k, fmax(e->raw[k] - radius, e->lowest));
        const double to = preprocess(e, k, fmin(e->raw[k] + radius, e->highest));
        s->centre[k] = (from + to) / 2;
        s->half_width[k] = fabs(to - from) / 2;
    }
}

/* Is it proved that class `best` wins for every change of up to radius? */
static bool is_certified(const net_view *net, crown_state *s, int32_t best, double radius) {
    set_box(net, s, radius);
    const int64_t at = bound_hidden_layers(net, s);
    const int32_t n_classes = net_n_classes(net);
    for (int32_t j = 0; j < n_classes; j++) {
        if (j == best) {
            continue;
        }
        set_unit_objective(s, n_classes, best, 1);
        s->slopes[j] = -1;
        if (!(crown_lower_bound(net, s, net_last(net), at) > MIN_MARGIN)) {
            return false;
        }
    }
    return true;
}

int32_t bh_certified_radius(const bh_network *network, const float *params,
                            const bh_example *example, double *scratch, double *radius) {
    net_view net;
    const int32_t status = piecewise_linear_init(&net, network, params, example, scratch);
    if (status != BH_OK) {
        return status;
    }
    if (!radius) {
        return BH_BAD_POINTER;
    }
    if (net_n_classes(&net) < 2) {
        return BH_BAD_SIZE;
    }
    crown_state s = {.example = example,
                     .low = scratch,
                     .high = scratch + net.n_units,
                     .centre = width_row(&net, scratch, 0),
                     .half_width = width_row(&net, scratch, 1),
                     .slopes = width_row(&net, scratch, 2),
                     .next = width_row(&net, scratch, 3)};
    preprocess_all(&net, example, example->raw, s.centre);
    const double *logits = compute_logits(&net, s.centre, s.low, s.slopes);
    const int32_t best = argmax(logits, net_n_classes(&net));
    double certified = 0;
    double refuted = example->highest - example->lowest;
    for (int i = 0; i < BISECTIONS; i++) {
        const double middle = (certified + refuted) / 2;
        if (is_certified(&net, &s, best, middle)) {
            certified = middle;
        } else {
            refuted = middle;
        }
    }
    *radius = certified;
    return BH_OK;
}

/* Attack */

typedef struct {
    const net_view *net;
    const bh_example *example;
    double *z;                 /* (units) */
    double *x, *a, *dx, *next; /* (max_width) */
    int32_t best;              /* the class predicted for the unchanged example */
} attack;

static int32_t predict_class(attack *t, const double *raw) {
    preprocess_all(t->net, t->example, raw, t->x);
    return argmax(compute_logits(t->net, t->x, t->z, t->a), net_n_classes(t->net));
}

/* Move every raw value by r to where `target` gains on the best class, ATTACK_STEPS times, each
 * from where the last one led. Returns whether the class changed. */
static bool iterative_fgsm(attack *t, int32_t target, double r, double *adversarial) {
    const bh_example *e = t->example;
    const int32_t n_in = net_layer(t->net, 0)->n_in;
    memcpy(adversarial, e->raw, (size_t)n_in * sizeof *adversarial);
    predict_class(t, adversarial);
    for (int i = 0; i < ATTACK_STEPS; i++) {
        logit_margin_gradient(t->net, t->z, target, t->best, t->dx, t->next);
        for (int32_t k = 0; k < n_in; k++) {
            const double direction = t->dx[k] * (double)e->scale[k];
            double to = adversarial[k];
            if (direction > 0) {
                to = e->raw[k] + r;
            } else if (direction < 0) {
                to = e->raw[k] - r;
            }
            adversarial[k] = fmin(fmax(to, e->lowest), e->highest);
        }
        if (predict_class(t, adversarial) != t->best) {
            return true;
        }
    }
    return false;
}

static bool attack_succeeds(attack *t, int64_t r, double *adversarial) {
    for (int32_t target = 0; target < net_n_classes(t->net); target++) {
        if (target != t->best && iterative_fgsm(t, target, (double)r, adversarial)) {
            return true;
        }
    }
    return false;
}

/* Return the smallest whole radius at which an attack was found, or -1: doubling, then bisection.
 * Whole numbers, so that an image of bytes stays one. */
static int64_t smallest_attack(attack *t, double *adversarial) {
    const int64_t max_radius = (int64_t)(t->example->highest - t->example->lowest);
    int64_t failed = 0;
    int64_t succeeded = 1;
    for (;;) {
        if (failed >= max_radius) {
            return -1;
        }
        succeeded = succeeded < max_radius ? succeeded : max_radius;
        if (attack_succeeds(t, succeeded, adversarial)) {
            break;
        }
        failed = succeeded;
        succeeded *= 2;
    }
    while (succeeded - failed > 1) {
        const int64_t middle = (failed + succeeded) / 2;
        if (attack_succeeds(t, middle, adversarial)) {
            succeeded = middle;
        } else {
            failed = middle;
        }
    }
    attack_succeeds(t, succeeded, adversarial);
    return succeeded;
}

int32_t bh_adversarial_example(const bh_network *network, const float *params,
                               const bh_example *example, double *scratch, double *adversarial,
                               double *radius) {
    net_view net;
    const int32_t status = piecewise_linear_init(&net, network, params, example, scratch);
    if (status != BH_OK) {
        return status;
    }
    if (!adversarial || !radius) {
        return BH_BAD_POINTER;
    }
    if (net_n_classes(&net) < 2) {
        return BH_BAD_SIZE;
    }
    attack t = {.net = &net,
                .example = example,
                .z = scratch,
                .x = width_row(&net, scratch, 0),
                .a = width_row(&net, scratch, 1),
                .dx = width_row(&net, scratch, 2),
                .next = width_row(&net, scratch, 3)};
    t.best = predict_class(&t, example->raw);
    *radius = (double)smallest_attack(&t, adversarial);
    return BH_OK;
}
