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

#include "inside.h"

enum { HALVINGS = 12, PUSHES = 6 };

/* The change that is asked about: each stored number may move by r but not beyond lowest … highest. */
typedef struct {
    const bh_example *example;
    double *middle, *half; /* (n_in) of the inputs' ranges */
    double *low, *high;    /* (n_units) of each z */
    double *slopes, *next; /* (widest): the linear function on its way down */
} ranges;

static int is_straight(const bh_layer *layer, int is_last) {
    if (layer->residual) return 0;
    return is_last || layer->activation == BH_IDENTITY || layer->activation == BH_RELU ||
           (layer->activation == BH_LEAKY_RELU && layer->slope >= 0 && layer->slope <= 1);
}

static double slope_below_0(const bh_layer *layer) {
    return layer->activation == BH_IDENTITY ? 1 : layer->activation == BH_RELU ? 0 : layer->slope;
}

static int open_example(inside *in, const bh_network *network, const float *params, const bh_example *example,
                        const double *scratch) {
    const int status = bh_open(in, network, params);
    if (status != BH_OK) return status;
    if (!example || !example->stored || !example->scale || !example->shift || !scratch) return BH_BAD_POINTER;
    if (!(example->lowest < example->highest) || !isfinite(example->highest - example->lowest)) return BH_BAD_SIZE;
    for (int l = 0; l < network->n_layers; l++)
        if (!is_straight(layer_of(in, l), l == last_of(in))) return BH_BAD_SIZE;
    for (int32_t k = 0; k < layer_of(in, 0)->n_in; k++)
        if (!(example->stored[k] >= example->lowest && example->stored[k] <= example->highest)) return BH_BAD_SIZE;
    return BH_OK;
}

int64_t bh_scratch(const bh_network *network) {
    inside in;
    const float none = 0; /* is not looked at */
    const int status = bh_open(&in, network, &none);
    return status == BH_OK ? 2 * in.n_units + 5 * (int64_t)in.widest : -status;
}

static int has_classes(const inside *in) { return layer_of(in, last_of(in))->n_out > 1; }

static double prepared(const bh_example *e, int32_t k, double stored) {
    return stored * (double)e->scale[k] + (double)e->shift[k];
}

int32_t bh_prepare(const bh_example *example, int32_t n, double *x) {
    if (!example || !example->stored || !example->scale || !example->shift || !x) return BH_BAD_POINTER;
    if (n < 1 || n > BH_MAX_WIDTH) return BH_BAD_SIZE;
    for (int32_t k = 0; k < n; k++) x[k] = prepared(example, k, example->stored[k]);
    return BH_OK;
}

int32_t bh_sums(const double *numbers, int32_t n, double *above, double *below) {
    if (!numbers || !above || !below) return BH_BAD_POINTER;
    *above = *below = 0;
    for (int32_t k = 0; k < n; k++) *(numbers[k] > 0 ? above : below) += numbers[k];
    return BH_OK;
}

/* Walk an input forwards; return the logits, which lie at the end of z. */
static const double *logits_of(const inside *in, const double *x, double *z, double *a) {
    for (int l = 0;; l++) {
        const bh_layer *layer = layer_of(in, l);
        bh_dense(in, l, x, z);
        if (l == last_of(in)) return z;
        for (int32_t j = 0; j < layer->n_out; j++) a[j] = z[j] > 0 ? z[j] : slope_below_0(layer) * z[j];
        x = a;
        z += layer->n_out;
    }
}

/* slopes = the gradient of logit[toward] − logit[against] with respect to the input, at a walk forwards. */
static void gradient_of_lead(const inside *in, const double *z, int32_t toward, int32_t against, double *slopes,
                             double *next) {
    z += in->n_units;
    for (int l = last_of(in); l >= 0; l--) {
        const bh_layer *layer = layer_of(in, l);
        z -= layer->n_out;
        for (int32_t j = 0; j < layer->n_out; j++) {
            if (l == last_of(in)) next[j] = (j == toward) - (j == against);
            else next[j] = slopes[j] * (z[j] > 0 ? 1 : slope_below_0(layer));
        }
        bh_dense_back(in, l, next, slopes);
    }
}

static int32_t winner(const double *logits, int32_t n) {
    int32_t best = 0;
    for (int32_t j = 1; j < n; j++)
        if (logits[j] > logits[best]) best = j;
    return best;
}

