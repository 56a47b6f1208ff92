// Shared options: their place in the table, and their translation for the library.
#include "cli/flags.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/option_table.hpp"
#include "cli/try.hpp"

namespace standfast::cli {
namespace {

Error bad_option(std::string message) { return {ErrorCode::kBadOption, std::move(message)}; }

Result<std::vector<Norm>> parse_norms(const CertifyFlags& flags) {
  std::vector<Norm> norms;
  for (const auto& text : flags.norms) {
    CLI_TRY(const Norm norm, Norm::parse(text));
    if (std::ranges::find(norms, norm) != norms.end())
      return bad_option(fmt::format("--norm: {} is asked for twice", norm.name()));
    const bool closed_form = flags.method == "closed-form";
    if (closed_form && norm == Norm::l0())
      return bad_option("--norm: l0 has no closed form; ask for --method separable with a --domain or a --threat");
    const bool separable_knows = norm == Norm::l0() || norm == Norm::l1() || norm == Norm::l2() || norm == Norm::linf();
    if (!closed_form && !separable_knows)
      return bad_option(
          fmt::format("--norm: {} is not one of 0, 1, 2, inf; ask for --method closed-form", norm.name()));
    norms.push_back(norm);
  }
  return norms;
}

Result<CertifyPlan> add_domain(CertifyPlan plan, const std::string& text, std::size_t dim) {
  const auto comma = text.find(',');
  if (comma == std::string::npos) return bad_option(fmt::format("--domain: '{}' is not LO,HI such as 0,1", text));
  CLI_TRY(const double lo, parse_number("--domain", text.substr(0, comma)));
  CLI_TRY(const double hi, parse_number("--domain", text.substr(comma + 1)));
  if (!(lo <= hi)) return bad_option(fmt::format("--domain: {} is not LO,HI with LO <= HI", text));
  CLI_TRY(plan.options.threat, ThreatModel::domain(dim, lo, hi));
  plan.threat_description = fmt::format("domain [{}, {}]", lo, hi);
  return plan;
}

std::string plural(std::size_t count) { return fmt::format("{} feature{}", count, count == 1 ? "" : "s"); }

}  // namespace

Result<double> parse_number(const std::string& option, const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value != value)
    return bad_option(fmt::format("{}: '{}' is not a number", option, text));
  return value;
}

void add_data_argument(CLI::App& command, DataFlags& flags) {
  command
      .add_option("DATA", flags.source,
                  "A CSV, NPY or NPZ file, a folder of IDX files, CIFAR-10 batches or images, or `spam`; `:train` or "
                  "`:test` after it picks a split.")
      ->type_name("DATA")
      ->required();
}

void add_label_options(CLI::App& command, DataFlags& flags) {
  command.add_option("--classes", flags.classes, "The two classes to keep where the data have more.")
      ->type_name("A,B")
      ->delimiter(',');
  command
      .add_option("--label", flags.label,
                  "The label's column in a CSV file; otherwise `label`, `class` or `target`, else the last one.")
      ->type_name("COLUMN");
}

void add_limit_option(CLI::App& command, DataFlags& flags) {
  only_digits(command.add_option("--limit", flags.limit, "Use the first N inputs only."))->type_name("N");
}

Result<Dataset> read(const DataFlags& flags, bool require_labels) {
  if (flags.limit == std::size_t{0}) return bad_option("--limit: 0 leaves no input, expected 1 or more");
  DataRequest request;
  request.source = flags.source;
  request.label_column = flags.label;
  request.classes = flags.classes;
  request.require_labels = require_labels;
  CLI_TRY(Dataset data, read_data(request));
  if (!flags.limit || *flags.limit >= data.count()) return data;
  std::vector<std::size_t> first(*flags.limit);
  std::iota(first.begin(), first.end(), std::size_t{0});
  return data.subset(first);
}

Status check_fits(const std::string& model_path, const ModelSummary& model, const Dataset& data) {
  std::size_t dim = 1;
  for (const auto side : model.input_shape) dim *= static_cast<std::size_t>(side);
  if (dim + 1 == data.dim() && data.labels.empty())
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: has {}, the model expects {}; if one column is the label, name it with --label",
                             data.source, plural(data.dim()), dim)};
  if (dim != data.dim())
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: the model expects {}, {} has {}; `standfast inspect {}` shows what it was trained on",
                             model_path, plural(dim), data.source, data.dim(), model_path)};
  if (model.feature_names.empty() || data.feature_names.empty()) return {};
  const auto [in_model, in_data] = std::ranges::mismatch(model.feature_names, data.feature_names);
  // columns in another order would be judged without a sign that anything is wrong
  if (in_model != model.feature_names.end() && in_data != data.feature_names.end())
    return Error{
        ErrorCode::kBadOption,
        fmt::format("{}: feature {} is `{}` in the model and `{}` in the data; give the columns the model's order",
                    data.source, in_model - model.feature_names.begin(), *in_model, *in_data)};
  return {};
}

void add_threads_option(CLI::App& command, std::size_t& threads) {
  only_digits(command.add_option("--threads", threads, "Threads to use, 0 for one per core; never changes a result."))
      ->type_name("N")
      ->default_str("0");
}

void add_certify_options(CLI::App& command, CertifyFlags& flags) {
  command
      .add_option("--norm", flags.norms, "Norms that measure a change: 0, 1, 2, inf; any p >= 1 by the closed form.")
      ->type_name("LIST")
      ->delimiter(',')
      ->default_str("1,2,inf");
  add_choice(command, "--method", flags.method, "closed-form|separable",
             "The published formula, or the exact worst case of the same bound under costs and bounds.");
  add_choice(command, "--guarantee", flags.guarantee, "none|real",
             "Print the search's own numbers, or only radii that the verifier has confirmed.");
  auto* domain = command.add_option("--domain", flags.domain, "Values that every feature must keep to, such as 0,1.")
                     ->type_name("LO,HI");
  auto* threat =
      command
          .add_option("--threat", flags.threat,
                      "What an attacker may change, in which direction and at what cost, per feature (TOML).")
          ->type_name("FILE");
  threat->excludes(domain);
  add_threads_option(command, flags.threads);
}

Result<CertifyPlan> plan_certify(const CertifyFlags& flags, const ModelSummary& model, const Dataset& data) {
  CertifyPlan plan;
  CLI_TRY(plan.options.norms, parse_norms(flags));
  CLI_TRY(plan.options.method, parse_method(flags.method));
  CLI_TRY(plan.options.guarantee, parse_guarantee(flags.guarantee));
  plan.options.threads = flags.threads;
  plan.threat_description = "no bounds";
  if (!flags.domain.empty()) return add_domain(std::move(plan), flags.domain, data.dim());
  if (flags.threat.empty()) return plan;
  const auto& names = model.feature_names.empty() ? data.feature_names : model.feature_names;
  CLI_TRY(plan.options.threat, read_threat_file(flags.threat, names, data.dim()));
  plan.threat_description = "threat file " + flags.threat;
  return plan;
}

}  // namespace standfast::cli
