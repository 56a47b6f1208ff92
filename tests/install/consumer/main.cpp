// consumer MODEL: certifies an input of ones and prints its verdict and its radius.
#include <cstdio>
#include <string>
#include <vector>

#include "standfast/classifier.hpp"

static int fail(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 2) return fail("usage: consumer MODEL");
  auto classifier = standfast::Classifier::load(argv[1]);
  if (!classifier) return fail(classifier.error().message);
  standfast::CertifyOptions options;
  options.norms = {standfast::Norm::l1()};
  const std::vector<float> features(classifier->dim(), 1.0F);
  auto result = classifier->certify(features, 1, options);
  if (!result) return fail(result.error().message);
  std::printf("%s within %g\n", result->sensitive(0) ? "sensitive" : "other", result->radius(0, 0));
  return 0;
}
