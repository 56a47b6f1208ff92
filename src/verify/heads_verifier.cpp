// Each head is proven as a model of its own; nothing is shared between their proofs, so that there is nothing to get
// wrong but the minimum.
#include "verify/heads_verifier.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/try.hpp"
#include "model/heads.hpp"

namespace standfast::verify {

Result<HeadsVerifier> HeadsVerifier::create(const model::Model& model) {
  STANDFAST_CHECK(model::validate(model));
  HeadsVerifier result;
  const std::size_t count = model::head_count(model);
  for (std::size_t k = 0; k < count; ++k) {
    const model::Model* head = &model;
    if (count > 1) head = result.models_.emplace_back(std::make_unique<model::Model>(model::head_of(model, k))).get();
    STANDFAST_TRY(Verifier verifier, Verifier::create(*head));
    result.heads_.push_back(std::move(verifier));
  }
  return result;
}

Result<double> HeadsVerifier::prove(const ThreatModel& threat, std::span<const float> x,
                                    std::span<const minorant::Proposal> proposals) const {
  if (proposals.size() != count()) {
    return Error{ErrorCode::kBadShape, "proof: found proposals for " + std::to_string(proposals.size()) +
                                           " heads, the model has " + std::to_string(count())};
  }
  double smallest = kInfinity;
  for (std::size_t k = 0; k < count(); ++k) {
    if (proposals[k].norm != proposals[0].norm) {
      return Error{ErrorCode::kBadOption, "proof: found proposals of the norms " + proposals[0].norm.name() + " and " +
                                              proposals[k].norm.name() + ", expected one norm for all heads"};
    }
    STANDFAST_TRY(const double radius, heads_[k].prove(threat, x, proposals[k]));
    smallest = std::min(smallest, radius);
  }
  return smallest;
}

Result<double> prove(const model::Model& model, const ThreatModel& threat, std::span<const float> x,
                     std::span<const minorant::Proposal> proposals) {
  STANDFAST_TRY(const HeadsVerifier verifier, HeadsVerifier::create(model));
  return verifier.prove(threat, x, proposals);
}

}  // namespace standfast::verify
