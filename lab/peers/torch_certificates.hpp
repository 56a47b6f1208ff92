// The closed-form l2 radius as PyTorch users write it, and as the best of them could. No torch type crosses this line.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/model.hpp"

namespace standfast::lab {

/// A model in libtorch, the engine behind PyTorch, without Python's own cost per operation.
/// Requires: a feature map of centres and abs. Exceptions of libtorch pass through.
class TorchCertificates {
 public:
  explicit TorchCertificates(const model::Model& model);
  ~TorchCertificates();

  /// One batched forward pass, node by node, and one autograd.grad. Shape: inputs is (count, dim), radii (count).
  void by_autograd(std::span<const float> inputs, std::size_t count, std::vector<float>& radii) const;

  /// Whether the network is a chain of layers with connections from the input, which can be folded by hand.
  [[nodiscard]] bool folds() const;

  /// Without autograd: all weights on the input stacked, so that two matrix products and a small chain remain; the
  /// centres folded into the bias. Requires: folds().
  void by_hand(std::span<const float> inputs, std::size_t count, std::vector<float>& radii) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// One thread for libtorch and its BLAS. Returns the BLAS's own name.
std::string use_one_torch_thread();

}  // namespace standfast::lab
