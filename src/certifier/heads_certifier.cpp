// A head's radius is bounded at first by its steepness, (C48). A table holds what is known of every head's radius at
// every input of a tile. In each round every input names one head, that with the smallest known radius, unless it was
// looked at as closely as the method can; inputs that name the same head share its passes. It ends when no input names
// one: then the smallest known radius of each is final, and those of the other heads are larger and proven as well.
#include "certifier/heads_certifier.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "base/parallel.hpp"
#include "base/rounding.hpp"
#include "model/steepness.hpp"
#include "verify/radius.hpp"
#include "verify_wide/fast_sums.hpp"

namespace standfast::certifier {

namespace {

constexpr double kRoundDown = 1 - 8 * kUnitRoundoff, kSmallestBound = 0x1p-900;

void run_forward(const infer::Plan& plan, const Request& request, std::span<const float> x, std::span<float> logits,
                 CertifyWorkspace& workspace) {
  if (logits.size() == 1 && !Certifier::needs_tiles(request)) {
    logits[0] = plan.forward(x, workspace.infer.one);
  } else {
    plan.forward_tile(x, logits.size(), workspace.infer, logits);
  }
}

/// The request by the cheapest method whose radii a search can only raise.
Request without_search(Request request) {
  request.options.method = Method::kSeparable;
  return request;
}

}  // namespace

HeadsCertifier::Head::Head(const verify::Verifier& core, const infer::Plan* whole)
    : own_plan(whole == nullptr ? std::make_unique<const infer::Plan>(core.model()) : nullptr),
      plan(whole == nullptr ? own_plan.get() : whole),
      wide(core),
      certifier(Certifier::create({&core.model(), plan, &core, &wide})) {
  if (whole != nullptr) return;
  error = deployed::deployed_error(core.model());
  steepness = model::steepness_upper(core.model());
}

HeadsCertifier::HeadsCertifier(const verify::HeadsVerifier& core, const infer::Plan& plan) : plan_(&plan) {
  // elsewhere the core, which sees |v| through lines, might prove less than the steepness does
  const model::MapView view = core.head(0).map().view();
  sees_features_alone_ = view == model::MapView::kSeparable || view == model::MapView::kKinked;
  heads_.resize(core.count());
  parallel_for(core.count(), 1, 0, [&](std::size_t k, std::size_t) {
    heads_[k] = std::make_unique<const Head>(core.head(k), core.count() == 1 ? &plan : nullptr);
  });
}

/// What is known of the radii of every head at every input of a tile.
class HeadsCertifier::Table {
 public:
  Table(const Request& request, std::size_t heads, std::span<const CertifiedRow> rows)
      : request_(&request),
        rows_(rows),
        heads_(heads),
        norms_(request.norm_count()),
        look_(rows.size() * heads, Look::kNone),
        radius_(rows.size() * heads * norms_, 0.0),
        proof_(request.options.keep_proofs ? radius_.size() : 0) {}

  [[nodiscard]] std::span<double> radii(std::size_t row, std::size_t head) {
    return std::span(radius_).subspan((row * heads_ + head) * norms_, norms_);
  }
  [[nodiscard]] std::span<RadiusProof> proofs(std::size_t row, std::size_t head) {
    return proof_.empty() ? std::span<RadiusProof>()
                          : std::span(proof_).subspan((row * heads_ + head) * norms_, norms_);
  }
  [[nodiscard]] Look& look(std::size_t row, std::size_t head) { return look_[row * heads_ + head]; }

  /// The head with the smallest known radius in this norm, the first of equal ones.
  [[nodiscard]] std::size_t smallest_head(std::size_t row, std::size_t norm) {
    std::size_t smallest = 0;
    for (std::size_t k = 1; k < heads_; ++k) {
      if (radii(row, k)[norm] < radii(row, smallest)[norm]) smallest = k;
    }
    return smallest;
  }
  /// The head to look at next, if there is one.
  [[nodiscard]] std::optional<std::size_t> next_head(std::size_t row) {
    if (rows_[row].radii.empty()) return std::nullopt;
    for (std::size_t n = 0; n < norms_; ++n) {
      const Look closest = request_->searches(request_->norm(n)) ? Look::kSearched : Look::kOneMinorant;
      const std::size_t head = smallest_head(row, n);
      if (look(row, head) < closest) return head;
    }
    return std::nullopt;
  }

  /// Writes the smallest radii, each with the proofs of all heads, where they are wanted.
  void write_smallest() {
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      for (std::size_t n = 0; n < rows_[row].radii.size(); ++n) {
        rows_[row].radii[n] = radii(row, smallest_head(row, n))[n];
        if (rows_[row].proofs.empty() || !(rows_[row].radii[n] > 0)) continue;
        for (std::size_t k = 0; k < heads_; ++k) {
          rows_[row].proofs[n].heads.push_back(std::move(proofs(row, k)[n]));
        }
      }
    }
  }

 private:
  const Request* request_;
  std::span<const CertifiedRow> rows_;
  std::size_t heads_, norms_;
  std::vector<Look> look_;          // (rows, heads)
  std::vector<double> radius_;      // (rows, heads, norms)
  std::vector<RadiusProof> proof_;  // the same, or empty if none are kept
};

std::vector<const infer::Plan*> HeadsCertifier::head_plans() const {
  std::vector<const infer::Plan*> plans;
  for (const auto& head : heads_) plans.push_back(head->plan);
  return plans;
}

std::size_t HeadsCertifier::inputs_per_tile(const Request& request) const {
  return heads_.front()->certifier->inputs_per_tile(request);
}

void HeadsCertifier::forward(const Request& request, std::span<const float> x, std::span<float> logits,
                             HeadsWorkspace& workspace) const {
  run_forward(*plan_, request, x, logits, workspace.whole);
}