int32_t bh_contributions(const bh_network *network, const float *params, const bh_example *example, int32_t toward,
                         int32_t against, double *scratch, double *contributions, double *rest) {
    inside in;
    const int status = open_example(&in, network, params, example, scratch);
    if (status != BH_OK) return status;
    if (!contributions || !rest) return BH_BAD_POINTER;
    const int32_t n_out = layer_of(&in, last_of(&in))->n_out, n_in = layer_of(&in, 0)->n_in;
    if (toward < 0 || toward >= n_out || against < -1 || against >= n_out) return BH_BAD_ORDER;
    double *z = scratch, *x = z + 2 * in.n_units, *a = x + in.widest, *slopes = a + in.widest, *next = slopes + in.widest;
    for (int32_t k = 0; k < n_in; k++) x[k] = prepared(example, k, example->stored[k]);
    const double *logits = logits_of(&in, x, z, a);
    gradient_of_lead(&in, z, toward, against, slopes, next);
    *rest = logits[toward] - (against < 0 ? 0 : logits[against]);
    for (int32_t k = 0; k < n_in; k++) *rest -= contributions[k] = slopes[k] * (double)example->scale[k] * example->stored[k];
    return BH_OK;
}

/* The radius from below */

/* The line above a bent unit whose z lies in low … high: slope · z + lift. */
static void line_above(double below, double low, double high, double *slope, double *lift) {
    *slope = low >= 0 ? 1 : high <= 0 ? below : (high - below * low) / (high - low);
    *lift = low >= 0 || high <= 0 ? 0 : below * low - *slope * low;
}

/* And below it: through 0, along the side where more of its range lies. */
static double line_below(double below, double low, double high) {
    return low >= 0 || (high > 0 && high > -low) ? 1 : below;
}

/* Return a number that slopes · z[layer] + constant is never under, whatever the inputs are in their ranges. */
static double least(const inside *in, ranges *r, int l, double constant) {
    int64_t at = 0;
    for (int i = 0; i < l; i++) at += layer_of(in, i)->n_out;
    for (;; l--) {
        const bh_layer *layer = layer_of(in, l);
        for (int32_t j = 0; j < layer->n_out; j++) constant += r->slopes[j] * in->params[in->places[l].biases + j];
        bh_dense_back(in, l, r->slopes, r->next);
        double *swapped = r->slopes;
        r->slopes = r->next, r->next = swapped;
        if (l == 0) break;
        const bh_layer *before = layer_of(in, l - 1);
        at -= before->n_out;
        for (int32_t k = 0; k < before->n_out; k++) {
            double slope = line_below(slope_below_0(before), r->low[at + k], r->high[at + k]), lift = 0;
            if (r->slopes[k] < 0) line_above(slope_below_0(before), r->low[at + k], r->high[at + k], &slope, &lift);
            constant += r->slopes[k] * lift;
            r->slopes[k] *= slope;
        }
    }
    for (int32_t k = 0; k < layer_of(in, 0)->n_in; k++)
        constant += r->slopes[k] * r->middle[k] - fabs(r->slopes[k]) * r->half[k];
    return constant;
}

static void unit_slope(ranges *r, int32_t n, int32_t unit, double sign) {
    memset(r->slopes, 0, (size_t)n * sizeof *r->slopes);
    r->slopes[unit] = sign;
}

/* z of the first layer needs no lines: it is linear. */
static void bound_first_layer(const inside *in, ranges *r) {
    const bh_layer *layer = layer_of(in, 0);
    const bh_place at = in->places[0];
    for (int32_t j = 0; j < layer->n_out; j++) r->low[j] = r->high[j] = in->params[at.biases + j];
    for (int32_t k = 0; k < layer->n_in; k++)
        for (int32_t j = 0; j < layer->n_out; j++) {
            const double w = in->params[at.weights + (int64_t)k * at.stride + j];
            r->low[j] += w * r->middle[k] - fabs(w) * r->half[k];
            r->high[j] += w * r->middle[k] + fabs(w) * r->half[k];
        }
}

/* Whether no change of up to `radius` can make another class than `best` win. */
static int holds(const inside *in, ranges *r, int32_t best, double radius) {
    const bh_example *e = r->example;
    for (int32_t k = 0; k < layer_of(in, 0)->n_in; k++) {
        const double from = prepared(e, k, fmax(e->stored[k] - radius, e->lowest));
        const double to = prepared(e, k, fmin(e->stored[k] + radius, e->highest));
        r->middle[k] = (from + to) / 2;
        r->half[k] = fabs(to - from) / 2;
    }
    if (last_of(in) > 0) bound_first_layer(in, r);
    int64_t at = layer_of(in, 0)->n_out;
    for (int l = 1; l < last_of(in); at += layer_of(in, l)->n_out, l++)
        for (int32_t j = 0; j < layer_of(in, l)->n_out; j++) {
            unit_slope(r, layer_of(in, l)->n_out, j, 1);
            r->low[at + j] = least(in, r, l, 0);
            unit_slope(r, layer_of(in, l)->n_out, j, -1);
            r->high[at + j] = -least(in, r, l, 0);
        }
    const int32_t n_out = layer_of(in, last_of(in))->n_out;
    for (int32_t j = 0; j < n_out; j++) {
        if (j == best) continue;
        unit_slope(r, n_out, best, 1);
        r->slopes[j] = -1;
        if (!(least(in, r, last_of(in), 0) > 1e-6)) return 0; /* far above the rounding of doubles */
    }
    return 1;
}

