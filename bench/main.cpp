// Runs the benchmarks and says what they are worth relative to each other.
#include <benchmark/benchmark.h>

#include "ratios.hpp"

namespace standfast::bench {
void register_certify();
}

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  standfast::bench::register_certify();
  standfast::bench::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  reporter.print_ratios("real", "none");
  for (const char* method : {"separable", "refined", "exact"}) reporter.print_ratios(method, "closed-form");
}
