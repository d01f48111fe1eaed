/* A drawing made into what a network trained on MNIST expects: the twin of data/drawn_digit.py, for ink that is known.
 * The ink's box is scaled to fit 20×20, keeping its proportions; the darkest spot becomes 255; and the picture is moved
 * by whole pixels until its centre of mass lies in the middle of 28×28. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "byhand.h"

enum { SIDE = 28, INK_SIDE = 20, MIDDLE = 14, MAX_SIDE = 1 << 14 /* a side of the drawing */ };

typedef struct {
    int32_t top, left, height, width;
} bounding_box;

static bounding_box bounding_box_of(const float *ink, int32_t height, int32_t width) {
    int32_t top = height, bottom = -1, left = width, right = -1;
    for (int32_t r = 0; r < height; r++)
        for (int32_t c = 0; c < width; c++)
            if (ink[(int64_t)r * width + c] > 0) {
                top = r < top ? r : top, bottom = r;
                left = c < left ? c : left, right = c > right ? c : right;
            }
    return (bounding_box){top, left, bottom - top + 1, right - left + 1};
}

/* The share that old pixel `o` of n_old has in new pixel `i` of n_new, but for a factor: how much of it is covered. */
static double overlap(int32_t i, int32_t o, int32_t n_old, int32_t n_new) {
    const double step = (double)n_old / n_new, middle = (i + 0.5) * step, half = (step > 1 ? step : 1) / 2;
    const double end = fmin(middle + half, o + 1), begin = fmax(middle - half, o);
    return end > begin ? end - begin : 0;
}

/* Scale n_old numbers, `step` apart, to n_new: each the mean over what it covers. */
static void resize(const double *from, ptrdiff_t from_step, int32_t n_old, double *to, ptrdiff_t to_step, int32_t n_new) {
    for (int32_t i = 0; i < n_new; i++) {
        double sum = 0, total = 0;
        for (int32_t o = 0; o < n_old; o++) {
            const double weight = overlap(i, o, n_old, n_new);
            sum += weight * from[o * from_step];
            total += weight;
        }
        to[i * to_step] = sum / total;
    }
}

/* Where the picture begins along an axis, so that its centre of mass comes to the middle and nothing is lost. */
static int32_t centring_offset(const double *image, int32_t along, ptrdiff_t along_step, int32_t across, ptrdiff_t across_step) {
    double mass = 0, moment = 0;
    for (int32_t i = 0; i < along; i++)
        for (int32_t j = 0; j < across; j++) {
            mass += image[i * along_step + j * across_step];
            moment += i * image[i * along_step + j * across_step];
        }
    const int32_t wanted = (int32_t)floor(MIDDLE - moment / mass + 0.5);
    return wanted < 0 ? 0 : wanted > SIDE - along ? SIDE - along : wanted;
}

static int32_t fitted_side(int32_t side, int32_t longest) {
    const int32_t fitted = (int32_t)rint(side * ((double)INK_SIDE / longest)); /* halves to even, as Python's round */
    return fitted < 1 ? 1 : fitted;
}

int32_t bh_preprocess_digit(const float *ink, int32_t height, int32_t width, double *scratch, unsigned char *image) {
    if (!ink || !scratch || !image) return BH_BAD_POINTER;
    if (height < 1 || width < 1 || height > MAX_SIDE || width > MAX_SIDE) return BH_BAD_SIZE;
    for (int64_t i = 0; i < (int64_t)height * width; i++)
        if (!isfinite(ink[i]) || ink[i] < 0) return BH_BAD_SIZE;
    const bounding_box b = bounding_box_of(ink, height, width);
    if (b.height < 1) return BH_BAD_INDEX; /* nothing is drawn */
    const int32_t longest = b.height > b.width ? b.height : b.width;
    const int32_t rows = fitted_side(b.height, longest), columns = fitted_side(b.width, longest);
    double *line = scratch + (int64_t)height * INK_SIDE, fitted[INK_SIDE * INK_SIDE], darkest = 0;
    for (int32_t r = 0; r < b.height; r++) { /* first every row to its width, then every column to its height */
        for (int32_t c = 0; c < b.width; c++) line[c] = ink[(int64_t)(b.top + r) * width + b.left + c];
        resize(line, 1, b.width, scratch + (int64_t)r * INK_SIDE, 1, columns);
    }
    for (int32_t c = 0; c < columns; c++) resize(scratch + c, INK_SIDE, b.height, fitted + c, INK_SIDE, rows);
    for (int32_t r = 0; r < rows; r++)
        for (int32_t c = 0; c < columns; c++) darkest = fmax(darkest, fitted[r * INK_SIDE + c]);
    const int32_t top = centring_offset(fitted, rows, INK_SIDE, columns, 1), left = centring_offset(fitted, columns, 1, rows, INK_SIDE);
    memset(image, 0, SIDE * SIDE);
    for (int32_t r = 0; r < rows; r++)
        for (int32_t c = 0; c < columns; c++)
            image[(top + r) * SIDE + left + c] = (unsigned char)rint(255 * fitted[r * INK_SIDE + c] / darkest);
    return BH_OK;
}
