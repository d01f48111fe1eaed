#include <string.h>

#include "byhand.h"

static int32_t argmax_float(const float *values, int32_t n) {
    int32_t best = 0;
    for (int32_t j = 1; j < n; j++) {
        if (values[j] > values[best]) {
            best = j;
        }
    }
    return best;
}

int32_t bh_confusion(const float *output, const int32_t *labels, int64_t n, int32_t n_classes,
                     int64_t *counts) {
    if (!output || !labels || !counts) {
        return BH_BAD_POINTER;
    }
    if (n < 1 || n > (int64_t)1 << 40 || n_classes < 2 || n_classes > 1 << 12) {
        return BH_BAD_SIZE;
    }
    for (int64_t i = 0; i < n; i++) {
        if (labels[i] < 0 || labels[i] >= n_classes) {
            return BH_BAD_INDEX;
        }
    }
    memset(counts, 0, (size_t)n_classes * (size_t)n_classes * sizeof *counts);
    for (int64_t i = 0; i < n; i++) {
        const int32_t predicted = argmax_float(output + i * n_classes, n_classes);
        counts[(int64_t)labels[i] * n_classes + predicted]++;
    }
    return BH_OK;
}
