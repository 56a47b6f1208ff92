// Every instruction set against the definition, feature by feature.
#include "kernels/sweeps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "kernels/instruction_set.hpp"

namespace standfast::kernels {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

struct Scene {
  std::vector<double> linear, fold, offset, lo, hi;
  bool folded = false;

  [[nodiscard]] PricedFeatures features() const {
    return {linear.size(), linear.data(), folded ? fold.data() : nullptr, offset.data(), lo.data(), hi.data()};
  }
  [[nodiscard]] double q(std::size_t i, double e) const {
    return linear[i] * e + (folded ? fold[i] * (std::fabs(offset[i] + e) - std::fabs(offset[i])) : 0.0);
  }
  /// The ends within the price limit, the kink between them, and 0.
  [[nodiscard]] std::vector<double> corners(std::size_t i, double price_limit) const {
    std::vector<double> places{0, std::max(lo[i], -price_limit), std::min(hi[i], price_limit)};
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

class SweepSets : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override {
    if (!is_available(GetParam())) GTEST_SKIP() << "this machine has no such instruction set";
    sweeps_ = &sweeps_of(GetParam());
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
    const WorstSums found = sweeps_->worst_linf(scene.features(), radius);
    EXPECT_NEAR(found.decrease, expected, 1e-12 * (1 + expected));
    const double step = 1e-7;
    const double beyond = sweeps_->worst_linf(scene.features(), radius + step).decrease;
    EXPECT_NEAR(found.growth, (beyond - found.decrease) / step, 1e-5 * (1 + found.growth));
  });
}

TEST_P(SweepSets, WorstL1IsTheBestBargain) {
  on_scenes(false, [&](const Scene& scene, Random& random) {
    const double price_limit = 2 * random.uniform(), tau = 3 * random.uniform();
    double expected = 0;
    for (std::size_t i = 0; i < scene.linear.size(); ++i) {
      double best = 0;
      for (const double e : scene.corners(i, price_limit)) best = std::min(best, std::fabs(e) + tau * scene.q(i, e));
      expected += best;
    }
    const auto least = [&](const WorstSums& sums) { return sums.price - tau * sums.decrease; };
    const WorstSums found = sweeps_->worst_l1(scene.features(), price_limit, tau);
    EXPECT_NEAR(least(found), expected, 1e-12 * (1 + std::fabs(expected)));
    const double step = 1e-7;
    const double beyond = least(sweeps_->worst_l1(scene.features(), price_limit + step, tau));
    EXPECT_NEAR(found.growth, (least(found) - beyond) / step, 1e-5 * (1 + found.growth));
  });
}

TEST_P(SweepSets, WorstL2IsNoWorseThanAnyPlaceAndItsSumsBelongTogether) {
  on_scenes(false, [&](const Scene& scene, Random& random) {
    const double tau = 3 * random.uniform();
    const WorstSums found = sweeps_->worst_l2(scene.features(), tau);
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
    const double last = sweeps_->last_place(scene.features());
    const double there = sweeps_->worst_linf(scene.features(), last).decrease;
    EXPECT_NEAR(sweeps_->worst_linf(scene.features(), 2 * last + 1).decrease, there, 1e-12 * (1 + there));
  });
  const Scene endless{{-1.0}, {0.5}, {0.0}, {-1.0}, {kInf}, true};
  EXPECT_EQ(sweeps_->last_place(endless.features()), kInf);
  const Scene uphill{{1.0}, {0.5}, {-3.0}, {-1.0}, {kInf}, true};
  EXPECT_EQ(sweeps_->last_place(uphill.features()), 3);
}

/// Memory for answers.
struct Answered {
  std::vector<double> change, bend_change, dd, df, ff;
  std::vector<std::size_t> moving;
  bool folded;

