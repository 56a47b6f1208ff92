// certify MODEL: prints every alarm that a model of three features raises on four inputs, and how far it is from the
// other verdict. Plain C11 over standfast/standfast.h.
#include <stdio.h>

#include "standfast/standfast.h"

#define INPUTS 4
#define FEATURES 3

static const float inputs[INPUTS][FEATURES] = {{4, 2, 1}, {0, 1, 2}, {1, 0, 0}, {9, 40, 0}};

static int fail(void) {
  fprintf(stderr, "%s\n", standfast_last_error());
  return 2;
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: certify MODEL\n");
    return 2;
  }
  const char* path = argv[1];

  standfast_classifier* classifier = NULL;
  if (standfast_load_file(path, NULL, &classifier) != STANDFAST_OK) return fail();
  standfast_description model = {.size = sizeof model};
  if (standfast_describe(classifier, &model) != STANDFAST_OK) return fail();
  if (model.dim != FEATURES) {
    fprintf(stderr, "%s: has %zu features, expected %d\n", path, model.dim, FEATURES);
    return 2;
  }

  const double norms[] = {1, 2};
  standfast_certify_options options = {.size = sizeof options};
  options.norms = norms;
  options.norm_count = 2;
  uint8_t verdicts[INPUTS];
  double radii[INPUTS][2];
  standfast_certificates found = {.size = sizeof found};
  found.verdicts = verdicts;
  found.radii = &radii[0][0];
  if (standfast_certify(classifier, &inputs[0][0], INPUTS, &options, &found) != STANDFAST_OK) return fail();
  for (size_t i = 0; i < INPUTS; ++i) {
    if (verdicts[i] != STANDFAST_SENSITIVE) continue;
    printf("input %zu: alarm, l1 radius %.17g, l2 radius %.17g\n", i, radii[i][0], radii[i][1]);
  }
  standfast_free(classifier);
  return 0;
}
