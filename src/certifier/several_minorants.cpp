// Larger radii from several minorants (C21): the searches of a tile's inputs share the passes of the float32 model, and
// what they find is proven once, as one choice of slopes (C23), if the network has no maxima. With maxima each minorant
// is proven by itself, and then their weighted sum (C24).
#include <algorithm>
#include <utility>

#include "certifier/separable_certifier.hpp"
#include "verify/proven_minorant.hpp"

namespace standfast::certifier {
namespace {

// The share of the search's radius that a proof should reach. The search works in float32, so that it is off in the
// last digits; what is proven below this was not what the search took it for.
constexpr double kAsSearched = 1 - 1e-3;

/// A few features of all slots at a time: a cache line holds one feature of every slot.
template <class Work>
void for_each_block(std::size_t features, std::size_t slots, const Work& work) {
  // few enough that all slots' features stay in the cache, enough that the loops inside are long
  constexpr std::size_t kBlock = 32;
  for (std::size_t first = 0; first < features; first += kBlock) {
    for (std::size_t slot = 0; slot < slots; ++slot) work(slot, {first, std::min(first + kBlock, features)});
  }
}

}  // namespace

const minorant::SeparableMinorant& SeparableCertifier::with_merged_moves(CertifyLane& lane,
                                                                         const minorant::SeparableMinorant& minorant,
                                                                         std::vector<std::uint32_t>& targets) {
  if (lane.moves.empty()) return minorant;
  lane.merged = minorant;
  search::merge_moves(lane.moves, lane.merged, targets);
  return lane.merged;
}

void SeparableCertifier::expand_point(CertifyLane& lane) {
  if (lane.moves.empty()) return;
  const std::span<const double> change = lane.search.change(), bend_change = lane.search.bend_change();
  lane.change.assign(change.begin(), change.end());
  lane.bend_change.assign(bend_change.begin(), bend_change.end());
  search::expand_moves(lane.moves, lane.targets, lane.minorants.front().offset, lane.change, lane.bend_change);
}

minorant::SeparableMinorant& SeparableCertifier::keep_minorant(CertifyLane& lane, const infer::TileWorkspace& pass,
                                                               std::size_t slot) const {
  if (lane.used == lane.minorants.size()) {
    lane.minorants.emplace_back();
    lane.choices.emplace_back();
  }
  lane.choices[lane.used].choice = choice_of_lane(pass.slopes, slot);
  parts_.plan->read_relu_duals(pass, slot, lane.choices[lane.used].duals);
  return lane.minorants[lane.used++];
}

void SeparableCertifier::find_next_minorants(std::span<const float> x, CertifyWorkspace& ws) const {
  const std::size_t count = ws.waiting.size(), dim = parts_.model->dim();
  parts_.plan->prepare_tile(ws.probe);
  for (const std::size_t l : ws.waiting) expand_point(ws.lanes[l]);
  for_each_block(parts_.model->dim(), count, [&](std::size_t slot, search::FeatureRange range) {
    const CertifyLane& lane = ws.lanes[ws.waiting[slot]];
    const bool merged = !lane.moves.empty();
    reader_.move_features(
        values_of_lane(ws.infer.features, ws.waiting[slot]), merged ? lane.change : lane.search.change(),
        merged ? lane.bend_change : lane.search.bend_change(), range, ws.probe.features.data() + slot, kLanes);
  });
  parts_.plan->forward_features_tile(count, ws.probe, std::span(ws.logits).first(count));
  parts_.plan->backward_tile(ws.probe);
  for (std::size_t slot = 0; slot < count; ++slot) {
    reader_.start_minorant_at(ws.logits[slot], keep_minorant(ws.lanes[ws.waiting[slot]], ws.probe, slot));
  }
  for_each_block(parts_.model->dim(), count, [&](std::size_t slot, search::FeatureRange range) {
    CertifyLane& lane = ws.lanes[ws.waiting[slot]];
    reader_.read_minorant_at(x.subspan(ws.waiting[slot] * dim, dim),
                             values_of_lane(ws.infer.features, ws.waiting[slot]),
                             values_of_lane(ws.probe.feature_dual, slot), values_of_lane(ws.probe.features, slot),
                             range, lane.minorants[lane.used - 1]);
  });
}

void SeparableCertifier::search_weights(const Request& request, std::span<const float> x, std::span<const float> logits,
                                        std::size_t norm_index, CertifyWorkspace& ws, Rows rows) const {
  const search::MinorantSearchOptions options{request.norm(norm_index), request.passes,
                                              request.options.method == Method::kExact, request.options.gap};
  const std::size_t dim = parts_.model->dim();
  ws.queue_rows(rows);
  std::erase_if(ws.waiting, [&](std::size_t l) {
    CertifyLane& lane = ws.lanes[l];
    lane.used = 0;
    reader_.read_minorant(x.subspan(l * dim, dim), values_of_lane(ws.infer.features, l), logits[l],
                          values_of_lane(ws.infer.feature_dual, l), keep_minorant(lane, ws.infer, l));
    const bool same = lane.search_interval.empty();
    const std::vector<double>& cost = search_cost_of(request, lane);
    lane.problem.assign(with_merged_moves(lane, lane.minorants.front(), lane.targets), cost,
                        same ? lane.interval : lane.search_interval);
    search::ValueSource* values =
        options.keep_all ? &lane.values.emplace(*parts_.plan, x.subspan(l * dim, dim), ws.single) : nullptr;
    if (values != nullptr && !lane.moves.empty()) values = &lane.expanded.emplace(lane.moves, lane.targets, *values);
    return !lane.search.start(lane.problem, cost, options, values);
  });
  while (!ws.waiting.empty()) {
    find_next_minorants(x, ws);
    std::erase_if(ws.waiting, [&](std::size_t l) {
      CertifyLane& lane = ws.lanes[l];
      return !lane.search.add_minorant(with_merged_moves(lane, lane.minorants[lane.used - 1], lane.later_targets));
    });
  }
  ws.queue_rows(rows);
  for (const std::size_t l : ws.waiting) {
    CertifyLane& lane = ws.lanes[l];
    lane.weights = lane.search.result().weights;
    lane.weights.resize(lane.used, 0.0);  // those tried after the best ones were found
    lane.hint = lane.search.result().hint;
  }
  prove_weighted_sums(request, x, ws);
}

void SeparableCertifier::prove_weighted_sums(const Request& request, std::span<const float> x,
                                             CertifyWorkspace& ws) const {
  const std::vector<std::size_t> lanes = ws.waiting;
  std::size_t most = 1;
  for (const std::size_t l : lanes) {
    CertifyLane& lane = ws.lanes[l];
    const std::span<const ChoiceWithDuals> choices = std::span(lane.choices).first(lane.used);
    lane.proof_choices.clear();
    if (merges_choices_) {
      lane.proof_choices.push_back(merged_choice(choices, lane.weights));
    } else {
      for (std::size_t j = 0; j < lane.used; ++j) {
        if (!(lane.weights[j] > 0)) continue;
        lane.proof_choices.push_back(choices[j].choice);
        lane.proof_choices.back().weight = lane.weights[j];
      }
    }
    most = std::max(most, lane.proof_choices.size());
  }
  for (std::size_t j = 0; j < most && request.proves(); ++j) prove_choices(request, x, j, ws);
  for (const std::size_t l : lanes) {
    CertifyLane& lane = ws.lanes[l];
    if (!request.proves()) {
      search::sum_weighted(std::span(lane.minorants).first(lane.used), lane.weights, lane.minorant.separable);
    } else {
      lane.minorant =
          verify::combine(std::span(lane.parts).first(lane.proof_choices.size()), weights_of(lane.proof_choices));
    }
    price_minorant(request, lane);
  }
}

void SeparableCertifier::prove_choices(const Request& request, std::span<const float> x, std::size_t j,
                                       CertifyWorkspace& ws) const {
  std::erase_if(ws.waiting, [&](std::size_t l) { return ws.lanes[l].proof_choices.size() <= j; });
  const std::size_t count = ws.waiting.size(), dim = parts_.model->dim();
  ws.inputs.resize(count * dim);
  ws.slopes.resize(ws.infer.slopes.size());
  for (std::size_t k = 0; k < ws.slopes.size(); ++k) {
    ws.slopes[k].relu.resize(ws.infer.slopes[k].relu.size());
    ws.slopes[k].winner.resize(ws.infer.slopes[k].winner.size());
  }
  for (std::size_t slot = 0; slot < count; ++slot) {
    CertifyLane& lane = ws.lanes[ws.waiting[slot]];
    write_to_lane(lane.proof_choices[j], slot, ws.slopes);
    std::ranges::copy(x.subspan(ws.waiting[slot] * dim, dim),
                      ws.inputs.begin() + static_cast<std::ptrdiff_t>(slot * dim));
    if (lane.parts.size() <= j) lane.parts.resize(j + 1);
    ws.wanted[slot] = &lane.parts[j];
  }
  parts_.wide->prove_tile(ws.inputs, count, ws.slopes, ws.verify, std::span(ws.wanted).first(count),
                          request.options.precision);
  for (std::size_t slot = 0; slot < count; ++slot) {
    see_from_input(std::span(ws.inputs).subspan(slot * dim, dim), *ws.wanted[slot]);
  }
}

void SeparableCertifier::retry_at_input(const Request& request, std::span<const float> x, std::size_t norm_index,
                                        CertifyWorkspace& ws, CertifyLane& lane, const CertifiedRow& row) const {
  const double found = row.radii[norm_index];
  if (!request.proves() || found >= lane.search.result().radius * kAsSearched) return;
  CertifiedRow other = row;
  std::vector<double> radii(request.norm_count());
  std::vector<RadiusProof> proofs(row.proofs.size());
  other.radii = radii;
  other.proofs = proofs;
  lane.proof_choices = {lane.choices.front().choice};
  lane.proof_choices.front().weight = 1;
  write_to_lane(lane.proof_choices.front(), 0, ws.slopes);
  verify::ProvenMinorant* const wanted[] = {&lane.minorant};
  parts_.wide->prove_tile(x, 1, ws.slopes, ws.verify, wanted, request.options.precision);
  see_from_input(x, lane.minorant);
  price_minorant(request, lane);
  lane.hint = {};
  certify_lane(request, x, lane, norm_index, other);
  if (!(radii[norm_index] > found)) return;
  row.radii[norm_index] = radii[norm_index];
  if (!row.proofs.empty()) row.proofs[norm_index] = std::move(proofs[norm_index]);
}

}  // namespace standfast::certifier
