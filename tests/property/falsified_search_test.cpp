// A search that is wrong about costs, bounds, Lipschitz constants or the reach of the map: the radii it leads to are as
// true as before, because no proof reads what it believes.
#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "certifier/certifier.hpp"
#include "certifier/valid_price_search.hpp"
#include "search/separable.hpp"
#include "support/cases.hpp"
#include "support/random_threat.hpp"
#include "support/wide_proofs.hpp"

namespace standfast::support {
namespace {

using certifier::Certifier;
using certifier::Request;

constexpr double kFalse = 1e-3;

struct Falsehood {
  std::string name;
  std::function<void(Request&)> tell;
};

void scale_all(std::vector<double>& values, double factor) {
  for (double& v : values) v *= factor;
}

/// Each makes changes look dearer, shorter or less harmful than they are, so that a search believes in larger radii.
std::vector<Falsehood> falsehoods(double by = kFalse) {
  return {
      {"nothing", [](Request&) {}},
      {"costs", [by](Request& r) { scale_all(r.search.cost, 1 + by); }},
      {"lipschitz", [by](Request& r) { scale_all(r.search.lipschitz, 1 - by); }},
      {"bounds",
       [by](Request& r) {
         r.search.bounds = r.options.threat;
         scale_all(r.search.bounds->max_increase, 1 - by);
         scale_all(r.search.bounds->max_decrease, 1 - by);
       }},
      {"reach",
       [by](Request& r) {
         for (model::MapReach& reach : r.search.map_reach) {
           scale_all(reach.unit, 1 - by);
           reach.joint *= 1 - by;
         }
       }},
  };
}

/// One model with everything that certifies it.
struct Certified {
  explicit Certified(const model::Model& model)
      : plan(model),
        proofs(wide_proofs(model)),
        certifier(proofs == nullptr ? nullptr : Certifier::create({&model, &plan, &proofs->core, &proofs->wide})) {}

  [[nodiscard]] std::vector<double> radii(const Request& request, std::span<const float> x) const {
    certifier::CertifyWorkspace workspace;
    float logit = 0;
    plan.forward_tile(x, 1, workspace.infer, std::span(&logit, 1));
    std::vector<double> radii(request.norm_count(), 0.0);
    const certifier::CertifiedRow row{radii, {}};
    if (logit > 0) certifier->certify(request, x, std::span(&logit, 1), workspace, std::span(&row, 1));
    return radii;
  }

