#include "ratios.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace standfast::bench {
namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

void RatioReporter::ReportRuns(const std::vector<Run>& runs) {
  ConsoleReporter::ReportRuns(runs);
  for (const auto& run : runs) {
    if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
    seconds_[run.benchmark_name()].push_back(run.cpu_accumulated_time / static_cast<double>(run.iterations));
  }
}

void RatioReporter::print_ratios(const std::string& slow, const std::string& fast) const {
  for (const auto& [name, times] : seconds_) {
    const auto at = name.find("/" + slow + "/");
    if (at == std::string::npos) continue;
    auto other = name;
    other.replace(at + 1, slow.size(), fast);
    const auto base = seconds_.find(other);
    if (base == seconds_.end()) continue;
    std::vector<double> ratios;
    for (std::size_t k = 0; k < std::min(times.size(), base->second.size()); ++k) {
      ratios.push_back(times[k] / base->second[k]);
    }
    const auto [low, high] = std::minmax_element(ratios.begin(), ratios.end());
    GetOutputStream() << fmt::format("{:<56} {} / {} = {:.3f} [{:.3f}, {:.3f}]\n", name, slow, fast, median(ratios),
                                     *low, *high);
  }
}

}  // namespace standfast::bench