bool HeadsCertifier::may_rule_out_heads(const Request& request) const {
  // a file wants a proof of every head; the closed form is the smallest of the heads' own
  // steepness knows features, not moves of categories
  return !request.options.keep_proofs && !request.closed_form() && sees_features_alone_ &&
         request.options.threat.categories.empty();
}

void HeadsCertifier::bound_by_steepness(const Request& request, std::span<const float> x, std::size_t k,
                                        HeadsWorkspace& ws, Table& table) const {
  const std::vector<double>& steepness = heads_[k]->steepness;
  // (C48): the radius that a margin of 1 would have, by the dual norm
  verify::ProvenMinorant steepest;
  steepest.is_separable = true;
  steepest.separable.margin = 1;
  steepest.separable.coefficient = steepness;
  steepest.gradient_error.assign(steepness.size(), 0.0);
  std::vector<double> of_margin_1;
  for (std::size_t n = 0; n < request.norm_count(); ++n) {
    const Norm norm = request.norm(n);
    of_margin_1.push_back(norm == Norm::l0() ? 0
                                             : verify::closed_form_radius_proven(steepest, request.cost, norm, {1},
                                                                                 verify_wide::kFastSums));
  }
  const std::size_t dim = steepness.size(), count = x.size() / dim;
  ws.logits.resize(count);
  run_forward(*heads_[k]->plan, request, x, ws.logits, ws.heads[k]);
  for (std::size_t row = 0; row < count; ++row) {
    const double margin =
        (static_cast<double>(ws.logits[row]) - heads_[k]->error.at(x.subspan(row * dim, dim))) * kRoundDown;
    if (!(margin > 0 && std::isfinite(margin))) continue;
    for (std::size_t n = 0; n < of_margin_1.size(); ++n) {
      // only a head that nothing moves has no end; a product that overflows is still only a number
      const bool is_flat = of_margin_1[n] == kInfinity;
      const double product = std::min(margin * of_margin_1[n], std::numeric_limits<double>::max()) * kRoundDown;
      // one that underflows has lost its digits
      if (product >= kSmallestBound) table.radii(row, k)[n] = is_flat ? kInfinity : product;
    }
  }
}

void HeadsCertifier::look_closer(const Request& request, std::span<const float> x, std::size_t k, Look look,
                                 std::span<const std::size_t> rows, HeadsWorkspace& ws, Table& table) const {
  const std::size_t dim = heads_[k]->plan->model().dim();
  ws.inputs.clear();
  for (const std::size_t row : rows) {
    const auto one = x.subspan(row * dim, dim);
    ws.inputs.insert(ws.inputs.end(), one.begin(), one.end());
  }
  CertifyWorkspace& own = ws.heads[k];
  ws.logits.resize(rows.size());
  run_forward(*heads_[k]->plan, request, ws.inputs, ws.logits, own);
  std::vector<CertifiedRow> wanted(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    table.look(rows[i], k) = look;
    std::ranges::fill(table.radii(rows[i], k), 0.0);
    // a pass that overflowed proposes nothing
    if (std::isfinite(ws.logits[i])) wanted[i] = {table.radii(rows[i], k), table.proofs(rows[i], k)};
  }
  heads_[k]->certifier->certify(request, ws.inputs, ws.logits, own, wanted);
}

void HeadsCertifier::certify(const Request& request, std::span<const float> x, std::span<const float> logits,
                             HeadsWorkspace& ws, std::span<const CertifiedRow> rows) const {
  if (heads_.size() == 1) return heads_.front()->certifier->certify(request, x, logits, ws.whole, rows);
  ws.heads.resize(heads_.size());
  const bool searches = request.searches_any();
  const Request first = searches ? without_search(request) : request;
  Table table(request, heads_.size(), rows);
  for (std::size_t k = 0; k < heads_.size() && may_rule_out_heads(request); ++k) {
    bound_by_steepness(request, x, k, ws, table);
  }
  while (true) {
    std::vector<std::optional<std::size_t>> named;
    for (std::size_t row = 0; row < rows.size(); ++row) named.push_back(table.next_head(row));
    if (std::ranges::none_of(named, [](const auto& head) { return head.has_value(); })) break;
    for (std::size_t k = 0; k < heads_.size(); ++k) {
      for (const Look look : {Look::kOneMinorant, Look::kSearched}) {
        std::vector<std::size_t> chosen;
        for (std::size_t row = 0; row < rows.size(); ++row) {
          const bool is_next = named[row] == k && (table.look(row, k) == Look::kNone) == (look == Look::kOneMinorant);
          if (is_next) chosen.push_back(row), named[row].reset();
        }
        if (!chosen.empty()) look_closer(look == Look::kSearched ? request : first, x, k, look, chosen, ws, table);
      }
    }
  }
  table.write_smallest();
}

void HeadsCertifier::certify_other(const Request& request, std::span<const float> x, HeadsWorkspace& ws,
                                   std::span<double> radii) const {
  assert(heads_.size() == 1);
  heads_.front()->certifier->certify_other(request, x, ws.whole, radii);
}

WeakestDirection HeadsCertifier::weakest_direction(const Request& request, std::span<const float> x, Norm norm,
                                                   HeadsWorkspace& ws) const {
  ws.heads.resize(heads_.size());
  std::optional<WeakestDirection> weakest;
  for (std::size_t k = 0; k < heads_.size(); ++k) {
    CertifyWorkspace& own = heads_.size() == 1 ? ws.whole : ws.heads[k];
    WeakestDirection found = heads_[k]->certifier->weakest_direction(request, x, norm, own);
    if (!weakest || found.radius < weakest->radius) weakest = std::move(found);
  }
  return *std::move(weakest);
}

}  // namespace standfast::certifier
