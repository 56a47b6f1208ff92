// Larger radii from several minorants: each new one touches f at the attacker's answer to the earlier ones, and all are
// weighed anew.
//
// `refined` keeps two minorants, the merged earlier ones and the newest; `exact` keeps all and also walks towards the
// other verdict, until certificate and attack meet. Source: Kelley's cutting planes; docs/certificates.md, "Several
// minorants".
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "minorant/minorant.hpp"
#include "search/minorant_set.hpp"
#include "search/separable.hpp"
#include "search/weight_ascent.hpp"

namespace standfast::search {

/// The model's value around one input. Changes are in the features' units.
class ValueSource {
 public:
  virtual ~ValueSource() = default;

  /// f(x + change). Shape: (dim).
  virtual double value(std::span<const double> change) = 0;
};

/// Where minorants come from: the float32 model, or the verifier's proofs about it.
class MinorantSource : public ValueSource {
 public:
  /// The minorant, seen from x, whose slopes are those of phi(x) + (change, bend_change): a point that need not be phi
  /// of anything. Shape: change is (dim), bend_change (dim, kinks) or
  /// empty. Valid until the next call.
  virtual const minorant::SeparableMinorant& minorant_at(std::span<const double> change,
                                                         std::span<const double> bend_change) = 0;
};

struct MinorantSearchOptions {
  Norm norm = Norm::l2();
  std::size_t passes = 5;  ///< The number of minorants, the first one included.
  bool keep_all = false;   ///< `exact`: no merging, and walks towards the other verdict.
  double gap = 0.01;       ///< keep_all: ends if the radius is at least (1 - gap) of the attack's price.
};

struct MinorantSearchResult {
  double radius = 0;
  std::vector<double> weights;      ///< One weight per minorant, the first one included; their sum is 1.
  RadiusHint hint;                  ///< For the radius of their weighted sum.
  double attack_price = kInfinity;  ///< keep_all: the price of the cheapest change found whose value is <= 0.
  std::vector<double> attack;       ///< That change, in the features' units; empty if none was found.
};

/// One search at a time; it asks for minorants instead of taking them, so that many searches can share a pass of the
/// model. Keeps its memory from search to search.
class MinorantSearch {
 public:
  /// True if a minorant is wanted: give it to add_minorant(), until that returns false.
  ///
  /// Requires: norm 1, 2 or inf; `first` is the problem of the minorant at x, its margin positive. Shape: cost is
  /// (dim). keep_all asks `values`, which may be null without it; both outlive the search.
  bool start(const PricedProblem& first, std::span<const double> cost, const MinorantSearchOptions& options,
             ValueSource* values);

  /// Where the next minorant is wanted, as in MinorantSource::minorant_at.
  [[nodiscard]] std::span<const double> change() const { return change_; }
  [[nodiscard]] std::span<const double> bend_change() const { return bend_change_; }

  /// Takes the minorant asked for; true if another one is wanted.
  bool add_minorant(const minorant::SeparableMinorant& minorant);

  /// The whole search, with one source that answers at once.
  const MinorantSearchResult& find_radius(const PricedProblem& first, std::span<const double> cost,
                                          const MinorantSearchOptions& options, MinorantSource& source);
  /// The result of the last search.
  [[nodiscard]] const MinorantSearchResult& result() const { return result_; }
  [[nodiscard]] std::size_t minorants() const { return minorants_.size(); }

 private:
  void set_first_minorant(const PricedProblem& first);
  [[nodiscard]] AscentSchedule schedule() const;
  void improve_weights(const AscentSchedule& schedule);
  void update_radius();
  double radius_of_weights();
  bool choose_next_point();
  void append_minorant(const minorant::SeparableMinorant& minorant);
  void walk_to_other_verdict();
  /// Whether the ray leads to a cheaper change than any so far.
  bool walk_along(std::span<const double> direction);
  [[nodiscard]] double price_limit() const;
  [[nodiscard]] double dual_scale() const;

  MinorantSearchOptions options_;
  /// p = 1 without bounds: a pass costs several closed forms in sweeps, since its price limit is searched for, and
  /// steps towards jumps far outside the data gain little.
  bool thrifty_ = false;
  std::span<const double> cost_;
  ValueSource* values_ = nullptr;
  std::size_t pass_ = 1;
  int stalled_ = 0;  ///< Passes in a row that gained nothing.
  double first_margin_ = 0;
  MinorantSet minorants_;
  PricedProblem problem_;
  WeightAscent ascent_;
  double first_radius_ = 0;     ///< The radius of the first minorant alone.
  double radius_ = 0;           ///< The radius of the current weights.
  std::vector<double> alpha_;   ///< One weight per minorant in `minorants_`.
  std::vector<double> merged_;  ///< The share of each earlier minorant in the first one of `minorants_`.
  std::vector<double> change_, bend_change_, step_, halfway_;
  MinorantSearchResult result_;
};

}  // namespace standfast::search
