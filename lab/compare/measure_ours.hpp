// What is measured of a model of ours: the closed form without bounds on pixels, and the best method with them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lab/compare/compare.hpp"
#include "lab/compare/rows.hpp"
#include "standfast/classifier.hpp"

namespace standfast::lab {

struct OurMeasure {
  std::string name;  ///< The job's.
  std::string label;
  std::string norm;  ///< Its native norm.
  std::string recipe;
  std::size_t threads = 1;
  std::function<double()> processor_seconds;
  std::function<void(std::string_view what, std::size_t done, std::size_t total)> progress;
};

/// The closed form of every norm, and the exact method of the native norm with pixels in [0, 1] (or the best one that
/// the model's feature map has). The threshold is the model's own. Fails: what logits and certify refuse.
Result<std::vector<MethodResult>> measure_ours(const Classifier& classifier, const TwoClasses& test,
                                               const OurMeasure& about);

/// Processor time of the 10,100 noisy verdicts of this network that Gaussian smoothing takes for one certificate, in
/// milliseconds. Fails: what logits refuses.
Result<double> smoothing_time(const Classifier& classifier, std::span<const float> x, const OurMeasure& about);

}  // namespace standfast::lab
