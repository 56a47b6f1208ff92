// Plans the lines of one batch, then reads off what the timings say: rates, shares of the machine's peak by counting
// multiply-adds and bytes, stages as differences between lines, and ratios round by round. Takes for granted that all
// lines of a batch were timed in one contest.
#include "lab/bench/lines.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "lab/bench/statistics.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::lab {
namespace {

/// Weights of fewer bytes may stay in a cache, which is faster than memory.
constexpr std::size_t kStreamedBytes = std::size_t{1} << 26;

BenchCell line_of(const Subject& subject, std::size_t batch, std::size_t threads) {
  BenchCell line;
  line.model = subject.about.name;
  line.batch = batch;
  line.threads = threads;
  return line;
}

std::string guarantee_text(const BenchCell& line) {
  std::string text(line.certified ? guarantee_name(line.guarantee) : "");
  if (line.proves() && line.precision != Precision::kFloat64) text += " " + std::string(precision_name(line.precision));
  return text;
}

/// Passes over the weights that a line cannot do without: 0 if the search decides how many there are.
double passes_of(const BenchCell& line) {
  if (!line.certified) return 1;
  return line.method == Method::kClosedForm || line.method == Method::kSeparable ? 2 : 0;
}

void compare_with_peak(BenchCell& line, const BenchModel& model, std::span<const MachinePeak> peaks) {
  const auto peak = std::ranges::find(peaks, line.threads, &MachinePeak::threads);
  const double passes = passes_of(line);
  if (peak == peaks.end() || passes == 0) return;
  const double operations = 2.0 * static_cast<double>(model.multiply_adds) * passes;
  line.of_flops = operations * line.inputs_per_second / peak->flops;
  if (model.weight_bytes < kStreamedBytes) return;
  const double calls_per_second = line.inputs_per_second / static_cast<double>(line.batch);
  line.of_read = static_cast<double>(model.weight_bytes) * passes * calls_per_second / peak->read_bytes;
}

struct Measured {
  const BenchCell* line;
  const Timings* timings;
  [[nodiscard]] double seconds() const { return median(rounds_of(*line, *timings)); }
};

/// The line that is like `line` but for what `change` does to it.
template <class Change>
std::optional<Measured> line_but_for(std::span<const BenchCell> lines, std::span<const Timings> timings, BenchCell line,
                                     const Change& change) {
  change(line);
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (lines[i].threads == line.threads && same_question(lines[i], line)) return Measured{&lines[i], &timings[i]};
  return std::nullopt;
}

/// A difference of two timings can fall below 0 if the smaller one is noise.
double clamped_share(double part, double whole) { return std::clamp(part / whole, 0.0, 1.0); }

void split_stages(BenchCell& line, const Timings& own, std::span<const BenchCell> lines,
                  std::span<const Timings> timings) {
  if (!line.certified) return;
  const auto logits = line_but_for(lines, timings, line, [](BenchCell& other) { other.certified = false; });
  const auto none = line_but_for(lines, timings, line, [](BenchCell& other) { other.guarantee = Guarantee::kNone; });
  const double whole = median(rounds_of(line, own));
  if (!logits) return;
  line.forward = clamped_share(logits->seconds(), whole);
  if (!none) return;
  line.search = clamped_share(none->seconds() - logits->seconds(), whole);
  line.proof = clamped_share(whole - none->seconds(), whole);
}

BenchRatio ratio(const BenchCell& a, const Timings& of_a, const Measured& b, std::string what, std::string where) {
  BenchRatio result{a.model, a.batch, a.threads, std::move(what), std::move(where), {}};
  // across numbers of threads only the wall's clock says anything
  const bool same_clock = (a.threads > 1) == (b.line->threads > 1);
  const auto times = same_clock ? rounds_of(a, of_a) : std::span(of_a.round_wall);
  const auto others = same_clock ? rounds_of(*b.line, *b.timings) : std::span(b.timings->round_wall);
  result.ratio = ratio_spread(times, others);
  return result;
}

}  // namespace

