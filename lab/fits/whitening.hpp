// Whitening: inputs turned so that every direction has unit variance, which makes planes and networks easy to find.
//
// S = covariance + (ridge * deviation)^2 on the diagonal, S = L L^T, z = L^-1 (x - mean). A plane w.z + b of the
// whitened inputs is the plane (L^-T w).x + b - mean.(L^-T w) of the inputs: nothing of this stays in a model.
#pragma once

#include <cstddef>
#include <vector>

#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::lab {

/// Rows of float32, each `stride` long: the values, then zeros up to a multiple of kVectorBlock.
struct Rows {
  std::vector<float> values;
  std::size_t count = 0;
  std::size_t stride = 0;

  [[nodiscard]] const float* row(std::size_t i) const { return values.data() + i * stride; }
  [[nodiscard]] float* row(std::size_t i) { return values.data() + i * stride; }
};

/// a.x + b for each of several planes. Shape: weights is (count, dim) row-major.
struct Planes {
  std::vector<double> weights;
  std::vector<double> offsets;

  [[nodiscard]] std::size_t count() const { return offsets.size(); }
};

class Whitening {
 public:
  /// `ridge` is a share of the features' deviation: common to all pixels of an image, each column's own in a table.
  /// Fails: kUnsupported for more features than kMaxFeatures, kBadOption for a ridge that is not > 0, kBadValue for a
  /// feature that is not finite. Cost: count dim^2 / 2 + dim^3 / 2 products; 16 dim^2 bytes.
  static Result<Whitening> fit(const Dataset& data, double ridge, std::size_t threads);

  /// One matrix of dim^2 doubles is 512 MB here.
  static constexpr std::size_t kMaxFeatures = 8192;

  /// z of every input, and after it one element `bias`.
  [[nodiscard]] Rows apply(const Dataset& data, float bias, std::size_t threads) const;

  /// Planes of z, written as planes of the inputs. Shape: planes.weights is (count, dim).
  [[nodiscard]] Planes planes_on_inputs(const Planes& planes, std::size_t threads) const;

 private:
  std::size_t dim_ = 0;
  std::vector<double> mean_;
  std::vector<double> inverse_;  ///< L^-1 in panels of columns.
};

}  // namespace standfast::lab
