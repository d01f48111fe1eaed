/* Why the network says what it says, and how sure that is: the twin of inspection/why.py and inspection/sureness.py.
 *
 * A network of ReLU-like units is, around an example, one linear function. So a logit is exactly a sum: a share for each
 * input and a rest that comes from biases and shifts.
 *
 * How far may all inputs move before the answer changes? From below: where each layer's z can lie is bounded by linear
 * functions, which hold for every change of up to r; if the winner's lead over each other class stays positive, no such
 * change can alter the answer. Source: Zhang et al. 2018, "Efficient neural network robustness certification with
 * general activation functions" (CROWN). From above: a change that does alter it, looked for along the gradient. Source:
 * Goodfellow et al. 2015, "Explaining and harnessing adversarial examples"; repeated: Kurakin et al. 2017. */
#include <math.h>
#include <string.h>

#include "inspect/net_view.h"

enum { BISECTIONS = 12, ATTACK_STEPS = 6 };

/* The change that is asked about: each stored number may move by r but not beyond lowest … highest. */
typedef struct {
    const bh_example *example;
    double *middle, *half; /* (n_in) of the inputs' ranges */
    double *low, *high;    /* (n_units) of each z */
    double *slopes, *next; /* (widest): the linear function on its way down */
} crown_state;

static int is_piecewise_linear(const bh_layer *layer, int is_last) {
    if (layer->skip_span) return 0;
    return is_last || layer->activation == BH_IDENTITY || layer->activation == BH_RELU ||
           (layer->activation == BH_LEAKY_RELU && layer->slope >= 0 && layer->slope <= 1);
}

static double negative_slope(const bh_layer *layer) {
    return layer->activation == BH_IDENTITY ? 1 : layer->activation == BH_RELU ? 0 : layer->slope;
}

static int open_query(net_view *in, const bh_network *network, const float *params, const bh_example *example,
                        const double *scratch) {
    const int status = net_view_init(in, network, params);
    if (status != BH_OK) return status;
    if (!example || !example->raw || !example->scale || !example->shift || !scratch) return BH_BAD_POINTER;
    if (!(example->lowest < example->highest) || !isfinite(example->highest - example->lowest)) return BH_BAD_SIZE;
    for (int l = 0; l < network->n_layers; l++)
        if (!is_piecewise_linear(net_layer(in, l), l == net_last(in))) return BH_BAD_SIZE;
    for (int32_t k = 0; k < net_layer(in, 0)->n_in; k++)
        if (!(example->raw[k] >= example->lowest && example->raw[k] <= example->highest)) return BH_BAD_SIZE;
    return BH_OK;
}

int64_t bh_robustness_scratch(const bh_network *network) {
    net_view in;
    const float none = 0; /* is not looked at */
    const int status = net_view_init(&in, network, &none);
    return status == BH_OK ? 2 * in.n_units + 5 * (int64_t)in.max_width : -status;
}

static int has_classes(const net_view *in) { return net_layer(in, net_last(in))->n_out > 1; }

static double preprocess(const bh_example *e, int32_t k, double raw) {
    return raw * (double)e->scale[k] + (double)e->shift[k];
}

int32_t bh_preprocess_example(const bh_example *example, int32_t n, double *x) {
    if (!example || !example->raw || !example->scale || !example->shift || !x) return BH_BAD_POINTER;
    if (n < 1 || n > BH_MAX_WIDTH) return BH_BAD_SIZE;
    for (int32_t k = 0; k < n; k++) x[k] = preprocess(example, k, example->raw[k]);
    return BH_OK;
}

int32_t bh_signed_sums(const double *values, int32_t n, double *positive, double *negative) {
    if (!values || !positive || !negative) return BH_BAD_POINTER;
    *positive = *negative = 0;
    for (int32_t k = 0; k < n; k++) *(values[k] > 0 ? positive : negative) += values[k];
    return BH_OK;
}

