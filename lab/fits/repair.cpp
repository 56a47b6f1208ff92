// Passes over those members of the class below that are still above the margin, in random order. Each is lowered by the
// shortest change of w and of its active units that suffices, a passive-aggressive step (Crammer et al., JMLR 2006);
// the scores of all members follow through one row of the Gram matrix. Lifts come from find_pieces at the end. Takes
// for granted that no input equals one of the other class. float32, not trusted: exact_score.cpp has the last word.
#include "lab/fits/repair.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "lab/fits/pieces.hpp"
#include "lab/fits/vector_loops.hpp"

namespace standfast::lab {
namespace {

constexpr double kPlaneShare = 0.03;  // of a step that w takes: little, for w.z moves f at every other input too
constexpr float kRate = 0.3F;         // of what is missing, for later steps lower an input as well
constexpr int kGentlePasses = 60;     // then steps go all the way
constexpr int kMostPasses = 300;      // then the class below is lowered as a whole
constexpr double kLiftShift = 0.75;   // of a lift's margin: towards its group, away from everything else
constexpr double kLiftShare = 0.6;    // of what is left of it: a margin may lack 2 %, and weights are rounded
constexpr float kNearest = 1e-3F;     // of the usual squared length: nearer to the mean, planes would be too steep
constexpr std::size_t kMostProducts = std::size_t{1} << 27;  // kept: half a gigabyte

/// Half the distance between the 16th and the 84th percentile: a deviation that long tails do not stretch.
double deviation_of(std::span<const double> scores) {
  std::vector<double> sorted(scores.begin(), scores.end());
  std::ranges::sort(sorted);
  const std::size_t tail = sorted.size() * 16 / 100;
  const double width = (sorted[sorted.size() - 1 - tail] - sorted[tail]) / 2;
  return width > 0 ? width : 1;
}

std::vector<float> mean_above(const Rows& rows, std::size_t dim, std::span<const std::uint8_t> positive) {
  std::vector<float> mean(rows.stride, 0.0F);
  const auto count = static_cast<float>(std::ranges::count(positive, 1));
  for (std::size_t i = 0; i < rows.count; ++i)
    if (positive[i] != 0) add_scaled(1 / count, rows.row(i), mean.data(), rows.stride);
  mean[dim] = 0;
  return mean;
}

/// The class below, being lowered: what w and d make of it. Everything is in deviations of s, and centred on the mean
/// of the class above, where w and d then change nothing.
class Lowering {
 public:
  Lowering(const Rows& rows, std::size_t dim, const StartScores& start, std::span<const std::uint8_t> positive,
           const RepairOptions& options, double drop)
      : start_(start),
        dim_(dim),
        margin_(static_cast<float>(options.margin)),
        threads_(options.threads),
        progress_(options.progress),
        unit_(deviation_of(start.scores)),
        drop_(drop),
        mean_(mean_above(rows, dim, positive)),
        random_(options.seed) {
    for (std::uint32_t i = 0; i < rows.count; ++i)
      if (positive[i] == 0) members_.push_back(i);
    rows_.count = members_.size();
    rows_.stride = rows.stride;
    for (const auto i : members_) {
      rows_.values.insert(rows_.values.end(), rows.row(i), rows.row(i) + rows.stride);
      float* row = rows_.values.data() + rows_.values.size() - rows.stride;
      row[dim] = 0;
      add_scaled(-1, mean_.data(), row, rows.stride);
    }
    for (std::size_t m = 0; m < rows_.count; ++m)
      usual_square_ += dot(rows_.row(m), rows_.row(m), rows_.stride) / static_cast<float>(rows_.count);
    weights_.reserve(start.weights.size());
    for (const double weight : start.weights) weights_.push_back(static_cast<float>(weight / unit_));
    const float squares = std::inner_product(weights_.begin(), weights_.end(), weights_.begin(), 0.0F);
    plane_share_ = squares > 0 ? static_cast<float>(kPlaneShare) * squares : 1;
    fill_start_sums();
    plane_.assign(rows.stride, 0.0F);
    units_.assign(weights_.size() * rows.stride, 0.0F);
    gram_.resize(rows_.count);
  }

