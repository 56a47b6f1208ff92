// What a program uses: load a model, score inputs, certify them.
//
//     auto classifier = standfast::Classifier::load("spam.safetensors");
//     if (!classifier) return fail(classifier.error().message);
//     standfast::CertifyOptions options;
//     options.norms = {standfast::Norm::l1()};
//     auto result = classifier->certify(features, count, options);
//     if (result && result->sensitive(0)) use(result->radius(0, 0));   // no change of a smaller l1 norm flips input 0
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
#include "standfast/precision.hpp"
#include "standfast/result.hpp"
#include "standfast/threat.hpp"

namespace standfast {

enum class Method {
  kClosedForm,  ///< The paper's radius: margin / (Lip_p(phi) * dual norm of the gradient). Ignores bounds, which is
                ///< sound.
  kSeparable,   ///< The exact worst case of the same minorant under costs and bounds (Algorithm S). Norms 0, 1, 2, inf.
  kRefined,  ///< The same of a combination of minorants, improved in `passes` passes (two-cut memory). As kSeparable.
  kExact,    ///< All minorants kept, until certificate and attack meet within `gap` or `passes` is reached.
};
enum class Guarantee {
  kNone,  ///< The search's own number, in working precision.
  kReal,  ///< Confirmed by the trusted verifier: a theorem about the stored weights in real arithmetic, rounded down.
  kDeployed,  ///< As kReal, and the verdict is sensitive iff logit > -slack: then no float32 rounding can flip it
              ///< either.
};
Result<Method> parse_method(std::string_view text);
Result<Guarantee> parse_guarantee(std::string_view text);
Result<Precision> parse_precision(std::string_view text);
std::string_view method_name(Method method);
std::string_view guarantee_name(Guarantee guarantee);
std::string_view precision_name(Precision precision);
std::string_view guarantee_meaning(Guarantee guarantee);  ///< What a radius is worth, in a few words.

struct CertifyOptions {
  std::vector<Norm> norms = {Norm::l1(), Norm::l2(), Norm::linf()};
  Method method = Method::kSeparable;
  Guarantee guarantee = Guarantee::kReal;
  Precision precision = Precision::kFloat64;  ///< Of the proof.
  ThreatModel threat;
  std::size_t passes = 0;     ///< kRefined, kExact: minorants per input and norm at most; 0 for 5 and 60.
  double gap = 0.01;          ///< kExact: ends where certified >= (1 - gap) attacked.
  bool attack = false;        ///< Also search for the smallest change that flips each sensitive verdict.
  bool keep_proofs = false;   ///< Keep what a checker needs. Not for kClosedForm, not for kNone.
  bool both_classes = false;  ///< Certify `other` verdicts too. Only for maxima of affine pieces, see certifies_both().
  std::size_t threads = 0;    ///< 0: one per core. Never changes a result.
  /// Called now and then, from one thread at a time, with the number of inputs done.
  std::function<void(std::size_t done)> progress;
};

/// One row per input, one column per norm asked for.
struct Certificates {
  std::vector<Norm> norms;
  std::vector<float> logits;  ///< f(x) of the float32 program.
  std::vector<double> slack;  ///< kDeployed: how far rounding can move each logit; otherwise empty.
  std::vector<double> radii;  ///< (count, norms): inf where nothing can flip the verdict; 0 for `other` ones, unless
                              ///< both are certified.
  /// (count, norms), or empty where no attack was asked for: the price of an allowed change that flips the verdict, inf
  /// where none was found, 0 for `other` verdicts. For norm 0 the number of features changed.
  std::vector<double> attacks;
  std::vector<RadiusProof> proofs;  ///< (count, norms), or empty where none were kept. No cuts: nothing is certified.

  [[nodiscard]] std::size_t count() const { return logits.size(); }
  [[nodiscard]] bool sensitive(std::size_t input) const {
    return slack.empty() ? logits[input] > 0 : static_cast<double>(logits[input]) > -slack[input];
  }
  [[nodiscard]] double attack(std::size_t input, std::size_t norm) const {
    return attacks[input * norms.size() + norm];
  }
  [[nodiscard]] double radius(std::size_t input, std::size_t norm) const { return radii[input * norms.size() + norm]; }
};

struct AttackOptions {
  std::vector<Norm> norms = {Norm::l1(), Norm::l2(), Norm::linf()};
  ThreatModel threat;
  std::size_t restarts = 4;  ///< Random starts of projected gradient descent per input and norm.
  std::uint64_t seed = 1;    ///< Of the restarts; the same seed gives the same attacks.
  std::size_t threads = 0;   ///< 0: one per core. Never changes a result.
  std::function<void(std::size_t done)> progress;
};

/// One row per input, one column per norm asked for.
struct Attacks {
  std::vector<Norm> norms;
  std::vector<float> logits;         ///< f(x) of the inputs themselves.
  std::vector<double> distances;     ///< (count, norms), as Certificates::attacks: rounded up.
  std::vector<float> inputs;         ///< (count, norms, dim): the adversarial inputs; the input itself where none is.
  std::vector<float> attack_logits;  ///< (count, norms): of the adversarial inputs.