  explicit Answered(const Scene& scene) : folded(scene.folded) {
    const std::size_t n = scene.linear.size();
    for (auto* values : {&change, &bend_change, &dd, &df, &ff}) values->resize(n);
    moving.resize(n);
  }
  Answers out() {
    return {change.data(), folded ? bend_change.data() : nullptr, moving.data(), dd.data(), df.data(), ff.data()};
  }
};

TEST_P(SweepSets, ColdAnswersAreTheBestPlaces) {
  on_scenes(true, [&](const Scene& scene, Random& random) {
    const double price_limit = 2 * random.uniform();
    Answered found(scene);
    for (const double price : {0.0, 1.0}) {
      const AnswerSums sums = sweeps_->answer_corners(scene.features(), price_limit, price, 1e-9, found.out());
      double expected = 0;
      for (std::size_t i = 0; i < scene.linear.size(); ++i) {
        std::vector<double> places = scene.corners(i, price_limit);
        if (price == 0) places.erase(places.begin());  // staying is a place only where moving has a price
        const auto at = [&](double e) { return price * std::fabs(e) + scene.q(i, e); };
        double best = kInf;
        for (const double e : places) best = std::min(best, at(e));
        expected += best;
        EXPECT_NEAR(at(found.change[i]), best, 1e-8);
      }
      EXPECT_NEAR(sums.best, expected, 1e-12 * (1 + std::fabs(expected)));
      EXPECT_NEAR(sums.value, expected, 1e-6);
    }
  });
}

/// The two best of the places, softened: what an answer is to be.
struct Softened {
  double lower = 0, change = 0, bend_change = 0, dd = 0, df = 0, ff = 0;

