/* A drawing preprocessed as MNIST's digits were, as in Python's data package, for segmented ink:
 * the ink's bounding box is scaled to fit 20x20 with its aspect ratio kept, the darkest pixel
 * becomes 255, and the result is placed in 28x28 with its centre of mass at the centre, to whole
 * pixels. */
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "byhand.h"

enum {
    IMAGE_SIDE = 28,
    INK_SIDE = 20,
    CENTRE = 14,
    MAX_SIDE = 1 << 14 /* of the drawing */
};

typedef struct {
    int32_t top, left, height, width;
} bounding_box;

static int32_t min_int(int32_t a, int32_t b) {
    return a < b ? a : b;
}

static int32_t max_int(int32_t a, int32_t b) {
    return a > b ? a : b;
}

static bool is_valid_ink(const float *ink, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(ink[i]) || ink[i] < 0) {
            return false;
        }
    }
    return true;
}

/* The box of the pixels above 0; its height is 0 or less if there are none. */
static bounding_box bounding_box_of(const float *ink, int32_t height, int32_t width) {
    int32_t top = height, bottom = -1, left = width, right = -1;
    for (int32_t r = 0; r < height; r++) {
        for (int32_t c = 0; c < width; c++) {
            if (ink[(int64_t)r * width + c] > 0) {
                top = min_int(top, r);
                bottom = r;
                left = min_int(left, c);
                right = max_int(right, c);
            }
        }
    }
    return (bounding_box){top, left, bottom - top + 1, right - left + 1};
}

/* The overlap of source pixel `o` of n_old with the box filter of target pixel `i` of n_new. */
static double overlap(int32_t i, int32_t o, int32_t n_old, int32_t n_new) {
    const double step = (double)n_old / n_new;
    const double middle = (i + 0.5) * step;
    const double half = (step > 1 ? step : 1) / 2;
    const double end = fmin(middle + half, o + 1);
    const double begin = fmax(middle - half, o);
    return end > begin ? end - begin : 0;
}

/* Resample n_old numbers, from_step apart, to n_new numbers, to_step apart, with a box filter. */
static void resize(const double *from, ptrdiff_t from_step, int32_t n_old, double *to,
                   ptrdiff_t to_step, int32_t n_new) {
    for (int32_t i = 0; i < n_new; i++) {
        double sum = 0;
        double total = 0;
        for (int32_t o = 0; o < n_old; o++) {
            const double weight = overlap(i, o, n_old, n_new);
            sum += weight * from[o * from_step];
            total += weight;
        }
        to[i * to_step] = sum / total;
    }
}

/* Where n rows (step along_step) must begin along an axis for the centre of mass to come to CENTRE,
 * within the image. */
static int32_t centring_offset(const double *ink, int32_t n, ptrdiff_t along_step, int32_t n_across,
                               ptrdiff_t across_step) {
    double mass = 0;
    double moment = 0;
    for (int32_t i = 0; i < n; i++) {
        for (int32_t j = 0; j < n_across; j++) {
            mass += ink[i * along_step + j * across_step];
            moment += i * ink[i * along_step + j * across_step];
        }
    }
    const int32_t wanted = (int32_t)floor(CENTRE - moment / mass + 0.5);
    return max_int(0, min_int(wanted, IMAGE_SIDE - n));
}

static int32_t fitted_side(int32_t side, int32_t longest) {
    const double scaled = side * ((double)INK_SIDE / longest);
    return max_int(1, (int32_t)rint(scaled)); /* halves to even, as Python's round */
}

/* Scale the box of ink (rows `width` apart) to fitted (rows, columns), INK_SIDE apart: first each
 * row to its width, then each column to its height. scratch (height * INK_SIDE + width). */
static void scale_ink(const float *ink, int32_t width, bounding_box box, int32_t rows,
                      int32_t columns, double *scratch, double *fitted) {
    double *line = scratch + (int64_t)box.height * INK_SIDE;
    for (int32_t r = 0; r < box.height; r++) {
        for (int32_t c = 0; c < box.width; c++) {
            line[c] = (double)ink[(int64_t)(box.top + r) * width + box.left + c];
        }
        resize(line, 1, box.width, scratch + (int64_t)r * INK_SIDE, 1, columns);
    }
    for (int32_t c = 0; c < columns; c++) {
        resize(scratch + c, INK_SIDE, box.height, fitted + c, INK_SIDE, rows);
    }
}

/* Write fitted (rows, columns) to its centred place in the image, the darkest pixel as 255. */
static void write_centred(const double *fitted, int32_t rows, int32_t columns,
                          unsigned char *image) {
    double darkest = 0;
    for (int32_t r = 0; r < rows; r++) {
        for (int32_t c = 0; c < columns; c++) {
            darkest = fmax(darkest, fitted[r * INK_SIDE + c]);
        }
    }
    const int32_t top = centring_offset(fitted, rows, INK_SIDE, columns, 1);
    const int32_t left = centring_offset(fitted, columns, 1, rows, INK_SIDE);
    memset(image, 0, IMAGE_SIDE * IMAGE_SIDE);
    for (int32_t r = 0; r < rows; r++) {
        for (int32_t c = 0; c < columns; c++) {
            const double value = rint(255 * fitted[r * INK_SIDE + c] / darkest);
            image[(top + r) * IMAGE_SIDE + left + c] = (unsigned char)value;
        }
    }
}

int32_t bh_preprocess_digit(const float *ink, int32_t height, int32_t width, double *scratch,
                            unsigned char *image) {
    if (!ink || !scratch || !image) {
        return BH_BAD_POINTER;
    }
    if (height < 1 || width < 1 || height > MAX_SIDE || width > MAX_SIDE) {
        return BH_BAD_SIZE;
    }
    if (!is_valid_ink(ink, (int64_t)height * width)) {
        return BH_BAD_SIZE;
    }
    const bounding_box box = bounding_box_of(ink, height, width);
    if (box.height < 1) {
        return BH_EMPTY_INPUT;
    }
    const int32_t longest = max_int(box.height, box.width);
    const int32_t rows = fitted_side(box.height, longest);
    const int32_t columns = fitted_side(box.width, longest);
    double fitted[INK_SIDE * INK_SIDE];
    scale_ink(ink, width, box, rows, columns, scratch, fitted);
    write_centred(fitted, rows, columns, image);
    return BH_OK;
}
