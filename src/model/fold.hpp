// Folding: a batch norm in inference is y = scale * z + shift, and disappears into the layer beside it.
//
//     WideLayer layer = widen(node);
//     STANDFAST_CHECK(fold_before(layer, norm_of_the_input, input_shape, LayerReads::kConvex));
//     STANDFAST_CHECK(fold_after(layer, norm_of_the_output, LayerReads::kConvex));
//     STANDFAST_CHECK(round_into(layer, node));          // one rounding to float, however many foldings
#pragma once

#include <cstdint>
#include <vector>

#include "model/graph.hpp"
#include "model/tensor.hpp"
#include "standfast/result.hpp"

namespace standfast::model {

/// y = scale * z + shift. Each vector has one value for all elements, one per channel (first axis), or one per element.
struct ElementwiseAffine {
  std::vector<double> scale;
  std::vector<double> shift;
};

/// What a trained batch norm holds. Shape: gamma, beta, mean and variance are of one length; empty gamma is 1, empty
/// beta 0.
struct BatchNorm {
  std::vector<double> gamma;
  std::vector<double> beta;
  std::vector<double> mean;
  std::vector<double> variance;
  double epsilon = 1e-5;
};

/// scale = gamma / sqrt(variance + epsilon), shift = beta - mean * scale.
/// Fails: kBadShape for different lengths, kBadValue for variance + epsilon <= 0 or a value that is not finite.
Result<ElementwiseAffine> inference_affine(const BatchNorm& batch_norm);

/// What the node reads: a negative scale on a convex path would turn the path over.
enum class LayerReads { kAffine, kConvex };

/// A linear or conv2d node in double.
struct WideLayer {
  NodeKind kind = NodeKind::kLinear;
  Shape weight_shape;
  std::vector<double> weight;
  Shape bias_shape;
  std::vector<double> bias;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
};

/// Requires: the node is linear or conv2d, and infer_shapes accepted it.
WideLayer widen(const Node& node);

/// Rounds weight and bias to float. Fails: kBadValue for a value that does not fit.
Status round_into(const WideLayer& layer, Node& node);

/// The layer followed by the batch norm, as one layer.
/// Shape: the batch norm's vectors are (1) or (out); if the bias is already a map, its channels follow.
/// Fails: kBadShape; kNotConvex for a negative scale if reads is kConvex.
Status fold_after(WideLayer& layer, const ElementwiseAffine& batch_norm, LayerReads reads);

/// The batch norm followed by the layer, as one layer. A zero-padded conv2d sees the shift inside the image only, so
/// that its shift becomes a bias map (out, oh, ow); without padding and with one shift per channel it stays (out).
/// Shape: input_shape is that of the layer's input; for conv2d the scale is (1) or (channels). Fails: kBadShape;
/// kUnsupported for a conv2d with a scale per element; kNotConvex for a negative scale if reads is kConvex.
Status fold_before(WideLayer& layer, const ElementwiseAffine& batch_norm, const Shape& input_shape, LayerReads reads);

}  // namespace standfast::model
