/* The Bayes error of two Gaussians with diagonal covariance, by integration over a grid. */
#include <math.h>
#include <stdbool.h>

#include "byhand.h"

#define PI 3.141592653589793

/* gaussian (4): mean x, y; standard deviation x, y. */
static double density(const double *gaussian, double x, double y) {
    const double u = (x - gaussian[0]) / gaussian[2];
    const double v = (y - gaussian[1]) / gaussian[3];
    return exp(-(u * u + v * v) / 2) / (2 * PI * gaussian[2] * gaussian[3]);
}

static bool has_positive_std(const double *gaussian) {
    return gaussian[2] > 0 && gaussian[3] > 0;
}

int32_t bh_bayes_error(const double *gaussians, int64_t n, const float *points, double area,
                       int32_t *classes, double *error) {
    if (!gaussians || !points || !classes || !error) {
        return BH_BAD_POINTER;
    }
    if (n < 1 || n > 1 << 24 || !(area > 0)) {
        return BH_BAD_SIZE;
    }
    if (!has_positive_std(gaussians) || !has_positive_std(gaussians + 4)) {
        return BH_BAD_SIZE;
    }
    *error = 0;
    for (int64_t i = 0; i < n; i++) {
        const double x = (double)points[2 * i];
        const double y = (double)points[2 * i + 1];
        const double p0 = density(gaussians, x, y);
        const double p1 = density(gaussians + 4, x, y);
        classes[i] = p1 > p0;
        *error += fmin(p0, p1) / 2 * area;
    }
    return BH_OK;
}
