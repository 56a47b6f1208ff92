// The head that is attacked, with each category as one feature: the share of a move. Values are those of whole moves,
// which an attack can make; minorants are those of the shares.
#pragma once

#include <span>
#include <vector>

#include "search/minorant_search.hpp"
#include "search/moves.hpp"

namespace standfast::attack {

class MergedMinorants : public search::MinorantSource {
 public:
  /// `offset` is that of the minorants, (dim, kinks) or empty. Everything outlives this.
  MergedMinorants(std::span<const threat::CategoryMoves> moves, const std::vector<std::uint32_t>& targets,
                  const std::vector<double>& offset, search::MinorantSource& source)
      : moves_(moves), targets_(&targets), offset_(&offset), source_(&source) {}

  const minorant::SeparableMinorant& minorant_at(std::span<const double> change,
                                                 std::span<const double> bend_change) override {
    change_.assign(change.begin(), change.end());
    bend_change_.assign(bend_change.begin(), bend_change.end());
    search::expand_moves(moves_, *targets_, *offset_, change_, bend_change_);
    minorant_ = source_->minorant_at(change_, bend_change_);
    search::merge_moves(moves_, minorant_, later_targets_);
    return minorant_;
  }
  double value(std::span<const double> change) override {
    change_.assign(change.begin(), change.end());
    search::round_moves(moves_, change_);
    search::expand_moves(moves_, *targets_, change_);
    return source_->value(change_);
  }

 private:
  std::span<const threat::CategoryMoves> moves_;
  const std::vector<std::uint32_t>* targets_;
  const std::vector<double>* offset_;
  search::MinorantSource* source_;
  std::vector<double> change_, bend_change_;
  std::vector<std::uint32_t> later_targets_;
  minorant::SeparableMinorant minorant_;
};

}  // namespace standfast::attack
