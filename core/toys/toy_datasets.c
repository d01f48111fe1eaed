/* Points in the plane whose classes can be seen: the twin of data/toy.py, where each set is told in a sentence. */
#include <math.h>

#include "byhand.h"

#define PI 3.141592653589793

enum { DATA = 4 /* the stream, as in randomness.py */ };

typedef struct {
    double x, y;
    int32_t class;
} point;

static point on_circles(int64_t i, int64_t n) {
    const double angle = 2 * PI * (double)(i / 2) / (double)((n + 1) / 2), radius = i % 2 ? 0.5 : 1;
    return (point){radius * cos(angle), radius * sin(angle), (int32_t)(i % 2)};
}

static point on_moons(int64_t i, int64_t n) {
    const int64_t steps = (n + 1) / 2 - 1;
    const double angle = PI * (double)(i / 2) / (double)(steps > 1 ? steps : 1), x = cos(angle), y = sin(angle);
    return i % 2 ? (point){1 - x, 0.5 - y, 1} : (point){x, y, 0};
}

static point on_spiral(int64_t i, int64_t n, int32_t arms) {
    const double along = (double)(i / arms + 1) / (double)((n + arms - 1) / arms);
    const double angle = 3 * PI * along + 2 * PI * (double)(i % arms) / arms;
    return (point){3 * along * cos(angle), 3 * along * sin(angle), (int32_t)(i % arms)};
}

static point on_xor(int64_t i) {
    const int32_t corner = (int32_t)(i % 4);
    return (point){corner / 2, corner % 2, corner / 2 != corner % 2};
}

static point on_sine(int64_t i, int64_t n) {
    const double x = i == n - 1 ? PI : -PI + (double)i * (2 * PI / (double)(n - 1));
    return (point){x, sin(x), 0};
}

static point from_gaussian(int64_t i, const double *gaussians, const double *noise) {
    const double *gaussian = gaussians + 4 * (i % 2); /* its centre, its deviations */
    return (point){gaussian[0] + gaussian[2] * noise[0], gaussian[1] + gaussian[3] * noise[1], (int32_t)(i % 2)};
}

int32_t bh_toy_dataset(int32_t toy, int64_t n, double noise, int32_t arms, const double *gaussians, uint64_t seed, uint32_t split,
               double *scratch, float *points, int32_t *classes) {
    if (!points || !classes || !scratch || (toy == BH_GAUSSIANS && !gaussians)) return BH_BAD_POINTER;
    if (toy < BH_GAUSSIANS || toy > BH_SINE || n < 2 || n > 1 << 24 || arms < 1 || arms > 64) return BH_BAD_SIZE;
    if (!isfinite(noise) || noise < 0) return BH_BAD_SIZE;
    const bh_rng stream = {.seed = seed, .stream = DATA, .epoch = split};
    const int64_t n_noise = toy == BH_SINE ? n : 2 * n;
    bh_normals(&stream, n_noise, scratch);
    for (int64_t i = 0; i < n; i++) {
        const double *noise_xy = scratch + 2 * i;
        const point p = toy == BH_GAUSSIANS    ? from_gaussian(i, gaussians, noise_xy)
                        : toy == BH_XOR     ? on_xor(i)
                        : toy == BH_CIRCLES ? on_circles(i, n)
                        : toy == BH_MOONS   ? on_moons(i, n)
                        : toy == BH_SPIRAL  ? on_spiral(i, n, arms)
                                            : on_sine(i, n);
        const double noise_x = toy == BH_GAUSSIANS || toy == BH_SINE ? 0 : noise * noise_xy[0];
        const double noise_y = toy == BH_GAUSSIANS ? 0 : noise * (toy == BH_SINE ? scratch[i] : noise_xy[1]);
        points[2 * i] = (float)(p.x + noise_x), points[2 * i + 1] = (float)(p.y + noise_y);
        classes[i] = p.class;
    }
    return BH_OK;
}

static double density(const double *gaussian, double x, double y) {
    const double u = (x - gaussian[0]) / gaussian[2], v = (y - gaussian[1]) / gaussian[3];
    return exp(-(u * u + v * v) / 2) / (2 * PI * gaussian[2] * gaussian[3]);
}

int32_t bh_bayes_error(const double *gaussians, int64_t n, const float *points, double area, int32_t *classes, double *error) {
    if (!gaussians || !points || !classes || !error) return BH_BAD_POINTER;
    if (n < 1 || n > 1 << 24 || !(area > 0)) return BH_BAD_SIZE;
    for (int i = 2; i < 8; i += i == 3 ? 3 : 1) /* the deviations */
        if (!(gaussians[i] > 0)) return BH_BAD_SIZE;
    *error = 0;
    for (int64_t i = 0; i < n; i++) {
        const double p0 = density(gaussians, points[2 * i], points[2 * i + 1]);
        const double p1 = density(gaussians + 4, points[2 * i], points[2 * i + 1]);
        classes[i] = p1 > p0;
        *error += (p1 > p0 ? p0 : p1) / 2 * area;
    }
    return BH_OK;
}
