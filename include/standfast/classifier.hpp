// What a program uses: load a model, score inputs, certify their verdicts, attack them, confirm certificates.
//
//     const auto classifier = standfast::Classifier::load(path);
//     if (!classifier) return fail(classifier.error());
//     standfast::CertifyOptions options;
//     options.norms = {standfast::Norm::l1(), standfast::Norm::l2()};
//     const auto found = classifier->certify(data->features, count, options);
//     if (!found) return fail(found.error());
//     for (std::size_t i = 0; i < count; ++i) {
//       if (!found->sensitive(i)) continue;
//       const double l1 = found->radius(i, 0), l2 = found->radius(i, 1);
//       std::printf("input %zu: alarm, l1 radius %.17g, l2 radius %.17g\n", i, l1, l2);
//     }
//
// A Classifier is a loaded model. It is immutable, so that one object serves any number of threads. Its logit is
// f(x) = g(phi(x)) - threshold, and its verdict is the sensitive class if the logit is above 0. A sensitive verdict is
// an alarm.
//
// certify() gives each alarm a radius per norm: no allowed change of a smaller price flips the verdict. Three choices
// decide what a radius is. The threat model says which changes are allowed and what they cost. The Method says how hard
// to look for a large radius. The Guarantee says what the radius is worth: by default it is a theorem, which the
// trusted verifier has proven and which is rounded down.
//
// attack() works from the other side: it looks for the smallest change that flips a verdict. The true distance lies
// between the radius and the distance of the attack. If CertifyOptions::keep_proofs is set, certify() also keeps what
// proves each radius; confirm() proves it again and believes nothing (certificate.hpp). weakest_direction() shows what
// the alarm hangs on.
//
// Inputs are float32 rows of dim() values, one after the other, and results have one row per input and one column per
// norm. Results are the same bits whatever the batch and the number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "standfast/certificate.hpp"
#include "standfast/columns.hpp"
#include "standfast/precision.hpp"
#include "standfast/result.hpp"
#include "standfast/threat.hpp"

