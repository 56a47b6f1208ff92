// Model by model, batch by batch: all lines of one batch are timed in one contest.
#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/try.hpp"
#include "lab/bench/bench.hpp"
#include "lab/bench/lines.hpp"
#include "lab/bench/machine_peak.hpp"
#include "lab/bench/statistics.hpp"
#include "lab/bench/subject.hpp"

namespace standfast::lab {
namespace {

constexpr std::size_t kLargestBatch = std::size_t{1} << 20;
constexpr std::size_t kMostThreads = 1024;
constexpr double kPatience = 4;       // a call may take so many times as long as a line should
constexpr double kPeakSeconds = 0.1;  // a few runs of each loop, of which the best counts

Error bad_option(std::string message) { return {ErrorCode::kBadOption, std::move(message)}; }

Status check_list(const char* name, const std::vector<std::size_t>& values, std::size_t most) {
  if (values.empty()) return bad_option(fmt::format("{}: found none, expected at least one", name));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] >= 1 && values[i] <= most && (i == 0 || values[i] > values[i - 1])) continue;
    return bad_option(fmt::format("{}: found {}, expected 1 to {} in ascending order", name, values[i], most));
  }
  return {};
}

Status check(const BenchOptions& options) {
  STANDFAST_CHECK(check_list("batches", options.batches, kLargestBatch));
  STANDFAST_CHECK(check_list("threads", options.threads, kMostThreads));
  if (!(options.seconds > 0 && options.seconds <= 3600))
    return bad_option(fmt::format("seconds: found {}, expected more than 0 and at most 3600", options.seconds));
  if (options.methods.empty() || options.guarantees.empty() || options.precisions.empty())
    return bad_option("methods, guarantees and precisions: found none, expected at least one of each");
  if (!options.model.empty() && !options.sizes.empty())
    return bad_option("sizes: found some beside a model file, expected one or the other");
  return {};
}

Result<std::vector<BenchSize>> chosen_sizes(const BenchOptions& options) {
  std::vector<BenchSize> all = bench_sizes();
  if (options.sizes.empty()) return all;
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const auto& size : all) names.push_back(size.name);
  std::vector<BenchSize> chosen;
  for (const auto& name : options.sizes) {
    const auto size = std::ranges::find(all, name, &BenchSize::name);
    if (size == all.end()) return bad_option(fmt::format("sizes: '{}' is not one of {}", name, fmt::join(names, ", ")));
    chosen.push_back(*size);
  }
  return chosen;
}

class Run {
 public:
  Run(const BenchOptions& options, std::size_t models) : options_(options), total_(models * options.batches.size()) {}

  void measure_machine() {
    report_.processor = processor_type();
    report_.instructions = peak_instructions();
    report_.cores = std::max(1U, std::thread::hardware_concurrency());
    report_.norm = options_.norm.name();
    for (const auto threads : options_.threads)
      report_.peaks.push_back(measure_peak(threads, std::min(kPeakSeconds, options_.seconds)));
  }

  Status add(const Subject& subject) {
    report_.models.push_back(subject.about);
    std::vector<BenchCell> smaller;  // what the batch before took
    for (const auto batch : options_.batches) {
      if (batch <= subject.count) {
        STANDFAST_TRY(smaller, add_batch(subject, batch, smaller));
      } else {
        report_.left_out.push_back(
            fmt::format("{} at batch {}: more than 64 MiB of inputs", subject.about.name, batch));
      }
      if (options_.progress) options_.progress(++done_, total_);
    }
    return {};
  }

  BenchReport take() { return std::move(report_); }

 private:
  Result<std::vector<BenchCell>> add_batch(const Subject& subject, std::size_t batch,
                                           const std::vector<BenchCell>& smaller) {
    const bool largest = batch == options_.batches.back() || batch * 2 > subject.count;
    std::vector<BenchCell> lines = lines_of(subject, options_, batch, largest);
    std::erase_if(lines, [&](const BenchCell& line) { return takes_too_long(line, smaller); });
    std::vector<Contender> calls;
    calls.reserve(lines.size());
    for (const auto& line : lines) calls.push_back(call_of(subject, line, options_.norm));
    STANDFAST_TRY(const auto timings, hold_contest(calls, options_.seconds));
    fill_measurements(lines, timings, subject.about, report_.peaks);
    const auto ratios = ratios_of(lines, timings);
    report_.cells.insert(report_.cells.end(), lines.begin(), lines.end());
    report_.ratios.insert(report_.ratios.end(), ratios.begin(), ratios.end());
    return lines;
  }

  bool takes_too_long(const BenchCell& line, const std::vector<BenchCell>& smaller) {
    if (smaller.empty()) return false;
    const auto before =
        std::ranges::find_if(smaller, [&](const BenchCell& other) { return same_question(other, line); });
    if (before == smaller.end()) return true;  // said for the batch before
    const double expected =
        before->processor.median * static_cast<double>(line.batch) / static_cast<double>(before->batch * line.threads);
    if (expected <= kPatience * options_.seconds) return false;
    report_.left_out.push_back(fmt::format("{} {} {} at batch {}, threads {}: about {:.1f} s a call", line.model,
                                           line.certified ? method_name(line.method) : "logits",
                                           line.certified ? guarantee_name(line.guarantee) : "", line.batch,
                                           line.threads, expected));
    return true;
  }

  const BenchOptions& options_;
  std::size_t total_;
  std::size_t done_ = 0;
  BenchReport report_;
};

}  // namespace

Result<BenchReport> run_bench(const BenchOptions& options) {
  STANDFAST_CHECK(check(options));
  STANDFAST_TRY(const auto sizes, chosen_sizes(options));
  const std::size_t largest = options.batches.back();
  Run run(options, options.model.empty() ? sizes.size() : 1);
  if (!options.model.empty()) {
    STANDFAST_TRY(const Subject subject, subject_of_file(options.model, largest));
    run.measure_machine();
    STANDFAST_CHECK(run.add(subject));
    return run.take();
  }
  run.measure_machine();
  for (const auto& size : sizes) {
    STANDFAST_TRY(const Subject subject, subject_of_size(size, largest));
    STANDFAST_CHECK(run.add(subject));
  }
  return run.take();
}

}  // namespace standfast::lab
