// The fast proofs against the trusted core: whatever is proposed, the fast ones never prove more.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "certifier/certifier.hpp"
#include "infer/plan.hpp"
#include "model/max_affine.hpp"
#include "search/separable.hpp"
#include "support/cases.hpp"
#include "support/random_threat.hpp"
#include "support/tally.hpp"
#include "support/wide_proofs.hpp"
#include "verify/kinks.hpp"
#include "verify/radius.hpp"
#include "verify_wide/fast_sums.hpp"
#include "verify_wide/pull_back.hpp"

namespace standfast::support {
namespace {

using minorant::Proposal;
using model::MapView;
using verify::ProvenMinorant;

const std::vector<Norm> kFourNorms = {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()};
constexpr MapFamily kMaps[] = {MapFamily::kSeparable, MapFamily::kMixing, MapFamily::kKinked, MapFamily::kKnots,
                               MapFamily::kDeep};

/// Tangent slopes at another input, or nonsense in some units.
minorant::Slopes any_slopes(Random& random, const infer::Plan& plan, const std::vector<float>& x) {
  infer::InferWorkspace infer;
  plan.forward(x, infer);
  minorant::Slopes slopes = infer.slopes;
  if (random.chance(0.5)) return slopes;
  for (minorant::NodeSlopes& node : slopes) {
    for (float& s : node.relu) {
      if (random.chance(0.2)) s = static_cast<float>(random.uniform(-1, 2));
      if (random.chance(0.01)) s = std::numeric_limits<float>::quiet_NaN();
    }
    for (std::int32_t& winner : node.winner) {
      if (random.chance(0.1)) winner = static_cast<std::int32_t>(random.below(100)) - 50;
    }
  }
  return slopes;
}

/// The wide minorant as the proposal's norm wants it: seen from the input, if the map lets it.
ProvenMinorant seen_from_input(const WideProofs& proofs, std::span<const float> x, const ProvenMinorant& m,
                               std::span<const double> cost, const Proposal& proposal) {
  if (proofs.core.map().view() == MapView::kKinked) return verify::seen_from_input(proofs.core.map().unit_map(), x, m);
  if (proofs.core.map().view() != MapView::kMixing) return m;
  ProvenMinorant through_lines;
  const ProvenMinorant* const from[] = {&m};
  ProvenMinorant* const to[] = {&through_lines};
  verify_wide::PullBackWorkspace workspace;
  verify_wide::PullBack(proofs.core)
      .run(from, proofs.core.map().reach(cost, proposal.norm), proposal.norm, std::span(&proposal.bend, 1), workspace,
           to);
  return through_lines;
}

/// A search's numbers for this minorant, sometimes moved, sometimes nonsense.
minorant::RadiusProposal any_numbers(Random& random, const ProvenMinorant& m, std::span<const double> cost,
                                     std::span<const Interval> interval, Norm norm) {
  search::PricedProblem problem;
  problem.assign(m.separable, cost, interval);
  const search::SeparableRadius found = search::separable_radius(problem, norm);
  minorant::RadiusProposal numbers{found.radius, found.price_limit, found.multiplier};
  if (random.chance(0.3)) numbers.multiplier *= std::exp(random.normal());
  if (random.chance(0.2)) numbers.price_limit *= std::exp(random.normal());
  if (random.chance(0.05)) numbers.multiplier = random.chance(0.5) ? 5e-324 : 1e308;
  return numbers;
}

TEST(Core, NoFastProofProvesMoreThanTheCore) {
  Tally tally("Core.NoFastProof");
  std::size_t positive = 0, equal = 0;
  for_each_case(300, [&](Random& random) {
    const auto made = random_model(random, random_family_of_one_head(random), kMaps[random.below(std::size(kMaps))]);
    const auto& products = verify_wide::has_fused_products() && random.chance(0.7) ? verify_wide::kFusedProducts
                                                                                   : verify_wide::kPlainProducts;
    const auto proofs = wide_proofs(made.model, products);
    if (proofs == nullptr) return tally.refused();
    const infer::Plan plan(made.model);
    const auto x = random_input(random, made);
    const ThreatModel threat = random.chance(0.2) ? ThreatModel{} : random_bounded_threat(random, made, x);
    const std::vector<double> cost = verify::costs_of(threat, x.size());
    const std::vector<Interval> interval = verify::intervals_at(threat, x);
    const minorant::Slopes slopes = any_slopes(random, plan, x);
    for (const Precision precision : {Precision::kFloat64, Precision::kFloat32}) {
      const ProvenMinorant m = proofs->prove(x, slopes, precision);
      for (const Norm norm : kFourNorms) {
        tally.combination();
        Proposal proposal;
        proposal.norm = norm;
        // sums in float32 keep less of a dual, which makes another minorant: the core is asked about that one
        const bool narrow = precision == Precision::kFloat32;
        proposal.choices = {{1, narrow ? proofs->kept_by(x, slopes, precision) : slopes}};
        double closed = 0;
        if (norm != Norm::l0()) {
          proposal.closed_form = true;
          closed = verify::closed_form_radius_proven(m, cost, norm, verify::stretch_of(proofs->core.map(), norm),
                                                     verify_wide::kFastSums);
          EXPECT_LE(closed, proofs->core.prove(threat, x, proposal).value())
              << norm.name() << precision_name(precision) << describe(made.model);
          tally.radius(closed);
          proposal.closed_form = false;
        }
        if (proofs->core.map().view() == MapView::kOther) continue;
        proposal.bend = {norm == Norm::l0() || closed == 0 ? kInfinity : closed * std::exp(random.normal()),
                         random.chance(0.5) ? 0 : std::exp(random.normal())};
        const ProvenMinorant seen = seen_from_input(*proofs, x, m, cost, proposal);
        proposal.radius = any_numbers(random, seen, cost, interval, norm);
        const double radius =
            verify::separable_radius_proven(seen, {cost, interval}, norm, proposal.radius, verify_wide::kFastSums);
        // norm inf proposes the radius itself: what is asked of the core is what would be printed
        if (norm == Norm::linf()) proposal.radius.radius = radius;
        const double judged = proofs->core.prove(threat, x, proposal).value();
        EXPECT_LE(radius, judged) << norm.name() << precision_name(precision) << describe(made.model)
                                  << describe(threat);
        tally.radius(radius);
        positive += static_cast<std::size_t>(radius > 0);
        equal += static_cast<std::size_t>(radius > 0 && radius == judged && precision == Precision::kFloat64);
      }
    }
  });
  if (tally.combinations() < 1000) return;  // a few repeated cases
  EXPECT_GT(positive, 500U);
  EXPECT_GT(equal, 100U) << "in float64 most have the core's bits";
}

TEST(Core, FastMinorantsHaveTheBitsOfTheCore) {
  for_each_case(200, [&](Random& random) {
    const auto made = random_model(random, random_family_of_one_head(random), kMaps[random.below(std::size(kMaps))]);
    for (const auto* products : {&verify_wide::kPlainProducts, &verify_wide::best_products()}) {
      const auto proofs = wide_proofs(made.model, *products);
      if (proofs == nullptr) return;
      const auto x = random_input(random, made);
      const minorant::Slopes slopes = any_slopes(random, infer::Plan(made.model), x);
      const ProvenMinorant core = proofs->core.minorant(x, slopes), wide = proofs->prove(x, slopes);
      ASSERT_EQ(core.is_separable, wide.is_separable);
      ASSERT_EQ(core.separable.coefficient, wide.separable.coefficient);
      ASSERT_EQ(core.separable.bend, wide.separable.bend);
      ASSERT_EQ(core.separable.offset, wide.separable.offset);
      ASSERT_EQ(core.feature.gradient, wide.feature.gradient);
      ASSERT_GE(core.is_separable ? core.separable.margin : core.feature.margin,
                wide.is_separable ? wide.separable.margin : wide.feature.margin);
      ASSERT_EQ(core.gradient_error.size(), wide.gradient_error.size());
      for (std::size_t i = 0; i < core.gradient_error.size(); ++i)
        ASSERT_LE(core.gradient_error[i], wide.gradient_error[i]);
    }
  });
}

TEST(Core, ConfirmsEveryRadiusThatIsPrinted) {
  Tally tally("Core.ConfirmsEveryRadius");
  for_each_case(150, [&](Random& random) {
    const auto made = random_model(random, random_family_of_one_head(random), MapFamily::kSeparable);
    const auto classifier = try_make_classifier(made.model);
    if (!classifier) return tally.refused();
    std::vector<float> inputs;
    const std::size_t count = 1 + random.below(4);
    for (std::size_t i = 0; i < count; ++i) {
      const auto x = random_input(random, made);
      inputs.insert(inputs.end(), x.begin(), x.end());
    }
    CertifyOptions options;
    options.norms = kFourNorms;
    options.keep_proofs = true;
    options.threat = random_bounded_threat(random, made, std::span(inputs).first(made.model.dim()));
    for (const Method method : {Method::kSeparable, Method::kRefined, Method::kExact}) {
      options.method = method;
      options.precision = random.chance(0.3) ? Precision::kFloat32 : Precision::kFloat64;
      options.passes = method == Method::kExact ? 8 : 0;
      const auto printed = classifier->certify(inputs, count, options);
      if (!printed) return tally.refused();
      for (std::size_t i = 0; i < count; ++i) {
        const auto x = std::span(inputs).subspan(i * made.model.dim(), made.model.dim());
        for (std::size_t k = 0; k < kFourNorms.size(); ++k) {
          const double radius = printed->radius(i, k);
          if (!(radius > 0)) continue;
          tally.combination();
          tally.radius(radius);
          const Certificate certificate{kFourNorms[k], radius, printed->proofs[i * kFourNorms.size() + k]};
          EXPECT_GE(classifier->confirm(x, certificate, options.threat).value(), radius)
              << kFourNorms[k].name() << method_name(method) << describe(made.model) << describe(options.threat);
        }
      }
    }
  });
}

TEST(Core, ConfirmsEveryRadiusOfAnOtherVerdict) {
  Tally tally("Core.ConfirmsEveryOther");
  std::size_t lines = 0, closed = 0;
  for_each_case(700, [&](Random& random) {
    auto made = random_model(random, Family::kMaxAffine, kMaps[random.below(2)]);
    if (!model::is_max_affine(made.model)) return tally.refused();
    const auto x = random_input(random, made);
    set_margin(made.model, x, -std::exp(random.normal()));
    const auto proofs = wide_proofs(made.model);
    if (proofs == nullptr) return tally.refused();
    const infer::Plan plan(made.model);
    const auto certifier = certifier::Certifier::create({&made.model, &plan, &proofs->core, &proofs->wide});
    CertifyOptions options;
    options.both_classes = true;
    options.threat = random_bounded_threat(random, made, x);
    for (const Method method : {Method::kClosedForm, Method::kSeparable}) {
      options.method = method;
      options.norms = kFourNorms;
      if (method == Method::kClosedForm) options.norms.erase(options.norms.begin());
      const auto request = certifier::request_of(proofs->core, options);
      ASSERT_TRUE(request.ok()) << request.error().message;
      certifier::CertifyWorkspace workspace;
      std::vector<double> radii(options.norms.size());
      std::vector<minorant::OtherProposal> proposals(radii.size());
      certifier->certify_other(*request, x, workspace, radii, proposals);
      for (std::size_t k = 0; k < radii.size(); ++k) {
        tally.combination();
        tally.radius(radii[k]);
        EXPECT_GE(proofs->core.prove_other(options.threat, x, proposals[k]).value(), radii[k])
            << options.norms[k].name() << method_name(method) << describe(made.model) << describe(options.threat);
        for (const minorant::PieceProposal& piece : proposals[k].pieces) ++(piece.closed_form ? closed : lines);
      }
    }
  });
  if (tally.combinations() < 1000) return;  // a few repeated cases
  EXPECT_GT(lines, 500U);
  EXPECT_GT(closed, 500U);
}

}  // namespace
}  // namespace standfast::support
