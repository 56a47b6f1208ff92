// Draws inputs uniformly from the domain, lowers the threshold below the smallest logit, so that every input needs a
// certificate, and reads the model back from a temporary file, as a user would. Work is counted from the graph: one
// multiply-add per weight and place that it is applied at.
#include "lab/bench/subject.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/random.hpp"
#include "base/try.hpp"
#include "format/model_file.hpp"
#include "lab/bench/sizes.hpp"

namespace standfast::lab {
namespace {

constexpr std::size_t kMostInputValues = std::size_t{1} << 24;  // 64 MiB

struct Range {
  double lo = 0;
  double hi = 1;
};

Range range_of(const model::Model& model) {
  if (!model.domain || model.domain->lower.size() != 1) return {};
  return {model.domain->lower.front(), model.domain->upper.front()};
}

std::vector<float> random_inputs(std::size_t count, const Range& range) {
  Random random(2);
  std::vector<float> inputs(count);
  for (auto& value : inputs) value = static_cast<float>(random.uniform(range.lo, range.hi));
  return inputs;
}

/// A path that is removed again.
class TemporaryPath {
 public:
  TemporaryPath() {
    std::error_code ignored;
    path_ = std::filesystem::temp_directory_path(ignored) / fmt::format("standfast-bench-{}.safetensors", ::getpid());
  }
  ~TemporaryPath() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryPath(const TemporaryPath&) = delete;
  TemporaryPath& operator=(const TemporaryPath&) = delete;
  [[nodiscard]] std::string string() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

Result<Classifier> through_file(const model::Model& model) {
  const TemporaryPath path;
  STANDFAST_CHECK(format::save_model(model, path.string()));
  return Classifier::load(path.string());
}

/// Applications of each weight of a node: the places a kernel is moved to.
std::size_t uses_of(const model::Node& node, const model::Shape& output) {
  if (node.kind != model::NodeKind::kConv2d) return 1;
  return static_cast<std::size_t>(output[1] * output[2]);
}

Status count_work(const model::Model& model, BenchModel& about) {
  STANDFAST_TRY(const auto shapes, model::infer_shapes(model.graph));
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    const model::Node& node = model.graph.nodes[k];
    about.multiply_adds += node.weight.values.size() * uses_of(node, shapes[k]);
    about.weight_bytes += sizeof(float) * (node.weight.values.size() + node.bias.values.size());
  }
  return {};
}

}  // namespace

Result<Subject> make_subject(model::Model model, std::string name, std::string summary, std::size_t count) {
  BenchModel about{std::move(name), std::move(summary), model.dim(), 0, 0};
  STANDFAST_CHECK(count_work(model, about));
  const Range range = range_of(model);
  count = std::clamp<std::size_t>(count, 1, std::max<std::size_t>(1, kMostInputValues / model.dim()));
  std::vector<float> inputs = random_inputs(count * model.dim(), range);
  STANDFAST_TRY(ThreatModel threat, ThreatModel::domain(model.dim(), range.lo, range.hi));
  STANDFAST_TRY(Classifier classifier, through_file(model));
  STANDFAST_TRY(const auto logits, classifier.logits(inputs, count));
  const float lowest = *std::ranges::min_element(logits);
  if (!(lowest > 0)) {
    model.threshold += lowest - 1;
    STANDFAST_TRY(classifier, through_file(model));
  }
  return Subject{std::move(about), std::move(model), std::move(classifier), std::move(inputs), count,
                 std::move(threat)};
}

Result<Subject> subject_of_file(const std::string& path, std::size_t count) {
  STANDFAST_TRY(model::Model model, format::load_model(path));
  return make_subject(std::move(model), path, "", count);
}

Result<Subject> subject_of_size(const BenchSize& size, std::size_t count) {
  return make_subject(random_model(size.name), size.name, size.summary, count);
}

}  // namespace standfast::lab
