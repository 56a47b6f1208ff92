// How fast certificates are on this machine: rates, latencies, shares of the machine's measured peak, and ratios.
//
// Times belong to one machine and one hour; what can be quoted are the ratios, whose parts ran side by side.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "standfast/classifier.hpp"
#include "standfast/result.hpp"
#include "standfast/threat.hpp"

namespace standfast::lab {

struct BenchOptions {
  std::string model;                                    ///< A model file; empty for the models of `sizes`.
  std::vector<std::string> sizes;                       ///< Names of bench_sizes(); empty for all of them.
  std::vector<std::size_t> batches = {1, 8, 64, 1024};  ///< Ascending.
  std::vector<Method> methods = {Method::kClosedForm, Method::kSeparable};
  std::vector<Guarantee> guarantees = {Guarantee::kNone, Guarantee::kReal};
  std::vector<std::size_t> threads = {1, 2};                  ///< More than one: at the largest batch only.
  std::vector<Precision> precisions = {Precision::kFloat64};  ///< The precisions of the proofs.
  Norm norm = Norm::l2();
  double seconds = 0.1;  ///< Spent on each line; one whose single call takes four times as long is left out.
  std::function<void(std::size_t done, std::size_t total)> progress;
};

/// A model with random weights, of a size that occurs in practice.
struct BenchSize {
  std::string name;
  std::string summary;
};
std::vector<BenchSize> bench_sizes();

/// What several measurements say: the middle one and two that enclose the others, or most of them.
struct Spread {
  double median = 0;
  double low = 0;
  double high = 0;
};

/// What this many threads can do at best, measured in the same run.
struct MachinePeak {
  std::size_t threads = 1;
  double flops = 0;       ///< Fused multiply-adds on registers, float32, each counted as two, per second.
  double read_bytes = 0;  ///< Bytes read from memory per second.
};

/// One line: one model, batch, number of threads, and what was asked for.
struct BenchCell {
  std::string model;
  std::size_t batch = 1;
  std::size_t threads = 1;
  bool certified = true;  ///< False: logits alone; then method and guarantee mean nothing.
  Method method = Method::kClosedForm;
  Guarantee guarantee = Guarantee::kNone;
  Precision precision = Precision::kFloat64;  ///< The precision of the proof, if the line proves().
  std::size_t rounds = 0;
  double inputs_per_second = 0;  ///< One thread: in processor time; more: on the wall's clock.
  Spread latency;                ///< Unit: seconds on the wall's clock per call; median, 10th and 90th percentile.
  Spread processor;              ///< Unit: seconds of all threads per call; median, smallest and largest round.
  // Where the time goes, as shares of it; negative if it was not measured.
  double forward = -1;  ///< What the logits alone take.
  double search = -1;   ///< What guarantee none adds to them.
  double proof = -1;    ///< What this guarantee adds to that.
  // Of the machine's peak, for one float32 forward (and, if certified, one backward) pass; negative if unknown.
  double of_flops = -1;
  double of_read = -1;  ///< Only if the weights cannot stay in a cache.

  [[nodiscard]] bool proves() const { return certified && guarantee != Guarantee::kNone; }
};

/// How much longer one line takes than another, round by round.
struct BenchRatio {
  std::string model;
  std::size_t batch = 1;
  std::size_t threads = 1;
  std::string what;   ///< "real / none", "real float32 / none", "separable / closed-form", "2 threads / 1".
  std::string where;  ///< What both have in common: the method or the guarantee.
  Spread ratio;       ///< Median, smallest and largest.
};

struct BenchModel {
  std::string name;
  std::string summary;
  std::size_t features = 0;
  std::size_t multiply_adds = 0;  ///< The multiply-adds of one forward pass.
  std::size_t weight_bytes = 0;   ///< The size of all weights in float32.
};

struct BenchReport {
  std::string processor;     ///< The type of the processor.
  std::string instructions;  ///< What the peak was measured with: "avx512", "avx2", "portable".
  std::size_t cores = 1;
  std::string norm;
  std::vector<MachinePeak> peaks;
  std::vector<BenchModel> models;
  std::vector<BenchCell> cells;
  std::vector<BenchRatio> ratios;
  std::vector<std::string> left_out;  ///< One sentence for each line that would have taken too long.
};

/// Measures. Fails: kBadOption for options out of range; kIo if a model file cannot be read or written; kBadFormat,
/// kBadShape, kBadValue, kNotConvex, kUnsupported or kEnvironment for a model that Classifier::load refuses.
Result<BenchReport> run_bench(const BenchOptions& options);

/// A readable table, at most 110 columns wide.
std::string to_text(const BenchReport& report);
/// Schema "standfast/bench/1": bench/README.md.
std::string to_json(const BenchReport& report);

}  // namespace standfast::lab
