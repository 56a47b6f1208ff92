// From a verdict of a minimum of heads to its certified radii: the smallest of the heads' (C47).
//
// A radius of f needs one of every head, but a good one only of those near the minimum. So each head starts from a
// bound that costs nothing, and only the head with the smallest one is looked at more closely, until that is one that a
// closer look cannot raise. A model without a minimum is its one head, and goes straight to its certifier.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "certifier/certifier.hpp"
#include "deployed/deployed_error.hpp"
#include "verify/heads_verifier.hpp"

namespace standfast::certifier {

/// Scratch memory of one thread.
struct HeadsWorkspace {
  CertifyWorkspace whole;               ///< The pass of the whole model; all there is for a model of one head.
  std::vector<CertifyWorkspace> heads;  ///< One per head, whose passes have sizes of their own.
  std::vector<float> inputs;            ///< The inputs that are looked at together, side by side.
  std::vector<float> logits;            ///< What the head gives them.
};

class HeadsCertifier {
 public:
  /// Requires: the core and the plan, which is that of the whole model, outlive this.
  HeadsCertifier(const verify::HeadsVerifier& core, const infer::Plan& plan);

  /// The passes of each head.
  [[nodiscard]] std::vector<const infer::Plan*> head_plans() const;

  /// Inputs that share their passes.
  [[nodiscard]] std::size_t inputs_per_tile(const Request& request) const;

  /// The forward pass of the whole model as certify and certify_other want it.
  /// Shape: x is (logits.size(), dim).
  void forward(const Request& request, std::span<const float> x, std::span<float> logits,
               HeadsWorkspace& workspace) const;

  /// Certifies the sensitive verdicts of the last forward pass with this workspace. Shape: as Certifier::certify.
  void certify(const Request& request, std::span<const float> x, std::span<const float> logits,
               HeadsWorkspace& workspace, std::span<const CertifiedRow> rows) const;

  /// As Certifier::certify_other. Requires: one head.
  void certify_other(const Request& request, std::span<const float> x, HeadsWorkspace& workspace,
                     std::span<double> radii) const;

  /// As Certifier::weakest_direction, of the head with the smallest radius.
  [[nodiscard]] WeakestDirection weakest_direction(const Request& request, std::span<const float> x, Norm norm,
                                                   HeadsWorkspace& workspace) const;

  /// How closely a head has been looked at.
  enum class Look : unsigned char { kNone, kOneMinorant, kSearched };

 private:
  struct Head {
    Head(const verify::Verifier& core, const infer::Plan* whole);
    std::unique_ptr<const infer::Plan> own_plan;  ///< Null if the whole model's serves.
    const infer::Plan* plan;
    verify_wide::WideVerifier wide;
    std::unique_ptr<const Certifier> certifier;
    // of a model with several heads
    deployed::DeployedError error;
    std::vector<double> steepness;
  };
  class Table;

  [[nodiscard]] bool may_rule_out_heads(const Request& request) const;
  /// Runs the forward pass of a head at every input and writes the radii that its steepness alone proves.
  void bound_by_steepness(const Request& request, std::span<const float> x, std::size_t head, HeadsWorkspace& workspace,
                          Table& table) const;

  void look_closer(const Request& request, std::span<const float> x, std::size_t head, Look look,
                   std::span<const std::size_t> rows, HeadsWorkspace& workspace, Table& table) const;

  std::vector<std::unique_ptr<const Head>> heads_;  // at fixed addresses: certifiers point into them
  const infer::Plan* plan_;
  bool sees_features_alone_ = false;  ///< Every unit of the feature map sees one feature.
};

}  // namespace standfast::certifier
