// Maps (v, |v|) with v linear in x: up to which price to bring a minorant back to the input space, searched by trial.
//
// A line for |v| costs the more margin the farther it has to hold, so that a radius is the fixed point of the price
// asked for and the price that the lines then certify.
#pragma once

#include "verify/lines.hpp"

namespace standfast::certifier {

/// One input and norm. Every trial gives a valid radius; the search only decides which price to try next.
class ValidPriceSearch {
 public:
  /// `first` is the first price to try, > 0. An infinite one is tried alone.
  void start_at(double first);
  [[nodiscard]] bool wants_trial() const { return wants_; }
  /// The price to try.
  [[nodiscard]] double price() const { return price_; }
  /// What the lines that hold up to price() would certify if they held everywhere.
  void add_trial(double radius);

 private:
  bool wants_ = false;
  double price_ = 0;
  double certified_ = 0;        ///< A price known to be certifiable.
  double too_far_ = kInfinity;  ///< A price known not to be certifiable.
  int trials_ = 0;
};

/// The multiplier of norms 2 and inf at which the lines that hold up to `valid_up_to` cost the margin least, nearly.
double best_multiplier(const verify::ProvenMinorant& from, const model::MapReach& map, double valid_up_to);

}  // namespace standfast::certifier
