// What the machine can do at best: the yardstick for every share of a peak.
#pragma once

#include <cstddef>
#include <string>

#include "lab/bench/bench.hpp"

namespace standfast::lab {

/// "AMD EPYC Processor", or "unknown".
std::string processor_type();

/// The widest instructions with a fused multiply-add that this machine has: "avx512", "avx2" or "portable".
std::string peak_instructions();

/// The sum over `threads` threads, each by its own processor time, so that other work on the machine does not count.
/// Cost: about `seconds` for each of both figures, and 256 MiB of memory per thread.
MachinePeak measure_peak(std::size_t threads, double seconds);

}  // namespace standfast::lab
