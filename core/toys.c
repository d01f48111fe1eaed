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

static point in_clouds(int64_t i, const double *clouds, const double *noise) {
    const double *cloud = clouds + 4 * (i % 2); /* its centre, its deviations */
    return (point){cloud[0] + cloud[2] * noise[0], cloud[1] + cloud[3] * noise[1], (int32_t)(i % 2)};
}

int32_t bh_toy(int32_t toy, int64_t n, double noise, int32_t arms, const double *clouds, uint64_t seed, uint32_t part,
               double *scratch, float *points, int32_t *classes) {
    if (!points || !classes || !scratch || (toy == BH_CLOUDS && !clouds)) return BH_BAD_POINTER;
    if (toy < BH_CLOUDS || toy > BH_SINE || n < 2 || n > 1 << 24 || arms < 1 || arms > 64) return BH_BAD_SIZE;
    if (!isfinite(noise) || noise < 0) return BH_BAD_SIZE;
    const bh_stream stream = {.seed = seed, .stream = DATA, .epoch = part};
    const int64_t n_noise = toy == BH_SINE ? n : 2 * n;
    bh_normals(&stream, n_noise, scratch);
    for (int64_t i = 0; i < n; i++) {
        const double *stray = scratch + 2 * i;
        const point p = toy == BH_CLOUDS    ? in_clouds(i, clouds, stray)
                        : toy == BH_XOR     ? on_xor(i)
                        : toy == BH_CIRCLES ? on_circles(i, n)
                        : toy == BH_MOONS   ? on_moons(i, n)
                        : toy == BH_SPIRAL  ? on_spiral(i, n, arms)
                                            : on_sine(i, n);
        const double wide = toy == BH_CLOUDS || toy == BH_SINE ? 0 : noise * stray[0];
        const double high = toy == BH_CLOUDS ? 0 : noise * (toy == BH_SINE ? scratch[i] : stray[1]);
        points[2 * i] = (float)(p.x + wide), points[2 * i + 1] = (float)(p.y + high);
        classes[i] = p.class;
    }
    return BH_OK;
}

static double density(const double *cloud, double x, double y) {
    const double u = (x - cloud[0]) / cloud[2], v = (y - cloud[1]) / cloud[3];
    return exp(-(u * u + v * v) / 2) / (2 * PI * cloud[2] * cloud[3]);
}

int32_t bh_bayes(const double *clouds, int64_t n, const float *points, double area, int32_t *classes, double *error) {
    if (!clouds || !points || !classes || !error) return BH_BAD_POINTER;
    if (n < 1 || n > 1 << 24 || !(area > 0)) return BH_BAD_SIZE;
    for (int i = 2; i < 8; i += i == 3 ? 3 : 1) /* the deviations */
        if (!(clouds[i] > 0)) return BH_BAD_SIZE;
    *error = 0;
    for (int64_t i = 0; i < n; i++) {
        const double p0 = density(clouds, points[2 * i], points[2 * i + 1]);
        const double p1 = density(clouds + 4, points[2 * i], points[2 * i + 1]);
        classes[i] = p1 > p0;
        *error += (p1 > p0 ? p0 : p1) / 2 * area;
    }
    return BH_OK;
}
