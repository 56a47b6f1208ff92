// The C side of bench/python_call: c_call MODEL ROWS COUNT CALLS prints the median microseconds of a call on COUNT rows.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "standfast/standfast.h"

static double now_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec * 1e-3;
}

static int ascending(const void* a, const void* b) {
  const double difference = *(const double*)a - *(const double*)b;
  return (difference > 0) - (difference < 0);
}

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const size_t count = (size_t)atol(argv[3]), calls = (size_t)atol(argv[4]);
  standfast_classifier* classifier = NULL;
  standfast_description model = {.size = sizeof model};
  if (standfast_load_file(argv[1], NULL, &classifier) || standfast_describe(classifier, &model)) goto failed;
  float* rows = malloc(count * model.dim * sizeof *rows);
  FILE* file = fopen(argv[2], "rb");
  if (!rows || !file || fread(rows, sizeof *rows, count * model.dim, file) != count * model.dim) return 2;
  fclose(file);
  float* logits = malloc(count * sizeof *logits);
  uint8_t* verdicts = malloc(count);
  double* radii = malloc(count * 3 * sizeof *radii);
  double* times = malloc(calls * sizeof *times);
  if (!logits || !verdicts || !radii || !times) return 2;
  const double norms[] = {1, 2, INFINITY};
  standfast_certify_options options = {.size = sizeof options, .norms = norms, .norm_count = 3, .threads = 1};
  standfast_certificates found = {.size = sizeof found, .logits = logits, .verdicts = verdicts, .radii = radii};
  for (size_t i = 0; i < calls; ++i) {
    const double start = now_us();
    if (standfast_certify(classifier, rows, count, &options, &found)) goto failed;
    times[i] = now_us() - start;
  }
  qsort(times, calls, sizeof *times, ascending);
  printf("%.2f\n", times[calls / 2]);
  return 0;
failed:
  fprintf(stderr, "%s\n", standfast_last_error());
  return 1;
}