  /// Whether every member is under 0 in the end.
  bool run() {
    for (int pass = 0; pass < kMostPasses; ++pass) {
      auto order = over_margin();
      if (progress_) progress_(rows_.count - order.size(), rows_.count);
      if (order.empty()) return true;
      random_.shuffle(std::span(order));
      for (const auto member : order) lower_member(member, pass < kGentlePasses ? kRate : 1);
    }
    return over_margin().empty();
  }

  Repair result() const {
    Repair repair;
    append_plane(plane_.data(), unit_, repair.lowering);
    repair.lowering.offsets[0] -= drop_ * unit_;
    for (std::size_t k = 0; k < weights_.size(); ++k) append_plane(units_.data() + k * rows_.stride, 1, repair.units);
    return repair;
  }

 private:
  /// p of the members, unit after unit, and the rest of their scores.
  void fill_start_sums() {
    padded_ = round_up(rows_.count, kVectorBlock);
    const std::size_t units = weights_.size();
    sums_.assign(units * padded_, 0.0F);
    rest_.assign(padded_, 0.0F);
    for (std::size_t m = 0; m < rows_.count; ++m) {
      const float* sums = start_.sums.data() + members_[m] * units;
      float hidden = 0;
      for (std::size_t k = 0; k < units; ++k) {
        sums_[k * padded_ + m] = sums[k];
        hidden += weights_[k] * std::max(sums[k], 0.0F);
      }
      rest_[m] = static_cast<float>(start_.scores[members_[m]] / unit_ - drop_) - hidden;
    }
  }

  std::vector<std::uint32_t> over_margin() const {
    std::vector<float> scores = rest_;
    for (std::size_t k = 0; k < weights_.size(); ++k)
      for (std::size_t m = 0; m < rows_.count; ++m) scores[m] += weights_[k] * std::max(sums_[k * padded_ + m], 0.0F);
    std::vector<std::uint32_t> over;
    for (std::uint32_t m = 0; m < rows_.count; ++m)
      if (scores[m] > -margin_) over.push_back(m);
    return over;
  }

  /// z.z of one member with each. The first ones are kept: members that are lowered once are often lowered again.
  const std::vector<float>& products_of(std::size_t member) {
    if (!gram_[member].empty()) return gram_[member];
    const bool keeps = (kept_ + 1) * padded_ <= kMostProducts;
    kept_ += keeps ? 1 : 0;
    std::vector<float>& row = keeps ? gram_[member] : products_;
    row.assign(padded_, 0.0F);
    parallel_for(rows_.count, 256, threads_, [&](std::size_t begin, std::size_t end) {
      for (std::size_t m = begin; m < end; ++m) row[m] = dot(rows_.row(member), rows_.row(m), rows_.stride);
    });
    return row;
  }

  /// The shortest change of w and of the active d_k that takes `rate` of what is missing.
  void lower_member(std::size_t member, float rate) {
    std::vector<std::uint32_t> active;
    float score = rest_[member];
    float square = plane_share_;
    for (std::uint32_t k = 0; k < weights_.size(); ++k) {
      const float sum = sums_[k * padded_ + member];
      if (!(sum > 0) || !(weights_[k] > 0)) continue;
      active.push_back(k);
      score += weights_[k] * sum;
      square += weights_[k] * weights_[k];
    }
    if (!(score > -margin_)) return;
    const std::vector<float>& products = products_of(member);
    if (!(products[member] > kNearest * usual_square_)) return;  // at the mean only a drop helps
    const float length = rate * (score + 2 * margin_) / (products[member] * square);
    const float* row = rows_.row(member);
    add_scaled(-length * plane_share_, row, plane_.data(), rows_.stride);
    add_scaled(-length * plane_share_, products.data(), rest_.data(), padded_);
    for (const auto k : active) {
      add_scaled(-length * weights_[k], row, units_.data() + k * rows_.stride, rows_.stride);
      add_scaled(-length * weights_[k], products.data(), sums_.data() + k * padded_, padded_);
    }
  }

  /// w.(z - mean), scaled, as a plane of z.
  void append_plane(const float* w, double scale, Planes& planes) const {
    double offset = 0;
    for (std::size_t f = 0; f < dim_; ++f) {
      planes.weights.push_back(static_cast<double>(w[f]) * scale);
      offset -= planes.weights.back() * static_cast<double>(mean_[f]);
    }
    planes.offsets.push_back(offset);
  }

