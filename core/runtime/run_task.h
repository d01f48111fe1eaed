/* One thread's part of a team's work, with denormals flushed to zero meanwhile. */
#ifndef BYHAND_RUN_TASK_H
#define BYHAND_RUN_TASK_H

#if defined(__SSE__)
#include <immintrin.h>
#endif

typedef struct {
    void (*work)(void *, int);
    void *task;
    int tid;
} thread_arg;

/* Flush denormals (below 1.2e-38): they are up to 100 times slower and irrelevant to training.
 * Returns the mode before. */
static inline unsigned flush_denormals(void) {
#if defined(__SSE__)
    enum { FLUSH_TO_ZERO = 0x8000, DENORMALS_ARE_ZERO = 0x0040 };
    unsigned before = _mm_getcsr();
    _mm_setcsr(before | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO);
    return before;
#else
    return 0;
#endif
}

static inline void restore_denormals(unsigned before) {
#if defined(__SSE__)
    _mm_setcsr(before);
#else
    (void)before;
#endif
}

static inline void run_task(const thread_arg *arg) {
    const unsigned before = flush_denormals();
    arg->work(arg->task, arg->tid);
    restore_denormals(before);
}

#endif
