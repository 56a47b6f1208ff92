// The minorant of the features bends at several places of one feature if it is seen from the input: (C18) and (C19).
// Algorithm S goes from piece to piece. Section "Several kinks" of docs/certificates.md.
#include "certifier/kinked_certifier.hpp"

#include <algorithm>
#include <utility>

#include "verify/kinks.hpp"

namespace standfast::certifier {

void KinkedCertifier::certify_rows(const Request& request, std::span<const float> x, std::span<const float> logits,
                                   CertifyWorkspace& ws, Rows rows) const {
  find_minorants(request, x, logits, ws, rows);
  ws.queue_rows(rows);
  const std::size_t dim = parts_.model->dim();
  for (const std::size_t l : ws.waiting) {
    certify_lane(request, x.subspan(l * dim, dim), ws.lanes[l], rows[l].radii);
  }
}

void KinkedCertifier::certify_lane(const Request& request, std::span<const float> x, CertifyLane& lane,
                                   std::span<double> radii) const {
  std::swap(lane.minorant, lane.of_features);
  lane.minorant = verify::seen_from_input(parts_.core->map().unit_map(), x, lane.of_features);
  price_minorant(request, lane);
  lane.hint = {};
  for (std::size_t k = 0; k < radii.size(); ++k) {
    const double closed = request.norm(k) == Norm::l0() ? 0 : closed_form_radius_of(request, lane.of_features, k);
    // never smaller but for rounding
    radii[k] = std::max(closed, separable_radius_of(request, lane, k).radius);
  }
}

}  // namespace standfast::certifier