  const StartScores& start_;
  std::size_t dim_;
  float margin_;
  std::size_t threads_;
  std::function<void(std::size_t under, std::size_t count)> progress_;
  double unit_;
  double drop_;
  std::vector<float> mean_;
  Random random_;
  std::vector<std::uint32_t> members_;
  Rows rows_;                   ///< z of the members less the mean.
  std::vector<float> weights_;  ///< r
  float usual_square_ = 0;      ///< Mean of z.z.
  float plane_share_ = 1;
  std::size_t padded_ = 0;
  std::vector<float> sums_;   ///< p_k + d_k.z: (units, padded).
  std::vector<float> rest_;   ///< f less the units' part: (padded).
  std::vector<float> plane_;  ///< w
  std::vector<float> units_;  ///< d: (units, stride).
  std::vector<std::vector<float>> gram_;
  std::size_t kept_ = 0;         ///< Rows of gram_.
  std::vector<float> products_;  ///< A row that is not kept.
};

/// Lowers by more as a whole if planes are not enough: all may be under 0, and the lifts do the work.
Repair lower_negatives(const Rows& rows, std::size_t dim, const StartScores& start,
                       std::span<const std::uint8_t> positive, const RepairOptions& options) {
  for (double drop = options.drop;; drop = 2 * drop + 1) {
    Lowering lowering(rows, dim, start, positive, options, drop);
    if (lowering.run()) return lowering.result();
  }
}

float plane_at(const Planes& planes, std::size_t plane, const float* row, std::size_t dim) {
  double sum = planes.offsets[plane];
  const double* weights = planes.weights.data() + plane * dim;
  for (std::size_t f = 0; f < dim; ++f) sum += weights[f] * static_cast<double>(row[f]);
  return static_cast<float>(sum);
}

/// f without lifts, of the class above; 0 for the others.
std::vector<double> lowered_scores(const Rows& rows, std::size_t dim, const StartScores& start, const Repair& repair,
                                   std::span<const std::uint8_t> positive, std::size_t threads) {
  std::vector<double> scores(rows.count, 0.0);
  const std::size_t units = start.weights.size();
  parallel_for(rows.count, 16, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (positive[i] == 0) continue;
      scores[i] = start.scores[i] + static_cast<double>(plane_at(repair.lowering, 0, rows.row(i), dim));
      for (std::size_t k = 0; k < units; ++k) {
        const float before = start.sums[i * units + k];
        const float after = before + plane_at(repair.units, k, rows.row(i), dim);
        scores[i] += start.weights[k] * static_cast<double>(std::max(after, 0.0F) - std::max(before, 0.0F));
      }
    }
  });
  return scores;
}

/// Towards their groups, and high enough there to make up for what is missing.
void raise_lifts(Planes& lifts, double missing) {
  const double height = missing / (kLiftShare * (1 - kLiftShift));
  for (double& offset : lifts.offsets) offset = (offset - kLiftShift) * height;
  for (double& weight : lifts.weights) weight *= height;
}

}  // namespace

Repair find_repair(const Rows& rows, std::size_t dim, const StartScores& start, std::span<const std::uint8_t> positive,
                   const RepairOptions& options) {
  Repair repair = lower_negatives(rows, dim, start, positive, options);
  const auto scores = lowered_scores(rows, dim, start, repair, positive, options.threads);
  const double margin = options.margin * deviation_of(start.scores);
  double missing = 0;
  std::size_t wrong = 0;
  std::vector<std::uint8_t> right(rows.count, 0);
  for (std::size_t i = 0; i < rows.count; ++i) {
    if (positive[i] == 0) continue;
    right[i] = scores[i] > margin ? 1 : 0;
    wrong += right[i] == 0 ? 1 : 0;
    missing = std::max(missing, 2 * margin - scores[i]);
  }
  if (wrong == 0) return repair;
  PieceOptions pieces;
  pieces.pieces = (wrong + options.per_lift - 1) / options.per_lift;
  pieces.seed = options.seed;
  pieces.threads = options.threads;
  repair.lifts = find_pieces(rows, dim, positive, right, pieces).planes;
  raise_lifts(repair.lifts, missing);
  return repair;
}

}  // namespace standfast::lab