namespace standfast {

/// How hard to look for a large radius. Each method's radius is at least that of the one before it, up to rounding and
/// the gap.
enum class Method {
  /// The published radius: margin / (Lip_p(phi) * dual norm of the gradient). Norms p >= 1. It ignores bounds, which is
  /// sound.
  kClosedForm,
  /// The exact worst case of the same minorant under costs and bounds (Algorithm S). Norms 0, 1, 2 and inf.
  kSeparable,
  /// The same of a weighted sum of up to `passes` minorants, of which two are kept at a time. Norms 0, 1, 2 and inf.
  kRefined,
  /// The same, with every minorant kept, until radius and attack meet within `gap` or there are `passes` of them.
  kExact,
};

/// What a radius is worth.
enum class Guarantee {
  /// It is the search's own number, in working precision. Nobody has proven it.
  kNone,
  /// The verifier has proven it: a theorem about the stored weights in real arithmetic, rounded down.
  kReal,
  /// As kReal, and an alarm is given up only where f(x) <= 0 is proven: the verdict is `other` if logit <= -slack. Then
  /// no rounding can flip it either.
  kDeployed,
};

/// From the words of the command line: "closed-form", "separable", "refined", "exact". Fails: kBadOption.
Result<Method> parse_method(std::string_view text);
/// From "none", "real", "deployed". Fails: kBadOption.
Result<Guarantee> parse_guarantee(std::string_view text);
/// From "float64", "float32". Fails: kBadOption.
Result<Precision> parse_precision(std::string_view text);
// The same words back.
std::string_view method_name(Method method);
std::string_view guarantee_name(Guarantee guarantee);
std::string_view precision_name(Precision precision);
/// What a radius under this guarantee is worth, in a few words.
std::string_view guarantee_meaning(Guarantee guarantee);

/// What to certify, against whom, and how.
struct CertifyOptions {
  std::vector<Norm> norms = {Norm::l1(), Norm::l2(), Norm::linf()};  ///< One column of radii for each.
  Method method = Method::kSeparable;                                ///< How to look for a radius.
  Guarantee guarantee = Guarantee::kReal;                            ///< What a radius shall be worth.
  Precision precision = Precision::kFloat64;                         ///< The arithmetic of the proof.
  ThreatModel threat;         ///< What the attacker may do. By default: anything, at a cost of 1 per unit.
  std::size_t passes = 0;     ///< kRefined, kExact: the most minorants per input and norm; 0 means 5 and 60.
  double gap = 0.01;          ///< kExact: the search ends if certified >= (1 - gap) attacked.
  bool attack = false;        ///< Whether to search for the smallest change that flips each sensitive verdict, too.
  bool keep_proofs = false;   ///< Whether to keep what a checker needs. Not for kClosedForm, and not for kNone.
  bool both_classes = false;  ///< Whether to certify `other` verdicts, too. Needs ModelSummary::certifies_both.
  std::size_t threads = 0;    ///< The number of threads; 0 means one per core. It never changes a result.
  /// Called now and then, from one thread at a time, with the number of inputs done. May be empty.
  std::function<void(std::size_t done)> progress;
  /// Asked now and then, from several threads at once. Once it says yes, no other input is begun, and the result holds
  /// the first inputs, all that are done without a gap. May be empty.
  std::function<bool()> stop_requested;
};
/// What holds of options whatever the model. A message opens with the name of the field that it is about.
/// Fails: kBadOption.
Status validate(const CertifyOptions& options);

/// Verdicts and radii: one row per input, one column per norm asked for.
struct Certificates {
  std::vector<Norm> norms;  ///< The norms, in the order in which they were asked for.
  /// (count): the logit of each input, as the float32 program computes it. Where float32 overflows it is that of a
  /// float64 pass. It is NaN if that overflows as well: such an input has no verdict, and under kDeployed is an alarm.
  std::vector<float> logits;
  /// (count) under kDeployed, otherwise empty: how far below 0 the logit of an alarm may lie. It is what rounding can
  /// move the logit by, or 0 if a float64 pass has proven f(x) <= 0.
  std::vector<double> slack;
  /// (count, norms): the certified radii. A radius is infinite if no allowed change flips the verdict. It is 0 if
  /// nothing is certified: for `other` verdicts, unless both classes are. For norm 0 it is the number of features that
  /// may change.
  std::vector<double> radii;
  /// (count, norms), or empty if no attack was asked for: the price of an allowed change that flips the verdict,
  /// rounded up. It is infinite if none was found, and 0 for `other` verdicts. For norm 0 it is the number of features
  /// changed.
  std::vector<double> attacks;
  /// (count, norms), or empty if none were kept: what proves each radius. A proof without cuts certifies nothing.
  std::vector<RadiusProof> proofs;

  /// The number of inputs.
  [[nodiscard]] std::size_t count() const { return logits.size(); }
  /// Whether the verdict for this input is the sensitive class.
  [[nodiscard]] bool sensitive(std::size_t input) const {
    // negated, so that a logit that is no number is an alarm
    return slack.empty() ? logits[input] > 0 : !(static_cast<double>(logits[input]) <= -slack[input]);
  }
  /// Whether this input has a verdict at all. The radii and attacks of one without are 0.
  [[nodiscard]] bool judged(std::size_t input) const { return !slack.empty() || logits[input] == logits[input]; }
  /// The price of the attack on this input. Requires: attacks were asked for; norm_index is a position in `norms`.
  [[nodiscard]] double attack(std::size_t input, std::size_t norm_index) const {
    return attacks[input * norms.size() + norm_index];
  }
  /// The radius of this input. Requires: norm_index is a position in `norms`.
  [[nodiscard]] double radius(std::size_t input, std::size_t norm_index) const {
    return radii[input * norms.size() + norm_index];
  }
};

/// What to attack, within which bounds, and how long to try.
struct AttackOptions {
  std::vector<Norm> norms = {Norm::l1(), Norm::l2(), Norm::linf()};  ///< 0, 1, 2 or inf; one column for each.
  ThreatModel threat;                                                ///< What the attacker may do.
  std::size_t restarts = 4;  ///< The number of random starts of projected gradient descent per input and norm.
  std::uint64_t seed = 1;    ///< The seed of the random starts; the same seed gives the same attacks.
  std::size_t threads = 0;   ///< The number of threads; 0 means one per core. It never changes a result.
  /// Called now and then, from one thread at a time, with the number of inputs done. May be empty.
  std::function<void(std::size_t done)> progress;
};

/// Adversarial inputs: one row per input, one column per norm asked for.
struct Attacks {
  std::vector<Norm> norms;        ///< The norms, in the order in which they were asked for.
  std::vector<float> logits;      ///< (count): the logits of the inputs themselves, as Certificates::logits.
  std::vector<double> distances;  ///< (count, norms): as Certificates::attacks.
  std::vector<float> inputs;      ///< (count, norms, dim): the adversarial inputs; the input itself if there is none.
  std::vector<float> attack_logits;  ///< (count, norms): the logits of `inputs`.

