// The lines of a benchmark: which calls are timed for one model and batch, and what their timings say.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lab/bench/bench.hpp"
#include "lab/bench/contest.hpp"
#include "lab/bench/subject.hpp"

namespace standfast::lab {

/// Do both time the same call, but for model, batch and threads?
bool same_question(const BenchCell& a, const BenchCell& b);

/// Logits, then every guarantee of every method, those that prove in every precision; at the largest batch for every
/// number of threads, else for the first. Fills what is asked for, not what is measured.
std::vector<BenchCell> lines_of(const Subject& subject, const BenchOptions& options, std::size_t batch, bool largest);

/// The call that a line times. `subject` must outlive it.
Contender call_of(const Subject& subject, const BenchCell& line, Norm norm);

/// Seconds per call that ratios are made of, one per round: processor time for one thread, the wall's clock for more.
std::span<const double> rounds_of(const BenchCell& line, const Timings& timings);

/// Fills in what was measured. Shape: timings has one entry per line.
void fill_measurements(std::span<BenchCell> lines, std::span<const Timings> timings, const BenchModel& model,
                       std::span<const MachinePeak> peaks);

/// Guarantees over none, methods over the closed form, more threads over one: as far as both were measured.
std::vector<BenchRatio> ratios_of(std::span<const BenchCell> lines, std::span<const Timings> timings);

}  // namespace standfast::lab
