// Methods of certification side by side, on the same rows of the same data at the same operating point: what a job is
// told, what it finds, and all of it as text, JSON and a page.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lab/compare/noise.hpp"
#include "standfast/result.hpp"
#include "standfast/threat.hpp"

namespace standfast::lab {

inline constexpr std::array<std::string_view, 3> kCompareNorms = {"l1", "l2", "linf"};

/// How a baseline's network is trained and what is proven of it.
enum class BaselineKind {
  kSmoothing,  ///< Randomised smoothing with sampled noise.
  kSplitting,  ///< Splitting noise, all positions counted.
  kInterval    ///< Interval training; interval bounds and CROWN.
};

/// One base network and everything measured of it: the one argument of `standfast-baselines`, as JSON.
struct BaselineTask {
  std::string job;  ///< Its unique name: "gaussian", "uniform-0.5".
  BaselineKind kind = BaselineKind::kSmoothing;
  Noise noise;                 ///< Of kSmoothing; the deviation also sets the cuts of kSplitting.
  double interval_radius = 0;  ///< Of kInterval.
  std::string data;            ///< DATA without a split.
  std::vector<std::string> classes;
  std::string sensitive;
  std::uint64_t rows = 200;                       ///< The first test rows of each class that are judged; 0: all.
  std::uint64_t validation_rows = 200;            ///< The same of the validation rows, for smoothed thresholds.
  std::vector<std::uint64_t> samples = {10'000};  ///< n; one method for each.
  std::uint64_t epochs = 10;
  std::uint64_t seed = 1;
  std::string fingerprint;
  std::string output;  ///< The file for the JobResult.
};

std::string to_json(const BaselineTask& task);
/// Fails: kBadFormat, kBadValue for a number out of range.
Result<BaselineTask> baseline_task_from_json(std::string_view text);

/// What a method found at one operating point.
struct MethodResult {
  std::string method;  ///< Its unique name: "gaussian, n = 10,000".
  std::string label;   ///< "Gaussian noise, deviation 0.5, n = 10,000".
  bool ours = false;
  std::string norm;  ///< The native norm: one of kCompareNorms.
  double threshold = 0;
  double accuracy_sensitive = 0;  ///< An abstention is not right, for either class.
  double accuracy_other = 0;
  double abstained = 0;  ///< The share of all rows.
  /// Certified radii of the sensitive test rows, in their order, in each norm that is proven without conversion; 0 for
  /// a wrong verdict. Empty for other norms.
  std::array<std::vector<double>, kCompareNorms.size()> radii;
  double milliseconds = 0;    ///< Processor time of one certificate in the native norm.
  std::uint64_t samples = 0;  ///< Noisy inputs that the network judges for one certificate.
  std::uint64_t parameters = 0;
  bool deterministic = true;
  bool continuous = true;  ///< Whether any change is covered, not only multiples of 1/255.
  std::string rounding;    ///< "proven", "exact", or "ignored".
  std::string recipe;      ///< How the network was trained.
};

/// Everything that came from one trained network.
struct JobResult {
  std::string fingerprint;  ///< Equal ones need not be done again.
  std::string job;
  std::uint64_t sensitive_rows = 0;
  std::uint64_t other_rows = 0;
  std::uint64_t dim = 0;
  double training_seconds = 0;
  /// Of a model of ours: processor time of as many noisy verdicts of the same network as smoothing takes; else NaN.
  double smoothing_milliseconds = std::numeric_limits<double>::quiet_NaN();
  std::vector<MethodResult> methods;
};

/// Schema "standfast/compare-job/1", and back as hostile text: lab/compare.md.
std::string to_json(const JobResult& result);
Result<JobResult> job_result_from_json(std::string_view text, const std::string& place);

/// Everything that a page is made of.
struct Comparison {
  std::string data;
  std::string sensitive;
  std::string other;
  std::string processor;
  std::vector<std::string> notes;
  std::vector<JobResult> jobs;
};

/// One method with what its job knows of it.
struct MethodLine {
  const MethodResult* method = nullptr;
  const JobResult* job = nullptr;
};
/// All methods, those of one native norm together.
std::vector<MethodLine> lines_of(const Comparison& comparison);

/// Radii in a norm: the method's own, or those of its native norm converted: ||d||_p <= ||d||_q for p >= q, else
/// ||d||_p <= dim^(1/p - 1/q) ||d||_q.
std::vector<double> radii_in(const MethodLine& line, std::size_t norm_index, bool& converted);

/// The position of the method's native norm in kCompareNorms.
std::size_t native_norm(const MethodResult& method);

/// Schema "standfast/compare/1": lab/compare.md.
std::string to_json(const Comparison& comparison);
/// Tables of at most 100 columns.
std::string to_text(const Comparison& comparison);
/// One file, no script, no external request.
std::string to_html(const Comparison& comparison);

/// From 0 to the end of the norm's charts: the largest radius that a twentieth of any method's rows reach.
std::vector<double> compare_grid(const Comparison& comparison, std::size_t norm_index);
/// Three radii of the grid at which tables quote certified accuracy.
std::array<double, 3> quoted_radii(const Comparison& comparison, std::size_t norm_index);

}  // namespace standfast::lab
