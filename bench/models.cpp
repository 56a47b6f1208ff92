#include "models.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

#include <unistd.h>

#include "base/random.hpp"
#include "format/model_file.hpp"

namespace standfast::bench {
namespace {

Tensor random_tensor(Random& random, Shape shape, double scale, bool non_negative) {
  Tensor tensor{std::move(shape), {}};
  const auto count = element_count(tensor.shape);
  for (std::size_t i = 0; i < count; ++i) {
    const double value = scale * random.normal();
    tensor.values.push_back(static_cast<float>(non_negative ? std::fabs(value) : value));
  }
  return tensor;
}

class Builder {
 public:
  explicit Builder(Random& random) : random_(random) {}

  std::int32_t linear(std::int32_t from, std::int64_t columns, std::int64_t rows, bool bias) {
    Node node = make(NodeKind::kLinear, {from});
    const double fan_in = static_cast<double>(columns);
    const double scale = from == kGraphInput ? 1 / std::sqrt(fan_in) : 1 / fan_in;
    node.weight = random_tensor(random_, {rows, columns}, scale, from != kGraphInput);
    if (bias) node.bias = random_tensor(random_, {rows}, 0.1, false);
    return push(std::move(node));
  }
  std::int32_t relu(std::int32_t from) { return push(make(NodeKind::kRelu, {from})); }
  std::int32_t add(std::int32_t a, std::int32_t b) { return push(make(NodeKind::kAdd, {a, b})); }
  std::vector<Node> take() { return std::move(nodes_); }

 private:
  static Node make(NodeKind kind, std::vector<std::int32_t> inputs) {
    Node node;
    node.kind = kind;
    node.inputs = std::move(inputs);
    return node;
  }
  std::int32_t push(Node node) {
    node.name = "node" + std::to_string(nodes_.size());
    nodes_.push_back(std::move(node));
    return static_cast<std::int32_t>(nodes_.size()) - 1;
  }

  Random& random_;
  std::vector<Node> nodes_;
};

Graph mlp(Random& random, std::int64_t dim, const std::vector<std::int64_t>& hidden) {
  Builder b(random);
  std::int32_t z = kGraphInput;
  std::int64_t width = dim;
  for (const auto rows : hidden) {
    auto h = b.linear(z, width, rows, true);
    if (z != kGraphInput) h = b.add(h, b.linear(kGraphInput, dim, rows, false));
    z = b.relu(h);
    width = rows;
  }
  b.add(b.linear(z, width, 1, true), b.linear(kGraphInput, dim, 1, false));
  return {{dim}, b.take()};
}

Model random_mlp(Random& random, const Size& size) {
  Model model;
  model.input_shape = {size.dim};
  const auto dim = static_cast<std::size_t>(size.dim);
  model.feature_map = standardise_map(std::vector<float>(dim, 0.1F), std::vector<float>(dim, 1.5F));
  if (size.abs) model.feature_map = with_abs(model.feature_map);
  model.graph = mlp(random, size.abs ? 2 * size.dim : size.dim, size.hidden);
  model.threshold = -10;  // every input is sensitive
  model.sensitive_class = "alarm";
  model.other_class = "quiet";
  return model;
}

Classifier through_file(const Model& model) {
  const auto bytes = serialise_model(model);
  if (!bytes.ok()) throw std::runtime_error(bytes.error().message);
  const auto path =
      std::filesystem::temp_directory_path() / ("standfast-bench-" + std::to_string(::getpid()) + ".safetensors");
  std::ofstream(path, std::ios::binary) << *bytes;
  auto classifier = Classifier::load(path.string());
  std::filesystem::remove(path);
  if (!classifier.ok()) throw std::runtime_error(classifier.error().message);
  return std::move(classifier).value();
}

}  // namespace

Subject make_subject(const Size& size, std::size_t count) {
  Random random(1);
  Subject subject{size.name, through_file(random_mlp(random, size)), {}, count};
  for (std::size_t i = 0; i < count * static_cast<std::size_t>(size.dim); ++i) {
    subject.inputs.push_back(static_cast<float>(random.uniform()));
  }
  return subject;
}

}  // namespace standfast::bench