/* Walk an input forwards; return the logits, which lie at the end of z. */
static const double *compute_logits(const net_view *in, const double *x, double *z, double *a) {
    for (int l = 0;; l++) {
        const bh_layer *layer = net_layer(in, l);
        net_dense(in, l, x, z);
        if (l == net_last(in)) return z;
        for (int32_t j = 0; j < layer->n_out; j++) a[j] = z[j] > 0 ? z[j] : negative_slope(layer) * z[j];
        x = a;
        z += layer->n_out;
    }
}

/* slopes = the gradient of logit[toward] − logit[against] with respect to the input, at a walk forwards. */
static void logit_margin_gradient(const net_view *in, const double *z, int32_t target_class, int32_t baseline_class, double *slopes,
                             double *next) {
    z += in->n_units;
    for (int l = net_last(in); l >= 0; l--) {
        const bh_layer *layer = net_layer(in, l);
        z -= layer->n_out;
        for (int32_t j = 0; j < layer->n_out; j++) {
            if (l == net_last(in)) next[j] = (j == target_class) - (j == baseline_class);
            else next[j] = slopes[j] * (z[j] > 0 ? 1 : negative_slope(layer));
        }
        net_dense_backward(in, l, next, slopes);
    }
}

static int32_t argmax(const double *logits, int32_t n) {
    int32_t best = 0;
    for (int32_t j = 1; j < n; j++)
        if (logits[j] > logits[best]) best = j;
    return best;
}

int32_t bh_attributions(const bh_network *network, const float *params, const bh_example *example, int32_t target_class,
                         int32_t baseline_class, double *scratch, double *attributions, double *bias_term) {
    net_view in;
    const int status = open_query(&in, network, params, example, scratch);
    if (status != BH_OK) return status;
    if (!attributions || !bias_term) return BH_BAD_POINTER;
    const int32_t n_out = net_layer(&in, net_last(&in))->n_out, n_in = net_layer(&in, 0)->n_in;
    if (target_class < 0 || target_class >= n_out || baseline_class < -1 || baseline_class >= n_out) return BH_BAD_INDEX;
    double *z = scratch, *x = z + 2 * in.n_units, *a = x + in.max_width, *slopes = a + in.max_width, *next = slopes + in.max_width;
    for (int32_t k = 0; k < n_in; k++) x[k] = preprocess(example, k, example->raw[k]);
    const double *logits = compute_logits(&in, x, z, a);
    logit_margin_gradient(&in, z, target_class, baseline_class, slopes, next);
    *bias_term = logits[target_class] - (baseline_class < 0 ? 0 : logits[baseline_class]);
    for (int32_t k = 0; k < n_in; k++) *bias_term -= attributions[k] = slopes[k] * (double)example->scale[k] * example->raw[k];
    return BH_OK;
}

/* The radius from below */

/* The line above a bent unit whose z lies in low … high: slope · z + lift. */
static void upper_relaxation(double negative, double low, double high, double *slope, double *intercept) {
    *slope = low >= 0 ? 1 : high <= 0 ? negative : (high - negative * low) / (high - low);
    *intercept = low >= 0 || high <= 0 ? 0 : negative * low - *slope * low;
}

/* And below it: through 0, along the side where more of its range lies. */
static double lower_relaxation(double negative, double low, double high) {
    return low >= 0 || (high > 0 && high > -low) ? 1 : negative;
}

