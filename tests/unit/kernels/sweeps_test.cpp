// Every instruction set against the definition, feature by feature.
#include "kernels/sweeps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "kernels/kernels.hpp"

namespace standfast::kernels {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

struct Scene {
  std::vector<double> linear, fold, offset, lo, hi;
  bool folded = false;

  [[nodiscard]] Folds folds() const {
    return {linear.size(), linear.data(), folded ? fold.data() : nullptr, offset.data(), lo.data(), hi.data()};
  }
  [[nodiscard]] double q(std::size_t i, double e) const {
    return linear[i] * e + (folded ? fold[i] * (std::fabs(offset[i] + e) - std::fabs(offset[i])) : 0.0);
  }
  /// The ends within the reach, the kink between them, and 0.
  [[nodiscard]] std::vector<double> corners(std::size_t i, double reach) const {
    std::vector<double> places{0, std::max(lo[i], -reach), std::min(hi[i], reach)};
    if (folded && -offset[i] > places[1] && -offset[i] < places[2]) places.push_back(-offset[i]);
    return places;
  }
};

/// Features at their kink, frozen ones, flat ones and ones without bounds among them.
Scene random_scene(Random& random, std::size_t count, bool folded, bool bounded) {
  Scene scene;
  scene.folded = folded;
  for (std::size_t i = 0; i < count; ++i) {
    const double kind = random.uniform();
    scene.linear.push_back(kind < 0.1 ? 0 : random.normal());
    scene.fold.push_back(kind > 0.05 && kind < 0.15 ? 0 : random.normal());
    scene.offset.push_back(kind > 0.9 ? 0 : random.normal());
    const bool frozen = kind > 0.2 && kind < 0.3, open = !bounded && kind > 0.3 && kind < 0.5;
    scene.lo.push_back(frozen ? 0 : open ? -kInf : -2 * random.uniform());
    scene.hi.push_back(frozen ? 0 : open ? kInf : 2 * random.uniform());
  }
  return scene;
}

class SweepSets : public testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override {
    if (GetParam() >= available().size()) GTEST_SKIP() << "this machine has no such instruction set";
    sweeps_ = &sweeps_of(*available()[GetParam()]);
  }
  template <class Check>
  void on_scenes(bool bounded, const Check& check) {
    Random random(7);
    for (const std::size_t count : {1, 2, 3, 4, 7, 8, 31, 100}) {
      for (const bool folded : {false, true}) {
        for (int round = 0; round < 20; ++round) {
          const Scene scene = random_scene(random, count, folded, bounded);
          SCOPED_TRACE(std::to_string(count) + (folded ? " folded" : " plain"));
          check(scene, random);
        }
      }
    }
  }

  const Sweeps* sweeps_ = nullptr;
};

TEST_P(SweepSets, WorstLinfIsTheLargestDecreaseWithinTheRadius) {
  on_scenes(false, [&](const Scene& scene, Random& random) {
    const double radius = random.uniform();
    double expected = 0;
    for (std::size_t i = 0; i < scene.linear.size(); ++i) {
      double worst = 0;
      for (const double e : scene.corners(i, radius)) worst = std::max(worst, -scene.q(i, e));
      expected += worst;
    }
    const WorstSums found = sweeps_->worst_linf(scene.folds(), radius);
    EXPECT_NEAR(found.decrease, expected, 1e-12 * (1 + expected));
    const double step = 1e-7;
    const double beyond = sweeps_->worst_linf(scene.folds(), radius + step).decrease;
    EXPECT_NEAR(found.growth, (beyond - found.decrease) / step, 1e-5 * (1 + found.growth));
  });
}

