/* What the other consumer does, over the C interface. */
#include <standfast/standfast.h>
#include <stdio.h>
#include <stdlib.h>

static int fail(void) {
  fprintf(stderr, "%s\n", standfast_last_error());
  return 1;
}

int main(int argc, char** argv) {
  standfast_classifier* classifier = NULL;
  if (argc != 2) return 1;
  if (standfast_load_file(argv[1], NULL, &classifier) != STANDFAST_OK) return fail();
  standfast_description model = {.size = sizeof model};
  if (standfast_describe(classifier, &model) != STANDFAST_OK) return fail();
  float* features = malloc(model.dim * sizeof *features);
  if (features == NULL) return 1;
  for (size_t i = 0; i < model.dim; ++i) features[i] = 1;
  double radii[3] = {0, 0, 0};
  standfast_certificates found = {.size = sizeof found};
  found.radii = radii;
  if (standfast_certify(classifier, features, 1, NULL, &found) != STANDFAST_OK) return fail();
  printf("%s within %g\n", radii[0] > 0 ? "sensitive" : "other", radii[0]);
  free(features);
  standfast_free(classifier);
  return 0;
}
