// Section "Learnt maps" of docs/certificates.md: a minorant with lines is valid up to a price r, so that its radius is
// min(r, what Algorithm S proves). The more is asked for, the less is proven; the search encloses the price at which
// both are equal. The multiplier mu of (C15) is found by golden section. Every trial is a proof, whatever is tried.
#include "certifier/valid_price_search.hpp"

#include <algorithm>
#include <cmath>

namespace standfast::certifier {
namespace {

constexpr int kTrials = 12;             // each is a proof: more close the gap, at their price
constexpr double kCloseEnough = 1.002;  // another proof would gain a fifth of a percent at most
constexpr double kOctaves = 12;         // searched below the largest multiplier that can be best
constexpr int kSections = 14;           // narrows the octaves by 0.618^14, about a thousandth of them

/// Not below any multiplier that is best: that of lines of slope 0, whose loss is the norm of the bends.
double largest_multiplier(const verify::ProvenMinorant& from, double joint) {
  const std::size_t units = from.feature.gradient.size() / 2;
  double squares = 0;
  for (std::size_t i = 0; i < units; ++i) {
    const double bend = std::min(from.feature.gradient[units + i], 0.0);
    squares += bend * bend;
  }
  return 2 * std::sqrt(squares) / joint;
}

/// What bending downwards costs the margin: the least of it belongs to the best multiplier.
double line_losses(const verify::ProvenMinorant& from, const model::MapReach& reach,
                   const minorant::BendProposal& proposal) {
  const std::size_t units = from.feature.gradient.size() / 2;
  double sum = verify::joint_loss(reach, proposal);
  for (std::size_t i = 0; i < units; ++i) {
    if (!(from.feature.gradient[units + i] < 0)) continue;
    const double limit = verify::unit_limit(reach, i, proposal.valid_up_to);
    sum += verify::line_of(verify::unit_at(from, i, units), limit, proposal.multiplier).loss;
  }
  return sum;
}

}  // namespace

void ValidPriceSearch::start_at(double first) {
  wants_ = first > 0;
  price_ = first;
  certified_ = 0;
  too_far_ = kInfinity;
  trials_ = 0;
}

void ValidPriceSearch::add_trial(double radius) {
  certified_ = std::max(certified_, std::min(price_, radius));
  too_far_ = std::min(too_far_, std::max(price_, radius));
  wants_ = ++trials_ < kTrials && price_ < kInfinity && !(too_far_ <= certified_ * kCloseEnough);
  if (too_far_ == kInfinity) {
    price_ *= 4;
  } else {
    price_ = certified_ > 0 ? std::sqrt(certified_ * too_far_) : too_far_ / 4;
  }
}

double best_multiplier(const verify::ProvenMinorant& from, const model::MapReach& map, double valid_up_to) {
  const double largest = largest_multiplier(from, map.joint * valid_up_to);
  if (!(largest > 0 && largest < kInfinity)) return 0;
  const auto loss = [&](double octaves) {
    return line_losses(from, map, {valid_up_to, largest * std::exp2(-octaves)});
  };
  // golden section: the loss falls, then rises
  constexpr double kGolden = 0.6180339887498949;
  double lo = 0, hi = kOctaves;
  double left = hi - kGolden * (hi - lo), right = lo + kGolden * (hi - lo);
  double at_left = loss(left), at_right = loss(right);
  for (int k = 0; k < kSections; ++k) {
    if (at_left < at_right) {
      hi = right;
      right = left;
      at_right = at_left;
      left = hi - kGolden * (hi - lo);
      at_left = loss(left);
    } else {
      lo = left;
      left = right;
      at_left = at_right;
      right = lo + kGolden * (hi - lo);
      at_right = loss(right);
    }
  }
  return largest * std::exp2(-(lo + hi) / 2);
}

}  // namespace standfast::certifier
