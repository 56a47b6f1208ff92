// The noise of randomised smoothing: independent draws for each feature, all of one deviation.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace standfast::lab {

enum class NoiseKind {
  kGaussian,  ///< Certifies l2.
  kLaplace,   ///< Certifies l1.
  kUniform    ///< Certifies l1 and linf.
};

inline constexpr std::array<std::string_view, 3> kNoiseWords = {"gaussian", "laplace", "uniform"};

struct Noise {
  NoiseKind kind = NoiseKind::kGaussian;
  double deviation = 0;  ///< The standard deviation of each feature's noise; > 0.

  /// sigma, b or lambda: the deviation, the decay of Laplace's density, or half the width of the uniform one.
  [[nodiscard]] double scale() const;
};

/// Names one draw: the same four numbers give the same noise.
struct DrawId {
  std::uint64_t seed = 0;
  std::uint32_t purpose = 0;  ///< Keeps draws for different uses apart.
  std::uint32_t row = 0;
  std::uint32_t sample = 0;
};

/// out = x + noise. Shape: out is as long as x.
void add_noise(std::span<const float> x, const Noise& noise, const DrawId& draw, std::span<float> out);

}  // namespace standfast::lab
