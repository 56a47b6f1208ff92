// A benchmark as tables for a terminal.
#include <string>

#include <fmt/format.h>

#include "lab/bench/bench.hpp"

namespace standfast::lab {
namespace {

std::string percent(double share) { return share < 0 ? "-" : fmt::format("{:.0f} %", 100 * share); }

/// Three digits, whatever the size.
std::string three_digits(double value) {
  if (value >= 100) return fmt::format("{:.0f}", value);
  return fmt::format("{:.{}f}", value, value >= 10 ? 1 : 2);
}

std::string time_text(const Spread& seconds) {
  const bool in_ms = seconds.median >= 0.01;
  const double scale = in_ms ? 1e3 : 1e6;
  return fmt::format("{} [{}, {}] {}", three_digits(scale * seconds.median), three_digits(scale * seconds.low),
                     three_digits(scale * seconds.high), in_ms ? "ms" : "us");
}

std::string peak_text(const BenchCell& cell) {
  if (cell.of_read < 0) return percent(cell.of_flops);
  return cell.of_read > cell.of_flops ? percent(cell.of_read) + " read" : percent(cell.of_flops) + " FLOP";
}

std::string machine_text(const BenchReport& report) {
  std::string text =
      fmt::format("machine  {}, {} core{}\n", report.processor, report.cores, report.cores > 1 ? "s" : "");
  for (const auto& peak : report.peaks)
    text += fmt::format("peak     {} thread{}: {:.1f} GFLOP/s ({}, float32), {:.1f} GB/s read\n", peak.threads,
                        peak.threads > 1 ? "s" : "", peak.flops / 1e9, report.instructions, peak.read_bytes / 1e9);
  return text;
}

std::string heading(const BenchModel& model, const std::string& norm) {
  return fmt::format("\n{}{}{}: {:.3g} million multiply-adds forward, {:.3g} MB of weights, norm {}\n", model.name,
                     model.summary.empty() ? "" : ": ", model.summary, static_cast<double>(model.multiply_adds) / 1e6,
                     static_cast<double>(model.weight_bytes) / 1e6, norm);
}

std::string cell_text(const BenchCell& cell) {
  const auto method = cell.certified ? method_name(cell.method) : "logits";
  std::string guarantee(cell.certified ? guarantee_name(cell.guarantee) : "");
  if (cell.proves() && cell.precision == Precision::kFloat32) guarantee += " f32";
  return fmt::format("{:>6} {:>2}  {:<11} {:<12} {:>10} {:>24} {:>8} {:>6} {:>6} {:>9}\n", cell.batch, cell.threads,
                     method, guarantee, three_digits(cell.inputs_per_second), time_text(cell.latency),
                     percent(cell.forward), percent(cell.search), percent(cell.proof), peak_text(cell));
}

std::string table(const BenchReport& report, const BenchModel& model) {
  std::string text =
      fmt::format("{:>6} {:>2}  {:<11} {:<12} {:>10} {:>24} {:>8} {:>6} {:>6} {:>9}\n", "batch", "th", "method",
                  "guarantee", "inputs/s", "time of a call [10-90 %]", "forward", "search", "proof", "of peak");
  for (const auto& cell : report.cells)
    if (cell.model == model.name) text += cell_text(cell);
  return text;
}

std::string ratios(const BenchReport& report) {
  std::string text;
  for (const auto& ratio : report.ratios)
    text += fmt::format("{:<8} batch {:>5}  {:<24} {:<18} {:>6.2f} [{:.2f}, {:.2f}]\n", ratio.model, ratio.batch,
                        ratio.what, ratio.where, ratio.ratio.median, ratio.ratio.low, ratio.ratio.high);
  return text.empty() ? text : "\nratios of times, each of two calls side by side: median [smallest, largest]\n" + text;
}

}  // namespace

std::string to_text(const BenchReport& report) {
  std::string text = machine_text(report);
  for (const auto& model : report.models) text += heading(model, report.norm) + table(report, model);
  text += ratios(report);
  text +=
      "\ninputs/s, shares and ratios: processor time for one thread, the wall's clock for more; forward: the logits "
      "alone;\n"
      "search: what guarantee none adds; proof: what the guarantee adds; of peak: one float32 pass forward, one back\n";
  for (const auto& sentence : report.left_out) text += "left out: " + sentence + "\n";
  return text;
}

}  // namespace standfast::lab
