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

#include "standfast/result.hpp"
#include "standfast/threat.hpp"

namespace standfast {

enum class Method {
  kClosedForm,  ///< The paper's radius: margin / (Lip_p(phi) * dual norm of the gradient). Ignores bounds, which is
                ///< sound.
  kSeparable,   ///< The exact worst case of the same minorant under costs and bounds (Algorithm S). Norms 0, 1, 2, inf.
};
enum class Guarantee {
  kNone,  ///< The search's own number, in working precision.
  kReal,  ///< Confirmed by the trusted verifier: a theorem about the stored weights in real arithmetic, rounded down.
};
Result<Method> parse_method(std::string_view text);
Result<Guarantee> parse_guarantee(std::string_view text);
std::string_view method_name(Method method);
std::string_view guarantee_name(Guarantee guarantee);

struct CertifyOptions {
  std::vector<Norm> norms = {Norm::l1(), Norm::l2(), Norm::linf()};
  Method method = Method::kSeparable;
  Guarantee guarantee = Guarantee::kReal;
  ThreatModel threat;
  std::size_t threads = 0;  ///< 0: one per core. Never changes a result.
  /// Called now and then, from one thread at a time, with the number of inputs done.
  std::function<void(std::size_t done)> progress;
};

/// One row per input, one column per norm asked for.
struct Certificates {
  std::vector<Norm> norms;
  std::vector<float> logits;  ///< f(x); the verdict is sensitive iff > 0.
  std::vector<double> radii;  ///< (count, norms): 0 for `other` verdicts, inf where nothing can flip the verdict.

  [[nodiscard]] std::size_t count() const { return logits.size(); }
  [[nodiscard]] bool sensitive(std::size_t input) const { return logits[input] > 0; }
  [[nodiscard]] double radius(std::size_t input, std::size_t norm) const { return radii[input * norms.size() + norm]; }
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
  /// another rounding mode is on and a guarantee is asked for. Source: Pfrommer, Anderson, Piet, Sojoudi, NeurIPS 2023;
  /// docs/certificates.md.
  Result<Certificates> certify(std::span<const float> inputs, std::size_t count, const CertifyOptions& options) const;

  /// Where the certificate of one input is weakest. Shape: input is (dim). Fails: as certify; norms 0, 1, 2 and inf.
  Result<WeakestDirection> weakest_direction(std::span<const float> input, Norm norm, const ThreatModel& threat) const;

 private:
  struct Impl;
  explicit Classifier(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace standfast
