// What a test of soundness has tried, printed at its end: a hunt that tried nothing proves nothing.
//
//     STANDFAST_CASES=2500 build/release/bin/property
//     --gtest_filter='Refined.NoAttack*:*AdversarialNetworks*:UlpHunter.No*:TamperedProofs.Nothing*:Exact.*'
//
// tries more than 10^5 combinations. The two hunts share theirs.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace standfast::support {

class Tally {
 public:
  explicit Tally(std::string what) : what_(std::move(what)) {}
  /// Prints the counts.
  ~Tally();
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;

  /// One (input, norm, threat model, network).
  void combination() { ++combinations_; }
  /// One printed radius of a combination.
  void radius(double value);
  /// A radius whose attack came within one percent of it.
  void met() { ++met_; }
  /// A model or an input that the library refuses to judge.
  void refused() { ++refused_; }

  /// Points looked at inside radii.
  void tried(std::size_t points) { tried_ += points; }

  [[nodiscard]] std::size_t combinations() const { return combinations_; }

 private:
  std::string what_;
  std::size_t combinations_ = 0, radii_ = 0, zero_ = 0, infinite_ = 0, met_ = 0, refused_ = 0, tried_ = 0;
};

}  // namespace standfast::support
