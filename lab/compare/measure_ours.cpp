// Each norm by itself, so that its time is its own. A time is that of one thread.
#include "lab/compare/measure_ours.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/try.hpp"

namespace standfast::lab {
namespace {

struct Timed {
  std::vector<double> radii;
  double milliseconds = 0;
};

double share_above(const std::vector<float>& logits) {
  const auto above = std::ranges::count_if(logits, [](float logit) { return logit > 0; });
  return static_cast<double>(above) / static_cast<double>(logits.size());
}

Result<Timed> certified(const Classifier& classifier, const ClassRows& rows, const CertifyOptions& options,
                        const OurMeasure& about) {
  const double start = about.processor_seconds();
  STANDFAST_TRY(const auto found, classifier.certify(rows.features, rows.count(), options));
  const double seconds = about.processor_seconds() - start;
  return Timed{found.radii, 1000 * seconds / static_cast<double>(rows.count())};
}

/// A single pass over so few rows is over before the clock has moved: it is repeated until it has.
Result<Timed> certified_long_enough(const Classifier& classifier, const ClassRows& rows, const CertifyOptions& options,
                                    const OurMeasure& about) {
  constexpr double kSeconds = 0.05;
  const double start = about.processor_seconds();
  STANDFAST_TRY(Timed timed, certified(classifier, rows, options, about));
  std::size_t rounds = 1;
  while (about.processor_seconds() - start < kSeconds) {
    STANDFAST_TRY(timed, certified(classifier, rows, options, about));
    ++rounds;
  }
  const double seconds = about.processor_seconds() - start;
  timed.milliseconds = 1000 * seconds / static_cast<double>(rounds * rows.count());
  return timed;
}

/// The best method that the model has: exact, else refined, else separable, else the closed form.
struct Best {
  Timed timed;
  std::string_view method;
};
Result<Best> best_certified(const Classifier& classifier, const ClassRows& rows, CertifyOptions options,
                            const OurMeasure& about) {
  STANDFAST_TRY(options.threat, ThreatModel::domain(rows.dim, 0, 1));
  for (const Method method : {Method::kExact, Method::kRefined, Method::kSeparable}) {
    options.method = method;
    auto timed = certified(classifier, rows, options, about);
    if (timed.ok()) return Best{std::move(timed).value(), method_name(method)};
    if (timed.error().code != ErrorCode::kUnsupported) return timed.error();
  }
  return Best{{}, {}};
}

}  // namespace

Result<std::vector<MethodResult>> measure_ours(const Classifier& classifier, const TwoClasses& test,
                                               const OurMeasure& about) {
  MethodResult method;
  method.ours = true;
  method.norm = about.norm;
  STANDFAST_TRY(const auto sensitive,
                classifier.logits(test.sensitive.features, test.sensitive.count(), about.threads));
  STANDFAST_TRY(const auto other, classifier.logits(test.other.features, test.other.count(), about.threads));
  method.threshold = static_cast<double>(classifier.summary().threshold);
  method.accuracy_sensitive = share_above(sensitive);
  method.accuracy_other = 1 - share_above(other);
  method.parameters = classifier.summary().parameters;
  method.rounding = "proven";
  method.recipe = about.recipe;

  CertifyOptions options;
  options.threads = about.threads;
  options.method = Method::kClosedForm;
  MethodResult closed_form = method;
  closed_form.method = about.name + ", closed form";
  closed_form.label = about.label + ", closed form";
  const std::size_t native = native_norm(method);
  for (std::size_t n = 0; n < kCompareNorms.size(); ++n) {
    STANDFAST_TRY(const Norm norm, Norm::parse(kCompareNorms[n]));
    options.norms = {norm};
    STANDFAST_TRY(Timed timed, certified_long_enough(classifier, test.sensitive, options, about));
    closed_form.radii[n] = std::move(timed.radii);
    if (n == native) closed_form.milliseconds = timed.milliseconds;
  }
  std::vector<MethodResult> methods = {std::move(closed_form)};
  STANDFAST_TRY(const Norm norm, Norm::parse(about.norm));
  options.norms = {norm};
  options.progress = [&about, &test](std::size_t done) {
    about.progress("the best proof, rows", done, test.sensitive.count());
  };
  STANDFAST_TRY(Best best, best_certified(classifier, test.sensitive, options, about));
  if (best.method.empty()) return methods;
  method.method = fmt::format("{}, {}", about.name, best.method);
  method.label = fmt::format("{}, {} in [0, 1]", about.label, best.method);
  method.radii[native] = std::move(best.timed.radii);
  method.milliseconds = best.timed.milliseconds;
  methods.push_back(std::move(method));
  return methods;
}

Result<double> smoothing_time(const Classifier& classifier, std::span<const float> x, const OurMeasure& about) {
  constexpr std::uint32_t kDraws = 10'100, kAtOnce = 505;
  const Noise noise{NoiseKind::kGaussian, 0.5};
  std::vector<float> noisy(kAtOnce * x.size());
  const double start = about.processor_seconds();
  for (std::uint32_t first = 0; first < kDraws; first += kAtOnce) {
    for (std::uint32_t k = 0; k < kAtOnce; ++k)
      add_noise(x, noise, {1, 0, 0, first + k}, std::span(noisy).subspan(k * x.size(), x.size()));
    STANDFAST_CHECK(classifier.logits(noisy, kAtOnce, about.threads));
  }
  return 1000 * (about.processor_seconds() - start);
}

}  // namespace standfast::lab
