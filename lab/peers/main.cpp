// Ours beside plain PyTorch, in one process, round by round, on one thread: `standfast-peers [MODEL...]`.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/try.hpp"
#include "lab/bench/contest.hpp"
#include "lab/bench/machine_peak.hpp"
#include "lab/bench/sizes.hpp"
#include "lab/bench/statistics.hpp"
#include "lab/bench/subject.hpp"
#include "lab/peers/torch_certificates.hpp"
#include "lab/peers/training.hpp"

namespace standfast::lab {
namespace {

constexpr double kAgreement = 2e-3;  // two float32 programs that sum in different orders
constexpr double kPatience = 10;     // a call may take so many times as long as a line should
constexpr std::size_t kLargestBatch = 1024;

struct Peer {
  std::string name;
  Contender call;
};

Contender ours(const Subject& subject, std::size_t batch, Guarantee guarantee) {
  CertifyOptions options;
  options.norms = {Norm::l2()};
  options.method = Method::kClosedForm;
  options.guarantee = guarantee;
  options.threat = subject.threat;
  options.threads = 1;
  return [&subject, batch, options]() -> Status {
    const auto inputs = std::span(subject.inputs).first(batch * subject.classifier.dim());
    STANDFAST_TRY(const auto certificates, subject.classifier.certify(inputs, batch, options));
    return {};
  };
}

using TorchCall = void (TorchCertificates::*)(std::span<const float>, std::size_t, std::vector<float>&) const;

Contender theirs(const Subject& subject, std::size_t batch, const TorchCertificates& torch, TorchCall call) {
  return [&subject, batch, &torch, call, radii = std::vector<float>()]() mutable -> Status {
    (torch.*call)(std::span(subject.inputs).first(batch * subject.classifier.dim()), batch, radii);
    return {};
  };
}

/// Fails if a peer computes something else: then a ratio would mean nothing.
Status check_agreement(const Subject& subject, const TorchCertificates& torch, TorchCall call) {
  CertifyOptions options;
  options.norms = {Norm::l2()};
  options.method = Method::kClosedForm;
  options.guarantee = Guarantee::kNone;
  options.threads = 1;
  const auto inputs = std::span(subject.inputs).first(subject.classifier.dim());
  STANDFAST_TRY(const auto certificates, subject.classifier.certify(inputs, 1, options));
  std::vector<float> radii;
  (torch.*call)(inputs, 1, radii);
  const double own = certificates.radius(0, 0);
  if (std::fabs(radii[0] - own) <= kAgreement * own) return {};
  return Error{ErrorCode::kBadValue,
               fmt::format("{}: found a radius of {} in PyTorch, expected {}", subject.about.name, radii[0], own)};
}

void print_ratios(const Subject& subject, std::size_t batch, const std::vector<Peer>& peers,
                  const std::vector<Timings>& timings) {
  for (std::size_t torch = 2; torch < peers.size(); ++torch) {
    for (std::size_t own = 0; own < 2; ++own) {
      const Spread ratio = ratio_spread(timings[torch].round_processor, timings[own].round_processor);
      fmt::print("{:<10.10} batch {:>5}  {:<20} / {:<10} {:>7.2f} [{:.2f}, {:.2f}]  {} rounds\n", subject.about.name,
                 batch, peers[torch].name, peers[own].name, ratio.median, ratio.low, ratio.high,
                 timings[own].round_wall.size());
    }
  }
  std::fflush(stdout);
}

Status compare(const Subject& subject, double seconds) {
  const TorchCertificates torch(subject.model);
  STANDFAST_CHECK(check_agreement(subject, torch, &TorchCertificates::by_autograd));
  if (torch.folds()) STANDFAST_CHECK(check_agreement(subject, torch, &TorchCertificates::by_hand));
  double slowest = 0;  // per input, at the batch before
  for (const std::size_t batch : {std::size_t{1}, std::size_t{64}, kLargestBatch}) {
    if (batch > subject.count || slowest * static_cast<double>(batch) > kPatience * seconds) break;
    std::vector<Peer> peers = {{"ours none", ours(subject, batch, Guarantee::kNone)},
                               {"ours real", ours(subject, batch, Guarantee::kReal)},
                               {"PyTorch autograd", theirs(subject, batch, torch, &TorchCertificates::by_autograd)}};
    if (torch.folds()) peers.push_back({"PyTorch by hand", theirs(subject, batch, torch, &TorchCertificates::by_hand)});
    std::vector<Contender> calls;
    for (const auto& peer : peers) calls.push_back(peer.call);
    STANDFAST_TRY(const auto timings, hold_contest(calls, seconds));
    print_ratios(subject, batch, peers, timings);
    for (const auto& timing : timings)
      slowest = std::max(slowest, nearest_rank(timing.round_processor, 0.5) / static_cast<double>(batch));
  }
  return {};
}

Status compare_all(const std::vector<std::string>& models, double seconds) {
  for (const auto& path : models) {
    STANDFAST_TRY(const Subject subject, subject_of_file(path, kLargestBatch));
    STANDFAST_CHECK(compare(subject, seconds));
  }
  if (!models.empty()) return {};
  for (const auto& size : bench_sizes()) {
    STANDFAST_TRY(const Subject subject, subject_of_size(size, kLargestBatch));
    STANDFAST_CHECK(compare(subject, seconds));
  }
  return compare_training(seconds);
}

int run(int count, char** arguments) {
  std::vector<std::string> models;
  double seconds = 0.5;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = arguments[i];
    if (word == "--seconds" && i + 1 < count) {
      seconds = std::strtod(arguments[++i], nullptr);
    } else if (word.starts_with("-")) {
      fmt::print(stderr, "usage: standfast-peers [MODEL...] [--seconds S]\n");
      return 2;
    } else {
      models.emplace_back(word);
    }
  }
  fmt::print("{}; BLAS of PyTorch: {}\n", processor_type(), use_one_torch_thread());
  fmt::print("closed form, norm l2, one thread; processor time of theirs over ours: median [smallest, largest]\n");
  const Status status = compare_all(models, seconds);
  if (!status.ok()) fmt::print(stderr, "standfast-peers: {}\n", status.error().message);
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace standfast::lab

int main(int count, char** arguments) {
  try {  // libtorch throws
    return standfast::lab::run(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "standfast-peers: %s\n", error.what());
    return 1;
  }
}
