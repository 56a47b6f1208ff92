// Convex hulls of classes: every input of one class is proven to lie outside of the other's hull, or in it.
//
//   const auto reports = separate_hulls(data, SeparateOptions{});  // one per direction
//   if (reports) std::cout << to_text(*reports, data);
//
// An input is outside when a plane of integers has it above every input of the other class, and inside when it equals a
// combination of them with positive rational weights. Both are checked in exact arithmetic. As for fits, this describes
// the data set only: random labels are separable, too, if there are many features.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lab/fits/fits.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::lab {

/// One input of a class, against the convex hull of the other class.
struct HullAnswer {
  enum class Side { kOutside, kInside, kUndecided };
  /// kUndecided: why.
  enum class Doubt {
    kBorder,    ///< Nearer to the hull's border than the search in float64 can see.
    kTooLarge,  ///< No plane was found, and a combination is not searched for among so many numbers.
  };
  Side side = Side::kUndecided;
  Doubt doubt = Doubt::kBorder;
  double distance_lower = 0;  ///< kOutside: the l2 distance to the hull is at least this, but for rounding of float64.
  std::size_t plane = 0;      ///< kOutside: the normal that proves it.
  std::vector<std::size_t> support;     ///< kInside: inputs of the other class whose combination equals this one, with
  std::vector<double> weights;          ///< these weights, rounded; exactly:
  std::vector<std::string> numerators;  ///< integers > 0 in decimal digits,
  std::string denominator;              ///< over this one, which is their sum.
};

/// Every input of one class against the convex hull of the other.
struct HullReport {
  std::string inner;  ///< The class whose inputs are asked about.
  std::string hull;   ///< The class whose hull it is.
  std::size_t planes = 0;
  std::vector<std::int64_t> normals;  ///< (planes, dim); N.x > N.q for an input x that it proves to be outside, any q.
  bool bytes = false;                 ///< x and q stand for stored bytes; otherwise for the float32 inputs.
  int bits = 0;                       ///< No sum of the exact check exceeds 2^bits.
  std::vector<std::size_t> inputs;    ///< Position in the data of each answer.
  std::vector<HullAnswer> answers;

  [[nodiscard]] std::size_t count(HullAnswer::Side side) const;
  /// The number of undecided answers with this doubt.
  [[nodiscard]] std::size_t count(HullAnswer::Doubt doubt) const;
};

/// Both directions. kOutside and kInside are proven in exact integer arithmetic. Fails: kBadOption for
/// data without exactly two classes that both have inputs, or an unknown class; kBadValue for a feature that is not
/// finite; kUnsupported for too many features or numbers too far apart; kIo if the data do not fit into memory.
Result<std::vector<HullReport>> separate_hulls(const Dataset& data, const SeparateOptions& options);

/// log10 of the bound P >= 1 - (1 - M! N! / (M + N)!)^dim on the chance that, of M and N points, independent and
/// uniform in a box of `dim` dimensions, the first lie outside the hull of the others. Source: Pfrommer, Anderson,
/// Piet, Sojoudi, NeurIPS 2023.
double log10_separable_bound(std::size_t first, std::size_t second, std::size_t dim);

/// For a terminal, at most 100 columns wide; says what none of this means.
std::string to_text(const std::vector<HullReport>& reports, const Dataset& data);
/// Schema "standfast/convex-hulls/1": lab/separate.md.
std::string to_json(const std::vector<HullReport>& reports, const Dataset& data);

}  // namespace standfast::lab
