// The model in a few lines, then what a radius promises and what it does not: docs/certificates.md has the theorems.
#include <string>
#include <vector>

#include <fmt/format.h>

#include "report/html_sections.hpp"
#include "report/html_text.hpp"
#include "report/numbers.hpp"

namespace standfast::report {
namespace {

std::string shape_text(const std::vector<std::int64_t>& shape) { return fmt::format("{}", fmt::join(shape, " × ")); }

std::string item(const std::string& term, const std::string& text) {
  return text.empty() ? std::string() : fmt::format("<dt>{}</dt><dd>{}</dd>\n", term, text);
}

std::string escaped_list(const std::vector<std::string>& names) {
  std::string html;
  for (const auto& name : names) html += (html.empty() ? "" : ", ") + html_escape(name, 120);
  return html;
}

std::string lipschitz_text(const ModelSummary& model) {
  std::string text;
  for (const auto& [norm, constant] : model.lipschitz) {
    text += fmt::format("{}{} in {}", text.empty() ? "" : ", ", fmt::format("{:.4g}", constant), html_escape(norm, 20));
  }
  return text;
}

std::string facts(const ModelSummary& model) {
  std::string html = "<dl>\n";
  html += item("input", html_escape(shape_text(model.input_shape)));
  html += item("feature map", model.feature_map.empty() ? "identity" : escaped_list(model.feature_map));
  html += item("Lipschitz constants", lipschitz_text(model));
  html += item("parameters", fmt::format("{}", model.parameters));
  html += item("threshold", fmt::format("{:.6g}", model.threshold));
  for (const auto& [key, value] : model.provenance) html += item(html_escape(key, 60), html_escape(value, 240));
  return html + "</dl>\n";
}

std::string layers(const ModelSummary& model) {
  constexpr std::size_t kShown = 60;
  if (model.layers.empty()) return {};
  std::string html =
      "<div class=\"scroll\"><table><caption>Network</caption><thead><tr><th>node</th><th class=\"text\">kind</th>"
      "<th class=\"text\">reads</th><th>output</th><th>parameters</th></tr></thead><tbody>\n";
  for (std::size_t i = 0; i < model.layers.size() && i < kShown; ++i) {
    const auto& layer = model.layers[i];
    html +=
        fmt::format("<tr><th>{}</th><td class=\"text\">{}</td><td class=\"text\">{}</td><td>{}</td><td>{}</td></tr>\n",
                    html_escape(layer.name, 60), html_escape(layer.kind, 40), escaped_list(layer.inputs),
                    html_escape(shape_text(layer.output_shape)), layer.parameters);
  }
  html += "</tbody></table></div>\n";
  if (model.layers.size() > kShown)
    html += fmt::format("<p class=\"note\">… and {} more.</p>\n", model.layers.size() - kShown);
  return html;
}

std::string method_text(Method method) {
  if (method == Method::kClosedForm) {
    return "Closed form: the margin divided by the Lipschitz constant of the feature map and the dual norm of the "
           "gradient; bounds of the "
           "threat model are ignored, which can only make the radius smaller.";
  }
  if (method == Method::kRefined) {
    return "Refined: as separable, for a combination of several such planes, improved pass by pass where the "
           "combination is "
           "weakest.";
  }
  if (method == Method::kExact) {
    return "Exact: as refined, with all planes kept, until the certificate and an attack meet within the gap asked "
           "for or the passes are spent; whatever is reached then is still a certificate.";
  }
  return "Separable: the network's score lies above a plane that touches it at the input (its affine minorant). The "
         "radius is the exact worst case of that plane under the costs and bounds of the threat model.";
}

std::string guarantee_text(Guarantee guarantee) {
  if (guarantee == Guarantee::kNone) {
    return "None: these are the search's own numbers in working precision. They were not confirmed and prove nothing.";
  }
  if (guarantee == Guarantee::kDeployed) {
    return "Deployed: the certificate holds for the verdict of this program, whatever its rounding. A separate "
           "verifier "
           "confirmed each radius with bounds on its own rounding, and an alarm is given up only where the logit is "
           "proven to be at most 0: no allowed change smaller than the radius turns what the program says.";
  }
  return "Real: a separate verifier confirmed each radius with bounds on its own rounding, so it is a theorem about "
         "the stored weights in "
         "real arithmetic: no allowed change smaller than the radius turns the verdict.";
}

std::string certified_classes(const Evaluation& evaluation) {
  const auto sensitive = html_escape(evaluation.sensitive_class, 60);
  if (!evaluation.both_classes) return fmt::format("Only verdicts of the class {} are certified.", sensitive);
  return fmt::format("Verdicts of both classes are certified; curves and tables are about the class {}.", sensitive);
}

}  // namespace

std::string html_background(const ReportInput& input) {
  const auto& evaluation = input.evaluation;
  std::string html = "<h2>The model</h2>\n" + facts(input.model) + layers(input.model);
  html += "<h2>What the numbers mean</h2>\n<dl>\n";
  html += item("logit",
               "The model's score less its threshold: above 0 it says the sensitive class, and it is surer the "
               "larger the number.");
  html += item("norms",
               "How a change of several features is measured: ℓ₁ adds up all changes, ℓ₂ is their Euclidean "
               "length, ℓ∞ is the largest of them, and ℓ₀ counts the features that are changed at all.");
  html += item("method", method_text(evaluation.method));
  html += item("guarantee", guarantee_text(evaluation.guarantee));
  html += item("threat model", html_escape(evaluation.threat_description) +
                                   (evaluation.price_unit.empty() ? "."
                                                                  : ". Each change counts times its cost, in " +
                                                                        html_escape(evaluation.price_unit, 80) + "."));
  html += item("limits", fmt::format("{} A radius says nothing about attacks that "
                                     "leave the feature space, nor about whether the label is right.",
                                     certified_classes(evaluation)));
  return html + "</dl>\n";
}

}  // namespace standfast::report