/* Return a number that slopes · z[layer] + constant is never under, whatever the inputs are in their ranges. */
static double crown_lower_bound(const net_view *in, crown_state *r, int l, double constant) {
    int64_t at = 0;
    for (int i = 0; i < l; i++) at += net_layer(in, i)->n_out;
    for (;; l--) {
        const bh_layer *layer = net_layer(in, l);
        for (int32_t j = 0; j < layer->n_out; j++) constant += r->slopes[j] * in->params[in->offsets[l].biases + j];
        net_dense_backward(in, l, r->slopes, r->next);
        double *swapped = r->slopes;
        r->slopes = r->next, r->next = swapped;
        if (l == 0) break;
        const bh_layer *previous = net_layer(in, l - 1);
        at -= previous->n_out;
        for (int32_t k = 0; k < previous->n_out; k++) {
            double slope = lower_relaxation(negative_slope(previous), r->low[at + k], r->high[at + k]), intercept = 0;
            if (r->slopes[k] < 0) upper_relaxation(negative_slope(previous), r->low[at + k], r->high[at + k], &slope, &intercept);
            constant += r->slopes[k] * intercept;
            r->slopes[k] *= slope;
        }
    }
    for (int32_t k = 0; k < net_layer(in, 0)->n_in; k++)
        constant += r->slopes[k] * r->middle[k] - fabs(r->slopes[k]) * r->half[k];
    return constant;
}

static void set_unit_objective(crown_state *r, int32_t n, int32_t unit, double sign) {
    memset(r->slopes, 0, (size_t)n * sizeof *r->slopes);
    r->slopes[unit] = sign;
}

/* z of the first layer needs no lines: it is linear. */
static void bound_first_layer(const net_view *in, crown_state *r) {
    const bh_layer *layer = net_layer(in, 0);
    const bh_layer_offsets at = in->offsets[0];
    for (int32_t j = 0; j < layer->n_out; j++) r->low[j] = r->high[j] = in->params[at.biases + j];
    for (int32_t k = 0; k < layer->n_in; k++)
        for (int32_t j = 0; j < layer->n_out; j++) {
            const double w = in->params[at.weights + (int64_t)k * at.stride + j];
            r->low[j] += w * r->middle[k] - fabs(w) * r->half[k];
            r->high[j] += w * r->middle[k] + fabs(w) * r->half[k];
        }
}

/* Whether no change of up to `radius` can make another class than `best` win. */
static int is_certified(const net_view *in, crown_state *r, int32_t best, double radius) {
    const bh_example *e = r->example;
    for (int32_t k = 0; k < net_layer(in, 0)->n_in; k++) {
        const double from = preprocess(e, k, fmax(e->raw[k] - radius, e->lowest));
        const double to = preprocess(e, k, fmin(e->raw[k] + radius, e->highest));
        r->middle[k] = (from + to) / 2;
        r->half[k] = fabs(to - from) / 2;
    }
    if (net_last(in) > 0) bound_first_layer(in, r);
    int64_t at = net_layer(in, 0)->n_out;
    for (int l = 1; l < net_last(in); at += net_layer(in, l)->n_out, l++)
        for (int32_t j = 0; j < net_layer(in, l)->n_out; j++) {
            set_unit_objective(r, net_layer(in, l)->n_out, j, 1);
            r->low[at + j] = crown_lower_bound(in, r, l, 0);
            set_unit_objective(r, net_layer(in, l)->n_out, j, -1);
            r->high[at + j] = -crown_lower_bound(in, r, l, 0);
        }
    const int32_t n_out = net_layer(in, net_last(in))->n_out;
    for (int32_t j = 0; j < n_out; j++) {
        if (j == best) continue;
        set_unit_objective(r, n_out, best, 1);
        r->slopes[j] = -1;
        if (!(crown_lower_bound(in, r, net_last(in), 0) > 1e-6)) return 0; /* far above the rounding of doubles */
    }
    return 1;
}

