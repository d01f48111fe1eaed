/* A team's threads where there are POSIX threads: created for each run; they sleep in a condition
 * variable. For team.c alone. */
#ifndef BYHAND_POSIX_THREADS_H
#define BYHAND_POSIX_THREADS_H

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "runtime/run_task.h"
#include "runtime/team.h"

enum {
    MAX_TEAM_SIZE = 64,
    SPIN_NANOSECONDS = 50000, /* about what falling asleep and being woken costs, so that spinning
                               * in vain at most doubles a wait; longer than any phase of a batch
                               * waits on a quiet machine */
    PAUSES_PER_LOOK = 32      /* pauses between two looks at the clock: some 1 to 5 us */
};

/* Where threads sleep. */
struct sleepers {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    atomic_int count; /* threads that sleep or are about to; written under the mutex */
};

static int64_t nanoseconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void pause_processor(void) {
#if defined(__SSE__)
    _mm_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb"); /* yield is a no-op on most cores */
#endif
}

static bool is_generation(const thread_team *t, unsigned generation) {
    return atomic_load_explicit(&t->generation, memory_order_acquire) == generation;
}

/* Return whether the generation changed while this thread spun. */
static bool spin_while_generation(const thread_team *t, unsigned generation) {
    const int64_t end = nanoseconds_now() + SPIN_NANOSECONDS;
    do {
        for (int i = 0; i < PAUSES_PER_LOOK; i++) {
            if (!is_generation(t, generation)) {
                return true;
            }
            pause_processor();
        }
    } while (nanoseconds_now() < end);
    return false;
}

/* The count is raised before the generation is read, and next_generation writes the generation
 * before it reads the count, all in sequentially consistent order: one of the two sees the other,
 * so no thread sleeps through its wake-up. */
static void sleep_while_generation(thread_team *t, unsigned generation) {
    struct sleepers *s = t->sleepers;
    pthread_mutex_lock(&s->mutex);
    atomic_fetch_add(&s->count, 1);
    while (atomic_load(&t->generation) == generation) {
        pthread_cond_wait(&s->wake, &s->mutex);
    }
    atomic_fetch_sub(&s->count, 1);
    pthread_mutex_unlock(&s->mutex);
}

static void wait_while_generation(thread_team *t, unsigned generation) {
    if (!spin_while_generation(t, generation)) {
        sleep_while_generation(t, generation);
    }
}

static void next_generation(thread_team *t, unsigned generation) {
    struct sleepers *s = t->sleepers;
    atomic_store(&t->generation, generation + 1);
    if (atomic_load(&s->count) > 0) {
        pthread_mutex_lock(&s->mutex);
        pthread_cond_broadcast(&s->wake);
        pthread_mutex_unlock(&s->mutex);
    }
}

typedef struct {
    thread_arg arg;
    thread_team *team;
} start_arg;

/* Threads start working together, when it is known how many could be created. */
static void *wait_and_run(void *argument) {
    const start_arg *start = argument;
    wait_while_generation(start->team, 0);
    run_task(&start->arg);
    return 0;
}

static void create_and_join(thread_team *t, void (*work)(void *task, int tid), void *task) {
    pthread_t threads[MAX_TEAM_SIZE];
    start_arg starts[MAX_TEAM_SIZE];
    int size = 1;
    for (; size < t->size && size < MAX_TEAM_SIZE; size++) {
        starts[size] = (start_arg){{work, task, size}, t};
        if (pthread_create(&threads[size], 0, wait_and_run, &starts[size])) {
            break;
        }
    }
    t->size = size;
    next_generation(t, 0);
    run_task(&(thread_arg){work, task, 0});
    for (int i = 1; i < size; i++) {
        pthread_join(threads[i], 0);
    }
}

static void run_threads(thread_team *t, void (*work)(void *task, int tid), void *task) {
    struct sleepers sleepers = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
    t->sleepers = &sleepers;
    create_and_join(t, work, task);
    pthread_cond_destroy(&sleepers.wake);
    pthread_mutex_destroy(&sleepers.mutex);
}

#endif
