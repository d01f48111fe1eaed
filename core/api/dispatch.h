#ifndef BYHAND_DISPATCH_H
#define BYHAND_DISPATCH_H

#include "train/context.h"

/* The entry point of a kernel that bh_choose_kernel returned. */
kernel_fn *kernel_entry(int32_t kernel);

#endif