  [[nodiscard]] std::size_t count() const { return logits.size(); }
  [[nodiscard]] double distance(std::size_t input, std::size_t norm) const {
    return distances[input * norms.size() + norm];
  }
};

/// What `inspect` shows of a model.
struct ModelSummary {
  std::vector<std::int64_t> input_shape;
  std::vector<std::string> feature_names;
  std::vector<std::string> feature_units;
  std::vector<std::string> feature_map;  ///< One line per step.
  struct Layer {
    std::string name;
    std::string kind;
    std::vector<std::string> inputs;
    std::vector<std::int64_t> output_shape;
    std::size_t parameters = 0;
  };
  std::vector<Layer> layers;
  std::size_t parameters = 0;
  float threshold = 0;
  std::string sensitive_class;
  std::string other_class;
  std::vector<double> domain_lower;  ///< Empty, one value, or one per feature.
  std::vector<double> domain_upper;
  std::map<std::string, double> lipschitz;  ///< Of the feature map, by norm name.
  double logit_error = 0;       ///< Bound on |float32 logit - f(x)| over the domain; infinite without a domain.
  double logit_error_at_0 = 0;  ///< The same at x = 0: what grows from there is proportional to |x|.
  bool certifies_both = false;  ///< A maximum of affine pieces over an affine map: both verdicts can be certified.
  std::map<std::string, std::string> provenance;
};

/// The change that hurts a minorant most: where the proof of one input is weakest.
struct WeakestDirection {
  double radius = 0;           ///< The certified radius it belongs to.
  std::vector<double> change;  ///< (dim): worst change of that size, in the features' units.
};

/// A loaded model, ready to score and certify. Immutable: one object serves any number of threads.
class Classifier {
 public:
  /// Reads a model file as hostile input. Fails: kIo, kBadFormat, kBadShape, kBadValue, kNotConvex.
  static Result<Classifier> load(const std::string& path);

  Classifier(Classifier&&) noexcept;
  Classifier& operator=(Classifier&&) noexcept;
  ~Classifier();

  [[nodiscard]] const ModelSummary& summary() const;
  [[nodiscard]] std::size_t dim() const;

  /// f(x) of each input. Shape: inputs is (count, dim). Fails: kBadShape, kBadValue for NaN or infinity (named by input
  /// and feature).
  Result<std::vector<float>> logits(std::span<const float> inputs, std::size_t count, std::size_t threads = 0) const;

  /// Certified radii; the same bits whatever the batch and the number of threads.
  ///
  /// Shape: inputs is (count, dim).
  /// Fails: as logits; kBadOption for a norm that the method does not support; kEnvironment where flush-to-zero or
  /// another rounding mode is on and a guarantee or an attack is asked for. Source: Pfrommer, Anderson, Piet, Sojoudi,
  /// NeurIPS 2023; docs/certificates.md.
  Result<Certificates> certify(std::span<const float> inputs, std::size_t count, const CertifyOptions& options) const;

  /// The smallest changes found that flip the sensitive verdicts: upper bounds on every certified radius.
  ///
  /// Shape: inputs is (count, dim). Every adversarial input is a float32 input inside the bounds whose logit is <= 0
  /// and whose f is <= 0 in float64 as well. Fails: as certify; norms 0, 1, 2 and inf.
  Result<Attacks> attack(std::span<const float> inputs, std::size_t count, const AttackOptions& options) const;

  /// The radius that the trusted verifier confirms from a proof alone; the certificate holds if it is >= its radius.
  ///
  /// Shape: input is (dim). Fails: kBadShape for a proof of another model, kBadOption for a norm other than 0, 1, 2 and
  /// inf, kUnsupported for a feature map that proofs do not cover, kBadValue, kEnvironment.
  Result<double> confirm(std::span<const float> input, const Certificate& certificate, const ThreatModel& threat) const;

  /// Where the certificate of one input is weakest. Shape: input is (dim). Fails: as certify; norms 0, 1, 2 and inf.
  Result<WeakestDirection> weakest_direction(std::span<const float> input, Norm norm, const ThreatModel& threat) const;

 private:
  struct Impl;
  explicit Classifier(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace standfast
