// One forward and one backward pass of the float32 model per minorant. The point need not be phi of any input: (C2)
// holds at every point of the feature space. Float32 passes round, so that a minorant can be a little above f: the
// verifier proves its own.
#include "search/plan_minorants.hpp"

namespace standfast::search {

std::span<const float> features_of(const infer::InferWorkspace& workspace, std::span<const float> x) {
  return workspace.map_values.empty() ? x : std::span<const float>(workspace.map_values.back());
}

PlanValues::PlanValues(const infer::Plan& plan, std::span<const float> x, infer::InferWorkspace& probe)
    : plan_(&plan), x_(x), probe_(&probe), point_(x.begin(), x.end()) {}

double PlanValues::value(std::span<const double> change) {
  for (std::size_t i = 0; i < x_.size(); ++i) point_[i] = static_cast<float>(x_[i] + change[i]);
  return plan_->forward(point_, *probe_);
}

PlanMinorants::PlanMinorants(const infer::Plan& plan, const MinorantReader& reader, std::span<const float> x,
                             std::span<const float> features, infer::InferWorkspace& probe)
    : plan_(&plan), reader_(&reader), values_(plan, x, probe), features_(features), probe_(&probe) {}

const minorant::SeparableMinorant& PlanMinorants::minorant_at(std::span<const double> change,
                                                              std::span<const double> bend_change) {
  point_.resize(features_.size());
  const Lane features{features_.data()}, point{point_.data()};
  const FeatureRange all{0, change.size()};
  reader_->move_features(features, change, bend_change, all, point_.data(), 1);
  const double value = plan_->forward_features(point_, *probe_);
  reader_->start_minorant_at(value, minorant_);
  reader_->read_minorant_at(values_.x(), features, Lane{plan_->backward(*probe_).data()}, point, all, minorant_);
  return minorant_;
}

const minorant::SeparableMinorant& PlanMinorants::tangent_at(std::span<const double> change) {
  const double f = value(change);
  const Lane at{features_of(*probe_, values_.point()).data()};
  reader_->start_minorant_at(f, minorant_);
  reader_->read_minorant_at(values_.x(), Lane{features_.data()}, Lane{plan_->backward(*probe_).data()}, at,
                            {0, change.size()}, minorant_);
  return minorant_;
}

double PlanMinorants::value_and_gradient(std::span<const double> change, std::vector<double>& gradient) {
  const double f = value(change);
  if (!reader_->separable() || reader_->has_several_kinks()) {
    const std::span<const float> by_input = plan_->input_gradient(*probe_);
    gradient.assign(by_input.begin(), by_input.end());
    return f;
  }
  const Lane by_features{plan_->backward(*probe_).data()};
  reader_->read_minorant(values_.point(), Lane{features_of(*probe_, values_.point()).data()}, f, by_features,
                         minorant_);
  gradient.assign(minorant_.coefficient.begin(), minorant_.coefficient.end());
  for (std::size_t i = 0; i < minorant_.bend.size(); ++i) {
    gradient[i] += minorant_.offset[i] >= 0 ? minorant_.bend[i] : -minorant_.bend[i];
  }
  return f;
}

}  // namespace standfast::search
