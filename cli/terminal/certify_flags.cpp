// The options that decide what a radius means: threat model, method and guarantee.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/terminal/flags.hpp"
#include "cli/terminal/option_table.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

/// The library's one check; its messages open with the field, which here is an option.
Status check_options(const CertifyOptions& options) {
  const Status status = validate(options);
  if (status.ok()) return {};
  return Error{status.error().code, "--" + status.error().message};
}

std::string method_of(const CertifyFlags& flags) { return flags.method.empty() ? "separable" : flags.method; }

Status add_effort(const CertifyFlags& flags, CertifyOptions& options) {
  const bool exact = options.method == Method::kExact;
  if (flags.passes && options.method != Method::kRefined && !exact)
    return bad_option(
        fmt::format("--passes: --method {} takes one pass; ask for --method refined or exact", method_of(flags)));
  if (flags.passes && *flags.passes == 0) return bad_option("--passes: found 0, expected at least 1");
  options.passes = flags.passes.value_or(0);
  if (flags.gap.empty()) return {};
  if (!exact)
    return bad_option(
        fmt::format("--gap: --method {} does not end at a gap; ask for --method exact", method_of(flags)));
  CLI_TRY(options.gap, parse_number("--gap", flags.gap));
  return {};
}

/// A radius of an input outside of its bounds is about an input that the bounds rule out.
void note_inputs_outside(const Dataset& data, const ThreatModel& threat, const std::string& option) {
  if (threat.lower.empty() && threat.upper.empty()) return;
  if (data.is_text()) return;  // present or not: 0 or 1
  const std::size_t dim = data.dim();
  std::size_t rows = 0;
  std::string first;
  for (std::size_t i = 0; i < data.count(); ++i)
    for (std::size_t f = 0; f < dim; ++f) {
      const double value = data.features[i * dim + f];
      const double lower = threat.lower.empty() ? -kInfinity : threat.lower[f];
      const double upper = threat.upper.empty() ? kInfinity : threat.upper[f];
      if (value >= lower && value <= upper) continue;
      if (rows == 0)
        first = fmt::format("input {}, feature {}: {:.9g} is not in [{:g}, {:g}]", data.source_index[i],
                            data.feature_names.empty() ? std::to_string(f) : printable(data.feature_names[f]), value,
                            lower, upper);
      ++rows;
      break;
    }
  if (rows > 0)
    say(fmt::format("{}: {} of {} inputs lie{} outside of its bounds, first {}", option, rows, data.count(),
                    rows == 1 ? "s" : "", first));
}

Result<ThreatPlan> domain(const std::string& text, std::size_t dim) {
  const auto comma = text.find(',');
  if (comma == std::string::npos) return bad_option(fmt::format("--domain: '{}' is not LO,HI such as 0,1", text));
  CLI_TRY(const double lo, parse_number("--domain", text.substr(0, comma)));
  CLI_TRY(const double hi, parse_number("--domain", text.substr(comma + 1)));
  if (!(lo <= hi)) return bad_option(fmt::format("--domain: {} is not LO,HI with LO <= HI", text));
  CLI_TRY(ThreatModel model, ThreatModel::domain(dim, lo, hi));
  return ThreatPlan{std::move(model), fmt::format("domain [{}, {}]", lo, hi)};
}

/// The same threat to a model whose categories change as one move each.
ThreatPlan with_categories(ThreatPlan plan, const ModelSummary& model) {
  plan.model.categories = categories_of(model.columns);
  if (!plan.model.categories.empty()) plan.description += "; a change of a category costs 1";
  return plan;
}

}  // namespace

void add_threat_options(CLI::App& command, ThreatFlags& flags) {
  auto* domain = command.add_option("--domain", flags.domain, "Values that every feature must keep to, such as 0,1.")
                     ->type_name("LO,HI");
  command
      .add_option(
          "--threat", flags.file,
          "What an attacker may change, in which direction and at what cost, per feature (TOML); for a model of "
          "text also `words`, which may be added or removed, or `added-words`.")
      ->type_name("FILE")
      ->excludes(domain);
}

