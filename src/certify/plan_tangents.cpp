#include "certify/plan_tangents.hpp"

namespace standfast {

std::span<const float> features_of(const InferWorkspace& workspace, std::span<const float> x) {
  return workspace.map_values.empty() ? x : std::span<const float>(workspace.map_values.back());
}

PlanTangents::PlanTangents(const Plan& plan, const MinorantReader& reader, std::span<const float> x,
                           std::span<const float> features, InferWorkspace& probe)
    : plan_(&plan), reader_(&reader), x_(x), features_(features), probe_(&probe) {}

float PlanTangents::run_moved(std::span<const double> change, std::span<const double> fold_change) {
  reader_->move(features_, change, fold_change, point_);
  return plan_->forward_features(point_, *probe_);
}

const SeparableMinorant& PlanTangents::tangent(std::span<const double> change, std::span<const double> fold_change) {
  double margin = run_moved(change, fold_change);
  const auto slope = plan_->backward(*probe_);
  // the tangent touches at `point_`; its margin is what it says at phi(x)
  for (std::size_t i = 0; i < slope.size(); ++i) {
    margin += static_cast<double>(slope[i]) * (static_cast<double>(features_[i]) - static_cast<double>(point_[i]));
  }
  reader_->read(features_, margin, slope, minorant_);
  return minorant_;
}

double PlanTangents::value(std::span<const double> change) {
  point_.resize(x_.size());
  for (std::size_t i = 0; i < x_.size(); ++i) point_[i] = static_cast<float>(x_[i] + change[i]);
  return plan_->forward(point_, *probe_);
}

double PlanTangents::value_and_gradient(std::span<const double> change, std::vector<double>& gradient) {
  const double f = value(change);
  const auto slope = plan_->backward(*probe_);
  reader_->read(features_of(*probe_, point_), f, slope, minorant_);
  gradient.assign(minorant_.linear.begin(), minorant_.linear.end());
  for (std::size_t i = 0; i < minorant_.fold.size(); ++i) {
    gradient[i] += minorant_.offset[i] >= 0 ? minorant_.fold[i] : -minorant_.fold[i];
  }
  return f;
}

}  // namespace standfast
