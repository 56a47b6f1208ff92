// What a run says about two variants of one benchmark: the ratio of their times, measured in one run, with its spread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace standfast::bench {

/// Prints as the console reporter does and keeps the processor time of every repetition:
/// each call runs in the calling thread, and a busy machine then spoils less.
class RatioReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override;

  /// For each benchmark whose name has the part `slow`: its time over that of the same name with `fast` there.
  /// With --benchmark_repetitions=N: the median and, in brackets, the smallest and largest ratio of two repetitions.
  void print_ratios(const std::string& slow, const std::string& fast) const;

 private:
  std::map<std::string, std::vector<double>> seconds_;
};

}  // namespace standfast::bench