  Softened(const Scene& scene, std::size_t i, const std::vector<double>& places, double price, double temperature) {
    const auto at = [&](double e) { return price * std::fabs(e) + scene.q(i, e); };
    const auto fold = [&](double e) { return std::fabs(scene.offset[i] + e) - std::fabs(scene.offset[i]); };
    double best = places[0];
    for (const double e : places) best = at(e) < at(best) ? e : best;
    double rival = kInf;
    for (const double e : places) rival = e != best && !(at(e) >= (rival == kInf ? kInf : at(rival))) ? e : rival;
    const double weight = rival == kInf ? 0 : std::exp((at(best) - at(rival)) / temperature),
                 share = weight / (1 + weight);
    const double d = weight == 0 ? 0 : rival - best, g = weight == 0 ? 0 : fold(rival) - fold(best);
    lower = temperature * std::log1p(weight);
    change = best + share * d;
    bend_change = fold(best) + share * g;
    const double spread = share / (1 + weight) / temperature;
    dd = spread * d * d;
    df = spread * d * g;
    ff = spread * g * g;
  }
};

TEST_P(SweepSets, SoftAnswersAreTheMeanOfTheTwoBestPlaces) {
  on_scenes(true, [&](const Scene& scene, Random& random) {
    const std::size_t n = scene.linear.size();
    const double price_limit = 2 * random.uniform(), temperature = 0.01 + 0.5 * random.uniform();
    Answered found(scene);
    for (const double price : {0.0, 1.0}) {
      const AnswerSums sums = sweeps_->answer_corners(scene.features(), price_limit, price, temperature, found.out());
      std::vector<double> dd(n), df(n), ff(n);
      for (std::size_t k = 0; k < sums.moving; ++k) {
        dd[found.moving[k]] = found.dd[k];
        df[found.moving[k]] = found.df[k];
        ff[found.moving[k]] = found.ff[k];
      }
      double lower = 0;
      for (std::size_t i = 0; i < n; ++i) {
        std::vector<double> places = scene.corners(i, price_limit);
        if (!scene.folded && price > 0) places = {0, scene.linear[i] > 0 ? places[1] : places[2]};
        if (price == 0) places.erase(places.begin());
        const Softened expected(scene, i, places, price, temperature);
        lower += expected.lower;
        EXPECT_NEAR(found.change[i], expected.change, 4e-5 * (1 + std::fabs(expected.change)));
        const double size = 1 + expected.dd + expected.ff;  // cut at twelve temperatures
        EXPECT_NEAR(dd[i], expected.dd, 1e-2 * size);
        if (!scene.folded) continue;
        EXPECT_NEAR(found.bend_change[i], expected.bend_change, 4e-5 * (1 + std::fabs(expected.bend_change)));
        EXPECT_NEAR(df[i], expected.df, 1e-2 * size);
        EXPECT_NEAR(ff[i], expected.ff, 1e-2 * size);
      }
      EXPECT_NEAR(sums.best - sums.value, lower, 1e-5 * static_cast<double>(n));
    }
  });
}

TEST_P(SweepSets, AnswersOfNormTwoAreStationaryOrAtABorder) {
  on_scenes(false, [&](const Scene& scene, Random&) {
    Answered found(scene);
    const AnswerSums sums = sweeps_->answer_l2(scene.features(), 1e-12, found.out());
    const WorstSums worst = sweeps_->worst_l2(scene.features(), 1);
    EXPECT_NEAR(sums.best, worst.price - worst.decrease, 1e-11 * (1 + std::fabs(sums.best)));
    EXPECT_NEAR(sums.value, sums.best, 1e-10);
    EXPECT_EQ(sums.moving, scene.linear.size());
    for (std::size_t i = 0; i < scene.linear.size(); ++i) {
      if (found.dd[i] == 0) continue;
      const double side = scene.folded ? found.df[i] * scene.fold[i] : 0.0;
      EXPECT_EQ(found.change[i], -(scene.linear[i] + side)) << "an interior place follows the slope";
    }
  });
}

TEST_P(SweepSets, VectorOperationsAreTheirDefinitions) {
  Random random(9);
  for (const std::size_t count : {0, 1, 3, 4, 9, 100}) {
    std::vector<double> x, y, u, v, w;
    double dot = 0, plain = 0, folded = 0, sizes = 0;
    for (std::size_t i = 0; i < count; ++i) {
      x.push_back(random.normal());
      y.push_back(random.normal());
      u.push_back(random.normal());
      v.push_back(random.normal());
      w.push_back(random.uniform());
      dot += x[i] * y[i];
      plain += w[i] * x[i] * y[i];
      // the matrix (w, x; x, y)
      folded += w[i] * x[i] * y[i] + x[i] * (x[i] * v[i] + u[i] * y[i]) + y[i] * u[i] * v[i];
      sizes += std::fabs(x[i]);
    }
    EXPECT_NEAR(sweeps_->dot(count, x.data(), y.data()), dot, 1e-12);
    const Curves straight{count, w.data(), nullptr, nullptr}, bent{count, w.data(), x.data(), y.data()};
    EXPECT_NEAR(sweeps_->curvature_dot(straight, x.data(), nullptr, y.data(), nullptr), plain, 1e-12);
    EXPECT_NEAR(sweeps_->curvature_dot(bent, x.data(), u.data(), y.data(), v.data()), folded, 1e-11);
    EXPECT_NEAR(sweeps_->sum_of_sizes(count, x.data()), sizes, 1e-12);
    std::vector<double> sum = y;
    sweeps_->add_scaled(count, 3, x.data(), sum.data());
    for (std::size_t i = 0; i < count; ++i) EXPECT_NEAR(sum[i], y[i] + 3 * x[i], 1e-14);
    sweeps_->weigh_pair(count, 3, x.data(), -2, y.data(), sum.data());
    for (std::size_t i = 0; i < count; ++i) EXPECT_NEAR(sum[i], 3 * x[i] - 2 * y[i], 1e-14);
  }
}

INSTANTIATE_TEST_SUITE_P(Each, SweepSets,
                         testing::Values(InstructionSet::kReference, InstructionSet::kAvx2, InstructionSet::kAvx512),
                         [](const auto& each) { return name_of(each.param); });

}  // namespace
}  // namespace standfast::kernels
