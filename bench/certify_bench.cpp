// Certificates per second, and how long one answer takes, by method, guarantee and batch.
#include <span>
#include <string>

#include <benchmark/benchmark.h>

#include "models.hpp"

namespace standfast::bench {
namespace {

constexpr std::size_t kLargestBatch = 1024;

void certify(benchmark::State& state, const Subject& subject, const CertifyOptions& options, std::size_t batch) {
  const auto inputs = std::span(subject.inputs).first(batch * subject.classifier.dim());
  for (auto _ : state) {
    auto certificates = subject.classifier.certify(inputs, batch, options);
    if (!certificates.ok()) return state.SkipWithError(certificates.error().message.c_str());
    benchmark::DoNotOptimize(certificates->radii.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch * options.norms.size()));
}

void score(benchmark::State& state, const Subject& subject, std::size_t batch) {
  const auto inputs = std::span(subject.inputs).first(batch * subject.classifier.dim());
  for (auto _ : state) {
    auto logits = subject.classifier.logits(inputs, batch, 1);
    if (!logits.ok()) return state.SkipWithError(logits.error().message.c_str());
    benchmark::DoNotOptimize(logits->data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch));
}

CertifyOptions options_of(Method method, Guarantee guarantee, Norm norm, std::size_t dim) {
  CertifyOptions options;
  options.norms = {norm};
  options.method = method;
  options.guarantee = guarantee;
  options.threat = ThreatModel::domain(dim, 0, 1).value();
  options.threads = 1;
  return options;
}

void add(const Subject& subject, Norm norm, Method method, Guarantee guarantee, std::size_t batch) {
  const auto options = options_of(method, guarantee, norm, subject.classifier.dim());
  const auto name = "certify/" + subject.name + "/" + norm.name() + "/" + std::string(method_name(method)) + "/" +
                    std::string(guarantee_name(guarantee)) + "/batch:" + std::to_string(batch);
  benchmark::RegisterBenchmark(
      name.c_str(), [&subject, options, batch](benchmark::State& state) { certify(state, subject, options, batch); });
}

void add_all(const Subject& subject) {
  for (const std::size_t batch : {std::size_t{1}, std::size_t{64}, kLargestBatch}) {
    const auto name = "logits/" + subject.name + "/batch:" + std::to_string(batch);
    benchmark::RegisterBenchmark(name.c_str(),
                                 [&subject, batch](benchmark::State& state) { score(state, subject, batch); });
    for (const auto method : {Method::kClosedForm, Method::kSeparable}) {
      for (const auto guarantee : {Guarantee::kNone, Guarantee::kReal})
        add(subject, Norm::l2(), method, guarantee, batch);
    }
  }
  for (const auto norm : {Norm::l1(), Norm::linf()}) {
    add(subject, norm, Method::kSeparable, Guarantee::kNone, 64);
    add(subject, norm, Method::kSeparable, Guarantee::kReal, 64);
    add(subject, norm, Method::kClosedForm, Guarantee::kReal, 64);
  }
  for (const auto norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
    add(subject, norm, Method::kRefined, Guarantee::kReal, 64);
    add(subject, norm, Method::kExact, Guarantee::kReal, 64);
  }
}

}  // namespace

/// Called by main before the benchmarks are run.
void register_certify() {
  static const Subject spam = make_subject({"spam-mlp", 57, {200, 50}}, kLargestBatch);
  static const Subject spam_abs = make_subject({"spam-mlp-abs", 57, {200, 50}, true}, kLargestBatch);
  static const Subject mnist = make_subject({"mnist-mlp", 784, {200, 50}}, kLargestBatch);
  for (const auto* subject : {&spam, &spam_abs, &mnist}) add_all(*subject);
}

}  // namespace standfast::bench
