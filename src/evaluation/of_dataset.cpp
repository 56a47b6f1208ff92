// Data sets whose inputs are kept as words go through the classifier in blocks, so that 100,000 messages of 20,000
// words need megabytes. All other inputs go at once.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/try.hpp"
#include "standfast/evaluation.hpp"

namespace standfast {
namespace {

constexpr std::size_t kBlockValues = std::size_t{1} << 24;  // 64 MiB of float32

std::size_t rows_per_block(const Dataset& data) {
  if (!data.is_text()) return data.count();
  return std::clamp<std::size_t>(kBlockValues / std::max<std::size_t>(data.dim(), 1), 1, 4096);
}

template <class T>
void append(std::vector<T>& all, std::vector<T>&& part) {
  all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
}

/// Calls body(inputs, first, rows) for one block after the other, until it says that it has had enough.
template <class Body>
Status for_each_block(const Dataset& data, const Body& body) {
  const std::size_t at_once = rows_per_block(data);
  for (std::size_t first = 0; first < data.count(); first += at_once) {
    const std::size_t rows = std::min(at_once, data.count() - first);
    const std::vector<float> values = data.is_text() ? data.dense_rows(first, rows) : std::vector<float>();
    STANDFAST_TRY(const bool go_on, body(data.is_text() ? std::span(values) : std::span(data.features), first, rows));
    if (!go_on) break;
  }
  return {};
}

/// The options with the number of inputs done counted from the data set's first.
template <class Options>
Options counting_from(const Options& options, std::size_t first) {
  Options block = options;
  if (options.progress) block.progress = [&options, first](std::size_t done) { options.progress(first + done); };
  return block;
}

bool is_whole(double value) { return value == std::floor(value); }

bool is_whole_row(const Dataset& data, std::size_t i) {
  return data.is_text() || std::ranges::all_of(data.row(i), is_whole);
}

/// Calls body with the place of each price that is a whole number: of whole inputs at whole costs, in norms 1 and inf.
template <class Body>
void for_each_whole_price(const Dataset& data, const ThreatModel& threat, const std::vector<Norm>& norms,
                          const Body& body) {
  if (!threat.whole || !std::ranges::all_of(threat.cost, is_whole)) return;
  for (std::size_t i = 0; i < data.count(); ++i) {
    if (!is_whole_row(data, i)) continue;
    for (std::size_t k = 0; k < norms.size(); ++k)
      if (norms[k] == Norm::l1() || norms[k] == Norm::linf()) body(i * norms.size() + k);
  }
}

}  // namespace

Result<Certificates> certify(const Classifier& classifier, const Dataset& data, const CertifyOptions& options) {
  Certificates all;
  all.norms = options.norms;
  STANDFAST_CHECK(
      for_each_block(data, [&](std::span<const float> inputs, std::size_t first, std::size_t rows) -> Result<bool> {
        STANDFAST_TRY(Certificates block, classifier.certify(inputs, rows, counting_from(options, first)));
        const bool whole_block = block.count() == rows;
        append(all.logits, std::move(block.logits));
        append(all.slack, std::move(block.slack));
        append(all.radii, std::move(block.radii));
        append(all.attacks, std::move(block.attacks));
        append(all.proofs, std::move(block.proofs));
        return whole_block;
      }));
  return all;
}

Result<std::vector<float>> logits(const Classifier& classifier, const Dataset& data) {
  std::vector<float> all;
  STANDFAST_CHECK(
      for_each_block(data, [&](std::span<const float> inputs, std::size_t, std::size_t rows) -> Result<bool> {
        STANDFAST_TRY(std::vector<float> block, classifier.logits(inputs, rows));
        append(all, std::move(block));
        return true;
      }));
  return all;
}

Result<Attacks> attack(const Classifier& classifier, const Dataset& data, const AttackOptions& options) {
  Attacks all;
  all.norms = options.norms;
  STANDFAST_CHECK(
      for_each_block(data, [&](std::span<const float> inputs, std::size_t first, std::size_t rows) -> Result<bool> {
        STANDFAST_TRY(Attacks block, classifier.attack(inputs, rows, counting_from(options, first)));
        append(all.logits, std::move(block.logits));
        append(all.distances, std::move(block.distances));
        append(all.inputs, std::move(block.inputs));
        append(all.attack_logits, std::move(block.attack_logits));
        return true;
      }));
  return all;
}

void count_whole_prices(Certificates& certificates, const Dataset& data, const ThreatModel& threat) {
  for_each_whole_price(data, threat, certificates.norms, [&](std::size_t cell) {
    certificates.radii[cell] = std::ceil(certificates.radii[cell]);
    if (!certificates.attacks.empty()) certificates.attacks[cell] = std::floor(certificates.attacks[cell]);
  });
}

void count_whole_prices(Attacks& attacks, const Dataset& data, const ThreatModel& threat) {
  for_each_whole_price(data, threat, attacks.norms,
                       [&](std::size_t cell) { attacks.distances[cell] = std::floor(attacks.distances[cell]); });
}

}  // namespace standfast
