// How well a model judges labelled data, and how far its alarms can be trusted.
//
//     standfast::EvaluateOptions options;
//     options.certify.norms = {standfast::Norm::l1()};
//     options.certify.precision = standfast::Precision::kFloat32;
//     const auto evaluation = standfast::evaluate(*classifier, *data, options);
//     if (!evaluation) return fail(evaluation.error());
//     const auto& curve = evaluation->curves[0];
//     std::printf("accuracy %.3f\n", evaluation->accuracy_overall);
//     for (const auto& quantile : curve.quantiles) {
//       std::printf("%.0f %% of right alarms: radius up to %.17g\n", 100 * quantile.share, quantile.radius);
//     }
//
// evaluate() certifies every input of a Dataset and gives an Evaluation: plain data that report.hpp turns into a table,
// JSON or a page. It has three parts. The first is what any classifier has: verdicts against labels, accuracies,
// operating points and the ROC curve. The second has one CertifiedCurve per norm: which share of the sensitive inputs
// is judged right and keeps its verdict within a radius. The third is there if CertifyOptions::attack is set. It has
// one AttackedCurve beside each CertifiedCurve, from the attacks found; the true curve lies between the two.
//
// Only inputs labelled with the sensitive class count in the curves. A wrong verdict counts as radius 0. Read the curve
// and the quantiles, not a mean: one infinite radius swamps it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "standfast/classifier.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"
#include "standfast/threat.hpp"

namespace standfast {

/// Where a rate may lie that was counted on a sample of inputs. Of no inputs nothing is known: 0 to 1.
struct RateInterval {
  double lower = 0, upper = 1;
};

/// The confidence of every interval in an Evaluation.
inline constexpr double kConfidence = 0.95;

/// The interval for the rate behind `found` hits among `of` independent trials: whatever the rate is, the interval
/// holds it in at least this share of all samples.
///
/// Requires: found <= of; confidence is between 0 and 1.
/// Source: Clopper, Pearson, Biometrika 1934.
RateInterval rate_interval(std::size_t found, std::size_t of, double confidence = kConfidence);

/// Words of one message, by what would be done to them.
struct WordChange {
  std::vector<std::string> add, remove;
  [[nodiscard]] bool empty() const { return add.empty() && remove.empty(); }
};

/// What a change does to one feature, or to a category: then `feature` is its old value, and `becomes` its new one.
struct FeatureChange {
  std::size_t feature = 0;  ///< Its position in an input.
  double from = 0, to = 0;  ///< Its value in the input, and in the changed one.
  double price = 0;         ///< Its cost times the size of its change; 1 in norm 0.
  /// Its share of the whole price: of the sum of powers p in the norm p, so that shares add up to 1; in norm inf its
  /// price over the largest.
  double share = 0;
  std::optional<std::size_t> becomes = {};  ///< Of a category: the feature of the value that takes the place.
};

/// How one alarm can be talked away, as far as an attack and a proof know.
struct Explanation {
  std::size_t row = 0;                 ///< The input, as a position in the data set.
  Norm norm = Norm::l1();              ///< The norm of the prices.
  double attack = kInfinity;           ///< The price of the change found, as Certificates::attacks.
  std::vector<FeatureChange> found;    ///< That change, the largest share first; empty if none was found.
  double weakest_radius = 0;           ///< The radius that `weakest` belongs to: that of Method::kSeparable.
  std::vector<FeatureChange> weakest;  ///< What the proof fears most: its worst case, the largest share first.
};

/// What was measured of one model on one data set.
struct Evaluation {
  std::string data_source;          ///< The data set, as it was asked for.
  std::string sensitive_class;      ///< The model's class that is certified.
  std::string other_class;          ///< The model's other class.
  std::size_t sensitive_count = 0;  ///< The number of inputs labelled with the sensitive class.
  std::size_t other_count = 0;      ///< The number of inputs labelled with the other class.

  // The verdicts by label, right and wrong.
  std::size_t sensitive_right = 0, sensitive_wrong = 0, other_right = 0, other_wrong = 0;
  /// The shares judged right: of all inputs, and of each class. NaN if the class is empty.
  double accuracy_overall = 0, accuracy_sensitive = 0, accuracy_other = 0;

