// Refuses what no method can prove, before any work is done: a combination of norm, feature map, network and guarantee
// that docs/certificates.md does not cover. Taken for granted: the model is valid.
#include "certifier/options.hpp"

#include <string>

#include "base/try.hpp"
#include "model/feature_map.hpp"
#include "model/max_affine.hpp"

namespace standfast::certifier {
namespace {

Status check_norms(const CertifyOptions& options) {
  if (options.norms.empty()) return Error{ErrorCode::kBadOption, "norms: found none, expected at least one"};
  for (const Norm norm : options.norms) {
    const bool counts = norm == Norm::l0();
    if (options.method == Method::kClosedForm && counts) {
      return Error{ErrorCode::kBadOption,
                   "norm l0: the closed form needs a norm p >= 1; use the separable method with bounds"};
    }
    const bool known = counts || norm == Norm::l1() || norm == Norm::l2() || norm == Norm::linf();
    if (options.method != Method::kClosedForm && !known) {
      return Error{ErrorCode::kBadOption, "norm " + norm.name() + ": the " + std::string(method_name(options.method)) +
                                              " method knows l0, l1, l2 and linf; use the closed form"};
    }
  }
  return {};
}

Status check_map(const model::Model& model, const CertifyOptions& options) {
  if (options.method == Method::kClosedForm || model::is_separable(model.feature_map)) return {};
  const std::string method = "feature map: the " + std::string(method_name(options.method)) + " method needs ";
  if (!model::is_linear_fold(model.feature_map)) {
    return Error{ErrorCode::kUnsupported, method + "an abs at the end only, found one before; use the closed form"};
  }
  if (options.method == Method::kSeparable && !options.keep_proofs) return {};
  if (options.method == Method::kSeparable) {
    return Error{ErrorCode::kUnsupported,
                 "proofs: found a feature map with a linear map or a convolution, expected centres, scales and a last "
                 "abs: certificate files know no others"};
  }
  return Error{
      ErrorCode::kUnsupported,
      method + "centres, scales and a last abs, found a linear map or a convolution; use the separable method"};
}

// Defaults trade radius against time, which grows with the passes; `exact` may end earlier by its gap.
constexpr std::size_t kRefinedPasses = 5;
constexpr std::size_t kExactPasses = 60;
// `exact` keeps every minorant, so that memory grows with the passes.
constexpr std::size_t kMaxPasses = 1000;

Status check_search(const CertifyOptions& options) {
  if (options.passes > kMaxPasses) {
    return Error{ErrorCode::kBadOption,
                 "passes: found " + std::to_string(options.passes) + ", expected 1 to " + std::to_string(kMaxPasses)};
  }
  if (!(options.gap > 0 && options.gap < 1)) {
    return Error{ErrorCode::kBadOption,
                 "gap: found " + std::to_string(options.gap) + ", expected a share above 0 and below 1"};
  }
  if (options.keep_proofs && (options.method == Method::kClosedForm || options.guarantee == Guarantee::kNone)) {
    return Error{ErrorCode::kBadOption,
                 "proofs: the closed form and guarantee none have none; use the separable, refined or exact method and "
                 "guarantee real or deployed"};
  }
  return {};
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
  STANDFAST_CHECK(check_norms(options));
  STANDFAST_CHECK(check_map(model, options));
  STANDFAST_CHECK(check_search(options));
  STANDFAST_CHECK(check_both_classes(model, options));
  return options.threat.validate(model.dim());
}

std::size_t passes_of(const CertifyOptions& options) {
  if (options.passes > 0) return options.passes;
  return options.method == Method::kExact ? kExactPasses : kRefinedPasses;
}

}  // namespace standfast::certifier
