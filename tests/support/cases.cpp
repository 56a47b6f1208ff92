#include "support/cases.hpp"

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "format/model_file.hpp"

namespace standfast::support {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string shorten(const std::vector<float>& values) {
  constexpr std::size_t kShown = 64;
  if (values.size() <= kShown) return fmt::format("{}", values);
  return fmt::format("{} values, first {}", values.size(), fmt::join(values.begin(), values.begin() + kShown, ", "));
}

}  // namespace

void for_each_case(std::size_t default_count, const std::function<void(Random& random)>& body) {
  const auto seed = from_environment("STANDFAST_SEED", 20231);
  const auto count = from_environment("STANDFAST_CASES", default_count);
  std::cout << fmt::format("STANDFAST_SEED={} STANDFAST_CASES={}\n", seed, count);
  for (std::uint64_t k = 0; k < count; ++k) {
    const ::testing::ScopedTrace trace(__FILE__, __LINE__,
                                       fmt::format("to repeat: STANDFAST_SEED={} STANDFAST_CASES=1", seed + k));
    Random random(seed + k);
    body(random);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

Result<Classifier> try_make_classifier(const model::Model& model) {
  static std::atomic<unsigned> number{0};
  const auto path = std::filesystem::temp_directory_path() /
                    fmt::format("standfast-property-{}-{}.safetensors", ::getpid(), number.fetch_add(1));
  // not save_model, which waits for the disk
  const auto bytes = format::serialise_model(model);
  if (!bytes.ok()) throw std::runtime_error(bytes.error().message);
  std::ofstream(path, std::ios::binary) << *bytes;
  auto classifier = Classifier::load(path.string());
  std::filesystem::remove(path);
  return classifier;
}

Classifier make_classifier(const model::Model& model) {
  auto classifier = try_make_classifier(model);
  if (!classifier.ok()) throw std::runtime_error(classifier.error().message);
  return std::move(classifier).value();
}

double radius_of(const Classifier& classifier, std::span<const float> x, Norm norm, const ThreatModel& threat,
                 Method method, Guarantee guarantee) {
  CertifyOptions options;
  options.norms = {norm};
  options.method = method;
  options.guarantee = guarantee;
  options.threat = threat;
  options.threads = 1;
  const auto certificates = classifier.certify(x, 1, options);
  if (!certificates.ok()) {
    ADD_FAILURE() << certificates.error().message;
    return 0;
  }
  return certificates->radius(0, 0);
}

bool disproves(Norm norm, double radius, double distance_upper) {
  if (std::isnan(radius)) return true;
  if (radius == 0 || std::isinf(distance_upper)) return false;
  return norm.p() == 0 ? distance_upper <= radius : distance_upper < radius;
}

std::string describe(const model::Model& model) {
  std::string text = fmt::format("input {}, threshold {}\n", model.input_shape, model.threshold);
  for (const auto& step : model.feature_map) {
    text += fmt::format("  map {} {} bias {}\n", model::map_kind_name(step.kind), shorten(step.values.values),
                        shorten(step.bias.values));
  }
  for (const auto& node : model.graph.nodes) {
    text += fmt::format("  {} <- {}: weight {} {} bias {}, stride {} padding {} dilation {} kernel {}\n", node.name,
                        node.inputs, node.weight.shape, shorten(node.weight.values), shorten(node.bias.values),
                        node.stride, node.padding, node.dilation, node.kernel);
  }
  return text;
}

std::string describe(const ThreatModel& threat) {
  std::string text = fmt::format("cost {}\nlower {}\nupper {}\nmax_decrease {}\nmax_increase {}\n", threat.cost,
                                 threat.lower, threat.upper, threat.max_decrease, threat.max_increase);
  for (const Category& category : threat.categories) {
    text += fmt::format("category {} at {}\n", category.features, category.cost);
  }
  return text;
}

}  // namespace standfast::support
