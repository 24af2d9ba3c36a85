#define _GNU_SOURCE
#include "CKernelsCompute.h"
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// One step at a time is on offer. `offer` holds the step's number (high half) and how many of its
// tasks are not yet taken (low half); whoever lowers the low half owns a task, and the step cannot
// change before the owner has counted it in `done`. A thread that sleeps or is not scheduled is
// never waited for: the others take its share.
struct CKernels_threads {
  _Atomic uint64_t offer;
  _Atomic int64_t done;
  CKernels_step step;
  _Atomic uint32_t running;  // odd while a program runs; threads sleep on it between programs
  _Atomic int32_t stopping;
  pthread_mutex_t programs;
  int32_t count;
  pthread_t *workers;
};

typedef struct {
  CKernels_threads *threads;
  int64_t index;
} worker_start;

enum { spins_before_yield = 2000 };

static void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  atomic_signal_fence(memory_order_seq_cst);
#endif
}

static void futex(_Atomic uint32_t *word, int operation, uint32_t value) {
  syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
}

// Takes and runs one task; 0 when none is left.
static int help(CKernels_threads *t, int64_t thread) {
  uint64_t offer = atomic_load_explicit(&t->offer, memory_order_acquire);
  while (offer & 0xffffffffu) {
    if (atomic_compare_exchange_weak_explicit(&t->offer, &offer, offer - 1, memory_order_acq_rel,
                                              memory_order_acquire)) {
      int64_t task = t->step.tasks - (int64_t)(offer & 0xffffffffu);
      t->step.run(t->step.context, task, thread);
      atomic_fetch_add_explicit(&t->done, 1, memory_order_release);
      return 1;
    }
  }
  return 0;
}

static void *work(void *argument) {
  worker_start start = *(worker_start *)argument;
  CKernels_threads *t = start.threads;
  free(argument);
  while (!atomic_load(&t->stopping)) {
    uint32_t running = atomic_load(&t->running);
    if (!(running & 1)) {
      futex(&t->running, FUTEX_WAIT, running);
      continue;
    }
    for (int spin = 0; !help(t, start.index); spin++) {
      if (!(atomic_load_explicit(&t->running, memory_order_relaxed) & 1)) break;
      if (spin > spins_before_yield) sched_yield();
      else relax();
    }
  }
  return NULL;
}

CKernels_threads *CKernels_threads_create(int32_t count) {
  CKernels_threads *t = calloc(1, sizeof *t);
  if (!t) return NULL;
  pthread_mutex_init(&t->programs, NULL);
  t->count = 1;
  t->workers = calloc((size_t)(count > 1 ? count : 1), sizeof *t->workers);
  for (int32_t i = 1; t->workers && i < count; i++) {
    worker_start *start = malloc(sizeof *start);
    if (!start) break;
    *start = (worker_start){t, i};
    if (pthread_create(&t->workers[i], NULL, work, start)) {
      free(start);
      break;
    }
    t->count++;
  }
  if (t->workers && t->count == (count > 1 ? count : 1)) return t;
  CKernels_threads_destroy(t);
  return NULL;
}

void CKernels_threads_destroy(CKernels_threads *t) {
  if (!t) return;
  atomic_store(&t->stopping, 1);
  atomic_fetch_add(&t->running, 2);
  futex(&t->running, FUTEX_WAKE, INT32_MAX);
  for (int32_t i = 1; i < t->count; i++) pthread_join(t->workers[i], NULL);
  pthread_mutex_destroy(&t->programs);
  free(t->workers);
  free(t);
}

// The calling thread's processor time.
static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void run_step(CKernels_threads *t, const CKernels_step *step) {
  if (t->count == 1 || step->tasks == 1) {
    for (int64_t task = 0; task < step->tasks; task++) step->run(step->context, task, 0);
    return;
  }
  uint64_t number = (atomic_load_explicit(&t->offer, memory_order_relaxed) >> 32) + 1;
  t->step = *step;
  atomic_store_explicit(&t->done, 0, memory_order_relaxed);
  atomic_store_explicit(&t->offer, number << 32 | (uint64_t)step->tasks, memory_order_release);
  while (help(t, 0)) {}
  for (int spin = 0; atomic_load_explicit(&t->done, memory_order_acquire) < step->tasks; spin++) {
    if (spin > spins_before_yield) sched_yield();
    else relax();
  }
}

void CKernels_threads_run(CKernels_threads *t, const CKernels_step *steps, int64_t count,
                          double *seconds) {
  int is_shared = 0;
  for (int64_t i = 0; i < count; i++) is_shared |= steps[i].tasks > 1;
  pthread_mutex_lock(&t->programs);
  if (is_shared && t->count > 1) {
    atomic_fetch_add(&t->running, 1);
    futex(&t->running, FUTEX_WAKE, INT32_MAX);
  }
  for (int64_t i = 0; i < count; i++) {
    double start = seconds ? now() : 0;
    run_step(t, &steps[i]);
    if (seconds) seconds[i] += now() - start;
  }
  if (is_shared && t->count > 1) atomic_fetch_add(&t->running, 1);
  pthread_mutex_unlock(&t->programs);
}
