// Maps of which every unit sees one feature: several kinks per feature, the separable method and the closed form.
#pragma once

#include "certifier/certifier.hpp"

namespace standfast::certifier {

class KinkedCertifier : public Certifier {
 public:
  explicit KinkedCertifier(const ModelParts& parts) : Certifier(parts) {}

 protected:
  void certify_rows(const Request& request, std::span<const float> x, std::span<const float> logits,
                    CertifyWorkspace& workspace, Rows rows) const override;
  [[nodiscard]] bool needs_proven_minorants() const override { return true; }

 private:
  void certify_lane(const Request& request, std::span<const float> x, CertifyLane& lane, std::span<double> radii) const;
};

}  // namespace standfast::certifier