Result<ThreatPlan> plan_threat(const ThreatFlags& flags, const ModelSummary& model, const Dataset& data) {
  if (!flags.domain.empty()) {
    CLI_TRY(ThreatPlan plan, domain(flags.domain, data.dim()));
    note_inputs_outside(data, plan.model, "--domain");
    return with_categories(std::move(plan), model);
  }
  const bool text = !model.tokenizer.empty();
  const bool named = flags.file == "words" || flags.file == "added-words";
  if (named && !text)
    return bad_option(
        fmt::format("--threat {}: the model was not trained on text; expected a threat file", flags.file));
  if (text && (named || flags.file.empty())) {
    if (flags.file == "added-words")
      return ThreatPlan{ThreatModel::added_words(data.dim()), "words added, at a price of 1 each"};
    return ThreatPlan{ThreatModel::words(data.dim()), "words added or removed, at a price of 1 each"};
  }
  if (flags.file.empty()) return with_categories({{}, "no bounds"}, model);
  const auto& names = model.feature_names.empty() ? data.feature_names : model.feature_names;
  CLI_TRY(ThreatModel threat, read_threat_file(flags.file, names, data.dim(), categories_of(model.columns)));
  note_inputs_outside(data, threat, flags.file);
  return ThreatPlan{std::move(threat), "threat file " + flags.file};
}

void add_certify_options(CLI::App& command, CertifyFlags& flags) {
  add_norm_option(command, flags.norms, "Norms that measure a change: 0, 1, 2, inf; any p >= 1 by the closed form.");
  add_choice(command, "--method", flags.method,
             {{"closed-form", "the published formula, for any p >= 1"},
              {"separable", "the exact worst case of the same bound under costs and bounds"},
              {"refined", "that of a combination of several bounds"},
              {"exact", "as many bounds as it takes to meet an attack"}},
             "How radii are found.")
      ->default_str("separable");
  only_digits(command.add_option("--passes", flags.passes,
                                 "Bounds to combine at most, 1 to 1000; otherwise 5 for `refined` and 60 for `exact`."))
      ->type_name("N");
  command.add_option("--gap", flags.gap, "The share at which certificate and attack have met: `exact` stops there.")
      ->type_name("G")
      ->default_str("0.01");
  add_choice(command, "--guarantee", flags.guarantee,
             {{"none", "the search's own numbers, which nothing has confirmed"},
              {"real", "radii that the verifier has confirmed for the stored weights"},
              {"deployed", "radii that also hold for what the program says, whatever its rounding"}},
             "What a radius promises.");
  add_choice(command, "--precision", flags.precision,
             {{"float64", "the whole radius"}, {"float32", "less time, for about 0.1 % of a radius"}},
             "The arithmetic that radii are confirmed in.");
  command.add_flag("--attack", flags.attack,
                   "Also search for the smallest change that flips each sensitive verdict, and show both bounds.");
  command.add_flag("--certify-both", flags.both,
                   "Certify the other verdicts too; only for a maximum of affine pieces.");
  add_threat_options(command, flags.threat);
  add_threshold_option(command, flags.threshold);
  add_threads_option(command, flags.threads);
}

Result<CertifyPlan> plan_certify(const CertifyFlags& flags, const ModelSummary& model, const Dataset& data) {
  CertifyPlan plan;
  CLI_TRY(plan.options.norms, choose_norms(flags.norms, model));
  plan.method_is_default = flags.method.empty();
  CLI_TRY(plan.options.method, parse_method(method_of(flags)));
  CLI_TRY(plan.options.guarantee, parse_guarantee(flags.guarantee));
  CLI_TRY(plan.options.precision, parse_precision(flags.precision));
  if (plan.options.precision != Precision::kFloat64 && plan.options.guarantee == Guarantee::kNone)
    return bad_option("--precision: --guarantee none proves nothing; ask for --guarantee real or deployed");
  plan.options.attack = flags.attack;
  plan.options.both_classes = flags.both;
  plan.options.threads = flags.threads;
  CLI_CHECK(add_effort(flags, plan.options));
  CLI_CHECK(check_options(plan.options));
  if (flags.both && !model.certifies_both)
    return bad_option(
        fmt::format("--certify-both: the model is not a maximum of affine pieces; only verdicts of the "
                    "class {} can be certified",
                    model.sensitive_class));
  CLI_TRY(ThreatPlan threat, plan_threat(flags.threat, model, data));
  plan.options.threat = std::move(threat.model);
  plan.threat_description = std::move(threat.description);
  return plan;
}

}  // namespace standfast::cli
