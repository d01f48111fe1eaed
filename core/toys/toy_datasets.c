/* Points in the plane with visible classes, and a noisy sine; the same data as in Python. */
#include <math.h>

#include "byhand.h"

#define PI 3.141592653589793

typedef struct {
    double x, y;
    int32_t class;
} point;

static point circles_point(int64_t i, int64_t n) {
    const double angle = 2 * PI * (double)(i / 2) / (double)((n + 1) / 2);
    const double radius = i % 2 ? 0.5 : 1;
    return (point){radius * cos(angle), radius * sin(angle), (int32_t)(i % 2)};
}

static point moons_point(int64_t i, int64_t n) {
    const int64_t steps = (n + 1) / 2 - 1;
    const double angle = PI * (double)(i / 2) / (double)(steps > 1 ? steps : 1);
    const double x = cos(angle);
    const double y = sin(angle);
    if (i % 2) {
        return (point){1 - x, 0.5 - y, 1};
    }
    return (point){x, y, 0};
}

static point spiral_point(int64_t i, int64_t n, int32_t arms) {
    const double along = (double)(i / arms + 1) / (double)((n + arms - 1) / arms);
    const double angle = 3 * PI * along + 2 * PI * (double)(i % arms) / arms;
    return (point){3 * along * cos(angle), 3 * along * sin(angle), (int32_t)(i % arms)};
}

static point xor_point(int64_t i) {
    const int32_t corner = (int32_t)(i % 4);
    return (point){corner / 2, corner % 2, corner / 2 != corner % 2};
}

static point sine_point(int64_t i, int64_t n) {
    const double x = i == n - 1 ? PI : -PI + (double)i * (2 * PI / (double)(n - 1));
    return (point){x, sin(x), 0};
}

/* normals (2): two standard normal numbers. */
static point gaussian_point(int64_t i, const double *gaussians, const double *normals) {
    const double *gaussian = gaussians + 4 * (i % 2); /* mean x, y; standard deviation x, y */
    const double x = gaussian[0] + gaussian[2] * normals[0];
    const double y = gaussian[1] + gaussian[3] * normals[1];
    return (point){x, y, (int32_t)(i % 2)};
}

/* Point i of n, before noise. */
static point noiseless_point(int32_t kind, int64_t i, int64_t n, int32_t arms) {
    switch (kind) {
    case BH_XOR:
        return xor_point(i);
    case BH_CIRCLES:
        return circles_point(i, n);
    case BH_MOONS:
        return moons_point(i, n);
    case BH_SPIRAL:
        return spiral_point(i, n, arms);
    default:
        return sine_point(i, n);
    }
}

/* Add noise: to both coordinates, or, of the sine, to the target alone. */
static point noisy_point(int32_t kind, int64_t i, int64_t n, int32_t arms, double noise,
                         const double *normals) {
    point p = noiseless_point(kind, i, n, arms);
    if (kind == BH_SINE) {
        p.y += noise * normals[i];
    } else {
        p.x += noise * normals[2 * i];
        p.y += noise * normals[2 * i + 1];
    }
    return p;
}

int32_t bh_toy_dataset(int32_t kind, int64_t n, double noise, int32_t arms, const double *gaussians,
                       uint64_t seed, uint32_t split, double *scratch, float *points,
                       int32_t *classes) {
    if (!points || !classes || !scratch || (kind == BH_GAUSSIANS && !gaussians)) {
        return BH_BAD_POINTER;
    }
    if (kind < BH_GAUSSIANS || kind > BH_SINE || n < 2 || n > 1 << 24 || arms < 1 || arms > 64) {
        return BH_BAD_SIZE;
    }
    if (!isfinite(noise) || noise < 0) {
        return BH_BAD_SIZE;
    }
    const bh_rng rng = {.seed = seed, .stream = BH_STREAM_DATA, .epoch = split};
    bh_normals(&rng, kind == BH_SINE ? n : 2 * n, scratch);
    for (int64_t i = 0; i < n; i++) {
        const point p = kind == BH_GAUSSIANS ? gaussian_point(i, gaussians, scratch + 2 * i)
                                             : noisy_point(kind, i, n, arms, noise, scratch);
        points[2 * i] = (float)p.x;
        points[2 * i + 1] = (float)p.y;
        classes[i] = p.class;
    }
    return BH_OK;
}
