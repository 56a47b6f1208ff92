// Four features per block of the generator. The normal distribution by Box and Muller (1958), Laplace's by inverting
// its distribution function. Uniform numbers have 24 bits and lie strictly between 0 and 1.
#include "lab/compare/noise.hpp"

#include <cmath>
#include <numbers>

#include "lab/compare/philox.hpp"

namespace standfast::lab {
namespace {

float uniform_of(std::uint32_t bits) { return (static_cast<float>(bits >> 8) + 0.5F) * 0x1p-24F; }

std::array<float, 4> normals(const PhiloxCounter& bits) {
  std::array<float, 4> out{};
  for (std::size_t k = 0; k < 4; k += 2) {
    const float radius = std::sqrt(-2 * std::log(uniform_of(bits[k])));
    const float angle = 2 * std::numbers::pi_v<float> * uniform_of(bits[k + 1]);
    out[k] = radius * std::cos(angle);
    out[k + 1] = radius * std::sin(angle);
  }
  return out;
}

float laplace(std::uint32_t bits) {
  const float centred = 2 * uniform_of(bits) - 1;
  return -std::copysign(std::log1p(-std::fabs(centred)), centred);
}

/// Four draws of scale 1.
std::array<float, 4> unit_draws(NoiseKind kind, const PhiloxCounter& bits) {
  if (kind == NoiseKind::kGaussian) return normals(bits);
  std::array<float, 4> out{};
  for (std::size_t k = 0; k < 4; ++k)
    out[k] = kind == NoiseKind::kLaplace ? laplace(bits[k]) : 2 * uniform_of(bits[k]) - 1;
  return out;
}

}  // namespace

double Noise::scale() const {
  switch (kind) {
    case NoiseKind::kGaussian:
      return deviation;
    case NoiseKind::kLaplace:
      return deviation / std::numbers::sqrt2;
    case NoiseKind::kUniform:
      return deviation * std::numbers::sqrt3;
  }
  return deviation;
}

void add_noise(std::span<const float> x, const Noise& noise, const DrawId& draw, std::span<float> out) {
  const auto scale = static_cast<float>(noise.scale());
  const PhiloxKey key = {static_cast<std::uint32_t>(draw.seed), static_cast<std::uint32_t>(draw.seed >> 32)};
  for (std::size_t i = 0; i < x.size(); i += 4) {
    const auto block = static_cast<std::uint32_t>(i / 4);
    const auto draws = unit_draws(noise.kind, philox({block, draw.sample, draw.row, draw.purpose}, key));
    for (std::size_t k = 0; k < 4 && i + k < x.size(); ++k) out[i + k] = x[i + k] + scale * draws[k];
  }
}

}  // namespace standfast::lab
