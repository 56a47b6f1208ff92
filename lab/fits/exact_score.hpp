// The sign of a model's score without any rounding: every number is an integer over one common power of two.
//
// A float32 weight is an integer over a power of two; so is a float32 input, and a stored byte p stands for p / 255.
// With X = x D (D = 255, or a power of two) a linear layer is sum N_i X_i + M D in units of 1 / (D 2^s): integers
// again. This file and the model's graph are all that has to be believed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "model/model.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::lab {

__extension__ typedef __int128 Int128;

/// What the integers behind an input are.
struct InputUnits {
  bool bytes = false;         ///< x is the float32 nearest to p / 255, and stands for p / 255 itself.
  int exponent = 0;           ///< Otherwise x = X 2^-exponent, exactly.
  std::uint64_t largest = 0;  ///< The largest |X| over the data.
};

/// Whether every feature is the float32 of a stored byte over 255.
bool holds_bytes(const Dataset& data);
InputUnits byte_units();
/// The coarsest power of two that divides all features.
/// Fails: kBadValue for a feature that is not finite, kUnsupported where |X| would not fit 62 bits.
Result<InputUnits> dyadic_units(const Dataset& data);
/// X of one input. Requires: x is one of the data that the units were made for.
std::vector<std::int64_t> integers_of(std::span<const float> x, const InputUnits& units);

/// How many inputs have been scored, now and then.
using ScoreProgress = std::function<void(std::size_t done, std::size_t total)>;

/// f on inputs in the given units, for graphs of linear, conv2d, add, relu, flatten and max nodes without a feature
/// map.
class ExactScore {
 public:
  /// Fails: kUnsupported for other nodes, for a feature map, and if a sum might not fit 126 bits.
  static Result<ExactScore> make(const model::Model& model, const InputUnits& units);

  /// -1, 0 or 1. Shape: x is (dim). Requires: x is one of the data that the units were made for.
  [[nodiscard]] int sign(std::span<const float> x) const;
  /// The sign of every input. Requires: the data are those that the units were made for.
  [[nodiscard]] std::vector<std::int8_t> signs(const Dataset& data, std::size_t threads,
                                               const ScoreProgress& progress = {}) const;
  /// f of every input, and all values of `node`, each rounded once. Requires: as for signs().
  struct Scores {
    std::vector<double> scores;  ///< (count)
    std::vector<float> values;   ///< (count, size of the node); empty without a node.
  };
  [[nodiscard]] Scores scores(const Dataset& data, std::optional<std::int32_t> node, std::size_t threads,
                              const ScoreProgress& progress = {}) const;
  /// No sum exceeds 2^bits, whatever the input.
  [[nodiscard]] int bits() const { return bits_; }

 private:
  /// The pixels that a convolution reads; padding stands for 0.
  struct Windows {
    model::Shape input, weight, output;
    std::int64_t stride = 1, padding = 0, dilation = 1;
  };
  struct Layer {
    model::NodeKind kind = model::NodeKind::kLinear;
    std::vector<std::int32_t> inputs;
    std::size_t size = 0;
    std::vector<std::int64_t> weights;  ///< kLinear: (out, in); kConv2d: (out, in, kh, kw).
    std::vector<Int128> bias;           ///< kLinear, kConv2d: (size).
    Windows windows;                    ///< kConv2d.
    std::vector<int> shifts;            ///< kAdd: binary places that each input moves up.
    int exponent = 0;                   ///< Values are in units of 1 / (D 2^exponent).
    long double largest = 0;            ///< An upper bound on |value|, rounded up.
    bool narrow = false;                ///< Sums fit 63 bits.
  };
  using Values = std::vector<Int128>;

  Status add_weighted(const model::Graph& graph, std::size_t index, const std::vector<model::Shape>& shapes);
  Status add_sum(const model::Graph& graph, std::size_t index);
  Status check_size(const model::Graph& graph, std::size_t index);
  [[nodiscard]] Values compute_layer(const Layer& layer, std::span<const std::int64_t> x,
                                     const std::vector<Values>& done) const;
  template <class Sum, class Input>
  static void add_products(const Layer& layer, const Input* x, Values& values);
  template <class Sum, class Input>
  static Sum window_sum(const Layer& layer, const Input* x, std::size_t element);
  /// The values of every layer.
  [[nodiscard]] std::vector<Values> compute_layers(std::span<const float> x) const;
  /// What one unit of a layer's values stands for.
  [[nodiscard]] double unit_of(const Layer& layer) const;

  InputUnits units_;
  std::size_t dim_ = 0;
  std::vector<Layer> layers_;
  Int128 threshold_ = 0;
  int bits_ = 0;
};

/// How many inputs of a class have the sign that their class asks for.
struct ExactCount {
  std::size_t right = 0;
  std::size_t count = 0;
  int bits = 0;  ///< No sum exceeds 2^bits.
};

/// Counts f > 0 on the inputs with `positive` set and f < 0 on the others: a score of exactly 0 is wrong for both.
/// Shape: positive is (count). Fails: kUnsupported for a graph or a sum that exact scores do not cover; kBadShape,
/// kBadValue or kNotConvex for a model that is not valid.
Result<ExactCount> count_exactly(const model::Model& model, const Dataset& data, std::span<const std::uint8_t> positive,
                                 const InputUnits& units, std::size_t threads, const ScoreProgress& progress = {});

}  // namespace standfast::lab
