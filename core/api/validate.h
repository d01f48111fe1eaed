/* Validation of every argument of the training API, so that kernels need no checks. Each function
 * returns BH_OK or an error of enum bh_status. */
#ifndef BYHAND_VALIDATE_H
#define BYHAND_VALIDATE_H

#include <stdbool.h>

#include "byhand.h"

enum { MAX_BATCH_NORM_ROWS = 1 << 24 /* of a batch that is not cut into microbatches */ };

bool has_batch_norm(const bh_network *network);

int32_t check_network(const bh_network *network);

int32_t check_optimizer(const bh_optimizer *optimizer, int n_layers);

/* Inputs alone, as predictions read them. */
int32_t check_inputs(const bh_epoch_data *data);

/* Has the network layers that do something else in training than in prediction? */
bool has_training_ops(const bh_network *network);

/* Inputs with labels or targets, all of them; the network must have been checked. */
int32_t check_labelled(const bh_epoch_data *data, const bh_network *network);

/* Everything that training reads; the network must have been checked. */
int32_t check_data(const bh_epoch_data *data, const bh_network *network);

/* kind: bh_optimizer_kind, which decides what moments must be there. */
int32_t check_memory(const bh_memory *memory, int32_t kind);

int32_t check_threads(int32_t n_threads);

#endif