bool same_question(const BenchCell& a, const BenchCell& b) {
  if (a.certified != b.certified || (a.proves() && a.precision != b.precision)) return false;
  return !a.certified || (a.method == b.method && a.guarantee == b.guarantee);
}

std::vector<BenchCell> lines_of(const Subject& subject, const BenchOptions& options, std::size_t batch, bool largest) {
  std::vector<BenchCell> lines;
  const std::size_t thread_counts = largest ? options.threads.size() : 1;
  for (const auto threads : std::span(options.threads).first(thread_counts)) {
    BenchCell line = line_of(subject, batch, threads);
    line.certified = false;
    lines.push_back(line);
    line.certified = true;
    for (const auto method : options.methods) {
      for (const auto guarantee : options.guarantees) {
        line.method = method;
        line.guarantee = guarantee;
        const std::size_t precisions = guarantee == Guarantee::kNone ? 1 : options.precisions.size();
        for (const auto precision : std::span(options.precisions).first(precisions)) {
          line.precision = precision;
          lines.push_back(line);
        }
      }
    }
  }
  return lines;
}

Contender call_of(const Subject& subject, const BenchCell& line, Norm norm) {
  const auto inputs = std::span(subject.inputs).first(line.batch * subject.classifier.dim());
  if (!line.certified) {
    return [&subject, inputs, line]() -> Status {
      STANDFAST_TRY(const auto logits, subject.classifier.logits(inputs, line.batch, line.threads));
      return {};
    };
  }
  CertifyOptions options;
  options.norms = {norm};
  options.method = line.method;
  options.guarantee = line.guarantee;
  options.precision = line.precision;
  options.threat = subject.threat;
  options.threads = line.threads;
  return [&subject, inputs, batch = line.batch, options]() -> Status {
    STANDFAST_TRY(const auto certificates, subject.classifier.certify(inputs, batch, options));
    return {};
  };
}

std::span<const double> rounds_of(const BenchCell& line, const Timings& timings) {
  return line.threads > 1 ? timings.round_wall : timings.round_processor;
}

void fill_measurements(std::span<BenchCell> lines, std::span<const Timings> timings, const BenchModel& model,
                       std::span<const MachinePeak> peaks) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    BenchCell& line = lines[i];
    line.rounds = timings[i].round_wall.size();
    line.latency = usual_spread(timings[i].call_wall);
    line.processor = whole_spread(timings[i].round_processor);
    line.inputs_per_second = static_cast<double>(line.batch) / median(rounds_of(line, timings[i]));
    compare_with_peak(line, model, peaks);
    split_stages(line, timings[i], lines, timings);
  }
}

std::vector<BenchRatio> ratios_of(std::span<const BenchCell> lines, std::span<const Timings> timings) {
  std::vector<BenchRatio> ratios;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const BenchCell& line = lines[i];
    const auto against = [&](std::string what, std::string where, const auto& change) {
      const auto other = line_but_for(lines, timings, line, change);
      if (!other || other->line == &line) return;
      ratios.push_back(ratio(line, timings[i], *other, std::move(what), std::move(where)));
    };
    const std::string method(line.certified ? method_name(line.method) : "logits");
    const std::string guarantee = guarantee_text(line);
    const auto more_threads = fmt::format("{} threads / {}", line.threads, lines.front().threads);
    against(more_threads, line.certified ? method + " " + guarantee : method,
            [&](BenchCell& other) { other.threads = lines.front().threads; });
    if (!line.certified || line.threads != lines.front().threads) continue;
    against(guarantee + " / none", method, [](BenchCell& other) { other.guarantee = Guarantee::kNone; });
    against(method + " / closed-form", guarantee, [](BenchCell& other) { other.method = Method::kClosedForm; });
  }
  return ratios;
}

}  // namespace standfast::lab
