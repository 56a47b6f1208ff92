// How well a model judges a data set, and how far its alarms can be trusted.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "standfast/classifier.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"
#include "standfast/threat.hpp"

namespace standfast {

struct Evaluation {
  std::string data_source;
  std::string sensitive_class;
  std::string other_class;
  std::size_t sensitive_count = 0;  ///< Inputs labelled with the sensitive class.
  std::size_t other_count = 0;

  // rows: the label, columns: the verdict
  std::size_t sensitive_right = 0, sensitive_wrong = 0, other_right = 0, other_wrong = 0;
  double accuracy_overall = 0, accuracy_sensitive = 0, accuracy_other = 0;  ///< NaN where a class is empty.

  /// An operating point: the threshold shift that keeps the false-positive rate at or below the one asked for.
  struct OperatingPoint {
    double max_false_positive_rate;
    double false_positive_rate;  ///< Reached on these data.
    double detection_rate;       ///< Share of the sensitive class still caught.
    double logit_threshold;      ///< Sensitive iff logit > this; 0 is the model's own threshold.
  };
  std::vector<OperatingPoint> operating_points;  ///< At 0.1 %, 1 % and 5 %.
  struct RocPoint {
    double false_positive_rate;
    double detection_rate;
  };
  std::vector<RocPoint> roc;  ///< Convex-position-free staircase, thinned to at most 400 points.

  Method method = Method::kSeparable;
  Guarantee guarantee = Guarantee::kReal;
  std::string threat_description;  ///< One line: "no bounds", "domain [0, 1]", "threat file spam.toml".
  std::string price_unit;          ///< What a radius counts where the threat model sets costs; else empty.
  /// Radii of inputs of the sensitive class, a wrong verdict counting as radius 0.
  struct CertifiedCurve {
    Norm norm = Norm::l2();
    std::vector<double> radii;  ///< Grid, ascending.
    std::vector<double>
        accuracy;  ///< Share of sensitive inputs that are right with radius >= radii[k] (> 0 at radius 0).
    struct Quantile {
      double share;
      double radius;
    };
    std::vector<Quantile> quantiles;        ///< 10, 25, 50, 75, 90 % over the inputs judged right.
    double infinite_share = 0;              ///< Share of sensitive inputs that no allowed change can flip.
    std::vector<std::size_t> most_robust;   ///< Up to ten rows of the data set, largest radius first.
    std::vector<std::size_t> least_robust;  ///< Up to ten rows judged right, smallest radius first.
  };
  std::vector<CertifiedCurve> curves;

  /// The smallest attacks found on the same inputs: the true curve lies between certified and attacked.
  struct AttackedCurve {
    /// On the certified curve's grid: share of sensitive inputs that are right and that no attack found below radii[k]
    /// turns (norm 0: none of at most radii[k] features).
    std::vector<double> accuracy;
    std::vector<CertifiedCurve::Quantile> quantiles;  ///< Of the attacks' distances; infinite where none was found.
    double mean_certified_share = 0;    ///< Of certified_share over the inputs in `rows`; NaN where there is none.
    double median_certified_share = 0;  ///< Likewise.
    std::size_t none_found = 0;         ///< Inputs judged right for which no attack was found.
    std::vector<std::size_t> rows;      ///< Inputs judged right with an attack, nearest first.
  };
  std::vector<AttackedCurve> attacked;  ///< One per curve, or empty where no attack was asked for.
  bool both_classes = false;            ///< Whether `other` verdicts are certified as well.

  Certificates certificates;  ///< Of every input, in the data set's order.
};

struct EvaluateOptions {
  CertifyOptions certify;
  std::string threat_description = "no bounds";
  std::size_t grid_points = 41;
  std::vector<double> grid;  ///< Radii to use for every norm; empty: evenly spaced up to the 95 % quantile, rounded.
};

/// How much of the way to the attack is proven: certified / attacked, at most 1; 1 less this is the gap.
///
/// Norm 0: (certified + 1) / attacked, because where any k features may change, k + 1 must. NaN where no attack was
/// found.
double certified_share(Norm norm, double certified, double attacked);

/// Fails: kBadOption where the data's classes are not the model's, kBadShape where its dimension differs, and as
/// Classifier::certify.
Result<Evaluation> evaluate(const Classifier& classifier, const Dataset& data, const EvaluateOptions& options);

}  // namespace standfast
