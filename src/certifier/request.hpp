// What one call asks of a certifier, with all numbers that are the same for each of its inputs.
#pragma once

#include <optional>
#include <vector>

#include "model/map_reach.hpp"
#include "model/model.hpp"
#include "standfast/classifier.hpp"
#include "verify/heads_verifier.hpp"

namespace standfast::certifier {

/// What the search takes the threat model and the map to be. A proof never reads this: a search that is wrong about it
/// finds worse proposals. It is the core's own unless a test says otherwise.
struct SearchTerms {
  std::optional<ThreatModel> bounds;       ///< Empty: the core's own intervals.
  std::vector<double> cost;                ///< (dim): the cost of each feature.
  std::vector<double> lipschitz;           ///< (norms): Lip_p of the map for each norm asked for.
  std::vector<double> into_l2;             ///< (norms): MapBounds::lipschitz_into_l2.
  std::vector<model::MapReach> map_reach;  ///< (norms): the unit reach of the map; empty unless the map mixes.
};

struct Request {
  CertifyOptions options;
  std::size_t passes = 0;
  // the core's numbers, which proofs use
  std::vector<double> cost;                ///< (dim): the cost of each feature.
  std::vector<model::MapReach> map_reach;  ///< (norms): the unit reach of the map; empty unless the map mixes.
  SearchTerms search;

  [[nodiscard]] std::size_t norm_count() const { return options.norms.size(); }
  [[nodiscard]] Norm norm(std::size_t norm_index) const { return options.norms[norm_index]; }
  /// Does a search for several minorants belong to this norm?
  [[nodiscard]] bool searches(Norm norm) const {
    return (options.method == Method::kRefined || options.method == Method::kExact) && norm != Norm::l0();
  }
  [[nodiscard]] bool searches_any() const;
  [[nodiscard]] bool closed_form() const { return options.method == Method::kClosedForm; }
  [[nodiscard]] bool proves() const { return options.guarantee != Guarantee::kNone; }
};

/// Fails: kBadOption, kUnsupported, kBadShape or kBadValue, each as described at check_options (certifier/options.hpp).
Result<Request> request_of(const verify::Verifier& core, const CertifyOptions& options);
/// The same for all heads. Fails: as above; kUnsupported for both classes of several heads.
Result<Request> request_of(const verify::HeadsVerifier& core, const CertifyOptions& options);

}  // namespace standfast::certifier