  /// The share of the other class that is not judged right at the model's threshold: 1 - accuracy_other. The share of
  /// the sensitive class that is caught at it is accuracy_sensitive.
  double false_positive_rate = 0;
  /// Where the two rates may lie on other inputs from the same source, with a confidence of kConfidence.
  RateInterval false_positive_interval, detection_interval;

  /// The threshold with the most detections that keeps the false-positive rate at or below the one asked for.
  struct OperatingPoint {
    double max_false_positive_rate;  ///< The rate asked for.
    double false_positive_rate;      ///< The rate on these data.
    double detection_rate;           ///< The share of the sensitive class that is still caught.
    double logit_threshold;          ///< The verdict is sensitive if logit > this; 0 is the model's own threshold.
  };
  std::vector<OperatingPoint> operating_points;  ///< One for each of the rates 0.1 %, 1 % and 5 %.
  /// What one threshold gives.
  struct RocPoint {
    double false_positive_rate;  ///< The share of the other class that raises an alarm.
    double detection_rate;       ///< The share of the sensitive class that does.
  };
  std::vector<RocPoint> roc;  ///< The corners of the staircase of all thresholds, thinned to at most 400 points.

  Method method = Method::kSeparable;      ///< How the radii were looked for.
  Guarantee guarantee = Guarantee::kReal;  ///< What they are worth.
  std::string threat_description;          ///< One line: "no bounds", "domain [0, 1]", "threat file spam.toml".
  std::string price_unit;                  ///< What a radius counts if the threat model sets costs; else empty.
  bool whole_prices = false;               ///< Whether l1 radii are whole numbers of that unit, such as words.
  /// The radii of inputs of the sensitive class. A wrong verdict counts as radius 0.
  struct CertifiedCurve {
    Norm norm = Norm::l2();     ///< The norm of the radii.
    std::vector<double> radii;  ///< The grid, ascending.
    /// On the grid: the share of sensitive inputs that are judged right with a radius of at least radii[k]. At radius 0
    /// the radius must be above 0; for norm 0, a right verdict is enough.
    std::vector<double> accuracy;
    /// The smallest radius that at least this share of the inputs stay at or below.
    struct Quantile {
      double share;   ///< Between 0 and 1.
      double radius;  ///< Infinite if fewer inputs have a finite radius.
    };
    std::vector<Quantile> quantiles;        ///< For 10, 25, 50, 75 and 90 % of the inputs judged right.
    double infinite_share = 0;              ///< The share of sensitive inputs that no allowed change can flip.
    std::vector<std::size_t> most_robust;   ///< Up to ten rows of the data set, the largest radius first.
    std::vector<std::size_t> least_robust;  ///< Up to ten rows judged right, the smallest radius first.
    /// For each of `least_robust` what its alarm hangs on, in words; empty where radii do not count words.
    std::vector<WordChange> least_robust_words;
    /// One for each of `least_robust`, if EvaluateOptions::explain is set and the norm has attacks.
    std::vector<Explanation> explanations;
  };
  std::vector<CertifiedCurve> curves;  ///< One per norm, in the order in which they were asked for.

  /// The smallest attacks found on the same inputs. The true curve lies between certified and attacked.
  struct AttackedCurve {
    /// On the certified curve's grid: the share of sensitive inputs that are judged right and that no attack found
    /// below radii[k] flips. For norm 0: no attack found on at most radii[k] features.
    std::vector<double> accuracy;
    std::vector<CertifiedCurve::Quantile> quantiles;  ///< Of the attacks' distances; infinite if none was found.
    double mean_certified_share = 0;    ///< The mean of certified_share over `rows`; NaN if there are none.
    double median_certified_share = 0;  ///< The median of the same.
    std::size_t none_found = 0;         ///< The number of inputs judged right for which no attack was found.
    std::vector<std::size_t> rows;      ///< The inputs judged right with an attack, the nearest first.
  };
  std::vector<AttackedCurve> attacked;  ///< One beside each curve, or empty if no attack was asked for.
  bool both_classes = false;            ///< Whether `other` verdicts are certified as well.