  /// The number of inputs.
  [[nodiscard]] std::size_t count() const { return logits.size(); }
  /// The price of the change to the adversarial input. Requires: norm_index is a position in `norms`.
  [[nodiscard]] double distance(std::size_t input, std::size_t norm_index) const {
    return distances[input * norms.size() + norm_index];
  }
};

/// Which way f can move as one feature rises and all others rest, from any input and by any amount.
enum class Trend {
  kConstant,    ///< Not at all: the model does not read the feature.
  kNeverFalls,  ///< No increase of the feature can turn an alarm off.
  kNeverRises,  ///< No decrease of the feature can turn an alarm off.
  kAny          ///< Either way, as far as the signs of the weights tell.
};

/// What `standfast inspect` shows of a model.
struct ModelSummary {
  std::vector<std::int64_t> input_shape;   ///< The shape of an input.
  std::vector<std::string> feature_names;  ///< One name per feature, or empty.
  std::vector<std::string> feature_units;  ///< One unit per feature, or empty.
  std::string tokenizer = {};              ///< What makes the features of messages (text.hpp); empty for other inputs.
  Columns columns = {};                    ///< What the columns of a table are; empty if the file does not say.
  std::vector<std::string> feature_map;    ///< The feature map, one line per step.
  /// One node of the network.
  struct Layer {
    std::string name;                        ///< The node's name.
    std::string kind;                        ///< What it computes, as the model file calls it.
    std::vector<std::string> inputs;         ///< The names of the nodes that it reads; "features" is phi(x).
    std::vector<std::int64_t> output_shape;  ///< The shape of its output.
    std::size_t parameters = 0;              ///< The number of its weights and biases.
  };
  std::vector<Layer> layers;                ///< The network, in the order in which it runs.
  std::size_t parameters = 0;               ///< The number of all weights and biases of the layers.
  float threshold = 0;                      ///< What is subtracted from the score.
  std::string sensitive_class;              ///< The class that is certified.
  std::string other_class;                  ///< The class that is left.
  std::vector<double> domain_lower;         ///< The lowest valid values: none, one for all features, or one for each.
  std::vector<double> domain_upper;         ///< The highest valid values, likewise.
  std::map<std::string, double> lipschitz;  ///< Upper bounds on Lipschitz constants of the feature map, by norm name.
  double logit_error = 0;       ///< A bound on |deployed logit - f(x)| over the domain; infinite without a domain.
  double logit_error_at_0 = 0;  ///< The same at x = 0; what grows from there is proportional to |x|.
  std::vector<Trend> trends;    ///< (dim): proven from the signs of the weights alone; every certificate uses them.
  bool certifies_both = false;  ///< Whether both verdicts can be certified: a maximum of affine pieces without abs.
  std::map<std::string, std::string> provenance;  ///< What the file says of its origin.
};

/// The change that takes most from the margin of one alarm: where its proof is weakest.
struct WeakestDirection {
  double radius = 0;           ///< The certified radius that it belongs to; 0 if nothing is certified.
  std::vector<double> change;  ///< (dim): the worst change of that price, in the features' own units.
};

/// A loaded model. Immutable: one object serves any number of threads.
///
/// Four failures are usual: kBadShape if the inputs are not count rows of dim() values; kBadValue for NaN or infinity
/// in an input, named by input and feature; kBadShape or kBadValue for a threat model that is not valid; kEnvironment
/// if the processor flushes denormals or does not round to nearest.
class Classifier {
 public:
  /// Reads a model file as hostile input, and makes everything that certificates need once.
  ///
  /// Fails: kIo if the file cannot be read; kBadFormat, kBadShape and kBadValue, naming the place; kNotConvex, naming
  /// the node and the weight; kUnsupported for another format or an array that is too large; kEnvironment.
  static Result<Classifier> load(const std::string& path);
  /// The same model with the alarm raised for logits above `logit_threshold`, such as an operating point of an
  /// Evaluation. Logits, verdicts and certificates are those of the model with that threshold: rounded up by an ulp, so
  /// that what the file's own logit at the threshold excluded stays excluded.
  ///
  /// Fails: as above; kBadOption if the threshold is not finite or leaves the range of float32.
  static Result<Classifier> load(const std::string& path, double logit_threshold);
  /// The same from the bytes of a model file; `name` stands for the path in messages. Fails: as above, but never kIo.
  static Result<Classifier> parse(std::span<const std::byte> bytes, const std::string& name,
                                  double logit_threshold = 0);

