// certify MODEL DATA: prints every alarm that a model raises on a data set, and how far it is from the other verdict.
#include <cstdio>
#include <string>

#include "standfast/classifier.hpp"
#include "standfast/data.hpp"

static int fail(const standfast::Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return 2;
}

int main(int argc, char** argv) {
  if (argc != 3) return fail({standfast::ErrorCode::kBadOption, "usage: certify MODEL DATA"});
  const std::string path = argv[1];
  const std::string source = argv[2];

  standfast::DataRequest request;
  request.source = source;
  request.require_labels = false;
  const auto data = standfast::read_data(request);
  if (!data) return fail(data.error());
  const std::size_t count = data->count();
  std::printf("%s: %zu inputs of %zu features\n", source.c_str(), count, data->dim());

  const auto classifier = standfast::Classifier::load(path);
  if (!classifier) return fail(classifier.error());
  standfast::CertifyOptions options;
  options.norms = {standfast::Norm::l1(), standfast::Norm::l2()};
  const auto found = classifier->certify(data->features, count, options);
  if (!found) return fail(found.error());
  for (std::size_t i = 0; i < count; ++i) {
    if (!found->sensitive(i)) continue;
    const double l1 = found->radius(i, 0), l2 = found->radius(i, 1);
    std::printf("input %zu: alarm, l1 radius %.17g, l2 radius %.17g\n", i, l1, l2);
  }
  return 0;
}