  infer::Plan plan;
  std::unique_ptr<const WideProofs> proofs;
  std::unique_ptr<const Certifier> certifier;
};

/// How often a falsehood led to a radius that is larger than that of the truth.
struct Growth {
  std::size_t compared = 0, grown = 0;
};

/// Compares every falsehood with the truth over random models. Growth up to `tolerance` of a radius does not count.
std::vector<Growth> growths(Guarantee guarantee, std::vector<Method> methods, const std::vector<MapFamily>& maps,
                            double by, double tolerance) {
  const std::vector<Falsehood> told = falsehoods(by);
  std::vector<Growth> result(told.size());
  for_each_case(200, [&](Random& random) {
    const auto made = random_model(random, random_family_of_one_head(random), maps[random.below(maps.size())]);
    const Certified bench(made.model);
    if (bench.certifier == nullptr) return;
    const auto x = random_input(random, made);
    CertifyOptions options;
    options.norms = {Norm::l1(), Norm::l2(), Norm::linf()};
    options.guarantee = guarantee;
    options.threat = random_bounded_threat(random, made, x);
    for (const Method method : methods) {
      options.method = method;
      const auto request = certifier::request_of(bench.proofs->core, options);
      if (!request) continue;
      const std::vector<double> truth = bench.radii(*request, x);
      for (std::size_t f = 0; f < told.size(); ++f) {
        Request lie = *request;
        told[f].tell(lie);
        const std::vector<double> found = bench.radii(lie, x);
        for (std::size_t k = 0; k < truth.size(); ++k) {
          if (!(truth[k] > 0) || truth[k] > 1e100) continue;
          ++result[f].compared;
          result[f].grown += static_cast<std::size_t>(found[k] > truth[k] * (1 + tolerance));
        }
      }
    }
  });
  return result;
}

// What the search of one minorant finds is its optimum but for 1e-9 of it, so that nothing is left to grow. A mixing
// map tries prices until they agree to 0.2 %, and a lie may lead it to better ones: see the next test.
TEST(FalsifiedSearch, NoPrintedRadiusGrows) {
  const auto found = growths(Guarantee::kReal, {Method::kClosedForm, Method::kSeparable},
                             {MapFamily::kSeparable, MapFamily::kKinked, MapFamily::kKnots}, kFalse, 1e-8);
  for (std::size_t f = 0; f < found.size(); ++f) EXPECT_EQ(found[f].grown, 0U) << falsehoods()[f].name;
}

TEST(FalsifiedSearch, WithoutAProofRadiiDoGrow) {
  const auto found = growths(Guarantee::kNone, {Method::kClosedForm, Method::kSeparable}, {MapFamily::kSeparable},
                             kFalse, kFalse / 10);
  if (found[0].compared < 100) return;  // a few repeated cases
  for (const std::size_t f : {1, 2, 3}) EXPECT_GT(found[f].grown, 0U) << falsehoods()[f].name;
}

/// The largest radius that lines of any price limit near `about` lead to, all of it by the core and in truth.
double best_of_many_lines(const verify::Verifier& core, const std::vector<float>& x, const ThreatModel& threat,
                          Norm norm, double about) {
  infer::InferWorkspace infer;
  infer::Plan(core.model()).forward(x, infer);
  const verify::ProvenMinorant of_features = core.minorant(x, infer.slopes);
  const std::vector<double> cost = verify::costs_of(threat, x.size());
  const std::vector<Interval> interval = verify::intervals_at(threat, x);
  const model::MapReach reach = core.map().reach(cost, norm);
  double best = 0;
  for (double limit = about / 4; limit < about * 4; limit *= 1.03) {
    const double multiplier = norm == Norm::l1() ? 0 : certifier::best_multiplier(of_features, reach, limit);
    const verify::ProvenMinorant m = core.linear_in_input(of_features, reach, norm, {limit, multiplier});
    search::PricedProblem problem;
    problem.assign(m.separable, cost, interval);
    best = std::max(best, std::min(m.valid_up_to, search::separable_radius(problem, norm).radius));
  }
  return best;
}

// A search for prices stops at the first that are good enough, so that a lie can lead it to better ones by luck. It
// cannot lead it beyond what the best of many lines give, and these lies, half of the reach, would: by a factor.
TEST(FalsifiedSearch, ProofsOfAMixingMapDoNotReadTheSearchsReach) {
  for_each_case(60, [&](Random& random) {
    const auto made = random_model(random, random_family_of_one_head(random), MapFamily::kMixing);
    const Certified bench(made.model);
    if (bench.certifier == nullptr || bench.proofs->core.map().view() != model::MapView::kMixing) return;
    const auto x = random_input(random, made);
    CertifyOptions options;
    options.norms = {Norm::l1(), Norm::l2(), Norm::linf()};
    options.threat = random_bounded_threat(random, made, x);
    Request lie = certifier::request_of(bench.proofs->core, options).value();
    const std::vector<double> truth = bench.radii(lie, x);
    falsehoods(0.5)[4].tell(lie);
    const std::vector<double> found = bench.radii(lie, x);
    for (std::size_t k = 0; k < truth.size(); ++k) {
      if (!(found[k] > truth[k] * 1.01) || found[k] > 1e100) continue;
      EXPECT_LE(found[k], best_of_many_lines(bench.proofs->core, x, options.threat, options.norms[k], found[k]) * 1.01)
          << options.norms[k].name() << describe(made.model) << describe(options.threat);
    }
  });
}

}  // namespace
}  // namespace standfast::support