  Classifier(Classifier&&) noexcept;
  Classifier& operator=(Classifier&&) noexcept;
  ~Classifier();

  /// The bytes of a model file of this model, with the threshold that it was loaded with.
  ///
  /// `notes` replace what the file says of its origin under the same keys; an empty note takes the key away.
  /// Fails: kBadValue for a note that is not UTF-8.
  [[nodiscard]] Result<std::string> to_file(const std::map<std::string, std::string>& notes) const;

  /// What the model is.
  [[nodiscard]] const ModelSummary& summary() const;
  /// The number of features of an input.
  [[nodiscard]] std::size_t dim() const;
  /// The categories among the features, each of which has exactly one feature that is 1; none if the file names none.
  [[nodiscard]] std::span<const CategoryColumn> category_columns() const;

  /// The logit of each input: Certificates::logits.
  ///
  /// Shape: inputs is (count, dim).
  /// Fails: kBadShape, kBadValue, as usual.
  /// Cost: one forward pass per input.
  Result<std::vector<float>> logits(std::span<const float> inputs, std::size_t count, std::size_t threads = 0) const;

  /// The verdicts, and a radius for each alarm inside which it cannot change.
  ///
  /// Shape: inputs is (count, dim).
  /// Error: under a guarantee a radius is at most the exact one. It is 0 if no positive margin can be proven.
  /// Fails: kBadShape, kBadValue, as usual; kEnvironment, as usual, if a guarantee or an attack is asked for;
  /// kBadOption for norms, passes, a gap or a combination of options that the method does not know; kUnsupported for a
  /// feature map or a network that the method cannot handle.
  /// Cost: one forward and one backward pass per input and minorant, and the proof.
  /// Source: Pfrommer, Anderson, Piet, Sojoudi, NeurIPS 2023, certified-radius theorem; docs/certificates.md.
  Result<Certificates> certify(std::span<const float> inputs, std::size_t count, const CertifyOptions& options) const;

  /// The smallest changes found that flip the alarms: upper bounds on every certified radius.
  ///
  /// Every adversarial input is a float32 input inside the bounds. Its logit is <= 0, and its f is <= 0 in real
  /// arithmetic, too. Shape: inputs is (count, dim). Fails: kBadShape, kBadValue, kEnvironment, as usual; kBadOption
  /// for a norm other than 0, 1, 2 and inf, or for too many restarts.
  Result<Attacks> attack(std::span<const float> inputs, std::size_t count, const AttackOptions& options) const;

  /// The radius that the verifier proves from somebody else's proof. The certificate holds if it claims no larger one.
  ///
  /// Shape: input is (dim).
  /// Fails: kBadShape, kBadValue, kEnvironment, as usual; kBadShape for a proof of another model; kBadValue for a
  /// winner outside of its window; kBadOption for a norm other than 0, 1, 2 and inf; kUnsupported for a feature map
  /// that proofs do not cover.
  Result<double> confirm(std::span<const float> input, const Certificate& certificate, const ThreatModel& threat) const;

  /// Where the certificate of one alarm is weakest, by Method::kSeparable and Guarantee::kReal.
  ///
  /// Shape: input is (dim). For an `other` verdict the radius is 0 and so is the change.
  /// Fails: kBadShape, kBadValue, kEnvironment, as usual; kBadOption for a norm other than 0, 1, 2 and inf;
  /// kUnsupported for a feature map that the method cannot handle.
  Result<WeakestDirection> weakest_direction(std::span<const float> input, Norm norm, const ThreatModel& threat) const;

 private:
  struct Impl;
  explicit Classifier(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace standfast
