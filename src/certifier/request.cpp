// Everything that does not depend on the input is computed here, once per call: costs, Lipschitz constants (C3) and,
// for mixing maps, the unit reach (C13, C14).
#include "certifier/request.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "certifier/options.hpp"

namespace standfast::certifier {

namespace {

/// A move is the sum of what two features lose, which only a sum over features can tell.
Status check_categories(model::MapView view, const Request& request) {
  if (request.options.threat.categories.empty() || view == model::MapView::kSeparable) return {};
  if (view == model::MapView::kKinked && !request.closed_form()) return {};
  return Error{ErrorCode::kUnsupported,
               view == model::MapView::kKinked
                   ? "categories: the closed form of a map with a linear step does not know them; use the separable "
                     "method"
                   : "categories: found a feature map that mixes features, expected one of single features"};
}

}  // namespace

bool Request::searches_any() const {
  return std::ranges::any_of(options.norms, [&](Norm norm) { return searches(norm); });
}

Result<Request> request_of(const verify::Verifier& core, const CertifyOptions& options) {
  STANDFAST_CHECK(check_options(core.model(), options));
  Request request;
  request.options = options;
  const bool deep = model::is_deep(core.model().feature_map);
  if (deep) request.options.method = Method::kClosedForm;
  request.passes = passes_of(options);
  request.cost = verify::costs_of(options.threat, core.model().dim());
  for (const Norm norm : options.norms) {
    request.search.lipschitz.push_back(norm == Norm::l0() ? 1 : core.map().lipschitz(norm));
    request.search.into_l2.push_back(norm == Norm::l0() ? kInfinity : core.map().lipschitz_into_l2(norm));
    const bool needs_reach = core.map().view() == model::MapView::kMixing && !request.closed_form();
    if (needs_reach) request.map_reach.push_back(core.map().reach(request.cost, norm));
  }
  STANDFAST_CHECK(check_categories(core.map().view(), request));
  request.search.cost = request.cost;
  request.search.map_reach = request.map_reach;
  return request;
}

Result<Request> request_of(const verify::HeadsVerifier& core, const CertifyOptions& options) {
  if (options.both_classes && core.count() > 1) {
    return Error{ErrorCode::kUnsupported,
                 "both classes: found a minimum of heads, expected one maximum of affine pieces; only the sensitive "
                 "class can be certified"};
  }
  // what does not depend on the input depends on the feature map and the threat alone, which heads share
  return request_of(core.head(0), options);
}

}  // namespace standfast::certifier
