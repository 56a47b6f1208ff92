// Perfect fits: classifiers without a training error, proven in exact arithmetic.
//
//   SeparateOptions options;
//   options.methods = {"pieces"};
//   const auto fits = fit_perfectly(train, &test, options);  // one per sensitive class and method
//   if (fits && fits->front().perfect()) ...                 // fits->front().model is a model file's bytes
//
// What is found here describes the training set only. A random labelling is fitted as well: none of this says anything
// about inputs that were not there. lab/hulls/hulls.hpp asks the question that comes before: is one class outside the
// convex hull of the other?
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::lab {

struct SeparateOptions {
  std::vector<std::string> sensitive;  ///< The classes to put above, one after the other; empty: each of the two.
  std::vector<std::string> methods = {"pieces", "icnn"};  ///< fit_perfectly: see PerfectFit::method.
  std::size_t pieces = 8;  ///< Planes to start with; a group of inputs without a plane is split in two.
  double ridge =
      0.0157;  ///< Whitening, as a share of the features' deviation: more gives wider margins, harder to fit.
  double linear_start = 0;  ///< "pieces": start planes from the linear discriminant, its scores deviating by so many
                            ///< margins; 0: from nothing.
  std::string start;  ///< "repair": the model file whose score is kept; its classes and inputs are those of the data.
  std::uint64_t seed = 1;
  std::size_t threads = 0;  ///< 0: one per core; never changes a result.
  std::function<void(std::string_view task, std::size_t done, std::size_t total)> progress;
};

/// How many inputs a model judges right, by the sign of its score in exact integer arithmetic.
struct ExactAccuracy {
  std::size_t right = 0;
  std::size_t count = 0;
  int bits = 0;  ///< No sum exceeds 2^bits.

  [[nodiscard]] bool perfect() const { return right == count; }
};

/// A classifier made to fit, and what is proven of it.
struct PerfectFit {
  std::string method;  ///< "pieces": a maximum of affine pieces; "icnn": a network of two hidden layers;
                       ///< "cone": a linear score and one layer; "repair": a model file's score, lowered where
                       ///< the class below needs it, and planes that lift what is then missing.
  std::string sensitive;
  std::string other;
  std::size_t pieces = 0;                    ///< "pieces", "repair"
  std::size_t epochs = 0;                    ///< "icnn", "cone"
  std::optional<ExactAccuracy> bytes;        ///< Images of bytes: on the stored bytes p, x = p / 255.
  ExactAccuracy floats;                      ///< Judged on the float32 inputs as every program reads them.
  std::optional<double> smallest_margin_l2;  ///< "pieces": no training input's verdict changes within this distance;
  std::optional<double> median_margin_l2;    ///< in the features' units, rounded down.
  std::optional<ExactAccuracy> test;
  std::optional<ExactAccuracy> linear_test;  ///< What a linear classifier of these inputs has, to compare with.
  std::size_t contradictions = 0;  ///< Inputs that are equal to one of the other class: no function fits both.
  std::string model;               ///< The model file's bytes; empty if there is no model.

  [[nodiscard]] bool perfect() const { return !model.empty() && floats.perfect() && (!bytes || bytes->perfect()); }
};

/// One fit per sensitive class and method.
///
/// If some inputs have no plane (they lie in the other class's hull, or too near to it) the fit leaves them out and
/// is not perfect. Fails: kBadOption for data without exactly two classes that both have inputs, or an unknown
/// class; kBadValue for a feature that is not finite; kUnsupported for too many features or numbers too far apart for
/// exact arithmetic; kIo if the data do not fit into memory.
Result<std::vector<PerfectFit>> fit_perfectly(const Dataset& train, const Dataset* test,
                                              const SeparateOptions& options);

/// The data with their labels shuffled.
Dataset shuffle_labels(const Dataset& data, std::uint64_t seed);

/// For a terminal, at most 100 columns wide; says what none of this means.
std::string to_text(const std::vector<PerfectFit>& fits, const Dataset& train);
/// Schema "standfast/perfect-fit/1": lab/separate.md.
std::string to_json(const std::vector<PerfectFit>& fits, const Dataset& train);

}  // namespace standfast::lab