  Certificates certificates;  ///< The certificates of every input, in the data set's order.
};

/// How to measure.
struct EvaluateOptions {
  CertifyOptions certify;                        ///< How to certify, and whether to attack.
  std::string threat_description = "no bounds";  ///< What reports say about certify.threat.
  std::size_t grid_points = 41;                  ///< The most radii of a curve's own grid.
  /// The radii to use for every norm, ascending. If empty, each norm has even steps of a round size up to its 95 %
  /// quantile.
  std::vector<double> grid;
  bool explain = false;  ///< Whether to explain the least robust inputs of each norm that has attacks.
};

/// Classifier::certify for every input of a data set, of whatever kind. Messages, which are kept as words, are written
/// out a bounded number at a time.
///
/// Fails: as Classifier::certify.
Result<Certificates> certify(const Classifier& classifier, const Dataset& data, const CertifyOptions& options);
/// Classifier::logits for every input of a data set. Fails: as Classifier::logits.
Result<std::vector<float>> logits(const Classifier& classifier, const Dataset& data);
/// Classifier::attack for every input of a data set. Fails: as Classifier::attack. Cost: memory for all changed inputs.
Result<Attacks> attack(const Classifier& classifier, const Dataset& data, const AttackOptions& options);

/// Whether radii in this norm count words: norm 1 under ThreatModel::words or added_words.
bool counts_words(const ThreatModel& threat, Norm norm);
/// The words that the weakest proof of input i hangs on, each list with the one that moves the logit most first; empty
/// for an input that is no alarm. Those to remove hold the alarm; those to add would talk it away.
///
/// Fails: as Classifier::weakest_direction. Requires: i < data.count(); the threat model counts words.
Result<WordChange> weakest_words(const Classifier& classifier, const Dataset& data, std::size_t i,
                                 const ThreatModel& threat);

/// For each of `rows` the cheapest change found that talks the alarm away, and where its proof is weakest.
///
/// options.norms holds one norm. The proof is left out for a feature map that Classifier::weakest_direction cannot
/// handle. Fails: kBadOption for another number of norms; as Classifier::attack and Classifier::weakest_direction.
/// Requires: each row is below data.count().
Result<std::vector<Explanation>> explain_alarms(const Classifier& classifier, const Dataset& data,
                                                std::span<const std::size_t> rows, const AttackOptions& options);

/// Under a threat model of whole numbers, each l1 and linf radius rounded up, and each attack's price rounded down, to
/// a whole number: prices of whole changes at whole costs are whole, so that the first price at or above a radius is
/// the first that can flip the verdict. Evaluations have radii like these.
///
/// Rows of `data` that are not whole keep theirs, and so does everything if a cost is not whole.
void count_whole_prices(Certificates& certificates, const Dataset& data, const ThreatModel& threat);
/// The same for the prices of attacks.
void count_whole_prices(Attacks& attacks, const Dataset& data, const ThreatModel& threat);

/// How much of the way to the attack is proven: certified / attacked, at most 1. One less this is the gap.
///
/// For norm 0 it is (certified + 1) / attacked: if any k features may change, k + 1 must. NaN if no attack was found.
double certified_share(Norm norm, double certified, double attacked);

/// The value in the middle; of two in the middle the lower one, so that it is a value that is there. What every command
/// calls the median.
///
/// Requires: at least one value, none of them NaN.
double median(std::span<const double> values);

/// Certifies every input of the data, attacks it if options.certify.attack is set, and sums up.
///
/// Fails: kBadOption for data without labels or with classes other than the model's, and for a grid that is not
/// ascending or has too few or too many points; kBadShape if the data have another number of features; kBadShape,
/// kBadValue, kBadOption, kUnsupported and kEnvironment, as Classifier::certify.
Result<Evaluation> evaluate(const Classifier& classifier, const Dataset& data, const EvaluateOptions& options);

}  // namespace standfast
