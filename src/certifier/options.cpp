// Refuses what no method can prove, before any work is done: a combination of norm, feature map, network and guarantee
// that docs/certificates.md does not cover. Taken for granted: the model is valid.
#include "certifier/options.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "model/feature_map.hpp"
#include "model/max_affine.hpp"
#include "model/unit_map.hpp"

namespace standfast::certifier {
namespace {

// Defaults trade radius against time, which grows with the passes; `exact` may end earlier by its gap.
constexpr std::size_t kRefinedPasses = 5;
constexpr std::size_t kExactPasses = 60;
// `exact` keeps every minorant, so that memory grows with the passes.
constexpr std::size_t kMaxPasses = 1000;

/// Norms that Algorithm S and attacks know.
bool is_common(Norm norm) {
  return norm == Norm::l0() || norm == Norm::l1() || norm == Norm::l2() || norm == Norm::linf();
}

Error bad_option(std::string message) { return {ErrorCode::kBadOption, std::move(message)}; }

Status check_norms(const CertifyOptions& options) {
  if (options.norms.empty()) return bad_option("norm: found none, expected at least one");
  for (const Norm norm : options.norms) {
    if (options.method == Method::kClosedForm && norm == Norm::l0()) {
      return bad_option("norm: l0 has no closed form; use the method separable, with bounds");
    }
    if (options.method != Method::kClosedForm && !is_common(norm)) {
      return bad_option(
          fmt::format("norm: {} is not one of l0, l1, l2, linf; use the method closed-form", norm.name()));
    }
    if (options.attack && !is_common(norm)) {
      return bad_option(fmt::format("attack: there is none in {}, expected norms among l0, l1, l2, linf", norm.name()));
    }
  }
  return {};
}

/// Whatever is asked of a deep map is answered by the closed form.
Status check_deep_map(const CertifyOptions& options) {
  if (options.method == Method::kRefined || options.method == Method::kExact) {
    return Error{ErrorCode::kUnsupported,
                 fmt::format("feature map: the {} method needs features that it can see, found a deep map, which only "
                             "its Lipschitz constant tells of; use the separable method",
                             method_name(options.method))};
  }
  if (std::ranges::find(options.norms, Norm::l0()) == options.norms.end()) return {};
  return Error{ErrorCode::kUnsupported,
               "norm: l0 was asked for, and the Lipschitz constant of a deep map says nothing of it"};
}

Status check_map(const model::Model& model, const CertifyOptions& options) {
  if (model::is_deep(model.feature_map)) return check_deep_map(options);
  if (options.method == Method::kClosedForm || model::unit_map_of(model).ok()) return {};
  const std::string method = "feature map: the " + std::string(method_name(options.method)) + " method needs ";
  if (!model::is_affine_with_abs(model.feature_map)) {
    return Error{ErrorCode::kUnsupported, method + "an abs at the end only, found one before; use the closed form"};
  }
  if (options.method == Method::kSeparable && !options.keep_proofs) return {};
  if (options.method == Method::kSeparable) {
    return Error{ErrorCode::kUnsupported,
                 "proofs: found a feature map that mixes features, expected one of single features: certificate files "
                 "know no others"};
  }
  return Error{ErrorCode::kUnsupported,
               method + "a map of single features, found one that mixes them; use the separable method"};
}

Status check_both_classes(const model::Model& model, const CertifyOptions& options) {
  if (!options.both_classes) return {};
  if (!model::is_max_affine(model)) {
    return Error{ErrorCode::kUnsupported,
                 "both classes: found a network that is not a maximum of affine pieces over a map without abs, so that "
                 "only the sensitive class can be certified"};
  }
  if (options.guarantee == Guarantee::kDeployed) {
    return Error{ErrorCode::kBadOption,
                 "both classes: the deployed verdict leans towards the sensitive class; use guarantee real"};
  }
  return {};
}

}  // namespace

Status check_options(const model::Model& model, const CertifyOptions& options) {
  STANDFAST_CHECK(validate(options));
  STANDFAST_CHECK(check_map(model, options));
  STANDFAST_CHECK(check_both_classes(model, options));
  return options.threat.validate(model.dim());
}

std::size_t passes_of(const CertifyOptions& options) {
  if (options.passes > 0) return options.passes;
  return options.method == Method::kExact ? kExactPasses : kRefinedPasses;
}

}  // namespace standfast::certifier

namespace standfast {

Status validate(const CertifyOptions& options) {
  using certifier::bad_option;
  STANDFAST_CHECK(certifier::check_norms(options));
  if (options.passes > certifier::kMaxPasses) {
    return bad_option(fmt::format("passes: found {}, expected 1 to {}", options.passes, certifier::kMaxPasses));
  }
  if (!(options.gap > 0 && options.gap < 1)) {
    return bad_option(fmt::format("gap: found {}, expected a share between 0 and 1 such as 0.01", options.gap));
  }
  if (options.keep_proofs && (options.method == Method::kClosedForm || options.guarantee == Guarantee::kNone)) {
    return bad_option(
        "proofs: the closed form and guarantee none have none; use the separable, refined or exact method and "
        "guarantee real or deployed");
  }
  return {};
}

}  // namespace standfast