TEST_P(SweepSets, WorstL1IsTheBestBargain) {
  on_scenes(false, [&](const Scene& scene, Random& random) {
    const double reach = 2 * random.uniform(), tau = 3 * random.uniform();
    double expected = 0, least = 0;
    for (std::size_t i = 0; i < scene.linear.size(); ++i) {
      double best = 0, best_unit = 0;
      for (const double e : scene.corners(i, reach)) {
        best = std::min(best, std::fabs(e) + tau * scene.q(i, e));
        best_unit = std::min(best_unit, std::fabs(e) + scene.q(i, e));
      }
      expected += best;
      least += best_unit;
    }
    const WorstSums found = sweeps_->worst_l1(scene.folds(), reach, tau);
    EXPECT_NEAR(found.price - tau * found.decrease, expected, 1e-12 * (1 + std::fabs(expected)));
    EXPECT_NEAR(sweeps_->least_l1(scene.folds(), reach), least, 1e-12 * (1 + std::fabs(least)));
  });
}

TEST_P(SweepSets, WorstL2IsNoWorseThanAnyPlaceAndItsSumsBelongTogether) {
  on_scenes(false, [&](const Scene& scene, Random& random) {
    const double tau = 3 * random.uniform();
    const WorstSums found = sweeps_->worst_l2(scene.folds(), tau);
    double least = 0;
    for (std::size_t i = 0; i < scene.linear.size(); ++i) {
      double best = 0;
      const auto consider = [&](double e) {
        const double at = std::clamp(e, scene.lo[i], scene.hi[i]);
        best = std::min(best, at * at / 2 + tau * scene.q(i, at));
      };
      const double b = scene.folded ? scene.fold[i] : 0.0;
      consider(-tau * (scene.linear[i] + b));
      consider(-tau * (scene.linear[i] - b));
      consider(-scene.offset[i]);
      least += best;
    }
    EXPECT_NEAR(found.price - tau * found.decrease, least, 1e-11 * (1 + std::fabs(least)));
  });
}

TEST_P(SweepSets, TheLastPlaceIsWhereNothingGrowsAnyMore) {
  on_scenes(true, [&](const Scene& scene, Random&) {
    const double last = sweeps_->last_place(scene.folds());
    const double there = sweeps_->worst_linf(scene.folds(), last).decrease;
    EXPECT_NEAR(sweeps_->worst_linf(scene.folds(), 2 * last + 1).decrease, there, 1e-12 * (1 + there));
  });
  const Scene endless{{-1.0}, {0.5}, {0.0}, {-1.0}, {kInf}, true};
  EXPECT_EQ(sweeps_->last_place(endless.folds()), kInf);
  const Scene uphill{{1.0}, {0.5}, {-3.0}, {-1.0}, {kInf}, true};
  EXPECT_EQ(sweeps_->last_place(uphill.folds()), 3);
}

TEST_P(SweepSets, AnswersAreTheBestPlacesAndTheirRivals) {
  on_scenes(true, [&](const Scene& scene, Random& random) {
    const std::size_t n = scene.linear.size();
    const double cap = 2 * random.uniform();
    std::vector<double> change(n), folded(n), dd(n), df(n), ff(n), gap(n);
    const Answers out{change.data(), folded.data(), dd.data(), df.data(), ff.data(), gap.data()};
    for (const double price : {0.0, 1.0}) {
      const double value = scene.folded
                               ? sweeps_->answer_corners(scene.folds(), cap, price, out)
                               : sweeps_->answer_ends(scene.folds(), cap, price, 1e-9, change.data(), dd.data());
      double expected = 0;
      for (std::size_t i = 0; i < n; ++i) {
        std::vector<double> places = scene.corners(i, cap);
        if (price == 0) places.erase(places.begin());  // staying is a place only where moving has a price
        const auto at = [&](double e) { return price * std::fabs(e) + scene.q(i, e); };
        double best = kInf, rival = kInf;
        for (const double e : places) best = std::min(best, at(e));
        for (const double e : places) rival = e == change[i] ? rival : std::min(rival, at(e));
        expected += best;
        EXPECT_NEAR(at(change[i]), best, 1e-8);
        if (!scene.folded) continue;
        EXPECT_EQ(gap[i] == kInf, rival == kInf);
        EXPECT_NEAR(std::min(gap[i], 1e9), std::min(rival - best, 1e9), 1e-12);
      }
      EXPECT_NEAR(value, expected, 1e-6);
    }
  });
}