int32_t bh_radius(const bh_network *network, const float *params, const bh_example *example, double *scratch,
                  double *radius) {
    inside in;
    const int status = open_example(&in, network, params, example, scratch);
    if (status != BH_OK) return status;
    if (!radius) return BH_BAD_POINTER;
    if (!has_classes(&in)) return BH_BAD_SIZE;
    double *rows = scratch + 2 * in.n_units;
    ranges r = {example, rows, rows + in.widest, scratch, scratch + in.n_units, rows + 2 * (int64_t)in.widest,
                rows + 3 * (int64_t)in.widest};
    for (int32_t k = 0; k < layer_of(&in, 0)->n_in; k++) r.middle[k] = prepared(example, k, example->stored[k]);
    const double *logits = logits_of(&in, r.middle, r.low, r.slopes);
    const int32_t best = winner(logits, layer_of(&in, last_of(&in))->n_out);
    double holding = 0, beyond = example->highest - example->lowest;
    for (int i = 0; i < HALVINGS; i++) {
        const double middle = (holding + beyond) / 2;
        if (holds(&in, &r, best, middle)) holding = middle;
        else beyond = middle;
    }
    *radius = holding;
    return BH_OK;
}

/* The radius from above */

typedef struct {
    const inside *in;
    const bh_example *example;
    double *z, *x, *a, *slopes, *next;
    int32_t best, n_in, n_out;
} hunt;

static int32_t said_of(hunt *h, const double *stored) {
    for (int32_t k = 0; k < h->n_in; k++) h->x[k] = prepared(h->example, k, stored[k]);
    return winner(logits_of(h->in, h->x, h->z, h->a), h->n_out);
}

/* Push every number by r to where `target` gains on the best class, again and again from where that leads. */
static int pushed_over(hunt *h, int32_t target, double r, double *changed) {
    const bh_example *e = h->example;
    memcpy(changed, e->stored, (size_t)h->n_in * sizeof *changed);
    said_of(h, changed);
    for (int i = 0; i < PUSHES; i++) {
        gradient_of_lead(h->in, h->z, target, h->best, h->slopes, h->next);
        for (int32_t k = 0; k < h->n_in; k++) {
            const double way = h->slopes[k] * (double)e->scale[k];
            const double to = way > 0 ? e->stored[k] + r : way < 0 ? e->stored[k] - r : changed[k];
            changed[k] = fmin(fmax(to, e->lowest), e->highest);
        }
        if (said_of(h, changed) != h->best) return 1;
    }
    return 0;
}

static int flips(hunt *h, double r, double *changed) {
    for (int32_t target = 0; target < h->n_out; target++)
        if (target != h->best && pushed_over(h, target, r, changed)) return 1;
    return 0;
}

int32_t bh_flip(const bh_network *network, const float *params, const bh_example *example, double *scratch,
                double *changed, double *radius) {
    inside in;
    const int status = open_example(&in, network, params, example, scratch);
    if (status != BH_OK) return status;
    if (!changed || !radius) return BH_BAD_POINTER;
    if (!has_classes(&in)) return BH_BAD_SIZE;
    double *rows = scratch + 2 * in.n_units;
    hunt h = {&in, example, scratch, rows, rows + in.widest, rows + 2 * (int64_t)in.widest, rows + 3 * (int64_t)in.widest,
              0, layer_of(&in, 0)->n_in, layer_of(&in, last_of(&in))->n_out};
    h.best = said_of(&h, example->stored);
    const int64_t most = (int64_t)(example->highest - example->lowest);
    int64_t holding = 0, flipping = 1;
    *radius = -1;
    for (;;) { /* 1, 2, 4, …: most answers flip early */
        if (holding >= most) return BH_OK;
        flipping = flipping < most ? flipping : most;
        if (flips(&h, (double)flipping, changed)) break;
        holding = flipping;
        flipping *= 2;
    }
    while (flipping - holding > 1) { /* whole steps, so that a picture of bytes stays one */
        const int64_t middle = (holding + flipping) / 2;
        if (flips(&h, (double)middle, changed)) flipping = middle;
        else holding = middle;
    }
    flips(&h, (double)flipping, changed);
    *radius = (double)flipping;
    return BH_OK;
}