int32_t bh_certified_radius(const bh_network *network, const float *params, const bh_example *example, double *scratch,
                  double *radius) {
    net_view in;
    const int status = open_query(&in, network, params, example, scratch);
    if (status != BH_OK) return status;
    if (!radius) return BH_BAD_POINTER;
    if (!has_classes(&in)) return BH_BAD_SIZE;
    double *rows = scratch + 2 * in.n_units;
    crown_state r = {example, rows, rows + in.max_width, scratch, scratch + in.n_units, rows + 2 * (int64_t)in.max_width,
                rows + 3 * (int64_t)in.max_width};
    for (int32_t k = 0; k < net_layer(&in, 0)->n_in; k++) r.middle[k] = preprocess(example, k, example->raw[k]);
    const double *logits = compute_logits(&in, r.middle, r.low, r.slopes);
    const int32_t best = argmax(logits, net_layer(&in, net_last(&in))->n_out);
    double certified = 0, refuted = example->highest - example->lowest;
    for (int i = 0; i < BISECTIONS; i++) {
        const double middle = (certified + refuted) / 2;
        if (is_certified(&in, &r, best, middle)) certified = middle;
        else refuted = middle;
    }
    *radius = certified;
    return BH_OK;
}

/* The radius from above */

typedef struct {
    const net_view *in;
    const bh_example *example;
    double *z, *x, *a, *slopes, *next;
    int32_t best, n_in, n_out;
} attack;

static int32_t predict_class(attack *h, const double *raw) {
    for (int32_t k = 0; k < h->n_in; k++) h->x[k] = preprocess(h->example, k, raw[k]);
    return argmax(compute_logits(h->in, h->x, h->z, h->a), h->n_out);
}

/* Push every number by r to where `target` gains on the best class, again and again from where that leads. */
static int iterative_fgsm(attack *h, int32_t target, double r, double *adversarial) {
    const bh_example *e = h->example;
    memcpy(adversarial, e->raw, (size_t)h->n_in * sizeof *adversarial);
    predict_class(h, adversarial);
    for (int i = 0; i < ATTACK_STEPS; i++) {
        logit_margin_gradient(h->in, h->z, target, h->best, h->slopes, h->next);
        for (int32_t k = 0; k < h->n_in; k++) {
            const double direction = h->slopes[k] * (double)e->scale[k];
            const double to = direction > 0 ? e->raw[k] + r : direction < 0 ? e->raw[k] - r : adversarial[k];
            adversarial[k] = fmin(fmax(to, e->lowest), e->highest);
        }
        if (predict_class(h, adversarial) != h->best) return 1;
    }
    return 0;
}

static int attack_succeeds(attack *h, double r, double *adversarial) {
    for (int32_t target = 0; target < h->n_out; target++)
        if (target != h->best && iterative_fgsm(h, target, r, adversarial)) return 1;
    return 0;
}

int32_t bh_adversarial_example(const bh_network *network, const float *params, const bh_example *example, double *scratch,
                double *adversarial, double *radius) {
    net_view in;
    const int status = open_query(&in, network, params, example, scratch);
    if (status != BH_OK) return status;
    if (!adversarial || !radius) return BH_BAD_POINTER;
    if (!has_classes(&in)) return BH_BAD_SIZE;
    double *rows = scratch + 2 * in.n_units;
    attack h = {&in, example, scratch, rows, rows + in.max_width, rows + 2 * (int64_t)in.max_width, rows + 3 * (int64_t)in.max_width,
              0, net_layer(&in, 0)->n_in, net_layer(&in, net_last(&in))->n_out};
    h.best = predict_class(&h, example->raw);
    const int64_t most = (int64_t)(example->highest - example->lowest);
    int64_t certified = 0, broken = 1;
    *radius = -1;
    for (;;) { /* 1, 2, 4, …: most answers flip early */
        if (certified >= most) return BH_OK;
        broken = broken < most ? broken : most;
        if (attack_succeeds(&h, (double)broken, adversarial)) break;
        certified = broken;
        broken *= 2;
    }
    while (broken - certified > 1) { /* whole steps, so that a picture of bytes stays one */
        const int64_t middle = (certified + broken) / 2;
        if (attack_succeeds(&h, (double)middle, adversarial)) broken = middle;
        else certified = middle;
    }
    attack_succeeds(&h, (double)broken, adversarial);
    *radius = (double)broken;
    return BH_OK;
}