TEST_P(SweepSets, SoftEndsAreTheMeanOfTwoPlaces) {
  on_scenes(true, [&](const Scene& scene, Random& random) {
    const std::size_t n = scene.linear.size();
    const double cap = 2 * random.uniform(), temperature = 0.5 * random.uniform();
    std::vector<double> change(n), curve(n);
    for (const double price : {0.0, 1.0}) {
      const double value = sweeps_->answer_ends(scene.folds(), cap, price, temperature, change.data(), curve.data());
      double expected = 0;
      for (std::size_t i = 0; i < n; ++i) {
        const double a = scene.linear[i], lo = std::max(scene.lo[i], -cap), hi = std::min(scene.hi[i], cap);
        const double far = a > 0 ? lo : hi, near = price > 0 ? 0 : a > 0 ? hi : lo;
        const double far_value = price * std::fabs(far) + a * far, near_value = a * near;
        const double best = std::min(far_value, near_value);
        const double w_far = std::exp((best - far_value) / temperature);
        const double w_near = far == near ? 0 : std::exp((best - near_value) / temperature);
        const double sum = w_far + w_near, mean = (w_far * far + w_near * near) / sum;
        expected += best - temperature * std::log(sum);
        EXPECT_NEAR(change[i], mean, 2e-5 * (1 + std::fabs(mean)));
        const double variance = (w_far * far * far + w_near * near * near) / sum - mean * mean;
        EXPECT_NEAR(curve[i], variance / temperature, 1e-2 * (1 + variance / temperature)) << "cut at twelve";
      }
      EXPECT_NEAR(value, expected, 1e-5 * static_cast<double>(n));
    }
  });
}

TEST_P(SweepSets, AnswersOfNormTwoAreStationaryOrAtABorder) {
  on_scenes(false, [&](const Scene& scene, Random&) {
    const std::size_t n = scene.linear.size();
    std::vector<double> change(n), folded(n), dd(n), df(n), ff(n), gap(n);
    const Answers out{change.data(), folded.data(), dd.data(), df.data(), ff.data(), gap.data()};
    const double value = sweeps_->answer_l2(scene.folds(), out);
    const WorstSums worst = sweeps_->worst_l2(scene.folds(), 1);
    EXPECT_NEAR(value, worst.price - worst.decrease, 1e-11 * (1 + std::fabs(value)));
    for (std::size_t i = 0; i < n; ++i) {
      if (dd[i] == 0) continue;
      const double side = scene.folded ? df[i] * scene.fold[i] : 0.0;
      EXPECT_EQ(change[i], -(scene.linear[i] + side)) << "an interior place follows the slope";
    }
  });
}

TEST_P(SweepSets, VectorOperationsAreTheirDefinitions) {
  Random random(9);
  for (const std::size_t count : {0, 1, 3, 4, 9, 100}) {
    std::vector<double> x, y, w;
    double dot = 0, weighted = 0, sizes = 0;
    for (std::size_t i = 0; i < count; ++i) {
      x.push_back(random.normal());
      y.push_back(random.normal());
      w.push_back(random.uniform());
      dot += x[i] * y[i];
      weighted += w[i] * x[i] * y[i];
      sizes += std::fabs(x[i]);
    }
    EXPECT_NEAR(sweeps_->dot(count, x.data(), y.data()), dot, 1e-12);
    EXPECT_NEAR(sweeps_->weighted_dot(count, w.data(), x.data(), y.data()), weighted, 1e-12);
    EXPECT_NEAR(sweeps_->sum_of_sizes(count, x.data()), sizes, 1e-12);
    std::vector<double> sum = y;
    sweeps_->add_scaled(count, 3, x.data(), sum.data());
    for (std::size_t i = 0; i < count; ++i) EXPECT_NEAR(sum[i], y[i] + 3 * x[i], 1e-14);
  }
}

INSTANTIATE_TEST_SUITE_P(Each, SweepSets, testing::Values(std::size_t{0}, std::size_t{1}, std::size_t{2}));

}  // namespace
}  // namespace standfast::kernels
