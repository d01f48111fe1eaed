#ifndef BYHAND_WORKSPACE_H
#define BYHAND_WORKSPACE_H

#include "train/context.h"

/* Lay out every buffer of a call in the caller's workspace (0: only measure) and return the bytes
 * used. The context must have its settings. */
int64_t plan_workspace(train_context *e, void *workspace, int32_t batch_size, int32_t n_threads);

#endif
